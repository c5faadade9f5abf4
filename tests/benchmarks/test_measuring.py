"""How the benchmarks measure and tell, with programs that do nothing; no test looks at the clock."""

import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import idiomatic_simpy, measuring, processes, programs, rounds, sizes, tables
from benchmarks.findings import ASKED, Asked, Findings
from benchmarks.model import as_numbers, read_model
from benchmarks.rounds import Program, Spread

PROMISED = {
    "compiled_over_idiomatic_simpy",
    "reference_over_idiomatic_simpy",
    "compiled_over_ciw",
    "c_over_compiled",
    "compiled_over_reference_on_baseline",
    "spells_per_second",
}


def noting(key: str, seen: list[tuple[str, int]], repeats: int = 1) -> Program:
    def work(number: int) -> int:
        seen.append((key, number))
        return sum(range(20_000))

    return Program(key, work, lambda result: min(result, 1), repeats=repeats)


def test_every_program_runs_once_a_round_and_each_round_begins_with_another() -> None:
    seen: list[tuple[str, int]] = []
    found = rounds.measure([noting("a", seen), noting("b", seen, repeats=2)], rounds=3)
    assert [key for key, _ in seen] == ["a", "b", "b", "b", "a", "b", "a", "b", "b"]
    assert [number for key, number in seen if key == "b"] == [0, 1, 2, 3, 4, 5]
    assert [set(one) for one in found] == [{"a", "b"}] * 3


def test_long_work_takes_turns_with_short_work_slice_by_slice() -> None:
    seen: list[str] = []

    def long(_: int) -> Generator[None, None, int]:
        for _ in range(3):
            seen.append("long")
            yield
        seen.append("long")
        return 2

    def short(_: int) -> int:
        seen.append("short")
        return 1

    counted: list[int] = []

    def count(result: int) -> int:
        counted.append(result)
        return result

    rounds.measure([Program("long", long, count, slices=4), Program("short", short, count, repeats=4)], rounds=1)
    assert seen == ["long", "short"] * 4
    assert sorted(counted) == [1, 1, 1, 1, 2]


@pytest.mark.slow
def test_every_real_program_takes_its_turns() -> None:
    tiny = replace(sizes.QUICK, slow_days=5, ciw_days=5, fast_repeats=2, baseline_replications=1)
    without: dict[str, str] = {}
    (found,) = rounds.measure(programs.on_the_model(tiny, without), rounds=1)
    assert {*found, *without} == set(programs.INSIDE)
    assert all(seconds > 0 for seconds in found.values())
    (both,) = rounds.measure(programs.on_the_baseline(read_model(5), tiny), rounds=1)
    assert set(both) == {"compiled", "reference"}
    assert {one.key for one in programs.on_the_baseline(read_model(5), tiny) if one.warms_up} == {"compiled"}
    (counted,) = rounds.measure(programs.counted_on_the_model(tiny), rounds=1)
    assert set(counted) == {"counted", "counting_simpy"}
    (beside,) = rounds.measure(programs.counted_on_the_baseline(read_model(5), tiny), rounds=1)
    assert set(beside) == {"compiled", "counted"}


def test_slices_of_a_textbook_simulation_are_the_same_simulation() -> None:
    numbers = as_numbers(read_model(60))
    whole = idiomatic_simpy.run(numbers, 60, 7)
    logs: list[list[idiomatic_simpy.Stay]] = []

    def in_slices() -> Generator[None, None, None]:
        logs.append((yield from idiomatic_simpy.run_in_slices(numbers, 60, 7, np.random.default_rng, 5)))

    assert len(list(in_slices())) == 4
    assert logs == [whole]


def test_no_round_begins_too_late_but_the_first() -> None:
    assert len(rounds.measure([noting("a", [])], rounds=5, until=0.0)) == 1


def test_ratio_is_taken_within_a_round() -> None:
    found = [{"a": 1.0, "b": 2.0}, {"a": 10.0, "b": 30.0}, {"a": 1.0, "b": 1.0}]
    assert rounds.times_faster(found, "a", "b") == Spread(2.0, 1.0, 3.0)
    assert rounds.times_faster(found, "a", "c") is None
    assert rounds.speed(found, "a") == 1.0


@pytest.mark.parametrize(("bound", "holds"), [("at least", [False, True, True]), ("at most", [True, True, False])])
def test_what_was_asked_holds_at_its_bound(bound: str, holds: list[bool]) -> None:
    assert [Asked("", "", bound, 2).holds(value) for value in (1.9, 2.0, 2.1)] == holds


def test_below_is_below() -> None:
    assert [Asked("", "", "below", 1.5).holds(value) for value in (1.4, 1.5)] == [True, False]


@pytest.mark.parametrize(
    ("rounds", "verdict"),
    [
        (Spread(2.2, 2.0, 2.4), "yes"),
        (Spread(1.8, 1.5, 1.9), "no"),
        (Spread(2.1, 1.9, 2.4), "cannot tell (the median does)"),
        (Spread(1.9, 1.8, 2.4), "cannot tell (the median does not)"),
    ],
)
def test_rounds_that_do_not_agree_cannot_tell(rounds: Spread, verdict: str) -> None:
    assert Asked("", "", "at least", 2).verdict(rounds) == verdict


def nothing_runs(monkeypatch: pytest.MonkeyPatch, comparison: processes.Comparison) -> None:
    """Only small programs of nothing; the C program is missing."""

    def on_the_model(_: object, reasons: dict[str, str]) -> list[Program]:
        reasons["c"] = reasons["c_whole_ledger"] = "there is no C compiler here"
        return [noting(key, []) for key in ("reference", "idiomatic_simpy", "compiled", "ciw")]

    monkeypatch.setattr(programs, "on_the_model", on_the_model)
    monkeypatch.setattr(programs, "on_the_baseline", lambda *_: [noting("reference", []), noting("compiled", [])])
    monkeypatch.setattr(programs, "counted_on_the_baseline", lambda *_: [noting("compiled", []), noting("counted", [])])
    monkeypatch.setattr(
        programs, "counted_on_the_model", lambda _: [noting("counted", []), noting("counting_simpy", [])]
    )
    monkeypatch.setattr(programs, "growing", lambda _: [noting(k, []) for k in ("1x", "10x", "2 years", "20 years")])
    monkeypatch.setattr(processes, "two_over_one", lambda *_: (Spread(1.8, 1.7, 1.9), 60))
    monkeypatch.setattr(processes, "default_comparison", lambda _: comparison)
    monkeypatch.setattr(processes, "processor_seconds_of_comparison", lambda _: Spread(5.0, 4.8, 5.1))
    monkeypatch.setattr(processes, "two_workers_over_one", lambda *_: Spread(1.75, 1.75, 1.75))
    monkeypatch.setattr(measuring.ours, "bytes_a_person", lambda _: 300.0)


COMPARISON = processes.Comparison(
    4.0, {"start-up": 1.0, "draws": 0.25, "engine": 0.25, "report": 0.5}, 30, 2, "compiled"
)


def test_json_on_standard_output_is_one_object_with_every_promised_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing_runs(monkeypatch, COMPARISON)
    assert measuring.main(["--quick", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert PROMISED | {one.key for one in ASKED} <= set(told)
    assert told["c_over_compiled"] is None and "compiler" in told["reasons"]["c_over_compiled"]
    assert told["simulation_share_of_comparison"] == 0.25
    assert told["comparison_processor_seconds"] is None and "--quick" in told["reasons"]["two_workers_over_one"]
    assert told["two_processes_over_one"] == 1.8 and told["spread"]["two_processes_over_one"] == [1.7, 1.9]
    assert set(told["spells_per_second"]) == {"reference", "idiomatic_simpy", "compiled", "ciw"}


def test_tables_say_what_was_asked_and_why_a_figure_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nothing_runs(monkeypatch, COMPARISON)
    assert measuring.main(["--json", str(tmp_path / "found.json")]) == 0
    shown = capsys.readouterr().out
    assert "| Two processes over one, aggregates | 1.80 (1.70–1.90) | at least 1.6: yes |" in shown
    assert "cross-check apart | 5.00 (4.80–5.10) | at most 3.5: no |" in shown
    assert "by the clock on the wall | 1.75 | at least 1.7: yes |" in shown
    assert "there is no C compiler here" in shown
    assert "| draws | 0.25 | 12% |" in shown
    assert json.loads((tmp_path / "found.json").read_text())["quick"] is False


def test_quick_figures_are_not_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        measuring.main(["--quick", "--write"])
    assert "leave out --quick" in capsys.readouterr().err


def test_page_and_readme_have_a_place_for_their_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PAGE", "README"):
        copy = tmp_path / name
        copy.write_text(getattr(tables, name).read_text(encoding="utf-8"), encoding="utf-8")
        monkeypatch.setattr(tables, name, copy)
    found = Findings(quick=False, rounds=5, speeds={"ciw": 7000.0}, over_simpy={"ciw": Spread(0.17, 0.16, 0.18)})
    tables.write(found)
    once = tables.README.read_text(encoding="utf-8")
    tables.write(found)
    assert tables.README.read_text(encoding="utf-8") == once
    assert "| Ciw | 7,000 | 0.17 (0.16–0.18) | – |" in once
    assert "| Ciw | 7,000 |" in tables.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.339, "0.34"), (2.041, "2.04"), (12.34, "12.3"), (121.4, "121"), (58_529, "58,500"), (7_091_912, "7,090,000")],
)
def test_figures_are_told_in_two_or_three_digits(value: float, text: str) -> None:
    assert tables.readable(value) == text
