"""Several hospitals: each of them and all together, in one table, and who used the services that they share.

The first screen shows every hospital where there are few, else the worst and those that change most; the report has all.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sim.inputs.problems import capital
from sim.inputs.scenario import ALL_HOSPITALS, HOME, Scenario
from sim.results.comparison.compare import CANNOT_TELL
from sim.results.comparison.findings import Findings
from sim.results.words import labels
from sim.results.words.headline import UNSURE
from sim.results.words.labels import change_and_interval, counted, figure, interval, spoken

TITLE = "Each hospital"
SHARED_TITLE = "Who used what the hospitals share"
MOST_ON_THE_SCREEN = 6  # hospitals; of more only these:
WORST = CHANGED = 3
MOST_SHARED = 3  # services, on the screen
MOST_USERS = 5  # of a service, in a sentence
DELAYED = "midnight_delayed_mean"
BESIDE = ("occupancy", "occupied_bed_days", "wait_mean_days")


class SharedService(NamedTuple):
    """A service to which people of several hospitals were admitted, and how many of each."""

    name: str
    admitted: float
    users: tuple[tuple[str, float], ...]  # where they came from, the most first


def title(findings: Findings) -> str:
    """What the table shows."""
    more = "; in brackets what changes, with ? where these runs cannot tell" if findings.compared else ""
    return f"{TITLE}: delayed people on an average day, then how full it is and how long people wait to get in{more}"


def heads(findings: Findings, scenario: Scenario) -> list[str]:
    """The heads of the columns: delayed people with their change, then what is beside them."""
    first = ["delayed people", "95% interval"]
    if findings.compared:
        names = (findings.label(one) for one in (findings.baseline, scenario))
        first = [*names, "difference", "95% interval", "verdict"]
    per = labels.per(scenario.calendar.measured_days)
    return ["", *first, "occupancy", f"bed days {per}", "days waited"]


def rows(findings: Findings, scenario: Scenario, *, few: bool) -> list[list[str]]:
    """A line a hospital, or the few that matter most, and the total of all hospitals last."""
    part, there = findings.headline_of(scenario)
    shown = chosen(part, there) if few else [hospital.name for hospital in part.hospitals]
    return [_cells(part, there, name) for name in (*shown, ALL_HOSPITALS)] if shown else []


def chosen(findings: Findings, scenario: Scenario) -> list[str]:
    """All hospitals if they are few; else the worst, and those whose delay changes most."""
    names = [hospital.name for hospital in findings.hospitals]
    if len(names) <= MOST_ON_THE_SCREEN:
        return names
    worst = sorted(names, key=lambda name: -delayed_part(findings, scenario, name))[:WORST]
    others = [name for name in names if name not in worst and findings.compared]
    return [*worst, *sorted(others, key=lambda name: -_size_of_change(findings, scenario, name))[:CHANGED]]


def delayed_part(findings: Findings, scenario: Scenario, name: str) -> float:
    """Of the people in a hospital at midnight, the part that is delayed."""
    delayed, people = (findings.estimate(scenario.id, name, one) for one in (DELAYED, "midnight_census_mean"))
    return delayed.mean / people.mean if delayed and people and people.mean else 0.0


def _size_of_change(findings: Findings, scenario: Scenario, name: str) -> float:
    change = findings.difference(scenario.id, name, DELAYED)
    return abs(change.mean) if change else 0.0


def how_to_read(findings: Findings) -> str:
    """Which hospitals are shown on the first screen, and where the others are."""
    many = len(findings.hospitals)
    if many <= MOST_ON_THE_SCREEN:
        return ""
    changed = f", then the {CHANGED} of the others whose delay changes most" if findings.compared else ""
    return (
        f"Of {many} hospitals these are the {WORST} with the largest part of their people delayed{changed}; all of them are in "
        "the report, summary.csv and differences.csv."
    )


def _cells(findings: Findings, scenario: Scenario, name: str) -> list[str]:
    """One line: delayed people with their change in full, the rest as it is with the change behind it."""
    delayed = findings.estimate(scenario.id, name, DELAYED)
    after = figure(delayed.mean, delayed.unit) if delayed else "-"
    if not findings.compared:
        known = [after, interval(delayed.low, delayed.high, delayed.unit) if delayed else ""]
    else:
        before = findings.estimate(findings.baseline.id, name, DELAYED)
        change = findings.difference(scenario.id, name, DELAYED)
        told = change_and_interval(change.mean, change.low, change.high, change.unit) if change else ("", "")
        known = [figure(before.mean, before.unit) if before else "-", after, *told, change.verdict if change else ""]
    return [spoken(name), *known, *(_with_change(findings, scenario, name, measure) for measure in BESIDE)]


def _with_change(findings: Findings, scenario: Scenario, name: str, measure: str) -> str:
    """`94.1% (-0.7)`; a question mark where these runs cannot tell."""
    row, change = findings.estimate(scenario.id, name, measure), findings.difference(scenario.id, name, measure)
    if row is None:
        return "-"
    factor = labels.factor(measure, scenario.calendar.measured_days)
    text = figure(row.mean * factor, row.unit)
    if change is None:
        return text
    unsure = UNSURE if change.verdict == CANNOT_TELL and (change.mean or change.sd) else ""
    return f"{text} ({figure(change.mean * factor, change.unit, signed=True).removesuffix(' points')}{unsure})"


# -- shared services -----------------------------------------------------------------------------------------


def shared(findings: Findings, scenario: Scenario) -> list[SharedService]:
    """Services to which people came from several hospitals, those that admit most first."""
    part, there = findings.headline_of(scenario)
    hospitals = {hospital.name for hospital in part.hospitals}
    users: dict[str, list[tuple[str, float]]] = {}
    for row in part.estimates_of("admissions", "came_from"):
        if row.scenario == there.id and row.service != HOME:
            users.setdefault(row.service, []).append((row.item, row.mean))
    found = [
        SharedService(name, sum(mean for _, mean in these), tuple(sorted(these, key=lambda one: -one[1])))
        for name, these in users.items()
        if name not in hospitals and sum(item in hospitals for item, _ in these) > 1
    ]
    return sorted(found, key=lambda one: -one.admitted)


def shared_on_the_screen(findings: Findings, scenario: Scenario) -> list[str]:
    """A sentence for each of the few largest shared services with a limit, and what is left out."""
    limited = {service.name for service in findings.limited_services}
    found = [one for one in shared(findings, scenario) if one.name in limited]
    said = [_sentence(scenario, one) for one in found[:MOST_SHARED]]
    more = len(found) - MOST_SHARED
    return [*said, f"{counted(more, 'more shared service')} in the report."] if more > 0 else said


def _sentence(scenario: Scenario, service: SharedService) -> str:
    factor = labels.times(scenario.calendar.measured_days)
    name = spoken(service.name)
    users = [f"{figure(mean * factor, 'people')} from {spoken(item)}" for item, mean in service.users[:MOST_USERS]]
    rest = service.users[MOST_USERS:]
    if rest:
        users.append(f"{figure(sum(mean for _, mean in rest) * factor, 'people')} from {len(rest)} more")
    per = labels.per(scenario.calendar.measured_days)
    return f"{capital(name)} admits {figure(service.admitted * factor, 'people')} people {per}: {', '.join(users)}."


def shared_rows(findings: Findings, scenario: Scenario) -> list[list[str]]:
    """For the report: a line for each shared service and place that people came from."""
    part, there = findings.headline_of(scenario)
    factor = labels.times(there.calendar.measured_days)
    found = []
    for one in shared(findings, scenario):
        for number, (item, mean) in enumerate(one.users):
            change = part.difference(there.id, one.name, "admissions", "came_from", item)
            difference = f"{figure(change.mean * factor, 'people', signed=True)}" if change else ""
            share = figure(mean / one.admitted, "share") if one.admitted else "-"
            first = spoken(one.name) if number == 0 else ""
            found.append([first, spoken(item), figure(mean * factor, "people"), share, difference])
    return found if part.compared else [row[:-1] for row in found]


def shared_heads(findings: Findings, scenario: Scenario) -> Sequence[str]:
    """The heads of these columns."""
    per = labels.per(scenario.calendar.measured_days)
    heads_ = ("service", "people came from", f"admissions {per}", "share")
    return (*heads_, "difference") if findings.compared else heads_
