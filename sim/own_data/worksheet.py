"""The fifteen numbers of docs/your-own-hospital.md, what each of them becomes, and the workbook in which they are filled in.

The workbook has fifteen cells to fill, and a sheet that shows every value that follows, formula and all. Formulas are ours alone,
and each is saved with its value. Of a filled one, only the fifteen cells (and their sources) count: the arithmetic is done again
here, formulas are never run, and a value that somebody typed over a formula is refused.

The numbers are those of scenarios/template.yaml and docs/your-own-hospital.md. Sheets, headings and the words of a row
are read back by their names. Tests hold the exact words.
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from sim.diagnostics.offered_load import admissions, mean_days
from sim.home import HOME
from sim.inputs.distributions import Distribution
from sim.inputs.loading import comment, extending, read_scenario, short_number
from sim.inputs.overrides import FROM_OWN_FILE
from sim.inputs.problems import Mark, Problem, Problems, quoted
from sim.own_data.tables import Grid, bare, looks_like_nhs_number, quantity, read_grids

PARENT = "scenarios/baseline.yaml"
NUMBERS, ARITHMETIC = "Numbers", "Arithmetic"
RESIDENTS_ROW, NAME_ROW = "care home residents are in 5 to 8", "name of your hospital"
J = "people.older_people.journey."
ROUTES = {  # by need, where those who leave alive go, and how long they take to be ready, in times of who dies there
    "none": ("home", "0.76"),
    "resident": ("own_care_home", "0.76"),
    "reablement": ("pathway_1", "1.4"),
    "home_care": ("home_care", "1.4"),
    "community_health": ("community_health", "1.4"),
    "bed": ("pathway_2", "1.8"),
    "care_home": ("care_home_assessment", "2.3"),
}
PATHWAY_1 = {"reablement": "0.7", "home_care": "0.22", "community_health": "0.08"}
PATHWAYS = (5, 6, 7, 8)  # the numbers of pathways 0 to 3
TIMES_BY_PATHWAY = dict(zip(PATHWAYS, ("0.76", "1.4", "1.8", "2.3"), strict=True))
SD_TO_READY = "1.31"  # times the mean
OF_ALL = "Of everybody who leaves; those who die or go back early are taken off here"
STAYS = {10: "home_reablement", 12: "community_beds", 14: "care_home_assessment"}  # numbers that are stays of everybody
WHOLE, AMOUNT, DAYS, SHARE = "beds or places", "people a day", "days", "share"


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the fifteen numbers."""

    number: int
    says: str
    unit: str
    most: float
    where: str
    watch_out: str = ""


ASKED = (
    Asked(
        1,
        "Beds that people of 65 and over fill",
        WHOLE,
        5000,
        "KH03 (overnight, by trust) times their share of bed days; England 54% to 67%",
        "Without maternity and children",
    ),
    Asked(
        2,
        "Their admissions a day",
        AMOUNT,
        1000,
        "Patient system; Hospital Episode Statistics by trust and age",
        "Overnight stays only. A sixth is taken off here: readmissions, which the model adds",
    ),
    Asked(
        3,
        "Mean days from admission to ready",
        DAYS,
        365,
        "Discharge ready date in the patient system",
        "To ready, not to discharge; of everybody, those who die too",
    ),
    Asked(4, "Share that dies in hospital", SHARE, 1, "Patient system"),
    Asked(
        5,
        "Of those who leave alive: pathway 0",
        SHARE,
        1,
        "Daily discharge situation report; your transfer hub",
        "5 to 8 add up to 100%",
    ),
    Asked(6, "Of those who leave alive: pathway 1", SHARE, 1, "As 5"),
    Asked(7, "Of those who leave alive: pathway 2", SHARE, 1, "As 5", "Everybody who needs it, not only who got a bed"),
    Asked(8, "Of those who leave alive: pathway 3", SHARE, 1, "As 5"),
    Asked(
        9,
        "Places of reablement at home",
        WHOLE,
        5000,
        "The council's or provider's contract; Better Care Fund plan",
        "Your hospital's part, at one time",
    ),
    Asked(10, "Mean days in reablement at home", DAYS, 365, "Provider; short-term support returns", OF_ALL),
    Asked(
        11, "Pathway 2 beds", WHOLE, 5000, "Better Care Fund plan; community trust bed register", "Your hospital's part"
    ),
    Asked(
        12,
        "Mean days in a pathway 2 bed",
        DAYS,
        365,
        "Community Services Data Set; bed register",
        f"{OF_ALL}; less the wait for what comes next",
    ),
    Asked(13, "Pathway 3 beds", WHOLE, 5000, "Integrated care board, block contracts"),
    Asked(14, "Mean days in a pathway 3 bed", DAYS, 365, "As 13", OF_ALL),
    Asked(15, "Days until a home care package starts", DAYS, 365, "Brokerage log of the council", "Of those who wait"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One number of one value of the scenario, and how it follows from one of the fifteen."""

    path: str
    key: str  # `mean`, `sd`, the need; empty for a plain value
    unit: str
    number: int
    times: tuple[str, ...] = ()
    is_rest: bool = False  # 1 less the number
    is_less_residents: bool = False  # less the residents of care homes
    is_of_others: bool = False  # as a share of those who are no residents
    uses: tuple[int, ...] = ()  # all numbers that must be filled; empty: that one
    less: float = 0.0  # days that go off the number first ...
    over: float = 1.0  # ... and the share by which it is divided then
    is_over_everybody: bool = False  # divided by what everybody takes, so that the mean of all is the number

    @property
    def needs(self) -> tuple[int, ...]:
        """The numbers that must be filled."""
        return self.uses or (self.number,)

    def value(self, numbers: Mapping[int, float], r: float) -> float:
        """The value; `r` is the residents' part of the pathways, 0 where they are left out."""
        found = 1 - numbers[self.number] if self.is_rest else numbers[self.number]
        found -= r if self.is_less_residents else 0.0
        found = (found - self.less) / self.over
        found /= everybody_takes(numbers, r) if self.is_over_everybody else 1.0
        for factor in self.times:
            found *= float(Fraction(factor))
        return found / (1 - r) if self.is_of_others else found

    def formula(self, cell: str, r: str, everybody: str) -> str:
        """The same as a spreadsheet writes it, from the cells of the number, the residents' part and what everybody takes."""
        start = f"1-{cell}" if self.is_rest else f"({cell}-{r})" if self.is_less_residents else cell
        if self.less:
            start = f"({cell}-{self.less:g})/{self.over:g}"
        if self.is_over_everybody:
            start = f"{cell}/{everybody}"
        return "".join(
            [f"={start}", *(f"*{factor}" for factor in self.times), f"/(1-{r})" if self.is_of_others else ""]
        )


def parts() -> Iterator[Part]:
    """Everything that the fifteen numbers become, in the order of the template."""
    yield Part("services.hospital.beds", "", WHOLE, 1)
    yield Part("people.older_people.arrivals_per_day", "", AMOUNT, 2, ("5/6",))
    for need, (to, times) in (("", ("", "1")), *ROUTES.items()):
        path = f"{J}hospital.then.{need}.{to}.stay_days" if need else f"{J}hospital.stay_days"
        yield Part(path, "mean", DAYS, 3, (times,), is_over_everybody=True)
        yield Part(path, "sd", DAYS, 3, (times, SD_TO_READY), is_over_everybody=True)
    for need, (to, _) in ROUTES.items():
        yield Part(f"{J}hospital.then.{need}.died.share", "", SHARE, 4)
        yield Part(f"{J}hospital.then.{need}.{to}.share", "", SHARE, 4, is_rest=True)
    path, four = "people.older_people.traits.need", PATHWAYS
    yield Part(path, "none", SHARE, 5, is_less_residents=True, is_of_others=True, uses=four)
    for need, part in PATHWAY_1.items():
        yield Part(path, need, SHARE, 6, (part,), is_of_others=True, uses=four)
    yield Part(path, "bed", SHARE, 7, is_of_others=True, uses=four)
    yield Part(path, "care_home", SHARE, 8, is_of_others=True, uses=four)
    for places, path, stay, sd in (
        (9, "services.home_reablement.places", f"{J}home_reablement.stay_days", "1.5"),
        (11, "services.community_beds.beds", f"{J}community_beds.stay_days", "0.75"),
        (13, "services.care_home_assessment.beds", f"{J}care_home_assessment.stay_days.recovers", "0.75"),
    ):
        less, over = of_those_who_stay(path.split(".")[1])
        yield Part(path, "", WHOLE, places)
        yield Part(stay, "mean", DAYS, places + 1, less=less, over=over)
        yield Part(stay, "sd", DAYS, places + 1, (sd,), less=less, over=over)
    yield Part("steps.start_home_care.takes_days", "mean", DAYS, 15)
    yield Part("steps.start_home_care.takes_days", "sd", DAYS, 15, ("3.5",))


def everybody_takes(numbers: Mapping[int, float], r: float) -> float:
    """Days to ready of everybody who is admitted, in times of those of the people who die in hospital.

    Longer pathways take longer, so the mean of all goes by the deaths and the pathways, numbers 4 to 8. `r` as in
    Part.value; residents who were left out of the pathways are admitted all the same.
    """
    alive = sum(numbers[pathway] * float(times) for pathway, times in TIMES_BY_PATHWAY.items())
    left_out = residents() - r
    alive = (1 - left_out) * alive + left_out * float(TIMES_BY_PATHWAY[5])
    return (numbers[4] + (1 - numbers[4]) * alive) * returns()


def _everybody_formula(r: str) -> str:
    """The same as a spreadsheet writes it."""
    four, *pathways = (_effective(number) for number in (4, *PATHWAYS))
    alive = "+".join(f"{cell}*{times}" for cell, times in zip(pathways, TIMES_BY_PATHWAY.values(), strict=True))
    left_out = f"({residents()!r}-{r})"
    return f"=({four}+(1-{four})*((1-{left_out})*({alive})+{left_out}*{TIMES_BY_PATHWAY[5]}))*{returns()!r}"


@cache
def returns() -> float:
    """How many times longer everybody in the baseline takes than its deaths and pathways say.

    Those who come back to hospital are more often people of the longer pathways than those who come first.
    """
    mean = mean_days(read_scenario(str(HOME / PARENT)), "hospital")
    numbers = _shipped_pathways()
    alive = sum(numbers[pathway] * float(times) for pathway, times in TIMES_BY_PATHWAY.items())
    first = numbers[4] + (1 - numbers[4]) * alive
    return round(mean / _in_template(f"{J}hospital.stay_days.lognormal.mean") / first, 4)


def _stays_in(service: str) -> dict[Distribution, float]:
    """The stays of the baseline in a service, and how many people a day have each."""
    scenario = read_scenario(str(HOME / PARENT))
    (group,), (admitted,) = scenario.people, admissions(scenario)
    shares: dict[Distribution, float] = {}
    for visit, per_day in zip(group.journey, admitted, strict=True):
        for route in visit.then if visit.service == service else ():
            stay = route.stay or visit.stay
            assert stay is not None
            shares[stay] = shares.get(stay, 0.0) + per_day * route.share
    return shares


@cache
def of_those_who_stay(service: str) -> tuple[float, float]:
    """How the mean stay of everybody becomes that of those who stay to the end: less so many days, over so large a share.

    In the baseline some die or go back to hospital early; the scenario says their days apart, and the number is of all.
    """
    shares = _stays_in(service)
    most, total = max(shares, key=shares.__getitem__), sum(shares.values())
    days = sum(part * stay.mean_days for stay, part in shares.items() if stay != most)
    return round(days / total, 3), round(shares[most] / total, 4)


@cache
def shipped() -> dict[int, float]:
    """The fifteen numbers of the baseline; those of the pathways with residents, as they are published."""
    of, pathways = _in_template, _shipped_pathways()

    def of_all(path: str) -> float:
        less, over = of_those_who_stay(path.split(".", maxsplit=1)[0])
        return less + over * of(f"{J}{path}")

    return {
        1: of("services.hospital.beds"),
        2: of("people.older_people.arrivals_per_day") * 6 / 5,
        3: of(f"{J}hospital.stay_days.lognormal.mean") * everybody_takes(pathways, residents()),
        **pathways,
        9: of("services.home_reablement.places"),
        10: of_all("home_reablement.stay_days.lognormal.mean"),
        11: of("services.community_beds.beds"),
        12: of_all("community_beds.stay_days.lognormal.mean"),
        13: of("services.care_home_assessment.beds"),
        14: of_all("care_home_assessment.stay_days.recovers.lognormal.mean"),
        15: of("steps.start_home_care.takes_days.lognormal.mean"),
    }


def _shipped_pathways() -> dict[int, float]:
    """Numbers 4 to 8 of the baseline: deaths, and pathways 0 to 3 with residents."""
    needs, r = "people.older_people.traits.need.else.", residents()
    return {
        4: _in_template(f"{J}hospital.then.none.died.share"),
        5: _in_template(f"{needs}none") * (1 - r) + r,
        6: sum(_in_template(needs + need) for need in PATHWAY_1) * (1 - r),
        7: _in_template(f"{needs}bed") * (1 - r),
        8: _in_template(f"{needs}care_home") * (1 - r),
    }


def _in_template(path: str) -> float:
    """A number of the template."""
    return float(quantity(_template()[path]))


@cache
def _template() -> dict[str, str]:
    return {value.path: value.text for value in read_scenario(str(HOME / "scenarios/template.yaml")).values}


@cache
def residents() -> float:
    """The share of people who live in a care home, in the baseline."""
    values = {value.path: value.text for value in read_scenario(str(HOME / PARENT)).values}
    return float(quantity(values["people.older_people.traits.lives.care_home"]))


# -- the workbook ------------------------------------------------------------------------------------------------------


CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
TOP = 4  # the row of number 1, counted from 0
YOURS, AS_SHIPPED = 3, 4  # columns
FORMATS = {WHOLE: "0", AMOUNT: "0.0#", DAYS: "0.0#", SHARE: "0.0%"}
HEADS = ("", "Number", "Unit", "Yours", "As shipped", "Source", "Where it is", "Watch out")
WIDTHS = (5, 40, 15, 11, 11, 36, 44, 38)
INTRO = (
    "Fill the yellow cells that you know; write beside each where you have it from. All are about people of 65 and over with at "
    "least one night in hospital. A blank cell stays as shipped. Then read it: docs/your-own-hospital.md says how."
)


def workbook_bytes(filled: Mapping[int, float] | None = None, sources: Mapping[int, str] | None = None) -> bytes:
    """The worksheet, blank or with numbers and their sources filled in; the same numbers are the same bytes."""
    numbers = dict(filled or {})
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Your own hospital: fifteen numbers", "created": CREATED, "author": "bedflow"})
    _numbers(book, numbers, sources or {})
    _arithmetic(book, numbers)
    book.close()
    return data.getvalue()


def cell_of(number: int, column: str = "D") -> str:
    """The cell of a number on its sheet: `D5` for number 1."""
    return f"{column}{TOP + number}"


def _numbers(book: Any, filled: Mapping[int, float], sources: Mapping[int, str]) -> None:
    page = book.add_worksheet(NUMBERS)
    bold, wrap = book.add_format({"bold": True, "font_size": 14}), {"text_wrap": True, "valign": "top"}
    text, head = book.add_format(wrap), book.add_format({**wrap, "bold": True, "bottom": 1})
    page.write_string(0, 0, "Your own hospital: fifteen numbers", bold)
    page.merge_range(1, 0, 1, len(HEADS) - 1, INTRO, text)
    page.set_row(1, 32)
    for column, (name, width) in enumerate(zip(HEADS, WIDTHS, strict=True)):
        page.write_string(TOP - 1, column, name, head)
        page.set_column(column, column, width)
    before = shipped()
    for asked in ASKED:
        row = TOP + asked.number - 1
        yours = book.add_format(
            {"num_format": FORMATS[asked.unit], "bg_color": "#FFF2CC", "border": 1, "valign": "top"}
        )
        page.set_row(row, 30)
        page.write_number(row, 0, asked.number, book.add_format({"align": "left", "valign": "top"}))
        page.write_string(row, 1, asked.says, text)
        page.write_string(row, 2, asked.unit, text)
        if asked.number in filled:
            page.write_number(row, YOURS, filled[asked.number], yours)
        else:
            page.write_blank(row, YOURS, None, yours)
        page.write_number(
            row, AS_SHIPPED, before[asked.number], book.add_format({"num_format": FORMATS[asked.unit], "valign": "top"})
        )
        source = book.add_format({**wrap, "bg_color": "#FFF2CC", "border": 1})
        page.write_string(row, 5, sources.get(asked.number, ""), source)
        page.write_string(row, 6, asked.where, text)
        page.write_string(row, 7, asked.watch_out, text)
        limits = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": asked.most}
        page.data_validation(row, YOURS, row, YOURS, limits)
    _other_cells(book, page, filled, text)
    page.freeze_panes(TOP, 0)
    _one_page_wide(page)


def _other_cells(book: Any, page: Any, filled: Mapping[int, float], text: Any) -> None:
    """Below the fifteen: the sum of the pathways, whether residents are among them, a name."""
    row = TOP + len(ASKED) + 1
    page.write_string(row, 1, "Numbers 5 to 8 together (must be 100%)", text)
    first, last = cell_of(PATHWAYS[0]), cell_of(PATHWAYS[-1])
    whole = sum(filled.get(pathway, 0.0) for pathway in PATHWAYS)
    page.write_formula(row, YOURS, f"=SUM({first}:{last})", book.add_format({"num_format": "0.0%"}), whole)
    yours = book.add_format({"bg_color": "#FFF2CC", "border": 1})
    page.write_string(row + 1, 1, RESIDENTS_ROW, text)
    page.write_string(row + 1, YOURS, "yes", yours)
    page.data_validation(row + 1, YOURS, row + 1, YOURS, {"validate": "list", "source": ["yes", "no"]})
    page.write_string(
        row + 1,
        6,
        "Published figures have them on pathway 0; a transfer hub usually leaves them out: then say no",
        text,
    )
    page.write_string(row + 2, 1, NAME_ROW, text)
    page.write_blank(row + 2, YOURS, None, yours)


def _arithmetic(book: Any, filled: Mapping[int, float]) -> None:
    """Every value of the scenario: its path, the formula over the sheet of numbers, its value now."""
    page = book.add_worksheet(ARITHMETIC)
    page.write_string(
        0,
        0,
        "What follows from the fifteen numbers: these values are written to the scenario",
        book.add_format({"bold": True, "font_size": 14}),
    )
    page.write_string(
        1, 0, "A number that is blank stands as shipped here, and is not written. Change the numbers, not this sheet."
    )
    head = book.add_format({"bold": True, "bottom": 1})
    for column, name in enumerate(("Value of the scenario", "Part", "Is", "From number", "Formula")):
        page.write_string(4, column, name, head)
    numbers = {**shipped(), **filled}
    flag = f"{NUMBERS}!$D${TOP + len(ASKED) + 3}"
    page.write_string(2, 0, "Residents of care homes, a part of numbers 5 to 8 (0 where they are left out)")
    page.write_formula(
        2,
        2,
        f'=IF(AND({flag}="no",{NUMBERS}!${cell_of(5)[0]}${cell_of(5)[1:]}<>""),0,{residents()!r})',
        book.add_format({"num_format": "0.0%"}),
        residents(),
    )
    page.write_string(
        3, 0, "Days to ready of everybody, in times of those of people who die in hospital (numbers 4 to 8)"
    )
    everybody = everybody_takes(numbers, residents())
    page.write_formula(
        3, 2, _everybody_formula("$C$3"), book.add_format({"num_format": "0.000", "align": "left"}), everybody
    )
    for row, part in enumerate(parts(), 5):
        cell = _effective(part.number)
        page.write_string(row, 0, part.path)
        page.write_string(row, 1, part.key)
        number_format = book.add_format({"num_format": FORMATS[part.unit], "align": "left"})
        page.write_formula(row, 2, part.formula(cell, "$C$3", "$C$4"), number_format, part.value(numbers, residents()))
        page.write_number(row, 3, part.number, book.add_format({"align": "left"}))
        page.write_string(row, 4, part.formula(f"number {part.number}", "residents", "everybody")[1:])
    page.set_column(0, 0, 78)
    page.set_column(1, 3, 16)
    page.set_column(4, 4, 44)
    page.freeze_panes(5, 0)
    _one_page_wide(page)


def _one_page_wide(page: Any) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)


def _effective(number: int) -> str:
    """A number on the other sheet: yours, or as shipped where yours is blank."""
    mine, theirs = f"{NUMBERS}!{cell_of(number)}", f"{NUMBERS}!{cell_of(number, 'E')}"
    return f'IF({mine}="",{theirs},{mine})'


# -- a filled worksheet, read back -------------------------------------------------------------------------------------


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
    unread = [one for one in read.found if not _is_of_our_formulas(one, grids.get(NUMBERS))]
    for one in unread:
        problems.add(Mark(file=one.file, line=one.line, column=one.column), one.text)
    grid = grids.get(NUMBERS)
    if grid is None:
        problems.stop_if_any()
    if grid is None:
        problems.add(
            Mark(file=file),
            f"has no sheet {quoted(NUMBERS)}; make a worksheet with the verb `worksheet` and fill that",
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
            f"has no number filled; write those that you have into the column Yours of the sheet {NUMBERS}",
        )
    if not problems.found and ARITHMETIC in grids:
        _check_arithmetic(grids[ARITHMETIC], found, problems)
    problems.stop_if_any()
    return found


def _is_of_our_formulas(problem: Problem, grid: Grid | None) -> bool:
    """Whether a problem is about a formula of ours, which some programs save without its value: the arithmetic is done here."""
    if problem.text.startswith(f"{ARITHMETIC}!"):
        return True
    if grid is None or problem.line not in grid.numbers or not problem.text.startswith(f"{NUMBERS}!"):
        return False
    words = {bare(cell) for cell in grid.rows[grid.numbers.index(problem.line)]}
    return not words & {bare(one.says) for one in ASKED}


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
    if says == bare(RESIDENTS_ROW):
        if cell.lower() not in ("yes", "no", ""):
            grid.wrong(problems, row, columns["yours"], "must be yes or no")
        found.with_residents = cell.lower() != "no"
    if says == bare(NAME_ROW):
        found.name = cell[:80]
    asked = next((one for one in ASKED if bare(one.says) == says), None)
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


def _size(asked: Asked, value: float) -> str:
    """What is wrong with the size of a number, with the cure; nothing where it may be."""
    least = 0.0 if asked.unit == SHARE else 1.0 if asked.unit == WHOLE else 0.01
    if asked.unit == SHARE and 1 < value <= 100:
        return f"; write {value:g}%"
    if not least <= value <= asked.most:
        return f"; write {least:g} to {asked.most:g}"
    if asked.unit == WHOLE and not value.is_integer():
        return "; write a whole number"
    early = of_those_who_stay(STAYS[asked.number])[0] if asked.number in STAYS else 0.0
    if asked.number in STAYS and value <= early:
        return f", and who dies or goes back to hospital early makes {early:.3g} days by itself; is it in days, and of everybody who leaves?"
    return ""


def _check_pathways(grid: Grid, found: Filled, problems: Problems) -> None:
    """Numbers 5 to 8: all or none, and together 100%."""
    given = [pathway for pathway in PATHWAYS if pathway in found.places]
    if not given:
        return
    missing = [pathway for pathway in PATHWAYS if pathway not in found.places]
    mark = grid.mark(0)
    if missing:
        problems.add(
            mark,
            f"{NUMBERS}: number {missing[0]} is missing beside {found.places[given[0]]}; 5 to 8 go together",
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
    elif found.with_residents and found.numbers[5] < residents():
        what = f"{found.places[5]} is less than the {100 * residents():.3g}% who go back to their care home; if 5 to 8 leave them out, say no below"
        problems.add(mark, what)


def _check_arithmetic(grid: Grid, found: Filled, problems: Problems) -> None:
    """A value on the sheet of the arithmetic is what the fifteen make it, or still what was shipped; else both are named."""
    ours, before = values_of(found), values_of(Filled(found.file))
    by_words = {(part.path, part.key): part for part in parts()}
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


def values_of(filled: Filled) -> dict[Part, float]:
    """Every part by the numbers that are filled, the others as shipped."""
    numbers = {**shipped(), **filled.numbers}
    r = residents() if filled.with_residents or 5 not in filled.numbers else 0.0
    return {part: part.value(numbers, r) for part in parts()}


# -- the scenario --------------------------------------------------------------------------------------------


def scenario_text(filled: Filled, file: Path, command: str) -> str:
    """The scenario: the values of the numbers that are filled, each with its cell and source; all else is the baseline's."""
    values = values_of(filled)
    by_path: dict[str, list[Part]] = {}
    for part in parts():
        if all(need in filled.numbers for need in part.needs):
            by_path.setdefault(part.path, []).append(part)
    change = [f"{path}: {_value(path, theirs, values)}  # {_why(theirs, filled)}" for path, theirs in by_path.items()]
    said = [
        f"{MARK}{Path(filled.file).name} by `{command}`. Numbers that it leaves blank are the baseline's.",
        *extending(HOME / PARENT, file, filled.name or "My hospital", "Does the model show our own census?", change),
    ]
    return "\n".join(said) + "\n"


def _value(path: str, theirs: list[Part], values: Mapping[Part, float]) -> str:
    if path.endswith(".need"):
        shares = {part.key: round(100 * values[part], 2) for part in theirs if part.key != "none"}
        rest = {"none": round(100 - sum(shares.values()), 2), **shares}
        inner = ", ".join(f"{need}: {share:.6g}%" for need, share in rest.items())
        return f"{{by: lives, care_home: {{resident: 100%}}, else: {{{inner}}}}}"
    if theirs[0].key:
        return "{lognormal: {" + ", ".join(f"{part.key}: {short_number(values[part])}" for part in theirs) + "}}"
    (part,) = theirs
    if part.unit == SHARE:
        return f"{100 * values[part]:.6g}%"
    return f"{values[part]:.0f}" if part.unit == WHOLE else short_number(values[part])


def _why(theirs: list[Part], filled: Filled) -> str:
    """Where a value is from: the source that the planner gives, and the cell; without a source it stays an assumption."""
    uses = theirs[0].needs
    sources = list(dict.fromkeys(filled.sources[one] for one in uses if filled.sources.get(one)))
    cells = filled.places[uses[0]] if len(uses) == 1 else f"{filled.places[uses[0]]} to {filled.places[uses[-1]]}"
    which = f"number {uses[0]}" if len(uses) == 1 else f"numbers {uses[0]} to {uses[-1]}"
    start = "; ".join(sources) if sources else "assumption: no source given"
    return comment(f"{start}; {which}, {Path(filled.file).name}, {cells}{FROM_OWN_FILE}")
