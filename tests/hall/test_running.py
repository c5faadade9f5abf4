"""Work over processes: the same results, and errors that arrive."""

import csv
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sim.runs.workers import (
    Block,
    Work,
    WorkerLost,
    _blocks,
    default_workers,
    interrupts_deferred,
    processes_kept,
    run_tasks,
    workers_of,
)
from tests.ctrl_c import ctrl_c_heard
from tests.hall import processes
from tests.hall.files import BASE, write, write_pair
from tests.hall.processes import COMMAND, QUICK, environment, publishes

SPREAD = (
    "import sys; from sim.runs.workers import run_tasks, workers_of; from tests.hall import processes; "
    "list(run_tasks(workers_of({workers}), processes.{work}, {shared}, range({tasks})))"
)
COMMAND_THAT_SPREADS = (
    "import os, sys, threading, time; from sim.runs.workers import processes_kept, run_tasks, workers_of; "
    "from tests.hall import processes; {first}; kept = processes_kept(); kept.__enter__(); "
    "print(os.getpid(), *run_tasks(workers_of({workers}, processes.load), processes.{work}, {shared}, range({tasks})), sep=chr(10)); "
    "kept.__exit__(None, None, None)"
)
ANOTHER_THREAD = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a worker is a new process")
unix = pytest.mark.skipif(os.name == "nt", reason="signals cannot be sent to one process there")


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


def hands_over_much(_: int, __: int) -> tuple[int, bytes]:
    return os.getpid(), bytes(10_000_000)


def vanishes(_: int, number: int) -> int:
    if number == 3:
        os._exit(9)
    return number


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_every_task_is_done_once_whatever_the_number_of_workers(workers: int) -> None:
    assert sorted(run_tasks(workers_of(workers), times, 10, range(7))) == [0, 10, 20, 30, 40, 50, 60]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_task_arrives_and_ends_the_work(workers: int) -> None:
    with pytest.raises(ValueError, match="three is refused"):
        list(run_tasks(workers_of(workers), refuses, 0, range(6)))


def test_a_worker_that_is_stopped_is_told_and_not_waited_for() -> None:
    with pytest.raises(WorkerLost, match="perhaps memory ran out: try --workers 1"):
        list(run_tasks(workers_of(2), vanishes, 0, range(6)))


def test_a_worker_that_is_stopped_while_it_hands_over_a_result_is_told_and_not_waited_for() -> None:
    results = run_tasks(workers_of(2), hands_over_much, 0, range(6))
    first, _ = next(results)  # nobody reads the other's answer meanwhile, and it is too long for a pipe
    (other,) = {process.pid for process in multiprocessing.active_children()} - {first}
    os.kill(other, signal.SIGTERM)
    with pytest.raises(WorkerLost, match="a worker process was stopped"):
        list(results)


def processes_there() -> set[int]:
    return {process.pid or 0 for process in multiprocessing.active_children()}


@pytest.mark.slow
def test_inside_one_command_processes_are_kept_for_the_next_run() -> None:
    with processes_kept():
        assert sorted(run_tasks(workers_of(2), times, 10, range(7))) == [0, 10, 20, 30, 40, 50, 60]
        kept = processes_there()
        assert sorted(run_tasks(workers_of(2), times, 3, range(7))) == [0, 3, 6, 9, 12, 15, 18]
        assert len(kept) == 2 and processes_there() == kept
        assert sorted(run_tasks(workers_of(3), times, 1, range(24))) == list(range(24))
        assert kept < processes_there() and len(processes_there()) == 3
    assert not processes_there()
    list(run_tasks(workers_of(2), times, 10, range(7)))
    assert not processes_there()


@pytest.mark.slow
def test_no_process_is_kept_after_an_error_or_when_it_has_ended_by_itself() -> None:
    with processes_kept():
        with pytest.raises(ValueError, match="three is refused"):
            list(run_tasks(workers_of(2), refuses, 0, range(6)))
        assert not processes_there()
        list(run_tasks(workers_of(2), times, 10, range(7)))
        for process in multiprocessing.active_children():
            process.kill()
            process.join()
        assert sorted(run_tasks(workers_of(2), times, 10, range(3))) == [0, 10, 20]


class Backwards:
    """A place of our own, as a cluster would be: it does the last block first."""

    number = 2

    def results(self, work: Work, shared: Any, blocks: Sequence[Block]) -> Iterator[Any]:
        """The last block first."""
        yield from (work(shared, task) for block in reversed(blocks) for task in reversed(block))


def test_another_place_to_run_is_a_class_with_one_method() -> None:
    assert list(run_tasks(Backwards(), times, 10, range(7))) == [60, 50, 40, 30, 20, 10, 0]


def test_an_error_that_cannot_travel_arrives_as_its_words() -> None:
    with pytest.raises(RuntimeError, match="Unsendable: 7"):
        list(run_tasks(workers_of(2), fails_unsendably, 0, range(6)))


def test_there_are_never_more_workers_than_tasks() -> None:
    assert default_workers(1) == 1
    assert 1 <= default_workers(1000) <= (os.cpu_count() or 1)


@pytest.mark.slow
@unix
def test_ctrl_c_ends_a_run_over_processes_and_the_same_command_goes_on(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE.replace("replications: 4", "replications: 400"))
    argv = [*COMMAND, "run", "base.yaml", "--outputs", "out", "--workers", "2"]
    with ctrl_c_heard():
        run = subprocess.Popen(
            argv,
            cwd=tmp_path,
            env=environment(BEDFLOW_STORE=str(tmp_path / "store")),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    while not list(tmp_path.glob("store/*/*.block")):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to every process of the run
    out, err = run.communicate(timeout=120)
    assert run.returncode == 130
    assert "Stopped after" in err
    assert "Traceback" not in out + err
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.slow
@unix
@pytest.mark.parametrize("seconds", [0.1, 0.4])
def test_ctrl_c_while_workers_start_is_answered_in_a_line(tmp_path: Path, seconds: float) -> None:
    write(tmp_path, "base.yaml", BASE.replace("replications: 4", "replications: 400"))
    argv = [*COMMAND, "run", "base.yaml", "--outputs", "out", "--workers", "2", "--engine", "reference"]
    pipe = subprocess.PIPE
    with ctrl_c_heard():
        run = subprocess.Popen(argv, cwd=tmp_path, env=environment(), stderr=pipe, text=True, start_new_session=True)
    assert run.stderr is not None
    while not run.stderr.readline().startswith("Running"):
        assert run.poll() is None
    time.sleep(seconds)  # somewhere in their start, or after it
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=120)
    assert run.returncode == 130
    assert err.startswith("Stopped after ") and err.count("\n") == 1


def test_ctrl_c_that_a_shell_has_us_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts_deferred():
            signal.raise_signal(signal.SIGINT)
            assert (
                signal.getsignal(signal.SIGINT) is signal.SIG_IGN
            )  # not ours, which would note it and stop at the end
    finally:
        signal.signal(signal.SIGINT, before)


@unix
def test_no_worker_ever_hears_ctrl_c() -> None:
    program = SPREAD.replace("list(", "print(*").format(workers=2, work="hears_ctrl_c", shared=0, tasks=2)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.stdout == "False False\n", done.stderr


def _said_by_a_command(first: str = "pass", **how: Any) -> list[str]:
    """Lines of a command with two workers: its own process, then the results."""
    program = COMMAND_THAT_SPREADS.format(first=first, **how)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(OPENBLAS_NUM_THREADS="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@linux
def test_inside_a_command_workers_are_copies_of_a_process_that_has_loaded_once() -> None:
    us, *found = _said_by_a_command(workers=2, work="what_is_loaded", shared=0, tasks=4)
    assert found == [f"by {us}"] * 4


@linux
def test_a_process_with_another_thread_is_not_copied_and_loads_nothing_for_others() -> None:
    _, *found = _said_by_a_command(ANOTHER_THREAD, workers=2, work="what_is_loaded", shared=0, tasks=4)
    assert found == [""] * 4


def test_outside_a_command_no_process_is_copied() -> None:
    processes.load()
    assert set(run_tasks(workers_of(2, processes.load), processes.what_is_loaded, 0, range(4))) == {""}


@linux
def test_no_copy_ever_hears_ctrl_c() -> None:
    assert _said_by_a_command(workers=2, work="hears_ctrl_c", shared=0, tasks=2)[1:] == ["False", "False"]


@unix
@pytest.mark.parametrize("spread", [SPREAD, COMMAND_THAT_SPREADS], ids=["new processes", "copies"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_the_run_even_on_a_busy_machine(tmp_path: Path, number: int, spread: str) -> None:
    for trial in range(3):
        folder = tmp_path / str(trial)
        folder.mkdir()
        assert _outlived(folder, number, spread) == ""


def _outlived(folder: Path, number: int, spread: str, workers: int = 4) -> str:
    """What a run says on its end by a signal, once nobody holds its output any more: no worker, nor Python's tracker."""
    program = spread.format(
        first="pass", workers=workers, work="works_for_ever", shared=repr(str(folder)), tasks=workers
    )
    how = {"env": environment(), "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    run = subprocess.Popen([sys.executable, "-c", program], **how)
    try:
        while len(list(folder.glob("begun-*"))) < workers:
            assert run.poll() is None, run.communicate()
            time.sleep(0.01)
        run.send_signal(number)
        _, said = run.communicate(timeout=120)
        assert run.returncode == -number
        return str(said)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)


@pytest.mark.slow
@unix
def test_a_script_without_a_guard_is_answered_by_python_and_by_us_alike(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    write(
        tmp_path,
        "mine.py",
        'import sim\nsim.run_scenario("base.yaml", replications=2, workers=2, engine="reference")\n',
    )
    done = subprocess.run(
        [sys.executable, "mine.py"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "memory" not in done.stderr
    assert 'under `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]


def test_a_folder_that_several_put_in_place_at_once_is_whole(tmp_path: Path) -> None:
    list(run_tasks(workers_of(2), publishes, str(tmp_path), range(2)))
    outputs = tmp_path / "outputs"
    assert sorted(path.name for path in outputs.iterdir()) == ["latest", "same"]
    assert {path.name for path in (outputs / "same").iterdir()} == {"a.txt", "charts", "run.json"}


@pytest.mark.slow
def test_equal_runs_at_once_both_write_everybody_down(tmp_path: Path) -> None:
    write_pair(tmp_path)
    argv = [
        *COMMAND,
        "compare",
        "base.yaml",
        "more.yaml",
        "--replications",
        "2",
        "--outputs",
        "out",
        *QUICK,
        "--people",
    ]
    how = {"cwd": tmp_path, "env": environment(), "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    runs = [subprocess.Popen([*argv, name], **how) for name in ("one.csv", "two.csv")]
    said = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    for which in ("", "-waits", "-steps"):
        assert (tmp_path / f"one{which}.csv").read_bytes() == (tmp_path / f"two{which}.csv").read_bytes()
    with (tmp_path / "one.csv").open(newline="", encoding="utf-8") as file:
        assert {(row["scenario"], row["replication"]) for row in csv.DictReader(file)} == {
            (scenario, replication) for scenario in ("base", "more") for replication in ("1", "2")
        }
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".")]


def test_the_first_and_the_last_blocks_are_small_and_every_task_is_in_one() -> None:
    blocks = _blocks(range(201), 2)
    sizes = [len(block) for block in blocks]
    assert [task for block in blocks for task in block] == list(range(201))
    assert sizes[:6] == [1, 1, 2, 2, 4, 4]  # the time left is known after one task of each worker
    assert max(sizes) == 10 and sizes[-2:] == [1, 1]
