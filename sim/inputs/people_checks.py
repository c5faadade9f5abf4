"""Do the people of a scenario fit together? Groups, their journeys, and who is there when the clock starts.

What may be changed here: a new check is a function in PEOPLE_CHECKS; the exact words are tested.
"""

from collections.abc import Callable

from sim.inputs.problems import did_you_mean, listed, quoted
from sim.inputs.reading import UNREADABLE, Said, each, is_sound
from sim.inputs.scalars import MOST_PEOPLE
from sim.inputs.scenario import DIED, HOME, OUT, OUTSIDE
from sim.inputs.told import Told, Way
from sim.inputs.variants import arrivals_of


def check_groups(told: Told) -> None:
    """People come at times inside the run, and not in millions."""
    for _, group in each(told.said["people"]):
        times = group["arrivals"]
        for key in ("arrivals_by_weekday", "arrivals_by_month", "arrivals_by_hour"):
            _check_multipliers(told, group, key)
        if isinstance(times, list) and told.total_days is not None:
            for number, one in enumerate(times, 1):
                if isinstance(one, Said) and is_sound(one) and one["day"] >= told.total_days:
                    path = (*group.path, "arrivals", str(number), "day")
                    told.refuse(path, f"is {one['day']}, after the end of the run of {told.total_days} days")
        _check_numbers_of_people(told, group)
        _check_arrival(told, group)


def _check_multipliers(told: Told, group: Said, key: str) -> None:
    said = group[key]
    if isinstance(said, (Said, list)) and is_sound(said) and not any(said.values() if isinstance(said, Said) else said):
        told.refuse((*group.path, key), "is 0 throughout, so nobody would come")
    if said is not None and isinstance(group["arrivals"], list):
        told.refuse((*group.path, key), "shapes a stream of `arrivals_per_day`; exact `arrivals` need no such thing")


def _check_numbers_of_people(told: Told, group: Said) -> None:
    rate, times = group["arrivals_per_day"], group["arrivals"]
    if not is_sound([rate, times]) or told.total_days is None:
        return
    key = "arrivals" if rate is None else "arrivals_per_day"
    people = sum(one["count"] for one in times or []) if rate is None else rate * told.total_days
    if people > MOST_PEOPLE:
        what = f"brings about {people:,.0f} people in {told.total_days:,} days; {MOST_PEOPLE:,} are the most"
        told.refuse((*group.path, key), what)


def _check_arrival(told: Told, group: Said) -> None:
    first = group["arrives_at"]
    for _, arrival in arrivals_of(group):
        otherwise = arrival["otherwise"]
        if otherwise is not UNREADABLE and otherwise in (first if isinstance(first, dict) else [first]):
            told.refuse(
                (*arrival.path, "otherwise"),
                f"is {quoted(otherwise)}, where they could not get in already",
            )


def check_priorities(told: Told) -> None:
    """A priority that rises becomes a smaller number."""
    arrivals = [arrival for _, group in each(told.said["people"]) for _, arrival in arrivals_of(group)]
    for one in (*arrivals, *(way.route for way in told.ways())):
        rises, priority = one["priority_rises"], one["priority"]
        if isinstance(rises, Said) and is_sound([rises["to"], priority]) and rises["to"] >= priority:
            what = f"is {rises['to']}, no smaller than the priority {priority} before; 1 is served first"
            told.refuse((*rises.path, "to"), what)


def check_visits(told: Told) -> None:
    """Each visit says how long, and how many hours where hours are counted."""
    for _, here, visit in told.visits():
        hours = told.counts_hours(here)
        if visit["hours_per_week"] is None and hours:
            told.refuse(
                visit.path,
                f"needs `hours_per_week`: {quoted(here)} counts hours, so say how many a person needs",
            )
        if visit["hours_per_week"] is not None and hours is False:
            told.refuse((*visit.path, "hours_per_week"), f"has no meaning: {quoted(here)} does not count hours")
        if visit["tapers"] is not None and visit["hours_per_week"] is None:
            told.refuse((*visit.path, "tapers"), "has no meaning without `hours_per_week`")
        _check_tapers(told, visit)
        _check_stay(told, visit)
        _check_lost_ground(told, visit)


def _check_tapers(told: Told, visit: Said) -> None:
    tapers = visit["tapers"]
    if not isinstance(tapers, list) or not is_sound(tapers):
        return
    for number, (before, after) in enumerate(zip(tapers, tapers[1:], strict=False), 2):
        if after["after_days"] <= before["after_days"] or after["to"] > before["to"]:
            told.refuse(
                (*visit.path, "tapers", str(number)),
                "must be later than the taper before it, and not need more",
            )


def _check_stay(told: Told, visit: Said) -> None:
    if visit["stay_times"] is not UNREADABLE and not visit["stay_times"]:
        told.refuse((*visit.path, "stay_times"), "is 0, so nobody would stay at all; write a number above 0")
    if visit["stay_days"] is not None:
        return
    ways = [way for _, routes in told.dated_routes(visit) for way in each(routes)]
    lacking = list(dict.fromkeys(to for to, route in ways if route["stay_days"] is None and route["share"]))
    if lacking:
        told.refuse(visit.path, f"needs `stay_days`: the way to {listed(lacking, 'and')} has none of its own")


def _check_lost_ground(told: Told, visit: Said) -> None:
    worse = visit["lost_ground"]["worse"] if isinstance(visit["lost_ground"], Said) else None
    if not isinstance(worse, Said):
        return
    destinations = told.known("destination") or ()
    for _, routes in told.dated_routes(visit):
        for key in ("from", "to"):
            implicit = (HOME, OUT) if key == "to" else ()
            if worse[key] in destinations and worse[key] not in (*routes, *implicit):
                cure = did_you_mean(worse[key], routes)
                told.refuse(
                    (*worse.path, key), f"is {quoted(worse[key])}, which `{_in_visit(routes)}` does not list{cure}"
                )
                return


def _in_visit(routes: Said) -> str:
    """How routes are called in their visit: `then`, or `then.2.routes` where they have dates."""
    return ".".join(routes.path[len(("people", "group", "journey", "service")) :])


def check_routes(told: Told) -> None:
    """What a route names is there, and nobody is turned away to nowhere."""
    for way in told.ways():
        _check_otherwise(told, way)
        _check_may_join(told, way)
        if way.to != way.here and way.here in told.members(way.to):
            what = (
                f"is a list that holds {quoted(way.here)}, where they are already; name the other services of the list"
            )
            told.refuse(way.route.path, what)
        if way.to == DIED:
            for key in ("stay_days", "steps", "longest_wait_days", "otherwise", "may_join"):
                if key != "stay_days" and way.route[key] is not None:
                    told.refuse((*way.route.path, key), "has no meaning: the dead wait for nothing")


def _check_otherwise(told: Told, way: Way) -> None:
    otherwise, limit = way.route["otherwise"], told.queue_limit(way.to)
    if otherwise is None:
        if way.route["longest_wait_days"] is not None:
            told.refuse((*way.route.path, "longest_wait_days"), "needs `otherwise`: where do they go when it is over?")
        if limit is not None:
            what = f"needs `otherwise`: {quoted(way.to)} has a queue_limit, so where do they go when the queue is full?"
            told.refuse(way.route.path, what)
    elif otherwise == way.to:
        told.refuse((*way.route.path, "otherwise"), f"is {quoted(otherwise)} itself; name another destination")
    elif otherwise == DIED:
        told.refuse((*way.route.path, "otherwise"), "is `died`; nobody is sent there")
    elif (
        way.sibling(otherwise) is None
        and otherwise not in (HOME, OUT)
        and otherwise in (told.known("destination") or ())
    ):
        _refuse_stranger(told, way, otherwise)


def _refuse_stranger(told: Told, way: Way, otherwise: str) -> None:
    if otherwise in way.routes:  # listed, but unreadable
        return
    what = f"is {quoted(otherwise)}, which `{_in_visit(way.routes)}` does not list; add it there, with `share: 0%` if nobody else goes there"
    told.refuse((*way.route.path, "otherwise"), what)


def _check_may_join(told: Told, way: Way) -> None:
    step, steps = way.route["may_join"], way.route["steps"]
    if (
        isinstance(step, str)
        and steps is not UNREADABLE
        and step not in (steps or {})
        and step in (told.known("step") or ())
    ):
        told.refuse((*way.route.path, "may_join"), f"names {quoted(step)}, which is no step of this route")


def check_census(told: Told) -> None:
    """Those who are there at the start are somewhere, and wait for something on their way."""
    for entry in told.said["census"] or [] if told.said["census"] is not UNREADABLE else []:
        if isinstance(entry, Said):
            (_check_outside if entry["service"] == OUTSIDE else _check_inside)(told, entry)


def _check_outside(told: Told, entry: Said) -> None:
    if entry["waiting_for"] is None:
        told.refuse(entry.path, "needs `waiting_for`: which service do they wait for outside?")
    for key in ("remaining_days", "waited_days"):
        if entry[key] is not None:
            told.refuse(
                (*entry.path, key),
                "has no meaning for people outside; `elapsed_days` says how long they have waited",
            )


def _check_inside(told: Told, entry: Said) -> None:
    if entry["waiting_for"] is None and entry["waited_days"] is not None:
        told.refuse((*entry.path, "waited_days"), "needs `waiting_for`: what have they waited for?")
    if entry["waiting_for"] is not None and entry["remaining_days"] is not None:
        told.refuse(
            (*entry.path, "remaining_days"),
            "contradicts `waiting_for`: who waits to move on needs no more days here",
        )
    for visit in told.visits_of_census(entry):
        _, routes = next(told.dated_routes(visit), (0, None))  # as at the start
        if isinstance(routes, Said) and isinstance(entry["waiting_for"], str) and entry["waiting_for"] not in routes:
            cure = did_you_mean(entry["waiting_for"], routes)
            told.refuse(
                (*entry.path, "waiting_for"),
                f"is {quoted(entry['waiting_for'])}, where nobody goes from {quoted(entry['service'])}{cure}",
            )


PEOPLE_CHECKS: tuple[Callable[[Told], None], ...] = (
    check_groups,
    check_priorities,
    check_visits,
    check_routes,
    check_census,
)
