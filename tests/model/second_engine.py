"""A second engine for checking the first: plain Python, no SimPy, written from docs/model.md and docs/language.md alone.

It is as slow and as simple as can be. There are no events: at each instant everybody is looked at again, phase by phase (rule 3),
and the next instant is the earliest time that anything in the town names. Shared with the project are only what is fixed
before the clock starts (who comes and when, the random numbers, the calendar in seconds); every rule of what happens to people is here again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from sim.inputs.calendar import end_of_work, opening_hours, places_at, working_days
from sim.inputs.distributions import Distribution
from sim.inputs.scenario import (
    DIED,
    HOME,
    OUT,
    CensusEntry,
    ClockTime,
    Group,
    Levels,
    PriorityRise,
    Route,
    Scenario,
    Service,
    Step,
    Trait,
    Visit,
)
from sim.model import records as books
from sim.model.arrivals import Arriving, people_of
from sim.model.plan import Plan
from sim.model.random_numbers import RandomNumbers, name_key, quantity_key
from sim.model.records import NEVER, NONE, Ledger

DAY = 86_400
OUTSIDE_KEY = name_key("outside")


def _shares_of_levels(group: Group, trait: Trait, above: dict[str, str], known: dict[str, str]) -> dict[str, float]:
    """Of those who have these levels above and what is known besides, how many have each level of a trait."""
    below = {name for one in group.traits for name, _ in one.shares[0][0] if one.name in known and name not in known}
    if not below:
        return _shares(trait, above)
    found = dict.fromkeys(trait.level_names, 0.0)
    for profile in group.profiles:
        levels = dict(profile)
        if levels.items() >= {**above, **known}.items():
            found[levels[trait.name]] += _how_often(group, levels, known)
    return found if trait.name in known else {level: part / sum(found.values()) for level, part in found.items()}


def _how_often(group: Group, levels: dict[str, str], known: dict[str, str]) -> float:
    """The share of people with these levels, but for what is known and goes by what is known alone."""
    share = 1.0
    for trait in group.traits:
        if trait.name not in known or any(name not in known for name, _ in trait.shares[0][0]):
            share *= _shares(trait, levels)[levels[trait.name]]
    return share


def _shares(trait: Trait, levels: dict[str, str]) -> dict[str, float]:
    (shares,) = (shares for above, shares in trait.shares if levels.items() >= dict(above).items())
    return dict(zip(trait.level_names, shares, strict=True))


def _fallen_into(shares: dict[str, float], u: float) -> str:
    """The level whose part of the whole a random number falls into; one that nobody has is never taken."""
    some = {level: share for level, share in shares.items() if share > 0}
    total = 0.0
    for level, share in some.items():
        total += share
        if u < total:
            return level
    return list(some)[-1]


def seconds(days: float) -> int:
    return int(days * DAY + 0.5)  # half a second up


@dataclass(eq=False)
class Task:
    """One step of one person."""

    step: Step
    own_start: int  # by its own clock
    length: float  # days or working days
    started: int = NEVER
    team_joined: int = NEVER
    due: int = NEVER
    finished: int = NEVER
    dropped_at: int = NEVER
    after: str | None = None
    priority: int = 0  # of the route they were on when they joined the team's queue

    @property
    def done(self) -> bool:
        return self.finished < NEVER

    @property
    def dropped(self) -> bool:
        return self.dropped_at < NEVER

    @property
    def open(self) -> bool:
        return not self.done and not self.dropped


@dataclass(eq=False)
class Stay:
    """One stay: what is known of it, and what has happened so far."""

    number: int
    service: str
    visit: int
    admitted: int
    route: Route | None
    planned_to: str | None
    need: int
    ready_at: int  # when they will be ready, NEVER if they never will
    rules: Visit | None = None  # what people with their levels do here
    found: Levels = ()
    after: Levels = ()
    units: int = 1
    units_now: int | None = None  # None until the first gathering: tapers are gathered like all else that is due
    ready: int = NEVER
    clear: int = NEVER
    left: int = NEVER
    to: str | None = None
    dies_at: int = NEVER
    tasks: list[Task] = field(default_factory=list)
    bay: int = 0  # of the service; 0 where it has none


def _first_after(since: int, second_of_day: int) -> int:
    """The first instant after another at which the clock shows so much, tried day by day."""
    midnight = since // DAY * DAY
    return min(one for one in (midnight + second_of_day, midnight + DAY + second_of_day) if one > since)


@dataclass(eq=False)
class Wait:
    """One attempt to enter a service."""

    number: int
    to: str
    joined: int
    due: int  # when their longest wait is over
    otherwise: str | None
    priority: int
    rises: PriorityRise | None
    stay: Stay | None  # held meanwhile
    clear: int = NEVER
    ended: int = NEVER
    ending: int = books.WAITING
    levels: Levels = ()


@dataclass(eq=False)
class Person:
    """Somebody: where they are, what they wait for, and the rows they leave behind."""

    arriving: Arriving
    group: Group
    key: int
    stay: Stay | None = None
    wait: Wait | None = None
    gone: bool = False
    came: bool = False
    stays: list[Stay] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    first_joined: int = 0
    last_delay: int = 0
    levels: Levels = ()
    came_with: Levels = ()
    tasks: list[Task] = field(default_factory=list)  # what is done outside, before they wait

    @property
    def rank(self) -> int:
        return self.arriving.rank

    def visits(self, service: str) -> int:
        return sum(stay.service == service for stay in self.stays)


class Town:
    """One replication."""

    def __init__(self, scenario: Scenario, replication: int) -> None:
        plan = Plan(scenario)
        self.scenario = scenario
        self.random = RandomNumbers(scenario.seed, replication)
        self.until = scenario.calendar.until
        self.now = 0
        self.names = [service.name for service in scenario.services]
        self.services = {service.name: service for service in scenario.services}
        self.lists = {one.name: one for one in scenario.lists}
        self.doors = {s.name: opening_hours(scenario.calendar, s.admission_hours) for s in scenario.services}
        self.own_hours = {s.name: opening_hours(scenario.calendar, s.discharge_hours) for s in scenario.services}
        self.working = working_days(scenario.calendar)
        self.surge_open = {service.name: False for service in scenario.services if service.surge}
        self.cleaning: list[tuple[str, int, int]] = []  # service, until, units
        self.cleaning_in_bays: list[tuple[tuple[str, int], int]] = []  # the same bed by bed
        self.places: list[tuple[str, int, int]] = []
        self.booked = {
            group.name: self._booked_levels(group) for group in scenario.people if group.bookings is not None
        }
        self.people = [self._person(arriving) for arriving in people_of(plan, self.random)]

    def _person(self, arriving: Arriving) -> Person:
        group = self.scenario.people[arriving.group]
        if arriving.census_entry < 0:
            known = dict(self.booked[group.name][arriving.number]) if group.name in self.booked else {}
            levels = self._drawn_levels(group, name_key(group.name), arriving.number, known)
            return Person(arriving, group, name_key(group.name), levels=levels, came_with=levels)
        key, known = name_key(f"{group.name} in the census"), dict(self.scenario.census[arriving.census_entry].levels)
        levels = self._drawn_levels(group, key, arriving.number, known)
        return Person(arriving, group, key, levels=levels, came_with=levels)

    def _booked_levels(self, group: Group) -> list[Levels]:
        """What the file says of each booked person, in order of time; drawn anew, day by day of the run."""
        bookings = group.bookings
        assert bookings is not None
        if not bookings.are_drawn_anew:
            return [one.levels for one in bookings.people if 0 <= one.second < self.until]
        days_of_people = [one.second // DAY for one in bookings.people]
        found: list[Levels] = []
        for day in range(self.until // DAY):
            same_weekday = [one for one in range(min(days_of_people), max(days_of_people) + 1) if (one - day) % 7 == 0]
            if same_weekday:
                u = self.random.number(name_key(group.name), day, OUTSIDE_KEY, 0, quantity_key("day of the bookings"))
                taken = same_weekday[int(u * len(same_weekday))]
                found += [one.levels for one, its in zip(bookings.people, days_of_people, strict=True) if its == taken]
        return found

    def _drawn_levels(self, group: Group, key: int, number: int, known: dict[str, str]) -> Levels:
        """Rule 20: trait by trait in the order of the file, each from its own random number; known levels are kept."""
        levels: dict[str, str] = {}
        for trait in group.traits:
            u = self.random.number(key, number, OUTSIDE_KEY, 0, quantity_key(f"trait {trait.name}"))
            shares = _shares_of_levels(group, trait, levels, known)
            levels[trait.name] = known.get(trait.name) or _fallen_into(shares, u)
        return tuple(levels.items())

    # -- chance -------------------------------------------------------------------------------------------------

    def draw(self, person: Person, service: str, visit: int, quantity: str) -> float:
        return self.random.number(person.key, person.arriving.number, name_key(service), visit, quantity_key(quantity))

    def drawn(self, dist: Distribution, person: Person, service: str, visit: int, quantity: str) -> float:
        return dist.days(self.draw(person, service, visit, quantity))

    # -- the clock --------------------------------------------------------------------------------------------

    def run(self) -> Ledger:
        for person in self.people:
            if person.arriving.census_entry >= 0:
                self._place_census(person, self.scenario.census[person.arriving.census_entry])
        while self.now < self.until:
            self._instant()
            self.now = min((time for time in self._times() if time > self.now), default=NEVER)
        return self._ledger()

    def _times(self) -> Iterator[int]:
        """Every instant that anything in the town names."""
        for service in self.scenario.services:
            yield from (change.from_second for change in service.capacity)
        for team in self.scenario.teams:
            yield from (change.from_second for change in team.capacity)
        for hours in (*self.doors.values(), *self.own_hours.values()):
            if hours is not None:
                yield hours.next_opening(self.now)
        yield from (end for _, end, _ in self.cleaning)
        for person in self.people:
            yield from self._times_of(person)

    def _times_of(self, person: Person) -> Iterator[int]:
        if person.gone:
            return
        if not person.came:
            yield person.arriving.arrives
        if person.wait is not None:
            yield person.wait.due
            yield self._rises_at(person.wait)
        yield self._dies_at(person)
        yield from (task.due for task in person.tasks if task.open)
        stay = person.stay
        if stay is not None:
            yield stay.ready_at
            if stay.route is not None:
                yield from (self._own_start(stay, step) for step in stay.route.steps)
            for task in stay.tasks:
                if task.open:
                    yield from (task.own_start, task.due)
            for taper in stay.rules.tapers if stay.rules else ():
                yield stay.admitted + seconds(taper.after_days)

    # -- one instant: rule 3 ----------------------------------------------------------------------------------

    def _instant(self) -> None:
        phases = (
            self._turn_back,
            self._place_in_teams,
            self._place_in_beds,
            self._exchange_in_ring,
            self._longest_waits_and_deaths,
            self._queue_limits,
            self._surge,
        )
        again = True
        while again:
            self._gather()
            again = any(phase() for phase in phases)  # the first phase that moves somebody sends us back to gather
        self._write_places()

    def _gather(self) -> None:
        while any(self._gather_one(person) for person in self.people if not person.gone):
            pass
        self.cleaning = [one for one in self.cleaning if one[1] > self.now]
        self.cleaning_in_bays = [one for one in self.cleaning_in_bays if one[1] > self.now]
        for person in self.people:
            if person.stay is not None:
                person.stay.units_now = self._tapered(person, person.stay)
            if person.wait is not None and person.wait.rises is not None and self._rises_at(person.wait) <= self.now:
                person.wait.priority = person.wait.rises.to

    @staticmethod
    def _rises_at(wait: Wait) -> int:
        if wait.rises is None:
            return NEVER
        after = wait.joined + seconds(wait.rises.after_days)
        return after if wait.rises.until is None else _first_after(wait.joined, wait.rises.until.second_of_day)

    def _gather_one(self, person: Person) -> bool:
        if not person.came:
            return self._comes(person)
        if not person.waits and person.stay is None:
            return self._gather_outside(person)
        stay = person.stay
        if stay is None or stay.route is None:
            return False
        changed = False
        if stay.ready == NEVER and stay.ready_at <= self.now:
            stay.ready, changed = stay.ready_at, True
            if stay.planned_to == DIED:
                stay.clear = stay.ready
                self._leave(person, DIED)
                return True
        for task in stay.tasks:
            changed |= self._gather_task(stay.tasks, task, stay.route.priority)
        everything_done = stay.ready < NEVER and all(not task.open for task in stay.tasks)
        if everything_done and stay.clear == NEVER:
            stay.clear, changed = self.now, True
        if person.wait is None and self._may_join(stay):
            self._join(person, stay.route.to)
            changed = True
        if person.wait is not None and person.wait.clear == NEVER and stay.clear < NEVER:
            person.wait.clear = self.now
            changed = True
        return changed

    def _comes(self, person: Person) -> bool:
        if person.arriving.arrives > self.now:
            return False
        person.came = True
        for step in person.group.arrival(person.levels).steps:
            if step.share >= 1 or self.draw(person, "outside", 0, f"needs {step.name}") < step.share:
                takes = self.drawn(step.takes, person, "outside", 0, f"takes {step.name}")
                person.tasks.append(Task(step, self.now, takes))
        return True

    def _gather_outside(self, person: Person) -> bool:
        """Rule 26: things are done for them, and when all are, they begin to wait."""
        priority = person.group.arrival(person.levels).priority
        if any(self._gather_task(person.tasks, task, priority) for task in person.tasks):
            return True
        if any(task.open for task in person.tasks):
            return False
        person.first_joined = self.now
        self._join(person, self.scenario.destinations[person.arriving.arrives_at], outside=True)
        return True

    def _gather_task(self, tasks: list[Task], task: Task, priority: int) -> bool:
        if not task.open:
            return False
        if task.started == NEVER:
            waits_for = [other for other in tasks if other.step.name in task.step.after and not other.dropped]
            if task.own_start > self.now or any(other.open for other in waits_for):
                return False
            latest = max([task.own_start, *(other.finished for other in waits_for)])
            in_time = self.now in (0, latest)  # else it waited for a step that is dropped now
            last = [other for other in waits_for if other.finished == latest > task.own_start and in_time]
            task.after = min(last, key=lambda other: self._step_number(other.step.name)).step.name if last else None
            # Nothing starts in the past, not even what waited for a step that is dropped now; but somebody of the census
            # may have begun before the clock started, except with a team, whose queue is only joined from then on.
            task.started = self.now if self.now > 0 else latest
            if task.step.team is None:
                self._begin(task, task.started)
            else:
                task.started, task.priority = max(task.started, 0), priority
            return True
        if task.due <= self.now:
            task.finished = task.due
            return True
        return False

    def _begin(self, task: Task, at: int) -> None:
        task.team_joined = at
        need = seconds(task.length)
        task.due = end_of_work(self.working, at, need) if task.step.working_days else at + need

    def _step_number(self, name: str) -> int:
        return [step.name for step in self.scenario.steps].index(name)

    def _may_join(self, stay: Stay) -> bool:
        """Clear; or done with the step after which they may join; who does not need it joins when it would have started."""
        if stay.clear < NEVER:
            return True
        assert stay.route is not None
        early = stay.route.may_join_after
        if early is None:
            return False
        mine = [task for task in stay.tasks if task.step.name == early and not task.dropped]
        if not mine:
            return self._own_start(stay, next(step for step in stay.route.steps if step.name == early)) <= self.now
        return any(task.done for task in mine)

    # -- joining ----------------------------------------------------------------------------------------------

    def _join(self, person: Person, to: str, outside: bool = False) -> None:
        """Enters the queue for a destination."""
        wait = self._new_wait(person, to, outside)
        person.wait = wait
        person.waits.append(wait)

    def _turn_back(self) -> bool:
        """Rule 5: who waits where no place for them will ever be goes the other way, and so does who was sent too early."""
        lost = [
            person for person in self.people if person.wait is not None and self._leads_nowhere(person, person.wait)
        ]
        for person in lost:
            self._take_otherwise(person, books.NO_PLACE)
        return bool(lost)

    def _leads_nowhere(self, person: Person, wait: Wait) -> bool:
        if wait.to in (HOME, OUT) or wait.otherwise is None:
            return False
        if wait.stay is not None and not self._has_opened(wait.to):
            return True
        fits = [
            self._ever_fits(self.services[name], self._units(person, name), person) for name in self._members(wait.to)
        ]
        return not any(fits) and self._may_go_elsewhere(wait)

    def _ever_fits(self, service: Service, units: int, person: Person) -> bool:
        """Is there room for so much now or on any later date?"""
        if service.bays:
            theirs = [
                replace(service, bays=(), capacity=bay.capacity) for bay in service.bays if bay.is_for(person.levels)
            ]
            return any(self._ever_fits(one, units, person) for one in theirs)
        later = [change.places for change in service.capacity if change.from_second > self.now]
        extra = service.surge.places if service.surge is not None else 0
        held = [change for change in service.capacity if change.from_second <= self.now][-1]
        known = (held.places, *(amount for _, amount in held.rota), *later)
        return any(places is None or 0 < places + extra >= units for places in known)

    def _has_opened(self, name: str) -> bool:
        """A list opens with the first of its services."""
        one = self.services.get(name) or self.lists.get(name)
        return one is None or one.opens_second <= self.now

    def _members(self, to: str) -> tuple[str, ...]:
        """The services of a list; any other destination by itself."""
        return self.lists[to].services if to in self.lists else (to,)

    def _may_go_elsewhere(self, wait: Wait) -> bool:
        """There is another way, and it does not lead to a service that is still to open for the first time."""
        return wait.otherwise is not None and self._has_opened(wait.otherwise)

    def _new_wait(self, person: Person, to: str, outside: bool) -> Wait:
        number = len(person.waits)
        if person.stay is None:
            arrival = person.group.arrival(person.levels)
            due = NEVER
            if outside and arrival.longest_wait is not None:
                due = self._due(arrival.longest_wait, person, "outside", 0, "longest wait outside", self.now)
            otherwise = arrival.otherwise if outside else OUT
            wait = Wait(
                number, to, self.now, due, otherwise, arrival.priority, arrival.priority_rises, None, clear=self.now
            )
        else:
            stay, route = person.stay, person.stay.route
            assert route is not None
            due = NEVER
            if route.longest_wait is not None:
                due = self._due(
                    route.longest_wait, person, stay.service, stay.visit, f"longest wait for {to}", self.now
                )
            wait = Wait(number, to, self.now, due, route.otherwise, route.priority, route.priority_rises, stay)
            if stay.clear < NEVER:
                wait.clear = self.now
        wait.levels = person.levels
        return wait

    def _due(
        self, dist: Distribution | ClockTime, person: Person, service: str, visit: int, quantity: str, since: int
    ) -> int:
        """When a longest wait or a life is over; who is there at the start is known to have come as far as that."""
        if isinstance(dist, ClockTime):
            return _first_after(since, dist.second_of_day)
        u = self.draw(person, service, visit, quantity)
        if since < 0:
            before = dist.share_within(-since / DAY)
            u = before + (1 - before) * u
        return max(since + seconds(dist.days(u)), min(since, 0))

    def _units(self, person: Person, to: str) -> int:
        if to not in self.services or self.services[to].counted_in != "hours_per_week":
            return 1
        visit = person.group.visit(to, person.levels, person.levels)
        assert visit is not None
        assert visit.units is not None
        return round(self.drawn(visit.units, person, to, person.visits(to), "units") * 60)

    # -- taking otherwise -------------------------------------------------------------------------------------

    def _take_otherwise(self, person: Person, ending: int) -> None:
        wait, stay = person.wait, person.stay
        assert wait is not None
        wait.ended, wait.ending = self.now, ending
        person.wait = None
        other = wait.otherwise
        if stay is None:
            if other in (OUT, None):
                person.gone = True
            else:
                assert other is not None
                self._join(person, other)
            return
        assert stay.rules is not None
        assert other is not None
        routes = self._routes(stay.rules, stay.admitted)
        route = next((route for route in routes if route.to == other), Route(to=other, share=0.0))
        stay.route = route
        self._change_steps(person, stay, route)
        self._join(person, other)

    def _change_steps(self, person: Person, stay: Stay, route: Route) -> None:
        needed = {step.name: step for step in route.steps if self._needs(person, stay, step)}
        for task in stay.tasks:
            if task.open and task.step.name not in needed:
                task.dropped_at = self.now
        known = {task.step.name for task in stay.tasks if not task.dropped}
        new = [self._task(person, stay, step, self.now) for name, step in needed.items() if name not in known]
        stay.tasks += new
        if any(task.open for task in stay.tasks):
            stay.clear = NEVER
        elif stay.ready < NEVER and stay.clear == NEVER:
            stay.clear = self.now

    def _needs(self, person: Person, stay: Stay, step: Step) -> bool:
        return step.share >= 1 or self.draw(person, stay.service, stay.visit, f"needs {step.name}") < step.share

    def _task(self, person: Person, stay: Stay, step: Step, own_start: int) -> Task:
        return Task(step, own_start, self.drawn(step.takes, person, stay.service, stay.visit, f"takes {step.name}"))

    # -- placing: rules 4 to 6 --------------------------------------------------------------------------------

    def _place_in_teams(self) -> bool:
        moved = False
        for team in self.scenario.teams:
            mine = [
                (person, task)
                for person in self.people
                if not person.gone
                for task in (person.stay.tasks if person.stay else person.tasks)
                if task.step.team == team.name and task.open and task.started < NEVER
            ]
            busy = sum(task.team_joined < NEVER for _, task in mine)
            queue = [(person, task) for person, task in mine if task.team_joined == NEVER]
            queue.sort(
                key=lambda one: (one[1].priority, one[1].started, one[0].rank, self._step_number(one[1].step.name))
            )
            planned = places_at(team.capacity, self.now)
            for _, task in queue:
                if planned is not None and busy >= planned:
                    break
                self._begin(task, self.now)
                busy, moved = busy + 1, True
        return moved

    def queue(self, to: str) -> list[Person]:
        """Who waits for a destination, in the bed manager's order."""
        waiting = [person for person in self.people if person.wait is not None and person.wait.to == to]
        return sorted(waiting, key=self._order)

    def line(self, to: str) -> list[Person]:
        """Who waits for a place here, directly or on a list, in the bed manager's order."""
        waiting = [person for person in self.people if person.wait is not None and to in self._members(person.wait.to)]
        return sorted(waiting, key=self._order)

    @staticmethod
    def _order(person: Person) -> tuple[int, int, int]:
        assert person.wait is not None
        return person.wait.priority, person.wait.joined, person.rank

    def planned(self, service: Service) -> int | None:
        planned = places_at(service.capacity, self.now)
        if planned is not None and service.surge is not None and self.surge_open[service.name]:
            planned += service.surge.places
        return planned

    def free(self, service: Service) -> float:
        """Places (or minutes a week) that may be given away."""
        planned = self.planned(service)
        if planned is None:
            return float("inf")
        held = sum(self._units_now(person) for person in self.people if self._is_in(person, service.name))
        return planned - held - sum(units for name, _, units in self.cleaning if name == service.name)

    @staticmethod
    def _is_in(person: Person, service: str, bay: int | None = None) -> bool:
        return person.stay is not None and person.stay.service == service and bay in (None, person.stay.bay)

    def _units_now(self, person: Person) -> int:
        stay = person.stay
        assert stay is not None
        return stay.units if stay.units_now is None else stay.units_now

    def _tapered(self, person: Person, stay: Stay) -> int:
        share = 1.0
        for taper in stay.rules.tapers if stay.rules else ():
            if stay.admitted + seconds(taper.after_days) <= self.now:
                share = taper.share
        return int(stay.units * share + 0.5)  # half a minute counts as one

    def _hours_let_go(self, person: Person) -> bool:
        hours = self.own_hours[person.stay.service] if person.stay else None
        return hours is None or hours.is_open(self.now)

    def _door_open(self, to: str) -> bool:
        door = self.doors.get(to)
        return door is None or door.is_open(self.now)

    @staticmethod
    def _is_clear(person: Person) -> bool:
        return person.wait is not None and person.wait.clear < NEVER

    def _place_in_beds(self) -> bool:
        moved = False
        while self._place_one():
            moved = True
        return moved

    def _place_one(self) -> bool:
        """Strictly in line everywhere; only when nobody moves so may somebody who fits pass one who does not."""
        could = [person for person in self.people if self._is_clear(person) and self._hours_let_go(person)]
        for person in sorted(could, key=lambda person: (not self._goes_for_good(person), self._order(person))):
            for to in self._members_waited_for(person):
                nobody_stops = to in self.services and self.services[to].bays
                if self._may_enter(person, to) and (
                    nobody_stops or all(self._fits(other, to) for other in self._ahead(person, to))
                ):
                    self._move(person, to)
                    return True
        for service in self.scenario.services:
            for person in self.line(service.name) if service.may_pass else ():
                if person in could and self._may_enter(person, service.name):
                    ways = [name for name in self._members_waited_for(person) if self._may_enter(person, name)]
                    self._move(person, next(name for name in ways if self.services[name].may_pass))
                    return True
        return False

    @staticmethod
    def _goes_for_good(person: Person) -> bool:
        """Home or out of the model: such people move before all others, for they take nobody's place."""
        return person.wait is not None and person.wait.to in (HOME, OUT)

    def _members_waited_for(self, person: Person) -> tuple[str, ...]:
        assert person.wait is not None
        return self._members(person.wait.to)

    def _ahead(self, person: Person, to: str) -> list[Person]:
        line = self.line(to)
        return line[: line.index(person)]

    def _bays_free_for(self, person: Person, service: Service) -> list[int]:
        """The bays that are for somebody and have a free bed, in their order."""
        return [
            number
            for number, bay in enumerate(service.bays)
            if bay.is_for(person.levels)
            and self._taken_in(service.name, number) < (places_at(bay.capacity, self.now) or 0)
        ]

    def _taken_in(self, service: str, bay: int) -> int:
        """Beds of a bay that are held, or being cleaned."""
        held = sum(self._is_in(person, service, bay) for person in self.people)
        return held + sum(one == (service, bay) for one, _ in self.cleaning_in_bays)

    def _fits(self, person: Person, to: str) -> bool:
        if to in self.services and self.services[to].bays:
            return bool(self._bays_free_for(person, self.services[to]))
        return to not in self.services or self._units(person, to) <= self.free(self.services[to])

    def _may_enter(self, person: Person, to: str) -> bool:
        """The door is open and they fit; somebody on a list does not go where it has not opened."""
        assert person.wait is not None
        is_early = person.wait.to in self.lists and not self._has_opened(to)
        return self._door_open(to) and self._fits(person, to) and not is_early

    def _exchange_in_ring(self) -> bool:
        ring = self._ring()
        if not ring:
            return False
        members = [self._first_waiting(here, there) for here, there in zip(ring, ring[1:] + ring[:1], strict=True)]
        for person, (to, _) in zip(members, ring[1:] + ring[:1], strict=True):
            assert person is not None
            self._leave(person, to, cleaned=False)
        for person, (to, bay) in zip(members, ring[1:] + ring[:1], strict=True):
            assert person is not None
            self._admit(person, to, bay)
        return True

    def _first_waiting(self, here: tuple[str, int], there: tuple[str, int]) -> Person | None:
        """The first in the queue for one bay of those who hold a place in another and could move now."""
        (to, number), bays = there, self.services[there[0]].bays
        if not self._door_open(to):
            return None
        return next(
            (
                p
                for p in self.line(to)
                if self._is_in(p, *here)
                and self._is_clear(p)
                and self._hours_let_go(p)
                and (not bays or bays[number].is_for(p.levels))
            ),
            None,
        )

    def _ring(self) -> list[tuple[str, int]]:
        """The shortest ring through the last bay in the file that is on one; a service without bays is one."""
        able = [
            (name, bay)
            for name in self.names
            if self.services[name].counted_in != "hours_per_week" and not self.services[name].is_unlimited
            for bay in range(max(1, len(self.services[name].bays)))
        ]
        for last in reversed(able):
            trails = [[last]]
            seen = {last}
            while trails:
                trail = trails.pop(0)
                for there in able:
                    if there in seen and there != last:
                        continue
                    if self._first_waiting(trail[-1], there) is None:
                        continue
                    if there == last:
                        return trail
                    seen.add(there)
                    trails.append([*trail, there])
        return []

    # -- moving -----------------------------------------------------------------------------------------------

    def _move(self, person: Person, to: str) -> None:
        service = self.services.get(to)
        bay = self._bays_free_for(person, service)[0] if service is not None and service.bays else 0
        self._leave(person, to)
        if to in self.services:
            self._admit(person, to, bay)
        else:
            person.gone = True

    def _leave(self, person: Person, to: str, cleaned: bool = True) -> None:
        """Gives up place and queue; the dead and those who went out are gone."""
        stay, wait = person.stay, person.wait
        if wait is not None:
            wait.ended, wait.ending = self.now, books.DIED_WAITING if to == DIED else books.ADMITTED
        person.wait = None
        if stay is not None:
            stay.left, stay.to = self.now, to
            person.last_delay = self.now - stay.ready
            for task in stay.tasks:
                if task.open:
                    task.dropped_at = self.now
            service = self.services[stay.service]
            if cleaned and service.turnaround is not None and not service.is_unlimited:
                length = seconds(self.drawn(service.turnaround, person, stay.service, stay.visit, "turnaround"))
                if length > 0:
                    self.cleaning.append((stay.service, self.now + length, self._units_now(person)))
                    self.cleaning_in_bays.append(((stay.service, stay.bay), self.now + length))
        person.stay = None
        if to == DIED:
            person.gone = True

    def _admit(self, person: Person, to: str, bay: int) -> None:
        visit, units, found = person.visits(to), self._units(person, to), person.levels
        person.levels = self._changed(person, to, visit)
        service_visit = person.group.visit(to, found, person.levels)
        if service_visit is None:
            stay = Stay(len(person.stays), to, visit, self.now, None, None, NEVER, NEVER)
        else:
            route, need = self._settle(person, service_visit, visit)
            stay = Stay(len(person.stays), to, visit, self.now, route, route.to, need, NEVER)
            stay.units, stay.rules = units, service_visit
            stay.ready_at = self._declared_ready(person, stay, self.now + need)
            self._start_steps(person, stay)
        stay.found, stay.after, stay.bay = found, person.levels, bay
        person.stay = stay
        person.stays.append(stay)

    def _changed(self, person: Person, to: str, visit: int) -> Levels:
        """Rule 21: what the delay before, and then the stay itself, make of the levels with which somebody is found."""
        found, delay = dict(person.levels), person.last_delay / DAY
        rules = person.group.visit(to, person.levels, person.levels)
        if rules is None:
            return person.levels
        lost = rules.lost_ground.changes if rules.lost_ground is not None and delay > 0 else ()
        after = {}
        for trait, level in found.items():
            mine = [change for change in lost if (change.trait, change.from_level) == (trait, level)]
            total = 0.0
            for change in mine:
                total += change.chance
            chance = 1 - (1 - total) ** delay
            after[trait] = level
            own = [change for change in rules.changes if (change.trait, change.from_level) == (trait, level)]
            for quantity, changes, of_all in (("lost ground", mine, chance), ("change", own, None)):
                u, reached = self.draw(person, to, visit, f"{quantity} {trait}"), 0.0
                for change in changes:
                    reached += change.chance
                    high = reached if of_all is None else of_all * (reached / total if total else 0.0)
                    if u < high:
                        after[trait] = change.to_level
                        break
        return tuple(after.items())

    def _settle(self, person: Person, service_visit: Visit, visit: int) -> tuple[Route, int]:
        """Rule 12: destination and needed days, with the ground lost in the stay before."""
        here, delay = service_visit.service, person.last_delay / DAY
        route = self._drawn_route(person, service_visit, visit)
        lost = service_visit.lost_ground
        longer = 0.0
        if lost is not None and delay > 0:
            longer = lost.longer_stay_days_per_delayed_day * delay
            chance = 1 - (1 - lost.worse_chance_per_delayed_day) ** delay
            if lost.worse_from == route.to and self.draw(person, here, visit, "worse destination") < chance:
                other = lost.worse_to
                assert other is not None
                routes = self._routes(service_visit, self.now)
                route = next((r for r in routes if r.to == other), Route(to=other, share=0.0))
        dist = route.stay or service_visit.stay
        assert dist is not None
        return route, seconds(max(self.drawn(dist, person, here, visit, "stay") + longer, 0))

    def _drawn_route(self, person: Person, service_visit: Visit, visit: int, elapsed: int | None = None) -> Route:
        """Where next; of those who are here after some time, routes with long stays have more than their share."""
        routes = self._routes(service_visit, self.now if elapsed is None else -elapsed)
        weights = [route.share for route in routes]
        if elapsed is not None:
            for number, route in enumerate(routes):
                dist = route.stay or service_visit.stay
                weights[number] *= 1 - dist.share_within(elapsed / DAY) if dist is not None else 0
            total = sum(weights)
            weights = [w / total for w in weights] if total > 0 else [route.share for route in routes]
        u, reached = self.draw(person, service_visit.service, visit, "next"), 0.0
        for weight, route in zip(weights, routes, strict=True):
            reached += weight
            if u < reached:
                return route
        return [route for weight, route in zip(weights, routes, strict=True) if weight > 0][-1]

    @staticmethod
    def _routes(visit: Visit, admitted: int) -> tuple[Route, ...]:
        """The routes on the date of admission, those of the start for who was there before."""
        return [dated.routes for dated in visit.dated if dated.from_second <= max(0, admitted)][-1]

    def _declared_ready(self, person: Person, stay: Stay, at: int) -> int:
        """The first review at or after the end of need; the dead wait for none."""
        review = self.services[stay.service].review
        if review is None or stay.planned_to == DIED:
            return at
        width = review.to_second_of_day - review.from_second_of_day
        u = self.draw(person, stay.service, stay.visit, "time of review")
        of_day = review.from_second_of_day + int(width * u)
        day, attempt = at // DAY, 0
        while True:  # also past the end of the run: what is due some days before ready may fall inside it
            weekday = (self.scenario.calendar.start.weekday() + day) % 7
            when = day * DAY + of_day
            if when >= at:
                u = self.draw(person, stay.service, stay.visit, f"review {attempt}")
                if u < review.chance_by_weekday[weekday]:
                    return when
                attempt += 1
            day += 1

    def _start_steps(self, person: Person, stay: Stay) -> None:
        assert stay.route is not None
        for step in stay.route.steps:
            if not self._needs(person, stay, step):
                continue
            stay.tasks.append(self._task(person, stay, step, self._own_start(stay, step)))

    @staticmethod
    def _own_start(stay: Stay, step: Step) -> int:
        if step.starts == "on_admission":
            return stay.admitted
        if step.starts == "before_ready":
            return max(stay.admitted, stay.ready_at - seconds(step.start_days))
        return stay.ready_at

    # -- longest waits and deaths: rule 7 ---------------------------------------------------------------------

    def _dies_at(self, person: Person) -> int:
        if person.gone or not person.came:
            return NEVER
        if person.stay is None:
            dist = person.group.arrival(person.levels).dies_while_waiting
            if dist is None or not person.waits:
                return NEVER
            return self._due(dist, person, "outside", 0, "death while delayed", since=person.first_joined)
        stay = person.stay
        visit = stay.rules
        if visit is None or visit.dies_while_delayed is None or stay.ready == NEVER:
            return NEVER
        dist = visit.dies_while_delayed
        return self._due(dist, person, stay.service, stay.visit, "death while delayed", since=stay.ready)

    def _longest_waits_and_deaths(self) -> bool:
        dying = [person for person in self.people if self._dies_at(person) <= self.now]
        tired = [
            p
            for p in self.people
            if p.wait is not None and p.wait.due <= self.now and p not in dying and self._may_go_elsewhere(p.wait)
        ]
        for person in dying:
            self._leave(person, DIED)
        for person in tired:
            self._take_otherwise(person, books.GAVE_UP)
        return bool(dying or tired)

    # -- queue limits and surge: rules 9 and 10 ---------------------------------------------------------------

    def _queue_limits(self) -> bool:
        too_many: list[Person] = []
        for service in (*self.scenario.services, *self.scenario.lists):
            if service.queue_limit is None:
                continue
            queue = self.queue(service.name)
            newcomers = [
                p for p in queue if p.wait is not None and p.wait.joined == self.now and self._may_go_elsewhere(p.wait)
            ]
            excess = max(len(queue) - service.queue_limit, 0)
            too_many += newcomers[len(newcomers) - min(excess, len(newcomers)) :]
        for person in too_many:
            self._take_otherwise(person, books.TURNED_AWAY)
        return bool(too_many)

    def _surge(self) -> bool:
        changed = False
        for name, is_open in self.surge_open.items():
            surge, waiting = self.services[name].surge, len(self.line(name))
            assert surge is not None
            if (not is_open and waiting >= surge.opens_when_waiting) or (
                is_open and waiting <= surge.closes_when_waiting
            ):
                self.surge_open[name], changed = not is_open, True
        return changed

    # -- the start: rule 16 -----------------------------------------------------------------------------------

    def _place_census(self, person: Person, entry: CensusEntry) -> None:
        person.came = True
        elapsed = -person.arriving.arrives
        if entry.service == "outside":
            self._census_outside(person, entry, elapsed)
            return
        visit = person.group.visit(entry.service, person.levels, person.levels)
        if visit is None:
            stay = Stay(0, entry.service, 0, -elapsed, None, None, NEVER, NEVER)
        elif entry.waiting_for is not None:
            stay = self._census_waiting(person, entry, visit, elapsed)
        else:
            stay = self._census_in_care(person, entry, visit, elapsed)
        stay.rules = visit
        stay.found = stay.after = person.levels
        stay.bay = self._seat(person, self.services[entry.service])
        person.stay = stay
        person.stays.append(stay)
        if entry.waiting_for is not None and not entry.steps_left:
            self._join_at(person, entry.waiting_for, stay.ready)

    def _seat(self, person: Person, service: Service) -> int:
        """Who is there at the start has a free bed in the first bay for them, or else is one too many in it."""
        theirs = [number for number, bay in enumerate(service.bays) if bay.is_for(person.levels)]
        return [*self._bays_free_for(person, service), *theirs, 0][0]

    def _join_at(self, person: Person, to: str, joined: int) -> None:
        now, self.now = self.now, joined
        wait = self._new_wait(person, to, person.stay is None)
        person.wait = wait
        person.waits.append(wait)
        self.now = now

    def _census_outside(self, person: Person, entry: CensusEntry, elapsed: int) -> None:
        assert entry.waiting_for is not None
        person.first_joined = -elapsed
        self._join_at(person, entry.waiting_for, -elapsed)

    def _census_waiting(self, person: Person, entry: CensusEntry, visit: Visit, elapsed: int) -> Stay:
        waited = 0
        if entry.waited is not None:
            waited = min(seconds(self.drawn(entry.waited, person, entry.service, 0, "waited at census")), elapsed)
        route = next(route for route in self._routes(visit, -elapsed) if route.to == entry.waiting_for)
        stay = Stay(0, entry.service, 0, -elapsed, route, route.to, elapsed - waited, -waited)
        stay.ready = -waited
        if not entry.steps_left:
            stay.clear = -waited
        begun = dict(entry.steps_begun)
        for step in (step for step in route.steps if step.name in entry.steps_left):
            u = self.draw(person, stay.service, 0, f"takes {step.name}")
            since = 0 if step.after else self._own_start(stay, step)  # of what was done before nobody knows the end
            lasted = 0 if step.team else -since
            if step.name in begun:
                since = max(-seconds(begun[step.name]), -elapsed)
                lasted = -since
            length = step.takes.days(u)
            if lasted:  # of what a team has begun, the rest is still to do when the clock starts
                length = (self._lasting(step.takes, lasted, u) - (lasted if step.team else 0)) / DAY
            stay.tasks.append(Task(step, since, length))
        stay.units = self._units_in(person, visit)
        return stay

    @staticmethod
    def _lasting(dist: Distribution, elapsed: int, u: float) -> int:
        """Seconds in all of a length that is known to have lasted so many."""
        before = dist.share_within(elapsed / DAY)
        return max(seconds(dist.days(before + (1 - before) * u)), elapsed)

    def _census_in_care(self, person: Person, entry: CensusEntry, visit: Visit, elapsed: int) -> Stay:
        route = self._drawn_route(person, visit, 0, elapsed if entry.stay is None else None)
        dist = entry.stay or route.stay or visit.stay
        assert dist is not None
        if entry.remaining is not None:
            need = elapsed + seconds(self.drawn(entry.remaining, person, entry.service, 0, "remaining at census"))
        else:
            need = self._lasting(dist, elapsed, self.draw(person, entry.service, 0, "stay"))
        stay = Stay(0, entry.service, 0, -elapsed, route, route.to, need, NEVER)
        stay.units = self._units_in(person, visit)
        stay.ready_at = self._declared_ready(person, stay, need - elapsed)
        self._start_steps(person, stay)
        return stay

    def _units_in(self, person: Person, visit: Visit) -> int:
        if self.services[visit.service].counted_in != "hours_per_week" or visit.units is None:
            return 1
        return round(self.drawn(visit.units, person, visit.service, 0, "units") * 60)

    # -- the ledger -------------------------------------------------------------------------------------------

    def _write_places(self) -> None:
        for service in self.scenario.services:
            planned = self.planned(service)
            row = (service.name, self.now, -1 if planned is None else planned)
            known = [open_now for name, _, open_now in self.places if name == service.name]
            if not known or known[-1] != row[2]:
                self.places.append(row)

    def _ledger(self) -> Ledger:
        number = {name: place for place, name in enumerate(self.scenario.destinations)}
        people = [
            (
                p.arriving.group,
                p.arriving.number,
                int(p.arriving.census_entry >= 0),
                p.arriving.arrives,
                p.arriving.arrives_at,
                p.group.profiles.index(p.came_with),
            )
            for p in self.people
        ]
        stays, waits, steps, outside = [], [], [], []
        for person in self.people:
            first = len(stays)
            for task in sorted(person.tasks, key=lambda task: self._step_number(task.step.name)):
                if task.started < NEVER:
                    row, *rest = _step_row(person.rank, task, self._step_number)
                    outside.append((row, *rest[:5], rest[6]))
            for stay in person.stays:
                steps += [_step_row(len(stays), task, self._step_number) for task in stay.tasks if task.started < NEVER]
                stays.append(_stay_row(person, stay, number))
            waits += [_wait_row(person, wait, first, number) for wait in person.waits]
        return Ledger(
            people=books.table(books.PEOPLE_COLUMNS, people),
            waits=books.table(books.WAIT_COLUMNS, waits),
            stays=books.table(books.STAY_COLUMNS, stays),
            steps=books.table(books.STEP_COLUMNS, steps),
            places=books.table(
                books.PLACES_COLUMNS, [(number[name], at, planned) for name, at, planned in self.places]
            ),
            step_names=tuple(step.name for step in self.scenario.steps),
            until=self.until,
            arrival_steps=books.table(books.ARRIVAL_STEP_COLUMNS, outside),
        )


def _wait_row(person: Person, wait: Wait, first: int, number: dict[str, int]) -> tuple[int, ...]:
    held = wait.stay
    return (
        person.rank,
        wait.number,
        NONE if held is None else first + held.number,
        books.OUTSIDE if held is None else number[held.service],
        number[wait.to],
        NONE if wait.otherwise is None else number[wait.otherwise],
        wait.joined,
        wait.clear,
        wait.ended,
        wait.ending,
        person.group.profiles.index(wait.levels),
    )


def _stay_row(person: Person, stay: Stay, number: dict[str, int]) -> tuple[int, ...]:
    return (
        person.rank,
        stay.number,
        number[stay.service],
        stay.visit,
        stay.admitted,
        stay.ready,
        stay.clear,
        stay.left,
        NONE if stay.to is None else number[stay.to],
        NONE if stay.planned_to is None else number[stay.planned_to],
        stay.units,
        stay.need,
        person.group.profiles.index(stay.found),
        person.group.profiles.index(stay.after),
        stay.bay,
    )


def _step_row(row: int, task: Task, step_number: Callable[[str], int]) -> tuple[int, ...]:
    after = NONE if task.after is None else step_number(task.after)
    return (
        row,
        step_number(task.step.name),
        task.started,
        task.team_joined,
        task.due,
        task.finished,
        task.dropped_at,
        after,
    )


def run(scenario: Scenario, replication: int) -> Ledger:
    """The same contract as `sim.model.engine.run`."""
    return Town(scenario, replication).run()
