"""Money in words: ledgers apart, "saving" said of cash only, no cost of a day that may not have been avoided."""

from dataclasses import replace

from sim.inputs.scenario import Costs, FreedBeds, Places, Scenario
from sim.results.comparison.compare import Estimate, PairedDifference
from sim.results.comparison.findings import Findings
from sim.results.comparison.money import Money, accounts, in_one_sentence
from tests.results.tiny import Town, hospital, price, unit

AVERAGE = (price("hospital", "open_day", 421.5, nhs=1.0), price("hospital", "occupied_day", 140.5, nhs=1.0))


def scenario(name: str, rule: str, beds: int = 9) -> Scenario:
    freed = FreedBeds(service="hospital", rule=rule, average_gbp=562.0)
    town = Town(hospital(beds), unit(9), days=365, id=name)
    return replace(town.scenario, costs=Costs(price_year="2025-26", prices=AVERAGE, freed_beds=(freed,)))


def row(service: str, measure: str, mean: float, half: float, by: str = "", item: str = "") -> PairedDifference:
    known = ("better" if mean < 0 else "worse") if abs(mean) > half else "cannot tell"
    ends = (mean - half, mean + half)
    return PairedDifference("more", "base", service, measure, by, item, "GBP", mean, 1.0, *ends, 9, known, 1.0, *ends)


def money(
    *,
    cash: float = 1_640_000,
    released: float = 730,
    half_released: float = 100,
    delayed: float = -600,
    half_delayed: float = 200,
    rule: str = "shown",
    waiting: tuple[float, float] = (0, 0),
    beds: int = 9,
) -> Money:
    base, more = scenario("base", rule), scenario("more", rule, beds)
    contrasts = [
        row("hospital", "queue_mean", *waiting),
        row("all", "cost_cash_gbp", cash, 50_000),
        row("all", "cost_cash_gbp", cash, 50_000, "payer", "nhs"),
        row("unit", "cost_cash_gbp", 1_980_000, 0),
        row("hospital", "cost_cash_gbp", cash - 1_980_000, 50_000),
        row("hospital", "cost_cash_gbp", cash - 1_980_000, 50_000, "part", "used"),
        row("all", "released_bed_days", released, half_released),
        row("all", "notional_value_gbp", 410_260, 50_000),
        row("hospital", "delayed_bed_days", delayed, half_delayed),
    ]
    break_even = Estimate("more", "hospital", "break_even_freed_beds", "", "", "beds", 29 * 187 / 562, 0, 0, 0, 9)
    return Money(Findings((base, more), True, [break_even], contrasts, {}, {}), more)


def said(found: Money) -> dict[str, str]:
    return dict(accounts(found))


def test_the_three_ledgers_stand_apart() -> None:
    words = said(money())
    assert words["Cash"].startswith("£1.64m more is spent a year (+£1.59m to +£1.69m). Gross +£1.98m unit; less £340k")
    assert words["Capacity"].startswith(
        "730 hospital bed days released a year (+630 to +830), 2.0 beds on an average day"
    )
    assert words["Value"].startswith("£410k (+£360k to +£460k) a year at an average £562 a bed day. Notional: no money")


def test_beds_that_are_taken_are_not_less_than_nothing_freed() -> None:
    taken = money(released=-730, delayed=600)
    assert said(taken)["Capacity"].startswith(
        "730 hospital bed days more are taken a year (+630 to +830), 2.0 beds on an average day; delayed days rise by 600"
    )
    assert said(taken)["Break-even"].endswith("; none are freed.")
    assert "2.0 more hospital beds are taken on an average day" in in_one_sentence(taken)


def test_where_freed_beds_go_to_people_who_wait_outside_that_is_told() -> None:
    words = said(money(released=0, half_released=0, waiting=(-87, 30)))["Capacity"]
    assert (
        "87 fewer people wait for a hospital bed on an average day (57 to 117): beds that come free go to them first."
        in words
    )
    assert "wait for" not in said(money(waiting=(-87, 90)))["Capacity"]  # these runs cannot tell
    assert "; no hospital bed is freed, and 9.7 would" in in_one_sentence(money(released=0, half_released=0))


def test_days_of_people_who_do_not_get_in_are_no_release() -> None:
    shut = said(money(waiting=(54, 60), rule="closed", beds=6))
    assert (
        "54 more people wait for a hospital bed on an average day (-6 to +114): days that they would spend there and do "
        "not are among those released." in shut["Capacity"]
    )
    assert "wait for" not in said(money(waiting=(54, 60)))["Capacity"]  # chance, where the beds are the same
    assert "wait for" not in said(money(waiting=(54, 20), released=-730))["Capacity"]


def test_closed_beds_save_their_whole_price_and_so_break_even_by_no_number_that_is_freed() -> None:
    shut = money(rule="closed", beds=6, cash=-2_300_000)
    assert said(shut)["Break-even"].endswith("; beds that are closed save their whole price, which is in the cash.")
    assert in_one_sentence(shut) == "A saving of £2.30m a year (-£2.35m to -£2.25m)."


def test_break_even_is_told_up_to_the_next_tenth_of_a_bed_at_average_and_at_running_cost() -> None:
    assert said(money())["Break-even"] == (
        "9.7 hospital beds would have to be freed to pay for the places that open, at their full average price of £562 a day "
        "(38.6 if only running costs fall); 2.0 are freed."
    )


def test_places_priced_by_the_day_used_cost_less_only_where_staff_are_not_paid_for_empty_ones() -> None:
    found = money()
    prices = (*AVERAGE, price("unit", "occupied_day", 125, council=1.0))
    by_day = replace(found.scenario, costs=replace(found.scenario.costs, prices=prices))
    fall = [row("all", "cost_cash_gbp", -100_000, 50_000), row("unit", "cost_cash_gbp", -100_000, 50_000)]
    fewer = replace(found.findings, scenarios=(found.findings.baseline, by_day), differences=fall)
    caveat = "The £100k less of unit is saved only where staff are not paid for empty places"
    assert caveat in said(Money(fewer, by_day))["Cash"]
    assert caveat not in said(Money(replace(fewer, scenarios=found.findings.scenarios), found.scenario))["Cash"]


def test_where_nothing_costs_more_the_condition_of_a_saving_is_told_too() -> None:
    found, much = money(), (-340_000, 50_000)
    fall = [row(place, "cost_cash_gbp", *much) for place in ("all", "hospital")]
    fall.append(row("hospital", "cost_cash_gbp", *much, "part", "used"))
    words = said(Money(replace(found.findings, differences=fall), found.scenario))["Cash"]
    assert "Gross" not in words
    assert "falls only while its freed beds stay empty; without that" in words


def test_running_costs_of_freed_beds_fall_only_while_they_stay_empty() -> None:
    assert "falls only while its freed beds stay empty; without that, +£1.98m." in said(money())["Cash"]
    assert "stay empty" not in said(money(rule="left_empty"))["Cash"]


def test_beds_that_are_gone_and_still_cost_are_told() -> None:
    found = money()
    assert "beds that base has" not in said(found)["Cash"]
    freed = replace(found.scenario.costs.freed_beds[0], stays_open=(Places(from_second=0, places=13),))
    more = replace(found.scenario, costs=replace(found.scenario.costs, freed_beds=(freed,)))
    contrasts = [*found.findings.differences, row("hospital", "cost_cash_gbp", 72_000, 0, "part", "not closed")]
    findings = replace(found.findings, scenarios=(found.findings.baseline, more), differences=contrasts)
    words = said(Money(findings, more))["Cash"]
    assert "The cash includes £72k for hospital beds that base has and this scenario has not" in words
    assert "  " not in words


def test_a_delayed_day_avoided_has_a_gross_and_a_net_cost() -> None:
    assert said(money())["Per day"] == (
        "each delayed day avoided costs £3,300 (£2,475 to £4,950) gross, £2,733 (£2,050 to £4,100) net."
    )


def test_no_cost_of_a_delayed_day_where_none_may_have_been_avoided() -> None:
    unsure = said(money(delayed=-100, half_delayed=200))["Per day"]
    assert unsure == "these runs cannot tell whether delayed days are avoided, so no cost of one is given."
    assert said(money(delayed=600))["Per day"] == "no delayed day is avoided: there are more of them."


def test_only_cash_that_certainly_falls_is_a_saving() -> None:
    assert said(money(cash=-400_000))["Cash"].startswith("a saving of £400k a year (-£450k to -£350k).")
    assert said(money(cash=-40_000))["Cash"].startswith("these runs cannot tell whether spending changes")
    for found in (money(), money(cash=-400_000)):
        assert not any("saving" in text for heading, text in accounts(found) if heading != "Cash")


def test_one_sentence_says_what_it_costs_and_what_would_pay_for_it() -> None:
    assert in_one_sentence(money()) == (
        "£1.64m more is spent a year (+£1.59m to +£1.69m); 2.0 hospital beds are freed on an average day, "
        "and 9.7 would have to be freed to pay for the places that open."
    )


def test_one_sentence_frees_no_beds_that_may_not_be_freed() -> None:
    assert in_one_sentence(money(half_released=900)).endswith(
        "; these runs cannot tell whether hospital beds are freed, and 9.7 would have to be freed to pay for the places that open."
    )


def test_refilled_beds_have_no_break_even_at_running_cost() -> None:
    assert "if only running costs fall" not in said(money(rule="refilled"))["Break-even"]
