"""What was fitted, as a file that extends a scenario: shares of routes and levels, lengths and arrivals with their sources; and targets.

A list of routes takes the shares of the stays that it is for. Where `then` goes by a trait that the file does not give (what
people need, say), the shares of its levels are moved instead, each by as much as makes those who leave on each route as many as
seen; how the trait goes with others, and within a list whatever the words of the file do not tell apart, stays in proportion (raking).

What stays show of a period becomes targets for `calibrate`, people there, people delayed, days to ready, length of stay; and
arrivals. The accepted range is the 95% interval of the figure over ten blocks of the period, as figures of neighbouring days are
alike (batch means).
The first words mark a file that a later fit may write over. Worked examples in the tests hold shares and targets.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from sim.diagnostics.offered_load import admissions_per_day, days_to_review
from sim.inputs.field_types import DEFAULT
from sim.inputs.files import TARGET_COLUMNS as COLUMNS
from sim.inputs.loading import extending, read_scenario
from sim.inputs.overrides import FROM_OWN_FILE
from sim.inputs.part import has
from sim.inputs.problems import printable
from sim.inputs.scenario import DIED, Group, Scenario, Trait, Visit
from sim.own_data.fitting import LEAST_ENDED, Fit, Floats, fits_of
from sim.own_data.people_files import Places, Spell, Spells, When, began_before_anybody_left, route_words
from sim.results.files.writing import csv_bytes
from sim.results.words.labels import counted

PARTS = 10_000  # shares are written to a hundredth of a percent
ROUNDS, CLOSE_ENOUGH = 2_000, 1e-7  # of raking: at most so many, until no share is further off
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


def _shares_of(spells: Spells, fits: Sequence[Fit], scenario: Scenario) -> list[Share]:
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
    levels, routes = _raked(trait, _above(group, trait), lists, seen, places)
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
        levels, _ = _raked(trait, _above(group, trait), own, seen, None)
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


def _raked(
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
        if max(abs(found[word] - seen[word]) for word in seen) < CLOSE_ENOUGH:
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


# -- what stays show of a period ---------------------------------------------------------------------------------------


BLOCKS = 10
LEAST_DAYS = 2 * BLOCKS
ALMOST_ALL = 0.99  # of stays: once they are over, next to nobody is there who came before the file's first day


@dataclass(frozen=True, slots=True)
class Observed:
    """One figure of a period, with its 95% interval."""

    measure: str
    unit: str
    mean: float
    low: float
    high: float
    people: int  # that it rests on


def observed(spells: Spells, service: str, first: float, end: float) -> list[Observed]:
    """The figures of one service in [first, end), in days; ValueError for a period that is too short."""
    if end - first < LEAST_DAYS:
        raise ValueError(f"a period of {LEAST_DAYS} days or more is needed, not {end - first:g}")
    chosen = [one for one in (*spells.before, *spells.all) if one.service == service]
    there = _stock(chosen, first, end, delayed=False)
    late = _stock(chosen, first, end, delayed=True)
    found = [_of_days("midnight_census_mean", there, len(chosen)), _of_days("midnight_delayed_mean", late, len(chosen))]
    gone = [one for one in chosen if one.left is not None and first <= one.left.days < end]
    leavers = np.bincount([int(one.left.days - first) for one in gone if one.left], minlength=int(end - first))
    found.append(_of_days("throughput_per_day", leavers.astype(np.float64), len(gone), "people a day"))
    ready = np.array([one.needed(spells.until)[0] for one in gone])
    stay = np.array([one.left.days - one.admitted.days for one in gone if one.left])
    return found + [
        _of_people(name, values) for name, values in (("days_to_ready_mean", ready), ("length_of_stay_mean_days", stay)) if len(values) > 1
    ]  # fmt: skip


def knows_all_from(spells: Spells, service: str) -> float:
    """The first midnight from which on the file holds all who are there, in days.

    Of those who came before its first day it has nobody: it begins with an empty hospital, which fills for as long as stays last.
    """
    every = [one for one in (*spells.before, *spells.all) if one.service == service]
    ended = [one.left.days - one.admitted.days for one in every if one.left is not None]
    full = min((one.admitted.days for one in every), default=0.0) + (
        float(np.quantile(ended, ALMOST_ALL)) if ended else 0.0
    )
    return max(float(ceil(full)), spells.since or 0.0)


def targets_csv(spells: Spells, service: str, first: float, end: float) -> bytes:
    """The figures as a file of targets."""
    rows = []
    for one in observed(spells, service, first, end):
        source = f"{spells.file}, {_when(spells, first)} to {_when(spells, end - 1)}: {counted(one.people, 'stay')}"
        cells = (f"{service}: {one.measure}", f"{service} {one.measure}", "", one.unit)
        rows.append((*cells, *(f"{value:.4g}" for value in (one.low, one.mean, one.high)), "yes", source, ""))
    return csv_bytes(COLUMNS, rows)


def _stock(spells: Sequence[Spell], first: float, end: float, *, delayed: bool) -> Floats:
    """People there, or of them those who were ready, at each midnight of the period."""
    midnights = np.arange(np.ceil(first), end)
    start = (
        [spell.ready.days if spell.ready else np.inf for spell in spells]
        if delayed
        else [s.admitted.days for s in spells]
    )
    ends = [spell.left.days if spell.left else np.inf for spell in spells]
    began = np.searchsorted(np.sort(np.array(start)), midnights, side="right")
    gone = np.searchsorted(
        np.sort(np.array([e for s, e in zip(start, ends, strict=True) if s < np.inf])), midnights, side="right"
    )
    return (began - gone).astype(np.float64)


def _of_days(measure: str, days: Floats, people: int, unit: str = "people") -> Observed:
    means = np.array([block.mean() for block in np.array_split(days, BLOCKS)])
    return _with_interval(measure, unit, float(days.mean()), float(means.std(ddof=1)) / sqrt(BLOCKS), BLOCKS, people)


def _of_people(measure: str, values: Floats) -> Observed:
    error = float(values.std(ddof=1)) / sqrt(len(values))
    return _with_interval(measure, "days", float(values.mean()), error, len(values), len(values))


def _with_interval(measure: str, unit: str, mean: float, error: float, number: int, people: int) -> Observed:
    from scipy.special import stdtrit  # slow to import

    half = float(stdtrit(number - 1, 0.975)) * error
    return Observed(measure, unit, mean, max(0.0, mean - half), mean + half, people)


# ---- who comes

LEAST_DAYS_OF_ARRIVALS = 14
ARRIVAL_COLUMNS = ("group", "service", "weekday", "admissions", "days", "a_day", "lower", "upper", "source", "as_of")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Admissions:
    """How many people of a group were admitted, by weekday, on how many of each; day 1 of the calendar is a Monday."""

    group: str
    service: str
    first: float
    people: tuple[int, ...]
    days: tuple[int, ...]

    @property
    def a_day(self) -> float:
        """Admissions a day."""
        return sum(self.people) / sum(self.days)

    def interval(self, people: int, days: int) -> tuple[float, float]:
        """The 95% interval of admissions a day, as people who come by themselves come (Poisson)."""
        half = 1.96 * sqrt(people) / days
        return max(0.0, people / days - half), people / days + half

    @property
    def times(self) -> tuple[float, ...]:
        """By weekday, how many times as many as on an average day."""
        rates = [people / days if days else self.a_day for people, days in zip(self.people, self.days, strict=True)]
        mean = sum(rates) / len(rates)
        return tuple(rate / mean for rate in rates) if mean else (1.0,) * len(rates)


def admissions(spells: Spells) -> tuple[list[Admissions], str]:
    """Admissions of every group and service over the whole days that the file knows; and where it knows too little, why."""
    if spells.since is None and began_before_anybody_left(spells.all):
        return (
            [],
            "how many come a day: the file lacks short stays of its first days; give the day from which on it has everybody with --from",
        )
    first = spells.since if spells.since is not None else min(one.admitted.days for one in spells.all) // 1 + 1
    end = spells.until // 1
    if end - first < LEAST_DAYS_OF_ARRIVALS:
        return (
            [],
            f"how many come a day: {LEAST_DAYS_OF_ARRIVALS} whole days or more are needed, not {max(0, end - first):g}",
        )
    days = np.bincount(np.arange(int(first), int(end)) % 7, minlength=7)
    found = []
    for group, service in dict.fromkeys((one.group, one.service) for one in spells.all):
        came = [one.admitted.days for one in spells.all if (one.group, one.service) == (group, service)]
        people = np.bincount([int(one) % 7 for one in came if first <= one < end], minlength=7)
        found.append(Admissions(group, service, first, tuple(people.tolist()), tuple(days.tolist())))
    return found, ""


def admission_rows(spells: Spells, of: Admissions) -> list[tuple[object, ...]]:
    """The cells of ARRIVAL_COLUMNS: all days, then each weekday where the file has dates."""
    rows = [("", sum(of.people), sum(of.days))]
    rows += [] if spells.in_days else list(zip(WEEKDAYS, of.people, of.days, strict=True))
    source = (spells.file, spells.until_text)
    return [
        (of.group, of.service, name, people, days, people / days, *of.interval(people, days), *source)
        for name, people, days in rows
        if days
    ]


def _come_from_outside(scenario: Scenario, group: Group, service: str) -> float:
    """Of the people a day who are admitted to a service, the arrivals from outside for each: below 1 where the model sends people back."""
    every = zip(group.journey, admissions_per_day(scenario, group), strict=True)
    admitted = sum(number for visit, number in every if visit.service == service)
    return group.arrivals_per_day / admitted if admitted else 0.0


def _when(spells: Spells, days: float) -> str:
    return f"day {days:g}" if spells.in_days else When(days, exact=True).date.isoformat()


# -- a file that extends a scenario ------------------------------------------------------------------------------------


MARK = "# Fitted to stays by `"

FIT_COLUMNS = ("group", "service", "route", "trait", "level", "share", "ended", "still_open", "unknown", "family", "mean_days", "sd_days", "gap", "gap_at_days", "gap_by_chance", "source", "as_of")  # fmt: skip

CLOSE = 1e-3
LEAST_OTHER = 0.02  # of people: shares of levels that differ by less are not spoken of
Line = tuple[str, str, str]  # path, what it becomes, and the comment beside it


def changes(
    spells: Spells, fits: Sequence[Fit], scenario: Scenario, *, weekdays: bool = False
) -> tuple[list[Line], list[str]]:
    """Paths with what they become and the comment beside it; and sentences about what could not be written."""
    lines, lacking = _arrivals(spells, scenario, weekdays=weekdays)
    for group, service in dict.fromkeys((one.group, one.service) for one in fits):
        mine = [one for one in fits if (one.group, one.service) == (group, service) and one.route]
        everybody = [one for one in mine if not one.level]
        for fit in everybody:
            paths = list(_routes(scenario, fit))
            if fit.family is None:
                lacking.append(f"{fit.route}: {counted(fit.ended, 'stay')} that ended; a length needs ten or more")
            elif not paths:
                lacking.append(f"{fit.route}: nobody of {group} goes there from {service} in {scenario.file}")
            by_level = [one for one in mine if one.level and one.route == fit.route and one.family]
            lines += [_length(spells, path, fit, by_level, scenario) for path in paths if fit.family]
        if not everybody:
            continue
        try:
            for path, share, people in _shares_of(spells, everybody, scenario):
                lines.append((path, share, f"{_source(spells)}: {people}"))
        except Unwritten as why:
            seen = ", ".join(f"{fit.route} {fit.share:.1%}" for fit in everybody)
            lacking.append(f"Where {group} go from {service}: {why}, so the shares stay as they are. Seen: {seen}")
    lacking += _other_levels(spells, fits, scenario, [line[0] for line in lines])
    return list({line[0]: line for line in lines}.values()), lacking


def _other_levels(spells: Spells, fits: Sequence[Fit], scenario: Scenario, written: Sequence[str]) -> Iterator[str]:
    """Sentences about traits by which lengths were fitted, where the file has other shares of their levels than the scenario keeps."""
    for name, trait in dict.fromkeys((one.group, one.trait) for one in fits if one.trait):
        if any(path.startswith(f"people.{name}.traits.{trait}.") for path in written):
            continue
        group = next(one for one in scenario.people if one.name == name)
        known = [level for one in spells.all if one.group == name for what, level in one.levels if what == trait]
        pairs = list(zip(group.profiles, group.shares_of_profiles, strict=True))
        shares = {level: sum(share for levels, share in pairs if (trait, level) in levels) for level in set(known)}
        seen = {level: known.count(level) / len(known) for level in shares}
        if any(abs(seen[one] - shares[one]) > LEAST_OTHER for one in shares):
            each = ", ".join(f"{one} {seen[one]:.1%} (there {shares[one]:.1%})" for one in sorted(shares))
            yield f"how many people have each level of {trait}, which the scenario keeps as they are there. Seen: {each}"


def _length(spells: Spells, path: str, fit: Fit, by_level: Sequence[Fit], scenario: Scenario) -> Line:
    """The length of stay of a route: one for everybody, one for each level of a trait, or, where the route is of one level, its own."""
    assert fit.family is not None  # asked before
    own = [one for one in by_level if _is_for(path, one, scenario)]
    if own:
        fit, by_level = own[0], ()
    if not by_level or any(_is_by(path, one.trait, scenario) for one in by_level):
        return f"{path}.stay_days", _written(fit, scenario), f"{_behind(spells, fit)}{_less(fit, scenario)}"
    trait = next(one for group in scenario.people for one in group.traits if one.name == by_level[0].trait)
    parts = [f"{one.level}: {_written(one, scenario)}" for one in by_level]
    parts += [f"else: {_written(fit, scenario)}"] if len(by_level) < len(trait.level_names) else []
    notes = [f"{one.level}: {people_of([one])}, {_verdict(one)}" for one in by_level]
    notes += [f"else: everybody, {people_of([fit])}, {_verdict(fit)}"] if len(by_level) < len(trait.level_names) else []
    return (
        f"{path}.stay_days",
        f"{{by: {trait.name}, {', '.join(parts)}}}",
        f"{_source(spells)}. {'; '.join(notes)}{_less(fit, scenario)}",
    )


def _written(fit: Fit, scenario: Scenario) -> str:
    return fit.family.written(_until_review(fit, scenario)) if fit.family else ""


def _less(fit: Fit, scenario: Scenario) -> str:
    """What the comment says of the days that a review takes."""
    days = _until_review(fit, scenario)
    return f"; {days:.2g} days less, as the scenario's review adds them" if days else ""


def _until_review(fit: Fit, scenario: Scenario) -> float:
    """How long people who need no more care wait for the service's review, which says that they are ready, on average in days.

    The ready dates of a file hold that wait, and the scenario adds it; who dies does not wait. 0 where stays are as short.
    """
    review = next((one.review for one in scenario.services if one.name == fit.service), None)
    days = days_to_review(review) if review and fit.route != DIED else 0.0
    return days if fit.family and fit.family.mean >= 2 * days else 0.0


def _is_by(path: str, trait: str, scenario: Scenario) -> bool:
    """Whether a route stands in a list that is for one level of a trait."""
    start = path[: path.index(".then.") + len(".then")]
    return any(value.path == f"{start}.by" and value.text == trait for value in scenario.values)


def _is_for(path: str, fit: Fit, scenario: Scenario) -> bool:
    """Whether a route stands in the list of the level that was fitted."""
    start = path[: path.index(".then.") + len(".then")]
    return _is_by(path, fit.trait, scenario) and path.startswith(f"{start}.{fit.level}.")


def _arrivals(spells: Spells, scenario: Scenario, *, weekdays: bool) -> tuple[list[Line], list[str]]:
    """How many people of each group come a day, and on which weekdays, where they come from outside."""
    found, why = admissions(spells)
    lines: list[Line] = []
    lacking = [why] if why else []
    for one in found:
        group = next(each for each in scenario.people if each.name == one.group)
        if not any(one.service in scenario.members(to) for to, _ in group.arrives_at):
            continue
        if not group.arrivals_per_day:
            lacking.append(
                f"how many {group.name} come a day ({one.a_day:.3g}): the scenario says when they come in another way"
            )
            continue
        outside = _come_from_outside(scenario, group, one.service)
        low, high = one.interval(sum(one.people), sum(one.days))
        note = f"{_source(spells)}: {counted(sum(one.people), 'admission')} in {counted(sum(one.days), 'day')}, {one.a_day:.4g} a day ({low:.3g} to {high:.3g})"
        if abs(outside - 1) > CLOSE:
            note += f"; assumption: as in the scenario, for each 100 admissions {outside * 100:.0f} arrivals, as the model sends the others"
        start = f"people.{group.name}"
        lines.append((f"{start}.arrivals_per_day", f"{one.a_day * outside:.4g}", note))
        if weekdays:
            times = ", ".join(f"{day}: {times:.3f}" for day, times in zip(WEEKDAYS, one.times, strict=True))
            lines.append((f"{start}.arrivals_by_weekday", f"{{{times}}}", _source(spells)))
    return lines, lacking


def fragment(
    spells: Spells, fits: Sequence[Fit], scenario: Scenario, file: Path, command: str, *, weekdays: bool = False
) -> str:
    """The text of the file; ScenarioError where the scenario would refuse it."""
    lines, lacking = changes(spells, fits, scenario, weekdays=weekdays)
    # refused here, not once it is written
    read_scenario(scenario.file, [f"{path}={value}" for path, value, _ in lines])
    known = [one.path for one in scenario.values if one.file != DEFAULT]
    change, add = (
        [f"{path}: {value}  # {note}{FROM_OWN_FILE}" for path, value, note in lines if has(known, path) == is_there]
        for is_there in (True, False)
    )
    text = [
        f"{MARK}{printable(command, 600)}`.",  # a file name may hold anything, a new line too
        *(f"# {note}." for note in spells.notes),
        *(f"# Not written: {one}." for one in lacking),
        *extending(
            scenario.file,
            file,
            f"Stays of {printable(Path(spells.file).stem, 40)} in {scenario.name[:90]}",
            scenario.question,
            change,
            add,
        ),
    ]
    return "\n".join(text) + "\n"


def _routes(scenario: Scenario, fit: Fit) -> Iterator[str]:
    """Where the routes stand that a fitted route means, those that nobody takes by share left out."""
    ways = "|".join(map(re.escape, Places(scenario).ways(fit.route)))
    group, service = re.escape(fit.group), re.escape(fit.service)
    pattern = re.compile(rf"(people\.{group}\.journey\.(?:[^.]+\.)*?{service}\.then\.(?:[^.]+\.)*?(?:{ways}))\.share")
    for value in scenario.values if ways else ():
        found = pattern.fullmatch(value.path)
        if found and value.text not in ("0%", "0"):
            yield found[1]


def _source(spells: Spells) -> str:
    return f"{printable(spells.file, 200)}, as it was on {spells.until_text}"


def _behind(spells: Spells, fit: Fit) -> str:
    """The source and date of a length, how many people it rests on, and how well it follows them."""
    return f"{_source(spells)}: {people_of([fit])}; {_verdict(fit)}"


def _verdict(fit: Fit) -> str:
    word = "no more than chance" if fit.is_good else "more than chance: look at the chart"
    return f"largest gap {fit.gap * 100:.1f} points, {word}"


def fit_cells(spells: Spells, fit: Fit) -> tuple[Any, ...]:
    """One fit in the order of FIT_COLUMNS."""
    known = fit.family
    family = (known.name, known.mean, known.sd) if known else ("", None, None)
    people = (fit.share, fit.ended, fit.open, fit.unknown)
    good = (fit.gap, fit.gap_days, fit.noise) if known else (None, None, None)
    return (
        fit.group,
        fit.service,
        fit.route,
        fit.trait,
        fit.level,
        *people,
        *family,
        *good,
        spells.file,
        spells.until_text,
    )
