"""Findings to files: the one folder of a run, its name, and what is in it. Computes everything first, writes last.

What may be changed here: freely, except file names and columns, which are frozen in the vocabulary.
"""

import hashlib
import os
import platform
import shlex
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sim import __version__
from sim.experiment import Piece
from sim.inputs.loading import input_files
from sim.inputs.scenario import Scenario
from sim.results import writing
from sim.results.catalogue import MEASURES
from sim.results.census import over_replications
from sim.results.findings import Contrast, Estimate, Findings

FORMAT = 1
REPOSITORY = Path(__file__).resolve().parents[1]
SUMMARY = (
    "scenario",
    "service",
    "measure",
    "by",
    "item",
    "unit",
    "mean",
    "sd",
    "low",
    "high",
    "replications",
)
DIFFERENCE = (*SUMMARY, "baseline", "verdict", "share_better", "low_all", "high_all")
REPLICATION = ("scenario", "replication", "service", "measure", "by", "item", "value", "unit")
CENSUS = ("scenario", "day", "service", "measure", "mean", "low", "high", "date")


@dataclass(frozen=True)
class Job:
    """One command: what is run, how it was asked for, and where its results go."""

    scenarios: tuple[Scenario, ...]
    compared: bool
    outputs: Path
    engine: str
    json_file: str | None = None
    sets: tuple[str, ...] = ()
    overrides: tuple[tuple[str, int], ...] = ()  # replications and seed, where they were typed
    typed: tuple[str, ...] = ()
    began: float = 0.0

    @cached_property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Every file that was read, as it is shown, with the SHA-256 of its content."""
        files = dict.fromkeys(Path(file) for scenario in self.scenarios for file in input_files(scenario))
        return tuple((self.shown(str(file)), hashlib.sha256(file.read_bytes()).hexdigest()) for file in files)

    def shown(self, file: str) -> str:
        """A file's name in results: from the repository, else from the first scenario's folder; the same on every machine."""
        path = Path(file).resolve()
        for folder in (REPOSITORY, Path(self.scenarios[0].file).resolve().parent):
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        return path.name

    @property
    def command(self) -> str:
        """What to type to get the same numbers again: no options that leave them alone."""
        words = ["python3", "run_sim.py", "compare" if self.compared else "run"]
        words += [self.shown(scenario.file) for scenario in self.scenarios]
        words += [word for name, value in self.overrides for word in (f"--{name}", str(value))]
        words += [word for change in self.sets for word in ("--set", change)]
        return shlex.join(words)

    def check_places(self, *files: str | None) -> None:
        """OSError now, not after an hour, where something could not be written in the end."""
        self.outputs.mkdir(parents=True, exist_ok=True)
        for file in (*files, self.json_file):
            if file and file != "-":
                folder = Path(file).absolute().parent
                if not folder.is_dir():
                    raise NotADirectoryError(20, "its folder does not exist", file)
                if Path(file).is_dir():
                    raise IsADirectoryError(21, "is a folder, not a file", file)
                if not os.access(folder, os.W_OK):
                    raise PermissionError(13, "nothing may be written in its folder", file)
        if not os.access(self.outputs, os.W_OK):
            raise PermissionError(13, "nothing may be written there", str(self.outputs))


def fingerprint_of(job: Job, *, with_code: bool = False, extra: str = "") -> str:
    """A short hash of everything that decides the numbers; with the program's own files, for what is kept between runs."""
    said = [str(FORMAT), __version__, job.engine, job.command, extra]
    said += [part for pair in job.inputs for part in pair]
    said += [f"{scenario.id} {scenario.seed} {scenario.replications}" for scenario in job.scenarios]
    digest = hashlib.sha256("\0".join(said).encode())
    if with_code:
        for file in sorted((REPOSITORY / "sim").rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def publish(job: Job, findings: Findings, pieces: Sequence[Sequence[Piece]], workers: int) -> Path:
    """Computes every file of a run, then writes its folder; the folder's path."""
    from sim.results.charts import (
        draw_charts,
    )  # matplotlib takes half a second, which a wrong file should not cost
    from sim.results.report import Provenance, report_html

    results = writing.json_bytes(results_object(job, findings))
    charts = draw_charts(findings)
    provenance = Provenance(job.command, __version__, job.engine, job.inputs, job.shown)
    files = {
        "results.json": results,
        "replications.csv": writing.csv_bytes(REPLICATION, replication_rows(job.scenarios, pieces)),
        "summary.csv": writing.csv_bytes(SUMMARY, map(estimate_cells, findings.estimates)),
        "differences.csv": writing.csv_bytes(DIFFERENCE, map(contrast_cells, findings.contrasts)),
        "census.csv": writing.csv_bytes(CENSUS, census_rows(job.scenarios, pieces)),
        **{f"charts/{chart.name}.svg": chart.svg for chart in charts},
        **{f"charts/{chart.name}.png": chart.png for chart in charts},
        "report.html": report_html(findings, charts, provenance),
        writing.RUN_FILE: writing.json_bytes(_run_object(job, workers)),
    }
    name = writing.folder_name([scenario.id for scenario in job.scenarios], fingerprint_of(job))
    folder = writing.publish(job.outputs, name, files)
    if job.json_file and job.json_file != "-":
        writing.write_file(Path(job.json_file), results)
    return folder


def results_object(job: Job, findings: Findings) -> dict[str, Any]:
    """What results.json holds."""
    return {
        "format": FORMAT,
        "scenarios": [
            {"id": scenario.id, "name": scenario.name, "file": job.shown(scenario.file)}
            for scenario in job.scenarios
        ],
        "measures": [dict(zip(SUMMARY, estimate_cells(row), strict=True)) for row in findings.estimates],
        "differences": [
            dict(zip(DIFFERENCE, contrast_cells(row), strict=True)) for row in findings.contrasts
        ],
        "warnings": list(findings.warnings),
        "not_compared": [{"file": one.file, "reason": one.reason} for one in findings.left_out],
    }


def _run_object(job: Job, workers: int) -> dict[str, Any]:
    first = job.scenarios[0]
    return {
        "command_line": list(job.typed),
        "repeat_with": job.command,
        "began": datetime.fromtimestamp(job.began, UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(time.time() - job.began, 3),
        "workers": workers,
        "engine": job.engine,
        "seed": first.seed,
        "replications": first.replications,
        "version": __version__,
        "python": platform.python_version(),
        "packages": _package_versions(),
        "system": platform.platform(),
        "inputs": [{"file": file, "sha256": digest} for file, digest in job.inputs],
    }


def _package_versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("numpy", "simpy", "matplotlib", "scipy", "PyYAML"):
        try:
            found[name.lower()] = version(name)
        except PackageNotFoundError:
            continue
    return found


def estimate_cells(row: Estimate) -> tuple[Any, ...]:
    """A summary row's cells in the order of `SUMMARY`."""
    return tuple(getattr(row, name) for name in SUMMARY)


def contrast_cells(row: Contrast) -> tuple[Any, ...]:
    """A difference row's cells in the order of `DIFFERENCE`."""
    return tuple(getattr(row, name) for name in DIFFERENCE)


def replication_rows(
    scenarios: Iterable[Scenario], pieces: Sequence[Sequence[Piece]]
) -> Iterator[tuple[Any, ...]]:
    """Every measure of every replication, in the order of `REPLICATION`."""
    for scenario, found in zip(scenarios, pieces, strict=True):
        for piece in found:
            number = piece.task.replication
            for (service, name, by, item, unit), value in zip(piece.keys, piece.values.tolist(), strict=True):
                yield scenario.id, number, service, name, by, item, value, unit


def census_rows(
    scenarios: Iterable[Scenario], pieces: Sequence[Sequence[Piece]]
) -> Iterator[tuple[Any, ...]]:
    """Day by day over the replications: mean, and the range of the middle 95% of them."""
    for scenario, found in zip(scenarios, pieces, strict=True):
        first = scenario.calendar.start + timedelta(days=scenario.calendar.warm_up_days)
        dates = [(first + timedelta(days=day)).isoformat() for day in range(scenario.calendar.measured_days)]
        for row in over_replications([piece.census() for piece in found]):
            yield scenario.id, row.day, row.service, row.measure, row.mean, row.low, row.high, dates[row.day]
