"""For researchers: what is uncertain (`worlds`, `indices`, `together`, `break_even`), and own data (`fit_stays`, `forecast`), as tidy pandas tables.

Described in docs/python.md. Notebooks rely on these names and columns: add to them, but rename none.
"""

import logging
from collections.abc import Sequence
from datetime import date
from os import PathLike

import pandas as pd

from sim.home import meant
from sim.inputs import given
from sim.inputs.files import read_ranges
from sim.inputs.loading import Question, read_scenario, sets_for_each
from sim.inputs.part import typed_setting
from sim.inputs.problems import Problems, did_you_mean
from sim.inputs.scenario import ALL_HOSPITALS, Scenario
from sim.own_data.censuses import read_censuses
from sim.own_data.fitting import fit_spells
from sim.own_data.fitting_scenario import FIT_COLUMNS, fit_cells
from sim.own_data.forecasting import COLUMNS as FORECAST_COLUMNS
from sim.own_data.forecasting import forecast as run_forecast
from sim.own_data.forecasting import starting
from sim.own_data.people_files import read_mapping, read_spells
from sim.results import measure_table as table
from sim.results.measure_table import HEADLINE
from sim.results.measures.hospitals import has_several, main_place
from sim.runs.engines import engines_for
from sim.runs.experiment import HowToRun
from sim.runs.store import default_store
from sim.studies import assumptions
from sim.studies import break_even as effects_that_pay
from sim.studies.assumptions import JointQuestion, JointRanges, Wanted

File = str | PathLike[str]
DELAY_AND_CASH = (("", HEADLINE), ("all", "cost_cash_gbp"))  # of the main place


def worlds(  # noqa: PLR0913 - each of them a keyword
    base: File,
    other: File,
    ranges: File,
    number: int = 64,
    measures: Sequence[tuple[str, str]] = DELAY_AND_CASH,
    *,
    replications: int = 10,
    workers: int = 1,
    engine: str = "auto",
    fresh: bool = False,
) -> pd.DataFrame:
    """Both scenarios in so many worlds, all assumptions of a file of ranges drawn together.

    One row a world (0: as stated) and measure: the values of all assumptions as text, then `service`, `measure`, `difference`
    (other minus base, in the measure's unit, of the measured window), `low`, `high` and `verdict`.
    """
    joint = _joint(base, other, ranges, replications)
    found = assumptions.worlds(joint, _wanted(measures, *joint.stated), number, _how(workers, engine, fresh=fresh))
    every = [(joint.starts, found.stated), *zip(found.points, found.found, strict=True)]
    return pd.DataFrame(
        {
            "world": world,
            **dict(zip((one.says for one in joint.ranges), joint.shown(point), strict=True)),
            "service": wanted.service,
            "measure": wanted.measure,
            "difference": cell.mean,
            "low": cell.low,
            "high": cell.high,
            "verdict": cell.verdict,
        }
        for world, (point, cells) in enumerate(every)
        for wanted, cell in zip(found.wanted, cells, strict=True)
    )


def indices(  # noqa: PLR0913 - each of them a keyword
    base: File,
    other: File,
    ranges: File,
    method: str = assumptions.MORRIS,
    size: int = 8,
    measure: tuple[str, str] = DELAY_AND_CASH[0],
    *,
    replications: int = 10,
    workers: int = 1,
    engine: str = "auto",
    fresh: bool = False,
) -> pd.DataFrame:
    """Morris's (`morris`, so many trajectories) or Sobol's indices (`sobol`, a power of two of base samples), by SALib.

    One row an assumption, the largest total first: `assumption`, `total` and `total_half` (mu*, or the total index, and half of
    its 95% interval), `alone` and `alone_half` (sigma, or the first-order index).
    """
    joint = _joint(base, other, ranges, replications)
    (wanted,) = _wanted([measure], *joint.stated)
    if method not in (assumptions.MORRIS, assumptions.SOBOL):
        raise ValueError(f"method is 'morris' or 'sobol', not {method!r}")
    if size < 2 or (method == assumptions.SOBOL and size & (size - 1)):
        raise ValueError(f"size is 2 or more, and a power of two for sobol; not {size}")
    found = assumptions.indices(joint, wanted, method, size, _how(workers, engine, fresh=fresh))
    return pd.DataFrame(
        {
            "assumption": joint.ranges[one.assumption].says,
            "total": one.total,
            "total_half": one.total_half,
            "alone": one.alone,
            "alone_half": one.alone_half,
        }
        for one in found.found
    )


def together(
    base: File,
    *levers: File,
    measures: Sequence[tuple[str, str]] = DELAY_AND_CASH,
    replications: int | None = None,
    workers: int = 1,
    engine: str = "auto",
    fresh: bool = False,
) -> pd.DataFrame:
    """What two to twelve files that extend the base do alone, as steps, on top of all others, and as shares that add up.

    One row a measure, lever (`all`: what they do together, and alone added up) and kind: `mean`, `low`, `high`, `verdict`.
    """
    scenarios = assumptions.read_selections(
        meant(str(base)), [meant(str(lever)) for lever in levers], (), replications, None
    )
    every = assumptions.together(scenarios, _wanted(measures, *scenarios.values()), _how(workers, engine, fresh=fresh))
    rows = [row for found in every for row in assumptions.lever_rows(found)]
    return pd.DataFrame(rows, columns=list(assumptions.LEVER_COLUMNS))


def break_even(  # noqa: PLR0913 - each of them a keyword
    base: File,
    other: File,
    effect: str,
    *,
    sets: Sequence[str] = (),
    replications: int | None = None,
    workers: int = 1,
    engine: str = "auto",
    fresh: bool = False,
) -> pd.DataFrame:
    """At which sizes of an effect a scenario pays for itself; `effect` as in `steps.funding.takes_days=0..28`.

    Two rows, `balance` `in_cash` and `with_freed_beds`: `pays` names every size that pays, as in `8..10, 12`; `at` is the one beside the first
    that does not, coming from the costlier end (None: no size that was run pays, or, where `pays_everywhere`, every one), with `low` and
    `high` the values at which the balance may turn there; `best_gbp` and `worst_gbp` are the least and the most that is left over, in pounds of
    `time`: a year where a year or more is measured, else the measured days. `.attrs["sizes"]` is a table of every size that was run: mean
    and 95% interval of what is left over.
    """
    given.whole("workers", workers)
    given.text("effect", effect, "steps.funding.takes_days=0..28")
    problems = Problems()
    setting = typed_setting(effect, "effect", problems)
    problems.stop_if_any()
    assert setting is not None
    files = meant(str(base)), meant(str(other))
    chosen = sets_for_each(files, given.changes(sets))
    question = Question(files[1], tuple(chosen[1]), replications, None)
    stated = read_scenario(files[0], chosen[0], replications)
    found = effects_that_pay.break_even(stated, question, setting, _how(workers, engine, fresh=fresh))
    table = pd.DataFrame(effects_that_pay.cells(found, setting.paths[0]), columns=list(effects_that_pay.COLUMNS))
    table.attrs["sizes"] = pd.DataFrame(
        effects_that_pay.sizes(found, setting.paths[0]), columns=list(effects_that_pay.SIZES)
    )
    return table


def fit_stays(
    stays: File,
    scenario: File,
    *,
    columns: File | None = None,
    since: str | None = None,
    until: str | None = None,
    by: str = "",
) -> pd.DataFrame:
    """Lengths of stay fitted to a file of observed stays, for the groups and routes of a scenario (docs/your-own-data.md).

    One row a group, service and route (empty: all): `share` of those admitted, the stays behind it (`ended`, `still_open`, `unknown`), `family`,
    `mean_days`, `sd_days`, and the `gap` to Kaplan and Meier's curve beside that by chance. `since` and `until` are year-month-day.
    `by` names a trait: more rows for the people of each of its levels.
    """
    words = read_mapping(None if columns is None else str(columns))
    first, last = (None if one is None else date.fromisoformat(one) for one in (since, until))
    spells = read_spells(str(stays), read_scenario(meant(str(scenario))), words, first, last)
    rows = [fit_cells(spells, fit) for fit in fit_spells(spells, by)]
    return pd.DataFrame(rows, columns=list(FIT_COLUMNS))


def forecast(  # noqa: PLR0913 - each of them a keyword
    file: File,
    census: File,
    days: int = 56,
    *,
    on: str | None = None,
    columns: File | None = None,
    sets: Sequence[str] = (),
    replications: int | None = None,
    workers: int = 1,
    engine: str = "auto",
) -> pd.DataFrame:
    """The days from a census on, one row a person in a CSV or Excel file (docs/your-own-data.md); of several dates the last.

    One row a date and figure: `service`, `measure`, `by`, `item`, the `mean` of the runs and their percentiles, in people.
    Nothing is kept in the store.
    """
    sets = given.changes(sets)
    words = read_mapping(None if columns is None else str(columns))
    day = None if on is None else date.fromisoformat(on)
    name = meant(str(file))
    last = read_censuses(str(census), read_scenario(name, sets), words, day).all[-1]
    engines = engines_for(engine, logging.getLogger("bedflow").warning)
    found = run_forecast(starting(name, last, days, sets, replications, engines=engines), last, workers, engines)
    return pd.DataFrame(found.rows(), columns=list(FORECAST_COLUMNS))


def _joint(base: File, other: File, ranges: File, replications: int) -> JointRanges:
    question = JointQuestion(meant(str(base)), meant(str(other)), (), replications)
    return JointRanges(question, read_ranges(meant(str(ranges))))


def _wanted(named: Sequence[tuple[str, str]], *scenarios: Scenario) -> list[Wanted]:
    """The figures; ValueError names a service that no scenario has, and a measure that there is not."""
    total = {ALL_HOSPITALS} if any(map(has_several, scenarios)) else set()
    named = [(service or main_place(scenarios[0]), measure) for service, measure in named]
    known = {"all", "outside"} | total | {name for scenario in scenarios for name in scenario.destinations}
    for service, measure in named:
        if service not in known:
            raise ValueError(f"no scenario has a service {service!r}{did_you_mean(service, sorted(known))}")
        if measure not in table.measures():
            raise ValueError(f"there is no measure {measure!r}{did_you_mean(measure, sorted(table.measures()))}")
    return [Wanted(service, measure) for service, measure in named]


def _how(workers: int, engine: str, *, fresh: bool) -> HowToRun:
    given.whole("workers", workers)
    engines = engines_for(engine, logging.getLogger("bedflow").warning, cross_check=False)
    return HowToRun(workers, None, engines, default_store(fresh=fresh))
