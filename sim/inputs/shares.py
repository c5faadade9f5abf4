"""Shares that must add up to 100%, and how they are written.

What may be changed here: wording; the exact words are tested.
"""

from decimal import Decimal
from typing import Any

from sim.inputs.problems import Path
from sim.inputs.reading import is_sound
from sim.inputs.told import Told

TOLERANCE = Decimal("1e-9")


def check_adds_up(told: Told, path: Path, shares: Any) -> None:
    """Refuse shares by name that do not add up; the problem stands where a later file changed one of them."""
    if not isinstance(shares, dict) or not is_sound(dict(shares)):
        return
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) <= TOLERANCE:
        return
    changed = [name for name in shares if told.file_of((*path, name, "share")) != told.file_of(path)]
    terms = " + ".join(percent(share) for share in shares.values())
    what = f"adds up to {percent(total)}, not 100%: {terms}"
    told.refuse((*path, changed[0], "share") if changed else path, what, shown=path)


def percent(share: Decimal) -> str:
    """A share as planners write it."""
    return f"{(share * 100).normalize():f}%"
