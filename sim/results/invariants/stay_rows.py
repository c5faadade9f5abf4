"""Do stays keep the invariants of `records.py`? Questions that the sweep asks, for a compiler.

What may be changed here: together with `records.py`; what is asked may be stricter than there, never less strict.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

from sim.model.records import NEVER, NONE
from sim.results.invariants.record_tables import GONE, GONE_FROM_INSIDE, HERE, WAS_IN, Records, Rules, Scratch, Stays


def stays_hold(records: Records, rules: Rules, scratch: Scratch) -> bool:
    """Stays in order of time, each where and when the one before ended."""
    for i in range(len(records.stays.person)):
        if not (
            stay_is_known(records, rules, i)
            and stay_follows_on(records.stays, rules, i)
            and times_of_stay_hold(records.stays, rules, i)
            and visits_are_numbered(records.stays, scratch, i)
            and levels_are_found(records, i)
            and levels_may_change(records, rules, i)
        ):
            return False
        note_stay(records.stays, rules, scratch, i)
    return True


def stay_is_known(records: Records, rules: Rules, i: int) -> bool:
    """Whether its numbers are those of people and destinations, its profiles of the group."""
    stays, person = records.stays, records.stays.person[i]
    if not 0 <= person < len(records.people.group):
        return False
    group = records.people.group[person]
    if not 0 <= group < len(rules.first_profile) - 1:
        return False
    profiles = rules.first_profile[group + 1] - rules.first_profile[group]
    is_known = 0 <= stays.found[i] < profiles and 0 <= stays.after[i] < profiles
    return is_known and 0 <= stays.service[i] <= rules.home and -1 <= stays.to[i] < rules.destinations


def stay_follows_on(stays: Stays, rules: Rules, i: int) -> bool:
    """Where the one before of the same person moved to, in that instant; the first of a person after one that did not move."""
    if i > 0 and stays.person[i] == stays.person[i - 1]:
        came = stays.admitted[i] == stays.left[i - 1] and stays.service[i] == stays.to[i - 1]
        return came and stays.stay[i] == stays.stay[i - 1] + 1
    before_moved = i > 0 and 0 <= stays.to[i - 1] <= rules.home
    moves_nowhere = i == len(stays.person) - 1 and 0 <= stays.to[i] <= rules.home
    is_next = i == 0 or stays.person[i] > stays.person[i - 1]
    return stays.stay[i] == 0 and is_next and not before_moved and not moves_nowhere


def times_of_stay_hold(stays: Stays, rules: Rules, i: int) -> bool:
    """In order; anybody who is ready has somewhere to go; needed time runs once."""
    admitted, ready, left, to = stays.admitted[i], stays.ready[i], stays.left[i], stays.to[i]
    in_order = admitted <= ready <= stays.clear[i] and ready <= left
    in_order = in_order and (stays.clear[i] <= left or to == rules.died) and (left == NEVER) == (to == NONE)
    knows_where = ready == NEVER or stays.planned_to[i] != NONE
    over = admitted + stays.need[i] if ready < NEVER and stays.need[i] < NEVER else ready
    return in_order and knows_where and (ready == over or (rules.reviewed[stays.service[i]] and ready > over))


def visits_are_numbered(stays: Stays, scratch: Scratch, i: int) -> bool:
    """The stays of one person in one place are numbered from 0."""
    person, service, visit = stays.person[i], stays.service[i], stays.visit[i]
    was_here = scratch.of_services[0, service] == person + 1
    expected = scratch.of_services[1, service] + 1 if was_here else 0
    scratch.of_services[0, service], scratch.of_services[1, service] = person + 1, visit
    return visit == expected


def levels_are_found(records: Records, i: int) -> bool:
    """The levels found are those after the stay before."""
    stays = records.stays
    if i > 0 and stays.person[i] == stays.person[i - 1]:
        return stays.found[i] == stays.after[i - 1]
    return stays.found[i] == records.people.profile[stays.person[i]]


def levels_may_change(records: Records, rules: Rules, i: int) -> bool:
    """Levels change only as a stay, or a delay before it, may change them."""
    stays = records.stays
    if stays.found[i] == stays.after[i]:
        return True
    first = rules.first_profile[records.people.group[stays.person[i]]]
    found, after = first + stays.found[i], first + stays.after[i]
    visit = rules.visit_of[found, stays.service[i]]
    if visit == NONE:
        return False
    for trait in range(rules.levels.shape[1]):
        one, other = rules.levels[found, trait], rules.levels[after, trait]
        if one != other and not rules.may_change[visit, (trait * rules.most_levels + one) * rules.most_levels + other]:
            return False
    return True


def note_stay(stays: Stays, rules: Rules, scratch: Scratch, i: int) -> None:
    """That the person was in, and whether they are still here or have gone."""
    person = stays.person[i]
    scratch.of_people[HERE, person] += stays.left[i] == NEVER
    scratch.of_people[GONE, person] = max(scratch.of_people[GONE, person], WAS_IN)
    if stays.to[i] >= rules.died:
        scratch.of_people[GONE, person] = GONE_FROM_INSIDE if stays.left[i] < NEVER else WAS_IN


HELPERS = (
    stay_is_known,
    stay_follows_on,
    times_of_stay_hold,
    visits_are_numbered,
    levels_are_found,
    levels_may_change,
    note_stay,
    stays_hold,
)
