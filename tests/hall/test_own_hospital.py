"""What docs/your-own-hospital.md tells a planner to type works for a hospital that is not the shipped one."""

import csv
import re
from pathlib import Path

import pytest

from sim.cli import main
from sim.inputs.files import read_ranges
from sim.inputs.loading import read_scenario
from sim.sensitivity import Question, fitting, range_warnings
from tests.hall.own_hospital import SCENARIOS, make_own_hospital

SHORT = ["--set", "calendar.warm_up_days=20", "--set", "calendar.measured_days=20", "--replications", "2"]
MINE = ("scenarios/my_hospital.yaml", "scenarios/my_cedarwood.yaml")
DOCS = SCENARIOS.parent / "docs"
NEEDS = {  # by whom people live with and by dementia in the baseline; your own hospital has one share for each need
    "england.csv": ["Need for pathway 2", "Need for pathway 3"],
    "template.csv": ["Need for reablement at home", "Need for pathway 2", "Need for pathway 3"],
}


@pytest.fixture(autouse=True)
def own_hospital(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_own_hospital(tmp_path)
    monkeypatch.chdir(tmp_path)


def commands_of_the_page() -> list[list[str]]:
    """The commands of the last step of the page, word by word."""
    step = (DOCS / "your-own-hospital.md").read_text(encoding="utf-8").split("## 5. Ask")[1].split("\n## ")[0]
    return [line.split() for block in re.findall(r"```\n(.*?)```", step, re.DOTALL) for line in block.splitlines()]


def test_the_hospital_is_read_and_has_420_beds() -> None:
    assert read_scenario(MINE[0]).service("hospital").capacity[0].places == 420
    assert read_scenario(MINE[1]).service("cedarwood").capacity[0].places == 29


@pytest.mark.slow
def test_the_commands_of_the_page_work(capsys: pytest.CaptureFixture[str]) -> None:
    copies, runs = [], []
    for words in commands_of_the_page():
        (copies if words[0] == "cp" else runs).append(words)
    for _, source, target in copies:
        if not Path(target).exists():
            Path(target).write_bytes(Path(source).read_bytes())
    assert [words[2] for words in runs] == ["compare", "sensitivity"]
    for words in runs:
        assert (
            main(
                [
                    *words[2:],
                    *SHORT,
                    "--workers",
                    "1",
                    "--outputs",
                    "out",
                    *([] if "--no-cross-check" in words else ["--no-cross-check"]),
                ]
            )
            == 0
        )
    assert "Pathway 3 beds" in capsys.readouterr().out
    (table,) = Path("out").glob("sensitivity-*/sensitivity.csv")
    rows = {row["assumption"]: row for row in csv.DictReader(table.open(encoding="utf-8"))}
    assert len(rows) == len(read_ranges("scenarios/ranges/template.csv"))
    beds = rows["Hospital beds"]
    assert (beds["low"], beds["stated"], beds["high"]) == ("399", "420", "441")
    need = rows["Need for pathway 2"]
    assert (need["low"], need["stated"], need["high"]) == ("6%", "7.5%", "9.375%")


@pytest.mark.parametrize("file", ["england.csv", "template.csv"])
@pytest.mark.parametrize(
    "files", [MINE, ("scenarios/baseline.yaml", "scenarios/cedarwood.yaml")], ids=["own", "shipped"]
)
def test_shipped_ranges_fit_both_hospitals(file: str, files: tuple[str, str]) -> None:
    ranges = read_ranges(f"scenarios/ranges/{file}")
    _, strangers = fitting(Question(*files, "hospital", "delayed_people_mean"), ranges)
    is_own, is_for_own = files == MINE, file == "template.csv"
    assert [one.says for one in strangers] == ([] if is_own == is_for_own else NEEDS[file])
    beds = [
        (path, end) for one in ranges for path, *ends in zip(one.paths, one.low, one.high, strict=True) for end in ends
    ]
    absolute = [
        path for path, end in beds if path.endswith((".beds", ".places", "_per_day")) and not end.startswith("x")
    ]
    assert absolute == []


def test_the_shipped_ranges_hold_the_values_that_are_shipped() -> None:
    question = Question("scenarios/baseline.yaml", "scenarios/cedarwood.yaml", "hospital", "delayed_people_mean")
    assert range_warnings(question, read_ranges("scenarios/ranges/england.csv")) == []


CHANCE = "people.older_people.journey.hospital.changes.{}.chance"


@pytest.mark.parametrize("end", ["as stated", "low", "high"])
def test_of_those_who_come_back_as_many_come_back_again_or_die_as_of_the_others(end: str) -> None:
    (back,) = (one for one in read_ranges("scenarios/ranges/england.csv") if one.says.startswith("Readmitted"))
    sets = () if end == "as stated" else [f"{p}={v}" for p, v in zip(back.paths, getattr(back, end), strict=True)]
    stated = {one.path: one.text for one in read_scenario("scenarios/baseline.yaml", sets).values}

    def chance(change: int, need: str) -> float:
        path = CHANCE.format(change)
        return float(stated.get(f"{path}.{need}", stated[f"{path}.else"]).removesuffix("%"))

    for need in ("none", "resident", "reablement", "home_care", "community_health", "bed", "care_home"):
        back_again = 100 - chance(3, need) - chance(4, need)
        assert (back_again, chance(4, need)) == pytest.approx((chance(1, need), chance(2, need))), need


def test_a_value_outside_its_range_is_named() -> None:
    warnings = range_warnings(
        Question(*MINE, "hospital", "delayed_people_mean"), read_ranges("scenarios/ranges/england.csv")
    )
    assert warnings == [
        "Stay in reablement at home, days: the present value, 19, lies outside its range of 12.08 to 18.7"
    ]


def test_an_end_that_is_no_number_is_left_to_those_who_refuse_it() -> None:
    Path("r.csv").write_text(
        'assumption,path,low,high,source,note\nBeds,services.hospital.beds,"1,0","1,2",assumption,\n', encoding="utf-8"
    )
    assert range_warnings(Question(*MINE, "hospital", "delayed_people_mean"), read_ranges("r.csv")) == []


def test_a_range_of_a_value_that_routes_override_is_named() -> None:
    stay = "people.older_people.journey.hospital.stay_days"
    Path("r.csv").write_text(
        f"assumption,path,low,high,source,note\nStay,{stay},x0.5,x3,assumption,\n", encoding="utf-8"
    )
    (warning,) = range_warnings(Question(*MINE, "hospital", "delayed_people_mean"), read_ranges("r.csv"))
    assert warning.startswith(f"Stay: {stay} is overridden on 7 of 14 routes, 93% of people; ")


def test_every_example_on_the_page_of_ranges_is_read() -> None:
    text = re.findall(r"```\n(assumption,.*?)```", (DOCS / "sensitivity.md").read_text(encoding="utf-8"), re.DOTALL)
    Path("r.csv").write_text(text[0], encoding="utf-8")
    inside, strangers = fitting(Question(*MINE, "hospital", "delayed_people_mean"), read_ranges("r.csv"))
    assert (len(inside), strangers) == (5, ())
