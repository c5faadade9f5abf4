"""What the records say of teams, held against the SimPy model's own count of places taken and steps in line."""

from collections import defaultdict
from pathlib import Path

from hypothesis import settings

from sim.inputs.scenario import Scenario
from sim.model.engine import draw
from sim.model.reference import bed_manager
from sim.model.reference.bed_manager import BedManager
from sim.results.measures import teams
from sim.results.window import Window
from tests.model.test_identities_random import A_FEW_AND_AT_NIGHT, on_towns


class Counted:
    """Seconds times places taken, and times steps in line, of each team in the window."""

    def __init__(self, scenario: Scenario) -> None:
        self.first, self.end = scenario.calendar.window
        self.names = [team.name for team in scenario.teams]
        self.now = 0
        self.state = [(0, 0)] * len(self.names)
        self.taken: dict[str, int] = defaultdict(int)
        self.in_line: dict[str, int] = defaultdict(int)

    def __call__(self, beds: BedManager) -> None:
        self.until(beds.clock.now)
        self.state = [(team.taken, len(team.queue)) for team in beds.steps.teams]

    def until(self, now: int) -> None:
        """Add up to here."""
        seconds = max(0, min(now, self.end) - max(self.now, self.first))
        for name, (taken, in_line) in zip(self.names, self.state, strict=True):
            self.taken[name] += seconds * taken
            self.in_line[name] += seconds * in_line
        self.now = now


def agrees_with_the_count(scenario: Scenario) -> None:
    counted = Counted(scenario)
    ledger = bed_manager.run(*draw(scenario, 0), counted)
    counted.until(counted.end)
    window = Window(scenario, ledger)
    for team in scenario.teams:
        work = teams.work_of(window, team)
        held = teams.held_over_time(window, team).integral(window.first, window.end)
        assert held == counted.taken[team.name], team.name
        assert int(window.clipped(work.started, work.team_joined).sum()) == counted.in_line[team.name], team.name


@A_FEW_AND_AT_NIGHT
def test_teams_are_counted_as_the_model_counts_them(tmp_path: Path, how: settings) -> None:
    on_towns(tmp_path, how, agrees_with_the_count)
