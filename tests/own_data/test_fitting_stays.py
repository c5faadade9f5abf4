"""Lengths fitted to stays: known answers with half of the stays still open, and files that nobody should believe."""

import json
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from scipy import stats

from sim.cli import main
from sim.home import HOME
from sim.inputs.loading import read_scenario
from sim.inputs.problems import ScenarioError
from sim.inputs.scenario import Scenario
from sim.own_data.fitting import (
    FAMILIES,
    Family,
    Fit,
    Lengths,
    each_log_likelihood,
    fit_spells,
    fits_of,
    fitted_family,
    longer_share,
    longer_than,
)
from sim.own_data.fitting_scenario import changes, fragment, knows_all_from, observed
from sim.own_data.people_files import Spell, Spells, When, Words, began_before_anybody_left, read_spells
from tests.own_data.worlds import small

RANDOM = np.random.default_rng(7)
EXAMPLES = {
    "exponential": (Family("exponential", (np.log(9.0),)), stats.expon(scale=9)),
    "lognormal": (Family("lognormal", (1.8, np.log(0.7))), stats.lognorm(s=0.7, scale=np.exp(1.8))),
    "gamma": (Family("gamma", (np.log(1.7), np.log(5.0))), stats.gamma(1.7, scale=5)),
    "weibull": (Family("weibull", (np.log(1.4), np.log(10.0))), stats.weibull_min(1.4, scale=10)),
}


def lengths(days: np.ndarray, ended: np.ndarray, *, exact: bool = True) -> Lengths:
    return Lengths(days, ended, np.full(len(days), exact), np.ones(len(days)))


def spells(days: np.ndarray, routes: list[str], until: float, *, planned: bool, nights: bool = False) -> list[Spell]:
    """Stays that begin evenly over the days up to `until`; of those still open the route is known only if planned."""
    found = []
    for start, length, route in zip(np.linspace(0, until, len(days), endpoint=False), days, routes, strict=True):
        begin, end = (np.floor(start), np.floor(start + length)) if nights else (start, start + length)
        ready = When(float(end), not nights) if end < until else None
        found.append(
            Spell("people", "ward", route if planned or ready else "", When(float(begin), not nights), ready, ready, ())
        )
    return found


def fitted(found: list[Spell], until: float, *routes: str) -> dict[str, Fit]:
    return {one.route: one for one in fits_of("people", "ward", found, until, routes)}


@pytest.mark.parametrize("name", FAMILIES)
def test_likelihoods_are_those_of_scipy(name: str) -> None:
    family, scipys = EXAMPLES[name]
    days = np.array([0.1, 1.0, 7.5, 40.0])
    np.testing.assert_allclose(longer_share(family, days), scipys.sf(days), rtol=1e-9)
    exact = lengths(np.tile(days, 2), np.repeat([True, False], 4))
    np.testing.assert_allclose(
        each_log_likelihood(family, exact), np.concatenate([scipys.logpdf(days), scipys.logsf(days)]), rtol=1e-7
    )
    nights = lengths(np.array([0.0, 3.0]), np.array([True, True]), exact=False)
    expected = np.log([scipys.cdf(0.5), scipys.cdf(3.5) - scipys.cdf(2.5)])
    np.testing.assert_allclose(each_log_likelihood(family, nights), expected, rtol=1e-9)
    assert (family.mean, family.sd) == pytest.approx((scipys.mean(), scipys.std()))


def test_the_share_that_stays_longer_is_scipys_kaplan_and_meier() -> None:
    days, ended = np.round(RANDOM.exponential(6, 300), 1), RANDOM.random(300) < 0.6
    times, share = longer_than(lengths(days, ended))
    known = stats.ecdf(stats.CensoredData(uncensored=days[ended], right=days[~ended])).sf
    np.testing.assert_allclose(share, known.evaluate(times), rtol=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_distribution_is_found_again_with_half_of_the_stays_censored(name: str) -> None:
    scipys = EXAMPLES[name][1]
    days = scipys.rvs(4000, random_state=3)
    cut = scipys.rvs(4000, random_state=4)  # as long as the stays, so that half are still open
    seen = lengths(np.minimum(days, cut), days <= cut)
    assert 0.45 < np.mean(~seen.ended) < 0.55
    found = fitted_family(name, seen)
    assert (found.mean, found.sd) == pytest.approx((scipys.mean(), scipys.std()), rel=0.09)
    left_out = fitted_family(name, lengths(seen.days[seen.ended], seen.ended[seen.ended]))
    assert left_out.mean < 0.8 * scipys.mean()  # what comes of leaving out who is still in bed


def test_routes_are_found_again_though_nobody_knows_those_of_stays_that_are_open() -> None:
    routes = RANDOM.choice(["home", "unit"], p=[0.7, 0.3], size=4000).tolist()
    days = np.where(np.array(routes) == "home", RANDOM.gamma(2, 3, 4000), RANDOM.weibull(1.5, 4000) * 25)
    found = fitted(spells(days, routes, 45, planned=False), 45, "home", "unit")
    assert found["home"].unknown + found["unit"].unknown > 500
    assert (found["home"].share, found["unit"].share) == pytest.approx((0.7, 0.3), abs=0.025)
    means = [one.family.mean for one in (found["home"], found["unit"]) if one.family]
    assert means == pytest.approx([6.0, 25 * 0.9027], rel=0.08)
    of_those_known = [
        np.mean(days[(np.array(routes) == "unit") & (np.linspace(0, 45, 4000, endpoint=False) + days < 45)])
    ]
    assert of_those_known[0] < 0.8 * 22.6  # what comes of leaving out who is still in bed


def test_whole_nights_give_the_lengths_back_those_of_no_night_too() -> None:
    days = RANDOM.lognormal(0.8, 0.9, 5000)
    found = fitted(spells(days, ["home"] * 5000, 400, planned=True, nights=True), 400, "home")["home"]
    assert found.family is not None and found.family.name == "lognormal"
    assert found.family.mean == pytest.approx(np.exp(0.8 + 0.405), rel=0.05)
    assert found.is_good


def test_a_poor_fit_is_said_and_few_stays_are_not_fitted() -> None:
    two_kinds = np.concatenate([RANDOM.normal(3, 0.2, 1000), RANDOM.normal(20, 0.5, 1000)])
    found = fitted(spells(RANDOM.permutation(two_kinds), ["home"] * 2000, 200, planned=True), 200, "home")["home"]
    assert not found.is_good and found.gap > 0.1
    assert fitted(spells(np.ones(9), ["home"] * 9, 200, planned=True), 200, "home")["home"].family is None


def test_what_stays_show_of_a_period_is_worked_out_by_hand() -> None:
    # one person comes each day at noon, is ready 4 days later and leaves 2 days after that
    every = tuple(
        Spell("p", "ward", "home", When(day + 0.5, True), When(day + 4.5, True), When(day + 6.5, True), ())
        for day in range(100)
    )
    found = {one.measure: one.mean for one in observed(Spells("f", every, 99.0, True, ()), "ward", 20, 80)}
    assert found == pytest.approx(
        {"midnight_census_mean": 6, "midnight_delayed_mean": 2, "throughput_per_day": 1, "days_to_ready_mean": 4, "length_of_stay_mean_days": 6}
    )  # fmt: skip


def test_a_file_that_begins_with_an_empty_hospital_makes_targets_once_it_is_full() -> None:
    # as above, with one more stay, of 26 days, each tenth day: 6 and 2.6 people are there at rest
    every = tuple(
        Spell("p", "ward", "home", When(day + 0.5, True), When(day + 4.5, True), When(day + long, True), ())
        for day in range(200)
        for long in ([6.5, 26.5] if day % 10 == 0 else [6.5])
    )
    of_file = Spells("f", every, 190.0, True, ())
    assert knows_all_from(of_file, "ward") == 27  # it had begun on day 1, when one person was there
    assert observed(of_file, "ward", 27, 187)[0].mean == pytest.approx(8.6)
    assert observed(of_file, "ward", 1, 187)[0].mean < 8.5
    # a planner who says from when on the file knows everybody has those targets from that day on: who came before is there
    since = [one for one in every if one.admitted.days >= 60], tuple(one for one in every if one.admitted.days < 60)
    told = Spells("f", tuple(since[0]), 190.0, True, (), 60.0, since[1])
    assert knows_all_from(told, "ward") == 60
    assert observed(told, "ward", 60, 180)[0].mean == pytest.approx(8.6)


def test_a_review_that_the_scenario_adds_is_taken_off_what_ready_dates_show(tmp_path: Path) -> None:
    small(tmp_path)
    plain = read_scenario(tmp_path / "small.yaml")
    reviewed = read_scenario(tmp_path / "small.yaml", ["services.hospital.review={from: 10:00, to: 14:00}"])
    days = np.exp(RANDOM.normal(1.6, 0.6, 400))
    routes = ["home", "home", "home", "unit"] * 100
    name = plain.people[0].name
    stays = tuple(
        Spell(name, "hospital", one.route, one.admitted, one.ready, one.left, ())
        for one in spells(days, routes, 400, planned=True)
    )
    of_file = Spells("f", stays, 400.0, True, ())
    fits = fit_spells(of_file, "")

    def home(scenario: Scenario) -> tuple[float, str]:
        path, value, note = next(
            one for one in changes(of_file, fits, scenario)[0] if one[0].endswith("home.stay_days")
        )
        found = read_scenario(scenario.file, [f"{path}={value}"])
        (route,) = [one for one in found.people[0].visits("hospital")[0].then if one.to == "home"]
        assert route.stay is not None
        return route.stay.mean_days, note

    (before, _), (after, note) = home(plain), home(reviewed)
    assert before - after == pytest.approx(0.5, abs=2e-3)
    assert note.endswith("0.5 days less, as the scenario's review adds them")


def test_sixty_thousand_stays_are_looked_at_once_each() -> None:
    begun = time.process_time()
    early = [
        Spell("p", "ward", "home", When(one / 150, True), None, When(one / 150 + 5, True), ()) for one in range(60_000)
    ]
    assert began_before_anybody_left(early) == 0
    assert time.process_time() - begun < 5  # it was minutes


# ---- files


HEADING = "Date of admission,DRD,Discharge date,Discharge pathway,Patient name,NHS number\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))
    return tmp_path


def write_stays(number: int = 120) -> None:
    """Stays of 1 to 9 nights, ready a day before they leave; the last dozen is still there, and one in ten goes to the unit."""
    rows = []
    for one in range(number):
        start = np.datetime64("2026-01-01") + one // 2
        nights = 2 + one % 8
        ready, left = (f"{d.astype(object):%d/%m/%Y}" for d in (start + nights - 1, start + nights))
        gone = f"{ready},{left},{'unit' if one % 10 == 3 else 'home'}" if one < number - 12 else ",,"
        rows.append(f"{start.astype(object):%d/%m/%Y},{gone},Ann Other,9990000018")
    Path("stays.csv").write_text(HEADING + "\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_fit_prints_and_writes_a_scenario_and_nobody_of_the_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_stays()
    words = [
        "fit",
        "stays.csv",
        "--scenario",
        "small.yaml",
        "--write",
        "fitted.yaml",
        "--targets",
        "t.csv",
        "--outputs",
        "out",
    ]
    assert main([*words, "--hold-out", "05/02/2026", "--json", "fit.json"]) == 0
    held_out = json.loads(Path("fit.json").read_text(encoding="utf-8"))
    assert "held out: 70 stays of 120" in " ".join(capsys.readouterr().out.split())  # two a day from 1 January on
    assert {one["as_of"] for one in held_out["fits"]} == {
        "2026-02-04"
    }  # nothing of the days held out is in the lengths
    assert main([*words, "--json", "fit.json"]) == 0
    said = capsys.readouterr().out
    assert (
        "Not read, as they say who somebody is: `Patient name` and" not in said
        and "`Patient name`, `NHS number`" in said
    )
    assert "12 of them not ready yet" in said
    fits = json.loads(Path("fit.json").read_text(encoding="utf-8"))["fits"]
    assert [(one["route"], one["ended"], one["still_open"]) for one in fits] == [
        ("", 108, 12),
        ("home", 97, 0),
        ("unit", 11, 0),
    ]
    assert sum(one["unknown"] for one in fits) == pytest.approx(12)
    scenario = read_scenario("fitted.yaml")
    (route,) = [one for one in scenario.people[0].journey[0].then if one.to == "unit"]
    assert route.stay is not None and route.stay.mean_days == pytest.approx(fits[2]["mean_days"], rel=1e-3)
    assert route.share == pytest.approx(fits[2]["share"], abs=6e-4)
    (source,) = [value.note for value in scenario.values if value.path.endswith("then.unit.share")]
    assert source.startswith("stays.csv, as it was on 2026-03-02: 108 stays that ended")
    assert scenario.people[0].arrivals_per_day == pytest.approx(118 / 60, abs=1e-3)  # 2 January to 2 March
    written = [file for file in here.rglob("*") if file.is_file() and file.name != "stays.csv"]
    assert {"fits.csv", "quantiles.csv", "run.json", "t.csv", "t_held_out.csv"} <= {file.name for file in written}
    for file in written:
        content = file.read_bytes()
        assert b"Ann" not in content and b"9990000018" not in content, file
    assert not (here / "store").exists()


@pytest.mark.usefixtures("here")
def test_every_mistake_is_named_by_cell_and_heading_at_once_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [
        "31/02/2026,,,home",
        "05/01/2026,,04/01/2026,home",
        "05/01/2026,09/01/2026,08/01/2026,home",
        ",,,home",
        "05/01/2026,,,unti",
    ]
    rows += ["05/01/2026,,06/01/2026,Ann Other", "05/01/2026,,9990000018,home"]
    rows += ["Total of 2 stays,,,", "Total,,,", "05/01/2026,N/A,06/01/2026,home"]
    Path("stays.csv").write_text("admitted,ready,left,pathway\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert main(["fit", "stays.csv", "--scenario", "small.yaml", "--write", "fitted.yaml", "--outputs", "out"]) == 2
    said = capsys.readouterr().err
    for words in (
        "stays.csv:2:1: A2 (`admitted`) is `31/02/2026`, and there is no such day",
        "stays.csv:3:3: C3 (`left`) is before `admitted`",
        "stays.csv:4:2: B4 (`ready`) is after `left`",
        "stays.csv:5:1: A5 (`admitted`) is blank",
        "stays.csv:6:4: D6 (`pathway`) is `unti` and is not known; did you mean `unit`?",
        "stays.csv:7:4: D7 (`pathway`) is a word that is not shown, as it may be a name,",
        "stays.csv:8:3: C8 (`left`) looks like an NHS number",
        "stays.csv:9:1: A9 (`admitted`) is no date; write it like 01/06/2026 or 2026-06-01; if the row is a note or a total",
        "stays.csv:10:1: A10 (`admitted`) is no date; write it like 01/06/2026 or 2026-06-01; if the row is a note or a total and nobody's, delete it",
        "stays.csv:11:2: B11 (`ready`) is no date; write it like 01/06/2026 or 2026-06-01; where there is none yet, leave the cell blank",
    ):
        assert words in said
    assert "Ann" not in said and not Path("fitted.yaml").exists() and not Path("out").exists()


@pytest.mark.usefixtures("here")
def test_one_id_twice_is_refused_and_the_id_is_not_shown() -> None:
    Path("stays.csv").write_text(
        "id,admitted,left,pathway\nX17,01/01/2026,03/01/2026,home\nX17,01/01/2026,03/01/2026,home\n"
    )
    with pytest.raises(Exception, match="row 2 already; keep one") as refused:
        read_spells("stays.csv", read_scenario("small.yaml"), Words())
    assert "X17" not in str(refused.value)


@pytest.mark.usefixtures("here")
def test_a_planners_own_words_are_mapped_once() -> None:
    Path("stays.csv").write_text("came,gone,where\n01/01/2026,03/01/2026,P2 bed\n01/01/2026,,\n", encoding="utf-8")
    Path("my.csv").write_text(
        "column,yours,ours\n,came,admitted\n,gone,left\n,where,pathway\npathway,p2 bed,unit\n", encoding="utf-8"
    )
    from sim.own_data.people_files import read_mapping

    found = read_spells("stays.csv", read_scenario("small.yaml"), read_mapping("my.csv"))
    assert [(one.route, one.needed(found.until)[:2]) for one in found.all] == [
        ("unit", (2.0, True)),
        ("", (2.5, False)),
    ]


@pytest.mark.usefixtures("here")
def test_pathways_of_the_published_kind_mean_every_route_of_theirs() -> None:
    write_stays()
    text = Path("stays.csv").read_text(encoding="utf-8").replace(",unit,", ",P2,").replace(",home,", ",Pathway 0,")
    Path("stays.csv").write_text(text, encoding="utf-8")
    baseline = read_scenario(HOME / "scenarios/baseline.yaml")
    found = read_spells("stays.csv", baseline, Words())
    lines, lacking = changes(found, fit_spells(found), baseline)
    start = "people.older_people.journey.hospital.then"
    wanted = {f"{start}.{one}.stay_days" for one in ("bed.pathway_2", "none.home", "resident.own_care_home")}
    assert wanted | {"people.older_people.arrivals_per_day"} == {path for path, _, _ in lines}
    assert any("nobody in the file goes to care_home_assessment" in one and "Seen: P0 " in one for one in lacking)


@pytest.mark.usefixtures("here")
def test_excel_and_csv_are_read_alike() -> None:
    write_stays()
    book = openpyxl.Workbook()
    for line in Path("stays.csv").read_text(encoding="utf-8").splitlines():
        book.active.append(line.split(","))
    book.save("stays.xlsx")
    scenario = read_scenario("small.yaml")
    assert read_spells("stays.xlsx", scenario, Words()).all == read_spells("stays.csv", scenario, Words()).all


MESSY = ("Hosp no", "Pt name", "NHS No.", "Date of admission", "DRD", "Discharge date", "Discharge pathway", "Comments")


def write_messy(*rows: tuple[object, ...], sheets: tuple[str, ...] = ("Stays",)) -> str:
    """A workbook as wards keep them: titles, people's names and numbers, and these dates and pathways below good ones."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        for line in (("Ward extract",), ("Printed 02/06/2026",), (), MESSY):
            sheet.append(line)
        for number in range(40):
            came = date(2026, 3, 1) + timedelta(days=number)
            sheet.append(
                (
                    "H17",
                    "Ann Other",
                    "999 000 0018",
                    came,
                    came + timedelta(days=4),
                    came + timedelta(days=5),
                    "P0",
                    "Son: Bo",
                )
            )
        for row in rows:
            sheet.append(("H17", "Ann Other", "999 000 0018", *row, "Son: Bo"))
    book.save("messy.xlsx")
    return "messy.xlsx"


def messy_problems(capsys: pytest.CaptureFixture[str]) -> str:
    assert (
        main(
            [
                "fit",
                "messy.xlsx",
                "--scenario",
                "small.yaml",
                "--write",
                "f.yaml",
                "--json",
                "f.json",
                "--outputs",
                "out",
            ]
        )
        == 2
    )
    said = "".join(capsys.readouterr())
    assert not any(Path(name).exists() for name in ("f.yaml", "f.json", "out"))
    assert not any(word in said for word in ("Ann", "Other", "999", "Bo", "Doe", "H17"))
    return said


MESSY_ROWS = (
    ("31/02/2026", None, None, "P0"),
    (date(2026, 4, 5), None, date(2026, 4, 1), "P0"),
    (45000, None, 45010, "P0"),
    ("1.4.26", None, None, "P0"),
    ("04/13/2026", None, None, "Pathway Two"),
    (date(2026, 4, 5), None, None, "Mrs Jane Doe"),
)


@pytest.mark.usefixtures("here")
def test_a_messy_workbook_is_refused_with_every_cell_and_nobody_named(capsys: pytest.CaptureFixture[str]) -> None:
    write_messy(*MESSY_ROWS, (date(2026, 4, 5), None, "=D51+3", "P0"))
    said = messy_problems(capsys)
    assert "Stays!F51 holds a formula without a value, and formulas are never run" in said
    assert "Stays!D45" in said and "Stays!G50" in said  # with all that is wrong elsewhere
    write_messy(*MESSY_ROWS)
    said = messy_problems(capsys)
    for words in (
        "Stays!D45 (`Date of admission`) is `31/02/2026`, and there is no such day",
        "Stays!F46 (`Discharge date`) is before `Date of admission`",
        "Stays!D47 (`Date of admission`) is a number, as Excel counts days",
        "Stays!D48 (`Date of admission`) has a year of two digits",
        "Stays!D49 (`Date of admission`) is `04/13/2026`, and there is no such day; the day comes first",
        "Stays!G50 (`Discharge pathway`) is a word that is not shown, as it may be a name, and is not known; say with --columns",
    ):
        assert words in said
    assert "G49" not in said  # Pathway Two is pathway 2


@pytest.mark.usefixtures("here")
def test_people_on_two_sheets_are_refused_and_rows_that_are_there_twice_are_numbered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_messy(sheets=("April", "May"))
    assert "messy.xlsx: holds people on the sheets `April` and `May`, and one is read" in messy_problems(capsys)
    came = date(2026, 3, 1)
    write_messy((came, came + timedelta(days=4), came + timedelta(days=5), "P0"))
    notes = " ".join(read_spells("messy.xlsx", read_scenario("small.yaml"), Words()).notes)
    assert "1 row equals another row in all that was read (row 45)" in notes
    assert "who somebody is: `Hosp no`, `Pt name`, `NHS No.`. Nothing" in notes


@pytest.mark.usefixtures("here")
def test_a_file_of_who_left_since_some_day_is_told_that_short_stays_are_missing() -> None:
    days = [(np.datetime64("2026-01-01") + d).astype(object) for d in range(100)]
    rows = [f"{days[d]:%d/%m/%Y},{days[d + 20]:%d/%m/%Y},home" for d in range(60)]
    Path("stays.csv").write_text("admitted,left,pathway\n" + "\n".join(rows) + "\n", encoding="utf-8")
    notes = " ".join(read_spells("stays.csv", read_scenario("small.yaml"), Words()).notes)
    assert "19 stays began before anybody in the file had left" in notes and "--from" in notes


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("01/01/2126,02/01/2126", "Nobody was admitted in the 36,475 days between 2026-02-19 and 2126-01-01: is the year of row 42 right?"),
        ("01/01/2016,02/01/2016", "Nobody was admitted in the 3,653 days between 2016-01-01 and 2026-01-01: is the year of row 42 right?"),
        ("01/03/2026,02/03/2036", "`left` of row 42 is more than 180 days after the last admission, up to 2036-03-02: is that right?"),
        ("18/08/2026,19/08/2026", ""),  # 180 days after the last
        ("20/02/2026,03/08/2026", ""),
    ],
)  # fmt: skip
def test_a_mistyped_year_is_asked_about_with_its_row(last: str, said: str) -> None:
    """40 people, one a day from New Year's Day to 9 February and on 19 February, and one whose year may be wrong."""
    days = [date(2026, 1, 1) + timedelta(days=one) for one in (*range(39), 49)]
    rows = [f"{one:%d/%m/%Y},{one + timedelta(days=2):%d/%m/%Y}" for one in days]
    Path("stays.csv").write_text("\n".join(["admitted,left", *rows, last, ""]), encoding="utf-8")
    notes = read_spells("stays.csv", read_scenario("small.yaml"), Words()).notes
    asked = [one for one in notes if "right?" in one]
    assert len(asked) == bool(said) and all(one.startswith(said) for one in asked)


@pytest.mark.usefixtures("here")
def test_days_that_are_far_from_all_others_are_asked_about_and_the_day_of_the_file_may_be_said() -> None:
    Path("days.csv").write_text("admitted,left\n0,1\n1,2\n2,3\n500,501\n", encoding="utf-8")
    notes = read_spells("days.csv", read_scenario("small.yaml"), Words()).notes
    assert notes[0].startswith(
        "Nobody was admitted in the 498 days between day 2 and day 500: are the days of row 5 right?"
    )
    Path("stays.csv").write_text("admitted,left\n01/01/2026,\n02/01/2026,02/01/2036\n", encoding="utf-8")
    notes = read_spells("stays.csv", read_scenario("small.yaml"), Words(), until=date(2026, 1, 31)).notes
    assert not any("right?" in one for one in notes)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_utf_16_is_called_so(encoding: str) -> None:
    Path("stays.csv").write_text("admitted,left\n01/01/2026,02/01/2026\n", encoding=encoding)
    with pytest.raises(ScenarioError) as refused:
        read_spells("stays.csv", read_scenario("small.yaml"), Words())
    cure = "save it again with that encoding (Excel calls it CSV UTF-8)"
    assert str(refused.value) == f"stays.csv: is not plain text in UTF-8 but in UTF-16; {cure}"


@pytest.mark.usefixtures("here")
def test_cells_beyond_the_last_heading_are_told_with_their_rows() -> None:
    rows = "01/01/2026,02/01/2026,a note\n02/01/2026,03/01/2026,\n03/01/2026,04/01/2026,cold, wet\n"
    Path("stays.csv").write_text(f"admitted,left\n{rows}", encoding="utf-8")
    notes = read_spells("stays.csv", read_scenario("small.yaml"), Words()).notes
    assert notes[0].startswith("Not read: rows 2, 4 have cells beyond the last heading; if a comma")


@pytest.mark.usefixtures("here")
def test_a_file_name_writes_no_line_of_its_own_into_the_scenario() -> None:
    write_stays()
    name = "stays\nseed: 99.csv"
    Path("stays.csv").rename(name)
    scenario = read_scenario("small.yaml")
    found = read_spells(name, scenario, Words())
    text = fragment(found, fit_spells(found), scenario, Path("fitted.yaml"), f"fit {name}")
    Path("fitted.yaml").write_text(text, encoding="utf-8")
    assert "\nseed" not in text and read_scenario("fitted.yaml").seed == scenario.seed


@pytest.mark.usefixtures("here")
def test_our_words_are_known_in_whatever_capitals_and_a_pathway_by_all_its_names() -> None:
    """A group in capitals was left out without a word before, and `P2` and `pathway 2` were two routes."""
    rows = "01/01/2026,04/01/2026,P2,EVERYONE,Hospital\n01/01/2026,05/01/2026,pathway 2,everyone,hospital\n01/01/2026,05/01/2026,Home,everyone,\n"
    text = Path("small.yaml").read_text(encoding="utf-8")
    Path("stays.csv").write_text("admitted,left,pathway,group,service\n" + rows, encoding="utf-8")
    found = read_spells("stays.csv", read_scenario("small.yaml"), Words()).all
    assert "unit" in text and [(one.group, one.service) for one in found] == [("everyone", "hospital")] * 3
    assert found[0].route == found[1].route and found[2].route == "home"
