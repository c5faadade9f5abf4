"""What a sensitivity run found, for the report of a comparison: which assumptions would change the verdict.

What may be changed here: wording freely.
"""

import csv
from pathlib import Path

from sim.cli.usage import UsageError
from sim.home import PROGRAM
from sim.sensitivity import NEVER_FLIPS

NEEDED = {"assumption", "low", "high", "verdict_changes"}
LONGEST_BYTES = 1_000_000


def flips_of(file: str | None) -> tuple[str, ...]:
    """A sentence for each assumption whose range changes the verdict, from a `sensitivity.csv`; one that says so if none does."""
    if file is None:
        return ()
    rows = _rows(file)
    found = [f"{row['assumption']}: {row['verdict_changes']}" for row in rows if row["verdict_changes"] != NEVER_FLIPS]
    return tuple(found) or (f"None of the {len(rows)} that were tried, each alone within its range.",)


def _rows(file: str) -> list[dict[str, str]]:
    path = Path(file)
    if not path.is_file() or path.stat().st_size > LONGEST_BYTES:
        raise UsageError(f"--sensitivity {file}: there is no such file; `{PROGRAM} sensitivity BASE OTHER` writes one")
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or not rows[0].keys() >= NEEDED:
        raise UsageError(f"--sensitivity {file} is no sensitivity.csv; `{PROGRAM} sensitivity BASE OTHER` writes one")
    return rows
