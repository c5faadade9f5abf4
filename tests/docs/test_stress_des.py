"""The pages about reporting and assurance: made from a scenario where the program knows the answer, held to what is there otherwise."""

import re
from pathlib import Path

import pytest

from sim import home
from sim.cli import main
from sim.diagnostics.stress_des import stress_des
from sim.inputs.loading import read_scenario
from tests.house.test_citations import ROOT

PAGE = ROOT / "docs" / "stress-des.md"
REFRESH = "refresh it: python3 run_sim.py show scenarios/cedarwood.yaml --stress-des > docs/stress-des.md"
ODD = """
name: "A *bold* <b>unit</b> | [x](y) `code`"
question: What if?
calendar: {start: 2026-01-05, warm_up_days: 7, measured_days: 28}
replications: 5
seed: 42
services:
  ward: {kind: acute, beds: [{from: 2026-01-05, beds: 3}, {from: 2026-02-01, beds: 5}]}
  care: {kind: home_care, hours_per_week: 40, queue_limit: 2}
people:
  all: {arrives_at: ward, arrivals_per_day: 1.5, journey: {ward: {stay_days: {fixed: 2}, then: {home: 100%}}}}
"""


def test_the_page_is_made_from_cedarwood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(home, "PROGRAM", "python3 run_sim.py")
    assert PAGE.read_text(encoding="utf-8") == stress_des(read_scenario("scenarios/cedarwood.yaml")), REFRESH


def test_what_the_file_says_is_answered_and_a_name_is_no_markup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("odd.yaml").write_text(ODD, encoding="utf-8")
    assert main(["show", "odd.yaml", "--stress-des"]) == 0
    said = capsys.readouterr().out
    assert r"# STRESS-DES: A \*bold\* \<b\>unit\</b\> \| \[x\](y) \`code\`" in said
    for answer in (
        "The file changes no other: it is a baseline.",
        "all: 1.5 a day, to ward",
        "ward: 3 beds at the start, changing by date or rota",
        "care: 40 hours a week; at most 2 may wait",
        "begins empty on 2026-01-05, 7 days before",
        "28 measured days.",
        "5 replications, seed 42.",
        "`odd.yaml`",
    ):
        assert answer in said


def test_what_cedarwood_changes_is_listed() -> None:
    said = PAGE.read_text(encoding="utf-8")
    for change in read_scenario(str(ROOT / "scenarios/cedarwood.yaml")).changes:
        assert f"- `{change.path}`: " in said


@pytest.mark.parametrize("page", ["rap.md", "assurance.md", "container.md", "cite.md"])
def test_every_file_that_the_page_names_is_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|sim|docs|scenarios|benchmarks|\.ci|\.github)/[\w./-]*[\w/])`", text))
    named |= set(re.findall(r"`([\w.-]+\.(?:toml|cff|lock|md)|Containerfile|LICENSE)`", text))
    assert named
    made = {"run.json", "CHANGES.md"}
    assert sorted(name for name in named - made if not (ROOT / name).exists()) == []
