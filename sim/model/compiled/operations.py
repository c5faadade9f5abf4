"""The operations of the compiled engine, in the order in which they are compiled.

Each takes the plan and the state and changes the state's tables. They are plain Python that a compiler can read, and are built
into each other wherever they are called, so that a call costs nothing. They live in eleven files, by what they are about.

A change here needs the same change in the reference engine, and moves results.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from sim.model.compiled import capacity as places
from sim.model.compiled import circular_blocking as circles
from sim.model.compiled import event_loop, gathering, joining, phases, stays, steps
from sim.model.compiled import event_queue as calendar
from sim.model.compiled import queues as lines
from sim.model.compiled import random_lookup as chances

FILES: tuple[ModuleType, ...] = (
    calendar,
    lines,
    chances,
    places,
    circles,
    steps,
    stays,
    joining,
    gathering,
    phases,
    event_loop,
)

# In an order in which each knows those before it.
OPERATIONS: tuple[Callable[..., Any], ...] = (
    calendar.post, calendar.push, calendar.take_first, calendar.open_span, calendar.schedule, calendar.due_at,
    lines.tie, lines.step_in, lines.step_out, lines.goes_before, lines.start_line, lines.next_of_line, lines.count_on_lists, lines.join_queue, lines.leave_queue, lines.join_team_queue,
    chances.uniform, chances.drawn, chances.within, chances.conditional_seconds, chances.due_after,
    places.touch, places.note_opening, places.is_open, places.touch_all_of, places.plan_places,
    places.is_divided, places.bay_for, places.has_free_bay, places.bay_of, places.hold_place, places.most_in_bays, places.visits_made, places.units_needed,
    places.units_in, places.never_fits, places.has_opened,
    places.other_way_outside, places.other_way_of, places.other_way, places.may_go_elsewhere, places.goes_back, places.count_clear, places.leave_place,
    circles.holds_and_may_come, circles.first_of_holders, circles.is_held_by_clear, circles.find_circle,
    steps.own_start, steps.first_start, steps.is_over, steps.drop, steps.is_outside, steps.key_of_place, steps.entry_of, steps.step_takes, steps.step_end, steps.begin_step, steps.priority_of, steps.try_steps, steps.serve_team,
    steps.step_named, steps.clear_of_census, steps.is_needed, steps.goes_on, steps.add_step, steps.tie_to_earlier, steps.steps_asked_for, steps.ask_for_steps,
    stays.end_wait, stays.expect, stays.visit_at, stays.note_profile, stays.change_levels, stays.review_after, stays.are_steps_left, stays.begin_stay, stays.settle, stays.route_after, stays.seat, stays.place_from_census,
    stays.take_place, stays.move, stays.move_at_once,
    *joining.OPERATIONS, *gathering.OPERATIONS, *phases.OPERATIONS, *event_loop.OPERATIONS,
)  # fmt: skip
