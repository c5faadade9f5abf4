"""What run and compare print: the answer, its table, money; then what differs, warnings, and the folder.

Plain text in columns; nothing here computes.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from sim.cli.arguments import Options
from sim.cli.screen import Screen, write_to
from sim.inputs.problems import padded
from sim.inputs.scenario import Scenario
from sim.results.comparison import money_tables, ranking
from sim.results.comparison.findings import NOT_PRICED, Findings, ScenarioChange
from sim.results.comparison.money import accounts, money_of
from sim.results.comparison.money_tables import HOW_TO_READ as HOW_TO_READ_BUDGETS
from sim.results.comparison.money_tables import headers as budget_headers
from sim.results.comparison.money_tables import limits_of, table_rows
from sim.results.files import writing
from sim.results.words import delays, hospitals
from sim.results.words.headline import (
    HeadlineRow,
    besides,
    description,
    headline,
    how_to_read_besides,
    of_the_same_people,
    on_other_days,
)
from sim.results.words.headline import how_to_read as how_to_read_figures
from sim.results.words.labels import counted, labels, shortened
from sim.runs.store import Store

MOST_CHANGES, MOST_CHANGES_EACH = 8, 3  # of one scenario; of each of several
VALUE_WIDTH = 60
MOST_TABLES = 3  # scenarios with a table each; more have a sentence each
BELOW = "     "
LABEL_WIDTH = 72
HEADING_WIDTH = 12
NAME_WIDTH = 30  # of a scenario's name in the ranking
HEAD_WIDTH = 18  # of a column
TEXT_WIDTH = 96
BYTES_OF_A_MB = 1_000_000
GAP = "  "


def _changes(screen: Screen, findings: Findings) -> None:
    """What each scenario changes, briefly; the report lists all of it."""
    base, *others = findings.scenarios
    most = MOST_CHANGES if len(others) == 1 else MOST_CHANGES_EACH
    for scenario in others:
        screen.say(f"What {findings.called(scenario)} changes in {findings.called(base)}:")
        lines = _change_lines(base, findings.changes.get(scenario.id, ()))
        for line in lines[:most]:
            screen.say(f"  {line}")
        if len(lines) > most:
            screen.say(f"  and {counted(len(lines) - most, 'change')} more, all listed in the report")
        if not lines:
            screen.say("  no differences except labels")
    screen.say()


def _change_lines(base: Scenario, changes: Sequence[ScenarioChange]) -> list[str]:
    """Each changed value on a line; what is new together with what it belongs to."""
    known = {value.path for value in base.values}
    lines: dict[str, str] = {}
    for change in changes:
        if change.old or not change.new:
            old, new = (shortened(text, VALUE_WIDTH) or "removed" for text in (change.old, change.new))
            lines[change.path] = f"{change.path}: {old} -> {new}  ({change.place()})"
        elif change.line:  # a default that comes with something new is no news
            new_part = _shortest_new(change.path, known)
            alone = new_part == change.path
            text = f" {shortened(change.new, VALUE_WIDTH)}" if alone else ""
            lines.setdefault(new_part, f"new: {new_part}{text}  ({change.place()})")
    return list(lines.values())


def _shortest_new(path: str, known: set[str]) -> str:
    """The shortest beginning of a path that the base does not have."""
    parts = path.split(".")
    for count in range(1, len(parts)):
        start = ".".join(parts[:count])
        if start not in known and not any(one.startswith(f"{start}.") for one in known):
            return start
    return path


def interrupted(screen: Screen, done: int, total: int, *, goes_on: bool) -> None:
    """What is said after Ctrl-C."""
    screen.end_progress()
    then = "goes on from here" if goes_on else "begins anew"
    screen.note(
        f"Stopped after {done:,} of {counted(total, 'replication')}. No results were written; the same command {then}."
    )


def from_the_store(screen: Screen, store: Store | None) -> None:
    """What of this run was found before, and how large the store is; nothing where all of it was run."""
    if store is None or not (store.taken or store.proved):
        return
    told = [counted(store.taken, "replication")] if store.taken else []
    if store.proved:
        days = " to ".join(dict.fromkeys((min(store.proved.values()), max(store.proved.values()))))
        told.append(f"the cross-check by SimPy of {counted(len(store.proved), 'scenario')} ({days})")
    size = store.tidy() / BYTES_OF_A_MB
    screen.note(f"From the store: {' and '.join(told)} ({store.folder}, {size:,.0f} MB); --fresh runs all anew.")


def answer(screen: Screen, findings: Findings) -> None:
    """The answer first: ranking, sentences, tables, money; then what was changed, and warnings."""
    ranked, summary = ranking.ranking_with_summary(findings)
    if ranked:
        _ranking(screen, findings, ranked, summary)
    if len(ranked) > MOST_TABLES:
        _sentences(screen, findings, ranked)
    else:
        _one_by_one(screen, findings, ranked)
    _budgets(screen, findings)
    wrapped(screen, how_to_read_figures(findings))
    screen.say()
    if findings.compared:
        _changes(screen, findings)
    _warnings(screen, findings)


def _warnings(screen: Screen, findings: Findings) -> None:
    """What was not compared, what the reader did with the files, and what to be careful about, each once."""
    notices = dict.fromkeys(notice for scenario in findings.scenarios for notice in scenario.notices)
    lines = [f"Not compared: {one.file}: {one.reason}" for one in findings.left_out]
    lines += [f"Note: {notice}" for notice in notices]
    lines += [f"Warning: {warning}" for warning in findings.warnings]
    for line in lines:
        wrapped(screen, line, indent="  ")
    if lines:
        screen.say()


def _ranking(screen: Screen, findings: Findings, ranked: Sequence[ranking.RankedScenario], said: Sequence[str]) -> None:
    """What it comes to; then one table: a line a scenario, below it its payers and who gave up waiting."""
    for text in said:
        wrapped(screen, text)
    screen.say()
    wrapped(screen, f"Ranking: {ranking.ranking_heading(findings)}")
    screen.say()
    heads = [[parts[line] for parts in ranking.ranking_headers(findings)] for line in (0, 1)]
    names = labels(findings.scenarios, NAME_WIDTH)
    bodies = [[f"{row.place}. {names[row.scenario.id]}", *ranking.ranking_cells(row)[1:]] for row in ranked]
    below = [(ranking.who_pays(findings), ranking.payers_text), (ranking.who_gave_up(findings), ranking.reneged_text)]
    first_apart = next((number for number, row in enumerate(ranked) if not row.is_priced), None)
    for line, text in enumerate(_aligned(screen, [*heads, *bodies], verdict=3)):
        if first_apart is not None and line == first_apart + 2:
            screen.say(f"\nRanked apart, {NOT_PRICED}:")
        screen.say(text)
        for head, words in below if line else ():
            if any(words(row) for row in ranked):
                screen.say(f"{BELOW}{head if line == 1 else words(ranked[line - 2])}")
    screen.say()
    whole = [(names[row.scenario.id], findings.called(row.scenario)) for row in ranked]
    cut = [f"{short} is {name}." for short, name in whole if short != name]
    for text in (*cut, ranking.how_to_read_ranking(ranked, findings)):
        wrapped(screen, text)
    screen.say()


def _sentences(screen: Screen, findings: Findings, ranked: Sequence[ranking.RankedScenario]) -> None:
    """One sentence for each, in the order of the ranking."""
    for row in ranked:
        for number, line in enumerate(
            wrap(ranking.ranking_answer(ranked, findings, row.scenario), TEXT_WIDTH + HEADING_WIDTH - 4)
        ):
            screen.say(f"{'' if number else str(row.place) + '.':<4}{line}")
    screen.say("The figures of each are in the report.")
    screen.say()


def _one_by_one(screen: Screen, findings: Findings, ranked: Sequence[ranking.RankedScenario]) -> None:
    """A sentence and a table for each scenario."""
    by_group = False
    for scenario in findings.scenarios[1:] if findings.compared else findings.scenarios:
        lines = headline(findings, scenario)
        if findings.compared:
            wrapped(screen, ranking.ranking_answer(ranked, findings, scenario))
            screen.say()
            _comparison(screen, findings, scenario, lines)
            _hospitals(screen, findings, scenario)
            wrapped(screen, of_the_same_people(findings, scenario))
            _money(screen, findings, scenario)
        else:
            wrapped(screen, f"{description(findings, scenario)} {on_other_days(findings, scenario)}")
            screen.say()
            _alone(screen, findings, scenario, lines)
            _hospitals(screen, findings, scenario)
        _years(screen, findings, scenario)
        _followed(screen, findings, scenario)
        by_group |= _who_waits(screen, findings, scenario)
        screen.say()
    if findings.years:
        wrapped(screen, delays.FIXED)
        screen.say()
    if by_group:
        wrapped(screen, f"{delays.WHO_WAITS_TITLE} {delays.IN_SHORT}")
        screen.say()
    if money_tables.is_followed(findings):
        wrapped(screen, money_tables.how_to_read_cohort(findings))
        screen.say()


def _hospitals(screen: Screen, findings: Findings, scenario: Scenario) -> None:
    """Each hospital, or the few that matter most, and all of them; then who used what they share."""
    lines = hospitals.rows(findings, scenario, few=True)
    if not lines:
        return
    screen.say()
    wrapped(screen, f"{hospitals.title(findings)}.")
    heads = _in_lines(hospitals.heads(findings, scenario))
    verdict = 5 if findings.compared else len(lines[0])
    blank = [] if findings.compared else [""]
    for text in _aligned(screen, [[*row, *blank] for row in (*heads, *lines)], verdict=verdict):
        screen.say(text)
    wrapped(screen, hospitals.how_to_read(findings))
    for sentence in hospitals.shared_on_the_screen(findings, scenario):
        wrapped(screen, sentence, indent="  ")


def _money(screen: Screen, findings: Findings, scenario: Scenario) -> None:
    """The three accounts, apart, each wrapped under its heading."""
    for money in money_of(findings):
        if money.scenario.id != scenario.id:
            continue
        year = scenario.costs.price_year
        screen.say()
        screen.say(
            f"Money {money.when}{f', in prices of {year}' if year else ''}; cash, capacity and value are never added together:"
        )
        for heading, text in accounts(money):
            first, *rest = wrap(text, TEXT_WIDTH)
            screen.say(f"  {heading.ljust(HEADING_WIDTH)}{first}")
            for line in rest:
                screen.say(" " * (HEADING_WIDTH + 2) + line)


def _who_waits(screen: Screen, findings: Findings, scenario: Scenario) -> bool:
    """Delay and waits by group and by trait, where there are several groups or people have traits; whether there was anything to say."""
    lines = delays.in_short(findings, scenario)
    if lines:
        screen.say()
        show = _comparison if findings.compared else _alone
        show(screen, findings, scenario, lines, delays.WHO_WAITS_TITLE)
    return bool(lines)


def _followed(screen: Screen, findings: Findings, scenario: Scenario) -> None:
    """The years after ready of those who are followed, if anybody is."""
    if not money_tables.is_followed(findings):
        return
    screen.say()
    rows = _in_lines(money_tables.cohort_headers(findings, scenario))
    rows[-1][0] = f"{money_tables.cohort_title(findings)}:"
    rows += [list(row) for row in money_tables.cohort_in_short(findings, scenario)]
    _print(screen, rows if findings.compared else [[*row, ""] for row in rows])


def _years(screen: Screen, findings: Findings, scenario: Scenario) -> None:
    """Delay year by year, where arrivals grow."""
    rows = list(delays.rows(findings, scenario))
    if rows:
        screen.say()
        _print(screen, [*_in_lines(delays.heads(findings, scenario)), *rows])


def _budgets(screen: Screen, findings: Findings) -> None:
    """Budget lines, kept or broken, and how to read that."""
    rows = table_rows(findings)
    if not rows:
        return
    *heads, _ = budget_headers(findings)
    _print(screen, [[*heads, ""], *rows])
    wrapped(screen, f"{limits_of(findings)} {HOW_TO_READ_BUDGETS}")
    screen.say()


def give_json(file: str, whole: Mapping[str, Any]) -> None:
    """The result for a program: in a file, or on standard output for `-`."""
    data = writing.json_bytes(whole)
    if file == "-":
        write_to(sys.stdout, data)
    else:
        writing.write_file(Path(file), data)


def wrapped(screen: Screen, text: str, indent: str = "") -> None:
    """A text on as many lines as it needs, all but the first indented."""
    for line in wrap(text, TEXT_WIDTH + HEADING_WIDTH, subsequent_indent=indent):
        screen.say(line)


def _comparison(
    screen: Screen, findings: Findings, scenario: Scenario, lines: Sequence[HeadlineRow], title: str = ""
) -> None:
    heads = [findings.label(one) for one in (findings.baseline, scenario)]
    beside = [head for head, _ in besides(findings, scenario)]
    rows = _in_lines(["", *heads, "difference", "95% interval", "", *beside])
    rows[-1][0] = title
    rows += [
        [_label(line), line.before, line.after, line.difference, line.interval, line.verdict, *line.beside]
        for line in lines
    ]
    for text in _aligned(screen, rows, verdict=5):
        screen.say(text)
    if beside and not title:
        wrapped(screen, how_to_read_besides(findings, scenario))


def _alone(
    screen: Screen, findings: Findings, scenario: Scenario, lines: Sequence[HeadlineRow], title: str = ""
) -> None:
    beside = [head for head, _ in besides(findings, scenario)]
    rows = [[title, "average", "95% interval", *beside, ""]]
    rows += [[_label(line), line.after, line.interval, *line.beside, ""] for line in lines]
    _print(screen, rows)
    if beside and not title:
        screen.say("Totals of each part of the measured days are in periods.csv.")


def _label(line: HeadlineRow) -> str:
    """A line's label, cut to a width, and its note, for which no label is cut."""
    return shortened(line.label, LABEL_WIDTH) + line.note


def _in_lines(heads: Sequence[str]) -> list[list[str]]:
    """Heads of columns on as many lines as the longest needs, the last words at the bottom."""
    broken = [wrap(head, HEAD_WIDTH) for head in heads]
    most = max(len(lines) for lines in broken)
    padded = [[""] * (most - len(lines)) + lines for lines in broken]
    return [[lines[row] for lines in padded] for row in range(most)]


def _print(screen: Screen, rows: Sequence[Sequence[str]]) -> None:
    """Columns: the first to the left, figures to the right, the last (a verdict) to the left again."""
    for line in _aligned(screen, rows, verdict=len(rows[0]) - 1):
        screen.say(line)


def columns(screen: Screen, rows: Sequence[Sequence[str]]) -> None:
    """Text in columns, all to the left."""
    for cells in padded(rows, range(len(rows[0]))):
        screen.say(GAP.join(cells).rstrip())


def _aligned(screen: Screen, rows: Sequence[Sequence[str]], *, verdict: int) -> Iterator[str]:
    """Lines in columns: names and verdicts to the left, figures to the right."""
    for cells in padded(rows, (0, verdict)):
        cells[verdict] = screen.verdict(cells[verdict])
        yield GAP.join(cells).rstrip()


def finished(options: Options, screen: Screen, store: Store | None, whole: Mapping[str, Any]) -> int:
    """What a study says last, and its result for a program where that is asked for; the exit code."""
    from_the_store(screen, store)
    if options.json:
        give_json(options.json, whole)
    return 0
