"""Do the people of a scenario fit together? Groups, journeys, who is there when the clock starts; traits, levels and their changes.

A new check is a function in CHECKS. Tests hold the exact words.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import prod
from typing import Any

from sim.inputs.arrival_files import KEY as BY_YEAR
from sim.inputs.arrival_files import SAME, BookedRow, BookingsSpec
from sim.inputs.by_level import all_by_level, leaves
from sim.inputs.distributions import Distribution
from sim.inputs.field_types import BY, ELSE, MOST_PEOPLE, UNREADABLE, ByLevel, Named, each, is_parsed, is_sound
from sim.inputs.fields import ArrivalSpec, CensusSpec, ChangeSpec, GroupSpec, LostChangeSpec, RouteSpec, VisitSpec
from sim.inputs.parsed import (
    NO,
    YES,
    ParsedScenario,
    Way,
    afters,
    arrivals_of,
    as_levels,
    check_adds_up,
    combinations,
    is_in_journey,
    levels_of,
    traits_in,
    traits_that_matter,
    traits_with_shares,
)
from sim.inputs.problems import Path, counted, did_you_mean, listed, quoted
from sim.inputs.scenario import DIED, HOME, OUT, OUTSIDE, SECONDS_PER_DAY, profiles_of, swayed_by, weights_given
from sim.inputs.values import percent

WHEN_READY = "when_ready"  # what a step says of itself that says nothing


def _check_groups(parsed: ParsedScenario) -> None:
    """People come at times inside the run, and not in millions."""
    for _, group in each(parsed.spec.people):
        times = group.arrivals
        for key in ("arrivals_by_weekday", "arrivals_by_month", "arrivals_by_hour", "arrivals_by_year"):
            _check_multipliers(parsed, group, key)
        _check_years(parsed, group)
        _check_bookings(parsed, group)
        if isinstance(times, list) and parsed.total_days is not None:
            for number, time in enumerate(times, 1):
                if is_parsed(time) and is_sound(time) and time.day >= parsed.total_days:
                    path = (*group.path, "arrivals", str(number), "day")
                    parsed.refuse(
                        path, f"is {time.day}, after the end of the run of {counted(parsed.total_days, 'day')}"
                    )
        _check_numbers_of_people(parsed, group)
        _check_arrival(parsed, group)


def _check_multipliers(parsed: ParsedScenario, group: GroupSpec, key: str) -> None:
    spec = group[key]
    if (
        isinstance(spec, (Named, list))
        and is_sound(spec)
        and not any(spec.values() if isinstance(spec, Named) else spec)
    ):
        parsed.refuse((*group.path, key), "is 0 throughout, so nobody would come")
    if spec is not None and isinstance(group.arrivals, list | BookingsSpec):
        parsed.refuse((*group.path, key), "shapes a stream of `arrivals_per_day`; exact `arrivals` need no such thing")
    if spec is not None and isinstance(group.arrivals_every_days, Distribution):
        what = "shapes a stream of `arrivals_per_day`; `arrivals_every_days` says all by itself. Keep one of the two"
        parsed.refuse((*group.path, key), what)


def _check_numbers_of_people(parsed: ParsedScenario, group: GroupSpec) -> None:
    rate, every, times = group.arrivals_per_day, group.arrivals_every_days, group.arrivals
    if not is_sound([rate, every, times]) or parsed.total_days is None:
        return
    key, people = "arrivals", float(sum(time.count for time in times) if isinstance(times, list) else 0)
    if rate is not None:
        key, people = "arrivals_per_day", float(rate * _years_days(parsed, group))
    elif every is not None:
        key = "arrivals_every_days"
        if every.mean_days <= 0:
            parsed.refuse((*group.path, key), "is 0 on average, so everybody would come at once; write a longer time")
            return
        people = parsed.total_days / every.mean_days
    if people > MOST_PEOPLE:
        what = f"brings about {people:,.0f} people in {counted(parsed.total_days, 'day')}; {MOST_PEOPLE:,} are the most"
        parsed.refuse((*group.path, key), what)


def _check_arrival(parsed: ParsedScenario, group: GroupSpec) -> None:
    first = group.arrives_at
    for _, arrival in arrivals_of(group):
        _check_arrival_steps(parsed, arrival)
        otherwise = arrival.otherwise
        if otherwise is not UNREADABLE and otherwise in (first if isinstance(first, dict) else [first]):
            parsed.refuse((*arrival.path, "otherwise"), f"is {quoted(otherwise)}, where they could not get in already")


def _check_arrival_steps(parsed: ParsedScenario, arrival: ArrivalSpec) -> None:
    """Outside nobody has been admitted, or becomes ready: what is done there begins at arrival."""
    declared = parsed.spec.steps if is_parsed(parsed.spec.steps) else {}
    for name, _ in each(arrival.steps):
        step = declared.get(name)
        if is_parsed(step) and is_sound(step.starts) and step.starts != WHEN_READY:
            starts = step.starts if isinstance(step.starts, str) else "{days_before_ready: ...}"
            what = (
                f"is a step with {quoted(f'starts: {starts}')}, but outside steps start at arrival; "
                "write another step, without `starts`, for people who arrive"
            )
            parsed.refuse((*arrival.path, "steps", name), what)


def _check_years(parsed: ParsedScenario, group: GroupSpec) -> None:
    """Every calendar year of the run has a multiplier; exact arrivals need none."""
    spec = group.arrivals_by_year
    if not is_parsed(spec) or not is_sound(spec) or parsed.start is None or parsed.total_days is None:
        return
    last = parsed.start + timedelta(days=max(parsed.total_days - 1, 0))
    missing = [str(year) for year in range(parsed.start.year, last.year + 1) if str(year) not in spec]
    if missing:
        run = f"the run reaches from {parsed.start} to {last}"
        parsed.refuse((*group.path, BY_YEAR), f"has no multiplier for {listed(missing, 'and')}; {run}")


def _years_days(parsed: ParsedScenario, group: GroupSpec) -> Decimal:
    """The days of the run, each counted as often as its year says."""
    start, days, spec = parsed.start, parsed.total_days or 0, group.arrivals_by_year
    if start is None or not is_parsed(spec) or not is_sound(spec):
        return Decimal(days)
    years = Counter((start + timedelta(days=day)).year for day in range(days))
    return sum(
        ((spec[str(year)] if str(year) in spec else Decimal(1)) * many for year, many in years.items()), Decimal(0)
    )


def _check_bookings(parsed: ParsedScenario, group: GroupSpec) -> None:
    """The columns are traits of the group, and at least one booking falls into the run."""
    spec = group.arrivals
    if not isinstance(spec, BookingsSpec) or not is_sound(spec.rows) or not is_sound(group.traits):
        return
    rows = spec.rows
    path, traits = (*group.path, "arrivals", "file"), traits_in(group)
    wrong = dict.fromkeys(_wrong_levels(rows, traits))
    for what in list(wrong)[:5]:
        parsed.refuse(path, what)
    days = parsed.total_days
    if parsed.start is None or days is None or wrong:
        return
    if spec.each_replication == SAME and not _within(rows, parsed.start, days):
        last = parsed.start + timedelta(days=days - 1)
        parsed.refuse(path, f"brings nobody into the run, which is from {parsed.start} to {last}; check the dates")
    if sum(row.count for row in rows) > MOST_PEOPLE:
        parsed.refuse(path, f"brings more than {MOST_PEOPLE:,} people")


def _wrong_levels(rows: Sequence[BookedRow], traits: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for row in rows:
        for trait, level in row.levels:
            where = f"{row.mark.file}, line {row.mark.line}"
            if trait not in traits:
                known = ("date", "day", "time", "count", *traits)
                yield f"has a column {quoted(trait)}, which is no trait of this group{did_you_mean(trait, known)}"
            elif level not in traits[trait]:
                yield f"says {quoted(level)} of {quoted(trait)} ({where}); there are {listed(traits[trait], 'and')}"


def _within(rows: Sequence[BookedRow], start: date, days: int) -> bool:
    return any(row.count and 0 <= row.second_of_run(start) < days * SECONDS_PER_DAY for row in rows)


def _check_priorities(parsed: ParsedScenario) -> None:
    """A priority that rises becomes a smaller number."""
    joining: list[ArrivalSpec | RouteSpec] = [
        arrival for _, group in each(parsed.spec.people) for _, arrival in arrivals_of(group)
    ]
    for one in (*joining, *(way.route for way in parsed.ways())):
        rises, priority = one.priority_rises, one.priority
        if is_parsed(rises) and is_sound([rises.to, priority]) and rises.to >= priority:
            what = f"is {rises.to}, no smaller than the priority {priority} before; 1 is served first"
            parsed.refuse((*rises.path, "to"), what)


def _check_visits(parsed: ParsedScenario) -> None:
    """Each visit says how long, and how many hours where hours are counted."""
    for _, here, visit in parsed.visits():
        hours = parsed.counts_hours(here)
        if visit.hours_per_week is None and hours:
            parsed.refuse(
                visit.path, f"needs `hours_per_week`: {quoted(here)} counts hours, so say how many a person needs"
            )
        if visit.hours_per_week is not None and hours is False:
            parsed.refuse((*visit.path, "hours_per_week"), f"has no meaning: {quoted(here)} does not count hours")
        if visit.tapers is not None and visit.hours_per_week is None:
            parsed.refuse((*visit.path, "tapers"), "has no meaning without `hours_per_week`")
        _check_tapers(parsed, visit)
        _check_stay(parsed, visit)
        _check_lost_ground(parsed, visit)


def _check_tapers(parsed: ParsedScenario, visit: VisitSpec) -> None:
    tapers = visit.tapers
    if not isinstance(tapers, list) or not is_sound(tapers):
        return
    for number, (before, after) in enumerate(zip(tapers, tapers[1:], strict=False), 2):
        if after.after_days <= before.after_days or after.to > before.to:
            parsed.refuse(
                (*visit.path, "tapers", str(number)), "must be later than the taper before it, and not need more"
            )


def _check_stay(parsed: ParsedScenario, visit: VisitSpec) -> None:
    if visit.stay_times is not UNREADABLE and not visit.stay_times:
        parsed.refuse((*visit.path, "stay_times"), "is 0, so nobody would stay at all; write a number above 0")
    if visit.stay_days is not None:
        return
    ways = [way for _, routes in parsed.dated_routes(visit) for way in each(routes)]
    lacking = list(dict.fromkeys(to for to, route in ways if route.stay_days is None and route.share))
    if lacking:
        parsed.refuse(visit.path, f"needs `stay_days`: the way to {listed(lacking, 'and')} has none of its own")


def _check_lost_ground(parsed: ParsedScenario, visit: VisitSpec) -> None:
    worse = visit.lost_ground.worse if is_parsed(visit.lost_ground) else None
    if not is_parsed(worse):
        return
    destinations = parsed.known("destination") or ()
    for _, routes in parsed.dated_routes(visit):
        for key in ("from", "to"):
            implicit = (HOME, OUT) if key == "to" else ()
            if worse[key] in destinations and worse[key] not in (*routes, *implicit):
                cure = did_you_mean(worse[key], routes)
                parsed.refuse(
                    (*worse.path, key), f"is {quoted(worse[key])}, which `{_in_visit(routes)}` does not list{cure}"
                )
                return


def _in_visit(routes: Named[RouteSpec]) -> str:
    """How routes are called in their visit: `then`, or `then.2.routes` where they have dates."""
    return ".".join(routes.path[len(("people", "group", "journey", "service")) :])


def _check_routes(parsed: ParsedScenario) -> None:
    """What a route names is there, and nobody is turned away to nowhere."""
    for way in parsed.ways():
        _check_otherwise(parsed, way)
        _check_may_join(parsed, way)
        if way.to != way.here and way.here in parsed.members(way.to):
            what = (
                f"is a list that holds {quoted(way.here)}, where they are already; name the other services of the list"
            )
            parsed.refuse(way.route.path, what)
        if way.to == DIED:
            for key in ("stay_days", "steps", "longest_wait_days", "otherwise", "may_join"):
                if key != "stay_days" and way.route[key] is not None:
                    parsed.refuse((*way.route.path, key), "is not allowed on a route to `died`: nobody waits to die")


def _check_otherwise(parsed: ParsedScenario, way: Way) -> None:
    otherwise, limit = way.route.otherwise, parsed.queue_limit(way.to)
    if otherwise is None:
        if way.route.longest_wait_days is not None:
            parsed.refuse(
                (*way.route.path, "longest_wait_days"), "needs `otherwise`: where do they go when it is over?"
            )
        if limit is not None:
            what = f"needs `otherwise`: {quoted(way.to)} has a queue_limit, so where do they go when the queue is full?"
            parsed.refuse(way.route.path, what)
    elif otherwise == way.to:
        parsed.refuse((*way.route.path, "otherwise"), f"is {quoted(otherwise)} itself; name another destination")
    elif otherwise == DIED:
        parsed.refuse((*way.route.path, "otherwise"), "is `died`; nobody is sent there")
    elif (
        way.sibling(otherwise) is None
        and otherwise not in (HOME, OUT)
        and otherwise in (parsed.known("destination") or ())
    ):
        _refuse_stranger(parsed, way, otherwise)


def _refuse_stranger(parsed: ParsedScenario, way: Way, otherwise: str) -> None:
    if otherwise in way.routes:  # listed, but unreadable
        return
    what = f"is {quoted(otherwise)}, which `{_in_visit(way.routes)}` does not list; add it there, with `share: 0%` if nobody else goes there"
    parsed.refuse((*way.route.path, "otherwise"), what)


def _check_may_join(parsed: ParsedScenario, way: Way) -> None:
    step, steps = way.route.may_join, way.route.steps
    if (
        isinstance(step, str)
        and steps is not UNREADABLE
        and step not in (steps or {})
        and step in (parsed.known("step") or ())
    ):
        parsed.refuse((*way.route.path, "may_join"), f"names {quoted(step)}, which is no step of this route")


def _check_census(parsed: ParsedScenario) -> None:
    """Those who are there at the start are somewhere, and wait for something on their way."""
    for entry in parsed.spec.census or [] if parsed.spec.census is not UNREADABLE else []:
        if is_parsed(entry):
            (_check_outside if entry.service == OUTSIDE else _check_inside)(parsed, entry)


def _check_outside(parsed: ParsedScenario, entry: CensusSpec) -> None:
    if entry.waiting_for is None:
        parsed.refuse(entry.path, "needs `waiting_for`: which service do they wait for outside?")
    for key in ("remaining_days", "stay_days", "waited_days", "steps_left", "steps_begun_days"):
        if entry[key] is not None:
            what = "`elapsed_days` says how long they have waited"
            if key.startswith("steps_"):
                what = "who waits there has done what comes before (`arrival: {steps}`)"
            parsed.refuse((*entry.path, key), f"has no meaning for people outside; {what}")


def _check_inside(parsed: ParsedScenario, entry: CensusSpec) -> None:
    if entry.waiting_for is None and entry.waited_days is not None:
        parsed.refuse((*entry.path, "waited_days"), "needs `waiting_for`: what have they waited for?")
    _check_waited(parsed, entry)
    if entry.waiting_for is None and entry.steps_left is not None:
        parsed.refuse((*entry.path, "steps_left"), "needs `waiting_for`: steps on the way to which place?")
    for key in ("remaining_days", "stay_days"):
        if entry.waiting_for is not None and entry[key] is not None:
            what = "contradicts `waiting_for`: who waits to move on needs no more days here"
            parsed.refuse((*entry.path, key), what)
    for visit in parsed.visits_of_census(entry):
        _, routes = next(parsed.dated_routes(visit), (0, None))  # as at the start
        if is_parsed(routes) and isinstance(entry.waiting_for, str) and entry.waiting_for not in routes:
            cure = did_you_mean(entry.waiting_for, routes)
            parsed.refuse(
                (*entry.path, "waiting_for"),
                f"is {quoted(entry.waiting_for)}, where nobody goes from {quoted(entry.service)}{cure}",
            )
    _check_steps_left(parsed, entry)
    _check_steps_begun(parsed, entry)


def _check_waited(parsed: ParsedScenario, entry: CensusSpec) -> None:
    """Nobody waits to move on for longer than they are there; where lengths are drawn, some draws may agree."""
    waited, elapsed = entry.waited_days, entry.elapsed_days
    if waited is None or entry.waiting_for is None or not is_sound([waited, elapsed]):
        return
    least, most = waited.shortest_days, elapsed.longest_days
    if least > most:
        of_days = f"is {least:g}{' or more' if least < waited.longest_days else ''}"
        there = f"{most:g}{' at most' if elapsed.shortest_days < most else ''}"
        what = f"{of_days}, and they have been there for {there} (`elapsed_days`); nobody waits longer than they are there: write fewer days, or more there"
        parsed.refuse((*entry.path, "waited_days"), what)


def _check_steps_left(parsed: ParsedScenario, entry: CensusSpec) -> None:
    """What is not done yet is on the way there, and said once."""
    left, to = entry.steps_left, entry.waiting_for
    if not isinstance(left, list) or not isinstance(to, str):
        return
    routes = [next(parsed.dated_routes(visit), (0, None))[1] for visit in parsed.visits_of_census(entry)]
    ways = [route[to] for route in routes if is_parsed(route) and to in route]
    if not ways or any(not is_parsed(way) or way.steps is UNREADABLE for way in ways):
        return
    known = {name: None for way in ways for name in way.steps or ()}
    for number, name in enumerate(left, 1):
        path = (*entry.path, "steps_left", str(number))
        if name not in (parsed.known("step") or ()):  # refused already
            continue
        if name not in known:
            way = f"from {quoted(entry.service)} to {quoted(to)}"
            parsed.refuse(path, f"is {quoted(name)}, which is no step on the way {way}{did_you_mean(name, known)}")
        elif name in left[: number - 1]:
            parsed.refuse(path, f"is {quoted(name)}, which is there twice")


def _check_steps_begun(parsed: ParsedScenario, entry: CensusSpec) -> None:
    """What has begun is not done yet, and what it comes after is."""
    left = entry.steps_left or []
    if not is_parsed(entry.steps_begun_days) or not isinstance(left, list):
        return
    before = parsed.steps_before()
    for name in entry.steps_begun_days:
        path = (*entry.path, "steps_begun_days", name)
        if name not in left and name in (parsed.known("step") or ()):
            parsed.refuse(path, "is of a step that is not in `steps_left`, so done; name it there too")
        for earlier in before.get(name, ()):
            if earlier in left:
                what = f"begins after {quoted(earlier)}, which is in `steps_left`, so not done: it cannot have begun"
                parsed.refuse(path, what)


# -- traits and levels -------------------------------------------------------------------------------------------------


MOST_PROFILES = 10_000  # combinations of levels in a group
MOST_VARIANTS = 4_000  # of one visit: levels found, with those after


def check_by_level(parsed: ParsedScenario) -> None:
    """Whatever depends on a trait names one of the group's, and has a value for each of its levels.

    This comes before everything else that looks at people: what is wrong here becomes unreadable for the others.
    """
    for _, people in each(parsed.spec.people):
        traits = traits_in(people)
        _check_order(parsed, people.traits, traits)
        for level in all_by_level(people):
            if _is_unreadable(people.traits, level.trait):
                level.trait = UNREADABLE
            elif is_sound(level.trait):
                _check_one(parsed, traits, level)


def _is_unreadable(spec: Any, trait: Any) -> bool:
    """Has the group such a trait, of which nothing can be read? That has been reported."""
    return is_parsed(spec) and is_sound(trait) and spec.get(trait) is UNREADABLE


def _check_order(parsed: ParsedScenario, spec: Any, traits: Mapping[str, tuple[str, ...]]) -> None:
    """The shares of a trait depend on traits that are above it, so that these are drawn first."""
    above: list[str] = []
    for trait, shares in spec.items() if is_parsed(spec) else ():
        for level in all_by_level(shares):
            if level.trait in traits and level.trait not in above:
                is_itself = level.trait == trait
                cure = "the trait itself; name one" if is_itself else "which is below; move it up, or name a trait"
                parsed.refuse((*level.path, BY), f"is {quoted(level.trait)}, {cure} above it {quoted(trait)}")
                level.trait = UNREADABLE
        above.append(trait)


def _check_one(parsed: ParsedScenario, traits: Mapping[str, tuple[str, ...]], one: ByLevel) -> None:
    levels = traits.get(one.trait)
    if levels is None:
        parsed.refuse(
            (*one.path, BY), f"is {quoted(one.trait)}, and this group has no such trait{_known(one.trait, traits)}"
        )
        one.trait = UNREADABLE
        return
    unknown = [level for level in one.values if level not in (*levels, ELSE)]
    for level in unknown:
        parsed.refuse((*one.path, level), f"is no level of {quoted(one.trait)}{did_you_mean(level, levels)}")
    lacking = [level for level in levels if level not in one.values]
    if lacking and one.values and ELSE not in one.values and not unknown:
        what = f"says nothing of {listed(lacking, 'and')}; write a value for each level, or `else` for all the others"
        parsed.refuse(one.path, what)


def _known(name: str, traits: Mapping[str, tuple[str, ...]]) -> str:
    return did_you_mean(name, traits) or "; write `traits:` into the group"


def _check_traits(parsed: ParsedScenario) -> None:
    """The shares of levels add up, and there are not too many combinations."""
    for _, people in each(parsed.spec.people):
        for spec in people.traits.values() if is_parsed(people.traits) else ():
            for shares in leaves(spec):
                if is_parsed(shares):
                    check_adds_up(parsed, shares.path, shares)
            _check_short_forms(parsed, spec, traits_in(people))
        profiles = _profiles_in(people)
        if profiles > MOST_PROFILES:
            what = f"make {profiles:,} combinations of levels; {MOST_PROFILES:,} are the most, so leave out a trait or a level"
            parsed.refuse((*people.path, "traits"), what)


def _profiles_in(people: GroupSpec) -> int:
    return prod(len(levels) for levels in traits_in(people).values())


def _check_short_forms(parsed: ParsedScenario, spec: Any, traits: Mapping[str, tuple[str, ...]]) -> None:
    """A bare share is that of `yes`: where some levels have other names, it says nothing of those."""
    others = [level for level in levels_of(spec) if level not in (YES, NO)]
    for one in all_by_level(spec) if others else ():
        for level, share in one.values.items():
            if isinstance(share, Decimal) and level in (ELSE, *traits.get(one.trait, ())):
                what = f"is {percent(share)}, which is short for the levels yes and no, but others are {listed(others, 'and')}; write levels with shares"
                parsed.refuse((*one.path, level), what)


def _check_changes(parsed: ParsedScenario) -> None:
    """Changes name levels of the group's traits, of each level no more than 100% change, and there is a journey afterwards."""
    for group, people in each(parsed.spec.people):
        traits = traits_in(people)
        for visit in parsed.raw_visits(people):
            for changes in (visit.changes, *(leaf.changes for leaf in leaves(visit.lost_ground) if is_parsed(leaf))):
                for change in changes or ():
                    if is_parsed(change) and is_sound([change.trait, change.from_, change.to]):
                        _check_change(parsed, traits, change)
        for variant in parsed.variants(group):
            for changes in _lists(variant.visit):
                _check_chances(parsed, changes)


def _lists(visit: VisitSpec) -> list[Any]:
    ground = visit.lost_ground
    return [visit.changes, ground.changes if is_parsed(ground) else None]


def _check_change(
    parsed: ParsedScenario, traits: Mapping[str, tuple[str, ...]], change: ChangeSpec | LostChangeSpec
) -> None:
    levels = traits.get(change.trait)
    if levels is None:
        what = f"is {quoted(change.trait)}, and this group has no such trait{_known(change.trait, traits)}"
        parsed.refuse((*change.path, "trait"), what)
        return
    for key in ("from", "to"):
        if change[key] not in levels:
            what = f"is {quoted(change[key])}, which is no level of {quoted(change.trait)}{did_you_mean(change[key], levels)}"
            parsed.refuse((*change.path, key), what)
    if change.from_ == change.to:
        parsed.refuse((*change.path, "to"), f"is {quoted(change.to)}, as `from` is; name another level")


def _check_chances(parsed: ParsedScenario, changes: Any) -> None:
    total: dict[tuple[str, str], Decimal] = {}
    seen: set[tuple[str, str, str]] = set()
    for change in changes if isinstance(changes, list) else ():
        if not is_parsed(change) or not is_sound(change):
            continue
        key = "chance" if "chance" in change else "chance_per_delayed_day"
        where = (change.trait, change.from_)
        if (*where, change.to) in seen:
            parsed.refuse(
                change.path,
                f"is there twice: from {change.from_} to {change.to}; write one change with both chances added",
            )
        seen.add((*where, change.to))
        total[where] = total.get(where, Decimal(0)) + change[key]
        if total[where] > 1:
            what = f"makes {percent(total[where])} of those with {quoted(change.from_)} change; lower it to at most 100% in all"
            parsed.refuse((*change.path, key), what)


def _check_variants(parsed: ParsedScenario) -> None:
    """Anybody who is changed by a stay knows what they do there, and no visit has too many combinations."""
    for group, people in each(parsed.spec.people):
        counted: dict[str, int] = {}
        for variant in parsed.variants(group):
            counted[variant.here] = counted.get(variant.here, 0) + 1
        for service, variants in counted.items():
            if variants > MOST_VARIANTS:
                path = ("people", group, "journey", service)
                parsed.refuse(
                    path,
                    f"is different for {variants:,} combinations of levels; {MOST_VARIANTS:,} are the most, so name fewer traits",
                )
        for service in counted:
            _check_afterwards(parsed, people, service)


def _check_afterwards(parsed: ParsedScenario, people: GroupSpec, service: str) -> None:
    for found in combinations(people, traits_that_matter(people, service)):
        for visit in parsed.raw_visits(people, service, found):
            for after in afters(visit, found):
                if not is_in_journey(people, service, after):
                    levels = listed([f"{trait} {level}" for trait, level in after.items()], "and")
                    path = (*visit.path, "changes" if visit.changes else "lost_ground")
                    parsed.refuse(
                        path,
                        f"leads to {levels}, but the journey of these people does not say what they do in {quoted(service)}; add it",
                    )


def _check_levels_of_census(parsed: ParsedScenario) -> None:
    """Levels of people of the census are levels of their group."""
    people = parsed.spec.people
    for entry in parsed.spec.census or ():
        group = people.get(entry.group) if is_parsed(entry) and is_parsed(people) else None
        if not is_parsed(group) or not is_parsed(entry.levels):
            continue
        traits = traits_in(group)
        for trait, level in entry.levels.items():
            path: Path = (*entry.levels.path, trait)
            if trait not in traits:
                parsed.refuse(path, f"names no trait of {quoted(entry.group)}{_known(trait, traits)}")
            elif is_sound(level) and level not in traits[trait]:
                parsed.refuse(
                    path,
                    f"is {quoted(level)}, which is no level of {quoted(trait)}{did_you_mean(level, traits[trait])}",
                )
        are_levels = all(level in traits.get(trait, ()) for trait, level in entry.levels.items())
        if are_levels and _profiles_in(group) <= MOST_PROFILES:
            _check_together(parsed, group, entry.levels)


def _check_together(parsed: ParsedScenario, group: GroupSpec, given: Named[str]) -> None:
    """What is not given can be drawn: somebody comes with the levels that are."""
    known, traits = as_levels(given), traits_with_shares(group)
    swayed = swayed_by(traits, known)
    is_readable = all(shares for trait in traits for _, shares in trait.shares)
    if swayed and is_readable and not any(weights_given(traits, profiles_of(traits), known).values()):
        levels = listed([f"{trait} {level}" for trait, level in known], "and")
        what = f"says {levels}, with which nobody comes, so that {listed(swayed, 'and')} cannot be drawn; say that too"
        parsed.refuse(given.path, what)


CHECKS: tuple[Callable[[ParsedScenario], None], ...] = (
    _check_traits,
    _check_changes,
    _check_variants,
    _check_levels_of_census,
    _check_groups,
    _check_priorities,
    _check_visits,
    _check_routes,
    _check_census,
)
