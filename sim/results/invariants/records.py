"""Invariants of the records: stays in order of time, waits that match stays, steps inside stays.

`IdentityBroken` names the invariant and the first row that violates it.
"""

from collections.abc import Sequence

import numpy as np

from sim.inputs.scenario import Group
from sim.model.records import (
    ADMITTED,
    DIED_WAITING,
    GAVE_UP,
    NEVER,
    NO_PLACE,
    NONE,
    OUTSIDE,
    TURNED_AWAY,
    WAITING,
    Column,
)
from sim.results.invariants import record_sweep
from sim.results.measures.arrival_steps import outside
from sim.results.measures.flow import left_model
from sim.results.step_functions import Mask
from sim.results.window import Window

DESTINATIONS = ("service", "to", "planned_to", "held", "arrives_at")


class IdentityBroken(Exception):
    """Records contradict themselves, their scenario or their sums: an internal error, never the planner's."""

    def __init__(self, identity: str, where: str) -> None:
        super().__init__(f"{identity}: {where}")
        self.identity = identity
        self.where = where


def require(window: Window, identity: str, table: str, holds: Mask) -> None:
    """Raise with the first row of this table for which the invariant does not hold."""
    if not holds.all():
        require_rows(window, identity, table, np.arange(len(holds)), holds)


def require_rows(window: Window, identity: str, table: str, rows: Column, holds: Mask) -> None:
    """The same for some rows of the table, in order."""
    if not holds.all():
        row = int(rows[np.argmin(holds)])
        raise IdentityBroken(identity, f"{table} row {row} ({row_text(window, table, row)})")


def require_sum(identity: str, where: str, found: int, expected: int) -> None:
    """Raise if two ways of counting differ."""
    if found != expected:
        raise IdentityBroken(identity, f"{where}: {found} against {expected}")


def require_sums(identity: str, where: Sequence[str], found: Column, expected: Column) -> None:
    """The same for several at once: the first that differ."""
    for number in np.flatnonzero(found != expected)[:1].tolist():
        require_sum(identity, where[number], int(found[number]), int(expected[number]))


def row_text(window: Window, table: str, row: int) -> str:
    """One row of the records in words: destinations by name, NEVER as `never`."""
    columns = getattr(window.ledger, table)
    return ", ".join(f"{name} {_value_text(window, name, int(values[row]))}" for name, values in columns.items())


def _value_text(window: Window, name: str, value: int) -> str:
    if value == NEVER:
        return "never"
    if name in DESTINATIONS and 0 <= value < len(window.names):
        return window.names[value]
    return str(value)


NUMBERS_ARE_KNOWN = "rows name people, stays, services, steps, levels and bays that there are"
ROWS_IN_ORDER = "rows are in order"
TIMES_IN_ORDER = "admitted <= ready <= clear <= left"
NEED_IS_MET_ONCE = "needed time runs once, from admission"
SOMEWHERE_TO_GO = "anybody who is ready has somewhere to go"
STAYS_FOLLOW_ON = "each stay begins where and when the one before ended"
WAITS_IN_ORDER = "joined <= clear <= ended, one wait at a time"
WAITS_MATCH_STAYS = "waits agree with the stays they are about"
FAILED_WAITS_LEAD_ON = "who does not get in joins the queue of `otherwise` at once, or leaves the model from outside"
ONE_WAIT_PER_MOVE = "every move is the end of exactly one wait"
STEPS_IN_STAYS = "steps start, run and end inside their stay"
STEPS_ARE_DROPPED_WITH_A_WAIT = "a step is dropped when a wait of its stay fails, or when the person dies"
LEVELS_ARE_KEPT = "levels of traits change on admission alone, and only as a stay may change them"
EVERYBODY_IS_SOMEWHERE = "arrivals = left + still here"
FIRST_THE_STEPS = "steps outside begin at arrival, and the first wait when they are over"


def check_records(window: Window) -> None:
    """Check every row of the records, by itself and against its neighbours."""
    _numbers_are_known(window)
    rows_hold = record_sweep.surely_hold(window)
    if not rows_hold:
        _check_rows(window)
    since = _steps_outside(window)
    if not (rows_hold and record_sweep.surely_wait_then(window, since)):
        _first_waits(window, since)


def _numbers_are_known(window: Window) -> None:
    """Whatever follows reads and counts by these numbers."""
    if window.has_known_numbers:
        return
    for table, are_known in window.known_numbers():
        require(window, NUMBERS_ARE_KNOWN, table, are_known)


def _check_rows(window: Window) -> None:
    """What the sweep asks, table by table."""
    _rows_in_order(window)
    _stays(window)
    _stays_follow_on(window)
    _waits(window)
    _waits_match_stays(window)
    _failed_waits_lead_on(window)
    _one_wait_per_move(window)
    _steps(window)
    _steps_are_dropped_with_a_wait(window)
    _steps_follow_on(window)
    _levels_are_kept(window)
    _everybody_is_somewhere(window)


def _is_next(first: Column, second: Column) -> Mask:
    """Which rows go on with the row before: the same owner, and the next number."""
    follows = np.zeros(len(first), dtype=bool)
    follows[1:] = (first[1:] == first[:-1]) & (second[1:] == second[:-1] + 1)
    return follows


def _rows_in_order(window: Window) -> None:
    ledger = window.ledger
    for table, number in (("stays", "stay"), ("waits", "wait")):
        columns = getattr(ledger, table)
        owner, numbers = columns["person"], columns[number]
        rises = np.append(True, owner[1:] > owner[:-1])
        begins = rises & (numbers == 0)
        require(window, ROWS_IN_ORDER, table, begins[: len(owner)] | _is_next(owner, numbers))
    for table, first, second in (("steps", "stay", "step"), ("places", "service", "at")):
        columns = getattr(ledger, table)
        one, other = columns[first], columns[second]
        rises = other[1:] >= other[:-1] if table == "steps" else other[1:] > other[:-1]  # a step may start again
        holds = (one[1:] > one[:-1]) | ((one[1:] == one[:-1]) & rises)
        require(window, ROWS_IN_ORDER, table, np.append(True, holds)[: len(one)])


def _stays(window: Window) -> None:
    stays = window.ledger.stays
    admitted, ready, clear, left = (stays[name] for name in ("admitted", "ready", "clear", "left"))
    died = stays["to"] == window.died
    holds = (admitted <= ready) & (ready <= clear) & (ready <= left) & ((clear <= left) | died)
    holds &= (left == NEVER) == (stays["to"] == NONE)
    require(window, TIMES_IN_ORDER, "stays", holds)
    review = np.array([service.review is not None for service in window.scenario.services])[stays["service"]]
    require(window, SOMEWHERE_TO_GO, "stays", (ready == NEVER) | (stays["planned_to"] != NONE))
    known = (ready < NEVER) & (stays["need"] < NEVER)
    over = np.where(known, admitted + np.where(known, stays["need"], 0), ready)
    require(window, NEED_IS_MET_ONCE, "stays", (ready == over) | (review & (ready > over)))


def _stays_follow_on(window: Window) -> None:
    stays = window.ledger.stays
    moves = (stays["to"] >= 0) & (stays["to"] <= window.home)
    holds = ~moves
    holds[:-1] |= (
        (stays["person"][1:] == stays["person"][:-1])
        & (stays["admitted"][1:] == stays["left"][:-1])
        & (stays["service"][1:] == stays["to"][:-1])
    )
    has_next = np.zeros(len(moves), dtype=bool)
    has_next[:-1] = stays["person"][1:] == stays["person"][:-1]
    require(window, STAYS_FOLLOW_ON, "stays", holds & (moves | ~has_next))
    place = stays["person"] * len(window.names) + stays["service"]
    order = np.argsort(place, kind="stable")  # rows are in order: the stays of one person in one place stay so
    visit = stays["visit"][order]
    again = _is_next(place[order], visit)
    counted = np.ones(len(order), dtype=bool)
    counted[order] = (visit == 0) | again
    require(window, STAYS_FOLLOW_ON, "stays", counted)


def _waits(window: Window) -> None:
    waits = window.ledger.waits
    joined, clear, ended, ending = (waits[name] for name in ("joined", "clear", "ended", "ending"))
    holds = (joined <= ended) & ((ended == NEVER) == (ending == WAITING)) & (joined <= clear)
    holds &= (clear <= ended) | ((clear == NEVER) & (ending != ADMITTED))
    holds[1:] &= (joined[1:] >= ended[:-1]) | (waits["person"][1:] != waits["person"][:-1])
    require(window, WAITS_IN_ORDER, "waits", holds)


def _waits_match_stays(window: Window) -> None:
    stays, waits = window.ledger.stays, window.ledger.waits
    require(window, WAITS_MATCH_STAYS, "waits", (waits["stay"] == NONE) == (waits["held"] == OUTSIDE))
    rows = np.flatnonzero(waits["stay"] != NONE)
    stay, ended, ending = waits["stay"][rows], waits["ended"][rows], waits["ending"][rows]
    left, to = stays["left"][stay], stays["to"][stay]
    good = (stays["person"][stay] == waits["person"][rows]) & (stays["service"][stay] == waits["held"][rows])
    good &= (waits["joined"][rows] >= stays["admitted"][stay]) & (ended <= left)
    good &= (ending != WAITING) | (left == NEVER)
    good &= (ending != ADMITTED) | ((ended == left) & _is_led_to(window, waits["to"][rows], to))
    good &= (ending != DIED_WAITING) | ((ended == left) & (to == window.died))
    holds = np.ones(len(waits["to"]), dtype=bool)
    holds[rows] = good
    require(window, WAITS_MATCH_STAYS, "waits", holds)


def _is_led_to(window: Window, to: Column, came_to: Column) -> Mask:
    """Whether who waits for a destination may come to another: to a service of the list that they wait on, else to itself."""
    leads = np.zeros((len(window.names) + 1, len(window.names) + 1), dtype=bool)  # the last stands for NONE
    for number, members in enumerate(window.members):
        leads[number, members] = True
    return np.asarray(leads[to, came_to])


def _failed(window: Window) -> Mask:
    """By wait: whether it ended alive and without a place."""
    return np.isin(window.ledger.waits["ending"], (GAVE_UP, TURNED_AWAY, NO_PLACE))


def _failed_waits_lead_on(window: Window) -> None:
    waits, failed = window.ledger.waits, _failed(window)
    person, stay, to, otherwise = (waits[name] for name in ("person", "stay", "to", "otherwise"))
    follows = np.zeros(len(person), dtype=bool)  # is there a wait of the same person, and in the same stay?
    follows[:-1] = (person[1:] == person[:-1]) & (stay[1:] == stay[:-1])
    at_once = np.zeros(len(person), dtype=bool)
    at_once[:-1] = follows[:-1] & (waits["joined"][1:] == waits["ended"][:-1]) & (to[1:] == otherwise[:-1])
    leaves = ~follows & (waits["held"] == OUTSIDE) & (otherwise == window.out)
    require(window, FAILED_WAITS_LEAD_ON, "waits", ~failed | at_once | leaves)


def _one_wait_per_move(window: Window) -> None:
    stays, waits, people = window.ledger.stays, window.ledger.waits, window.ledger.people
    into = (waits["ending"] == ADMITTED) & (waits["stay"] != NONE)
    ends = np.bincount(waits["stay"][into], minlength=len(stays["to"]))
    moved = (stays["to"] != NONE) & (stays["to"] != window.died)
    require(window, ONE_WAIT_PER_MOVE, "stays", ends == moved)
    into_a_place = (waits["to"] <= window.home) | (waits["to"] > window.out)
    came = np.flatnonzero((waits["ending"] == ADMITTED) & (waits["stay"] == NONE) & into_a_place)
    first = np.flatnonzero(stays["stay"] == 0)
    row = np.full(len(people["group"]), NONE, dtype=np.int64)
    row[waits["person"][came]] = came
    wait = row[stays["person"][first]]
    seated = (wait == NONE) & (people["from_census"][stays["person"][first]] == 1)
    ended, to = np.append(waits["ended"], NEVER)[wait], np.append(waits["to"], NONE)[wait]
    met = (ended == stays["admitted"][first]) & _is_led_to(window, to, stays["service"][first])
    holds = np.ones(len(stays["to"]), dtype=bool)
    holds[first] = seated | ((wait != NONE) & met)
    require(window, ONE_WAIT_PER_MOVE, "stays", holds)


def _levels_are_kept(window: Window) -> None:
    people, stays, waits = window.ledger.people, window.ledger.stays, window.ledger.waits
    before = np.where(stays["stay"] == 0, people["profile"][stays["person"]], np.roll(stays["after"], 1))
    require(window, LEVELS_ARE_KEPT, "stays", stays["found"] == before)
    of_stay = np.append(stays["after"], NONE)[waits["stay"]]
    held = np.where(waits["stay"] == NONE, people["profile"][waits["person"]], of_stay)
    require(window, LEVELS_ARE_KEPT, "waits", waits["profile"] == held)
    row = np.flatnonzero(stays["found"] != stays["after"])
    columns = (window.group_of_stay, stays["service"], stays["found"], stays["after"])
    moves = list(zip(*(column[row].tolist() for column in columns), strict=True))
    may = {move: _may_change(window, *move) for move in set(moves)}
    require_rows(window, LEVELS_ARE_KEPT, "stays", row, np.array([may[move] for move in moves], dtype=bool))


def _may_change(window: Window, group: int, service: int, found: int, after: int) -> bool:
    people, name = window.scenario.people[group], window.names[service]
    return people.once(("may change", name, found, after), lambda: _group_may_change(people, name, found, after))


def _group_may_change(people: Group, service: str, found: int, after: int) -> bool:
    """May a stay, or a delay before it, make these levels of those?"""
    levels = people.profiles[found], people.profiles[after]
    visit = people.visit(service, levels[0], levels[0])
    if visit is None:
        return False
    lost = visit.lost_ground.changes if visit.lost_ground is not None else ()
    known = {(one.trait, one.from_level, one.to_level) for one in (*visit.changes, *lost) if one.chance > 0}
    moved = zip(*levels, strict=True)
    return all(one == other or (*one, other[1]) in known for one, other in moved)


def _steps(window: Window) -> None:
    stays, steps = window.ledger.stays, window.ledger.steps
    stay, started, finished = steps["stay"], steps["started"], steps["finished"]
    left, clear = stays["left"][stay], stays["clear"][stay]
    done, dropped_at = finished < NEVER, steps["dropped_at"]
    dropped = dropped_at < NEVER
    holds = (started >= stays["admitted"][stay]) & (started <= left) & (started <= steps["team_joined"])
    holds &= steps["team_joined"] <= steps["due"]
    holds &= ~done | ((finished == steps["due"]) & (finished <= left) & (finished <= clear) & ~dropped)
    holds &= done | dropped | (left == NEVER)
    holds &= ~dropped | ((dropped_at >= started) & (dropped_at <= left))
    require(window, STEPS_IN_STAYS, "steps", holds)


def _steps_are_dropped_with_a_wait(window: Window) -> None:
    stays, steps, waits, failed = window.ledger.stays, window.ledger.steps, window.ledger.waits, _failed(window)
    row = np.flatnonzero(steps["dropped_at"] < NEVER)
    stay, at = steps["stay"][row], steps["dropped_at"][row]
    ends = set(zip(waits["stay"][failed].tolist(), waits["ended"][failed].tolist(), strict=True))
    with_a_wait = np.array([one in ends for one in zip(stay.tolist(), at.tolist(), strict=True)], dtype=bool)
    died = (stays["to"][stay] == window.died) & (at == stays["left"][stay])
    require_rows(window, STEPS_ARE_DROPPED_WITH_A_WAIT, "steps", row, with_a_wait | died)


def _steps_follow_on(window: Window) -> None:
    """A step that waited for another began when that one ended; before the run there are no teams to join."""
    stay, steps = window.ledger.steps["stay"], window.ledger.steps
    size = len(window.ledger.step_names)
    done = np.flatnonzero(steps["finished"] < NEVER)
    done = done[np.lexsort((steps["step"][done], stay[done]))]
    ends = np.append(stay[done] * size + steps["step"][done], NEVER)
    finished = np.append(steps["finished"][done], NEVER)
    waited = np.flatnonzero(steps["after"] != NONE)
    wanted = stay[waited] * size + steps["after"][waited]
    place, started = np.searchsorted(ends, wanted), steps["started"][waited]
    on_time = (started == finished[place]) | ((started == 0) & (finished[place] < 0))
    holds = np.ones(len(stay), dtype=bool)
    holds[waited] = (ends[place] == wanted) & on_time
    require(window, STEPS_IN_STAYS, "steps", holds)


def _steps_outside(window: Window) -> Column:
    """By person: when they first wait; NONE of people of the census.

    Steps outside are by person and name, of people who come; they run from arrival on until the first wait begins.
    """
    people, steps = window.ledger.people, window.ledger.arrival_steps
    since = np.where(people["from_census"] == 1, NONE, people["arrives"])
    person, started, finished = steps["person"], steps["started"], steps["finished"]
    if len(person):
        follows = (person[1:] > person[:-1]) | ((person[1:] == person[:-1]) & (steps["step"][1:] > steps["step"][:-1]))
        require(window, ROWS_IN_ORDER, "arrival_steps", np.append(True, follows))
        found = outside(window)
        in_time = (started <= steps["team_joined"]) & (steps["team_joined"] <= steps["due"])
        in_time &= (finished == NEVER) | (finished == steps["due"])
        in_time &= people["from_census"][person] == 0
        require(window, FIRST_THE_STEPS, "arrival_steps", in_time & _begins_outside(window))
        since[found.person] = found.clear
    return since


def _first_waits(window: Window, since: Column) -> None:
    """Everybody's first wait begins then; only who comes after the run has none."""
    waits = window.ledger.waits
    first = waits["wait"] == 0
    joined = np.full(len(since), NEVER, dtype=np.int64)
    joined[waits["person"][first]] = waits["joined"][first]
    holds = (since == NONE) | (joined == since) | ((joined == NEVER) & (since >= window.ledger.until))
    require(window, FIRST_THE_STEPS, "people", holds)


def _begins_outside(window: Window) -> Mask:
    """By step outside: whether it begins at arrival, or when the step ends that it waited for."""
    steps, size = window.ledger.arrival_steps, len(window.ledger.step_names)
    ends = dict(zip((steps["person"] * size + steps["step"]).tolist(), steps["finished"].tolist(), strict=True))
    arrives = window.ledger.people["arrives"][steps["person"]]
    wanted = (steps["person"] * size + steps["after"]).tolist()
    begins = [ends.get(one, NONE) if after != NONE else at for one, after, at in zip(
        wanted, steps["after"].tolist(), arrives.tolist(), strict=True
    )]  # fmt: skip
    return np.asarray(steps["started"] == np.array(begins, dtype=np.int64))


def _everybody_is_somewhere(window: Window) -> None:
    people, stays, waits = window.ledger.people, window.ledger.stays, window.ledger.waits
    size = len(people["group"])
    here = np.bincount(stays["person"][stays["left"] == NEVER], minlength=size)
    is_outside = (waits["held"] == OUTSIDE) & (waits["ended"] == NEVER)
    here += np.bincount(waits["person"][is_outside], minlength=size)
    found = outside(window)
    here[found.person[found.clear == NEVER]] += 1
    times = here + (left_model(window) < NEVER)
    require(window, EVERYBODY_IS_SOMEWHERE, "people", (times == 1) | (people["arrives"] >= window.ledger.until))
