"""Event histories: the records of each person as text, in order of time.

An event holds every value of its row but what follows from the others and the scenario: where somebody goes who does not
get in, and when a step was dropped. Regression checks keep those of replication 1 of a small scenario to name the first
person and event that differ; a change of the format needs new expected results.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import NamedTuple

from sim.inputs.scenario import OUTSIDE, SECONDS_PER_DAY, Scenario
from sim.model.records import NEVER, NONE, WAIT_ENDINGS, Ledger

Event = tuple[int, str]  # second (NEVER: has not happened), description


class EventDifference(NamedTuple):
    """The first event of a person that differs from the expected one."""

    person: str
    expected: str
    got: str
    second: int


def event_histories(scenario: Scenario, ledger: Ledger) -> list[str]:
    """Return one text for each person by rank: a line with the name, then a line for each event."""
    events_of: list[list[Event]] = [[] for _ in ledger.people["group"]]
    writer = _EventWriter(scenario, ledger)
    for person, event in writer.events():
        events_of[person].append(event)
    found = []
    for name, events in zip(writer.people, events_of, strict=True):
        happened = sorted((event for event in events if event[0] < NEVER), key=lambda event: event[0])
        lines = [f"{second} {what}" for second, what in happened]
        found.append("\n".join([name, *lines]))
    return found


def pack_histories(histories: list[str]) -> bytes:
    """Return event histories as gzipped text, with times as seconds since the previous event."""
    return gzip.compress("\n\n".join(_since_before(history) for history in histories).encode(), mtime=0)


def unpack_histories(data: bytes) -> list[str]:
    """Return the event histories in such bytes; raise ValueError where they are damaged."""
    try:
        return [_since_start(history) for history in gzip.decompress(data).decode().split("\n\n")]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as problem:
        raise ValueError("is damaged") from problem


def _since_before(history: str) -> str:
    name, *events = history.split("\n")
    lines, before = [name], 0
    for event in events:
        second, what = event.split(" ", 1)
        lines.append(f"{int(second) - before} {what}")
        before = int(second)
    return "\n".join(lines)


def _since_start(history: str) -> str:
    name, *events = history.split("\n")
    lines, before = [name], 0
    for event in events:
        since, what = event.split(" ", 1)
        before += int(since)
        lines.append(f"{before} {what}")
    return "\n".join(lines)


def first_difference(kept: list[str], now: list[str]) -> tuple[EventDifference, EventDifference] | None:
    """Return the first difference by rank and the first in time; None where the event histories are equal."""
    found = []
    for rank in range(max(len(kept), len(now))):
        expected = kept[rank].split("\n") if rank < len(kept) else []
        got = now[rank].split("\n") if rank < len(now) else []
        if expected != got:
            found.append(_first_line(rank, expected, got))
    if not found:
        return None
    return found[0], min(found, key=lambda one: one.second)


def _first_line(rank: int, expected: list[str], got: list[str]) -> EventDifference:
    pairs = list(zip_longest(expected[1:], got[1:], fillvalue=""))
    one, other = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
    second = min((int(text.split(" ", 1)[0]) for text in (one, other) if text), default=0)
    if not expected or not got or expected[0] != got[0]:
        names = [lines[0] if lines else "nobody" for lines in (expected, got)]
        return EventDifference(f"{names[1] if got else names[0]} (rank {rank})", names[0], names[1], second)
    return EventDifference(f"{got[0]} (rank {rank})", _event_text(one), _event_text(other), second)


def _event_text(event: str) -> str:
    if not event:
        return "nothing more"
    text, what = event.split(" ", 1)
    day, rest = divmod(int(text), SECONDS_PER_DAY)
    return f"day {day} at {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02} {what}"


class _EventWriter:
    """Events of each person in words, from the rows of the records."""

    def __init__(self, scenario: Scenario, ledger: Ledger) -> None:
        self._scenario, self._ledger = scenario, ledger
        self._names = scenario.destinations
        self._with_bays = {service.name for service in scenario.services if service.bays}
        self._groups = ledger.people["group"].tolist()
        columns = (ledger.people[name].tolist() for name in ("group", "number", "from_census"))
        self.people = [
            f"{scenario.people[group].name}-{'c' if census else ''}{number}"
            for group, number, census in zip(*columns, strict=True)
        ]

    def events(self) -> Iterator[tuple[int, Event]]:
        people = self._ledger.people
        for person, (at, service) in enumerate(
            zip(people["arrives"].tolist(), people["arrives_at"].tolist(), strict=True)
        ):
            yield person, (at, f"comes to {self._name(service)}")
        yield from self._events_in("arrival_steps", self._step)
        yield from self._events_in("waits", self._wait)
        yield from self._events_in("stays", self._stay)
        yield from self._events_in("steps", self._step)

    def _events_in(
        self, table: str, events: Callable[[dict[str, int]], Iterator[Event]]
    ) -> Iterator[tuple[int, Event]]:
        columns = getattr(self._ledger, table)
        stays = self._ledger.stays["person"]
        for cells in zip(*(column.tolist() for column in columns.values()), strict=True):
            row = dict(zip(columns, cells, strict=True))
            person = int(stays[row["stay"]]) if table == "steps" else row["person"]
            for event in events(row):
                yield person, event

    def _name(self, number: int) -> str:
        return OUTSIDE if number == NONE else self._names[number]

    def _levels(self, person: int, found: int, after: int) -> str:
        """With which levels, and what the stay makes of them; nothing without traits."""
        return self._with(person, found) + ("" if found == after else f", then{self._with(person, after)[1:]}")

    def _with(self, person: int, profile: int) -> str:
        levels = self._scenario.people[self._groups[person]].profiles[profile]
        return f", with {' and '.join(f'{trait} {level}' for trait, level in levels)}" if levels else ""

    def _wait(self, row: dict[str, int]) -> Iterator[Event]:
        to, levels = self._name(row["to"]), self._with(row["person"], row["profile"])
        yield row["joined"], f"joins the queue for {to}, from {self._name(row['held'])}, wait {row['wait']}{levels}"
        yield row["clear"], f"is clear to go to {to}"
        yield row["ended"], f"the wait for {to} ends: {WAIT_ENDINGS[row['ending']]}"

    def _stay(self, row: dict[str, int]) -> Iterator[Event]:
        here = self._name(row["service"])
        plan = "stays" if row["planned_to"] == NONE else f"goes on to {self._name(row['planned_to'])}"
        need = "for ever" if row["need"] == NEVER else f"{row['need']} s"
        number = f"stay {row['stay']}, visit {row['visit']}"
        number += f", bay {row['bay'] + 1}" if here in self._with_bays else ""
        levels = self._levels(row["person"], row["found"], row["after"])
        yield row["admitted"], f"is admitted to {here}: {number}, units {row['units']}, needs {need}, {plan}{levels}"
        yield row["ready"], f"is ready in {here}"
        yield row["clear"], f"is clear in {here}"
        to = "nowhere" if row["to"] == NONE else self._name(row["to"])
        yield row["left"], f"leaves {here} for {to}"

    def _step(self, row: dict[str, int]) -> Iterator[Event]:
        name = self._ledger.step_names[row["step"]]
        after = "" if row["after"] == NONE else f" after {self._ledger.step_names[row['after']]}"
        yield row["started"], f"{name} starts{after}"
        yield row["team_joined"], f"{name} is worked on until {row['due'] if row['due'] != NEVER else 'never'}"
        yield row["finished"], f"{name} is done"
