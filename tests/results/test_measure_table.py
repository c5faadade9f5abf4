"""One table of measures: every figure of a run stands in it, and all that is said of a figure comes from it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.results import measure_table
from sim.results.charts.differences import differences_chart
from sim.results.comparison.accounts import with_accounts
from sim.results.comparison.compare import differences, gather, summarise
from sim.results.comparison.findings import Findings
from sim.results.measure_table import BY, MeasureTableError, measures, read_measures
from sim.results.measures.all import measure
from sim.results.measures.order import canonical
from sim.results.measures.page import measures_page
from sim.results.window import Row
from sim.results.words.headline import headline
from tests.engines import first_ledger
from tests.results.tiny import Town, hospital

EVERY_KEY = Path(__file__).parents[1] / "inputs/every_key.yaml"
MORE_PLACES = ("services.unit.places=60", "costs.services.hospital.freed_beds=refilled")
TABLE = measure_table.FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """What a scenario of every key gives, beside itself with more places."""
    base, more = read_scenario(EVERY_KEY), read_scenario(EVERY_KEY, MORE_PLACES)
    before, after = (measure(one, first_ledger(one)) for one in (base, more))
    return [*before, *with_accounts(base, more, before, after)]


@pytest.mark.slow
def test_the_table_and_the_figures_of_a_run_are_the_same_measures(rows: list[Row]) -> None:
    assert {row.measure for row in rows} == set(measures())


@pytest.mark.slow
def test_every_division_of_a_figure_is_a_known_one(rows: list[Row]) -> None:
    traits = {trait.name for group in read_scenario(EVERY_KEY).people for trait in group.traits}
    assert {row.by for row in rows} <= {*BY, *traits}
    shown = {by for one in measures().values() for place in one.shown.values() for by in place.divisions}
    assert shown <= {row.by for row in rows}


def test_the_unit_of_a_figure_is_that_of_the_table(rows: list[Row]) -> None:
    units = {name: {row.unit for row in rows if row.measure == name} for name in measures()}
    assert units == {name: {one.unit, one.unit_in_hours} for name, one in measures().items()}


def test_every_figure_lies_where_the_table_says(rows: list[Row]) -> None:
    for row in rows:
        least, most = measures()[row.measure].limits()
        assert least <= row.value <= most, row


# -- a new measure -------------------------------------------------------------------------------------------

FALLS = {
    "name": "falls",
    "label": "falls a year in {service}",
    "unit": "people",
    "better": "lower",
    "missing": "0",
    "total": "yes",
    "headline_main": "99",
    "chart_main": "99",
    "ranking": "99",
    "ranking_column": "falls",
    "source": "nobody",
    "definition": "People who fell.",
}


def row_of(cells: dict[str, str]) -> str:
    return ",".join(f'"{cells.get(column, "")}"' for column in measure_table.COLUMNS) + "\n"


@pytest.fixture
def with_falls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The table with one row more."""
    table = tmp_path / "measures.csv"
    table.write_text(TABLE + row_of(FALLS), encoding="utf-8")
    monkeypatch.setattr(measure_table, "FILE", table)
    measures.cache_clear()
    yield
    measures.cache_clear()


def compared(*scenarios: Scenario) -> Findings:
    place = canonical(*scenarios)
    each = [[[Row("hospital", "falls", "", "", value)] for value in values] for values in ((4, 5), (2, 3))]
    tables = [gather(one.id, place, of_one) for one, of_one in zip(scenarios, each, strict=True)]
    estimates = [row for table in tables for row in summarise(table)]
    return Findings(scenarios, True, estimates, differences(*tables, place), {}, {})


@pytest.mark.usefixtures("with_falls")
def test_a_row_of_the_table_is_all_that_a_new_figure_needs_to_be_compared_shown_and_explained() -> None:
    findings = compared(Town(hospital(), id="base", days=56).scenario, Town(hospital(), id="more", days=56).scenario)
    (change,) = findings.differences
    assert (change.unit, change.mean, change.verdict) == ("people", -2, "better")
    (line,) = headline(findings, findings.scenarios[1])
    assert (line.label, line.difference) == ("falls in hospital in the 56 days measured", "-2.0")
    chart = differences_chart(findings)
    assert chart is not None
    assert "falls in hospital in the 56 days measured: -2.0" in chart[1]
    assert measures_page().endswith("| `falls` | people | lower | 0 |  | People who fell. | nobody |\n")


# -- a table that is not in order ----------------------------------------------------------------------------


def changed(column: str, cell: str) -> str:
    """The table with one row more that has one cell changed."""
    return TABLE + row_of({**FALLS, column: cell})


LAST = len(TABLE.splitlines()) + 1


@pytest.mark.parametrize(
    ("column", "cell", "problem"),
    [
        ("name", "Falls", "Falls: a name is of small letters, digits and _"),
        ("name", "", ": name is empty"),
        ("name", "deaths", "deaths: this measure is in the table twice"),
        ("label", "", "falls: label is empty"),
        ("definition", "", "falls: definition is empty"),
        ("unit", "people ", "falls: unit has a space at an end"),
        ("better", "less", "falls: better is 'less', not one of lower, higher, neither"),
        ("missing", "", "falls: missing is empty"),
        ("total", "no", "falls: total is 'no', not one of nothing, yes"),
        ("total", "", "falls: label says `a year` of a total, and of nothing else"),
        ("label", "falls in {service}", "falls: label says `a year` of a total, and of nothing else"),
        ("label", "falls a year in {place}", "falls: label has {place}, which is not filled in there"),
        ("label", "{item} a year", "falls: label has {item}, which is not filled in there"),
        ("better_of_parts", "home", "falls: better_of_parts is 'home', not like `item: lower; item: higher`"),
        ("headline_main", "first", "falls: headline_main is 'first', not like `5` or `5: whole, lack`"),
        ("headline_main", "99: floor", "falls: headline_main has 'floor', which divides nothing"),
        ("ranking_column", "", "falls: ranking and ranking_column go together"),
        ("update_log", "yes", "falls: update_log is 'yes', not one of nothing, moved, new and moved"),
    ],
)
def test_a_row_that_is_not_in_order_is_refused_with_its_line(column: str, cell: str, problem: str) -> None:
    with pytest.raises(MeasureTableError) as refused:
        read_measures(changed(column, cell).splitlines(keepends=True))
    assert str(refused.value) == f"measures.csv:{LAST}: {problem}"


def test_two_measures_at_one_place_of_a_list_are_refused() -> None:
    with pytest.raises(MeasureTableError, match="chart_main: queue_mean and falls have the same place"):
        read_measures(changed("chart_main", "1").splitlines(keepends=True))


def test_other_columns_and_missing_cells_are_refused() -> None:
    with pytest.raises(MeasureTableError, match=r"measures\.csv:1: the columns are not name, label"):
        read_measures(["name,unit\n"])
    with pytest.raises(
        MeasureTableError, match=rf"measures\.csv:{LAST}: 2 cells instead of {len(measure_table.COLUMNS)}"
    ):
        read_measures((TABLE + "falls,people\n").splitlines(keepends=True))
    with pytest.raises(MeasureTableError, match=r"measures\.csv:1: the columns are not"):
        read_measures([])
