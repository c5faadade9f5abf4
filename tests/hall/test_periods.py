"""Something dated differs inside the measured window: what is told before it, after it, and of the whole window."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from matplotlib.axes import Axes

import sim
from sim.cli import tables
from sim.cli.screen import Screen
from sim.inputs.distributions import fixed
from sim.inputs.scenario import (
    SECONDS_PER_DAY,
    Calendar,
    Costs,
    FreedBeds,
    Group,
    Places,
    Price,
    Route,
    RoutesFrom,
    Scenario,
    Team,
    Visit,
)
from sim.results.charts import draw_charts
from sim.results.charts.over_time import delayed_chart
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import money_of
from sim.results.comparison.ranking import ranking
from sim.results.invariants.checks import IdentityBroken, check_periods
from sim.results.measures.periods import Divisions, Period, division, divisions
from sim.results.window import Row, block_of
from sim.results.words.headline import answer, headline, on_other_days
from sim.runs import experiment
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import LedgerBroken, Shared, run_all
from sim.runs.piece import Piece
from sim.runs.store import Store
from tests.hall.worlds import HOME, bigger, service, small

pytestmark = pytest.mark.usefixtures("blank_charts")

WARM_UP, MEASURED, DATE = 30, 60, 70


def dated(*places: tuple[int, int | None]) -> tuple[Places, ...]:
    return tuple(Places(from_second=day * SECONDS_PER_DAY, places=number) for day, number in places)


def with_places(world: Scenario, *places: tuple[int, int | None], of: str = "unit", id: str = "more") -> Scenario:
    """The same world with these places of a service, by the day of the run from which they hold."""
    services = [replace(one, capacity=dated(*places)) if one.name == of else one for one in world.services]
    return replace(world, id=id, name=id.capitalize(), file=f"{id}.yaml", services=tuple(services))


def compared(*scenarios: Scenario, workers: int = 1, store: Store | None = None) -> Findings:
    divided = divisions(scenarios, compared=True)
    pieces = run_all(Shared(scenarios, divisions=divided), workers, store)
    return gathered(scenarios, beside(scenarios, pieces), compared=True)


# -- with a pencil -------------------------------------------------------------------------------------------


def pencil(*places: tuple[int, int | None], id: str) -> Scenario:
    """Two people are ready on day 2 and two on day 12; each stays 3 days in the unit. 20 days are measured.

    With one bed in the unit the second of each pair is delayed for 3 days: until day 5, and until day 15.
    """
    arrivals = tuple(day * SECONDS_PER_DAY for day in (1, 1, 11, 11))
    journey = (
        Visit(service="hospital", stay=fixed(1), then=(Route(to="unit", share=1.0),)),
        Visit(service="unit", stay=fixed(3), then=(Route(to="out", share=1.0),)),
    )
    return Scenario(
        id=id,
        name=id.capitalize(),
        question="",
        file=f"{id}.yaml",
        calendar=Calendar(start=date(2026, 4, 6), warm_up_days=0, measured_days=20),
        replications=2,
        seed=1,
        services=(
            service("hospital", "acute", 9),
            replace(service("unit", "reablement_unit", 1), capacity=dated(*places)),
            HOME,
        ),
        teams=(),
        steps=(),
        people=(Group(name="everyone", arrives_at=(("hospital", 1.0),), arrivals=arrivals, journey=journey),),
        costs=Costs(
            prices=(
                Price(of="hospital", per="occupied_day", gbp=100.0, payers=(("nhs", 1.0),)),
                Price(of="unit", per="open_day", gbp=50.0, payers=(("council", 1.0),)),
            ),
            freed_beds=(FreedBeds(service="hospital", average_gbp=100.0),),
        ),
    )


@pytest.fixture(scope="module")
def second_bed() -> Findings:
    """A second bed of the unit from day 10 on."""
    return compared(pencil((0, 1), id="base"), pencil((0, 1), (10, 2), id="more"))


def mean(findings: Findings, scenario: str, service: str, measure: str) -> float:
    row = findings.estimate(scenario, service, measure)
    assert row is not None
    return row.mean


def test_the_same_delay_before_and_less_after_the_date(second_bed: Findings) -> None:
    before, after = (second_bed.parts[period] for period in second_bed.reported_periods["more"].periods)
    for found, base, more in ((before, 3.0, 3.0), (after, 3.0, 0.0), (second_bed, 6.0, 3.0)):
        assert mean(found, "base", "hospital", "delayed_bed_days") == base
        assert mean(found, "more", "hospital", "delayed_bed_days") == more
    assert mean(after, "base", "hospital", "delayed_people_mean") == 0.3
    assert mean(second_bed, "base", "hospital", "delayed_people_mean") == 0.3
    assert mean(after, "more", "unit", "available_bed_days") == 20.0
    assert mean(after, "more", "hospital", "arrivals") == 2.0


def test_the_headline_is_of_the_days_from_the_date_on(second_bed: Findings) -> None:
    _, more = second_bed.scenarios
    said = answer(second_bed, more)
    assert said.startswith(
        "From the change of places of unit on 16 April 2026 (10 of the 20 measured days): With More, 0.3"
    )
    line = next(one for one in headline(second_bed, more) if one.label.startswith("delayed bed days"))
    assert (line.before, line.after, line.difference) == ("3.0", "0.0", "-3.0")
    assert line.beside == ("0.0", "-3.0")  # before it; in all 20 days
    assert on_other_days(second_bed, more) == (
        "The same on other days: before 16 Apr 2026 (10 days): no change; all 20 measured days: 0.15 fewer (0.15 to 0.15)."
    )


def test_money_is_of_the_same_days(second_bed: Findings) -> None:
    """From the date on 3 hospital days fewer and 10 open unit days more: -£300 and +£500 in 10 days."""
    (money,) = money_of(second_bed)
    assert money.cash is not None and money.released is not None and money.delayed_days_avoided is not None
    assert money.cash.mean == pytest.approx(200)
    assert {one.name: one.mean for one in money.by_payer} == pytest.approx({"nhs": -300, "council": 500})
    assert money.released.mean == pytest.approx(3)
    assert money.delayed_days_avoided.mean == pytest.approx(3)
    assert money.break_even == 0.5  # £50 a day over £100, not half of it because the bed is there half of the time
    assert money.freed_beds_on_an_average_day == pytest.approx(0.3)
    assert money.net_per_delayed_day is not None and money.net_per_delayed_day[0] == pytest.approx(200 / 3)
    assert money.when == "in the 10 days from 16 Apr 2026"


def test_rows_of_the_whole_window_stay_what_they_were(second_bed: Findings) -> None:
    undivided = run_all(Shared(second_bed.scenarios), workers=1)
    again = gathered(second_bed.scenarios, beside(second_bed.scenarios, undivided), compared=True)
    assert again.reported_periods == {} and again.parts == {}
    assert again.estimates == second_bed.estimates
    assert again.differences == second_bed.differences


# -- periods are windows like any other ----------------------------------------------------------------------

BY_KNOWLEDGE = ("reason", "cause", "next_service")  # what ended after a window is not known to a run that stops with it


def rows_of(piece: Piece) -> list[Row]:
    return [row for row in piece.rows() if row.by not in BY_KNOWLEDGE]


def test_a_period_says_what_a_run_of_just_its_days_says() -> None:
    world = with_places(small(days=MEASURED, warm_up=WARM_UP, replications=1), (0, 0), (DATE, 6))
    ((piece,),) = run_all(Shared((world,), divisions=divisions([world], compared=False)), workers=1)
    assert [(one.first_day, one.end_day) for one in piece.periods] == [(30, 70), (70, 90)]
    for period, part in piece.periods.items():
        calendar = replace(world.calendar, warm_up_days=period.first_day, measured_days=period.days)
        ((alone,),) = run_all(Shared((replace(world, calendar=calendar),)), workers=1)
        assert rows_of(part) == rows_of(alone)


def test_before_and_after_come_to_the_whole_and_a_lost_day_is_found() -> None:
    world = with_places(small(days=MEASURED, warm_up=WARM_UP, replications=1), (0, 0), (DATE, 6))
    ((piece,),) = run_all(Shared((world,), divisions=divisions([world], compared=False)), workers=1)
    parts = [part.block() for part in piece.periods.values()]
    check_periods(world, piece.block(), parts)
    for measure, service_ in (("delayed_bed_days", "hospital"), ("admissions", "unit"), ("cost_cash_gbp", "all")):
        wrong = [
            row._replace(value=row.value + 500) if row[:3] == (service_, measure, "") else row for row in piece.rows()
        ]
        with pytest.raises(IdentityBroken, match=f"periods add up to the window: {service_}, {measure}"):
            check_periods(world, block_of(wrong), parts)


def test_a_replication_with_a_broken_period_stops_the_run() -> None:
    world = with_places(small(days=MEASURED, warm_up=WARM_UP, replications=1), (0, 0), (DATE, 6))
    divided = divisions([world], compared=False)
    (own,) = divided.by_scenario[0]
    short = replace(own.periods[0], end_day=own.periods[0].end_day - 1)
    broken = Divisions(((replace(own, periods=(short, own.periods[1])),),))
    with pytest.raises(LedgerBroken, match="more, replication 0: periods add up"):
        run_all(Shared((world,), divisions=broken), workers=1)


# -- which dates divide --------------------------------------------------------------------------------------


def told(base: Scenario | None, other: Scenario) -> list[str]:
    """The words of each period, the headline's with a star."""
    found = division(base, other)
    return [] if found is None else [one.words + (" *" if one == found.headline else "") for one in found.periods]


def test_an_opening_inside_the_window_divides_it() -> None:
    world = small(days=MEASURED, warm_up=WARM_UP)
    assert told(world, with_places(world, (0, 0), (DATE, 8))) == [
        "before the opening of unit on 15 June 2026 (40 of the 60 measured days)",
        "from the opening of unit on 15 June 2026 (20 of the 60 measured days) *",
    ]


@pytest.mark.parametrize("day", [0, 10, WARM_UP, WARM_UP + MEASURED, 200])
def test_an_opening_at_an_edge_of_the_window_or_outside_does_not(day: int) -> None:
    world = small(days=MEASURED, warm_up=WARM_UP)
    assert told(world, with_places(world, (0, 0), (day, 8)) if day else with_places(world, (0, 8))) == []


def test_the_last_day_of_the_window_is_a_period_of_one_day() -> None:
    world = small(days=MEASURED, warm_up=WARM_UP)
    assert told(world, with_places(world, (0, 4), (89, 8)))[-1].endswith("(1 of the 60 measured days) *")


def test_a_ward_that_closes_again_is_told_while_it_is_open() -> None:
    world = small(days=MEASURED, warm_up=WARM_UP, unit=0)
    assert told(world, with_places(world, (0, 0), (50, 8), (70, 0))) == [
        "before the opening of unit on 26 May 2026 (20 of the 60 measured days)",
        "from the opening of unit on 26 May 2026 to 14 June 2026 (20 of the 60 measured days) *",
        "from the closing of unit on 15 June 2026 (20 of the 60 measured days)",
    ]


def test_places_that_come_in_steps_are_told_from_the_last_step_on() -> None:
    world = small(days=MEASURED, warm_up=WARM_UP, unit=0)
    assert [words[-1] for words in told(world, with_places(world, (0, 0), (50, 4), (70, 8)))] == [")", ")", "*"]


def test_what_both_plan_alike_and_what_always_differs_divide_nothing() -> None:
    winter = with_places(small(days=MEASURED, warm_up=WARM_UP), (0, 20), (DATE, 25), of="hospital", id="base")
    assert told(winter, bigger(winter)) == []
    assert told(winter, with_places(winter, (0, 22), (DATE, 27), of="hospital")) == []


def test_places_that_only_the_baseline_changes_divide_too() -> None:
    base = with_places(small(days=MEASURED, warm_up=WARM_UP), (0, 4), (DATE, 0), id="base")
    assert told(base, with_places(base, (0, 4)))[-1].startswith("from the change of places of unit on 15 June 2026")


def test_unlimited_places_and_teams_have_dates_too() -> None:
    world = replace(small(days=MEASURED, warm_up=WARM_UP), teams=(Team(name="hub_team", capacity=dated((0, 2))),))
    assert len(told(world, with_places(world, (0, 4), (DATE, None)))) == 2
    team = replace(world, id="team", teams=(Team(name="hub_team", capacity=dated((0, 2), (DATE, 3))),))
    assert told(world, team)[1].startswith("from the change of places of team hub team on 15 June 2026")


def routed(world: Scenario, *shares: tuple[int, float], id: str = "more") -> Scenario:
    """The same world with these shares of people who go to the unit, by the day of admission."""
    (group,) = world.people
    hospital, *others = group.journey
    unit, home = hospital.then
    first, *later = [
        RoutesFrom(
            from_second=day * SECONDS_PER_DAY, routes=(replace(unit, share=share), replace(home, share=1 - share))
        )
        for day, share in shares
    ]
    visit = replace(hospital, then=first.routes, later=tuple(later))
    return replace(world, id=id, people=(replace(group, journey=(visit, *others)),))


def test_routes_have_dates_too() -> None:
    world = small(days=MEASURED, warm_up=WARM_UP)
    assert told(world, routed(world, (0, 0.3), (DATE, 0.5))) == [
        "before the change of routes from hospital on 15 June 2026 (40 of the 60 measured days)",
        "from the change of routes from hospital on 15 June 2026 (20 of the 60 measured days) *",
    ]
    always = routed(world, (0, 0.5), id="always")
    assert told(world, always) == []
    assert told(routed(world, (0, 0.3), (DATE, 0.5)), routed(world, (0, 0.3), (DATE, 0.5))) == []


def test_an_opening_with_routes_of_its_own_is_told_as_the_opening() -> None:
    world = small(days=MEASURED, warm_up=WARM_UP)
    both = with_places(routed(world, (0, 0.0), (DATE, 0.3)), (0, 0), (DATE, 8))
    assert told(world, both)[1] == "from the opening of unit on 15 June 2026 (20 of the 60 measured days) *"


def test_a_ward_is_told_while_it_is_open_though_its_routes_stay() -> None:
    world = small(days=MEASURED, warm_up=WARM_UP, unit=0)
    ward = with_places(routed(world, (0, 0.0), (50, 0.3)), (0, 0), (50, 8), (70, 0))
    assert [words[-1] for words in told(world, ward)] == [")", "*", ")"]


def test_a_rhythm_of_many_dates_is_no_opening() -> None:
    world = small(days=MEASURED, warm_up=WARM_UP)
    weeks = [(day, 4 + day % 2) for day in range(WARM_UP + MEASURED)]
    assert told(world, with_places(world, *weeks)) == []


def test_a_scenario_on_its_own_is_divided_by_its_own_dates() -> None:
    world = with_places(small(days=MEASURED, warm_up=WARM_UP), (0, 0), (DATE, 8))
    assert len(told(None, world)) == 2
    assert told(None, small(days=MEASURED, warm_up=WARM_UP)) == []


# -- several scenarios ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three() -> Findings:
    """A unit that opens on day 50, one that opens on day 70, and one that is larger from the start."""
    base = small(days=MEASURED, warm_up=WARM_UP, replications=3)
    early = with_places(base, (0, 4), (50, 8), id="early")
    late = with_places(base, (0, 4), (DATE, 8), id="late")
    return compared(base, early, late, bigger(base, id="always", name="Always", unit=8))


def days(found: Findings) -> tuple[int, int]:
    calendar = found.baseline.calendar
    return calendar.warm_up_days, calendar.measured_days


@pytest.mark.slow
def test_each_scenario_is_told_from_its_own_date_on(three: Findings) -> None:
    _, early, late, always = three.scenarios
    assert [days(three.headline_of(one)[0]) for one in (early, late, always)] == [(50, 40), (70, 20), (30, 60)]
    for one in (early, late):
        part, there = three.headline_of(one)
        change = part.difference(one.id, "hospital", "midnight_delayed_mean")
        levels = [part.estimate(who, "hospital", "midnight_delayed_mean") for who in ("base", one.id)]
        assert change and all(levels)
        assert change.mean == pytest.approx(levels[1].mean - levels[0].mean)  # type: ignore[union-attr]
        assert there.calendar.measured_days == part.baseline.calendar.measured_days


def test_before_their_dates_they_are_the_baseline(three: Findings) -> None:
    for name in ("early", "late"):
        part = three.parts[three.reported_periods[name].periods[0]]
        assert {row.mean for row in part.differences if row.scenario == name and row.service != "all"} <= {0.0}


def test_the_ranking_is_of_the_days_on_which_all_are_in_force(three: Findings) -> None:
    assert three.common is not None and days(three.side_by_side) == (70, 20)
    rows = ranking(three)
    assert {row.scenario.id for row in rows} == {"early", "late", "always"}
    assert all("15 June 2026" in row.days for row in rows)
    for row in rows:
        change = three.side_by_side.difference(row.scenario.id, "hospital", "midnight_delayed_mean")
        assert change is not None and row.delayed.mean == change.mean
    by_name = {row.scenario.id: row.delayed.mean for row in rows}
    assert by_name["early"] != by_name["late"]


@pytest.mark.slow
def test_headlines_without_a_common_day_are_ranked_over_the_whole_window() -> None:
    base = small(days=MEASURED, warm_up=WARM_UP, replications=2, unit=0)
    first = with_places(base, (0, 0), (40, 8), (50, 0), id="first")
    second = with_places(base, (0, 0), (60, 8), (70, 0), id="second")
    found = compared(base, first, second)
    assert found.common is None and days(found.side_by_side) == (30, 60)
    assert {row.days for row in ranking(found)} == {""}
    drawn = {chart.name: chart.title for chart in draw_charts(found)}
    assert drawn["who_pays"] == "Who pays more, and who pays less?"


# -- the same for everybody ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_periods_are_the_same_for_any_number_of_workers_and_after_an_interruption(tmp_path: Path) -> None:
    base = small(days=MEASURED, warm_up=WARM_UP, replications=3)
    pair = base, with_places(base, (0, 0), (DATE, 8))
    store = Store(tmp_path / "kept")
    one, two = compared(*pair), compared(*pair, workers=2, store=store)
    resumed = compared(*pair, store=store)
    for other in (two, resumed):
        assert other.reported_periods == one.reported_periods
        assert [part.estimates for part in other.parts.values()] == [part.estimates for part in one.parts.values()]
        assert [part.differences for part in other.parts.values()] == [part.differences for part in one.parts.values()]


def test_a_stored_replication_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = small(days=MEASURED, warm_up=WARM_UP, replications=1)
    pair = base, with_places(base, (0, 0), (DATE, 8))
    store = Store(tmp_path / "kept")
    before = compared(*pair, store=store)
    monkeypatch.setattr(experiment, "run_one", lambda *_: pytest.fail("it was run again"))
    assert compared(*pair, store=store).parts == before.parts


def test_researchers_have_a_table_of_periods() -> None:
    base = small(days=MEASURED, warm_up=WARM_UP, replications=2)
    more = with_places(base, (0, 0), (DATE, 8))
    table = sim.compare(base, more).periods
    row = table.query("service == 'hospital' and measure == 'midnight_delayed_mean' and headline == 'yes'").iloc[0]
    assert (row["first_date"], row["last_date"], row["days"]) == ("2026-06-15", "2026-07-04", 20)
    assert row["difference"] == pytest.approx(row["mean"] - row["baseline_mean"])
    assert len(set(table["first_date"])) == 2
    assert sim.compare(base, bigger(base)).periods.empty
    alone = sim.run_scenario(more).periods
    assert set(alone["days"]) == {40, 20} and alone["difference"].isna().all()


# -- what is seen --------------------------------------------------------------------------------------------


def words_in(found: Findings) -> Iterator[str]:
    made = delayed_chart(found)
    assert made is not None
    # however many lines a mark has room for
    yield from (text.get_text().replace("\n", " ") for text in made[2].axes[0].texts)


def marked_days(axes: Axes) -> set[object]:
    """Where a chart over time has an upright line."""
    return {line.get_xdata()[0] for line in axes.lines if len(set(map(str, line.get_xdata()))) == 1}  # type: ignore[index]


def test_charts_over_time_mark_the_date(three: Findings) -> None:
    made = delayed_chart(three)
    assert made is not None
    _, description, drawing = made
    early, late, always = drawing.axes  # each one's difference from the baseline
    assert date(2026, 5, 26) in marked_days(early)
    assert date(2026, 6, 15) in marked_days(late)
    assert not marked_days(always)
    marks = ["26 May 2026: change of places of unit", "15 Jun 2026: change of places of unit"]
    assert all(mark in description for mark in marks)


def test_a_chart_of_two_scenarios_marks_the_date_in_words() -> None:
    base = small(days=MEASURED, warm_up=WARM_UP, replications=2)
    pair = compared(base, with_places(base, (0, 4), (50, 8), id="early"))
    made = delayed_chart(pair)
    assert made is not None
    _, description, drawing = made
    levels, difference = drawing.axes
    assert date(2026, 5, 26) in marked_days(levels) & marked_days(difference)
    mark = "26 May 2026: change of places of unit"
    assert mark in set(words_in(pair)) and mark in description


def test_a_chart_without_dates_has_no_mark() -> None:
    base = small(days=MEASURED, warm_up=WARM_UP, replications=2)
    assert not [text for text in words_in(compared(base, bigger(base))) if "2026" in text]


def test_the_screen_tells_the_days_first(three: Findings, capsys: pytest.CaptureFixture[str]) -> None:
    tables.answer(Screen(quiet_output=False), three)
    said = " ".join(capsys.readouterr().out.split())
    assert "avoided in hospital, against Base; from 15 June 2026, when everything dated is in force" in said
    assert "From the change of places of unit on 26 May 2026 (40 of the 60 measured days): " in said
    assert "before 26 May 2026 (20 days): no change" in said
    assert "Money in the 40 days from 26 May 2026" in said


def test_a_period_is_named_by_its_days() -> None:
    one = Period(0, 10, "words", "short", "")
    assert one.days == 10
