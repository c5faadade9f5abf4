"""Does anybody go from service to service and back in no time at all? An engine that met them would stand still for ever.

Levels of traits are followed where they matter: people with high need who go one way, and people with low need who go the
other, go round only if a stay makes the ones the others.
What may be changed here: with rule 15; the exact words are tested.
"""

from collections.abc import Iterator, Sequence

from sim.inputs.by_level import Levels
from sim.inputs.checks import rings
from sim.inputs.problems import listed
from sim.inputs.reading import Said, each
from sim.inputs.scenario import SECONDS_PER_DAY
from sim.inputs.told import Told, Way
from sim.inputs.variants import afters, combinations, services_in

LARGEST_LUCK = 1 - 1e-9  # one person in a thousand million

State = tuple[str, tuple[tuple[str, str], ...]]  # a service, and the levels with which somebody comes to it


def check_loops_take_time(told: Told) -> None:
    """Nobody goes from service to service and back in no time at all."""
    ways: dict[str, list[Way]] = {}
    for way in told.ways():
        if way.route["share"] and _takes_no_time(way):
            ways.setdefault(way.group, []).append(way)
    for group, people in each(told.said["people"]):
        for ring, levels in _rings(told, people, ways.get(group, ())):
            path = ("people", group, "journey", ring[0], "then", (*ring, ring[0])[1])  # or above it, by way of a list
            told.refuse(
                path,
                f"makes people {levels}go round in no time: {' to '.join([*ring, ring[0]])}; give one of these stays some days",
            )


def _takes_no_time(way: Way) -> bool:
    stay = way.stay
    return stay is not None and round(stay.days(LARGEST_LUCK) * SECONDS_PER_DAY) == 0


def _rings(told: Told, people: Said, ways: Sequence[Way]) -> Iterator[tuple[list[str], str]]:
    """Services that somebody goes round, each ring once, and words for whom."""
    if not _by_level(told, people, ways, set()):
        return
    traits = {trait for way in ways for trait in way.found}
    seen: set[tuple[str, ...]] = set()
    for ring in _by_level(told, people, ways, traits):
        services, levels = [service for service, _ in ring], [f"{trait} {level}" for trait, level in ring[0][1]]
        if tuple(services) not in seen:
            seen.add(tuple(services))
            yield services, f"with {listed(levels, 'and')} " if levels else ""


def _by_level(told: Told, people: Said, ways: Sequence[Way], traits: set[str]) -> list[list[State]]:
    """The rings of services and levels of these traits; whoever goes by another trait is taken to go every way."""
    leads_to: dict[State, list[State]] = {}
    for service in services_in(people):
        leads_to.update({(service, _as_key(levels)): [] for levels in combinations(people, traits)})
    for way in ways:
        ends = [name for end in way.ends() for name in told.members(end)]
        own = {trait: level for trait, level in way.found.items() if trait in traits}
        for others in combinations(people, traits - own.keys()):
            levels = [one for one in afters(way.visit, {**others, **own}) if _fits(way.after, one)]
            leads_to[way.here, _as_key({**others, **own})] += [(end, _as_key(one)) for one in levels for end in ends]
    return rings(leads_to)


def _as_key(levels: Levels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(levels.items()))


def _fits(wanted: Levels, levels: Levels) -> bool:
    """Has somebody with these levels those that are wanted, as far as their traits are followed?"""
    return all(levels.get(trait, level) == level for trait, level in wanted.items())
