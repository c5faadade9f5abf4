"""Waiting: queues, waits of those who joined in the window, the four-hour and the two-day standard."""

import pytest

from tests.results.tiny import Town, hospital, unit

HOUR = 1 / 24


def waiting_town() -> Town:
    """Ann waits 0 days, Bob 1, Cas 3, Dee from day 8 to the end of the window (day 10)."""
    town = Town(hospital(3))
    for joined, admitted in ((0, 0), (1, 2), (2, 5)):
        town.comes(joined, admitted=admitted).stay("hospital", admitted)
    town.comes(8).outside("hospital", 8)
    return town


def test_a_wait_still_going_on_counts_up_to_the_end_of_the_window() -> None:
    assert waiting_town().value("hospital", "wait_mean_days") == (0 + 1 + 3 + 2) / 4


def test_the_median_and_the_ninetieth_percentile_of_waits() -> None:
    assert waiting_town().value("hospital", "wait_median_days") == 1.5
    assert waiting_town().value("hospital", "wait_p90_days") == pytest.approx(2.7)  # 0 1 2 3 at 0.9 x 3


def test_waited_share_is_those_who_waited_at_all() -> None:
    assert waiting_town().value("hospital", "waited_share") == 0.75


def test_the_mean_queue_is_waiting_time_over_the_window() -> None:
    assert waiting_town().value("hospital", "queue_mean") == 6 / 10
    assert waiting_town().value("outside", "queue_mean") == 6 / 10


def test_waits_begun_before_the_window_fill_the_queue_but_are_not_among_the_waits() -> None:
    town = Town(hospital(3), warm_up=4, days=6)
    town.comes(1, admitted=6).stay("hospital", 6)
    town.comes(5, admitted=6).stay("hospital", 6)
    assert town.value("hospital", "queue_mean") == (2 + 1) / 6
    assert town.value("hospital", "wait_mean_days") == 1


def test_a_wait_counts_for_the_service_waited_for() -> None:
    town = Town(hospital(3), unit(1))
    town.comes(0, admitted=0).stay("hospital", 0, 2, 4, "unit").stay("unit", 4)
    assert town.value("unit", "wait_mean_days") == 2
    assert town.value("hospital", "wait_mean_days") == 0
    assert town.value("outside", "wait_mean_days") == 0


def test_waits_for_home_have_rows_only_where_somebody_waited() -> None:
    town = Town(hospital(3))
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2, "home").stay("home", 2)
    assert town.value("home", "wait_mean_days") is None
    town.comes(0, admitted=0).stay("hospital", 0, 2, 2.5, "home").stay("home", 2.5)
    assert town.value("home", "wait_mean_days") == 0.25


def test_nobody_waited_is_no_row_rather_than_nothing() -> None:
    town = Town(hospital(3), unit(1))
    assert town.value("unit", "queue_mean") == 0
    assert town.value("unit", "wait_mean_days") is None
    assert town.value("unit", "waited_share") is None
    assert town.value("hospital", "admitted_within_4_hours") is None


def test_admitted_within_4_hours_counts_4_hours_as_within() -> None:
    town = Town(hospital(9))
    for wait in (0, 4 * HOUR, 5 * HOUR, 30 * HOUR):
        town.comes(1, admitted=1 + wait).stay("hospital", 1 + wait)
    assert town.value("hospital", "admitted_within_4_hours") == 0.5


def test_those_who_cannot_be_seen_for_4_hours_are_left_out() -> None:
    town = Town(hospital(9))
    town.comes(1, admitted=1).stay("hospital", 1)
    town.comes(10 - 3 * HOUR).outside("hospital", 10 - 3 * HOUR)  # may still be in time
    assert town.value("hospital", "admitted_within_4_hours") == 1
    town.comes(10 - 5 * HOUR).outside("hospital", 10 - 5 * HOUR)  # is too late already
    assert town.value("hospital", "admitted_within_4_hours") == 0.5


def test_the_four_hours_are_of_people_from_outside() -> None:
    town = Town(hospital(9), unit(9))
    town.comes(1, admitted=1).stay("hospital", 1)
    town.comes(1, "unit", 1).stay("unit", 1, 2, 5, "hospital").stay("hospital", 5)
    assert town.value("hospital", "admitted_within_4_hours") == 1
    town.comes(10 - 4 * HOUR).outside("hospital", 10 - 4 * HOUR)  # 4 hours are over when the window is
    assert town.value("hospital", "admitted_within_4_hours") == 0.5


def test_those_turned_away_or_tired_of_waiting_were_not_admitted_within_4_hours() -> None:
    town = Town(hospital(9))
    town.comes(1, admitted=1).stay("hospital", 1)
    town.comes(2).outside("hospital", 2, 2, "turned_away")
    town.comes(2).outside("hospital", 2, 2, "no_place")
    town.comes(3).outside("hospital", 3, 3, "gave_up")
    town.comes(3).outside("hospital", 3, 4, "died")
    assert town.value("hospital", "admitted_within_4_hours") == 0.2


def test_started_within_2_days_is_of_those_who_got_in() -> None:
    town = Town(hospital(9), unit(9))
    for left in (3, 5, 6):  # waits of 0, 2 and 3 days
        town.comes(0, admitted=0).stay("hospital", 0, 3, left, "unit").stay("unit", left)
    town.comes(0, admitted=0).stay("hospital", 0, 3).wait("unit", 3)
    person = town.comes(0, admitted=0).stay("hospital", 0, 3, 4, "home", clear=4, planned="unit")
    person.wait("unit", 3, 4, "gave_up").stay("home", 4)
    assert town.value("unit", "started_within_2_days") == pytest.approx(2 / 3)
    assert town.value("hospital", "started_within_2_days") is None


def test_started_within_2_days_is_of_waits_begun_in_the_window_and_over_in_it() -> None:
    town = Town(hospital(9), unit(9), warm_up=4, days=6)
    for ready, left in ((3, 9), (5, 6), (9, None)):  # begun before the window; in time; not over
        person = town.comes(0, admitted=0)
        if left is None:
            person.stay("hospital", 0, ready, planned="unit").wait("unit", ready)
        else:
            person.stay("hospital", 0, ready, left, "unit").stay("unit", left)
    assert town.value("unit", "started_within_2_days") == 1


def test_turned_away_and_gave_up_are_counted_apart_and_only_inside_the_window() -> None:
    town = Town(hospital(9), unit(9), warm_up=1, days=9)
    town.comes(0).outside("hospital", 0, 0, "turned_away")
    town.comes(2).outside("hospital", 2, 2, "turned_away")
    town.comes(2).outside("hospital", 2, 3, "gave_up")
    town.comes(0, admitted=0).stay("hospital", 0, 2, 4, "home").wait("unit", 2, 4, "gave_up")
    assert town.value("hospital", "turned_away") == 1
    assert town.value("hospital", "gave_up") == 1
    assert town.value("unit", "gave_up") == 1
    assert town.value("all", "gave_up") == 2
    assert town.value("all", "turned_away") == 1
    assert town.value("unit", "turned_away") == 0


def test_who_can_never_have_a_place_is_turned_away_whether_they_come_then_or_wait_already() -> None:
    town = Town(hospital(9))  # it closes for good on day 4
    town.comes(3).outside("hospital", 3, 4, "no_place")
    town.comes(5).outside("hospital", 5, 5, "no_place")
    assert town.value("hospital", "turned_away") == 2
    assert town.value("hospital", "turned_away_at_once") == town.value("all", "turned_away_at_once") == 1
    assert town.value("all", "turned_away") == 2
    assert town.value("hospital", "gave_up") == 0
    assert town.value("hospital", "wait_mean_days") == 1  # a wait of a day; who came too late never waited
    assert town.value("hospital", "queue_mean") == 1 / 10
    assert town.value("outside", "queue_mean") == 1 / 10


def test_who_found_the_queue_full_or_no_place_for_good_never_waited() -> None:
    town = Town(hospital(9))
    town.comes(1, admitted=3).stay("hospital", 3)
    town.comes(2).outside("hospital", 2, 2, "turned_away")
    town.comes(2).outside("hospital", 2, 2, "no_place")
    assert town.value("hospital", "wait_mean_days") == 2


def test_a_longest_wait_of_nothing_is_a_wait_of_nothing() -> None:
    town = Town(hospital(9))
    town.comes(1, admitted=3).stay("hospital", 3)
    town.comes(2).outside("hospital", 2, 2, "gave_up")
    assert town.value("hospital", "wait_mean_days") == 1
    assert town.value("hospital", "gave_up") == 1
