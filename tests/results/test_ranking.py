"""The ranking: in order of delayed people avoided, judged with all scenarios at once, and nothing summed."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sim.inputs.scenario import Scenario
from sim.results.charts import draw_charts
from sim.results.comparison.compare import CANNOT_TELL, PairedDifference
from sim.results.comparison.findings import Findings, ScenarioChange, is_lever
from sim.results.comparison.money import Money, accounts
from sim.results.comparison.ranking import (
    RankedScenario,
    choice_words,
    difference_text,
    payers_text,
    ranking,
    ranking_answer,
    ranking_cells,
    ranking_columns,
    ranking_heading,
    ranking_rows,
    ranking_summary,
    reneged_text,
)
from sim.results.files.workbook import workbook_bytes
from sim.results.files.writing import csv_bytes
from sim.results.report.page import RunProvenance, report_html
from sim.results.report.study import Chart
from sim.results.words import delays
from sim.results.words.headline import headline
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, small

MEASURE = "midnight_delayed_mean"


def findings_of(*scenarios: Scenario) -> Findings:
    return gathered(scenarios, beside(scenarios, run_all(Shared(scenarios), 1)), compared=True)


@pytest.fixture(scope="module")
def findings() -> Findings:
    """A base with three others: as it is, with fewer beds in the unit, and with many more."""
    base = small(replications=12, days=60, warm_up=20)
    fewer = bigger(base, id="fewer", name="Fewer beds", unit=2)
    return findings_of(base, bigger(base, id="same", name="Same", unit=4), fewer, bigger(base))


@pytest.fixture(scope="module")
def charts(findings: Findings) -> list[Chart]:
    return draw_charts(findings)


@pytest.fixture(scope="module")
def rows(findings: Findings) -> list[RankedScenario]:
    return ranking(findings)


class ReadThrough(list[Any]):
    """Rows that know how often they were all read."""

    times = 0

    def __iter__(self) -> Iterator[Any]:
        self.times += 1
        return super().__iter__()


@pytest.mark.slow
def test_more_scenarios_do_not_read_all_rows_more_often(findings: Findings) -> None:
    """With twenty, the rows are a hundred thousand: a report that reads all of them for each scenario takes minutes."""
    differences, estimates = ReadThrough(findings.differences), ReadThrough(findings.estimates)
    read = replace(findings, differences=differences, estimates=estimates)
    assert len(ranking(read)) == 3
    for scenario in read.scenarios[1:]:
        delays.who_waits(read, scenario)
        assert Money(read, scenario).by_service
    assert differences.times <= 2  # once for single rows, once for those of each scenario
    assert estimates.times <= 2  # the same, for those of each measure


def with_delayed(findings: Findings, scenario: str, **changes: Any) -> Findings:
    """The findings with another difference in delayed people for one scenario."""

    def changed(row: PairedDifference) -> PairedDifference:
        hit = (row.scenario, row.service, row.measure, row.by) == (scenario, "hospital", MEASURE, "")
        return row._replace(**changes) if hit else row

    return replace(findings, differences=[changed(row) for row in findings.differences])


@pytest.mark.slow
def test_who_avoids_most_delayed_people_comes_first(rows: list[RankedScenario], findings: Findings) -> None:
    assert [row.scenario.id for row in rows] == ["more", "same", "fewer"]
    assert [row.place for row in rows] == [1, 2, 3]
    for row in rows:
        contrast = findings.difference(row.scenario.id, "hospital", MEASURE)
        assert contrast is not None
        assert (row.delayed.mean, row.delayed.low, row.delayed.high) == (
            contrast.mean,
            contrast.low_all,
            contrast.high_all,
        )


@pytest.mark.slow
def test_the_verdict_goes_by_the_simultaneous_interval(findings: Findings) -> None:
    narrow = with_delayed(
        findings, "more", mean=-1.0, low=-1.9, high=-0.1, low_all=-2.2, high_all=0.2, verdict="better"
    )
    rows = {row.scenario.id: row for row in ranking(narrow)}
    assert rows["more"].delayed.verdict == CANNOT_TELL
    assert rows["more"].net_per_day is None and rows["more"].gross_per_day is None
    text = ranking_answer(list(rows.values()), narrow, rows["more"].scenario)
    assert text.endswith("That holds by its own interval, but not with all 3 at once.")


def test_a_sentence_of_which_both_intervals_agree_has_no_word_of_care(
    findings: Findings, rows: list[RankedScenario]
) -> None:
    assert rows[0].delayed.verdict == "better"
    assert "own interval" not in ranking_answer(rows, findings, rows[0].scenario)


def test_which_is_best_is_told_where_a_zone_was_stated(findings: Findings) -> None:
    assert choice_words(findings) == []
    (wide,) = choice_words(replace(findings, indifference=50.0))
    assert wide.startswith("The fewest delayed people, or at most 50 more than the fewest (95%): More beds.")
    near = {
        "base": (9.0, 9.0, 9.0, 9.0),
        "same": (5.0, 7.0, 6.0, 8.0),
        "fewer": (9.0, 9.5, 9.0, 9.0),
        "more": (6.0, 6.0, 6.0, 7.0),
    }
    delayed = {(name, "hospital"): values for name, values in near.items()}
    (close,) = choice_words(replace(findings, delayed=delayed, indifference=0.5))
    assert close.startswith(
        "Cannot tell which has the fewest delayed people, give or take 0.5: More beds has in these runs"
    )
    assert "replications would tell. These runs cannot rule out Same" in close


STEP = ScenarioChange("steps.hub.share", "40%", "20%", "more.yaml", 4)
NEW_PRICE = ScenarioChange("costs.programmes.scheme.per_year", "", "£40,000", "more.yaml", 9)
OTHER_PAYER = ScenarioChange("costs.services.unit.payer", "nhs", "pool", "more.yaml", 9)


def without_a_price(findings: Findings, *more: ScenarioChange) -> Findings:
    """The findings in which the scenario that avoids most changes a step too."""
    return replace(findings, changes={**findings.changes, "more": (STEP, *more)})


def test_who_says_no_price_is_ranked_apart_and_saves_nothing(findings: Findings) -> None:
    found = without_a_price(findings, OTHER_PAYER)
    rows = ranking(found)
    assert [(row.scenario.id, row.place, row.is_priced) for row in rows] == [
        ("same", 1, True),
        ("fewer", 2, True),
        ("more", 1, False),
    ]
    assert rows[2].net_per_day is None and rows[2].gross_per_day is None
    assert ranking_cells(rows[2])[0].endswith("(not priced)") and ranking_cells(rows[2])[4] == "not priced"
    table = list(csv.DictReader(io.StringIO(csv_bytes(ranking_columns(rows), ranking_rows(rows)).decode())))
    assert [row["priced"] for row in table] == ["yes", "yes", "not priced"]
    assert "Ranked apart as not priced" in ranking_summary(rows, found)[-1]


@pytest.mark.slow
def test_terminal_report_and_workbook_say_what_has_no_price(findings: Findings, charts: list[Chart]) -> None:
    found = without_a_price(findings)
    more = next(one for one in found.scenarios if one.id == "more")
    page = report_html(found, charts, RunProvenance("x", "1", "reference", ())).decode()
    assert "Ranked apart, not priced" in page
    assert dict(accounts(Money(found, more)))["Per day"] == "not priced, so no cost of a delayed day is given."
    assert dict(accounts(Money(found, more)))["Cash"].startswith("not priced: the file says nothing of what the lever")
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(found, "Title", "command"))) as book:
        assert "not priced" in book.read("xl/sharedStrings.xml").decode()


def test_a_price_of_its_own_puts_it_back_into_the_ranking(findings: Findings) -> None:
    assert [row.scenario.id for row in ranking(without_a_price(findings, NEW_PRICE))] == ["more", "same", "fewer"]


@pytest.mark.parametrize(
    ("path", "lever"),
    [
        ("steps.hub.takes_days", True),
        ("steps.hub.reason", False),
        ("teams.hub.places", True),
        ("services.unit.beds", False),  # it has a price per open day
        ("services.unit.admission_hours.days", True),
        ("services.elsewhere.places", True),  # it has none
        ("people.everyone.prevented_share", True),
        ("people.everyone.journey.hospital.then.unit.share", True),
        ("people.everyone.journey.hospital.then.unit.longest_wait_days", False),
        ("people.everyone.arrivals_per_day", False),
        ("lists.pathway_2.services", False),
        ("costs.services.unit.payer", False),
    ],
)
def test_a_lever_is_what_costs_work_that_no_price_counts(findings: Findings, path: str, lever: bool) -> None:
    assert is_lever(path, findings.scenarios[-1]) is lever


def test_break_even_is_told_of_staff_and_programmes_where_some_cost_more(findings: Findings) -> None:
    more = next(one for one in findings.scenarios if one.id == "more")
    row = next(row for row in findings.differences if (row.scenario, row.service) == ("more", "all"))
    scheme = row._replace(measure="cost_cash_gbp", by="programme", item="scheme", mean=40_000.0)
    with_scheme = replace(findings, differences=[*findings.differences, scheme])
    assert Money(findings, more).what_is_added == "the places that open"
    assert Money(with_scheme, more).what_is_added == "the places, staff and programmes that are added"
    assert "scheme" in [one.name for one in Money(with_scheme, more).by_service]


def test_by_money_the_least_cash_stands_first(findings: Findings) -> None:
    def cash(row: RankedScenario) -> float:
        found = row.of("cost_cash_gbp")
        assert found is not None
        return found.mean

    rows = ranking(replace(findings, order="money"))
    assert [cash(row) for row in rows] == sorted(cash(row) for row in rows)
    assert [row.place for row in rows] == [1, 2, 3]
    assert "by cash, the least first" in ranking_heading(replace(findings, order="money"))


def test_money_in_a_pooled_fund_is_told_by_whose_money_it_is(findings: Findings) -> None:
    fund = (("fund", (("nhs", 0.5), ("council", 0.5))),)
    base, *others = findings.scenarios
    pooled = [replace(one, costs=replace(one.costs, pools=fund)) for one in others]
    rows = [row for row in findings.differences if (row.measure, row.by) != ("cost_cash_gbp", "contributor")]
    through = [row._replace(by="contributor") for row in rows if (row.measure, row.by) == ("cost_cash_gbp", "payer")]
    to_the_fund = [row._replace(item="fund") if row.by == "payer" and row.item == "nhs" else row for row in rows]
    found = replace(findings, scenarios=(base, *pooled), differences=[*to_the_fund, *through])
    for row in ranking(found):
        assert "fund" not in row.parts("cost_cash_gbp", "payer")
        assert {"nhs", "council"} <= set(row.parts("cost_cash_gbp", "payer"))


def test_the_table_says_whose_money_it_is_and_what_these_runs_know_to_be_the_same() -> None:
    """The fund pays what the council paid, and the council and the NHS put in half each: the NHS pays more, and no day moves."""
    base = small(replications=6)
    halves = (("council", 0.5), ("nhs", 0.5))
    own = tuple(replace(price, payers=(("council", 1.0),)) for price in base.costs.prices)
    paid = tuple(replace(price, payers=(("fund", 1.0),)) for price in base.costs.prices)
    council = replace(base, costs=replace(base.costs, prices=own))
    pooled = replace(base, id="pooled", costs=replace(base.costs, prices=paid, pools=(("fund", halves),)))
    found = findings_of(council, pooled)
    lines = {line.label: line for line in headline(found, pooled)}
    of_nhs, of_council = (lines[f"cost, with the money of {who} in the 60 days measured"] for who in ("NHS", "council"))
    assert (of_nhs.verdict, of_council.verdict) == ("worse", "better")
    assert of_nhs.difference.removeprefix("+") == of_council.difference.removeprefix("-")
    assert not [label for label in lines if "paid by" in label]
    assert lines["cost in the 60 days measured"].verdict == lines["occupancy of unit"].verdict == "no change"


def test_as_many_avoided_share_a_place(findings: Findings) -> None:
    level = with_delayed(findings, "fewer", mean=0.0, low=0.0, high=0.0, low_all=0.0, high_all=0.0)
    assert [row.place for row in ranking(level)] == [1, 2, 2]


def test_a_delayed_day_avoided_has_a_cost_only_where_one_is_avoided(
    rows: list[RankedScenario], findings: Findings
) -> None:
    more, same, fewer = rows
    money = Money(findings, more.scenario)
    assert money.cash is not None and money.delayed_days_avoided is not None
    assert more.net_per_day == pytest.approx(money.cash.mean / money.delayed_days_avoided.mean)
    assert same.net_per_day is None and fewer.net_per_day is None


def test_money_is_of_the_sixty_days_measured_with_a_judged_difference_for_each_payer(
    rows: list[RankedScenario], findings: Findings
) -> None:
    more = rows[0]
    contrast = findings.difference("more", "all", "cost_cash_gbp", "payer", "council")
    assert contrast is not None and contrast.low_all is not None
    paid = more.parts("cost_cash_gbp", "payer")["council"]
    assert paid.mean == pytest.approx(contrast.mean)
    assert paid.low == pytest.approx(contrast.low_all)
    cash = more.of("cost_cash_gbp")
    assert cash is not None
    assert sum(one.mean for one in more.parts("cost_cash_gbp", "payer").values()) == pytest.approx(cash.mean)
    assert "council +£" in payers_text(more)


def test_who_gave_up_stands_below_each_scenario_by_what_became_of_them(
    rows: list[RankedScenario], findings: Findings
) -> None:
    contrast = findings.difference("fewer", "all", "gave_up", "ending", "with_nothing")
    assert contrast is not None and contrast.mean > 0
    fewer = next(row for row in rows if row.scenario.id == "fewer")
    assert fewer.parts("gave_up", "ending")["with_nothing"].mean == contrast.mean
    assert reneged_text(fewer).startswith("left with nothing +")
    table = list(csv.DictReader(io.StringIO(csv_bytes(ranking_columns(rows), ranking_rows(rows)).decode())))
    assert float(table[-1]["gave_up_with_nothing"]) == pytest.approx(contrast.mean)
    assert table[-1]["gave_up_moved_by_design"] == ""


@pytest.mark.slow
def test_one_other_needs_no_ranking_and_a_run_has_none() -> None:
    base = small(replications=2, days=20, warm_up=5)
    one = findings_of(base, bigger(base))
    assert ranking(one) == []
    assert "ranking" not in [chart.name for chart in draw_charts(one)]
    assert ranking(replace(one, scenarios=(*one.scenarios, base), compared=False)) == []


def test_one_replication_ranks_and_can_tell_nothing() -> None:
    base = small(replications=1, days=20, warm_up=5)
    rows = ranking(findings_of(base, bigger(base), bigger(base, id="few", name="Few", unit=1)))
    assert [row.delayed.verdict for row in rows] == [CANNOT_TELL] * 2
    assert rows[0].delayed.low is None and rows[0].net_per_day is None


def test_the_sum_names_each_scenario_once_under_what_can_be_told(
    rows: list[RankedScenario], findings: Findings
) -> None:
    assert ranking_summary(rows, findings) == [
        "Fewer people are delayed in hospital with 1 of 3: More beds.",
        "More people are delayed in hospital with 1 of 3: Fewer beds.",
        "How many people are delayed in hospital does not change at all with 1 of 3: Same.",
    ]
    named = tuple(replace(one, name="A name...") if one is rows[2].scenario else one for one in findings.scenarios)
    found = replace(findings, scenarios=named)
    assert ranking_summary([replace(rows[2])], found)[0].endswith("with 1 of 1: A name...")
    open_ = with_delayed(findings, "fewer", low_all=-0.1)
    assert "These runs cannot tell for 1 of 3: Fewer beds." in ranking_summary(ranking(open_), open_)


def test_delay_that_ends_because_people_gave_up_is_said_where_fewer_are_delayed(
    rows: list[RankedScenario], findings: Findings
) -> None:
    more, fewer = rows[0], rows[-1]
    ending = ("gave_up", "ending", "with_nothing")
    left = replace(more, changes={**more.changes, ending: fewer.changes[ending]})
    said = ranking_summary([left, *rows[1:]], findings)
    assert said[1] == (
        "Of these, more people give up waiting and are left with nothing, which ends their delay and not their need, with "
        "1 of 3: More beds."
    )


def test_what_is_open_has_a_question_mark(rows: list[RankedScenario]) -> None:
    cash = rows[0].of("cost_cash_gbp")
    assert cash is not None
    assert difference_text(replace(cash, mean=1_000.0, verdict=CANNOT_TELL)) == "+£1,000?"
    assert difference_text(replace(cash, mean=1_000.0, verdict="worse")) == "+£1,000"


def test_the_file_has_a_row_each_and_no_sum_of_ledgers(rows: list[RankedScenario]) -> None:
    table = list(csv.DictReader(io.StringIO(csv_bytes(ranking_columns(rows), ranking_rows(rows)).decode())))
    assert [row["scenario"] for row in table] == ["more", "same", "fewer"]
    assert float(table[0]["delayed_people"]) < 0 and table[0]["delayed_people_verdict"] == "better"
    assert table[1]["net_gbp_per_delayed_day"] == ""
    assert {"cash_gbp_nhs", "cash_gbp_council", "notional_value_gbp", "released_bed_days"} <= set(table[0])
    assert not [name for name in table[0] if "total" in name]


@pytest.mark.slow
def test_the_first_page_of_a_ranking_is_the_sum_one_chart_and_the_money(
    findings: Findings, charts: list[Chart]
) -> None:
    page = report_html(findings, charts, RunProvenance("x", "1", "reference", ())).decode()
    first = page[page.index('<section class="front"') : page.index("</section>")]
    sum_up, chart, money, rests = (
        first.index(text)
        for text in ('class="answer"', "Which scenario avoids most", "What it costs", "What this rests")
    )
    assert sum_up < chart < money < rests
    assert "does not change at all with 1 of 3: Same." in first
    assert page.count("Which scenario avoids most delayed people in hospital?") == 1
    rest = page[page.index("</section>") :]
    assert rest.index("<h2>What each scenario does</h2>") < rest.index("<h2>The ranking</h2>")


def test_the_workbook_has_a_sheet_for_it(findings: Findings) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(findings, "Title", "command"))) as book:
        assert 'name="Ranking"' in book.read("xl/workbook.xml").decode()


@pytest.mark.slow
def test_the_chart_tells_verdicts_in_words_and_comes_first(findings: Findings, charts: list[Chart]) -> None:
    chart, again = charts[0], draw_charts(findings)[0]
    assert chart.name == "ranking"
    assert chart == again
    assert "1. More beds: " in chart.description and ", better; 2. Same: 0.0 (0.0 to 0.0), no change" in (
        chart.description
    )


@pytest.mark.slow
def test_one_wide_interval_is_cut_with_an_arrow_and_told_in_full(findings: Findings, charts: list[Chart]) -> None:
    wide = with_delayed(findings, "fewer", low_all=-4_000.0, high_all=4_004.0)
    chart = draw_charts(wide)[0]
    assert "-4,000 to +4,004" in chart.description
    assert chart.svg != charts[0].svg
