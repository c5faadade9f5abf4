"""Work on a cluster: the same bytes, each block once whoever is lost, nobody of another version, and words for what is missing.

The tests marked `slow` work with a real scheduler and real worker processes; .ci/run installs the packages that they need.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import run_sim
from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.runs import cluster
from sim.runs.cluster import AnotherProgram, Blocks, Cluster, ClusterUnusable, Sent, differences, do_block, identity
from sim.runs.experiment import Shared, run_all
from sim.runs.store import Store
from sim.runs.workers import WorkerLost, run_tasks
from tests.ctrl_c import ctrl_c_heard
from tests.hall.dask_servers import Servers, servers
from tests.hall.files import BASE, write
from tests.hall.processes import COMMAND, ROOT, environment, notes_itself, process_of, refuses_three, vanishes
from tests.hall.test_same_bytes import differing, files_of_a_run

NOWHERE = "tcp://127.0.0.1:9"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the tests send signals to single processes")


@pytest.fixture
def dask() -> None:
    pytest.importorskip("distributed")


def real(test: Any) -> Any:
    """A test with Dask's own processes."""
    return pytest.mark.slow(pytest.mark.usefixtures("dask")(test))


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Servers]:
    """A scheduler with two workers, which a test may kill."""
    pytest.importorskip("distributed")
    with servers(tmp_path, workers=2) as started:
        yield started


def wait_for(true: Callable[[], Any]) -> None:
    while not true():
        time.sleep(0.02)


def silent(_: str) -> None:
    """Nobody is told."""


def on(address: str, processes: int = 2) -> Cluster:
    return Cluster(address, processes, silent)


# -- without a cluster ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argv", "extras"),
    [
        (["run", "a.yaml", "--cluster", "local"], ["cluster"]),
        (["--cluster=tcp://here:1"], ["cluster"]),
        (["run", "a.yaml"], []),
        (["test", "--cluster"], ["test"]),
    ],
)
def test_the_front_door_installs_the_packages_for_whoever_asks_for_a_cluster(
    argv: list[str], extras: list[str]
) -> None:
    assert run_sim.extras_of(argv) == extras


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--workers", "3"], "--workers goes with `--cluster local`; another cluster has the workers that it has"),
        (
            ["--people", "p.csv"],
            "--people goes with `--cluster local`; workers elsewhere would write to their own disks",
        ),
    ],
)
def test_what_only_a_cluster_of_this_computer_can_do_is_said(
    more: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(write(tmp_path, "base.yaml", BASE))
    assert main(["run", file, "--cluster", NOWHERE, *more]) == 2
    assert said in capsys.readouterr().err


def test_an_empty_address_is_no_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(write(tmp_path, "base.yaml", BASE)), "--cluster", " "]) == 2
    assert "--cluster needs the address of a scheduler" in capsys.readouterr().err


def test_without_the_packages_the_line_that_installs_them_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(sys.modules, "dask.config", None)
    with pytest.raises(ClusterUnusable, match=r'pip install "bedflow\[cluster\]"'), on("local") as place:
        list(run_tasks(place, process_of, None, range(2)))


def test_where_all_is_finished_nobody_is_connected_to(tmp_path: Path) -> None:
    scenario = read_scenario(str(write(tmp_path, "base.yaml", BASE)), replications=2)
    store = Store(tmp_path / "store")
    first = run_all(Shared((scenario,)), 1, store)
    with on(NOWHERE) as place:
        again = run_all(Shared((scenario,)), place, store)
    assert [piece.rows() for piece in again[0]] == [piece.rows() for piece in first[0]]


class Immediate:
    """A client that does each block when it is sent, and says twice that it is done."""

    status = "closed"

    def submit(self, function: Callable[..., Any], *arguments: Any, key: str, pure: bool, **_: Any) -> Future[Any]:
        future = Twice()
        future.set_result(function(*(one.result() if isinstance(one, Future) else one for one in arguments)))
        return future


class Twice(Future[Any]):
    def add_done_callback(self, fn: Callable[[Any], object]) -> None:
        super().add_done_callback(fn)
        super().add_done_callback(fn)


def test_a_block_that_is_told_twice_counts_once() -> None:
    sent = Sent(identity(), cluster.pickle.dumps((notes_nothing, None)))
    blocks = Blocks(Immediate(), sent, [[1, 2], [3]])  # type: ignore[arg-type]
    blocks.send(["one"])
    assert [blocks.next_results(0) for _ in range(5)] == [[1, 2], [], [3], [], []]
    assert not blocks


class EndsTooLate:
    """What Dask gives, which never closes in time."""

    def close(self, timeout: float) -> None:
        raise TimeoutError(f"timed out after {timeout} s.")


@pytest.mark.parametrize("ended_by", [None, KeyboardInterrupt(), ClusterUnusable("the workers are gone")])
def test_a_cluster_that_takes_long_to_end_fails_no_command_and_hides_no_other_end(
    ended_by: BaseException | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = SimpleNamespace(Client=lambda *_, **__: EndsTooLate(), LocalCluster=lambda **_: EndsTooLate())
    monkeypatch.setitem(sys.modules, "distributed", made)  # type: ignore[arg-type]
    with nullcontext() if ended_by is None else pytest.raises(type(ended_by)), cluster._local_cluster(2):
        if ended_by is not None:
            raise ended_by


class Lost(Future[Any]):
    """A block whose worker is lost when its answer is first asked for."""

    asked = 0

    def result(self, timeout: float | None = None) -> Any:
        self.asked += timeout is not None
        if self.asked == 1:
            raise TimeoutError
        return super().result()


class LosesOne(Immediate):
    """A client of which the first answer does not come."""

    def submit(self, function: Callable[..., Any], *arguments: Any, key: str, pure: bool, **how: Any) -> Future[Any]:
        answer = super().submit(function, *arguments, key=key, pure=pure, **how).result()
        future: Future[Any] = Lost() if key.endswith("-0") else Future()
        future.set_result(answer)
        return future


def test_a_block_whose_answer_does_not_come_is_asked_for_again_and_counts_once() -> None:
    sent = Sent(identity(), cluster.pickle.dumps((notes_nothing, None)))
    blocks = Blocks(LosesOne(), sent, [[1, 2], [3]])  # type: ignore[arg-type]
    blocks.send(["one"])
    assert [blocks.next_results(0) for _ in range(4)] == [[], [3], [1, 2], []]
    assert not blocks


def notes_nothing(_: object, task: int) -> int:
    return task


def test_a_worker_of_another_version_names_what_differs_and_does_nothing() -> None:
    other = {**identity(), "numpy": "1.0", "source files": "0123abcd"}
    assert differences(identity(), identity()) == ""
    assert differences(other, identity()).startswith("source files 0123abcd (here ")
    with pytest.raises(AnotherProgram, match=r"numpy .* \(here 1\.0\)"):
        do_block(Sent(other, b"never unpacked"), [1])


# -- with a scheduler and workers ----------------------------------------------------------------------------------------


def started(folder: Path, *argv: str, **more: str) -> "subprocess.Popen[str]":
    """The command in a process group of its own, as a terminal starts it."""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with ctrl_c_heard():
        return subprocess.Popen([*COMMAND, *argv], cwd=folder, env=environment(**more), **how)


def begun(folder: Path, run: "subprocess.Popen[str]") -> None:
    """Waits for the first block in the store."""
    while not list(folder.rglob("*.block")):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)


@real
def test_a_worker_killed_in_mid_run_costs_its_block_and_the_bytes_are_the_same(two: Servers, tmp_path: Path) -> None:
    folder, options = tmp_path / "run", ("--replications", "30", "--engine", "reference")
    one = files_of_a_run(tmp_path / "one", *options, "--workers", "1")
    write(folder, "base.yaml", (tmp_path / "one" / "base.yaml").read_text())
    write(folder, "more.yaml", (tmp_path / "one" / "more.yaml").read_text())
    argv = ["compare", "base.yaml", "more.yaml", "--outputs", "out", *options, "--cluster", two.address]
    run = started(folder, *argv, BEDFLOW_STORE=str(tmp_path / "store"))
    begun(tmp_path / "store", run)
    two.workers[0].kill()
    _, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    assert "The cluster has 2 workers." in err
    (made,) = [path for path in (folder / "out").iterdir() if path.is_dir()]
    found = {path.relative_to(made).as_posix(): path.read_bytes() for path in made.rglob("*") if path.is_file()}
    assert found.pop("run.json")
    assert differing(one, {"folder": made.name.encode(), **found}) == []


@real
def test_each_task_counts_once_though_a_lost_worker_had_begun_and_finished_some(two: Servers, tmp_path: Path) -> None:
    log = tmp_path / "begun"
    log.mkdir()
    with on(two.address) as place:
        results = run_tasks(place, notes_itself, str(log), range(60))
        found = [next(results)]
        lost = two.workers[0].pid
        wait_for(lambda: list(log.glob(f"begun-*-{lost}")))
        time.sleep(0.5)  # while nobody fetches what both have finished
        os.kill(lost, signal.SIGKILL)
        found += results
    assert sorted(found) == list(range(60))
    names = [path.name.split("-") for path in log.iterdir()]
    twice = {task for _, task, pid in names if int(pid) == lost} & {task for _, task, pid in names if int(pid) != lost}
    assert twice, "what the lost worker had begun was done again"


@real
def test_ctrl_c_ends_the_command_and_leaves_the_cluster_to_the_next(two: Servers, tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    argv = ["run", "base.yaml", "--outputs", "out", "--replications", "400", "--engine", "reference"]
    run = started(tmp_path, *argv, "--cluster", two.address, BEDFLOW_STORE=str(tmp_path / "store"))
    begun(tmp_path / "store", run)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=120)
    assert run.returncode == 130
    assert "Stopped after" in err
    assert "Traceback" not in out + err
    with on(two.address) as place:
        assert sorted(run_tasks(place, notes_itself, str(tmp_path), range(20))) == list(range(20))
    assert {int(path.name.split("-")[-1]) for path in tmp_path.glob("begun-*")} <= {one.pid for one in two.workers}
    assert [one.poll() for one in two.workers] == [None, None]


def without_bedflow(tmp_path: Path) -> str:
    """A path on which it cannot be imported, though it were installed: what a contributor has is not what a worker has."""
    folder = tmp_path / "without"
    (folder / "sim").mkdir(parents=True)
    (folder / "sim" / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'sim'\")\n")
    return str(folder)


@real
def test_workers_of_another_version_or_without_bedflow_are_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(ROOT / "sim", other / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "sim" / "model" / "rules.py").open("a") as file:
        file.write("# a later version\n")
    with servers(tmp_path, workers=1) as here, on(here.address) as place:
        results = run_tasks(place, notes_itself, str(tmp_path), range(1000))
        assert next(results) in range(1000)
        here.start_worker(PYTHONPATH=str(other))  # a cluster grows while we work
        with pytest.raises(ClusterUnusable, match=r"tcp://127.0.0.1:\d+: source files \w+ \(here \w+\)\nInstall"):
            list(results)
        here.workers[-1].kill()
        here.wait_for_workers(1)
        here.start_worker(PYTHONPATH=without_bedflow(tmp_path))
        here.wait_for_workers(2)
        with pytest.raises(ClusterUnusable, match=r"bedflow cannot be imported there"), on(here.address) as again:
            list(run_tasks(again, process_of, None, range(2)))


@real
def test_a_scheduler_without_bedflow_is_refused_too_because_it_reads_what_it_hands_on(tmp_path: Path) -> None:
    with (
        servers(tmp_path, workers=1, PYTHONPATH=without_bedflow(tmp_path)) as there,
        on(there.address) as place,
        pytest.raises(ClusterUnusable, match="the scheduler: bedflow cannot be imported there"),
    ):
        list(run_tasks(place, process_of, None, range(2)))


@real
@pytest.mark.parametrize("address", [NOWHERE, "nonsense", "foo://here:1", "tls://127.0.0.1:9"])
def test_no_scheduler_is_said_with_the_address(address: str) -> None:
    with pytest.raises(ClusterUnusable) as said, on(address) as place:
        list(run_tasks(place, process_of, None, range(2)))
    assert str(said.value).startswith(f"no scheduler of Dask answers at {address} (")
    assert str(said.value).endswith("or `local`")


@real
def test_somebody_who_takes_the_call_and_is_no_scheduler_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        address = f"tcp://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(ClusterUnusable, match=rf"{address} \("), on(address) as place:
            list(run_tasks(place, process_of, None, range(2)))


@real
def test_a_scheduler_without_workers_is_said(tmp_path: Path) -> None:
    with (
        servers(tmp_path, workers=0) as lonely,
        pytest.raises(ClusterUnusable, match="has no workers"),
        on(lonely.address) as place,
    ):
        list(run_tasks(place, process_of, None, range(2)))


@real
def test_a_cluster_that_dies_is_said_and_not_waited_for(two: Servers, tmp_path: Path) -> None:
    with on(two.address) as place:
        results = run_tasks(place, notes_itself, str(tmp_path), range(1000))
        next(results)
        two.scheduler.kill()
        with pytest.raises(ClusterUnusable, match="What is finished is in the store"):
            list(results)


@real
def test_a_cluster_whose_workers_all_leave_is_given_up(
    two: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "SECONDS_WITHOUT_WORKERS", 0)
    monkeypatch.setattr(cluster, "SECONDS_BETWEEN_QUESTIONS", 1)
    monkeypatch.setattr(cluster, "SECONDS_TO_FETCH", 1)
    with on(two.address) as place:
        results = run_tasks(place, notes_itself, str(tmp_path), range(1000))
        next(results)
        for worker in two.workers:
            worker.kill()
        with pytest.raises(ClusterUnusable, match="has had no worker for"):
            list(results)


@real
def test_an_error_in_a_task_arrives_and_a_block_that_kills_its_workers_is_given_up() -> None:
    with on("local") as place:
        with pytest.raises(ValueError, match="three is refused"):
            list(run_tasks(place, refuses_three, None, range(6)))
        with pytest.raises(WorkerLost, match="4 workers of the cluster ended in turn with the same block"):
            list(run_tasks(place, vanishes, None, range(1)))


@real
def test_a_cluster_of_this_computer_gives_the_same_bytes_and_ends_with_the_command(tmp_path: Path) -> None:
    """Here it chooses the number of replications too, more and more of them until they are enough."""
    chosen = ("--engine", "reference", "--replications", "14", "--precision", "60%", "--precision-of", "unit.occupancy")
    one = files_of_a_run(tmp_path / "one", "--workers", "1", *chosen)
    there = files_of_a_run(tmp_path / "two", "--workers", "2", "--cluster", "local", *chosen)
    assert differing(one, there) == []


@real
def test_ctrl_c_ends_a_cluster_of_this_computer_too(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", BASE)
    argv = ["run", "base.yaml", "--outputs", "out", "--replications", "400", "--engine", "reference"]
    run = started(tmp_path, *argv, "--cluster", "local", "--workers", "2", BEDFLOW_STORE=str(tmp_path / "store"))
    begun(tmp_path / "store", run)
    workers = [int(pid) for pid in children_of(run.pid)]
    assert len(workers) >= 2
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=120)
    assert (run.returncode, "Stopped after" in err, "Traceback" in out + err) == (130, True, False), err
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


def children_of(pid: int) -> list[str]:
    import psutil

    return [str(child.pid) for child in psutil.Process(pid).children(recursive=True)]
