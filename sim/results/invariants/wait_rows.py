"""Do waits keep the invariants of `records.py`, and moves, which are their ends? Questions that the sweep asks, for a compiler.

What may be changed here: together with `records.py`; what is asked may be stricter than there, never less strict.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

from sim.model.records import ADMITTED, DIED_WAITING, GAVE_UP, NEVER, NO_PLACE, NONE, OUTSIDE, TURNED_AWAY, WAITING
from sim.results.invariants.record_tables import (
    GONE,
    GONE_UNSEEN,
    HERE,
    LET_IN,
    NEVER_IN,
    WAS_IN,
    People,
    Records,
    Rules,
    Scratch,
    Waits,
)


def waits_hold(records: Records, rules: Rules, scratch: Scratch) -> bool:
    """Waits in order of time, which agree with the stays they are about; who does not get in goes on at once."""
    for i in range(len(records.waits.person)):
        if not (
            wait_is_known(records, rules, i)
            and wait_follows_on(records.waits, i)
            and times_of_wait_hold(records.waits, i)
            and failed_wait_leads_on(records.waits, rules, i)
            and wait_matches_stay(records, rules, i)
        ):
            return False
        note_wait(records.waits, rules, scratch, i)
    return True


def wait_is_known(records: Records, rules: Rules, i: int) -> bool:
    """Whether its numbers are those of people, stays and destinations."""
    waits = records.waits
    is_known = 0 <= waits.person[i] < len(records.people.group) and 0 <= waits.to[i] < rules.destinations
    return is_known and -1 <= waits.stay[i] < len(records.stays.person)


def wait_follows_on(waits: Waits, i: int) -> bool:
    """One wait at a time, numbered from 0."""
    if i > 0 and waits.person[i] == waits.person[i - 1]:
        return waits.wait[i] == waits.wait[i - 1] + 1 and waits.joined[i] >= waits.ended[i - 1]
    return waits.wait[i] == 0 and (i == 0 or waits.person[i] > waits.person[i - 1])


def times_of_wait_hold(waits: Waits, i: int) -> bool:
    """In order, and the end is reported where there was one."""
    joined, clear, ended, ending = waits.joined[i], waits.clear[i], waits.ended[i], waits.ending[i]
    in_order = joined <= ended and joined <= clear and (ended == NEVER) == (ending == WAITING)
    return in_order and (clear <= ended or (clear == NEVER and ending != ADMITTED))


def is_failed(ending: int) -> bool:
    """Whether a wait ended alive and without a place."""
    return ending in (GAVE_UP, TURNED_AWAY, NO_PLACE)


def failed_wait_leads_on(waits: Waits, rules: Rules, i: int) -> bool:
    """To the queue of `otherwise` at once, or out of the model from outside."""
    if not is_failed(waits.ending[i]):
        return True
    if i + 1 < len(waits.person) and waits.person[i + 1] == waits.person[i] and waits.stay[i + 1] == waits.stay[i]:
        return waits.joined[i + 1] == waits.ended[i] and waits.to[i + 1] == waits.otherwise[i]
    return waits.held[i] == OUTSIDE and waits.otherwise[i] == rules.out


def wait_matches_stay(records: Records, rules: Rules, i: int) -> bool:
    """The same person, place, levels and end as the stay it is about; levels with which they came, where it is outside."""
    waits, stays = records.waits, records.stays
    stay, ended, ending = waits.stay[i], waits.ended[i], waits.ending[i]
    if stay == NONE:
        return waits.held[i] == OUTSIDE and waits.profile[i] == records.people.profile[waits.person[i]]
    left, to = stays.left[stay], stays.to[stay]
    matches = stays.person[stay] == waits.person[i] and stays.service[stay] == waits.held[i]
    matches = matches and waits.held[i] != OUTSIDE and waits.profile[i] == stays.after[stay]
    matches = matches and waits.joined[i] >= stays.admitted[stay] and ended <= left
    if ending == WAITING:
        return matches and left == NEVER
    if ending == ADMITTED:
        return matches and ended == left and rules.leads[waits.to[i], to]
    return matches and (ending != DIED_WAITING or (ended == left and to == rules.died))


def note_wait(waits: Waits, rules: Rules, scratch: Scratch, i: int) -> None:
    """What stays and people are asked afterwards."""
    person, stay, to, ended = waits.person[i], waits.stay[i], waits.to[i], waits.ended[i]
    if stay != NONE:
        scratch.moves[stay] += waits.ending[i] == ADMITTED
        return
    if waits.ending[i] == ADMITTED and (to <= rules.home or to > rules.out):
        scratch.of_people[LET_IN, person] = i + 1
    scratch.of_people[HERE, person] += ended == NEVER
    if scratch.of_people[GONE, person] < WAS_IN:
        scratch.of_people[GONE, person] = GONE_UNSEEN if ended < NEVER else NEVER_IN


def moves_hold(records: Records, rules: Rules, scratch: Scratch) -> bool:
    """Every move is the end of exactly one wait."""
    stays = records.stays
    for i in range(len(stays.person)):
        moved = stays.to[i] != NONE and stays.to[i] != rules.died
        if scratch.moves[i] != moved or (stays.stay[i] == 0 and not is_let_in(records, rules, scratch, i)):
            return False
    return True


def is_let_in(records: Records, rules: Rules, scratch: Scratch, i: int) -> bool:
    """Whether a first stay is the end of a wait outside, or one of the census."""
    person = records.stays.person[i]
    wait = scratch.of_people[LET_IN, person] - 1
    if wait < 0:
        return records.people.from_census[person] == 1
    met = records.waits.ended[wait] == records.stays.admitted[i]
    return met and rules.leads[records.waits.to[wait], records.stays.service[i]]


def everybody_is_somewhere(people: People, rules: Rules, scratch: Scratch) -> bool:
    """Everybody who has come is in one place, or has left it."""
    for person in range(len(people.group)):
        places = scratch.of_people[HERE, person] + scratch.of_people[GONE, person] % 2
        if places != 1 and people.arrives[person] < rules.until:
            return False
    return True


HELPERS = (
    is_failed,
    wait_is_known,
    wait_follows_on,
    times_of_wait_hold,
    failed_wait_leads_on,
    wait_matches_stay,
    note_wait,
    waits_hold,
    is_let_in,
    moves_hold,
    everybody_is_somewhere,
)
