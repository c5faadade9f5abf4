"""The verbs of a walk: what the fast engine does again and again to one person, place, step or line.

Each takes the plan and the room and changes the room's tables. They are plain Python that a compiler can read, and are built into
the loop of `walking.py` wherever it calls them, so that they cost nothing there. They live in five files, by what they are about.

What may be changed here: with new expected results, and only together with the reference engine.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from sim.model import walking_calendar, walking_luck, walking_places, walking_stays, walking_steps
from sim.model.walking_calendar import due_at, post, push, schedule
from sim.model.walking_luck import conditional_seconds, drawn, due_after, luck, within
from sim.model.walking_places import count_clear, is_open, knock, leave_place, leave_queue, plan_places, touch
from sim.model.walking_stays import (
    begin_stay,
    end_wait,
    expect,
    move,
    move_at_once,
    review_after,
    route_after,
    seat,
    settle,
    take_place,
    visits_made,
)
from sim.model.walking_steps import drop, is_over, leave_team_queue, own_start, step_end, step_takes

FILES: tuple[ModuleType, ...] = (walking_calendar, walking_luck, walking_places, walking_steps, walking_stays)

# In an order in which each knows those before it.
VERBS: tuple[Callable[..., Any], ...] = (
    post, touch, luck, drawn, within, conditional_seconds, due_after, knock, is_open, plan_places, leave_queue, count_clear,
    visits_made, own_start, is_over, leave_team_queue, drop, end_wait, step_takes, step_end, push, schedule, expect, due_at, leave_place,
    review_after, begin_stay, settle, route_after, seat,
    take_place, move, move_at_once,
)  # fmt: skip
