"""What run and compare print: what differs, what to be careful about, one sentence, one table, the folder.

Plain text in columns; nothing here computes. What may be changed here: freely.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap

from sim.cli.screen import Screen
from sim.gathering import changes_between
from sim.inputs.scenario import Scenario
from sim.results import window
from sim.results.budget_lines import HOW_TO_READ as HOW_TO_READ_BUDGETS
from sim.results.budget_lines import headers as budget_headers
from sim.results.budget_lines import limits_of, table_rows
from sim.results.findings import Findings, LeftOut
from sim.results.headline import Line, description, headline, of_the_same_people
from sim.results.money import money_of
from sim.results.money_words import ledgers
from sim.results.names import in_sentences, labels
from sim.results.ranking import Ranked
from sim.results.ranking_words import (
    cells,
    given_up,
    headers,
    how_to_read,
    payers,
    ranked_and_said,
    sentence,
    who_gave_up,
    who_pays,
)
from sim.results.ranking_words import heading as what_is_ranked
from sim.results.wording import counted, shortened

MOST_CHANGES = 20
MOST_TABLES = 3  # scenarios with a table each; more have a sentence each
BELOW = "     "
LABEL_WIDTH = 72
HEADING_WIDTH = 12
NAME_WIDTH = 30  # of a scenario's name in the ranking
HEAD_WIDTH = 18  # of a column
TEXT_WIDTH = 96
GAP = "  "


def before(
    screen: Screen,
    scenarios: Sequence[Scenario],
    left_out: Sequence[LeftOut],
    warnings: Sequence[str],
    *,
    compared: bool,
) -> None:
    """What is said before the simulation begins."""
    for one in left_out:
        screen.say(f"Not compared: {one.file}: {one.reason}")
    if compared:
        names = in_sentences(scenarios)
        for scenario in scenarios[1:]:
            screen.say(f"What {names[scenario.id]} changes in {names[scenarios[0].id]}:")
            _differences(screen, scenarios[0], scenario)
    for notice in dict.fromkeys(notice for scenario in scenarios for notice in scenario.notices):
        screen.say(f"Note: {notice}")
    for warning in warnings:
        screen.say(f"Take care: {warning}")
    if warnings or left_out or compared:
        screen.say()


def _differences(screen: Screen, base: Scenario, other: Scenario) -> None:
    """Each changed value on a line; what is new together with what it belongs to."""
    changes = changes_between(base, other)
    known = {value.path for value in base.values}
    lines: dict[str, str] = {}
    for change in changes:
        if change.old or not change.new:
            old, new = (shortened(text, 60) or "nothing" for text in (change.old, change.new))
            lines[change.path] = f"{change.path}: {old} -> {new}  ({change.place()})"
        elif change.line:  # a default that comes with something new is no news
            new_part = _shortest_new(change.path, known)
            alone = new_part == change.path
            text = f" {shortened(change.new, 60)}" if alone else ""
            lines.setdefault(new_part, f"new: {new_part}{text}  ({change.place()})")
    for line in list(lines.values())[:MOST_CHANGES]:
        screen.say(f"  {line}")
    if len(lines) > MOST_CHANGES:
        screen.say(f"  and {counted(len(lines) - MOST_CHANGES, 'change')} more, all listed in the report")
    if not changes:
        screen.say("  nothing but names")


def _shortest_new(path: str, known: set[str]) -> str:
    """The shortest beginning of a path that the base does not have."""
    parts = path.split(".")
    for count in range(1, len(parts)):
        start = ".".join(parts[:count])
        if start not in known and not any(one.startswith(f"{start}.") for one in known):
            return start
    return path


def interrupted(screen: Screen, done: int, total: int) -> None:
    """What is said after Ctrl-C."""
    screen.end_progress()
    screen.note(
        f"Stopped after {done} of {total} replications. No results were written; the same command goes on from here."
    )


def after(screen: Screen, findings: Findings, folder: Path, already_said: int) -> None:
    """The result: the ranking of several scenarios, a sentence and a table for each, then where the rest is."""
    ranked, said = ranked_and_said(findings)
    if ranked:
        _ranking(screen, findings, ranked, said)
    if len(ranked) > MOST_TABLES:
        _sentences(screen, findings, ranked)
    else:
        _one_by_one(screen, findings, ranked)
    _budgets(screen, findings)
    for warning in findings.warnings[already_said:]:
        screen.say(f"Take care: {warning}")
    screen.say(_basis(findings))
    screen.say(f"Tables, charts and a report to print: {folder}")


def _ranking(screen: Screen, findings: Findings, ranked: Sequence[Ranked], said: Sequence[str]) -> None:
    """One table: a line a scenario, below it its payers and who gave up waiting; then what it comes to."""
    screen.say(f"Ranking: {what_is_ranked(findings)}")
    screen.say()
    heads = [[parts[line] for parts in headers(findings)] for line in (0, 1)]
    names = labels(findings.scenarios, NAME_WIDTH)
    bodies = [[f"{row.place}. {names[row.scenario.id]}", *cells(row)[1:]] for row in ranked]
    below = [(who_pays(findings), payers), (who_gave_up(findings), given_up)]
    for line, text in enumerate(_aligned(screen, [*heads, *bodies], verdict=3)):
        screen.say(text)
        for head, words in below if line else ():
            if any(words(row) for row in ranked):
                screen.say(f"{BELOW}{head if line == 1 else words(ranked[line - 2])}")
    screen.say()
    whole = [(names[row.scenario.id], findings.called(row.scenario)) for row in ranked]
    cut = [f"{short} is {name}." for short, name in whole if short != name]
    for text in (*cut, *said, how_to_read(ranked, findings)):
        _wrapped(screen, text)
    screen.say()


def _aligned(screen: Screen, rows: Sequence[Sequence[str]], *, verdict: int) -> Iterator[str]:
    """Lines in columns: names and verdicts to the left, figures to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        texts = [
            text.ljust(width) if column in (0, verdict) else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        texts[verdict] = screen.verdict(texts[verdict])
        yield GAP.join(texts).rstrip()


def _sentences(screen: Screen, findings: Findings, ranked: Sequence[Ranked]) -> None:
    """One sentence for each, in the order of the ranking."""
    for row in ranked:
        for number, line in enumerate(wrap(sentence(ranked, findings, row.scenario), TEXT_WIDTH + HEADING_WIDTH - 4)):
            screen.say(f"{'' if number else str(row.place) + '.':<4}{line}")
    screen.say("The figures of each are in the report.")
    screen.say()


def _one_by_one(screen: Screen, findings: Findings, ranked: Sequence[Ranked]) -> None:
    """A sentence and a table for each scenario."""
    for scenario in findings.scenarios[1:] if findings.compared else findings.scenarios:
        lines = headline(findings, scenario)
        if findings.compared:
            _wrapped(screen, sentence(ranked, findings, scenario))
            screen.say()
            _comparison(screen, findings, scenario, lines)
            _wrapped(screen, of_the_same_people(findings, scenario))
            _money(screen, findings, scenario)
        else:
            _wrapped(screen, description(findings, scenario))
            screen.say()
            _alone(screen, lines)
        screen.say()


def _money(screen: Screen, findings: Findings, scenario: Scenario) -> None:
    """The three ledgers, apart, each wrapped under its heading."""
    for money in money_of(findings):
        if money.scenario is not scenario:
            continue
        year = scenario.costs.price_year
        screen.say()
        screen.say(
            f"Money {money.per}{f', in prices of {year}' if year else ''}; the ledgers are never added together:"
        )
        for heading, text in ledgers(money):
            first, *rest = wrap(text, TEXT_WIDTH)
            screen.say(f"  {heading.ljust(HEADING_WIDTH)}{first}")
            for line in rest:
                screen.say(" " * (HEADING_WIDTH + 2) + line)


def _budgets(screen: Screen, findings: Findings) -> None:
    """Budget lines, kept or broken, and how to read that."""
    rows = table_rows(findings)
    if not rows:
        return
    *heads, _ = budget_headers(findings)
    _print(screen, [[*heads, ""], *rows])
    _wrapped(screen, f"{limits_of(findings)} {HOW_TO_READ_BUDGETS}")
    screen.say()


def _wrapped(screen: Screen, text: str) -> None:
    """A text on as many lines as it needs."""
    for line in wrap(text, TEXT_WIDTH + HEADING_WIDTH):
        screen.say(line)


def _basis(findings: Findings) -> str:
    base = findings.baseline
    days = counted(base.calendar.measured_days, "measured day")
    text = f"Averages of {counted(base.replications, 'replication')} of {days}; {window.told(findings.windows)}"
    if findings.compared:
        text += '; the same people in every scenario; "cannot tell": the 95% interval contains no difference'
    return text + "."


def _comparison(screen: Screen, findings: Findings, scenario: Scenario, lines: Sequence[Line]) -> None:
    heads = [findings.label(one) for one in (findings.baseline, scenario)]
    rows = _in_lines(["", *heads, "difference", "95% interval", ""])
    rows += [
        [
            shortened(line.label, LABEL_WIDTH),
            line.before,
            line.after,
            line.difference,
            line.interval,
            line.verdict,
        ]
        for line in lines
    ]
    _print(screen, rows)


def _in_lines(heads: Sequence[str]) -> list[list[str]]:
    """Heads of columns on as many lines as the longest needs, the last words at the bottom."""
    broken = [wrap(head, HEAD_WIDTH) for head in heads]
    most = max(len(lines) for lines in broken)
    padded = [[""] * (most - len(lines)) + lines for lines in broken]
    return [[lines[row] for lines in padded] for row in range(most)]


def _alone(screen: Screen, lines: Sequence[Line]) -> None:
    rows = [["", "average", "95% interval", ""]]
    rows += [[shortened(line.label, LABEL_WIDTH), line.after, line.interval, ""] for line in lines]
    _print(screen, rows)


def _print(screen: Screen, rows: Sequence[Sequence[str]]) -> None:
    """Columns: the first to the left, figures to the right, the last (a verdict) to the left again."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *figures, verdict = row
        cells = [text.rjust(width) for text, width in zip(figures, widths[1:-1], strict=True)]
        screen.say(GAP.join([first.ljust(widths[0]), *cells, screen.verdict(verdict)]).rstrip())


def columns(screen: Screen, rows: Sequence[Sequence[str]]) -> None:
    """Text in columns, all to the left."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        screen.say(GAP.join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
