"""What each delayed second lacked for this person: a free place, an open door, an arrangement, or a team.

A reason of delay names what is waited for and not why: "reablement bed" holds the days in which no bed is free and the
days in which one is arranged. Before clear it is the step on the critical path, or the team that it waits for. After
clear it is an hour while a place of the awaited service is free and its door, or the person's own discharge hours, are
closed; else a place: none is free, or what is free is being cleaned or is too little for them.

`root_causes.py` asks further: what lacks at the end of the chain of people who wait for each other's places.

What may be changed here: with new expected results.
"""

import numpy as np

from sim.inputs.scenario import REASONS
from sim.model.records import NONE, Column
from sim.results.measures.availability import door_path, free_path, own_hours_path
from sim.results.measures.catalogue import LACKS
from sim.results.measures.delay_episodes import Pieces
from sim.results.step_functions import ALWAYS, both, column, total_by
from sim.results.window import Cut

PLACE, HOURS, ARRANGING, TEAM = range(len(LACKS))


def lack_seconds(cut: Cut, parts: Pieces, reason: Column) -> Column:
    """Seconds of delay by service held, reason and lack; `reason` is that of each piece."""
    service = cut.ledger.stays["service"][parts.stay]
    row = service * len(REASONS) + reason
    total = np.zeros(cut.home * len(REASONS) * len(LACKS), dtype=np.int64)
    for lack, seconds in enumerate(_seconds(cut, parts, service)):
        total += total_by(row * len(LACKS) + lack, seconds, len(total))
    return total.reshape(cut.home, len(REASONS), len(LACKS))


def _seconds(cut: Cut, parts: Pieces, service: Column) -> tuple[Column, Column, Column, Column]:
    """By piece, its seconds inside the window for each lack, in the order of LACKS."""
    whole = cut.clipped(parts.start, parts.end)
    is_step = parts.step != NONE
    for_a_team = np.where(is_step, _for_a_team(cut, parts), 0)
    for_an_hour = np.where(is_step, 0, _for_an_hour(cut, parts, service, ~is_step & (whole > 0)))
    arranging = np.where(is_step, whole - for_a_team, 0)
    return whole - for_an_hour - arranging - for_a_team, for_an_hour, arranging, for_a_team


def _for_a_team(cut: Cut, parts: Pieces) -> Column:
    """By piece: seconds from its start to the moment at which its step got a team."""
    steps = cut.ledger.steps
    has_team = {step.name for step in cut.scenario.steps if step.team is not None}
    needs_one = np.array([name in has_team for name in cut.ledger.step_names] or [False], dtype=bool)
    step, joined = np.append(steps["step"], 0)[parts.step], np.append(steps["team_joined"], 0)[parts.step]
    until = np.where(needs_one[step], np.clip(joined, parts.start, parts.end), parts.start)
    return cut.clipped(parts.start, until)


def _for_an_hour(cut: Cut, parts: Pieces, service: Column, awaits: Column) -> Column:
    """By piece: seconds in which a place was free and an hour closed; nothing for those that do not await a place."""
    found = np.zeros(len(parts.stay), dtype=np.int64)
    rows = np.flatnonzero(awaits)
    pair = service[rows] * len(cut.names) + parts.to[rows]
    for one in np.unique(pair):
        held, to = divmod(int(one), len(cut.names))
        these = rows[pair == one]
        start, end = np.maximum(parts.start[these], cut.first), np.minimum(parts.end[these], cut.end)
        found[these] = _closed(cut, held, to, start, end)
    return found


def _closed(cut: Cut, held: int, to: int, start: Column, end: Column) -> Column:
    """Over each span: seconds in which the destination has a free place and the door or the own hours are closed."""
    services = cut.scenario.services
    door = door_path(cut, services[to]) if to < len(services) else ALWAYS
    is_open = both(door, own_hours_path(cut, services[held]))
    if is_open is ALWAYS:
        return column(*[0] * len(start))
    free = free_path(cut, to)
    return free.between(start, end) - both(free, is_open).between(start, end)
