"""Rotas: amounts that change with the day of the week, or the hour of it, and come round every week; and amounts from dates on.

`{weekly: {sat: 4, sun: 0, else: 10}}` may stand wherever places, beds, hours or a team's places may stand, in a dated list too.
A day is one amount, or clock times with amounts: `{"08:00": 10, "17:00": 4}`; before the first of them that of the evening before
goes on. Changes are whole seconds after midnight. Ways of writing that several keys share stand below: amounts from dates on, one
value a weekday, shares that add up.

A change here moves results, which are then recorded anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from sim.inputs.field_types import (
    DATE,
    ELSE,
    AnyKind,
    Either,
    Kind,
    Listing,
    Named,
    Names,
    Parsed,
    Reading,
    Record,
    Refers,
    Scalar,
    either,
    may,
    must,
    refuse_shape,
    share,
    usual,
)
from sim.inputs.nodes import Node, Table
from sim.inputs.problems import Path, listed
from sim.inputs.scenario import SECONDS_PER_DAY, WEEKDAYS, Places
from sim.inputs.values import seconds_of_day

WEEKLY = "weekly"
CLOCK_TIMES = '"08:00": 10'


@dataclass(frozen=True)
class ClockTimes(Names[int | str]):
    """Times of day, and the amount that holds from each on."""

    @property
    def words(self) -> str:  # type: ignore[override]
        return f"times of day with amounts, such as {{{CLOCK_TIMES}}}"

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        if not isinstance(node, Table):
            return refuse_shape(self, node, path, reading)
        if not node.entries:
            return reading.refuse(node.mark, path, f"is empty; write an amount, or times of day: {{{CLOCK_TIMES}}}")
        spec, times = Named[Any](path), set[int]()
        for key, entry in node.entries.items():
            spec[key] = self.value.read(entry.value, (*path, key), reading)
            try:
                second = seconds_of_day(key)
            except ValueError as error:
                spec[key] = reading.refuse(entry.mark, (*path, key), str(error))
                continue
            if second == SECONDS_PER_DAY:
                spec[key] = reading.refuse(entry.mark, (*path, key), "is the next day already; write 00:00 there")
            elif second in times:
                spec[key] = reading.refuse(entry.mark, (*path, key), "is there twice; keep one of them")
            times.add(second)
        return spec


@dataclass(frozen=True)
class Week(Record[Parsed]):
    """What holds on each day of the week: every day is named, or stands under `else`."""

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        spec = super().read(node, path, reading)
        if not isinstance(spec, Parsed) or not isinstance(node, Table):
            return spec
        missing = [day for day in WEEKDAYS if day not in node.entries]
        if missing and ELSE not in node.entries:
            what = f"says nothing of {listed(missing, 'and')}; add them, or `else` for all other days"
            return reading.refuse(node.mark, path, what)
        if not missing and ELSE in node.entries:
            what = "is for no day, as all seven have an amount of their own; delete it"
            spec[ELSE] = reading.refuse(node.entries[ELSE].mark, (*path, ELSE), what)
        return spec


@dataclass(frozen=True)
class Weekly(Record[Parsed]):
    """`{weekly: ...}`; any other keys were meant as something else, which an amount tells."""

    amount: Scalar[int | str] | None = None

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        if self.amount is not None and isinstance(node, Table) and WEEKLY not in node.entries:
            return self.amount.read(node, path, reading)
        return super().read(node, path, reading)


def rota(key: str, amount: Scalar[int | str]) -> Record[Parsed]:
    """An amount that comes round every week."""
    day: AnyKind = Either(
        f"{amount.words}, or times of day such as {{{CLOCK_TIMES}}}", amount, ClockTimes(amount, refers="time of day")
    )
    each = may(day, "on that day", f"`{ELSE}`")
    fields = (*(replace(each, key=weekday) for weekday in WEEKDAYS), replace(may(day, "on all other days"), key=ELSE))
    week = Week(f"week of {key}", "What holds on each day of the week, from midnight on", fields, alike=True)
    return Weekly(
        f"rota of {key}",
        "An amount that comes round every week",
        (replace(must(week, "day by day"), key=WEEKLY),),
        amount=amount,
    )


@dataclass(frozen=True, slots=True)
class Rota:
    """By weekday, Monday first: the seconds of the day at which the amount changes, in order, and the amounts."""

    days: tuple[tuple[tuple[int, int | None], ...], ...]

    @property
    def week(self) -> tuple[tuple[int, int | None], ...]:
        """The seconds of the week, from Monday's midnight on, with the amounts that hold from then on."""
        return tuple(
            (number * SECONDS_PER_DAY + second, one) for number, day in enumerate(self.days) for second, one in day
        )

    def changes(self, first: int, end: int, weekday: int) -> Iterator[tuple[int, int | None]]:
        """What holds from a midnight on, then each other amount until the end; that midnight is on this weekday."""
        evening_before = self.days[(weekday - 1) % 7][-1][1]
        now: object = ...  # nothing yet
        for number, second in enumerate(range(first, end, SECONDS_PER_DAY)):
            today = self.days[(weekday + number) % 7]
            if number == 0 and today[0][0] > 0:
                today = ((0, evening_before), *today)
            for after_midnight, amount in today:
                if amount != now:
                    now = amount
                    yield second + after_midnight, amount


def rota_of(spec: Mapping[str, Any], planned: Any) -> Rota:
    """A rota that was read; `planned` makes a capacity of an amount."""
    week = spec[WEEKLY]
    return Rota(tuple(_day(week[day] if week[day] is not None else week[ELSE], planned) for day in WEEKDAYS))


def _day(spec: Any, planned: Any) -> tuple[tuple[int, int | None], ...]:
    if not isinstance(spec, Parsed):
        return ((0, planned(spec)),)
    return tuple(sorted((seconds_of_day(time), planned(amount)) for time, amount in spec.items()))


def places_by_row(rows: Sequence[tuple[int, int | Rota | None]], end: int, weekday: int) -> Iterator[Places]:
    """The capacity from the run's first second on; each row from a midnight on, until the next or the end of the run.

    The weekday is that of the run's first day.
    """
    for number, (second, amount) in enumerate(rows):
        if not isinstance(amount, Rota):
            yield Places(from_second=second, places=amount)
            continue
        until = rows[number + 1][0] if number + 1 < len(rows) else max(end, second + 1)
        is_dated = True
        for at, places in amount.changes(second, until, (weekday + second // SECONDS_PER_DAY) % 7):
            yield Places(from_second=at, places=places, rota=amount.week, is_dated=is_dated)
            is_dated = False


# -- ways of writing that several keys share ---------------------------------------------------------------------------


T = TypeVar("T")
SUMMED_SHARE = share(one_is_all=True)


class DatedAmount(Parsed):
    """An amount that holds from a date on; its key is that of the amount."""

    @property
    def from_(self) -> date:
        """The first day."""
        return self["from"]  # type: ignore[no-any-return]

    @property
    def amount(self) -> int | str | Parsed:
        """What holds from then on."""
        return next(value for key, value in self.items() if key != "from")  # type: ignore[no-any-return]


Amount: TypeAlias = int | str | Parsed | list[DatedAmount]


def dated(key: str, amount: Scalar[int | str]) -> Kind[Amount]:
    """An amount, a rota of amounts, or a list of either from dates on."""
    weekly = rota(key, amount)
    one = either(f"{amount.words}, or a rota {{weekly: {{...}}}}", amount, weekly)
    rows = (
        replace(must(DATE, "the first day on which it holds"), key="from"),
        replace(must(one, "what holds from then on"), key=key),
    )
    row = Record(f"dated {key}", "What holds from a date on", rows, makes=DatedAmount)
    words = f"{amount.words}, or a list such as [{{from: 2026-11-01, {key}: 20}}], or a rota such as {{weekly: {{sat: 4, sun: 0, else: 10}}}}"
    return either(words, amount, weekly, Listing(row, 1, "dated amounts"))


def by(names: tuple[str, ...], title: str, value: Scalar[T], default: str) -> Kind[Named[T]]:
    """One value for each weekday or month that is not as usual."""
    meaning = f"One value for each {title.rsplit(maxsplit=1)[-1]}; those left out are {default}"
    fields = tuple(replace(usual(value, f"in {name}", default), key=name) for name in names)
    return Record(title, meaning, fields, alike=True, makes=Named[T])


def shares_of(refers: str) -> Kind[str | Named[Decimal]]:
    """One name, or several with shares that add up to 100%."""
    named = Names(SUMMED_SHARE, refers=refers, least=1)
    return either("one name, or names with shares", Refers(refers), named)
