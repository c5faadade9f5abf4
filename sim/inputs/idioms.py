"""Ways of writing that several keys share: amounts from dates on, one value a weekday, shares that add up.

What may be changed here: freely.
"""

from sim.inputs.containers import Either, Listing, Names, Record
from sim.inputs.kinds import Kind, Refers, Scalar, must, usual
from sim.inputs.scalars import DATE, share

SUMMED_SHARE = share(one_is_all=True)


def dated(key: str, amount: Scalar) -> Kind:
    """An amount, or a list of amounts from dates on."""
    rows = (
        must("from", DATE, "the first day on which it holds"),
        must(key, amount, "what holds from then on"),
    )
    listing = Listing(Record(f"dated {key}", "What holds from a date on", rows), 1, "dated amounts")
    words = f"{amount.words}, or a list such as [{{from: 2026-11-01, {key}: 20}}]"
    return Either(words, amount, rows=listing)


def by(names: tuple[str, ...], title: str, value: Scalar, default: str) -> Record:
    """One value for each weekday or month that is not as usual."""
    meaning = f"One value for each {title.rsplit(maxsplit=1)[-1]}; those left out are {default}"
    return Record(title, meaning, tuple(usual(one, value, f"in {one}", default) for one in names), alike=True)


def shares_of(refers: str) -> Kind:
    """One name, or several with shares that add up to 100%."""
    named = Names(SUMMED_SHARE, refers=refers, least=1)
    return Either("one name, or names with shares", Refers(refers), named)
