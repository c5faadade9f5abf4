"""Bays: beds of one service that are for some people only, such as women or people with an infection.

Somebody takes the first bay, in the order of the file, that is for them and has a free bed. What may be changed here: with new
expected results.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any

from sim.inputs.field_types import each, is_sound
from sim.inputs.fields import BaySpec, ServiceSpec
from sim.inputs.parsed import ParsedScenario, Way, in_use, places_of
from sim.inputs.problems import did_you_mean, listed, quoted
from sim.inputs.scenario import Bay
from sim.inputs.variants import traits_in


def bays_of(spec: ServiceSpec, start: date, days: int) -> tuple[Bay, ...]:
    """The bays of a service in file order; none where it has beds or places."""
    return tuple(
        Bay(
            capacity=places_of(one, start, days),
            only_for=tuple((trait, tuple(levels)) for trait, levels in _for_whom(one).items()),
        )
        for one in spec.bays or ()
    )


def _for_whom(bay: BaySpec) -> dict[str, list[str]]:
    """Traits with the levels that a bay is for."""
    written = bay.only_for.items() if bay.only_for is not None else ()
    return {trait: levels if isinstance(levels, list) else [levels] for trait, levels in written}


def with_bays(parsed: ParsedScenario) -> Iterator[tuple[str, ServiceSpec]]:
    """The services with bays that could be read."""
    for name, service in each(parsed.spec.services):
        if service.bays is not None and is_sound(service.bays):
            yield name, service


def check_bays(parsed: ParsedScenario) -> None:
    """Traits and levels exist, no surge opens beside bays, and anybody who finds no bay for them has another way."""
    groups = {name: traits_in(group) for name, group in each(parsed.spec.people)}
    for name, service in with_bays(parsed):
        if service.surge is not None:
            what = (
                "has no meaning with `bays`: it does not say who the extra beds are for. Give a bay dated beds instead"
            )
            parsed.refuse((*service.path, "surge"), what)
        for bay in service.bays or ():
            _check_levels(parsed, bay, groups.values())
        for way in parsed.ways():
            if name in parsed.members(way.to) and way.route.otherwise is None and in_use(way):
                _check_way(parsed, way, groups.get(way.group, {}))


def _check_levels(parsed: ParsedScenario, bay: BaySpec, groups: Any) -> None:
    known = {trait: levels for traits in groups for trait, levels in traits.items()}
    for trait, levels in _for_whom(bay).items():
        if trait not in known:
            what = f"names a trait that no group has{did_you_mean(trait, known) if known else ''}"
            parsed.refuse((*bay.path, "only_for", trait), what)
            continue
        everywhere = {level for traits in groups for level in traits.get(trait, ())}
        for level in levels:
            if level not in everywhere:
                what = f"is {quoted(level)}, which is no level of {quoted(trait)}; there are {listed(sorted(everywhere), 'and')}"
                parsed.refuse((*bay.path, "only_for", trait), what)


def _check_way(parsed: ParsedScenario, way: Way, traits: Mapping[str, tuple[str, ...]]) -> None:
    """Everybody whom a route leads here finds a bay that is for them, in this service or in another one of the list."""
    services = [parsed.service(name) for name in parsed.members(way.to)]
    if any(one is None or one.bays is None or not is_sound(one.bays) for one in services):
        return
    bays = [_for_whom(bay) for one in services if one is not None for bay in one.bays or ()]
    nobodys = without_bay(bays, traits, way.after)
    if nobodys:
        who = listed([f"{trait} {level}" for trait, level in nobodys.items()], "and") or "these people"
        parsed.refuse(way.route.path, f"needs `otherwise`: no bay of {quoted(way.to)} is for people with {who}")


def without_bay(
    bays: list[dict[str, list[str]]], traits: Mapping[str, tuple[str, ...]], given: Mapping[str, str]
) -> dict[str, str] | None:
    """The first combination of levels for which there is no bay, among people with given levels; None if there is none."""
    matter = [trait for trait in traits if any(trait in bay for bay in bays)]
    for levels in product(*(traits[trait] for trait in matter)):
        mine = dict(zip(matter, levels, strict=True))
        is_asked = all(given.get(trait, level) == level for trait, level in mine.items())
        if is_asked and not any(all(mine.get(trait) in levels for trait, levels in bay.items()) for bay in bays):
            return mine
    return None
