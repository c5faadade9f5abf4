"""The traits of people of whom some levels are known: what is known is certain, what it says of the others counts.

Who is known to need a bed has dementia more often than others, if need depends on dementia. So a level that is not known
is drawn from its share among those who come with all that is known and drawn before.
`docs/model.md` says the same in rule 20.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

from sim.inputs.scenario import Levels, Trait

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
