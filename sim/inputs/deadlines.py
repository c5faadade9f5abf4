"""How long people wait at most: a length of time, or until the clock shows a time of day.

What may be changed here: with new expected results.
"""

from dataclasses import dataclass
from typing import Any

from sim.inputs.containers import Spec, keys_of
from sim.inputs.durations import FAMILIES, Duration
from sim.inputs.field_types import AnyKind, Schema, must
from sim.inputs.nodes import Node, Table
from sim.inputs.problems import Path
from sim.inputs.reading import Reading, is_sound
from sim.inputs.scalars import CLOCK
from sim.inputs.scenario import ClockTime

UNTIL = "until"


class DeadlineSpec(Spec, title="deadline"):
    """A time of day until which somebody waits: the first such instant after joining the queue."""

    until = must(CLOCK, "the time of day")


DEADLINE = keys_of(DeadlineSpec)


@dataclass(frozen=True)
class LongestWait(Duration):
    """A distribution, or `{until: 18:00}`."""

    words = "a number, a distribution such as {exponential: {mean: 5}}, or {until: 18:00}"

    def inside(self, key: str) -> AnyKind | None:
        return DEADLINE.inside(key) if key == UNTIL else super().inside(key)

    def resolved(self, node: Node) -> AnyKind:
        return DEADLINE if _is_deadline(node) else FAMILIES

    def parts(self) -> tuple[AnyKind, ...]:
        return (FAMILIES, DEADLINE)

    def expand(self, node: Node) -> Node:
        return node if _is_deadline(node) else super().expand(node)

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        if not _is_deadline(node):
            return super().read(node, path, reading)
        said = DEADLINE.read(node, path, reading)
        return clock_time(said.until) if is_sound(said) else said

    def schema(self) -> Schema:
        return {"anyOf": [FAMILIES.schema(), DEADLINE.schema()]}


def _is_deadline(node: Node) -> bool:
    return isinstance(node, Table) and UNTIL in node.entries


def clock_time(second_of_day: int | None) -> ClockTime | None:
    """A time of day as the engines use it."""
    return None if second_of_day is None else ClockTime(second_of_day=second_of_day)


LONGEST_WAIT = LongestWait()
