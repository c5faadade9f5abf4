"""The table of keys: every key of the scenario language, how it is written, its default and its meaning.

The reader, the JSON Schema and `docs/scenario-keys.md` are all made from this table, so a key that is not here does not
exist. Meanings are ends of sentences: no capital, no full stop.
What may be changed here: a new key needs a line here, a field in `scenario.py` (by agreement) and a line in `build.py`.
"""

from sim.inputs import scalars
from sim.inputs.durations import DAYS, HOURS, HOURS_A_WEEK, WORKING_DAYS
from sim.inputs.kinds import Either, Field, Kind, Listing, Names, Record, Refers, Scalar
from sim.inputs.scalars import CLOCK, DATE, FILE, MOST_DAYS, MOST_PEOPLE, MOST_PLACES, NAME, PRICE_YEAR, YES_NO
from sim.inputs.scenario import DIED, HOME, KINDS, MONTHS, OUT, OUTSIDE, REASONS, WEEKDAYS
from sim.inputs.values import after_step

RESERVED = (HOME, DIED, OUT, OUTSIDE, "all", "default")
SUMMED_SHARE = scalars.share(one_is_all=True)
SHARE = scalars.share()
PRIORITY = scalars.whole(1, 1_000)


def _dated(key: str, amount: Scalar) -> Kind:
    """An amount, or amounts from dates on."""
    since = Record(
        f"dated {key}",
        "What holds from a date on",
        (
            Field("from", DATE, "the first day on which it holds", required=True),
            Field(key, amount, "what holds from then on", required=True),
        ),
    )
    return Either(f"{amount.words}, or a list such as [{{from: 2026-11-01, {key}: 20}}]", amount, None,
                  Listing(since, 1, "dated amounts"))  # fmt: skip


def _shares_of(refers: str) -> Kind:
    """One name, or several with shares that add up to 100%."""
    return Either("one name, or names with shares", Refers(refers), Names(SUMMED_SHARE, refers=refers, least=1))


def _by(names: tuple[str, ...], value: Scalar, title: str, default: str) -> Record:
    """One value for each weekday or month that is not as usual."""
    return Record(title, "", tuple(Field(one, value, f"on {one}", default=default) for one in names))


CALENDAR = Record(
    "calendar",
    "The run",
    (
        Field("start", DATE, "the first day of the run, warm-up included", required=True),
        Field("warm_up_days", scalars.whole(0, 36_525, "days"), "days thrown away at the beginning", required=True),
        Field("measured_days", scalars.whole(1, 36_525, "days"), "days counted after the warm-up", required=True),
        Field("bank_holidays", Listing(DATE, what="dates"), "no working days, and closed where hours say so",
              missing="none"),
    ),
)  # fmt: skip

HOURS_RECORD = Record(
    "hours",
    "When a door is open, or when people may leave",
    (
        Field("days", Listing(scalars.choice(WEEKDAYS), 1, "weekdays"), "open on these days", missing="every day"),
        Field("from", CLOCK, "opens", default="00:00"),
        Field("to", CLOCK, "closes", default="24:00"),
        Field("bank_holidays", scalars.choice(("open", "closed")), "on bank holidays", default="open"),
    ),
)

REVIEW = Record(
    "review",
    "The review at which people are declared ready: the first at or after the end of their need",
    (
        Field("from", CLOCK, "the earliest on a day", required=True),
        Field("to", CLOCK, "the latest on a day", required=True),
        Field("chance_by_weekday", _by(WEEKDAYS, SHARE, "chance by weekday", "100%"),
              "how often somebody is reviewed on that day", missing="always"),
    ),
)  # fmt: skip

SURGE = Record(
    "surge",
    "Extra places that open when many wait",
    (
        Field("beds", scalars.whole(1, MOST_PLACES, "beds"), "extra beds"),
        Field("places", scalars.whole(1, MOST_PLACES, "places"), "extra places"),
        Field("hours_per_week", scalars.minutes(), "extra hours, where the service counts hours"),
        Field("opens_when_waiting", scalars.whole(1, MOST_PLACES, "people"), "they open when so many wait",
              required=True),
        Field("closes_when_waiting", scalars.whole(0, MOST_PLACES, "people"), "they close when no more wait",
              required=True),
    ),
    exactly_one=("beds", "places", "hours_per_week"),
)  # fmt: skip

SERVICE = Record(
    "service",
    "Somewhere people stay and hold a place; `home`, `died` and `out` exist without being declared",
    (
        Field("kind", scalars.choice(KINDS), "what sort of service it is", required=True),
        Field("beds", _dated("beds", scalars.whole_or_unlimited("beds")), "how many beds it has"),
        Field("places", _dated("places", scalars.whole_or_unlimited("places")), "how many places it has"),
        Field("hours_per_week", _dated("hours_per_week", scalars.minutes_or_unlimited()),
              "how many hours of care it gives; each person holds the hours they need"),
        Field("queue_limit", scalars.whole(0, MOST_PLACES, "people"),
              "the longest queue; who finds it full takes `otherwise`", missing="no limit"),
        Field("admission_hours", HOURS_RECORD, "when people can come in", missing="always"),
        Field("discharge_hours", HOURS_RECORD, "when people can leave", missing="always"),
        Field("review", REVIEW, "when people are declared ready", missing="at once"),
        Field("turnaround_hours", HOURS, "how long a place is cleaned after each leaver", missing="none"),
        Field("surge", SURGE, "extra places that open when many wait", missing="none"),
        Field("may_pass", YES_NO, "who fits may pass the first in line who does not (where hours are counted)",
              default="false"),
        Field("reason", scalars.choice(REASONS), "the delay reason of people who wait for this service",
              missing="by kind"),
    ),
    exactly_one=("beds", "places", "hours_per_week"),
)  # fmt: skip

TEAM = Record(
    "team",
    "A capacity that steps may need",
    (Field("places", _dated("places", scalars.whole_or_unlimited("people at a time")),
           "how many people it works for at a time", required=True),),
)  # fmt: skip

TAKES = (
    Field("takes_days", DAYS, "how long it takes"),
    Field("takes_working_days", WORKING_DAYS, "how long it takes, in whole dates Monday to Friday, no bank holidays"),
)
TAKES_KEYS = ("takes_days", "takes_working_days")
STARTS = Record(
    "start before ready",
    "A start before the person is ready",
    (Field("days_before_ready", scalars.number("days"), "so long before the person is ready", required=True),),
)

STEP = Record(
    "step",
    "Something to be done before a person can leave",
    (
        Field("reason", scalars.choice(REASONS), "the delay reason that it stands for", required=True),
        *TAKES,
        Field("starts", Either("when_ready, on_admission or {days_before_ready: 2}",
                               scalars.choice(("when_ready", "on_admission")), STARTS),
              "when it begins", default="when_ready"),
        Field("after", Either("a step or a list of steps", Refers("step"), None, Listing(Refers("step"), 1, "steps")),
              "begins when these are done too (those the person needs)", missing="none"),
        Field("team", Refers("team"), "the team that does it", missing="none"),
        Field("share", SHARE, "how many of those on a route that names it need it", default="100%"),
    ),
    exactly_one=TAKES_KEYS,
)  # fmt: skip

ROUTE_STEP = Record(
    "step of a route",
    "A step as it is on this route, where it differs",
    (Field("share", SHARE, "how many on this route need it", missing="as in `steps`"), *TAKES),
    at_most_one=TAKES_KEYS,
)

ROUTE = Record(
    "route",
    "Where a person may go next",
    (
        Field("share", SUMMED_SHARE, "how many go there; the shares of all routes add up to 100%", required=True),
        Field("stay_days", DAYS, "days needed HERE by those who go there next", missing="those of the service"),
        Field("steps", Names(ROUTE_STEP, refers="step", from_list=True), "what must be done first", missing="nothing"),
        Field("longest_wait_days", DAYS, "how long they wait for a place there", missing="for ever"),
        Field("otherwise", Refers("destination"), "where they go if they get no place there", missing="nowhere"),
        Field("may_join", Refers("step", after_step), "joins the queue after this step, while others still run",
              missing="after all steps"),
        Field("priority", PRIORITY, "1 is served first", default="5"),
    ),
    short="share",
)  # fmt: skip

TAPER = Record(
    "taper",
    "How the hours that a person needs fall",
    (
        Field("after_days", scalars.number("days"), "from so long after admission on", required=True),
        Field("to", scalars.share(one_is_all=True), "this share of the hours they started with", required=True),
    ),
)

WORSE = Record(
    "worse destination",
    "How a delay worsens where people go from here",
    (
        Field("from", Refers("destination"), "those who would have gone there", required=True),
        Field("to", Refers("destination"), "go there instead", required=True),
        Field("chance_per_delayed_day", SHARE, "with this chance for each day of delay before", required=True),
    ),
)

LOST_GROUND = Record(
    "lost ground",
    "What a delay in the stay before does to this one",
    (
        Field("longer_stay_days_per_delayed_day", scalars.number("days", 0, 1_000), "so much longer is the stay here",
              default="0"),
        Field("worse", WORSE, "and the next destination may be worse", missing="never"),
    ),
)  # fmt: skip

VISIT = Record(
    "visit",
    "What a group does in one service",
    (
        Field("stay_days", DAYS, "days needed, from admitted to ready", missing="each route has its own"),
        Field("then", Names(ROUTE, refers="destination", least=1), "where they go next", required=True),
        Field("hours_per_week", HOURS_A_WEEK, "hours of care needed, where the service counts hours",
              missing="the service counts people"),
        Field("tapers", Listing(TAPER, 1, "tapers"), "how that need falls", missing="never"),
        Field("lost_ground", LOST_GROUND, "what a delay in the stay before does to this one", missing="nothing"),
        Field("dies_while_delayed_days", DAYS, "a clock that starts when they are ready", missing="never"),
    ),
)  # fmt: skip

ARRIVAL = Record(
    "arrival",
    "How people wait outside for their first place",
    (
        Field("longest_wait_days", DAYS, "how long they wait", missing="for ever"),
        Field("otherwise", Refers("way in"), "where they go if they get no place", default=OUT),
        Field("priority", PRIORITY, "1 is served first", default="5"),
        Field("dies_while_waiting_days", DAYS, "a clock that starts when they begin to wait", missing="never"),
    ),
)

ARRIVAL_TIME = Record(
    "arrival time",
    "People who arrive at an exact time",
    (
        Field("day", scalars.number("days"), "days after the first midnight of the run", required=True),
        Field("count", scalars.whole(1, MOST_PEOPLE, "people"), "how many", default="1"),
    ),
)

GROUP = Record(
    "group",
    "People alike: how many come, where they arrive, and their journey",
    (
        Field("arrives_at", _shares_of("stay"), "the service they come to, or services with shares", required=True),
        Field("arrivals_per_day", scalars.number("people a day", 0, MOST_PEOPLE), "a Poisson stream of so many"),
        Field("arrivals", Listing(ARRIVAL_TIME, what="arrival times"), "or exact arrival times"),
        Field("arrivals_by_weekday", _by(WEEKDAYS, scalars.number("times", 0, 1_000), "multiplier by weekday", "1"),
              "multipliers, normalised to mean 1", missing="every day alike"),
        Field("arrivals_by_month", _by(MONTHS, scalars.number("times", 0, 1_000), "multiplier by month", "1"),
              "multipliers, normalised to mean 1", missing="every month alike"),
        Field("prevented_share", SHARE, "so many of them never come, drawn person by person", default="0%"),
        Field("arrival", ARRIVAL, "how they wait outside", default="{}"),
        Field("journey", Names(VISIT, refers="stay", least=1), "what they do in each service", required=True),
    ),
    exactly_one=("arrivals_per_day", "arrivals"),
)  # fmt: skip

CENSUS = Record(
    "census entry",
    "People who are there when the clock starts",
    (
        Field("group", Refers("group"), "the group that they belong to", required=True),
        Field("service", Refers("start"), "where they are; `outside` for those who wait for their first place",
              required=True),
        Field("count", scalars.whole(1, MOST_PEOPLE, "people"), "how many", required=True),
        Field("elapsed_days", DAYS, "how long they have been there", required=True),
        Field("remaining_days", DAYS, "how long they still need", missing="conditional on the days elapsed"),
        Field("waiting_for", Refers("stay"), "they are ready and wait for this service", missing="not waiting"),
        Field("waited_days", DAYS, "how long they have been ready", missing="since the clock started"),
    ),
)  # fmt: skip

PAYERS = Either("a payer, or payers with shares", NAME, Names(SUMMED_SHARE, declares="payer", least=1))
PRICE = Record(
    "price of a service",
    "What a service costs, and who pays",
    (
        Field("per_open_day", scalars.pounds(), "each place that is open, used or not"),
        Field("per_occupied_day", scalars.pounds(), "each day of somebody's stay"),
        Field("per_admission", scalars.pounds(), "each admission"),
        Field("per_delayed_day", scalars.pounds(), "each day from ready to left: shown as \"of which\", never added"),
        Field("payer", PAYERS, "who pays", required=True),
    ),
)  # fmt: skip
STEP_PRICE = Record(
    "price of a step",
    "What a step costs, and who pays",
    (Field("each", scalars.pounds(), "each time", required=True), Field("payer", PAYERS, "who pays", required=True)),
)
COSTS = Record(
    "costs",
    "Prices, all of one price year",
    (
        Field("price_year", PRICE_YEAR, "the year of all prices here", required=True),
        Field("services", Names(PRICE, refers="stay"), "prices of services", missing="none"),
        Field("steps", Names(STEP_PRICE, refers="step"), "prices of steps", missing="none"),
    ),
)

SCENARIO = Record(
    "scenario",
    "One file, one question",
    (
        Field("name", scalars.free_text(120), "a label for tables and charts", missing="the name of the file"),
        Field("question", scalars.free_text(1_000), "what the file asks", missing="none"),
        Field("calendar", CALENDAR, "the run", required=True),
        Field("replications", scalars.whole(1, 100_000), "how often the run is repeated with other luck", default="30"),
        Field("seed", scalars.whole(0, 2**63 - 1), "the number that fixes everybody's luck", default="1"),
        Field("services", Names(SERVICE, declares="service", reserved=RESERVED, least=1),
              "where people stay", required=True),
        Field("teams", Names(TEAM, declares="team"), "who does the steps", missing="none"),
        Field("steps", Names(STEP, declares="step"), "what must be done before people leave", missing="none"),
        Field("people", Names(GROUP, declares="group", least=1), "who comes, and their journeys", required=True),
        Field("census", Listing(CENSUS, what="census entries"), "who is there when the clock starts", missing="nobody"),
        Field("costs", COSTS, "what it costs", missing="nothing"),
    ),
)  # fmt: skip

# The keys of a file that extends another one: they say how the scenario comes about, and are gone once it is read.
LAYER_FIELDS = (
    Field("extends", FILE, "the scenario that this one starts from, relative to this file"),
    Field("change", Names(Scalar("a value", str, {}), declares="path"), "new values, by dotted path"),
    Field("add", Names(Scalar("a value", str, {}), declares="path"), "what the other file does not have"),
)
