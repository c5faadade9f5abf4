"""The store of finished blocks: nothing is run twice, nothing that is damaged is believed, and nobody real is in it."""

import errno
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cli import main
from sim.inputs.distributions import exponential
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import CensusEntry, Scenario
from sim.results import spill
from sim.results.spill import Spill
from sim.runs import engines, experiment
from sim.runs import store as store_module
from sim.runs.engines import Engines
from sim.runs.experiment import SetAside, Shared, packed, run_all, run_one, run_packed, unpacked
from sim.runs.piece import PackedPiece, Piece, Task
from sim.runs.store import Store, default_store, has_rows_of_people, name_of_results, name_of_verdict
from sim.runs.workers import Block, Work
from tests.hall.files import write_pair
from tests.hall.processes import environment
from tests.hall.worlds import small

pytestmark = pytest.mark.usefixtures("blank_charts")

TINY = small(days=20, warm_up=5, replications=3)
EVERY_KEY = Path(__file__).parents[1] / "inputs" / "every_key.yaml"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The replications that are run from here on, each with its scenario."""
    seen: list[tuple[str, int]] = []

    def noted(shared: Shared, task: Task) -> Piece:
        seen.append((shared.scenarios[task.scenario].id, task.replication))
        return run_one(shared, task)

    monkeypatch.setattr(experiment, "run_one", noted)
    return seen


def blocks(store: Store) -> list[Path]:
    return sorted(file for file in store.folder.rglob("*") if file.is_file())


def assert_equal(found: Piece, expected: Piece) -> None:
    assert (found.task, found.keys, found.daily_keys) == (expected.task, expected.keys, expected.daily_keys)
    assert found.values.tobytes() == expected.values.tobytes()
    for ours, theirs in ((found.daily, expected.daily), (found.departures, expected.departures)):
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape and (ours == theirs).all()


# -- packing -----------------------------------------------------------------------------------------------------------


def test_what_is_packed_comes_back_to_the_last_bit() -> None:
    piece = run_one(Shared((TINY,)), Task(0, 1))
    assert_equal(unpacked(packed(piece), piece.task), piece)


def test_the_bytes_do_not_depend_on_what_a_process_has_packed_before(monkeypatch: pytest.MonkeyPatch) -> None:
    piece = run_one(Shared((TINY,)), Task(0, 1))
    first = packed(piece)
    packed(piece.with_rows([row._replace(service=f"z {row.service}") for row in reversed(piece.rows())]))
    assert packed(piece) == first
    monkeypatch.setattr(experiment, "MOST_KEYS", 0)  # and it forgets
    assert packed(piece) == first


@pytest.mark.parametrize("whole", [[[127, -128]], [[32767, -1]], [[2**31, -(2**31)]], [[2**62, -1]], [[]], []])
def test_whole_numbers_of_any_size_come_back(whole: list[list[int]]) -> None:
    daily = np.array(whole, dtype=np.int64).reshape(len(whole), -1 if whole and whole[0] else 0)
    left = np.array([[0, 1, 70_000, -1], [3, 0, 5, 2**40]], dtype=np.int64)
    values = np.array([0.1, -0.0, 1e300])
    keys = tuple(("a", "b", "é", str(number), "x\ny") for number in range(3))
    piece = Piece(Task(0, 0), keys, values, tuple(("a", "b") for _ in daily), daily, left)
    assert_equal(unpacked(packed(piece), piece.task), piece)


def test_a_spill_gives_back_what_it_took_in_memory_and_on_disk() -> None:
    aside = Spill(most_in_memory=10)
    slots = [aside.keep(bytes([number]) * 7) for number in range(5)]
    assert isinstance(slots[0], bytes) and isinstance(slots[4], tuple)
    assert [aside.read(slot) for slot in slots] == [bytes([number]) * 7 for number in range(5)]
    assert aside.read(slots[4], 2, 3) == b"\4\4\4" and aside.read(slots[0], 5) == b"\0\0"


def test_a_full_disk_leaves_what_is_set_aside_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(spill, "_nameless_file", Full)
    aside = Spill(most_in_memory=0)
    assert aside.read(aside.keep(b"abc")) == b"abc"


# -- nothing is run twice ----------------------------------------------------------------------------------------------


def test_the_same_run_again_runs_nothing_and_finds_the_same(store: Store, ran: list[tuple[str, int]]) -> None:
    (first,) = run_all(Shared((TINY,)), 1, store)
    before = list(first)
    assert len(ran) == 3
    (again,) = run_all(Shared((TINY,)), 1, store)
    assert len(ran) == 3
    for found, expected in zip(again, before, strict=True):
        assert_equal(found, expected)
    assert store.taken == 3


def test_more_replications_run_only_those_that_are_new(store: Store, ran: list[tuple[str, int]]) -> None:
    run_all(Shared((TINY,)), 1, store)
    run_all(Shared((replace(TINY, replications=5),)), 1, store)
    assert [replication for _, replication in ran] == [0, 1, 2, 3, 4]


def test_one_scenario_more_runs_only_that_one(store: Store, ran: list[tuple[str, int]]) -> None:
    run_all(Shared((TINY,)), 1, store)
    run_all(Shared((TINY, replace(small(unit=9, days=20, warm_up=5, replications=3), id="more"))), 1, store)
    assert [name for name, _ in ran] == ["base"] * 3 + ["more"] * 3


def test_what_a_stopped_run_had_finished_is_not_run_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(shared: Shared, task: Task) -> Piece:
        if task.replication == 2:
            raise KeyboardInterrupt
        return run_one(shared, task)

    monkeypatch.setattr(experiment, "run_one", stops)
    with pytest.raises(KeyboardInterrupt):
        run_all(Shared((TINY,)), 1, store)
    monkeypatch.setattr(experiment, "run_one", run_one)
    run_all(Shared((TINY,)), 1, store)
    assert store.taken == 2


def test_fresh_believes_nothing_and_writes_all_anew(store: Store, ran: list[tuple[str, int]]) -> None:
    run_all(Shared((TINY,)), 1, store)
    times = [file.stat().st_mtime_ns for file in blocks(store)]
    run_all(Shared((TINY,)), 1, Store(store.folder, fresh=True))
    assert len(ran) == 6
    assert all(file.stat().st_mtime_ns > time for file, time in zip(blocks(store), times, strict=True))


@pytest.mark.parametrize("asked", [{"observe": True}, {"keep": lambda *_: None}])
def test_what_is_to_be_watched_is_run_anew(store: Store, ran: list[tuple[str, int]], asked: dict[str, object]) -> None:
    run_all(Shared((TINY,)), 1, store)
    run_all(Shared((TINY,), **asked), 1, store)
    assert len(ran) == 6


class TwiceAndBackwards:
    """Workers elsewhere: the last replication arrives first, and each one twice."""

    number = 2

    def results(self, work: Work, shared: object, blocks: list[Block]) -> Iterator[object]:
        for block in reversed(blocks):
            for task in reversed(block):
                yield from (work(shared, task), work(shared, task))


def test_the_order_of_arrival_decides_nothing_and_none_counts_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = list(run_all(Shared((TINY,)), 1)[0])
    monkeypatch.setattr(experiment, "workers_of", lambda *_: TwiceAndBackwards())
    told: list[tuple[int, int]] = []
    (found,) = run_all(Shared((TINY,)), 1, store, lambda done, total, *_: told.append((done, total)))
    assert told[-1] == (3, 3) and max(told) == (3, 3)
    for ours, theirs in zip(found, expected, strict=True):
        assert_equal(ours, theirs)


def test_replications_travel_as_a_plain_list() -> None:
    aside = SetAside()
    aside.keep(run_packed(Shared((TINY,)), Task(0, 0)))
    (one,) = aside.of(0, 1).__reduce__()[1][0]
    assert_equal(one, aside.of(0, 1)[0])


# -- what is damaged, full or shared -----------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["empty", "cut", "a bit", "another file"])
def test_a_damaged_block_is_a_block_to_do_again(store: Store, ran: list[tuple[str, int]], damage: str) -> None:
    run_all(Shared((TINY,)), 1, store)
    file = blocks(store)[1]
    whole = file.read_bytes()
    flipped = bytes([*whole[:-9], whole[-9] ^ 4, *whole[-8:]])
    file.write_bytes({"empty": b"", "cut": whole[:-1], "a bit": flipped, "another file": b"PK\3\4"}[damage])
    run_all(Shared((TINY,)), 1, store)
    assert [replication for _, replication in ran] == [0, 1, 2, 1]
    assert file.read_bytes() == whole


def test_a_full_disk_stops_nothing_and_is_asked_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def full(**_: object) -> None:
        asked.append(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sim.runs.store.tempfile.mkstemp", full)
    (found,) = run_all(Shared((TINY,)), 1, store)
    assert len(found) == 3 and len(asked) == 1 and not blocks(store)


def test_a_disk_that_fills_while_a_block_is_written_leaves_no_part_of_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sim.runs.store.os.replace", full)
    store.write("a/b", b"c")
    assert not blocks(store) and not store.is_writable


def test_a_place_where_nothing_may_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    (found,) = run_all(Shared((TINY,)), 1, Store(tmp_path / "file" / "store"))
    assert len(found) == 3


def test_two_commands_into_one_store_lose_and_double_nothing(store: Store) -> None:
    expected = list(run_all(Shared((TINY,)), 1)[0])
    found: list[list[Piece]] = []

    def run() -> None:
        found.append(list(run_all(Shared((TINY,)), 1, Store(store.folder))[0]))

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    for pieces in found:
        for ours, theirs in zip(pieces, expected, strict=True):
            assert_equal(ours, theirs)
    assert len(found) == 2 and len(blocks(store)) == 3


def test_the_store_stays_within_its_bounds_and_gives_up_what_was_used_least_lately(tmp_path: Path) -> None:
    store = Store(tmp_path / "store", most_bytes=3_000)
    for number in range(4):
        store.write(f"a{number}/b", bytes(900))
        os.utime(blocks(store)[-1], (1_000_000 + number, 1_000_000 + number))
    assert store.read("a0/b") is not None  # used now
    assert store.tidy() < 3_000
    assert [file.parent.name for file in blocks(store)] == ["a0", "a2", "a3"]
    assert sorted(path.name for path in store.folder.iterdir()) == ["a0", "a2", "a3"]


def test_a_part_that_a_stopped_command_left_goes_after_a_day(store: Store) -> None:
    store.write("a/b", b"c")
    old, new = store.folder / "a" / "x.part", store.folder / "a" / "y.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (1_000_000, 1_000_000))
    store.tidy()
    assert new.exists() and not old.exists()


def test_a_block_executes_nothing_when_it_is_read(store: Store) -> None:
    run_all(Shared((TINY,)), 1, store)
    for file in blocks(store):
        assert b"pickle" not in file.read_bytes()
    with pytest.raises(KeyError):
        unpacked(packed_with_type("|O"), Task(0, 0))


def packed_with_type(kind: str) -> bytes:
    import zlib

    table = zlib.compress(bytes(64))
    header = {"words": [], "daily": [], "keys": [[kind, [1]]], "counts": [], "bytes": [len(table), 0]}
    return json.dumps(header).encode() + b"\n" + table


def test_the_store_is_where_the_variable_says_or_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_store() is None
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path))
    assert default_store().folder == tmp_path  # type: ignore[union-attr]
    monkeypatch.delenv("BEDFLOW_STORE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert default_store().folder == tmp_path / "bedflow" / "results"  # type: ignore[union-attr]


# -- what a block is named after ---------------------------------------------------------------------------------------


def test_names_questions_comments_and_the_number_of_replications_decide_nothing() -> None:
    other = replace(TINY, id="x", name="X", question="?", file="x.yaml", replications=99, values=(), notices=("n",))
    assert name_of_results(other, "compiled") == name_of_results(TINY, "compiled")


@pytest.mark.parametrize(
    "other",
    [
        replace(TINY, seed=2),
        replace(TINY, people=(replace(TINY.people[0], name="others"),)),
        replace(TINY, calendar=replace(TINY.calendar, warm_up_days=6)),
        replace(TINY, costs=replace(TINY.costs, price_year="2024-25")),
        replace(TINY, services=(replace(TINY.services[0], queue_limit=9), *TINY.services[1:])),
    ],
)
def test_all_else_decides(other: Scenario) -> None:
    assert name_of_results(other, "compiled") != name_of_results(TINY, "compiled")


def test_the_engine_and_the_program_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name_of_results(TINY, engine) for engine in ("compiled", "reference")}
    monkeypatch.setattr(store_module, "program", lambda _: "another")
    names |= {name_of_results(TINY, engine) for engine in ("compiled", "reference")}
    assert len(names) == 4


def test_every_value_of_the_scenario_language_has_a_place_in_the_meaning() -> None:
    read = read_scenario(EVERY_KEY)
    assert store_module.meaning(read) == store_module.meaning(read_scenario(EVERY_KEY))
    with pytest.raises(TypeError, match="holds list"):
        store_module.meaning(replace(read, services=list(read.services)))  # type: ignore[arg-type]


def test_the_program_is_all_that_computes_and_nothing_that_only_tells() -> None:
    files = {
        file.relative_to(store_module.CODE).as_posix() for file in store_module._sources(store_module.RESULT_ROOMS)
    }
    assert {"model/rules.py", "inputs/distributions.py", "results/measures.csv", "runs/experiment.py"} <= files
    assert not [file for file in files if "charts" in file or "report" in file or file.startswith("cli")]


LOADED = """
import importlib, sys
from pathlib import Path
for name in {modules}:
    importlib.import_module(name)
from sim.home import CODE
files = [Path(one.__file__) for name, one in sys.modules.items() if name.startswith("sim.") and one.__file__]
print(*(file.relative_to(CODE).as_posix() for file in files))
"""


@pytest.mark.parametrize(
    ("rooms", "modules"),
    [
        (store_module.RESULT_ROOMS, ["sim.runs.experiment", "sim.model.reference.bed_manager"]),
        (store_module.ENGINE_ROOMS, ["sim.model.engine", "sim.model.reference.bed_manager"]),
    ],
)
def test_no_source_that_computes_is_left_out_of_the_name(rooms: tuple[str, ...], modules: list[str]) -> None:
    program = LOADED.format(modules=modules)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    )
    named = {file.relative_to(store_module.CODE).as_posix() for file in store_module._sources(rooms)}
    assert [file for file in done.stdout.split() if file not in named and not file.startswith("diagnostics")] == []


# -- rows of real people -----------------------------------------------------------------------------------------------


def with_census(scenario: Scenario) -> Scenario:
    entry = CensusEntry(group="everyone", service="hospital", count=2, elapsed=exponential(3))
    return replace(scenario, census=(entry,), calendar=replace(scenario.calendar, warm_up_days=0))


@pytest.mark.parametrize(
    "scenario",
    [
        with_census(TINY),
        replace(TINY, people=(replace(TINY.people[0], arrivals=(40_000, 90_000), arrivals_per_day=0.0),)),
    ],
)
def test_no_census_and_no_arrivals_one_by_one_reach_the_store(
    store: Store, ran: list[tuple[str, int]], scenario: Scenario
) -> None:
    assert has_rows_of_people(scenario) and not has_rows_of_people(TINY)
    for _ in range(2):
        run_all(Shared((scenario,)), 1, store)
    assert len(ran) == 6 and not blocks(store)


def test_of_a_census_only_the_verdict_of_the_engines_is_kept(store: Store) -> None:
    compiled = engines.engines_for("compiled", lambda _: None)
    run_all(Shared((with_census(TINY),), engines=compiled), 1, store)
    (file,) = blocks(store)
    assert file.parent.name == "verdicts"
    assert set(json.loads(store.read(f"verdicts/{file.stem}") or b"")) == {"equal in every cell"}


# -- the cross-check ---------------------------------------------------------------------------------------------------


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The scenarios that are cross-checked from here on."""
    seen: list[str] = []
    real = engines.check_equal

    def noted(scenario: Scenario, *others: object) -> None:
        seen.append(scenario.id)
        real(scenario, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(engines, "check_equal", noted)
    return seen


def test_a_cross_check_is_made_once_for_a_scenario_and_seed(store: Store, checked: list[str]) -> None:
    compiled = engines.engines_for("compiled", lambda _: None)
    for scenario in (TINY, replace(TINY, replications=4, id="again"), replace(TINY, seed=2, id="other")):
        run_all(Shared((scenario,), engines=compiled), 1, store)
    assert checked == ["base", "other"]
    assert set(store.proved) == {"again"}


def test_without_a_verdict_what_is_in_the_store_is_run_again_and_checked(store: Store, checked: list[str]) -> None:
    compiled = engines.engines_for("compiled", lambda _: None)
    run_all(Shared((TINY,), engines=replace(compiled, cross_check=False)), 1, store)
    run_all(Shared((TINY,), engines=compiled), 1, store)
    assert checked == ["base"] and store.taken == 2


def test_another_engine_is_checked_again(store: Store, checked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = engines.engines_for("compiled", lambda _: None)
    before = name_of_verdict(TINY, 0)
    run_all(Shared((TINY,), engines=compiled), 1, store)
    monkeypatch.setattr(store_module, "program", lambda _: "another")
    assert name_of_verdict(TINY, 0) != before
    run_all(Shared((TINY,), engines=compiled), 1, store)
    assert checked == ["base", "base"]


def test_engines_that_part_leave_no_verdict(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def part(*_: object) -> None:
        raise engines.EnginesDiffer("they part")

    monkeypatch.setattr(engines, "check_equal", part)
    with pytest.raises(engines.EnginesDiffer):
        run_all(Shared((TINY,), engines=engines.engines_for("compiled", lambda _: None)), 1, store)
    assert not blocks(store)


def test_the_words_of_a_report_do_not_depend_on_when_it_was_checked() -> None:
    assert replace(Engines("compiled"), proved=frozenset({0})).words(1) == Engines("compiled").words(1)


# -- the command line and Python ---------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with base.yaml and more.yaml, in which we stand, and a store of our own."""
    write_pair(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))
    return tmp_path


def command(*argv: str) -> int:
    return main([*argv, "--workers", "1", "--replications", "2", "--engine", "reference"])


@pytest.mark.slow
def test_the_same_command_again_gives_the_same_bytes_and_says_whence(here: Path, ran: list[object], capsys) -> None:
    for outputs in ("one", "two"):
        assert command("compare", "base.yaml", "more.yaml", "--outputs", outputs) == 0
    assert len(ran) == 4
    assert "From the store: 4 replications (" in capsys.readouterr().err
    one, two = ({file.name: file.read_bytes() for file in (here / name).rglob("*.*")} for name in ("one", "two"))
    said = json.loads(two.pop("run.json"))
    assert said["replications_from_the_store"] == 4
    del one["run.json"]
    assert one == two


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_one_store_serves_every_command_and_python(ran: list[object]) -> None:
    assert command("run", "base.yaml", "--outputs", "out") == 0
    assert command("compare", "base.yaml", "more.yaml", "--outputs", "out") == 0
    sim.compare("base.yaml", "more.yaml", replications=2, engine="reference")
    assert len(ran) == 4
    sim.run_scenario("base.yaml", replications=2, engine="reference", fresh=True)
    assert len(ran) == 6


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_fresh_on_the_command_line_runs_all_anew(ran: list[object], capsys) -> None:
    for _ in range(2):
        assert command("run", "base.yaml", "--outputs", "out", "--fresh") == 0
    assert len(ran) == 4 and "From the store" not in capsys.readouterr().err


@pytest.mark.slow
def test_a_stopped_command_goes_on_and_says_so(here: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    def stops(shared: Shared, task: Task) -> PackedPiece:
        if task.replication == 1:
            raise KeyboardInterrupt
        return run_packed(shared, task)

    with monkeypatch.context() as patch:
        patch.setattr(experiment, "run_packed", stops)
        assert command("compare", "base.yaml", "more.yaml", "--outputs", "out") == 130
        assert "the same command goes on from here" in capsys.readouterr().err
        assert not list((here / "out").iterdir())
        patch.setenv("BEDFLOW_STORE", "off")
        assert command("compare", "base.yaml", "more.yaml", "--outputs", "out") == 130
        assert "the same command begins anew" in capsys.readouterr().err
    assert command("compare", "base.yaml", "more.yaml", "--outputs", "out") == 0
    assert "From the store: 2 replications" in capsys.readouterr().err
