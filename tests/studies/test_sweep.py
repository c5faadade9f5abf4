"""Sweeps: known answers of Erlang systems, flat regions, knees, words, files and the command itself."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.cli.sweeping import _band, _map, _what_runs, how_to_read
from sim.inputs.loading import Question, read_scenario
from sim.inputs.part import typed_setting
from sim.inputs.problems import Problems
from sim.results.comparison.compare import ReplicationTable
from sim.runs.engines import engines_for
from sim.runs.experiment import HowToRun, Work
from sim.studies.settings import Measured, PointRuns, Settings, settings_of
from sim.studies.solve_search import Values
from sim.studies.sweep import Figure, Sweep, matrices, sentences, sweep
from tests.engines import engines
from tests.scenarios.runs import SCENARIOS
from tests.studies.worlds import LATER, OPEN, loss_file

BEDS = "services.hospital.beds"
DELAYED = Figure("hospital", "delayed_people_mean")


def settings(file: str, *texts: str) -> Settings:
    problems = Problems()
    typed = [typed_setting(text, "--vary", problems) for text in texts]
    problems.stop_if_any()
    return settings_of(Question(file), [one for one in typed if one])


def erlang_b(offered: float, servers: int) -> float:
    """The share of arrivals lost."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = offered * blocked / (number + offered * blocked)
    return blocked


def made_up(file: str, values: Sequence[Sequence[float]], *texts: str) -> Sweep:
    """A sweep whose delayed people are given, by point and replication."""
    of = settings(file, *texts)
    keys, units = (("hospital", "delayed_people_mean", "", ""),), ("people",)
    measured = [
        Measured(of.stated, ReplicationTable(of.stated.id, keys, units, np.array([row], dtype=np.float64)))
        for row in values
    ]
    return Sweep(of, dict(zip(of.points, measured, strict=True)), measured[0], has_base=False)


# -- known answers -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_erlang_system_loses_what_the_formula_says_at_every_number_of_beds(tmp_path: Path) -> None:
    file = loss_file(tmp_path, replications=8, days=730, warm_up=60)
    of = settings(file, f"{BEDS}=8..14:2")
    found = sweep(PointRuns(of, HowToRun()), of, has_base=False)
    for point in found.points:
        lost, came = (found.measured[point].values("hospital", name) for name in ("gave_up", "admissions"))
        assert lost is not None
        assert came is not None
        share = lost.sum() / (lost.sum() + came.sum())
        assert share == pytest.approx(erlang_b(10, int(found.all[0].numbers[point[0]])), abs=0.012)
    limit = (
        730 * 2 * 0.2
    )  # at most a fifth of two people a day in two years: Erlang's formula says 12 of 8, 10, 12 and 14 beds
    enough = [
        found.all[0].numbers[point[0]]
        for point in found.points
        if (row := found.estimate(point, Figure("hospital", "gave_up"))) and row.mean <= limit
    ]
    assert min(enough) == next(beds for beds in (8, 10, 12, 14) if erlang_b(10, beds) <= 0.2) == 12
    steps = [step.change for step in found.steps(0, Figure("hospital", "gave_up"))]
    assert all(change is not None and change.high is not None and change.high < 0 for change in steps)


def test_the_flat_part_the_knee_and_the_steps_of_a_known_curve(tmp_path: Path) -> None:
    luck = np.array([5.0, 9.0, 7.0, 6.0])  # the same in every point: only differences count
    sway = np.array([0.01, -0.01, 0.01, -0.01])
    curve = [luck + 10, luck + 4, luck + 1, luck + sway, luck]
    found = made_up(loss_file(tmp_path), curve, f"{BEDS}=1..5")
    assert [step.change.mean for step in found.steps(0, DELAYED) if step.change][:2] == [-6, -3]
    (flat,) = found.flat(found.points, 0, DELAYED)
    assert (flat.first, flat.last, flat.is_nothing) == (3, 4, False)
    assert 0.01 < flat.most < 0.02
    assert found.knee(DELAYED) == (3, pytest.approx(1.0))
    said = sentences(found, [DELAYED])
    assert said[0].startswith(
        "Delayed people in hospital at any moment: from 4 on nothing changes that 3 replications could see;"
    )
    assert said[1].startswith("From 1 to 5 altogether: delayed people in hospital at any moment -10.0")
    assert said[1].endswith("; by 4, 99% of that is done.")
    assert said[2].startswith("From 1 to 2 changes: delayed people in hospital at any moment -6.0")
    assert said[3].startswith("From 3 to 4, the last step before the flat part, changes:")


@pytest.mark.slow
def test_thirteen_beds_do_what_the_pathway_2_list_alone_needs_as_docs_sweep_says() -> None:
    problems = Problems()
    beds = typed_setting("services.cedarwood.beds=1,5,9,13,17,29", "--vary", problems)
    problems.stop_if_any()
    assert beds
    of = settings_of(Question(str(SCENARIOS / "cedarwood/waiting_list_relief.yaml"), replications=10), [beds])
    how = HowToRun(engines=replace(engines(), cross_check=False))  # tests/model/test_compiled.py has one of each file
    found = sweep(PointRuns(of, how), of, has_base=False)
    assert found.knee(DELAYED) == (3, pytest.approx(0.956, abs=0.005))
    delayed = [row.mean for point in found.points if (row := found.estimate(point, DELAYED))]
    steps = -np.diff(delayed)
    assert len(steps) == 5 and all(steps[1:] < steps[:-1])  # each step does less than the one before


def test_what_is_the_same_in_every_replication_changes_nothing_at_all(tmp_path: Path) -> None:
    row = np.array([5.0, 9.0, 7.0])
    found = made_up(loss_file(tmp_path), [row, row, row], f"{BEDS}=1..3")
    (flat,) = found.flat(found.points, 0, DELAYED)
    assert (flat.first, flat.last, flat.most, flat.is_nothing) == (0, 2, 0.0, True)
    assert found.knee(DELAYED) is None
    assert sentences(found, [DELAYED]) == [
        "Delayed people in hospital at any moment: between 1 and 3 nothing changes at all, in any replication."
    ]


def test_a_curve_that_is_flat_at_both_ends_and_one_that_is_flat_nowhere(tmp_path: Path) -> None:
    row = np.array([5.0, 9.0, 7.0])
    found = made_up(loss_file(tmp_path), [row, row, row - 2, row - 2], f"{BEDS}=1..4")
    assert [(flat.first, flat.last) for flat in found.flat(found.points, 0, DELAYED)] == [(2, 3), (0, 1)]
    steep = made_up(loss_file(tmp_path), [row, row - 1, row - 2], f"{BEDS}=1..3")
    assert steep.flat(steep.points, 0, DELAYED) == ()
    assert "it goes on changing to both ends of the range" in sentences(steep, [DELAYED])[0]


SWAY = np.array([9.0, -9.0, 9.0, -9.0])  # hides a change of one from four replications
CLOSE = np.array([0.01, -0.01, 0.01, -0.01])  # does not


@pytest.mark.parametrize(
    ("curve", "flats"),
    [
        (
            [SWAY, 0 * CLOSE, 1 + CLOSE],
            [(0, 1)],
        ),  # the last step is seen, though nobody can tell its end from the first value
        ([0 * CLOSE, 1 + CLOSE, SWAY], [(1, 2)]),
        ([SWAY, 0 * CLOSE, -SWAY, 1 + CLOSE], [(2, 3), (0, 2)]),  # no step is seen, but two values one after the other
        ([SWAY, 0 * CLOSE, CLOSE], [(0, 2)]),
    ],
)
def test_no_two_values_of_a_flat_part_can_be_told_apart(
    tmp_path: Path, curve: list[Values], flats: list[tuple[int, int]]
) -> None:
    found = made_up(loss_file(tmp_path), curve, f"{BEDS}=1..{len(curve)}")
    assert [(flat.first, flat.last) for flat in found.flat(found.points, 0, DELAYED)] == flats
    shaded = _band(found, DELAYED, list(range(len(curve)))).flat_from
    assert shaded == next((first for first, last in flats if last == len(curve) - 1), None)
    assert ("between 1 and" in sentences(found, [DELAYED])[0]) == (len(flats) == 1 and flats[0] == (0, len(curve) - 1))


def test_of_two_settings_each_line_is_told_and_those_alike_together(tmp_path: Path) -> None:
    row = np.array([5.0, 9.0, 7.0])
    values = [row, row - 1, row, row - 1, row, row - 1]  # beds 1..3 change nothing, the stay does
    stay = "people.everyone.journey.hospital.stay_days.exponential.mean"
    found = made_up(loss_file(tmp_path), values, f"{BEDS}=1..3", f"{stay}=4,5")
    assert [len(line) for line in found.lines(0)] == [3, 3]
    assert sentences(found, [DELAYED]) == [
        "Delayed people in hospital at any moment along hospital.beds, wherever hospital.stay_days.exponential.mean lies: between 1 and 3 "
        "nothing changes at all, in any replication.",
        "Delayed people in hospital at any moment along hospital.stay_days.exponential.mean, wherever hospital.beds lies: it goes on "
        "changing to both ends of the range.",
    ]


def test_two_settings_beside_a_base_are_told_as_differences_from_it(tmp_path: Path) -> None:
    row = np.array([5.0, 9.0, 7.0])
    rate = "people.everyone.arrivals_per_day=1,2"
    found = made_up(loss_file(tmp_path), [row, row + 2, row - 1, row[::-1] + 1], f"{BEDS}=1,2", rate)
    found = replace(found, base=replace(found.base, scenario=replace(found.scenario, name="As it is")), has_base=True)
    (_, levels), (heading, differences) = matrices(found, DELAYED)
    assert heading == "delayed people in hospital at any moment, less As it is"
    assert [cells[1:] for cells in levels[1:]] == [["7.0", "9.0"], ["6.0", "8.0"]]
    assert [cells[1:] for cells in differences[1:]] == [["0.0", "+2.0"], ["-1.0", "+1.0?"]]
    heat = _map(found, DELAYED)
    assert heat.label.endswith(", less As it is") and heat.values == [[0, 2], [-1, 1]]
    assert heat.texts == [["0.0", "+2.0"], ["-1.0", "+1.0?"]]
    assert "The base is As it is." in how_to_read(found)


# -- the command -------------------------------------------------------------------------------------------


def swept(*words: str) -> int:
    return main(["sweep", *words, "--engine", "reference", "--workers", "1", "--outputs", "out"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))
    return tmp_path


def test_the_json_file_has_every_measure_at_every_point_as_agreed(folder: Path) -> None:
    loss_file(folder)
    loss_file(folder, "other")
    assert swept("loss.yaml", "--vary", f"{BEDS}=8,10", "--base", "other.yaml", "--json", "found.json") == 0
    found = json.loads((folder / "found.json").read_text())
    rows = [row for row in found["sweep"] if (row["service"], row["measure"]) == ("hospital", "gave_up")]
    assert [row["settings"] for row in rows] == [{BEDS: 8}, {BEDS: 10}]
    assert {"mean", "low", "high", "difference", "difference_low", "difference_high"} <= rows[0].keys()
    assert rows[0]["difference"] > 0 == rows[1]["difference"]  # the base has ten beds
    assert len({(row["service"], row["measure"]) for row in found["sweep"]}) > 30
    assert found["format"] == 4


def test_beside_a_base_that_opens_beds_later_a_sweep_is_of_the_days_on_which_they_are_open(folder: Path) -> None:
    """From the 640th day on: three beds more are open on 90 of 730 days, £100 each a day; a bed of the unit is £10 a day."""
    (folder / "open.yaml").write_text(OPEN % 730)
    (folder / "later.yaml").write_text(LATER)
    command = ["sweep", "later.yaml", "--vary", "services.unit.beds=1,2", "--base", "open.yaml", "--json", "found.json"]
    assert main([*command, "--workers", "1", "--outputs", "out"]) == 0
    found = json.loads(Path("found.json").read_text())
    cost = [row for row in found["sweep"] if (row["service"], row["measure"]) == ("all", "cost_cash_gbp")]
    assert [row["difference"] for row in cost] == [90 * 300, 90 * 310]
    assert found["measured"].endswith("(90 of the 730 measured days)")
    (page,) = Path("out").glob("sweep-*/report.html")
    assert "cost in the 90 days measured" in page.read_text() and found["measured"] in page.read_text()


@pytest.mark.slow
def test_the_folder_has_page_chart_and_tables_and_the_same_command_makes_the_same_bytes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loss_file(folder)
    line = [
        "loss.yaml",
        "--vary",
        f"{BEDS}=8..10",
        "--measure",
        "gave_up",
        "--measure",
        "occupancy",
        "--outputs",
        "out",
    ]
    assert swept(*line) == 0
    out = capsys.readouterr().out
    assert "what the next step" in out
    (made,) = (one for one in (folder / "out").iterdir() if one.is_dir() and not one.is_symlink())
    files = {file.relative_to(made).as_posix(): file.read_bytes() for file in made.rglob("*") if file.is_file()}
    assert set(files) == {
        "charts/sweep.png", "charts/sweep.svg", "report.html", "results.json", "run.json", "steps.csv", "study.json", "sweep.csv",
    }  # fmt: skip
    with (made / "steps.csv").open(newline="") as lines:
        steps = [row for row in csv.DictReader(lines) if row["measure"] == "gave_up"]
    assert [(row["from"], row["to"]) for row in steps] == [("8", "9"), ("9", "10")]
    assert swept(*line, "--fresh") == 0
    again = {file.relative_to(made).as_posix(): file.read_bytes() for file in made.rglob("*") if file.is_file()}
    assert {name for name in files if files[name] != again[name]} <= {"run.json"}


def test_two_settings_are_told_as_a_table_of_both(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loss_file(folder)
    rate = "people.everyone.arrivals_per_day"
    assert swept("loss.yaml", "--vary", f"{BEDS}=8,9", "--vary", f"{rate}=1,2", "--measure", "gave_up") == 0
    out = capsys.readouterr().out
    assert "hospital.beds \\ everyone.arrivals_per_day" in out
    assert len(list(folder.glob("out/sweep-*/charts/sweep-hospital-gave_up.png"))) == 1


def test_the_plan_runs_nothing_and_knows_what_is_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loss_file(folder)
    assert swept("loss.yaml", "--vary", f"{BEDS}=8..11:2", "--plan") == 0
    first = capsys.readouterr().out
    assert "8, 10; present value: 10" in first
    assert "2 points and the base, 3 replications each" in first
    assert "6 replications, 0 of them in the store, 6 to run: about" in first
    assert not (folder / "out").exists()
    assert swept("loss.yaml", "--vary", f"{BEDS}=8..11:2") == 0
    capsys.readouterr()
    assert swept("loss.yaml", "--vary", f"{BEDS}=8..11:2", "--plan") == 0
    assert "6 replications, 6 of them in the store, 0 to run" in capsys.readouterr().out


def test_a_sweep_that_the_store_has_says_that_nothing_is_run() -> None:
    assert _what_runs(Work(1600, 70, 1), "in 2 processes") == "Running 1,530 replications in 2 processes ..."
    assert (
        _what_runs(Work(1600, 1600, 0), "in 2 processes")
        == "All 1,600 replications are in the store; nothing is run anew ..."
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "sweep needs --vary"),
        (["--vary", f"{BEDS}=8,9", "--measure", "delayd_people_mean"], "did you mean `delayed_people_mean`?"),
        (["--vary", f"{BEDS}=8,9", "--service", "ward", "--measure", "occupancy"], "ward is no service"),
        (["--vary", f"{BEDS}=8.5,9"], "is 8.5, not a whole number"),
        (
            ["--vary", f"{BEDS}=8,9", "--vary", "services.unit.beds=x1", "--vary", "seed=1,2"],
            "one or two settings, not 3",
        ),
        (["--vary", f"{BEDS}=8,9", "--base", "four.yaml"], "replications is 3, not 4"),
        (
            ["--vary", f"{BEDS}=8,9", "--measure", "unmet_need_people_mean", "--service", "outside"],
            "no replication has",
        ),
    ],
)
def test_what_cannot_be_swept_is_refused(
    folder: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    loss_file(folder)
    loss_file(folder, "four", replications=4)
    assert swept("loss.yaml", *words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_relief_of_the_pathway_2_list_alone_has_its_knee_at_few_beds() -> None:
    """Only a few people at a time need more pathway 2 beds, so that most of 29 beds stay empty."""
    of = settings_of(
        Question(str(Path(__file__).parents[2] / "scenarios/cedarwood/waiting_list_relief.yaml"), ("replications=10",)),
        [one for one in [typed_setting("services.cedarwood.beds=1,4,8,12,13,20,29", "--vary", Problems())] if one],
    )
    found = sweep(PointRuns(of, HowToRun(engines=engines_for("auto", print, cross_check=False))), of, has_base=False)
    knee = found.knee(DELAYED)
    assert knee is not None
    assert (
        found.all[0].numbers[knee[0]] == 13
    )  # 2.925 of the 3.060 fewer delayed people that 29 beds are, 10 replications
    assert read_scenario(of.question.file).service("cedarwood").capacity[0].places == 29
