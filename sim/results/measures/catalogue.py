"""Every measure in one table: name, unit, definition, source, which direction is good, what absence means.

The order of this table is the order of rows in every result file.

What may be changed here: free for wording; a new name is an addition, a changed name is a change of contract.
"""

from math import inf
from typing import NamedTuple

OURS = "this project"
SITREP = "NHS England acute discharge situation report"
DRD = "NHS England discharge ready date statistics"
KH03 = "NHS England KH03 bed availability and occupancy"
PLANNING = "NHS England operational planning guidance"
FOUR_HOURS = "NHS four-hour standard"
QS173 = "NICE QS173, bed-based intermediate care within 2 days of referral"
READMISSIONS = "NHS England emergency readmissions within 30 days"
ASCOF_2B = "Adult Social Care Outcomes Framework to 2023-24, at home 91 days after discharge into reablement"
ASCOF_2D = "Adult Social Care Outcomes Framework from 2024-25, measure 2D part 1, from client level data"
HOME_TIME = "days alive and at home (home time)"

LOWER, HIGHER, NEITHER = "lower", "higher", "neither"
ZERO, NO_ROW = True, False  # what a missing row means

BANDS = ("0", "1", "2-3", "4-6", "7-13", "14-20", "21+")  # nights from ready to left
BAND_STARTS = (0, 1, 2, 4, 7, 14, 21)
BY = (
    "",
    "reason",
    "next_service",
    "cause",
    "payer",
    "contributor",
    "budget",
    "part",
    "pathway",
    "group",
    "band",
    "weekday",
    "team",
    "ending",
    "lack",
    "reason_and_lack",
)
PATHWAYS = ("0", "1", "2", "3")
ENDINGS = ("moved_by_design", "elsewhere", "with_nothing")  # what became of those who gave up a wait
LACKS = ("place", "hours", "arranging", "team")  # what a delayed person lacked; `reason_and_lack`: "p2_bed, place"
COST_PARTS = ("open", "used", "admissions", "steps", "not closed", "refilled")


class Measure(NamedTuple):
    """One measure; `better` is lower, higher or neither; `absent_is_zero`: a missing row is compared as 0."""

    name: str
    unit: str
    better: str
    absent_is_zero: bool
    source: str
    definition: str


_TABLE = (
    ("occupied_bed_days", "bed days", NEITHER, ZERO, OURS,
     "Time that people held a place, continuous, inside the window."),
    ("available_bed_days", "bed days", NEITHER, ZERO, OURS,
     "Open places over time, surge included, never less than occupied; or hours a week open times days."),
    ("occupancy", "share", NEITHER, NO_ROW, OURS,
     "Occupied over available bed days; hours held over hours open where hours are counted."),
    ("midnight_census_mean", "people", NEITHER, ZERO, KH03,
     "People in the service at midnight, mean over the window's midnights."),
    ("midnight_census_p05", "people", NEITHER, NO_ROW, KH03,
     "People in the service at midnight: 5th percentile of the days."),
    ("midnight_census_p50", "people", NEITHER, NO_ROW, KH03,
     "People in the service at midnight: median of the days."),
    ("midnight_census_p95", "people", NEITHER, NO_ROW, KH03,
     "People in the service at midnight: 95th percentile of the days."),
    ("midnight_occupancy", "share", NEITHER, NO_ROW, KH03,
     "Places taken at midnight over places available then, each added up over the window's midnights: closed days count in neither."),
    ("days_above_85pct", "share of days", LOWER, NO_ROW, OURS,
     "Of the window's days, those on which more than 85% of the available places were taken at midnight."),
    ("days_above_92pct", "share of days", LOWER, NO_ROW, PLANNING,
     "Of the window's days, those on which more than 92% of the available places were taken at midnight."),
    ("days_full", "share of days", LOWER, NO_ROW, OURS,
     "Of the window's days, those on which every available place was taken at midnight, and there was one."),
    ("queue_mean", "people", LOWER, ZERO, OURS,
     "People waiting for this service (outside: people waiting outside), mean over time."),
    ("wait_mean_days", "days", LOWER, NO_ROW, OURS,
     "From joining to the end of the wait or of the window, of those who joined in the window."),
    ("wait_median_days", "days", LOWER, NO_ROW, OURS, "The same waits: their median."),
    ("wait_p90_days", "days", LOWER, NO_ROW, OURS, "The same waits: nine in ten were no longer."),
    ("waited_share", "share", LOWER, NO_ROW, OURS, "The same waits: the share that took any time at all."),
    ("started_within_2_days", "share", HIGHER, NO_ROW, QS173,
     "Of the waits begun in the window that ended in admission, those of at most 2 days."),
    ("admitted_within_4_hours", "share", HIGHER, NO_ROW, FOUR_HOURS,
     "Of those who came from outside, the share admitted within 4 hours, where 4 hours can be seen: who found no "
     "place counts as not admitted."),
    ("team_busy_share", "share", NEITHER, NO_ROW, OURS,
     "Places of a team that steps held over places open, over time; closed days of a step count, the place is held."),
    ("team_queue_mean", "steps", LOWER, ZERO, OURS, "Steps waiting for a place of a team, mean over time."),
    ("team_wait_mean_days", "days", LOWER, NO_ROW, OURS,
     "From joining the team's queue to a place, or until dropped or the window's end, of those who joined in it."),
    ("arrivals", "people", NEITHER, ZERO, OURS,
     "People who came from outside, by the first service they came to."),
    ("admissions", "people", NEITHER, ZERO, OURS, "Stays that began (all: in declared services)."),
    ("leavers", "people", NEITHER, ZERO, OURS,
     "Stays that ended, by death included (all: people who left the model)."),
    ("turned_away", "people", LOWER, ZERO, OURS,
     "Attempts that ended because the queue was full, or because the service can have no place for them any more."),
    ("turned_away_at_once", "people", LOWER, ZERO, OURS,
     "Of those turned away, those whose attempt ended as it began: they are in no wait and in no queue."),
    ("gave_up", "people", NEITHER, ZERO, OURS,
     "Waits that ended because the longest wait ran out, a longest wait of nothing included. By ending: moved by design "
     "to the list of another hospital or of another service of the same pathway (neither good nor bad); elsewhere, to any "
     "other declared service (fewer is better); with nothing, home or out of the model (fewer is better)."),
    ("deaths", "people", LOWER, ZERO, OURS, "People who died here (outside: while waiting outside)."),
    ("delayed_bed_days", "bed days", LOWER, ZERO, OURS,
     "Time from ready to left, continuous, inside the window. By lack: no place was free (place), one was and a door or "
     "the discharge hours were closed (hours), steps were under way (arranging) or waited for a team (team)."),
    ("delayed_people_mean", "people", LOWER, ZERO, OURS, "Delayed bed days over the days of the window."),
    ("midnight_delayed_mean", "people", LOWER, ZERO, SITREP,
     "People delayed at midnight, mean over the window's midnights."),
    ("delayed_nights", "nights", LOWER, ZERO, DRD, "Midnights from ready to left, inside the window."),
    ("delayed_share", "share", LOWER, NO_ROW, DRD,
     "Of those who left alive in the window, the share that left on a later date than they were ready."),
    ("delay_mean_if_delayed_nights", "nights", NEITHER, NO_ROW, DRD,
     "Date of leaving minus ready date: the mean of those who left alive on a later date. It rises where short delays end."),
    ("delay_mean_nights", "nights", LOWER, NO_ROW, DRD,
     "Date of leaving minus ready date: the mean of all who left alive in the window."),
    ("delay_band_share", "share", NEITHER, NO_ROW, DRD,
     "Of those who left alive in the window, the share by nights from ready date to leaving."),
    ("released_share", "share", HIGHER, NO_ROW, SITREP,
     "Of those with no need to stay on a day, the share that left alive on it, not still here at midnight."),
    ("long_stay_delayed_people_mean", "people", LOWER, ZERO, SITREP,
     "People delayed at midnight who have been here 7 days or more, mean over the window's midnights."),
    ("throughput_per_day", "people a day", NEITHER, ZERO, OURS, "Leavers over the days of the window."),
    ("length_of_stay_mean_days", "days", NEITHER, NO_ROW, OURS,
     "From admitted to left, of the stays that ended in the window, by death included: their mean."),
    ("length_of_stay_median_days", "days", NEITHER, NO_ROW, OURS, "The same stays: their median."),
    ("length_of_stay_p90_days", "days", NEITHER, NO_ROW, OURS, "The same stays: nine in ten were no longer."),
    ("days_to_ready_mean", "days", NEITHER, NO_ROW, OURS,
     "The same stays: from admitted to ready, their mean; the rest of their length of stay is delay."),
    ("readmitted_within_30_days", "share", LOWER, NO_ROW, READMISSIONS,
     "Of those who left hospital alive, seen for 30 days, the share that came back to hospital in them."),
    ("at_home_12_weeks", "share", HIGHER, NO_ROW, ASCOF_2D,
     "Of those who left hospital into reablement, the share who in the 84 days after neither died, nor were admitted "
     "to hospital again, nor entered a care home."),
    ("at_home_91_days", "share", HIGHER, NO_ROW, ASCOF_2B,
     "Of those who left hospital into reablement, the share not dead, in hospital or care home 91 days on."),
    ("days_at_home", "days", HIGHER, NO_ROW, HOME_TIME,
     "Days at home, home care and home reablement included, in the 91 days after leaving hospital alive."),
    ("cost_cash_gbp", "GBP", LOWER, ZERO, OURS,
     "Cash: prices times what happened in the window, each price to the penny; capital and values apart."),
    ("cost_capital_gbp", "GBP", LOWER, ZERO, OURS,
     "Capital, such as a disabled facilities grant: shown apart, in no total of spending."),
    ("budget_gbp", "GBP", NEITHER, NO_ROW, OURS,
     "What a budget line allows: pounds for 365 days, the measured days' part of them."),
    ("budget_spent_gbp", "GBP", LOWER, NO_ROW, OURS,
     "What was spent in the window of all that a budget line pays for."),
    ("budget_left_gbp", "GBP", HIGHER, NO_ROW, OURS,
     "What a budget line allows less what was spent: below 0 it is broken."),
    ("budget_kept_share", "share", HIGHER, NO_ROW, OURS,
     "1 where no more was spent than a budget line allows, else 0: the mean is the share of replications."),
    ("cost_per_open_night_gbp", "GBP", NEITHER, NO_ROW, OURS,
     "Cash of a service with a price per open day, steps left out, over its available bed days."),
    ("cost_per_used_night_gbp", "GBP", LOWER, NO_ROW, OURS,
     "The same cash over its occupied bed days: what a night costs that somebody used."),
    ("delayed_days_cost_gbp", "GBP", LOWER, ZERO, OURS,
     "What the delayed days are priced at: part of the price of the stays, never added to anything."),
    ("care_91_days_gbp", "GBP", NEITHER, NO_ROW, OURS,
     "Care after hospital a person, from first ready in hospital to 91 days on; a place at the price of its night."),
    ("released_bed_days", "bed days", HIGHER, ZERO, OURS,
     "Capacity: occupied bed days of the baseline less those of the scenario, where beds can be freed."),
    ("notional_value_gbp", "GBP", HIGHER, ZERO, OURS,
     "Value: released bed days times the average price of a bed day. No money changes hands."),
    ("refilled_admissions", "people", NEITHER, ZERO, OURS,
     "Admissions that fill the released bed days, where freed beds are refilled: at the mean stay."),
    ("break_even_freed_beds", "beds", NEITHER, NO_ROW, OURS,
     "Freed beds at their average price that would pay for the places that the scenario opens."),
    ("unmet_need_people_mean", "people", LOWER, ZERO, OURS,
     "People who need a pathway 2 bed and have none, each once: from awaiting the place only until they have any such "
     "bed or die; who goes elsewhere without it, for as long after as people stay in it on average; mean over time."),
)  # fmt: skip

MEASURES = {row[0]: Measure(*row) for row in _TABLE}

SHARES = ("share", "share of days")  # units
OF_EITHER_SIGN = frozenset(
    (
        "cost_cash_gbp",
        "cost_capital_gbp",
        "budget_left_gbp",
        "released_bed_days",
        "notional_value_gbp",
        "refilled_admissions",
        "break_even_freed_beds",
    )
)


def limits(measure: str, unit: str) -> tuple[float, float]:
    """Between which values a measure can lie at all: a share from 0 to 1, people and days from 0 up."""
    if unit in SHARES:
        return 0.0, 1.0
    return (-inf, inf) if measure in OF_EITHER_SIGN else (0.0, inf)


def limits_of_difference(unit: str) -> tuple[float, float]:
    """The same for a difference: two shares are at most 100 points apart."""
    return (-1.0, 1.0) if unit in SHARES else (-inf, inf)


def better(measure: str, item: str = "") -> str:
    """Which direction is good; parts may have one where the whole has none.

    Of the delay bands it is the first: leaving on the ready date. Of those who gave up it is whoever did not just change lists.
    """
    if measure == "delay_band_share" and item == BANDS[0]:
        return HIGHER
    if measure == "gave_up" and item in ENDINGS[1:]:
        return LOWER
    return MEASURES[measure].better
