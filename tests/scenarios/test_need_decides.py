"""Need decides: with every effect at none, more places change when and where people are helped, never what becomes of them.

An effect, where there is one, then moves people one way only, each of them.
"""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Levels, Scenario
from sim.model.records import NEVER, Ledger
from sim.runs.engines import ledger_of
from sim.runs.workers import Stopwatch
from tests.engines import engines
from tests.scenarios.runs import SCENARIOS

BASELINE = "baseline.yaml"
JOURNEY = "people.older_people.journey"
TWO_YEARS = ("calendar.warm_up_days=0", "calendar.measured_days=730")
Person = tuple[int, int]  # group, and number in it
End = tuple[str, str, int]  # what became of somebody, what they needed for good, and how often they were in hospital


def ledger(scenario: Scenario) -> Ledger:
    """Its first replication. Without a cross-check: tests/model/test_compiled.py has one of every shipped file."""
    return ledger_of(replace(engines(), cross_check=False), scenario, 0, 0, Stopwatch())


def effects(file: str) -> tuple[str, ...]:
    """The path of every chance by which a stay or a delay after hospital moves somebody's need."""
    values = read_scenario(str(SCENARIOS / file)).values
    chances = [one.path for one in values if {"chance", "chance_per_delayed_day"} & set(one.path.split("."))]
    moving = [path for path in chances if path.startswith(f"{JOURNEY}.") and ".hospital." not in path]
    return tuple(path for path in moving if not path.endswith(".by"))


@cache
def ends(file: str, *sets: str) -> dict[Person, End]:
    """What became of each person whose way has come to an end."""
    scenario = read_scenario(str(SCENARIOS / file), (*TWO_YEARS, *sets))
    found, names = ledger(scenario), scenario.destinations
    stays, people = found.stays, found.people
    in_order = np.lexsort((stays["stay"], stays["person"]))
    is_last = np.append(np.diff(stays["person"][in_order]) != 0, True)
    profiles = [group.profiles for group in scenario.people]
    in_hospital = stays["person"][stays["service"] == names.index("hospital")]
    times = np.bincount(in_hospital, minlength=len(people["number"])).tolist()
    ended: dict[Person, End] = {}
    for row in in_order[is_last].tolist():
        person = int(stays["person"][row])
        group, number = (int(people[name][person]) for name in ("group", "number"))
        levels = dict(profiles[group][int(stays["after"][row])])
        died = names[int(stays["to"][row])] == "died" and int(stays["left"][row]) < NEVER
        if end := end_of(names[int(stays["service"][row])], died, tuple(levels.items())):
            ended[group, number] = end, levels["lasting"], times[person]
    return ended


def end_of(service: str, died: bool, levels: Levels) -> str:
    """The end of a way that leads no further from this last stay; empty where it does."""
    course, lasting = (dict(levels)[trait] for trait in ("course", "lasting"))
    if service == "hospital":
        return "died in hospital" if died else ""
    if course == "dies":
        return "died within 91 days" if died else ""
    if service in ("long_term_care", "own_care_home", "home_care_for_good"):
        return service if course == "recovers" else ""
    if service == "home" and course == "recovers" and lasting == "none":
        return "home"
    assert not died, f"somebody died in {service} who was to recover"
    return ""


def compared(one: dict[Person, End], other: dict[Person, End]) -> list[tuple[End, End]]:
    """The ends of those who reached one in both, side by side."""
    both = [(one[person], other[person]) for person in one.keys() & other.keys()]
    assert len(both) > 10_000
    return both


MORE_PLACES: list[tuple[str, ...]] = [
    ("cedarwood.yaml",),
    ("cedarwood/waiting_list_relief.yaml",),
    ("cedarwood/offered_first.yaml",),
    ("step_down_flats.yaml",),
    (BASELINE, "services.community_beds.beds=42"),
    (BASELINE, "services.home_reablement.places=80"),
]


def none_of_them(file: str) -> tuple[str, ...]:
    return tuple(f"{path}=0%" for path in effects(file))


@pytest.mark.slow
@pytest.mark.parametrize("more", MORE_PLACES, ids=" ".join)
def test_without_effects_more_places_change_nobodys_end(more: tuple[str, ...]) -> None:
    file, *sets = more
    before = ends(BASELINE, *none_of_them(BASELINE))
    after = ends(file, *sets, *none_of_them(file))
    assert [pair for pair in compared(before, after) if pair[0] != pair[1]] == []


def test_one_small_effect_of_one_place_would_be_seen() -> None:
    left_on = f"{JOURNEY}.cedarwood.changes.2.chance"
    sets = [f"{path}={'5%' if path == left_on else '0%'}" for path in effects("cedarwood.yaml")]
    before, after = ends(BASELINE, *none_of_them(BASELINE)), ends("cedarwood.yaml", *sets)
    different = [pair for pair in compared(before, after) if pair[0] != pair[1]]
    assert different
    assert {(one[1], other[1]) for one, other in different} == {("care_home", "home_care")}


def test_without_effects_every_end_is_reached_by_many() -> None:
    counted = Counter(end for end, *_ in ends(BASELINE, *none_of_them(BASELINE)).values())
    known = {"died in hospital", "died within 91 days", "long_term_care", "own_care_home", "home_care_for_good", "home"}
    assert set(counted) == known
    assert min(counted.values()) > 200


def test_with_the_shipped_effects_more_places_leave_fewer_in_need_of_care_for_good() -> None:
    both = compared(ends(BASELINE), ends("cedarwood.yaml"))
    before, after = (sum(end == "home_care_for_good" for end, *_ in side) for side in zip(*both, strict=True))
    assert after < before


# Where nobody waits for anybody else's place, an effect reaches the same people in the same stays: it can be followed in each.
HOME_ROOM = ("services.home_reablement.places=9,000", "services.home_care.hours_per_week=100,000")
ROOM = {
    BASELINE: (*HOME_ROOM, "services.community_beds.beds=9,000"),
    "cedarwood/offered_first.yaml": (*HOME_ROOM, "services.cedarwood.beds=9,000"),
}
WORSE = ("none", "home_care", "care_home")
SPARES_HOME_CARE, SPARES_CARE_HOME, DELAY = (
    "changes.1.chance",
    "changes.2.chance",
    "lost_ground.changes.1.chance_per_delayed_day",
)
DIRECTIONS = [
    ("home_reablement", SPARES_HOME_CARE, ("0%", "30%", "60%"), "home_care"),
    ("community_beds", SPARES_HOME_CARE, ("0%", "30%", "60%"), "home_care"),
    ("cedarwood", SPARES_HOME_CARE, ("0%", "30%", "60%"), "home_care"),
    ("community_beds", SPARES_CARE_HOME, ("0%", "20%", "40%"), "care_home"),
    ("cedarwood", SPARES_CARE_HOME, ("0%", "20%", "40%"), "care_home"),
    ("home_reablement community_beds home", DELAY, ("3%", "1%", "0%"), "home_care"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("services", "effect", "chances", "bad"), DIRECTIONS)
def test_more_of_an_effect_leaves_fewer_people_worse_and_nobody_else(
    services: str, effect: str, chances: tuple[str, ...], bad: str
) -> None:
    file = "cedarwood/offered_first.yaml" if services == "cedarwood" else BASELINE
    runs = [
        ends(file, *ROOM[file], *(f"{JOURNEY}.{service}.{effect}={chance}" for service in services.split()))
        for chance in chances  # each better for people than the one before
    ]
    for worse, better in zip(runs, runs[1:], strict=False):
        both = compared(worse, better)
        assert [pair for pair in both if WORSE.index(pair[1][1]) > WORSE.index(pair[0][1])] == []
        assert sum(before[1] == bad for before, _ in both) > sum(after[1] == bad for _, after in both)
