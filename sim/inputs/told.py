"""Everything a planner told us, with the questions that the checks ask of it.

What may be changed here: freely; a question that two checks ask belongs here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sim.inputs.by_level import Levels, leaves, picked
from sim.inputs.capacity import CAPACITY_KEYS, capacity_key, first_opening, places_of
from sim.inputs.distributions import Distribution
from sim.inputs.nodes import Table
from sim.inputs.problems import Path, Problems
from sim.inputs.reading import UNREADABLE, Said, dated_routes_of, each, is_sound
from sim.inputs.scenario import DIED, HOME, OUT, OUTSIDE, SECONDS_PER_DAY, Places
from sim.inputs.tree import mark_at
from sim.inputs.variants import Variant, variants_of

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
    visit: Said
    routes: Said
    route: Said
    from_second: int = 0
    after: Levels = field(default_factory=dict)  # the levels of the people on it, of traits that matter here
    found: Levels = field(default_factory=dict)  # those with which they came to the service

    @property
    def stay(self) -> Distribution | None:
        """Days needed by those who take this route, as they are drawn; None where that cannot be told."""
        own, times = self.route["stay_days"], self.visit["stay_times"]
        stay = own if own is not None else self.visit["stay_days"]
        return stay.scaled(float(times)) if isinstance(stay, Distribution) and times else None

    def ends(self) -> Iterator[str]:
        """Where people drawn for the route may end up: there, along its chain of `otherwise`, or somewhere worse."""
        seen: list[str] = []
        name: Any = self.to
        while isinstance(name, str) and name not in seen:
            seen.append(name)
            sibling = self.sibling(name)
            name = sibling["otherwise"] if sibling is not None else None
        ground = self.visit["lost_ground"]
        worse = ground["worse"] if isinstance(ground, Said) else None
        if isinstance(worse, Said) and worse["from"] in seen and isinstance(worse["to"], str):
            seen.append(worse["to"])
        yield from seen

    def sibling(self, name: str) -> Said | None:
        """The route from here to another destination."""
        found = self.routes.get(name)
        return found if isinstance(found, Said) else None


class Told:
    """A scenario as it was read, problems and all: parts that could not be read are skipped."""

    def __init__(self, said: Said, tree: Table, problems: Problems) -> None:
        self.said = said
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
        calendar = self.said["calendar"]
        start = calendar["start"] if isinstance(calendar, Said) else UNREADABLE
        return start if isinstance(start, date) else None

    @property
    def total_days(self) -> int | None:
        """Days of the run, warm-up and follow-up included, None if they could not be read."""
        calendar = self.said["calendar"]
        keys = ("warm_up_days", "measured_days", "follow_up_days")
        days = [calendar[key] for key in keys] if isinstance(calendar, Said) else [UNREADABLE]
        return sum(days) if is_sound(days) else None

    def names(self, section: str) -> tuple[str, ...] | None:
        """The names declared in a section; None if it could not be read at all."""
        said = self.said[section]
        return None if said is UNREADABLE else tuple(said or ())

    def known(self, what: str) -> tuple[str, ...] | None:
        """Everything that a reference may name; None if that cannot be told."""
        names = self.names({"step": "steps", "team": "teams", "group": "people"}.get(what, "services"))
        lists = self.names("lists") if what in WITH_LISTS else ()
        return None if names is None or lists is None else (*names, *lists, *IMPLICIT.get(what, ()))

    def service(self, name: str) -> Said | None:
        """A declared service that could be read."""
        services = self.said["services"]
        found = services.get(name) if isinstance(services, Said) else None
        return found if isinstance(found, Said) else None

    def members(self, name: str) -> tuple[str, ...]:
        """The services of a waiting list that were declared; any other destination by itself."""
        lists = self.said["lists"]
        if not isinstance(lists, Said) or name not in lists:
            return (name,)
        named = lists[name]["services"] if isinstance(lists[name], Said) else ()
        return tuple(one for one in named if isinstance(one, str) and self.service(one) is not None)

    def queue_limit(self, name: str) -> Any:
        """The longest queue of a service or list; None for no limit."""
        lists = self.said["lists"]
        said = lists.get(name) if isinstance(lists, Said) else None
        found = said if isinstance(said, Said) else self.service(name)
        return None if found is None else found["queue_limit"]

    def counts_hours(self, name: str) -> bool | None:
        """Does a service count hours instead of people? None where that cannot be told."""
        if name == HOME:
            return False
        service = self.service(name)
        if service is None or any(service[key] is UNREADABLE for key in CAPACITY_KEYS):
            return None
        return capacity_key(service) == "hours_per_week"

    def capacity(self, said: Said | None) -> tuple[Places, ...] | None:
        """The dated capacity of a service or team; None where it cannot be told."""
        if said is None or self.start is None or not is_sound([said.get(key) for key in CAPACITY_KEYS]):
            return None
        return places_of(said, self.start)

    def ways(self) -> Iterator[Way]:
        """Every readable route of every group, of every date, for all levels."""
        for group, _ in each(self.said["people"]):
            for one in self.variants(group):
                for from_second, routes in self.dated_routes(one.visit):
                    for to, route in each(routes):
                        yield Way(group, one.here, to, one.visit, routes, route, from_second, one.after, one.found)

    def dated_routes(self, visit: Said) -> Iterator[tuple[int, Said]]:
        """The readable routes of a visit, with the second of the run from which they hold, in the order of their dates."""
        for since, routes in dated_routes_of(visit["then"]):
            days = 0 if since is None or self.start is None else max(0, (since - self.start).days)
            yield days * SECONDS_PER_DAY, routes

    def opens_second(self, name: str) -> int:
        """The second of the run from which a service has opened; 0 where it always had, never does or cannot be told.

        A waiting list opens with the first of its services.
        """
        found = [service for one in self.members(name) if (service := self.service(one)) is not None]
        if self.start is None or any(self.capacity(service) is None for service in found):
            return 0
        return first_opening(found, self.start)

    def visits(self) -> Iterator[tuple[str, str, Said]]:
        """Every readable visit, for all levels: group, service, what was said."""
        for group, _ in each(self.said["people"]):
            for one in self.variants(group):
                yield group, one.here, one.visit

    def variants(self, group: str) -> list[Variant]:
        """Every readable visit of a group, once for each combination of levels that matters there."""
        if group not in self._variants:
            self._variants[group] = list(variants_of(group, self.said["people"][group]))
        return self._variants[group]

    def visits_of_census(self, entry: Said) -> Iterator[Said]:
        """What people of a census entry may do in the service where they are, which depends on their levels."""
        people, given = self.said["people"], entry["levels"] if isinstance(entry["levels"], Said) else {}
        if isinstance(people, Said) and isinstance(people.get(entry["group"]), Said):
            for one in self.variants(entry["group"]):
                is_theirs = all(given.get(trait, level) == level for trait, level in one.found.items())
                if one.here == entry["service"] and is_theirs and one.found == one.after:
                    yield one.visit

    def raw_visits(self, people: Said, service: str | None = None, found: Levels | None = None) -> Iterator[Said]:
        """Every readable visit of a group as it is written, with what depends on traits in it; of one service, for some levels."""
        for journey in leaves(people["journey"]) if found is None else [picked(people["journey"], found)]:
            for here, written in journey.items() if isinstance(journey, Said) else ():
                visits = leaves(written) if found is None else [picked(written, found)]
                yield from (one for one in visits if isinstance(one, Said) and service in (None, here))


def in_use(way: Way) -> bool:
    """May anybody take this route: by its share, as somebody's `otherwise`, or because a delay made things worse?"""
    if way.route["share"] is UNREADABLE or way.route["share"] > 0:
        return True
    ground = way.visit["lost_ground"]
    worse: Any = ground["worse"] if isinstance(ground, Said) else None
    return any(other["otherwise"] == way.to for _, other in each(way.routes)) or (
        isinstance(worse, Said) and worse["to"] == way.to
    )
