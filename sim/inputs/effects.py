"""Effects whose break-even is asked for: a CSV file in (it opens in a spreadsheet), one line an effect.

`scenario` is compared with `base`, both relative to the file; `path` goes from `low` to `high`, as after --set.
What may be changed here: columns may be added at the end.
"""

from dataclasses import dataclass
from pathlib import Path

from sim.inputs.problems import Problems
from sim.inputs.sheets import read_sheet
from sim.inputs.varied import Typed, setting_at

COLUMNS = ("scenario", "base", "effect", "path", "low", "high", "source", "note")


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: of which scenario against which base, from where to where, and what is known of it."""

    scenario: str
    base: str
    says: str
    setting: Typed
    source: str
    note: str


def read_effects(file: str) -> tuple[Effect, ...]:
    """The effects of a file in its order; ScenarioError lists everything that is wrong with it."""
    problems, found = Problems(), []
    for row in read_sheet(file, COLUMNS, problems, numbers=("low", "high")):
        setting = setting_at(row["path"], f"{row['low']}..{row['high']}", row.mark, problems)
        scenario, base = (str(Path(file).parent / row[name]) for name in ("scenario", "base"))
        if setting is not None:
            found.append(Effect(scenario, base, row["effect"] or row["path"], setting, row["source"], row["note"]))
    problems.stop_if_any()
    return tuple(found)
