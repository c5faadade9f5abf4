"""Which engine runs, what is said when it is not the fast one, and who watches it."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from sim import machine_code
from sim.cli import main
from sim.home import HOME
from sim.inputs.loading import read_scenario
from sim.model import engine
from sim.model.compiled import compiled_run, numba_setup
from sim.model.compiled.numba_setup import CannotCompile
from sim.model.records import Ledger
from sim.runs import engines as hall
from sim.runs import experiment  # noqa: F401 - which knows all compiled passes
from sim.runs.engines import SAMPLE, Engines, EnginesDiffer, ledger_of
from sim.runs.workers import NoWorkers, Stopwatch
from tests.hall.files import BASE, write
from tests.hall.processes import environment

ROOT = Path(__file__).parents[2]
EXAMPLE = Path(__file__).parents[1] / "worked_examples" / "40_ring_of_two.yaml"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty folder for what is compiled, and nothing compiled yet in this process; afterwards all is as it was.

    Without the latter, the next test to run the fast engine would compile it anew: 35 seconds for nothing.
    """
    fresh = lru_cache(maxsize=1)(numba_setup.kernels.__wrapped__)
    monkeypatch.setattr(numba_setup, "kernels", fresh)
    monkeypatch.setattr(compiled_run, "kernels", fresh)
    monkeypatch.setattr(engine, "_compile", lru_cache(maxsize=1)(engine._compile.__wrapped__))
    monkeypatch.setenv(numba_setup.CACHE_FOLDER, str(tmp_path))


def test_auto_takes_the_compiled_engine_where_it_works(said: list[str]) -> None:
    assert engine.choose("auto", 2, said.append) == ("compiled", "")


def test_the_reference_engine_is_taken_at_its_name_and_nothing_is_said(said: list[str]) -> None:
    assert engine.choose("reference", 2, said.append) == ("reference", "")
    assert said == []


def test_without_numba_the_run_goes_on_and_says_why(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "numba", None)
    choice = engine.choose("auto", 2, said.append)
    assert choice.name == "reference"
    assert "Numba" in choice.why
    with pytest.raises(CannotCompile):
        engine.choose("compiled", 2, said.append)


def test_on_an_unknown_processor_the_run_goes_on_and_says_why(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llvmlite.binding.get_host_cpu_name", lambda: "generic")
    choice = engine.choose("auto", 2, said.append)
    assert (choice.name, "processor" in choice.why) == ("reference", True)


def test_with_nowhere_to_keep_what_was_compiled_the_run_goes_on_and_says_why(
    said: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    monkeypatch.setenv(numba_setup.CACHE_FOLDER, str(blocked))
    choice = engine.choose("auto", 2, said.append)
    assert (choice.name, "folder" in choice.why) == ("reference", True)


@pytest.mark.usefixtures("own_cache")
def test_one_processor_is_not_held_up_by_a_first_compilation(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    choice = engine.choose("auto", 1, said.append)
    assert (choice.name, "processor" in choice.why, said) == ("reference", True, [])
    monkeypatch.delenv(numba_setup.CACHE_FOLDER)
    assert engine.choose("auto", 1, said.append).name == "compiled"  # compiled before


@pytest.mark.slow
@pytest.mark.usefixtures("own_cache")
def test_whatever_the_compiler_stumbles_over_the_run_goes_on(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbles(*_: object) -> None:
        raise RuntimeError("LLVM said no\nand more")

    monkeypatch.setattr(compiled_run, "run", stumbles)
    choice = engine.choose("auto", 2, said.append)
    assert choice == ("reference", "it could not be compiled (LLVM said no)")


@pytest.mark.usefixtures("own_cache")
def test_a_first_compilation_is_announced(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_compile", lambda: None)
    engine.choose("auto", 2, said.append)
    assert len(said) == 1 and said[0].startswith("Compiling the fast engine")


@pytest.mark.nightly
@pytest.mark.usefixtures("own_cache")
def test_checks_of_the_records_are_compiled_while_the_engine_is(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_compile", lambda: None)
    assert len(machine_code.Passes.every) >= 10  # `experiment` knows all of them
    assert not any(passes.is_compiled_before() for passes in machine_code.Passes.every)
    assert hall.engines_for("auto", said.append).name == "compiled"
    assert all(passes.is_compiled_before() for passes in machine_code.Passes.every)
    assert len(said) == 1 and said[0].startswith("Compiling the fast engine")


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in Python's place, which writes what it is told to do into the file beside it, and then may wait."""
    program = tmp_path / "stand-in"
    program.write_text('#!/bin/sh\nprintf %s "$2" > "$0.told"\nexec sleep "${STAND_IN_WAITS:-0}"\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    return program.with_suffix(".told")


@pytest.mark.skipif(os.name == "nt", reason="a program of the shell")
def test_what_is_compiled_beside_is_waited_for_and_knows_where_we_are(stand_in: Path) -> None:
    with hall.passes_compiled_beside():
        pass
    assert str(ROOT) in stand_in.read_text(encoding="utf-8")


@pytest.mark.usefixtures("stand_in")
@pytest.mark.skipif(os.name == "nt", reason="a program of the shell")
def test_what_is_compiled_beside_ends_with_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_WAITS", "600")
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **how: started.append(start(*a, **how)) or started[0])
    with pytest.raises(KeyboardInterrupt), hall.passes_compiled_beside():
        raise KeyboardInterrupt
    assert started[0].returncode is not None


def test_without_a_second_process_the_engine_is_compiled_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", None)
    with hall.passes_compiled_beside():
        done = True
    assert done


@pytest.mark.usefixtures("own_cache")
def test_nothing_is_compiled_beside_where_one_processor_would_wait_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hall.may_compile_beside()
    with monkeypatch.context() as here:
        here.setattr(hall, "processors", lambda: 1)
        assert not hall.may_compile_beside()
    with monkeypatch.context() as here:
        here.setitem(sys.modules, "numba", None)
        assert not hall.may_compile_beside()
    monkeypatch.delenv(numba_setup.CACHE_FOLDER)
    assert not hall.may_compile_beside()  # compiled before


def test_a_change_in_any_source_makes_another_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Module:
        __file__ = str(tmp_path / "rules.py")

    before = numba_setup.cache_folder()
    Path(Module.__file__).write_text("half a second up")
    monkeypatch.setattr(numba_setup, "TABLES", (*numba_setup.TABLES, Module))
    numba_setup._fingerprint.cache_clear()
    try:
        assert numba_setup.cache_folder() != before
    finally:
        numba_setup._fingerprint.cache_clear()


def test_the_cache_depends_on_every_source_that_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(numba_setup, "fingerprint", lambda files: looked_at.extend(files) or "x")
    numba_setup._fingerprint.cache_clear()
    try:
        numba_setup._fingerprint()
    finally:
        numba_setup._fingerprint.cache_clear()
    there = {Path(file).relative_to(HOME / "sim").as_posix() for file in looked_at}
    assert there >= {
        "inputs/calendar.py",
        "inputs/distributions.py",
        "model/random_numbers.py",
        "model/records.py",
        "model/rules.py",
        *(
            f"model/compiled/{name}.py"
            for name in ("arrays", "engine_state", "event_loop", "recording", "sampling", "stays")
        ),
    }


def test_a_planted_difference_stops_the_run_with_person_and_event(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = read_scenario(EXAMPLE)
    honest = engine.walk

    def later(drawn, name="reference") -> Ledger:  # type: ignore[no-untyped-def]
        ledger = honest(drawn, name)
        if name != "compiled":
            return ledger
        left = ledger.stays["left"].copy()
        left[0] += 60
        return replace(ledger, stays={**ledger.stays, "left": left})

    monkeypatch.setattr(engine, "walk", later)
    with pytest.raises(EnginesDiffer, match=r"40_ring_of_two, replication 1: .* at .*-0 \(rank 0\): SimPy says 'day"):
        ledger_of(Engines("compiled"), scenario, 0, 0, Stopwatch())
    ledger_of(Engines("compiled"), scenario, 0, 1, Stopwatch())  # only replication 1 is cross-checked
    ledger_of(Engines("compiled", cross_check=False), scenario, 0, 0, Stopwatch())


@pytest.mark.slow
@pytest.mark.usefixtures("own_cache")
def test_a_damaged_cache_is_thrown_away_and_made_anew(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = numba_setup.cache_folder()
    assert folder is not None
    (folder / "event_loop.run_events-1.py.nbi").write_text("damaged")
    runs = []

    def stumbles_once(*_: object) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise RuntimeError("pickle data was truncated")

    monkeypatch.setattr(compiled_run, "run", stumbles_once)
    assert engine.choose("auto", 2, said.append).name == "compiled"
    assert (len(runs), numba_setup.is_compiled_before()) == (2, False)


@pytest.mark.slow
@pytest.mark.usefixtures("own_cache")
def test_what_fails_twice_is_not_tried_for_ever(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    def leaves_a_cache_and_stumbles(*_: object) -> None:
        runs.append(1)
        folder = numba_setup.cache_folder()
        assert folder is not None
        (folder / "event_loop.run_events-1.py.nbi").write_text("of no use")
        raise RuntimeError("as before")

    monkeypatch.setattr(compiled_run, "run", leaves_a_cache_and_stumbles)
    assert engine.choose("auto", 2, said.append) == ("reference", "it could not be compiled (as before)")
    assert len(runs) == 2


def test_a_cache_of_many_versions_is_cleared_away_but_for_the_last(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / f"compiled-{number}").mkdir()
        os.utime(tmp_path / f"compiled-{number}", (number, number))
    machine_code.clear_away(tmp_path / "compiled-0")
    assert sorted(one.name for one in tmp_path.iterdir()) == [f"compiled-{number}" for number in (0, 5, 6, 7)]


@pytest.mark.parametrize(
    ("table", "column", "value"), [("waits", "to", 99), ("stays", "person", -9), ("people", "group", 9)]
)
def test_a_cell_that_means_nothing_is_a_difference_too(table: str, column: str, value: int) -> None:
    scenario = read_scenario(EXAMPLE)
    ledger = engine.run(scenario, 0)
    cells = getattr(ledger, table)[column].copy()
    cells[1] = value
    broken = replace(ledger, **{table: {**getattr(ledger, table), column: cells}})
    with pytest.raises(EnginesDiffer, match=f"40_ring_of_two, replication 1: .*{value}"):
        hall.check_equal(scenario, 0, broken, ledger)


def test_a_difference_that_no_story_tells_is_named_by_its_table() -> None:
    scenario = read_scenario(EXAMPLE)
    ledger = engine.run(scenario, 0)
    places = {**ledger.places, "open": ledger.places["open"] + 1}
    with pytest.raises(
        EnginesDiffer, match="in the table of places, row 0: `open` is 1 by SimPy, 2 by the compiled engine"
    ):
        hall.check_equal(scenario, 0, replace(ledger, places=places), ledger)


def test_without_cross_checks_of_many_scenarios_a_sample_still_has_one() -> None:
    assert [Engines("compiled").cross_checked(n) for n in (1, 45)] == [1, 45]
    assert [Engines("compiled", cross_check=False).cross_checked(n) for n in (1, SAMPLE - 1, SAMPLE, 45)] == [
        0,
        0,
        1,
        2,
    ]
    assert Engines("reference").cross_checked(45) == 0


@pytest.mark.slow
def test_both_engines_give_the_same_tables_and_say_who_they_are(tmp_path: Path) -> None:
    tables, runs = [], []
    for name in ("compiled", "reference"):
        outputs = tmp_path / name
        assert main(["run", str(EXAMPLE), "--engine", name, "--outputs", str(outputs)]) == 0
        (folder,) = (one for one in outputs.iterdir() if one.is_dir() and not one.name.startswith("."))
        tables.append((folder / "summary.csv").read_bytes() + (folder / "census.csv").read_bytes())
        runs.append(json.loads((folder / "run.json").read_text()))
        report = (folder / "report.html").read_text()
        assert ("cross-checked by SimPy" in report) == (name == "compiled")
    assert tables[0] == tables[1]
    assert [(run["engine"], run["cross_checked_by_simpy"]) for run in runs] == [
        ("compiled", ["40_ring_of_two"]), ("reference", [])
    ]  # fmt: skip


def test_an_engine_that_cannot_run_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise CannotCompile("Numba is not there")

    monkeypatch.setattr(numba_setup, "check_numba", missing)
    monkeypatch.setattr(hall, "_was_loaded_before", lambda: False)
    assert main(["run", str(EXAMPLE), "--engine", "compiled"]) == 2
    assert "--engine compiled: Numba is not there; --engine auto goes on" in capsys.readouterr().err


@pytest.mark.slow
def test_why_the_fast_engine_does_not_run_is_said_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def missing() -> None:
        raise CannotCompile("Numba is not there")

    monkeypatch.setattr(numba_setup, "check_numba", missing)
    monkeypatch.setattr(hall, "_was_loaded_before", lambda: False)
    assert main(["run", str(EXAMPLE), "--replications", "4", "--workers", "2", "--outputs", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert said.count("Numba is not there") == 1
    assert "The results are the same." in said


def test_memory_of_a_person_is_known() -> None:
    scenario = read_scenario(EXAMPLE)
    engine.run(scenario, 0, "compiled")
    assert np.isfinite(compiled_run.state_bytes_per_person(engine._plan(scenario)))


@pytest.mark.slow
def test_what_was_compiled_is_loaded_without_what_compiles() -> None:
    code = "import sys; from sim.model import engine; engine.load('compiled'); print('numba.np.linalg' in sys.modules)"
    for _ in range(2):  # the first may have to compile
        found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


NOBODY = """\
import pwd, sys
def unknown(*_): raise KeyError("uid not found")
pwd.getpwuid = unknown
from sim.cli import main
from sim.home import HOME
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="an account has a name there")
def test_an_account_that_the_system_does_not_know_and_that_has_no_home_can_run(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    there = {name: value for name, value in environment().items() if name not in ("HOME", "XDG_CACHE_HOME")}
    argv = [
        sys.executable,
        "-c",
        NOBODY,
        "run",
        "base.yaml",
        "--outputs",
        "out",
        "--replications",
        "2",
        "--workers",
        "1",
    ]
    done = subprocess.run(argv, cwd=tmp_path, env=there, capture_output=True, text=True, check=False)
    assert (done.returncode, "Internal error" in done.stderr) == (0, False)


@pytest.fixture
def loaded_before(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The note that says so, of this test's own."""
    note = tmp_path / "loaded.txt"
    monkeypatch.setattr(hall, "_note", lambda: note)
    assert hall.engines_for("auto", print).name == "compiled"
    assert note.is_file()
    return note


@pytest.fixture
def not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks at what runs here says that it is SimPy."""
    monkeypatch.setattr(engine, "choose", lambda *_: engine.Choice("reference", "it was looked at again"))


@pytest.mark.usefixtures("loaded_before", "not_chosen")
def test_what_was_loaded_before_is_not_loaded_only_to_know_that_it_works() -> None:
    assert hall.engines_for("auto", print) == hall.engines_for("compiled", print) == Engines("compiled")
    assert hall.engines_for("reference", print).name == "reference"


@pytest.mark.usefixtures("loaded_before", "not_chosen")
def test_on_another_computer_or_without_compiling_it_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as here:
        here.setenv("NUMBA_DISABLE_JIT", "1")
        assert hall.engines_for("auto", lambda _: None).name == "reference"
    with monkeypatch.context() as here:
        here.setitem(sys.modules, "numba", None)
        assert hall.engines_for("auto", lambda _: None).name == "reference"
    with monkeypatch.context() as here:
        here.setattr(numba_setup, "is_compiled_before", lambda: False)
        assert hall.engines_for("auto", lambda _: None).name == "reference"
    monkeypatch.setattr(hall, "_computer", lambda: "with other processors")
    assert hall.engines_for("auto", lambda _: None).name == "reference"


def test_what_can_no_longer_be_loaded_is_told_once(loaded_before: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise CannotCompile("Numba is gone")

    monkeypatch.setattr(engine, "load", broken)
    with pytest.raises(NoWorkers, match=r"cannot be loaded \(Numba is gone\); the same command again runs what works"):
        ledger_of(Engines("compiled"), read_scenario(EXAMPLE), 0, 0, Stopwatch())
    assert not loaded_before.exists()
