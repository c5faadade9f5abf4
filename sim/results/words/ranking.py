"""The ranking in words and rounded figures: the cells that terminal and report share, and what it comes to.

What may be changed here: freely; "cannot tell" is said of whatever a simultaneous interval leaves open.
"""

from collections.abc import Sequence

from sim.inputs.scenario import Scenario
from sim.results.comparison.compare import CANNOT_TELL
from sim.results.comparison.findings import Findings
from sim.results.comparison.ranking import MEASURE, Judged, Ranked, ranking
from sim.results.words import run_length
from sim.results.words.headline import UNSURE, answer, on_other_days, what_all_share
from sim.results.words.labels import change_and_interval, counted, figure, payer_label, spoken
from sim.results.words.use import how_used


def headers(findings: Findings) -> tuple[tuple[str, str], ...]:
    """The heads of the table, two lines each."""
    days = findings.side_by_side.baseline.calendar.measured_days
    return (
        ("", "scenario"),
        ("delayed", "people"),
        ("95% interval", "all together"),
        ("", "verdict"),
        ("cash", run_length.per(days).removesuffix(" measured")),
        ("bed days", "released"),
        ("notional", "value"),
        ("gross £ per", "delayed day"),
        ("net £ per", "delayed day"),
    )


def who_gave_up(findings: Findings) -> str:
    """What the figures of those who gave up are."""
    return run_length.over("people a year who gave up waiting", findings.side_by_side.baseline.calendar.measured_days)


def who_pays(findings: Findings) -> str:
    """What the line of payers is."""
    days = findings.side_by_side.baseline.calendar.measured_days
    return f"cash {run_length.per(days)} by payer: + pays more, - pays less"


def cells(row: Ranked) -> tuple[str, ...]:
    """One scenario's cells under `headers`."""
    _, span = change_and_interval(row.delayed.mean, row.delayed.low, row.delayed.high, "people")
    return (
        f"{row.place}. {row.label}",
        figure(row.delayed.mean, "people", signed=True),
        span or "-",
        row.delayed.said,
        said(row.cash, "GBP"),
        said(row.released, "bed days"),
        said(row.value, "GBP"),
        figure(row.gross_per_day, "GBP"),
        figure(row.net_per_day, "GBP"),
    )


def said(judged: Judged | None, unit: str) -> str:
    """A difference; with a question mark where its simultaneous interval contains no difference."""
    if judged is None:
        return "-"
    text = figure(judged.mean, unit, signed=True)
    return text if judged.verdict != CANNOT_TELL or judged.is_nothing else f"{text}{UNSURE}"


def payers(row: Ranked) -> str:
    """Who pays more and who pays less."""
    return ", ".join(f"{payer_label(name)} {said(one, 'GBP')}" for name, one in row.cash_by_payer.items())


def given_up(row: Ranked) -> str:
    """Who gave up waiting, more or fewer people, by what became of them; those who only changed lists are left out."""
    words = {"elsewhere": "went elsewhere", "with_nothing": "left with nothing"}
    found = [f"{text} {said(row.given_up[item], 'people')}" for item, text in words.items() if item in row.given_up]
    return ", ".join(found)


def heading(findings: Findings) -> str:
    """What is ranked, against what."""
    place, base = spoken(findings.main_service.name), findings.called(findings.baseline)
    text = f"{counted(len(findings.scenarios) - 1, 'scenario')} by delayed people avoided in {place}, against {base}"
    text += "" if findings.common is None else f"; {findings.common.words}"
    shared = what_all_share(findings)
    return f"{text}. {shared}" if shared else text


def summary(rows: Sequence[Ranked], findings: Findings) -> list[str]:
    """What the ranking comes to: who avoids delayed people, who adds them, and of whom nothing can be told."""
    place = spoken(findings.main_service.name)
    of = {
        name: [findings.called(row.scenario) for row in rows if row.delayed.verdict == name]
        for name in ("better", "worse")
    }
    nothing = [findings.called(row.scenario) for row in rows if row.delayed.is_nothing]
    unsure = [row for row in rows if row.delayed.verdict == CANNOT_TELL and not row.delayed.is_nothing]
    open_ = [findings.called(row.scenario) for row in unsure]
    groups = (
        (f"Fewer people are delayed in {place} with", of["better"]),
        (f"More people are delayed in {place} with", of["worse"]),
        ("These runs cannot tell for", open_),
        (f"How many people are delayed in {place} does not change at all with", nothing),
    )
    return [f"{words} {len(names)} of {len(rows)}: {_listed(names)}" for words, names in groups if names]


def _listed(names: Sequence[str]) -> str:
    """Names in a row, which may hold commas, and may end in dots of their own."""
    text = "; ".join(names)
    return text if text.endswith(".") else f"{text}."


def how_to_read(rows: Sequence[Ranked], findings: Findings) -> str:
    """What the intervals and the order say, and what they do not."""
    per = run_length.per(findings.side_by_side.baseline.calendar.measured_days)
    return (
        f"The intervals hold for all {len(rows)} scenarios at once (95%, Bonferroni), each against the baseline; verdicts go by "
        f"them, and {UNSURE} marks a figure that they leave open. Neighbours in the order need not differ from each "
        f"other. Delayed people: the difference on an average day. Cash, bed days released {per} and their notional "
        "value are never added together. A cost per delayed day stands only where delayed days are avoided."
    )


def sentence(rows: Sequence[Ranked], findings: Findings, scenario: Scenario) -> str:
    """The answer about a scenario; with a word of care where it holds by its own interval only, or beds stand empty."""
    text = answer(findings, scenario)
    told, there = findings.headline_of(scenario)
    alone = told.contrast(scenario.id, findings.main_service.name, MEASURE)
    for row in rows if told.period == findings.common else ():
        if row.scenario.id == scenario.id and alone and alone.verdict != row.delayed.verdict:
            text += f" That holds by its own interval, but not with all {len(rows)} at once."
    more = (on_other_days(findings, scenario), how_used(told, there))
    return " ".join(part for part in (text, *more) if part)


def ranked_and_said(findings: Findings) -> tuple[list[Ranked], list[str]]:
    """The ranking with its sum; both empty where there is none."""
    rows = ranking(findings)
    return rows, summary(rows, findings)
