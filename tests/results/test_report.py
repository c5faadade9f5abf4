"""The report: one page that can be mailed, with the answer, the money, the assumptions and how to repeat it."""

import re
from dataclasses import replace

import pytest

from sim.inputs.scenario import Uplift, Value
from sim.results.charts import draw_charts
from sim.results.comparison.findings import Findings
from sim.results.report.page import RunProvenance, report_html
from sim.runs.collecting import beside, gathered
from sim.runs.experiment import Shared, run_all
from tests.hall.worlds import bigger, small

FROM = RunProvenance("python3 run_sim.py compare base.yaml more.yaml", "9.9", "reference", (("base.yaml", "ab12"),))
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def findings() -> Findings:
    base = small(replications=3)
    told = Value(
        path="services.hospital.review.to", text="14:00", file="small.yaml", line=9, note="assumption: a guess"
    )
    also = replace(told, path="services.hospital.review.from", text="10:00")
    bad = replace(told, path="name", text=HOSTILE, line=1, note=f"assumption {HOSTILE}")
    bare = replace(told, path="costs.services.unit.per_open_day", text="£1,187.50", line=21, note="")
    nothing = [
        replace(bare, path="people.everyone.share", text="0%"),
        replace(bare, path="costs.price_year", text="2025-26"),
    ]
    up = Uplift(path="costs.services.unit.per_open_day", written_gbp=150, year="2023-24", factor=1.07, gbp=160.5)
    costs = replace(base.costs, deflator="GDP deflator", uplifts=(up,))
    base = replace(base, question=HOSTILE, values=(*base.values, also, told, bad, bare, *nothing), costs=costs)
    scenarios = (base, bigger(base))
    found = gathered(scenarios, beside(scenarios, run_all(Shared(scenarios), 1)), compared=True)
    return replace(found, flips=("Above a stay of 25 days the verdict is “cannot tell”.",))


@pytest.fixture(scope="module")
def page(findings: Findings) -> str:
    return report_html(findings, draw_charts(findings), FROM).decode()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.replace("<wbr>", "")).split())


@pytest.mark.slow
def test_it_needs_no_network_and_no_script(page: str) -> None:
    assert not re.search(r"<script|<link|<iframe|src=\"(?!data:)|href=|@import|url\(", page)
    assert HOSTILE not in page


@pytest.mark.slow
def test_sections_stand_in_the_order_in_which_they_are_asked_for(page: str) -> None:
    assert re.findall(r"<h2>(.*?)</h2>", page) == [
        "What this rests on",
        "The figures",
        "Money, in the 60 days measured",
        "What delayed people wait for, and what is lacking",
        "Charts",
        "What differs between the files, line by line",
        "Which assumption would change the verdict",
        "What rests on assumption",
        "Values without a source",
        "Checks that passed",
        "How to repeat this",
    ]


@pytest.mark.slow
def test_the_answer_says_what_it_costs(page: str) -> None:
    (answer,) = re.findall(r'<p class="answer">(.*?)</p>', page)
    assert re.search(r"more is spent a year|A saving of £|whether spending changes", answer)


def test_who_pays_stands_against_who_gains_and_ledgers_are_not_added(page: str, findings: Findings) -> None:
    text = text_of(page)
    assert "Who pays against who gains (the last column is no money, and is not added)" in text
    for payer in ("NHS", "council"):
        assert f"<td>{payer}</td>" in page
    assert "never added together" in text
    assert findings.estimate("more", "all", "released_bed_days") is not None


def test_prices_of_other_years_show_what_was_read_and_what_was_used(page: str) -> None:
    assert "costs.services.unit.per_open_day £150.00 2023-24 1.07 £160.50 of 2025-26" in text_of(page)
    assert "Without a price, so at no cost here:" not in text_of(page)


def test_assumptions_of_one_line_are_told_together_with_their_place(page: str) -> None:
    assert "services.hospital.review from 10:00, to 14:00 a guess small.yaml:9" in text_of(page)


def test_amounts_without_a_word_beside_them_are_told_too(page: str, findings: Findings) -> None:
    assert "1 value with neither a source nor the word “assumption”" in text_of(page)
    assert "value is written in costs.services.unit.per_open_day £1,187.50 small.yaml:21" in text_of(page)
    quiet = replace(findings, scenarios=tuple(replace(one, values=()) for one in findings.scenarios))
    assert "Values without a source" not in text_of(report_html(quiet, {}, FROM).decode())


def test_checks_versions_and_the_command_are_there(page: str) -> None:
    text = text_of(page)
    assert "After each of 6 replications" in text
    assert "costs recompute to the penny" in text and "no element is charged twice" in text
    assert "python3 run_sim.py compare base.yaml more.yaml" in text and "bedflow 9.9, reference" in text
    assert "SHA-256 ab12" in text
