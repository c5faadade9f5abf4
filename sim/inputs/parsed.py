"""A scenario as it was parsed, problems and all, with the questions that the checks ask of it.

A question that two checks ask belongs here. Tests hold the exact words about shares.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sim.inputs.by_level import Levels, leaves, picked
from sim.inputs.calendar import row_at
from sim.inputs.distributions import Distribution
from sim.inputs.field_types import UNREADABLE, Named, Parsed, each, is_parsed, is_sound
from sim.inputs.fields import BaySpec, CensusSpec, GroupSpec, RouteSpec, ScenarioSpec, ServiceSpec, TeamSpec, VisitSpec
from sim.inputs.nodes import Table, mark_at
from sim.inputs.problems import Path, Problems, listed, quoted
from sim.inputs.rota import Amount, Rota, places_by_row, rota_of
from sim.inputs.scenario import DIED, HOME, OUT, OUTSIDE, SECONDS_PER_DAY, Places
from sim.inputs.values import UNLIMITED
from sim.inputs.variants import Variant, dated_routes_of, variants_of

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
    return min((opens_second(service, start) for service in services if ever_has_a_place(service)), default=0)


def ever_has_a_place(spec: ServiceSpec | BaySpec) -> bool:
    """On any date, before or after the run too; surge places may open on any day."""
    if isinstance(spec, ServiceSpec) and spec.bays is not None:
        return any(ever_has_a_place(bay) for bay in spec.bays)
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


TOLERANCE = Decimal("1e-9")


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


def percent(share: Decimal) -> str:
    """A share as planners write it."""
    return f"{(share * 100).normalize():f}%"
