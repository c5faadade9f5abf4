"""Is there room at all? Each service's load without queueing, estimated before a run.

The estimate follows routes and returns (traffic equations) and adds, roughly, what steps, reviews and opening hours
add to a stay. It takes a moment and says in words what no result table says: that a queue will have no end.

Nothing here touches a simulated number.
"""

import math
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import TypeAlias

import numpy as np

from sim.inputs.calendar import arrival_rates
from sim.inputs.problems import listed
from sim.inputs.scenario import (
    DIED,
    SECONDS_PER_DAY,
    Group,
    Hours,
    Levels,
    Places,
    Review,
    Route,
    Scenario,
    Service,
    Step,
    Visit,
)
from sim.results.words.labels import spoken

FULL_FROM = 0.95  # offered / open places above which we warn
CALENDAR_DAYS_PER_WORKING_DAY = 7 / 5
MINUTES_PER_HOUR = 60.0
SLOT_SECONDS = 1_800  # half hours: how finely opening hours are looked at
SLOTS_PER_WEEK = 7 * SECONDS_PER_DAY // SLOT_SECONDS
MOST_REMEMBERED = 16  # estimates of admissions
MOST_SEEN = 1_000  # routes that differ in steps, and opening hours in hours
MOST_STATES = 2_000  # services with the combinations of levels of those who come there, of one group
MOST_WARNINGS = 6  # sentences; more places are named in one
ENDLESS = "its queue grows for as long as the run lasts"
MOST_STEPS_COMBINED = 8  # every combination of needed steps is looked at; beyond that their times are added


@dataclass(frozen=True, slots=True)
class Load:
    """What one service is asked for and what it has, on average over the window, without queueing."""

    service: str  # or the lists that make several services one pool
    needed: float  # places (or minutes a week; of a pool people at a time)
    open: float
    relieved_share: float  # of the people who come, how many would give up or be turned away from a long queue

    @property
    def ratio(self) -> float:
        """Needed / open places."""
        return self.needed / self.open


@dataclass(frozen=True, slots=True)
class _Flow:
    """People of one group who come to one service by one way, per day."""

    to: str
    per_day: float
    relieved: bool


State: TypeAlias = tuple[str, Levels]  # a service, and the levels with which people are admitted
Admissions: TypeAlias = Sequence[Sequence[float]]  # a day, by group and visit of its journey


def admissions(scenario: Scenario) -> Admissions:
    """Admissions a day to each visit of each group, which every estimate starts from."""
    return [admissions_per_day(scenario, group) for group in scenario.people]


def estimated_loads(scenario: Scenario, found: Admissions | None = None) -> list[Load]:
    """The load of each limited service that has places in the measured window, in file order; services that lists connect as one."""
    needed: dict[str, float] = {}
    people: dict[str, float] = {}
    flows: list[_Flow] = []
    for group, admitted in zip(scenario.people, found or admissions(scenario), strict=True):
        flows += _flows(group, admitted, scenario)
        for visit, per_day in zip(group.journey, admitted, strict=True):
            here = per_day * _days_held(visit, scenario)
            people[visit.service] = people.get(visit.service, 0.0) + here
            needed[visit.service] = needed.get(visit.service, 0.0) + here * _units_each(visit, scenario)
    pools = _pools(scenario)
    alone = [
        Load(service.name, needed[service.name], places, _relieved_share(service, flows))
        for service in scenario.services
        if service.name in needed and not any(service.name in services for services in pools.values())
        and (places := open_places(service, scenario))
    ]  # fmt: skip
    pooled = [_pooled(scenario, lists, services, needed, people, flows) for lists, services in pools.items()]
    return [*alone, *(load for load in pooled if load is not None)]


def _pools(scenario: Scenario) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Services that waiting lists connect, by the names of these lists."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for one in scenario.lists:
        joined = [lists for lists, services in found.items() if not set(services).isdisjoint(one.services)]
        services = [name for lists in joined for name in found.pop(lists)]
        found[(*(name for lists in joined for name in lists), one.name)] = tuple(
            dict.fromkeys([*services, *one.services])
        )
    return found


def _pooled(
    scenario: Scenario,
    lists: tuple[str, ...],
    services: tuple[str, ...],
    needed: Mapping[str, float],
    people: Mapping[str, float],
    flows: Iterable[_Flow],
) -> Load | None:
    """The load of services that lists connect, in people at a time; None where one has no limit or all have no place."""
    places = 0.0
    for name in services:
        opened = open_places(scenario.service(name), scenario)
        if opened is None:
            return None
        each = needed[name] / people[name] if people.get(name) else 1.0
        places += opened / each
    mine = [flow for flow in flows if flow.to in services or flow.to in lists]
    limited = {one.name for one in scenario.lists if one.queue_limit is not None}
    limited |= {service.name for service in scenario.services if service.queue_limit is not None}
    total = sum(flow.per_day for flow in mine)
    relieved = sum(flow.per_day for flow in mine if flow.relieved or flow.to in limited)
    load = Load(
        listed(lists, "and"),
        sum(people.get(name, 0.0) for name in services),
        places,
        relieved / total if total else 0.0,
    )
    return load if places else None


def estimated_team_loads(scenario: Scenario, found: Admissions | None = None) -> list[Load]:
    """The load of each team that has places in the measured window, in file order: steps a day, times how long each holds a place."""
    needed: dict[str | None, float] = {}
    for group, admitted in zip(scenario.people, found or admissions(scenario), strict=True):
        routes = [
            (per_day * route.share, route)
            for visit, per_day in zip(group.journey, admitted, strict=True)
            for route in _routes(visit, scenario)
        ]
        for per_day, step in ((per_day, step) for per_day, route in routes for step in route.steps):
            needed[step.team] = needed.get(step.team, 0.0) + per_day * step.share * _step_days(step)
        for per_day, levels in zip(arrivals_per_day(scenario, group), group.profiles, strict=True):
            for step in group.arrival(levels).steps:
                needed[step.team] = needed.get(step.team, 0.0) + per_day * step.share * _step_days(step)
    return [
        Load(f"team {team.name}", needed[team.name], places, 0.0)
        for team in scenario.teams
        if team.name in needed and (places := _average_places(team.capacity, scenario))
    ]


def load_warnings(scenario: Scenario) -> list[str]:
    """A sentence for each service and team whose load is above 95%, the worst first; of many one sentence for the rest."""
    if any(group.has_times for group in scenario.people):
        return []  # exact arrival times are a worked example, not a rate that goes on for ever
    admitted = admissions(scenario)
    loads = [(load, _warning) for load in estimated_loads(scenario, admitted)]
    loads += [(load, _team_warning) for load in estimated_team_loads(scenario, admitted)]
    full = sorted((pair for pair in loads if pair[0].ratio > FULL_FROM), key=lambda pair: -pair[0].ratio)
    first, rest = full[:MOST_WARNINGS], [load for load, _ in full[MOST_WARNINGS:]]
    if len(rest) == 1:
        first, rest = full, []
    return [*(words(load) for load, words in first), *([_of_the_rest(rest)] if rest else [])]


def _of_the_rest(loads: Sequence[Load]) -> str:
    """The others in one sentence, the worst first."""
    each = ", ".join(f"{spoken(load.service)} {_percent(load)}" for load in loads)
    return f"{len(loads)} more places are asked for over {FULL_FROM:.0%} of their capacity: {each}"


def _team_warning(load: Load) -> str:
    needed = f"its steps need {load.needed:.2g} places at a time, and it has {load.open:.2g} on average"
    return f"{load.service}: demand is {_percent(load)} of capacity ({needed}), so {_waits(load)}"


def _warning(load: Load) -> str:
    demand = f"{spoken(load.service)}: demand is {_percent(load)} of capacity"
    if load.ratio > 1.0 and load.relieved_share >= 1 - 1 / load.ratio:
        return f"{demand}; its queue has an end only because people stop waiting or find it full"
    return f"{demand}, so {_waits(load)}"


def _waits(load: Load) -> str:
    return "expect long waits" if load.ratio <= 1.0 else ENDLESS


def _percent(load: Load) -> str:
    """Demand as a share of capacity, told apart from 100%."""
    rounded = f"{load.ratio:.0%}"
    return f"slightly more than {rounded}" if rounded == "100%" and load.ratio > 1.0 else rounded


_worked_out: deque[tuple[Scenario, Group, list[float]]] = deque(maxlen=MOST_REMEMBERED)


def admissions_per_day(scenario: Scenario, group: Group) -> list[float]:
    """Admissions a day to each visit of the journey: arrivals + returns, as linear equations by service and levels found.

    Nobody loses ground here, as that takes a queue; with too many combinations of levels nothing is estimated. Several notes
    and warnings ask for the same, so the last ones are remembered.
    """
    for of, mine, found in _worked_out:
        if of is scenario and mine is group:
            return found
    found = _admissions_per_day(scenario, group)
    _worked_out.append((scenario, group, found))
    return found


def _admissions_per_day(scenario: Scenario, group: Group) -> list[float]:
    services, parts = {visit.service for visit in group.journey}, cache(lambda to: _parts_of(scenario, group, to))

    def spread(to: str, levels: Levels, amount: float) -> Iterator[tuple[State, float]]:
        return (((name, levels), amount * part) for name, part in parts(to) if name in services)

    matter = _traits_that_matter(group)
    come: dict[State, float] = {}
    for rate, levels in zip(arrivals_per_day(scenario, group), group.profiles, strict=True):
        kept = tuple((trait, level) for trait, level in levels if trait in matter)
        for state, amount in (one for to, share in group.arrives_at for one in spread(to, kept, rate * share)):
            come[state] = come.get(state, 0.0) + amount
    moves: dict[State, list[tuple[State, float]]] = {}
    visited: list[tuple[State, int, float]] = []
    found = [state for state, amount in come.items() if amount]
    seen = set(found)
    numbers = {visit: number for number, visit in enumerate(group.journey)}
    for state in found:  # which grows as more are reached
        if len(found) > MOST_STATES:
            return [0.0] * len(group.journey)
        moves[state] = []
        for visit, after, chance in _ways(group, state):
            visited.append((state, numbers[visit], chance))
            for route in _routes(visit, scenario):
                moves[state] += spread(route.to, after, chance * route.share)
        new = dict.fromkeys(to for to, amount in moves[state] if amount and to not in seen)
        seen.update(new)
        found += new
    solved = _solved(found, come, moves)
    total = [0.0] * len(group.journey)
    for state, number, chance in visited:
        total[number] += solved[state] * chance
    return total


def _traits_that_matter(group: Group) -> set[str]:
    """Those on which some visit depends, or that one changes: who differs in others alone goes the same ways."""
    by_level = {trait for visit in group.journey for trait, _ in (*visit.found, *visit.after)}
    return by_level | {change.trait for visit in group.journey for change in visit.changes}


def _solved(
    states: Sequence[State], come: Mapping[State, float], moves: Mapping[State, Sequence[tuple[State, float]]]
) -> dict[State, float]:
    """Admissions a day to each state; without end where nobody ever leaves a loop."""
    numbers = {state: number for number, state in enumerate(states)}
    equations = np.eye(len(states))
    for state, ways in moves.items():
        for to, amount in ways:
            if amount:
                equations[numbers[to], numbers[state]] -= amount
    try:
        values = np.linalg.solve(equations, np.array([come.get(state, 0.0) for state in states]))
    except np.linalg.LinAlgError:
        return dict.fromkeys(states, math.inf)
    return dict(zip(states, values.tolist(), strict=True))


def _ways(group: Group, state: State) -> Iterator[tuple[Visit, Levels, float]]:
    """From a service and the profile found there: the visit, the profile after the changes of the stay, and its chance."""
    service, found = state
    here = group.visit(service, found, found)
    for after, chance in _afters(here, found) if here is not None else ():
        visit = group.visit(service, found, after)
        if visit is not None and chance > 0:
            yield visit, after, chance


def _afters(visit: Visit, found: Levels) -> Iterator[tuple[Levels, float]]:
    """The profiles that people may have after the changes of a stay, with their chances."""
    each = []
    for trait, level in found:
        moves = [change for change in visit.changes if (change.trait, change.from_level) == (trait, level)]
        stays = 1.0 - sum(move.chance for move in moves)
        each.append([((trait, level), stays), *(((trait, move.to_level), move.chance) for move in moves)])
    for combined in product(*each):
        yield tuple(level for level, _ in combined), math.prod(chance for _, chance in combined)


def _parts_of(scenario: Scenario, group: Group, to: str) -> list[tuple[str, float]]:
    """How those bound for a destination part: on a list by the number of people for whom its services have places."""
    members = scenario.members(to)
    if len(members) == 1:
        return [(members[0], 1.0)]
    places = [_people_at_a_time(scenario, group, name) for name in members]
    if math.inf in places:
        return [(members[places.index(math.inf)], 1.0)]
    total = sum(places)
    return [(name, place / total if total else 1 / len(members)) for name, place in zip(members, places, strict=True)]


def _people_at_a_time(scenario: Scenario, group: Group, name: str) -> float:
    """For how many people of a group a service has places."""
    places = open_places(scenario.service(name), scenario)
    if places is None:
        return math.inf
    units = {id(visit): _units_each(visit, scenario) for visit in group.visits(name)}
    shares = zip(group.profiles, group.shares_of_profiles, strict=True)
    visits = [(share, group.visit(name, levels, levels)) for levels, share in shares]
    each = sum(share * (1.0 if visit is None else units[id(visit)]) for share, visit in visits)
    return places / max(1.0, each)


def _routes(visit: Visit, scenario: Scenario) -> tuple[Route, ...]:
    """The routes of the window: where they have dates, each with the part of its share in which it holds."""
    return visit.routes_between(*scenario.calendar.window)


def mean_days(scenario: Scenario, service: str) -> float:
    """Days needed in a service by everybody who is admitted to it, on average; 0 where nobody is, or no stay is said."""
    days = people = 0.0
    for group, admitted in zip(scenario.people, admissions(scenario), strict=True):
        for visit, per_day in zip(group.journey, admitted, strict=True):
            for route in visit.then if visit.service == service else ():
                stay = route.stay or visit.stay
                days += per_day * route.share * (stay.mean_days if stay else 0.0)
                people += per_day * route.share
    return days / people if people else 0.0


def arrivals_per_day(scenario: Scenario, group: Group) -> list[float]:
    """Arrivals a day by profile."""
    calendar = scenario.calendar
    if group.has_times:
        rate = group.times_per_day(calendar.days)
    else:
        rates = arrival_rates(calendar, group)[calendar.warm_up_days :][: calendar.measured_days]
        rate = sum(rates) / len(rates)
    shares = zip(group.profiles, group.shares_of_profiles, strict=True)
    prevented = 0.0 if group.has_times else 1.0
    return [rate * share * (1 - prevented * group.prevented_share(levels)) for levels, share in shares]


def _flows(group: Group, admitted: Sequence[float], scenario: Scenario) -> Iterator[_Flow]:
    rate = sum(arrivals_per_day(scenario, group))
    gives_up = all(
        arrival.longest_wait is not None or arrival.dies_while_waiting is not None for arrival in group.arrivals_outside
    )
    for name, share in group.arrives_at:
        yield _Flow(name, rate * share, gives_up)
    for visit, per_day in zip(group.journey, admitted, strict=True):
        for route in _routes(visit, scenario):
            relieved = route.longest_wait is not None or visit.dies_while_delayed is not None
            yield _Flow(route.to, per_day * route.share, relieved)


def _relieved_share(service: Service, flows: Iterable[_Flow]) -> float:
    if service.queue_limit is not None:
        return 1.0
    mine = [flow for flow in flows if flow.to == service.name]
    total = sum(flow.per_day for flow in mine)
    return sum(flow.per_day for flow in mine if flow.relieved) / total if total else 0.0


def open_places(service: Service, scenario: Scenario) -> float | None:
    """Average planned places (or minutes a week) in the window, surge included; None without a limit."""
    planned = _average_places(service.capacity, scenario)
    return None if planned is None else planned + (service.surge.places if service.surge else 0)


def _average_places(changes: Sequence[Places], scenario: Scenario) -> float | None:
    """Planned places on average over the window; None without a limit."""
    first, end = scenario.calendar.window
    total = 0.0
    for index, change in enumerate(changes):
        until = changes[index + 1].from_second if index + 1 < len(changes) else end
        seconds = min(until, end) - max(change.from_second, first)
        if seconds > 0:
            if change.places is None:
                return None
            total += change.places * seconds
    return total / (end - first)


def _units_each(visit: Visit, scenario: Scenario) -> float:
    """Places a person holds on average over the stay; minutes a week where the service counts hours."""
    if scenario.service(visit.service).counted_in != "hours_per_week" or visit.units is None:
        return 1.0
    days = max(_days_held(visit, scenario), 1e-9)
    ends = [*(min(taper.after_days, days) for taper in visit.tapers), days]
    shares = [1.0, *(taper.share for taper in visit.tapers)]
    starts = [0.0, *ends[:-1]]
    held = sum(share * (end - start) for share, start, end in zip(shares, starts, ends, strict=True))
    return visit.units.mean_days * MINUTES_PER_HOUR * held / days


def _days_held(visit: Visit, scenario: Scenario) -> float:
    """Days from admission to leaving without any queue, on average over the routes; cleaning included."""
    here = scenario.service(visit.service)
    cleaning = here.turnaround.mean_days if here.turnaround else 0.0
    return cleaning + sum(
        route.share * _days_on_route(visit, route, here, scenario) for route in _routes(visit, scenario)
    )


def _days_on_route(visit: Visit, route: Route, here: Service, scenario: Scenario) -> float:
    stay = route.stay or visit.stay
    needed = stay.mean_days if stay else 0.0
    if route.to == DIED:
        return needed
    declared = days_to_review(here.review) if here.review else 0.0
    doors = [s.admission_hours for s in scenario.services if s.name in scenario.members(route.to)] or [None]
    to_doors = min(_days_to_doors(here, door) for door in doors)
    return needed + declared + _days_of_steps(route.steps, needed) + to_doors


def days_to_review(review: Review) -> float:
    """Mean days from the instant at which somebody needs no more care to the review that says so."""
    chance = sum(review.chance_by_weekday) / 7
    return 0.5 + (1 - chance) / max(chance, 1e-9)


@lru_cache(maxsize=MOST_SEEN)
def _days_of_steps(steps: tuple[Step, ...], stay_days: float) -> float:
    """Mean days after ready until the last needed step ends, each step taken at its mean length."""
    ordered = sorted(steps, key=lambda step: -step.share * step.takes.mean_days)
    combined = {step.name: step for step in ordered[:MOST_STEPS_COMBINED]}
    rest = sum(step.share * _step_days(step) for step in ordered[MOST_STEPS_COMBINED:])
    total = 0.0
    for needs in product((True, False), repeat=len(combined)):
        needed = {name: step for (name, step), need in zip(combined.items(), needs, strict=True) if need}
        chance = math.prod(
            step.share if need else 1 - step.share for step, need in zip(combined.values(), needs, strict=True)
        )
        if chance:
            ends = _step_ends(needed, stay_days)
            total += chance * max([0.0, *ends.values()])
    return total + rest


def _step_ends(needed: Mapping[str, Step], stay_days: float) -> dict[str, float]:
    """Days after ready at which each needed step ends (negative: before)."""
    ends: dict[str, float] = {}

    def end(step: Step) -> float:
        if step.name not in ends:
            starts = {"on_admission": -stay_days, "before_ready": -min(step.start_days, stay_days)}
            before = [end(needed[name]) for name in step.after if name in needed]
            ends[step.name] = max([starts.get(step.starts, 0.0), *before]) + _step_days(step)
        return ends[step.name]

    for step in needed.values():
        end(step)
    return ends


def _step_days(step: Step) -> float:
    return step.takes.mean_days * (CALENDAR_DAYS_PER_WORKING_DAY if step.working_days else 1.0)


@lru_cache(maxsize=MOST_SEEN)
def _days_to_doors(here: Service, next_door: Hours | None) -> float:
    """Mean days until one's own discharge hours and the next opening hours are open together."""
    if here.discharge_hours is None and next_door is None:
        return 0.0
    is_open = [_is_open(here.discharge_hours, slot) and _is_open(next_door, slot) for slot in range(SLOTS_PER_WEEK)]
    if not any(is_open):
        return 0.0
    waits = [0] * (2 * SLOTS_PER_WEEK + 1)
    for slot in reversed(range(2 * SLOTS_PER_WEEK)):
        waits[slot] = 0 if is_open[slot % SLOTS_PER_WEEK] else waits[slot + 1] + 1
    if here.review:
        middle = (here.review.from_second_of_day + here.review.to_second_of_day) // 2 // SLOT_SECONDS
        from_slots = [day * (SLOTS_PER_WEEK // 7) + middle for day in range(7)]
    else:
        from_slots = list(range(SLOTS_PER_WEEK))
    return sum(waits[slot] for slot in from_slots) / len(from_slots) * SLOT_SECONDS / SECONDS_PER_DAY


def _is_open(hours: Hours | None, slot: int) -> bool:
    if hours is None:
        return True
    day, second = divmod(slot * SLOT_SECONDS, SECONDS_PER_DAY)
    span = hours.by_weekday[day]
    return span is not None and span[0] <= second < span[1]
