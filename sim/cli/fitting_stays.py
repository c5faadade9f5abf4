"""fit: a file of stays read, lengths fitted, what was found printed, and a folder, a scenario and targets written."""

import hashlib
import shlex
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sim import __version__
from sim.cli.arguments import UsageError
from sim.cli.screen import Screen
from sim.cli.tables import columns, give_json, wrapped
from sim.cli.verbs.fit import FitStays
from sim.home import COMMAND
from sim.inputs.loading import read_scenario
from sim.inputs.problems import did_you_mean
from sim.inputs.scenario import Scenario
from sim.own_data.fitting import Fit, fit_spells, quantile_rows
from sim.own_data.fitting_scenario import (
    ARRIVAL_COLUMNS,
    FIT_COLUMNS,
    MARK,
    WEEKDAYS,
    Admissions,
    admission_rows,
    admissions,
    changes,
    fit_cells,
    fragment,
    targets_csv,
)
from sim.own_data.people_files import Places, Spells, on, read_mapping, read_spells
from sim.results.charts.own_data import QuantilePanel, QuantilePicture, quantile_chart
from sim.results.charts.style import draw_picture
from sim.results.files import writing
from sim.results.files.writing import may_be_replaced, utf8
from sim.results.report.study import Chart
from sim.results.words.labels import counted, spoken
from sim.runs.specification import files_read, try_files, try_folder

HEADS = (
    "group", "service", "route", "of", "share", "ended", "still open", "unknown", "distribution of days needed", "gap",
    "",
)  # fmt: skip
QUANTILE_COLUMNS = ("group", "service", "route", "trait", "level", "share_of_people", "days_seen", "days_fitted")
HOW_TO_READ = (
    "Ended and still open are stays whose route is known; unknown are the parts of stays, most of them still open, whose route nobody knows "
    "yet: each belongs to each route as far as its length so far makes that likely. Gap: the largest distance, in points of a hundred "
    "people, between the fitted curve and Kaplan and Meier's, in which those still in bed count too; `chance` where that many people "
    "would show as much by chance. This describes groups of people, and decides nothing about anybody."
)


def fit_verb(options: FitStays, screen: Screen) -> int:
    """Reads, fits, says and writes."""
    (file,) = options.files
    scenario = read_scenario(options.scenario)
    words = read_mapping(options.columns)
    _check_trait(options, scenario)
    since, until = (date.fromisoformat(one) if one else None for one in (options.since, options.until))
    spells = read_spells(file, scenario, words, since, until)
    if options.by and not any(name == options.by for one in spells.all for name, _ in one.levels):
        raise UsageError(f"--by {options.by}: {file} gives nobody's {options.by}; write it in a column of that name")
    _try_places(options, [*files_read([scenario], options.columns), file])
    written = _targets(options, spells, Places(scenario).main)
    if options.hold_out:
        spells = spells.known_before(on(date.fromisoformat(options.hold_out)))
    screen.note(f"Fitting {counted(len(spells.all), 'stay')} ...")
    fits = fit_spells(spells, options.by or "")
    command = shlex.join([*COMMAND, *options.typed])
    files = _files(spells, fits, command)
    if options.write:
        written[options.write] = utf8(
            fragment(spells, fits, scenario, Path(options.write), command, weekdays=options.weekdays)
        )
    _say(screen, spells, fits, changes(spells, fits, scenario, weekdays=options.weekdays)[1])
    fingerprint = hashlib.sha256(files["fits.csv"]).hexdigest()[:8]
    folder = writing.publish(
        Path(options.outputs), writing.folder_name([f"fit-{Path(file).stem}"], fingerprint, ""), files
    )
    for name, data in written.items():
        writing.write_file(Path(name), data)
    if options.json:
        give_json(options.json, _results(spells, fits))
    screen.say(f"Chart, quantiles and all figures: {folder}")
    for name in written:
        screen.say(f"Written: {name}")
    return 0


def _check_trait(options: FitStays, scenario: Scenario) -> None:
    traits = sorted({trait.name for group in scenario.people for trait in group.traits})
    if options.by and options.by not in traits:
        cure = did_you_mean(options.by, traits) if traits else "; it has none"
        raise UsageError(f"--by {options.by}: {scenario.file} has no such trait{cure}")


def _try_places(options: FitStays, read: Sequence[str]) -> None:
    if options.write and not may_be_replaced(Path(options.write), MARK):
        raise UsageError(f"--write {options.write}: this file is there, and no fit wrote it; name another")
    try_folder(Path(options.outputs))
    held_out = _held_out_file(options.targets) if options.targets and options.hold_out else None
    try_files([options.json, options.write, options.targets, held_out], read)


def _held_out_file(targets: str) -> str:
    path = Path(targets)
    return str(path.with_name(f"{path.stem}_held_out{path.suffix}"))


def _targets(options: FitStays, spells: Spells, service: str) -> dict[str, bytes]:
    """The files of targets by name; UsageError where a period is too short."""
    if not options.targets:
        return {}
    first = min(one.admitted.days for one in spells.all) // 1 + 1
    parts = [(options.targets, first, spells.until // 1)]
    if options.hold_out:
        kept_back = on(date.fromisoformat(options.hold_out))
        parts = [(options.targets, first, kept_back), (_held_out_file(options.targets), kept_back, spells.until // 1)]
    try:
        return {name: targets_csv(spells, service, begin, end) for name, begin, end in parts}
    except ValueError as error:
        raise UsageError(f"--targets: {error}") from None


def _say(screen: Screen, spells: Spells, fits: Sequence[Fit], lacking: Sequence[str]) -> None:
    screen.say(f"\nDays needed, from {spells.file} as it was on {spells.until_text}\n")
    columns(screen, [HEADS, *map(_row, fits)])
    came, _ = admissions(spells)
    if came:
        screen.say(f"\nAdmissions a day{'' if spells.in_days else ', on all days and by weekday'}\n")
        columns(
            screen,
            [
                ("group", "service", "admissions", "a day", "95%", *(() if spells.in_days else WEEKDAYS)),
                *(_came(spells, one) for one in came),
            ],
        )
    screen.say()
    for note in spells.notes:
        wrapped(screen, f"{note}.", indent="  ")
    for text in lacking:
        wrapped(screen, f"Not in a scenario: {text}.", indent="  ")
    wrapped(screen, HOW_TO_READ, indent="  ")


def _came(spells: Spells, of: Admissions) -> tuple[str, ...]:
    low, high = of.interval(sum(of.people), sum(of.days))
    days = [f"{people / number:.3g}" if number else "" for people, number in zip(of.people, of.days, strict=True)]
    all_days = (f"{sum(of.people):,}", f"{of.a_day:.3g}", f"{low:.3g} to {high:.3g}")
    return (spoken(of.group), spoken(of.service), *all_days, *([] if spells.in_days else days))


def _row(fit: Fit) -> tuple[str, ...]:
    name = fit.route or "all routes"
    people = (f"{fit.ended:,}", f"{fit.open:,}", f"{fit.unknown:,.0f}")
    of = f"{spoken(fit.trait)} {spoken(fit.level)}" if fit.level else ""
    where = (spoken(fit.group), spoken(fit.service), spoken(name), of, f"{fit.share:.1%}" if fit.route else "")
    if fit.family is None:
        return (*where, *people, "too few stays ended", "", "")
    written = fit.family.written.strip("{}").replace(": {", ", ")
    return (
        *where,
        *people,
        written,
        f"{fit.gap * 100:.1f} at {fit.gap_days:.3g} days",
        "chance" if fit.is_good else "more than chance",
    )


def _files(spells: Spells, fits: Sequence[Fit], command: str) -> dict[str, Any]:
    """Every file of the folder by its name: distributions and counts, and no row of anybody."""
    rows = ((fit, *row) for fit in fits for row in quantile_rows(fit))
    charts = list(_charts(spells, fits))
    came = [row for one in admissions(spells)[0] for row in admission_rows(spells, one)]
    about = {"repeat_with": command, "version": __version__, "stays": len(spells.all), "as_of": spells.until_text}
    return {
        "fits.csv": writing.csv_bytes(FIT_COLUMNS, (fit_cells(spells, fit) for fit in fits)),
        "quantiles.csv": writing.csv_bytes(
            QUANTILE_COLUMNS, ((f.group, f.service, f.route, f.trait, f.level, *cells) for f, *cells in rows)
        ),
        "arrivals.csv": writing.csv_bytes(ARRIVAL_COLUMNS, came),
        **{f"charts/{chart.name}.{kind}": getattr(chart, kind) for chart in charts for kind in ("svg", "png")},
        writing.RUN_FILE: writing.json_bytes(about),
    }


def _results(spells: Spells, fits: Sequence[Fit]) -> dict[str, Any]:
    return {
        "fits": [dict(zip(FIT_COLUMNS, fit_cells(spells, fit), strict=True)) for fit in fits],
        "arrivals": [
            dict(zip(ARRIVAL_COLUMNS, row, strict=True))
            for one in admissions(spells)[0]
            for row in admission_rows(spells, one)
        ],
        "notes": list(spells.notes),
    }


def _charts(spells: Spells, fits: Sequence[Fit]) -> Iterator[Chart]:
    """A picture for each group and service."""
    for key in dict.fromkeys((fit.group, fit.service, fit.trait, fit.level) for fit in fits):
        group, service, trait, level = key
        mine = [fit for fit in fits if (fit.group, fit.service, fit.trait, fit.level) == key and fit.family]
        if mine:
            panels = [_panel(fit) for fit in mine]
            of = f", {spoken(trait)} {spoken(level)}" if level else ""
            title = f"Days needed in {spoken(service)}: {spoken(group)}{of}"
            subtitle = f"{spells.file}, as it was on {spells.until_text}; each dot is 1% of people; on the dashed line the fit says what was seen"
            name = "-".join(("quantiles", *(one for one in key if one)))
            yield draw_picture(name, quantile_chart, QuantilePicture(title, subtitle, panels))


def _panel(fit: Fit) -> QuantilePanel:
    rows = quantile_rows(fit)
    people = f"{fit.ended:,} ended, {fit.open + fit.unknown:,.0f} not yet"
    return QuantilePanel(f"{spoken(fit.route or 'all routes')}: {people}", [r[1] for r in rows], [r[2] for r in rows])
