"""The dozen lines and the one sentence that a planner reads first, and whether what a scenario opens is used.

The terminal and the report both show what is chosen here.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import NamedTuple

from sim.inputs.problems import capital
from sim.inputs.scenario import Calendar, Scenario, Service
from sim.results.comparison.compare import CANNOT_TELL, Estimate, PairedDifference, verdict_text
from sim.results.comparison.findings import Findings
from sim.results.measure_table import ITEMS, measures, shown_in
from sim.results.words import labels
from sim.results.words.labels import (
    change_and_interval,
    counted,
    figure,
    in_all,
    interval,
    measure_label,
    plain,
    settings_text,
    spoken,
)

MOST_OTHERS = 3  # services beside the main one and new ones, in a comparison
MOST_NEW = 6  # of those that only a scenario has
MOST_ALONE = 8  # of a scenario that is compared with nothing
MOST_TEAMS = 2
NEW = "new"  # the verdict on a service's own figures where the baseline has no such service
WHOLE_YEAR = 365  # days
MOST_BESIDE = 2  # columns of other days; more periods are described in words only

UNSURE = "?"  # behind a figure: the interval contains no difference


@dataclass(frozen=True, slots=True)
class HeadlineRow:
    """One line of the headline table, in words and rounded figures."""

    label: str
    # what follows the label, and is never cut: in how many replications the figures are defined, if not in all
    note: str
    before: str  # the baseline, or the scenario itself where nothing is compared
    after: str
    difference: str
    interval: str
    verdict: str
    beside: tuple[str, ...] = ()  # the same of other days, under the heads of `besides`


class Topic(NamedTuple):
    """Where a line's numbers are found."""

    service: str
    measure: str
    by: str = ""
    item: str = ""


def topics(findings: Findings) -> Iterator[Topic]:
    """What the headline table is about, in order: other front doors, the main service, the services after it, teams, money."""
    yield from (Topic(door, "arrivals") for door in _front_doors(findings))
    for measure, divisions in shown_in("headline_main"):
        yield from _parts(findings, findings.main_place, measure.name, divisions)
    for measure, divisions in shown_in("headline_others"):
        for service in _other_services(findings, measure.name):
            yield from _parts(findings, service, measure.name, divisions)
    for team in _teams(findings)[:MOST_TEAMS]:
        for measure, _ in shown_in("headline_team"):
            yield Topic("all", measure.name, "team", team)
    for measure, divisions in shown_in("headline_all"):
        for service in _all_or_each(findings, measure.name):
            yield from _parts(findings, service, measure.name, divisions)


def _parts(findings: Findings, service: str, measure: str, divisions: tuple[str, ...]) -> Iterator[Topic]:
    """The whole figure and its parts, by the divisions that the table of measures names."""
    for named in divisions:
        by = "contributor" if named == "payer" and _is_pooled(findings) else named
        for item in ITEMS.get(by) or _items(findings, service, measure, by):
            yield Topic(service, measure, by, item)


def _is_pooled(findings: Findings) -> bool:
    """Whether a pooled fund pays somewhere: then bills do not say whose money it is, and what goes through it is not saved."""
    return any(scenario.costs.pools for scenario in findings.scenarios)


def _items(findings: Findings, service: str, measure: str, by: str) -> list[str]:
    """The items that the results have, as the payers."""
    rows = (row for row in findings.estimates_of(measure, by) if row.service == service)
    return list(dict.fromkeys(row.item for row in rows))


def _all_or_each(findings: Findings, measure: str) -> list[str]:
    """All services together where a measure is known of them, else service by service."""
    services = dict.fromkeys(row.service for row in findings.estimates_of(measure))
    return ["all"] if "all" in services else list(services)


def _other_services(findings: Findings, measure: str) -> list[str]:
    """The limited services beside the main one: those that are new, and of the others those that change most.

    Where nothing is compared, or more are new than fit, those with the largest figures.
    """
    main = {findings.main_service.name, *(service.name for service in findings.hospitals)}
    names = [service.name for service in findings.limited_services if service.name not in main]
    new = [name for name in names if findings.compared and _is_new(findings, name)]
    fullest = sorted(new, key=lambda name: -_figure(findings, name, measure))[:MOST_NEW]
    size = _change if findings.compared else _figure
    known = sorted((name for name in names if name not in new), key=lambda name: -size(findings, name, measure))
    chosen = {*fullest, *known[: MOST_OTHERS if findings.compared else MOST_ALONE]}
    return [name for name in names if name in chosen]


def _front_doors(findings: Findings) -> list[str]:
    """Where else than in a hospital people come from outside, as calls to an ambulance, if other numbers come than in the baseline."""
    places = (service.name for service in findings.baseline.services if service.kind != "acute")
    return [place for place in places if place != findings.main_place and _change(findings, place, "arrivals") > 0]


def _is_new(findings: Findings, service: str) -> bool:
    """Whether the baseline has no such service; a total of hospitals is none."""
    return service != findings.main_place and all(known.name != service for known in findings.baseline.services)


def _change(findings: Findings, service: str, measure: str) -> float:
    """The largest change in any scenario."""
    rows = (findings.difference(scenario.id, service, measure) for scenario in findings.scenarios[1:])
    return max((abs(row.mean) for row in rows if row), default=0.0)


def _figure(findings: Findings, service: str, measure: str) -> float:
    """The largest figure of any scenario."""
    rows = (findings.estimate(scenario.id, service, measure) for scenario in findings.scenarios)
    return max((row.mean for row in rows if row), default=0.0)


def _teams(findings: Findings) -> list[str]:
    """All teams, the busiest first where there are more than fit."""
    names = list(dict.fromkeys(team.name for scenario in findings.scenarios for team in scenario.teams))
    return names if len(names) <= MOST_TEAMS else sorted(names, key=lambda name: -_busiest(findings, name))


def _busiest(findings: Findings, team: str) -> float:
    """The largest share of its places in use, in any scenario."""
    rows = (findings.estimate(scenario.id, "all", "team_busy_share", "team", team) for scenario in findings.scenarios)
    return max((row.mean for row in rows if row), default=0.0)


def headline(findings: Findings, scenario: Scenario) -> list[HeadlineRow]:
    """The headline table of one scenario beside the baseline (or alone, where nothing is compared)."""
    return lines_about(findings, scenario, topics)


def lines_about(
    findings: Findings, scenario: Scenario, topics: Callable[[Findings], Iterable[Topic]]
) -> list[HeadlineRow]:
    """A line for each of these topics of the headline period, where it says something."""
    part, there = findings.headline_of(scenario)
    others = besides(findings, scenario)
    lines = []
    for topic in topics(part):
        before = part.estimate(part.baseline.id, *topic) if part.compared else None
        after = part.estimate(scenario.id, *topic)
        if (before or after) and not _says_nothing(topic, part, before, after):
            line = _line(topic, part, before, after, part.difference(scenario.id, *topic), there)
            lines.append(replace(line, beside=tuple(_beside(other, scenario, topic) for _, other in others)))
    return lines


def besides(findings: Findings, scenario: Scenario) -> list[tuple[str, Findings]]:
    """What is beside the headline's figures where something dated differs: heads, and the findings of those days."""
    own = findings.reported_periods.get(scenario.id)
    if own is None:
        return []
    others = own.others if findings.compared else own.periods
    whole = [(_all_days(findings), findings)] if findings.compared else []
    few = others if len(others) + len(whole) <= MOST_BESIDE else ()
    return [*((period.short, findings.parts[period]) for period in few), *whole]


def how_to_read_besides(findings: Findings, scenario: Scenario) -> str:
    """What days the figures of a comparison are of, where something dated differs."""
    part, _ = findings.headline_of(scenario)
    if part.period is None:
        return ""
    heads = " and ".join(head for head, _ in besides(findings, scenario))
    return (
        f"The figures are {part.period.words}. Beside them ({heads}) is the difference on other days, with totals of just "
        f"those days; {UNSURE} where these runs cannot tell."
    )


def _all_days(findings: Findings) -> str:
    return f"all {counted(findings.baseline.calendar.measured_days, 'day')}"


def _beside(findings: Findings, scenario: Scenario, topic: Topic) -> str:
    """The difference on other days, totals as they are, so that days add up; the average where nothing is compared."""
    change, alone = findings.difference(scenario.id, *topic), findings.estimate(scenario.id, *topic)
    if change is None:
        is_total = measures()[topic.measure].is_total  # the label says of what time, and that is not this one
        return "-" if alone is None or findings.compared or is_total else figure(alone.mean, alone.unit)
    text = figure(change.mean, change.unit, signed=True)
    is_open = change.verdict == CANNOT_TELL and bool(change.mean or change.sd)
    return f"{text}{UNSURE}" if is_open else text


def headline_rows(
    findings: Findings, scenario: Scenario, topics: Callable[[Findings], Iterable[Topic]] = topics
) -> list[tuple[str | float | None, ...]]:
    """The lines about some topics as unrounded numbers: label, unit, baseline, scenario, difference, low, high, verdict."""
    rows: list[tuple[str | float | None, ...]] = []
    for topic in topics(findings):
        before, after = (findings.estimate(of.id, *topic) for of in (findings.baseline, scenario))
        change = None if _is_of_new_service(topic, findings) else findings.difference(scenario.id, *topic)
        either = before or after
        if either is None or _says_nothing(topic, findings, before, after):
            continue
        days = scenario.calendar.measured_days
        factor = labels.factor(topic.measure, days)
        ends = (change.low, change.high) if change else (None, None)
        means = [_mean_of(topic, row, change) for row in (before, after)]
        values = (*means, change and change.mean, *ends)
        numbers = [None if value is None else value * factor for value in values]
        label = _label(topic, days)
        label += findings.in_how_many(before, after, change)
        unit = "£" if either.unit == "GBP" else either.unit
        rows.append((label, unit, *numbers, _verdict(topic, findings, change)))
    return rows


def _says_nothing(topic: Topic, findings: Findings, before: Estimate | None, after: Estimate | None) -> bool:
    """Nobody turned away, nobody waiting, no price: not worth a line, but for nobody waiting at a new service."""
    if findings.compared and after and _is_of_new_service(topic, findings):
        return False
    return measures()[topic.measure].is_quiet and all(row is None or abs(row.mean) < 1e-9 for row in (before, after))


def _is_of_new_service(topic: Topic, findings: Findings) -> bool:
    """Whether it is a service's own figure, and the baseline has no such service."""
    return "headline_others" in measures()[topic.measure].shown and _is_new(findings, topic.service)


def _verdict(topic: Topic, findings: Findings, contrast: PairedDifference | None) -> str:
    """The verdict on a difference; a queue that comes with a new service is no worsening of something that was there."""
    if _is_of_new_service(topic, findings):
        return NEW
    return verdict_text(contrast) if contrast else ""


def _line(
    topic: Topic,
    findings: Findings,
    before: Estimate | None,
    after: Estimate | None,
    contrast: PairedDifference | None,
    scenario: Scenario,
) -> HeadlineRow:
    days = scenario.calendar.measured_days
    factor = labels.factor(topic.measure, days)
    difference, span = "", ""
    verdict = _verdict(topic, findings, contrast) if findings.compared else ""
    if contrast and verdict != NEW:  # what is not there has no figure to differ from
        ends = (contrast.low, contrast.high)
        difference, span = change_and_interval(contrast.mean, *ends, contrast.unit, factor)
    elif after and not findings.compared:
        span = interval(after.low, after.high, after.unit, factor)
    label = _label(topic, days)
    return HeadlineRow(
        label=label,
        note=findings.in_how_many(before, after, contrast),
        before=_figure_of(topic, before, contrast, factor),
        after=_figure_of(topic, after, contrast, factor),
        difference=difference,
        interval=span,
        verdict=verdict,
    )


def _figure_of(topic: Topic, row: Estimate | None, contrast: PairedDifference | None, factor: float) -> str:
    """A rounded figure, or a dash where there is none."""
    mean, either = _mean_of(topic, row, contrast), row or contrast
    return "-" if mean is None or either is None else figure(mean * factor, either.unit)


def _mean_of(topic: Topic, row: Estimate | None, contrast: PairedDifference | None) -> float | None:
    """A figure; a part of a count (a level, a reason, a payer) that counted nothing is 0 if the other scenario has it."""
    if row is None and contrast and topic.by and measures()[topic.measure].absent_is_zero:
        return 0.0
    return row.mean if row else None


# -- sentences -----------------------------------------------------------------------------------------------


def answer(findings: Findings, scenario: Scenario) -> str:
    """What the scenario does to delayed people, with its uncertainty, and on which days; and what was set alike in all."""
    text = _with_what_all_share(findings, _answer(*findings.headline_of(scenario)))
    return f"{text} {_over_the_years(findings, scenario)}".rstrip()


def _label(topic: Topic, days: int) -> str:
    return measure_label(topic.measure, topic.service, topic.by, topic.item, measured_days=days)


def _over_the_years(findings: Findings, scenario: Scenario) -> str:
    """Where arrivals change by the year: the first sentence's figure in the first whole year and in the last; nothing elsewhere."""
    years = findings.years.get(scenario.id, ())
    whole = [one for one in years if one.days >= WHOLE_YEAR] or list(years)
    if len(whole) < 2:
        return ""
    each = [(one.short, _in_short(findings.parts[one], scenario)) for one in (whole[0], whole[-1])]
    told = " and ".join(f"{text} in {year}" for year, text in each)
    return f"Arrivals change from year to year: {told}; this average of all years is of no single one."


def _with_what_all_share(findings: Findings, text: str) -> str:
    """A sentence, and one on what `--set` changed in every scenario, which a ranking says in its heading."""
    shared = what_all_share(findings)
    return f"{text} {shared}." if shared and (len(findings.scenarios) == 2 or not findings.compared) else text


def what_all_share(findings: Findings) -> str:
    """What `--set` changed in every scenario, in words."""
    common = in_all(findings.scenarios)
    many = "both" if len(findings.scenarios) == 2 else f"all {len(findings.scenarios)}"
    return f"Changed in {many}: {settings_text(common)}" if common else ""


def _answer(findings: Findings, scenario: Scenario) -> str:
    first = _first_changed(findings, scenario)
    if first is None:
        text = f"{findings.called(scenario)} was compared with {findings.called(findings.baseline)}."
    else:
        text = " ".join((*_at_front_doors(findings, scenario), _comparison(findings, scenario, *first)))
    when = findings.period
    return text if when is None else f"{capital(when.words)}: {text}"


def _first_changed(findings: Findings, scenario: Scenario) -> tuple[Estimate, Estimate, PairedDifference] | None:
    """Baseline, scenario and difference of the first figure of the main service that is not nothing."""
    main = findings.main_place
    for measure in ("midnight_delayed_mean", "queue_mean", "midnight_census_mean"):
        before = findings.estimate(findings.baseline.id, main, measure)
        after = findings.estimate(scenario.id, main, measure)
        contrast = findings.difference(scenario.id, main, measure)
        if before and after and contrast and (before.mean or after.mean):
            return before, after, contrast
    return None


def on_other_days(findings: Findings, scenario: Scenario) -> str:
    """The first sentence's figure in the other periods and in the whole window; nothing where there is only one."""
    own = findings.reported_periods.get(scenario.id)
    if own is None:
        return ""
    shown = own.others if findings.compared else own.periods
    days = [(f"{period.short} ({counted(period.days, 'day')})", findings.parts[period]) for period in shown]
    if findings.compared:
        days.append((_all_days(findings).replace("days", "measured days"), findings))
    words = "; ".join(f"{when}: {_in_short(part, scenario)}" for when, part in days)
    return f"{'The same on other days' if findings.compared else 'Divided by date'}: {words}."


def _in_short(findings: Findings, scenario: Scenario) -> str:
    """`5.9 fewer (5.1 to 6.7)`, `cannot tell (-0.2 to +0.8)`, `no change`; on its own, how many are delayed."""
    main = findings.main_place
    if not findings.compared:
        row = findings.estimate(scenario.id, main, "midnight_delayed_mean")
        return f"{figure(row.mean, row.unit)} delayed" if row else "-"
    first = _first_changed(findings, scenario)
    if first is None:
        return "no change"
    change = first[-1]
    text, span = change_and_interval(change.mean, change.low, change.high, change.unit)
    if change.verdict == CANNOT_TELL:
        return ("no change" if change.mean == 0 == change.sd else f"cannot tell ({span})") if span else text
    ends = sorted((abs(change.low or 0.0), abs(change.high or 0.0)))
    size, low, high = (plain(value, ends[1]) for value in (abs(change.mean), *ends))
    return f"{size} {'fewer' if change.mean < 0 else 'more'} ({low} to {high})"


def of_the_same_people(findings: Findings, scenario: Scenario) -> str:
    """What happened to the same people: how many left hospital sooner or later than in the baseline, by how many nights."""
    findings, scenario = findings.headline_of(scenario)
    for same in findings.same_people:
        if same.scenario == scenario.id and same.people:
            days = scenario.calendar.measured_days
            counts = (same.people, same.left_sooner, same.nights_sooner, same.left_later, same.nights_later)
            people, sooner, nights_sooner, later, nights_later = (f"{n * labels.times(days):,.0f}" for n in counts)
            during = labels.per(days).replace(labels.A_YEAR, f"in {labels.A_YEAR}")
            return (
                f"Of the same {people} {'person' if people == '1' else 'people'} who leave hospital {during}, {sooner} leave it sooner (by "
                f"{nights_sooner} {'night' if nights_sooner == '1' else 'nights'} together) and {later} later (by {nights_later}); the others on the same date."
            )
    return ""


def _comparison(
    findings: Findings, scenario: Scenario, before: Estimate, after: Estimate, contrast: PairedDifference
) -> str:
    base, name = findings.called(findings.baseline), findings.called(scenario)
    what = _people(contrast.measure, spoken(contrast.service))
    levels = f"{figure(after.mean, after.unit)} instead of {figure(before.mean, before.unit)}"
    _, span = change_and_interval(contrast.mean, contrast.low, contrast.high, contrast.unit)
    if contrast.verdict == CANNOT_TELL and contrast.mean == 0 and contrast.sd == 0:
        return f"{name} changes nothing in how many {what} ({levels})."
    if contrast.verdict == CANNOT_TELL:
        known = f": the difference is between {span.replace(' to ', ' and ')}" if span else ""
        few = "" if span else "; one replication has no interval"
        return f"These runs cannot tell whether {name} changes how many {what}{known} ({levels}{few})."
    ends = sorted((abs(contrast.low or 0.0), abs(contrast.high or 0.0)))
    size, low, high = (plain(value, ends[1]) for value in (abs(contrast.mean), *ends))
    direction = "fewer" if contrast.mean < 0 else "more"
    certainty = f"95% interval {low} to {high} {direction}"
    return f"With {name}, {size} {direction} {what} than in {base} ({levels}; {certainty})."


def _at_front_doors(findings: Findings, scenario: Scenario) -> Iterator[str]:
    """A sentence on each front door other than a hospital: how many come a year, if these runs can tell a difference."""
    days = scenario.calendar.measured_days
    factor = labels.factor("arrivals", days)
    for door in _front_doors(findings):
        before, after = (findings.estimate(one.id, door, "arrivals") for one in (findings.baseline, scenario))
        change = findings.difference(scenario.id, door, "arrivals")
        if before and after and change and change.verdict != CANNOT_TELL:
            size, *ends = (abs(value or 0.0) * factor for value in (change.mean, change.low, change.high))
            low, high = sorted(ends)
            direction = "fewer" if change.mean < 0 else "more"
            levels = " instead of ".join(figure(row.mean * factor, "people") for row in (after, before))
            yield (
                f"With {findings.called(scenario)}, {plain(size, high)} {direction} arrivals {labels.per(days)} at "
                f"{spoken(door)} ({levels}; 95% interval {plain(low, high)} to {plain(high, high)} {direction})."
            )


def _people(measure: str, service: str) -> str:
    return {
        "midnight_delayed_mean": f"people are delayed in {service} on an average day",
        "queue_mean": f"people wait for {service}",
    }.get(measure, f"people are in {service} at midnight")


def description(findings: Findings, scenario: Scenario) -> str:
    """The first sentences about a scenario on its own, with what was set alike in all that were run and what is empty."""
    text = _with_what_all_share(findings, _description(findings, scenario))
    return " ".join(filter(None, (text, _over_the_years(findings, scenario), how_used(findings, scenario))))


def _description(findings: Findings, scenario: Scenario) -> str:
    main = findings.main_place
    delayed = findings.estimate(scenario.id, main, "midnight_delayed_mean")
    taken = findings.estimate(scenario.id, main, "midnight_census_mean")
    place = spoken(main)
    if not taken:
        return f"{findings.called(scenario)} was run."
    text = f"In {findings.called(scenario)}, {figure(taken.mean, taken.unit)} people are in {place} at midnight"
    if delayed:
        text += f", {figure(delayed.mean, delayed.unit)} of them delayed"
    return text + ", on average."


# -- how to read it ------------------------------------------------------------------------------------------


def how_to_read(findings: Findings) -> str:
    """What the figures are averages of, what totals are of, and what an interval and "cannot tell" mean."""
    alike = len(set(findings.windows)) == 1
    of_each = [f"{findings.called(scenario)}: {averages(scenario)}" for scenario in findings.scenarios]
    sentences = [f"{averages(findings.baseline) if alike else '. '.join(of_each)}; {findings.totals}."]
    if findings.compared:
        sentences.append(
            "Every scenario meets the same people with the same random numbers. The 95% interval says how sure these "
            'runs are of a difference; "cannot tell" means that it includes 0, "no change" that no replication differs.'
        )
        sentences += _same_people_bought(findings)
    return " ".join((*sentences, *without_a_wait(findings)))


def _same_people_bought(findings: Findings) -> list[str]:
    """How much less a difference varies because the people are the same: of delayed people, over all scenarios."""
    rows = (
        findings.difference(scenario.id, findings.main_place, "midnight_delayed_mean")
        for scenario in findings.scenarios[1:]
    )
    ratios = [row.variance_ratio for row in rows if row and row.variance_ratio is not None]
    if not ratios:
        return []
    shares = list(dict.fromkeys(f"{ratio:.2g}" for ratio in (min(ratios), max(ratios))))
    times = " to ".join(shares)
    return [f"The difference in delayed people has {times} times the variance that other people in each would give it."]


def without_a_wait(findings: Findings) -> Iterator[str]:
    """For each service that turns people away at once, how many: they are in no wait and in no queue."""
    for service in dict.fromkeys(service.name for scenario in findings.scenarios for service in scenario.services):
        having = [scenario for scenario in findings.scenarios if findings.estimate(scenario.id, service, "turned_away")]
        counts = {scenario.id: _turned_away_at_once(findings, scenario, service) for scenario in having}
        if any(counts.values()):
            per = labels.per_one_of(findings.windows)
            figures = [(figure(counts[scenario.id], "people"), findings.called(scenario)) for scenario in having]
            each = figures[0][0] if len(figures) == 1 else ", ".join(f"{many} in {name}" for many, name in figures)
            yield f"Waits and queues for {spoken(service)} are without those turned away at once; there are {each} of them {per}."


def _turned_away_at_once(findings: Findings, scenario: Scenario, service: str) -> float:
    row = findings.estimate(scenario.id, service, "turned_away_at_once")
    return row.mean * labels.factor(row.measure, scenario.calendar.measured_days) if row else 0.0


FEW = 10
FEW_ARE_WORTH = f"; with fewer than {FEW}, 95% intervals are wide, and those of queues, waits and delays hold in some 91 of 100 runs, not in 95"


def averages(scenario: Scenario) -> str:
    """What every figure is an average of."""
    days = scenario.calendar.measured_days
    is_year = labels.DAYS_PER_YEAR <= days <= labels.DAYS_PER_YEAR + 1
    length = "" if is_year else f" of {counted(days, 'measured day')}"
    if scenario.replications == 1:
        return f"Every figure is of one simulated {'year' if is_year else 'run'}{length}, and no interval can be given"
    runs = counted(scenario.replications, "simulated year" if is_year else "simulated run")
    worth = FEW_ARE_WORTH if scenario.replications < FEW else ""
    return f"Every figure is the average of {runs}{length} (replications){worth}"


# -- whether what a scenario opens is used -----------------------------------------------------------------------------


MOST_SERVICES = 3  # of which so much is said; one more is said too
MOSTLY_EMPTY = 0.5  # occupancy below which a service is called mostly empty
HARDLY_EVER = 0.8  # share of the places beyond which the rest are called hardly ever used


def how_used(findings: Findings, scenario: Scenario) -> str:
    """Describe each new or changed service that is mostly empty or costs more for a used night than hospital."""
    of_each = [" ".join(_said_of(findings, scenario, service)) for service in _to_look_at(findings, scenario)]
    return _of_few([text for text in of_each if text])


def who_comes(findings: Findings, scenario: Scenario) -> str:
    """Of each new service that is not unlimited, or of those that admit most: who comes, from which list, what each frees and what its nights cost."""
    before = {service.name for service in findings.baseline.services}
    new = [one for one in scenario.services if one.name not in before and not one.is_unlimited and one.kind != "acute"]
    new.sort(key=lambda service: -_admitted(findings, scenario, service))
    of_each = [
        " ".join(text for text in (_inflow(findings, scenario, one), _nights(findings, scenario, one)) if text)
        for one in new
    ]
    return _of_few([text for text in of_each if text])


def _admitted(findings: Findings, scenario: Scenario, service: Service) -> float:
    row = findings.estimate(scenario.id, service.name, "admissions")
    return row.mean if row else 0.0


def _of_few(of_each: list[str]) -> str:
    """What is said of each service, of the first few where there are many."""
    more = len(of_each) - MOST_SERVICES
    if more < 2:
        return " ".join(of_each)
    return " ".join((*of_each[:MOST_SERVICES], f"The same of {more} more services is in summary.csv."))


def _inflow(findings: Findings, scenario: Scenario, service: Service) -> str:
    """How many people it admits a week, from which list, and how many hospital bed days are released for each of them."""
    came = findings.estimate(scenario.id, service.name, "admissions")
    if came is None or not came.mean:
        return ""
    weeks = scenario.calendar.measured_days / 7
    name, place = spoken(service.name), _main(findings)
    rows = findings.items(scenario.id, service.name, "admissions", "waited_on")
    parts = [
        f"{figure(row.mean / weeks, 'people')} {_from_where(row.item, service.name)}{_how_much_sooner(findings, scenario, service, row.item)}"
        for row in rows
    ]
    text = f"{capital(name)} admits {figure(came.mean / weeks, 'people')} people a week"
    text += f" ({'; '.join(parts)})" if parts else ""
    released = [findings.estimate(scenario.id, one, "released_bed_days") for one in _main_services(findings)]
    freed = [row.mean for row in released if row and (row.mean or row.sd)]  # none in a hospital that is always full
    is_only_new = {one.name for one in scenario.services} - {one.name for one in findings.baseline.services} == {
        service.name
    }
    if not freed or not is_only_new or findings.has_other_places(scenario, _main_services(findings)):
        # nobody knows what released them
        return f"{text}."
    return f"{text}. Each admission releases {figure(sum(freed) / came.mean, 'days')} {place} bed days, counting everybody who moves up in a queue."


def _from_where(waited_on: str, service: str) -> str:
    return "sent there directly" if waited_on == service else f"from {spoken(waited_on)}"


def _how_much_sooner(findings: Findings, scenario: Scenario, service: Service, waited_on: str) -> str:
    """By how many nights each of them left hospital before they did in the baseline."""
    for same in findings.same_people:
        for one in same.admitted if same.scenario == scenario.id else ():
            if (one.service, one.waited_on) == (service.name, waited_on):
                word = "sooner" if one.nights_sooner >= 0 else "later"
                return f", who leave hospital {figure(abs(one.nights_sooner), 'nights')} nights {word} each"
    return ""


def _nights(findings: Findings, scenario: Scenario, service: Service) -> str:
    """What an open and a used night cost, in pounds and in times of the average price of a hospital night."""
    opened = findings.estimate(scenario.id, service.name, "cost_per_open_night_gbp")
    used = findings.estimate(scenario.id, service.name, "cost_per_used_night_gbp")
    of_beds = {rule.service: rule.average_gbp for rule in scenario.costs.freed_beds}
    averages = {of_beds.get(one) for one in _main_services(findings)}
    average = averages.pop() if len(averages) == 1 else None
    if opened is None or used is None or not average:
        return ""
    ratios = [f"{figure(one.mean, 'GBP')} ({one.mean / average:.2f} times)" for one in (opened, used)]
    place = _main(findings)
    return f"Beside the {figure(average, 'GBP')} of an average night in {place}, its open night costs {ratios[0]}, its used night {ratios[1]}."


def _main_services(findings: Findings) -> list[str]:
    """The hospitals, where there are several; else the main service."""
    return [service.name for service in findings.hospitals or (findings.main_service,)]


def _main(findings: Findings) -> str:
    return "hospital" if findings.hospitals else spoken(findings.main_place)


def _to_look_at(findings: Findings, scenario: Scenario) -> Iterator[Service]:
    """What is new or has other places than in the baseline; everything with a limit where nothing is compared."""
    before = {one.name: one.capacity for one in findings.baseline.services} if findings.compared else {}
    for service in scenario.services:
        if not service.is_unlimited and service.kind != "acute" and before.get(service.name) != service.capacity:
            yield service


def _said_of(findings: Findings, scenario: Scenario, service: Service) -> Iterator[str]:
    empty, dear = _empty(findings, scenario, service), _dear(findings, scenario, service)
    name = spoken(service.name)
    if empty:
        yield f"{capital(name)} {empty}."
        if _waiting_beside_free_places(findings, scenario, service):
            yield f"It is full on no night: people wait for {name} until their move is arranged, or for the hours at which it admits."
    if dear:
        yield f"A used night in {name} {dear}."


def _waiting_beside_free_places(findings: Findings, scenario: Scenario, service: Service) -> bool:
    """Whether people wait although it was full on no night of any replication, and no delay is for want of a place there.

    It may be full by day, have no bay for somebody or too few hours left: then delay has a cause in places.
    """
    waiting, full = (findings.estimate(scenario.id, service.name, name) for name in ("queue_mean", "days_full"))
    is_waited_for = waiting is not None and waiting.mean > 0 and full is not None and full.mean == 0
    return is_waited_for and not _delay_for_a_place(findings, scenario, service)


def _delay_for_a_place(findings: Findings, scenario: Scenario, service: Service) -> bool:
    """Whether anybody was delayed because a place of this service was missing."""
    return any(
        estimate.mean > 0
        for estimate in findings.estimates
        if (estimate.scenario, estimate.measure, estimate.by) == (scenario.id, "delayed_bed_days", "cause")
        and estimate.item == service.name
    )


def _empty(findings: Findings, scenario: Scenario, service: Service) -> str:
    """How little of it is used, empty where that is no news."""
    occupancy = findings.estimate(scenario.id, service.name, "occupancy")
    most = findings.estimate(scenario.id, service.name, "midnight_census_p95")
    if occupancy is None or most is None:
        return ""
    places, used = _places(service, scenario.calendar), ceil(round(most.mean, 6))
    if places is None or service.counted_in == "hours_per_week":
        share = figure(occupancy.mean, occupancy.unit)
        return f"is mostly empty: {share} of it is used" if occupancy.mean < MOSTLY_EMPTY else ""
    if used > HARDLY_EVER * places and occupancy.mean >= MOSTLY_EMPTY:
        return ""
    of_them = f"of {counted(places, service.counted_in.removesuffix('s'))}, {figure(occupancy.mean * places, '')} are in use on average"
    if used >= places:  # all of it is needed at times: at weekends it is closed, or people come in waves
        return f"is used less than half of the time: {of_them}"
    what = "is mostly empty" if occupancy.mean < MOSTLY_EMPTY else f"has {service.counted_in} that are hardly ever used"
    return f"{what}: {of_them}, and on 95 nights of 100 never more than {used:,}"


def _places(service: Service, calendar: Calendar) -> int | None:
    """Its places, where they are the same all through the measured days."""
    first, end = calendar.window
    before = [one.places for one in service.capacity if one.from_second <= first][-1:]
    found = {*before, *(one.places for one in service.capacity if first < one.from_second < end)}
    return found.pop() if len(found) == 1 and service.surge is None else None


def _dear(findings: Findings, scenario: Scenario, service: Service) -> str:
    """What a used night costs, where that is more than in hospital."""
    here = _used_night(findings, scenario, service.name)
    prices = {_used_night(findings, scenario, one) for one in _main_services(findings)}
    there = prices.pop() if len(prices) == 1 else None
    if service.counted_in != "beds" or findings.main_service.kind != "acute" or here is None or there is None:
        return ""
    ours, theirs = (figure(gbp, "GBP") for gbp in (here, there))
    place = _main(findings)
    return f"costs {ours}, more than one in {place} ({theirs})" if here > there and ours != theirs else ""


def _used_night(findings: Findings, scenario: Scenario, name: str) -> float | None:
    """Return pounds for each occupied night; the price itself where a service is paid for only when used."""
    row = findings.estimate(scenario.id, name, "cost_per_used_night_gbp")
    if row is not None:
        return row.mean
    prices = [price.gbp for price in scenario.costs.prices if price.of == name and price.per == "occupied_day"]
    return float(sum(prices)) if prices else None
