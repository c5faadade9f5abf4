"""The verbs fit, forecast, preset, bcf and worksheet: people's own files read, scenarios and workbooks written, and what was done said.

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
from sim.cli.tables import columns, from_the_store, give_json, wrapped
from sim.cli.verbs.own_data import DEFAULT_MAPPING, Bcf, FitStays, Forecasting, Preset, Worksheet
from sim.diagnostics.warnings import override_warnings, warnings_before_a_run
from sim.home import COMMAND, HOME, as_shipped, command_line, common_folder, name_from, where_to_stand
from sim.inputs.files import TARGET_COLUMNS as COLUMNS
from sim.inputs.loading import read_scenario
from sim.inputs.problems import Problems, did_you_mean, listed, quoted
from sim.inputs.scenario import Scenario
from sim.own_data import bcf_run, forecasting, preset, worksheet
from sim.own_data.bcf import Plan, read_plan
from sim.own_data.bcf import read_mapping as read_bcf_mapping
from sim.own_data.bcf_run import Month, fitting, interval_of, run_plan, workbook_bytes
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
    knows_all_from,
    targets_csv,
)
from sim.own_data.people_files import Places, Spells, on, read_mapping, read_spells
from sim.own_data.preset import amount, preset_of, target_rows
from sim.own_data.worksheet import ASKED
from sim.own_data.worksheet import workbook_bytes as worksheet_bytes
from sim.results.files import writing
from sim.results.files.writing import csv_bytes, may_be_replaced, utf8, write_file
from sim.results.report.study import Chart
from sim.results.words.labels import counted, spoken
from sim.runs.engines import Engines
from sim.runs.specification import files_read, try_files, try_folder, write_checked
from sim.runs.store import default_store

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
    files = _files_of_lengths(spells, fits, _repeated(options))
    if options.write:
        written[options.write] = utf8(
            fragment(spells, fits, scenario, Path(options.write), _command(options), weekdays=options.weekdays)
        )
    _say_lengths(screen, spells, fits, changes(spells, fits, scenario, weekdays=options.weekdays)[1])
    fingerprint = hashlib.sha256(files["fits.csv"]).hexdigest()[:8]
    folder = writing.publish(
        Path(options.outputs), writing.folder_name([f"fit-{Path(file).stem}"], fingerprint, ""), files
    )
    for name, data in written.items():
        writing.write_file(Path(name), data)
    if options.json:
        give_json(options.json, _results_of_lengths(spells, fits))
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
    first = knows_all_from(spells, service)
    parts = [(options.targets, first, spells.until // 1)]
    if options.hold_out:
        kept_back = on(date.fromisoformat(options.hold_out))
        parts = [(options.targets, first, kept_back), (_held_out_file(options.targets), kept_back, spells.until // 1)]
    try:
        return {name: targets_csv(spells, service, begin, end) for name, begin, end in parts}
    except ValueError as error:
        began = min(one.admitted.days for one in (*spells.before, *spells.all))
        empty = f", from day {first - began:.0f} of the file on: until then it lacks people who had come before its first day"
        raise UsageError(f"--targets: {error}{empty}") from None


def _say_lengths(screen: Screen, spells: Spells, fits: Sequence[Fit], lacking: Sequence[str]) -> None:
    screen.say(f"\nDays needed, from {spells.file} as it was on {spells.until_text}\n")
    columns(screen, [HEADS, *map(_row_of_fit, fits)])
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


def _row_of_fit(fit: Fit) -> tuple[str, ...]:
    name = fit.route or "all routes"
    people = (f"{fit.ended:,}", f"{fit.open:,}", f"{fit.unknown:,.0f}")
    of = f"{spoken(fit.trait)} {spoken(fit.level)}" if fit.level else ""
    where = (spoken(fit.group), spoken(fit.service), spoken(name), of, f"{fit.share:.1%}" if fit.route else "")
    if fit.family is None:
        return (*where, *people, "too few stays ended", "", "")
    written = fit.family.written().strip("{}").replace(": {", ", ")
    return (
        *where,
        *people,
        written,
        f"{fit.gap * 100:.1f} at {fit.gap_days:.3g} days",
        "chance" if fit.is_good else "more than chance",
    )


def _files_of_lengths(spells: Spells, fits: Sequence[Fit], repeated: dict[str, str]) -> dict[str, Any]:
    """Every file of the folder by its name: distributions and counts, and no row of anybody."""
    rows = ((fit, *row) for fit in fits for row in quantile_rows(fit))
    charts = list(_charts_of_lengths(spells, fits))
    came = [row for one in admissions(spells)[0] for row in admission_rows(spells, one)]
    about = {**repeated, "version": __version__, "stays": len(spells.all), "as_of": spells.until_text}
    return {
        "fits.csv": writing.csv_bytes(FIT_COLUMNS, (fit_cells(spells, fit) for fit in fits)),
        "quantiles.csv": writing.csv_bytes(
            QUANTILE_COLUMNS, ((f.group, f.service, f.route, f.trait, f.level, *cells) for f, *cells in rows)
        ),
        "arrivals.csv": writing.csv_bytes(ARRIVAL_COLUMNS, came),
        **{f"charts/{chart.name}.{kind}": getattr(chart, kind) for chart in charts for kind in ("svg", "png")},
        writing.RUN_FILE: writing.json_bytes(about),
    }


def _results_of_lengths(spells: Spells, fits: Sequence[Fit]) -> dict[str, Any]:
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
    from sim.results.charts.studies import QuantilePanel, QuantilePicture, quantile_chart  # matplotlib comes only now
    from sim.results.charts.style import draw_picture

    for key in dict.fromkeys((fit.group, fit.service, fit.trait, fit.level) for fit in fits):
        group, service, trait, level = key
        mine = [fit for fit in fits if (fit.group, fit.service, fit.trait, fit.level) == key and fit.family]
        if mine:
            panels = [QuantilePanel(*_dots(fit)) for fit in mine]
            of = f", {spoken(trait)} {spoken(level)}" if level else ""
            title = f"Days needed in {spoken(service)}: {spoken(group)}{of}"
            subtitle = f"{spells.file}, as it was on {spells.until_text}; each dot is 1% of people; on the dashed line the fit says what was seen"
            name = "-".join(("quantiles", *(one for one in key if one)))
            yield draw_picture(name, quantile_chart, QuantilePicture(title, subtitle, panels))


def _dots(fit: Fit) -> tuple[str, list[float], list[float]]:
    """What a panel is called, the days seen and those fitted."""
    rows = quantile_rows(fit)
    people = f"{fit.ended:,} ended, {fit.open + fit.unknown:,.0f} not yet"
    return f"{spoken(fit.route or 'all routes')}: {people}", [r[1] for r in rows], [r[2] for r in rows]


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
    chosen = _censuses_chosen(options, censuses)
    engines = engines_for(options, screen)
    try:
        found = [_forecast_from(options, one, engines, screen) for one in chosen]
    except KeyboardInterrupt:
        screen.end_progress()
        screen.note("Stopped. No results were written.")
        return EXIT_INTERRUPTED
    finally:
        screen.end_progress()
    last = found[-1]
    tested = forecasting.held(found[:-1], censuses.all) if options.backtest else []
    _say_forecast(screen, last, _notes_of_censuses(censuses, scenario, last))
    if options.backtest:
        _say_held(screen, tested, len(found) - 1)
    _write_forecast(options, screen, last, tested)
    return 0


def _notes_of_censuses(censuses: Censuses, scenario: Scenario, last: forecasting.Forecast) -> list[str]:
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


def _censuses_chosen(options: Forecasting, censuses: Censuses) -> list[Census]:
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


def _forecast_from(options: Forecasting, one: Census, engines: Engines, screen: Screen) -> forecasting.Forecast:
    screen.note(f"Preparing the forecast from {one.day:%d/%m/%Y} ...")
    start = forecasting.starting(
        options.files[0], one, options.days, tuple(options.sets), options.replications, options.seed, engines
    )
    people = counted(len(one.people), "person", "people")
    screen.note(f"Running {counted(start[0].replications, 'run')} from {one.day:%d/%m/%Y} with {people} ...")
    return forecasting.forecast(start, one, place_for(options, start[0].replications), engines, screen.progress)


# ---- on the screen


def _say_forecast(screen: Screen, found: forecasting.Forecast, notes: Sequence[str]) -> None:
    day = found.census.day
    screen.say(
        f"{found.scenario.name}: from the census of {_day(day)}, {counted(len(found.census.people), 'person', 'people')}"
    )
    mondays = [number for number, when in enumerate(found.dates) if number and when.weekday() == 0]
    at = mondays[0] if mondays else len(found.dates) - 1
    screen.say(f"\n{_day(found.dates[at])}, {counted(at, 'day')} ahead\n")
    columns(screen, [("", "", "mean", *(f"{band} band" for band in forecasting.BANDS)), *_rows_of_day(found, at)])
    if len(mondays) > 1:
        _say_weeks(screen, found, mondays[:MOST_WEEKS])
    screen.say()
    for text in (*(f"{note}." for note in notes), HOW_TO_READ):
        wrapped(screen, text, indent="  ")


def _rows_of_day(found: forecasting.Forecast, day: int) -> Iterator[tuple[str, ...]]:
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


def _write_forecast(
    options: Forecasting, screen: Screen, found: forecasting.Forecast, tested: Sequence[forecasting.Held]
) -> None:
    """The folder and the JSON file: figures of days, and no row of anybody."""
    table = writing.csv_bytes(forecasting.COLUMNS, found.rows())
    charts = list(_charts_of_forecast(found))
    about = {
        **_repeated(options),
        "version": __version__,
        "seed": found.scenario.seed,
        "replications": found.scenario.replications,
        "people_in_the_census": len(found.census.people),
    }
    files: dict[str, Any] = {
        "forecast.csv": table,
        **({"backtest.csv": writing.csv_bytes(BACKTEST_COLUMNS, map(_cells_held, tested))} if tested else {}),
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
            result["backtest"] = [dict(zip(BACKTEST_COLUMNS, _cells_held(one), strict=True)) for one in tested]
        give_json(options.json, result)
    screen.say(f"Every day, with its bands and a chart: {folder}")


def _cells_held(one: forecasting.Held) -> tuple[Any, ...]:
    return (*one.figure, one.band, one.held, one.looks, one.share, one.expected)


def _charts_of_forecast(found: forecasting.Forecast) -> Iterator[Chart]:
    """People and delayed people of the first hospital, and of each other service that has any."""
    from sim.results.charts.studies import FanPanel, FanPicture, fan_chart  # matplotlib comes only now
    from sim.results.charts.style import draw_picture

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


# -- preset, bcf and worksheet -----------------------------------------------------------------------------------------


def preset_verb(options: Preset, screen: Screen) -> int:
    """Reads published files of one organisation; prints its targets, and writes them and a first scenario."""
    file = Path(options.write) if options.write else None
    targets = file.with_name(f"{file.stem}_targets.csv") if file else None
    for one in (file, targets):
        _is_free(one, "--write", "")
    try_files([str(one) for one in (file, targets) if one], options.files)
    found = preset_of(options.files, options.organisation, Problems(), suppress=options.suppress)
    screen.say(f"{found.organisation} {found.name}".strip())
    for name, what in found.published.files:
        screen.say(f"  {what}: {name}")
    sources: dict[str, int] = {}
    rows = [
        (
            figure.says,
            f"{amount(figure.aim, figure.unit)} ({amount(figure.low, figure.unit)} to {amount(figure.high, figure.unit)})",
            "yes" if figure.binds else "no",
            _footnote(figure.source, sources),
        )
        for figure in found.figures.made
    ]
    if rows:
        screen.say("")
        columns(screen, [("target", "accepted", "binds", "source"), *rows])
    lines = preset.lines_of(found)
    if lines:
        screen.say("\nThe first scenario extends the baseline of two age groups. What it says differently:\n")
        for line in lines:
            screen.say(f"  {line.path}: {line.value} {_footnote(line.why, sources)}")
    screen.say("")
    for source, number in sources.items():
        screen.say(f"[{number}] {source}")
    _say_all(screen, "Assumed", preset.assumptions_of(found))
    _say_all(screen, "Left out", found.figures.untold)
    _say_all(screen, "Note", found.published.notes)
    if not file or not targets:
        return 0
    table = csv_bytes(COLUMNS, list(target_rows(found.figures.made)))
    write_checked(file, preset.scenario_text(found, file, _command(options)), {targets: table})
    screen.say(f"\nWritten: {file} and {targets}.")
    screen.say(f"Next: {command_line('calibrate', file, '--targets', targets)}")
    return 0


def _footnote(source: str, sources: dict[str, int]) -> str:
    """The number of a source, which is reported once, below."""
    return f"[{sources.setdefault(source, len(sources) + 1)}]"


def bcf_verb(options: Bcf, screen: Screen) -> int:
    """Reads a plan, and writes its scenario; with a scenario, runs it and writes the plan with what happened."""
    plan_file, *scenarios = options.files
    target = Path(options.write)
    _is_free(target, "--write", "" if scenarios else bcf_run.MARK)
    try_files([options.write], [*options.files, options.mapping, *([options.into] if options.into else [])])
    problems = Problems()
    meanings = read_bcf_mapping(options.mapping, problems)
    problems.stop_if_any()
    plan = read_plan(plan_file, meanings, problems)
    if scenarios:
        _run_plan(options, screen, plan, scenarios[0])
        return 0
    left_out: list[str] = []
    content = bcf_run.scenario_text(plan, _command(options))
    if options.into:
        content, left_out = bcf_run.text_into(plan, read_scenario(options.into), target, _command(options))
    scenario = write_checked(target, content)
    months = f"{plan.months[0]:%B %Y} to {plan.months[-1]:%B %Y}"
    services, streams = counted(len(plan.services), "service"), counted(len(scenario.people), "stream")
    screen.say(f"{services} in the plan, {streams} of people in the scenario, {months}.")
    _say_all(screen, "Left out", left_out)
    _warn(screen, scenario)
    screen.say(f"\nWritten: {target}.")
    mapping = () if Path(options.mapping).resolve() == HOME / DEFAULT_MAPPING else ("--mapping", options.mapping)
    out = target.with_name(f"{target.stem}_out.xlsx")
    screen.say(f"Next: {command_line('bcf', plan_file, target, *mapping, '--write', out)}")
    return 0


def _run_plan(options: Bcf, screen: Screen, plan: Plan, file: str) -> None:
    """Runs a scenario of the plan, prints its months and writes the workbook."""
    problems, target = Problems(), Path(options.write)
    scenario = read_scenario(file, tuple(options.sets), replications=options.replications, seed=options.seed)
    plan, left_out = fitting(plan, scenario, problems)
    problems.stop_if_any()
    engines, store = engines_for(options, screen), default_store(fresh=options.fresh)
    place = place_for(options, scenario.replications)
    screen.note(f"Running {counted(scenario.replications, 'replication')} ...")
    with screen.running():
        months_found = run_plan(plan, scenario, engines, place, screen.progress, store)
    _say_months(screen, months_found)
    _say_all(screen, "Left out", left_out)
    _warn(screen, scenario)
    write_file(target, workbook_bytes(plan, scenario, months_found))
    from_the_store(screen, store)
    screen.say(f"\nWritten: {target}.")


def _say_months(screen: Screen, months: Sequence[Month]) -> None:
    heads = ("service", "month", "planned", "demand", "capacity", "gap", "mean wait, days", "95% interval")
    rows = []
    for month in months:
        wait = "" if month.wait is None else f"{month.wait.mean:.1f}"
        low, high = interval_of(month.wait)
        interval = "" if low is None or high is None else f"{low:.1f} to {high:.1f}"
        numbers = (
            f"{month.planned:.0f}",
            f"{month.demand.mean:.0f}",
            f"{month.capacity:.0f}",
            f"{round(month.gap):+d}" if round(month.gap) else "0",
        )
        rows.append((month.service, f"{month.month:%b %Y}", *numbers, wait, interval))
    columns(screen, [heads, *rows])
    screen.say(
        "\nGap: demand less capacity of the month, in people, before they are rounded. Wait: from joining the queue, however much later they start."
    )


def worksheet_verb(options: Worksheet, screen: Screen) -> int:
    """Makes a worksheet, or reads a filled one into a scenario."""
    (file,) = options.files
    if not options.write:
        _is_free(Path(file), "worksheet", "")
        try_files([file], [])
        write_file(Path(file), worksheet_bytes())
        screen.say(f"Written: {file}. Fill the yellow cells that you know, save it, and read it:")
        screen.say(f"  {command_line('worksheet', file, '--write', Path(file).with_suffix('.yaml'))}")
        return 0
    target = Path(options.write)
    _is_free(target, "--write", worksheet.MARK)
    try_files([options.write], [file])
    filled = worksheet.read_worksheet(file, Problems())
    scenario = write_checked(target, worksheet.scenario_text(filled, target, _command(options)))
    blank = [one.says for one in ASKED if one.number not in filled.numbers]
    screen.say(f"{len(filled.numbers)} of {len(ASKED)} numbers are filled.")
    _say_all(screen, "As in the baseline", blank)
    _say_all(screen, "Note", filled.notes)
    # its own overrides are meant: the days of those who leave early stay apart
    _warn(screen, scenario, override_warnings(scenario))
    screen.say(f"\nWritten: {target}.")
    screen.say(f"Next: {command_line('validate', target)}")
    return 0


# -- what all three need -------------------------------------------------------------------------------------


def _is_free(file: Path | None, option: str, mark: str) -> None:
    """UsageError where a file is there that this verb did not make: nobody's work is written over."""
    if file and file.exists() and not (mark and may_be_replaced(file, mark)):
        raise UsageError(f"{option}: {file} is there already, and is not replaced; name another file")


def _command(options: Preset | Bcf | Worksheet | FitStays | Forecasting) -> str:
    """What was typed, with files named from the folder that holds all of them: where that is goes into no file."""
    return _repeated(options)["repeat_with"]


def _repeated(options: Preset | Bcf | Worksheet | FitStays | Forecasting) -> dict[str, str]:
    """What was typed, as above, and where it can be typed, if that has to be said."""
    values = [word.partition("=")[2] if word.startswith("--") and "=" in word else word for word in options.typed[1:]]
    files = [word for word in values if _is_path(word) or Path(word).is_file()]
    folder = common_folder(files)

    def named(word: str) -> str:
        option, sign, value = word.partition("=") if word.startswith("--") else ("", "", word)
        return f"{option}{sign}{name_from(folder, value) if _is_path(value) else value}"

    where = where_to_stand([name_from(folder, file) for file in files if as_shipped(file) is None], folder)
    said = {"repeat_with": shlex.join([*COMMAND, *map(named, options.typed)])}
    return said | {"repeat_where": where} if where else said


def _is_path(word: str) -> bool:
    return "/" in word or "\\" in word


def _warn(screen: Screen, scenario: Scenario, known: Sequence[str] = ()) -> None:
    for warning in warnings_before_a_run(scenario):
        if warning not in known:
            screen.say(f"Warning: {warning}")


def _say_all(screen: Screen, heading: str, sentences: Sequence[str]) -> None:
    for number, sentence in enumerate(sentences):
        screen.say(f"{'' if number else chr(10)}{heading}: {sentence}")
