"""The part of the table of keys that is about money: prices, years, payers, and what becomes of freed beds.

What may be changed here: a new key needs a line here, a field in `scenario.py` (by agreement) and a line in
`prices.py`. docs/money.md says why it is done so.
"""

from sim.inputs import scalars
from sim.inputs.containers import Either, Listing, Names, Record
from sim.inputs.idioms import SUMMED_SHARE
from sim.inputs.kinds import may, must, usual
from sim.inputs.scalars import MOST_PLACES, NAME, PRICE_YEAR, YES_NO
from sim.inputs.scenario import FREED_BEDS

POUNDS = scalars.pounds()
YEAR_OF_THIS = may("price_year", PRICE_YEAR, "the year of these prices", "that of `costs`")

SPLIT = Names(SUMMED_SHARE, declares="payer", least=1)
PAYER_FROM_A_WEEK = Record(
    "payer by week",
    "Who pays in one part of each stay: so many weeks from the end of the row before, then the next row",
    (
        may("weeks", scalars.whole(1, 520, "weeks"), "so many weeks of each stay", "to its end"),
        must("payer", Either("a payer, or payers with shares", NAME, SPLIT), "who pays in these weeks"),
    ),
)
PAYERS = Either(
    "a payer, payers with shares, or a list by week of the stay",
    NAME,
    SPLIT,
    Listing(PAYER_FROM_A_WEEK, 1, "payers by week"),
)

PRICE = Record(
    "price of a service",
    "What a service costs, and who pays",
    (
        may("per_open_day", POUNDS, "each place that is open, used or not"),
        may("per_occupied_day", POUNDS, "each day of somebody's stay"),
        may("average_per_day", POUNDS, "an average, cut in two: a part each open day, a part each occupied day"),
        may("variable_share", scalars.share(), "of the average, what follows the person", "25%, an assumption"),
        may("per_admission", POUNDS, "each admission"),
        may("per_delayed_day", POUNDS, "each day from ready to left: an `of which`, never added"),
        YEAR_OF_THIS,
        may(
            "freed_beds",
            scalars.choice(FREED_BEDS),
            "what becomes of beds that a scenario frees: shown as capacity, not valued; left empty; refilled with "
            "more admissions; or closed, by date and in whole wards",
            "shown, for a hospital",
        ),
        may("ward_beds", scalars.whole(1, MOST_PLACES, "beds"), "beds in a ward, where freed beds are closed"),
        must("payer", PAYERS, "who pays"),
    ),
)
STEP_PRICE = Record(
    "price of a step",
    "What a step costs, and who pays",
    (
        must("each", POUNDS, "each time"),
        YEAR_OF_THIS,
        usual("capital", YES_NO, "capital, such as a disabled facilities grant: shown apart", "false"),
        must("payer", PAYERS, "who pays"),
    ),
)
PAYER = Either("a payer, or payers with shares", NAME, SPLIT)
TEAM_PRICE = Record(
    "price of a team",
    "What the places of a team cost, at work or not, and who pays",
    (
        must("per_place_year", POUNDS, "each place of the team, 365 days of it"),
        YEAR_OF_THIS,
        must("payer", PAYER, "who pays"),
    ),
)
PROGRAMME = Record(
    "price of a programme",
    "What is paid for something that is neither a place, a stay, a step nor a team: a scheme, staff, rails for so many homes",
    (
        may("per_year", POUNDS, "what it costs in 365 days; a shorter window has its part of it"),
        may("each", POUNDS, "or what each thing costs that it buys"),
        may("number_per_year", scalars.number("number", 0, 10_000_000), "and how many of them in 365 days"),
        YEAR_OF_THIS,
        usual("capital", YES_NO, "capital, shown apart from all spending", "false"),
        must("payer", PAYER, "who pays"),
    ),
)
NAME_OR_NAMES = Either("a name or a list of names", NAME, rows=Listing(NAME, 1, "names"))
BUDGET = Record(
    "budget line",
    "So many pounds a year for some of the spending; every key that is written narrows it, none means all spending",
    (
        must("per_year", POUNDS, "what may be spent in 365 days; a shorter window has its part of it"),
        may("payer", NAME_OR_NAMES, "only what these payers or pooled funds pay", "whoever pays"),
        may("contributor", NAME_OR_NAMES, "only their own money, their part of pooled funds included", "anybody's"),
        may("spent_on", NAME_OR_NAMES, "only these services, steps, teams and programmes", "all that have a price"),
        usual("capital", YES_NO, "limits capital, which is shown apart, instead of spending", "false"),
        YEAR_OF_THIS,
    ),
)
FACTOR = Record(
    "deflator factor",
    "What turns a price of one year into a price of another",
    (
        must("from", PRICE_YEAR, "the year of a price as it was read"),
        must("to", PRICE_YEAR, "`costs.price_year`"),
        must("times", scalars.number("times", 0, 1_000), "a price is multiplied by it"),
    ),
)
DEFLATOR = Record(
    "deflator",
    "A published index that turns prices of earlier years into prices of this one",
    (
        must("name", scalars.free_text(200), "its name and edition, as it is printed beside results"),
        must("factors", Listing(FACTOR, 1, "factors"), "one row for each year that prices come from"),
    ),
)
COSTS = Record(
    "costs",
    "Prices, all turned into prices of one year",
    (
        must("price_year", PRICE_YEAR, "the year of all prices here"),
        may("deflator", DEFLATOR, "what turns prices of other years into this one", "no other years"),
        usual(
            "discount_rate",
            scalars.share(),
            "a year, on costs of people who are followed up (`calendar.follow_up_days`): the Green Book's",
            "3.5%",
        ),
        may("services", Names(PRICE, refers="service or home"), "prices of services", "none"),
        may("steps", Names(STEP_PRICE, refers="step"), "prices of steps", "none"),
        may("teams", Names(TEAM_PRICE, refers="team"), "prices of teams", "none"),
        may("programmes", Names(PROGRAMME, declares="programme"), "what a lever costs by itself", "none"),
        may(
            "pools", Names(SPLIT, declares="pooled fund"), "payers that are pooled funds: who puts how much in", "none"
        ),
        may(
            "budgets",
            Names(BUDGET, declares="budget line", least=1),
            "budget lines: results say which are kept and which are broken",
            "none",
        ),
    ),
)
