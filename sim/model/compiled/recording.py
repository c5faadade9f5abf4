"""After the walk: its rows, which stand in the order of what happened, are put into the ledger's one order.

By person and number; steps by stay and step. Plain Python that a compiler can read, as `event_loop.py` is. The ledger's columns are filled, which
are as long as there are stays, waits and steps.

What may be changed here: freely, as long as the ledgers of both engines stay equal.
"""

from collections.abc import Callable
from typing import Any

from sim.model.compiled.compact_columns import Stays, Steps, Waits
from sim.model.compiled.state import Room, fetch_ahead
from sim.model.records import ADMITTED, NEVER, NONE, OUTSIDE

AHEAD = 16  # a stay is fetched so many rows before it is written down


def write_down(room: Room, stays: Stays, waits: Waits, steps: Steps) -> int:
    """Fill the ledger's tables; how many steps ever started."""
    find_first_rows(room)
    find_stays(room)
    write_stays(room, stays, waits)
    write_waits(room, waits)
    started = find_first_steps(room)
    write_steps(room, steps)
    return started


def find_first_rows(room: Room) -> None:
    """Where the stays and waits of each person begin."""
    persons, first_stay, first_wait = room.persons, room.first_stay, room.first_wait
    next_stay = next_wait = 0
    for person in range(len(persons)):
        first_stay[person], first_wait[person] = next_stay, next_wait
        next_stay += persons[person].stays
        next_wait += persons[person].waits


def find_stays(room: Room) -> None:
    """Which stay of the walk stands in each row: reading here and there costs less than writing here and there."""
    for i in range(room.counters[0].stay_rows):
        room.stay_of_row[row_of_stay(room, i)] = i


def write_stays(room: Room, into: Stays, waits: Waits) -> None:
    """Every stay in its row, and every wait that was over at once."""
    count = room.counters[0].stay_rows
    for row in range(count):
        fetch_stay_ahead(room, room.stay_of_row[min(row + AHEAD, count - 1)])
        i = room.stay_of_row[row]
        stay, admission, origin = room.stays[i], room.admissions[i], room.origins[i]
        into.person[row], into.stay[row], into.visit[row] = origin.person, origin.number, admission.visit
        into.service[row], into.to[row], into.planned_to[row] = stay.service, stay.to, stay.planned_to
        into.admitted[row], into.units[row], into.need[row] = admission.admitted, admission.units, admission.need
        into.ready[row], into.clear[row], into.left[row] = stay.ready, stay.clear, stay.left
        if origin.came_at_once >= 0:
            wait = room.first_wait[origin.person] + origin.came_at_once
            waits.person[wait], waits.wait[wait], waits.stay[wait] = origin.person, origin.came_at_once, NONE
            waits.held[wait], waits.to[wait], waits.ending[wait] = OUTSIDE, stay.service, ADMITTED
            waits.joined[wait] = waits.clear[wait] = waits.ended[wait] = admission.admitted
        if stay.left_at_once >= 0:
            wait = room.first_wait[stay.person] + stay.left_at_once
            waits.person[wait], waits.wait[wait], waits.stay[wait] = stay.person, stay.left_at_once, row
            waits.held[wait], waits.to[wait], waits.ending[wait] = stay.service, stay.to, ADMITTED
            waits.joined[wait] = waits.clear[wait] = waits.ended[wait] = stay.left


def write_waits(room: Room, into: Waits) -> None:
    """Every wait that was longer to its row."""
    for i in range(room.counters[0].wait_rows):
        wait = room.waits[i]
        row = room.first_wait[wait.person] + wait.number
        held_in = room.first_stay[wait.person] + wait.number_of_stay if wait.stay >= 0 else NONE
        into.person[row], into.wait[row], into.stay[row] = wait.person, wait.number, held_in
        into.held[row], into.to[row], into.ending[row] = wait.held, wait.to, wait.ending
        into.joined[row], into.clear[row], into.ended[row] = wait.joined, wait.clear, wait.ended


def find_first_steps(room: Room) -> int:
    """Where the steps of each stay begin, by the stay's row in the ledger; how many steps ever started."""
    count_stays = room.counters[0].stay_rows
    for row in range(count_stays):
        room.steps_before[row] = 0
    for i in range(room.counters[0].step_rows):
        if room.steps[i].started != NEVER:
            room.steps_before[row_of_stay(room, room.steps[i].stay)] += 1
    before = 0
    for row in range(count_stays):
        started = room.steps_before[row]
        room.steps_before[row] = before
        before += started
    return before


def write_steps(room: Room, into: Steps) -> None:
    """Every step that ever started to its row: after those of its stay that stand before it by name, then by when they were asked for."""
    for i in range(room.counters[0].step_rows):
        step = room.steps[i]
        if step.started != NEVER:
            stay_row = row_of_stay(room, step.stay)
            row, other = room.steps_before[stay_row], room.admissions[step.stay].first_step
            while other >= 0:
                name = room.steps[other].step
                if room.steps[other].started != NEVER and (name < step.step or (name == step.step and other < i)):
                    row += 1
                other = room.steps[other].next_step
            into.stay[row], into.step[row], into.dropped[row] = stay_row, step.step, step.dropped
            into.started[row], into.team_joined[row], into.due[row] = step.started, step.team_joined, step.due
            into.finished[row], into.after[row] = step.finished, step.after


def fetch_stay_ahead(room: Room, stay: int) -> None:
    """Have what is written down of a stay fetched: a person's stays lie far apart, and without it half the time is waiting."""
    fetch_ahead(room.stays, stay)
    fetch_ahead(room.admissions, stay)
    fetch_ahead(room.origins, stay)


def row_of_stay(room: Room, stay: int) -> int:
    """Its row in the ledger."""
    return int(room.first_stay[room.origins[stay].person] + room.origins[stay].number)


# What `write_down` calls.
PARTS: tuple[Callable[..., Any], ...] = (
    row_of_stay, fetch_stay_ahead, find_first_rows, find_stays, write_stays, write_waits, find_first_steps, write_steps,
)  # fmt: skip
