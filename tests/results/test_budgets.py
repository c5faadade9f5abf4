"""Budget lines with a pencil: what is spent of each, its part of a year, and whether it is kept."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from sim.api import compare, run_scenario
from sim.cli import main
from sim.inputs.scenario import Budget, FreedBeds, Price
from sim.results.comparison.accounts import with_accounts, with_contributors
from sim.results.comparison.compare import CANNOT_TELL, gather, summarise
from sim.results.comparison.findings import Findings
from sim.results.comparison.money_tables import BROKEN, BudgetLine, budget_lines, budget_verdict, limits
from sim.results.files.workbook import workbook_bytes
from sim.results.invariants.money import check_costs
from sim.results.invariants.records import IdentityBroken
from sim.results.measures import costs
from sim.results.measures.all import measure
from sim.results.measures.order import canonical
from sim.results.report.figures import money_pages
from sim.results.report.study import rendered
from sim.results.window import Window
from tests.inputs.small_world import SMALL_WORLD, read_text
from tests.results.tiny import Town, hospital, price, step, unit

pytestmark = pytest.mark.usefixtures("blank_charts")

POOL = (("pool", (("nhs", 0.6), ("council", 0.4))),)
BEDS_FOR_A_YEAR = 3 * 187 * 365.0  # three block-funded beds


def with_budgets(town: Town, *budgets: Budget, **more: object) -> Town:
    town.scenario = replace(town.scenario, costs=replace(town.scenario.costs, budgets=budgets, **more))  # type: ignore[arg-type]
    return town


def three_beds(*budgets: Budget, days: int = 10) -> Town:
    """Three beds at £187 an open day from a pool of NHS and council: £561 a day."""
    town = Town(unit(3), days=days, prices=(price("unit", "open_day", 187, pool=1.0),))
    return with_budgets(town, *budgets, pools=POOL)


# -- what is spent, and what is allowed ----------------------------------------------------------------------


def test_a_window_of_ten_days_has_its_part_of_a_year() -> None:
    town = three_beds(Budget(name="plan", gbp_per_year=BEDS_FOR_A_YEAR))
    assert town.items("all", "budget_gbp", "budget") == {"plan": 5610.0}
    assert town.items("all", "budget_spent_gbp", "budget") == {"plan": 5610.0}
    assert town.items("all", "budget_left_gbp", "budget") == {"plan": 0.0}
    assert town.items("all", "budget_kept_share", "budget") == {"plan": 1.0}


def test_a_penny_too_much_breaks_a_line() -> None:
    town = three_beds(Budget(name="plan", gbp_per_year=BEDS_FOR_A_YEAR - 0.4))
    assert town.items("all", "budget_left_gbp", "budget") == {"plan": -0.01}
    assert town.items("all", "budget_kept_share", "budget") == {"plan": 0.0}


def test_a_line_may_limit_a_payer_a_contributor_or_a_contributor_to_one_fund() -> None:
    prices = (price("unit", "open_day", 100, pool=1.0), price("hospital", "open_day", 10, nhs=0.5, person=0.5))
    town = Town(hospital(1), unit(1), days=1, prices=prices)
    lines = (
        Budget(name="fund", gbp_per_year=1, payers=("pool",)),
        Budget(name="nhs", gbp_per_year=1, contributors=("nhs",)),
        Budget(name="nhs_in_fund", gbp_per_year=1, payers=("pool",), contributors=("nhs",)),
        Budget(name="both", gbp_per_year=1, payers=("pool", "person")),
    )
    spent = with_budgets(town, *lines, pools=POOL).items("all", "budget_spent_gbp", "budget")
    assert spent == {"fund": 100.0, "nhs": 65.0, "nhs_in_fund": 60.0, "both": 105.0}


def test_a_line_for_services_and_steps_pays_for_these_only_and_capital_stands_apart() -> None:
    rails, grant = step("rails", "equipment"), step("grant", "housing_adaptation")
    prices = (
        price("unit", "open_day", 100, council=1.0),
        price("rails", "step", 80, council=1.0),
        replace(price("grant", "step", 5000, council=1.0), capital=True),
        price("unit", "delayed_day", 33, council=1.0),
    )
    town = Town(hospital(1), unit(1), days=2, steps=(rails, grant), prices=prices)
    person = town.comes(0, admitted=0).stay("hospital", 0, 0, 1, "out", clear=1)
    person.step("rails", 0, 1).step("grant", 0, 1)
    lines = (
        Budget(name="rails", gbp_per_year=1, spent_on=("rails",)),
        Budget(name="both", gbp_per_year=1, spent_on=("rails", "unit")),
        Budget(name="grants", gbp_per_year=1, capital=True),
        Budget(name="all", gbp_per_year=1),
    )
    spent = with_budgets(town, *lines).items("all", "budget_spent_gbp", "budget")
    assert spent == {"rails": 80.0, "both": 280.0, "grants": 5000.0, "all": 280.0}


def test_what_fills_freed_beds_is_spent_from_the_line_too() -> None:
    def of(days: float) -> Town:
        town = Town(hospital(9, counted_in="beds"), prices=(price("hospital", "occupied_day", 100, nhs=1.0),))
        town.comes(0, admitted=0).stay("hospital", 0, days, days, "out")
        freed = FreedBeds(service="hospital", rule="refilled", average_gbp=100.0)
        return with_budgets(town, Budget(name="ward", gbp_per_year=365 * 50.0), freed_beds=(freed,))

    before, after = of(6), of(4)
    rows = with_accounts(
        before.scenario, after.scenario, *[measure(town.scenario, town.ledger()) for town in (before, after)]
    )
    found = {row.measure: row.value for row in rows if row.by == "budget"}
    assert found == {  # four days, and two more that others fill
        "budget_gbp": 500.0,
        "budget_spent_gbp": 600.0,
        "budget_left_gbp": -100.0,
        "budget_kept_share": 0.0,
    }


# -- kept, broken, cannot tell -------------------------------------------------------------------------------


def line_of(gbp_per_year: float, days_spent: tuple[float, ...]) -> BudgetLine:
    """One line over as many replications as there are numbers; a day costs £100, the window is a fifth of a year."""
    prices = (Price(of="hospital", per="occupied_day", gbp=100.0, payers=(("nhs", 1.0),)),)
    replications = []
    for days in days_spent:
        town = with_budgets(Town(hospital(9), days=73, prices=prices), Budget(name="ward", gbp_per_year=gbp_per_year))
        town.comes(0, admitted=0).stay("hospital", 0, days, days, "out")
        replications.append(measure(town.scenario, town.ledger()))
    estimates = summarise(gather("town", canonical(town.scenario), replications))
    (line,) = budget_lines(Findings((town.scenario,), False, estimates, [], {}, {}))
    return line


@pytest.mark.parametrize(
    ("gbp_per_year", "said", "kept"),
    [
        (6500.0, "kept", 1.0),  # £1,300 for 73 days; spent £900, £1,000 and £1,100: £752 to £1,248
        (5000.0, "cannot tell", 2 / 3),
        (6200.0, "cannot tell", 1.0),  # each of the three kept it, and yet their mean might be above it
        (3700.0, "broken", 0.0),
    ],
)
def test_a_line_is_kept_or_broken_where_the_interval_of_spending_leaves_it_out(
    gbp_per_year: float, said: str, kept: float
) -> None:
    line = line_of(gbp_per_year, (9, 10, 11))
    assert (line.verdict, line.kept_share, line.replications) == (said, kept, 3)
    assert line.budget_gbp == pytest.approx(gbp_per_year / 5)  # 73 days are told as 73 days
    assert line.spent_gbp == pytest.approx(1000)
    half = 4.302653 * 100 / 3**0.5
    assert (line.spent_gbp_low, line.spent_gbp_high) == pytest.approx((1000 - half, 1000 + half))


def test_a_block_contract_that_costs_just_its_budget_every_time_is_kept() -> None:
    assert line_of(5000.0, (10, 10, 10)).verdict == "kept"
    assert line_of(4999.9, (10, 10, 10)).verdict == "broken"


def test_one_replication_cannot_tell() -> None:
    line = line_of(99_999.0, (10,))
    assert (line.verdict, line.kept_share) == (CANNOT_TELL, 1.0)


def test_an_interval_that_touches_the_budget_cannot_tell() -> None:
    assert budget_verdict(0.0, 5.0) == budget_verdict(-5.0, 0.0) == CANNOT_TELL
    assert budget_verdict(-5.0, -0.1) == BROKEN


def test_what_a_line_limits_is_said_in_words() -> None:
    line = Budget(name="x", gbp_per_year=1, payers=("better_care_fund",), contributors=("nhs",), spent_on=("a_b", "c"))
    assert limits(line) == "all that is paid by better care fund with the money of NHS for a b and c"
    assert limits(Budget(name="x", gbp_per_year=1, capital=True)) == "all capital that is paid"


# -- from the file to the result -----------------------------------------------------------------------------

IN_OTHER_MONEY = SMALL_WORLD.replace("measured_days: 20", "measured_days: 365").replace(
    "  services:\n    unit:",
    "  deflator: {name: GDP deflator, factors: [{from: 2023-24, to: 2025-26, times: 1.1}]}\n"
    "  budgets:\n"
    "    as_written: {per_year: '£320,000', payer: council}\n"
    "    turned: {per_year: '£320,000', price_year: 2023-24, spent_on: unit}\n"
    "    nhs_part: {per_year: '£170,000', price_year: 2023-24, contributor: [nhs]}\n"
    "  services:\n    unit:",
)  # five beds at £187 cost £341,275 a year, half of it the council's


def test_a_budget_of_another_price_year_is_turned_into_the_price_year(tmp_path: Path) -> None:
    scenario = read_text(IN_OTHER_MONEY, str(tmp_path / "s.yaml"))
    found = {line.budget: line for line in budget_lines(run_scenario(scenario).findings)}
    assert {name: round(line.budget_gbp) for name, line in found.items()} == {
        "as_written": 320_000,
        "turned": 352_000,
        "nhs_part": 187_000,
    }
    assert {name: (round(line.spent_gbp), line.verdict) for name, line in found.items()} == {
        "as_written": (170_638, "kept"),
        "turned": (341_275, "kept"),
        "nhs_part": (170_638, "kept"),
    }
    this_year = read_text(IN_OTHER_MONEY.replace("price_year: 2023-24, spent_on", "spent_on"), str(tmp_path / "t.yaml"))
    broken = [line for line in budget_lines(run_scenario(this_year).findings) if line.budget == "turned"]
    assert [(round(line.left_gbp), line.verdict) for line in broken] == [(320_000 - 341_275, "broken")]
    assert [one.path for one in scenario.costs.uplifts] == [
        "costs.budgets.turned.per_year",
        "costs.budgets.nhs_part.per_year",
    ]


@pytest.mark.slow
def test_budget_lines_are_told_wherever_money_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(IN_OTHER_MONEY, encoding="utf-8")
    assert main(["run", str(file), "--outputs", str(tmp_path), "--workers", "1"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "turned £352k £341k £341k to £341k +£11k 3 of 3 replications kept" in said
    assert "NHS part: all that is paid with the money of NHS." in said
    (folder,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert (folder / "budgets.csv").read_text(encoding="utf-8").splitlines()[2].endswith(",1,3,kept")
    lines = json.loads((folder / "results.json").read_text(encoding="utf-8"))["budgets"]
    assert [line["verdict"] for line in lines] == ["kept"] * 3
    findings = run_scenario(str(file)).findings
    assert "Budget lines" in rendered(money_pages(findings))
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(findings, "Title", "command"))) as book:
        assert b'name="Budgets"' in book.read("xl/workbook.xml")


# -- planted faults ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "by"),
    [
        (Budget(name="plan", gbp_per_year=1, payers=("pool",)), "payer"),
        (Budget(name="plan", gbp_per_year=1, contributors=("nhs",)), "contributor"),
        (Budget(name="plan", gbp_per_year=1), "payer"),
    ],
)
def test_a_penny_that_a_line_does_not_pay_is_caught(budget: Budget, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    town = three_beds(budget)
    check_costs(Window(town.scenario, town.ledger()))
    right = costs.spent_pence
    monkeypatch.setattr(costs, "spent_pence", lambda *given: right(*given) - 1)
    with pytest.raises(IdentityBroken, match=f"budget lines add up: plan, by {by}"):
        check_costs(Window(town.scenario, town.ledger()))


def test_a_line_whose_rest_is_not_what_is_left_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    town = three_beds(Budget(name="plan", gbp_per_year=1, spent_on=("unit",)))
    right = costs.rows_of
    monkeypatch.setattr(costs, "rows_of", lambda *given: [row._replace(value=1.0) for row in right(*given)])
    with pytest.raises(IdentityBroken, match="budget lines add up: plan"):
        check_costs(Window(town.scenario, town.ledger()))


# -- contributors --------------------------------------------------------------------------------------------


def test_beside_a_fund_those_without_one_pay_with_their_own_money() -> None:
    town = Town(unit(1), days=1, prices=(price("unit", "open_day", 100, nhs=0.5, council=0.5),))
    rows = with_contributors(measure(town.scenario, town.ledger()))
    own = {row.item: row.value for row in rows if row.service == "all" and row.by == "contributor"}
    assert own == {"nhs": 50.0, "council": 50.0}
    pooled = three_beds(days=1)
    assert with_contributors(measure(pooled.scenario, pooled.ledger())) == measure(pooled.scenario, pooled.ledger())


def test_who_contributes_more_and_who_is_relieved_add_up_to_what_is_spent_more(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SMALL_WORLD, encoding="utf-8")
    (tmp_path / "pooled.yaml").write_text(
        "name: Pooled\nextends: s.yaml\nchange: {costs.services.unit.payer: fund}\n"
        "add: {costs.pools: {fund: {nhs: 60%, council: 40%}}}\n",
        encoding="utf-8",
    )
    findings = compare(tmp_path / "s.yaml", tmp_path / "pooled.yaml").findings
    rows = [row for row in findings.differences if (row.service, row.measure) == ("all", "cost_cash_gbp")]
    cash = 5 * 187 * 20
    assert {row.item: round(row.mean, 2) for row in rows if row.by == "contributor"} == {
        "nhs": 0.1 * cash,
        "council": -0.1 * cash,
    }
    assert "Who contributes and who is relieved" in rendered(money_pages(findings))
