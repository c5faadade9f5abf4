"""What a group does in a service for each combination of levels that matters there: plain visits, without `by`.

A visit is settled by two sets of levels: those with which people are found on admission and those that they have after
the changes of the stay. Days needed, hours, tapers and changes go by the levels found, everything else by those after.
`docs/model.md` says the same in rules 20 and 21.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from sim.inputs.by_level import Levels, all_by_level, for_levels, leaves, picked, traits_around, traits_of
from sim.inputs.field_types import Named, is_parsed, is_sound
from sim.inputs.fields import (
    ArrivalSpec,
    ChangeSpec,
    DatedRoutesSpec,
    GroupSpec,
    LostChangeSpec,
    LostGroundSpec,
    RouteSpec,
    VisitSpec,
)
from sim.inputs.scenario import Trait

# Of a visit, what goes by the levels found. In `lost_ground` all but `worse` does; of a route its own `stay_days`.
BY_LEVELS_FOUND = ("stay_days", "stay_times", "hours_per_week", "tapers", "changes")
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Variant:
    """What people of a group with these levels do in a service, as it was read but without `by`."""

    group: str
    here: str
    visit: VisitSpec
    found: Levels
    after: Levels


def traits_in(people: GroupSpec) -> dict[str, tuple[str, ...]]:
    """The readable traits of a group, with their levels."""
    spec = people.traits
    found = spec.items() if is_parsed(spec) else ()
    return {trait: levels for trait, one in found if (levels := levels_of(one))}


def levels_of(spec: Any) -> tuple[str, ...]:
    """The levels of a trait in order of first mention, those of all branches; none where nothing can be read."""
    branches = [leaf for leaf in leaves(spec) if is_parsed(leaf) or is_sound(leaf)]
    named = dict.fromkeys(level for branch in branches if is_parsed(branch) for level in branch)
    if not named.keys() <= {YES, NO}:  # a bare share is a mistake there, which a check reports
        return tuple(named)
    return tuple(dict.fromkeys(level for branch in branches for level in shares_of_levels(branch)))


def shares_of_levels(spec: Any) -> dict[str, Any]:
    """Levels with their shares; a bare share is that of `yes`."""
    return dict(spec) if is_parsed(spec) else {YES: spec, NO: 1 - spec}


def traits_with_shares(people: GroupSpec) -> tuple[Trait, ...]:
    """The readable traits of a group as nouns; shares that cannot be read are empty."""
    written = people.traits if is_parsed(people.traits) else Named[Any](people.path)
    return tuple(
        Trait(
            name=name,
            level_names=levels,
            shares=tuple(
                (as_levels(above), _shares(for_levels(written[name], above), levels))
                for above in combinations(people, traits_of(written[name]))
            ),
        )
        for name, levels in traits_in(people).items()
    )


def _shares(spec: Any, levels: Sequence[str]) -> tuple[float, ...]:
    """The share of each level; one that is not named has none."""
    shares = shares_of_levels(spec) if is_sound(spec) else None
    return () if shares is None else tuple(float(shares.get(level, 0)) for level in levels)


def combinations(people: GroupSpec, traits: Iterable[str]) -> Iterator[dict[str, str]]:
    """Every combination of the levels of some traits, which are taken in the order of the file."""
    known = traits_in(people)
    names = [name for name in known if name in set(traits)]
    for levels in product(*(known[name] for name in names)):
        yield dict(zip(names, levels, strict=True))


def services_in(people: GroupSpec) -> tuple[str, ...]:
    """Every service of a group's journey, whatever the levels."""
    journeys = (leaf for leaf in leaves(people.journey) if is_parsed(leaf))
    return tuple(dict.fromkeys(service for journey in journeys for service in journey))


def traits_that_matter(people: GroupSpec, service: str) -> set[str]:
    """The traits on which it depends what people of a group do in a service."""
    journeys = (leaf for leaf in leaves(people.journey) if is_parsed(leaf) and service in leaf)
    return traits_around(people.journey).union(*(traits_of(journey[service]) for journey in journeys))


def is_in_journey(people: GroupSpec, service: str, levels: Levels) -> bool:
    """Does the journey of people with these levels say what they do in a service? True where that is not known."""
    journey = picked(people.journey, levels)
    return not is_parsed(journey) or service in journey


def variants_of(group: str, people: GroupSpec) -> Iterator[Variant]:
    """Every readable visit of a group, once for each combination of levels that matters there."""
    for service in services_in(people):
        for found in combinations(people, traits_that_matter(people, service)):
            here = _in_service(people, service, found)
            for after in afters(here, found) if here is not None else ():
                there = _in_service(people, service, after)
                if here is not None and there is not None:
                    yield Variant(group, service, _settled(here, there, found, after), found, after)


def _in_service(people: GroupSpec, service: str, levels: Levels) -> VisitSpec | None:
    """What people with these levels do in a service; what stands inside it may still depend on them."""
    journey = picked(people.journey, levels)
    visit = picked(journey.get(service), levels) if is_parsed(journey) else None
    return visit if is_parsed(visit) else None


def afters(here: VisitSpec, found: Levels) -> Iterator[dict[str, str]]:
    """The levels that people may have after the changes of a stay, of the traits that matter, those found first."""
    reached = {trait: [level] for trait, level in found.items()}
    for change in changes_in(here, found):
        if change.trait in reached and change.from_ == found[change.trait]:
            reached[change.trait].append(change.to)
    for levels in product(*(dict.fromkeys(levels) for levels in reached.values())):
        yield dict(zip(reached, levels, strict=True))


def changes_in(visit: VisitSpec, found: Levels) -> list[ChangeSpec | LostChangeSpec]:
    """The readable changes of a visit: those by lost ground, then its own."""
    ground = picked(visit.lost_ground, found)
    changes = [*((ground.changes or ()) if is_parsed(ground) else ()), *(visit.changes or ())]
    return [change for change in changes if is_parsed(change) and is_sound([change.trait, change.from_, change.to])]


def _settled(here: VisitSpec, there: VisitSpec, found: Levels, after: Levels) -> VisitSpec:
    if not found and next(all_by_level(here), None) is None:
        return here
    plain = VisitSpec(there.path)
    plain.update({key: for_levels(one, after) for key, one in there.items() if key != "then"})
    plain.update({key: for_levels(here[key], found) for key in BY_LEVELS_FOUND})
    plain.lost_ground = _lost_ground(for_levels(here.lost_ground, found), plain.lost_ground)
    plain.then = _then(there.then, found, after)
    return plain


def _lost_ground(found: Any, after: Any) -> Any:
    """Lost ground by the levels found, with what it does to the next destination by those after."""
    if found is None and is_parsed(after) and after.worse is not None:
        found = LostGroundSpec(after.path)
        found.update({**after, "longer_stay_days_per_delayed_day": 0, "changes": None})
    if not is_parsed(found):
        return found
    plain = LostGroundSpec(found.path)
    plain.update({**found, "worse": after.worse if is_parsed(after) else None})
    return plain


def _then(then: Any, found: Levels, after: Levels) -> Any:
    then = picked(then, after)
    if isinstance(then, list):
        return [_dated(one, found, after) if is_parsed(one) else one for one in then]
    return _routes(then, found, after)


def _dated(dated: DatedRoutesSpec, found: Levels, after: Levels) -> DatedRoutesSpec:
    plain = DatedRoutesSpec(dated.path)
    plain.update({**dated, "routes": _routes(picked(dated.routes, after), found, after)})
    return plain


def _routes(routes: Any, found: Levels, after: Levels) -> Any:
    if not is_parsed(routes):
        return routes
    plain: Named[RouteSpec] = Named(routes.path)
    plain.update({to: _route(route, found, after) if is_parsed(route) else route for to, route in routes.items()})
    return plain


def _route(route: RouteSpec, found: Levels, after: Levels) -> RouteSpec:
    plain = RouteSpec(route.path)
    plain.update({key: for_levels(one, found if key == "stay_days" else after) for key, one in route.items()})
    return plain


def arrivals_of(people: GroupSpec) -> list[tuple[dict[str, str], ArrivalSpec]]:
    """How people of a group wait outside, for each combination of levels that matters there."""
    found = [(levels, for_levels(people.arrival, levels)) for levels in combinations(people, traits_of(people.arrival))]
    return [(levels, arrival) for levels, arrival in found if is_parsed(arrival)]


def as_levels(levels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Levels as the nouns hold them."""
    return tuple(levels.items())


def dated_routes_of(
    then: Named[RouteSpec] | list[DatedRoutesSpec] | None,
) -> list[tuple[date | None, Named[RouteSpec]]]:
    """What can be read of `then`: routes that hold all along, or those from dates on, the earliest first."""
    if isinstance(then, Named):
        return [(None, then)]
    dated = [one for one in then or () if is_parsed(one) and isinstance(one.from_, date)]
    return [(one.from_, one.routes) for one in sorted(dated, key=lambda one: one.from_) if is_parsed(one.routes)]
