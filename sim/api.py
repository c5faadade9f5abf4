"""The verbs for researchers: `read_scenario`, `run_scenario`, `compare`, `sweep`, `solve`; tidy pandas tables come back.

The tables have the columns of summary.csv, replications.csv, census.csv and differences.csv. Described in
docs/python.md. Notebooks rely on these names and columns: add to them, but rename none.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import Any

import pandas as pd

from sim.home import meant
from sim.inputs import given, loading
from sim.inputs.loading import Question
from sim.inputs.part import MOST_SETTINGS, typed_of, typed_setting
from sim.inputs.problems import Problems
from sim.inputs.problems import ScenarioError as ScenarioError  # noqa: PLC0414 - what `sim` hands on
from sim.inputs.scenario import Scenario
from sim.results.comparison.findings import Findings
from sim.results.measures.periods import divisions
from sim.results.words.labels import counted
from sim.runs.collecting import (
    CENSUS,
    DIFFERENCE,
    PERIOD,
    REPLICATION,
    SUMMARY,
    YEAR,
    beside,
    census_rows,
    contrast_cells,
    estimate_cells,
    gathered,
    named_apart,
    nothing_to_compare,
    paired,
    period_rows,
    replication_rows,
    warning_words,
    year_rows,
)
from sim.runs.engines import engines_for
from sim.runs.experiment import HowToRun, Shared, run_all
from sim.runs.piece import Piece
from sim.runs.store import default_store
from sim.studies import solve as solving
from sim.studies.settings import PointRuns, settings_of
from sim.studies.solve import answer_words
from sim.studies.sweep import Figure, Sweep, cells, figures_of, point_columns, point_rows, sentences, step_rows
from sim.studies.sweep import sweep as run_sweep

ScenarioLike = Scenario | str | PathLike[str]
TABLES_OF_A_COMPARISON = ("differences", "summary", "replications", "census")


@dataclass(frozen=True)
class Run:
    """What one scenario's replications found, as tables."""

    findings: Findings
    pieces: Sequence[Sequence[Piece]]

    def __repr__(self) -> str:
        """A few lines for a notebook: what was run, and which tables there are."""
        return _told(f"Run of {self.scenario.id}", self, ("summary", "replications", "census"))

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.findings.scenarios[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to be careful about: services without room, queues that still grow."""
        return self.findings.warnings

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a measure: mean, sd and 95% interval over replications."""
        return _table(SUMMARY, map(estimate_cells, self.findings.estimates))

    @cached_property
    def replications(self) -> pd.DataFrame:
        """One row a measure and replication."""
        return _table(REPLICATION, replication_rows(self.findings.scenarios, self.pieces))

    @cached_property
    def census(self) -> pd.DataFrame:
        """One row a day, service and count: mean and the middle 95% of the replications."""
        return _table(CENSUS, census_rows(self.findings))

    @cached_property
    def periods(self) -> pd.DataFrame:
        """One row a measure and period, where something dated divides the measured window; else no rows."""
        return _table(PERIOD, period_rows(self.findings))

    @cached_property
    def years(self) -> pd.DataFrame:
        """One row a measure and calendar year, where arrivals grow by the year; else no rows."""
        return _table(YEAR, year_rows(self.findings))


@dataclass(frozen=True)
class Comparison(Run):
    """What several scenarios found on the same people; the tables hold all of them."""

    def __repr__(self) -> str:
        """A few lines for a notebook: what was compared, and which tables there are."""
        others = ", ".join(scenario.id for scenario in self.findings.scenarios[1:])
        return _told(f"{self.baseline.id} compared with {others}", self, TABLES_OF_A_COMPARISON)

    @property
    def baseline(self) -> Scenario:
        """The scenario that the others are compared with."""
        return self.findings.baseline

    @cached_property
    def differences(self) -> pd.DataFrame:
        """One row a measure and scenario: scenario minus baseline, its interval and the verdict."""
        return _table(DIFFERENCE, map(contrast_cells, self.findings.differences))

    @property
    def not_compared(self) -> dict[str, str]:
        """Files that could not be paired with the baseline, and why."""
        return {scenario.file: scenario.reason for scenario in self.findings.left_out}


@dataclass(frozen=True)
class Solution:
    """What meets a target: one value, or the cheapest mix of several."""

    solved: solving.Solved

    def __repr__(self) -> str:
        """The answer in words."""
        return "\n".join(answer_words(self.solved))

    @property
    def answer(self) -> Any:
        """The smallest (or largest) value that surely meets the target, or a value for each path; None where none does."""
        return None if self.solved.answer is None else self.solved.value(self.solved.answer)

    @property
    def reachable(self) -> bool | None:
        """Whether a value meets the target; None where nobody can tell."""
        return self.solved.found.is_reachable

    @cached_property
    def tried(self) -> pd.DataFrame:
        """One row a value or mix that was run: mean, bounds, replications, verdict; of mixes cost and place beside the frontier."""
        settings = self.solved.study.world.settings
        return pd.DataFrame([{**settings.named(one.point), **self.solved.row(one)} for one in self.solved.tried])

    @cached_property
    def left(self) -> pd.DataFrame:
        """Where a target of delay is not reached: who is still delayed, by reason and lack, and whether the setting moves that."""
        return pd.DataFrame(self.solved.left, columns=["reason", "lack", "people", "was", "cured"])


def solve(  # noqa: PLR0913 - each of them a keyword
    file: str | PathLike[str],
    changes: Mapping[str, str],
    target: str,
    *,
    confidence: float = 0.95,
    base: str | PathLike[str] | None = None,
    cost: str = "",
    prices: Mapping[str, float] | None = None,
    sets: Sequence[str] = (),
    replications: int | None = None,
    most_replications: int | None = None,
    workers: int = 1,
    engine: str = "auto",
    fresh: bool = False,
) -> Solution:
    """The smallest (or largest) value of a setting that meets a target, or the cheapest mix; ScenarioError lists all that is wrong.

    `changes` says for each path from where to where, as in `{"services.unit.beds": "5..60"}`; docs/solve.md says the rest.
    """
    given.whole("workers", workers)
    given.table("changes", changes, '{"services.unit.beds": "5..60"}')
    for path, between in changes.items():
        given.text(f"between what {path} changes", between, "5..60")
    given.text("target", target, "hospital.midnight_delayed_mean <= 35")
    given.text("cost", cost, "all.cost_cash_gbp")
    given.number("confidence", confidence, "0.95")
    if most_replications is not None:
        given.whole("most_replications", most_replications)
    if prices:
        given.table("prices", prices, '{"services.unit.beds": 68000}')
        for path, price in prices.items():
            given.amount(f"the price of {path}", price, "68000")
    asked = solving.Asked(
        file=meant(str(file)),
        changes=list(changes.items()),
        target=target,
        confidence=confidence,
        base=None if base is None else meant(str(base)),
        cost=cost,
        prices=prices or {},
        sets=given.changes(sets),
        replications=replications,
        most=most_replications,
    )
    engines = engines_for(engine, logging.getLogger("bedflow").warning)
    return Solution(
        solving.solve(solving.study_of(asked), HowToRun(workers, None, engines, default_store(fresh=fresh)))
    )


def read_scenario(
    path: str | PathLike[str], sets: Sequence[str] = (), *, replications: int | None = None, seed: int | None = None
) -> Scenario:
    """A scenario from its file, with `path=value` changes on top; ScenarioError lists all that is wrong."""
    return loading.read_scenario(meant(str(path)), given.changes(sets), replications=replications, seed=seed)


def run_scenario(
    scenario: ScenarioLike,
    replications: int | None = None,
    workers: int = 1,
    engine: str = "auto",
    *,
    fresh: bool = False,
) -> Run:
    """Runs a scenario (or a file) and returns its tables.

    The engine is `auto`, `compiled` or `reference`: the same numbers; what it has to say comes as log messages.
    With more than one worker a script needs `if __name__ == "__main__":`, as everywhere in Python. What was found before is taken
    from the store of finished blocks, unless `fresh`.
    """
    found = [_read(scenario, replications)]
    return Run(*_run(tuple(found), workers, engine, fresh=fresh, compared=False))


def compare(
    base: ScenarioLike,
    *others: ScenarioLike,
    replications: int | None = None,
    workers: int = 1,
    engine: str = "auto",
    fresh: bool = False,
) -> Comparison:
    """Runs scenarios on the same people; what cannot be paired with the base is in `.not_compared`.

    What was found before is taken from the store of finished blocks, unless `fresh`.
    """
    if not others:
        raise ValueError("compare needs a base and at least one other scenario")
    scenarios = named_apart([_read(one, replications) for one in (base, *others)])
    return Comparison(*_run(tuple(scenarios), workers, engine, fresh=fresh, compared=True))


@dataclass(frozen=True)
class SweepResult:
    """What a sweep found, as tables."""

    found: Sweep
    figures: Sequence[Figure]

    def __repr__(self) -> str:
        """A few lines for a notebook: what was varied, and the sentences."""
        return "\n".join([f"Sweep of {self.found.scenario.id}", *(f"  {text}" for text in self.says)])

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a measure and point, a column for each setting; with a base also the difference to it."""
        return _table(point_columns(self.found), (list(cells(row)) for row in point_rows(self.found)))

    @cached_property
    def steps(self) -> pd.DataFrame:
        """What each next value changes of the measures that are reported."""
        return pd.DataFrame(list(step_rows(self.found, self.figures)))

    @cached_property
    def says(self) -> list[str]:
        """Where nothing changes any more, and what the steps before do and cost."""
        return sentences(self.found, self.figures)


def sweep(
    file: str | PathLike[str],
    *vary: str,
    base: str | PathLike[str] | None = None,
    sets: Sequence[str] = (),
    replications: int | None = None,
    workers: int = 1,
    engine: str = "auto",
) -> SweepResult:
    """Runs a file at every value of one or two settings, as in `sweep(file, "services.unit.beds=5..40:5")`; without them, of its own `sweep:`.

    What was found before is taken from the store of finished blocks.
    """
    given.whole("workers", workers)
    problems, asked = Problems(), Question(meant(str(file)), given.changes(sets), replications)
    for one in vary:
        given.text("what is varied", one, "services.unit.beds=5..40:5")
    typed = [typed_setting(text, "sweep", problems) for text in vary]
    typed = typed or [typed_of(one, problems) for one in asked.read().sweep]
    problems.stop_if_any()
    if not 1 <= len(typed) <= MOST_SETTINGS:
        raise ValueError(f"sweep varies one or two settings, as in services.unit.beds=5..40:5, not {len(typed)}")
    settings = settings_of(asked, [one for one in typed if one])
    figures = figures_of(settings, (), "")
    beside_it = None if base is None else _read(base, replications)
    engines = engines_for(engine, logging.getLogger("bedflow").warning)
    runs = PointRuns(settings, HowToRun(workers, None, engines, default_store()), beside_it)
    found = run_sweep(runs, settings, has_base=base is not None)
    return SweepResult(found, [figure for figure in figures if found.has(figure)])


def _told(what: str, run: Run, tables: Sequence[str]) -> str:
    """What was run on how many days, the tables, and how many words of warning there are."""
    first = run.findings.scenarios[0]
    lines = [
        f"{what}: {counted(first.replications, 'replication')} of {first.calendar.measured_days} days, seed {first.seed}"
    ]
    lines.append(f"  tables: {', '.join(f'.{name}' for name in tables)}")
    lines += [f"  warning: {len(run.warnings)} in .warnings"] if run.warnings else []
    lines += [f"  left out: {len(run.findings.left_out)} in .not_compared"] if run.findings.left_out else []
    return "\n".join(lines)


def _read(scenario: ScenarioLike, replications: int | None) -> Scenario:
    if replications is not None:
        given.whole("replications", replications)
    if not isinstance(scenario, Scenario):
        return read_scenario(scenario, replications=replications)
    return scenario if replications is None else replace(scenario, replications=replications)


def _run(
    scenarios: tuple[Scenario, ...], workers: int, engine: str, *, fresh: bool, compared: bool
) -> tuple[Findings, Sequence[Sequence[Piece]]]:
    given.whole("workers", workers)
    chosen, left_out = paired(scenarios) if compared else (scenarios, ())
    if compared and len(chosen) < 2:
        raise ValueError(nothing_to_compare(left_out))
    engines = engines_for(engine, logging.getLogger("bedflow").warning)
    shared, store = (
        Shared(chosen, engines=engines, divisions=divisions(chosen, compared=compared)),
        default_store(fresh=fresh),
    )
    run = run_all(shared, workers, store)
    pieces = beside(chosen, run) if compared else run
    words = warning_words(chosen)
    return gathered(chosen, pieces, compared=compared, warnings=words, left_out=left_out), pieces


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
