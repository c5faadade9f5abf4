"""Findings to files: everything in the one folder of a run is computed here first, and written last.

What may be changed here: freely, except the names of files, which are frozen in the vocabulary.
"""

import platform
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim import __version__
from sim.experiment import Piece
from sim.job import FORMAT, Job, fingerprint_of
from sim.results import writing
from sim.results.budget_lines import BudgetLine, budget_lines
from sim.results.charts import draw_charts
from sim.results.findings import Findings
from sim.results.ranking import cells, columns, ranking
from sim.results.report import Provenance, report_html, report_title
from sim.results.workbook import workbook_bytes
from sim.tidy import (
    CENSUS,
    DIFFERENCE,
    REPLICATION,
    SUMMARY,
    census_rows,
    contrast_cells,
    estimate_cells,
    replication_rows,
)


def publish(job: Job, findings: Findings, pieces: Sequence[Sequence[Piece]], workers: int) -> Path:
    """Computes every file of a run, then writes its folder; the folder's path."""
    results = writing.json_bytes(results_object(job, findings))
    charts = draw_charts(findings)
    provenance = Provenance(job.command, __version__, job.engine, job.inputs, job.shown)
    files = {
        "results.json": results,
        "replications.csv": writing.csv_bytes(REPLICATION, replication_rows(job.scenarios, pieces)),
        "summary.csv": writing.csv_bytes(SUMMARY, map(estimate_cells, findings.estimates)),
        "differences.csv": writing.csv_bytes(DIFFERENCE, map(contrast_cells, findings.contrasts)),
        "census.csv": writing.csv_bytes(CENSUS, census_rows(job.scenarios, pieces)),
        **_ranking_file(findings),
        **_budgets_file(findings),
        **{f"charts/{chart.name}.svg": chart.svg for chart in charts},
        **{f"charts/{chart.name}.png": chart.png for chart in charts},
        "results.xlsx": workbook_bytes(findings, report_title(findings), job.command, job.shown),
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
            {"id": scenario.id, "name": scenario.name, "file": job.shown(scenario.file)} for scenario in job.scenarios
        ],
        "measures": [dict(zip(SUMMARY, estimate_cells(row), strict=True)) for row in findings.estimates],
        "differences": [dict(zip(DIFFERENCE, contrast_cells(row), strict=True)) for row in findings.contrasts],
        "ranking": _ranking_objects(findings),
        "budgets": [line._asdict() for line in budget_lines(findings)],
        "warnings": list(findings.warnings),
        "same_people": [asdict(one) for one in findings.same_people],
        "not_compared": [{"file": one.file, "reason": one.reason} for one in findings.left_out],
    }


def _ranking_file(findings: Findings) -> dict[str, bytes]:
    """ranking.csv, where several scenarios are compared with one."""
    ranked = ranking(findings)
    return {"ranking.csv": writing.csv_bytes(columns(ranked), cells(ranked))} if ranked else {}


def _budgets_file(findings: Findings) -> dict[str, bytes]:
    """budgets.csv, where a scenario has budget lines."""
    lines = list(budget_lines(findings))
    return {"budgets.csv": writing.csv_bytes(BudgetLine._fields, lines)} if lines else {}


def _ranking_objects(findings: Findings) -> list[dict[str, Any]]:
    ranked = ranking(findings)
    return [dict(zip(columns(ranked), row, strict=True)) for row in cells(ranked)]


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
    found = {}
    for name in ("numpy", "simpy", "matplotlib", "scipy", "PyYAML", "XlsxWriter"):
        try:
            found[name.lower()] = version(name)
        except PackageNotFoundError:
            continue
    return found
