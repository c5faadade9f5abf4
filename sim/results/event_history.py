"""A ledger as a story: for each person, in order of time, everything that is written about them.

Each event holds all that its row says, so that two ledgers are equal where their stories are. Kept beside an expected
file for replication 1 of a small scenario, it tells which person and which event differ first.

What may be changed here: by agreement only; stories are kept.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from sim.inputs.scenario import OUTSIDE, SECONDS_PER_DAY, Scenario
from sim.model.records import NEVER, NONE, WAIT_ENDINGS, Ledger

Told = tuple[int, str]  # second (NEVER: nothing yet), what happened


class Differing(NamedTuple):
    """The first event of a person that is not as it was kept."""

    person: str
    expected: str
    got: str
    second: int


def stories(scenario: Scenario, ledger: Ledger) -> list[str]:
    """One text for each person by rank: a line with the name, then a line for each event that came to pass."""
    told: list[list[Told]] = [[] for _ in ledger.people["group"]]
    teller = _Teller(scenario, ledger)
    for person, event in teller.everything():
        told[person].append(event)
    found = []
    for name, events in zip(teller.people, told, strict=True):
        happened = sorted((event for event in events if event[0] < NEVER), key=lambda event: event[0])
        lines = [f"{second} {what}" for second, what in happened]
        found.append("\n".join([name, *lines]))
    return found


def packed(told: list[str]) -> bytes:
    """Stories as gzipped text, each time as the seconds since the event before."""
    return gzip.compress("\n\n".join(_since_before(story) for story in told).encode(), mtime=0)


def unpacked(data: bytes) -> list[str]:
    """The stories in such bytes; ValueError where they are damaged."""
    try:
        return [_since_start(story) for story in gzip.decompress(data).decode().split("\n\n")]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as problem:
        raise ValueError("is damaged") from problem


def _since_before(story: str) -> str:
    name, *events = story.split("\n")
    lines, before = [name], 0
    for event in events:
        second, what = event.split(" ", 1)
        lines.append(f"{int(second) - before} {what}")
        before = int(second)
    return "\n".join(lines)


def _since_start(story: str) -> str:
    name, *events = story.split("\n")
    lines, before = [name], 0
    for event in events:
        since, what = event.split(" ", 1)
        before += int(since)
        lines.append(f"{before} {what}")
    return "\n".join(lines)


def first_differing(kept: list[str], now: list[str]) -> tuple[Differing, Differing] | None:
    """The first difference by rank, and the first in time; None where the stories are equal."""
    found = []
    for rank in range(max(len(kept), len(now))):
        expected = kept[rank].split("\n") if rank < len(kept) else []
        got = now[rank].split("\n") if rank < len(now) else []
        if expected != got:
            found.append(_first_line(rank, expected, got))
    if not found:
        return None
    return found[0], min(found, key=lambda one: one.second)


def _first_line(rank: int, expected: list[str], got: list[str]) -> Differing:
    pairs = list(zip_longest(expected[1:], got[1:], fillvalue=""))
    one, other = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    second = min((int(text.split(" ", 1)[0]) for text in (one, other) if text), default=0)
    if not expected or not got or expected[0] != got[0]:
        names = [lines[0] if lines else "nobody" for lines in (expected, got)]
        return Differing(f"{names[1] if got else names[0]} (rank {rank})", names[0], names[1], second)
    return Differing(f"{got[0]} (rank {rank})", _said(one), _said(other), second)


def _said(event: str) -> str:
    if not event:
        return "nothing more"
    text, what = event.split(" ", 1)
    day, rest = divmod(int(text), SECONDS_PER_DAY)
    return f"day {day} at {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02} {what}"


class _Teller:
    """The rows of a ledger in words."""

    def __init__(self, scenario: Scenario, ledger: Ledger) -> None:
        self._scenario, self._ledger = scenario, ledger
        self._names = scenario.destinations
        columns = (ledger.people[name].tolist() for name in ("group", "number", "from_census"))
        self.people = [
            f"{scenario.people[group].name}-{'c' if census else ''}{number}"
            for group, number, census in zip(*columns, strict=True)
        ]

    def everything(self) -> Iterator[tuple[int, Told]]:
        people = self._ledger.people
        for person, (at, service) in enumerate(
            zip(people["arrives"].tolist(), people["arrives_at"].tolist(), strict=True)
        ):
            yield person, (at, f"comes to {self._name(service)}")
        yield from self._told("waits", self._wait)
        yield from self._told("stays", self._stay)
        yield from self._told("steps", self._step)

    def _told(self, table: str, tell: Callable[[dict[str, int]], Iterator[Told]]) -> Iterator[tuple[int, Told]]:
        columns = getattr(self._ledger, table)
        stays = self._ledger.stays["person"]
        for cells in zip(*(column.tolist() for column in columns.values()), strict=True):
            row = dict(zip(columns, cells, strict=True))
            person = int(stays[row["stay"]]) if table == "steps" else row["person"]
            for event in tell(row):
                yield person, event

    def _name(self, number: int) -> str:
        return OUTSIDE if number == NONE else self._names[number]

    def _wait(self, row: dict[str, int]) -> Iterator[Told]:
        to = self._name(row["to"])
        yield row["joined"], f"joins the queue for {to}, from {self._name(row['held'])}, wait {row['wait']}"
        yield row["clear"], f"is clear to go to {to}"
        yield row["ended"], f"the wait for {to} ends: {WAIT_ENDINGS[row['ending']]}"

    def _stay(self, row: dict[str, int]) -> Iterator[Told]:
        here = self._name(row["service"])
        plan = "stays" if row["planned_to"] == NONE else f"goes on to {self._name(row['planned_to'])}"
        need = "for ever" if row["need"] == NEVER else f"{row['need']} s"
        number = f"stay {row['stay']}, visit {row['visit']}"
        yield row["admitted"], f"is admitted to {here}: {number}, units {row['units']}, needs {need}, {plan}"
        yield row["ready"], f"is ready in {here}"
        yield row["clear"], f"is clear in {here}"
        to = "nowhere" if row["to"] == NONE else self._name(row["to"])
        yield row["left"], f"leaves {here} for {to}"

    def _step(self, row: dict[str, int]) -> Iterator[Told]:
        name = self._ledger.step_names[row["step"]]
        after = "" if row["after"] == NONE else f" after {self._ledger.step_names[row['after']]}"
        yield row["started"], f"{name} starts{after}"
        yield row["team_joined"], f"{name} is worked on until {row['due'] if row['due'] != NEVER else 'never'}"
        yield row["finished"], f"{name} is done" if row["dropped"] == 0 else f"{name} is dropped"
