"""The table of keys: every key of the scenario language, how it is written, its default and its meaning.

The reader, the types, the JSON Schema and `docs/scenario-keys.md` are all made from this table: a key that is not here does
not exist. Meanings are ends of sentences: no capital, no full stop. The keys about money stand first: prices, years, payers, and
what becomes of freed beds; docs/money.md says why it is done so.
A new key needs a line here, a field in `scenario.py` and a line in `build.py`, or in `prices.py` if it is about money.
"""

from typing import TypeAlias

from sim.inputs import field_types
from sim.inputs.arrival_files import BOOKINGS, ByYear
from sim.inputs.by_level import TRAIT, MayDepend
from sim.inputs.calendar import REGIONS
from sim.inputs.durations import DAYS, HOURS, HOURS_A_WEEK, LONGEST_WAIT, WORKING_DAYS
from sim.inputs.field_types import (
    BY,
    CLOCK,
    DATE,
    ELSE,
    FILE,
    MOST_PEOPLE,
    MOST_PLACES,
    NAME,
    PRICE_YEAR,
    YES_NO,
    Listing,
    Names,
    Paths,
    Refers,
    Scalar,
    Spec,
    either,
    keys_of,
    may,
    must,
    usual,
)
from sim.inputs.rota import SUMMED_SHARE, by, dated, shares_of
from sim.inputs.scenario import (
    ALL_HOSPITALS,
    DIED,
    FREED_BEDS,
    HOME,
    HOURS_OF_DAY,
    KINDS,
    MONTHS,
    OUT,
    OUTSIDE,
    REASONS,
    WEEKDAYS,
)
from sim.inputs.values import after_step

# -- money -------------------------------------------------------------------------------------------------------------


POUNDS = field_types.pounds()
YEAR_OF_THIS = may(PRICE_YEAR, "the year of these prices", "that of `costs`")

SPLIT = Names(SUMMED_SHARE, declares="payer", least=1)


class PayerByWeekSpec(Spec, title="payer by week"):
    """Who pays in one part of each stay: this many weeks from the end of the row before, then the next row."""

    weeks = may(field_types.whole(1, 520, "weeks"), "this many weeks of each stay", "to its end")
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
    variable_share = may(field_types.share(), "of the average, what follows the person", "25%, an assumption")
    per_admission = may(POUNDS, "each admission")
    per_delayed_day = may(POUNDS, "each day from ready to left: an `of which`, never added")
    price_year = YEAR_OF_THIS
    freed_beds = may(
        field_types.choice(FREED_BEDS),
        "the use of beds that a scenario frees: shown as capacity, not valued; left empty; refilled with "
        "more admissions; or closed, by date and in whole wards",
        "shown, for a hospital",
    )
    ward_beds = may(field_types.whole(1, MOST_PLACES, "beds"), "beds in a ward, where freed beds are closed")
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
    number_per_year = may(field_types.number("number", 0, 10_000_000), "and how many of them in 365 days")
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
    times = must(field_types.number("times", 0, 1_000), "a price is multiplied by it")


class DeflatorSpec(Spec, title="deflator"):
    """A published index that turns prices of earlier years into prices of this one."""

    name = must(field_types.free_text(200), "its name and edition, as it is printed beside results")
    factors = must(Listing(keys_of(FactorSpec), 1, "factors"), "one row for each year that prices come from")


class CostsSpec(Spec, title="costs"):
    """Prices, all turned into prices of one year."""

    price_year = must(PRICE_YEAR, "the year of all prices here")
    deflator = may(keys_of(DeflatorSpec), "what turns prices of other years into this one", "no other years")
    discount_rate = usual(
        field_types.share(),
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


# -- everything else ---------------------------------------------------------------------------------------------------


RESERVED = (HOME, DIED, OUT, OUTSIDE, "all", ALL_HOSPITALS, "default", BY, ELSE)
NO_TRAITS = ("reason", "next_service", "cause", "payer", "contributor", "budget", "programme", "part", "pathway", "group", "band",
             "weekday", "team", "ending", "lack", "reason_and_lack", "waited_on", "came_from", "year", "payer_and_year", "bay")  # other values of the column `by`  # fmt: skip
NO_LEVELS = (BY, ELSE, "at_least", "at_most")
SHARE = field_types.share()
PRIORITY = field_types.whole(1, 1_000)
BEDS = field_types.whole_or_unlimited("beds")
PLACES = field_types.whole_or_unlimited("places")
CARE_HOURS = field_types.minutes_or_unlimited()
REASON = field_types.choice(REASONS)
DAY_COUNT = field_types.number("days")
MULTIPLIER = field_types.number("times", 0, 1_000)
LONGER = field_types.number("days", -1, 1_000)
STAY_TIMES = field_types.number("times", 0, 100)
WAITING = field_types.whole(0, MOST_PLACES, "people")
MOST_BAYS = 100
PATHWAY = field_types.whole(0, 3)


HOLIDAY_DATES = Listing(DATE, 0, "dates")
BANK_HOLIDAYS = either("a list of dates, or england-and-wales", field_types.choice(REGIONS), rows=HOLIDAY_DATES)


class CalendarSpec(Spec, title="calendar"):
    """The run."""

    start = must(DATE, "the first day of the run, warm-up included")
    warm_up_days = must(field_types.whole(0, 36_525, "days"), "days thrown away at the beginning")
    measured_days = must(field_types.whole(1, 36_525, "days"), "days counted after the warm-up")
    follow_up_days = usual(
        field_types.whole(0, 36_525, "days"),
        "days that the run goes on after that, to follow those who came: five years are 1826; measures of the "
        "measured days stay as they are",
        "0",
    )
    bank_holidays = may(BANK_HOLIDAYS, "no working days; closed where hours say so", "none")


class HoursSpec(Spec, title="hours"):
    """When people may come in, or when they may leave."""

    days = may(Listing(field_types.choice(WEEKDAYS), 1, "weekdays"), "open on these days", "every day")
    from_ = usual(CLOCK, "opens", "00:00")
    to = usual(CLOCK, "closes", "24:00")
    bank_holidays = usual(field_types.choice(("open", "closed")), "on bank holidays", "open")


CHANCES = by(WEEKDAYS, "chance by weekday", SHARE, "100%")


class ReviewSpec(Spec, title="review"):
    """The review at which people are declared ready: the first at or after the end of their need."""

    from_ = must(CLOCK, "the earliest on a day")
    to = must(CLOCK, "the latest on a day")
    chance_by_weekday = may(CHANCES, "how often somebody is reviewed on that day", "always")


class SurgeSpec(Spec, title="surge", exactly_one=("beds", "places", "hours_per_week")):
    """Extra places that open when many wait."""

    beds = may(field_types.whole(1, MOST_PLACES, "beds"), "extra beds")
    places = may(field_types.whole(1, MOST_PLACES, "places"), "extra places")
    hours_per_week = may(field_types.minutes(), "extra hours, where the service counts hours")
    opens_when_waiting = must(field_types.whole(1, MOST_PLACES, "people"), "they open when this many wait")
    closes_when_waiting = must(WAITING, "they close when no more than this many wait")


FOR_WHOM = either("a level, or a list of levels", NAME, rows=Listing(NAME, 1, "levels"))


class BaySpec(Spec, title="bay"):
    """Beds of a service that are for some people only."""

    beds = must(dated("beds", field_types.whole(0, MOST_PLACES, "beds")), "how many beds it has")
    only_for = may(
        Names(FOR_WHOM, declares="trait", least=1), "for people with these levels of their traits", "for everybody"
    )


class ServiceSpec(Spec, title="service", exactly_one=("beds", "places", "hours_per_week", "bays")):
    """Somewhere people stay and hold a place; `home`, `died` and `out` exist without being declared."""

    kind = must(field_types.choice(KINDS), "what sort of service it is")
    beds = may(dated("beds", BEDS), "how many beds it has")
    places = may(dated("places", PLACES), "how many places it has")
    hours_per_week = may(dated("hours_per_week", CARE_HOURS), "hours of care that it gives, held by need")
    bays = may(
        Listing(keys_of(BaySpec), 1, "bays", MOST_BAYS),
        "or its beds bay by bay, of which some are for some people only",
    )
    queue_limit = may(WAITING, "the longest queue; who finds it full takes `otherwise`", "no limit")
    admission_hours = may(keys_of(HoursSpec), "when people can come in", "always")
    discharge_hours = may(keys_of(HoursSpec), "when people can leave", "always")
    review = may(keys_of(ReviewSpec), "when people are declared ready", "as soon as they are")
    turnaround_hours = may(HOURS, "how long a place is cleaned after each stay", "not at all")
    surge = may(keys_of(SurgeSpec), "extra places that open when many wait", "none")
    may_pass = usual(YES_NO, "who fits may pass the first in line who does not (in hours)", "false")
    reason = may(REASON, "the delay reason of people who wait for this service", "by kind")
    pathway = may(PATHWAY, "the pathway of people who leave hospital for this service", "by kind")
    long_term = usual(YES_NO, "people move in for good (care homes)", "false")


class WaitingListSpec(Spec, title="waiting list"):
    """One waiting list for several services: who waits on it takes the first place that comes free in any of them."""

    services = must(
        Listing(Refers("service"), 1, "services"),
        "where they wait for a place; of several free places they take the one that is named first",
    )
    queue_limit = may(WAITING, "the longest list; who finds it full takes `otherwise`", "no limit")
    reason = may(REASON, "the delay reason of people on this list", "that of its first service")


AT_A_TIME = dated("places", field_types.whole_or_unlimited("people at a time"))


class TeamSpec(Spec, title="team"):
    """A capacity that steps may need."""

    places = must(AT_A_TIME, "how many people it works for at a time")


TAKES_KEYS = ("takes_days", "takes_working_days")


class EarlySpec(Spec, title="start before ready"):
    """A start before the person is ready."""

    days_before_ready = must(DAY_COUNT, "so long before the person is ready")


STARTS = either(
    "when_ready, on_admission or {days_before_ready: 2}",
    field_types.choice(("when_ready", "on_admission")),
    table=keys_of(EarlySpec),
)
AFTER = either("a step or a list of steps", Refers("step"), rows=Listing(Refers("step"), 1, "steps"))


class StepSpec(Spec, title="step", exactly_one=TAKES_KEYS):
    """Something to be done before a person can leave."""

    reason = must(REASON, "the delay reason that it stands for")
    takes_days = may(DAYS, "how long it takes")
    takes_working_days = may(WORKING_DAYS, "how long it takes: Monday to Friday, no bank holidays")
    starts = usual(STARTS, "when it begins", "when_ready")
    after = may(AFTER, "begins when these are done too (those the person needs)", "none")
    team = may(Refers("team"), "the team that does it", "none")
    share = usual(SHARE, "how many of those on a route that names it need it", "100%")


class RouteStepSpec(Spec, title="step of a route", at_most_one=TAKES_KEYS):
    """A step as it is on this route, where it differs."""

    share = may(MayDepend(SHARE), "how many on this route need it", "as in `steps`")
    takes_days = may(MayDepend(DAYS), "how long it takes")
    takes_working_days = may(MayDepend(WORKING_DAYS), "how long it takes: Monday to Friday, no bank holidays")


class PriorityRisesSpec(Spec, title="priority that rises", exactly_one=("after_days", "until")):
    """A higher priority for those who have waited for so long; it starts again with another queue."""

    after_days = may(DAY_COUNT, "so long after joining the queue")
    until = may(CLOCK, "or when the clock shows this time of day for the first time after joining")
    to = must(PRIORITY, "the priority is this one, a smaller number than before")


ROUTE_STEPS = Names(keys_of(RouteStepSpec), refers="step", from_list=True)
JOINS_AFTER = Refers("step", after_step)


class RouteSpec(Spec, title="route", short="share", wording="a share such as 40%, or {share: 40%, ...}"):
    """Where a person may go next."""

    share = must(SUMMED_SHARE, "how many go there; the shares of all routes add up to 100%")
    stay_days = may(MayDepend(DAYS), "days needed HERE by those who go there next", "as for the service")
    steps = may(MayDepend(ROUTE_STEPS), "what must be done first", "nothing")
    longest_wait_days = may(MayDepend(LONGEST_WAIT), "how long they wait for a place there", "for ever")
    otherwise = may(MayDepend(Refers("destination")), "where they go if they get no place there", "nowhere")
    may_join = may(MayDepend(JOINS_AFTER), "joins the queue when this step is done", "after all steps")
    priority = usual(MayDepend(PRIORITY), "1 is served first", "5")
    priority_rises = may(
        MayDepend(keys_of(PriorityRisesSpec)), "who has waited for long is served before others", "never"
    )


ROUTES = Names(keys_of(RouteSpec), refers="destination", least=1)


class DatedRoutesSpec(Spec, title="dated routes"):
    """Where people go next who are admitted from a date on."""

    from_ = must(DATE, "the first day of admission for which they hold")
    routes = must(MayDepend(ROUTES), "where they go next; the shares add up to 100% by themselves")


THEN = either(ROUTES.words, ROUTES, ROUTES, Listing(keys_of(DatedRoutesSpec), 1, "dated routes"))


class TaperSpec(Spec, title="taper"):
    """How the hours that a person needs fall."""

    after_days = must(DAY_COUNT, "from so long after admission on")
    to = must(SUMMED_SHARE, "this share of the hours they started with")


class WorseSpec(Spec, title="worse destination"):
    """How a delay worsens where people go from here."""

    from_ = must(Refers("destination"), "those who would have gone there")
    to = must(Refers("destination"), "go there instead")
    chance_per_delayed_day = must(
        MayDepend(SHARE), "with this chance for each day of delay before: 1 - (1 - chance)^days in all"
    )


LEVEL = field_types.NAME


class ChangeSpec(Spec, title="change of level"):
    """What a stay does to the people in it."""

    trait = must(TRAIT, "the trait that changes")
    from_ = must(LEVEL, "those who are found with this level")
    to = must(LEVEL, "have this one from their admission on")
    chance = must(MayDepend(SHARE), "how many of them")


class LostChangeSpec(Spec, title="change by lost ground"):
    """What a delay in the stay before does to people."""

    trait = must(TRAIT, "the trait that changes")
    from_ = must(LEVEL, "those who are found with this level")
    to = must(LEVEL, "have this one from their admission on")
    chance_per_delayed_day = must(
        MayDepend(SHARE), "with this chance for each day of delay before: 1 - (1 - chance)^days in all"
    )


class LostGroundSpec(Spec, title="lost ground"):
    """What a delay in the stay before does to this one."""

    longer_stay_days_per_delayed_day = usual(
        MayDepend(LONGER),
        "the stay here is this many days longer; -1: care went on while they were delayed, and is not given again",
        "0",
    )
    worse = may(MayDepend(keys_of(WorseSpec)), "and the next destination may be worse", "never")
    changes = may(Listing(keys_of(LostChangeSpec), 1, "changes"), "and levels of traits may change", "none")


class VisitSpec(Spec, title="visit"):
    """What a group does in one service."""

    stay_days = may(MayDepend(DAYS), "days needed, from admitted to ready", "each route has its own")
    stay_times = usual(MayDepend(STAY_TIMES), "every stay drawn here, a route's own too, is multiplied by this", "1")
    then = must(MayDepend(THEN), "where they go next")
    hours_per_week = may(MayDepend(HOURS_A_WEEK), "hours of care needed, where the service counts hours")
    tapers = may(MayDepend(Listing(keys_of(TaperSpec), 1, "tapers")), "how that need falls", "never")
    lost_ground = may(MayDepend(keys_of(LostGroundSpec)), "what a delay in the stay before does to this one", "nothing")
    changes = may(
        Listing(keys_of(ChangeSpec), 1, "changes"),
        "what the stay does to people's traits, from admission on",
        "nothing",
    )
    dies_while_delayed_days = may(MayDepend(DAYS), "a clock that starts when they are ready", "never")


class ArrivalSpec(Spec, title="arrival"):
    """How people wait outside for their first place."""

    steps = may(MayDepend(ROUTE_STEPS), "what must be done before they join the queue, from arrival on", "nothing")
    longest_wait_days = may(MayDepend(LONGEST_WAIT), "how long they wait", "for ever")
    otherwise = usual(MayDepend(Refers("service, list, home or out")), "where they go if they get no place", OUT)
    priority = usual(MayDepend(PRIORITY), "1 is served first", "5")
    priority_rises = may(
        MayDepend(keys_of(PriorityRisesSpec)), "who has waited for long is served before others", "never"
    )
    dies_while_waiting_days = may(MayDepend(DAYS), "a clock that starts when they begin to wait", "never")


class ArrivalTimeSpec(Spec, title="arrival time"):
    """People who arrive at an exact time."""

    day = must(DAY_COUNT, "days after the first midnight of the run")
    count = usual(field_types.whole(1, MOST_PEOPLE, "people"), "how many", "1")


ARRIVAL_TIMES = Listing(keys_of(ArrivalTimeSpec), 0, "arrival times")
ARRIVALS = either("a list of arrival times, or {file: bookings.csv}", ARRIVAL_TIMES, BOOKINGS, ARRIVAL_TIMES)
BY_WEEKDAY = by(WEEKDAYS, "multiplier by weekday", MULTIPLIER, "1")
BY_MONTH = by(MONTHS, "multiplier by month", MULTIPLIER, "1")
BY_HOUR = Listing(MULTIPLIER, HOURS_OF_DAY, "multipliers by hour of the day", HOURS_OF_DAY)
TRAIT_LEVELS = either(
    "a share such as 25%, or levels with shares",
    SHARE,
    Names(SUMMED_SHARE, declares="level", reserved=NO_LEVELS, least=1),
)
JOURNEY = Names(MayDepend(keys_of(VisitSpec)), refers="service or home", least=1)


class GroupSpec(Spec, title="group", exactly_one=("arrivals_per_day", "arrivals_every_days", "arrivals")):
    """People alike: how many come, where they arrive, and their journey."""

    arrives_at = must(shares_of("service, list or home"), "the service or list they come to, or several with shares")
    arrivals_per_day = may(field_types.number("people a day", 0, MOST_PEOPLE), "a Poisson stream of this many")
    arrivals_every_days = may(
        DAYS, "or one after the other, so long apart, the first so long after the start of the run"
    )
    arrivals = may(ARRIVALS, "or exact arrival times, or a file of bookings")
    arrivals_by_weekday = may(BY_WEEKDAY, "multipliers, normalised to mean 1", "every day alike")
    arrivals_by_month = may(BY_MONTH, "multipliers, normalised to mean 1", "every month alike")
    arrivals_by_hour = may(BY_HOUR, "multipliers from 00:00 on, normalised to mean 1", "every hour alike")
    arrivals_by_year = may(
        ByYear(),
        "multipliers of whole calendar years, not normalised: 1.02 brings 2% more; a table has the columns year, group, multiplier",
        "every year alike",
    )
    traits = may(
        Names(MayDepend(TRAIT_LEVELS), declares="trait", reserved=NO_TRAITS),
        "attributes that distinguish people; shares may depend on a trait above",
        "none",
    )
    prevented_share = usual(MayDepend(SHARE), "this share never comes, drawn person by person", "0%")
    arrival = usual(MayDepend(keys_of(ArrivalSpec)), "how they wait outside", "{}")
    journey_like = may(
        Refers("group"),
        "the journey of another group, except for what `journey` says, which then need not be whole",
        "one of their own",
    )
    journey = must(MayDepend(JOURNEY), "what they do in each service")


class CensusSpec(Spec, title="census entry", at_most_one=("remaining_days", "stay_days")):
    """People who are there when the clock starts."""

    group = must(Refers("group"), "the group that they belong to")
    service = must(Refers("service, home or outside"), "where they are; `outside` if they wait for their first place")
    count = must(field_types.whole(1, MOST_PEOPLE, "people"), "how many")
    elapsed_days = must(DAYS, "how long they have been there")
    remaining_days = may(DAYS, "how long they still need", "conditional on the days elapsed")
    stay_days = may(
        DAYS,
        "or how long they need in all, of which what is left is conditional on the days elapsed",
        "as in the journey",
    )
    waiting_for = may(
        Refers("service, list or home"), "they are ready and wait for this service or list", "not waiting"
    )
    waited_days = may(DAYS, "how long they have been ready", "since the clock started")
    steps_left = may(
        Listing(Refers("step"), 0, "steps"),
        "the steps of their way that are not done yet; what is left of one that is under way is conditional on its time so far",
        "all are done",
    )
    steps_begun_days = may(
        Names(DAY_COUNT, refers="step"),
        "how many days ago steps of `steps_left` began (working days, for one that takes working days)",
        "at its own start; when the clock starts, for one with a team or after one that is done",
    )
    levels = may(Names(LEVEL, declares="trait"), "the levels of their traits", "drawn")


# what they are is read with the scenario that they are of, in part.py
SWEPT_VALUE = Scalar("values such as 5..40:5 or [5, 10, 20]", str, {"type": ["string", "number"]})
SWEPT = either(SWEPT_VALUE.words, bare=SWEPT_VALUE, rows=Listing(SWEPT_VALUE, 1))

SERVICES = Names(keys_of(ServiceSpec), declares="service", reserved=RESERVED, least=1)


class ScenarioSpec(Spec, title="scenario"):
    """One file, one question."""

    name = may(field_types.free_text(120), "a label for tables and charts", "the name of the file")
    question = may(field_types.free_text(1_000), "what the file asks", "none")
    calendar = must(keys_of(CalendarSpec), "the run: its start, warm_up_days and measured_days")
    replications = usual(field_types.whole(1, 100_000), "how often the run is repeated with other random numbers", "30")
    seed = usual(field_types.whole(0, 2**63 - 1), "the number that fixes every random number", "1")
    services = must(SERVICES, "where people stay")
    lists = may(
        Names(keys_of(WaitingListSpec), declares="list", reserved=RESERVED), "one waiting list for several", "none"
    )
    teams = may(Names(keys_of(TeamSpec), declares="team"), "who does the steps", "none")
    steps = may(
        Names(keys_of(StepSpec), declares="step", reserved=(BY, ELSE)), "what must be done before people leave", "none"
    )
    people = must(Names(keys_of(GroupSpec), declares="group", least=1), "who comes, and their journeys")
    census = may(Listing(keys_of(CensusSpec), 0, "census entries"), "who is there when the clock starts", "nobody")
    costs = may(COSTS, "what it costs", "nothing")
    sweep = may(
        Paths(SWEPT, declares="path"),
        "the settings that `sweep` goes through, one or two: dotted path and values (5..40:5, or a list); of this file alone",
        "sweep needs --vary",
    )


SCENARIO = keys_of(ScenarioSpec)


# The keys of a file that extends another one: how the scenario comes about. They are gone once it is read.
ANYTHING = Scalar("any value of the language", str, {})


class LayerSpec(Spec, title="layer"):
    """How a file differs from the scenario that it extends."""

    extends = may(FILE, "the scenario that this one starts from, relative to this file", "it stands on its own")
    change = may(Names(ANYTHING, declares="path"), "new values, by dotted path", "nothing")
    add = may(Names(ANYTHING, declares="path"), "what the other scenario does not have", "nothing")


LAYER_FIELDS = keys_of(LayerSpec).fields
