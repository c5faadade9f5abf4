"""Do steps and planned places keep the invariants of `records.py`? Questions that the sweep asks, for a compiler.

What may be changed here: together with `records.py`; what is asked may be stricter than there, never less strict.
"""

# mypy: disable-error-code="no-any-return"
# What is read from a table is Any to mypy; Numba checks it.

from sim.model.records import NEVER, NONE
from sim.results.invariants.record_tables import Places, Records, Rules, Steps, Waits
from sim.results.invariants.wait_rows import is_failed


def step_is_in_order(records: Records, i: int) -> bool:
    """By stay and name, of a stay that exists."""
    steps, stay = records.steps, records.steps.stay[i]
    if not 0 <= stay < len(records.stays.person) or i == 0:
        return 0 <= stay < len(records.stays.person)
    return stay > steps.stay[i - 1] or (stay == steps.stay[i - 1] and steps.step[i] >= steps.step[i - 1])


def step_is_in_its_stay(records: Records, i: int) -> bool:
    """It starts, runs and ends, or is dropped, inside its stay."""
    steps, stays, stay = records.steps, records.stays, records.steps.stay[i]
    started, finished, dropped_at, left = steps.started[i], steps.finished[i], steps.dropped_at[i], stays.left[stay]
    starts = started >= stays.admitted[stay] and started <= left
    starts = starts and started <= steps.team_joined[i] and steps.team_joined[i] <= steps.due[i]
    if finished < NEVER:
        in_time = finished == steps.due[i] and finished <= left and finished <= stays.clear[stay]
        return starts and in_time and dropped_at >= NEVER
    if dropped_at < NEVER:
        return starts and dropped_at >= started and dropped_at <= left
    return starts and left == NEVER


def is_dropped_for_a_reason(records: Records, rules: Rules, i: int) -> bool:
    """If it is dropped: a wait of its stay failed in the instant, or the person died."""
    stay, at, waits = records.steps.stay[i], records.steps.dropped_at[i], records.waits
    if at >= NEVER or (records.stays.to[stay] == rules.died and at == records.stays.left[stay]):
        return True
    person = records.stays.person[stay]
    wait = first_wait_of(waits, person)
    while wait < len(waits.stay) and waits.person[wait] == person:
        if waits.stay[wait] == stay and waits.ended[wait] == at and is_failed(waits.ending[wait]):
            return True
        wait += 1
    return False


def first_wait_of(waits: Waits, person: int) -> int:
    """Where somebody's waits begin; rows are in order of person."""
    low, high = 0, len(waits.person)
    while low < high:
        middle = (low + high) // 2
        if waits.person[middle] < person:
            low = middle + 1
        else:
            high = middle
    return low


def begins_when_another_ended(steps: Steps, first: int, i: int) -> bool:
    """If it waited for another of its stay, whose steps begin with the first; before the run there are no teams to join."""
    if steps.after[i] == NONE:
        return True
    started, before = steps.started[i], first
    while before < len(steps.stay) and steps.stay[before] == steps.stay[i]:
        if steps.step[before] == steps.after[i] and steps.finished[before] < NEVER:
            return started == steps.finished[before] or (started == 0 and steps.finished[before] < 0)
        before += 1
    return False


def steps_hold(records: Records, rules: Rules) -> bool:
    """Steps start, run and end inside their stay, follow on each other, and are dropped for a reason."""
    steps, first = records.steps, 0
    for i in range(len(steps.stay)):
        if not step_is_in_order(records, i):
            return False
        if steps.stay[i] != steps.stay[first]:
            first = i
        if not (
            step_is_in_its_stay(records, i)
            and is_dropped_for_a_reason(records, rules, i)
            and begins_when_another_ended(steps, first, i)
        ):
            return False
    return True


def places_hold(places: Places) -> bool:
    """Rows are in order."""
    for i in range(1, len(places.service)):
        same = places.service[i] == places.service[i - 1]
        if places.service[i] < places.service[i - 1] or (same and places.at[i] <= places.at[i - 1]):
            return False
    return True


HELPERS = (
    step_is_in_order,
    step_is_in_its_stay,
    first_wait_of,
    is_dropped_for_a_reason,
    begins_when_another_ended,
    steps_hold,
    places_hold,
)
