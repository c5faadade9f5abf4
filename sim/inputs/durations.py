"""How long something takes, as a planner writes it: a number, or a family with its mean and spread; and how long people wait at most.

The longest wait is a length of time, or lasts until the clock shows a time of day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import inf
from typing import Any, TypeVar

from sim.inputs import distributions
from sim.inputs.distributions import Distribution
from sim.inputs.field_types import (
    CLOCK,
    FILE,
    UNREADABLE,
    AnyField,
    AnyKind,
    Field,
    Kind,
    Listing,
    Parsed,
    Reading,
    Record,
    Schema,
    Spec,
    is_sound,
    keys_of,
    may,
    must,
    number,
)
from sim.inputs.nodes import Node, Table
from sim.inputs.problems import Mark, Path
from sim.inputs.scenario import ClockTime

LONGEST_DAYS = 1e9  # whole seconds stay far inside 64 bits
LARGEST_LUCK = 1 - 2**-53

T = TypeVar("T")
WORDS = "a number or a distribution such as {exponential: {mean: 5}}"
NUMBER = number("")
FIXED = number("", wanted=WORDS)  # what a bare number is
MEAN = Field[Decimal](NUMBER, "the mean", required=True, key="mean")
SD = Field[Decimal](NUMBER, "the standard deviation", key="sd")
LIMITS = ("at_least", "at_most")


def _family(title: str, meaning: str, *fields: AnyField, exactly_one: tuple[str, ...] = ()) -> AnyField:
    return _field(title, Record(title, meaning, fields, exactly_one=exactly_one, above=LIMITS), meaning)


def _field(key: str, kind: Kind[T], meaning: str, missing: str = "") -> Field[T | None]:
    return replace(may(kind, meaning, missing), key=key)


def _must(key: str, meaning: str) -> Field[Decimal]:
    return replace(must(NUMBER, meaning), key=key)


FAMILIES: Record[Parsed] = Record(
    "distribution",
    "How long something takes; a bare number means always exactly so long",
    (
        _field("fixed", FIXED, "always exactly so long"),
        _family("exponential", "memoryless, by its mean", MEAN),
        _family(
            "lognormal",
            "many short and few very long, by mean and sd or mean and median",
            MEAN,
            SD,
            _field("median", NUMBER, "the median, never above the mean"),
            exactly_one=("sd", "median"),
        ),
        _family("gamma", "between exponential and bell-shaped, by mean and sd", MEAN, _must("sd", SD.meaning)),
        _family("weibull", "like gamma, with a lighter or heavier tail", MEAN, _must("sd", SD.meaning)),
        _family(
            "triangular",
            "a judgement: shortest, likeliest, longest",
            _must("low", "the shortest"),
            _must("mode", "the likeliest"),
            _must("high", "the longest"),
        ),
        _family(
            "uniform", "anything between two limits alike", _must("low", "the shortest"), _must("high", "the longest")
        ),
        _family(
            "empirical",
            "as observed: a file of lengths, or quantiles",
            _field("file", FILE, "a CSV file beside this one with one column of lengths"),
            _field("quantiles", Listing(NUMBER, 2, "quantiles"), "lengths at equal steps from 0% to 100%, rising"),
            exactly_one=("file", "quantiles"),
        ),
        _field(
            "at_least",
            NUMBER,
            "only values from this on, drawn from the distribution on that condition",
            missing="from 0",
        ),
        _field(
            "at_most", NUMBER, "only values up to this, drawn from the distribution on that condition", missing="no end"
        ),
    ),
    exactly_one=("fixed", "exponential", "lognormal", "gamma", "weibull", "triangular", "uniform", "empirical"),
    beside=LIMITS,
    short="fixed",
    wording=WORDS,
    strangers=("normal", "gaussian", "truncnorm", "erlang", "poisson", "beta", "pareto", "loglogistic", "constant"),
)

MAKERS: Mapping[tuple[str, ...], Callable[..., Distribution]] = {
    ("exponential", "mean"): distributions.exponential,
    ("lognormal", "mean", "sd"): distributions.lognormal,
    ("lognormal", "mean", "median"): distributions.lognormal_median,
    ("gamma", "mean", "sd"): distributions.gamma,
    ("weibull", "mean", "sd"): distributions.weibull,
    ("triangular", "low", "mode", "high"): distributions.triangular,
    ("uniform", "low", "high"): distributions.uniform,
}


class OutsideLimits(ValueError):
    """Limits between which a distribution has (next to) nothing: which key to blame, and the end of a sentence."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(what)
        self.key = key


@dataclass(frozen=True)
class Duration(Kind[Distribution]):
    """A distribution, written in a unit; `scale` turns it into days (hours of need a week stay hours)."""

    unit: str = "days"
    scale: Decimal = Decimal(1)

    short = FAMILIES.short
    words = WORDS

    def inside(self, key: str) -> AnyKind | None:
        return FAMILIES.inside(key)

    def resolved(self, node: Node) -> AnyKind:
        return FAMILIES

    def parts(self) -> tuple[AnyKind, ...]:
        return (FAMILIES,)

    def expand(self, node: Node) -> Node:
        return FAMILIES.expand(node)

    def read(self, node: Node, path: Path, reading: Reading) -> Distribution:
        spec = FAMILIES.read(node, path, reading)
        if not is_sound(spec) or not isinstance(node, Table):
            return UNREADABLE  # type: ignore[no-any-return]
        family = next(key for key in FAMILIES.exactly_one if key in node.entries)
        entry = node.entries[family]
        here = path if entry.implied else (*path, family)
        try:
            distribution = self._made(family, spec[family], node, reading)
            if distribution is None:
                return UNREADABLE  # type: ignore[no-any-return]
            if spec["at_least"] is not None or spec["at_most"] is not None:
                distribution = _between(distribution, spec, self.scale)
            if not distribution.days(LARGEST_LUCK) <= LONGEST_DAYS:
                raise ValueError("the spread is so wide that some would take longer than a million years")
        except OutsideLimits as error:
            mark = node.entries[error.key].value.mark
            return reading.refuse(mark, (*path, error.key), str(error))  # type: ignore[no-any-return]
        except (ValueError, ArithmeticError) as error:
            reason = str(error) if isinstance(error, ValueError) else "these numbers are too far apart"
            return reading.refuse(entry.mark, here, f"is impossible: {reason}")  # type: ignore[no-any-return]
        return distribution

    def _made(self, family: str, spec: Parsed | Decimal, node: Table, reading: Reading) -> Distribution | None:
        """The distribution; None where its file could not be read."""
        if not isinstance(spec, Parsed):
            return distributions.fixed(float(spec / self.scale))
        if spec.get("file") is not None:
            lengths = reading.files.lengths(_mark_of_file(node), spec["file"])
            return (
                None
                if lengths is None
                else distributions.from_sample([length / float(self.scale) for length in lengths])
            )
        if spec.get("quantiles") is not None:
            return distributions.quantiles([float(one / self.scale) for one in spec["quantiles"]])
        written = {key: float(value / self.scale) for key, value in spec.items() if value is not None}
        return MAKERS[(family, *written)](**written)

    def schema(self) -> Schema:
        return FAMILIES.schema()


def _between(written: Distribution, spec: Parsed, scale: Decimal) -> Distribution:
    """A distribution on condition that its values lie between the limits that were written."""
    low, high = (spec[key] for key in LIMITS)
    at_least, at_most = float((low or 0) / scale), inf if high is None else float(high / scale)
    shortest, longest = (f"{days * float(scale):g}" for days in (written.shortest_days, written.longest_days))
    if low is not None and at_most <= at_least:
        what = f"is {high:f}, but at_least is {low:f}; write a larger at_most or a smaller at_least"
        raise OutsideLimits("at_most", what)
    if at_most < written.shortest_days:
        raise OutsideLimits("at_most", f"is {high:f}, but no value drawn is below {shortest}; write more than that")
    if at_least > written.longest_days:
        raise OutsideLimits("at_least", f"is {low:f}, but no value drawn is above {longest}; write less than that")
    try:
        return distributions.between(written, at_least, at_most)
    except ValueError as error:
        key, limit = ("at_least", low) if high is None else ("at_most", high)
        what = f"is {limit:f}, which {error}; write wider limits or another distribution"
        raise OutsideLimits(key, what) from error


def _mark_of_file(node: Table) -> Mark:
    inside = node.entries["empirical"].value
    return inside.entries["file"].value.mark if isinstance(inside, Table) else node.mark


DAYS = Duration()
WORKING_DAYS = Duration("working days")
HOURS = Duration("hours", Decimal(24))
HOURS_A_WEEK = Duration("hours a week")


# -- the longest wait --------------------------------------------------------------------------------------------------


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
