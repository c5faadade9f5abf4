"""The observer: silent on every sound run, and for each identity a planted bug that makes it speak."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.model.engine import run, run_observed
from sim.model.records import NEVER
from sim.model.reference import invariants
from sim.model.reference.bed_manager import BedManager
from sim.model.reference.capacity import BayState, Circles, Places, ServiceState, TeamState
from sim.model.reference.invariants import IdentityBrokenAt
from sim.model.reference.journey import Journeys
from sim.model.reference.steps import Steps
from tests.results.sweeps import check

EXPECTED = Path(__file__).parents[1] / "expected"
EXAMPLES = sorted((Path(__file__).parents[1] / "worked_examples").glob("*.yaml"))
EXPECTED_NAMES = [
    "bays_and_rotas",
    "census_and_surge",
    "hours_of_care",
    "rings_and_returns",
    "steps_outside",
    "teams_and_queues",
    "waiting_lists",
]
WHERE = re.compile(r": day \d+ at \d\d:\d\d:\d\d \(\d{4}-\d\d-\d\d\), [a-z ]*[a-z_]+[,:]")


def scenario_of(name: str, days: int = 30) -> Scenario:
    file = EXPECTED / f"{name}.yaml"
    scenario = read_scenario(file if file.exists() else Path(__file__).with_name(f"{name}.yaml"))
    return replace(scenario, calendar=replace(scenario.calendar, warm_up_days=0, measured_days=days))


def tables(scenario: Scenario, how: Callable[[Scenario, int], Any]) -> dict[str, list[int]]:
    ledger = how(scenario, 0)
    names = ("people", "waits", "stays", "steps", "places", "arrival_steps")
    return {f"{name}.{c}": v.tolist() for name in names for c, v in getattr(ledger, name).items()}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_worked_examples_break_no_identity(file: Path) -> None:
    scenario = read_scenario(file)
    check(scenario, run_observed(scenario, 0))


@pytest.mark.parametrize("name", EXPECTED_NAMES)
def test_an_observed_run_gives_the_same_ledger(name: str) -> None:
    scenario = scenario_of(name)
    assert tables(scenario, run_observed) == tables(scenario, run)


# -- planted bugs -----------------------------------------------------------------------------------------------------

Plant = Callable[[pytest.MonkeyPatch], None]


def loses_somebody(patch: pytest.MonkeyPatch) -> None:
    """Every person whose rank ends in 50 is told to wait outside, and forgotten."""
    wait_outside = Journeys.wait_outside
    patch.setattr(
        Journeys,
        "wait_outside",
        lambda self, person: self.clock.event() if person.arriving.rank % 100 == 50 else wait_outside(self, person),
    )


def keeps_the_old_place(patch: pytest.MonkeyPatch) -> None:
    leave = Journeys.leave

    def forgetful(self: Journeys, person: Any, to: int, cleans: bool = True) -> None:
        stay = person.stay
        leave(self, person, to, cleans)
        if stay is not None and to < self.plan.died:
            stay.left = NEVER

    patch.setattr(Journeys, "leave", forgetful)


def counts_a_leaver_as_held(patch: pytest.MonkeyPatch) -> None:
    leave = Journeys.leave

    def forgetful(self: Journeys, person: Any, to: int, cleans: bool = True) -> None:
        stay = person.stay
        leave(self, person, to, cleans)
        if stay is not None:
            self.places.bays[stay.bay].held += 1

    patch.setattr(Journeys, "leave", forgetful)


def lets_one_too_many_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(BayState, "free", lambda self: self.open_places + 1 - self.held - self.cleaning)


def opens_a_place_too_many(patch: pytest.MonkeyPatch) -> None:
    plan_places = ServiceState.plan_places

    def generous(self: ServiceState, now: int) -> None:
        plan_places(self, now)
        for bay in self.bays if now > 0 else ():
            bay.open_places += 1

    patch.setattr(ServiceState, "plan_places", generous)


def lets_people_wait(patch: pytest.MonkeyPatch) -> None:
    """Nobody with a rank that ends in 9 is ever told that the way is free."""
    may_move = BedManager._may_move
    patch.setattr(
        BedManager,
        "_may_move",
        lambda self, wait: wait.person.arriving.rank % 10 != 9 and may_move(self, wait),
    )


def keeps_those_who_wait_when_it_closes(patch: pytest.MonkeyPatch) -> None:
    goes_back = BedManager._goes_back
    patch.setattr(
        BedManager,
        "_goes_back",
        lambda self, wait: wait.joined == self.clock.now and goes_back(self, wait),
    )


def sees_no_rings(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(BedManager, "_exchange", lambda _: False)


def lines_up_at_the_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ServiceState, "line_up", lambda self, wait: self.queue.append(wait))
    patch.setattr(ServiceState, "step_out", lambda self, wait: self.queue.remove(wait))


def leaves_them_in_the_queue(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ServiceState, "step_out", lambda *_: None)


def never_releases_the_team(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Steps, "_release_team", lambda *_: None)


def has_no_team_for_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Steps, "place", lambda _: False)


def team_does_the_last_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(TeamState, "line_up", lambda self, work, order: self.queue.insert(0, (order, work)))


def team_works_beyond_its_places(patch: pytest.MonkeyPatch) -> None:
    def place(self: Steps) -> bool:
        kept = [team.open_places for team in self.teams]
        for team in self.teams:
            team.open_places += 1
        placed = original(self)
        for team, places in zip(self.teams, kept, strict=True):
            team.open_places = places
        return placed

    original = Steps.place
    patch.setattr(Steps, "place", place)


def team_never_shrinks(patch: pytest.MonkeyPatch) -> None:
    plan_team = Steps._plan_team

    def stubborn(self: Steps, number: int) -> None:
        before = self.teams[number].open_places
        plan_team(self, number)
        self.teams[number].open_places = max(before, self.teams[number].open_places)

    patch.setattr(Steps, "_plan_team", stubborn)


def sees_no_lists(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Places, "line", lambda self, number: self.services[number].queue)


def is_in_no_circle_on_a_list(patch: pytest.MonkeyPatch) -> None:
    count = Circles.count

    def counts(self: Circles, wait: Any, change: int) -> None:
        if len(self._plan.members[wait.to]) == 1:
            count(self, wait, change)

    patch.setattr(Circles, "count", counts)


def lets_anybody_into_any_bay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(BayState, "is_for", lambda *_: True)


def first_in_line_stops_all(patch: pytest.MonkeyPatch) -> None:
    """Whom no free bay is for stops the line, as if hours were counted."""
    patch.setattr(BedManager, "_stops", lambda *_: True)


def waits_before_the_steps_are_done(patch: pytest.MonkeyPatch) -> None:
    def hasty(_: Journeys, outside: Any) -> None:
        if not outside.person.moved.triggered:
            outside.person.moved.succeed()

    patch.setattr(Journeys, "_look_outside", hasty)


def forgets_whose_steps_are_done(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Journeys, "_look_outside", lambda *_: None)


BUGS: list[tuple[Plant, str, str]] = [
    (loses_somebody, "census_and_surge", invariants.EVERYBODY_IS_SOMEWHERE),
    (keeps_the_old_place, "census_and_surge", invariants.ONE_PLACE_EACH),
    (leaves_them_in_the_queue, "teams_and_queues", invariants.ONE_PLACE_EACH),
    (counts_a_leaver_as_held, "census_and_surge", invariants.HELD_IS_COUNTED),
    (counts_a_leaver_as_held, "hours_of_care", invariants.HELD_IS_COUNTED),
    (lets_one_too_many_in, "rings_and_returns", invariants.NEVER_OVERFULL),
    (opens_a_place_too_many, "census_and_surge", invariants.OPEN_AS_PLANNED),
    (lets_people_wait, "doors_and_hours", invariants.NOBODY_WAITS_BESIDE_A_FREE_PLACE),
    (lets_people_wait, "hours_of_care", invariants.NOBODY_WAITS_BESIDE_A_FREE_PLACE),
    (keeps_those_who_wait_when_it_closes, "teams_and_queues", invariants.NOBODY_WAITS_IN_VAIN),
    (sees_no_rings, "rings_and_returns", invariants.NO_RING_WAITS),
    (lines_up_at_the_end, "teams_and_queues", invariants.IN_ORDER),
    (sees_no_lists, "waiting_lists", invariants.NOBODY_WAITS_BESIDE_A_FREE_PLACE),
    (lets_people_wait, "waiting_lists", invariants.NOBODY_WAITS_BESIDE_A_FREE_PLACE),
    (lines_up_at_the_end, "waiting_lists", invariants.IN_ORDER),
    (is_in_no_circle_on_a_list, "waiting_lists", invariants.NO_RING_WAITS),
    (lets_anybody_into_any_bay, "bays_and_rotas", invariants.FOR_THEM),
    (first_in_line_stops_all, "bays_and_rotas", invariants.NOBODY_WAITS_BESIDE_A_FREE_PLACE),
    (counts_a_leaver_as_held, "bays_and_rotas", invariants.HELD_IS_COUNTED),
    (lets_one_too_many_in, "bays_and_rotas", invariants.NEVER_OVERFULL),
    (opens_a_place_too_many, "bays_and_rotas", invariants.OPEN_AS_PLANNED),
    (waits_before_the_steps_are_done, "steps_outside", invariants.FIRST_THE_STEPS),
    (forgets_whose_steps_are_done, "steps_outside", invariants.FIRST_THE_STEPS),
    (never_releases_the_team, "steps_outside", invariants.TAKEN_IS_COUNTED),
    (never_releases_the_team, "teams_and_queues", invariants.TAKEN_IS_COUNTED),
    (has_no_team_for_anybody, "teams_and_queues", invariants.NOBODY_WAITS_FOR_A_FREE_TEAM),
    (team_does_the_last_first, "teams_and_queues", invariants.TEAM_IN_ORDER),
    (team_works_beyond_its_places, "teams_and_queues", invariants.TEAM_NEVER_OVERFULL),
    (team_never_shrinks, "teams_and_queues", invariants.TEAM_OPEN_AS_PLANNED),
]


@pytest.mark.parametrize(("plant", "name", "identity"), BUGS, ids=[f"{bug[0].__name__}-{bug[1]}" for bug in BUGS])
def test_a_planted_bug_is_seen(monkeypatch: pytest.MonkeyPatch, plant: Plant, name: str, identity: str) -> None:
    plant(monkeypatch)
    with pytest.raises(IdentityBrokenAt) as broken:
        run_observed(scenario_of(name, days=100), 0)
    said = str(broken.value)
    assert said.startswith(f"{identity}: day ")
    assert WHERE.search(said), said


def test_every_identity_has_a_planted_bug() -> None:
    named = {
        value for name, value in vars(invariants).items() if name.isupper() and isinstance(value, str) and " " in value
    }
    assert {bug[2] for bug in BUGS} == named


@pytest.mark.parametrize("verb", ["run", "check"])
def test_a_broken_identity_stops_the_command_with_code_3(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lets_people_wait(monkeypatch)
    file = str(EXPECTED / "hours_of_care.yaml")
    more = ["--observe", "--replications", "1", "--outputs", str(tmp_path)] if verb == "run" else []
    assert main([verb, file, "--workers", "1", *more]) == 3
    said = capsys.readouterr().err
    assert "IdentityBrokenAt: nobody eligible waits beside a free place: day " in said
    assert re.search(r", everyone-\d*9 \(rank \d+\): waits, \d+ are free", said)
    assert "Traceback" not in said
    if verb == "run":
        assert [path.name for path in tmp_path.iterdir() if path.name != ".cache"] == []


@pytest.mark.slow
def test_observing_a_command_leaves_its_results_alone(tmp_path: Path) -> None:
    file = str(EXPECTED / "closed_for_a_while.yaml")
    for folder, more in (("plain", []), ("observed", ["--observe"])):
        outputs = str(tmp_path / folder)
        assert main(["run", file, "--replications", "2", "--workers", "1", "--outputs", outputs, *more]) == 0
    plain, observed = (next((tmp_path / folder).glob("*/replications.csv")) for folder in ("plain", "observed"))
    assert plain.read_bytes() == observed.read_bytes()
