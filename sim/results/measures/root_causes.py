"""What lacked: each second of delay traced to a place, opening hours, a team, a step, an hour, or a service at the end of a chain.

Before clear: the team while the critical step waits for its team, else the step itself. After clear,
somebody awaits a service. If it has a free place they wait for an hour (its opening hours, or their own discharge
hours) or, with both open, for that service all the same (a place being cleaned, or hours that do not
suffice for them). A list has a free place where one of its services has, and hours are closed where they are closed in each
that has one. If it is full, the one who has been clear in it for longest is asked the same, and so on,
until a service has nobody clear in it or comes up a second time: that service is the cause. Where a service has bays, all of
this is asked of the bays that are for the person who waits: whether one is free, and who is longest clear in one of them.

A reason of delay names what is waited for and not why: "reablement bed" holds the days in which no bed is free and the
days in which one is arranged. Before clear it is the step on the critical path, or the team that it waits for. After
clear it is an hour while a place of the awaited service is free and its opening hours, or the person's own discharge hours, are
closed; else a place: none is free, or what is free is being cleaned or is too little for them.

So `cause_seconds` follows the chain of people who wait for each other's places to its end, and `lack_seconds` stops at
the place that is awaited.
"""

from collections.abc import Iterable
from functools import reduce

import numpy as np

from sim.inputs.scenario import REASONS, Service
from sim.model.records import NEVER, NONE, Column
from sim.results.measure_table import LACKS
from sim.results.measures.delay_episodes import Pieces
from sim.results.measures.occupancy import door_over_time, free_in_bay, free_over_time, own_hours_over_time
from sim.results.step_functions import ALWAYS, Mask, StepFunction, both, column, either, instants_of, total_by
from sim.results.window import Window


def cause_seconds(window: Window, parts: Pieces) -> Column:
    """Seconds of delay by service and cause."""
    table = np.zeros((window.home, len(cause_items(window))), dtype=np.int64)
    _add_steps(window, parts, table)
    _add_places(window, parts, table)
    return table


def cause_items(window: Window) -> tuple[str, ...]:
    """The causes: teams, steps, hours, then destinations."""
    teams, steps = (team.name for team in window.scenario.teams), window.ledger.step_names
    return (*(f"team {name}" for name in teams), *(f"step {name}" for name in steps), "hours", *window.names)


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


def has_bays(window: Window) -> bool:
    """Whether any service is divided, so that who waits for it may take some of its beds only."""
    return any(service.bays for service in window.declared)


class _Places:
    """The places that people hold and await, by number: destinations, then bays, then whatever else somebody may wait for.

    Who waits for a service with bays, alone or on a list, waits for those of its bays that are for them: each such choice of bays is
    a place of its own, which is free where one of them is. Without bays there are destinations only.
    """

    def __init__(self, window: Window, parts: Pieces) -> None:
        self.window = window
        self.members = [list(members) for members in window.members]
        self.destination = list(range(len(window.names)))
        self._bays: dict[int, tuple[int, int]] = {}  # service and number of the bay in it
        stay, stays = parts.stay, window.ledger.stays
        self.held, self.to = stays["service"][stay], parts.to
        if has_bays(window):
            first = {number: self._add_bays(number) for number, one in enumerate(window.declared) if one.bays}
            begins = np.array([first.get(number, number) for number in range(len(window.names))], dtype=np.int64)
            self.held = begins[self.held] + stays["bay"][stay]
            group = window.ledger.people["group"][stays["person"][stay]]
            keys = list(zip(parts.to.tolist(), group.tolist(), stays["after"][stay].tolist(), strict=True))
            choices: dict[tuple[int, tuple[int, ...]], int] = {}
            awaited = {key: self._awaited(choices, first, *key) for key in dict.fromkeys(keys)}
            self.to = np.array([awaited[key] for key in keys], dtype=np.int64)

    def _add_bays(self, service: int) -> int:
        first = len(self.members)
        for place in range(len(self.window.declared[service].bays)):
            self._bays[first + place] = service, place
            self.members.append([first + place])
            self.destination.append(service)
        return first

    def _awaited(
        self, choices: dict[tuple[int, tuple[int, ...]], int], first: dict[int, int], to: int, group: int, profile: int
    ) -> int:
        """What somebody with a profile awaits who waits for a destination."""
        if not any(member in first for member in self.window.members[to]):
            return to
        levels, members = self.window.scenario.people[group].profiles[profile], list[int]()
        for member in self.window.members[to]:
            bays = self.window.declared[member].bays if member in first else ()
            members += [first[member] + place for place, bay in enumerate(bays) if bay.is_for(levels)]
            members += [] if bays else [member]
        if (to, tuple(members)) not in choices:
            choices[to, tuple(members)] = len(self.members)
            self.members.append(members)
            self.destination.append(to)
        return choices[to, tuple(members)]

    def service(self, number: int) -> Service | None:
        """The service whose hours count where people hold this place; None: home, out, or several places."""
        if number in self._bays:
            return self.window.declared[self._bays[number][0]]
        return self.window.declared[number] if number < self.window.home else None

    def is_several(self, number: int) -> bool:
        """Whether it is what somebody awaits on a list, or of bays."""
        return number in self.window.lists or (number >= len(self.window.names) and number not in self._bays)

    def free(self, number: int) -> StepFunction:
        """1 while a place is free, 0 while it is not."""
        if number in self._bays:
            service, place = self._bays[number]
            return free_in_bay(self.window, self.window.declared[service], place)
        if number < len(self.window.names):
            return free_over_time(self.window, number)
        each = [self.free(member) for member in self.members[number]]
        return reduce(either, each) if each else StepFunction(column(-NEVER), column(0))

    def door(self, number: int) -> StepFunction:
        """1 while people may come in, by the hours of admission."""
        service = self.service(number)
        return ALWAYS if service is None else door_over_time(self.window, service)

    def own_hours(self, number: int) -> StepFunction:
        """1 while people may leave, by the hours of discharge."""
        service = self.service(number)
        return ALWAYS if service is None else own_hours_over_time(self.window, service)


class _State:
    """On a grid of instants over the window: who is longest clear where, what is free, what is open.

    Only of the places that these people hold or await: rows of others are left as the memory was.
    """

    def __init__(self, places: _Places, parts: Pieces, rows: Column) -> None:
        window, self.places = places.window, places
        self.held, self.to, self.start, self.end = (
            places.held[rows],
            places.to[rows],
            parts.start[rows],
            parts.end[rows],
        )
        self.person = window.ledger.stays["person"][parts.stay[rows]]
        members = {member for number in np.unique(self.to).tolist() for member in (number, *places.members[number])}
        free = {number: places.free(number) for number in sorted(members)}
        self.here = sorted(members.union(np.unique(self.held).tolist()))
        services = [number for number in self.here if places.service(number) is not None]
        doors = {number: places.door(number) for number in services}
        own = {number: places.own_hours(number) for number in services}
        paths = (*free.values(), *doors.values(), *own.values())
        times = instants_of(self.start, self.end, *(path.times for path in paths))
        self.grid = np.append(window.first, times[(times > window.first) & (times < window.end)])
        self.seconds = np.diff(np.append(self.grid, window.end))
        shape, here = (len(places.members), len(self.grid)), np.array(self.here, dtype=np.int64)
        self.next, self.held_by_next = np.empty((2, *shape), dtype=np.int64)
        self.next[here], self.held_by_next[here] = NONE, here[:, None]
        self.is_free, self.door, self.own_hours = np.empty((3, *shape), dtype=bool)
        self.is_free[here] = self.door[here] = self.own_hours[here] = True
        self._find_heads()
        self._look(self.door, doors.items())
        self._look(self.own_hours, own.items())
        self._look(self.is_free, free.items())
        for number in filter(places.is_several, self.here):  # open where a service with a free place is
            these = places.members[number]
            self.door[number] = (self.door[these] & self.is_free[these]).any(axis=0)

    def _find_heads(self) -> None:
        """What the longest-clear person of each destination waits for, and of lists in which service they are."""
        places = self.places
        for number in self.here:
            if places.service(number) is None and not places.is_several(number):
                continue  # home and out hold nobody up
            members = places.members[number]
            head = self._longest_clear(members, self.to + 1)
            if len(head.times):
                self.next[number] = head.at(self.grid) - 1
                self.held_by_next[number] = self._longest_clear(members, self.held).at(self.grid)

    def _look(self, into: Mask, paths: Iterable[tuple[int, StepFunction]]) -> None:
        """Fill in, row by row, when these paths of 0 and 1 are 1."""
        for number, path in paths:
            if path is not ALWAYS:
                into[number] = path.at(self.grid) > 0

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
    places = _Places(window, parts)
    for rows in _apart(window, parts):
        _add_places_of(window, _State(places, parts, rows), table)


def _apart(window: Window, parts: Pieces) -> list[Column]:
    """Rows of the pieces after clear, those apart whose chains never meet: a county's hospitals do not wait for another's beds.

    What is looked at grows with places times instants, so a country as one would take the square of its counties.
    """
    is_place = (parts.step == NONE) & (parts.to != NONE)  # records made by hand may say of nobody what they wait for
    rows = np.flatnonzero(is_place & (window.clipped(parts.start, parts.end) > 0))
    if has_bays(window):
        return [rows]
    held, size = window.ledger.stays["service"][parts.stay[rows]], len(window.names)
    group = groups_of_places(window, *np.divmod(np.unique(held * size + parts.to[rows]), size))
    return [rows[group[held] == number] for number in np.unique(group[held])]


def groups_of_places(window: Window, held: Column, to: Column) -> Column:
    """By place: its group, where people hold these and await those; chains go on from a place only inside its group."""
    group = list(range(len(window.names)))

    def group_of(place: int) -> int:
        while group[place] != place:
            place = group[place]
        return place

    for place, awaited in zip(held.tolist(), to.tolist(), strict=True):
        members = window.members[awaited]
        if not any(free_over_time(window, member) is ALWAYS for member in members):  # else no chain goes on from there
            for member in members:
                group[group_of(member)] = group_of(place)
    return column(*map(group_of, range(len(group))))


def _add_places_of(window: Window, state: _State, table: Column) -> None:
    """Those of one group of places."""
    hours, size = table.shape[1] - len(window.names) - 1, len(state.places.members)
    destination = np.array(state.places.destination, dtype=np.int64)
    pairs = np.unique(state.held * size + state.to)
    for pair in pairs:
        held, to = divmod(int(pair), size)
        rows = np.flatnonzero((state.held == held) & (state.to == to))
        begun = np.searchsorted(np.sort(state.start[rows]), state.grid, side="right")
        waiting = begun - np.searchsorted(np.sort(state.end[rows]), state.grid, side="right")
        when = np.flatnonzero(waiting)
        ends = _ends_of_chains(state, held, to, when)
        item = np.where(ends == NONE, hours, hours + 1 + destination[ends])
        np.add.at(table, (destination[held], item), waiting[when] * state.seconds[when])


def _ends_of_chains(state: _State, held: int, to: int, when: Column) -> Column:
    """For each instant the destination at the end of the chain, or NONE where an hour lacked."""
    size = len(state.places.members)
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


PLACE, HOURS, ARRANGING, TEAM = range(len(LACKS))


def lack_seconds(window: Window, parts: Pieces, reason: Column) -> Column:
    """Seconds of delay by service held, reason and lack; `reason` is that of each piece."""
    service = window.ledger.stays["service"][parts.stay]
    row = service * len(REASONS) + reason
    total = np.zeros(window.home * len(REASONS) * len(LACKS), dtype=np.int64)
    for lack, seconds in enumerate(_seconds(window, parts)):
        total += total_by(row * len(LACKS) + lack, seconds, len(total))
    return total.reshape(window.home, len(REASONS), len(LACKS))


def _seconds(window: Window, parts: Pieces) -> tuple[Column, Column, Column, Column]:
    """By piece, its seconds inside the window for each lack, in the order of LACKS."""
    whole = window.clipped(parts.start, parts.end)
    is_step = parts.step != NONE
    for_a_team = np.where(is_step, _for_a_team(window, parts), 0)
    for_an_hour = np.where(is_step, 0, _for_an_hour(window, parts, ~is_step & (whole > 0)))
    arranging = np.where(is_step, whole - for_a_team, 0)
    return whole - for_an_hour - arranging - for_a_team, for_an_hour, arranging, for_a_team


def _for_a_team(window: Window, parts: Pieces) -> Column:
    """By piece: seconds from its start to the moment at which its step got a team."""
    steps = window.ledger.steps
    has_team = {step.name for step in window.scenario.steps if step.team is not None}
    needs_one = np.array([name in has_team for name in window.ledger.step_names] or [False], dtype=bool)
    step, joined = np.append(steps["step"], 0)[parts.step], np.append(steps["team_joined"], 0)[parts.step]
    until = np.where(needs_one[step], np.clip(joined, parts.start, parts.end), parts.start)
    return window.clipped(parts.start, until)


def _for_an_hour(window: Window, parts: Pieces, awaits: Column) -> Column:
    """By piece: seconds in which a place was free and an hour closed; nothing for those that do not await a place."""
    found = np.zeros(len(parts.stay), dtype=np.int64)
    rows, places = np.flatnonzero(awaits), _Places(window, parts)
    size = len(places.members)
    pair = places.held[rows] * size + places.to[rows]
    for one in np.unique(pair):
        held, to = divmod(int(one), size)
        these = rows[pair == one]
        start, end = np.maximum(parts.start[these], window.first), np.minimum(parts.end[these], window.end)
        found[these] = _closed(places, held, to, start, end)
    return found


def _closed(places: _Places, held: int, to: int, start: Column, end: Column) -> Column:
    """Over each span: seconds in which the destination has a free place, but the admission hours or the person's own hours are closed."""
    members, own = places.members[to], places.own_hours(held)
    is_open = [both(places.door(member), own) for member in members]
    if all(one is ALWAYS for one in is_open):
        return column(*[0] * len(start))
    could = [both(places.free(member), one) for member, one in zip(members, is_open, strict=True)]
    return places.free(to).between(start, end) - reduce(either, could).between(start, end)
