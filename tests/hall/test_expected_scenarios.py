"""The scenarios that CI checks use every mechanism between them, and each has its expected file, from these values."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Arrival, Group, Route, Scenario, Service, Step, Visit
from sim.model.engine import run
from sim.model.records import ADMITTED, DIED_WAITING, GAVE_UP, NO_PLACE, TURNED_AWAY, Ledger
from sim.regression.baselines import baseline_of, expected_files_without_scenario, scenarios_in, written_values

FOLDER = Path(__file__).parents[1] / "expected"
FILES = scenarios_in(FOLDER, all_of_them=True)


@cache
def scenarios() -> tuple[Scenario, ...]:
    return tuple(read_scenario(file) for file in FILES)


@cache
def ledger_of(scenario: Scenario) -> Ledger:
    return run(scenario, 0)


def services() -> Iterable[Service]:
    return (service for one in scenarios() for service in one.services)


def groups() -> Iterable[Group]:
    return (group for one in scenarios() for group in one.people)


def outside() -> Iterable[Arrival]:
    return (one for group in groups() for one in group.arrivals_outside)


def visits() -> Iterable[Visit]:
    return (visit for group in groups() for visit in group.journey)


def routes() -> Iterable[Route]:
    return (route for visit in visits() for route in visit.then)


def steps() -> Iterable[Step]:
    return (step for route in routes() for step in route.steps)


def ended(ending: int) -> Callable[[], bool]:
    return lambda: any((ledger_of(one).waits["ending"] == ending).any() for one in small_ones())


def small_ones() -> list[Scenario]:
    return [one for one in scenarios() if not one.id.endswith("_short")]


def somebody_changed_places() -> bool:
    """Two people who gave each other their places at one instant, both places being the last."""
    (scenario,) = (one for one in scenarios() if one.id == "rings_and_returns")
    stays = ledger_of(scenario).stays
    moves = Counter(zip(*(stays[name].tolist() for name in ("left", "service", "to")), strict=True))
    return any((left, to, here) in moves for left, here, to in moves if here != to)


def somebody_changed_levels() -> bool:
    return any((ledger_of(one).stays["found"] != ledger_of(one).stays["after"]).any() for one in small_ones())


MECHANISMS: dict[str, Callable[[], bool]] = {
    "doors": lambda: any(one.admission_hours for one in services()),
    "discharge hours": lambda: any(one.discharge_hours for one in services()),
    "a review that may not happen": lambda: any(one.review and min(one.review.chance_by_weekday) < 1 for one in services()),
    "doors closed on bank holidays": lambda: any(
        hours and not hours.bank_holidays for one in services() for hours in (one.admission_hours, one.discharge_hours)
    ),
    "bank holidays": lambda: any(one.calendar.bank_holidays for one in scenarios()),
    "working days": lambda: any(step.working_days for step in steps()),
    "steps that start on admission": lambda: any(step.starts == "on_admission" for step in steps()),
    "steps that start before ready": lambda: any(step.starts == "before_ready" for step in steps()),
    "steps after several others": lambda: any(len(step.after) > 1 for step in steps()),
    "steps that some need": lambda: any(step.share < 1 for step in steps()),
    "teams": lambda: any(step.team for step in steps()),
    "teams that change": lambda: any(len(team.capacity) > 1 for one in scenarios() for team in one.teams),
    "joining a list early": lambda: any(route.may_join_after for route in routes()),
    "longest waits": ended(GAVE_UP),
    "no wait at all": lambda: any(r.longest_wait is not None and r.longest_wait.mean_days == 0 for r in routes()),
    "dated capacity": lambda: any(len(one.capacity) > 1 for one in services()),
    "nowhere to go any more": ended(NO_PLACE),
    "queue limits": ended(TURNED_AWAY),
    "priorities": lambda: any(route.priority != 5 for route in routes())
    and any(one.priority != 5 for one in outside()),
    "surge": lambda: any(one.surge for one in services()),
    "cleaning": lambda: any(one.turnaround for one in services()),
    "hours a week": lambda: any(one.counted_in == "hours_per_week" for one in services()),
    "passing in the queue": lambda: any(one.may_pass for one in services()),
    "tapering": lambda: any(len(visit.tapers) > 1 for visit in visits()),
    "ground lost in time": lambda: any(v.lost_ground and v.lost_ground.longer_stay_days_per_delayed_day for v in visits()),
    "ground lost in destination": lambda: any(v.lost_ground and v.lost_ground.worse_to for v in visits()),
    "death while delayed": lambda: any(visit.dies_while_delayed for visit in visits()),
    "death while waiting": ended(DIED_WAITING),
    "death in a stay": lambda: any(route.to == "died" for route in routes()),
    "census by elapsed time": lambda: any(e.elapsed and not e.remaining for one in scenarios() for e in one.census),
    "census with remaining time": lambda: any(entry.remaining for one in scenarios() for entry in one.census),
    "census that waits": lambda: any(entry.waited for one in scenarios() for entry in one.census),
    "census outside": lambda: any(entry.service == "outside" for one in scenarios() for entry in one.census),
    "rings": somebody_changed_places,
    "readmission": lambda: any(v.service == "home" and any(r.to == "hospital" for r in v.then) for v in visits()),
    "arrivals by weekday": lambda: any(len(set(group.by_weekday)) > 1 for group in groups()),
    "arrivals by month": lambda: any(len(set(group.by_month)) > 1 for group in groups()),
    "exact arrivals": lambda: any(group.arrivals for group in groups()),
    "prevented admissions": lambda: any(share for group in groups() for _, share in group.prevented),
    "several arrival services": lambda: any(len(group.arrives_at) > 1 for group in groups()),
    "another way in": lambda: any(one.otherwise != "out" for one in outside()),
    "giving up outside": lambda: any(one.longest_wait for one in outside()),
    "traits that depend on each other": lambda: any(trait.depends_on for group in groups() for trait in group.traits),
    "levels that a stay changes": somebody_changed_levels,
    "levels that a delay changes": lambda: any(v.lost_ground and v.lost_ground.changes for v in visits()),
    "a group without the trait of another": lambda: any(0 < sum(bool(g.traits) for g in one.people) < len(one.people) for one in scenarios()),
    "two groups": lambda: any(len(one.people) > 1 for one in scenarios()),
    "a stay by route": lambda: any(route.stay for route in routes()),
    "a file of lengths": lambda: any(file.endswith(".csv") for one in scenarios() for file, _ in one.files),
    "moves": ended(ADMITTED),
    "an overlay": lambda: any(one.changes for one in scenarios()),
}  # fmt: skip


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_some_scenario_uses(mechanism: str) -> None:
    assert MECHANISMS[mechanism](), f"no scenario of {FOLDER} uses {mechanism}"


def test_every_kind_of_price_is_used() -> None:
    kinds = {price.per for one in scenarios() for price in one.costs.prices}
    assert kinds == {"open_day", "occupied_day", "admission", "delayed_day", "step"}


def test_six_scenarios_or_more_and_nothing_left_over() -> None:
    assert len(FILES) >= 6
    assert expected_files_without_scenario(FOLDER, FILES) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: Path(file).stem)
def test_the_expected_file_is_of_these_values(file: str) -> None:
    baseline = baseline_of(file)
    assert baseline.trouble == ""
    assert baseline.expected is not None
    assert baseline.expected.values == written_values(read_scenario(file))


def test_one_of_them_is_as_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(FOLDER / "closed_for_a_while.yaml"), "--workers", "1"]) == 0, capsys.readouterr().out


@pytest.mark.nightly
def test_all_of_them_are_as_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0, capsys.readouterr().out
