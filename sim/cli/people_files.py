"""The verbs fit and forecast, which read files with one row a person.

fit: distributions on the screen, and what was asked for as a scenario, targets and a folder. forecast: a census read, the days ahead
simulated, Monday's numbers printed, and a folder with every day's bands.
"""

import hashlib
import shlex
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sim import __version__
from sim.cli.arguments import UsageError, engines_for, place_for
from sim.cli.screen import Screen
from sim.cli.tables import columns, give_json, wrapped
from sim.cli.verbs.own_data import FitStays, Forecasting
from sim.home import COMMAND
from sim.inputs.loading import read_scenario
from sim.inputs.problems import did_you_mean, listed, quoted
from sim.inputs.scenario import Scenario
from sim.own_data import forecasting
from sim.own_data.censuses import Census, Censuses, read_censuses
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
from sim.results.charts.studies import FanPanel, FanPicture, QuantilePanel, QuantilePicture, fan_chart, quantile_chart
from sim.results.charts.style import draw_picture
from sim.results.files import writing
from sim.results.files.writing import may_be_replaced, utf8
from sim.results.report.study import Chart
from sim.results.words.labels import counted, spoken
from sim.runs.engines import Engines
from sim.runs.specification import files_read, try_files, try_folder

HEADS = (
    "group", "service", "route", "of", "share", "ended", "still open", "unknown", "distribution of days needed", "gap",
    "",
)  # fmt: skip
QUANTILE_COLUMNS = ("group", "service", "route", "trait", "level", "share_of_people", "days_seen", "days_fitted")
HOW_TO_READ_LENGTHS = (
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
    _say_lengths(screen, spells, fits, changes(spells, fits, scenario, weekdays=options.weekdays)[1])
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


def _say_lengths(screen: Screen, spells: Spells, fits: Sequence[Fit], lacking: Sequence[str]) -> None:
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
    wrapped(screen, HOW_TO_READ_LENGTHS, indent="  ")


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
    charts = list(_charts_of_lengths(spells, fits))
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


def _charts_of_lengths(spells: Spells, fits: Sequence[Fit]) -> Iterator[Chart]:
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


# -- forecast ----------------------------------------------------------------------------------------------------------


EXIT_INTERRUPTED = 130
ENOUGH_RUNS = 100  # below, fewer than three lie beyond each end of the 95% band
MEASURES = {"midnight_census": "people", "delayed": "delayed", "waiting": "waiting for it", "leavers": "leave that day"}
DRAWN = ("p025", "p10", "p25", "p50", "p75", "p90", "p975")
BACKTEST_COLUMNS = ("service", "measure", "by", "item", "band", "held", "looks", "share", "expected")
MOST_WEEKS = 8
LONGEST_NAME = 72  # letters of a scenario's name below a chart's title
HOW_TO_READ = (
    "Counts of people are those at 00:00 of the date, after what happens at that instant; discharges are of the whole day. A band is what "
    "lies between two percentiles of the simulated runs: of ten days outside the 80% band two are to be expected, if the scenario's "
    "arrivals, stays and places are true. It holds what chance does to so many people, and nothing of what the scenario may have wrong: "
    "--backtest tells. Not for decisions about one patient."
)


def forecast_verb(options: Forecasting, screen: Screen) -> int:
    """Reads the census, runs, says and writes."""
    (file,) = options.files
    assert options.census is not None  # or the line would have been refused
    scenario = read_scenario(file, tuple(options.sets))
    day = date.fromisoformat(options.on) if options.on else None
    censuses = read_censuses(options.census, scenario, read_mapping(options.columns), day)
    try_folder(Path(options.outputs))
    try_files([options.json], [*files_read([scenario], options.columns), options.census])
    chosen = _chosen(options, censuses)
    engines = engines_for(options, screen)
    try:
        found = [_one(options, one, engines, screen) for one in chosen]
    except KeyboardInterrupt:
        screen.end_progress()
        screen.note("Stopped. No results were written.")
        return EXIT_INTERRUPTED
    finally:
        screen.end_progress()
    last = found[-1]
    tested = forecasting.held(found[:-1], censuses.all) if options.backtest else []
    _say(screen, last, _notes(censuses, scenario, last))
    if options.backtest:
        _say_held(screen, tested, len(found) - 1)
    _write(options, screen, last, tested)
    return 0


def _notes(censuses: Censuses, scenario: Scenario, last: forecasting.Forecast) -> list[str]:
    """What a planner should know of the census, and of the runs."""
    notes, runs = [*censuses.notes, *forecasting.missing_in(last.census, scenario)], last.counts.shape[2]
    if steps := forecasting.told_of_steps(last.census, scenario):
        notes.append(steps)
    if names := forecasting.readiness_missing_in(censuses.all, last):
        notes.append(
            f"The list says of nobody in {listed(map(quoted, names), 'and')} that they are ready: all of them count as still needing care there, "
            "and --backtest does not judge delayed people there"
        )
    if scenario.census:
        notes.append(f"The census that {scenario.file} holds itself is not used")
    if len(censuses.all) > 1:
        notes.append(
            f"The file holds {counted(len(censuses.all), 'census', 'censuses')} up to {last.census.day:%d/%m/%Y}; the forecast is from that day"
        )
    if runs < ENOUGH_RUNS:
        notes.append(
            f"The ends of the 95% band are rough with {counted(runs, 'run')}; {ENOUGH_RUNS} or more are better (--replications)"
        )
    return notes


def _chosen(options: Forecasting, censuses: Censuses) -> list[Census]:
    """The censuses to forecast from, the last one last: of past ones those with another within the days."""
    *past, last = censuses.all
    if not options.backtest:
        return [last]
    days = [one.day for one in censuses.all]
    tested = [one for one in past if any(0 < (day - one.day).days <= options.days for day in days)]
    if not tested:
        raise UsageError(
            f"--backtest: {options.census} holds no two censuses of different dates within {options.days} days; give one file with the "
            "censuses of several dates, in a column `census`"
        )
    return [*tested, last]


def _one(options: Forecasting, one: Census, engines: Engines, screen: Screen) -> forecasting.Forecast:
    screen.note(f"Preparing the forecast from {one.day:%d/%m/%Y} ...")
    start = forecasting.starting(
        options.files[0], one, options.days, tuple(options.sets), options.replications, options.seed, engines
    )
    people = counted(len(one.people), "person", "people")
    screen.note(f"Running {counted(start[0].replications, 'run')} from {one.day:%d/%m/%Y} with {people} ...")
    return forecasting.forecast(start, one, place_for(options, start[0].replications), engines, screen.progress)


# ---- on the screen


def _say(screen: Screen, found: forecasting.Forecast, notes: Sequence[str]) -> None:
    day = found.census.day
    screen.say(
        f"{found.scenario.name}: from the census of {_day(day)}, {counted(len(found.census.people), 'person', 'people')}"
    )
    mondays = [number for number, when in enumerate(found.dates) if number and when.weekday() == 0]
    at = mondays[0] if mondays else len(found.dates) - 1
    screen.say(f"\n{_day(found.dates[at])}, {counted(at, 'day')} ahead\n")
    columns(screen, [("", "", "mean", *(f"{band} band" for band in forecasting.BANDS)), *_rows(found, at)])
    if len(mondays) > 1:
        _say_weeks(screen, found, mondays[:MOST_WEEKS])
    screen.say()
    for text in (*(f"{note}." for note in notes), HOW_TO_READ):
        wrapped(screen, text, indent="  ")


def _rows(found: forecasting.Forecast, day: int) -> Iterator[tuple[str, ...]]:
    """A row for each figure that is ever above 0; the service is named once."""
    before = ""
    for number, figure in enumerate(found.figures):
        if not found.counts[number].any():
            continue
        bands = found.bands(number)[day]
        ends = [f"{_end(bands, low)} to {_end(bands, high)}" for low, high in forecasting.BANDS.values()]
        name = spoken(figure[0])
        yield ("" if name == before else name, _words(figure), f"{bands[0]:.1f}", *ends)
        before = name


def _end(bands: Any, name: str) -> str:
    return (
        f"{bands[forecasting.COLUMNS.index(name) - 5]:.3g}"
        if bands[forecasting.COLUMNS.index(name) - 5] < 999
        else f"{bands[forecasting.COLUMNS.index(name) - 5]:,.0f}"
    )


def _words(figure: forecasting.Figure) -> str:
    service, measure, by, item = figure
    if service in ("all", "outside") and measure == "waiting":
        return "waiting" if service == "all" else "waiting to come in"
    return MEASURES[measure] + (f", pathway {item}" if by else "")


def _say_weeks(screen: Screen, found: forecasting.Forecast, mondays: Sequence[int]) -> None:
    """Monday by Monday: delayed people by pathway, with the 80% band."""
    chosen = [
        number
        for number, (_, measure, by, _) in enumerate(found.figures)
        if measure == "delayed" and by and found.counts[number].any()
    ]
    chosen = (
        [n for n, f in enumerate(found.figures) if f[1:] == ("delayed", "", "") and f[0] == found.figures[chosen[0]][0]]
        + chosen
        if chosen
        else []
    )
    if not chosen:
        return
    screen.say(f"\nDelayed people in {spoken(found.figures[chosen[0]][0])} on Mondays: mean, and the 80% band\n")
    heads = ("", *(f"pathway {found.figures[one][3]}" if found.figures[one][2] else "all" for one in chosen))
    low, high = (forecasting.COLUMNS.index(name) - 5 for name in forecasting.BANDS["80%"])
    every = {number: found.bands(number) for number in chosen}
    rows = [
        (
            f"{found.dates[day]:%d/%m/%Y}",
            *(f"{every[n][day][0]:.1f} ({every[n][day][low]:.3g} to {every[n][day][high]:.3g})" for n in chosen),
        )
        for day in mondays
    ]
    columns(screen, [heads, *rows])


def _say_held(screen: Screen, tested: Sequence[forecasting.Held], forecasts: int) -> None:
    screen.say(f"\nHow often the bands held, over {counted(forecasts, 'past census', 'past censuses')}\n")
    figures = dict.fromkeys(one.figure for one in tested)
    rows = []
    for figure in figures:
        mine = [one for one in tested if one.figure == figure]
        cells = [f"{one.share:.0%} (expected {one.expected:.0%})" for one in mine]
        rows.append((spoken(figure[0]), _words(figure), f"{mine[0].looks:,}", *cells))
    columns(screen, [("", "", "looks", *forecasting.BANDS), *rows])
    wrapped(
        screen,
        "Expected is the share of the simulated runs inside the band, which is above its name where few people are counted. Looks "
        "from one census, and from neighbouring ones, are alike, so that fewer than these count as evidence. Bands that hold too seldom say "
        "that the scenario is not yet this place: fit its stays (`fit`), its places and arrivals (`calibrate --fit`).",
        indent="  ",
    )


def _day(when: date) -> str:
    return f"{when:%A} {when.day} {when:%B %Y}"


# ---- written


def _write(
    options: Forecasting, screen: Screen, found: forecasting.Forecast, tested: Sequence[forecasting.Held]
) -> None:
    """The folder and the JSON file: figures of days, and no row of anybody."""
    table = writing.csv_bytes(forecasting.COLUMNS, found.rows())
    charts = list(_charts(found))
    about = {
        "repeat_with": shlex.join([*COMMAND, *options.typed]),
        "version": __version__,
        "seed": found.scenario.seed,
        "replications": found.scenario.replications,
        "people_in_the_census": len(found.census.people),
    }
    files: dict[str, Any] = {
        "forecast.csv": table,
        **({"backtest.csv": writing.csv_bytes(BACKTEST_COLUMNS, map(_cells, tested))} if tested else {}),
        **{f"charts/{chart.name}.{kind}": getattr(chart, kind) for chart in charts for kind in ("svg", "png")},
        writing.RUN_FILE: writing.json_bytes(about),
    }
    name = f"forecast-{found.scenario.id}-{found.census.day.isoformat()}"
    folder = writing.publish(
        Path(options.outputs), writing.folder_name([name], hashlib.sha256(table).hexdigest()[:8], ""), files
    )
    if options.json:
        result: dict[str, Any] = {
            "forecast": [dict(zip(forecasting.COLUMNS, row, strict=True)) for row in found.rows()]
        }
        if options.backtest:
            result["backtest"] = [dict(zip(BACKTEST_COLUMNS, _cells(one), strict=True)) for one in tested]
        give_json(options.json, result)
    screen.say(f"Every day, with its bands and a chart: {folder}")


def _cells(one: forecasting.Held) -> tuple[Any, ...]:
    return (*one.figure, one.band, one.held, one.looks, one.share, one.expected)


def _charts(found: forecasting.Forecast) -> Iterator[Chart]:
    """People and delayed people of the first hospital, and of each other service that has any."""
    drawn = [
        (number, figure)
        for number, figure in enumerate(found.figures)
        if figure[1] in ("midnight_census", "delayed")
        and not figure[2]
        and figure[0] != "all"
        and found.counts[number].any()
    ]
    panels = []
    for number, figure in drawn[:6]:
        bands = found.bands(number)
        places = [forecasting.COLUMNS.index(name) - 5 for name in DRAWN]
        panels.append(FanPanel(f"{spoken(figure[0])}: {_words(figure)}", bands[:, places].tolist()))
    if panels and len(found.dates) > 1:
        days = counted((found.dates[-1] - found.census.day) // timedelta(days=1), "day")
        subtitle = f"{found.scenario.name[:LONGEST_NAME]}; {found.scenario.replications} simulated runs; line: median; bands: 50%, 80% and 95%"
        title = f"{days} from the census of {_day(found.census.day)}"
        yield draw_picture("forecast", fan_chart, FanPicture(title, subtitle, found.dates, panels))
