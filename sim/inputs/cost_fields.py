"""The part of the table of keys that is about money: prices, years, payers, and what becomes of freed beds.

What may be changed here: a new key needs a line here, a field in `scenario.py` (by agreement) and a line in
`prices.py`. docs/money.md says why it is done so.
"""

from typing import TypeAlias

from sim.inputs import scalars
from sim.inputs.containers import Listing, Names, Spec, either, keys_of
from sim.inputs.field_types import may, must, usual
from sim.inputs.idioms import SUMMED_SHARE
from sim.inputs.scalars import MOST_PLACES, NAME, PRICE_YEAR, YES_NO
from sim.inputs.scenario import FREED_BEDS

POUNDS = scalars.pounds()
YEAR_OF_THIS = may(PRICE_YEAR, "the year of these prices", "that of `costs`")

SPLIT = Names(SUMMED_SHARE, declares="payer", least=1)


class PayerByWeekSpec(Spec, title="payer by week"):
    """Who pays in one part of each stay: this many weeks from the end of the row before, then the next row."""

    weeks = may(scalars.whole(1, 520, "weeks"), "this many weeks of each stay", "to its end")
    payer = must(either("a payer, or payers with shares", NAME, SPLIT), "who pays in these weeks")


PAYERS = either(
    "a payer, payers with shares, or a list by week of the stay",
    NAME,
    SPLIT,
    Listing(keys_of(PayerByWeekSpec), 1, "payers by week"),
)


class ServicePriceSpec(Spec, title="price of a service"):
    """What a service costs, and who pays."""

    per_open_day = may(POUNDS, "each place that is open, used or not")
    per_occupied_day = may(POUNDS, "each day of somebody's stay")
    average_per_day = may(POUNDS, "an average, cut in two: a part each open day, a part each occupied day")
    variable_share = may(scalars.share(), "of the average, what follows the person", "25%, an assumption")
    per_admission = may(POUNDS, "each admission")
    per_delayed_day = may(POUNDS, "each day from ready to left: an `of which`, never added")
    price_year = YEAR_OF_THIS
    freed_beds = may(
        scalars.choice(FREED_BEDS),
        "the use of beds that a scenario frees: shown as capacity, not valued; left empty; refilled with "
        "more admissions; or closed, by date and in whole wards",
        "shown, for a hospital",
    )
    ward_beds = may(scalars.whole(1, MOST_PLACES, "beds"), "beds in a ward, where freed beds are closed")
    payer = must(PAYERS, "who pays")


class StepPriceSpec(Spec, title="price of a step"):
    """What a step costs, and who pays."""

    each = must(POUNDS, "each time")
    price_year = YEAR_OF_THIS
    capital = usual(YES_NO, "capital, such as a disabled facilities grant: shown apart", "false")
    payer = must(PAYERS, "who pays")


PAYER = either("a payer, or payers with shares", NAME, SPLIT)


class TeamPriceSpec(Spec, title="price of a team"):
    """What the places of a team cost, at work or not, and who pays."""

    per_place_year = must(POUNDS, "each place of the team, 365 days of it")
    price_year = YEAR_OF_THIS
    payer = must(PAYER, "who pays")


class ProgrammeSpec(Spec, title="price of a programme"):
    """What is paid for something that is neither a place, a stay, a step nor a team: a scheme, staff, rails for a number of homes."""

    per_year = may(POUNDS, "what it costs in 365 days; a shorter window has its part of it")
    each = may(POUNDS, "or what each thing costs that it buys")
    number_per_year = may(scalars.number("number", 0, 10_000_000), "and how many of them in 365 days")
    price_year = YEAR_OF_THIS
    capital = usual(YES_NO, "capital, shown apart from all spending", "false")
    payer = must(PAYER, "who pays")


NAME_OR_NAMES = either("a name or a list of names", NAME, rows=Listing(NAME, 1, "names"))


class BudgetSpec(Spec, title="budget line"):
    """So many pounds a year for some of the spending; every key that is written narrows it, none means all spending."""

    per_year = must(POUNDS, "what may be spent in 365 days; a shorter window has its part of it")
    payer = may(NAME_OR_NAMES, "only what these payers or pooled funds pay", "whoever pays")
    contributor = may(NAME_OR_NAMES, "only their own money, their part of pooled funds included", "anybody's")
    spent_on = may(NAME_OR_NAMES, "only these services, steps, teams and programmes", "all that have a price")
    capital = usual(YES_NO, "limits capital, which is shown apart, instead of spending", "false")
    price_year = YEAR_OF_THIS


class FactorSpec(Spec, title="deflator factor"):
    """What turns a price of one year into a price of another."""

    from_ = must(PRICE_YEAR, "the year of a price as it was read")
    to = must(PRICE_YEAR, "`costs.price_year`")
    times = must(scalars.number("times", 0, 1_000), "a price is multiplied by it")


class DeflatorSpec(Spec, title="deflator"):
    """A published index that turns prices of earlier years into prices of this one."""

    name = must(scalars.free_text(200), "its name and edition, as it is printed beside results")
    factors = must(Listing(keys_of(FactorSpec), 1, "factors"), "one row for each year that prices come from")


class CostsSpec(Spec, title="costs"):
    """Prices, all turned into prices of one year."""

    price_year = must(PRICE_YEAR, "the year of all prices here")
    deflator = may(keys_of(DeflatorSpec), "what turns prices of other years into this one", "no other years")
    discount_rate = usual(
        scalars.share(),
        "a year, on costs of people who are followed up (`calendar.follow_up_days`): the Green Book's",
        "3.5%",
    )
    services = may(Names(keys_of(ServicePriceSpec), refers="service or home"), "prices of services", "none")
    steps = may(Names(keys_of(StepPriceSpec), refers="step"), "prices of steps", "none")
    teams = may(Names(keys_of(TeamPriceSpec), refers="team"), "prices of teams", "none")
    programmes = may(Names(keys_of(ProgrammeSpec), declares="programme"), "what a lever costs by itself", "none")
    pools = may(Names(SPLIT, declares="pooled fund"), "payers that are pooled funds: who puts how much in", "none")
    budgets = may(
        Names(keys_of(BudgetSpec), declares="budget line", least=1),
        "budget lines: results say which are kept and which are broken",
        "none",
    )


COSTS = keys_of(CostsSpec)

Priced: TypeAlias = ServicePriceSpec | StepPriceSpec | TeamPriceSpec | ProgrammeSpec  # what has a price
