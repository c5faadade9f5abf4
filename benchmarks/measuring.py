"""The order of measuring, from the command line to what is printed: engines, growth, processes, the default comparison.

Names in the JSON are in findings.py, sizes in sizes.py.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import ours, processes, programs, tables
from benchmarks.findings import Findings
from benchmarks.rounds import Round, Spread, measure, speed, times_faster
from benchmarks.sizes import QUICK, WHOLE, Sizes
from sim.inputs.loading import read_scenario

BASELINE = processes.ROOT / "scenarios" / "baseline.yaml"
NO_TIME = "left out: no time was left of the 45 seconds"


def main(argv: list[str]) -> int:
    """Measures, prints, writes; the exit code."""
    typed = _understood(argv)
    sizes = QUICK if typed.quick else WHOLE
    findings = Measuring(sizes, Findings(quick=typed.quick)).run()
    told = json.dumps(findings.as_json(), indent=1, ensure_ascii=False) + "\n"
    if typed.json == "-":
        sys.stdout.write(told)
    else:
        print(tables.page(findings))
        if typed.json:
            Path(typed.json).write_text(told, encoding="utf-8")
    if typed.write:
        tables.write(findings)
    return 0


def _understood(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description="How fast is it, beside what?")
    parser.add_argument(
        "--quick", action="store_true", help="smaller models, within 45 seconds (whole: about five minutes)"
    )
    parser.add_argument("--json", metavar="FILE", help="what was found as JSON; - is standard output, without tables")
    parser.add_argument("--write", action="store_true", help="puts the tables into docs/benchmarks.md and README.md")
    typed = parser.parse_args(argv)
    if typed.quick and typed.write:
        parser.error("--write needs the whole measurement: leave out --quick")
    return typed


class Measuring:
    """One run of the benchmarks."""

    def __init__(self, sizes: Sizes, findings: Findings) -> None:
        self.sizes, self.findings = sizes, findings
        self.give_up = time.monotonic() + sizes.give_up_after
        self.baseline = read_scenario(BASELINE)

    def run(self) -> Findings:
        """Measures one thing after the other; what there is no time or no engine for gets a reason."""
        gc.freeze()  # what was imported is nobody's garbage to look through
        self.engines()
        self.engines_on_the_baseline()
        self.counted()
        self.growth()
        self.whole_processes()
        self.whole_commands()
        self.memory()
        return self.findings

    def engines(self) -> None:
        """Every program on the same model."""
        found = self.findings
        all_programs = programs.on_the_model(self.sizes, found.reasons)
        rounds = measure(all_programs, self.sizes.rounds, self.give_up, say)
        found.rounds = len(rounds)
        for program in all_programs:
            key = program.key
            found.speeds[key] = speed(rounds, key) or 0.0
            found.over_simpy |= _named(key, times_faster(rounds, key, programs.SIMPY))
            found.below_c |= _named(key, times_faster(rounds, programs.C, key))
        pairs = {
            "compiled_over_idiomatic_simpy": (ours.COMPILED, programs.SIMPY),
            "reference_over_idiomatic_simpy": (ours.REFERENCE, programs.SIMPY),
            "compiled_over_idiomatic_simpy_standard_library": (ours.COMPILED, programs.SIMPY_STANDARD),
            "compiled_over_ciw": (ours.COMPILED, programs.CIW),
            "compiled_over_reference": (ours.COMPILED, ours.REFERENCE),
            "c_over_compiled": (programs.WHOLE_C, ours.COMPILED),
            "c_stays_only_over_compiled": (programs.C, ours.COMPILED),
        }
        for name, (one, other) in pairs.items():
            missing = [key for key in (one, other) if key in found.reasons]
            self.note(name, times_faster(rounds, one, other), found.reasons[missing[0]] if missing else "")

    def engines_on_the_baseline(self) -> None:
        """Our two engines with every mechanism on."""

        def ratio() -> Spread | None:
            both = programs.on_the_baseline(self.baseline, self.sizes)
            rounds = measure(both, self.sizes.rounds, self.give_up, say)
            return times_faster(rounds, ours.COMPILED, ours.REFERENCE)

        self.note_in_time("compiled_over_reference_on_baseline", ratio)

    def counted(self) -> None:
        """A replication that is checked and measured too: beside the engine alone, and beside SimPy that counts."""

        def over_walked() -> Spread | None:
            both = programs.counted_on_the_baseline(self.baseline, self.sizes)
            rounds = measure(both, self.sizes.rounds, self.give_up, say)
            return times_faster(rounds, ours.COMPILED, programs.COUNTED)  # as many times as costly

        def over_simpy() -> Spread | None:
            rounds = measure(programs.counted_on_the_model(self.sizes), self.sizes.rounds, self.give_up, say)
            return times_faster(rounds, programs.COUNTED, programs.COUNTING_SIMPY)

        self.note_in_time("counted_over_walked_on_baseline", over_walked)
        self.note_in_time("counted_over_counting_simpy", over_simpy)

    def growth(self) -> None:
        """The cost of an event in larger hospitals and longer runs."""
        rounds: list[Round] = []

        def ratio(large: str, small: str) -> Spread | None:
            if not rounds:
                rounds.extend(measure(programs.growing(ours.COMPILED), self.sizes.growth_rounds, self.give_up, say))
            return times_faster(rounds, small, large)  # as many times as costly

        self.note_in_time("cost_per_event_10x_beds", lambda: ratio("10x", "1x"))
        self.note_in_time("cost_per_event_20_years", lambda: ratio("20 years", "2 years"))

    def whole_processes(self) -> None:
        """By the clock on the wall: two processes over one, the default comparison."""
        found = self.findings
        if self.no_time("two_processes_over_one"):
            self.no_time("simulation_share_of_comparison")
            return
        say("two processes and one")
        ratio, found.process_replications = processes.two_over_one(
            self.baseline, self.sizes.process_rounds, self.sizes.process_seconds
        )
        self.note("two_processes_over_one", ratio)
        if self.no_time("simulation_share_of_comparison"):
            return
        say("the default comparison")
        found.comparison = processes.default_comparison(self.sizes.comparison_replications)
        share = found.comparison.simulation_share()
        self.note("simulation_share_of_comparison", _alone(share), "run.json does not say its stages")

    def whole_commands(self) -> None:
        """The default comparison as a command: its processor time, and two workers beside one."""
        for name, ratio in (
            ("comparison_processor_seconds", processes.processor_seconds_of_comparison),
            ("two_workers_over_one", lambda rounds: processes.two_workers_over_one(rounds, 200)),
        ):
            if self.sizes.command_rounds == 0:
                self.note(name, None, "left out: whole commands take too long for --quick")
            else:
                say(name.replace("_", " "))
                self.note(name, ratio(self.sizes.command_rounds))

    def memory(self) -> None:
        """Bytes of the compiled engine's state a person."""
        self.note("bytes_a_person", _alone(ours.bytes_a_person(self.baseline)))

    def note_in_time(self, name: str, ratio: Callable[[], Spread | None]) -> None:
        """Notes a figure, if there is time."""
        if not self.no_time(name):
            self.note(name, ratio())

    def note(self, name: str, figure: Spread | None, reason: str = "") -> None:
        """Notes a figure, or why there is none."""
        self.findings.figures[name] = figure
        if figure is None:
            self.findings.reasons[name] = reason

    def no_time(self, name: str) -> bool:
        """Is it too late to begin something new? Then that is its reason."""
        if time.monotonic() <= self.give_up:
            return False
        self.note(name, None, NO_TIME)
        return True


def _named(key: str, one: Spread | None) -> dict[str, Spread]:
    return {} if one is None else {key: one}


def _alone(value: float | None) -> Spread | None:
    return None if value is None else Spread(value, value, value)


def say(text: str) -> None:
    """How far it is, apart from what was found."""
    print(text, file=sys.stderr, flush=True)
