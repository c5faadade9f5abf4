"""Fifteen cells become a hospital: the arithmetic shown is the arithmetic done, and only the fifteen count."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from sim.diagnostics.offered_load import mean_days
from sim.inputs.loading import read_scenario
from sim.inputs.overrides import is_another_hospital
from sim.inputs.problems import Problems, ScenarioError
from sim.own_data.worksheet import (
    ASKED,
    STAYS,
    Filled,
    cell_of,
    everybody_takes,
    of_those_who_stay,
    parts,
    read_worksheet,
    residents,
    scenario_text,
    shipped,
    values_of,
    workbook_bytes,
)
from sim.runs.collecting import paired
from sim.runs.specification import write_checked
from tests.scenarios.runs import scenario_of

TEMPLATE = Path(__file__).parents[2] / "scenarios/template.yaml"
FULL = {
    1: 216,
    2: 20.4,
    3: 9.4,
    4: 0.06,
    5: 0.68,
    6: 0.21,
    7: 0.07,
    8: 0.04,
    9: 46,
    10: 18,
    11: 24,
    12: 28,
    13: 26,
    14: 44,
    15: 6,
}
SOURCES = {1: "KH03 times 62%", 5: "Situation report, April to June"}


def filled(folder: Path, numbers: Mapping[int, float] = FULL, sources: Mapping[int, str] = SOURCES) -> Path:
    file = folder / "mine.xlsx"
    file.write_bytes(workbook_bytes(numbers, sources))
    return file


def typed(file: Path, cells: Mapping[str, Any], sheet: str = "Numbers") -> Path:
    """The file with cells typed over, and every formula replaced by the value that was saved with it."""
    values, book = load_workbook(file, data_only=True), load_workbook(file)
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value = values[page.title][cell.coordinate].value
    for cell, value in cells.items():
        book[sheet][cell] = value
    book.save(file)
    return file


def without_arithmetic(file: Path) -> Path:
    """The file as somebody leaves it who deletes the other sheet."""
    book = load_workbook(file)
    del book["Arithmetic"]
    book.save(file)
    return file


def faults(file: Path) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_worksheet(str(file), Problems())
    return [one.text for one in caught.value.problems]


def stated(file: Path) -> dict[str, str]:
    return {value.path: value.text for value in read_scenario(str(file)).values}


# -- the table -----------------------------------------------------------------------------------------------


def test_the_shipped_numbers_make_the_template() -> None:
    template = stated(TEMPLATE)
    for part in parts():
        path = f"{part.path}.else" if part.path.endswith(".need") else part.path
        path = f"{path}.lognormal" if part.key in ("mean", "sd") else path
        text = template[f"{path}.{part.key}" if part.key else path]
        value = part.value(shipped(), residents())
        said = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        # the spread of stays is a rule of thumb beside what was fitted; shares are written to a tenth of a percent
        assert value == pytest.approx(said, rel=0.1 if part.key == "sd" else 1e-6, abs=0.001), part.path


def test_every_number_is_used_and_every_use_is_asked_for() -> None:
    assert [one.number for one in ASKED] == list(range(1, 16))
    assert {one for part in parts() for one in part.needs} == set(range(1, 16))


def test_the_formula_that_is_shown_is_the_one_that_is_done() -> None:
    numbers = {**shipped(), **FULL}
    everybody = everybody_takes(numbers, residents())
    for part in parts():
        words = part.formula(repr(float(numbers[part.number])), repr(residents()), repr(everybody)).removeprefix("=")
        assert eval(words) == pytest.approx(part.value(numbers, residents())), part.path


def test_a_program_that_saves_no_values_of_formulas_loses_nothing_and_a_formula_of_a_planner_is_still_refused(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.xlsx"
    file.write_bytes(workbook_bytes())
    book = load_workbook(file)
    book["Numbers"][cell_of(1)] = 216
    book.save(file)  # openpyxl keeps no values of formulas
    assert read_worksheet(str(file), Problems()).numbers == {1: 216}
    book["Numbers"][cell_of(2)] = "=6000/365"
    book.save(file)
    assert faults(file) == [
        "Numbers!D6 holds a formula without a value, and formulas are never run; open and save it in Excel, or paste the values"
    ]


# -- the workbook --------------------------------------------------------------------------------------------


def test_every_formula_is_saved_with_its_value(tmp_path: Path) -> None:
    file = filled(tmp_path)
    formulas, values = load_workbook(file)["Arithmetic"], load_workbook(file, data_only=True)["Arithmetic"]
    shown = {
        (row[0].value, row[1].value or ""): (formulas[row[2].coordinate].value, row[2].value)
        for row in values.iter_rows(min_row=6)
    }
    ours = values_of(Filled(str(file), numbers=dict(FULL)))
    assert len(shown) == len(ours) == 49
    for part, value in ours.items():
        formula, saved = shown[part.path, part.key]
        assert formula.startswith("=")
        assert saved == pytest.approx(value)


def test_the_same_worksheet_is_the_same_bytes() -> None:
    assert workbook_bytes(FULL, SOURCES) == workbook_bytes(FULL, SOURCES)


# -- reading -------------------------------------------------------------------------------------------------


def test_fifteen_cells_make_the_scenario(tmp_path: Path) -> None:
    found, file = read_worksheet(str(filled(tmp_path)), Problems()), tmp_path / "mine.yaml"
    write_checked(file, scenario_text(found, file, "worksheet"))
    values, notes = stated(file), {value.path: value.note for value in read_scenario(str(file)).values}
    assert values["services.hospital.beds"] == "216"
    assert values["people.older_people.arrivals_per_day"] == "17"  # 20.4 less a sixth
    journey = "people.older_people.journey."
    assert values[f"{journey}hospital.then.bed.pathway_2.stay_days.lognormal.mean"] == "16.25"  # 9.4 / 1.0414 x 1.8
    assert values[f"{journey}hospital.then.care_home.died.share"] == "6%"
    needs = {
        need: values[f"people.older_people.traits.need.else.{need}"]
        for need in ("none", "reablement", "bed", "care_home")
    }
    # (0.68 - 0.079) / 0.921, 0.21 x 0.7 / 0.921, 0.07 / 0.921, 0.04 / 0.921
    assert needs == {"none": "65.26%", "reablement": "15.96%", "bed": "7.6%", "care_home": "4.34%"}
    assert notes["services.hospital.beds"] == "KH03 times 62%; number 1, mine.xlsx, Numbers!D5; YOURS"
    assert notes["services.community_beds.beds"].startswith("assumption: no source given; number 11")


def test_what_a_worksheet_made_is_a_hospital_and_no_lever(tmp_path: Path) -> None:
    """In a ranking it would win or lose by its own size."""
    found, file = read_worksheet(str(filled(tmp_path)), Problems()), tmp_path / "mine.yaml"
    write_checked(file, scenario_text(found, file, "worksheet"))
    (base, lever), mine = (scenario_of(name) for name in ("baseline.yaml", "continuing_care.yaml")), read_scenario(file)
    assert [[one.id for one in chosen] for chosen, _ in (paired((base, mine, lever)), paired((base, mine)))] == [
        ["baseline", "continuing_care"],
        ["baseline", "mine"],
    ]
    assert is_another_hospital(mine, base) and not is_another_hospital(mine, mine)


@pytest.mark.parametrize(
    ("number", "service", "asked"),
    [(10, "home_reablement", 20), (12, "community_beds", 28), (14, "care_home_assessment", 44)],
)
def test_the_mean_of_everybody_who_leaves_is_what_was_typed(
    tmp_path: Path, number: int, service: str, asked: float
) -> None:
    found, file = read_worksheet(str(filled(tmp_path, {number: asked}, {})), Problems()), tmp_path / "mine.yaml"
    scenario = write_checked(file, scenario_text(found, file, "worksheet"))
    mean = mean_days(scenario, service)
    assert mean == pytest.approx(asked, rel=0.002)  # two digits of what is written


@pytest.mark.parametrize("residents_are_in", ["yes", "no"])
@pytest.mark.parametrize("pathways", [(0.71, 0.19, 0.065, 0.035), (0.5, 0.3, 0.12, 0.08), (0.85, 0.1, 0.03, 0.02)])
def test_the_mean_days_to_ready_of_everybody_are_what_was_typed_whatever_people_need(
    tmp_path: Path, pathways: tuple[float, ...], residents_are_in: str
) -> None:
    numbers = {3: 10.0, 4: 0.06, **dict(zip((5, 6, 7, 8), pathways, strict=True))}
    sheet = without_arithmetic(typed(filled(tmp_path, numbers, {}), {"D22": residents_are_in}))
    found, file = read_worksheet(str(sheet), Problems()), tmp_path / "mine.yaml"
    scenario = write_checked(file, scenario_text(found, file, "worksheet"))
    mean = mean_days(scenario, "hospital")
    assert mean == pytest.approx(10, rel=0.02)  # who comes back to hospital is a little another mix in each


@pytest.mark.parametrize("r", [0.0, residents()])
def test_the_workbook_works_out_what_everybody_takes_as_it_is_done_here(r: float) -> None:
    book = load_workbook(BytesIO(workbook_bytes({**FULL, 5: 0.5, 6: 0.3, 7: 0.12, 8: 0.08})))
    formula = str(book["Arithmetic"]["C4"].value).removeprefix("=").replace("$C$3", repr(r))
    numbers = {**FULL, 5: 0.5, 6: 0.3, 7: 0.12, 8: 0.08}
    for number in (4, 5, 6, 7, 8):
        cell = cell_of(number)
        formula = formula.replace(f'IF(Numbers!{cell}="",Numbers!E{cell[1:]},Numbers!{cell})', repr(numbers[number]))
    assert eval(formula) == pytest.approx(everybody_takes(numbers, r))


def test_the_pages_say_the_same_arithmetic() -> None:
    for page in (TEMPLATE, TEMPLATE.parents[1] / "docs" / "your-own-hospital.md"):
        text = page.read_text(encoding="utf-8")
        assert f"{everybody_takes(shipped(), residents()):.4g}" in text, page
        for service in STAYS.values():
            less, over = of_those_who_stay(service)
            assert f"- {less:g}) / {over:g}" in text, (page, service)


def test_a_stay_shorter_than_that_of_those_who_leave_early_is_refused(tmp_path: Path) -> None:
    (said,) = faults(without_arithmetic(typed(filled(tmp_path), {cell_of(14): 6})))
    assert said == (
        "Numbers!D18 (number 14) is `6`, and who dies or goes back to hospital early makes 6.94 days by itself; "
        "is it in days, and of everybody who leaves?"
    )


def test_a_blank_cell_leaves_the_baselines_value(tmp_path: Path) -> None:
    found, file = read_worksheet(str(filled(tmp_path, {1: 250}, {})), Problems()), tmp_path / "mine.yaml"
    scenario = write_checked(file, scenario_text(found, file, "worksheet"))
    assert [change.path for change in scenario.changes] == ["services.hospital.beds"]


def test_residents_may_be_left_out_already(tmp_path: Path) -> None:
    file = without_arithmetic(typed(filled(tmp_path), {"D22": "no"}))
    needs = {
        part.key: value
        for part, value in values_of(read_worksheet(str(file), Problems())).items()
        if part.path.endswith("need")
    }
    assert needs["none"] == pytest.approx(0.68)
    assert needs["reablement"] == pytest.approx(0.21 * 0.7)


def test_all_faults_are_named_by_cell_at_once(tmp_path: Path) -> None:
    cells = {"D5": "about 300", "D6": -4, "D8": 7, "D13": 0, "D15": 24.5, "D16": "=4*7", "D22": "perhaps", "D9": None}
    texts = faults(typed(filled(tmp_path), cells))
    assert set(texts) == {
        "Numbers!D5 (number 1) holds text where a number is wanted; write the number alone, or leave the cell blank",
        "Numbers!D6 (number 2) is `-4`; write 0.01 to 1000",
        "Numbers!D8 (number 4) is `7`; write 7%",
        "Numbers!D13 (number 9) is `0`; write 1 to 5000",
        "Numbers!D15 (number 11) is `24.5`; write a whole number",
        "Numbers!D16 holds a formula without a value, and formulas are never run; open and save it in Excel, or paste the values",
        "Numbers!D22 must be yes or no",
        "Numbers: number 5 is missing beside Numbers!D10; 5 to 8 go together",
    }


def test_pathways_that_are_no_whole_are_refused(tmp_path: Path) -> None:
    (what,) = faults(filled(tmp_path, {**FULL, 5: 0.6}))
    assert what == "Numbers!D9 to Numbers!D12 add up to 92%; 5 to 8 are shares of one whole, 100%"
    without_percent = typed(filled(tmp_path), {"D9": 68, "D10": 21, "D11": 7, "D12": 4})
    assert faults(without_percent) == [
        f"Numbers!D{9 + place} (number {5 + place}) is `{value}`; write {value}%"
        for place, value in enumerate((68, 21, 7, 4))
    ]


def test_a_value_typed_over_the_arithmetic_is_refused(tmp_path: Path) -> None:
    (what,) = faults(typed(filled(tmp_path), {"C8": 11.5}, "Arithmetic"))
    assert what == "Arithmetic!C8 says 11.5 where Numbers!D7 makes it 9.02587; change the number, not the arithmetic"


def test_arithmetic_that_was_not_worked_out_again_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "blank.xlsx"
    file.write_bytes(workbook_bytes())
    found = read_worksheet(str(typed(file, {"D5": 216})), Problems())
    assert found.numbers == {1: 216}


def test_a_number_of_a_person_is_not_kept(tmp_path: Path) -> None:
    found = read_worksheet(str(filled(tmp_path, sources={1: "see 943 476 5919"})), Problems())
    assert found.sources[1] == ""
    assert found.notes == ["Numbers!F5 holds what looks like an NHS number, and is left out"]


def test_a_blank_worksheet_and_another_workbook_are_refused(tmp_path: Path) -> None:
    (what,) = faults(filled(tmp_path, {}, {}))
    assert what.startswith("has no number filled")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (what,) = faults(tmp_path / "other.csv")
    assert what.startswith("has no sheet `Numbers`")
