"""A plan as a scenario: dated places, and people who arrive month by month.

The plan is a system of its own: each row of demand is a stream of people who come to their service, stay as the mapping says
and leave. There is no hospital in it. Or it goes into a scenario that has one: there step-down people come out of the hospital,
and the plan gives the dated places of the services that both know, and the people who step up.

What may be changed here: freely; docs/bcf-plan.md says what is assumed.
"""

import json
import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from sim.inputs.scenario import MONTHS as MONTH_KEYS
from sim.inputs.scenario import Scenario
from sim.own_data.bcf import CAPACITY, DEMAND, PLACES, STEP_DOWN, STEP_UP, Plan, PlanRow
from sim.own_data.published_shapes import whole_month
from sim.own_data.writing import beside, comment, number, text

MARK = "# Made from a capacity and demand plan by `"
FOLLOW_UP_DAYS = 91  # the run goes on for so long after the plan, so that the waits of its last month are known
WARM_UP_STAYS, LEAST_WARM_UP = (
    4,
    91,
)  # before the plan: so many average stays of the longest, in whole days; at least so many


def planned_places(plan: Plan, service: str) -> dict[date, int]:
    """By month, the whole places of a service: rounded, and never none where there is some room."""
    found = {}
    for month in plan.months:
        exact = plan.places(service, month)
        found[month] = max(1, round(exact)) if exact > 0 else 0
    return found


def warm_up_days(plan: Plan) -> int:
    """Days before the plan in which the services fill."""
    longest = max(row.meaning.days for row in plan.rows)
    return max(LEAST_WARM_UP, math.ceil(WARM_UP_STAYS * longest))


def scenario_text(plan: Plan, command: str) -> str:
    """The scenario as a file."""
    first, last = plan.months[0], whole_month(plan.months[-1].year, plan.months[-1].month)[1]
    days = (last - first).days + 1
    start = first - timedelta(days=warm_up_days(plan))
    name = Path(plan.file).stem
    said = [
        f"{MARK}{command}`.",
        "# Every number stands in the cell that its line names. A place is for one person at a time: people who start in a month, times",
        "# their days, divided by the days of the month. The warm-up is like the same months of the plan.",
        f"name: {text(f'Capacity and demand plan, {name}')}",
        f"question: {text('Is there room for the demand of each month, and how long do people wait?')}",
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
        kind = plan.of(service, CAPACITY)[0].meaning.kind
        said += [f"  {service}:", f"    kind: {kind}", f"    {_word(kind)}: {_dated(plan, service, start)}"]
    said.append("people:")
    said += [f"  {line}" for line in _groups(plan, plan.services, (STEP_DOWN, STEP_UP))]
    return "\n".join(said) + "\n"


def text_into(plan: Plan, parent: Scenario, file: Path, command: str) -> tuple[str, list[str]]:
    """A file that extends a scenario by the plan, over the plan's months; and what of the plan it leaves out, each with the reason."""
    first, last = plan.months[0], whole_month(plan.months[-1].year, plan.months[-1].month)[1]
    start = first - timedelta(days=parent.calendar.warm_up_days)
    kept, left_out = [], []
    for service in plan.services:
        why = why_not(parent, service)
        kept += [] if why else [service]
        left_out += [f"{service}: {why}"] if why else []
    written = {value.path for value in parent.values if value.file != "default"}
    days = [
        ("start", start),
        ("warm_up_days", parent.calendar.warm_up_days),
        ("measured_days", (last - first).days + 1),
    ]
    days.append(("follow_up_days", max(FOLLOW_UP_DAYS, parent.calendar.follow_up_days)))
    said = [
        f"{MARK}{command}`.",
        "# Places by date are those of the plan; step-down people come out of the hospital; step-up people are the plan's.",
        *(f"# Left out: {comment(one)}" for one in left_out),
        f"name: {text(f'{parent.name}, with the plan {Path(plan.file).stem}')}",
        f"extends: {json.dumps(beside(Path(parent.file), file), ensure_ascii=False)}",
    ]
    places = [f"  services.{one}.{parent.service(one).counted_in}: {_dated(plan, one, start, parent)}" for one in kept]
    for key, is_there in (("change", True), ("add", False)):
        lines = [f"  calendar.{name}: {value}" for name, value in days if (f"calendar.{name}" in written) == is_there]
        lines += places if is_there else [f"  {line}" for line in _groups(plan, kept, (STEP_UP,), before="people.")]
        said += [f"{key}:", *lines] if lines else []
    return "\n".join(said) + "\n", left_out


def why_not(parent: Scenario, service: str) -> str:
    """Why a service of the plan has no place in a scenario; empty where it has."""
    theirs = next((one for one in parent.services if one.name == service), None)
    if theirs is None:
        return f"{Path(parent.file).name} has no such service"
    if theirs.counted_in == "hours_per_week":
        return f"{Path(parent.file).name} counts its hours, and the plan counts people"
    return ""


def _word(kind: str) -> str:
    return "places" if kind in ("home_reablement", "home_care", "other") else "beds"


def _dated(plan: Plan, service: str, start: date, parent: Scenario | None = None) -> str:
    """The places as a number or a dated list, with the cells that say so."""
    places = planned_places(plan, service)
    word = parent.service(service).counted_in if parent else _word(plan.of(service, CAPACITY)[0].meaning.kind)
    rows = plan.of(service, CAPACITY)
    cells = "; ".join(_cells(plan, row) for row in rows)
    how = (
        ""
        if all(row.meaning.counted_in == PLACES for row in rows)
        else f"; people who start, times {number(rows[0].meaning.days)} days"
    )
    steps = [*_before(plan, places, start), *places.items()]
    kept = [steps[0], *(two for one, two in zip(steps, steps[1:], strict=False) if one[1] != two[1])]
    if len(kept) == 1:
        return f"{kept[0][1]}  # {comment(cells + how)}"
    parts = ", ".join(f"{{from: {month}, {word}: {count}}}" for month, count in kept)
    return f"[{parts}]  # {comment(cells + how)}"


def _before(plan: Plan, places: dict[date, int], start: date) -> Iterator[tuple[date, int]]:
    """The places of the warm-up: of each month those of the same month in the plan, as its demand is; else the first month's."""
    of_month = {month.month: count for month, count in places.items()}
    when = start
    while when < plan.months[0]:
        yield when, of_month.get(when.month, places[plan.months[0]])
        when = whole_month(when.year, when.month)[1] + timedelta(days=1)


def _cells(plan: Plan, row: PlanRow) -> str:
    """`plan.xlsx, Hospital discharge!D14 to O14`."""
    cells = [row.cells[month] for month in plan.months]
    end = cells[-1].place.rpartition("!")[2]
    return f"{Path(plan.file).name}, {cells[0].place} to {end}"


def _groups(plan: Plan, services: Sequence[str], directions: Sequence[str], before: str = "") -> Iterator[str]:
    """The streams of people, as lines of YAML."""
    for service in services:
        meaning = plan.of(service, DEMAND)[0].meaning
        for direction in directions:
            rows = [row for row in plan.of(service, DEMAND) if row.meaning.direction == direction]
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
            stay = f"{{lognormal: {{mean: {number(meaning.days)}, sd: {number(meaning.sd)}}}}}"
            yield f"    {service}: {{stay_days: {stay}, then: {{out: 100%}}}}  # assumption: the mapping, line {meaning.mark.line}"


def _rates(plan: Plan, service: str, direction: str) -> dict[str, float]:
    """People a day of every month of the year; months outside the plan have its mean."""
    found = {}
    for month in plan.months:
        days = (whole_month(month.year, month.month)[1] - month).days + 1
        found[MONTH_KEYS[month.month - 1]] = plan.demand(service, month, direction) / days
    mean = sum(found.values()) / len(found)
    return {key: found.get(key, mean) for key in MONTH_KEYS}
