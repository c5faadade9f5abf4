"""What each delayed second lacked for this person: a free place, an open door, an arrangement, or a team.

A reason of delay names what is waited for and not why: "reablement bed" holds the days in which no bed is free and the
days in which one is arranged. Before clear it is the step on the critical path, or the team that it waits for. After
clear it is an hour while a place of the awaited service is free and its door, or the person's own discharge hours, are
closed; else a place: none is free, or what is free is being cleaned or is too little for them.

`root_causes.py` asks further: what lacks at the end of the chain of people who wait for each other's places.

What may be changed here: with new expected results.
"""

from functools import reduce

import numpy as np

from sim.inputs.scenario import REASONS
from sim.model.records import NONE, Column
from sim.results.measures.availability import free_over_time, open_to
from sim.results.measures.delay_episodes import Pieces
from sim.results.parts import LACKS
from sim.results.step_functions import ALWAYS, both, column, either, total_by
from sim.results.window import Window

PLACE, HOURS, ARRANGING, TEAM = range(len(LACKS))


def lack_seconds(window: Window, parts: Pieces, reason: Column) -> Column:
    """Seconds of delay by service held, reason and lack; `reason` is that of each piece."""
    service = window.ledger.stays["service"][parts.stay]
    row = service * len(REASONS) + reason
    total = np.zeros(window.home * len(REASONS) * len(LACKS), dtype=np.int64)
    for lack, seconds in enumerate(_seconds(window, parts, service)):
        total += total_by(row * len(LACKS) + lack, seconds, len(total))
    return total.reshape(window.home, len(REASONS), len(LACKS))


def _seconds(window: Window, parts: Pieces, service: Column) -> tuple[Column, Column, Column, Column]:
    """By piece, its seconds inside the window for each lack, in the order of LACKS."""
    whole = window.clipped(parts.start, parts.end)
    is_step = parts.step != NONE
    for_a_team = np.where(is_step, _for_a_team(window, parts), 0)
    for_an_hour = np.where(is_step, 0, _for_an_hour(window, parts, service, ~is_step & (whole > 0)))
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


def _for_an_hour(window: Window, parts: Pieces, service: Column, awaits: Column) -> Column:
    """By piece: seconds in which a place was free and an hour closed; nothing for those that do not await a place."""
    found = np.zeros(len(parts.stay), dtype=np.int64)
    rows = np.flatnonzero(awaits)
    pair = service[rows] * len(window.names) + parts.to[rows]
    for one in np.unique(pair):
        held, to = divmod(int(one), len(window.names))
        these = rows[pair == one]
        start, end = np.maximum(parts.start[these], window.first), np.minimum(parts.end[these], window.end)
        found[these] = _closed(window, held, to, start, end)
    return found


def _closed(window: Window, held: int, to: int, start: Column, end: Column) -> Column:
    """Over each span: seconds in which the destination has a free place and the door or the own hours are closed."""
    members = window.members[to]
    is_open = [open_to(window, held, member) for member in members]
    if all(one is ALWAYS for one in is_open):
        return column(*[0] * len(start))
    could = [both(free_over_time(window, member), one) for member, one in zip(members, is_open, strict=True)]
    return free_over_time(window, to).between(start, end) - reduce(either, could).between(start, end)
