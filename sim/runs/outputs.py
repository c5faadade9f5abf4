"""Findings to files: everything in the one folder of a run is computed here first, and written last.

Users' scripts rely on the names of the files.
"""

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any

from sim import __version__
from sim.results.charts import draw_charts
from sim.results.comparison.findings import Findings
from sim.results.comparison.money_tables import BudgetLine, budget_lines
from sim.results.comparison.ranking import ranking, ranking_columns, ranking_rows
from sim.results.files import writing
from sim.results.files.workbook import workbook_bytes
from sim.results.midnights import MIDNIGHTS, midnight_rows
from sim.results.report.page import RunProvenance, powerpoint_of, report_html, report_title, slides
from sim.results.words.labels import slug, title, title_of_all
from sim.runs.collecting import (
    DIFFERENCE,
    PERIOD,
    SUMMARY,
    YEAR,
    ReplicationsAside,
    census_csv,
    contrast_cells,
    estimate_cells,
    period_rows,
    year_rows,
)
from sim.runs.piece import Replications
from sim.runs.specification import FORMAT, Job, fingerprint_of
from sim.runs.workers import Stopwatch


def publish(
    job: Job,
    findings: Findings,
    pieces: Sequence[Replications],
    workers: int,
    lines: ReplicationsAside | None,
) -> Path:
    """Computes every file of a run, then writes its folder; the folder's path."""
    watch = job.watch
    with watch.stage("charts"):
        charts = draw_charts(findings)
    with watch.stage("report"):
        provenance = RunProvenance(
            job.command, __version__, job.engines.words(len(job.scenarios)), job.inputs, job.shown, job.stand
        )
        report = report_html(findings, charts, provenance, job.studies)
        slide = slides(findings, charts, provenance)
        if job.slides:
            slide["slides.pptx"] = powerpoint_of(findings, charts, provenance)
    with watch.stage("workbook"):
        workbook = workbook_bytes(findings, report_title(findings), f"{job.command}  {job.stand}".rstrip(), job.shown)
    with watch.stage("tables"):
        tables = _tables(job, findings)
    files: dict[str, writing.Content] = {**tables, **_of_replications(job, pieces, lines)}
    files |= {f"charts/{chart.name}.svg": chart.svg for chart in charts}
    files |= {f"charts/{chart.name}.png": chart.png for chart in charts}
    files |= {"results.xlsx": workbook, "report.html": report, **slide}
    name = writing.folder_name([scenario.id for scenario in job.scenarios], fingerprint_of(job), slug(job.scenarios))
    files[writing.RUN_FILE] = lambda to: to.write(writing.json_bytes(_run_object(job, workers, pieces)))  # the last
    folder = writing.publish(job.outputs, name, files)
    if job.json_file and job.json_file != "-":
        writing.write_file(Path(job.json_file), tables["results.json"])
    return folder


def _of_replications(
    job: Job, pieces: Sequence[Replications], lines: ReplicationsAside | None
) -> dict[str, writing.Content]:
    """Every figure of every replication: as CSV where there are not too many or they are asked for, and as Parquet."""

    def timed(write: Callable[[IO[bytes]], object]) -> writing.Content:
        def content(to: IO[bytes]) -> None:
            with job.watch.stage("tables"):
                write(to)

        return content

    files = {"replications.csv": timed(lines.write)} if lines else {}
    if job.parquet:
        from sim.runs.parquet import write_parquet  # which needs a package of its own

        files["replications.parquet"] = timed(lambda to: write_parquet(to, job.scenarios, pieces))
    return files


def _tables(job: Job, findings: Findings) -> dict[str, bytes]:
    """Every CSV and JSON file of results over the replications."""
    return {
        "results.json": writing.json_bytes(results_object(job, findings)),
        "summary.csv": writing.csv_bytes(SUMMARY, map(estimate_cells, findings.estimates)),
        "differences.csv": writing.csv_bytes(DIFFERENCE, map(contrast_cells, findings.differences)),
        "census.csv": census_csv(findings),
        "midnights.csv": writing.csv_bytes(MIDNIGHTS, midnight_rows(findings)),
        **_ranking_file(findings),
        **_periods_file(findings),
        **_years_file(findings),
        **_budgets_file(findings),
    }


def results_object(job: Job, findings: Findings) -> dict[str, Any]:
    """What results.json holds."""
    asked = [
        {
            "asks": study.page.heading,
            "says": list(study.page.says),
            "repeat_with": study.command,
        }
        for study in job.studies
    ]
    return {
        "format": FORMAT,
        "scenarios": [
            {"id": scenario.id, "name": title(scenario), "file": job.shown(scenario.file)} for scenario in job.scenarios
        ],
        "measures": [dict(zip(SUMMARY, estimate_cells(row), strict=True)) for row in findings.estimates],
        "differences": [dict(zip(DIFFERENCE, contrast_cells(row), strict=True)) for row in findings.differences],
        "ranking": _ranking_objects(findings),
        "periods": [dict(zip(PERIOD, row, strict=True)) for row in period_rows(findings)],
        **({"years": [dict(zip(YEAR, row, strict=True)) for row in year_rows(findings)]} if findings.years else {}),
        "budgets": [line._asdict() for line in budget_lines(findings)],
        "warnings": list(findings.warnings),
        "same_people": [asdict(followed) for followed in findings.same_people],
        **({"studies": asked} if asked else {}),
        "not_compared": [{"file": one.file, "reason": one.reason} for one in findings.left_out],
    }


def _ranking_file(findings: Findings) -> dict[str, bytes]:
    """ranking.csv, where several scenarios are compared with one."""
    ranked = ranking(findings)
    return {"ranking.csv": writing.csv_bytes(ranking_columns(ranked), ranking_rows(ranked))} if ranked else {}


def _periods_file(findings: Findings) -> dict[str, bytes]:
    """periods.csv, where something dated divides the measured window."""
    return {"periods.csv": writing.csv_bytes(PERIOD, period_rows(findings))} if findings.reported_periods else {}


def _years_file(findings: Findings) -> dict[str, bytes]:
    """years.csv, where arrivals grow by the year."""
    return {"years.csv": writing.csv_bytes(YEAR, year_rows(findings))} if findings.years else {}


def _budgets_file(findings: Findings) -> dict[str, bytes]:
    """budgets.csv, where a scenario has budget lines."""
    lines = list(budget_lines(findings))
    return {"budgets.csv": writing.csv_bytes(BudgetLine._fields, lines)} if lines else {}


def _ranking_objects(findings: Findings) -> list[dict[str, Any]]:
    ranked = ranking(findings)
    return [dict(zip(ranking_columns(ranked), row, strict=True)) for row in ranking_rows(ranked)]


def _run_object(job: Job, workers: int, pieces: Sequence[Replications]) -> dict[str, Any]:
    first, in_workers = job.scenarios[0], Stopwatch()
    for theirs in pieces:
        in_workers.add(theirs.seconds)
    return {
        "title": title_of_all(job.scenarios, compared=job.compared),
        "command_line": list(job.typed),
        "repeat_with": job.command,
        **({"repeat_where": job.stand} if job.stand else {}),
        "began": datetime.fromtimestamp(job.began, UTC).isoformat(timespec="seconds"),
        "wall_seconds": round(job.watch.elapsed, 3),
        "seconds_by_stage": job.watch.rounded(),
        "seconds_by_stage_summed_over_workers": in_workers.rounded(),
        "workers": workers,
        "engine": job.engines.name,
        "why_not_compiled": job.engines.why,
        "cross_checked_by_simpy": [
            scenario.id for number, scenario in enumerate(job.scenarios) if job.engines.is_cross_checked(number, 0)
        ],
        "cross_checked_before": {} if job.store is None else job.store.proved,
        "replications_from_the_store": 0 if job.store is None else job.store.taken,
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
    for name in ("numpy", "simpy", "numba", "matplotlib", "scipy", "PyYAML", "XlsxWriter"):
        try:
            found[name.lower()] = version(name)
        except PackageNotFoundError:
            continue
    return found
