"""What is measured by the clock on the wall: two processes beside one, and the default comparison from its start to its end."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import ours
from benchmarks.rounds import Spread, spread
from sim.inputs.scenario import Scenario

ROOT = Path(__file__).parents[1]
DEFAULT_FILES = ("scenarios/baseline.yaml", "scenarios/cedarwood.yaml")
FEWEST, MOST = 4, 5000  # replications


def two_over_one(scenario: Scenario, rounds: int, seconds: float) -> tuple[Spread, int]:
    """How many times as fast two processes are, their start-up included; and how many replications they shared."""
    ours.aggregates(scenario, 1, workers=1)  # loads what is compiled
    started = time.perf_counter()
    ours.aggregates(scenario, 8, workers=1)
    once = (time.perf_counter() - started) / 8
    replications = max(FEWEST, min(MOST, round(seconds / once)))
    return spread([_seconds(scenario, replications, 1) / _seconds(scenario, replications, 2) for _ in range(rounds)]), (
        replications
    )


def _seconds(scenario: Scenario, replications: int, workers: int) -> float:
    started = time.perf_counter()
    assert ours.aggregates(scenario, replications, workers) == replications
    return time.perf_counter() - started


@dataclass(frozen=True)
class Comparison:
    """The default comparison as a planner starts it: seconds on the wall, and seconds by stage as it says itself."""

    seconds: float
    stages: dict[str, float]
    replications: int
    workers: int
    engine: str

    def simulation_share(self) -> float | None:
        """Draws and engine, as a share of all its stages but the cross-check; None where it does not say."""
        parts = [self.stages[name] for name in ("draws", "engine") if name in self.stages]
        others = [seconds for name, seconds in self.stages.items() if name != "cross-check"]
        return sum(parts) / sum(others) if parts else None


def default_comparison(replications: int | None) -> Comparison:
    """Runs it once, as a process of its own, into a folder that is thrown away."""
    seconds, _, told = _compared(*([] if replications is None else ["--replications", str(replications)]))
    alone, together = told["seconds_by_stage"], told["seconds_by_stage_summed_over_workers"]
    alone.pop("replications")  # while the workers work
    stages = {"start-up": alone.pop("start-up"), **together, **alone}
    return Comparison(seconds, stages, int(told["replications"]), int(told["workers"]), str(told["engine"]))


def processor_seconds_of_comparison(rounds: int) -> Spread:
    """Processor time of the default comparison and all its processes, without the cross-check."""
    return spread([_compared("--no-cross-check")[1] for _ in range(rounds)])


def two_workers_over_one(rounds: int, replications: int) -> Spread:
    """How many times as fast two workers are, the whole command from its start to its end, by the clock on the wall."""
    fixed = ("--no-cross-check", "--replications", str(replications), "--workers")
    return spread([_compared(*fixed, "1")[0] / _compared(*fixed, "2")[0] for _ in range(rounds)])


def _of_a_planner() -> dict[str, str]:
    """Our environment, with no store, and with Python keeping what it compiled, whatever is set here."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, "BEDFLOW_STORE": "off"}


def _compared(*options: str) -> tuple[float, float, dict[str, Any]]:
    """The default comparison: seconds on the wall, of processors, and what it says of itself; nothing comes from a store."""
    with tempfile.TemporaryDirectory(prefix="bedflow-benchmark-") as folder:
        command = [sys.executable, str(ROOT / "run_sim.py"), "compare", *DEFAULT_FILES, "--outputs", folder, *options]
        started, before = time.perf_counter(), os.times()
        subprocess.run(
            command,
            cwd=ROOT,
            env=_of_a_planner(),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seconds, after = time.perf_counter() - started, os.times()
        told = json.loads(next(Path(folder).glob("*/run.json")).read_text(encoding="utf-8"))
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, used, told
