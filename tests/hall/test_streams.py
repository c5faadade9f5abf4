"""Streams as a shell may leave them, and disks that are full: results are kept, the verdict decides, and 3 is for faults of ours."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.cli import main
from sim.results.files import writing
from tests.hall.files import write_pair
from tests.hall.processes import QUICK, environment, finished, without_a_reader

TARGETS = """\
target,measure,divided_by,unit,low,aim,high,binds,source,note
Occupancy,hospital occupancy,,share,50%,,90%,yes,a study,
"""
RANGES = """\
assumption,path,low,high,source,note
Beds,services.unit.beds,3,6,a guess,
"""
Edit = Callable[[str, str, str], None]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell of Unix redirects")


@pytest.fixture
def moved(recorded: Path, edit: Edit) -> Path:
    """The recorded folder, its child with another bed."""
    edit("child.yaml", "beds: 15", "beds: 16")
    return recorded


@pytest.mark.slow
def test_without_a_reader_a_moved_result_is_still_1_and_its_reports_are_written(moved: Path) -> None:
    reports = ["--junit", "j.xml", "--summary", "s.md", "--json", "c.json", "--annotations"]
    done = without_a_reader(moved, "check", "child.yaml", *reports, *QUICK)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert 'failures="1"' in (moved / "j.xml").read_text(encoding="utf-8")
    assert "1 moved" in (moved / "s.md").read_text(encoding="utf-8")
    assert json.loads((moved / "c.json").read_bytes())["scenarios"][0]["outcome"] == "moved"


@pytest.mark.slow
def test_without_a_reader_a_comparison_is_made_all_the_same(tmp_path: Path) -> None:
    write_pair(tmp_path)
    argv = ["compare", "base.yaml", "more.yaml", "--replications", "2", "--outputs", "out", "--json", "b.json"]
    assert without_a_reader(tmp_path, *argv, *QUICK).returncode == 0
    name = (tmp_path / "out" / "latest").read_text(encoding="utf-8").strip()
    assert (tmp_path / "b.json").read_bytes() == (tmp_path / "out" / name / "results.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("streams", "trouble"),
    [("> /dev/full", "standard output: No space left on device"), (">&-", "standard output: is closed")],
)
def test_a_comparison_whose_answer_is_lost_is_2_and_its_files_are_written(
    tmp_path: Path, streams: str, trouble: str
) -> None:
    write_pair(tmp_path)
    argv = ["compare", "base.yaml", "more.yaml", "--replications", "2", "--outputs", "out"]
    done = finished(tmp_path, *argv, *QUICK, streams=streams)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, trouble)
    name = (tmp_path / "out" / "latest").read_text(encoding="utf-8").strip()
    assert (tmp_path / "out" / name / "report.html").exists()


def test_the_answer_is_on_the_screen_before_charts_are_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pair(tmp_path)
    monkeypatch.chdir(tmp_path)
    said = []

    def no_room(*_: object) -> None:
        said.append(capsys.readouterr().out)
        raise OSError(28, "No space left on device", "out")

    monkeypatch.setattr("sim.runs.outputs.publish", no_room)
    argv = ["compare", "base.yaml", "more.yaml", "--replications", "2", "--outputs", "out", *QUICK]
    assert main(argv) == 2
    assert "Every figure is the average of 2" in said[0]
    assert "report to print" not in said[0] + capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("streams", "trouble"),
    [("> /dev/full", "standard output: No space left on device"), (">&-", "standard output: is closed")],
)
def test_words_that_are_lost_are_2_where_nothing_moved(recorded: Path, streams: str, trouble: str) -> None:
    done = finished(recorded, "check", "child.yaml", *QUICK, streams=streams)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, trouble)


@pytest.mark.slow
def test_words_that_are_lost_do_not_hide_a_moved_result(moved: Path) -> None:
    done = finished(moved, "check", "child.yaml", *QUICK, streams="> /dev/full")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "standard output: No space left on device")


@pytest.mark.slow
def test_without_standard_error_the_verdict_is_told_and_decides(recorded: Path) -> None:
    done = finished(recorded, "check", "child.yaml", *QUICK, streams="2>&-")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "child.yaml: as recorded")


def test_without_standard_error_what_is_wrong_is_told_on_the_other_stream(tmp_path: Path) -> None:
    done = finished(tmp_path, "run", "no.yaml", streams="2>&-")
    assert (done.returncode, done.stdout) == (2, "no.yaml: there is no such file\n")


@pytest.mark.slow
def test_json_on_standard_output_is_utf_8_on_any_console(recorded: Path) -> None:
    folder = recorded.parent / "Krankenhaus Größe Ωmega"
    recorded.rename(folder)
    argv = ["check", f"{folder.name}/child.yaml", "--json", "-", *QUICK]
    done = finished(folder.parent, *argv, env=environment(PYTHONIOENCODING="cp1252"), text=False, encoding=None)
    assert done.returncode == 0
    assert json.loads(done.stdout.decode("utf-8"))["scenarios"][0]["file"] == f"{folder.name}/child.yaml"
    words = finished(
        folder.parent, *argv[:2], *QUICK, env=environment(PYTHONIOENCODING="cp1252"), text=False, encoding=None
    )
    assert f"{folder.name}/child.yaml: as recorded" in words.stdout.decode("utf-8")


@pytest.mark.slow
def test_a_full_disk_is_told_with_its_place_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    write_pair(tmp_path)
    argv = ["run", "base.yaml", "--replications", "2", "--outputs", "out", *QUICK]
    done = finished(tmp_path, *argv, preexec_fn=_files_stay_small)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("out/base-")
    assert done.stderr.endswith(": File too large\n")
    assert list((tmp_path / "out").iterdir()) == []


def _files_stay_small() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))  # each file of this process: more is no longer written


# -- places, tried before anything runs --------------------------------------------------------------------------------


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> None:
        raise AssertionError("a replication was run")

    for name in ("sim.cli.checking.run_scenarios", "sim.cli.calibrating.calibrate", "sim.cli.sensing.sensitivity"):
        monkeypatch.setattr(name, run)


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["check", "child.yaml", "--junit", "no/j.xml"], "no/j.xml: its folder does not exist"),
        (["check", "child.yaml", "--summary", "no/s.md"], "no/s.md: its folder does not exist"),
        (["check", "child.yaml", "--json", "no/c.json"], "no/c.json: its folder does not exist"),
        (["check", "child.yaml", "--summary", "child.yaml"], "--summary writes a file whose name ends in .md"),
        (["check", "child.yaml", "--summary", "child.expected.txt"], "--summary writes a file whose name ends in .md"),
        (["check", "child.yaml", "--junit", "folder.xml"], "folder.xml: is a folder, not a file"),
        (["calibrate", "parent.yaml", "--targets", "t.md", "--page", "no/page.md"], "no/page.md: its folder does not exist"),
        (["calibrate", "parent.yaml", "--targets", "t.md", "--page", "t.md"], "t.md: is one of the files that are read"),
        (["sensitivity", "parent.yaml", "child.yaml", "--ranges", "r.csv", "--outputs", "child.yaml"], "child.yaml: cannot be the folder of --outputs"),
    ],
)  # fmt: skip
def test_a_place_that_will_not_do_is_refused_at_once(
    recorded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], argv: list[str], said: str
) -> None:
    monkeypatch.chdir(recorded)
    Path("folder.xml").mkdir()
    Path("t.md").write_text(TARGETS, encoding="utf-8")
    Path("r.csv").write_text(RANGES, encoding="utf-8")
    before = {path: path.read_bytes() for path in Path().glob("*.*") if path.is_file()}
    capsys.readouterr()
    assert main(argv) == 2
    assert said in capsys.readouterr().err
    assert {path: path.read_bytes() for path in Path().glob("*.*") if path.is_file()} == before


@pytest.mark.usefixtures("nothing_runs")
def test_a_record_that_cannot_be_written_is_refused_at_once(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (recorded / "expected-log.md").unlink()
    (recorded / "expected-log.md").mkdir()
    assert main(["check", str(recorded / "child.yaml"), "--update", "--reason", "Why not"]) == 2
    assert "expected-log.md: is a folder" in capsys.readouterr().err


def test_a_report_that_cannot_be_written_in_the_end_keeps_nothing_else_from_being_told(
    moved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(moved)
    write = writing.write_file

    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".xml":
            raise OSError(28, "No space left on device", str(path))
        write(path, data)

    monkeypatch.setattr(writing, "write_file", full)
    assert main(["check", "child.yaml", "--junit", "j.xml", "--json", "c.json", *QUICK]) == 1
    both = capsys.readouterr()
    assert "child.yaml: moved" in both.out
    assert "j.xml: No space left on device" in both.err
    assert Path("c.json").is_file()


def test_a_full_disk_names_the_file_that_was_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.os, "replace", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*mine\.json'"):
        writing.write_file(tmp_path / "mine.json", b"{}")
    assert not list(tmp_path.iterdir())


# -- what a system keeps for itself ------------------------------------------------------------------------------------


def test_hidden_copies_are_not_checked(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for hidden in ("._child.expected.txt", ".snapshot/hourly/child.expected.txt", ".worktrees/a/child.yaml"):
        (recorded / hidden).parent.mkdir(parents=True, exist_ok=True)
        (recorded / hidden).write_bytes((recorded / hidden.rpartition("/")[2].removeprefix("._")).read_bytes())
    capsys.readouterr()
    assert main(["check", str(recorded), *QUICK]) == 0
    assert "1 scenario: 1 as recorded." in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a name is always text")
def test_a_folder_whose_name_is_no_text_is_checked_and_reported(
    recorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded.with_name(os.fsdecode(b"d\xe9"))
    recorded.rename(folder)
    monkeypatch.chdir(folder.parent)
    reports = ["--junit", "j.xml", "--summary", "s.md", "--json", "c.json"]
    assert main(["check", f"{folder.name}/child.yaml", *reports, *QUICK]) == 0
    assert json.loads(Path("c.json").read_bytes())["scenarios"][0]["file"] == "d\udce9/child.yaml"
    for report in reports[1::2]:
        assert r"d\udce9/child.yaml" in Path(report).read_text(encoding="utf-8")
    (folder / "child.expected.txt").unlink()
    reason = os.fsdecode(b"caf\xe9")
    assert main(["check", f"{folder.name}/child.yaml", "--update", "--reason", reason, "--workers", "1"]) == 0
    assert r"caf\udce9" in (folder / "expected-log.md").read_text(encoding="utf-8")
    for file in ("parent.yaml", "stays.csv"):
        shutil.copy(folder / file, Path())
    argv = ["compare", "parent.yaml", f"{folder.name}/child.yaml", "--replications", "2", *QUICK]
    assert main([*argv, "--outputs", "out", "--json", "b.json"]) == 0
