"""Delay as people read it: by reason, by calendar year, and who waits longer.

The report shows all that is chosen here, the terminal the lines in short.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sim.inputs.scenario import OUT, OUTSIDE, Scenario
from sim.results.comparison.findings import Findings
from sim.results.measure_table import GROUP, LACKS
from sim.results.measures.periods import Period
from sim.results.split import group_names, level_names, trait_names
from sim.results.words import labels
from sim.results.words.headline import HeadlineRow, Topic, headline_rows, lines_about
from sim.results.words.labels import change_and_interval, counted, figure, interval, reason_label, spoken

MOST_REASONS = 10
OTHERS = "all others"


class ReasonDays(NamedTuple):
    """One reason, or all beyond the first few: delayed bed days by what lacked, of each scenario in its order."""

    label: str
    days: tuple[dict[str, float], ...]

    def total(self, scenario: int) -> float:
        """All of one scenario's days."""
        return sum(self.days[scenario].values())


def days_by_reason(findings: Findings, shown: list[Scenario]) -> list[ReasonDays]:
    """The reasons of the main service, the largest of the first scenario on top."""
    factors, _ = labels.side_by_side(scenario.calendar.measured_days for scenario in shown)
    tables = [_days(findings, scenario, factor) for scenario, factor in zip(shown, factors, strict=True)]
    reasons = list(dict.fromkeys(reason for table in tables for reason in table))
    found = [ReasonDays(reason_label(one), tuple(table.get(one, {}) for table in tables)) for one in sorted(reasons)]
    found.sort(key=lambda row: -row.total(0))
    first, rest = found[:MOST_REASONS], found[MOST_REASONS:]
    if rest:
        together = (_added_up([row.days[number] for row in rest]) for number in range(len(shown)))
        first.append(ReasonDays(OTHERS, tuple(together)))
    return first


def _added_up(parts: list[dict[str, float]]) -> dict[str, float]:
    return {lack: sum(part.get(lack, 0.0) for part in parts) for lack in LACKS}


def _days(findings: Findings, scenario: Scenario, factor: float) -> dict[str, dict[str, float]]:
    """By reason, then by what lacked; only what is more than nothing."""
    found: dict[str, dict[str, float]] = {}
    for reason, lack, mean in _parts(findings, scenario):
        if mean > 0:
            found.setdefault(reason, {})[lack] = mean * factor
    return found


def _parts(findings: Findings, scenario: Scenario) -> Iterator[tuple[str, str, float]]:
    rows = findings.items(scenario.id, findings.main_place, "delayed_bed_days", "reason_and_lack")
    for row in rows:
        reason, lack = row.item.split(", ")
        yield reason, lack, row.mean


DELAYED, FULL, WAITING = "midnight_delayed_mean", "occupancy", "queue_mean"
BY_YEAR_TITLE = "Year by year"
FIXED = (
    "Places, steps and prices are the same in every year unless the scenario dates them; all years are in prices of one year, "
    "and nothing is discounted. Every measure of every year is in years.csv."
)


def heads(findings: Findings, scenario: Scenario) -> list[str]:
    """The heads of the table's columns; the last is of verdicts."""
    if findings.compared:
        names = [findings.label(one) for one in (findings.baseline, scenario)]
        return [f"Delayed in {spoken(findings.main_place)}", *names, "difference", "95% interval", ""]
    return [
        f"{spoken(findings.main_place).capitalize()}",
        "delayed people",
        "95% interval",
        "how full",
        "waiting for it",
        "",
    ]


def rows(findings: Findings, scenario: Scenario) -> Iterator[list[str]]:
    """A row for each calendar year."""
    for period in findings.years.get(scenario.id, ()):
        part = findings.parts[period]
        cells = _beside(part, scenario) if findings.compared else _alone(part, scenario)
        yield [year_label(period), *cells]


def year_label(period: Period) -> str:
    """`2027`, or `2026 (321 days)` where not all of it is measured."""
    whole = (date(int(period.short) + 1, 1, 1) - date(int(period.short), 1, 1)).days
    return period.short if period.days == whole else f"{period.short} ({counted(period.days, 'day')})"


def _beside(part: Findings, scenario: Scenario) -> list[str]:
    topic = part.main_place, DELAYED
    both = [part.estimate(one.id, *topic) for one in (part.baseline, scenario)]
    change = part.difference(scenario.id, *topic)
    texts = [figure(one.mean, one.unit) if one else "-" for one in both]
    if change is None:
        return [*texts, "", "", ""]
    return [*texts, *change_and_interval(change.mean, change.low, change.high, change.unit), change.verdict]


def _alone(part: Findings, scenario: Scenario) -> list[str]:
    delayed, full, waiting = (part.estimate(scenario.id, part.main_place, name) for name in (DELAYED, FULL, WAITING))
    texts = [figure(one.mean, one.unit) if one else "-" for one in (delayed, full, waiting)]
    span = interval(delayed.low, delayed.high, delayed.unit) if delayed else ""
    return [texts[0], span, *texts[1:], ""]


WHO_WAITS_TITLE = "Who waits longer?"
IN_SHORT = (
    "Each line is about the people of one group, or with that level of a trait. How many of them are delayed, wait or give up, and "
    "traits that care changes, are in the report; all measures by group and trait in summary.csv and differences.csv."
)
MOST_ITEMS = 8  # of a trait, or groups; all of them are in summary.csv
NOT_A_QUEUE = ("home", OUT, OUTSIDE)  # people wait there for hours, or are in another queue too


def who_waits(findings: Findings, scenario: Scenario) -> list[HeadlineRow]:
    """The lines of one scenario beside the baseline (or alone): none where there is one group and nobody has traits."""
    found = list(_topics(findings))
    return lines_about(findings, scenario, lambda _: found)


def who_waits_rows(findings: Findings, scenario: Scenario) -> list[tuple[str | float | None, ...]]:
    """The same as unrounded numbers, as `headline_rows` gives them."""
    return headline_rows(findings, scenario, _topics)


def _topics(findings: Findings) -> Iterator[Topic]:
    """Delayed people and how long they wait to leave, the wait for the longest queue, and giving up: by each split."""
    for by, items in splits_of(findings).items():
        for service, measure in _figures(findings):
            for item in items[:MOST_ITEMS]:
                yield Topic(service, measure, by, item)


def in_short(findings: Findings, scenario: Scenario) -> list[HeadlineRow]:
    """The lines of a first look: nights of delay of all discharges, by group and by the traits that nothing changes."""
    main, changed = findings.main_place, _changed_traits(findings)
    found = [
        Topic(main, "delay_mean_nights", by, item)
        for by, items in splits_of(findings).items()
        if by not in changed
        for item in items[:MOST_ITEMS]
    ]
    return lines_about(findings, scenario, lambda _: found)


def _changed_traits(findings: Findings) -> set[str]:
    """The traits that a stay or a delay may change in any scenario: they say how people fare, not who they are."""
    visits = (visit for scenario in findings.scenarios for group in scenario.people for visit in group.journey)
    return {
        change.trait
        for visit in visits
        for change in (*visit.changes, *(visit.lost_ground.changes if visit.lost_ground else ()))
    }


def splits_of(findings: Findings) -> dict[str, list[str]]:
    """Groups, where a scenario has several, and the traits of all scenarios, each with its items."""
    scenarios = [scenario.people for scenario in findings.scenarios]
    found: dict[str, list[str]] = {}
    if any(len(groups) > 1 for groups in scenarios):
        found[GROUP] = list(dict.fromkeys(name for groups in scenarios for name in group_names(groups)))
    for trait in dict.fromkeys(name for groups in scenarios for name in trait_names(groups)):
        having = [groups for groups in scenarios if trait in trait_names(groups)]
        found[trait] = list(dict.fromkeys(name for groups in having for name in level_names(groups, trait)))
    return found


def _figures(findings: Findings) -> Iterator[tuple[str, str]]:
    main, queue = findings.main_place, longest_queue(findings)
    yield main, "midnight_delayed_mean"
    yield main, "delay_mean_nights"
    yield main, "delay_mean_if_delayed_nights"
    if queue:
        yield queue, "wait_mean_days"
    yield "all", "gave_up"


def longest_queue(findings: Findings) -> str:
    """The service or list for which most people wait on average, in any scenario; empty where nobody waits."""
    found = [(row.mean, row.service) for row in findings.estimates_of("queue_mean") if row.service not in NOT_A_QUEUE]
    people, service = max(found, key=lambda one: one[0], default=(0.0, ""))
    return service if people > 0 else ""


def how_to_read(findings: Findings) -> str:
    """Whom a line is about, which queue was chosen, and what is left out."""
    queue, shown = longest_queue(findings), splits_of(findings)
    said = ["Each line is about the people of one group, or who had that level of a trait at the time."]
    if queue:
        said.append(f"More people wait for {spoken(queue)} than for anything else, so that wait is shown.")
    cut = {by: len(items) - MOST_ITEMS for by, items in shown.items() if len(items) > MOST_ITEMS}
    said += [f"Of {spoken(by)}, {counted(more, 'item')} more are in summary.csv." for by, more in cut.items()]
    said.append("Other measures and services by group and trait are in summary.csv and differences.csv.")
    return " ".join(said)
