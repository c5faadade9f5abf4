"""The table of keys: every key of the scenario language, how it is written, its default and its meaning.

The reader, the JSON Schema and `docs/scenario-keys.md` are all made from this table: a key that is not here does
not exist. Meanings are ends of sentences: no capital, no full stop.
What may be changed here: a new key needs a line here, a field in `scenario.py` (by agreement) and a line in
`build.py`.
"""

from sim.inputs import scalars
from sim.inputs.by_level import TRAIT, MayDepend
from sim.inputs.containers import Either, Listing, Names, Record
from sim.inputs.cost_fields import COSTS
from sim.inputs.durations import DAYS, HOURS, HOURS_A_WEEK, WORKING_DAYS
from sim.inputs.idioms import SUMMED_SHARE, by, dated, shares_of
from sim.inputs.kinds import Field, Refers, Scalar, may, must, usual
from sim.inputs.reading import BY, ELSE
from sim.inputs.scalars import CLOCK, DATE, FILE, MOST_PEOPLE, MOST_PLACES, YES_NO
from sim.inputs.scenario import (
    ALL_HOSPITALS,
    DIED,
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

RESERVED = (HOME, DIED, OUT, OUTSIDE, "all", ALL_HOSPITALS, "default", BY, ELSE)
NO_TRAITS = ("reason", "next_service", "cause", "payer", "contributor", "budget", "programme", "part", "pathway", "group", "band",
             "weekday", "team", "ending", "lack", "reason_and_lack", "waited_on", "came_from", "year", "payer_and_year")  # other values of the column `by`  # fmt: skip
NO_LEVELS = (BY, ELSE, "at_least", "at_most")
SHARE = scalars.share()
PRIORITY = scalars.whole(1, 1_000)
BEDS = scalars.whole_or_unlimited("beds")
PLACES = scalars.whole_or_unlimited("places")
CARE_HOURS = scalars.minutes_or_unlimited()
REASON = scalars.choice(REASONS)
DAY_COUNT = scalars.number("days")
MULTIPLIER = scalars.number("times", 0, 1_000)
STAY_TIMES = scalars.number("times", 0, 100)
WAITING = scalars.whole(0, MOST_PLACES, "people")
PATHWAY = scalars.whole(0, 3)


CALENDAR = Record(
    "calendar",
    "The run",
    (
        must("start", DATE, "the first day of the run, warm-up included"),
        must("warm_up_days", scalars.whole(0, 36_525, "days"), "days thrown away at the beginning"),
        must("measured_days", scalars.whole(1, 36_525, "days"), "days counted after the warm-up"),
        usual(
            "follow_up_days",
            scalars.whole(0, 36_525, "days"),
            "days that the run goes on after that, to follow those who came: five years are 1826; measures of the "
            "measured days stay as they are",
            "0",
        ),
        may("bank_holidays", Listing(DATE, 0, "dates"), "no working days; closed where hours say so", "none"),
    ),
)

OPEN_HOURS = Record(
    "hours",
    "When a door is open, or when people may leave",
    (
        may("days", Listing(scalars.choice(WEEKDAYS), 1, "weekdays"), "open on these days", "every day"),
        usual("from", CLOCK, "opens", "00:00"),
        usual("to", CLOCK, "closes", "24:00"),
        usual("bank_holidays", scalars.choice(("open", "closed")), "on bank holidays", "open"),
    ),
)

CHANCES = by(WEEKDAYS, "chance by weekday", SHARE, "100%")
REVIEW = Record(
    "review",
    "The review at which people are declared ready: the first at or after the end of their need",
    (
        must("from", CLOCK, "the earliest on a day"),
        must("to", CLOCK, "the latest on a day"),
        may("chance_by_weekday", CHANCES, "how often somebody is reviewed on that day", "always"),
    ),
)

SURGE = Record(
    "surge",
    "Extra places that open when many wait",
    (
        may("beds", scalars.whole(1, MOST_PLACES, "beds"), "extra beds"),
        may("places", scalars.whole(1, MOST_PLACES, "places"), "extra places"),
        may("hours_per_week", scalars.minutes(), "extra hours, where the service counts hours"),
        must("opens_when_waiting", scalars.whole(1, MOST_PLACES, "people"), "they open when so many wait"),
        must("closes_when_waiting", WAITING, "they close when no more than so many wait"),
    ),
    exactly_one=("beds", "places", "hours_per_week"),
)

SERVICE = Record(
    "service",
    "Somewhere people stay and hold a place; `home`, `died` and `out` exist without being declared",
    (
        must("kind", scalars.choice(KINDS), "what sort of service it is"),
        may("beds", dated("beds", BEDS), "how many beds it has"),
        may("places", dated("places", PLACES), "how many places it has"),
        may("hours_per_week", dated("hours_per_week", CARE_HOURS), "hours of care that it gives, held by need"),
        may("queue_limit", WAITING, "the longest queue; who finds it full takes `otherwise`", "no limit"),
        may("admission_hours", OPEN_HOURS, "when people can come in", "always"),
        may("discharge_hours", OPEN_HOURS, "when people can leave", "always"),
        may("review", REVIEW, "when people are declared ready", "as soon as they are"),
        may("turnaround_hours", HOURS, "how long a place is cleaned after each leaver", "not at all"),
        may("surge", SURGE, "extra places that open when many wait", "none"),
        usual("may_pass", YES_NO, "who fits may pass the first in line who does not (in hours)", "false"),
        may("reason", REASON, "the delay reason of people who wait for this service", "by kind"),
        may("pathway", PATHWAY, "the pathway of people who leave hospital for this service", "by kind"),
        usual("long_term", YES_NO, "people move in for good (care homes)", "false"),
    ),
    exactly_one=("beds", "places", "hours_per_week"),
)

WAITING_LIST = Record(
    "waiting list",
    "One waiting list for several services: who waits on it takes the first place that comes free in any of them",
    (
        must(
            "services",
            Listing(Refers("service"), 1, "services"),
            "where they wait for a place; of several free places they take the one that is named first",
        ),
        may("queue_limit", WAITING, "the longest list; who finds it full takes `otherwise`", "no limit"),
        may("reason", REASON, "the delay reason of people on this list", "that of its first service"),
    ),
)

AT_A_TIME = dated("places", scalars.whole_or_unlimited("people at a time"))
TEAM = Record(
    "team",
    "A capacity that steps may need",
    (must("places", AT_A_TIME, "how many people it works for at a time"),),
)

TAKES_KEYS = ("takes_days", "takes_working_days")
TAKES = (
    may("takes_days", DAYS, "how long it takes"),
    may("takes_working_days", WORKING_DAYS, "how long it takes: Monday to Friday, no bank holidays"),
)
EARLY = Record(
    "start before ready",
    "A start before the person is ready",
    (must("days_before_ready", DAY_COUNT, "so long before the person is ready"),),
)
STARTS = Either(
    "when_ready, on_admission or {days_before_ready: 2}",
    scalars.choice(("when_ready", "on_admission")),
    table=EARLY,
)
AFTER = Either("a step or a list of steps", Refers("step"), rows=Listing(Refers("step"), 1, "steps"))

STEP = Record(
    "step",
    "Something to be done before a person can leave",
    (
        must("reason", REASON, "the delay reason that it stands for"),
        *TAKES,
        usual("starts", STARTS, "when it begins", "when_ready"),
        may("after", AFTER, "begins when these are done too (those the person needs)", "none"),
        may("team", Refers("team"), "the team that does it", "none"),
        usual("share", SHARE, "how many of those on a route that names it need it", "100%"),
    ),
    exactly_one=TAKES_KEYS,
)

ROUTE_STEP = Record(
    "step of a route",
    "A step as it is on this route, where it differs",
    (
        may("share", MayDepend(SHARE), "how many on this route need it", "as in `steps`"),
        may("takes_days", MayDepend(DAYS), "how long it takes"),
        may("takes_working_days", MayDepend(WORKING_DAYS), "how long it takes: Monday to Friday, no bank holidays"),
    ),
    at_most_one=TAKES_KEYS,
)

PRIORITY_RISES = Record(
    "priority that rises",
    "A higher priority for those who have waited for so long; it starts again with another queue",
    (
        must("after_days", DAY_COUNT, "so long after joining the queue"),
        must("to", PRIORITY, "the priority is this one, a smaller number than before"),
    ),
)

ROUTE_STEPS = Names(ROUTE_STEP, refers="step", from_list=True)
JOINS_AFTER = Refers("step", after_step)
ROUTE = Record(
    "route",
    "Where a person may go next",
    (
        must("share", SUMMED_SHARE, "how many go there; the shares of all routes add up to 100%"),
        may("stay_days", MayDepend(DAYS), "days needed HERE by those who go there next", "as for the service"),
        may("steps", MayDepend(ROUTE_STEPS), "what must be done first", "nothing"),
        may("longest_wait_days", MayDepend(DAYS), "how long they wait for a place there", "for ever"),
        may("otherwise", MayDepend(Refers("destination")), "where they go if they get no place there", "nowhere"),
        may("may_join", MayDepend(JOINS_AFTER), "joins the queue when this step is done", "after all steps"),
        usual("priority", MayDepend(PRIORITY), "1 is served first", "5"),
        may("priority_rises", MayDepend(PRIORITY_RISES), "who has waited for long is served before others", "never"),
    ),
    short="share",
    wording="a share such as 40%, or {share: 40%, ...}",
)

ROUTES = Names(ROUTE, refers="destination", least=1)
DATED_ROUTES = Record(
    "dated routes",
    "Where people go next who are admitted from a date on",
    (
        must("from", DATE, "the first day of admission for which they hold"),
        must("routes", MayDepend(ROUTES), "where they go next; the shares add up to 100% by themselves"),
    ),
)
THEN = Either(ROUTES.words, ROUTES, ROUTES, Listing(DATED_ROUTES, 1, "dated routes"))

TAPER = Record(
    "taper",
    "How the hours that a person needs fall",
    (
        must("after_days", DAY_COUNT, "from so long after admission on"),
        must("to", SUMMED_SHARE, "this share of the hours they started with"),
    ),
)

WORSE = Record(
    "worse destination",
    "How a delay worsens where people go from here",
    (
        must("from", Refers("destination"), "those who would have gone there"),
        must("to", Refers("destination"), "go there instead"),
        must(
            "chance_per_delayed_day",
            MayDepend(SHARE),
            "with this chance for each day of delay before: 1 - (1 - chance)^days in all",
        ),
    ),
)

LEVEL = scalars.NAME
CHANGE = Record(
    "change of level",
    "What a stay does to the people in it",
    (
        must("trait", TRAIT, "the trait that changes"),
        must("from", LEVEL, "those who are found with this level"),
        must("to", LEVEL, "have this one from their admission on"),
        must("chance", MayDepend(SHARE), "so many of them"),
    ),
)
LOST_CHANGE = Record(
    "change by lost ground",
    "What a delay in the stay before does to people",
    (
        must("trait", TRAIT, "the trait that changes"),
        must("from", LEVEL, "those who are found with this level"),
        must("to", LEVEL, "have this one from their admission on"),
        must(
            "chance_per_delayed_day",
            MayDepend(SHARE),
            "with this chance for each day of delay before: 1 - (1 - chance)^days in all",
        ),
    ),
)

LOST_GROUND = Record(
    "lost ground",
    "What a delay in the stay before does to this one",
    (
        usual("longer_stay_days_per_delayed_day", MayDepend(MULTIPLIER), "so many days longer is the stay here", "0"),
        may("worse", MayDepend(WORSE), "and the next destination may be worse", "never"),
        may("changes", Listing(LOST_CHANGE, 1, "changes"), "and levels of traits may change", "none"),
    ),
)

VISIT = Record(
    "visit",
    "What a group does in one service",
    (
        may("stay_days", MayDepend(DAYS), "days needed, from admitted to ready", "each route has its own"),
        usual(
            "stay_times",
            MayDepend(STAY_TIMES),
            "every stay drawn here, a route's own too, is so many times as long",
            "1",
        ),
        must("then", MayDepend(THEN), "where they go next"),
        may("hours_per_week", MayDepend(HOURS_A_WEEK), "hours of care needed, where the service counts hours"),
        may("tapers", MayDepend(Listing(TAPER, 1, "tapers")), "how that need falls", "never"),
        may("lost_ground", MayDepend(LOST_GROUND), "what a delay in the stay before does to this one", "nothing"),
        may(
            "changes",
            Listing(CHANGE, 1, "changes"),
            "what the stay does to people's traits, from admission on",
            "nothing",
        ),
        may("dies_while_delayed_days", MayDepend(DAYS), "a clock that starts when they are ready", "never"),
    ),
)

ARRIVAL = Record(
    "arrival",
    "How people wait outside for their first place",
    (
        may("longest_wait_days", MayDepend(DAYS), "how long they wait", "for ever"),
        usual("otherwise", MayDepend(Refers("service, list, home or out")), "where they go if they get no place", OUT),
        usual("priority", MayDepend(PRIORITY), "1 is served first", "5"),
        may("priority_rises", MayDepend(PRIORITY_RISES), "who has waited for long is served before others", "never"),
        may("dies_while_waiting_days", MayDepend(DAYS), "a clock that starts when they begin to wait", "never"),
    ),
)

ARRIVAL_TIME = Record(
    "arrival time",
    "People who arrive at an exact time",
    (
        must("day", DAY_COUNT, "days after the first midnight of the run"),
        usual("count", scalars.whole(1, MOST_PEOPLE, "people"), "how many", "1"),
    ),
)

BY_WEEKDAY = by(WEEKDAYS, "multiplier by weekday", MULTIPLIER, "1")
BY_MONTH = by(MONTHS, "multiplier by month", MULTIPLIER, "1")
BY_HOUR = Listing(MULTIPLIER, HOURS_OF_DAY, "multipliers by hour of the day", HOURS_OF_DAY)
TRAIT_LEVELS = Either(
    "a share such as 25%, or levels with shares",
    SHARE,
    Names(SUMMED_SHARE, declares="level", reserved=NO_LEVELS, least=1),
)
JOURNEY = Names(MayDepend(VISIT), refers="service or home", least=1)
GROUP = Record(
    "group",
    "People alike: how many come, where they arrive, and their journey",
    (
        must(
            "arrives_at", shares_of("service, list or home"), "the service or list they come to, or several with shares"
        ),
        may("arrivals_per_day", scalars.number("people a day", 0, MOST_PEOPLE), "a Poisson stream of so many"),
        may("arrivals", Listing(ARRIVAL_TIME, 0, "arrival times"), "or exact arrival times"),
        may("arrivals_by_weekday", BY_WEEKDAY, "multipliers, normalised to mean 1", "every day alike"),
        may("arrivals_by_month", BY_MONTH, "multipliers, normalised to mean 1", "every month alike"),
        may("arrivals_by_hour", BY_HOUR, "multipliers from 00:00 on, normalised to mean 1", "every hour alike"),
        may(
            "traits",
            Names(MayDepend(TRAIT_LEVELS), declares="trait", reserved=NO_TRAITS),
            "what sets people apart; shares may depend on a trait that stands above",
            "none",
        ),
        usual("prevented_share", MayDepend(SHARE), "so many of them never come, drawn person by person", "0%"),
        usual("arrival", MayDepend(ARRIVAL), "how they wait outside", "{}"),
        must("journey", MayDepend(JOURNEY), "what they do in each service"),
    ),
    exactly_one=("arrivals_per_day", "arrivals"),
)

CENSUS = Record(
    "census entry",
    "People who are there when the clock starts",
    (
        must("group", Refers("group"), "the group that they belong to"),
        must(
            "service",
            Refers("service, home or outside"),
            "where they are; `outside` if they wait for their first place",
        ),
        must("count", scalars.whole(1, MOST_PEOPLE, "people"), "how many"),
        must("elapsed_days", DAYS, "how long they have been there"),
        may("remaining_days", DAYS, "how long they still need", "conditional on the days elapsed"),
        may(
            "waiting_for",
            Refers("service, list or home"),
            "they are ready and wait for this service or list",
            "not waiting",
        ),
        may("waited_days", DAYS, "how long they have been ready", "since the clock started"),
        may("levels", Names(LEVEL, declares="trait"), "the levels of their traits", "drawn"),
    ),
)

SERVICES = Names(SERVICE, declares="service", reserved=RESERVED, least=1)
SCENARIO = Record(
    "scenario",
    "One file, one question",
    (
        may("name", scalars.free_text(120), "a label for tables and charts", "the name of the file"),
        may("question", scalars.free_text(1_000), "what the file asks", "none"),
        must("calendar", CALENDAR, "the run: its start, warm_up_days and measured_days"),
        usual(
            "replications", scalars.whole(1, 100_000), "how often the run is repeated with other random numbers", "30"
        ),
        usual("seed", scalars.whole(0, 2**63 - 1), "the number that fixes every random number", "1"),
        must("services", SERVICES, "where people stay"),
        may("lists", Names(WAITING_LIST, declares="list", reserved=RESERVED), "one waiting list for several", "none"),
        may("teams", Names(TEAM, declares="team"), "who does the steps", "none"),
        may(
            "steps", Names(STEP, declares="step", reserved=(BY, ELSE)), "what must be done before people leave", "none"
        ),
        must("people", Names(GROUP, declares="group", least=1), "who comes, and their journeys"),
        may("census", Listing(CENSUS, 0, "census entries"), "who is there when the clock starts", "nobody"),
        may("costs", COSTS, "what it costs", "nothing"),
    ),
)

# The keys of a file that extends another one: how the scenario comes about. They are gone once it is read.
ANYTHING = Scalar("any value of the language", str, {})
LAYER_FIELDS: tuple[Field, ...] = (
    may(
        "extends",
        FILE,
        "the scenario that this one starts from, relative to this file",
        "it stands on its own",
    ),
    may("change", Names(ANYTHING, declares="path"), "new values, by dotted path", "nothing"),
    may("add", Names(ANYTHING, declares="path"), "what the other scenario does not have", "nothing"),
)
