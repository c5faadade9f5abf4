"""A list of inpatients opened at the desk: a scenario file that starts with the people of it, as `forecast` reads them, and with nothing else of it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.desk.session import Cannot, Stated
from sim.inputs.loading import read_scenario
from sim.own_data.censuses import read_censuses
from sim.own_data.forecasting import starting
from sim.own_data.people_files import read_mapping
from sim.runs.engines import BY_REFERENCE
from sim.runs.store import meaning
from tests.desk import world

pytest.importorskip("streamlit")
from sim.desk.keeping import Uploaded, opened


@pytest.fixture
def stated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stated:
    monkeypatch.setenv("BEDFLOW_STORE", "off")
    monkeypatch.chdir(tmp_path)
    return Stated(world.make(tmp_path))


LIST = (
    "ward,admitted,ready,waiting for,local note\n"
    "hospital,20/05/2026,,,=1+1\nhospital,20/05/2026,,,\nhospital,12/05/2026,28/05/2026,unit,\nunit,25/05/2026,,,\n"
)
WORDS = Uploaded("words.csv", b"column,yours,ours\n,ward,service\n")


def opened_list(stated: Stated, text: str = LIST, file: str = "base.yaml", **more: Any) -> tuple[Path, list[str]]:
    asked = {"day": date(2026, 6, 1), "days": 28, "file_name": "mine", "name": "Today \N{HOSPITAL}"} | more
    return opened(stated.folder, stated(file), Uploaded("list.csv", text.encode()), WORDS, BY_REFERENCE, **asked)


def test_a_list_of_inpatients_becomes_a_file_that_starts_with_them(stated: Stated) -> None:
    file, notes = opened_list(stated)
    found = read_scenario(str(file))
    assert (found.calendar.start, found.calendar.warm_up_days, found.calendar.measured_days) == (
        date(2026, 6, 1),
        0,
        29,
    )
    assert [(one.service, one.count, one.waiting_for) for one in found.census[:3]] == [
        ("hospital", 2, None),
        ("hospital", 1, "unit"),
        ("unit", 1, None),
    ]
    assert [one.elapsed.mean_days for one in found.census[:3] if one.elapsed] == [
        11.5,
        19.5,
        6.5,
    ]  # from noon of the day to midnight
    assert [one.waited.mean_days for one in found.census[:3] if one.waited] == [3.5]
    assert "=1+1" not in file.read_text(encoding="utf-8") and found.name == "Today \N{HOSPITAL}"
    assert any("local note" in one for one in notes)


def test_people_of_a_list_are_the_same_in_the_forecast_of_the_command_line(stated: Stated, tmp_path: Path) -> None:
    file, _ = opened_list(stated)
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "words.csv").write_bytes(WORDS.content)
    census = read_censuses(
        str(tmp_path / "list.csv"), stated("base.yaml"), read_mapping(str(tmp_path / "words.csv")), date(2026, 6, 1)
    )
    (start,) = starting(stated("base.yaml").file, census.all[-1], 28, replications=1)
    assert meaning(read_scenario(str(file))) == meaning(start)


def test_steps_that_a_list_names_are_in_the_file_and_a_list_without_them_is_told_so(stated: Stated) -> None:
    cells = LIST.replace("local note", "step").replace("unit,\n", "unit,Transfer hub assessment\n").replace("=1+1", "")
    file, notes = opened_list(stated, cells)
    assert [one.steps_left for one in read_scenario(str(file)).census if one.waiting_for] == [("hub",)]
    assert not any("which steps" in one for one in notes)
    _, notes = opened_list(stated, file_name="without")
    assert any("Of 1 who are ready and wait, the list does not say which steps" in one for one in notes)


def test_who_awaits_a_review_is_in_the_file(stated: Stated) -> None:
    base = stated.folder / "base.yaml"
    text = base.read_text(encoding="utf-8").replace("beds: 18", "beds: 180, review: {from: 12:00, to: 12:00}")
    base.write_text(text.replace("arrivals_per_day: 2", "arrivals_per_day: 20"), encoding="utf-8")
    file, _ = opened_list(stated, LIST + "hospital,27/05/2026,,,\n" * 100)
    over = [one for one in read_scenario(str(file)).census if one.remaining and one.service == "hospital"]
    assert sum(one.count for one in over) > 1 and {one.remaining.mean_days for one in over if one.remaining} == {0}


@pytest.mark.parametrize(
    ("text", "file", "why"),
    [
        ("ward,admitted\nattic,20/05/2026\n", "base.yaml", "list.csv:2"),
        ("ward,admitted\nhospital,20/07/2026\n", "base.yaml", "is after the day of the census"),
        ("ward,admitted,group\nhospital,20/05/2026,9434765919\n", "base.yaml", "looks like an NHS number"),
        (LIST, "today.yaml", "today.yaml starts with people of its own"),
        ("", "base.yaml", "list.csv"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_by_its_own_name_and_leaves_nothing(
    stated: Stated, text: str, file: str, why: str
) -> None:
    before = stated.names()
    with pytest.raises(Cannot) as told:
        opened_list(stated, text, file)
    assert why in str(told.value) and "/tmp" not in str(told.value)
    assert stated.names() == before
