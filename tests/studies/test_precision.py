"""How many replications are enough: by pencil, on planted series, and through the command line."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.results.comparison.statistics import t_quantile
from sim.results.measures.periods import divisions
from sim.runs import experiment
from sim.runs.experiment import Shared, run_all, run_one
from sim.runs.piece import Piece, Replications, Task
from sim.studies.precision import Asks, Run, choose, first_enough, headlines, look_ahead, reach, reach_of
from tests.engines import uncrossed
from tests.hall.files import write_pair
from tests.hall.worlds import bigger, small

pytestmark = pytest.mark.usefixtures("blank_charts")


def test_the_reach_by_pencil() -> None:
    # 9, 10, 11, 10: mean 10, sd sqrt(2/3), error sqrt(1/6), Student's t of 3 is 3.182
    assert reach([9.0, 10.0, 11.0, 10.0]) == pytest.approx(3.182446 / 6**0.5 / 10)
    assert reach([0.0] * 4) == 0, "what is always nothing is known"
    assert reach([1.0, -1.0, 1.0, -1.0]) == float("inf"), "nothing to take it of"
    assert reach_of([float("nan"), 4.0, 4.0], 2) == float("inf"), "one figure says nothing"
    assert reach_of([float("nan"), 4.0, 4.0], 3) == 0


def test_the_look_ahead_is_five_and_beyond_a_hundred_five_in_a_hundred() -> None:
    assert [look_ahead(number) for number in (10, 100, 119, 120, 1000)] == [5, 5, 5, 6, 50]


def even(number: int) -> list[float]:
    """9, 11, 9, 11, ...: sd nearly 1, mean 10."""
    return [9.0 if one % 2 else 11.0 for one in range(number)]


def test_the_first_number_that_is_enough() -> None:
    series = even(200)
    asked = 0.05
    exact = next(n for n in range(10, 200, 2) if t_quantile(0.975, n - 1) * (n / (n - 1)) ** 0.5 / n**0.5 / 10 <= asked)
    found, number = first_enough([series], asked)
    assert found
    assert abs(number - exact) <= 1, "an odd number has another mean"


def test_a_number_that_does_not_stay_enough_is_passed_over() -> None:
    series = [10.0 + (one % 2) * 0.1 for one in range(60)]
    assert first_enough([series], 0.01) == (True, 10)
    series[13] = 14.0  # within the look-ahead of 10 to 13
    found, number = first_enough([series], 0.01)
    assert not found or number > 13
    assert first_enough([series], 0.08)[1] >= 14


def test_the_measure_that_is_known_least_decides() -> None:
    steady, wild = even(200), [value + 2 * (value - 10) for value in even(200)]
    assert first_enough([steady, wild], 0.05)[1] == first_enough([wild], 0.05)[1]
    assert first_enough([steady, wild], 0.05)[1] > first_enough([steady], 0.05)[1]


def test_the_stated_share_of_means_is_as_near_as_was_asked() -> None:
    draw = np.random.Generator(np.random.PCG64(2))
    near = 0
    for _ in range(200):
        values = draw.normal(10, 3, 400).tolist()
        found, number = first_enough([values], 0.1)
        assert found
        near += abs(float(np.mean(values[:number])) - 10) <= 1
    assert near >= 0.92 * 200


@pytest.mark.slow
def test_what_is_chosen_is_told_for_every_headline_measure_and_a_cap_is_kept() -> None:
    scenarios = (small(days=40, warm_up=10), bigger(small(days=40, warm_up=10)))

    def run(number: int) -> list:
        from dataclasses import replace

        return run_all(Shared(tuple(replace(one, replications=number) for one in scenarios)), 1)

    chosen = choose(run, scenarios, 0.0001, most=12, compared=True)
    assert (chosen.replications, chosen.is_capped) == (12, True)
    assert {one.measure for one in chosen.reached} >= {"occupancy", "queue_mean", "midnight_delayed_mean"}
    assert all(one.replications == 12 for one in chosen.reached)
    assert any(not one.is_enough for one in chosen.reached)
    loose = choose(run, scenarios, 50.0, most=30, compared=True)
    assert (loose.replications, loose.is_capped) == (10, False)


def files(folder: Path) -> dict[str, bytes]:
    (results,) = (path for path in folder.iterdir() if path.is_dir())
    return {path.name: path.read_bytes() for path in results.rglob("*") if path.is_file() and path.name != "run.json"}


@pytest.mark.slow
def test_the_folder_is_that_of_the_number_that_was_chosen_and_nothing_runs_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BEDFLOW_STORE", str(tmp_path / "store"))
    ran: list[tuple[int, int]] = []

    def noted(shared: Shared, task: Task) -> Piece:
        ran.append((task.scenario, task.replication))
        return run_one(shared, task)

    monkeypatch.setattr(experiment, "run_one", noted)
    pair, quick = write_pair(tmp_path), ["--workers", "1", "--engine", "reference"]
    asked = ["compare", *pair, "--precision", "20%", "--replications", "24", *quick]
    assert main([*asked, "--outputs", str(tmp_path / "chosen"), "--json", str(tmp_path / "p.json")]) == 0
    assert len(set(ran)) == len(ran), "no replication is run twice"
    said = capsys.readouterr().out
    assert "Precision of 20%" in said
    found = json.loads((tmp_path / "p.json").read_text())
    rows = found["precision"]
    assert {"service", "measure", "asked", "reached", "replications"} <= set(rows[0])
    number = rows[0]["replications"]
    assert f"{number} replications" in said
    ran.clear()
    typed = ["compare", *pair, "--replications", str(number), *quick]
    assert main([*typed, "--outputs", str(tmp_path / "typed")]) == 0
    assert ran == [], "the store has them"
    assert files(tmp_path / "chosen") == files(tmp_path / "typed")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--precision", "often"], "--precision must be a part of the mean, as in 5%, not 'often'"),
        (["--precision", "0%"], "--precision must lie between 0% and 100%"),
        (["--precision", "5"], "must lie between 0% and 100%, not '5'; did you mean 5%?"),
        (["--precision", "5%", "--people", "p.csv"], "--precision chooses the replications first"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", write_pair(tmp_path)[0], *typed]) == 2
    assert said in capsys.readouterr().err


# -- which measures decide, and on which days ----------------------------------------------------------------


OPENING = """\
name: More beds from May
extends: base.yaml
change: {services.unit.beds: [{from: 2026-04-06, beds: 3}, {from: 2026-05-01, beds: 8}]}
"""


def ran(scenarios: tuple[Scenario, ...]) -> Run:
    def run(number: int) -> list[Replications]:
        every = tuple(replace(one, replications=number) for one in scenarios)
        return run_all(Shared(every, engines=uncrossed(), divisions=divisions(every, compared=True)), 1)

    return run


@pytest.mark.slow
def test_only_what_is_named_decides_and_what_is_left_out_is_still_told() -> None:
    scenarios = (small(days=40, warm_up=10), bigger(small(days=40, warm_up=10)))
    full, queue = ("hospital", "occupancy"), ("hospital", "queue_mean")
    of_one = choose(ran(scenarios), scenarios, 0.2, most=40, compared=True, asks=Asks(only=frozenset([full])))
    of_queue = choose(ran(scenarios), scenarios, 0.2, most=40, compared=True, asks=Asks(only=frozenset([queue])))
    assert (of_one.is_capped, of_queue.is_capped) == (False, True)
    assert of_one.replications < of_queue.replications == 40
    assert {one.measure for one in of_one.reached if one.decides} == {"occupancy"}
    assert {(one.service, one.measure) for one in of_one.reached} == {
        (one.service, one.measure) for one in of_queue.reached
    }
    everything = frozenset((one.service, one.measure) for one in of_one.reached)
    alike = choose(ran(scenarios), scenarios, 0.2, most=40, compared=True, asks=Asks(without=everything - {full}))
    assert alike == of_one


def test_a_measure_that_the_headline_does_not_show_cannot_decide() -> None:
    scenarios = (small(days=40, warm_up=10), bigger(small(days=40, warm_up=10)))
    asks = Asks(only=frozenset([("hospital", "arrivals")]))
    with pytest.raises(
        ValueError, match=r"hospital.arrivals: not in the headline table; there are: hospital.queue_mean"
    ):
        choose(ran(scenarios), scenarios, 0.2, most=10, compared=True, asks=asks)


@pytest.mark.slow
def test_what_opens_within_the_window_is_judged_on_the_days_from_then_on(tmp_path: Path) -> None:
    base, more = write_pair(tmp_path)
    opening = Path(more).with_name("opening.yaml")
    opening.write_text(OPENING)
    scenarios = tuple(read_scenario(str(file)) for file in (base, opening))
    pieces = ran(scenarios)(10)
    days = {one.days for one in headlines(scenarios, pieces, compared=True)}
    (period,) = days
    assert period is not None
    assert period.days < scenarios[0].calendar.measured_days
    chosen = choose(ran(scenarios), scenarios, 0.0001, most=10, compared=True)
    told = next(one for one in chosen.reached if (one.service, one.measure) == ("hospital", "occupancy"))
    by_pencil = [
        reach(
            [
                row.value
                for one in theirs
                for row in one.periods[period].rows()
                if row[:3] == ("hospital", "occupancy", "")
            ]
        )
        for theirs in pieces
    ]
    assert told.reached == pytest.approx(max(by_pencil))
