"""Ranking of several scenarios by the delayed people that each avoids against one baseline: figures, cells and sentences.

Scenarios that change something without saying its price are ranked apart, after the others: their cash leaves out what the
lever costs. Whose money it is goes by contributor: what moves into a pooled fund is not saved. By money (`--order money`)
the least cash is first; of those without a price the order stays that of delayed people.

Intervals are simultaneous: `low_all` and `high_all` hold for all scenarios of a measure at once, and the verdicts use
them. Cash, capacity and value are shown next to each other and never added together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from sim.inputs.scenario import Scenario
from sim.results.comparison.compare import CANNOT_TELL, PairedDifference, difference_verdict, verdict_text
from sim.results.comparison.findings import NOT_PRICED, ORDERS, Findings, is_unpriced
from sim.results.comparison.money import Money
from sim.results.comparison.statistics import choose_smallest, replications_for
from sim.results.measure_table import ITEMS, measures, shown_in
from sim.results.words import labels
from sim.results.words.headline import UNSURE, answer, how_used, on_other_days, what_all_share, who_comes
from sim.results.words.labels import change_and_interval, counted, figure, payer_label, spoken

MEASURE = "midnight_delayed_mean"
DELAYED = (MEASURE, "", "")
CASH, PAYER, CONTRIBUTOR = "cost_cash_gbp", "payer", "contributor"
BY_PEOPLE, BY_MONEY = ORDERS
LEAST_OTHERS = 2  # one scenario beside its baseline needs no order


ChangeKey: TypeAlias = tuple[str, str, str]  # measure, by, item


@dataclass(frozen=True, slots=True)
class SimultaneousDifference:
    """A difference from the baseline, its simultaneous interval, and the verdict by that interval."""

    unit: str
    mean: float
    low: float | None
    high: float | None
    verdict: str

    @property
    def verdict_text(self) -> str:
        """The verdict, or `no change` where every replication is the same to the last digit."""
        return verdict_text(self)

    @property
    def is_nothing(self) -> bool:
        """Whether it is the same in every replication, to the last digit."""
        return self.mean == self.low == self.high == 0.0


@dataclass(frozen=True, slots=True)
class RankedScenario:
    """One scenario's row."""

    place: int
    scenario: Scenario
    label: str
    changes: Mapping[ChangeKey, SimultaneousDifference]  # by measure, division and item, as the table of measures says
    gross_per_day: float | None  # pounds for each delayed day avoided; None where none is avoided for certain
    net_per_day: float | None
    days: str = ""  # the part of the window that it is of, in words
    is_priced: bool = True  # whether it says what the lever itself costs

    @property
    def delayed(self) -> SimultaneousDifference:
        """Delayed people on an average day: below 0 they are avoided."""
        return self.changes[DELAYED]

    @property
    def label_with_mark(self) -> str:
        """Its name, with a word where it has no price."""
        return self.label if self.is_priced else f"{self.label} ({NOT_PRICED})"

    def of(self, measure: str) -> SimultaneousDifference | None:
        """A measure's whole difference."""
        return self.changes.get((measure, "", ""))

    def parts(self, measure: str, by: str) -> dict[str, SimultaneousDifference]:
        """A measure's differences by item of a division."""
        return {key[2]: change for key, change in self.changes.items() if key[:2] == (measure, by)}


NOTHING_KNOWN = SimultaneousDifference("people", 0.0, 0.0, 0.0, CANNOT_TELL)


def ranking(findings: Findings) -> list[RankedScenario]:
    """Every scenario with a price, the one that avoids most delayed people first, then those without; none for fewer than two.

    All on the same days: where something dated differs, those on which all of it is in force.
    """
    asked = {scenario.id: scenario for scenario in findings.scenarios}
    findings = findings.side_by_side
    others = findings.scenarios[1:]
    main = findings.main_place
    rows_of = {other.id: findings.difference(other.id, main, MEASURE) for other in others}
    if not findings.compared or len(others) < LEAST_OTHERS or not any(rows_of.values()):
        return []
    judged = [(_judged(row) if (row := rows_of[other.id]) else NOTHING_KNOWN, other) for other in others]
    rows = [_ranked(findings, other, delayed) for delayed, other in judged]
    days = findings.period.words if findings.period else ""
    rows = [replace(row, scenario=asked[row.scenario.id], days=days) for row in rows]
    return [row for group in apart(rows) for row in _placed(group, findings.order)]


def apart(rows: Sequence[RankedScenario]) -> list[list[RankedScenario]]:
    """Those that say their price, and those that do not; no empty group."""
    groups = ([row for row in rows if row.is_priced is priced] for priced in (True, False))
    return [group for group in groups if group]


def _placed(rows: Sequence[RankedScenario], order: str) -> list[RankedScenario]:
    """One group in its order, with places; who is level shares a place."""
    by_money = order == BY_MONEY and all(row.is_priced and row.of(CASH) for row in rows)
    worth = {row.scenario.id: _cash(row) if by_money else row.delayed.mean for row in rows}
    ordered = sorted(rows, key=lambda row: worth[row.scenario.id])
    levels = [worth[row.scenario.id] for row in ordered]
    return [replace(row, place=levels.index(worth[row.scenario.id]) + 1) for row in ordered]


def _cash(row: RankedScenario) -> float:
    cash = row.of(CASH)
    return cash.mean if cash else 0.0


def _judged(row: PairedDifference, factor: float = 1.0) -> SimultaneousDifference:
    low, high = (None if end is None else end * factor for end in (row.low_all, row.high_all))
    verdict = difference_verdict(row.low_all, row.high_all, measures()[row.measure].better_of(row.item))
    return SimultaneousDifference(row.unit, row.mean * factor, low, high, verdict)


def _ranked(findings: Findings, scenario: Scenario, delayed: SimultaneousDifference) -> RankedScenario:
    unpriced = is_unpriced(findings, scenario)
    gross, net = (None, None) if unpriced else _per_delayed_day(findings, scenario, delayed)
    return RankedScenario(
        place=0,
        is_priced=not unpriced,
        scenario=scenario,
        label=findings.label(scenario),
        changes={**_changes(findings, scenario), DELAYED: delayed},
        gross_per_day=gross,
        net_per_day=net,
    )


def _changes(findings: Findings, scenario: Scenario) -> dict[ChangeKey, SimultaneousDifference]:
    """What the table of measures ranks, in its order, of all services together and over the reported time."""
    rows = [row for row in findings.differences_of(scenario.id) if row.service == "all"]
    pooled = any(one.costs.pools for one in findings.scenarios)
    changes = {}
    for measure, divisions in shown_in("ranking"):
        factor = labels.factor(measure.name, scenario.calendar.measured_days)
        told_by = {CONTRIBUTOR if by == PAYER and pooled and measure.name == CASH else by: by for by in divisions}
        for row in rows:
            if row.measure == measure.name and row.by in told_by:
                changes[row.measure, told_by[row.by], row.item] = _judged(row, factor)
    return changes


def _per_delayed_day(
    findings: Findings, scenario: Scenario, delayed: SimultaneousDifference
) -> tuple[float, float] | tuple[None, None]:
    """Gross and net pounds, where both people and days are fewer by their simultaneous intervals."""
    days = findings.difference(scenario.id, findings.main_place, "delayed_bed_days")
    money = Money(findings, scenario)
    gross, net = money.gross_per_delayed_day, money.net_per_delayed_day
    if delayed.verdict != "better" or days is None or _judged(days).verdict != "better" or gross is None or net is None:
        return None, None
    return gross[0], net[0]


# -- for programs --------------------------------------------------------------------------------------------

ALONE = ("gross_gbp_per_delayed_day", "net_gbp_per_delayed_day")
FOUR = ("", "_low_all", "_high_all", "_verdict")


def _wholes() -> list[tuple[str, ChangeKey]]:
    """Name and figure of the columns that are no parts."""
    return [
        (measure.ranking_column, (measure.name, "", ""))
        for measure, divisions in shown_in("ranking")
        if "" in divisions
    ]


def _parts(rows: Sequence[RankedScenario]) -> list[tuple[str, ChangeKey]]:
    """Name and figure of the columns of parts: what is always the same first, then for each payer all measures that have payers."""
    ranked = shown_in("ranking")
    kinds = sorted({by for _, divisions in ranked for by in divisions if by}, key=lambda by: (by not in ITEMS, by))
    return [
        (f"{measure.ranking_column}_{item}", (measure.name, by, item))
        for by in kinds
        for item in ITEMS.get(by) or _items(rows, by)
        for measure, divisions in ranked
        if by in divisions
    ]


def _items(rows: Sequence[RankedScenario], by: str) -> list[str]:
    """Everybody who pays or gains in any scenario, in the order of the results."""
    return list(dict.fromkeys(item for row in rows for (_, of, item) in row.changes if of == by))


def ranking_columns(rows: Sequence[RankedScenario]) -> tuple[str, ...]:
    """The columns of ranking.csv: figures, those who gave up, for each payer its cash and its notional value; the days."""
    wholes, parts = ([f"{name}{end}" for name, _ in names for end in FOUR] for names in (_wholes(), _parts(rows)))
    days = ["days"] if any(row.days for row in rows) else []
    return ("place", "scenario", "priced", *wholes, *ALONE, *parts, *days)


def ranking_rows(rows: Sequence[RankedScenario]) -> Iterator[tuple[Any, ...]]:
    """The rows of ranking.csv, unrounded; what is not known is empty."""
    wholes, parts = _wholes(), _parts(rows)
    for row in rows:
        cells = [[cell for _, key in keys for cell in _four(row.changes.get(key))] for keys in (wholes, parts)]
        days = [row.days] if row.days else []
        priced = "yes" if row.is_priced else NOT_PRICED
        yield (row.place, row.scenario.id, priced, *cells[0], row.gross_per_day, row.net_per_day, *cells[1], *days)


def _four(judged: SimultaneousDifference | None) -> tuple[float | str | None, ...]:
    return (None,) * 4 if judged is None else (judged.mean, judged.low, judged.high, judged.verdict)


def ranking_headers(findings: Findings) -> tuple[tuple[str, str], ...]:
    """The heads of the table, two lines each."""
    days = findings.side_by_side.baseline.calendar.measured_days
    return (
        ("", "scenario"),
        ("delayed", "people"),
        ("95% interval", "all together"),
        ("", "verdict"),
        ("cash", labels.per(days).removesuffix(" measured")),
        ("bed days", "released"),
        ("left with", "nothing"),
        ("into long-", "term care"),
        ("gross £ per", "delayed day"),
        ("net £ per", "delayed day"),
    )


def who_gave_up(findings: Findings) -> str:
    """What the figures of those who gave up are."""
    return labels.over("people a year who gave up waiting", findings.side_by_side.baseline.calendar.measured_days)


def who_pays(findings: Findings) -> str:
    """What the line of payers is."""
    days = findings.side_by_side.baseline.calendar.measured_days
    return f"cash {labels.per(days)} by payer: + pays more, - pays less"


def ranking_cells(row: RankedScenario) -> tuple[str, ...]:
    """One scenario's cells under `headers`."""
    _, span = change_and_interval(row.delayed.mean, row.delayed.low, row.delayed.high, row.delayed.unit)
    return (
        f"{row.place}. {row.label_with_mark}",
        figure(row.delayed.mean, row.delayed.unit, signed=True),
        span or "-",
        row.delayed.verdict_text,
        difference_text(row.of(CASH)) if row.is_priced else NOT_PRICED,
        difference_text(row.of("released_bed_days")),
        difference_text(row.parts("gave_up", "ending").get("with_nothing")),
        difference_text(row.of("long_term_care_admissions")),
        figure(row.gross_per_day, "GBP"),
        figure(row.net_per_day, "GBP"),
    )


def difference_text(judged: SimultaneousDifference | None) -> str:
    """A difference; with a question mark where its simultaneous interval contains no difference."""
    if judged is None:
        return "-"
    text = figure(judged.mean, judged.unit, signed=True)
    return text if judged.verdict != CANNOT_TELL or judged.is_nothing else f"{text}{UNSURE}"


def payers_text(row: RankedScenario) -> str:
    """Who pays more and who pays less."""
    paid = row.parts("cost_cash_gbp", "payer")
    return ", ".join(f"{payer_label(name)} {difference_text(change)}" for name, change in paid.items())


def reneged_text(row: RankedScenario) -> str:
    """Who gave up waiting, more or fewer people, by what became of them; those who only changed lists are left out."""
    words = {"elsewhere": "went elsewhere", "with_nothing": "left with nothing"}
    given_up = row.parts("gave_up", "ending")
    return ", ".join(f"{text} {difference_text(given_up[item])}" for item, text in words.items() if item in given_up)


def ranking_heading(findings: Findings) -> str:
    """What is ranked, against what."""
    place, base = spoken(findings.main_place), findings.called(findings.baseline)
    order = f"delayed people avoided in {place}" if findings.order == BY_PEOPLE else "cash, the least first"
    text = f"{counted(len(findings.scenarios) - 1, 'scenario')} by {order}, against {base}"
    text += "" if findings.common is None else f"; {findings.common.words}"
    shared = what_all_share(findings)
    return f"{text}. {shared}" if shared else text


def ranking_summary(rows: Sequence[RankedScenario], findings: Findings) -> list[str]:
    """Summarise the ranking: scenarios that avoid delayed people, that add them, and those without a clear answer."""
    place = spoken(findings.main_place)
    of = {
        name: [findings.called(row.scenario) for row in rows if row.delayed.verdict == name]
        for name in ("better", "worse")
    }
    nothing = [findings.called(row.scenario) for row in rows if row.delayed.is_nothing]
    unsure = [row for row in rows if row.delayed.verdict == CANNOT_TELL and not row.delayed.is_nothing]
    open_ = [findings.called(row.scenario) for row in unsure]
    groups = (
        (f"Fewer people are delayed in {place} with", of["better"]),
        (WITH_NOTHING, [findings.called(row.scenario) for row in rows if _saves_by_giving_up(row)]),
        (f"More people are delayed in {place} with", of["worse"]),
        ("These runs cannot tell for", open_),
        (f"How many people are delayed in {place} does not change at all with", nothing),
        (WITHOUT_A_PRICE, [findings.called(row.scenario) for row in rows if not row.is_priced]),
    )
    said = [f"{words} {len(names)} of {len(rows)}: {_listed(names)}" for words, names in groups if names]
    return [*said, *choice_words(findings)]


def _saves_by_giving_up(row: RankedScenario) -> bool:
    """Whether fewer people are delayed and more leave a waiting list with nothing: their delay ends, their need does not."""
    nothing = row.parts("gave_up", "ending").get("with_nothing")
    return row.delayed.verdict == "better" and nothing is not None and nothing.verdict == "worse"


def choice_words(findings: Findings) -> list[str]:
    """Which scenario has the fewest delayed people, and which others may as well, where a zone of indifference was stated."""
    zone = findings.indifference
    found = findings.side_by_side
    named = {scenario.id: findings.called(scenario) for scenario in findings.scenarios}
    values = {
        name: found.delayed[name, found.main_place] for name in named if (name, found.main_place) in found.delayed
    }
    choice = choose_smallest(values) if zone is not None else None
    if zone is None or choice is None:
        return []
    best = named[choice.best]
    others = (
        f" These runs cannot rule out {_listed([named[rival] for rival in choice.rivals])}" if choice.rivals else ""
    )
    if choice.at_most_worse <= zone:
        return [f"The fewest delayed people, or at most {zone:g} more than the fewest (95%): {best}.{others}"]
    more = counted(replications_for(choice, zone), "replication")
    return [
        f"Cannot tell which has the fewest delayed people, give or take {zone:g}: {best} has in these runs, and might have "
        f"{figure(choice.at_most_worse, 'people')} more than the best; about {more} would tell.{others}"
    ]


WITH_NOTHING = (
    "Of these, more people give up waiting and are left with nothing, which ends their delay and not their need, with"
)
WITHOUT_A_PRICE = (
    f"Ranked apart as {NOT_PRICED}, for the file says nothing of what the lever costs and its cash leaves that out,"
)


def _listed(names: Sequence[str]) -> str:
    """Names in a row, which may hold commas, and may end in dots of their own."""
    text = "; ".join(names)
    return text if text.endswith(".") else f"{text}."


def how_to_read_ranking(rows: Sequence[RankedScenario], findings: Findings) -> str:
    """What the intervals and the order say, and what they do not."""
    per = labels.per(findings.side_by_side.baseline.calendar.measured_days)
    return (
        f"The intervals hold for all {len(rows)} scenarios at once (95%, Bonferroni), each against the baseline; verdicts go by "
        f"them, and {UNSURE} marks a figure that they leave open. Neighbours in the order need not differ from each "
        f"other. Delayed people: the difference on an average day. Cash, bed days released {per} and their notional "
        "value are never added together. There is a cost per delayed day only where delayed days are avoided."
    )


def ranking_answer(rows: Sequence[RankedScenario], findings: Findings, scenario: Scenario) -> str:
    """Return the answer about a scenario, with caveats where it holds by its own interval only or beds stay empty."""
    text = answer(findings, scenario)
    part, there = findings.headline_of(scenario)
    alone = part.difference(scenario.id, findings.main_place, MEASURE)
    for row in rows if part.period == findings.common else ():
        if row.scenario.id == scenario.id and alone and alone.verdict != row.delayed.verdict:
            text += f" That holds by its own interval, but not with all {len(rows)} at once."
    more = (on_other_days(findings, scenario), who_comes(part, there), how_used(part, there))
    return " ".join(sentence for sentence in (text, *more) if sentence)


def ranking_with_summary(findings: Findings) -> tuple[list[RankedScenario], list[str]]:
    """The ranking with its sum; both empty where there is none."""
    rows = ranking(findings)
    return rows, ranking_summary(rows, findings)
