"""What was fitted, as a file that extends a scenario: each value with its source, its date and the people behind it.

What may be changed here: wording freely; the first words mark a file that a later fit may write over.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sim.inputs.field_types import DEFAULT
from sim.inputs.loading import read_scenario
from sim.inputs.problems import printable
from sim.inputs.scenario import Scenario
from sim.own_data.fitting import Fit
from sim.own_data.fitting_shares import Unwritten, people_of, shares_of
from sim.own_data.fitting_targets import WEEKDAYS, admissions, come_from_outside
from sim.own_data.people_files import Places
from sim.own_data.spells import Spells
from sim.results.words.labels import counted

MARK = "# Fitted to stays by `"

FIT_COLUMNS = ("group", "service", "route", "trait", "level", "share", "ended", "still_open", "unknown", "family", "mean_days", "sd_days", "gap", "gap_at_days", "gap_by_chance", "source", "as_of")  # fmt: skip

CLOSE = 1e-3
Line = tuple[str, str, str]  # path, what it becomes, and the comment beside it


def may_be_replaced(file: Path) -> bool:
    """Whether a file is not there yet, or was written by a fit to stays."""
    return not file.exists() or file.read_bytes().startswith(MARK.encode())


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
            for path, share, people in shares_of(spells, everybody, scenario):
                lines.append((path, share, f"{_source(spells)}: {people}"))
        except Unwritten as why:
            seen = ", ".join(f"{fit.route} {fit.share:.1%}" for fit in everybody)
            lacking.append(f"Where {group} go from {service}: {why}, so the shares stay as they are. Seen: {seen}")
    return list({line[0]: line for line in lines}.values()), lacking


def _length(spells: Spells, path: str, fit: Fit, by_level: Sequence[Fit], scenario: Scenario) -> Line:
    """The length of stay of a route: one for everybody, one for each level of a trait, or, where the route is of one level, its own."""
    assert fit.family is not None  # asked before
    own = [one for one in by_level if _is_for(path, one, scenario)]
    if own:
        fit, by_level = own[0], ()
    if not by_level or any(_is_by(path, one.trait, scenario) for one in by_level):
        return f"{path}.stay_days", _written(fit), _behind(spells, fit)
    trait = next(one for group in scenario.people for one in group.traits if one.name == by_level[0].trait)
    parts = [f"{one.level}: {_written(one)}" for one in by_level]
    parts += [f"else: {_written(fit)}"] if len(by_level) < len(trait.level_names) else []
    notes = [f"{one.level}: {people_of([one])}, {_verdict(one)}" for one in by_level]
    notes += [f"else: everybody, {people_of([fit])}, {_verdict(fit)}"] if len(by_level) < len(trait.level_names) else []
    return f"{path}.stay_days", f"{{by: {trait.name}, {', '.join(parts)}}}", f"{_source(spells)}. {'; '.join(notes)}"


def _written(fit: Fit) -> str:
    return fit.family.written if fit.family else ""


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
        outside = come_from_outside(scenario, group, one.service)
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
    read_scenario(
        scenario.file, [f"{path}={value}" for path, value, _ in lines]
    )  # refused here, not once it is written
    known = [one.path for one in scenario.values if one.file != DEFAULT]
    text = [
        f"{MARK}{printable(command, 600)}`.",  # a file name may hold anything, a new line too
        *(f"# {note}." for note in spells.notes),
        *(f"# Not written: {one}." for one in lacking),
        f"name: {json.dumps(f'{scenario.name[:90]}, fitted to stays', ensure_ascii=False)}",
    ]
    text += [f"question: {json.dumps(scenario.question, ensure_ascii=False)}"] if scenario.question else []
    text += [f"extends: {_beside(scenario, file)}"]
    for key, exists in (("change", True), ("add", False)):
        mine = [
            one for one in lines if any(path == one[0] or path.startswith(f"{one[0]}.") for path in known) == exists
        ]
        if mine:
            text += [f"{key}:", *(f"  {path}: {value}  # {note}" for path, value, note in mine)]
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


def _beside(scenario: Scenario, file: Path) -> str:
    """The scenario's path from the folder of a file."""
    try:
        return Path(os.path.relpath(scenario.file, file.parent)).as_posix()
    except ValueError:  # another drive
        return Path(scenario.file).resolve().as_posix()


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
