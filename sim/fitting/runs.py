"""What the simulator says at a position: figures of all targets, and the misfit of those that bind, by replication.

Every run has the same seed, and so the same people and random numbers: differences between positions are the settings' doing.
What may be changed here: freely, as long as no figure depends on the number of workers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import NDArray

from sim.calibration import Line, figures, line_of
from sim.fitting.settings import Settings
from sim.inputs.sheets import Target
from sim.runs.engines import Engines
from sim.runs.experiment import Listener
from sim.runs.piece import Piece
from sim.runs.scenario_runs import HowToRun, ScenarioRuns
from sim.runs.store import Store
from sim.runs.workers import Place

Floats = NDArray[np.float64]
WIDTH_WITHOUT_RANGE = 0.01  # of the aim, where low and high are one


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one position shows."""

    position: Floats
    misfits: Floats  # binding targets x replications; NaN where a replication has no figure
    lines: tuple[Line, ...]  # all targets
    moved: Mapping[str, str]  # what was set, by path


def aim_of(target: Target) -> float:
    """What a fit aims at: the aim, or the middle of what is accepted."""
    return (target.low + target.high) / 2 if target.aim is None else target.aim


def scale_of(target: Target) -> float:
    """One unit of misfit: half of the accepted range."""
    return (target.high - target.low) / 2 or abs(aim_of(target)) * WIDTH_WITHOUT_RANGE or WIDTH_WITHOUT_RANGE


def misfit_of(target: Target, figure: float) -> float:
    """How far a figure is from what is aimed at, in halves of the accepted range."""
    return (figure - aim_of(target)) / scale_of(target)


class Runs:
    """Evaluates positions, several at once."""

    def __init__(
        self,
        settings: Settings,
        targets: Sequence[Target],
        workers: Place,
        engines: Engines,
        listener: Listener | None = None,
        store: Store | None = None,
    ) -> None:
        self._settings, self._targets = settings, tuple(targets)
        self._runs = ScenarioRuns(HowToRun(workers, listener, engines, store))

    def lines(self, moved: Mapping[str, str]) -> tuple[Line, ...]:
        """What the scenario shows with some values moved, cross-checked where that was asked for."""
        (pieces,) = self._runs([self._settings.question.read(moved)], checked=True)
        return tuple(line_of(*both) for both in zip(self._targets, figures(self._targets, pieces), strict=True))

    def __call__(self, positions: Sequence[Floats]) -> list[Evaluation]:
        """An evaluation of each position."""
        moved = [self._settings.moved(position) for position in positions]
        found = self._runs([self._settings.question.read(one) for one in moved])
        return [self._evaluation(*one) for one in zip(positions, moved, found, strict=True)]

    def _evaluation(self, position: Floats, moved: Mapping[str, str], pieces: Sequence[Piece]) -> Evaluation:
        found = figures(self._targets, pieces)
        pairs = list(zip(self._targets, found, strict=True))
        misfits = [
            [nan if value is None else misfit_of(target, value) for value in values]
            for target, values in pairs
            if target.binds
        ]
        return Evaluation(position, np.array(misfits), tuple(line_of(*pair) for pair in pairs), moved)


Evaluate = Callable[[Sequence[Floats]], list[Evaluation]]
