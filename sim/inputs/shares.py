"""Shares that must add up to 100%, and how they are written.

What may be changed here: wording; the exact words are tested.
"""

from decimal import Decimal
from typing import Any

from sim.inputs.parsed import ParsedScenario
from sim.inputs.problems import Path, listed, quoted
from sim.inputs.reading import is_sound

TOLERANCE = Decimal("1e-9")


def check_adds_up(parsed: ParsedScenario, path: Path, shares: Any) -> None:
    """Refuse shares by name that do not add up; the problem is where a later file changed one of them."""
    if not isinstance(shares, dict) or not is_sound(dict(shares)):
        return
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) <= TOLERANCE:
        return
    changed = [name for name in shares if parsed.file_of((*path, name, "share")) != parsed.file_of(path)]
    terms = " + ".join(percent(share) for share in shares.values())
    cure = _cure_of_changed(shares, changed) if changed else _cure(shares, total)
    what = f"adds up to {percent(total)}, not 100%: {terms}; {cure}"
    parsed.refuse((*path, changed[0], "share") if changed else path, what, shown=path)


def _cure(shares: dict[str, Decimal], total: Decimal) -> str:
    """By how much, and what the largest share would be if it took all of that."""
    name = max(shares, key=lambda one: shares[one])
    needed = shares[name] + 1 - total
    if total < 1:
        return f"{percent(1 - total)} is missing: raise one of them, such as {quoted(name)} to {percent(needed)}"
    what = f"{percent(total - 1)} is too much: lower "
    return what + (f"one of them, such as {quoted(name)} to {percent(needed)}" if needed >= 0 else "several of them")


def _cure_of_changed(shares: dict[str, Decimal], changed: list[str]) -> str:
    """What was changed, what the others add up to, and so what is left for the changed ones."""
    others = sum((share for name, share in shares.items() if name not in changed), Decimal(0))
    names = listed([quoted(name) for name in changed], "and")
    what = f"{names} {'was' if len(changed) == 1 else 'were'} changed, the others add up to {percent(others)}"
    if not others:
        total = sum(shares.values(), Decimal(0))
        return f"{names} {'was' if len(changed) == 1 else 'were'} changed: {_cure({name: shares[name] for name in changed}, total)}"
    if others > 1:
        return f"{what} by themselves: lower some of them too"
    needed = percent(1 - others)
    write = f"write {needed} there" if len(changed) == 1 else f"make these add up to {needed}"
    return f"{what}: {write}, or change others too"


def percent(share: Decimal) -> str:
    """A share as planners write it."""
    return f"{(share * 100).normalize():f}%"
