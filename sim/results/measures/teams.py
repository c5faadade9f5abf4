"""Teams: how much of their time they are at work, how many steps wait for them, and how long.

A step is in its team's queue from `started` on and holds a place of the team from `team_joined` on, until it is finished or
dropped.

A change here moves results, which are then recorded anew.
"""

from typing import NamedTuple

import numpy as np

from sim.inputs.scenario import Team
from sim.model.records import Column
from sim.results.measures.occupancy import free_between, planned_over_time
from sim.results.measures.waits import lengths_of_waits, mean_days, mean_in_line
from sim.results.path_passes import PASSES
from sim.results.step_functions import StepFunction, aligned, going_on, larger
from sim.results.window import Row, Window, kept


class Work(NamedTuple):
    """The steps of one team: from when they waited for it, had a place, and needed none any more.

    Rows in STEPS, and behind these, as if the one table went on below the other, rows of the steps outside.
    """

    row: Column
    started: Column
    team_joined: Column
    over: Column


@kept
def work_of(window: Window, team: Team) -> Work:
    """What this team had to do in one replication."""
    steps, outside = window.ledger.steps, window.ledger.arrival_steps
    names = [step.name for step in window.scenario.steps if step.team == team.name]
    is_of_team = np.array([name in names for name in window.ledger.step_names], dtype=bool)
    mine, theirs = (np.flatnonzero(is_of_team[table["step"]]) for table in (steps, outside))
    over = np.minimum(steps["finished"][mine], steps["dropped_at"][mine])
    row = np.concatenate((mine, theirs + len(steps["step"])))
    over = np.concatenate((over, outside["finished"][theirs]))
    started, joined = (
        np.concatenate((steps[name][mine], outside[name][theirs])) for name in ("started", "team_joined")
    )
    return Work(row, started, np.minimum(joined, over), over)


@kept
def held_over_time(window: Window, team: Team) -> StepFunction:
    """Places of the team that are taken at each time."""
    work = work_of(window, team)
    return going_on(work.team_joined, work.over)


def free_over_time(window: Window, team: Team) -> StepFunction:
    """1 while the team has a free place, 0 while it has none."""
    held, planned = held_over_time(window, team), planned_over_time(team.capacity)
    return free_between(*aligned(planned, held, window.passes(PASSES)))


def rows(window: Window) -> list[Row]:
    """The rows of every team."""
    return [row for team in window.scenario.teams for row in _team_rows(window, team)]


def _team_rows(window: Window, team: Team) -> list[Row]:
    def row(measure: str, value: float) -> Row:
        return Row("all", measure, "team", team.name, value)

    work, found = work_of(window, team), []
    if all(change.places is not None for change in team.capacity):
        held = held_over_time(window, team)
        available = larger(planned_over_time(team.capacity), held).integral(window.first, window.end)
        if available:
            found.append(row("team_busy_share", held.integral(window.first, window.end) / available))
    found.append(row("team_queue_mean", mean_in_line(window, work.started, work.team_joined)))
    lengths = lengths_of_waits(window, work.started, work.team_joined)
    if len(lengths):
        found.append(row("team_wait_mean_days", mean_days(lengths)))
    return found
