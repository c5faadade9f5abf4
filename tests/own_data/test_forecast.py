"""Forecasts from a census: exact where nothing is left to chance, at their rates where much is, and never about anybody."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from math import exp
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.api_studies import fit_stays
from sim.api_studies import forecast as forecast_table
from sim.cli import main
from sim.home import HOME
from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import SECONDS_PER_DAY
from sim.own_data.censuses import Census, Present, read_censuses
from sim.own_data.forecasting import COLUMNS, Forecast, forecast, held, readiness_missing_in, starting
from sim.own_data.people_files import Places, Words, read_mapping
from sim.own_data.unlisted import entries_of, people_in
from sim.runs.engines import BY_REFERENCE
from tests.engines import engines, replications, uncrossed
from tests.own_data.worlds import HEADING, SMALL, WITH_STEPS, census_rows, read, small, write_census

QUIET = """
calendar: {start: 2026-01-05, warm_up_days: 0, measured_days: 7}
services:
  ward: {kind: acute, beds: 400}
  unit: {kind: reablement_unit, beds: 1}
people:
  everyone:
    arrives_at: ward
    arrivals_per_day: 0
    journey:
      ward: {stay_days: STAY, then: {unit: {share: 0%}, home: 100%}}
      unit: {stay_days: {fixed: 20}, then: {home: 100%}}
"""
Read = Callable[..., Forecast]


@pytest.fixture
def found(tmp_path: Path) -> Read:
    """A forecast of a ward to which nobody comes, from the rows of a census."""

    def make(stay: str, *rows: str, days: int = 10, replications: int = 1) -> Forecast:
        file, census = tmp_path / "quiet.yaml", tmp_path / "today.csv"
        file.write_text(QUIET.replace("STAY", stay), encoding="utf-8")
        census.write_text("\n".join(["service,admitted,ready,waiting for", *rows]) + "\n", encoding="utf-8")
        (one,) = read_censuses(str(census), read_scenario(file), Words(), date(2026, 6, 1)).all
        return forecast(
            starting(str(file), one, days, replications=replications),
            one,
            1,
            engines() if replications > 1 else BY_REFERENCE,
        )

    return make


STEPS = """
steps:
  assess: {reason: hub_assessment, takes_days: {fixed: 5}}
  paper: {reason: hub_assessment, takes_days: {fixed: 1}, after: assess}
  lift: {reason: equipment, takes_days: {fixed: 9}}
people:"""
WITH_TWO = QUIET.replace("people:", STEPS).replace(
    "{share: 0%}, home: 100%", "{share: 0%, steps: [lift]}, home: {share: 100%, steps: [assess, paper]}", 1
)


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., tuple[Forecast, tuple[str, ...]]]:
    """A forecast of a ward from a list with a column of steps, and what is said of the list; ScenarioError says what is wrong."""

    def make(*rows: str, text: str = WITH_TWO) -> tuple[Forecast, tuple[str, ...]]:
        file, census, words = tmp_path / "quiet.yaml", tmp_path / "today.csv", tmp_path / "words.csv"
        file.write_text(text.replace("STAY", "{fixed: 5}"), encoding="utf-8")
        census.write_text(
            "\n".join(["service,admitted,ready,waiting for,current step", *rows]) + "\n", encoding="utf-8"
        )
        words.write_text("column,yours,ours\nsteps_left,Hub to assess,assess\n", encoding="utf-8")
        read = read_censuses(str(census), read_scenario(file), read_mapping(str(words)), date(2026, 6, 1))
        (one,) = read.all
        return forecast(starting(str(file), one, 10, replications=1), one, 1), read.notes

    return make


def test_steps_that_a_list_names_are_under_way_and_what_comes_after_them_is_to_do(told: Read) -> None:
    one, notes = told(
        "ward,20/05/2026,30/05/2026 06:00,home,Hub to assess",  # 1.75 of 5 days are over: done on day 3.25, the paper on 4.25
        "ward,20/05/2026,31/05/2026,home,paper",  # from now on: done on day 1
        "ward,20/05/2026,31/05/2026,home,",  # all is done: home at once
        "ward,20/05/2026,29/05/2026 06:00,unit,lift",  # 9 days: until day 6.25
        "ward,31/05/2026 06:00,,,assess",  # not ready yet, so as anybody: ready on day 4.25, and then 5 + 1 days
    )
    assert daily(one, "ward", "delayed", "pathway", "0") == [[2]] + [[1]] * 10
    assert daily(one, "ward", "delayed", "pathway", "2") == [[1]] * 7 + [[0]] * 4
    assert "1 person who wait have a blank in the column of steps: all of theirs count as done" in notes
    assert "Steps of 1 person who are not ready, or wait outside, were not used" in notes


def test_what_comes_after_a_step_is_needed_by_as_many_as_of_those_who_come(told: Read) -> None:
    """Nobody needs the paper here: after 5 days of assessment, 1.75 of which are over, they leave. Before, all needed it."""
    text = WITH_TWO.replace("after: assess}", "after: assess, share: 0%}")
    one, _ = told(*["ward,20/05/2026,30/05/2026 06:00,home,assess"] * 5, text=text)
    assert daily(one, "ward", "delayed", "pathway", "0") == [[5]] * 4 + [[0]] * 7


AT_REST = WITH_TWO.replace("warm_up_days: 0", "warm_up_days: 40").replace("arrivals_per_day: 0", "arrivals_per_day: 9")


@pytest.mark.parametrize("step", ["", "paper"])
@pytest.mark.parametrize(
    ("takes", "days"), [("takes_days: {fixed: 9}", 3.75), ("takes_working_days: {fixed: 9}", 1.75)]
)
def test_what_is_left_of_a_step_goes_by_when_it_began_with_people_at_rest(
    tmp_path: Path, takes: str, days: float, step: str
) -> None:
    """They were ready 8.75 days ago, and assessed for 5. 1 June 2026 is a Monday: of the last 3.75 days 1.75 are working days.

    Before, the paper began anew with the forecast.
    """
    file, census, heading = (
        tmp_path / "rest.yaml",
        tmp_path / "c.csv",
        "service,admitted,ready,waiting for,steps_left\n",
    )
    text = AT_REST.replace("takes_days: {fixed: 1}, after", f"{takes}, after").replace("STAY", "{fixed: 5}")
    file.write_text(text, encoding="utf-8")
    rows = f"ward,18/05/2026 06:00,23/05/2026 06:00,home,{step}\n" * 3
    census.write_text(
        (heading + rows) if step else (heading + rows).replace(",steps_left", "").replace("home,", "home")
    )
    (one,) = read_censuses(str(census), read_scenario(file), Words(), date(2026, 6, 1)).all
    (start, *_) = starting(str(file), one, 5, replications=2)
    (entry, *_) = [entry for entry in start.census if entry.service == "ward"]
    assert (entry.steps_left, [name for name, _ in entry.steps_begun]) == (("paper",), ["paper"])
    assert [ago for _, ago in entry.steps_begun] == pytest.approx([days])


@pytest.mark.slow
def test_delayed_people_stay_as_many_as_they_are_where_few_wait_long(tmp_path: Path) -> None:
    """Ten come a day and wait 6 days on average, half of them under 2: some 60 at any midnight. Begun anew, a quarter of them are gone."""
    text = SMALL.replace("warm_up_days: 0", "warm_up_days: 240").replace("beds: 40", "beds: 400")
    text = text.replace("arrivals_per_day: 3.2", "arrivals_per_day: 10")
    text = text.replace("home: {share: 68%}", "home: {share: 93%, steps: [first, care]}")
    text = "\n".join(line for line in text.splitlines() if "unit: {share" not in line)
    steps = (
        "steps:\n  first: {reason: hub_assessment, takes_days: 0.2}\n"
        "  care: {reason: home_care, after: first, takes_days: {lognormal: {mean: 6, sd: 20}}}\npeople:"
    )
    file, quick = small(tmp_path, text.replace("people:", steps)), uncrossed()
    scenario, delayed = read(file), []
    for number, seen in enumerate(replications(scenario, 4)):
        listed = write_census(tmp_path / "c.csv", census_rows(scenario, seen, 300))
        (one,) = read_censuses(str(listed), scenario, Words()).all
        start = starting(str(file), one, 10, replications=10, seed=number + 3, engines=quick)
        delayed.append(np.array(daily(forecast(start, one, 1, quick), "hospital", "delayed")).mean(axis=1))
    first, *later = np.mean(delayed, axis=0)
    assert np.mean(later[2:]) == pytest.approx(first, abs=0.12 * first)


def test_steps_that_are_not_known_or_not_on_the_way_are_named_by_row(told: Read) -> None:
    with pytest.raises(ScenarioError) as wrong:
        told("ward,20/05/2026,30/05/2026,home,assess; Ann Other", "ward,20/05/2026,30/05/2026,unit,paper")
    assert (
        "on the way from `ward` to `home` there are assess and paper; say with --columns what your words mean, and put `;` between two"
        in str(wrong.value)
    )
    assert "row 3" in str(wrong.value) or ":3:" in str(wrong.value)
    assert "names `paper`, no step on the way from `ward` to `unit`" in str(wrong.value)
    assert "Ann" not in str(wrong.value)


OFFICIAL = "Care transfer hub process - Awaiting necessary referrals by care transfer hub"


@pytest.mark.parametrize(
    ("cell", "means"),
    [
        ("assess; lift", "assess lift"),
        ('"assess, lift"', "assess lift"),
        ("Lift and Assess", "lift assess"),
        ("hub to assess & lift", "assess lift"),
        ("assess / lift", "assess lift"),
        ("none", ""),
        ("-", ""),
        ("equipment", "lift"),
        ("Capacity - Equipment and associated training not yet delivered (Pathway 1-3)", "lift"),
        (f"{OFFICIAL}; equipment", "assess lift"),
        ('"Capacity - Bed-based rehabilitation, reablement or recovery services not yet available (Pathway 2)"', ""),
    ],
)
def test_steps_are_understood_as_people_write_them(tmp_path: Path, cell: str, means: str) -> None:
    """By comma, `and` or `&`, in capitals, by the reason of one step, and by the words of the national return."""
    text = WITH_TWO.replace("steps: [lift]", "steps: [assess, lift]").replace("STAY", "{fixed: 5}")
    (tmp_path / "w.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "words.csv").write_text("column,yours,ours\nsteps_left,Hub to assess,assess\n", encoding="utf-8")
    file = tmp_path / "c.csv"
    file.write_text(
        f"service,admitted,ready,waiting for,step\nward,20/05/2026,30/05/2026,unit,{cell}\n", encoding="utf-8"
    )
    read = read_censuses(
        str(file), read_scenario(tmp_path / "w.yaml"), read_mapping(str(tmp_path / "words.csv")), date(2026, 6, 1)
    )
    assert " ".join(read.all[0].people[0].steps_left or ()) == means


def test_a_reason_of_no_step_or_of_two_and_a_misspelt_step_are_refused_with_their_cure(told: Read) -> None:
    with pytest.raises(ScenarioError) as wrong:
        told(
            *(f"ward,20/05/2026,30/05/2026,home,{cell}" for cell in (OFFICIAL, "equipment", "asess", "assess and Ann"))
        )
    two, none, near, name = str(wrong.value).splitlines()
    assert "the reason `transfer hub assessment`; say by the name of the step whether it is `assess` or `paper`" in two
    assert "the reason `equipment`, which no step on the way from `ward` to `home` has" in none
    assert near.endswith("names a step that is not known; did you mean `assess`?")
    assert "Ann" not in name and "names a step that is not known; " in name


def daily(of: Forecast, service: str, measure: str, by: str = "", item: str = "") -> list[list[int]]:
    return of.counts[of.figures.index((service, measure, by, item))].tolist()


def test_stays_that_are_known_end_on_their_day(found: Read) -> None:
    one = found("{fixed: 5}", "ward,2026-05-30 06:00,,", "ward,28/05/2026 18:00,,", "ward,27/05/2026,,")
    # until 4 June 06:00, 2 June 18:00 and (a date alone counts from noon) 1 June 12:00; all at home from then on
    assert daily(one, "ward", "midnight_census") == [[3], [2], [1], [1], *[[0]] * 7]
    assert daily(one, "ward", "leavers", "pathway", "0") == [[1], [1], [0], [1], *[[0]] * 7]
    assert [str(day) for day in one.dates] == [f"2026-06-{day:02d}" for day in range(1, 12)]


def test_who_is_ready_waits_for_what_the_census_says(found: Read) -> None:
    one = found(
        "{fixed: 5}",
        "unit,20/05/2026 12:00,,",
        "ward,01/05/2026,25/05/2026,unit",
        "ward,02/05/2026,26/05/2026,P2",
        days=30,
    )
    # the bed is free on 9 June at noon, and 20 days later again: the first who joined comes first
    assert daily(one, "ward", "delayed", "pathway", "2") == [[2]] * 9 + [[1]] * 20 + [[0]] * 2
    assert daily(one, "unit", "midnight_census") == [[1]] * 31
    assert daily(one, "unit", "waiting") == [[2]] * 9 + [[1]] * 20 + [[0]] * 2


def test_residual_stays_are_conditional_on_the_days_elapsed(found: Read) -> None:
    weibull = stats.weibull_min(2.0, scale=10 / 0.886226925)  # mean 10, sd 5.2272
    one = found("{weibull: {mean: 10, sd: 5.2272}}", *["ward,20/05/2026 00:00:01,,"] * 300, replications=20)
    for day in (1, 4, 7):
        staying = weibull.sf(12 + day) / weibull.sf(12)
        mean = one.bands(one.figures.index(("ward", "midnight_census", "", "")))[day][0]
        error = (300 * staying * (1 - staying) / 20) ** 0.5
        assert mean == pytest.approx(300 * staying, abs=4 * error)
        assert abs(mean - 300 * weibull.sf(day)) > 20 * error  # as if they had come today


@pytest.mark.slow
def test_bands_are_those_of_the_binomial_that_they_estimate(found: Read) -> None:
    one = found("{exponential: {mean: 10}}", *["ward,20/05/2026,,"] * 200, days=7, replications=300)
    bands = one.bands(one.figures.index(("ward", "midnight_census", "", "")))[7]
    staying = stats.binom(200, exp(-0.7))
    for name, share in (
        ("p025", 0.025),
        ("p10", 0.1),
        ("p25", 0.25),
        ("p50", 0.5),
        ("p75", 0.75),
        ("p90", 0.9),
        ("p975", 0.975),
    ):
        assert bands[COLUMNS.index(name) - 5] == pytest.approx(staying.ppf(share), abs=2.5)


@pytest.mark.slow
def test_bands_hold_at_their_rates_on_a_simulated_hospital(tmp_path: Path) -> None:
    """Eight hospitals, a census each, and what came of it a week later; the night looks at many."""
    assert 0.6 < _share_held(small(tmp_path), 120, hospitals=8, runs=20)["all", "midnight_census", "80%"][0] <= 1


@pytest.mark.parametrize(
    ("text", "first", "hospitals"),
    [
        pytest.param(WITH_STEPS, 180, 8, id="steps under way", marks=pytest.mark.slow),
        pytest.param(SMALL, 120, 60, id="no steps, at night", marks=pytest.mark.nightly),
        pytest.param(WITH_STEPS, 180, 25, id="steps under way, at night", marks=pytest.mark.nightly),
    ],
)
def test_bands_hold_at_their_rates_on_many_simulated_hospitals(
    tmp_path: Path, text: str, first: int, hospitals: int
) -> None:
    held_at = _share_held(small(tmp_path, text), first, hospitals, runs=80)
    assert ("hospital", "delayed", "80%") in held_at
    for (service, measure, band), (share, expected, looks) in held_at.items():
        error = (expected * (1 - expected) / looks) ** 0.5
        assert abs(share - expected) < 3.5 * error + 0.02, (
            service,
            measure,
            band,
        )  # percentiles of 80 runs are a little narrow


def _share_held(
    file: Path, first: int, hospitals: int, runs: int
) -> dict[tuple[str, str, str], tuple[float, float, int]]:
    scenario, counts = read(file), {}
    for number, seen in enumerate(replications(scenario, hospitals)):
        rows = [row for day in (0, 1, 10) for row in census_rows(scenario, seen, first + day)]
        past = read_censuses(str(write_census(file.with_name("past.csv"), rows)), scenario, Words()).all
        start = starting(str(file), past[0], 10, replications=runs, seed=number + 7)
        for one in held([forecast(start, past[0], 1, uncrossed())], past):
            counts.setdefault((*one.figure[:2], one.band), []).append(one)
    return {
        key: (
            sum(o.held for o in those) / sum(o.looks for o in those),
            sum(o.expected for o in those) / len(those),
            len(those),
        )
        for key, those in counts.items()
    }


def test_a_backtest_counts_how_often_each_band_held() -> None:
    past = [Census(date(2026, 6, 1), ()), Census(date(2026, 6, 2), ())]
    scenario = read_scenario(HOME / "scenarios/validation/waiting_without_loss.yaml")
    one = Forecast(scenario, past[0], (("ward", "midnight_census", "", ""),), np.array([[[3] * 100, list(range(100))]]))
    found = held([one], past)
    assert [(h.band, h.held, h.looks) for h in found] == [("50%", 0, 1), ("80%", 0, 1), ("95%", 0, 1)]
    assert [h.expected for h in found] == pytest.approx([0.51, 0.81, 0.96], abs=0.011)


def on_days(people: int, waiting: int, day: int) -> Census:
    here = [Present("everyone", "ward", 3.0, None, None, ())] * (people - waiting)
    return Census(date(2026, 6, day), (*here, *[Present("everyone", "ward", 3.0, "home", 1.0, ())] * waiting))


def test_what_was_certain_counts_where_it_came_otherwise_once(tmp_path: Path) -> None:
    file = small(tmp_path, QUIET.replace("STAY", "{fixed: 5}"))
    figure, past = ("ward", "midnight_census", "", ""), [on_days(5, 0, day) for day in (1, 2, 3)]
    one = Forecast(read(file), past[0], (figure,), np.full((1, 4, 50), 5))
    assert held([one], past) == []  # always so, and certain
    assert [(h.held, h.looks) for h in held([one], [*past, on_days(4, 0, 4)])] == [(2, 3)] * 3


def test_who_is_delayed_is_not_judged_where_no_list_says_who_is_ready(tmp_path: Path) -> None:
    file = small(tmp_path, QUIET.replace("STAY", "{fixed: 5}"))
    figures = (("ward", "delayed", "", ""), ("all", "delayed", "", ""))
    past = [on_days(5, 0, day) for day in (1, 2)]
    one = Forecast(read(file), past[0], figures, np.arange(4).repeat(50).reshape(1, 1, 200).repeat(2, 0).repeat(2, 1))
    assert held([one], past) == [] and readiness_missing_in(past, one) == ["ward"]
    told = [past[0], on_days(5, 2, 2)]
    assert {h.figure for h in held([one], told)} == set(figures) and readiness_missing_in(told, one) == []


# ---- people whom a list does not hold


def test_a_backtest_looks_at_no_service_that_no_list_holds(tmp_path: Path) -> None:
    file = small(tmp_path, SMALL.replace("warm_up_days: 0", "warm_up_days: 60"))
    rows = [f"{day:02d}/06/2026,hospital,01/06/2026" for day in (2, 3) for _ in range(20)]
    (tmp_path / "c.csv").write_text("\n".join(["census,service,admitted", *rows]) + "\n", encoding="utf-8")
    past = read_censuses(str(tmp_path / "c.csv"), read(file), Words()).all
    one = forecast(starting(str(file), past[0], 2, replications=2), past[0], 1)
    assert one.counts[one.figures.index(("unit", "midnight_census", "", "")), 0].min() > 0  # taken from the scenario
    assert {found.figure[0] for found in held([one], past)} == {"hospital"}


def test_people_of_services_that_are_not_listed_are_those_of_a_run(tmp_path: Path) -> None:
    scenario = read(small(tmp_path))
    (seen,) = replications(scenario, 1)
    rows = [row for row in census_rows(scenario, seen, 120) if row[1] == "unit"]
    others = people_in(scenario, seen, ["unit"], 120 * SECONDS_PER_DAY)
    assert sum(one.count for one in others) == len(rows) > 3
    here = sorted(
        (datetime(2026, 1, 5) + timedelta(days=120) - datetime.fromisoformat(row[2])) / timedelta(days=1)
        for row in rows
    )
    days = sorted(one.elapsed.mean_days for one in others for _ in range(one.count) if one.elapsed)
    assert days == pytest.approx(here, abs=0.126)


@pytest.mark.slow
def test_who_left_before_the_census_comes_back(tmp_path: Path) -> None:
    """Everybody stays 5 days, is at home for 10 and comes back: of 2 a day from outside there are 20 at home, who fill the ward again."""
    file, census = tmp_path / "back.yaml", tmp_path / "c.csv"
    text = (
        QUIET.replace("STAY", "{fixed: 5}")
        .replace("arrivals_per_day: 0", "arrivals_per_day: 2")
        .replace("warm_up_days: 0", "warm_up_days: 90")
    )
    text = text.replace(
        "home: 100%}}\n      unit",
        "home: 100%}}\n      home: {stay_days: {fixed: 10}, then: {ward: 50%, out: 50%}}\n      unit",
    )
    census.write_text("service,admitted\nward,01/06/2026\n", encoding="utf-8")
    admitted = []
    for warm in (text, text.replace("warm_up_days: 90", "warm_up_days: 0")):
        file.write_text(warm, encoding="utf-8")
        (one,) = read_censuses(str(census), read_scenario(file), Words(), date(2026, 6, 2)).all
        found = forecast(starting(str(file), one, 9, replications=30), one, 1, engines())
        admitted.append(sum(sum(day) for day in daily(found, "ward", "leavers")[6:10]) / 30 / 4)
    # who leaves on days 6 to 9 came on days 1 to 4: 2 a day from outside and, of the 4 a day who left for home ten days before, 2
    assert admitted == pytest.approx([4, 2], abs=0.45)


# ---- the command, and files


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))
    return tmp_path


def test_monday_is_on_the_screen_and_nobody_in_any_file(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"hospital,{day}/06/2026,,,Ann Other,9990000018" for day in range(10, 30)]
    rows += ["hospital,09/06/2026,26/06/2026,unit,Bo Body,9990000018", "unit,01/06/2026,,,Cy Body,9990000018"]
    Path("today.csv").write_text("\n".join([f"{HEADING[7:]},name,NHS number", *rows]) + "\n", encoding="utf-8")
    words = [
        "forecast",
        "small.yaml",
        "--census",
        "today.csv",
        "--on",
        "30/06/2026",
        "--days",
        "14",
        "--replications",
        "3",
    ]
    assert main([*words, "--engine", "reference", "--workers", "1", "--outputs", "out", "--json", "f.json"]) == 0
    said = capsys.readouterr().out
    assert "Monday 6 July 2026, 6 days ahead" in said and "a year" not in said
    assert "Not read, as they say who somebody is: `name`, `NHS number`" in said
    assert "rough with 3 runs" in " ".join(said.split())
    rows_of_json = json.loads(Path("f.json").read_text(encoding="utf-8"))["forecast"]
    assert list(rows_of_json[0]) == list(COLUMNS)
    first = {(r["service"], r["measure"], r["by"], r["item"]): r for r in rows_of_json if r["date"] == "2026-06-30"}
    assert (
        first["hospital", "midnight_census", "", ""]["mean"]
        == 20
        == first["hospital", "midnight_census", "", ""]["p95"]
    )
    assert first["hospital", "delayed", "pathway", "2"]["p50"] == 0 + (first["unit", "waiting", "", ""]["p50"])
    assert {r["date"] for r in rows_of_json} == {
        f"2026-{6 + d // 31:02d}-{d if d < 31 else d - 30:02d}" for d in [30, *range(31, 45)]
    }
    written = [file for file in here.rglob("*") if file.is_file() and file.name != "today.csv"]
    assert {"forecast.csv", "forecast.svg", "run.json"} <= {file.name for file in written}
    for file in written:
        content = file.read_bytes()
        assert not any(word in content for word in (b"Ann", b"Body", b"9990000018", b"10/06/2026", b"2026-06-10")), file
    assert not (here / "store").exists()


def problems(
    *rows: str, heading: str = "service,admitted,ready,waiting for", day: date | None = date(2026, 6, 30)
) -> str:
    Path("c.csv").write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_censuses("c.csv", read_scenario("small.yaml"), Words(), day)
    return str(refused.value)


@pytest.mark.usefixtures("here")
def test_every_mistake_of_a_census_is_named_by_cell_at_once() -> None:
    said = problems(
        "hospitl,01/06/2026,,",
        "hospital,01/07/2026,,",
        "hospital,02/06/2026,01/06/2026,unit",
        "hospital,02/06/2026,03/06/2026,",
        "unit,02/06/2026,03/06/2026,unit",
        "hospital,30/02/2026,,",
        "hospital,,,",
        "outside,01/06/2026,,",
        "Jane Doe,02/06/2026,03/06/2026,unit",
    )
    assert "Doe" not in said
    for words in (
        "c.csv:2:1: A2 (`service`) is `hospitl` and is not known; did you mean `hospital`?",
        "c.csv:3:2: B3 (`admitted`) is after the day of the census, 30/06/2026",
        "c.csv:4:3: C4 (`ready`) is before `admitted`",
        "c.csv:5:4: D5 (`waiting for`) is blank, and they are ready",
        "c.csv:6:4: D6 (`waiting for`) is where nobody of `everyone` goes from `unit`; from there they go to `home`",
        "c.csv:7:2: B7 (`admitted`) is `30/02/2026`, and there is no such day",
        "c.csv:8:2: B8 (`admitted`) is blank",
        "c.csv:9:4: D9 (`waiting for`) is blank: for which place do they wait outside?",
    ):
        assert words in said


@pytest.mark.usefixtures("here")
def test_our_words_are_known_in_whatever_capitals_they_are_written() -> None:
    """A group in capitals was left out without a word before, and a service in capitals was none."""
    rows = "HOSPITAL,01/06/2026,20/06/2026,Unit,Everyone\nHospital,2/6/2026,,,EVERYONE\nOutside,3/6/2026,,hospital,everyone\n"
    Path("c.csv").write_text("service,admitted,ready,waiting for,group\n" + rows, encoding="utf-8")
    (one,) = read_censuses("c.csv", read_scenario("small.yaml"), Words(), date(2026, 6, 30)).all
    assert [(person.service, person.group, person.waiting_for) for person in one.people] == [
        ("hospital", "everyone", "unit"),
        ("hospital", "everyone", None),
        ("outside", "everyone", "hospital"),
    ]


@pytest.mark.usefixtures("here")
def test_a_census_larger_than_its_beds_names_the_first_row_too_many() -> None:
    said = problems(*["unit,01/06/2026,,"] * 14)
    assert "c.csv:14:1: A14 (`service`) is one more than `unit` has beds: 14 people on 30/06/2026, 12 beds" in said
    assert "--set services.unit.beds=14" in said


@pytest.mark.usefixtures("here")
def test_one_person_twice_and_a_census_of_no_day_are_refused() -> None:
    heading = "id,service,admitted"
    assert "A3 (`id`) is there in row 2 already; one person, one row" in problems(
        "X17,unit,01/06/2026", "X17,unit,01/06/2026", heading=heading
    )
    assert "does not say of which day it is; write a column `census`, or --on" in problems(
        "X17,unit,01/06/2026", heading=heading, day=None
    )


@pytest.mark.usefixtures("here")
def test_of_several_dates_in_a_file_one_is_taken_and_nobody_is_counted_twice() -> None:
    Path("c.csv").write_text(
        "service,admitted,census\nhospital,28/05/2026,01/06/2026\nhospital,28/05/2026,08/06/2026\n"
        "hospital,07/06/2026,08/06/2026\nhospital,09/06/2026,15/06/2026\n",
        encoding="utf-8",
    )
    scenario = read_scenario("small.yaml")
    for day, people in ((None, [1, 2, 1]), (date(2026, 6, 8), [1, 2]), (date(2026, 6, 1), [1])):
        assert [len(one.people) for one in read_censuses("c.csv", scenario, Words(), day).all] == people
    with pytest.raises(
        ScenarioError, match="has no census of 07/06/2026, the date of --on; the latest are of 01/06/2026"
    ):
        read_censuses("c.csv", scenario, Words(), date(2026, 6, 7))


@pytest.mark.usefixtures("here")
def test_a_census_of_nobody_is_refused() -> None:
    assert problems().endswith("c.csv: holds nobody below its heading")


@pytest.mark.usefixtures("here")
def test_cells_beyond_the_last_heading_are_not_left_out_without_a_word() -> None:
    Path("c.csv").write_text(
        "service,admitted\nhospital,01/06/2026,seen by Ann\nhospital,02/06/2026\n", encoding="utf-8"
    )
    (note, *_) = read_censuses("c.csv", read_scenario("small.yaml"), Words(), date(2026, 6, 30)).notes
    assert note.startswith("Not read: row 2 has cells beyond the last heading")
    assert "Ann" not in note


@pytest.mark.usefixtures("here")
def test_days_may_stand_in_the_place_of_dates() -> None:
    Path("c.csv").write_text(
        "service,admitted,ready,waiting for\nhospital,12.5,2,unit\nhospital,3,,\n", encoding="utf-8"
    )
    (census,) = read_censuses("c.csv", read_scenario("small.yaml"), Words(), date(2026, 6, 30)).all
    assert [(one.days, one.waited, one.waiting_for) for one in census.people] == [
        (12.5, 2.0, "unit"),
        (3.0, None, None),
    ]


def test_a_name_of_the_scenario_is_that_place_and_a_pathway_all_of_its_ways() -> None:
    places = Places(read_scenario(HOME / "scenarios/baseline.yaml"))
    assert places.ways("pathway_1") == ("pathway_1",)
    assert {"pathway_1", "home_care", "community_health"} <= set(places.ways("Pathway 1")) == set(places.ways("P1"))
    assert places.ways("Home") == ("home",) and places.ways("nowhere") == ()


def test_levels_without_which_nobody_would_wait_for_that_are_worked_out(tmp_path: Path) -> None:
    baseline = read_scenario(HOME / "scenarios/baseline.yaml")
    file = tmp_path / "c.csv"
    file.write_text(
        "service,admitted,ready,waiting for\nhospital,01/06/2026,20/06/2026,pathway_2\ncommunity_beds,01/06/2026,,\n"
    )
    (census,) = read_censuses(str(file), baseline, Words(), date(2026, 6, 30)).all
    assert [dict(one.levels)["need"] for one in census.people] == ["bed", "bed"]
    assert {dict(one.levels)["need"] for one in entries_of(baseline, census)} == {"bed"}


def test_who_waits_where_nobody_goes_with_levels_of_arrival_has_those_that_lead_there(tmp_path: Path) -> None:
    baseline, file = read_scenario(HOME / "scenarios/baseline.yaml"), tmp_path / "c.csv"
    file.write_text(
        "service,admitted,ready,waiting for,dementia\ncommunity_beds,01/06/2026,20/06/2026,hospital,yes\n",
        encoding="utf-8",
    )
    (census,) = read_censuses(str(file), baseline, Words(), date(2026, 6, 30)).all
    (entry,), (group,) = entries_of(baseline, census), baseline.people
    visit = group.visit("community_beds", entry.levels, entry.levels)
    assert visit is not None and "hospital" in {route.to for route in visit.then}


@pytest.mark.usefixtures("here")
def test_what_makes_no_sense_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", "small.yaml"]) == 2
    assert "forecast needs --census" in capsys.readouterr().err
    Path("c.csv").write_text("service,admitted\nhospital,01/06/2026\n", encoding="utf-8")
    assert main(["forecast", "small.yaml", "--census", "c.csv", "--on", "2026-06-30", "--days", "1000"]) == 2
    assert "more than two years" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_python_gives_both_as_tables() -> None:
    Path("c.csv").write_text("service,admitted\nhospital,01/06/2026\nhospital,12/06/2026\n", encoding="utf-8")
    table = forecast_table("small.yaml", "c.csv", days=2, on="2026-06-30", replications=2, engine="reference")
    assert list(table.columns) == list(COLUMNS)
    first = table.query("service == 'hospital' and measure == 'midnight_census' and date == '2026-06-30'")
    assert first["mean"].tolist() == [2.0]
    rows = [f"{1 + day % 28:02d}/01/2026,{2 + day % 28 + day % 2:02d}/01/2026,home" for day in range(40)]
    Path("s.csv").write_text("\n".join(["admitted,left,pathway", *rows]) + "\n", encoding="utf-8")
    fits = fit_stays("s.csv", "small.yaml")
    assert fits[["route", "ended", "still_open"]].values.tolist() == [["", 40, 0], ["home", 40, 0]]
    assert fits["mean_days"].tolist() == pytest.approx([1.5, 1.5], abs=0.06)


TWO_KINDS = """
calendar: {start: 2026-01-05, warm_up_days: 0, measured_days: 7}
services: {ward: {kind: acute, beds: 4000}}
people:
  everyone:
    arrives_at: ward
    arrivals_per_day: 0
    traits: {frail: 50%}
    journey:
      ward: {stay_days: {by: frail, yes: {exponential: {mean: 20}}, no: {exponential: {mean: 5}}}, then: {home: 100%}}
"""


@pytest.mark.slow
def test_levels_that_nobody_gives_are_drawn_on_condition_of_the_days_elapsed(tmp_path: Path) -> None:
    """After 10 days exp(-10/20) = 0.6065 of the frail are still there and exp(-10/5) = 0.1353 of the others: 81.8% are frail."""
    file, census = tmp_path / "two.yaml", tmp_path / "c.csv"
    file.write_text(TWO_KINDS, encoding="utf-8")
    census.write_text("service,admitted,frail\n" + "ward,10,\n" * 3000 + "ward,10,no\n" * 10, encoding="utf-8")
    (one,) = read_censuses(str(census), read_scenario(file), Words(), date(2026, 6, 1)).all
    entries = entries_of(read_scenario(file), one)
    frail = sum(entry.count for entry in entries if dict(entry.levels)["frail"] == "yes")
    assert frail / 3000 == pytest.approx(0.8176, abs=4 * (0.8176 * 0.1824 / 3000) ** 0.5)
    assert frail != sum(
        entry.count for entry in entries_of(read_scenario(file), one, 1) if dict(entry.levels)["frail"] == "yes"
    )
    found = forecast(starting(str(file), one, 5, replications=2), one, 1)
    staying = 3000 * (0.8176 * exp(-0.25) + 0.1824 * exp(-1)) + 10 * exp(-1)
    assert daily(found, "ward", "midnight_census")[5] == pytest.approx([staying] * 2, abs=4 * (3000 * 0.21) ** 0.5)


CHANGED_ON_THE_WAY = """
calendar: {start: 2026-01-05, warm_up_days: 60, measured_days: 7}
services: {ward: {kind: acute, beds: 400}, unit: {kind: community_beds, beds: 400}, other: {kind: care_home, beds: 400}}
people:
  everyone:
    arrives_at: ward
    arrivals_per_day: 20
    traits: {frail: 50%, lasting: {none: 100%, care: 0%}, need: {unit: 50%, other: 50%}}
    journey:
      ward:
        stay_days: {exponential: {mean: 2}}
        changes: [{trait: lasting, from: none, to: care, chance: 40%}]
        then:
          by: need
          unit: {unit: 100%}
          other: {other: {share: 100%, longest_wait_days: 3, otherwise: unit}, unit: 0%}
      unit: {stay_days: {fixed: 10}, then: {by: lasting, none: {home: 100%}, care: {out: 100%}}}
      other: {stay_days: {fixed: 10}, then: {home: 100%}}
"""


def test_levels_are_those_of_people_who_have_come_the_same_way(tmp_path: Path) -> None:
    """On arrival nobody needs care for good; the ward changes that for 40%. All came on one date, at whatever hour."""
    file, census = tmp_path / "way.yaml", tmp_path / "c.csv"
    file.write_text(CHANGED_ON_THE_WAY, encoding="utf-8")
    census.write_text("service,admitted\n" + "unit,28/05/2026\n" * 350, encoding="utf-8")
    (one,) = read_censuses(str(census), read_scenario(file), Words(), date(2026, 6, 1)).all
    assert {person.levels for person in one.people} == {()}  # who found no place in the other one may be here too
    (start,) = starting(str(file), one, 2, replications=1)
    here = [entry for entry in start.census if entry.service == "unit"]
    assert sum(entry.count for entry in here) == 350
    share = {
        level: sum(entry.count for entry in here if level in entry.levels) / 350
        for level in (("lasting", "care"), ("frail", "yes"))
    }
    assert share[("lasting", "care")] == pytest.approx(0.4, abs=0.1)
    assert share[("frail", "yes")] == pytest.approx(0.5, abs=0.1)


@pytest.mark.slow
def test_who_needs_no_more_care_at_midnight_is_ready_at_the_next_review(tmp_path: Path) -> None:
    """Needs end at an even rate, and the review at noon finds those of a whole day, those of the afternoon before among them."""
    file, census = tmp_path / "review.yaml", tmp_path / "c.csv"
    text = QUIET.replace("STAY", "{exponential: {mean: 4}}").replace("arrivals_per_day: 0", "arrivals_per_day: 40")
    text = text.replace("warm_up_days: 0", "warm_up_days: 40")
    text = text.replace("beds: 400", "beds: 400, review: {from: 12:00, to: 12:00}")
    file.write_text(text, encoding="utf-8")
    census.write_text("service,admitted\n" + "ward,25/05/2026\n" * 300 + "unit,25/05/2026\n", encoding="utf-8")
    (one,) = read_censuses(str(census), read_scenario(file), Words(), date(2026, 6, 1)).all
    found = forecast(starting(str(file), one, 2, replications=2), one, 1)
    left = [sum(day) / 2 for day in daily(found, "ward", "leavers")[:2]]
    assert left[0] / 300 == pytest.approx(1 - exp(-0.25), abs=0.06)  # half of that without those of the afternoon
