"""Does what a planner wrote fit together? Names that exist, shares that add up, keys that need each other.

Every check reads the parsed scenario and notes problems; none stops another, and none looks at what could not be read.
`feasibility.py` asks afterwards whether people could live in such a scenario.

Bays are beds of one service for some people only, such as women or people with an infection. Somebody takes the first bay, in the
order of the file, that is for them and has a free bed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import product
from typing import Any

from sim.inputs.calendar import first_day, last_day
from sim.inputs.field_types import UNREADABLE, Reference, each, is_parsed, is_sound
from sim.inputs.fields import BaySpec, HoursSpec, ReviewSpec, ServiceSpec, SurgeSpec
from sim.inputs.parsed import (
    BAYS,
    CAPACITY_KEYS,
    WITH_LISTS,
    ParsedScenario,
    Way,
    bay_is_for,
    check_adds_up,
    in_use,
    rings,
    traits_in,
)
from sim.inputs.problems import Path, Problems, did_you_mean, listed, quoted

MOST_DAYS_OF_RUN = 36_525


def check_references(parsed: ParsedScenario, references: Sequence[Reference], problems: Problems) -> None:
    """Every name that is used was declared."""
    for reference in references:
        known = parsed.known(reference.what)
        if known is None or reference.name in known:
            continue
        noun = reference.what if reference.what in ("step", "team", "group") else "service"
        if noun == "service" and reference.name in (parsed.names("lists") or ()):
            what = f"{'names' if reference.is_key else 'is'} {quoted(reference.name)}, which is a list; name one of its services"
            problems.about(reference.mark, reference.path, what)
            continue
        if reference.what in WITH_LISTS and parsed.names("lists"):
            noun = "service or list"
        if not reference.is_key:
            what = f"is {quoted(reference.name)}, and there is no such {noun}"
        elif reference.what == "destination":
            what = f"leads nowhere: there is no {noun} called {quoted(reference.name)}"
        else:
            what = f"names a {noun} that does not exist"
        problems.about(reference.mark, reference.path, f"{what}{did_you_mean(reference.name, known)}")


def _check_shares(parsed: ParsedScenario) -> None:
    """Shares add up to 100%."""
    for group, people in each(parsed.spec.people):
        check_adds_up(parsed, ("people", group, "arrives_at"), people.arrives_at)
    for _, _, visit in parsed.visits():
        for _, routes in parsed.dated_routes(visit):
            shares = [route.share if is_parsed(route) else route for route in routes.values()]
            check_adds_up(parsed, routes.path, dict(zip(routes, shares, strict=True)))


def _check_calendar(parsed: ParsedScenario) -> None:
    """The run is not endless, and its bank holidays are known."""
    if parsed.total_days is None:
        return
    if parsed.total_days > MOST_DAYS_OF_RUN:
        follows = parsed.spec.calendar.follow_up_days
        parsed.refuse(
            ("calendar", "follow_up_days" if follows else "measured_days"),
            f"makes a run of {parsed.total_days:,} days; {MOST_DAYS_OF_RUN:,} are the most",
        )
    closed = parsed.spec.calendar.bank_holidays
    if isinstance(closed, str) and parsed.start is not None:
        first, last, end = first_day(closed), last_day(closed), parsed.start + timedelta(days=parsed.total_days - 1)
        if parsed.start < first or end > last:
            parsed.refuse(
                ("calendar", "bank_holidays"),
                f"knows those from {first.year} to {last.year}, and the run is from {parsed.start} to {end}; write the dates",
            )


def check_dates(parsed: ParsedScenario) -> None:
    """Dated capacities and routes begin at the start of the run, one at a time."""
    for section in ("services", "teams"):
        for _, one in each(parsed.spec[section]):
            bays = one.get(BAYS)
            for amounts in (one, *(bay for bay in (bays if isinstance(bays, list) else ()) if is_parsed(bay))):
                for key in CAPACITY_KEYS:
                    if key != BAYS and isinstance(amounts.get(key), list):
                        _check_dates(parsed, (*amounts.path, key), amounts[key])
    for _, _, visit in parsed.visits():
        if isinstance(visit.then, list):
            written = [route.path[:-1] for route in visit.then if is_parsed(route)]
            _check_dates(parsed, written[0] if written else (*visit.path, "then"), visit.then)


def _check_dates(parsed: ParsedScenario, path: Path, amounts: list[Any]) -> None:
    dates = [amount.from_ if is_parsed(amount) else UNREADABLE for amount in amounts]
    first: dict[Any, int] = {}
    for number, date in enumerate(dates, 1):
        if date is not UNREADABLE and first.setdefault(date, number) < number:
            what = f"is {date}, which item {first[date]} has too; keep one of them"
            parsed.refuse((*path, str(number), "from"), what)
    if is_sound(dates) and parsed.start is not None and min(dates) > parsed.start:
        what = f"begins on {min(dates)}, after the start of the run; say what holds on {parsed.start} too"
        parsed.refuse((*path, "1", "from"), what, shown=path)


def _check_hours(parsed: ParsedScenario) -> None:
    """Hours open before they close, reviews happen some day."""
    for _, service in each(parsed.spec.services):
        for key in ("admission_hours", "discharge_hours"):
            if is_parsed(service[key]):
                _check_opening(parsed, service[key])
        if is_parsed(service.review):
            _check_review(parsed, service.review)


def _check_opening(parsed: ParsedScenario, hours: HoursSpec) -> None:
    if is_sound([hours.from_, hours.to]) and hours.from_ >= hours.to:
        parsed.refuse((*hours.path, "to"), "must be later than `from`; hours do not run past midnight")
    counted = Counter(day for day in hours.days or [] if day is not UNREADABLE)
    repeated = [day for day, times in counted.items() if times > 1]
    if repeated:
        parsed.refuse((*hours.path, "days"), f"names {listed(repeated, 'and')} more than once; once is enough")


def _check_review(parsed: ParsedScenario, review: ReviewSpec) -> None:
    if is_sound([review.from_, review.to]) and review.from_ > review.to:
        parsed.refuse((*review.path, "to"), "must not be earlier than `from`")
    chances = review.chance_by_weekday
    if is_parsed(chances) and is_sound(chances) and not any(chances.values()):
        parsed.refuse(chances.path, "is 0% on every day, so nobody would ever be declared ready")


def _check_services(parsed: ParsedScenario) -> None:
    """Surge places and passing fit how a service counts; hospitals are on no pathway; only care homes are moved into for good."""
    for name, service in each(parsed.spec.services):
        hours = parsed.counts_hours(name)
        if service.may_pass is True and hours is False:
            parsed.refuse(
                (*service.path, "may_pass"), "only means something where `hours_per_week` are counted; delete it"
            )
        if service.kind == "acute" and is_sound([service.pathway]) and service.pathway is not None:
            parsed.refuse(
                (*service.path, "pathway"),
                "means nothing for a hospital: a move to another hospital is no discharge; delete it",
            )
        if service.long_term is True and is_sound([service.kind]) and service.kind != "care_home":
            parsed.refuse((*service.path, "long_term"), "is for services of the kind care_home; delete it")
        if is_parsed(service.surge):
            _check_surge(parsed, name, service.surge, hours)


def _check_surge(parsed: ParsedScenario, name: str, surge: SurgeSpec, hours: bool | None) -> None:
    opens, closes = surge.opens_when_waiting, surge.closes_when_waiting
    if is_sound([opens, closes]) and closes >= opens:
        parsed.refuse(
            (*surge.path, "closes_when_waiting"), f"is {closes}; it must be below `opens_when_waiting`, {opens}"
        )
    capacity = parsed.capacity(parsed.service(name))
    if capacity is not None and all(one.places is None for one in capacity):
        parsed.refuse(surge.path, f"adds places to {quoted(name)}, which is unlimited; delete one of the two")
    if hours is not None and is_sound(surge.hours_per_week) and (surge.hours_per_week is not None) != hours:
        parsed.refuse(
            surge.path, f"must count as {quoted(name)} does: {'in hours_per_week' if hours else 'in beds or places'}"
        )


def _check_lists(parsed: ParsedScenario) -> None:
    """A list has a name of its own and holds services, each once."""
    for name, one in each(parsed.spec.lists):
        if name in (parsed.names("services") or ()):
            parsed.refuse(one.path, "is the name of a service too; choose another")
        if one.services is not UNREADABLE:
            repeated = [service for service, times in Counter(one.services).items() if times > 1]
            if is_sound(repeated) and repeated:
                parsed.refuse(
                    (*one.path, "services"), f"names {listed(repeated, 'and')} more than once; once is enough"
                )


def _check_steps(parsed: ParsedScenario) -> None:
    """No step waits, through others, for itself."""
    for ring in rings(parsed.steps_before()):
        path = ("steps", ring[0], "after")
        parsed.refuse(path, f"is a circle in which no step can begin: {' after '.join([*ring, ring[0]])}")


# -- bays: beds of one service that are for some people only -----------------------------------------------------------


def _with_bays(parsed: ParsedScenario) -> Iterator[tuple[str, ServiceSpec]]:
    """The services with bays that could be read."""
    for name, service in each(parsed.spec.services):
        if service.bays is not None and is_sound(service.bays):
            yield name, service


def check_bays(parsed: ParsedScenario) -> None:
    """Traits and levels exist, no surge opens beside bays, and anybody who finds no bay for them has another way."""
    groups = {name: traits_in(group) for name, group in each(parsed.spec.people)}
    for name, service in _with_bays(parsed):
        if service.surge is not None:
            what = (
                "has no meaning with `bays`: it does not say who the extra beds are for. Give a bay dated beds instead"
            )
            parsed.refuse((*service.path, "surge"), what)
        for bay in service.bays or ():
            _check_levels(parsed, bay, groups.values())
        for way in parsed.ways():
            if name in parsed.members(way.to) and way.route.otherwise is None and in_use(way):
                _check_way(parsed, way, groups.get(way.group, {}))


def _check_levels(parsed: ParsedScenario, bay: BaySpec, groups: Any) -> None:
    known = {trait: levels for traits in groups for trait, levels in traits.items()}
    for trait, levels in bay_is_for(bay).items():
        if trait not in known:
            what = f"names a trait that no group has{did_you_mean(trait, known) if known else ''}"
            parsed.refuse((*bay.path, "only_for", trait), what)
            continue
        everywhere = {level for traits in groups for level in traits.get(trait, ())}
        for level in levels:
            if level not in everywhere:
                what = f"is {quoted(level)}, which is no level of {quoted(trait)}; there are {listed(sorted(everywhere), 'and')}"
                parsed.refuse((*bay.path, "only_for", trait), what)


def _check_way(parsed: ParsedScenario, way: Way, traits: Mapping[str, tuple[str, ...]]) -> None:
    """Everybody whom a route leads here finds a bay that is for them, in this service or in another one of the list."""
    services = [parsed.service(name) for name in parsed.members(way.to)]
    if any(service is None or service.bays is None or not is_sound(service.bays) for service in services):
        return
    bays = [bay_is_for(bay) for service in services if service is not None for bay in service.bays or ()]
    nobodys = _without_bay(bays, traits, way.after)
    if nobodys:
        who = listed([f"{trait} {level}" for trait, level in nobodys.items()], "and") or "these people"
        parsed.refuse(way.route.path, f"needs `otherwise`: no bay of {quoted(way.to)} is for people with {who}")


def _without_bay(
    bays: list[dict[str, list[str]]], traits: Mapping[str, tuple[str, ...]], given: Mapping[str, str]
) -> dict[str, str] | None:
    """The first combination of levels for which there is no bay, among people with given levels; None if there is none."""
    matter = [trait for trait in traits if any(trait in bay for bay in bays)]
    for levels in product(*(traits[trait] for trait in matter)):
        mine = dict(zip(matter, levels, strict=True))
        is_asked = all(given.get(trait, level) == level for trait, level in mine.items())
        if is_asked and not any(all(mine.get(trait) in levels for trait, levels in bay.items()) for bay in bays):
            return mine
    return None


CHECKS: tuple[Callable[[ParsedScenario], None], ...] = (
    _check_shares,
    _check_calendar,
    check_dates,
    _check_hours,
    _check_services,
    _check_lists,
    check_bays,
    _check_steps,
)
