"""What lacked: each second of delay traced to a team, a step, an hour, or a service at the end of a chain.

Before clear: the team while the critical step waits for its team, else the step itself. After clear,
somebody awaits a service. If it has a free place they wait for an hour (its door, or their own discharge
hours) or, with both open, for that service all the same (a place being cleaned, or hours that do not
suffice for them). A list has a free place where one of its services has, and hours are closed where they are closed in each
that has one. If it is full, the one who has been clear in it for longest is asked the same, and so on,
until a service has nobody clear in it or comes up a second time: that service is the cause.

What may be changed here: with new expected results.
"""

from collections.abc import Iterable
from types import SimpleNamespace

import numpy as np

from sim.model.records import NEVER, NONE, Column
from sim.results.measures import chains
from sim.results.measures.availability import door_over_time, free_over_time, own_hours_over_time
from sim.results.measures.delay_episodes import Pieces
from sim.results.step_functions import ALWAYS, Mask, StepFunction, column, instants_of
from sim.results.window import Window


def cause_seconds(window: Window, parts: Pieces) -> tuple[Column, tuple[str, ...]]:
    """Seconds of delay by service and cause; the causes are teams, steps, hours, then destinations."""
    scenario, steps = window.scenario, window.ledger.step_names
    items = (
        *(f"team {team.name}" for team in scenario.teams),
        *(f"step {name}" for name in steps),
        "hours",
        *window.names,
    )
    table = np.zeros((window.home, len(items)), dtype=np.int64)
    _add_steps(window, parts, table)
    _add_places(window, parts, table)
    return table, items


def _add_steps(window: Window, parts: Pieces, table: Column) -> None:
    """Pieces of the critical path: a step, or the team it waited for."""
    ledger, teams = window.ledger, [team.name for team in window.scenario.teams]
    rows = np.flatnonzero(parts.step != NONE)
    if not len(rows):
        return
    team_of = {step.name: NONE if step.team is None else teams.index(step.team) for step in window.scenario.steps}
    team_of_step = column(*(team_of[name] for name in ledger.step_names))
    service = ledger.stays["service"][parts.stay[rows]]
    step = ledger.steps["step"][parts.step[rows]]
    joined = np.clip(ledger.steps["team_joined"][parts.step[rows]], parts.start[rows], parts.end[rows])
    joined = np.where(team_of_step[step] == NONE, parts.start[rows], joined)
    np.add.at(table, (service, len(teams) + step), window.clipped(joined, parts.end[rows]))
    np.add.at(table, (service, np.maximum(team_of_step[step], 0)), window.clipped(parts.start[rows], joined))


class _State:
    """On a grid of instants over the window: who is longest clear where, what is free, what is open.

    Only of the places that these people hold or await: rows of others are left as the memory was.
    """

    def __init__(self, window: Window, parts: Pieces, rows: Column) -> None:
        self.window = window
        self.held = window.ledger.stays["service"][parts.stay[rows]]
        self.to, self.start, self.end = parts.to[rows], parts.start[rows], parts.end[rows]
        self.person = window.ledger.stays["person"][parts.stay[rows]]
        members = {member for number in np.unique(self.to).tolist() for member in (number, *window.members[number])}
        free = {number: free_over_time(window, number) for number in sorted(members)}
        self.here = sorted(members.union(np.unique(self.held).tolist()))
        services = [number for number in self.here if number < window.home]
        doors = {number: door_over_time(window, window.declared[number]) for number in services}
        own = {number: own_hours_over_time(window, window.declared[number]) for number in services}
        paths = (*free.values(), *doors.values(), *own.values())
        times = instants_of(self.start, self.end, *(path.times for path in paths))
        self.grid = np.append(window.first, times[(times > window.first) & (times < window.end)])
        self.seconds = np.diff(np.append(self.grid, window.end))
        shape, places = (len(window.names), len(self.grid)), np.array(self.here, dtype=np.int64)
        self.next, self.held_by_next = np.empty((2, *shape), dtype=np.int64)
        self.next[places], self.held_by_next[places] = NONE, places[:, None]
        self.is_free, self.door, self.own_hours = np.empty((3, *shape), dtype=bool)
        self.is_free[places] = self.door[places] = self.own_hours[places] = True
        self.passes = window.passes(chains.PASSES)
        if self.passes is None:
            self._find_heads()
        else:
            self._find_heads_fast(self.passes)
        self._look(self.door, doors.items())
        self._look(self.own_hours, own.items())
        self._look(self.is_free, free.items())
        for number in set(self.here).intersection(window.lists):  # open where a service with a free place is
            these = window.members[number]
            self.door[number] = (self.door[these] & self.is_free[these]).any(axis=0)

    def _find_heads(self) -> None:
        """What the longest-clear person of each destination waits for, and of lists in which service they are."""
        for number in set(self.here).intersection(self.window.in_line):
            members = self.window.members[number]
            head = self._longest_clear(members, self.to + 1)
            if len(head.times):
                self.next[number] = head.at(self.grid) - 1
                self.held_by_next[number] = self._longest_clear(members, self.held).at(self.grid)

    def _find_heads_fast(self, passes: SimpleNamespace) -> None:
        """The same by going once over everybody for each destination, compiled."""
        order = np.lexsort((self.person, self.start))
        first, last = self._instant(self.start), self._instant(self.end)
        is_member = np.zeros((len(self.next), self.window.home), dtype=bool)
        for number in set(self.here).intersection(self.window.in_line):
            is_member[number, self.window.members[number]] = True
        pieces = chains.Awaiting(*(column[order] for column in (self.held, self.to, first, last)))
        passes.longest_clear(self.next, self.held_by_next, is_member, pieces)

    def _look(self, into: Mask, paths: Iterable[tuple[int, StepFunction]]) -> None:
        """Fill in, row by row, when these paths of 0 and 1 are 1."""
        for number, path in paths:
            if path is not ALWAYS:
                into[number] = path.at(self.grid) > 0

    def _instant(self, times: Column) -> Column:
        """The number of the first instant of the grid that is not before each time."""
        return np.searchsorted(self.grid, np.maximum(times, self.window.first))

    def follow(self, passes: SimpleNamespace, pairs: Column, table: Column) -> None:
        """Add the seconds of these pairs of service held and destination, by what is at the end of their chains."""
        size, instants = len(self.window.names), len(self.grid)
        which = np.searchsorted(pairs, self.held * size + self.to) * (instants + 1)
        begun, over = (
            np.bincount(which + self._instant(times), minlength=len(pairs) * (instants + 1))
            for times in (self.start, self.end)
        )
        waiting = (begun - over).reshape(len(pairs), instants + 1)
        at = chains.Instants(self.seconds, self.next, self.held_by_next, self.is_free, self.door, self.own_hours)
        found, seen = np.zeros(table.shape, dtype=np.int64), np.zeros(size, dtype=np.int64)
        passes.ends_of_chains(found, seen, pairs // size, pairs % size, waiting, at)
        table += found

    def _longest_clear(self, members: list[int], value: Column) -> StepFunction:
        """The value of the longest-clear person of these services over time, 0 where there is nobody."""
        rows = np.flatnonzero(np.isin(self.held, members))
        rows = rows[np.lexsort((self.person[rows], self.start[rows]))]
        until = np.maximum.accumulate(self.end[rows])
        before = np.append(column(-NEVER), until[:-1]) if len(rows) else until
        leads = self.end[rows] > before
        rows, start = rows[leads], np.maximum(self.start[rows], before)[leads]
        times = np.stack((start, self.end[rows]), axis=1).ravel()
        values = np.stack((value[rows], np.zeros(len(rows), dtype=np.int64)), axis=1).ravel()
        is_last = np.ones(len(times), dtype=bool)
        is_last[:-1] = times[1:] != times[:-1]
        return StepFunction(times[is_last], values[is_last])


def _add_places(window: Window, parts: Pieces, table: Column) -> None:
    """Pieces after clear, followed to the end of the chain: by service held and service awaited."""
    for rows in _apart(window, parts):
        _add_places_of(window, _State(window, parts, rows), table)


def _apart(window: Window, parts: Pieces) -> list[Column]:
    """Rows of the pieces after clear, those apart whose chains never meet: a county's hospitals do not wait for another's beds.

    What is looked at grows with places times instants, so a country as one would take the square of its counties.
    """
    rows = np.flatnonzero((parts.step == NONE) & (window.clipped(parts.start, parts.end) > 0))
    held, size = window.ledger.stays["service"][parts.stay[rows]], len(window.names)
    group = np.arange(size)
    for pair in np.unique(held * size + parts.to[rows]).tolist():
        place, members = pair // size, window.members[pair % size]
        if not any(free_over_time(window, member) is ALWAYS for member in members):  # else no chain goes on from there
            group[np.isin(group, group[members])] = group[place]
    return [rows[group[held] == number] for number in np.unique(group[held])]


def _add_places_of(window: Window, state: _State, table: Column) -> None:
    """Those of one group of places."""
    hours = table.shape[1] - len(window.names) - 1
    pairs = np.unique(state.held * len(window.names) + state.to)
    if state.passes is not None:
        state.follow(state.passes, pairs, table[:, hours:])
        return
    for pair in pairs:
        held, to = divmod(int(pair), len(window.names))
        rows = np.flatnonzero((state.held == held) & (state.to == to))
        begun = np.searchsorted(np.sort(state.start[rows]), state.grid, side="right")
        waiting = begun - np.searchsorted(np.sort(state.end[rows]), state.grid, side="right")
        when = np.flatnonzero(waiting)
        ends = _ends_of_chains(state, held, to, when)
        item = np.where(ends == NONE, hours, hours + 1 + ends)
        np.add.at(table, (held, item), waiting[when] * state.seconds[when])


def _ends_of_chains(state: _State, held: int, to: int, when: Column) -> Column:
    """For each instant the destination at the end of the chain, or NONE where an hour lacked."""
    size = len(state.window.names)
    ends = np.full(len(when), NONE, dtype=np.int64)
    active = np.arange(len(when))
    holds = np.full(len(when), held, dtype=np.int64)
    awaits = np.full(len(when), to, dtype=np.int64)
    seen = np.zeros((size, len(when)), dtype=bool)
    while len(active):
        at = when[active]
        seen[awaits, active] = True
        free = state.is_free[awaits, at]
        in_hours = state.door[awaits, at] & state.own_hours[holds, at]
        further = state.next[awaits, at]
        stops = free | (further == NONE) | seen[further, active]
        names_it = stops & ~(free & ~in_hours)
        ends[active[names_it]] = awaits[names_it]
        holds = state.held_by_next[awaits[~stops], at[~stops]]
        active, awaits = active[~stops], further[~stops]
    return ends
