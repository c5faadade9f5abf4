"""Who comes, when, with which number: one replication's people, fixed before the clock starts.

Person k of a group is the k-th point of that group's unit-rate process, mapped through the calendar's intensity: a busier
calendar brings the same people sooner, and nobody else. People who are prevented keep their number, so that the others stay
the same people at the same time.

A change here moves results, which are then recorded anew.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sim.inputs.distributions import Distribution
from sim.inputs.scenario import Booking, Bookings
from sim.model import plan as quantities
from sim.model.plan import OUTSIDE_KEY, Plan, PlannedGroup, PlannedTrait
from sim.model.random_numbers import RandomNumbers
from sim.model.records import OUTSIDE, Column
from sim.model.rules import SECONDS_PER_DAY, seconds

AT_ONCE = 512  # intervals that are drawn together
DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class Arriving:
    """One person: in rank order, which is the order of everything that is otherwise equal."""

    rank: int
    group: int
    number: int  # in the group, or among the group's census people
    census_entry: int  # number of the census entry, or -1
    arrives: int  # second; for census people when their stay or wait began, at most 0
    arrives_at: int  # service
    profile: int  # number of their combination of levels


@dataclass(frozen=True, slots=True)
class People:
    """Everybody of one replication, by rank: equally long int64 columns, named as in `Arriving`."""

    group: Column
    number: Column
    census_entry: Column
    arrives: Column
    arrives_at: Column
    profile: Column

    def __len__(self) -> int:
        return len(self.group)

    def __iter__(self) -> Iterator[Arriving]:
        columns = (self.group, self.number, self.census_entry, self.arrives, self.arrives_at, self.profile)
        for rank, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            yield Arriving(rank, *row)

    def ledger_table(self) -> dict[str, Column]:
        """The people of the records."""
        from_census = (self.census_entry >= 0).astype(np.int64)
        return {
            "group": self.group,
            "number": self.number,
            "from_census": from_census,
            "arrives": self.arrives,
            "arrives_at": self.arrives_at,
            "profile": self.profile,
        }


def people_of(plan: Plan, random: RandomNumbers) -> People:
    """Everybody of one replication by rank: census people first, then the groups in file order, each by number."""
    parts = [_census(plan, random)]
    parts += [_coming(plan, number, group, random) for number, group in enumerate(plan.groups)]
    parts = [part for part in parts if len(part[0])] or parts[:1]
    if len(parts) == 1:  # nothing to put together, and no need for copies
        return People(*map(np.ascontiguousarray, parts[0]))
    return People(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _coming(plan: Plan, number: int, group: PlannedGroup, random: RandomNumbers) -> list[Column]:
    """The columns of a group's people who come from outside during the run."""
    booked = None if group.group.bookings is None else _booked(plan, group, group.group.bookings, random)
    arrives = arrival_seconds(plan, group, random) if booked is None else _seconds_of(booked)
    numbers = np.arange(len(arrives), dtype=np.int64)
    profile = _profiles(group.traits, group.key, 0, len(numbers), random)
    if booked is not None:
        for levels in {one.levels for _, one in booked if one.levels}:
            these = np.array([one.levels == levels for _, one in booked])
            profile[these] = _profiles(group.traits_of(levels), group.key, 0, len(numbers), random)[these]
    if any(share > 0 for _, share in group.group.prevented):
        prevented = np.array([group.group.prevented_share(levels) for levels in group.profiles])
        comes = random.uniforms(group.key, 0, len(numbers), OUTSIDE_KEY, 0, quantities.PREVENTED)
        numbers = numbers[comes >= prevented[profile]]
        arrives, profile = arrives[numbers], profile[numbers]
    arrives_at = np.full(len(numbers), group.arrives_at[0], dtype=np.int64)
    if len(group.arrives_at) > 1 and len(numbers):
        everybody = np.zeros(int(numbers[-1]) + 1, dtype=np.int64)  # the same shares for every profile
        where = random.chosen(group.key, 0, OUTSIDE_KEY, quantities.ARRIVES_AT, group.arrives_at_shares, everybody)
        arrives_at = np.array(group.arrives_at, dtype=np.int64)[where[numbers]]
    return [np.full_like(numbers, number), numbers, np.full_like(numbers, -1), arrives, arrives_at, profile]


def _profiles(traits: Sequence[PlannedTrait], key: int, first: int, people: int, random: RandomNumbers) -> Column:
    """The profiles of so many people from a number on, drawn trait by trait."""
    profile = np.zeros(people, dtype=np.int64)
    for trait in traits if people else ():
        # so far their profiles say their levels of the traits above
        profile += random.chosen(key, first, OUTSIDE_KEY, trait.quantity, trait.shares, profile) * trait.divisor
    return profile


def arrival_seconds(plan: Plan, group: PlannedGroup, random: RandomNumbers) -> Column:
    """The arrival second of every person of a group who comes before the end of the run, in order."""
    if group.group.arrivals is not None:
        return np.array(sorted(second for second in group.group.arrivals if second < plan.until), dtype=np.int64)
    if group.group.arrivals_every is not None:
        return _one_after_the_other(plan, group, group.group.arrivals_every, random)
    rates = np.array(group.expected)
    expected = np.concatenate(([0.0], np.cumsum(rates)))  # people expected by the start of each span
    points = random.unit_rate_points(group.key, OUTSIDE_KEY, quantities.ARRIVAL_GAP, float(expected[-1]))
    return random.spread_over_time(points, expected, rates, group.span)


def _booked(plan: Plan, group: PlannedGroup, bookings: Bookings, random: RandomNumbers) -> list[tuple[int, Booking]]:
    """Who is booked in the run, with the second of the day's midnight by which their own second is moved, in order of time."""
    if not bookings.are_drawn_anew:
        return [(0, one) for one in bookings.people if 0 <= one.second < plan.until]
    first, end = bookings.days
    of_day: dict[int, list[Booking]] = {day: [] for day in range(first, end)}
    for person in bookings.people:
        of_day[person.second // SECONDS_PER_DAY].append(person)
    days = plan.until // SECONDS_PER_DAY
    draw = random.uniforms(group.key, 0, days, OUTSIDE_KEY, 0, quantities.BOOKED_DAY).tolist()
    found = []
    for day, u in enumerate(draw):
        alike = range(first + (day - first) % DAYS_OF_WEEK, end, DAYS_OF_WEEK)  # days of the file on the same weekday
        if alike:
            taken = alike[int(u * len(alike))]
            found += [((day - taken) * SECONDS_PER_DAY, one) for one in of_day[taken]]
    return found


def _seconds_of(booked: Sequence[tuple[int, Booking]]) -> Column:
    return np.array([later + one.second for later, one in booked], dtype=np.int64)


def _one_after_the_other(plan: Plan, group: PlannedGroup, every: Distribution, random: RandomNumbers) -> Column:
    """A renewal stream: intervals are added up as days from the start of the run, and each arrival is rounded once."""
    arrives: list[int] = []
    days = 0.0
    while True:
        for u in random.uniforms(group.key, len(arrives), AT_ONCE, OUTSIDE_KEY, 0, quantities.ARRIVAL_GAP).tolist():
            days += every.days(u)
            second = seconds(days)
            if second >= plan.until:
                return np.array(arrives, dtype=np.int64)
            arrives.append(second)


def _census(plan: Plan, random: RandomNumbers) -> list[Column]:
    """The columns of the people who are there when the clock starts."""
    counted = [0] * len(plan.groups)
    names = [group.group.name for group in plan.groups]
    rows = []
    for place, entry in enumerate(plan.scenario.census):
        group = names.index(entry.group)
        service = plan.numbers.get(entry.service, OUTSIDE)
        key = plan.groups[group].census_key
        held = OUTSIDE_KEY if service == OUTSIDE else plan.services[service].key
        goes_to = plan.numbers[entry.waiting_for or entry.service]
        first = counted[group]
        counted[group] += entry.count
        profiles = _profiles(plan.census_traits[place], key, first, entry.count, random).tolist()
        for number, profile in enumerate(profiles, first):
            elapsed = 0
            if entry.elapsed is not None:
                elapsed = seconds(entry.elapsed.days(random.number(key, number, held, 0, quantities.ELAPSED)))
            rows.append((group, number, place, -elapsed, goes_to if service == OUTSIDE else service, profile))
    return list(np.array(rows, dtype=np.int64).reshape(len(rows), 6).T)
