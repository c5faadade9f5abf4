"""Steps before the first wait: how long people were outside for them, and for which reason (rule 26).

From arrival until every step outside is done nobody waits for a place yet, and nobody is delayed: this time is a measure of
its own. Where steps run side by side it is given to the critical path, as delay is.

A change here moves results, which are then recorded anew.
"""

from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import OUTSIDE, REASONS, SECONDS_PER_DAY
from sim.model.records import NEVER, Column
from sim.results.measures.delay_episodes import Segments, through_steps
from sim.results.split import Split, SplitMeasure
from sim.results.step_functions import is_first, total_by
from sim.results.window import Row, Window, kept


class Outside(NamedTuple):
    """People with steps outside, from arrival until all are done; NEVER while one is not."""

    person: Column
    start: Column
    clear: Column


@kept
def outside(window: Window) -> Outside:
    """Everybody for whom something was done before they waited, by person."""
    steps, arrives = window.ledger.arrival_steps, window.ledger.people["arrives"]
    whose = steps["person"]
    first = np.flatnonzero(is_first(whose))  # rows are in the order of people
    # who has another step to come has one that is not finished: steps that follow begin when those before them end
    clear = np.maximum.reduceat(steps["finished"], first) if len(first) else whose
    return Outside(whose[first], arrives[whose[first]], clear)


@kept
def seconds_by_reason(window: Window) -> Column:
    """Seconds of the window that people were outside for steps, by number of the reason."""
    found, steps = outside(window), window.ledger.arrival_steps
    here = Segments(found.person, found.person, found.start, found.clear, found.clear)
    as_steps = {**steps, "stay": steps["person"], "dropped_at": np.full_like(steps["step"], NEVER)}
    some = np.flatnonzero(found.clear > found.start)
    parts, _ = through_steps(as_steps, len(window.ledger.step_names), here, some)
    reason = {step.name: REASONS.index(step.reason) for step in window.scenario.steps}
    of_step = np.array([reason[name] for name in window.ledger.step_names] or [0], dtype=np.int64)
    seconds = window.clipped(parts.start, parts.end)
    return total_by(of_step[steps["step"][parts.step]], seconds, len(REASONS))


def are_asked_for(window: Window) -> bool:
    """Whether anybody in the scenario may have steps outside."""
    groups = window.scenario.people
    return window.scenario.once(
        "steps outside", lambda: any(arrival.steps for group in groups for arrival in group.arrivals_outside)
    )


def split_measures(window: Window, split: Split) -> list[SplitMeasure]:
    """Days that people were outside for steps; no row where a scenario has none."""
    if not are_asked_for(window):
        return []
    found = outside(window)
    places = np.full(len(found.person), split.outside)
    seconds = split.total(split.came[found.person], places, window.clipped(found.start, found.clear))
    days = split.with_all(seconds, [split.outside]) / SECONDS_PER_DAY
    return split.reported({"arrival_step_days": days}, (split.outside, split.all))


def rows(window: Window) -> list[Row]:
    """The same by reason."""
    if not are_asked_for(window):
        return []
    return [
        Row(place, "arrival_step_days", "reason", REASONS[reason], seconds / SECONDS_PER_DAY)
        for place in (OUTSIDE, "all")
        for reason, seconds in enumerate(seconds_by_reason(window).tolist())
        if seconds
    ]
