"""The nouns of a scenario, frozen: what a planner said, checked and with its unit in every name.

The loader fills these; the engines and the results read them. Times inside are whole seconds from the first midnight of
the run (`calendar.start`, the first day of the warm-up).

Of the traits of people some levels may be known. Who is known to need a bed has dementia more often than others, if need depends
on dementia. So a level that is not known is drawn from its share among those who come with all that is known and drawn before
(rule 20 of `docs/model.md`).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, TypeAlias, TypeVar, cast

from sim.inputs.distributions import Distribution

T = TypeVar("T")
MOST_SHOWN = 4  # changes in the words about a scenario

SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3_600
HOURS_OF_DAY = 24

KINDS = ("acute", "reablement_unit", "community_beds", "home_reablement", "home_care", "care_home", "other")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HOME, DIED, OUT = "home", "died", "out"  # exist without being declared
OUTSIDE = "outside"  # where people wait who have not been admitted anywhere yet
ALL_HOSPITALS = "all_hospitals"  # in tables: the total of several hospitals

FREED_BEDS = ("shown", "left_empty", "refilled", "closed")
Split: TypeAlias = tuple[tuple[str, float], ...]  # payers, each with a share

REASONS = (
    "hospital_process", "hub_assessment", "funding_decision", "p1_reablement", "home_care", "home_community_health",
    "p2_bed", "p3_care_home", "eol_fast_track_chc", "equipment", "housing_adaptation", "housing_homeless",
    "choice_selffund", "safeguarding_capacity", "destination_readiness", "other_interface",
)  # fmt: skip


Level: TypeAlias = tuple[str, str]
Levels: TypeAlias = tuple[Level, ...]  # traits, each with a level; those that do not matter are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The run: `warm_up_days` from `start`, thrown away, then `measured_days`, counted, then people are followed up."""

    start: date
    warm_up_days: int
    measured_days: int
    follow_up_days: int = 0
    bank_holidays: tuple[date, ...] = ()

    @property
    def window(self) -> tuple[int, int]:
        """The measured window [first, end) in seconds."""
        first = self.warm_up_days * SECONDS_PER_DAY
        return first, first + self.measured_days * SECONDS_PER_DAY

    @property
    def days(self) -> int:
        """All days of the run."""
        return self.warm_up_days + self.measured_days + self.follow_up_days

    @property
    def until(self) -> int:
        """The second at which the run ends."""
        return self.days * SECONDS_PER_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How many places (or units) are planned from an instant on; None is unlimited."""

    from_second: int
    places: int | None
    # the whole rota that it is part of: seconds of the week, and what holds from then
    rota: tuple[tuple[int, int | None], ...] = ()
    is_dated: bool = True  # False: a rota comes round to it


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When the hours are open: by weekday (Monday first) an [open, close) pair in seconds of the day, or None for closed."""

    by_weekday: tuple[tuple[int, int] | None, ...]
    bank_holidays: bool = True  # False: closed on bank holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The morning review at which people are declared ready: when on the day, and how often by weekday (Monday first)."""

    from_second_of_day: int
    to_second_of_day: int
    chance_by_weekday: tuple[float, ...] = (1.0,) * 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """Extra places that open when so many wait and close when few do."""

    places: int
    opens_when_waiting: int
    closes_when_waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bay:
    """Beds of a service for people with certain levels of their traits."""

    capacity: tuple[Places, ...]
    # traits, each with the levels of those who may come; none: everybody
    only_for: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def is_for(self, levels: Levels) -> bool:
        """May people with these levels come? Who does not have such a trait may not."""
        return all(any((trait, level) in levels for level in wanted) for trait, wanted in self.only_for)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Somewhere people stay and hold a place."""

    name: str
    kind: str
    capacity: tuple[Places, ...]  # dated, the first from second 0; in minutes a week where counted_in is hours
    opens_second: int = 0  # its first place of all is there from then on; 0: open before, or there never is one
    counted_in: str = "places"  # "beds", "places" or "hours_per_week"
    queue_limit: int | None = None
    admission_hours: Hours | None = None  # the opening hours
    discharge_hours: Hours | None = None
    review: Review | None = None
    turnaround: Distribution | None = None  # days a place is cleaned after somebody left
    surge: Surge | None = None
    bays: tuple[Bay, ...] = ()  # whose beds are all that it has; none: its places are for everybody
    may_pass: bool = False  # hours services: somebody who fits may pass the first in line who does not
    reason: str | None = None  # the delay reason of people who wait for this service; None: by kind
    pathway: int | None = None  # the pathway of those who leave hospital for it, 0 to 3; None: by kind
    is_long_term: bool = False  # a care home into which people move for good

    @property
    def is_unlimited(self) -> bool:
        return all(step.places is None for step in self.capacity)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingList:
    """One list of people who wait for the first place in any of several services."""

    name: str
    services: tuple[str, ...]  # where places are free in several, they go to the first of them
    queue_limit: int | None = None
    reason: str | None = None  # the delay reason of people who wait on this list; None: that of its first service
    opens_second: int = 0  # the first of its services has opened from then on


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A capacity that a step may need."""

    name: str
    capacity: tuple[Places, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to be done before a person can leave."""

    name: str
    reason: str
    takes: Distribution  # days, or working days
    working_days: bool = False
    starts: str = "when_ready"  # "when_ready", "on_admission" or "before_ready"
    start_days: float = 0.0  # by `starts`: how many days before ready
    after: tuple[str, ...] = ()
    team: str | None = None
    share: float = 1.0  # of the people on a route that names the step, how many need it


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTime:
    """The first such time of day after somebody joined a queue."""

    second_of_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityRise:
    """From so many days after joining a queue on, or from the next such time of day on, the priority in it is another."""

    after_days: float = 0.0
    until: ClockTime | None = None  # instead of days
    to: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a person may go next: its share, what must be done first, how long they wait for it."""

    to: str
    share: float
    stay: Distribution | None = None  # days needed HERE by those who go there next; None: the visit's own
    steps: tuple[Step, ...] = ()  # the steps of this route, as they are in force on it (share, duration)
    longest_wait: Distribution | ClockTime | None = None
    otherwise: str | None = None
    may_join_after: str | None = None  # joins the next queue when this step is done, while others still run
    priority: int = 5  # 1 is served first
    priority_rises: PriorityRise | None = None
    path: str = ""  # where it is in its visit, such as `then.unit`


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutesFrom:
    """The routes of those who are admitted from an instant on."""

    from_second: int
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """What a stay does to people who are found with a level: how many of them have another one from admission on."""

    trait: str
    from_level: str
    to_level: str
    chance: float  # in lost ground: for each day of delay before


@dataclass(frozen=True, slots=True, kw_only=True)
class LostGround:
    """What a delay in the stay before does to this one."""

    longer_stay_days_per_delayed_day: float = 0.0
    worse_from: str | None = None
    worse_to: str | None = None
    worse_chance_per_delayed_day: float = 0.0
    changes: tuple[LevelChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taper:
    """From so many days after admission a person needs this share of the units they started with."""

    after_days: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What people of a group do in one service, if they are found with these levels and have those after the changes."""

    service: str
    found: Levels = ()
    after: Levels = ()
    stay: Distribution | None  # None: every route has its own
    then: tuple[Route, ...]  # of those admitted from the start of the run on, or before it
    later: tuple[RoutesFrom, ...] = ()  # and what takes their place from a date on
    units: Distribution | None = None  # hours a week needed, where the service counts hours
    tapers: tuple[Taper, ...] = ()
    lost_ground: LostGround | None = None
    changes: tuple[LevelChange, ...] = ()
    dies_while_delayed: Distribution | None = None  # days from ready to death, for those who are still here
    path: str = ""  # where it is in the file

    @property
    def dated(self) -> tuple[RoutesFrom, ...]:
        """The routes by the date of admission, those of the start first."""
        return (RoutesFrom(from_second=0, routes=self.then), *self.later)

    @property
    def routes(self) -> tuple[Route, ...]:
        """Every route of every date."""
        return tuple(route for one in self.dated for route in one.routes)

    def routes_between(self, first: int, end: int) -> tuple[Route, ...]:
        """Every route that holds some time in [first, end), its share times the part of that time in which it does."""
        if not self.later:
            return self.then
        ends = [*(one.from_second for one in self.later), end]
        parts = [
            (one, max(0, min(until, end) - max(one.from_second, first)) / (end - first))
            for one, until in zip(self.dated, ends, strict=True)
        ]
        return tuple(replace(route, share=route.share * part) for one, part in parts if part for route in one.routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How people of a group who have these levels wait outside for their first place."""

    levels: Levels = ()
    longest_wait: Distribution | ClockTime | None = None
    otherwise: str = OUT
    priority: int = 5
    priority_rises: PriorityRise | None = None
    dies_while_waiting: Distribution | None = None
    steps: tuple[Step, ...] = ()  # done before they join the queue, from arrival on


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """What sets people of a group apart: its levels, each with the share of the people who come with it."""

    name: str
    level_names: tuple[str, ...]
    shares: tuple[tuple[Levels, tuple[float, ...]], ...]  # one for each combination of levels above that matters here

    @property
    def depends_on(self) -> frozenset[str]:
        """The traits above on which its shares depend."""
        return frozenset(name for name, _ in self.shares[0][0])

    def shares_for(self, levels: Levels) -> tuple[float, ...]:
        """The share of each level among people who have these levels of the traits above."""
        having = frozenset(levels)
        return next(shares for above, shares in self.shares if having.issuperset(above))

    def share_of(self, levels: Levels) -> float:
        """The share of the level that is one of these, among people who have the others."""
        return self.shares_for(levels)[self.level_names.index(dict(levels)[self.name])]


def profiles_of(traits: Sequence[Trait]) -> tuple[Levels, ...]:
    """Every combination of the levels of some traits."""
    names = [trait.name for trait in traits]
    return tuple(tuple(zip(names, levels, strict=True)) for levels in product(*(one.level_names for one in traits)))


class Remembering:
    """What works out once in a process what follows from it alone: results ask for it in every replication.

    Such a noun has no slots. What is worked out neither travels to other processes nor counts as what was said.
    """

    def __getstate__(self) -> dict[str, object]:
        """What travels to other processes: what was said, not what was worked out."""
        return {field.name: getattr(self, field.name) for field in fields(cast(Any, self))}

    @cached_property
    def _done(self) -> dict[Hashable, object]:
        return {}

    def once(self, what: Hashable, work: Callable[[], T]) -> T:
        """The result of `work`, done the first time that this is asked; results are never changed."""
        if what not in self._done:
            self._done[what] = work()
        return cast(T, self._done[what])


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Somebody who is expected at an instant of the run, which may lie outside it, with the levels that are known."""

    second: int
    levels: Levels = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookings:
    """People from a file, in order of time."""

    people: tuple[Booking, ...]
    are_drawn_anew: bool = False  # each day of the run is one of the days of the file on the same weekday

    @property
    def days(self) -> tuple[int, int]:
        """The first day of the run on which anybody is booked, which may be below 0, and the day after the last."""
        return self.people[0].second // SECONDS_PER_DAY, self.people[-1].second // SECONDS_PER_DAY + 1


@dataclass(frozen=True, kw_only=True)
class Group(Remembering):
    """People alike: how many come, where they arrive, and their journey."""

    name: str
    arrives_at: tuple[tuple[str, float], ...]  # (service, share)
    arrivals_per_day: float = 0.0
    arrivals_every: Distribution | None = None  # days between one arrival and the next, instead of a rate
    by_weekday: tuple[float, ...] = (1.0,) * 7  # normalised to mean 1, Monday first
    by_month: tuple[float, ...] = (1.0,) * 12  # normalised to mean 1, January first
    by_hour: tuple[float, ...] | None = None  # normalised to mean 1, from 00:00 on; None: every hour alike
    # calendar years with multipliers, not normalised; none: every year alike
    by_year: tuple[tuple[int, float], ...] = ()
    arrivals: tuple[int, ...] | None = None  # exact arrival seconds, instead of a rate
    bookings: Bookings | None = None  # people from a file, instead of a rate
    traits: tuple[Trait, ...] = ()
    prevented: tuple[tuple[Levels, float], ...] = (((), 0.0),)  # of those who would have come, drawn person by person
    arrivals_outside: tuple[Arrival, ...] = (Arrival(),)  # one for each combination of levels that matters there
    journey: tuple[Visit, ...] = ()  # in each service one for each combination of levels that matters there

    @property
    def has_times(self) -> bool:
        """Whether people come at times that are written down, not as a stream."""
        return self.arrivals is not None or self.bookings is not None

    def times_per_day(self, days: int) -> float:
        """Of such a group, how many come a day on average."""
        if self.bookings is None:
            return len(self.arrivals or ()) / days
        if self.bookings.are_drawn_anew:
            first, end = self.bookings.days
            return len(self.bookings.people) / (end - first)
        return sum(0 <= person.second < days * SECONDS_PER_DAY for person in self.bookings.people) / days

    @cached_property
    def profiles(self) -> tuple[Levels, ...]:
        """Every combination of levels; a person's profile is its number here. Without traits there is one."""
        return profiles_of(self.traits)

    @cached_property
    def shares_of_profiles(self) -> tuple[float, ...]:
        """The share of the people who come with each profile."""
        found: list[tuple[Levels, float]] = [((), 1.0)]
        for trait in self.traits:
            found = [
                ((*levels, (trait.name, level)), share * part)
                for levels, share in found
                for level, part in zip(trait.level_names, trait.shares_for(levels), strict=True)
            ]
        return tuple(share for _, share in found)

    def visit(self, service: str, found: Levels, after: Levels) -> Visit | None:
        """What people with these levels do in a service, None where they never go there."""
        found_here = frozenset(found)
        after_here = found_here if after is found else frozenset(after)
        for of_found, of_after, visit in self._visits_by_service.get(service, ()):
            if of_found <= found_here and of_after <= after_here:
                return visit
        return None

    def visits(self, service: str) -> tuple[Visit, ...]:
        """What people of the group do in a service, whatever their levels."""
        return tuple(visit for _, _, visit in self._visits_by_service.get(service, ()))

    @cached_property
    def _visits_by_service(self) -> dict[str, list[tuple[frozenset[Level], frozenset[Level], Visit]]]:
        """The visits to each service in the order of the journey, each behind the levels that it is for."""
        visits: dict[str, list[tuple[frozenset[Level], frozenset[Level], Visit]]] = {}
        for visit in self.journey:
            visits.setdefault(visit.service, []).append((frozenset(visit.found), frozenset(visit.after), visit))
        return visits

    def arrival(self, levels: Levels) -> Arrival:
        """How people with these levels wait outside."""
        return next(one for one in self.arrivals_outside if set(one.levels) <= set(levels))

    def prevented_share(self, levels: Levels) -> float:
        """So many of those with these levels never come."""
        return next(share for one, share in self.prevented if set(one) <= set(levels))


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusEntry:
    """People who are there when the clock starts: `count` alike, in a service or waiting outside for one."""

    group: str
    service: str  # or "outside"
    count: int
    elapsed: Distribution | None = None  # days since admitted (outside: since joined)
    remaining: Distribution | None = None  # days still needed; None: conditional on the elapsed time
    stay: Distribution | None = None  # days needed in all, on which that is conditional; None: those of the visit
    waiting_for: str | None = None  # ready and clear, waiting for this service
    waited: Distribution | None = None  # days since ready, for those who wait for a service
    steps_left: tuple[str, ...] = ()  # steps of their way there that are not done yet
    # of these, the days ago that they began, in days that count for the step
    steps_begun: tuple[tuple[str, float], ...] = ()
    levels: Levels = ()  # of their traits; the others are drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One price, in pounds of the scenario's price year, and who pays it by share."""

    of: str  # the service, step, team or programme
    per: str  # "open_day", "occupied_day", "admission", "delayed_day" (of which, never added), "step", "place_year" of a team or "year" of a programme
    gbp: float
    payers: Split  # by week of the stay: in its first weeks
    later_payers: tuple[tuple[int, Split], ...] = ()  # who pays from so many weeks after admission on
    capital: bool = False  # shown apart from all spending


@dataclass(frozen=True, slots=True, kw_only=True)
class FreedBeds:
    """What becomes of the beds of a service that a scenario frees, and what a bed day is worth on average."""

    service: str
    rule: str = "shown"  # one of FREED_BEDS
    ward_beds: int | None = None  # beds close in wards of so many
    average_gbp: float | None = None  # the average price of a bed day; None: no price
    stays_open: tuple[Places, ...] = ()  # beds whose fixed cost stays, though planned beds fell (by a comparison)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """One price that was written in the money of another year."""

    path: str
    written_gbp: float
    year: str
    factor: float
    gbp: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """So many pounds a year for the spending that fits every list which is not empty."""

    name: str
    gbp_per_year: float  # of the scenario's price year, for 365 days
    payers: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    spent_on: tuple[str, ...] = ()  # services, steps, teams and programmes
    capital: bool = False  # limits capital instead of spending

    def covers(self, price: "Price") -> bool:
        """Whether what a price comes to may be paid from this line, no matter who pays it."""
        counts = price.capital == self.capital and price.per != "delayed_day"
        return counts and (not self.spent_on or price.of in self.spent_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The prices of a scenario, all of one price year."""

    price_year: str | None = None
    prices: tuple[Price, ...] = ()
    freed_beds: tuple[FreedBeds, ...] = ()  # hospitals, and services that say what becomes of freed beds
    pools: tuple[tuple[str, Split], ...] = ()  # payers that are pooled funds, with their contributors
    deflator: str = ""  # the name of the index that turned prices into the price year
    uplifts: tuple[Uplift, ...] = ()
    budgets: tuple[Budget, ...] = ()
    discount_rate: float = 0.035  # a year, on what people cost who are followed up

    @property
    def payers(self) -> tuple[str, ...]:
        """Every payer, in the order in which prices first name them."""
        splits = [
            split for price in self.prices for split in (price.payers, *(later for _, later in price.later_payers))
        ]
        return tuple(dict.fromkeys(payer for split in splits for payer, _ in split))

    @property
    def contributors(self) -> tuple[str, ...]:
        """Payers, with pooled funds replaced by those who put money in."""
        pools = dict(self.pools)
        whose = (name for payer in self.payers for name, _ in pools.get(payer, ((payer, 1.0),)))
        return tuple(dict.fromkeys(whose))


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value in force: its dotted path, as written, where it was written, and the comment beside it."""

    path: str
    text: str
    file: str
    line: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """One setting of a sweep as the file says it."""

    path: str
    text: str
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that a file or the command line put in place of another; `old` is empty where there was none."""

    path: str
    old: str
    new: str
    file: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Scenario(Remembering):
    """Everything a planner said, read from one file and the one it extends."""

    id: str  # the file name without ending
    name: str
    question: str
    file: str
    calendar: Calendar
    replications: int
    seed: int
    services: tuple[Service, ...]  # in file order, `home` last
    teams: tuple[Team, ...]
    steps: tuple[Step, ...]  # as declared, in file order; routes carry them as they are in force there
    people: tuple[Group, ...]
    lists: tuple[WaitingList, ...] = ()
    census: tuple[CensusEntry, ...] = ()
    costs: Costs = Costs()
    values: tuple[Value, ...] = ()  # everything in force with its file and line, in file order
    changes: tuple[Change, ...] = ()  # what `change`, `add` and `--set` did, in that order
    notices: tuple[str, ...] = ()  # what the reader did or noticed that a planner should know
    files: tuple[tuple[str, str], ...] = ()  # every file that was read, with its SHA-256
    sweep: tuple[Swept, ...] = ()  # what `sweep` goes through where nothing else is asked; decides no run

    def __repr__(self) -> str:
        """A few lines for a notebook; `show` prints every value."""
        calendar = self.calendar
        first = calendar.start + timedelta(days=calendar.warm_up_days)
        changed = ", ".join(change.path for change in self.changes[:MOST_SHOWN])
        more = ", ..." if len(self.changes) > MOST_SHOWN else ""
        return (
            f"Scenario {self.id}: {self.name}\n"
            f"  measured days: {calendar.measured_days} from {first}, warm-up days before: {calendar.warm_up_days}; "
            f"replications: {self.replications}; seed: {self.seed}\n"
            f"  services: {', '.join(service.name for service in self.services)}\n"
            f"  resolved values: {len(self.values)} ({self.file}){f', changed: {changed}{more}' if changed else ''}"
        )

    def service(self, name: str) -> Service:
        """The service of that name; KeyError if there is none."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)

    @property
    def destinations(self) -> tuple[str, ...]:
        """Names by destination number: the services (home last), then died, then out, then the waiting lists."""
        return (*(service.name for service in self.services), DIED, OUT, *(one.name for one in self.lists))

    def members(self, destination: str) -> tuple[str, ...]:
        """The services of a waiting list; any other destination by itself."""
        return next((one.services for one in self.lists if one.name == destination), (destination,))


# -- traits of people of whom some levels are known --------------------------------------------------------------------


Weights = Mapping[Levels, float]  # of each combination of the levels that are not known, how often it occurs


def traits_given(traits: Sequence[Trait], profiles: Sequence[Levels], known: Levels) -> tuple[Trait, ...]:
    """The traits of a group as they are among people with known levels; where nothing is known of one, as they are."""
    parsed, swayed = dict(known), swayed_by(traits, known)
    weights = weights_given(traits, profiles, known) if swayed else {}
    given: list[Trait] = []
    for trait in traits:
        if trait.name in parsed:
            given.append(_certain(trait, parsed[trait.name]))
        else:
            given.append(_conditional(trait, weights) if trait.name in swayed else trait)
    return tuple(given)


def swayed_by(traits: Sequence[Trait], known: Levels) -> tuple[str, ...]:
    """The traits that are not known, of which known levels say something: those on which the shares of these depend."""
    parsed, found = dict(known), set[str]()
    for trait in reversed(traits):  # what a trait depends on stands above it
        if trait.name in parsed or trait.name in found:
            found |= trait.depends_on - parsed.keys()
    return tuple(trait.name for trait in traits if trait.name in found)


def weights_given(traits: Sequence[Trait], profiles: Sequence[Levels], known: Levels) -> Weights:
    """How often each combination of the other levels occurs with the known ones.

    A known level whose share depends on known ones alone says nothing, and may be one that nobody comes with.
    """
    parsed = dict(known)
    telling = [trait for trait in traits if trait.name not in parsed or trait.depends_on - parsed.keys()]
    return {
        tuple(level for level in levels if level[0] not in parsed): prod(trait.share_of(levels) for trait in telling)
        for levels in profiles
        if set(known) <= set(levels)
    }


def _certain(trait: Trait, level: str) -> Trait:
    return replace(trait, shares=(((), tuple(float(name == level) for name in trait.level_names)),))


def _conditional(trait: Trait, weights: Weights) -> Trait:
    """A trait with its shares among those with all that is known, by the levels above that are not."""
    rows: dict[Levels, dict[str, float]] = {}
    for levels, weight in weights.items():
        place = [name for name, _ in levels].index(trait.name)
        row = rows.setdefault(levels[:place], dict.fromkeys(trait.level_names, 0.0))
        row[levels[place][1]] += weight
    return replace(trait, shares=tuple((above, _shares(tuple(row.values()))) for above, row in rows.items()))


def _shares(weights: tuple[float, ...]) -> tuple[float, ...]:
    total = sum(weights)
    return tuple(weight / total for weight in weights) if total else weights  # nobody has what is above
