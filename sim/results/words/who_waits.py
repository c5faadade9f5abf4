"""Who waits longer? Delay, waits and giving up by group and by level of each trait: which figures, in which words.

The report shows all that is chosen here, the terminal the lines in short.
What may be changed here: freely.
"""

from collections.abc import Iterator

from sim.inputs.scenario import OUT, OUTSIDE, Scenario
from sim.results.comparison.findings import Findings
from sim.results.parts import GROUP
from sim.results.split import group_names, level_names, trait_names
from sim.results.words.headline import HeadlineRow, Topic, headline_rows, lines_about
from sim.results.words.labels import counted, spoken

TITLE = "Who waits longer?"
IN_SHORT = (
    "Each line is about the people of one group, or with that level of a trait. How many of them are delayed, wait or give up, and "
    "traits that care changes, are in the report; all measures by group and trait in summary.csv and differences.csv."
)
MOST_ITEMS = 8  # of a trait, or groups; all of them are in summary.csv
NOT_A_QUEUE = ("home", OUT, OUTSIDE)  # people wait there for hours, or stand in another queue too


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
    """The lines of a first look: nights of delay of all leavers, by group and by the traits that nothing changes."""
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
    visits = (visit for one in findings.scenarios for group in one.people for visit in group.journey)
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
    found = [
        (row.mean, row.service)
        for row in findings.estimates
        if (row.measure, row.by) == ("queue_mean", "") and row.service not in NOT_A_QUEUE
    ]
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
