"""The calendar in whole seconds: working days, doors, dated places."""

from datetime import date

import pytest

from sim.inputs.calendar import (
    NOT_IN_THIS_RUN,
    end_of_work,
    most_places_by_row,
    opening_hours,
    places_at,
    row_at,
    working_days,
)
from sim.inputs.scenario import Calendar, Hours, Places
from tests.inputs.small_world import small_world

DAY, HOUR = 86_400, 3_600
# 6 April 2026 is a Monday (Easter Monday in fact: here a bank holiday is what the calendar says it is).
FORTNIGHT = Calendar(start=date(2026, 4, 6), warm_up_days=0, measured_days=14, bank_holidays=(date(2026, 4, 7),))
FRIDAY, SATURDAY, MONDAY = 4 * DAY, 5 * DAY, 7 * DAY


def test_a_clock_of_working_days_stands_still_on_weekends_and_bank_holidays() -> None:
    working = working_days(FORTNIGHT)
    assert working == [True, False, True, True, True, False, False] + [True] * 5 + [False] * 2
    # Friday noon and one working day: half on Friday, half on Monday.
    assert end_of_work(working, FRIDAY + DAY // 2, DAY) == MONDAY + DAY // 2
    # Half a day from Friday noon ends when Friday does: the first instant that reaches the need.
    assert end_of_work(working, FRIDAY + DAY // 2, DAY // 2) == SATURDAY
    # One day from Saturday: the whole of Monday.
    assert end_of_work(working, SATURDAY + 5, DAY) == MONDAY + DAY
    # Monday evening and a quarter of a day: 2 hours on Monday, Tuesday is a bank holiday, 4 hours on Wednesday.
    assert end_of_work(working, 22 * HOUR, 6 * HOUR) == 2 * DAY + 4 * HOUR


def test_no_need_ends_at_once_even_on_a_closed_day() -> None:
    assert end_of_work(working_days(FORTNIGHT), SATURDAY + 5, 0) == SATURDAY + 5


def test_work_that_outlasts_the_run_never_ends() -> None:
    assert end_of_work(working_days(FORTNIGHT), 13 * DAY, DAY) == NOT_IN_THIS_RUN


def test_a_door_is_open_from_its_opening_to_just_before_its_closing() -> None:
    weekdays = ((9 * HOUR, 17 * HOUR),) * 5 + (None, None)
    door = opening_hours(FORTNIGHT, Hours(by_weekday=weekdays, bank_holidays=False))
    assert door is not None
    assert [door.is_open(t * HOUR) for t in (8, 9, 16, 17)] == [False, True, True, False]
    assert not door.is_open(DAY + 12 * HOUR)  # Tuesday, the bank holiday
    assert not door.is_open(SATURDAY + 12 * HOUR)
    assert door.next_opening(17 * HOUR) == 2 * DAY + 9 * HOUR
    assert door.next_opening(SATURDAY) == MONDAY + 9 * HOUR
    assert door.next_opening(11 * DAY + 18 * HOUR) == NOT_IN_THIS_RUN
    assert opening_hours(FORTNIGHT, None) is None


def test_dated_places_are_those_of_the_last_date_reached() -> None:
    dated = (Places(from_second=0, places=5), Places(from_second=DAY, places=0), Places(from_second=3 * DAY, places=2))
    assert [places_at(dated, t) for t in (0, DAY - 1, DAY, 3 * DAY, 9 * DAY)] == [5, 5, 0, 2, 2]
    assert places_at((Places(from_second=0, places=None),), 7) is None


def test_the_most_places_to_come_count_from_this_instant_on() -> None:
    dated = (Places(from_second=0, places=5), Places(from_second=DAY, places=0), Places(from_second=3 * DAY, places=2))
    assert most_places_by_row(dated) == (5, 2, 2)
    assert most_places_by_row(dated[:2]) == (5, 0)
    assert most_places_by_row((*dated, Places(from_second=4 * DAY, places=None))) == (NOT_IN_THIS_RUN,) * 4
    assert [row_at(dated, t) for t in (0, DAY - 1, DAY, 3 * DAY, 9 * DAY)] == [0, 0, 1, 2, 2]


@pytest.mark.usefixtures("in_own_folder")
@pytest.mark.parametrize(
    ("dates", "notices"),
    [
        ("[2026-05-04, 2026-08-31]", ()),  # the second is after the run of 30 days, in its year
        (
            "[2025-12-25, 2026-05-04, 2027-01-01]",
            (
                "2 of the 3 dates in calendar.bank_holidays, such as 2025-12-25, are of other years than the run, which is from "
                "2026-04-06 to 2026-05-05",
            ),
        ),
        ("england-and-wales", ()),
    ],
)
def test_bank_holidays_of_years_that_the_run_does_not_reach_are_noted(dates: str, notices: tuple[str, ...]) -> None:
    assert small_world("measured_days: 20}", f"measured_days: 20, bank_holidays: {dates}}}").notices == notices
