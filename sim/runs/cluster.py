"""Blocks of work on a Dask cluster: one of yours, or one that is started on this computer for a command.

The scenarios are sent once. A block whose worker is lost is done again by another, and counts once, because each answer is taken
by the number of its block. Every block is done by the same program as here: a worker says who it is with each answer.

Anybody who reaches a scheduler can run code on its workers, and what they answer is unpickled here: a cluster is trusted as this
computer is. docs/scale.md says so to those who start one.

Each block counts once, and no worker of another version has a say.
"""

import logging
import pickle
import platform
import queue
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from uuid import uuid4

from sim import __version__
from sim.runs.store import RESULT_ROOMS, sources
from sim.runs.workers import (
    SECONDS_BETWEEN_LOOKS,
    Answer,
    Block,
    NoWorkers,
    Work,
    WorkerLost,
    answer_of,
    interrupts_deferred,
    interrupts_kept_from_children,
)

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

LOCAL = "local"  # instead of an address: a cluster of this computer, for this command
SECONDS_TO_CONNECT = 5  # to a scheduler; and again so long for its first worker
SECONDS_WITHOUT_WORKERS = 60  # in which a lost worker may be replaced
SECONDS_BETWEEN_QUESTIONS = 5  # to the scheduler, who is there
SECONDS_TO_CLOSE = 10  # a connection
SECONDS_TO_END = 60  # the cluster of this computer, which waits for workers that are still starting
# the answer of a block that is done; then it is asked who is there, and tried again for twice as long
SECONDS_TO_FETCH = 10
BLOCKS_AHEAD = 3  # for each worker, so that none waits for us; more would only wait elsewhere
PROFILE = "distributed.worker.profile.enabled"  # Dask looks a hundred times a second what a worker of ours does
LOGS = ("distributed", "distributed.client", "distributed.nanny")
PACKAGES = ("numpy", "numba", "distributed")
MOST_NAMED = 3  # workers in one message
WHO_ARE_YOU = f"__import__('importlib').import_module({__name__!r}).identity()"
WHICH_ADDRESS = "--cluster takes the address that `dask scheduler` prints, as in tcp://10.0.0.5:8786, or `local`"
CURE = "Install the same version on every worker and for the scheduler (docs/scale.md)"

_one_at_a_time = Lock()  # what is worked out once in a process is not made for several threads


class ClusterUnusable(NoWorkers):
    """A cluster that is not there, has nobody to work, or is of another version: why, and what to do."""


class Sent(NamedTuple):
    """What an answer needs to be given anywhere: who is asked for, and the work with what all its tasks share, packed."""

    identity: Mapping[str, str]
    packed: bytes


class Cluster:
    """The workers of a Dask cluster, connected to when they are first needed."""

    def __init__(self, address: str, processes: int, tell: Callable[[str], None]) -> None:
        self.address, self._processes, self._tell = address, processes, tell
        self.known = 0  # workers, when we last looked; 0 before we were connected
        self._client: Client | None = None
        self._ended = ExitStack()

    def __enter__(self) -> Self:
        """Nothing yet."""
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """Leaves the cluster running, or ends the one that was started here."""
        self._ended.close()
        self._client = None

    @property
    def number(self) -> int:
        """Workers that are there now; the first look connects."""
        client = self._connected()
        self.known = len(client.nthreads())
        return max(1, self.known)

    def results(self, work: Work, shared: Any, blocks: Sequence[Block]) -> Iterator[Any]:
        """The result of every task, each block as soon as it is there."""
        client = self._connected()
        sent = Sent(identity(), pickle.dumps((work, shared)))
        with interrupts_deferred() as interrupted, closing(Blocks(client, sent, blocks)) as open_blocks:
            presence = Presence(client, self.address)
            while open_blocks and not interrupted:
                open_blocks.send(presence.workers)
                results = open_blocks.next_results(SECONDS_BETWEEN_LOOKS)
                presence.look(heard=bool(results))
                yield from results

    def _connected(self) -> "Client":
        if self._client is None:
            self._client = self._ended.enter_context(_client(self.address, self._processes))
            self._tell_of(self._client.nthreads())
        return self._client

    def _tell_of(self, threads: Mapping[str, int]) -> None:
        many = len(threads)
        self._tell(f"The cluster has {many} worker{'s' if many != 1 else ''}.")
        if any(number > 1 for number in threads.values()):
            self._tell("Note: a worker does one block at a time; `--nthreads 1 --nworkers N` uses N processors.")


class Blocks:
    """The blocks that are not done yet: some on the cluster, the others still here."""

    def __init__(self, client: "Client", sent: Sent, blocks: Sequence[Block]) -> None:
        self._client = client
        self._name = f"bedflow-{uuid4().hex}"
        self._waiting = deque(enumerate(blocks))
        self._on_the_way: dict[int, tuple[Future[Any], str]] = {}  # each with the worker that it is meant for
        self._done: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._seconds_to_fetch = SECONDS_TO_FETCH
        # A task of its own, not scattered: the scheduler makes it again where all who hold it are lost.
        self._sent = client.submit(given, sent, key=f"{self._name}-shared", pure=False)

    def __bool__(self) -> bool:
        """Whether any is left."""
        return bool(self._waiting or self._on_the_way)

    def send(self, workers: Sequence[str]) -> None:
        """Sends blocks until there are enough for each worker.

        Left to itself, Dask would give the first blocks to anybody who has what all of them share; where a worker is lost or slow,
        others still take its blocks.
        """
        while self._waiting and len(self._on_the_way) < BLOCKS_AHEAD * len(workers):
            meant = Counter(worker for _, worker in self._on_the_way.values())
            worker = min(workers, key=meant.__getitem__)
            number, block = self._waiting.popleft()
            where: dict[str, Any] = {"workers": [worker], "allow_other_workers": True}
            key = f"{self._name}-{number}"
            future = self._client.submit(do_block, self._sent, block, key=key, pure=False, **where)
            self._await(number, future, worker)

    def _await(self, number: int, future: "Future[Any]", worker: str) -> None:
        self._on_the_way[number] = future, worker
        future.add_done_callback(lambda _: self._done.put(number))

    def next_results(self, seconds: float) -> list[Any]:
        """The results of a block that has been done; nothing where none was in so many seconds."""
        try:
            number = self._done.get(timeout=seconds)
        except queue.Empty:
            return []
        return self.take(number)

    def take(self, number: int) -> list[Any]:
        """The results of a block, once: a second time there is nothing, nor where they do not come.

        A worker that did a block may be lost before anybody fetches its answer. Where others are there they do it again; where
        nobody is, Dask would wait for ever.
        """
        found = self._on_the_way.pop(number, None)
        if found is None:
            return []
        try:
            done, answer = self._answer(found[0])
        except TimeoutError:
            self._seconds_to_fetch *= 2
            self._await(number, *found)
            return []
        if not done:
            raise answer
        return list(answer)

    def _answer(self, future: "Future[Any]") -> Answer:
        try:
            answer: Answer = future.result(self._seconds_to_fetch)
        except TimeoutError:
            raise
        except Exception as problem:
            raise self._why(problem) from problem
        return answer

    def _why(self, problem: Exception) -> NoWorkers:
        from distributed.scheduler import KilledWorker

        if isinstance(problem, KilledWorker):
            return WorkerLost(
                f"{problem.allowed_failures + 1} workers of the cluster ended in turn with the same block; perhaps "
                "memory ran out there: give workers more, or start fewer on a computer"
            )
        _check_workers(self._client)  # often the reason
        return _of_the_cluster(problem)

    def close(self) -> None:
        """Takes back what is not done."""
        futures = [future for future, _ in self._on_the_way.values()]
        self._on_the_way.clear()
        if self._client.status == "running":
            with suppress(Exception):  # the cluster is gone, and its tasks with it
                self._client.cancel([*futures, self._sent], force=True)


class Presence:
    """Who works for us, asked now and then; and since when it has been nobody."""

    def __init__(self, client: "Client", address: str) -> None:
        self._client, self._address = client, address
        self.workers = list(client.nthreads())
        self._asked = self._somebody = time.monotonic()

    def look(self, *, heard: bool) -> None:
        """Asks again after a while; ClusterUnusable where nobody has been there for long."""
        now = time.monotonic()
        if now - self._asked < SECONDS_BETWEEN_QUESTIONS:
            return
        self._asked = now
        try:
            self.workers = list(self._client.nthreads())
        except Exception as problem:
            raise _of_the_cluster(problem) from problem
        if heard or self.workers:
            self._somebody = now
        elif now - self._somebody > SECONDS_WITHOUT_WORKERS:
            raise ClusterUnusable(
                f"the scheduler at {self._address} has had no worker for {SECONDS_WITHOUT_WORKERS} s. What is finished is in "
                "the store: start workers and type the same command again"
            )


# -- on a worker ---------------------------------------------------------------------------------------------------------


class AnotherProgram(Exception):
    """A worker that is not what was asked for does nothing."""


def given(sent: Sent) -> Sent:
    """What all blocks share, as it was sent; workers have it from each other."""
    return sent


def do_block(sent: Sent, tasks: Block) -> Answer:
    """The answer of a worker to one block; AnotherProgram where it would not be ours."""
    differing = differences(identity(), sent.identity)
    if differing:
        raise AnotherProgram(differing)
    with _one_at_a_time:
        work, shared = _unpacked(sent.packed)
        return answer_of(work, shared, tasks)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> tuple[Work, Any]:
    """Unpacked once in a process, so that what is worked out once for a scenario stays."""
    work, shared = pickle.loads(packed)
    return work, shared


@lru_cache(maxsize=1)
def identity() -> dict[str, str]:
    """What this program is, where it may decide a number."""
    return {
        "bedflow": __version__,
        "source files": sources(RESULT_ROOMS)[:8],
        "Python": ".".join(platform.python_version_tuple()[:2]),
        **{name: _version(name) for name in PACKAGES},
        "computer": f"{platform.system()} {platform.machine()}",
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


# -- is it there, and the same? ------------------------------------------------------------------------------------------


def differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """What is not the same, as `numpy 2.3.1 (here 2.4.6)`; nothing where all is."""
    return ", ".join(
        f"{name} {theirs.get(name, 'none')} (here {ours[name]})" for name in ours if theirs.get(name) != ours[name]
    )


def _check_workers(client: "Client") -> None:
    """ClusterUnusable where workers or the scheduler are of another version, or have none of ours."""
    try:
        # As text, because a worker without our package could not read a function of ours.
        found = {**client.run(eval, WHO_ARE_YOU, on_error="return"), "the scheduler": _scheduler_says(client)}
    except Exception as problem:
        raise _of_the_cluster(problem) from problem
    said = {worker: _objection(answer) for worker, answer in sorted(found.items())}
    refused = [f"{worker}: {what}" for worker, what in said.items() if what]
    if refused:
        more = [f"... and {len(refused) - MOST_NAMED} more"] if len(refused) > MOST_NAMED else []
        raise ClusterUnusable(
            "\n".join(["not all of the cluster is the same program as here:", *refused[:MOST_NAMED], *more, CURE])
        )


def _scheduler_says(client: "Client") -> Any:
    """What it is, or why it cannot say: it reads each block that it hands on, so it needs bedflow too."""
    try:
        return client.run_on_scheduler(eval, WHO_ARE_YOU)
    except ModuleNotFoundError as missing:
        return missing


def _objection(answer: Any) -> str:
    if isinstance(answer, ModuleNotFoundError):
        return f"bedflow cannot be imported there, or is older ({answer})"
    if not isinstance(answer, Mapping):
        return f"{type(answer).__name__}: {answer}"
    return differences(answer, identity())


def _of_the_cluster(problem: Exception) -> ClusterUnusable:
    """Whatever Dask says, with what it means to a planner."""
    said = str(problem).strip().partition("\n")[0] or type(problem).__name__
    return ClusterUnusable(
        f"the cluster does not answer any more, or refuses the work ({type(problem).__name__}: {said}). What is finished is in "
        "the store: with a cluster that runs, the same command goes on"
    )


@contextmanager
def _client(address: str, processes: int) -> "Iterator[Client]":
    """A connection to a cluster that is there, has workers, and is of our version."""
    _load()
    with _local_cluster(processes) if address == LOCAL else _connection(address) as client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_CONNECT)
        except TimeoutError:
            raise ClusterUnusable(
                f"the scheduler at {address} has no workers. Start some, as docs/scale.md says, and type this again"
            ) from None
        _check_workers(client)
        yield client


def _load() -> None:
    """Dask, whose log is no planner's reading."""
    try:
        config = import_module("dask.config")
        config.set({"logging": dict.fromkeys(LOGS, "critical"), PROFILE: False})
        import_module("distributed")
    except ImportError as missing:
        raise ClusterUnusable(
            f'--cluster needs Dask, which is not installed ({missing}). Type: pip install "bedflow[cluster]"'
        ) from None


@contextmanager
def _connection(address: str) -> "Iterator[Client]":
    import asyncio

    from distributed import Client

    try:
        found = asyncio.run(_who_answers(address))
    except Exception as problem:
        raise _nobody_at(address, problem) from problem
    if found != "Scheduler":
        raise ClusterUnusable(f"at {address} a {found} answers, not a scheduler. {WHICH_ADDRESS}")
    client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    with _closed_within(SECONDS_TO_CLOSE, client):
        yield client


async def _who_answers(address: str) -> str:
    """Who is there. A client would wait for ever for somebody who takes the call and is not of Dask, and hang when it is given up."""
    from asyncio import wait_for

    from distributed.core import rpc
    from distributed.security import Security

    async def ask() -> str:
        keys = Security().get_connection_args("client")
        async with rpc(address, timeout=SECONDS_TO_CONNECT, connection_args=keys) as there:
            answer = await there.identity()
        return str(answer["type"])

    return await wait_for(ask(), SECONDS_TO_CONNECT)


def _nobody_at(address: str, problem: Exception) -> ClusterUnusable:
    said = f"waited {SECONDS_TO_CONNECT} s" if isinstance(problem, TimeoutError) else str(problem).partition("\n")[0]
    return ClusterUnusable(f"no scheduler of Dask answers at {address} ({said}). {WHICH_ADDRESS}")


@contextmanager
def _local_cluster(processes: int) -> "Iterator[Client]":
    """A scheduler in this process and so many workers, which Ctrl-C does not reach; all end with the command."""
    from distributed import Client, LocalCluster

    with tempfile.TemporaryDirectory(prefix="bedflow-", ignore_cleanup_errors=True) as folder:
        with interrupts_kept_from_children():
            cluster = LocalCluster(
                n_workers=processes,
                threads_per_worker=1,
                memory_limit=0,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
                local_directory=folder,
            )
        with _closed_within(SECONDS_TO_END, cluster):
            client = Client(cluster, set_as_default=False)
            with _closed_within(SECONDS_TO_CLOSE, client):
                yield client


@contextmanager
def _closed_within(seconds: float, ours: "Client | LocalCluster") -> Iterator[None]:
    """Closes it at the end. That it takes longer fails no command whose work is done; Dask ends the rest with this process."""
    try:
        yield
    finally:
        with suppress(TimeoutError):
            ours.close(timeout=seconds)
