"""forecast: a census read, the days ahead simulated, Monday's numbers printed, and a folder with every day's bands written."""

import hashlib
import shlex
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sim import __version__
from sim.cli.arguments import UsageError, engines_for
from sim.cli.files import place_for
from sim.cli.screen import Screen
from sim.cli.tables import columns, give_json, wrapped
from sim.cli.verbs.forecast import Forecasting
from sim.home import COMMAND
from sim.inputs.loading import read_scenario
from sim.inputs.problems import listed, quoted
from sim.inputs.scenario import Scenario
from sim.own_data import forecasting
from sim.own_data.censuses import Census, Censuses, read_censuses
from sim.own_data.people_files import read_mapping
from sim.results.charts.own_data import FanPanel, FanPicture, fan_chart
from sim.results.charts.style import draw_picture
from sim.results.files import writing
from sim.results.report.study import Chart
from sim.results.words.labels import counted, spoken
from sim.runs.engines import Engines
from sim.runs.specification import files_read, try_files, try_folder

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
