"""Where people go, and who they are: shares of routes and of levels of a trait, so that a scenario shows what stays show.

A list of routes takes the shares of the stays that it is for. Where `then` goes by a trait that the file does not give (what
people need, say), the shares of its levels are moved instead, each by as much as makes those who leave on each route as many as
seen; how the trait goes with others, and within a list whatever the words of the file do not tell apart, stays in proportion (raking).
Tests hold it to examples worked out by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.inputs.scenario import DIED, Group, Scenario, Trait, Visit
from sim.own_data.fitting import LEAST_ENDED, Fit, fits_of
from sim.own_data.people_files import Places
from sim.own_data.spells import Spell, Spells, route_words
from sim.results.words.labels import counted

PARTS = 10_000  # shares are written to a hundredth of a percent
ROUNDS, CLOSE = 2_000, 1e-7  # of raking: at most so many, until no share is further off
EVERY_LEVEL = "else"

Share = tuple[str, str, str]  # a path, its share as text, and the people behind it


@dataclass(frozen=True, slots=True)
class RouteList:
    """One list of routes as it is written: its path, the level that it is for, and each route's path, destination and share."""

    path: str
    level: str  # empty where there is one list for everybody
    routes: tuple[tuple[str, str, float], ...]


class Unwritten(Exception):
    """Why the shares stay as they are, as the end of a sentence."""


def shares_of(spells: Spells, fits: Sequence[Fit], scenario: Scenario) -> list[Share]:
    """The values of every share that the stays of one group in one service tell, each with the people behind it.

    `fits` are its routes, all levels together. Unwritten where the file and the scenario do not tell the same routes apart.
    """
    group = next(group for group in scenario.people if group.name == fits[0].group)
    mine = [one for one in spells.all if (one.group, one.service) == (group.name, fits[0].service)]
    lists, trait = _lists(scenario, group, fits[0].service)
    places = Places(scenario)
    if trait is None:
        return _list_lines(lists[0], fits, places)
    level_of = [dict(one.levels).get(trait.name, "") for one in mine]
    if any(level_of):
        return _by_known_level(spells, mine, level_of, lists, trait, scenario)
    if fits[0].service not in dict(group.arrives_at) or _is_changed(group, trait):
        raise Unwritten(
            f"they go by {trait.name}, which the file does not give, and which is not what people came with"
        )
    seen = _words_of_lists(lists, _seen(fits), places)
    levels, routes = raked(trait, _above(group, trait), lists, seen, places)
    why = f"{counted(len(mine), 'stay')}; assumption: the odds of each {trait.name} by one factor"
    lines = [
        *_trait_lines(scenario, group, trait, levels, why),
        *((path, share, why) for path, share in routes.items()),
    ]
    stated = {value.path: value.text for value in scenario.values}
    # what was only carried along has no source in the file
    return [line for line in lines if stated[line[0]] != line[1]]


def _seen(fits: Sequence[Fit]) -> dict[str, float]:
    """The share of each word for a route, of all who came."""
    total = sum(fit.share for fit in fits)
    return {fit.route: fit.share / total for fit in fits}


def _lists(scenario: Scenario, group: Group, service: str) -> tuple[list[RouteList], Trait | None]:
    """The lists of routes of a service, and the trait whose levels they are for."""
    stated = {value.path: value.text for value in scenario.values}
    start = f"people.{group.name}.journey.{service}.then"
    visits = group.visits(service)
    if not visits or any(visit.later for visit in visits):
        raise Unwritten("the scenario has other routes from a date on" if visits else "nobody of them comes there")
    by = stated.get(f"{start}.by")
    trait = next((one for one in group.traits if one.name == by), None)
    found: dict[str, RouteList] = {}
    for visit in visits:
        one = _list_of(visit, start, trait)
        found[one.path] = one
        if any(stated.get(f"{path}.share") is None for path, _, _ in one.routes):
            raise Unwritten("the scenario's shares go by more than one trait")
    return list(found.values()), trait


def _list_of(visit: Visit, start: str, trait: Trait | None) -> RouteList:
    """The list of one visit; its path ends in a level where the lists go by a trait."""
    base = start.removesuffix(".then")
    routes = tuple((f"{base}.{route.path}", route.to, route.share) for route in visit.then)
    path = routes[0][0].rpartition(".")[0]
    inside = path.removeprefix(start).strip(".")
    if inside.count(".") or bool(inside) != (trait is not None):
        raise Unwritten("the scenario's lists of routes go by more than one trait")
    return RouteList(path, inside, routes)


def _is_changed(group: Group, trait: Trait) -> bool:
    return any(change.trait == trait.name for visit in group.journey for change in visit.changes)


# ---- lists of their own people


def _list_lines(of: RouteList, fits: Sequence[Fit], places: Places) -> list[Share]:
    """A list with the shares that were seen of its own people; routes that one word means keep their proportions."""
    shares = {path: 0.0 for path, _, _ in of.routes}
    for word, share in _seen(fits).items():
        ways = [(path, now) for path, to, now in of.routes if to in places.ways(word)]
        taken = [way for way in ways if way[1] > 0] or ways[:1]
        if not taken:
            raise Unwritten(f"{share:.1%} of them went to {word}, which {of.path} does not have")
        total = sum(now for _, now in taken)
        for path, now in taken:
            shares[path] += share * (now / total if total else 1.0)
    people = people_of(fits)
    return [(f"{path}.share", text, people) for path, text in zip(shares, whole(list(shares.values())), strict=True)]


def _by_known_level(
    spells: Spells,
    mine: Sequence[Spell],
    level_of: Sequence[str],
    lists: Sequence[RouteList],
    trait: Trait,
    scenario: Scenario,
) -> list[Share]:
    """Each list with the shares of those who have its level, and the trait with the shares of its levels."""
    group, places = next(group for group in scenario.people if group.name == mine[0].group), Places(scenario)
    known = [one for one in level_of if one]
    lines: list[Share] = []
    if not _is_changed(group, trait) and mine[0].service in dict(group.arrives_at):
        seen = {level: known.count(level) / len(known) for level in trait.level_names if level in known}
        own = [RouteList("", level, (("", level, 1.0),)) for level in trait.level_names]
        levels, _ = raked(trait, _above(group, trait), own, seen, None)
        lines += _trait_lines(scenario, group, trait, levels, counted(len(known), "stay"))
    stated = {one.level for one in lists}
    for of in lists:
        theirs = [
            spell
            for spell, level in zip(mine, level_of, strict=True)
            if level and (level == of.level or (of.level == EVERY_LEVEL and level not in stated))
        ]
        ended = [one for one in theirs if one.route]
        if len(ended) < LEAST_ENDED:
            continue  # too few to tell: the list stays as it is
        fits = [
            fit for fit in fits_of(group.name, mine[0].service, theirs, spells.until, route_words(spells)) if fit.route
        ]
        lines += _list_lines(of, fits, places)
    return lines


# ---- levels of a trait that the file does not give


def _words_of_lists(lists: Sequence[RouteList], seen: Mapping[str, float], places: Places) -> dict[str, float]:
    """What was seen, after a look whether every way in the scenario has a word, and every word a way."""
    ways = {to for one in lists for _, to, share in one.routes if share > 0}
    told = {way for word in seen for way in places.ways(word)}
    if ways - told:
        raise Unwritten(
            f"nobody in the file goes to {', '.join(sorted(ways - told))}; say P0 to P3, or these words, with --columns"
        )
    lost = [word for word in seen if not ways & set(places.ways(word))]
    if lost:
        raise Unwritten(f"nobody goes to {', '.join(lost)} in the scenario")
    return dict(seen)


def _above(group: Group, trait: Trait) -> list[float]:
    """The share of people with each combination of levels above a trait."""
    pairs = list(zip(group.profiles, group.shares_of_profiles, strict=True))
    return [sum(share for levels, share in pairs if set(above) <= set(levels)) for above, _ in trait.shares]


def raked(
    trait: Trait, above: Sequence[float], lists: Sequence[RouteList], seen: Mapping[str, float], places: Places | None
) -> tuple[list[list[float]], dict[str, str]]:
    """Shares of levels for each combination above, and shares of routes by path, with which each word is as frequent as seen.

    The shares of a level, and of a route, are multiplied by the factor of its word. Of those who die it is one factor within
    every list, so that a pathway that more people take does not become a safer one. Unwritten where no factors do it.
    """
    stated = {one.level: one for one in lists}
    words = {to: word for word in seen for to in (places.ways(word) if places else (word,))}
    factor = dict.fromkeys(seen, 1.0)
    for _ in range(ROUNDS):
        inside = {level: _multiplied(of, words, factor) for level, of in stated.items()}
        levels = [_levels(trait, shares, inside) for _, shares in trait.shares]
        found = dict.fromkeys(seen, 0.0)
        for part, shares in zip(above, levels, strict=True):
            for level, share in zip(trait.level_names, shares, strict=True):
                of = stated.get(level, stated.get(EVERY_LEVEL))
                for (_, to, _), own in zip(of.routes, _as_shares(inside[of.level]), strict=True) if of else ():
                    found[words.get(to, next(iter(seen)))] += part * share * own
        if max(abs(found[word] - seen[word]) for word in seen) < CLOSE:
            break
        factor = {word: factor[word] * (seen[word] / found[word] if found[word] else 1.0) for word in seen}
    else:
        raise Unwritten("no shares of the scenario's traits show what the file shows")
    routes = {
        f"{path}.share": text
        for level, of in stated.items()
        if of.path
        for (path, _, _), text in zip(of.routes, whole(_as_shares(inside[level])), strict=True)
    }
    return levels, routes


def _multiplied(of: RouteList, words: Mapping[str, str], factor: Mapping[str, float]) -> list[float]:
    """The weight of each route of a list: its share times the factor of its word; of dying, times the mean of the others too."""
    alive = [(share, factor.get(words.get(to, ""), 1.0)) for _, to, share in of.routes if to != DIED]
    total = sum(share for share, _ in alive)
    mean = sum(share * times for share, times in alive) / total if total else 1.0
    return [share * factor.get(words.get(to, ""), 1.0) * (mean if to == DIED else 1.0) for _, to, share in of.routes]


def _levels(trait: Trait, shares: Sequence[float], inside: Mapping[str, Sequence[float]]) -> list[float]:
    """The shares of the levels, each times the weight of its list."""
    lists = [inside.get(level, inside.get(EVERY_LEVEL)) for level in trait.level_names]
    return _as_shares(
        [share * (sum(one) if one is not None else 1.0) for share, one in zip(shares, lists, strict=True)]
    )


def _as_shares(weights: Sequence[float]) -> list[float]:
    total = sum(weights)
    return [weight / total for weight in weights] if total else [0.0] * len(weights)


def _trait_lines(
    scenario: Scenario, group: Group, trait: Trait, levels: Sequence[Sequence[float]], people: str
) -> Iterator[Share]:
    """The shares of levels at the places where the scenario has them."""
    stated = {value.path: value.text for value in scenario.values}
    written: dict[str, str] = {}
    for (above, _), shares in zip(trait.shares, levels, strict=True):
        path = f"people.{group.name}.traits.{trait.name}"
        while f"{path}.by" in stated:
            level = dict(above)[stated[f"{path}.by"]]
            inside = f"{path}.{level}"
            path = (
                inside
                if any(one == inside or one.startswith(f"{inside}.") for one in stated)
                else f"{path}.{EVERY_LEVEL}"
            )
        texts = dict(zip(trait.level_names, whole(shares), strict=True))
        if path in stated:  # the short form of a trait that is `yes` or `no`
            written[path] = texts["yes"]
        else:
            written |= {f"{path}.{level}": text for level, text in texts.items() if f"{path}.{level}" in stated}
    return ((path, text, people) for path, text in written.items())


def people_of(fits: Sequence[Fit]) -> str:
    """How many stays some fits rest on."""
    ended, still, unknown = (sum(getattr(fit, name) for fit in fits) for name in ("ended", "open", "unknown"))
    said = f"{counted(ended, 'stay')} that ended, {still:,} still open"
    return f"{said}, parts of others whose pathway nobody knows ({unknown:,.0f})" if unknown >= 0.5 else said


def whole(shares: Sequence[float]) -> list[str]:
    """Shares as percentages that add up to 100% exactly (largest remainders)."""
    total = sum(shares)
    exact = [share / total * PARTS for share in shares]
    parts = [int(one) for one in exact]
    by_rest = sorted(range(len(parts)), key=lambda one: parts[one] - exact[one])
    for number in by_rest[: PARTS - sum(parts)]:
        parts[number] += 1
    return [f"{part / 100:g}%" for part in parts]
