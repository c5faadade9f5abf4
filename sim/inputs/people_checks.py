"""Do the people of a scenario fit together? Groups, their journeys, and who is there when the clock starts.

A new check is a function in PEOPLE_CHECKS. Tests hold the exact words.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sim.inputs.arrival_files import KEY as BY_YEAR
from sim.inputs.arrival_files import SAME, BookedRow, BookingsSpec
from sim.inputs.distributions import Distribution
from sim.inputs.field_types import MOST_PEOPLE, UNREADABLE, Named, each, is_parsed, is_sound
from sim.inputs.fields import ArrivalSpec, CensusSpec, GroupSpec, RouteSpec, VisitSpec
from sim.inputs.parsed import ParsedScenario, Way
from sim.inputs.problems import counted, did_you_mean, listed, quoted
from sim.inputs.scenario import DIED, HOME, OUT, OUTSIDE, SECONDS_PER_DAY
from sim.inputs.variants import arrivals_of, traits_in

WHEN_READY = "when_ready"  # what a step says of itself that says nothing


def check_groups(parsed: ParsedScenario) -> None:
    """People come at times inside the run, and not in millions."""
    for _, group in each(parsed.spec.people):
        times = group.arrivals
        for key in ("arrivals_by_weekday", "arrivals_by_month", "arrivals_by_hour", "arrivals_by_year"):
            _check_multipliers(parsed, group, key)
        check_years(parsed, group)
        check_bookings(parsed, group)
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
        key, people = "arrivals_per_day", float(rate * years_days(parsed, group))
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


def check_years(parsed: ParsedScenario, group: GroupSpec) -> None:
    """Every calendar year of the run has a multiplier; exact arrivals need none."""
    spec = group.arrivals_by_year
    if not is_parsed(spec) or not is_sound(spec) or parsed.start is None or parsed.total_days is None:
        return
    last = parsed.start + timedelta(days=max(parsed.total_days - 1, 0))
    missing = [str(year) for year in range(parsed.start.year, last.year + 1) if str(year) not in spec]
    if missing:
        run = f"the run reaches from {parsed.start} to {last}"
        parsed.refuse((*group.path, BY_YEAR), f"has no multiplier for {listed(missing, 'and')}; {run}")


def years_days(parsed: ParsedScenario, group: GroupSpec) -> Decimal:
    """The days of the run, each counted as often as its year says."""
    start, days, spec = parsed.start, parsed.total_days or 0, group.arrivals_by_year
    if start is None or not is_parsed(spec) or not is_sound(spec):
        return Decimal(days)
    years = Counter((start + timedelta(days=day)).year for day in range(days))
    return sum(
        ((spec[str(year)] if str(year) in spec else Decimal(1)) * many for year, many in years.items()), Decimal(0)
    )


def check_bookings(parsed: ParsedScenario, group: GroupSpec) -> None:
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


def check_priorities(parsed: ParsedScenario) -> None:
    """A priority that rises becomes a smaller number."""
    joining: list[ArrivalSpec | RouteSpec] = [
        arrival for _, group in each(parsed.spec.people) for _, arrival in arrivals_of(group)
    ]
    for one in (*joining, *(way.route for way in parsed.ways())):
        rises, priority = one.priority_rises, one.priority
        if is_parsed(rises) and is_sound([rises.to, priority]) and rises.to >= priority:
            what = f"is {rises.to}, no smaller than the priority {priority} before; 1 is served first"
            parsed.refuse((*rises.path, "to"), what)


def check_visits(parsed: ParsedScenario) -> None:
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


def check_routes(parsed: ParsedScenario) -> None:
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


def check_census(parsed: ParsedScenario) -> None:
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


PEOPLE_CHECKS: tuple[Callable[[ParsedScenario], None], ...] = (
    check_groups,
    check_priorities,
    check_visits,
    check_routes,
    check_census,
)
