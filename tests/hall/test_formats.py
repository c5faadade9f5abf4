"""What programs read: columns go with a format number, and what was written with an older version still loads."""

import shutil
from pathlib import Path

import pytest

from sim.cli import main, sensing
from sim.regression.baselines import MOVED, RecordedMeasure, compare_results, read_expected_file
from sim.results.comparison import ranking
from sim.results.comparison.money_tables import BudgetLine
from sim.results.files import people_tables
from sim.results.midnights import MIDNIGHTS
from sim.runs import collecting, specification
from tests.hall.processes import QUICK

OLD = Path(__file__).parent / "old"
CHANGED = "the columns changed: raise FORMAT in sim/runs/specification.py, and write both down here; programs that read them look at the number"
FORMAT = 4
COLUMNS = {
    "summary.csv": "scenario service measure by item unit mean sd low high replications",
    "differences.csv": (
        "scenario service measure by item unit mean sd low high replications baseline verdict share_better "
        "low_all high_all variance_ratio"
    ),
    "replications.csv": "scenario replication service measure by item value unit",
    "census.csv": "scenario day service measure mean low high date",
    "midnights.csv": "scenario service measure number share low high",
    "ranking.csv": (
        "place scenario priced delayed_people delayed_people_low_all delayed_people_high_all delayed_people_verdict "
        "cash_gbp cash_gbp_low_all cash_gbp_high_all cash_gbp_verdict released_bed_days "
        "released_bed_days_low_all released_bed_days_high_all released_bed_days_verdict notional_value_gbp "
        "notional_value_gbp_low_all notional_value_gbp_high_all notional_value_gbp_verdict "
        "long_term_care_admissions long_term_care_admissions_low_all long_term_care_admissions_high_all "
        "long_term_care_admissions_verdict "
        "gross_gbp_per_delayed_day net_gbp_per_delayed_day gave_up_moved_by_design "
        "gave_up_moved_by_design_low_all gave_up_moved_by_design_high_all gave_up_moved_by_design_verdict "
        "gave_up_elsewhere gave_up_elsewhere_low_all gave_up_elsewhere_high_all gave_up_elsewhere_verdict "
        "gave_up_with_nothing gave_up_with_nothing_low_all gave_up_with_nothing_high_all "
        "gave_up_with_nothing_verdict"
    ),
    "budgets.csv": (
        "scenario budget limits budget_gbp spent_gbp spent_gbp_low spent_gbp_high left_gbp left_gbp_low "
        "left_gbp_high kept_share replications verdict"
    ),
    "sensitivity.csv": (
        "assumption low stated high difference_at_low difference_stated difference_at_high verdict_at_low "
        "verdict_stated verdict_at_high verdict_changes source note"
    ),
    "--people": (
        "scenario replication group person from_census stay service visit admitted ready clear left to planned_to units"
    ),
    "--people-waits": "scenario replication group person from_census wait held to joined clear ended ending",
    "--people-steps": (
        "scenario replication group person from_census stay service step started team_joined finished dropped after"
    ),
}


def columns_now() -> dict[str, str]:
    found = {
        "summary.csv": collecting.SUMMARY,
        "differences.csv": collecting.DIFFERENCE,
        "replications.csv": collecting.REPLICATION,
        "census.csv": collecting.CENSUS,
        "midnights.csv": MIDNIGHTS,
        "ranking.csv": ranking.ranking_columns(()),
        "budgets.csv": BudgetLine._fields,
        "sensitivity.csv": sensing.COLUMNS,
    }
    people = {f"--people{which}": columns for which, columns in people_tables.COLUMNS.items()}
    return {file: " ".join(columns) for file, columns in {**found, **people}.items()}


def test_columns_and_the_number_of_their_format_change_together() -> None:
    assert (specification.FORMAT, columns_now()) == (FORMAT, COLUMNS), CHANGED


def test_a_scenario_in_the_first_language_still_loads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(OLD / "first.yaml")]) == 0
    assert "in order" in capsys.readouterr().out


def test_a_record_of_the_first_format_still_gives_a_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in ("first.yaml", "first.expected.txt"):
        shutil.copy(OLD / file, tmp_path)
    code = main(["check", str(tmp_path / "first.yaml"), *QUICK])
    assert code in (0, 1)  # a rule that is mended moves results; what was recorded is understood all the same
    assert "cannot be checked" not in capsys.readouterr().out
    assert len(read_expected_file((OLD / "first.expected.txt").read_text(encoding="utf-8")).lines) == 188


def test_a_recorded_measure_that_is_counted_no_more_is_named_as_gone() -> None:
    found = read_expected_file((OLD / "first.expected.txt").read_text(encoding="utf-8"))
    key = ("hospital", "counted_long_ago", "", "")
    recorded = found._replace(
        versions={"python": "3.1"}, lines={**found.lines, key: RecordedMeasure(key, "3", "1", 5, "abcdef01")}
    )
    verdict = compare_results(recorded, found, 500)
    assert verdict.outcome == MOVED
    assert verdict.beyond == (key,)
