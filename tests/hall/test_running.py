"""Work over processes: the same results, errors that arrive, and a store from which a run resumes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from sim.running import ResumeStore, WorkerLost, default_workers, scatter
from tests.hall.files import BASE, write

ROOT = Path(__file__).parents[2]


def times(factor: int, number: int) -> int:
    """Work that another process can import."""
    return factor * number


def refuses(_: int, number: int) -> int:
    if number == 3:
        raise ValueError("three is refused")
    return number


class Unsendable(Exception):
    def __init__(self, one: int, _other: int) -> None:
        super().__init__(one)


def fails_unsendably(_: int, __: int) -> int:
    raise Unsendable(7, 8)


def vanishes(_: int, number: int) -> int:
    if number == 3:
        os._exit(9)
    return number


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_every_task_is_done_once_whatever_the_number_of_workers(workers: int) -> None:
    assert sorted(scatter(times, 10, range(7), workers)) == [0, 10, 20, 30, 40, 50, 60]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_task_arrives_and_ends_the_work(workers: int) -> None:
    with pytest.raises(ValueError, match="three is refused"):
        list(scatter(refuses, 0, range(6), workers))


def test_a_worker_that_is_stopped_is_told_and_not_waited_for() -> None:
    with pytest.raises(WorkerLost, match="perhaps memory ran out: try --workers 1"):
        list(scatter(vanishes, 0, range(6), 2))


def test_an_error_that_cannot_travel_arrives_as_its_words() -> None:
    with pytest.raises(RuntimeError, match="Unsendable: 7"):
        list(scatter(fails_unsendably, 0, range(6), 2))


def test_there_are_never_more_workers_than_tasks() -> None:
    assert default_workers(1) == 1
    assert 1 <= default_workers(1000) <= (os.cpu_count() or 1)


def test_the_store_gives_back_what_was_saved(tmp_path: Path) -> None:
    store = ResumeStore(tmp_path / "cache" / "a")
    store.save("0-1", {"keys": [["a", "b"]]}, {"values": np.array([1.5, np.nan])})
    header, arrays = store.load("0-1") or (None, {})
    assert header == {"keys": [["a", "b"]]}
    np.testing.assert_array_equal(arrays["values"], [1.5, np.nan])
    assert store.load("0-2") is None


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04half a zip", b"no zip at all"])
def test_a_damaged_file_in_the_store_counts_as_not_there(tmp_path: Path, damage: bytes) -> None:
    store = ResumeStore(tmp_path)
    store.save("0-1", {}, {"values": np.zeros(3)})
    (tmp_path / "0-1.npz").write_bytes(damage)
    assert store.load("0-1") is None


def test_the_store_holds_no_pickles(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Object arrays"):
        ResumeStore(tmp_path).save("0-1", {}, {"values": np.array([print], dtype=object)})


def test_a_removed_store_leaves_no_empty_folder(tmp_path: Path) -> None:
    one, other = ResumeStore(tmp_path / ".cache" / "one"), ResumeStore(tmp_path / ".cache" / "other")
    one.save("0", {}, {})
    other.save("0", {}, {})
    one.remove()
    assert (tmp_path / ".cache").exists()
    other.remove()
    assert not (tmp_path / ".cache").exists()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process there")
def test_ctrl_c_ends_a_run_over_processes_and_the_same_command_goes_on(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE.replace("replications: 4", "replications: 400"))
    command = "import sys; from sim.cli import main; sys.exit(main(sys.argv[1:]))"
    argv = [sys.executable, "-c", command, "run", "base.yaml", "--outputs", "out", "--workers", "2"]
    run = subprocess.Popen(
        argv,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not list(tmp_path.glob("out/.cache/*/*.npz")):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to every process of the run
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Stopped after" in err
    assert "Traceback" not in out + err
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".cache"]
