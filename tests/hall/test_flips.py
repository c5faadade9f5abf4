"""The report of a comparison names the assumptions that would change its verdict, where a sensitivity run found them."""

from pathlib import Path

import pytest

from sim.cli import main
from sim.cli.arguments import UsageError
from sim.cli.studying import flips_of

BASE = """
calendar: {start: 2026-04-06, warm_up_days: 0, measured_days: 20}
replications: 2
services: {ward: {kind: acute, beds: 4}}
people: {all: {arrives_at: ward, arrivals_per_day: 1, journey: {ward: {stay_days: 3, then: {out: 100%}}}}}
"""
CSV = """assumption,low,high,verdict_changes
existing beds,20,42,"better becomes cannot tell above 40"
admissions,20,32,none in range
"""


@pytest.mark.slow
def test_the_report_names_what_changes_the_verdict(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "more.yaml").write_text("extends: base.yaml\nchange: {services.ward.beds: 5}\n")
    (tmp_path / "sensitivity.csv").write_text(CSV)
    files = [str(tmp_path / name) for name in ("base.yaml", "more.yaml")]
    said = ["--sensitivity", str(tmp_path / "sensitivity.csv"), "--outputs", str(tmp_path / "out"), "--workers", "1"]
    assert main(["compare", *files, *said]) == 0
    page = next((tmp_path / "out").glob("base-vs-more-*/report.html")).read_text(encoding="utf-8")
    assert "existing beds: better becomes cannot tell above 40" in page
    assert "admissions:" not in page


def test_without_a_flip_it_says_how_many_were_tried(tmp_path: Path) -> None:
    from sim.sensitivity import NEVER_FLIPS

    file = tmp_path / "sensitivity.csv"
    file.write_text(f"assumption,low,high,verdict_changes\nadmissions,20,32,{NEVER_FLIPS}\n")
    assert flips_of(str(file)) == ("None of the 1 that were tried, each alone within its range.",)
    assert flips_of(None) == ()


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n"])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"is no sensitivity\.csv"):
        flips_of(str(file))
