"""What takes long to load is loaded where it is needed, and not before."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (
            "sim.cli",
            ["numpy", "pandas", "scipy", "matplotlib", "simpy", "yaml", "numba", "sim.inputs.scenario"],
        ),  # --help
        ("sim.cli.simulating", ["pandas", "scipy", "matplotlib", "numba"]),
        ("sim.api", ["matplotlib"]),
        ("sim.runs.experiment", ["simpy", "yaml", "pandas", "scipy", "matplotlib", "numba"]),  # a worker
    ],
)
def test_heavy_modules_wait_until_they_are_needed(modules: str, heavy: list[str]) -> None:
    code = f"import sys, {modules}; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
