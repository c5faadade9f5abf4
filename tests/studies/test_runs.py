"""Points are run on the same people, nothing is run twice, and what is told of them is what `run` tells."""

from pathlib import Path

import pytest

from sim import run_scenario
from sim.inputs.loading import Question, read_scenario
from sim.inputs.part import typed_setting
from sim.inputs.problems import Problems
from sim.runs.engines import BY_REFERENCE
from sim.runs.experiment import HowToRun, Listener
from sim.runs.store import Store
from sim.studies.settings import PointRuns, settings_of
from tests.studies.worlds import loss_file

BEDS = "services.hospital.beds"


def runs(
    file: str, text: str, store: Store | None = None, base: str | None = None, told: Listener | None = None
) -> PointRuns:
    typed = typed_setting(text, "--vary", Problems())
    assert typed
    beside = read_scenario(base) if base else None
    return PointRuns(settings_of(Question(file), [typed]), HowToRun(1, told, BY_REFERENCE, store), beside)


def test_a_point_shows_what_a_run_of_it_shows(tmp_path: Path) -> None:
    file = loss_file(tmp_path)
    (eight, ten) = runs(file, f"{BEDS}=8,10")([(0,), (1,)])
    table = run_scenario(file, engine="reference").summary
    row = table[(table.service == "hospital") & (table.measure == "occupancy") & (table.by == "")].iloc[0]
    found = ten.estimate("hospital", "occupancy")
    assert found is not None
    assert (found.mean, found.low, found.high) == (row["mean"], row["low"], row["high"])
    difference = ten.minus(eight, "hospital", "turned_away")
    before, after = (one.values("hospital", "turned_away") for one in (eight, ten))
    assert difference is not None
    assert before is not None
    assert after is not None
    assert difference.mean == pytest.approx(float((after - before).mean()))
    assert ten.estimate("hospital", "nothing_of_the_kind") is None


def test_what_was_stopped_goes_on_and_nothing_is_run_twice(tmp_path: Path) -> None:
    file, store, heard = loss_file(tmp_path), Store(tmp_path / "store"), list[tuple[int, int]]()

    def stop(done: int, _total: int, _: float | None = None, /) -> None:
        if done == 5:
            raise KeyboardInterrupt

    points = [(number,) for number in range(3)]
    assert (runs(file, f"{BEDS}=8..10", store).work(points).to_come) == 9  # the base is one of the points
    with pytest.raises(KeyboardInterrupt):
        runs(file, f"{BEDS}=8..10", store, told=stop)(points)
    again = runs(file, f"{BEDS}=8..10", store, told=lambda done, total, _=None: heard.append((done, total)))
    assert again.work(points).to_come == 4
    found = again(points)
    assert again.work(points).to_come == 0
    assert heard[-1] == (9, 9)
    assert store.taken == 5
    fresh = runs(file, f"{BEDS}=8..10")(points)
    assert [one.estimates for one in found] == [one.estimates for one in fresh]


def test_a_base_must_have_the_same_people(tmp_path: Path) -> None:
    other = loss_file(tmp_path, "other", replications=4)
    with pytest.raises(ValueError, match="replications is 3, not 4"):
        runs(loss_file(tmp_path), f"{BEDS}=8,10", base=other)
