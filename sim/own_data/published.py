"""The files that NHS England publishes about discharge and beds, read for one organisation.

Discharge Ready Date, the acute and the community discharge situation reports, and KH03 (beds open overnight), as CSV or Excel.
What of their shapes is documented and what is assumed, is said by docs/published-files.md. Nothing is fetched: a planner
names files.

What may be changed here: freely.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sim.inputs.problems import Mark, Problems, did_you_mean, quoted
from sim.own_data.published_shapes import DAILY, NAMES, Fact, Published, facts_of, plain, whole_month, words_of
from sim.own_data.tables import read_grids


def read_published(files: Sequence[str], organisation: str, problems: Problems) -> Published:
    """What the files say of an organisation, by its code, and of England; every problem is noted with file and cell."""
    found, code = Published(), organisation.strip().upper()
    for file in files:
        before = len(problems.found)
        grids = read_grids(file, problems)
        source_facts: list[Fact] = []
        for grid in grids:
            source_facts += facts_of(grid, code, found, problems)
        if source_facts:
            found.files += [(file, NAMES[source]) for source in dict.fromkeys(one.source for one in source_facts)]
        elif grids and len(problems.found) == before and file not in found.understood:
            problems.add(Mark(file=file), f"is none of the files that are understood here; those are {_known()}")
        found.facts += _of_one_month(source_facts, found)
    if not any(one.organisation == code for one in found.facts) and not problems.found:
        what = f"{quoted(organisation)} is in none of these files{did_you_mean(code, found.organisations)}"
        problems.add(Mark(file=files[0]), what)
    found.facts = _each_once(found.facts, problems)
    return found


def _known() -> str:
    return (
        "Discharge Ready Date, the acute and community discharge situation reports, and KH03 (docs/published-files.md)"
    )


# -- what is not taken ---------------------------------------------------------------------------------------


def _of_one_month(facts: list[Fact], into: Published) -> list[Fact]:
    """A file's facts without days of other months; a monthly figure that bears another month's date is of the file's.

    Both are in files that were published: a row too many, and monthly rows with the date of another month.
    """
    days = Counter((one.first.year, one.first.month) for one in facts if one.measure in DAILY)
    if not days:
        return facts
    (year, month), _ = days.most_common(1)[0]
    first, last = whole_month(year, month)
    kept, strays, redated = [], 0, 0
    for one in facts:
        if first <= one.first <= last:
            kept.append(one if one.measure in DAILY else replace(one, first=first, last=last))
        elif one.measure in DAILY:
            strays += 1
        else:
            redated += 1
            kept.append(replace(one, first=first, last=last))
    name = Path(facts[0].grid.file).name
    if strays:
        into.notes.append(f"{name} is of {words_of(first, last)}; {strays} rows of other months in it are left out")
    if redated:
        into.notes.append(
            f"{name}: {redated} monthly figures bear a date of another month, and are taken as of {words_of(first, last)}"
        )
    return kept


def _each_once(facts: list[Fact], problems: Problems) -> list[Fact]:
    """Every fact once; where two cells say two things of the same days, both are named."""
    found: dict[tuple[object, ...], Fact] = {}
    for one in facts:
        key = (one.source, one.organisation, one.measure, one.item, one.first, one.last, plain(one.label))
        other = found.setdefault(key, one)
        if other is not one and other.value != one.value:
            shown = f"{other.value:g}" if other.value is not None else quoted(other.instead)
            mine = f"{one.value:g}" if one.value is not None else quoted(one.instead)
            what = f"says {mine} where {other.place} says {shown}, of {words_of(one.first, one.last)}; give one of the two files"
            one.grid.wrong(problems, one.row, one.column, what)
    return list(found.values())
