"""Same inputs, same bytes, whatever the workers, the hash seed or the folder; another seed gives others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hall.files import write_pair

ROOT = Path(__file__).parents[2]
COMMAND = "import sys; from sim.cli import main; sys.exit(main(sys.argv[1:]))"


def files_of_a_run(folder: Path, *options: str, hash_seed: str = "0") -> dict[str, bytes]:
    """Runs a comparison in its own process and returns every file of its folder but run.json."""
    write_pair(folder)
    argv = ["compare", "base.yaml", "more.yaml", "--replications", "3", "--outputs", "out", *options]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", COMMAND, *argv], cwd=folder, env=environment, check=True, capture_output=True)
    (run,) = [path for path in (folder / "out").iterdir() if path.is_dir()]
    found = {path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert found.pop("run.json")
    return {"folder": run.name.encode(), **found}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return files_of_a_run(tmp_path_factory.mktemp("one"), "--workers", "1")


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]


@pytest.mark.slow
def test_three_workers_and_another_hash_seed_give_the_same_bytes(reference: dict[str, bytes], tmp_path: Path) -> None:
    assert differing(reference, files_of_a_run(tmp_path, "--workers", "3", hash_seed="4711")) == []


@pytest.mark.slow
def test_another_seed_gives_other_numbers_in_another_folder(reference: dict[str, bytes], tmp_path: Path) -> None:
    other = differing(reference, files_of_a_run(tmp_path, "--workers", "1", "--seed", "2"))
    assert {"folder", "results.json", "replications.csv", "census.csv", "report.html"} <= set(other)
