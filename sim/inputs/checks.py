"""Does what a planner wrote fit together? Names that exist, shares that add up, keys that need each other.

Every check reads what was told and notes problems; none stops another, and none looks at what could not be read.
`possible.py` asks afterwards whether people could live in such a scenario.
What may be changed here: a new check is a function in CHECKS; the exact words are tested.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from sim.inputs.budget_checks import check_budgets
from sim.inputs.capacity import CAPACITY_KEYS
from sim.inputs.cost_checks import check_costs
from sim.inputs.problems import Path, Problems, did_you_mean, listed, quoted
from sim.inputs.reading import UNREADABLE, Reference, Said, each, is_sound
from sim.inputs.shares import check_adds_up
from sim.inputs.told import WITH_LISTS, Told

MOST_DAYS_OF_RUN = 36_525
Node = TypeVar("Node", bound=Hashable)


def check_references(told: Told, references: Sequence[Reference], problems: Problems) -> None:
    """Every name that is used was declared."""
    for one in references:
        known = told.known(one.what)
        if known is None or one.name in known:
            continue
        noun = one.what if one.what in ("step", "team", "group") else "service"
        if noun == "service" and one.name in (told.names("lists") or ()):
            what = f"{'names' if one.is_key else 'is'} {quoted(one.name)}, which is a list; name one of its services"
            problems.about(one.mark, one.path, what)
            continue
        if one.what in WITH_LISTS and told.names("lists"):
            noun = "service or list"
        if not one.is_key:
            what = f"is {quoted(one.name)}, and there is no such {noun}"
        elif one.what == "destination":
            what = f"leads nowhere: there is no {noun} called {quoted(one.name)}"
        else:
            what = f"names a {noun} that does not exist"
        problems.about(one.mark, one.path, f"{what}{did_you_mean(one.name, known)}")


def check_shares(told: Told) -> None:
    """Shares add up to 100%."""
    for group, people in each(told.said["people"]):
        check_adds_up(told, ("people", group, "arrives_at"), people["arrives_at"])
    for _, _, visit in told.visits():
        for _, routes in told.dated_routes(visit):
            shares = [route["share"] if isinstance(route, Said) else route for route in routes.values()]
            check_adds_up(told, routes.path, dict(zip(routes, shares, strict=True)))


def check_calendar(told: Told) -> None:
    """The run is neither endless nor, with a census, warmed up."""
    if told.total_days is None:
        return
    if told.total_days > MOST_DAYS_OF_RUN:
        follows = told.said["calendar"]["follow_up_days"]
        told.refuse(
            ("calendar", "follow_up_days" if follows else "measured_days"),
            f"makes a run of {told.total_days:,} days; {MOST_DAYS_OF_RUN:,} are the most",
        )
    if told.said["census"] and told.said["calendar"]["warm_up_days"]:
        told.refuse(
            ("calendar", "warm_up_days"),
            "must be 0 with a `census`: who is there at the start needs no warm-up; write 0, or leave the census out",
        )


def check_dates(told: Told) -> None:
    """Dated capacities and routes begin at the start of the run, one at a time."""
    for section in ("services", "teams"):
        for _, one in each(told.said[section]):
            for key in CAPACITY_KEYS:
                if isinstance(one.get(key), list):
                    _check_dates(told, (*one.path, key), one[key])
    for _, _, visit in told.visits():
        if isinstance(visit["then"], list):
            written = [one.path[:-1] for one in visit["then"] if isinstance(one, Said)]
            _check_dates(told, written[0] if written else (*visit.path, "then"), visit["then"])


def _check_dates(told: Told, path: Path, amounts: list[Any]) -> None:
    dates = [amount["from"] if isinstance(amount, Said) else UNREADABLE for amount in amounts]
    first: dict[Any, int] = {}
    for number, date in enumerate(dates, 1):
        if date is not UNREADABLE and first.setdefault(date, number) < number:
            what = f"is {date}, which item {first[date]} has too; keep one of them"
            told.refuse((*path, str(number), "from"), what)
    if is_sound(dates) and told.start is not None and min(dates) > told.start:
        what = f"begins on {min(dates)}, after the start of the run; say what holds on {told.start} too"
        told.refuse((*path, "1", "from"), what, shown=path)


def check_hours(told: Told) -> None:
    """Doors open before they close, reviews happen some day."""
    for _, service in each(told.said["services"]):
        for key in ("admission_hours", "discharge_hours"):
            if isinstance(service[key], Said):
                _check_opening(told, service[key])
        if isinstance(service["review"], Said):
            _check_review(told, service["review"])


def _check_opening(told: Told, hours: Said) -> None:
    if is_sound([hours["from"], hours["to"]]) and hours["from"] >= hours["to"]:
        told.refuse((*hours.path, "to"), "must be later than `from`; hours do not run past midnight")
    counted = Counter(day for day in hours["days"] or [] if day is not UNREADABLE)
    repeated = [day for day, times in counted.items() if times > 1]
    if repeated:
        told.refuse((*hours.path, "days"), f"names {listed(repeated, 'and')} more than once; once is enough")


def _check_review(told: Told, review: Said) -> None:
    if is_sound([review["from"], review["to"]]) and review["from"] > review["to"]:
        told.refuse((*review.path, "to"), "must not be earlier than `from`")
    chances = review["chance_by_weekday"]
    if isinstance(chances, Said) and is_sound(chances) and not any(chances.values()):
        told.refuse(chances.path, "is 0% on every day, so nobody would ever be declared ready")


def check_services(told: Told) -> None:
    """Surge places and passing fit how a service counts; hospitals are on no pathway; only care homes are moved into for good."""
    for name, service in each(told.said["services"]):
        hours = told.counts_hours(name)
        if service["may_pass"] is True and hours is False:
            told.refuse(
                (*service.path, "may_pass"),
                "only means something where `hours_per_week` are counted; delete it",
            )
        if service["kind"] == "acute" and is_sound([service["pathway"]]) and service["pathway"] is not None:
            told.refuse(
                (*service.path, "pathway"),
                "means nothing for a hospital: a move to another hospital is no discharge; delete it",
            )
        if service["long_term"] is True and is_sound([service["kind"]]) and service["kind"] != "care_home":
            told.refuse((*service.path, "long_term"), "is for services of the kind care_home; delete it")
        if isinstance(service["surge"], Said):
            _check_surge(told, name, service["surge"], hours)


def _check_surge(told: Told, name: str, surge: Said, hours: bool | None) -> None:
    opens, closes = surge["opens_when_waiting"], surge["closes_when_waiting"]
    if is_sound([opens, closes]) and closes >= opens:
        told.refuse(
            (*surge.path, "closes_when_waiting"),
            f"is {closes}; it must be below `opens_when_waiting`, {opens}",
        )
    capacity = told.capacity(told.service(name))
    if capacity is not None and all(one.places is None for one in capacity):
        told.refuse(surge.path, f"adds places to {quoted(name)}, which is unlimited; delete one of the two")
    if hours is not None and is_sound(surge["hours_per_week"]) and (surge["hours_per_week"] is not None) != hours:
        told.refuse(
            surge.path,
            f"must count as {quoted(name)} does: {'in hours_per_week' if hours else 'in beds or places'}",
        )


def check_lists(told: Told) -> None:
    """A list has a name of its own and holds services, each once."""
    for name, one in each(told.said["lists"]):
        if name in (told.names("services") or ()):
            told.refuse(one.path, "is the name of a service too; choose another")
        if one["services"] is not UNREADABLE:
            repeated = [service for service, times in Counter(one["services"]).items() if times > 1]
            if is_sound(repeated) and repeated:
                told.refuse((*one.path, "services"), f"names {listed(repeated, 'and')} more than once; once is enough")


def check_steps(told: Told) -> None:
    """No step waits, through others, for itself."""
    after = {name: _names_in(step["after"]) for name, step in each(told.said["steps"])}
    for ring in rings(after):
        path = ("steps", ring[0], "after")
        told.refuse(path, f"is a ring in which no step can begin: {' after '.join([*ring, ring[0]])}")


def _names_in(value: Any) -> list[str]:
    names = value if isinstance(value, list) else [value]
    return [name for name in names if isinstance(name, str)]


def rings(leads_to: dict[Node, list[Node]]) -> list[list[Node]]:
    """The rings in a graph, each found once, beginning with the name that is written first."""
    found: list[list[Node]] = []
    done: set[Node] = set()
    for first, onward in leads_to.items():
        trail, ways = [first], [iter(onward)]
        while ways and first not in done:
            name = next(ways[-1], None)
            if name is None:
                done.add(trail.pop())
                ways.pop()
            elif name in trail:
                found.append(trail[trail.index(name) :])
            elif name in leads_to and name not in done:
                trail.append(name)
                ways.append(iter(leads_to[name]))
    return found


CHECKS: tuple[Callable[[Told], None], ...] = (
    check_shares,
    check_calendar,
    check_dates,
    check_hours,
    check_services,
    check_lists,
    check_steps,
    check_costs,
    check_budgets,
)
