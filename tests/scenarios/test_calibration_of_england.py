"""The shipped baseline shows the published figures: a quick look, and the whole table every night."""

from pathlib import Path

import pytest

from sim.calibration import MISSED, NOTHING, calibrate, checked_targets, page
from sim.cli import main
from sim.inputs.loading import read_scenario
from tests.engines import uncrossed

REPOSITORY = Path(__file__).parents[2]
BASELINE = str(REPOSITORY / "scenarios" / "baseline.yaml")
TARGETS = str(REPOSITORY / "scenarios" / "targets" / "england_65plus.csv")
PAGE = REPOSITORY / "docs" / "calibration.md"


@pytest.mark.slow
def test_binding_targets_hold_within_the_error_of_a_few_replications() -> None:
    scenario = read_scenario(BASELINE, replications=4)
    lines = calibrate(scenario, checked_targets(TARGETS, scenario), workers=1, engines=uncrossed())
    assert not [line.target.says for line in lines if line.target.binds and line.verdict in (MISSED, NOTHING)]


@pytest.mark.nightly
def test_the_page_in_the_docs_is_what_the_baseline_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = tmp_path / "calibration.md"
    monkeypatch.chdir(REPOSITORY)
    assert main(["calibrate", "--page", str(fresh)]) == 0
    without_command = [
        [line for line in file.read_text(encoding="utf-8").splitlines() if "run_sim.py" not in line]
        for file in (fresh, PAGE)
    ]
    assert without_command[0] == without_command[1]


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("file", "targets"),
    [("pathway2_42_beds.yaml", TARGETS), ("all_adults.yaml", TARGETS.replace("england_65plus", "england_adults"))],
)
def test_the_variants_that_claim_to_be_calibrated_are(file: str, targets: str) -> None:
    scenario = read_scenario(str(REPOSITORY / "scenarios" / "variants" / file), replications=12)
    lines = calibrate(scenario, checked_targets(targets, scenario), workers=2)
    assert not [line.target.says for line in lines if line.target.binds and line.verdict in (MISSED, NOTHING)]
    assert scenario.name in page(scenario, lines, "command")
