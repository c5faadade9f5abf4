"""What delayed people lacked: a place, an hour, an arrangement or a team; and that it adds up to each reason."""

import re
from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.scenario import REASONS, Hours, Places, Route, Team
from sim.results.charts.flows import PANELS, reasons_chart
from sim.results.invariants.checks import LACKS_ADD_UP, IdentityBroken, check_sums
from sim.results.measure_table import LACKS
from sim.results.measures import delays
from sim.results.report.page import delay_pages
from sim.results.report.study import rendered
from sim.results.window import Window
from sim.results.words.delays import MOST_REASONS, OTHERS, days_by_reason
from sim.runs.collecting import gathered
from sim.runs.experiment import Shared, measured, run_all
from sim.runs.piece import Task
from tests.hall.worlds import small
from tests.results.tiny import Town, group, hospital, service, step, unit

ARRANGE = step("arrange", "p2_bed")
HUB = step("hub", "hub_assessment", team="assessors")
ASSESSORS = Team(name="assessors", capacity=(Places(from_second=0, places=1),))
MORNINGS = Hours(by_weekday=((0, 12 * 3600),) * 7)


def by_lack(town: Town, where: str = "hospital") -> dict[str, float]:
    return town.items(where, "delayed_bed_days", "lack")


def town_with(*, beds: int = 1, **of_unit: object) -> Town:
    """A hospital whose people go to a unit when a bed there has been arranged."""
    routes = [Route(to="unit", share=1.0, steps=(ARRANGE, HUB))]
    return Town(hospital(), unit(beds, **of_unit), days=30, steps=(ARRANGE, HUB), teams=(ASSESSORS,),
                groups=(group(hospital=routes),))  # fmt: skip


def test_a_reason_is_parted_into_arranging_the_bed_and_having_none() -> None:
    # ready on day 2; the bed is arranged on day 5, and free on day 9: both are "reablement bed (P2)"
    town = town_with()
    town.is_there(-5, "unit").stay("unit", -5, 9, 9, "out")
    town.comes(0, admitted=0).stay("hospital", 0, 2, 9, "unit", clear=5).step("arrange", 2, 5).stay("unit", 9)
    assert town.items("hospital", "delayed_bed_days", "reason") == {"p2_bed": 7}
    assert town.items("hospital", "delayed_bed_days", "reason_and_lack") == {"p2_bed, place": 4, "p2_bed, arranging": 3}
    assert by_lack(town) == by_lack(town, "all") == {"place": 4, "arranging": 3}


def test_who_waits_for_an_empty_unit_lacks_no_place() -> None:
    town = town_with(beds=80)
    town.comes(0, admitted=0).stay("hospital", 0, 2, 5, "unit", clear=5).step("arrange", 2, 5).stay("unit", 5)
    assert by_lack(town) == {"arranging": 3}


def test_a_step_that_waits_for_its_team_lacks_the_team() -> None:
    town = town_with()
    person = town.comes(0, admitted=0).stay("hospital", 0, 2, 10, "unit", clear=10)
    person.step("hub", 1, 10, team_joined=6).stay("unit", 10)
    assert town.items("hospital", "delayed_bed_days", "reason_and_lack") == {
        "hub_assessment, arranging": 4,
        "hub_assessment, team": 4,
    }


def test_a_free_bed_behind_a_closed_door_is_an_hour_and_a_full_one_a_place_at_any_hour() -> None:
    town = town_with(admission_hours=MORNINGS)
    town.is_there(-5, "unit").stay("unit", -5, 4.75, 4.75, "out")  # free at 18:00 of day 4, the door opens at midnight
    town.comes(0, admitted=0).stay("hospital", 0, 2, 5, "unit").stay("unit", 5)
    assert by_lack(town) == {"place": 2.75, "hours": 0.25}


def test_the_own_hours_in_which_people_may_leave_count_too_and_home_has_always_a_place() -> None:
    town = Town(hospital(discharge_hours=MORNINGS), days=30)
    town.comes(0, admitted=0).stay("hospital", 0, 2.5, 3, "home").stay("home", 3)
    assert by_lack(town) == {"hours": 0.5}


def test_only_the_window_counts() -> None:
    town = town_with()
    calendar = replace(town.scenario.calendar, warm_up_days=4, measured_days=4)
    town.scenario = replace(town.scenario, calendar=calendar)
    town.is_there(-5, "unit").stay("unit", -5, 9, 9, "out")
    town.comes(0, admitted=0).stay("hospital", 0, 2, 9, "unit", clear=5).step("arrange", 2, 5).stay("unit", 9)
    assert by_lack(town) == {"place": 3, "arranging": 1}


def test_days_that_lack_nothing_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    town = town_with()
    town.comes(0, admitted=0).stay("hospital", 0, 2, 5, "unit", clear=5).step("arrange", 2, 5).stay("unit", 5)
    check_sums(Window(town.scenario, town.ledger()))
    right = delays.lack_seconds

    def moved(window: Window, *more: object) -> np.ndarray:
        return np.roll(right(window, *more), 1, axis=1)  # the sums by service still hold, those by reason do not

    monkeypatch.setattr(delays, "lack_seconds", moved)
    with pytest.raises(IdentityBroken, match=re.escape(LACKS_ADD_UP)):
        check_sums(Window(town.scenario, town.ledger()))


def test_the_chart_and_the_report_show_the_same_parts_of_each_reason() -> None:
    base = small(replications=2)
    findings = gathered((base,), run_all(Shared((base,)), 1), compared=False)
    rows = days_by_reason(findings, [base])
    total = findings.estimate("base", "hospital", "delayed_bed_days")
    assert total is not None and sum(row.total(0) for row in rows) == pytest.approx(total.mean)
    assert {lack for _, lacks in PANELS for lack in lacks} == set(LACKS)  # nothing is left out of the picture
    made = reasons_chart(findings)
    assert made is not None
    title, description, drawing = made
    assert "no place free" in description and len(drawing.axes) == len(PANELS)
    page = rendered(delay_pages(findings))
    for words in ("reablement bed (P2)", "no place free", "arranging it", "all reasons"):
        assert words in page
    assert "hub assessment" in description and "lacking" in title


def test_reasons_beyond_the_first_ten_stand_together() -> None:
    town = Town(
        hospital(), *(service(f"s{number}", "other", 1, reason=reason) for number, reason in enumerate(REASONS))
    )
    for number in range(len(REASONS)):
        town.is_there(-5, f"s{number}").stay(f"s{number}", -5)
        town.comes(0, admitted=0).stay("hospital", 0, number / 4, planned=f"s{number}").wait(f"s{number}", number / 4)
    window = Window(town.scenario, town.ledger())
    findings = gathered((town.scenario,), [[measured(Task(0, 0), window)]], compared=False)
    rows = days_by_reason(findings, [town.scenario])
    assert len(rows) == MOST_REASONS + 1 and rows[-1].label == OTHERS
    assert sum(row.total(0) for row in rows) == pytest.approx(town.value("hospital", "delayed_bed_days"))
    assert "no team free" not in rendered(delay_pages(findings))  # nobody here needs one: no column of nothing
