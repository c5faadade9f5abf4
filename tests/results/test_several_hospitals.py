"""Several hospitals on the screen, in charts and in the report: each of them, the total, and who shares what."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg

from sim.cli import tables
from sim.cli.screen import Screen
from sim.inputs.scenario import ALL_HOSPITALS, FreedBeds, Group, Scenario
from sim.results.charts import draw_charts
from sim.results.charts.differences import hospitals_chart, what_costs_chart
from sim.results.charts.over_time import occupancy_chart
from sim.results.charts.style import SETTINGS
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import Money, accounts
from sim.results.report.page import RunProvenance, report_html
from sim.results.words import headline, hospitals
from sim.results.words.labels import spoken
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, service, small


def renamed(group: Group, hospital: str) -> Group:
    """The same people, who come to another hospital."""
    first, *others = group.journey
    return replace(
        group,
        name=f"people_of_{hospital}",
        arrives_at=((hospital, 1.0),),
        journey=(replace(first, service=hospital), *others),
    )


def with_hospitals(base: Scenario, names: Sequence[str], beds: Sequence[int]) -> Scenario:
    """The world with so many hospitals instead of one: each with its own people, the unit is everybody's."""
    (people,) = base.people
    (price, *prices) = base.costs.prices
    _, *others = base.services
    return replace(
        base,
        services=(*(service(*one) for one in zip(names, ["acute"] * len(names), beds, strict=True)), *others),
        people=tuple(renamed(people, name) for name in names),
        costs=replace(
            base.costs,
            prices=(*(replace(price, of=name) for name in names), *prices),
            freed_beds=tuple(FreedBeds(service=name, average_gbp=562.0) for name in names),
        ),
    )


def compared(*scenarios: Scenario) -> Findings:
    return gathered(scenarios, beside(scenarios, run_all(Shared(scenarios), 1)), compared=len(scenarios) > 1)


@pytest.fixture(scope="module")
def two() -> Findings:
    base = with_hospitals(small(replications=3, unit=4), ("st_marys", "northfield"), (20, 12))
    return compared(base, bigger(base, unit=12))


@pytest.fixture(scope="module")
def forty() -> Findings:
    names = [f"infirmary_{number:02d}" for number in range(40)]
    base = with_hospitals(
        small(replications=2, per_day=0.6, unit=30, days=10, warm_up=10), names, [4 + n // 20 for n in range(40)]
    )
    return compared(base, bigger(base, unit=400))


def screen_of(findings: Findings) -> str:
    screen = Screen(quiet_output=False)
    screen.out = io.StringIO()
    tables.answer(screen, findings)
    return screen.out.getvalue()


@pytest.mark.parametrize(
    "name", ["delayed_bed_days", "midnight_delayed_mean", "occupied_bed_days", "admissions", "queue_mean"]
)
def test_hospitals_add_up_to_the_total_and_so_do_their_differences(two: Findings, name: str) -> None:
    for rows in (two.estimates, two.differences):
        for scenario in two.scenarios[1:]:
            found = {row.service: row.mean for row in rows if row.scenario == scenario.id and row.by == ""
                     and row.measure == name}  # fmt: skip
            assert found[ALL_HOSPITALS] == pytest.approx(found["st_marys"] + found["northfield"])


def test_the_difference_of_the_total_has_its_own_paired_interval(two: Findings) -> None:
    parts = [two.difference("more", name, "midnight_delayed_mean") for name in ("st_marys", "northfield")]
    total = two.difference("more", ALL_HOSPITALS, "midnight_delayed_mean")
    assert total and total.low is not None and total.high is not None and total.low < total.mean < total.high
    widths = [one.high - one.low for one in parts if one and one.high is not None and one.low is not None]
    assert total.high - total.low != pytest.approx(sum(widths))


def test_the_headline_is_about_all_hospitals_and_names_no_total_new(two: Findings) -> None:
    other = two.scenarios[1]
    assert " in all hospitals on an average day" in headline.answer(two, other)
    lines = {line.label: line for line in headline.headline(two, other)}
    assert lines["delayed people in all hospitals on an average day"].verdict == "better"
    assert lines["occupancy of all hospitals"].verdict in ("lower", "cannot tell")
    assert not [label for label in lines if "northfield" in label]  # they have a table of their own


def test_each_hospital_has_a_line_and_the_total_is_the_last(two: Findings) -> None:
    other = two.scenarios[1]
    rows = hospitals.rows(two, other, few=True)
    assert [row[0] for row in rows] == ["st marys", "northfield", "all hospitals"]
    assert len({len(row) for row in (*rows, hospitals.heads(two, other))}) == 1
    totals = [two.estimate(scenario.id, ALL_HOSPITALS, "midnight_delayed_mean") for scenario in two.scenarios]
    assert rows[-1][1:3] == [f"{row.mean:.1f}" for row in totals if row]


@pytest.mark.slow
def test_of_many_hospitals_the_screen_shows_the_worst_and_those_that_change_most(forty: Findings) -> None:
    other = forty.scenarios[1]
    rows = [row[0] for row in hospitals.rows(forty, other, few=True)]
    assert len(rows) == 3 + 3 + 1 and rows[-1] == "all hospitals"
    names = [hospital.name for hospital in forty.hospitals]
    worst = sorted(names, key=lambda name: hospitals.delayed_part(forty, other, name))[-3:]
    assert set(rows[:3]) == {spoken(name) for name in worst}
    changes = {name: abs(row.mean) for name in names if (row := forty.difference("more", name, hospitals.DELAYED))}
    left = [name for name in names if name not in worst]
    assert min(changes[row.replace(" ", "_")] for row in rows[3:6]) == sorted(changes[name] for name in left)[-3]
    assert len(hospitals.rows(forty, other, few=False)) == 41
    text = screen_of(forty)
    assert [line[:12] for line in text.splitlines() if re.match(r"infirmary \d\d ", line)] == rows[:6]
    assert "Of 40 hospitals" in " ".join(text.split())
    assert len(re.findall(r"£\S+ infirmary", text)) <= 12


@pytest.mark.slow
def test_the_users_of_a_shared_service_add_up_to_its_admissions(forty: Findings) -> None:
    other = forty.scenarios[1]
    (unit,) = hospitals.shared(forty, other)
    admitted = forty.estimate(other.id, "unit", "admissions")
    assert admitted and unit.name == "unit" and len(unit.users) > 30
    assert sum(mean for _, mean in unit.users) == pytest.approx(admitted.mean) == unit.admitted
    assert len(hospitals.shared_rows(forty, other)) == len(unit.users)
    (sentence,) = hospitals.shared_on_the_screen(forty, other)
    assert f"{len(unit.users) - 5} more" in sentence and len(sentence) < 400


def test_one_hospital_shows_no_table_of_hospitals() -> None:
    alone = compared(small(replications=2))
    assert hospitals.rows(alone, alone.baseline, few=True) == []
    assert alone.main_place == "hospital"
    assert "all hospitals" not in screen_of(alone)


@pytest.mark.slow
def test_a_scenario_that_splits_the_only_hospital_is_compared_with_it() -> None:
    base = small(replications=2)
    other = replace(with_hospitals(base, ("hospital", "annexe"), (20, 4)), id="split", name="Split")
    found = compared(base, other)
    change = found.difference("split", ALL_HOSPITALS, "occupied_bed_days")
    before = found.estimate("base", "hospital", "occupied_bed_days")
    assert change and before
    assert found.estimate("base", ALL_HOSPITALS, "occupied_bed_days") == before._replace(service=ALL_HOSPITALS)
    assert {chart.name for chart in draw_charts(found)} >= {"occupancy", "hospitals"}


@pytest.mark.slow
def test_the_report_has_every_hospital_and_who_used_what_they_share(forty: Findings) -> None:
    page = report_html(forty, [], RunProvenance(command="run", version="0", engine="reference", inputs=())).decode()
    body = page[page.index("Each hospital") : page.index("Who used what the hospitals share")]
    assert len(set(re.findall(r"infirmary \d\d", body))) == 40


def test_the_money_of_several_hospitals_is_not_that_of_the_first(two: Findings) -> None:
    said = dict(accounts(Money(*two.headline_of(two.scenarios[1]))))
    assert "hospital bed days" in said["Capacity"] and "st marys" not in said["Capacity"]
    assert "hospital beds would have to be freed" in said["Break-even"]
    assert not headline.how_used(two, two.scenarios[1]).startswith("A used night in st marys")


@pytest.mark.parametrize("many", ["two", "forty"])
def test_no_name_of_a_hospital_touches_another_in_the_chart(many: str, request: pytest.FixtureRequest) -> None:
    with rc_context(SETTINGS):
        made = hospitals_chart(request.getfixturevalue(many))
        assert made is not None
        _, words, drawing = made
        canvas = FigureCanvasAgg(drawing)
        canvas.draw()
        first, second = drawing.axes
        boxes = [label.get_window_extent(canvas.get_renderer()) for label in first.get_yticklabels()]  # type: ignore[no-untyped-call]
        texts = [label.get_text() for label in first.get_yticklabels()]
        assert len(texts) == (2 if many == "two" else 40)
        assert not [1 for one, next_ in zip(boxes, boxes[1:], strict=False) if one.overlaps(next_)]
        assert all(box.x0 > 0 for box in boxes)
        ticks = [label.get_window_extent(canvas.get_renderer()) for axes in (first, second)  # type: ignore[no-untyped-call]
                 for label in axes.get_xticklabels() if label.get_text()]  # fmt: skip
        assert not [1 for one, next_ in zip(ticks, ticks[1:], strict=False) if one.overlaps(next_)]
    assert "all together" in words


def test_the_planned_beds_in_the_chart_are_those_of_all_hospitals(two: Findings) -> None:
    with rc_context(SETTINGS):
        made = occupancy_chart(two)
    assert made and made[0].startswith("How full are all hospitals together?")
    axes, _ = made[2].axes  # levels, and the difference below
    assert "32 beds" in [text.get_text() for text in axes.texts]


# -- many of everything --------------------------------------------------------------------------------------


def with_units(base: Scenario, many: int) -> Scenario:
    """So many units instead of one, each for the same part of those who needed it, and a team for each."""
    (people,) = base.people
    hospital, unit = people.journey
    to_unit, home = hospital.then
    names = [f"unit_{number}" for number in range(many)]
    routes = tuple(replace(to_unit, to=name, share=to_unit.share / many) for name in names)
    visits = tuple(replace(unit, service=name) for name in names)
    first, _, at_home = base.services
    return replace(
        base,
        id="many",
        name="Many units",
        services=(first, *(service(name, "reablement_unit", 1 + number) for number, name in enumerate(names)), at_home),
        people=(replace(people, journey=(replace(hospital, then=(*routes, home)), *visits)),),
        costs=replace(base.costs, prices=base.costs.prices[:1]),
    )


@pytest.fixture(scope="module")
def many() -> Findings:
    base = small(replications=2)
    return compared(base, with_units(base, 9))


def test_of_many_new_services_words_tell_those_that_admit_most(many: Findings) -> None:
    other = many.scenarios[1]
    said = headline.who_comes(many, other)
    assert said.endswith("The same of 6 more services is in summary.csv.")
    admitted = {
        name: row.mean for number in range(9) if (row := many.estimate("many", name := f"unit_{number}", "admissions"))
    }
    most = sorted(admitted.values())[-3:]
    told = dict.fromkeys(re.findall(r"unit \d(?= admits)", said.lower()))
    assert sorted(admitted[name.replace(" ", "_")] for name in told) == most


def test_of_many_new_services_the_table_has_the_fullest(many: Findings) -> None:
    labels = [line.label for line in headline.headline(many, many.scenarios[1])]
    shown = {label for label in labels if label.startswith("occupancy of unit ")}
    figures = {f"occupancy of unit {number}": row.mean for number in range(9)
               if (row := many.estimate("many", f"unit_{number}", "occupancy"))}  # fmt: skip
    assert shown - {"occupancy of unit"} == set(sorted(figures, key=lambda label: -figures[label])[:6])


@pytest.mark.slow
def test_the_costs_that_change_most_are_in_the_chart() -> None:
    names = [f"infirmary_{number:02d}" for number in range(20)]
    base = with_hospitals(small(replications=2, days=10, warm_up=5), names, [30] * 20)
    prices = [replace(price, gbp=price.gbp * (1 + number)) for number, price in enumerate(base.costs.prices[:20])]
    dearer = replace(
        base, id="dear", name="Dear", costs=replace(base.costs, prices=(*prices[:20], *base.costs.prices[20:]))
    )
    found = compared(base, dearer)
    made = what_costs_chart(found)
    assert made is not None
    shown = [label.get_text() for label in made[2].axes[0].get_yticklabels()]
    changes = {spoken(name): abs(row.mean) for name in names
               if (row := found.difference("dear", name, "cost_cash_gbp"))}  # fmt: skip
    bars = [label for label in shown if label.startswith("infirmary ")]
    assert len(bars) == 8
    assert min(changes[label] for label in bars) >= max(changes[label] for label in changes if label not in bars)
