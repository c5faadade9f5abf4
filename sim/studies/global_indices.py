"""Which assumptions a difference depends on, when all of them move: Morris's screening and Sobol's indices, by SALib.

Morris (1991; mean of absolute effects by Campolongo and others 2007): each trajectory moves one assumption after the
other; mu* is the mean change of the difference when an assumption moves over its whole range, sigma how much that
change depends on the others. Sobol (first order and total effect, with the design of Saltelli 2010): the part of the
variance of the difference that one assumption explains alone, and with all that it interacts with.
What may be changed here: freely; the designs are those of SALib with the scenario's seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.inputs.problems import Problem, ScenarioError
from sim.inputs.scenario import Scenario
from sim.runs.scenario_runs import HowToRun
from sim.studies.joint import Floats, JointRanges, Wanted, differences_at
from sim.studies.worlds import positions

MORRIS, SOBOL = "morris", "sobol"
LEVELS = 4  # of a Morris design, as usual
LEAST_OF_SOBOL = 2
SEEDS = 2**32  # that SALib takes


@dataclass(frozen=True, slots=True)
class Index:
    """What one assumption does to the difference. Morris: in its unit; Sobol: parts of its variance, 0 to 1."""

    assumption: int  # its number
    alone: float  # sigma, or the first-order index
    alone_half: float | None  # half of its 95% interval
    total: float  # mu*, or the total index
    total_half: float


@dataclass(frozen=True, slots=True)
class Indices:
    """All assumptions, the one that matters most first."""

    method: str
    joint: JointRanges
    wanted: Wanted
    points: int
    mean: float  # of the difference over the points
    sd: float
    found: tuple[Index, ...]

    @property
    def scenarios(self) -> tuple[Scenario, Scenario]:
        """Base and other as stated."""
        base, other = self.joint.stated
        return base, other


def runs_of(method: str, size: int, assumptions: int) -> int:
    """How many points a design has: of trajectories, or of base samples (a power of two)."""
    return size * (assumptions + 1) if method == MORRIS else size * (assumptions + 2)


def indices(joint: JointRanges, wanted: Wanted, method: str, size: int, run: HowToRun) -> Indices:
    """Runs a design of SALib and works its indices out; ScenarioError where a point has no figure."""
    number, seed = len(joint.ranges), joint.stated[0].seed % SEEDS
    design = design_of(method, number, size, seed)
    points = design if method == MORRIS else positions(design, joint.starts)  # Morris moves by equal parts of the range
    changes = differences_at(joint, points, [wanted], run)[:, 0, :]
    if np.isnan(changes).any():
        text = f"`{wanted.measure}` of `{wanted.service}` is missing in a replication; ask for another measure"
        raise ScenarioError([Problem(joint.stated[1].file, 0, 0, text)])
    figures = changes.mean(axis=1)
    found = indices_of(method, number, design, figures, seed)
    return Indices(method, joint, wanted, len(design), float(figures.mean()), float(figures.std(ddof=1)), found)


def indices_of(method: str, assumptions: int, design: Floats, figures: Floats, seed: int) -> tuple[Index, ...]:
    """The indices of figures at the points of a design, the largest total first."""
    if not np.ptp(figures):  # nothing varies, so that no part of it is anybody's
        return tuple(Index(one, 0.0, None if method == MORRIS else 0.0, 0.0, 0.0) for one in range(assumptions))
    analyse = _analysed_by_morris if method == MORRIS else _analysed_by_sobol
    return tuple(sorted(analyse(_problem(assumptions), design, figures, seed), key=lambda one: -one.total))


def _problem(number: int) -> dict[str, Any]:
    return {"num_vars": number, "names": [f"x{one}" for one in range(number)], "bounds": [[0.0, 1.0]] * number}


def design_of(method: str, assumptions: int, size: int, seed: int) -> Floats:
    """The points of a design: positions between 0 and 1, so many trajectories or base samples."""
    problem = _problem(assumptions)
    from SALib.sample import morris, sobol  # slow to import

    if method == MORRIS:
        return np.asarray(morris.sample(problem, size, num_levels=LEVELS, seed=seed))
    return np.asarray(sobol.sample(problem, size, calc_second_order=False, seed=seed))


def _analysed_by_morris(problem: Mapping[str, Any], design: Floats, figures: Floats, seed: int) -> list[Index]:
    from SALib.analyze import morris

    found = morris.analyze(problem, design, figures, num_levels=LEVELS, seed=seed)
    numbers = range(problem["num_vars"])
    return [
        Index(one, float(found["sigma"][one]), None, float(found["mu_star"][one]), float(found["mu_star_conf"][one]))
        for one in numbers
    ]


def _analysed_by_sobol(problem: Mapping[str, Any], _: Floats, figures: Floats, seed: int) -> list[Index]:
    from SALib.analyze import sobol

    found = sobol.analyze(problem, figures, calc_second_order=False, seed=seed)
    columns: Sequence[str] = ("S1", "S1_conf", "ST", "ST_conf")
    return [Index(one, *(float(found[name][one]) for name in columns)) for one in range(problem["num_vars"])]
