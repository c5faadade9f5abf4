"""Who can be compared with whom: the same people on the same days, or not at all."""

from dataclasses import replace
from datetime import date

import pytest

from sim.inputs.distributions import fixed
from sim.inputs.scenario import CensusEntry, Scenario
from sim.runs.collecting import changes_between, named_apart, paired, warning_words
from tests.hall.worlds import bigger, small

BASE = small()
THERE = CensusEntry(group="everyone", service="hospital", count=3, elapsed=fixed(2))


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (replace(BASE, seed=2), "seed is 2, not 1"),
        (replace(BASE, replications=9), "replications is 9, not 4"),
        (replace(BASE, census=(THERE,)), "census: other people are there at the start"),
        (
            replace(BASE, calendar=replace(BASE.calendar, start=date(2026, 5, 4))),
            "calendar.start is 2026-05-04, not 2026-04-06",
        ),
        (
            replace(BASE, calendar=replace(BASE.calendar, warm_up_days=0, measured_days=7)),
            "calendar.warm_up_days is 0, not 30; calendar.measured_days is 7, not 60",
        ),
    ],
)
def test_other_people_or_other_days_are_not_compared(other: Scenario, reason: str) -> None:
    more = bigger(BASE)
    chosen, left_out = paired((BASE, replace(other, file="other.yaml"), more))
    assert chosen == (BASE, more)
    assert [(one.file, one.reason) for one in left_out] == [
        ("other.yaml", f"cannot be compared with the base: {reason}")
    ]


def test_files_of_one_name_get_ids_of_their_own() -> None:
    assert [scenario.id for scenario in named_apart([BASE, BASE, bigger(BASE), BASE])] == [
        "base",
        "base-2",
        "more",
        "base-3",
    ]


def test_what_differs_is_told_old_and_new_with_its_place() -> None:
    (change,) = changes_between(BASE, bigger(BASE, unit=9))
    assert (change.path, change.old, change.new, change.place()) == ("services.unit.beds", "4", "9", "base.yaml:7")


def test_a_warning_is_said_once_with_all_whom_it_concerns() -> None:
    crowded = small(beds=3)
    words = warning_words((crowded, bigger(crowded, unit=40)))
    assert [word.split(":")[0] for word in words] == ["In both scenarios, hospital", "In Base, unit"]
