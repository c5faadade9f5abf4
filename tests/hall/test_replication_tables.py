"""Every figure of every replication: as CSV up to a thousand, beyond where asked, and as Parquet."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main, simulating
from sim.results.files.writing import csv_bytes
from sim.runs import specification
from sim.runs.collecting import REPLICATION, ReplicationsAside, replication_rows
from sim.runs.experiment import Shared, run_all
from sim.runs.piece import Piece, Task
from tests.hall.files import write_pair
from tests.hall.processes import QUICK
from tests.hall.worlds import small

SCENARIOS = (
    small(days=20, warm_up=5, replications=3),
    replace(small(unit=9, days=20, warm_up=5, replications=2), id="m,o"),
)
NOTHING = np.zeros((0, 0), dtype=np.int64)


def odd_pieces() -> list[Piece]:
    keys = (("=a", "queue_mean", "", "", "people"), ('b"c', "wait_mean_days", "cause", "x,\ny", "days"))
    return [Piece(Task(0, number), keys, np.array([number / 3, -0.0]), (), NOTHING, NOTHING) for number in range(2)]


def test_replications_one_by_one_are_written_as_any_table_is() -> None:
    for scenarios, pieces in ((SCENARIOS, run_all(Shared(SCENARIOS), 1)), (SCENARIOS[1:], [odd_pieces()])):
        lines = ReplicationsAside(scenarios)
        for number in range(3):  # in turn, as they come
            for scenario, theirs in enumerate(pieces):
                if number < len(theirs):
                    lines.add(scenario, theirs[number])
        written = io.BytesIO()
        lines.write(written)
        assert written.getvalue() == csv_bytes(REPLICATION, replication_rows(scenarios, pieces))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with base.yaml, in which we stand, and where 1 replication is as many as a spreadsheet can hold."""
    write_pair(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(specification, "MOST_IN_CSV", 1)
    return tmp_path


def run(*argv: str) -> int:
    return main(["run", "base.yaml", "--outputs", "out", "--replications", "2", *QUICK, *argv])


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "is_there"), [([], False), (["--replications-csv"], True)])
def test_many_replications_are_written_one_by_one_where_asked(
    here: Path, capsys, asked: list[str], is_there: bool
) -> None:
    assert run(*asked) == 0
    assert bool(list(here.glob("out/*/replications.csv"))) == is_there
    assert ("--replications-csv, --parquet" in capsys.readouterr().out) != is_there
    (run_file,) = here.glob("out/*/run.json")
    assert json.loads(run_file.read_text())["seconds_by_stage_summed_over_workers"]["measures"] > 0


def test_parquet_without_its_package_is_refused_with_the_cure(
    here: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "find_spec", lambda _: None)
    assert run("--parquet") == 2
    assert "pip install 'bedflow[parquet]'" in capsys.readouterr().err
    assert not (here / "out").exists()


def test_parquet_holds_what_the_csv_does_with_all_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="comes with --parquet; .ci/run asks for it")
    from sim.runs import parquet as ours

    monkeypatch.setattr(ours, "AT_ONCE", 2)
    for scenarios, pieces in ((SCENARIOS, run_all(Shared(SCENARIOS), 1)), (SCENARIOS[1:], [odd_pieces()])):
        written = io.BytesIO()
        ours.write_parquet(written, scenarios, pieces)
        found = parquet.read_table(io.BytesIO(written.getvalue()))
        assert tuple(found.column_names) == REPLICATION
        rows = zip(*(column.to_pylist() for column in found.columns), strict=True)
        assert list(rows) == list(replication_rows(scenarios, pieces))
