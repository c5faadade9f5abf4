"""Where the time of a run goes: stages add up, travel back from workers, and are told in run.json only."""

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.runs.experiment import Shared, run_all
from sim.runs.store import Store
from sim.runs.workers import Stopwatch
from tests.hall.files import write_pair
from tests.hall.worlds import small

pytestmark = pytest.mark.usefixtures("blank_charts")

OF_A_REPLICATION = {"loading the engine", "draws", "engine", "identities", "measures", "packing"}


def test_a_stage_that_comes_again_is_added_up_and_the_time_of_another_watch_is_added() -> None:
    watch = Stopwatch()
    for _ in range(2):
        with watch.stage("charts"):
            pass
    assert set(watch.seconds) == {"charts"}
    watch.seconds["charts"] = 1.0
    watch.add({"charts": 0.5, "engine": 2.0004})
    assert watch.rounded() == {"charts": 1.5, "engine": 2.0}


def test_a_stage_that_fails_is_counted_all_the_same() -> None:
    watch = Stopwatch()
    with pytest.raises(ValueError, match="no ink"), watch.stage("charts"):
        raise ValueError("no ink")
    assert "charts" in watch.seconds


@pytest.mark.parametrize("workers", [1, 2])
def test_each_replication_brings_home_what_its_stages_took(workers: int) -> None:
    (pieces,) = run_all(Shared((small(replications=2),)), workers)
    assert all(set(piece.seconds) == OF_A_REPLICATION for piece in pieces)


def test_what_an_earlier_run_has_kept_took_no_time_in_this_one(tmp_path: Path) -> None:
    store, shared = Store(tmp_path / "kept"), Shared((small(replications=1),))
    ((first,),) = run_all(shared, 1, store)
    ((again,),) = run_all(shared, 1, store)
    assert first.seconds
    assert not again.seconds
    assert again.rows() == first.rows()


@pytest.mark.slow
def test_run_json_says_where_the_time_went(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pair(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "base.yaml", "more.yaml", "--replications", "2", "--outputs", "out"]) == 0
    (file,) = (tmp_path / "out").glob("*/run.json")
    said = json.loads(file.read_text())
    assert list(said["seconds_by_stage"]) == [
        "start-up",
        "replications",
        "gathering",
        "charts",
        "report",
        "workbook",
        "tables",
    ]
    assert set(said["seconds_by_stage_summed_over_workers"]) == OF_A_REPLICATION | {"cross-check"}
