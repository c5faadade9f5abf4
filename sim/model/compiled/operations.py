"""The verbs of a walk: what the fast engine does again and again to one person, place, step or line.

Each takes the plan and the room and changes the room's tables. They are plain Python that a compiler can read, and are built into
the loop of `event_loop.py` wherever it calls them, so that they cost nothing there. They live in seven files, by what they are about.

What may be changed here: with new expected results, and only together with the reference engine.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from sim.model.compiled import capacity as places
from sim.model.compiled import circular_blocking as rings
from sim.model.compiled import event_queue as calendar
from sim.model.compiled import queues as lines
from sim.model.compiled import random_lookup as chances
from sim.model.compiled import stays, steps

FILES: tuple[ModuleType, ...] = (calendar, lines, chances, places, rings, steps, stays)

# In an order in which each knows those before it.
VERBS: tuple[Callable[..., Any], ...] = (
    calendar.post, calendar.push, calendar.take_first, calendar.open_span, calendar.schedule, calendar.due_at,
    lines.tie, lines.step_in, lines.step_out, lines.join_queue, lines.leave_queue, lines.join_team_queue,
    chances.uniform, chances.drawn, chances.within, chances.conditional_seconds, chances.due_after,
    places.touch, places.knock, places.is_open, places.plan_places, places.never_fits, places.has_opened, places.other_way,
    places.may_go_elsewhere, places.goes_back, places.count_clear, places.leave_place,
    rings.find_ring,
    steps.own_start, steps.is_over, steps.drop, steps.step_takes, steps.step_end, steps.begin_step, steps.try_steps, steps.serve_team,
    steps.ask_for_steps,
    stays.visits_made, stays.end_wait, stays.expect, stays.visit_at, stays.review_after, stays.begin_stay, stays.settle, stays.route_after, stays.seat,
    stays.take_place, stays.move, stays.move_at_once,
)  # fmt: skip
