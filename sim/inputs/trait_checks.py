"""Do the traits of people fit together? Levels that exist and are all covered, changes that lead somewhere.

A new check is a function in TRAIT_CHECKS. Tests hold the exact words.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import prod
from typing import Any

from sim.inputs.by_level import all_by_level, leaves
from sim.inputs.field_types import BY, ELSE, UNREADABLE, ByLevel, Named, each, is_parsed, is_sound
from sim.inputs.fields import ChangeSpec, GroupSpec, LostChangeSpec, VisitSpec
from sim.inputs.known_levels import swayed_by, weights_given
from sim.inputs.parsed import ParsedScenario, check_adds_up, percent
from sim.inputs.problems import Path, did_you_mean, listed, quoted
from sim.inputs.scenario import profiles_of
from sim.inputs.variants import (
    NO,
    YES,
    afters,
    as_levels,
    combinations,
    is_in_journey,
    levels_of,
    traits_in,
    traits_that_matter,
    traits_with_shares,
)

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


def check_traits(parsed: ParsedScenario) -> None:
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


def check_changes(parsed: ParsedScenario) -> None:
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


def check_variants(parsed: ParsedScenario) -> None:
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


def check_levels_of_census(parsed: ParsedScenario) -> None:
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


TRAIT_CHECKS: tuple[Callable[[ParsedScenario], None], ...] = (
    check_traits,
    check_changes,
    check_variants,
    check_levels_of_census,
)
