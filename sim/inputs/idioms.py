"""Ways of writing that several keys share: amounts from dates on, one value a weekday, shares that add up.

What may be changed here: freely.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias, TypeVar

from sim.inputs.containers import Listing, Names, Record, either
from sim.inputs.field_types import Kind, Refers, Scalar, must, usual
from sim.inputs.reading import Named, Parsed
from sim.inputs.rota import rota
from sim.inputs.scalars import DATE, share

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
    fields = tuple(replace(usual(value, f"in {one}", default), key=one) for one in names)
    return Record(title, meaning, fields, alike=True, makes=Named[T])


def shares_of(refers: str) -> Kind[str | Named[Decimal]]:
    """One name, or several with shares that add up to 100%."""
    named = Names(SUMMED_SHARE, refers=refers, least=1)
    return either("one name, or names with shares", Refers(refers), named)
