"""What a group does in a service for each combination of levels that matters there: plain visits, without `by`.

A visit is settled by two sets of levels: those with which people are found on admission and those that they have after
the changes of the stay. Days needed, hours, tapers and changes go by the levels found, everything else by those after.
What may be changed here: with `docs/model.md`, rules 20 and 21.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sim.inputs.by_level import Levels, all_by_level, for_levels, leaves, picked, traits_around, traits_of
from sim.inputs.reading import Said, is_sound
from sim.inputs.scenario import Trait

# Of a visit, what goes by the levels found. In `lost_ground` all but `worse` does; of a route its own `stay_days`.
BY_LEVELS_FOUND = ("stay_days", "stay_times", "hours_per_week", "tapers", "changes")
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Variant:
    """What people of a group with these levels do in a service, as it was read but without `by`."""

    group: str
    here: str
    visit: Said
    found: Levels
    after: Levels


def traits_in(people: Said) -> dict[str, tuple[str, ...]]:
    """The readable traits of a group, with their levels."""
    said = people["traits"]
    found = said.items() if isinstance(said, Said) else ()
    return {trait: levels for trait, one in found if (levels := levels_of(one))}


def levels_of(said: Any) -> tuple[str, ...]:
    """The levels of a trait in order of first mention, those of all branches; none where nothing can be read."""
    branches = [one for one in leaves(said) if isinstance(one, Said) or is_sound(one)]
    named = dict.fromkeys(level for one in branches if isinstance(one, Said) for level in one)
    if not named.keys() <= {YES, NO}:  # a bare share is a slip there, which a check tells
        return tuple(named)
    return tuple(dict.fromkeys(level for one in branches for level in shares_of_levels(one)))


def shares_of_levels(said: Any) -> dict[str, Any]:
    """Levels with their shares; a bare share is that of `yes`."""
    return dict(said) if isinstance(said, Said) else {YES: said, NO: 1 - said}


def traits_with_shares(people: Said) -> tuple[Trait, ...]:
    """The readable traits of a group as nouns; shares that cannot be read are empty."""
    return tuple(
        Trait(
            name=name,
            level_names=levels,
            shares=tuple(
                (as_levels(above), _shares(for_levels(people["traits"][name], above), levels))
                for above in combinations(people, traits_of(people["traits"][name]))
            ),
        )
        for name, levels in traits_in(people).items()
    )


def _shares(said: Any, levels: Sequence[str]) -> tuple[float, ...]:
    """The share of each level; one that is not named has none."""
    shares = shares_of_levels(said) if is_sound(said) else None
    return () if shares is None else tuple(float(shares.get(level, 0)) for level in levels)


def combinations(people: Said, traits: Iterable[str]) -> Iterator[dict[str, str]]:
    """Every combination of the levels of some traits, which are taken in the order of the file."""
    known = traits_in(people)
    names = [name for name in known if name in set(traits)]
    for levels in product(*(known[name] for name in names)):
        yield dict(zip(names, levels, strict=True))


def services_in(people: Said) -> tuple[str, ...]:
    """Every service of a group's journey, whatever the levels."""
    journeys = (one for one in leaves(people["journey"]) if isinstance(one, Said))
    return tuple(dict.fromkeys(service for journey in journeys for service in journey))


def traits_that_matter(people: Said, service: str) -> set[str]:
    """The traits on which it depends what people of a group do in a service."""
    journeys = (one for one in leaves(people["journey"]) if isinstance(one, Said) and service in one)
    return traits_around(people["journey"]).union(*(traits_of(journey[service]) for journey in journeys))


def is_in_journey(people: Said, service: str, levels: Levels) -> bool:
    """Does the journey of people with these levels say what they do in a service? True where that cannot be told."""
    journey = picked(people["journey"], levels)
    return not isinstance(journey, Said) or service in journey


def variants_of(group: str, people: Said) -> Iterator[Variant]:
    """Every readable visit of a group, once for each combination of levels that matters there."""
    for service in services_in(people):
        for found in combinations(people, traits_that_matter(people, service)):
            here = _in_service(people, service, found)
            for after in afters(here, found) if here is not None else ():
                there = _in_service(people, service, after)
                if here is not None and there is not None:
                    yield Variant(group, service, _settled(here, there, found, after), found, after)


def _in_service(people: Said, service: str, levels: Levels) -> Said | None:
    """What people with these levels do in a service; what stands inside it may still depend on them."""
    journey = picked(people["journey"], levels)
    visit = picked(journey.get(service), levels) if isinstance(journey, Said) else None
    return visit if isinstance(visit, Said) else None


def afters(here: Said, found: Levels) -> Iterator[dict[str, str]]:
    """The levels that people may have after the changes of a stay, of the traits that matter, those found first."""
    reached = {trait: [level] for trait, level in found.items()}
    for change in changes_in(here, found):
        if change["trait"] in reached and change["from"] == found[change["trait"]]:
            reached[change["trait"]].append(change["to"])
    for levels in product(*(dict.fromkeys(levels) for levels in reached.values())):
        yield dict(zip(reached, levels, strict=True))


def changes_in(visit: Said, found: Levels) -> list[Said]:
    """The readable changes of a visit: those by lost ground, then its own."""
    ground = picked(visit["lost_ground"], found)
    changes = [*((ground["changes"] or ()) if isinstance(ground, Said) else ()), *(visit["changes"] or ())]
    return [one for one in changes if isinstance(one, Said) and is_sound([one["trait"], one["from"], one["to"]])]


def _settled(here: Said, there: Said, found: Levels, after: Levels) -> Said:
    if not found and next(all_by_level(here), None) is None:
        return here
    plain = Said(there.path)
    plain.update({key: for_levels(one, after) for key, one in there.items() if key != "then"})
    plain.update({key: for_levels(here[key], found) for key in BY_LEVELS_FOUND})
    plain["lost_ground"] = _lost_ground(for_levels(here["lost_ground"], found), plain["lost_ground"])
    plain["then"] = _then(there["then"], found, after)
    return plain


def _lost_ground(found: Any, after: Any) -> Any:
    """Lost ground by the levels found, with what it does to the next destination by those after."""
    if found is None and isinstance(after, Said) and after["worse"] is not None:
        found = Said(after.path)
        found.update({**after, "longer_stay_days_per_delayed_day": 0, "changes": None})
    if not isinstance(found, Said):
        return found
    plain = Said(found.path)
    plain.update({**found, "worse": after["worse"] if isinstance(after, Said) else None})
    return plain


def _then(then: Any, found: Levels, after: Levels) -> Any:
    then = picked(then, after)
    if isinstance(then, list):
        return [_dated(one, found, after) if isinstance(one, Said) else one for one in then]
    return _routes(then, found, after)


def _dated(dated: Said, found: Levels, after: Levels) -> Said:
    plain = Said(dated.path)
    plain.update({**dated, "routes": _routes(picked(dated["routes"], after), found, after)})
    return plain


def _routes(routes: Any, found: Levels, after: Levels) -> Any:
    if not isinstance(routes, Said):
        return routes
    plain = Said(routes.path)
    plain.update({to: _route(one, found, after) if isinstance(one, Said) else one for to, one in routes.items()})
    return plain


def _route(route: Said, found: Levels, after: Levels) -> Said:
    plain = Said(route.path)
    plain.update({key: for_levels(one, found if key == "stay_days" else after) for key, one in route.items()})
    return plain


def arrivals_of(people: Said) -> list[tuple[dict[str, str], Said]]:
    """How people of a group wait outside, for each combination of levels that matters there."""
    found = [
        (levels, for_levels(people["arrival"], levels)) for levels in combinations(people, traits_of(people["arrival"]))
    ]
    return [(levels, arrival) for levels, arrival in found if isinstance(arrival, Said)]


def as_levels(levels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Levels as the nouns hold them."""
    return tuple(levels.items())
