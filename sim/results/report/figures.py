"""The pages of the report behind the first: figures as tables, money, and what all of it rests on.

Figures are the headline, hospitals, ranking, delay by reason, and who waits. It rests on values with their sources, those without a
source or price, and checks. The money pages keep three accounts apart, and show who pays against who gains and what it takes to break even. docs/money.md says
what they must always show.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.home import command_line
from sim.inputs.problems import capital
from sim.inputs.scenario import Scenario
from sim.results.comparison import money_tables
from sim.results.comparison.compare import verdict_text
from sim.results.comparison.findings import NOT_PRICED, Findings, ScenarioChange
from sim.results.comparison.money import LEAST_GBP, Money, MoneyChange, accounts, money_of, without_price
from sim.results.comparison.money_tables import HOW_TO_READ, KINDS, headers, limits_of, table_rows
from sim.results.comparison.ranking import (
    apart,
    how_to_read_ranking,
    payers_text,
    ranking,
    ranking_cells,
    ranking_headers,
    ranking_with_summary,
    reneged_text,
    who_gave_up,
    who_pays,
)
from sim.results.comparison.ranking import ranking_heading as what_is_ranked
from sim.results.invariants.checks import CHECKED as IN_EACH_REPLICATION
from sim.results.invariants.checks import CHECKED_OVER_REPLICATIONS as OVER_REPLICATIONS
from sim.results.measure_table import LACKS
from sim.results.report.study import Block, Code, Heading, Items, Paragraph, Table, Terms
from sim.results.words import delays, hospitals, labels
from sim.results.words.delays import ReasonDays, days_by_reason
from sim.results.words.headline import HeadlineRow, besides, headline, how_to_read, how_to_read_besides
from sim.results.words.labels import LACK_WORDS, change_and_interval, counted, figure, payer_label, shortened, spoken


def answered(findings: Findings) -> Sequence[Scenario]:
    """The scenarios that have tables of their own: all but the baseline in a comparison."""
    return findings.scenarios[1:] if findings.compared else findings.scenarios


def figure_pages(findings: Findings) -> Iterator[Block]:
    """Yield the headline table of each scenario, and how to read it."""
    yield Heading("The figures")
    for scenario in answered(findings):
        yield from _figures(findings, scenario, headline(findings, scenario))
    said = f"{how_to_read(findings)} An interval says nothing about how well the model fits real life."
    yield Paragraph(said, "small")


def hospital_pages(findings: Findings) -> Iterator[Block]:
    """Yield each hospital and the total for each scenario, and who used what they share; nothing where there is one hospital."""
    for scenario in answered(findings) if findings.hospitals else ():
        label = findings.label(scenario)
        yield Heading(hospitals.TITLE)
        yield Paragraph(f"{hospitals.title(findings)}.")
        heads = hospitals.heads(findings, scenario)
        kinds = ("", *("verdict" if head == "verdict" else "number" for head in heads[1:]))
        yield Table(heads, hospitals.rows(findings, scenario, few=False), kinds, label, is_wide=True)
        shared = hospitals.shared_rows(findings, scenario)
        if shared:
            heads = list(hospitals.shared_heads(findings, scenario))
            yield Heading(hospitals.SHARED_TITLE)
            yield Table(heads, shared, ("", "", *("number" for _ in heads[2:])), label)


def who_waits_pages(findings: Findings) -> Iterator[Block]:
    """Yield a table by group and trait for each scenario, or nothing where there is one group and nobody has traits."""
    lines = {scenario.id: delays.who_waits(findings, scenario) for scenario in answered(findings)}
    if not any(lines.values()):
        return
    yield Heading(delays.WHO_WAITS_TITLE)
    for scenario in answered(findings):
        if lines[scenario.id]:
            yield from _figures(findings, scenario, lines[scenario.id])
    yield Paragraph(delays.how_to_read(findings), "small")


def _figures(findings: Findings, scenario: Scenario, lines: Sequence[HeadlineRow]) -> Iterator[Block]:
    """Lines of one scenario as a table, under its name where there are several."""
    if not findings.compared or len(findings.scenarios) > 2:
        yield Heading(findings.label(scenario), 3)
    beside = [head for head, _ in besides(findings, scenario)]
    if findings.compared:
        names = findings.label(findings.baseline), findings.label(scenario)
        heads = ("", *names, "difference", "95% interval", "verdict", *beside)
        rows = [
            (ln.label + ln.note, ln.before, ln.after, ln.difference, ln.interval, ln.verdict, *ln.beside)
            for ln in lines
        ]
        kinds = ("", "number", "number", "number", "number", "verdict", *("number" for _ in beside))
        yield Table(heads, rows, kinds, is_wide=bool(beside))
        if beside:
            yield Paragraph(how_to_read_besides(findings, scenario), "small")
        return
    rows = [(line.label + line.note, line.after, line.interval, *line.beside) for line in lines]
    kinds = ("", "number", "number", *("number" for _ in beside))
    yield Table(("On average", "", "95% interval of the average", *beside), rows, kinds)


RANKING_KINDS = ("", "number", "number", "verdict", *("number",) * 6, "", "")


def ranking_pages(findings: Findings) -> Iterator[Block]:
    """The ranking as a table, or in several where not all can be ranked together; nothing where there is none."""
    rows, _ = ranking_with_summary(findings)
    if not rows:
        return
    yield Heading("The ranking")
    heads = (
        *(" ".join(part for part in parts if part) for parts in ranking_headers(findings)),
        who_pays(findings),
        who_gave_up(findings),
    )
    for group in apart(rows):
        caption = what_is_ranked(findings) if group[0].is_priced else f"Ranked apart, {NOT_PRICED}"
        lines = [(*ranking_cells(row), payers_text(row) or "-", reneged_text(row) or "-") for row in group]
        yield Table(heads, lines, RANKING_KINDS, caption, is_wide=True)
    yield Paragraph(how_to_read_ranking(rows, findings), "small")


HOW_TO_READ_FIGURES = (
    "A reason names what people wait for, not why. No place free: in the service on whose list they stand, even where "
    "another one has room. Arranging it: steps such as assessments, decisions and works are under way, and the place may "
    "stand empty. Closed hours: a place is free, but its admission hours or the hours in which people may leave are closed."
)


def delay_pages(findings: Findings) -> Iterator[Block]:
    """Yield a table for each scenario, or nothing where no person is delayed."""
    findings = findings.side_by_side  # the days that the chart shows
    shown = list(findings.scenarios)
    rows = days_by_reason(findings, shown)
    if not rows:
        return
    _, per = labels.side_by_side(one.calendar.measured_days for one in shown)
    yield Heading("What delayed people wait for, and what is lacking")
    lacks = [lack for lack in LACKS if any(days.get(lack) for row in rows for days in row.days)]
    for number, scenario in enumerate(shown):
        yield _delays(findings, scenario, number, rows, lacks, per)
    yield Paragraph(HOW_TO_READ_FIGURES, "small")


def _delays(
    findings: Findings, scenario: Scenario, number: int, rows: list[ReasonDays], lacks: list[str], per: str
) -> Table:
    """One scenario: a line a reason and one for all, its days together and by what lacked."""
    lines = [(row.label, row.days[number]) for row in rows]
    lines.append(("all reasons", {lack: sum(days.get(lack, 0.0) for _, days in lines) for lack in lacks}))
    cells = [
        (label, *(figure(value, "") for value in (sum(days.values()), *(days.get(lack, 0.0) for lack in lacks))))
        for label, days in lines
    ]
    headers = ("reason", "all", *(LACK_WORDS[lack] for lack in lacks))
    when = f", {findings.period.short}" if findings.period else ""
    caption = f"{findings.label(scenario)}: delayed bed days {per} in {spoken(findings.main_place)}{when}"
    return Table(headers, cells, ("", *["number"] * (1 + len(lacks))), caption)


# -- money -------------------------------------------------------------------------------------------------------------


PLAIN = {"Per day": "A delayed day avoided"}


MOST_ROWS = 7  # scenarios in the table of the first page: those of the best rank
NAME_WIDTH = 24  # letters of a scenario's name above a column


def money_in_brief(findings: Findings) -> tuple[Table | None, list[str]]:
    """The money of the first page in one table, by payer, or by scenario where there are several; and what to know about it."""
    found = list(money_of(findings))
    if not found or any(money.cash is None for money in found):
        return None, []
    heads: tuple[str, ...] = ("", "baseline", "scenario", "difference", "95% interval")
    caption = f"Who pays: cash {found[0].per}"
    if len(found) == 1:
        (money,) = found
        beside = (findings.baseline, money.scenario)
        heads = ("", *(shortened(findings.label(one), NAME_WIDTH) for one in beside), *heads[3:])
        whose = (money.by_contributor, "contributor") if money.scenario.costs.pools else (money.by_payer, "payer")
        rows = [
            (payer_label(one.name), *_before_after(money, one.name, whose[1]), *_cells(one)[:2]) for one in whose[0]
        ]
        rows.append(("all", *_before_after(money, ""), *_cells(money.cash)[:2]))
    else:
        ranked = [scenario.scenario.id for scenario in ranking(findings)[:MOST_ROWS]]
        shown = sorted(
            (one for one in found if one.scenario.id in ranked), key=lambda one: ranked.index(one.scenario.id)
        )
        per, each = labels.per_each_of(one.days for one in shown or found)
        rows = [
            (_named(findings, one.scenario, days), *_before_after(one, ""), *_cells(one.cash)[:2])
            for one, days in zip(shown or found, each, strict=True)
        ]
        caption = f"What it costs: cash of all services {per}".rstrip()
    year = findings.baseline.costs.price_year
    missing = list(dict.fromkeys(name for scenario in findings.scenarios for name in without_price(scenario)))
    notes = [f"Prices of {year}."] if year else []
    notes += [f"The {MOST_ROWS} that rank best; all stand below."] if len(found) > MOST_ROWS else []
    notes += [f"Without a price, so at no cost here: {', '.join(missing)}."] if missing else []
    return Table(heads, rows, ("", *["number"] * 4), caption), [" ".join(notes)] if notes else []


def money_pages(findings: Findings) -> Iterator[Block]:
    """Everything about money: compared scenarios with their accounts, single ones with their cost."""
    found = list(money_of(findings))
    if found:
        per, _ = labels.per_each_of(money.days for money in found)
        yield Heading(f"Money, {per}" if per else "Money")
        yield Paragraph(
            "Cash is spending that changes. Capacity is bed days released. Value is bed days times an average price, which "
            "nobody is paid. The three are never added together.",
            "small",
        )
    for money in found:
        if len(found) > 1:
            yield Heading(findings.label(money.scenario), 3)
        if money.findings.period or not per:
            yield Paragraph(f"All of it {money.when}.", "small")
        yield _ledgers(money)
        yield _who_pays(money)
        yield from _whose_money(money)
        yield _services(money)
        yield from _nights(money)
    if not findings.compared:
        yield from _costs_alone(findings)
    yield from _budgets(findings)
    if any(scenario.costs.prices for scenario in findings.scenarios):
        yield from _prices(findings)


def _ledgers(money: Money) -> Terms:
    """A definition list: a heading and its words each."""
    return Terms([(PLAIN.get(head, head), capital(text)) for head, text in accounts(money) if head != "Who pays"])


def _who_pays(money: Money) -> Table:
    """Who pays against who gains: cash on one side, released bed days' value on the other, never summed."""
    value = {change.name: change for change in money.value_by_payer}
    names = dict.fromkeys((*(change.name for change in money.by_payer), *value))
    cash = {change.name: change for change in money.by_payer}
    rows = [
        (payer_label(name), *_before_after(money, name), *_cells(cash.get(name)), _worth(value.get(name)))
        for name in names
    ]
    rows.append(("all", *_before_after(money, ""), *_cells(money.cash), _worth(money.value)))
    headers = ("payer", *_labels(money), "cash difference", "95% interval", "verdict", "value of bed days released")
    kinds = ("", "number", "number", "number", "number", "verdict", "number")
    return Table(headers, rows, kinds, "Who pays against who gains (the last column is no money, and is not added)")


def _whose_money(money: Money) -> Iterator[Block]:
    """Pooled funds split: who puts more in than before, and who is relieved."""
    rows = [
        (payer_label(change.name), *_before_after(money, change.name, "contributor"), *_cells(change))
        for change in money.by_contributor
    ]
    headers = ("whose money", *_labels(money), "cash difference", "95% interval", "verdict")
    if rows and (money.scenario.costs.pools or money.findings.baseline.costs.pools):
        caption = "Who contributes and who is relieved: pooled funds by contributor, all else by who pays it"
        yield Table(headers, rows, ("", "number", "number", "number", "number", "verdict"), caption)


def _budgets(findings: Findings) -> Iterator[Block]:
    """Budget lines, kept or broken, and what each of them limits."""
    rows = table_rows(findings)
    if rows:
        yield Heading("Budget lines")
        yield Table(headers(findings), rows, KINDS)
        yield Paragraph(f"{limits_of(findings)} {HOW_TO_READ}", "small")


def _named(findings: Findings, scenario: Scenario, days: str) -> str:
    """A scenario as a row names it, with the time of its totals where that is another for another row."""
    return f"{findings.label(scenario)}, {days}" if days else findings.label(scenario)


def _labels(money: Money) -> tuple[str, str]:
    return money.findings.label(money.findings.baseline), money.findings.label(money.scenario)


def _before_after(money: Money, name: str, by: str = "payer") -> tuple[str, str]:
    rows = (
        money.findings.estimate(one.id, "all", "cost_cash_gbp", by if name else "", name)
        for one in (money.findings.baseline, money.scenario)
    )
    before, after = (figure(row.mean * money.factor, "GBP") if row else "-" for row in rows)
    return before, after


def _cells(change: MoneyChange | None) -> tuple[str, str, str]:
    if change is None:
        return "-", "", ""
    return (*change_and_interval(change.mean, change.low, change.high, "GBP"), verdict_text(change))


def _worth(change: MoneyChange | None) -> str:
    return figure(change.mean, "GBP") if change else "-"


def _services(money: Money) -> Table:
    """Gross and net: what costs more, then what costs less."""
    changed = [change for change in money.by_service if abs(change.mean) >= LEAST_GBP]
    rows = [(spoken(one.name), *_cells(one)) for one in sorted(changed, key=lambda one: -one.mean)]
    if money.cash:
        rows.append(("gross: all that rises", figure(money.gross_gbp, "GBP", signed=True), "", ""))
        rows.append(("net: all together", *_cells(money.cash)))
    headers = ("service", "cash difference", "95% interval", "verdict")
    return Table(headers, rows, ("", "number", "number", "verdict"), "Where the cash changes, gross and net")


def _nights(money: Money) -> Iterator[Block]:
    """What an open and a used night cost, and care in the 91 days from ready, baseline and scenario."""
    both = (money.findings.baseline, money.scenario)
    measures = ("cost_per_open_night_gbp", "cost_per_used_night_gbp", "care_91_days_gbp")
    places = [(service.name, spoken(service.name)) for service in money.scenario.services]
    rows = []
    for name, label in (*places, ("all", "all care after hospital")):
        cells = [_figure(money.findings, one, name, measure) for measure in measures for one in both]
        if any(cell != "-" for cell in cells):
            rows.append((label, *cells))
    whats = ("open night", "used night", "91 days a person")
    headers = ("service", *(f"{what}, {who}" for what in whats for who in _labels(money)))
    if rows:
        caption = "What a night costs, open and used; and care a person in the 91 days from ready in hospital"
        yield Table(headers, rows, ("", *["number"] * 6), caption)


def _figure(findings: Findings, scenario: Scenario, service: str, measure: str) -> str:
    row = findings.estimate(scenario.id, service, measure)
    return figure(row.mean, "GBP") if row else "-"


def _costs_alone(findings: Findings) -> Iterator[Block]:
    """Cost by payer of scenarios that are not compared."""
    rows: list[Sequence[str]] = []
    per, each = labels.per_each_of(findings.windows)
    for scenario, days in zip(findings.scenarios, each, strict=True):
        factor = labels.times(scenario.calendar.measured_days)
        rows += [
            (_named(findings, scenario, days), payer_label(row.item), figure(row.mean * factor, row.unit))
            for row in findings.items(scenario.id, "all", "cost_cash_gbp", "payer")
        ]
    if rows:
        yield Heading(f"Who pays, {per}" if per else "Who pays")
        yield Table(("scenario", "payer", f"cost {per}".rstrip()), rows, ("", "", "number"))


def _prices(findings: Findings) -> Iterator[Block]:
    """The price year, what was turned into it, and what costs nothing here because it has no price."""
    costs = next(scenario.costs for scenario in findings.scenarios if scenario.costs.prices)
    text = f"Prices of {costs.price_year}. " if costs.price_year else ""
    text += "Delayed days are part of the stays that they belong to, and never added to them."
    missing = list(dict.fromkeys(name for scenario in findings.scenarios for name in without_price(scenario)))
    if missing:
        text += f" Without a price, so at no cost here: {', '.join(missing)}."
    yield Paragraph(text, "small")
    rows = list(uplifted(findings))
    if rows:
        caption = f"Prices of other years, turned into {costs.price_year} by: {costs.deflator}"
        yield Table(
            ("price", "as written", "year", "times", "used"), rows, ("mono", "number", "", "number", "number"), caption
        )


# -- the years after ready, and calendar years --------------------------------------------------------------

COHORT_KINDS = ("", "number", "number", "number", "number", "verdict")


def cohort_pages(findings: Findings) -> Iterator[Block]:
    """Two tables for each scenario; nothing where nobody is followed."""
    shown = list(money_tables.cohort_tables(findings))
    if not shown:
        return
    yield Heading(money_tables.cohort_title(findings))
    for scenario in shown:
        heads = money_tables.cohort_headers(findings, scenario)
        kinds = COHORT_KINDS[: len(heads)]
        if len(shown) > 1:
            yield Heading(findings.label(scenario), 3)
        yield Table(heads, money_tables.cohort_life(findings, scenario), kinds, "What life they had")
        rows = money_tables.cohort_in_full(findings, scenario)
        if rows:
            yield Table(heads, rows, kinds, "Who pays, by year since ready")
    yield Paragraph(money_tables.how_to_read_cohort(findings), "small")


def years_pages(findings: Findings) -> Iterator[Block]:
    """A table for each scenario; nothing where nothing grows."""
    if not findings.years:
        return
    yield Heading(delays.BY_YEAR_TITLE)
    for scenario in findings.scenarios[1:] if findings.compared else findings.scenarios:
        rows = list(delays.rows(findings, scenario))
        heads = delays.heads(findings, scenario)
        if not findings.compared:
            heads, rows = heads[:-1], [row[:-1] for row in rows]
        kinds = ["", *["number"] * (len(heads) - 1)]
        if findings.compared:
            heads[-1], kinds[-1] = "verdict", "verdict"
        if rows:
            yield Table(heads, rows, kinds, findings.label(scenario))
    yield Paragraph(delays.FIXED, "small")


# -- what it rests on --------------------------------------------------------------------------------------------------


ASSUMPTION = "assumption"
AMOUNT = re.compile(r"£?[\d,]*\.?\d+%?")
PARTS_WITH_AMOUNTS = ("services", "teams", "steps", "people", "census", "costs")


class Basis(NamedTuple):
    """One value that results rest on, and where it was written."""

    path: str
    text: str
    note: str
    place: str


def assumptions(findings: Findings, shown: Callable[[str], str] = str) -> list[Basis]:
    """Every value whose note calls it an assumption, each once, and what the program itself assumes."""
    found: dict[Basis, None] = {}
    for scenario in findings.scenarios:
        for value in scenario.values:
            if ASSUMPTION in value.note.lower():
                place = f"{shown(value.file)}:{value.line}" if value.line else value.file
                found[Basis(value.path, value.text, value.note, place)] = None
        for notice in scenario.notices:
            if ASSUMPTION in notice:
                found[Basis("(not written)", "", notice, "program")] = None
    return list(found)


def without_note(findings: Findings, shown: Callable[[str], str] = str) -> list[Basis]:
    """Return non-zero amounts with no source or `assumption` comment, each once."""
    found: dict[Basis, None] = {}
    for scenario in findings.scenarios:
        for value in scenario.values:
            is_amount = AMOUNT.fullmatch(value.text) and value.text.strip("£0.%")
            if is_amount and value.line and not value.note and value.path.split(".")[0] in PARTS_WITH_AMOUNTS:
                found[Basis(value.path, value.text, "", f"{shown(value.file)}:{value.line}")] = None
    return list(found)


def together(found: Iterable[Basis]) -> list[Basis]:
    """Values of one line of a file as one: what their paths share, and each value under what is left of its own."""
    lines: dict[tuple[str, str], list[Basis]] = {}
    for basis in found:
        lines.setdefault((basis.place, basis.note), []).append(basis)
    return [_joined(group) for group in lines.values()]


def _joined(group: Sequence[Basis]) -> Basis:
    if len(group) == 1:
        return group[0]
    paths = [basis.path.split(".") for basis in group]
    shared = 0
    while all(len(path) > shared + 1 for path in paths) and len({path[shared] for path in paths}) == 1:
        shared += 1
    parts = (f"{'.'.join(path[shared:])} {basis.text}" for path, basis in zip(paths, group, strict=True))
    return group[0]._replace(path=".".join(paths[0][:shared]), text=", ".join(parts))


def uplifted(findings: Findings) -> Iterator[tuple[str, ...]]:
    """Prices of other years: path, as written, its year, factor, price used; each once."""
    seen = set()
    for scenario in findings.scenarios:
        for uplift in scenario.costs.uplifts:
            if uplift not in seen:
                seen.add(uplift)
                year = scenario.costs.price_year or ""
                yield (
                    uplift.path,
                    f"£{uplift.written_gbp:,.2f}",
                    uplift.year,
                    f"{uplift.factor:g}",
                    f"£{uplift.gbp:,.2f} of {year}",
                )


MOST_ASSUMPTIONS = 200


@dataclass(frozen=True, slots=True)
class RunProvenance:
    """What is needed to reproduce the numbers; without a clock time, so that reports stay equal."""

    command: str
    version: str
    engine: str
    inputs: tuple[tuple[str, str], ...]  # file, its SHA-256
    show: Callable[[str], str] = str  # how a file's path is shown
    stand: str = ""  # where the command can be typed, if that has to be said


def basis_pages(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    """All of it, in order."""
    yield from _changes(findings, provenance)
    yield from _flips(findings)
    yield from _assumptions(findings, provenance)
    yield from _without_note(findings, provenance)
    yield from _checks(findings)
    yield from _repeat(findings, provenance)


def _changes(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    if not findings.compared:
        return
    yield Heading("What differs between the files, line by line")
    for scenario in findings.scenarios[1:]:
        changes: Sequence[ScenarioChange] = findings.changes.get(scenario.id, ())
        if len(findings.scenarios) > 2:
            yield Heading(findings.label(scenario), 3)
        if not changes:
            yield Paragraph("No differences except labels.")
            continue
        rows = [
            (change.path, _said(change.old), _said(change.new), change.place(provenance.show)) for change in changes
        ]
        yield Table(("value", "baseline", "scenario", "written in"), rows, ("mono", "", "", "place"))


def _said(text: str) -> str:
    """Return a value as written, or the declaration of a step given by name."""
    return "as declared" if text == "{}" else text or "-"


def _flips(findings: Findings) -> Iterator[Block]:
    """What a sensitivity run found, where there was one."""
    if findings.flips:
        yield Heading("Which assumption would change the verdict")
        yield Items(findings.flips)


def _assumptions(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    found = assumptions(findings, provenance.show)
    yield Heading("What rests on assumption")
    if not found:
        yield Paragraph("No value is marked as an assumption in the scenario files.")
        return
    yield Paragraph(
        f"Marked as assumed in the scenario files: {counted(len(found), 'value')}. "
        "The intervals above say nothing about them."
    )
    lines = together(found)
    rows = [(line.path, line.text, _note(line.note), line.place) for line in lines[:MOST_ASSUMPTIONS]]
    yield Table(("value", "is", "note", "written in"), rows, ("mono", "", "note", "place"))
    yield from _and_more(len(lines))
    if not findings.flips and findings.compared and len(findings.scenarios) == 2:
        asking = provenance.command.replace(" compare ", " sensitivity ", 1)
        yield Paragraph("Which of them, each within its range, would change the verdict:", code=asking)


def _without_note(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    found = without_note(findings, provenance.show)
    if not found:
        return
    yield Heading("Values without a source")
    yield Paragraph(
        f"{counted(len(found), 'value')} with neither a source nor the word “assumption” beside it, so not in the list above."
    )
    lines = together(found)
    rows = [(line.path, line.text, line.place) for line in lines[:MOST_ASSUMPTIONS]]
    yield Table(("value", "is", "written in"), rows, ("mono", "", "place"))
    yield from _and_more(len(lines))


def _and_more(lines: int) -> Iterator[Block]:
    if lines > MOST_ASSUMPTIONS:
        yield Paragraph(f"And {lines - MOST_ASSUMPTIONS:,} more, which this prints:", code=command_line("show", "FILE"))


def _note(text: str) -> str:
    """The note without the word that every line of this table has."""
    return text.removeprefix(ASSUMPTION).lstrip(": ") or "-"


def _checks(findings: Findings) -> Iterator[Block]:
    """The invariants: a broken one stops the run, so a report means that all of them held."""
    runs = sum(scenario.replications for scenario in findings.scenarios)
    yield Heading("Checks that passed")
    yield Paragraph(f"After each of {counted(runs, 'replication')}; one that fails stops the run without a report.")
    yield Items((*IN_EACH_REPLICATION, *OVER_REPLICATIONS))


def _repeat(findings: Findings, provenance: RunProvenance) -> Iterator[Block]:
    base = findings.baseline
    yield Heading("How to repeat this")
    yield Code(provenance.command)
    if provenance.stand:
        yield Paragraph(provenance.stand)
    rows = [
        ("program", f"bedflow {provenance.version}, {provenance.engine}"),
        ("seed, replications", f"{base.seed}, {base.replications}"),
        (
            "calendar",
            f"from {base.calendar.start.isoformat()}: {counted(base.calendar.warm_up_days, 'day')} of warm-up, "
            f"then {counted(base.calendar.measured_days, 'day')} measured"
            + (
                f", then {counted(base.calendar.follow_up_days, 'day')} followed up"
                if base.calendar.follow_up_days
                else ""
            ),
        ),
        *((file, f"SHA-256 {digest}") for file, digest in provenance.inputs),
    ]
    yield Table(("what", "which"), rows, ("", "mono"))
    yield Paragraph(
        "The same inputs and version give the same numbers. Versions of Python and packages are in run.json, and all "
        "numbers in results.xlsx and results.json beside this report.",
        "small",
    )
