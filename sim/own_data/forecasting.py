"""Day by day from a census: people in each service, delayed and waiting, and discharges, by pathway, each with its bands.

Each simulated run starts with the people who are there, whose residual stays are drawn on condition of the days elapsed; a
band is what lies between two percentiles of the runs. Nothing is kept: no store, and no row of a person in any file.
Notebooks rely on the names and columns of the rows.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.loading import read_scenario
from sim.inputs.problems import listed as listed_words
from sim.inputs.problems import quoted
from sim.inputs.scenario import HOME, SECONDS_PER_DAY, Scenario, Service
from sim.model.engine import COMPILED
from sim.model.records import NONE
from sim.own_data.censuses import Census
from sim.own_data.people_files import Places
from sim.own_data.unlisted import (
    DRAWS,
    AtRest,
    at_rest,
    entries_of,
    has_levels_to_draw,
    not_listed,
    people_in,
    runs_at_rest,
    steps_not_told,
)
from sim.results.measures import census
from sim.results.measures.flow import pathways
from sim.results.split import late
from sim.results.window import Window
from sim.runs.engines import BY_REFERENCE, Engines, ledger_of
from sim.runs.experiment import Listener, Shared, check_identities
from sim.runs.piece import Task
from sim.runs.workers import Place, Stopwatch, run_tasks, workers_of

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

COLUMNS = (
    "date", "service", "measure", "by", "item", "mean", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p025", "p975",
)  # fmt: skip
PERCENTILES = (5, 10, 25, 50, 75, 90, 95, 2.5, 97.5)  # in the order of COLUMNS
BANDS = {"50%": ("p25", "p75"), "80%": ("p10", "p90"), "95%": ("p025", "p975")}
PATHWAYS = range(4)
MOST_DAYS = 730
RUNS = 200  # where nobody says how many: the outer percentiles of fewer are noise

Figure = tuple[str, str, str, str]  # service, measure, by, item


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the runs found: for each figure and day its count in every run."""

    scenario: Scenario
    census: Census
    figures: tuple[Figure, ...]
    counts: Counts  # figures x days x runs

    @property
    def dates(self) -> list[date]:
        """Each date, that of the census first; counts of people are those at its first instant."""
        return [self.census.day + timedelta(days=one) for one in range(self.counts.shape[1])]

    def bands(self, number: int) -> Floats:
        """Days x (mean and percentiles) of one figure; percentiles are counts that came about, so whole numbers."""
        runs = self.counts[number]
        return np.column_stack([runs.mean(axis=1), np.percentile(runs, PERCENTILES, axis=1, method="inverted_cdf").T])

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The cells of COLUMNS, date by date."""
        every = [self.bands(number) for number in range(len(self.figures))]
        for day, when in enumerate(self.dates):
            for figure, bands in zip(self.figures, every, strict=True):
                yield (when.isoformat(), *figure, *bands[day].tolist())


def starting(  # noqa: PLR0913, PLR0917 - what is run, and how often
    file: str,
    of: Census,
    days: int,
    sets: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    engines: Engines = BY_REFERENCE,
) -> tuple[Scenario, ...]:
    """The scenario of a file from the date of a census on, with its people in the place of any that it names itself.

    Where levels of traits are not given, or services are not listed whose people come from the scenario at rest, there are several
    scenarios, each with other levels and people drawn, over which the replications are spread.
    """
    calendar = {"start": of.day.isoformat(), "warm_up_days": 0, "measured_days": days + 1, "follow_up_days": 0}
    mine = [*sets, *(f"calendar.{key}={value}" for key, value in calendar.items())]
    scenario = read_scenario(file, mine, replications or RUNS, seed)
    missing = not_listed(scenario, of)
    most = min(DRAWS, scenario.replications)
    reviewed = {service.name for service in scenario.services if service.review} & {
        person.service for person in of.people
    }
    asked = missing or reviewed or steps_not_told(of, scenario) or has_levels_to_draw(scenario, of)
    rest = at_rest(file, of, tuple(sets), most, seed) if asked else None
    if rest is None:
        draws = most if has_levels_to_draw(scenario, of) else 1
        return tuple(replace(scenario, census=entries_of(scenario, of, draw)) for draw in range(draws))
    runs, first = runs_at_rest(rest, most, engines), rest.calendar.warm_up_days * SECONDS_PER_DAY
    known = AtRest(rest, runs, first, {person.service for person in of.people})
    return tuple(
        replace(scenario, census=(*entries_of(scenario, of, draw, known), *people_in(rest, run, missing, first)))
        for draw, run in enumerate(runs)
    )


def forecast(
    scenarios: Sequence[Scenario],
    of: Census,
    workers: Place,
    engines: Engines = BY_REFERENCE,
    listener: Listener | None = None,
) -> Forecast:
    """Runs all replications, here or in several processes; each is checked as in any run."""
    shared, runs = Shared(tuple(scenarios), engines=engines), scenarios[0].replications
    tasks = [Task(number * len(scenarios) // runs, number) for number in range(runs)]
    found: dict[int, Counts] = {}
    for number, counts in run_tasks(workers_of(workers), _one_run, shared, tasks):
        found[number] = counts
        if listener:
            listener(len(found), len(tasks))
    counts = np.stack([found[number] for number in range(len(tasks))], axis=2)
    return Forecast(scenarios[0], of, tuple(_figures(scenarios[0])), counts)


def _one_run(shared: Shared, task: Task) -> tuple[int, Counts]:
    """One replication: the count of each figure on each day."""
    scenario = shared.scenarios[task.scenario]
    ledger = ledger_of(shared.engines, scenario, task.scenario, task.replication, Stopwatch())
    window = Window(scenario, ledger, is_fast=shared.engines.name == COMPILED)
    check_identities(task, window)
    return task.replication, np.stack([make(window) for _, make in _makers(scenario)])


def _figures(scenario: Scenario) -> list[Figure]:
    return [figure for figure, _ in _makers(scenario)]


def _makers(scenario: Scenario) -> Iterator[tuple[Figure, Callable[[Window], Counts]]]:
    """Every figure with what counts it."""
    for service in (one for one in scenario.services if one.name != HOME):
        name = service.name
        for measure in ("midnight_census", "delayed", "waiting"):
            yield (name, measure, "", ""), _daily(name, measure)
        if service.kind == "acute":
            for pathway in PATHWAYS:
                yield (name, "delayed", "pathway", str(pathway)), _delayed(name, pathway)
            yield (name, "leavers", "", ""), _leavers(name, None)
            for pathway in PATHWAYS:
                yield (name, "leavers", "pathway", str(pathway)), _leavers(name, pathway)
    for name in (*(one.name for one in scenario.lists), "outside"):
        yield (name, "waiting", "", ""), _daily(name, "waiting")
    for measure in ("midnight_census", "delayed", "waiting"):
        yield ("all", measure, "", ""), _daily("all", measure)


def _daily(name: str, measure: str) -> Callable[[Window], Counts]:
    return lambda window: np.asarray(census.daily_cut(window).series[name, measure], dtype=np.int64)


def _delayed(name: str, pathway: int) -> Callable[[Window], Counts]:
    """Delayed people at each midnight by the pathway on which they were to leave."""

    def count(window: Window) -> Counts:
        stays, (rows, _) = window.ledger.stays, late(window)
        rows = rows[stays["service"][rows] == window.numbers[name]]
        rows = rows[_pathway_of(window, stays["planned_to"][rows]) == pathway]
        places = np.zeros(len(rows), dtype=np.int64)
        return np.asarray(census.going_on_at_midnights(window, places, 1, stays["ready"][rows], stays["left"][rows])[0])

    return count


def _leavers(name: str, pathway: int | None) -> Callable[[Window], Counts]:
    """People who leave alive on each date, by the pathway of where they go."""

    def count(window: Window) -> Counts:
        stays = window.ledger.stays
        mine = (stays["service"] == window.numbers[name]) & window.inside(stays["left"]) & (stays["to"] != window.died)
        if pathway is not None:
            mine &= _pathway_of(window, stays["to"]) == pathway
        days = (stays["left"][mine] - window.first) // SECONDS_PER_DAY
        return np.bincount(days, minlength=window.days).astype(np.int64)

    return count


def _pathway_of(window: Window, destinations: Counts) -> Counts:
    found = pathways(window)
    return np.where(destinations == NONE, NONE, found[np.maximum(destinations, 0)])


# ---- what a list of people cannot say


def missing_in(of: Census, scenario: Scenario) -> list[str]:
    """Sentences about people who are not in a census: those of whole services, and those who left hospital and will come back.

    `scenario` is the one of the file, with its own calendar: without a warm-up it never comes to rest, and nobody is taken from it.
    """
    missing = not_listed(scenario, of)
    names = [quoted(service.name) for service in scenario.services if service.name in missing and _is_limited(service)]
    empty = listed_words(names, "and") if names else ""
    if scenario.calendar.warm_up_days:
        said = [
            "People who are not in the census and may come back to hospital (at home, in services without a limit) are taken from the scenario "
            f"at rest, others in each of {DRAWS} parts of the runs"
        ]
        if empty:
            said.append(
                f"Nobody in the census is in {empty}: people there are taken from the scenario at rest too. Add a row for each person who is there"
            )
        return said if missing else []
    if not empty:
        return []
    return [
        f"Nobody in the census is in {empty}: there the forecast starts with every place free, so delays come out too low at first. Add a row "
        "for each person who is there, or give the scenario a warm-up"
    ]


def told_of_steps(of: Census, scenario: Scenario) -> str:
    """A sentence about people who wait on a way with steps, where a list does not say which are done. Empty where it does."""
    waiting = steps_not_told(of, scenario)
    if not waiting:
        return ""
    who = f"Of {waiting:,} who are ready and wait, the list does not say which steps (assessments, arranging) are not done yet"
    cure = "A column `steps_left` tells"
    if scenario.calendar.warm_up_days:
        return f"{who}: they have those of people who have waited about as long for the same place in the scenario at rest. {cure}"
    return (
        f"{who}, so every one counts as done: where places are free they leave on the first day, and delayed people fall too fast at first. "
        f"{cure}; or give the scenario a warm-up, and they are drawn"
    )


def _is_limited(service: Service) -> bool:
    """Whether people wait for its places: unlimited services hold nobody up."""
    return service.name != HOME and all(one.places is not None for one in service.capacity)


# ---- past censuses: how often did the bands hold?


@dataclass(frozen=True, slots=True)
class Held:
    """How often a later census lay inside a band, of so many looks."""

    figure: Figure
    band: str
    held: int
    looks: int
    expected: float  # the share of the runs themselves inside: above the band's name, as counts are whole numbers

    @property
    def share(self) -> float:
        """The share of looks at which it held."""
        return self.held / self.looks


def _seen_in(of: Census, figure: Figure, scenario: Scenario) -> int | None:
    """What a census shows of a figure at its first instant; None for what a list of people does not show."""
    service, measure, by, item = figure
    people = [
        person for person in of.people if service in (person.service, "all") and person.service in _declared(scenario)
    ]
    if measure == "midnight_census" and not by:
        return len(people)
    if measure == "delayed":
        ready = [person.waiting_for for person in people if person.waiting_for]
        return len(ready) if not by else sum(_way(scenario, to) == int(item) for to in ready)
    return None


def _declared(scenario: Scenario) -> set[str]:
    return {service.name for service in scenario.services if service.name != HOME}


def _way(scenario: Scenario, destination: str) -> int:
    """The pathway of a destination."""
    places = Places(scenario)
    return next((number for number in PATHWAYS if destination in places.ways(f"P{number}")), NONE)


def held(forecasts: Sequence[Forecast], censuses: Sequence[Census]) -> list[Held]:
    """Of every figure that censuses show, and of all together, how often each band held at later censuses.

    Services whose people were taken from the scenario at rest are left out, delayed people where no list says who is ready, all
    together where there is such a service, and what was certain and came so each time.
    """
    looks: dict[tuple[Figure, str], list[tuple[bool, float, bool]]] = {}
    by_day = {one.day: one for one in censuses}
    for one in forecasts:
        later = [(day, by_day[when]) for day, when in enumerate(one.dates) if day and when in by_day]
        listed = {person.service for person in one.census.people}
        taken = {entry.service for entry in one.scenario.census} - listed
        silent = set(readiness_missing_in(censuses, one))
        for number, figure in enumerate(one.figures):
            unknown = taken | silent if figure[1] == "delayed" else taken
            if figure[0] in unknown or (figure[0] == "all" and unknown):
                continue  # no list says how many are there
            bands = one.bands(number)
            for day, came in later:
                value = _seen_in(came, figure, one.scenario)
                if value is None:
                    continue
                runs = one.counts[number, day]
                for band, (low, high) in BANDS.items():
                    ends = bands[day, COLUMNS.index(low) - 5], bands[day, COLUMNS.index(high) - 5]
                    inside = float(((runs >= ends[0]) & (runs <= ends[1])).mean())
                    was_certain = bool(np.ptp(runs) == 0 and value == runs[0])
                    looks.setdefault((figure, band), []).append(
                        (bool(ends[0] <= value <= ends[1]), inside, was_certain)
                    )
    return [_held(figure, band, those) for (figure, band), those in looks.items() if not all(one[2] for one in those)]


def _is_delayed(one: Forecast, service: str) -> bool:
    """Whether anybody in a service is delayed in any run."""
    return any(
        one.counts[number].any() for number, figure in enumerate(one.figures) if figure[:2] == (service, "delayed")
    )


def readiness_missing_in(censuses: Sequence[Census], one: Forecast) -> list[str]:
    """Services of which people are listed, nobody ever as ready, and where the forecast has people who are delayed."""
    ready = {person.service for census in censuses for person in census.people if person.waiting_for}
    listed = {person.service for person in one.census.people} - ready
    return [
        service.name for service in one.scenario.services if service.name in listed and _is_delayed(one, service.name)
    ]


def _held(figure: Figure, band: str, those: Sequence[tuple[bool, float, bool]]) -> Held:
    expected = sum(part for _, part, _ in those) / len(those)
    return Held(figure, band, sum(one for one, _, _ in those), len(those), expected)
