"""Where arrivals grow by the year, each calendar year of the window is measured, told and drawn by itself."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import sim
from sim.cli import main
from sim.inputs.scenario import Scenario
from sim.results.charts import draw_charts
from sim.results.comparison.findings import Findings
from sim.results.measure_table import measures
from sim.results.measures.periods import division, divisions
from sim.results.words import delays
from sim.results.words.labels import figure
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import Shared, run_all
from sim.runs.store import Store
from tests.hall.worlds import bigger, small

pytestmark = pytest.mark.usefixtures("blank_charts")

GROWTH = ((2026, 1.0), (2027, 1.2), (2028, 1.4))


def growing(world: Scenario, growth: Sequence[tuple[int, float]] = GROWTH) -> Scenario:
    return replace(world, people=tuple(replace(one, by_year=tuple(growth)) for one in world.people))


def found(*scenarios: Scenario, compared: bool = True, store: Store | None = None) -> Findings:
    divided = divisions(scenarios, compared=compared)
    pieces = run_all(Shared(scenarios, divisions=divided), 1, store)
    return gathered(scenarios, beside(scenarios, pieces) if compared else pieces, compared=compared)


@pytest.fixture(scope="module")
def pair() -> Findings:
    """Two scenarios of 600 measured days from 6 May 2026, whose arrivals grow."""
    return found(growing(small(days=600, replications=2)), growing(bigger(small(days=600, replications=2))))


def test_the_years_of_a_window_are_whole_but_for_the_first_and_the_last() -> None:
    """By hand: from 6 May 2026, 240 days to the new year, 365 of 2027, and 15 more."""
    (found,) = set(divisions([growing(small(days=620))], compared=False).years)
    assert [(one.short, one.first_day, one.end_day) for one in found] == [
        ("2026", 30, 270),
        ("2027", 270, 635),
        ("2028", 635, 650),
    ]
    assert [delays.year_label(one) for one in found] == ["2026 (240 days)", "2027", "2028 (15 days)"]
    assert date(2026, 4, 6).toordinal() + 270 == date(2027, 1, 1).toordinal()


def test_without_growth_or_within_one_year_nothing_is_divided() -> None:
    assert divisions([small(days=600)], compared=False).years == ((),)
    assert divisions([growing(small(days=60))], compared=False).years == ((),)
    assert found(small(days=60, replications=1), compared=False).years == {}


@pytest.mark.slow
def test_growth_is_no_dated_difference_and_leaves_the_headline_to_the_whole_window(pair: Findings) -> None:
    assert division(*pair.scenarios) is None
    assert pair.reported_periods == {}
    assert pair.headline_of(pair.scenarios[1])[0] is pair


@pytest.mark.slow
def test_totals_of_the_years_come_to_those_of_the_window(pair: Findings) -> None:
    for scenario in pair.scenarios:
        parts = [pair.parts[one] for one in pair.years[scenario.id]]
        totals = [row for row in pair.estimates if row.scenario == scenario.id and not row.by]
        for row in (one for one in totals if measures()[one.measure].is_total and one.unit != "GBP"):
            found = [part.estimate(scenario.id, row.service, row.measure) for part in parts]
            assert sum(one.mean for one in found if one) == pytest.approx(row.mean), (row.service, row.measure)


def test_a_comparison_in_which_only_one_grows_tells_the_years_of_both() -> None:
    findings = found(small(days=300, replications=2), growing(bigger(small(days=300, replications=2))))
    base, other = findings.scenarios
    assert findings.years[base.id] == findings.years[other.id]
    assert [row[0] for row in delays.rows(findings, other)] == ["2026 (240 days)", "2027 (60 days)"]


def test_years_from_the_store_are_those_that_were_run(tmp_path: Path) -> None:
    world = growing(small(days=300, replications=2))
    anew, again = (found(world, compared=False, store=Store(tmp_path)) for _ in range(2))
    assert anew.years == again.years
    assert [part.estimates for part in anew.parts.values()] == [part.estimates for part in again.parts.values()]


@pytest.mark.slow
def test_the_chart_has_a_point_a_year_and_says_all_of_them(pair: Findings) -> None:
    (chart,) = [one for one in draw_charts(pair) if one.name == "years"]
    for part, year in ((pair.parts[one], one.short) for one in pair.years["base"]):
        row = part.estimate("base", "hospital", "midnight_delayed_mean")
        assert row is not None
        assert f"{year} {figure(row.mean, '')}" in chart.description
    assert "years" not in [one.name for one in draw_charts(found(small(days=60, replications=1), compared=False))]


BASE = """
calendar: {start: 2026-10-01, warm_up_days: 0, measured_days: 200}
replications: 2
services: {ward: {kind: acute, beds: 9}, unit: {kind: reablement_unit, beds: 2}}
people:
  all:
    arrives_at: ward
    arrivals_per_day: 1
    arrivals_by_year: {2026: 1, 2027: 1.5}
    journey: {ward: {stay_days: 3, then: {out: 50%, unit: 50%}}, unit: {stay_days: 5, then: {out: 100%}}}
"""


@pytest.mark.slow
def test_files_screen_and_notebook_have_the_same_years(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE)
    assert main(["run", "base.yaml", "--outputs", "out", "--workers", "1"]) == 0
    said = capsys.readouterr().out
    assert "\n2026 (92 days)" in said
    assert delays.FIXED[:40] in said
    page = next(Path("out").glob("base-*/report.html")).read_text(encoding="utf-8")
    assert delays.BY_YEAR_TITLE in page
    assert "2026 (92 days)</" in page
    with next(Path("out").glob("base-*/years.csv")).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {(row["year"], row["first_date"], row["last_date"], row["days"]) for row in rows} == {
        ("2026", "2026-10-01", "2026-12-31", "92"),
        ("2027", "2027-01-01", "2027-04-18", "108"),
    }
    table = sim.run_scenario("base.yaml", workers=1).years
    assert [f"{value:.10g}" for value in table["mean"]] == [row["mean"] for row in rows]
