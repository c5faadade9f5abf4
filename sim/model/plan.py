"""A scenario with every name turned into a number, as the engines use it.

A plan holds nothing that the scenario does not say; it is made once per scenario and shared by its replications.
Destinations are numbered as in `Scenario.destinations`: services in file order (home last), then died, then out, then waiting lists.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from sim.inputs.calendar import (
    NOT_IN_THIS_RUN,
    OpeningHours,
    arrivals_expected,
    most_places_by_row,
    opening_hours,
    row_at,
    working_days,
)
from sim.inputs.scenario import (
    DIED,
    HOME,
    OUT,
    OUTSIDE,
    Arrival,
    Bay,
    CensusEntry,
    Group,
    LevelChange,
    Levels,
    Places,
    Route,
    RoutesFrom,
    Scenario,
    Service,
    Step,
    Trait,
    Visit,
    traits_given,
)
from sim.model.random_numbers import Alternatives, alternatives, name_key, quantity_key
from sim.model.records import NONE
from sim.model.rules import seconds

OUTSIDE_KEY = name_key(OUTSIDE)
STAY = quantity_key("stay")
NEXT = quantity_key("next")
UNITS = quantity_key("units")
TURNAROUND = quantity_key("turnaround")
DEATH = quantity_key("death while delayed")
WORSE = quantity_key("worse destination")
REVIEW_TIME = quantity_key("time of review")
ARRIVAL_GAP = quantity_key("arrival gap")
ARRIVES_AT = quantity_key("arrives at")
PREVENTED = quantity_key("prevented")
BOOKED_DAY = quantity_key("day of the bookings")
ELAPSED = quantity_key("elapsed at census")
WAITED = quantity_key("waited at census")
REMAINING = quantity_key("remaining at census")


def review_happens(attempt: int) -> int:
    """The quantity that says whether somebody's n-th possible review takes place."""
    return quantity_key(f"review {attempt}")


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What a stay does to people who are found with one level of a trait: the levels they may have afterwards."""

    divisor: int  # of the trait's level in a profile
    levels: int  # how many the trait has
    from_level: int
    to_levels: tuple[int, ...]
    cumulative: tuple[float, ...]  # chances of these; in lost ground their parts of the chance of any change
    chance_per_delayed_day: float | None  # in lost ground: of any change; None: the stay's own
    quantity: int


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as it is in force on one route."""

    step: Step
    number: int  # in `Plan.step_names`
    team: int  # number of the team, NONE without
    after: tuple[int, ...]  # numbers of the steps it comes after
    needs: int  # quantity: does this person need it?
    takes: int  # quantity: how long does it take?


@dataclass(frozen=True, slots=True)
class PlannedRoute:
    """A route with its numbers; `otherwise` is a number of a route of the same visit, NONE without."""

    route: Route
    to: int
    steps: tuple[PlannedStep, ...]
    otherwise: int
    may_join_after: int  # number of a step, NONE: joins when every step is done
    longest_wait: int  # quantity


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """What a group does in one service. The first `len(cumulative)` routes can be drawn; the others are ways out only."""

    visit: Visit | None  # None: home without a journey from there
    routes: tuple[PlannedRoute, ...]
    cumulative: tuple[float, ...]
    from_second: int = 0  # of those admitted from then on
    later: "tuple[PlannedVisit, ...]" = ()  # what holds instead from a date on, the earliest first
    changes: tuple[PlannedChange, ...] = ()  # those by lost ground first

    def at(self, second: int) -> "PlannedVisit":
        """As it is for those who are admitted at an instant."""
        for one in reversed(self.later):
            if one.from_second <= second:
                return one
        return self

    def route_to(self, destination: int) -> int:
        """The number of the route that goes there; NONE if none does."""
        return next((i for i, route in enumerate(self.routes) if route.to == destination), NONE)


@dataclass(frozen=True, slots=True)
class PlannedService:
    """A service with its calendar worked out for every day of the run."""

    service: Service
    number: int
    key: int
    door: OpeningHours | None
    discharge_hours: OpeningHours | None

    @property
    def counts_units(self) -> bool:
        return self.service.counted_in == "hours_per_week"


@dataclass(frozen=True, slots=True)
class PlannedBay:
    """A bay, with a number of its own over all services; a service without bays is one bay for everybody."""

    number: int
    service: int
    place: int  # of the bay in its service
    capacity: tuple[Places, ...]
    most_by_row: tuple[int, ...]  # of its capacity: the most places (or minutes a week) that there can be from then on
    for_profiles: tuple[tuple[bool, ...], ...]  # by group and profile: may such people come?
    is_for_all: bool

    def most_places_from(self, now: int) -> int:
        """The most places at an instant or later."""
        return self.most_by_row[row_at(self.capacity, now)]


@dataclass(frozen=True, slots=True)
class PlannedArrival:
    """How people with one profile wait outside."""

    arrival: Arrival
    otherwise: int  # destination of those who do not get in from outside
    steps: tuple[PlannedStep, ...] = ()  # done before they join the queue


@dataclass(frozen=True, slots=True)
class PlannedVisits:
    """What a group does in one service, by the profiles found and after."""

    class_of_profile: tuple[int, ...]  # profiles of one class do the same there
    by_class: dict[tuple[int, int], PlannedVisit]  # found, after

    def of(self, found: int, after: int) -> PlannedVisit:
        """What people with these profiles do there."""
        return self.by_class.get((self.class_of_profile[found], self.class_of_profile[after]), NOWHERE)


NOWHERE = PlannedVisit(None, (), ())


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """A group with its numbers; `visits` by service number, `arrivals` by profile."""

    group: Group
    profiles: tuple[Levels, ...]
    traits: tuple["PlannedTrait", ...]
    key: int
    census_key: int
    arrives_at: tuple[int, ...]
    arrives_at_shares: Alternatives
    arrivals: tuple[PlannedArrival, ...]
    longest_wait: int  # quantity
    expected: tuple[float, ...]  # how many come in each span of the run; none where instants are given
    span: int  # seconds: a day, or an hour
    visits: dict[int, PlannedVisits]

    def traits_of(self, known: Levels) -> "tuple[PlannedTrait, ...]":
        """The traits of people of whom some levels are known."""
        return _traits(traits_given(self.group.traits, self.profiles, known), self.profiles) if known else self.traits

    def visit(self, service: int, found: int, after: int) -> PlannedVisit:
        """What people with these profiles do in a service."""
        return self.visits[service].of(found, after)


@dataclass(frozen=True, slots=True)
class PlannedTrait:
    """A trait with its numbers: a profile is the sum of its levels' numbers, each times the trait's divisor."""

    trait: Trait
    divisor: int
    shares: Alternatives  # of its levels, as often as the trait says them; by profile those of people with these levels of the traits above
    quantity: int


def _traits(traits: Sequence[Trait], profiles: Sequence[Levels]) -> tuple[PlannedTrait, ...]:
    planned: list[PlannedTrait] = []
    divisor = 1
    for trait in reversed(traits):
        cumulative = tuple(tuple(accumulate(shares)) for _, shares in trait.shares)
        shares = alternatives(cumulative, _which(trait, profiles))
        planned.append(PlannedTrait(trait, divisor, shares, quantity_key(f"trait {trait.name}")))
        divisor *= len(trait.level_names)
    return tuple(reversed(planned))


def _which(trait: Trait, profiles: Sequence[Levels]) -> tuple[int, ...]:
    """By profile, which shares of a trait are for people with those levels of the traits above."""
    matter = trait.depends_on
    if not matter:
        return (0,) * len(profiles)
    numbers = {above: number for number, (above, _) in enumerate(trait.shares)}
    return tuple(numbers[tuple(level for level in levels if level[0] in matter)] for levels in profiles)


class Plan:
    """A whole scenario, numbered."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.until = scenario.calendar.until
        self.numbers = {name: number for number, name in enumerate(scenario.destinations)}
        self.home, self.died, self.out = self.numbers[HOME], self.numbers[DIED], self.numbers[OUT]
        self.teams = {team.name: number for number, team in enumerate(scenario.teams)}
        self.step_names = tuple(step.name for step in scenario.steps)
        self._step_numbers = {name: number for number, name in enumerate(self.step_names)}
        self.working = working_days(scenario.calendar)
        self.services = tuple(
            PlannedService(
                service,
                number,
                name_key(service.name),
                opening_hours(scenario.calendar, service.admission_hours),
                opening_hours(scenario.calendar, service.discharge_hours),
            )
            for number, service in enumerate(scenario.services)
        )
        self.opens_second = (  # by destination
            *(service.opens_second for service in scenario.services), 0, 0, *(one.opens_second for one in scenario.lists)
        )  # fmt: skip
        self.members = tuple(  # by destination: the services of a list, any other by itself
            tuple(self.numbers[name] for name in scenario.members(destination)) for destination in scenario.destinations
        )
        self.members_in_hours = tuple(
            tuple(number for number in members if number <= self.home and self.services[number].counts_units)
            for members in self.members
        )
        self.queues_of = tuple(  # by service, died and out: its own queue, then the lists that hold it
            tuple(queue for queue, members in enumerate(self.members) if number in members)
            for number in range(self.out + 1)
        )
        self.groups = tuple(self._group(group) for group in scenario.people)
        self.bays = tuple(self._bays())
        self.bays_of = tuple(  # by service
            tuple(bay.number for bay in self.bays if bay.service == number) for number in range(len(self.services))
        )
        self.census_traits = tuple(self._census_traits(entry) for entry in scenario.census)

    def step_numbers(self, names: Sequence[str]) -> frozenset[int]:
        """The numbers of steps."""
        return frozenset(self._step_numbers[name] for name in names)

    def begun_before(self, entry: CensusEntry) -> dict[int, int]:
        """Of steps of a census entry that have begun: how many seconds ago, by the number of the step."""
        return {self._step_numbers[name]: seconds(days) for name, days in entry.steps_begun}

    def _bays(self) -> Iterator[PlannedBay]:
        number = 0
        for planned in self.services:
            for place, bay in enumerate(planned.service.bays or (Bay(capacity=planned.service.capacity),)):
                fits = tuple(tuple(bay.is_for(levels) for levels in group.profiles) for group in self.groups)
                surge = planned.service.surge  # its places may open one day
                extra = 0 if surge is None else surge.places
                most = tuple(one if one == NOT_IN_THIS_RUN else one + extra for one in most_places_by_row(bay.capacity))
                yield PlannedBay(number, planned.number, place, bay.capacity, most, fits, all(map(all, fits)))
                number += 1

    def _census_traits(self, entry: CensusEntry) -> tuple[PlannedTrait, ...]:
        planned = next(group for group in self.groups if group.group.name == entry.group)
        return planned.traits_of(entry.levels)

    def _group(self, group: Group) -> PlannedGroup:
        profiles = group.profiles
        traits = _traits(group.traits, profiles)
        arrivals = [group.arrival(levels) for levels in profiles]
        expected, span = arrivals_expected(self.scenario.calendar, group)
        return PlannedGroup(
            group,
            profiles,
            traits,
            name_key(group.name),
            name_key(f"{group.name} in the census"),
            tuple(self.numbers[name] for name, _ in group.arrives_at),
            alternatives([tuple(accumulate(share for _, share in group.arrives_at))], [0]),
            tuple(self._arrival(arrival) for arrival in arrivals),
            quantity_key("longest wait outside"),
            () if group.has_times or group.arrivals_every is not None else tuple(expected),
            span,
            {
                number: self._visits(group.visits(name), traits, profiles)
                for name, number in self.numbers.items()
                if number <= self.home
            },
        )

    def _arrival(self, arrival: Arrival) -> PlannedArrival:
        steps = tuple(self._step(step) for step in arrival.steps)
        return PlannedArrival(arrival, self.numbers[arrival.otherwise], steps)

    def _visits(
        self, visits: Sequence[Visit], traits: Sequence[PlannedTrait], profiles: Sequence[Levels]
    ) -> PlannedVisits:
        """What a group does in a service: its visits differ by the levels of the same traits."""
        matter = {trait for visit in visits for trait, _ in visit.found}
        of_profile = [tuple(level for level in levels if level[0] in matter) for levels in profiles]
        classes = {levels: number for number, levels in enumerate(dict.fromkeys(of_profile))}
        return PlannedVisits(
            tuple(classes[levels] for levels in of_profile),
            {(classes[visit.found], classes[visit.after]): self._visit(visit, traits) for visit in visits},
        )

    def _visit(self, visit: Visit, traits: Sequence[PlannedTrait]) -> PlannedVisit:
        first, *later = (self._visit_from(visit, dated) for dated in visit.dated)
        lost = visit.lost_ground.changes if visit.lost_ground else ()
        changes = (*_changes("lost ground", lost, traits), *_changes("change", visit.changes, traits))
        return replace(first, later=tuple(later), changes=changes)

    def _visit_from(self, visit: Visit, dated: RoutesFrom) -> PlannedVisit:
        """A visit with the routes of one date."""
        routes, worse = list(dated.routes), visit.lost_ground.worse_to if visit.lost_ground else None
        named = {route.to for route in routes}
        for other in (*(route.otherwise for route in dated.routes), worse):
            if other is not None and other not in named:  # home and out may be a way out without being written there
                routes.append(Route(to=other, share=0.0))
                named.add(other)
        places = {route.to: place for place, route in enumerate(routes)}
        return PlannedVisit(
            visit,
            tuple(self._route(route, places) for route in routes),
            tuple(accumulate(route.share for route in dated.routes)),
            dated.from_second,
        )

    def _route(self, route: Route, places: dict[str, int]) -> PlannedRoute:
        return PlannedRoute(
            route,
            self.numbers[route.to],
            tuple(self._step(step) for step in route.steps),
            NONE if route.otherwise is None else places[route.otherwise],
            NONE if route.may_join_after is None else self._step_numbers[route.may_join_after],
            quantity_key(f"longest wait for {route.to}"),
        )

    def _step(self, step: Step) -> PlannedStep:
        return PlannedStep(
            step,
            self._step_numbers[step.name],
            NONE if step.team is None else self.teams[step.team],
            tuple(self._step_numbers[name] for name in step.after),
            quantity_key(f"needs {step.name}"),
            quantity_key(f"takes {step.name}"),
        )

    @cached_property
    def circle_neighbours(self) -> tuple[tuple[int, ...], ...]:
        """For each bay the bays of limited, place-counting services that its people may wait for, where a circle can close."""
        between = self._services_in_circles
        return tuple(tuple(bay for to in between[held.service] for bay in self.bays_of[to]) for held in self.bays)

    @cached_property
    def _services_in_circles(self) -> tuple[tuple[int, ...], ...]:
        """The same of services."""
        can_ring = [not (planned.service.is_unlimited or planned.counts_units) for planned in self.services]
        after = [set[int]() for _ in self.services]
        for group in self.groups:
            for held, visits in group.visits.items():
                after[held].update(
                    to
                    for visit in visits.by_class.values()
                    for dated in (visit, *visit.later)
                    for route in dated.routes
                    for to in self.members[route.to]
                    if to < len(self.services) and can_ring[held] and can_ring[to]
                )
        return tuple(
            tuple(sorted(to for to in after[held] if _leads_back(after, to, held))) for held in range(len(after))
        )


def _changes(of: str, changes: Sequence[LevelChange], traits: Sequence[PlannedTrait]) -> Iterator[PlannedChange]:
    """The changes of one list, those from one level of a trait together."""
    for planned in traits:
        names = planned.trait.level_names
        mine = [change for change in changes if change.trait == planned.trait.name]
        for level in dict.fromkeys(change.from_level for change in mine):
            to = [change for change in mine if change.from_level == level]
            cumulative = tuple(accumulate(change.chance for change in to))
            is_lost, total = of == "lost ground", cumulative[-1]
            yield PlannedChange(
                planned.divisor,
                len(names),
                names.index(level),
                tuple(names.index(change.to_level) for change in to),
                tuple(chance / total if total else 0.0 for chance in cumulative) if is_lost else cumulative,
                total if is_lost else None,
                quantity_key(f"{of} {planned.trait.name}"),
            )


def _leads_back(after: list[set[int]], start: int, goal: int) -> bool:
    reached, fresh = {start}, [start]
    while fresh:
        for further in after[fresh.pop()]:
            if further not in reached:
                reached.add(further)
                fresh.append(further)
    return goal in reached
