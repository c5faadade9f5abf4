"""A scenario as it was parsed, problems and all, with the questions that the checks ask of it.

A question that two checks ask belongs here. Tests hold the exact words about shares.

A visit is settled by two sets of levels: those with which people are found on admission and those that they have after
the changes of the stay. Days needed, hours, tapers and changes go by the levels found, everything else by those after
(rules 20 and 21 of `docs/model.md`).
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, TypeVar

from sim.inputs.by_level import Levels, all_by_level, for_levels, leaves, picked, traits_around, traits_of
from sim.inputs.calendar import row_at
from sim.inputs.distributions import Distribution
from sim.inputs.field_types import UNREADABLE, Named, Parsed, each, is_parsed, is_sound
from sim.inputs.fields import (
    ArrivalSpec,
    BaySpec,
    CensusSpec,
    ChangeSpec,
    DatedRoutesSpec,
    GroupSpec,
    HoursSpec,
    LostChangeSpec,
    LostGroundSpec,
    RouteSpec,
    ScenarioSpec,
    ServiceSpec,
    TeamSpec,
    VisitSpec,
)
from sim.inputs.nodes import Table, mark_at
from sim.inputs.problems import Path, Problems, listed, quoted
from sim.inputs.rota import Amount, Rota, places_by_row, rota_of
from sim.inputs.scenario import DIED, HOME, OUT, OUTSIDE, SECONDS_PER_DAY, WEEKDAYS, Hours, Places, Trait
from sim.inputs.values import TOLERANCE, UNLIMITED, percent

# What a reference may name that nobody declares.
IMPLICIT = {
    "destination": (HOME, DIED, OUT),
    "service or home": (HOME,),
    "service, list or home": (HOME,),
    "service, list, home or out": (HOME, OUT),
    "service, home or outside": (HOME, OUTSIDE),
}
WITH_LISTS = ("destination", "service, list or home", "service, list, home or out")


@dataclass(frozen=True, slots=True)
class Way:
    """One route of one group out of one service; `routes` are all that hold from the same date on."""

    group: str
    here: str
    to: str
    visit: VisitSpec
    routes: Named[RouteSpec]
    route: RouteSpec
    from_second: int = 0
    after: Levels = field(default_factory=dict)  # the levels of the people on it, of traits that matter here
    found: Levels = field(default_factory=dict)  # those with which they came to the service

    @property
    def stay(self) -> Distribution | None:
        """Days needed by those who take this route, as they are drawn; None where that is not known."""
        own, times = self.route.stay_days, self.visit.stay_times
        stay = own if own is not None else self.visit.stay_days
        return stay.scaled(float(times)) if isinstance(stay, Distribution) and times else None

    def ends(self) -> Iterator[str]:
        """Where people drawn for the route may end up: there, along its chain of `otherwise`, or somewhere worse."""
        seen: list[str] = []
        name: Any = self.to
        while isinstance(name, str) and name not in seen:
            seen.append(name)
            sibling = self.sibling(name)
            name = sibling.otherwise if sibling is not None else None
        ground = self.visit.lost_ground
        worse = ground.worse if is_parsed(ground) else None
        if is_parsed(worse) and worse.from_ in seen and isinstance(worse.to, str):
            seen.append(worse.to)
        yield from seen

    def sibling(self, name: str) -> RouteSpec | None:
        """The route from here to another destination."""
        found = self.routes.get(name)
        return found if is_parsed(found) else None


# -- a visit for each combination of levels that matters there ----------------------------------------------------------


# Of a visit, what goes by the levels found. In `lost_ground` all but `worse` does; of a route its own `stay_days`.
BY_LEVELS_FOUND = ("stay_days", "stay_times", "hours_per_week", "tapers", "changes")
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Variant:
    """What people of a group with these levels do in a service, as it was read but without `by`."""

    group: str
    here: str
    visit: VisitSpec
    found: Levels
    after: Levels


def traits_in(people: GroupSpec) -> dict[str, tuple[str, ...]]:
    """The readable traits of a group, with their levels."""
    spec = people.traits
    found = spec.items() if is_parsed(spec) else ()
    return {trait: levels for trait, one in found if (levels := levels_of(one))}


def levels_of(spec: Any) -> tuple[str, ...]:
    """The levels of a trait in order of first mention, those of all branches; none where nothing can be read."""
    branches = [leaf for leaf in leaves(spec) if is_parsed(leaf) or is_sound(leaf)]
    named = dict.fromkeys(level for branch in branches if is_parsed(branch) for level in branch)
    if not named.keys() <= {YES, NO}:  # a bare share is a mistake there, which a check reports
        return tuple(named)
    return tuple(dict.fromkeys(level for branch in branches for level in _shares_of_levels(branch)))


def _shares_of_levels(spec: Any) -> dict[str, Any]:
    """Levels with their shares; a bare share is that of `yes`."""
    return dict(spec) if is_parsed(spec) else {YES: spec, NO: 1 - spec}


def traits_with_shares(people: GroupSpec) -> tuple[Trait, ...]:
    """The readable traits of a group as nouns; shares that cannot be read are empty."""
    written = people.traits if is_parsed(people.traits) else Named[Any](people.path)
    return tuple(
        Trait(
            name=name,
            level_names=levels,
            shares=tuple(
                (as_levels(above), _shares(for_levels(written[name], above), levels))
                for above in combinations(people, traits_of(written[name]))
            ),
        )
        for name, levels in traits_in(people).items()
    )


def _shares(spec: Any, levels: Sequence[str]) -> tuple[float, ...]:
    """The share of each level; one that is not named has none."""
    shares = _shares_of_levels(spec) if is_sound(spec) else None
    return () if shares is None else tuple(float(shares.get(level, 0)) for level in levels)


def combinations(people: GroupSpec, traits: Iterable[str]) -> Iterator[dict[str, str]]:
    """Every combination of the levels of some traits, which are taken in the order of the file."""
    known = traits_in(people)
    names = [name for name in known if name in set(traits)]
    for levels in product(*(known[name] for name in names)):
        yield dict(zip(names, levels, strict=True))


def services_in(people: GroupSpec) -> tuple[str, ...]:
    """Every service of a group's journey, whatever the levels."""
    journeys = (leaf for leaf in leaves(people.journey) if is_parsed(leaf))
    return tuple(dict.fromkeys(service for journey in journeys for service in journey))


def traits_that_matter(people: GroupSpec, service: str) -> set[str]:
    """The traits on which it depends what people of a group do in a service."""
    journeys = (leaf for leaf in leaves(people.journey) if is_parsed(leaf) and service in leaf)
    return traits_around(people.journey).union(*(traits_of(journey[service]) for journey in journeys))


def is_in_journey(people: GroupSpec, service: str, levels: Levels) -> bool:
    """Does the journey of people with these levels say what they do in a service? True where that is not known."""
    journey = picked(people.journey, levels)
    return not is_parsed(journey) or service in journey


def variants_of(group: str, people: GroupSpec) -> Iterator[Variant]:
    """Every readable visit of a group, once for each combination of levels that matters there."""
    for service in services_in(people):
        for found in combinations(people, traits_that_matter(people, service)):
            here = _in_service(people, service, found)
            for after in afters(here, found) if here is not None else ():
                there = _in_service(people, service, after)
                if here is not None and there is not None:
                    yield Variant(group, service, _settled(here, there, found, after), found, after)


def _in_service(people: GroupSpec, service: str, levels: Levels) -> VisitSpec | None:
    """What people with these levels do in a service; what stands inside it may still depend on them."""
    journey = picked(people.journey, levels)
    visit = picked(journey.get(service), levels) if is_parsed(journey) else None
    return visit if is_parsed(visit) else None


def afters(here: VisitSpec, found: Levels) -> Iterator[dict[str, str]]:
    """The levels that people may have after the changes of a stay, of the traits that matter, those found first."""
    reached = {trait: [level] for trait, level in found.items()}
    for change in _changes_in(here, found):
        if change.trait in reached and change.from_ == found[change.trait]:
            reached[change.trait].append(change.to)
    for levels in product(*(dict.fromkeys(levels) for levels in reached.values())):
        yield dict(zip(reached, levels, strict=True))


def _changes_in(visit: VisitSpec, found: Levels) -> list[ChangeSpec | LostChangeSpec]:
    """The readable changes of a visit: those by lost ground, then its own."""
    ground = picked(visit.lost_ground, found)
    changes = [*((ground.changes or ()) if is_parsed(ground) else ()), *(visit.changes or ())]
    return [change for change in changes if is_parsed(change) and is_sound([change.trait, change.from_, change.to])]


def _settled(here: VisitSpec, there: VisitSpec, found: Levels, after: Levels) -> VisitSpec:
    if not found and next(all_by_level(here), None) is None:
        return here
    plain = VisitSpec(there.path)
    plain.update({key: for_levels(one, after) for key, one in there.items() if key != "then"})
    plain.update({key: for_levels(here[key], found) for key in BY_LEVELS_FOUND})
    plain.lost_ground = _lost_ground(for_levels(here.lost_ground, found), plain.lost_ground)
    plain.then = _then(there.then, found, after)
    return plain


def _lost_ground(found: Any, after: Any) -> Any:
    """Lost ground by the levels found, with what it does to the next destination by those after."""
    if found is None and is_parsed(after) and after.worse is not None:
        found = LostGroundSpec(after.path)
        found.update({**after, "longer_stay_days_per_delayed_day": 0, "changes": None})
    if not is_parsed(found):
        return found
    plain = LostGroundSpec(found.path)
    plain.update({**found, "worse": after.worse if is_parsed(after) else None})
    return plain


def _then(then: Any, found: Levels, after: Levels) -> Any:
    then = picked(then, after)
    if isinstance(then, list):
        return [_dated(one, found, after) if is_parsed(one) else one for one in then]
    return _routes(then, found, after)


def _dated(dated: DatedRoutesSpec, found: Levels, after: Levels) -> DatedRoutesSpec:
    plain = DatedRoutesSpec(dated.path)
    plain.update({**dated, "routes": _routes(picked(dated.routes, after), found, after)})
    return plain


def _routes(routes: Any, found: Levels, after: Levels) -> Any:
    if not is_parsed(routes):
        return routes
    plain: Named[RouteSpec] = Named(routes.path)
    plain.update({to: _route(route, found, after) if is_parsed(route) else route for to, route in routes.items()})
    return plain


def _route(route: RouteSpec, found: Levels, after: Levels) -> RouteSpec:
    plain = RouteSpec(route.path)
    plain.update({key: for_levels(one, found if key == "stay_days" else after) for key, one in route.items()})
    return plain


def arrivals_of(people: GroupSpec) -> list[tuple[dict[str, str], ArrivalSpec]]:
    """How people of a group wait outside, for each combination of levels that matters there."""
    found = [(levels, for_levels(people.arrival, levels)) for levels in combinations(people, traits_of(people.arrival))]
    return [(levels, arrival) for levels, arrival in found if is_parsed(arrival)]


def as_levels(levels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Levels as the nouns hold them."""
    return tuple(levels.items())


def dated_routes_of(
    then: Named[RouteSpec] | list[DatedRoutesSpec] | None,
) -> list[tuple[date | None, Named[RouteSpec]]]:
    """What can be read of `then`: routes that hold all along, or those from dates on, the earliest first."""
    if isinstance(then, Named):
        return [(None, then)]
    dated = [one for one in then or () if is_parsed(one) and isinstance(one.from_, date)]
    return [(one.from_, one.routes) for one in sorted(dated, key=lambda one: one.from_) if is_parsed(one.routes)]


# -- the scenario as it was read ----------------------------------------------------------------------------------------


class ParsedScenario:
    """A scenario as it was read, problems and all: parts that could not be read are skipped."""

    def __init__(self, spec: ScenarioSpec, tree: Table, problems: Problems) -> None:
        self.spec = spec
        self.tree = tree
        self._problems = problems
        self._variants: dict[str, list[Variant]] = {}

    def refuse(self, path: Path, what: str, shown: Path | None = None) -> None:
        """Note a problem at a path; `shown` is what to call it where that is clearer."""
        self._problems.about(mark_at(self.tree, path), path, what, shown)

    def file_of(self, path: Path) -> str:
        """The file in which the value at a path was written."""
        return mark_at(self.tree, path).file

    def is_nearer(self, path: Path, other: Path) -> bool:
        """Was the value at a path written in a file that extends the one with the other?"""
        return self._problems.order(self.file_of(path)) < self._problems.order(self.file_of(other))

    def place_of(self, path: Path) -> str:
        """The file and line in which the value at a path was written."""
        mark = mark_at(self.tree, path)
        return f"{mark.file}:{mark.line}" if mark.line else mark.file

    @property
    def start(self) -> date | None:
        """The first day of the run, None if it could not be read."""
        calendar = self.spec.calendar
        start = calendar.start if is_parsed(calendar) else UNREADABLE
        return start if isinstance(start, date) else None

    @property
    def total_days(self) -> int | None:
        """Days of the run, warm-up and follow-up included, None if they could not be read."""
        calendar = self.spec.calendar
        keys = ("warm_up_days", "measured_days", "follow_up_days")
        days = [calendar[key] for key in keys] if is_parsed(calendar) else [UNREADABLE]
        return sum(days) if is_sound(days) else None

    def steps_before(self) -> dict[str, list[str]]:
        """By step, those that it comes after, as far as they could be read."""
        written = {
            name: step.after if isinstance(step.after, list) else [step.after] for name, step in each(self.spec.steps)
        }
        return {name: [one for one in before if isinstance(one, str)] for name, before in written.items()}

    def names(self, section: str) -> tuple[str, ...] | None:
        """The names declared in a section; None if it could not be read at all."""
        spec = self.spec[section]
        return None if spec is UNREADABLE else tuple(spec or ())

    def known(self, what: str) -> tuple[str, ...] | None:
        """Everything that a reference may name; None if that is not known."""
        names = self.names({"step": "steps", "team": "teams", "group": "people"}.get(what, "services"))
        lists = self.names("lists") if what in WITH_LISTS else ()
        return None if names is None or lists is None else (*names, *lists, *IMPLICIT.get(what, ()))

    def service(self, name: str) -> ServiceSpec | None:
        """A declared service that could be read."""
        services = self.spec.services
        found = services.get(name) if is_parsed(services) else None
        return found if is_parsed(found) else None

    def members(self, name: str) -> tuple[str, ...]:
        """The services of a waiting list that were declared; any other destination by itself."""
        lists = self.spec.lists
        if not is_parsed(lists) or name not in lists:
            return (name,)
        named = lists[name].services if is_parsed(lists[name]) else ()
        return tuple(one for one in named if is_sound(one) and self.service(one) is not None)

    def queue_limit(self, name: str) -> Any:
        """The longest queue of a service or list; None for no limit."""
        lists = self.spec.lists
        spec = lists.get(name) if is_parsed(lists) else None
        found = spec if is_parsed(spec) else self.service(name)
        return None if found is None else found.queue_limit

    def counts_hours(self, name: str) -> bool | None:
        """Does a service count hours instead of people? None where that is not known."""
        if name == HOME:
            return False
        service = self.service(name)
        if service is None or any(service[key] is UNREADABLE for key in CAPACITY_KEYS):
            return None
        return capacity_key(service) == "hours_per_week"

    def capacity(self, spec: ServiceSpec | TeamSpec | None) -> tuple[Places, ...] | None:
        """The dated capacity of a service or team; None where it is not known."""
        if spec is None or self.start is None or not is_sound([spec.get(key) for key in CAPACITY_KEYS]):
            return None
        return places_of(spec, self.start, self.total_days or 0)

    def ways(self) -> Iterator[Way]:
        """Every readable route of every group, of every date, for all levels."""
        for group, _ in each(self.spec.people):
            for variant in self.variants(group):
                for from_second, routes in self.dated_routes(variant.visit):
                    for to, route in each(routes):
                        yield Way(
                            group,
                            variant.here,
                            to,
                            variant.visit,
                            routes,
                            route,
                            from_second,
                            variant.after,
                            variant.found,
                        )

    def dated_routes(self, visit: VisitSpec) -> Iterator[tuple[int, Named[RouteSpec]]]:
        """The readable routes of a visit, with the second of the run from which they hold, in the order of their dates."""
        for since, routes in dated_routes_of(visit.then):
            days = 0 if since is None or self.start is None else max(0, (since - self.start).days)
            yield days * SECONDS_PER_DAY, routes

    def opens_second(self, name: str) -> int:
        """The second of the run from which a service has opened; 0 where it always had, never does or cannot be reported.

        A waiting list opens with the first of its services.
        """
        found = [service for member in self.members(name) if (service := self.service(member)) is not None]
        if self.start is None or any(self.capacity(service) is None for service in found):
            return 0
        return first_opening(found, self.start)

    def visits(self) -> Iterator[tuple[str, str, VisitSpec]]:
        """Every readable visit, for all levels: group, service, what was said."""
        for group, _ in each(self.spec.people):
            for variant in self.variants(group):
                yield group, variant.here, variant.visit

    def variants(self, group: str) -> list[Variant]:
        """Every readable visit of a group, once for each combination of levels that matters there."""
        if group not in self._variants:
            self._variants[group] = list(variants_of(group, self.spec.people[group]))
        return self._variants[group]

    def visits_of_census(self, entry: CensusSpec) -> Iterator[VisitSpec]:
        """What people of a census entry may do in the service where they are, which depends on their levels."""
        people, given = self.spec.people, entry.levels if is_parsed(entry.levels) else {}
        if is_parsed(people) and is_parsed(people.get(entry.group)):
            for variant in self.variants(entry.group):
                is_theirs = all(given.get(trait, level) == level for trait, level in variant.found.items())
                if variant.here == entry.service and is_theirs and variant.found == variant.after:
                    yield variant.visit

    def raw_visits(
        self, people: GroupSpec, service: str | None = None, found: Levels | None = None
    ) -> Iterator[VisitSpec]:
        """Every readable visit of a group as it is written, with what depends on traits in it; of one service, for some levels."""
        for journey in leaves(people.journey) if found is None else [picked(people.journey, found)]:
            for here, written in journey.items() if is_parsed(journey) else ():
                visits = leaves(written) if found is None else [picked(written, found)]
                yield from (visit for visit in visits if is_parsed(visit) and service in (None, here))


def in_use(way: Way) -> bool:
    """May anybody take this route: by its share, as somebody's `otherwise`, or because a delay made things worse?"""
    if way.route.share is UNREADABLE or way.route.share > 0:
        return True
    ground = way.visit.lost_ground
    worse: Any = ground.worse if is_parsed(ground) else None
    return any(other.otherwise == way.to for _, other in each(way.routes)) or (is_parsed(worse) and worse.to == way.to)


BAYS = "bays"
CAPACITY_KEYS = ("beds", "places", "hours_per_week", BAYS)


def capacity_key(spec: Parsed) -> str:
    """Which of beds, places, hours per week and bays a service (or team) counts."""
    return next(key for key in CAPACITY_KEYS if spec.get(key) is not None)


def places_of(spec: ServiceSpec | TeamSpec | BaySpec, start: date, days: int) -> tuple[Places, ...]:
    """The capacity from the run's first second on, for so many days; dates before the start leave their last value."""
    if isinstance(spec, ServiceSpec) and spec.bays is not None:
        return _together([places_of(bay, start, days) for bay in spec.bays])
    amount: Amount = spec[capacity_key(spec)]
    dates = [(one.from_, one.amount) for one in amount] if isinstance(amount, list) else [(start, amount)]
    by_second: dict[int, int | Rota | None] = {}
    for since, planned in sorted(dates, key=lambda one: one[0]):
        by_second[max(0, (since - start).days) * SECONDS_PER_DAY] = _planned(planned)
    return tuple(places_by_row(list(by_second.items()), days * SECONDS_PER_DAY, start.weekday()))


def _together(capacities: Sequence[tuple[Places, ...]]) -> tuple[Places, ...]:
    """The capacity of several bays. Of rotas every amount is there, bay by bay: whether they ever give a place."""
    found = []
    for second in sorted({change.from_second for capacity in capacities for change in capacity}):
        now = [capacity[row_at(capacity, second)] for capacity in capacities]
        rotas = tuple(one for change in now for one in change.rota or ((0, change.places),))
        found.append(
            Places(
                from_second=second,
                places=sum(change.places or 0 for change in now),
                rota=rotas if any(change.rota for change in now) else (),
                is_dated=any(change.is_dated and change.from_second == second for change in now),
            )
        )
    return tuple(found)


def first_opening(services: Sequence[ServiceSpec | BaySpec], start: date) -> int:
    """From which second on the first of several services has opened; those that never have a place do not count."""
    return min((opens_second(service, start) for service in services if _ever_has_a_place(service)), default=0)


def _ever_has_a_place(spec: ServiceSpec | BaySpec) -> bool:
    """On any date, before or after the run too; surge places may open on any day."""
    if isinstance(spec, ServiceSpec) and spec.bays is not None:
        return any(_ever_has_a_place(bay) for bay in spec.bays)
    amount: Amount = spec[capacity_key(spec)]
    amounts = [one.amount for one in amount] if isinstance(amount, list) else [amount]
    return spec.get("surge") is not None or any(_has_a_place(one) for one in amounts)


def opens_second(spec: ServiceSpec | BaySpec, start: date) -> int:
    """From which second on a service has opened: it has, or had before the run, a place; 0 where it never has any.

    Surge places may open on any day, so a service with surge is open from the start. A day of a rota without places is not before
    the opening: a rota opens on the date from which it holds.
    """
    if isinstance(spec, ServiceSpec) and spec.bays is not None:
        return first_opening(spec.bays, start)
    amount: Amount = spec[capacity_key(spec)]
    if spec.get("surge") is not None or not isinstance(amount, list):
        return 0
    dates = [one.from_ for one in amount if _has_a_place(one.amount)]
    return max(0, (min(dates) - start).days) * SECONDS_PER_DAY if dates else 0


def _has_a_place(amount: int | str | Parsed) -> bool:
    planned = _planned(amount)
    return any(one != 0 for _, one in planned.week) if isinstance(planned, Rota) else planned != 0


def _planned(amount: int | str | Parsed) -> int | Rota | None:
    if isinstance(amount, Parsed):
        return rota_of(amount, _planned)
    return None if amount == UNLIMITED else int(amount)


# -- shares that must add up to 100%, and how they are written ---------------------------------------------------------


def check_adds_up(parsed: ParsedScenario, path: Path, shares: Any) -> None:
    """Refuse shares by name that do not add up; the problem is where a later file changed one of them."""
    if not isinstance(shares, dict) or not is_sound(dict(shares)):
        return
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) <= TOLERANCE:
        return
    changed = [name for name in shares if parsed.file_of((*path, name, "share")) != parsed.file_of(path)]
    terms = " + ".join(percent(share) for share in shares.values())
    cure = _cure_of_changed(shares, changed) if changed else _cure(shares, total)
    what = f"adds up to {percent(total)}, not 100%: {terms}; {cure}"
    parsed.refuse((*path, changed[0], "share") if changed else path, what, shown=path)


def _cure(shares: dict[str, Decimal], total: Decimal) -> str:
    """By how much, and what the largest share would be if it took all of that."""
    name = max(shares, key=lambda share: shares[share])
    needed = shares[name] + 1 - total
    if total < 1:
        return f"{percent(1 - total)} is missing: raise one of them, such as {quoted(name)} to {percent(needed)}"
    what = f"{percent(total - 1)} is too much: lower "
    return what + (f"one of them, such as {quoted(name)} to {percent(needed)}" if needed >= 0 else "several of them")


def _cure_of_changed(shares: dict[str, Decimal], changed: list[str]) -> str:
    """What was changed, what the others add up to, and so what is left for the changed ones."""
    others = sum((share for name, share in shares.items() if name not in changed), Decimal(0))
    names = listed([quoted(name) for name in changed], "and")
    what = f"{names} {'was' if len(changed) == 1 else 'were'} changed, the others add up to {percent(others)}"
    if not others:
        total = sum(shares.values(), Decimal(0))
        return f"{names} {'was' if len(changed) == 1 else 'were'} changed: {_cure({name: shares[name] for name in changed}, total)}"
    if others > 1:
        return f"{what} by themselves: lower some of them too"
    needed = percent(1 - others)
    write = f"write {needed} there" if len(changed) == 1 else f"make these add up to {needed}"
    return f"{what}: {write}, or change others too"


def hours_of(spec: HoursSpec | None) -> Hours | None:
    """When the hours are open; None for always."""
    if spec is None:
        return None
    span = (spec.from_, spec.to)
    days = spec.days or WEEKDAYS
    return Hours(
        by_weekday=tuple(span if day in days else None for day in WEEKDAYS),
        bank_holidays=spec.bank_holidays == "open",
    )


def bay_is_for(bay: BaySpec) -> dict[str, list[str]]:
    """Traits with the levels that a bay is for."""
    written = bay.only_for.items() if bay.only_for is not None else ()
    return {trait: levels if isinstance(levels, list) else [levels] for trait, levels in written}


Node = TypeVar("Node", bound=Hashable)


def rings(leads_to: dict[Node, list[Node]]) -> list[list[Node]]:
    """The circles in a graph, each found once, beginning with the name that is written first."""
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
