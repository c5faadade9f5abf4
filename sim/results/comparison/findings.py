"""What a run found, all of it, as the terminal, the charts, the report and the files take it.

The columns of the rows are frozen names.

A lever is whatever costs somebody's work: steps, teams, hours, shares, chances, needs, and places of a service or team that
has no price. A scenario with one, and with no price that is new or other than the baseline's, leaves out what the lever
itself costs: its cash tells only what others spend less or more. Who pays a price, and budgets, are no price.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from numpy.typing import NDArray

from sim.inputs.scenario import ALL_HOSPITALS, HOME, Scenario, Service
from sim.results.comparison.compare import Estimate, PairedDifference, SamePeople
from sim.results.measures.hospitals import has_several
from sim.results.measures.periods import Period
from sim.results.words.labels import LABEL_WIDTH, in_sentences, labels, totals_text

Daily: TypeAlias = Mapping[tuple[str, str], NDArray[Any]]  # (service, measure) -> replications x days
Address: TypeAlias = tuple[str, str, str, str, str]  # scenario, service, measure, by, item


ORDERS = ("people", "money")  # by which scenarios are ranked: fewest delayed people first, or least cash


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """One value that differs between two scenarios, and where it was written."""

    path: str
    old: str
    new: str
    file: str
    line: int  # 0 where it was written in no file, but in `--set`

    def place(self, shown: Callable[[str], str] = str) -> str:
        """Where it was written, as `file:line`."""
        return f"{shown(self.file)}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class ExcludedScenario:
    """A file that was not compared, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReportedPeriods:
    """The periods into which a dated difference divides a scenario's window, and the one that the headline is about."""

    headline: Period
    periods: tuple[Period, ...]

    @property
    def others(self) -> tuple[Period, ...]:
        """The periods other than the headline's."""
        return tuple(period for period in self.periods if period != self.headline)


@dataclass(frozen=True)
class Findings:
    """Scenarios (the baseline first), their rows, days, differences, and what to be careful about.

    Where something dated differs inside the measured window, the findings of each period are in `parts`.
    """

    scenarios: tuple[Scenario, ...]
    compared: bool
    estimates: Sequence[Estimate]
    differences: Sequence[PairedDifference]
    daily: Mapping[str, Daily]  # by scenario id
    changes: Mapping[str, tuple[ScenarioChange, ...]]  # by scenario id, against the baseline
    warnings: tuple[str, ...] = ()
    left_out: tuple[ExcludedScenario, ...] = ()
    same_people: tuple[SamePeople, ...] = ()  # each scenario beside the baseline, person by person
    flips: tuple[str, ...] = ()  # assumptions that would change the verdict, a sentence each, from a sensitivity run
    period: Period | None = None  # the part of the window that these rows are of; None: all of it
    parts: Mapping[Period, "Findings"] = field(default_factory=dict)  # without days
    reported_periods: Mapping[str, ReportedPeriods] = field(
        default_factory=dict
    )  # by scenario id, where something dated differs
    years: Mapping[str, tuple[Period, ...]] = field(default_factory=dict)  # by scenario id, where arrivals grow
    order: str = ORDERS[0]  # of a ranking
    delayed: Mapping[tuple[str, str], tuple[float, ...]] = field(
        default_factory=dict
    )  # delayed people by scenario id and hospital, in each replication: for choosing the best
    indifference: float | None = None  # so many delayed people more or fewer are all the same
    common: Period | None = None  # when every dated difference is in force: to put scenarios side by side

    def headline_of(self, scenario: Scenario) -> tuple["Findings", Scenario]:
        """Return the findings of the headline period, and the scenario in them."""
        if not self.compared or scenario.id not in self.reported_periods:
            return self, scenario
        part = self.parts[self.reported_periods[scenario.id].headline]
        return part, next(one for one in part.scenarios if one.id == scenario.id)

    @cached_property
    def side_by_side(self) -> "Findings":
        """All scenarios on the same days: those on which all that is dated is in force, or the whole window."""
        if self.common is not None:
            return self.parts[self.common]
        return replace(self, reported_periods={}) if self.reported_periods else self

    @property
    def baseline(self) -> Scenario:
        """The first scenario, which the others are compared with."""
        return self.scenarios[0]

    @property
    def windows(self) -> tuple[int, ...]:
        """The measured days of each scenario; those of a comparison are the same."""
        return tuple(scenario.calendar.measured_days for scenario in self.scenarios)

    @property
    def totals(self) -> str:
        """The time that totals are of, as part of a sentence."""
        return totals_text((*self.windows, *(told.headline.days for told in self.reported_periods.values())))

    @cached_property
    def labels(self) -> dict[str, str]:
        """A short name of each scenario for tables and charts, by id."""
        return labels(self.scenarios, LABEL_WIDTH)

    def label(self, scenario: Scenario) -> str:
        """A scenario's short name, for tables and charts."""
        return self.labels[scenario.id]

    @cached_property
    def _in_sentences(self) -> dict[str, str]:
        return in_sentences(self.scenarios)

    def called(self, scenario: Scenario) -> str:
        """What a sentence calls a scenario: never cut."""
        return self._in_sentences[scenario.id]

    @cached_property
    def _estimate_at(self) -> dict[Address, Estimate]:
        return {(row.scenario, row.service, row.measure, row.by, row.item): row for row in self.estimates}

    @cached_property
    def _difference_at(self) -> dict[Address, PairedDifference]:
        return {(row.scenario, row.service, row.measure, row.by, row.item): row for row in self.differences}

    @cached_property
    def _estimates_by(self) -> dict[tuple[str, str], list[Estimate]]:
        found: dict[tuple[str, str], list[Estimate]] = {}
        for row in self.estimates:
            found.setdefault((row.measure, row.by), []).append(row)
        return found

    @cached_property
    def _differences_by_scenario(self) -> dict[str, list[PairedDifference]]:
        found: dict[str, list[PairedDifference]] = {}
        for row in self.differences:
            found.setdefault(row.scenario, []).append(row)
        return found

    def estimates_of(self, measure: str, by: str = "") -> Sequence[Estimate]:
        """The rows of a measure, or of one division of it, of every scenario and service, in their order."""
        return self._estimates_by.get((measure, by), ())

    def differences_of(self, scenario: str) -> Sequence[PairedDifference]:
        """The differences of one scenario from the baseline, in their order."""
        return self._differences_by_scenario.get(scenario, ())

    def estimate(self, scenario: str, service: str, measure: str, by: str = "", item: str = "") -> Estimate | None:
        """The row of one scenario, None where there is none."""
        return self._estimate_at.get((scenario, service, measure, by, item))

    def difference(
        self, scenario: str, service: str, measure: str, by: str = "", item: str = ""
    ) -> PairedDifference | None:
        """The difference of one scenario from the baseline, None where there is none."""
        return self._difference_at.get((scenario, service, measure, by, item))

    def in_how_many(self, *rows: Estimate | PairedDifference | None) -> str:
        """What follows the name of a figure that some replications lack: ` (in 3 of 30 replications)`, else nothing."""
        fewest = min((row.replications for row in rows if row), default=self.baseline.replications)
        every = self.baseline.replications
        return f" (in {fewest} of {every} replications)" if fewest < every else ""

    def items(self, scenario: str, service: str, measure: str, by: str) -> list[Estimate]:
        """The rows that split a measure by reason, payer and so on."""
        return [row for row in self.estimates_of(measure, by) if (row.scenario, row.service) == (scenario, service)]

    @cached_property
    def main_service(self) -> Service:
        """What the charts are about: the first hospital, with a limit if one has any, else the first with a limit, else the first."""
        services = self.baseline.services
        limited = [service for service in services if not service.is_unlimited]
        acute = [service for service in services if service.kind == "acute"]
        with_limit = [service for service in limited if service in acute]
        return (with_limit or acute or limited or list(services))[0]

    def has_other_places(self, scenario: Scenario, services: Collection[str]) -> bool:
        """Whether some of these services have more or fewer places than in the baseline, which takes or releases days by itself."""
        ours, theirs = (
            {one.name: one.capacity for one in each.services if one.name in services}
            for each in (self.baseline, scenario)
        )
        return ours != theirs

    @cached_property
    def hospitals(self) -> tuple[Service, ...]:
        """Every hospital of any scenario, in file order, where a scenario has several; else none."""
        if not any(has_several(scenario) for scenario in self.scenarios):
            return ()
        every = (service for scenario in self.scenarios for service in scenario.services)
        return tuple({service.name: service for service in every if service.kind == "acute"}.values())

    @cached_property
    def main_place(self) -> str:
        """What headline and charts are about: all hospitals where there are several, else the main service."""
        return ALL_HOSPITALS if self.hospitals else self.main_service.name

    @cached_property
    def limited_services(self) -> tuple[Service, ...]:
        """Every service with a limit in any scenario, in file order, the main one first."""
        found: dict[str, Service] = {}
        for scenario in self.scenarios:
            for service in scenario.services:
                if service.name != HOME and not service.is_unlimited:
                    found.setdefault(service.name, service)
        return tuple(sorted(found.values(), key=lambda service: service.name != self.main_service.name))


# -- changes that nobody has priced -------------------------------------------------------------------------------------


NOT_PRICED = "not priced"
PRICED_SECTIONS = ("services", "steps", "teams", "programmes")
NO_AMOUNT = ("payer", "freed_beds", "ward_beds", "capital", "variable_share", "price_year")
CAPACITY = ("beds", "places", "hours_per_week", "bays", "surge")
COUNTED = ("open_day", "occupied_day", "admission")  # prices that grow with the places, or with their use
HOURS = ("admission_hours", "discharge_hours", "review", "turnaround_hours")
NO_LEVERS_OF_PEOPLE = (
    "arrives_at",
    "arrival",
    "longest_wait_days",
    "otherwise",
    "priority",
    "priority_rises",
    "may_join",
)


def is_unpriced(findings: Findings, scenario: Scenario) -> bool:
    """Whether a scenario pulls a lever and names no price that the baseline does not have."""
    changes = findings.changes.get(scenario.id, ())
    if not scenario.costs.prices or any(_is_price(change) for change in changes):
        return False
    return any(change.new and is_lever(change.path, scenario) for change in changes)


def _is_price(change: ScenarioChange) -> bool:
    """Whether a change is of an amount: `costs.services.unit.per_open_day`, which a new price has too."""
    parts = change.path.split(".")
    if len(parts) < 2 or parts[0] != "costs" or parts[1] not in PRICED_SECTIONS or not change.new:
        return False
    return not any(part in NO_AMOUNT for part in parts[3:])


def is_lever(path: str, scenario: Scenario) -> bool:
    """Whether what is at this path costs somebody's work, which no price of the scenario counts."""
    section, _, rest = path.partition(".")
    name, *keys = rest.split(".")
    if section == "steps":
        return "reason" not in keys
    if section == "teams":
        return not _has_price(scenario, name, ("place_year",))
    if section == "services":
        uncounted = any(key in CAPACITY for key in keys) and not _has_price(scenario, name, COUNTED)
        return uncounted or any(key in HOURS for key in keys)
    return section == "people" and not any(key in NO_LEVERS_OF_PEOPLE or key.startswith("arrivals") for key in keys)


def _has_price(scenario: Scenario, name: str, pers: tuple[str, ...]) -> bool:
    return any(price.of == name and price.per in pers for price in scenario.costs.prices)
