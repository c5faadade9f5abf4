"""The command line: what is typed, what is said, which exit code comes back."""

import csv
import io
import json
import os
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest

from sim.cli import main
from sim.cli.arguments import UsageError, expanded
from sim.cli.verbs import parse
from sim.inputs.loading import sets_for_each
from sim.results.invariants import checks
from sim.runs.workers import WorkerLost
from tests.hall.files import BASE, MORE, write, write_pair

pytestmark = pytest.mark.usefixtures("blank_charts")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with base.yaml and more.yaml, in which we stand."""
    write_pair(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*argv: str) -> int:
    return main([*argv, "--outputs", "out", "--workers", "1", "--replications", "2"])


def only_folder(outputs: Path) -> Path:
    (folder,) = [path for path in outputs.iterdir() if path.is_dir() and not path.name.startswith(".")]
    return folder


class Compared(NamedTuple):
    """A comparison of base.yaml and more.yaml that has ended: its results, and what it wrote to its streams."""

    folder: Path
    out: str
    err: str


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """Run once, and only looked at."""
    here, out, err = tmp_path_factory.mktemp("compared"), io.StringIO(), io.StringIO()
    write_pair(here)
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(here)
        assert run("compare", "base.yaml", "more.yaml") == 0
    return Compared(only_folder(here / "out"), out.getvalue(), err.getvalue())


@pytest.mark.slow
def test_compare_says_what_differs_answers_in_a_sentence_and_names_the_folder(compared: Compared) -> None:
    said = compared.out
    assert "services.unit.beds: 3 -> 8  (more.yaml:4)" in said
    assert "delayed in hospital on an average day" in said
    assert "occupancy of unit" in said
    assert "cost, paid by council in the 40 days measured" in said
    assert str(Path("out") / compared.folder.name) in said


@pytest.mark.slow
def test_the_answer_comes_first_and_each_warning_once_after_it(here: Path, capsys) -> None:
    write(here, "crowded.yaml", "name: Crowded\nextends: base.yaml\nchange: {services.hospital.beds: 2}\n")
    assert run("compare", "base.yaml", "crowded.yaml") == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].startswith(("With Crowded", "These runs cannot tell whether Crowded"))
    warnings = [line for line in lines if line.startswith("Warning: ")]
    assert warnings and len(set(warnings)) == len(warnings)
    order = [next(i for i, line in enumerate(lines) if line.startswith(start)) for start in
             ("people waiting", "Money", "What Crowded changes", "Warning: ", "Tables, charts")]  # fmt: skip
    assert order == sorted(order)
    assert "Running 4 replications in 1 process ..." in said.err
    assert "will follow the results" in said.err


@pytest.mark.slow
def test_plain_output_has_no_colour_codes_and_no_box_characters(compared: Compared) -> None:
    both = compared.out + compared.err
    assert "\x1b" not in both
    assert "\r" not in both
    assert not [letter for letter in both if 0x2500 <= ord(letter) < 0x2600]


def test_the_folder_holds_the_files_of_the_vocabulary(compared: Compared) -> None:
    folder = compared.folder
    assert folder.name.startswith("base-vs-more-")
    assert (folder.parent / "latest").read_text() == f"{folder.name}\n"
    assert {path.name for path in folder.iterdir()} == {
        "results.json",
        "replications.csv",
        "summary.csv",
        "differences.csv",
        "census.csv",
        "midnights.csv",
        "charts",
        "report.html",
        "results.xlsx",
        "run.json",
    }
    assert {path.name for path in (folder / "charts").iterdir()} == {
        f"{chart}.{ending}"
        for chart in (
            "delayed",
            "reasons_brief",
            "slide",
            "occupancy",
            "midnights",
            "flows",
            "reasons",
            "differences",
            "who_pays",
            "what_costs",
        )
        for ending in ("svg", "png")
    }


def test_columns_are_those_of_the_vocabulary(compared: Compared) -> None:
    folder = compared.folder
    head = {name: (folder / f"{name}.csv").read_text().split("\n")[0] for name in ("summary", "replications", "census")}
    assert head["summary"] == "scenario,service,measure,by,item,unit,mean,sd,low,high,replications"
    assert head["replications"] == "scenario,replication,service,measure,by,item,value,unit"
    assert head["census"].startswith("scenario,day,service,measure,mean,low,high")
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert results["format"] == 4
    assert results["scenarios"][1] == {"id": "more", "name": "More beds, in the unit", "file": "more.yaml"}
    assert list(results["measures"][0]) == head["summary"].split(",")
    assert {"baseline", "verdict", *head["summary"].split(",")} <= set(results["differences"][0])


def test_summary_and_differences_hold_the_rows_of_results_json(compared: Compared) -> None:
    folder = compared.folder
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    for table, rows in (("summary", results["measures"]), ("differences", results["differences"])):
        with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
            found = list(csv.DictReader(file))
        assert [row["measure"] for row in found] == [row["measure"] for row in rows]
        assert [float(row["mean"]) for row in found] == [row["mean"] for row in rows]


def test_replications_stand_in_order(compared: Compared) -> None:
    with (compared.folder / "replications.csv").open(newline="", encoding="utf-8") as file:
        order = [(row["scenario"], row["replication"]) for row in csv.DictReader(file)]
    assert list(dict.fromkeys(order)) == [("base", "1"), ("base", "2"), ("more", "1"), ("more", "2")]


@pytest.mark.slow
def test_run_compares_nothing(here: Path, capsys) -> None:
    assert run("run", "base.yaml", "more.yaml") == 0
    results = json.loads((only_folder(here / "out") / "results.json").read_text(encoding="utf-8"))
    assert results["differences"] == []
    assert [scenario["id"] for scenario in results["scenarios"]] == ["base", "more"]
    assert "verdict" not in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_json_on_standard_output_comes_alone(capsys) -> None:
    assert run("compare", "base.yaml", "more.yaml", "--json", "-") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["scenarios"][0]["id"] == "base"
    assert out.encode() == (only_folder(Path("out")) / "results.json").read_bytes()
    assert "delayed in hospital" in err


@pytest.mark.slow
def test_json_goes_to_a_file_as_well(here: Path) -> None:
    assert run("run", "base.yaml", "--json", "mine.json") == 0
    assert (here / "mine.json").read_bytes() == (only_folder(here / "out") / "results.json").read_bytes()


@pytest.mark.slow
def test_people_are_written_as_stays_waits_and_steps(here: Path) -> None:
    assert run("compare", "base.yaml", "more.yaml", "--people", "people.csv") == 0
    tables = {}
    for name in ("people", "people-waits", "people-steps"):
        with (here / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            tables[name] = list(csv.DictReader(file))
    assert {row["scenario"] for row in tables["people"]} == {"base", "more"}
    order = [(row["scenario"], int(row["replication"])) for row in tables["people"]]
    assert list(dict.fromkeys(order)) == [("base", 1), ("base", 2), ("more", 1), ("more", 2)]
    first = tables["people"][0]
    assert first["admitted"][:4] == "2026"
    assert first["service"] in ("hospital", "unit")
    assert {row["ending"] for row in tables["people-waits"]} <= {"waiting", "admitted", "gave_up"}
    assert {row["step"] for row in tables["people-steps"]} == {"hub"}


# -- which files ---------------------------------------------------------------------------------------------


def test_patterns_are_expanded_by_us_and_the_base_counts_once(here: Path) -> None:
    assert parse(["compare", "base.yaml", "*.yaml"]).files == ["base.yaml", "more.yaml"]
    assert parse(["compare", "base.yaml", str(here / "*.yaml")]).files == [
        "base.yaml",
        str(here / "more.yaml"),
    ]


@pytest.mark.usefixtures("here")
def test_the_earlier_name_of_an_option_still_works() -> None:
    options = [
        parse(["compare", "base.yaml", "more.yaml", *more]) for more in ([], ["--no-witness"], ["--no-cross-check"])
    ]
    assert [one.cross_check for one in options] == [True, False, False]


@pytest.mark.usefixtures("here")
def test_a_base_that_is_compared_with_itself_only_is_refused(capsys) -> None:
    assert run("compare", "base.yaml", "./base.yaml") == 2
    assert "at least one other file" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="no file matches this pattern"):
        expanded(["no*.yaml"])


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("mor.yaml", "; did you mean `more.yaml`?"),
        ("more", "; did you mean `more.yaml`?"),
        ("everything.yaml", "; did you mean `everything_together.yaml`?"),
        ("other.yaml", ""),  # like no name here: only their endings are alike
    ],
)
def test_a_missing_file_is_refused_with_the_nearest_name(here: Path, capsys, typed: str, meant: str) -> None:
    write(here, "everything_together.yaml", MORE)
    assert main(["run", typed]) == 2
    assert capsys.readouterr().err == f"{typed}: there is no such file{meant}\n"


@pytest.mark.slow
def test_a_file_that_cannot_be_paired_is_listed_and_the_others_are_compared(here: Path, capsys) -> None:
    write(here, "later.yaml", "name: Later\nextends: base.yaml\nchange: {calendar.start: 2026-05-04}\n")
    assert run("compare", "base.yaml", "more.yaml", "later.yaml") == 0
    said = capsys.readouterr().out
    assert "Not compared: later.yaml: " in said
    assert "calendar.start is 2026-05-04, not 2026-04-06" in said
    results = json.loads((only_folder(here / "out") / "results.json").read_text(encoding="utf-8"))
    assert [scenario["id"] for scenario in results["scenarios"]] == ["base", "more"]
    assert results["not_compared"][0]["file"] == "later.yaml"


def test_when_nothing_can_be_paired_nothing_is_run(here: Path, capsys) -> None:
    write(here, "other.yaml", "name: Other\nextends: base.yaml\nchange: {seed: 7}\n")
    assert main(["compare", "base.yaml", "other.yaml", "--outputs", "out"]) == 2
    assert "seed is 7, not 1" in capsys.readouterr().err
    assert not (here / "out").exists()


@pytest.mark.slow
def test_two_files_of_one_name_are_told_apart(here: Path) -> None:
    write(here / "other", "base.yaml", BASE.replace("beds: 3", "beds: 5"))
    assert run("compare", "base.yaml", "other/base.yaml") == 0
    results = json.loads((only_folder(here / "out") / "results.json").read_text(encoding="utf-8"))
    assert [scenario["id"] for scenario in results["scenarios"]] == ["base", "base-2"]


# -- kind refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["base.yaml"], "did you mean `python3 run_sim.py run base.yaml`?"),
        (["base.yaml", "--seed", "3"], "did you mean `python3 run_sim.py run base.yaml --seed 3`?"),
        (["schema", "base.yaml"], "schema takes no file or other word; what is 'base.yaml'?"),
        (["base.yaml", "more.yaml"], "did you mean `python3 run_sim.py compare base.yaml more.yaml`?"),
        (["comprae", "base.yaml"], "did you mean `compare`?"),
        (["run", "base.yaml", "--replicatons", "3"], "no option --replicatons; did you mean `--replications`?"),
        (["run", "base.yaml", "--rep", "3"], "no option --rep"),
        (["run", "base.yaml", "--replications", "0"], "must be 1 or more, not 0"),
        (["run", "base.yaml", "--replications", "many"], "must be a whole number, not 'many'"),
        (["run", "base.yaml", "--workers", "0"], "must be 1 or more"),
        (["run", "base.yaml", "--seed"], "expected one argument"),
        (["run", "base.yaml", "--set", "services.unit.beds"], "--set needs a path and a value"),
        (["run"], "run needs a file, as in: python3 run_sim.py run scenarios/baseline.yaml"),
        (["worksheet"], "worksheet needs a file, as in: python3 run_sim.py worksheet my_numbers.xlsx"),
        (["preset", "--organisation", "ZZA"], "run_sim.py preset scenarios/own_data/published/* --organisation ZZA"),
        (["bcf", "--write", "plan.yaml"], "run_sim.py bcf scenarios/own_data/bcf_plan.xlsx --write plan.yaml"),
        (
            ["together"],
            "together needs a file, as in: python3 run_sim.py together scenarios/baseline.yaml scenarios/cedarwood.yaml sc",
        ),
        (["preset", ".", "--organisation", "ZZA"], f". is a folder; did you mean .{os.sep}*?"),
        (["show", "."], ". is a folder; name a file in it"),
        (["show", "base.yaml", "more.yaml"], "one file at a time"),
        (["run", "."], "is a folder; did you mean"),
        (["run", "base.yaml", "--people", "-"], "needs a file name"),
        (["run", "base.yaml", "--json", "no/where.json"], "its folder does not exist"),
        (["run", "base.yaml", "--json", "base.yaml"], "--json writes a file whose name ends in .json"),
        (["run", "base.yaml", "--people", "more.yaml"], "--people writes a file whose name ends in .csv"),
        (["calibrate", "base.yaml", "--page", "base.yaml"], "--page writes a file whose name ends in .md"),
        (["run", "base.yaml", "--outputs", ""], "--outputs needs the name of a folder, as in --outputs results"),
        (["forecast", "base.yaml", "--on", "31/02/2026"], "--on is `31/02/2026`, and there is no such day\n"),
        (
            ["forecast", "base.yaml", "--on", "soon"],
            "--on is no date; write it like 01/06/2026 or 2026-06-01, not 'soon'",
        ),
        (
            ["fit", "stays.csv", "--from", "1/6/26"],
            "--from has a year of two digits; write it like 01/06/2026, not '1/6/26'",
        ),
        (["run", "base.yaml", "--outputs", "base.yaml"], "cannot be the folder of --outputs: it is a file"),
    ],
)
def test_a_slip_is_answered_kindly_with_exit_2(here: Path, capsys, argv: list[str], words: str) -> None:
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert words in err
    assert out == ""
    assert not [path for path in here.iterdir() if path.suffix != ".yaml"]


@pytest.mark.usefixtures("here")
def test_all_slips_of_a_line_are_answered_at_once(capsys) -> None:
    slips = "compare bas.yaml mor.yaml --replications x --workrs 2 --engine fast --set beds --json more.yaml --seed 1.5"
    assert main(slips.split()) == 2
    assert capsys.readouterr().err.splitlines() == [
        "run_sim.py compare has no option --workrs; did you mean `--workers`?",
        "--replications must be a whole number, not 'x'",
        "--seed must be a whole number, not '1.5'",
        "--engine has no engine 'fast'; known here: auto, compiled and reference",
        "--json writes a file whose name ends in .json; not 'more.yaml'",
        "--set needs a path and a value, as in services.hospital.beds=300; not 'beds'",
        "bas.yaml: there is no such file; did you mean `base.yaml`?",
        "mor.yaml: there is no such file; did you mean `more.yaml`?",
        "(run_sim.py compare --help shows every option)",
    ]


@pytest.mark.parametrize(("read", "people"), [("days.csv", "./days.csv"), ("who-waits.csv", "who.csv")])
def test_a_file_that_is_read_is_never_written_over(here: Path, capsys, read: str, people: str) -> None:
    write(here, read, "3\n5\n")
    write(
        here,
        "own.yaml",
        MORE.replace(
            "change:", "change:\n  people.everyone.journey.hospital.stay_days: {empirical: {file: " + read + "}}", 1
        ),
    )
    assert main(["run", "own.yaml", "--people", people]) == 2
    assert f"{read}: is one of the files that are read" in capsys.readouterr().err
    assert (here / read).read_text(encoding="utf-8") == "3\n5\n"


@pytest.mark.slow
@pytest.mark.parametrize("verb", [["run", "base.yaml", "--people"], ["events", "base.yaml", "--write"]])
def test_a_table_of_somebody_is_never_written_over(here: Path, capsys, verb: list[str]) -> None:
    theirs = "admitted,ready,left\n01/04/2026,03/04/2026,05/04/2026\n"
    write(here, "stays.csv", theirs)
    assert main([*verb, "stays.csv"]) == 2
    assert "stays.csv: is there already, and was not written by this option" in capsys.readouterr().err
    assert (here / "stays.csv").read_text(encoding="utf-8") == theirs
    for _ in range(2):  # what this option wrote may be written anew
        assert main([*verb, "ours.csv"]) == 0


def test_problems_in_files_come_with_line_and_column_and_nothing_is_written(here: Path, capsys) -> None:
    write(here, "wrong.yaml", MORE.replace("services.unit.beds", "services.unit.bed"))
    write(here, "worse.yaml", BASE.replace("kind: acute", "kind: acutee"))
    assert run("compare", "base.yaml", "wrong.yaml", "worse.yaml") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "wrong.yaml:4:3: " in err
    assert "worse.yaml:8:" in err
    assert not (here / "out").exists()


@pytest.mark.usefixtures("here")
def test_validate_says_what_is_in_order(capsys) -> None:
    assert main(["validate", "base.yaml", "more.yaml"]) == 0
    assert "base.yaml: in order" in capsys.readouterr().out


@pytest.mark.usefixtures("here")
def test_help_and_version_need_no_scenario(capsys) -> None:
    for argv in (["--help"], ["run", "--help"], ["help"], ["--version"]):
        assert main(argv) == 0
    assert "Exit codes: 0 done, 2 bad input or usage" in capsys.readouterr().out


@pytest.mark.usefixtures("here")
def test_set_is_checked_like_a_file(capsys) -> None:
    assert run("run", "base.yaml", "--set", "services.unit.beds=many") == 2
    assert "services.unit.beds" in capsys.readouterr().err


def test_set_goes_to_every_file_of_a_comparison_that_has_the_path(here: Path) -> None:
    write(here, "new.yaml", "name: New\nextends: base.yaml\nadd:\n  services.annexe: {kind: other, beds: 4}\n")
    both, only_new, nowhere = "services.unit.beds=6", "services.annexe.beds=6", "services.anexe.beds=6"
    files = ("base.yaml", "new.yaml")
    assert sets_for_each(files, (both, only_new, nowhere)) == [(both, nowhere), (both, only_new, nowhere)]


@pytest.mark.slow
def test_what_was_set_is_said_wherever_the_name_is(here: Path, capsys) -> None:
    assert run("compare", "base.yaml", "more.yaml", "--set", "services.unit.beds=5") == 0
    folder = only_folder(here / "out")
    assert folder.name.startswith("base-vs-more-with-unit-beds-5-")
    title = "More beds, in the unit — changed: unit beds 5 (was 8) — compared with Base — changed: unit beds 5 (was 3)"
    assert "More beds (unit beds 5, was 8) changes nothing" in " ".join(capsys.readouterr().out.split())
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f"<h1>{title}</h1>" in page
    assert "More beds (unit beds 5, was 8) changes nothing" in page
    assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["title"] == title
    assert json.loads((folder / "results.json").read_text(encoding="utf-8"))["scenarios"][1]["name"] in title
    cover = zipfile.ZipFile(folder / "results.xlsx").read("xl/sharedStrings.xml").decode()
    assert title in cover
    assert "More beds, beds 5" in cover


@pytest.mark.usefixtures("here")
def test_a_path_that_no_file_has_is_refused(capsys) -> None:
    assert run("compare", "base.yaml", "more.yaml", "--set", "services.anexe.beds=6") == 2
    assert "services.anexe" in capsys.readouterr().err


# -- faults and interrupts -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
def test_a_broken_identity_is_a_fault_of_ours_told_in_a_line(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise checks.IdentityBroken("everyone leaves once", "stays row 3")

    monkeypatch.setattr("sim.runs.experiment.checks.check_cut", broken)
    assert run("run", "base.yaml") == 3
    err = capsys.readouterr().err
    assert "Internal error" in err
    assert "base, replication 0: everyone leaves once: stays row 3" in err
    assert "Traceback" not in err
    assert not list(Path("out").iterdir())


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (WorkerLost("a worker process was stopped"), "a worker process was stopped\n"),
        (MemoryError(), "Memory ran out; --workers 1 needs the least of it.\n"),
        (OSError(28, "No space left on device"), "No space left on device\n"),
        (OSError(24, "Too many open files", "a.csv"), "a.csv: Too many open files\n"),
    ],
)
def test_what_the_computer_lacks_is_no_fault_of_ours(
    capsys, monkeypatch: pytest.MonkeyPatch, problem: Exception, words: str
) -> None:
    def breaks(*_: object) -> None:
        raise problem

    monkeypatch.setattr("sim.runs.experiment.figures", breaks)
    assert run("run", "base.yaml", "--engine", "reference") == 2
    assert capsys.readouterr().err.endswith(words)


@pytest.mark.usefixtures("here")
def test_traceback_is_shown_only_to_those_who_ask(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("sim.runs.experiment.figures", breaks)
    assert run("run", "base.yaml", "--traceback") == 3
    assert "Traceback" in capsys.readouterr().err


# -- hostile input -------------------------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script> $x^2$ {{7*7}} " + "é" * 60


@pytest.mark.slow
def test_hostile_names_stay_text(here: Path, capsys) -> None:
    write(here, "$(rm) more.yaml", MORE.replace("More beds, in the unit", f'"{HOSTILE}"'))
    assert run("compare", "base.yaml", "$(rm) more.yaml") == 0
    folder = only_folder(here / "out")
    assert all(letter.isalnum() or letter in "-_" for letter in folder.name)
    assert len(folder.name) <= 80
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in capsys.readouterr().out


def test_the_report_asks_for_nothing_from_outside(compared: Compared) -> None:
    page = (compared.folder / "report.html").read_text(encoding="utf-8")
    assert "http://" not in page
    assert "https://" not in page
    assert "default-src 'none'" in page


@pytest.mark.slow
def test_the_report_lists_what_is_assumed(here: Path) -> None:
    run("run", "base.yaml")
    page = (only_folder(here / "out") / "report.html").read_text(encoding="utf-8")
    assert '<td class="note">small<' in page
    assert "base.yaml:9" in page
    assert "run_sim.py run base.yaml --replications 2" in page


@pytest.mark.skipif(os.name == "nt", reason="folders are always writable there")
def test_a_folder_that_cannot_be_written_is_told_before_anything_runs(here: Path, capsys) -> None:
    write(here, "out", "this is a file")
    assert run("run", "base.yaml") == 2
    assert "out" in capsys.readouterr().err
