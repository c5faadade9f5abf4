"""A plan as a scenario, and beside what happens when its demand meets its capacity.

As a scenario it has dated places, and people who arrive month by month. The plan is a system of its own: each row of demand is a
stream of people who come to their service, stay as the mapping says and leave. There is no hospital in it. Or it goes into a
scenario that has one: there step-down people come out of the hospital, and the plan gives the dated places of the services that
both know, and the people who step up.

What happens is shown month by month: people, room, the gap, and days waited. It is counted from the records of each replication:
anybody who joins the queue of a service in a month waited until they were in, however much later that was (until the end of the
run, for those who are not in by then).
docs/bcf-plan.md says what is assumed and counted.
"""

import io
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import xlsxwriter

from sim.inputs.calendar import places_at
from sim.inputs.loading import as_yaml, comment, extending, short_number
from sim.inputs.problems import Mark, Problems, counted
from sim.inputs.scenario import MONTHS as MONTH_KEYS
from sim.inputs.scenario import SECONDS_PER_DAY, Scenario
from sim.model.records import ADMITTED, NEVER, Ledger
from sim.own_data import bcf
from sim.own_data.published import whole_month
from sim.results.comparison.statistics import Spread, spread
from sim.runs.engines import Engines, ledger_of
from sim.runs.store import Store, has_rows_of_people, name_of_results, program, short_hash
from sim.runs.workers import Place, Stopwatch, run_tasks, workers_of

# -- a plan as a scenario ----------------------------------------------------------------------------------------------


MARK = "# Made from a capacity and demand plan by `"
FOLLOW_UP_DAYS = 91  # the run goes on for so long after the plan, so that the waits of its last month are known
# before the plan: so many average stays of the longest, in whole days; at least so many
WARM_UP_STAYS, LEAST_WARM_UP = 4, 91


def planned_places(plan: bcf.Plan, service: str) -> dict[date, int]:
    """By month, the whole places of a service: rounded, and never none where there is some room."""
    found = {}
    for month in plan.months:
        exact = plan.places(service, month)
        found[month] = max(1, round(exact)) if exact > 0 else 0
    return found


def warm_up_days(plan: bcf.Plan) -> int:
    """Days before the plan in which the services fill."""
    longest = max(row.meaning.days for row in plan.rows)
    return max(LEAST_WARM_UP, math.ceil(WARM_UP_STAYS * longest))


def scenario_text(plan: bcf.Plan, command: str) -> str:
    """The scenario as a file."""
    first, last = plan.months[0], whole_month(plan.months[-1].year, plan.months[-1].month)[1]
    days = (last - first).days + 1
    start = first - timedelta(days=warm_up_days(plan))
    name = Path(plan.file).stem
    said = [
        f"{MARK}{command}`.",
        "# Every number stands in the cell that its line names. A place is for one person at a time: people who start in a month, times",
        "# their days, divided by the days of the month. The warm-up is like the same months of the plan.",
        f"name: {as_yaml(f'Capacity and demand plan, {name}')}",
        f"question: {as_yaml('Is there room for the demand of each month, and how long do people wait?')}",
    ]
    said += [
        "calendar:",
        f"  start: {start}",
        f"  warm_up_days: {(first - start).days}   # assumption: {WARM_UP_STAYS} times the longest average stay",
    ]
    said += [
        f"  measured_days: {days}",
        f"  follow_up_days: {FOLLOW_UP_DAYS}   # so that the waits of the last month are known",
        "services:",
    ]
    for service in plan.services:
        kind = plan.of(service, bcf.CAPACITY)[0].meaning.kind
        said += [f"  {service}:", f"    kind: {kind}", f"    {_word(kind)}: {_dated(plan, service, start)}"]
    said.append("people:")
    said += [f"  {line}" for line in _groups(plan, plan.services, (bcf.STEP_DOWN, bcf.STEP_UP))]
    return "\n".join(said) + "\n"


def text_into(plan: bcf.Plan, parent: Scenario, file: Path, command: str) -> tuple[str, list[str]]:
    """A file that extends a scenario by the plan, over the plan's months; and what of the plan it leaves out, each with the reason."""
    first, last = plan.months[0], whole_month(plan.months[-1].year, plan.months[-1].month)[1]
    start = first - timedelta(days=parent.calendar.warm_up_days)
    kept, left_out = [], []
    for service in plan.services:
        why = _why_not(parent, service)
        kept += [] if why else [service]
        left_out += [f"{service}: {why}"] if why else []
    written = {value.path for value in parent.values if value.file != "default"}
    days = [
        ("start", start),
        ("warm_up_days", parent.calendar.warm_up_days),
        ("measured_days", (last - first).days + 1),
    ]
    days.append(("follow_up_days", max(FOLLOW_UP_DAYS, parent.calendar.follow_up_days)))
    change, add = (
        [f"calendar.{name}: {value}" for name, value in days if (f"calendar.{name}" in written) == is_there]
        for is_there in (True, False)
    )
    change += [f"services.{one}.{parent.service(one).counted_in}: {_dated(plan, one, start, parent)}" for one in kept]
    add += _groups(plan, kept, (bcf.STEP_UP,), before="people.")
    name = f"{parent.name}, with the plan {Path(plan.file).stem}"
    said = [
        f"{MARK}{command}`.",
        "# Places by date are those of the plan; step-down people come out of the hospital; step-up people are the plan's.",
        *(f"# Left out: {comment(one)}" for one in left_out),
        *extending(parent.file, file, name, change=change, add=add),
    ]
    return "\n".join(said) + "\n", left_out


def _why_not(parent: Scenario, service: str) -> str:
    """Why a service of the plan has no place in a scenario; empty where it has."""
    theirs = next((one for one in parent.services if one.name == service), None)
    if theirs is None:
        return f"{Path(parent.file).name} has no such service"
    if theirs.counted_in == "hours_per_week":
        return f"{Path(parent.file).name} counts its hours, and the plan counts people"
    return ""


def _word(kind: str) -> str:
    return "places" if kind in ("home_reablement", "home_care", "other") else "beds"


def _dated(plan: bcf.Plan, service: str, start: date, parent: Scenario | None = None) -> str:
    """The places as a number or a dated list, with the cells that say so."""
    places = planned_places(plan, service)
    word = parent.service(service).counted_in if parent else _word(plan.of(service, bcf.CAPACITY)[0].meaning.kind)
    rows = plan.of(service, bcf.CAPACITY)
    cells = "; ".join(_cells(plan, row) for row in rows)
    how = (
        ""
        if all(row.meaning.counted_in == bcf.PLACES for row in rows)
        else f"; people who start, times {short_number(rows[0].meaning.days)} days"
    )
    steps = [*_before(plan, places, start), *places.items()]
    kept = [steps[0], *(two for step, two in zip(steps, steps[1:], strict=False) if step[1] != two[1])]
    if len(kept) == 1:
        return f"{kept[0][1]}  # {comment(cells + how)}"
    parts = ", ".join(f"{{from: {month}, {word}: {count}}}" for month, count in kept)
    return f"[{parts}]  # {comment(cells + how)}"


def _before(plan: bcf.Plan, places: dict[date, int], start: date) -> Iterator[tuple[date, int]]:
    """The places of the warm-up: of each month those of the same month in the plan, as its demand is; else the first month's."""
    of_month = {month.month: count for month, count in places.items()}
    when = start
    while when < plan.months[0]:
        yield when, of_month.get(when.month, places[plan.months[0]])
        when = whole_month(when.year, when.month)[1] + timedelta(days=1)


def _cells(plan: bcf.Plan, row: bcf.PlanRow) -> str:
    """`plan.xlsx, Hospital discharge!D14 to O14`."""
    cells = [row.cells[month] for month in plan.months]
    end = cells[-1].place.rpartition("!")[2]
    return f"{Path(plan.file).name}, {cells[0].place} to {end}"


def _groups(plan: bcf.Plan, services: Sequence[str], directions: Sequence[str], before: str = "") -> Iterator[str]:
    """The streams of people, as lines of YAML."""
    for service in services:
        meaning = plan.of(service, bcf.DEMAND)[0].meaning
        for direction in directions:
            rows = [row for row in plan.of(service, bcf.DEMAND) if row.meaning.direction == direction]
            rates = _rates(plan, service, direction)
            if not rows or not any(rates.values()):
                continue
            mean = sum(rates.values()) / len(rates)
            cells = "; ".join(_cells(plan, row) for row in rows)
            by_month = ", ".join(f"{key}: {rates[key] / mean:.10g}" for key in MONTH_KEYS)
            yield f"{before}{direction}_{service}:"
            yield f"  arrives_at: {service}"
            yield f"  arrivals_per_day: {mean:.10g}  # {comment(cells)}"
            yield f"  arrivals_by_month: {{{by_month}}}  # the same cells"
            yield "  journey:"
            stay = f"{{lognormal: {{mean: {short_number(meaning.days)}, sd: {short_number(meaning.sd)}}}}}"
            yield f"    {service}: {{stay_days: {stay}, then: {{out: 100%}}}}  # assumption: the mapping, line {meaning.mark.line}"


def _rates(plan: bcf.Plan, service: str, direction: str) -> dict[str, float]:
    """People a day of every month of the year; months outside the plan have its mean."""
    found = {}
    for month in plan.months:
        days = bcf.days_of(month)
        found[MONTH_KEYS[month.month - 1]] = plan.demand(service, month, direction) / days
    mean = sum(found.values()) / len(found)
    return {key: found.get(key, mean) for key in MONTH_KEYS}


# -- what happens ------------------------------------------------------------------------------------------------------


CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # no clock: the same results are the same bytes
HEADS = (
    *(
        "Service",
        "Month",
        "Planned demand",
        "Demand",
        "Demand, lower",
        "Demand, upper",
        "Places",
        "Capacity, people who can start",
    ),
    *("Gap: demand less capacity", "Mean wait, days", "Wait, lower", "Wait, upper", "Not in by the end of the run"),
)


@dataclass(frozen=True, slots=True)
class Month:
    """One service in one month, over all replications."""

    service: str
    month: date
    planned: float
    demand: Spread  # people who joined
    places: float
    # people who can start: the places times the days of the month, divided by the days that people stay
    capacity: float
    wait: Spread | None  # mean days, over the replications in which anybody joined
    waiting: float  # of those who joined, how many were not in when the run ended

    @property
    def gap(self) -> float:
        """Above 0: too little room for the demand of the month."""
        return self.demand.mean - self.capacity


def fitting(plan: bcf.Plan, scenario: Scenario, problems: Problems) -> tuple[bcf.Plan, list[str]]:
    """The part of a plan that a scenario can run, and what is left out, with the reason; months that it does not measure are noted."""
    left_out = {name: why for name in plan.services if (why := _why_not(scenario, name) or _unlimited(scenario, name))}
    first, end = (scenario.calendar.start + timedelta(days=one // SECONDS_PER_DAY) for one in scenario.calendar.window)
    last = whole_month(plan.months[-1].year, plan.months[-1].month)[1]
    if plan.months[0] < first or last >= end:
        what = f"measures {first} to {end - timedelta(days=1)}, and the plan is of {plan.months[0]} to {last}"
        problems.add(Mark(file=scenario.file), what)
    if len(left_out) == len(plan.services):
        problems.add(
            Mark(file=scenario.file), f"has no service of the plan with limited places: {'; '.join(plan.services)}"
        )
    rows = tuple(row for row in plan.rows if row.meaning.service not in left_out)
    return replace(plan, rows=rows), [f"{name}: {why}" for name, why in left_out.items()]


def _unlimited(scenario: Scenario, name: str) -> str:
    limited = all(step.places is not None for step in scenario.service(name).capacity)
    return "" if limited else f"it is unlimited in {Path(scenario.file).name}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What every replication is asked: the scenario, and which services and months are counted."""

    scenario: Scenario
    engines: Engines
    services: tuple[str, ...]
    months: tuple[date, ...]


# people who joined, their days, those not in by the end
Counts: TypeAlias = dict[tuple[str, date], tuple[int, float, int]]


def run_plan(
    plan: bcf.Plan,
    scenario: Scenario,
    engines: Engines,
    workers: Place = 1,
    heard: Callable[[int, int], None] | None = None,
    store: Store | None = None,
) -> list[Month]:
    """Runs the scenario and counts each service of the plan in each of its months; the results do not depend on the workers.

    What the store holds is not run again, so that a run that was stopped goes on.
    """
    asked = Asked(scenario, engines, plan.services, plan.months)
    kept = None if store is None or has_rows_of_people(scenario) else store
    found: dict[int, Counts] = {}
    for replication in range(scenario.replications) if kept else ():
        data = kept.read(_name(asked, replication)) if kept else None
        if data:
            found[replication] = {
                (one, date.fromisoformat(day)): (n, days, rest) for one, day, n, days, rest in json.loads(data)
            }
    if kept:
        kept.taken += len(found)
    missing = [replication for replication in range(scenario.replications) if replication not in found]
    for replication, counts in run_tasks(workers_of(workers if missing else 1), _count_one, asked, missing):
        found[replication] = counts
        if kept:
            rows = [(service, month.isoformat(), *those) for (service, month), those in counts.items()]
            kept.write(_name(asked, replication), json.dumps(rows).encode())
        if heard:
            heard(len(found), scenario.replications)
    in_order = [found[replication] for replication in sorted(found)]
    return [_month(plan, scenario, *key, [counts[key] for counts in in_order]) for key in in_order[0]]


def _name(asked: Asked, replication: int) -> str:
    """The name of one replication's counts: of all that decides them, and whether both engines were compared on it."""
    checked = asked.engines.is_cross_checked(0, replication)
    counted_here = short_hash(repr((asked.services, asked.months, checked, program(("own_data",)))))
    return f"{name_of_results(asked.scenario, asked.engines.name)}/{replication:06}-plan-{counted_here}"


def _count_one(asked: Asked, replication: int) -> tuple[int, Counts]:
    """Runs one replication and counts it."""
    ledger = ledger_of(asked.engines, asked.scenario, 0, replication, Stopwatch())
    found: Counts = {}
    for service in asked.services:
        waits = _waits_for(asked.scenario, ledger, service)
        found |= {(service, month): _count(asked.scenario, ledger, waits, month) for month in asked.months}
    return replication, found


def _waits_for(scenario: Scenario, ledger: Ledger, service: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which waits are for a service, or for a list that holds it."""
    destinations = [name == service or service in scenario.members(name) for name in scenario.destinations]
    return np.array(destinations, dtype=bool)[ledger.waits["to"]]


def _count(
    scenario: Scenario, ledger: Ledger, waits: np.ndarray[Any, np.dtype[np.bool_]], month: date
) -> tuple[int, float, int]:
    """Of one replication: who joined in the month, their days of waiting together, how many were not in by the end."""
    first = (month - scenario.calendar.start).days * SECONDS_PER_DAY
    end = ((whole_month(month.year, month.month)[1] - scenario.calendar.start).days + 1) * SECONDS_PER_DAY
    joined, ended, ending = (ledger.waits[name] for name in ("joined", "ended", "ending"))
    rows = np.flatnonzero(waits & (joined >= first) & (joined < end))
    days = (np.minimum(ended[rows], ledger.until) - joined[rows]).sum() / SECONDS_PER_DAY
    return len(rows), float(days), int(((ending[rows] != ADMITTED) & (ended[rows] == NEVER)).sum())


def _month(
    plan: bcf.Plan, scenario: Scenario, service: str, month: date, found: Sequence[tuple[int, float, int]]
) -> Month:
    days = bcf.days_of(month)
    places = float(_places(scenario, service, month) or 0)
    waits = [waited / people for people, waited, _ in found if people]
    return Month(
        service,
        month,
        plan.demand(service, month),
        spread([float(people) for people, _, _ in found]),
        places,
        places * days / plan.of(service, bcf.CAPACITY)[0].meaning.days,
        spread(waits) if waits else None,
        sum(waiting for _, _, waiting in found) / len(found),
    )


def _places(scenario: Scenario, service: str, month: date) -> int | None:
    """The places that a scenario plans on the first of a month; None where they are unlimited."""
    return places_at(scenario.service(service).capacity, (month - scenario.calendar.start).days * SECONDS_PER_DAY)


# -- the workbook --------------------------------------------------------------------------------------------


def workbook_bytes(plan: bcf.Plan, scenario: Scenario, months: Sequence[Month]) -> bytes:
    """What was understood of the plan's own sheets, with the scenario's places where they are others, and what happened."""
    data = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(data, options)
    book.set_properties({"title": f"Capacity and demand, {scenario.id}", "created": CREATED, "author": "bedflow"})
    month_format = book.add_format({"num_format": "mmm yyyy", "align": "left"})
    changed = _changed(plan, scenario)
    for grid in plan.grids:
        page = book.add_worksheet(grid.sheet or "Plan")
        page.set_column(0, 1, 44)
        for row, column, cell in bcf.understood(plan, grid):
            line = grid.numbers[row]
            _write(page, line - 1, column, changed.get((grid.sheet, line, column), cell), month_format)
    _what_happened(book, scenario, months, month_format)
    for page in book.worksheets():
        page.set_landscape()
        page.fit_to_pages(1, 0)
    book.close()
    return data.getvalue()


def _what_happened(book: Any, scenario: Scenario, months: Sequence[Month], month_format: Any) -> None:
    """The sheet with a line for each service and month."""
    page = book.add_worksheet("Demand and capacity")
    rounded, whole = book.add_format({"num_format": "0.0"}), book.add_format({"num_format": "0"})
    title = f"{scenario.name}: demand, capacity, gap and wait by month"
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    notes = list(_notes(scenario))
    for line, note in enumerate(notes, 1):
        page.write_string(line, 0, note)
    top, heading = len(notes) + 2, book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    page.set_row(top, 48)
    for column, head in enumerate(HEADS):
        page.write_string(top, column, head, heading)
    for row, month in enumerate(months, top + 1):
        page.write_string(row, 0, month.service)
        page.write_datetime(row, 1, datetime.combine(month.month, datetime.min.time()), month_format)
        for column, value in enumerate(_numbers(month), 2):
            if value is not None:
                page.write_number(row, column, round(value, 4), whole if HEADS[column] == "Places" else rounded)
    page.set_column(0, 0, 28)
    page.set_column(1, len(HEADS) - 1, 13)
    page.freeze_panes(top + 1, 2)
    page.activate()


def _numbers(month: Month) -> tuple[float | None, ...]:
    wait = None if month.wait is None else month.wait.mean
    ends = (
        *interval_of(month.demand),
        month.places,
        month.capacity,
        month.gap,
        wait,
        *interval_of(month.wait),
        month.waiting,
    )
    return (month.planned, month.demand.mean, *ends)


def interval_of(found: Spread | None) -> tuple[float, float] | tuple[None, None]:
    """The 95% interval of a count or of days, which cannot be below 0; nothing where there is none."""
    ends = None if found is None else found.interval
    return (None, None) if ends is None else (max(0.0, ends[0]), ends[1])


def _notes(scenario: Scenario) -> Iterator[str]:
    yield f"{counted(scenario.replications, 'replication')}, seed {scenario.seed}. Lower and upper: the 95% interval of the simulation's own average."
    yield "Capacity: places times days of the month, divided by the days that people stay. A gap above 0 is too little room for that month's demand."
    yield "Wait: from joining the queue to the start, of those who joined in the month; until the end of the run for those who were not in by then."


def _write(page: Any, row: int, column: int, text: str, month_format: Any) -> None:
    """A cell as it was: a number as a number, a date as a date, all else as text; nothing is ever taken for a formula."""
    if bcf.NUMBER.fullmatch(text):
        page.write_number(row, column, float(text))
        return
    try:
        day = date.fromisoformat(text)
    except ValueError:
        page.write_string(row, column, text)
        return
    page.write_datetime(row, column, datetime.combine(day, datetime.min.time()), month_format)


def _changed(plan: bcf.Plan, scenario: Scenario) -> dict[tuple[str, int, int], str]:
    """By cell of the plan, the capacity of the scenario where it is not what the plan says: each row of a service in proportion."""
    found = {}
    for service in plan.services:
        said = planned_places(plan, service)
        rows = plan.of(service, bcf.CAPACITY)
        for month in plan.months:
            places = _places(scenario, service, month)
            if places is None or places == said[month]:
                continue
            planned = plan.places(service, month)
            for row in rows:
                cell = row.cells[month]
                part = cell.value / planned if planned else float(row is rows[0]) / row.meaning.as_places(month)
                found[cell.grid.sheet, cell.grid.numbers[cell.row], cell.column] = f"{part * places:.12g}"
    return found
