"""A filled worksheet read back, and the scenario that it makes.

Only the fifteen cells (and their sources) count: the arithmetic is done again here, formulas are never run, and a value that
somebody typed over a formula is refused.

Tests hold the exact words.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sim.home import HOME
from sim.inputs.loading import extending
from sim.inputs.problems import Mark, Problem, Problems, quoted
from sim.inputs.provenance import FROM_OWN_FILE
from sim.own_data import worksheet
from sim.own_data.tables import Grid, bare, looks_like_nhs_number, quantity, read_grids
from sim.own_data.writing import comment, number

MARK = "# Made from the worksheet "  # begins a scenario that may be made again


@dataclass(slots=True)
class Filled:
    """The cells that a planner filled: numbers, sources and places, by number."""

    file: str
    numbers: dict[int, float] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    name: str = ""
    with_residents: bool = True
    notes: list[str] = field(default_factory=list)


def read_worksheet(file: str, problems: Problems) -> Filled:
    """The filled cells; ScenarioError with everything that is wrong, each by sheet and cell."""
    read = Problems()
    grids = {grid.sheet: grid for grid in read_grids(file, read)}
    unread = [one for one in read.found if not _is_of_our_formulas(one, grids.get(worksheet.NUMBERS))]
    for one in unread:
        problems.add(Mark(file=one.file, line=one.line, column=one.column), one.text)
    grid = grids.get(worksheet.NUMBERS)
    if grid is None:
        problems.stop_if_any()
    if grid is None:
        problems.add(
            Mark(file=file),
            f"has no sheet {quoted(worksheet.NUMBERS)}; make a worksheet with the verb `worksheet` and fill that",
        )
        problems.stop_if_any()
        raise AssertionError
    found = Filled(file)
    columns = _columns(grid, problems)
    if not columns:
        problems.stop_if_any()
    formulas = {one.line for one in unread}
    for row in range(columns["heading"] + 1, len(grid.rows)):
        _take(grid, row, columns, found, problems, is_formula=grid.numbers[row] in formulas)
    _check_pathways(grid, found, problems)
    if not found.numbers and not problems.found:
        problems.add(
            Mark(file=file),
            f"has no number filled; write those that you have into the column Yours of the sheet {worksheet.NUMBERS}",
        )
    if not problems.found and worksheet.ARITHMETIC in grids:
        _check_arithmetic(grids[worksheet.ARITHMETIC], found, problems)
    problems.stop_if_any()
    return found


def _is_of_our_formulas(problem: Problem, grid: Grid | None) -> bool:
    """Whether a problem is about a formula of ours, which some programs save without its value: the arithmetic is done here."""
    if problem.text.startswith(f"{worksheet.ARITHMETIC}!"):
        return True
    if grid is None or problem.line not in grid.numbers or not problem.text.startswith(f"{worksheet.NUMBERS}!"):
        return False
    words = {bare(cell) for cell in grid.rows[grid.numbers.index(problem.line)]}
    return not words & {bare(one.says) for one in worksheet.ASKED}


def _columns(grid: Grid, problems: Problems) -> dict[str, int]:
    for row, cells in enumerate(grid.rows):
        words = {bare(cell): column for column, cell in enumerate(cells) if cell}
        if "yours" in words and "number" in words:
            return {
                "heading": row,
                "number": 0,
                "says": words["number"],
                "yours": words["yours"],
                "source": words.get("source", -1),
            }
    problems.add(grid.mark(0), f"{grid.sheet} has no heading with Number and Yours; make a new worksheet")
    return {}


def _take(
    grid: Grid, row: int, columns: Mapping[str, int], found: Filled, problems: Problems, *, is_formula: bool
) -> None:
    """One row: its number, or one of the two other cells."""
    says, cell = bare(grid.cell(row, columns["says"])), grid.cell(row, columns["yours"])
    if says == bare(worksheet.RESIDENTS_ROW):
        if cell.lower() not in ("yes", "no", ""):
            grid.wrong(problems, row, columns["yours"], "must be yes or no")
        found.with_residents = cell.lower() != "no"
    if says == bare(worksheet.NAME_ROW):
        found.name = cell[:80]
    asked = next((one for one in worksheet.ASKED if bare(one.says) == says), None)
    if asked is None or not (cell or is_formula):
        return
    place = grid.place(row, columns["yours"])
    if asked.number in found.places:
        grid.wrong(
            problems,
            row,
            columns["yours"],
            f"is a second cell for number {asked.number}; {found.places[asked.number]} is the first",
        )
        return
    found.places[asked.number] = place
    if not cell:
        return  # a formula without a value, which is shown already
    try:
        value = float(quantity(cell))
    except ValueError:
        what = "holds text where a number is wanted; write the number alone, or leave the cell blank"
        grid.wrong(problems, row, columns["yours"], f"(number {asked.number}) {what}")
        return
    wrong = _size(asked, value)
    if wrong:
        grid.wrong(problems, row, columns["yours"], f"(number {asked.number}) is {quoted(cell)}{wrong}")
        return
    found.numbers[asked.number] = value
    source = grid.cell(row, columns["source"]) if columns["source"] >= 0 else ""
    if any(looks_like_nhs_number(word) for word in re.findall(r"\d{3}[ -]?\d{3}[ -]?\d{4}", source)):
        found.notes.append(f"{grid.place(row, columns['source'])} holds what looks like an NHS number, and is left out")
        source = ""
    found.sources[asked.number] = source[:200]


def _size(asked: worksheet.Asked, value: float) -> str:
    """What is wrong with the size of a number, with the cure; nothing where it may be."""
    least = 0.0 if asked.unit == worksheet.SHARE else 1.0 if asked.unit == worksheet.WHOLE else 0.01
    if asked.unit == worksheet.SHARE and 1 < value <= 100:
        return f"; write {value:g}%"
    if not least <= value <= asked.most:
        return f"; write {least:g} to {asked.most:g}"
    if asked.unit == worksheet.WHOLE and not value.is_integer():
        return "; write a whole number"
    early = worksheet.of_those_who_stay(worksheet.STAYS[asked.number])[0] if asked.number in worksheet.STAYS else 0.0
    if asked.number in worksheet.STAYS and value <= early:
        return f", and who dies or goes back to hospital early makes {early:.3g} days by itself; is it in days, and of everybody who leaves?"
    return ""


def _check_pathways(grid: Grid, found: Filled, problems: Problems) -> None:
    """Numbers 5 to 8: all or none, and together 100%."""
    given = [pathway for pathway in worksheet.PATHWAYS if pathway in found.places]
    if not given:
        return
    missing = [pathway for pathway in worksheet.PATHWAYS if pathway not in found.places]
    mark = grid.mark(0)
    if missing:
        problems.add(
            mark,
            f"{worksheet.NUMBERS}: number {missing[0]} is missing beside {found.places[given[0]]}; 5 to 8 go together",
        )
        return
    if any(pathway not in found.numbers for pathway in given):
        return
    whole = sum(found.numbers[pathway] for pathway in given)
    if abs(whole - 1) > 0.0051:
        problems.add(
            mark,
            f"{found.places[5]} to {found.places[8]} add up to {100 * whole:.4g}%; 5 to 8 are shares of one whole, 100%",
        )
    elif found.with_residents and found.numbers[5] < worksheet.residents():
        what = f"{found.places[5]} is less than the {100 * worksheet.residents():.3g}% who go back to their care home; if 5 to 8 leave them out, say no below"
        problems.add(mark, what)


def _check_arithmetic(grid: Grid, found: Filled, problems: Problems) -> None:
    """A value on the sheet of the arithmetic is what the fifteen make it, or still what was shipped; else both are named."""
    ours, before = values_of(found), values_of(Filled(found.file))
    by_words = {(part.path, part.key): part for part in worksheet.parts()}
    for row, cells in enumerate(grid.rows):
        part = by_words.get((cells[0], cells[1] if len(cells) > 1 else ""))
        if part is None or not grid.cell(row, 2):
            continue  # no value of ours, or one that was not saved
        try:
            shown = float(quantity(grid.cell(row, 2)))
        except ValueError:
            grid.wrong(
                problems, row, 2, "holds text; the arithmetic is made from the sheet of numbers, so leave it as it is"
            )
            continue
        value, made = ours[part], before[part]
        if abs(shown - value) > 1e-6 * max(1.0, abs(value)) and abs(shown - made) > 1e-6 * max(1.0, abs(made)):
            uses = ", ".join(found.places.get(need, f"number {need} as shipped") for need in part.needs)
            grid.wrong(
                problems,
                row,
                2,
                f"says {shown:.6g} where {uses} makes it {value:.6g}; change the number, not the arithmetic",
            )


def values_of(filled: Filled) -> dict[worksheet.Part, float]:
    """Every part by the numbers that are filled, the others as shipped."""
    numbers = {**worksheet.shipped(), **filled.numbers}
    r = worksheet.residents() if filled.with_residents or 5 not in filled.numbers else 0.0
    return {part: part.value(numbers, r) for part in worksheet.parts()}


# -- the scenario --------------------------------------------------------------------------------------------


def scenario_text(filled: Filled, file: Path, command: str) -> str:
    """The scenario: the values of the numbers that are filled, each with its cell and source; all else is the baseline's."""
    values = values_of(filled)
    by_path: dict[str, list[worksheet.Part]] = {}
    for part in worksheet.parts():
        if all(need in filled.numbers for need in part.needs):
            by_path.setdefault(part.path, []).append(part)
    change = [f"{path}: {_value(path, theirs, values)}  # {_why(theirs, filled)}" for path, theirs in by_path.items()]
    said = [
        f"{MARK}{Path(filled.file).name} by `{command}`. Numbers that it leaves blank are the baseline's.",
        *extending(
            HOME / worksheet.PARENT, file, filled.name or "My hospital", "Does the model show our own census?", change
        ),
    ]
    return "\n".join(said) + "\n"


def _value(path: str, theirs: list[worksheet.Part], values: Mapping[worksheet.Part, float]) -> str:
    if path.endswith(".need"):
        shares = {part.key: round(100 * values[part], 2) for part in theirs if part.key != "none"}
        rest = {"none": round(100 - sum(shares.values()), 2), **shares}
        inner = ", ".join(f"{need}: {share:.6g}%" for need, share in rest.items())
        return f"{{by: lives, care_home: {{resident: 100%}}, else: {{{inner}}}}}"
    if theirs[0].key:
        return "{lognormal: {" + ", ".join(f"{part.key}: {number(values[part])}" for part in theirs) + "}}"
    (part,) = theirs
    if part.unit == worksheet.SHARE:
        return f"{100 * values[part]:.6g}%"
    return f"{values[part]:.0f}" if part.unit == worksheet.WHOLE else number(values[part])


def _why(theirs: list[worksheet.Part], filled: Filled) -> str:
    """Where a value is from: the source that the planner gives, and the cell; without a source it stays an assumption."""
    uses = theirs[0].needs
    sources = list(dict.fromkeys(filled.sources[one] for one in uses if filled.sources.get(one)))
    cells = filled.places[uses[0]] if len(uses) == 1 else f"{filled.places[uses[0]]} to {filled.places[uses[-1]]}"
    which = f"number {uses[0]}" if len(uses) == 1 else f"numbers {uses[0]} to {uses[-1]}"
    start = "; ".join(sources) if sources else "assumption: no source given"
    return comment(f"{start}; {which}, {Path(filled.file).name}, {cells}{FROM_OWN_FILE}")
