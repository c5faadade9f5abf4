"""What is moved at the desk is what the command line finds: the same people, the same figures, the same files."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from sim.desk.server import PAGE
from sim.desk.session import (
    Cannot,
    Comparison,
    Desk,
    Engine,
    Pin,
    Stated,
    compare_words,
    controls,
    day_of,
    moved,
    open_desk,
    save,
    scenario_files,
    suggested,
    write_results,
)
from sim.desk.shows import pinned, sentence
from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.results.files.writing import rounded
from sim.runs.collecting import DIFFERENCE, SUMMARY, contrast_cells, estimate_cells
from sim.runs.engines import BY_REFERENCE
from sim.runs.store import meaning
from tests.desk import world

BEDS = "services.unit.beds"


@pytest.fixture
def stated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stated:
    monkeypatch.setenv("BEDFLOW_STORE", "off")
    monkeypatch.chdir(tmp_path)
    return Stated(world.make(tmp_path))


@pytest.fixture
def engine() -> Engine:
    return Engine(BY_REFERENCE)


def with_beds(stated: Stated, beds: str, file: str = "more.yaml") -> Scenario:
    found = moved(stated(file), {BEDS: beds}, 6).scenario
    assert found is not None
    return found


def test_every_kind_that_planners_move_is_offered(stated: Stated) -> None:
    found: dict[str, list[str]] = {}
    for control in controls(stated("more.yaml")):
        found.setdefault(control.kind, []).append(control.path)
    assert found["Beds and places"] == ["services.hospital.beds", BEDS]
    assert "people.everyone.journey.hospital.stay_days.exponential.mean" in found["Lengths of stay"]
    assert "people.everyone.journey.hospital.then.unit.share" in found["Shares of people"]
    assert found["Steps before leaving"] == ["steps.hub.share", "steps.hub.takes_days.lognormal.mean"]
    assert "costs.services.unit.per_open_day" in found["Prices"]
    assert found["Arrivals"] == ["people.everyone.arrivals_per_day"]


def test_a_slider_writes_what_a_file_would_say(stated: Stated) -> None:
    price, share = (
        next(one for one in controls(stated("base.yaml")) if one.path == path)
        for path in ("costs.services.unit.per_open_day", "steps.hub.share")
    )
    assert (price.written(187.0), share.written(28.4)) == ("£187", "28.4%")
    assert (price.on_slider("£1,200"), share.on_slider("12.5%")) == (None, 12.5)


def test_a_share_that_a_file_writes_as_a_part_of_1_is_shown_in_percent(stated: Stated) -> None:
    file = stated.folder / "base.yaml"
    text = (
        file.read_text(encoding="utf-8").replace("{share: 70%}", "{share: 0.7}").replace("{share: 30%,", "{share: 0.3,")
    )
    file.write_text(text.replace("share: 50%", "share: 0.5"), encoding="utf-8")
    found = {control.path: control for control in controls(stated("base.yaml"))}
    home = found["people.everyone.journey.hospital.then.home.share"]
    assert (home.text, home.number, home.low, home.high, home.written(40)) == ("70%", 70, 0, 100, "40%")
    assert found["steps.hub.share"].text == "50%" and found["services.unit.beds"].text == "2"
    assert sorted(moved(stated("base.yaml"), {home.path: "40%"}, 2).sets) == [
        f"{home.path}=40%", "people.everyone.journey.hospital.then.unit.share=60%"
    ]  # fmt: skip


def test_the_other_shares_of_a_list_make_up_100(stated: Stated) -> None:
    path = "people.everyone.journey.hospital.then"
    found = moved(stated("base.yaml"), {f"{path}.unit.share": "45%"}, 6)
    assert found.sets == (f"{path}.unit.share=45%", f"{path}.home.share=55%")


def test_a_mistake_stands_at_the_field_that_made_it(stated: Stated) -> None:
    found = moved(stated("base.yaml"), {BEDS: "-3", "steps.hub.share": "130%"}, 6)
    assert found.scenario is None
    assert found.problems[BEDS] == ("`services.unit.beds` is -3; it cannot be below 0",)
    assert "between 0% and 100%" in found.problems["steps.hub.share"][0]


def test_replications_are_added_and_none_is_run_twice(stated: Stated, engine: Engine) -> None:
    comparison = Comparison(engine, stated("base.yaml"), stated("more.yaml"))
    widths = []
    for most in (2, 4, 6):
        comparison.add(most, seconds=1000)
        found = comparison.findings().difference("more", "hospital", "midnight_delayed_mean")
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        assert found.replications == comparison.replications == most
        widths.append(found.high - found.low)
    assert widths[2] < widths[0]
    again = Comparison(engine, stated("base.yaml"), stated("more.yaml"))
    again.add(6, seconds=1000)
    assert again.findings().differences == comparison.findings().differences


@pytest.mark.slow
@pytest.mark.parametrize("beds", ["7", "0"])  # 0: a service that never opens
def test_the_page_shows_the_figures_of_the_command_line(stated: Stated, engine: Engine, beds: str) -> None:
    comparison = Comparison(engine, stated("base.yaml"), with_beds(stated, beds))
    comparison.add(6, seconds=1000)
    found = comparison.findings()
    save(stated.folder, "mine", "Mine", "", with_beds(stated, beds))
    args = ["compare", "scenarios/base.yaml", "scenarios/mine.yaml", "--engine", "reference", "--workers", "1"]
    assert main([*args, "--json", "found.json"]) == 0
    told = json.loads(Path("found.json").read_text(encoding="utf-8"))
    for rows, columns, cells, name in (
        (found.differences, DIFFERENCE, contrast_cells, "differences"),
        (found.estimates, SUMMARY, estimate_cells, "measures"),
    ):
        theirs = {address(row): row for row in told[name]}
        assert len(rows) > 20
        for row in rows:
            ours = dict(zip(columns, rounded(cells(row)), strict=True))
            ours["scenario"] = {"more": "mine"}.get(ours["scenario"], ours["scenario"])
            assert ours == theirs[address(ours)]


def address(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in ("scenario", "service", "measure", "by", "item"))


@pytest.mark.slow
def test_what_is_written_is_what_the_command_line_writes_byte_for_byte(
    stated: Stated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(stated.folder, "mine", "Mine", "What then?", with_beds(stated, "7"))
    monkeypatch.setattr("sim.desk.session.OUTPUTS", "of_the_desk")
    heard: list[int] = []
    base, mine = stated("base.yaml"), stated("mine.yaml")
    folder = write_results(base, mine, 6, BY_REFERENCE, lambda done, *_: heard.append(done))
    assert heard[-1] == 12
    words = compare_words(base, mine, 6).split()[2:]
    assert main([*words, "--engine", "reference", "--workers", "1", "--outputs", "of_the_command"]) == 0
    (other,) = (one for one in (tmp_path / "of_the_command").iterdir() if one.name != "latest")
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    assert names == sorted(file.relative_to(other).as_posix() for file in other.rglob("*") if file.is_file())
    for name in set(names) - {"run.json"}:
        assert (tmp_path / folder / name).read_bytes() == (other / name).read_bytes(), name
    assert "results.json" in names
    assert folder.name == other.name


def test_other_replications_than_the_files_say_are_typed(stated: Stated) -> None:
    words = compare_words(stated("base.yaml"), stated("more.yaml"), 9)
    assert words.endswith("compare scenarios/base.yaml scenarios/more.yaml --replications 9")


@pytest.mark.parametrize(
    "name",
    ["Gofal yn nes at adref: Tŷ Cedrwydd", "وحدة إعادة التأهيل", "🏥 ten more beds 🛏️", "<b>bold</b> & `code` [x](http://x) # : '\"\\"],
)  # fmt: skip
def test_a_saved_scenario_says_its_name_in_every_script(stated: Stated, name: str) -> None:
    wanted = with_beds(stated, "9")
    file = save(stated.folder, "mine", name, f"{name}?", wanted)
    found = stated(file.name)
    assert (found.name, found.question) == (name, f"{name}?")
    assert meaning(found) == meaning(wanted)


def test_a_name_that_a_spreadsheet_takes_for_a_formula_is_refused(stated: Stated) -> None:
    with pytest.raises(Cannot, match="`name` begins with =, which a spreadsheet takes for a formula"):
        save(stated.folder, "mine", "=1+1", "", with_beds(stated, "9"))
    assert not (stated.folder / "mine.yaml").exists()


@pytest.mark.parametrize("name", ["../mine", "a/b", "", ".hidden", "con", "a" * 61, "mine.yaml", "C:mine", "مستشفى"])
def test_a_file_name_leads_nowhere_else(stated: Stated, tmp_path: Path, name: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Cannot, match="names no folder"):
        save(stated.folder, name, "Mine", "", with_beds(stated, "9"))
    assert sorted(tmp_path.rglob("*")) == before


def test_nothing_is_replaced(stated: Stated) -> None:
    with pytest.raises(Cannot, match=r"base\.yaml is there already"):
        save(stated.folder, "base", "Mine", "", with_beds(stated, "9"))
    assert stated("base.yaml").name == "A small hospital"


def test_a_file_that_would_not_mean_the_page_is_not_left_behind(stated: Stated) -> None:
    wanted = with_beds(stated, "9")
    (stated.folder / "more.yaml").write_text(
        world.MORE.replace("beds: 5", "beds: 5\n  services.hospital.beds: 3"), "utf-8"
    )
    with pytest.raises(Cannot, match="would not mean what is on the page"):
        save(stated.folder, "mine", "Mine", "", wanted)
    assert not (stated.folder / "mine.yaml").exists()


def test_a_scenario_is_read_again_once_its_file_or_parent_has_changed(stated: Stated) -> None:
    assert stated("more.yaml").replications == 6
    assert stated("more.yaml") is stated("more.yaml")
    (stated.folder / "base.yaml").write_text(world.BASE.replace("replications: 6", "replications: 12"), "utf-8")
    assert stated("more.yaml").replications == 12


def test_only_files_of_the_folder_are_read(stated: Stated, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text(world.BASE, "utf-8")
    (stated.folder / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    assert scenario_files(stated.folder) == ["base.yaml", "more.yaml", "today.yaml"]
    for name in ("../outside.yaml", "link.yaml", str(tmp_path / "outside.yaml")):
        with pytest.raises(Cannot, match="There is no scenario"):
            stated(name)


def test_todays_census_is_compared_with_itself_and_not_with_other_people(stated: Stated, engine: Engine) -> None:
    with pytest.raises(Cannot, match="census: other people are there at the start"):
        Comparison(engine, stated("base.yaml"), stated("today.yaml"))
    comparison = Comparison(engine, stated("today.yaml"), with_beds(stated, "8", "today.yaml"))
    comparison.add(3, seconds=1000)
    assert comparison.replications == 3
    assert not comparison.is_of_one


def test_a_name_becomes_a_file_name() -> None:
    assert suggested("Ten more beds, please!") == "ten_more_beds_please"
    assert suggested("Tŷ Cedrwydd") == "ty_cedrwydd"
    assert {suggested(name) for name in ("وحدة", "🛏️", "", "con")} == {"my_scenario"}


def test_a_service_that_never_opens_and_leads_nowhere_is_told_with_its_line(stated: Stated) -> None:
    text = world.BASE.replace(", longest_wait_days: {fixed: 20}, otherwise: home", "")
    (stated.folder / "base.yaml").write_text(text, "utf-8")
    found = moved(stated("more.yaml"), {BEDS: "0"}, 6)
    assert "`unit` never has a place in this run, so where do they go instead?" in found.problems[""][0]


def test_cash_of_sixty_days_is_pinned_as_that_of_sixty_days(stated: Stated, engine: Engine) -> None:
    """Three beds more at £150 are £27,000 in 60 days, of which the page made a year, and £164,250 in one."""

    def pin(*sets: str) -> Pin:
        files = [str(stated.folder / name) for name in ("base.yaml", "more.yaml")]
        comparison = Comparison(engine, *(read_scenario(file, sets) for file in files))
        comparison.add(1, 0.0)
        return Pin("three more", "more.yaml", sets, comparison)

    days, year = pin(), pin("calendar.measured_days=365")
    shown = pinned([days])
    assert "cash in the 60 days measured" in shown and "+£27k" in shown and "a year" not in shown
    both = pinned([days, year])
    assert "+£27k in the 60 days measured" in both and "+£164k a year" in both


def page_of(stated: Stated, engine: Engine, file: str) -> Any:
    """The page as a tab would show it, without a browser."""
    testing = pytest.importorskip("streamlit.testing.v1", reason="streamlit is not here: .ci/run installs it")
    open_desk(Desk(engine, stated))
    page = testing.AppTest.from_file(str(PAGE), default_timeout=120)
    page.query_params["file"] = file
    page.query_params["replications"] = "2"
    return page.run()


def shown(page: Any) -> dict[str, tuple[object, object]]:
    """What each slider and its field show."""
    fields = {one.label.removesuffix(", exactly"): one.value for one in page.text_input}
    return {one.label: (one.value, fields[one.label]) for one in page.slider}


def test_another_file_shows_its_own_numbers(stated: Stated, engine: Engine) -> None:
    page = page_of(stated, engine, "more.yaml")
    assert shown(page)["unit beds"] == (5, "5")
    page.selectbox(key="file").set_value("base.yaml").run()
    assert shown(page)["unit beds"] == (2, "2")


def test_a_file_that_was_changed_shows_what_it_says_now(stated: Stated, engine: Engine) -> None:
    page = page_of(stated, engine, "more.yaml")
    file = stated.folder / "more.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("beds: 5", "beds: 11"), encoding="utf-8")
    page.run()
    assert shown(page)["unit beds"] == (11, "11")


def test_a_share_that_moves_with_another_says_what_it_is_now(stated: Stated, engine: Engine) -> None:
    page = page_of(stated, engine, "base.yaml")
    home, unit = (f"people.everyone.journey.hospital.then.{name}.share" for name in ("home", "unit"))
    for path in (home, unit):
        page.selectbox(key="add").set_value(path).run()
    field = next(one for one in page.text_input if str(one.key).startswith(f"text {unit}"))
    field.set_value("40%").run()
    captions = [one.value.replace("\\", "") for one in page.caption]
    assert "was 30%" in captions
    assert "now 60%, as another share of its list moved: together they make up 100%" in captions


def test_solve_asks_about_the_file_that_is_picked(stated: Stated, engine: Engine) -> None:
    page = page_of(stated, engine, "more.yaml")
    ends = {str(one.key): one.value for one in page.text_input if str(one.key).startswith("solve ")}
    assert ends["solve from services.unit.beds, scenarios/more.yaml"] == "0"
    assert ends["solve to services.unit.beds, scenarios/more.yaml"] == "25"
    page.selectbox(key="file").set_value("base.yaml").run()
    ends = {str(one.key): one.value for one in page.text_input if str(one.key).startswith("solve ")}
    assert ends["solve from services.hospital.beds, scenarios/base.yaml"] == "9"
    assert ends["solve to services.hospital.beds, scenarios/base.yaml"] == "38"


def test_a_file_beside_itself_is_called_by_its_name(stated: Stated, engine: Engine) -> None:
    comparison = Comparison(engine, stated("more.yaml"), stated("more.yaml"))
    comparison.add(2, 0.0)
    said = sentence(comparison, comparison.findings(), 2)
    assert "A larger unit changes nothing in how many people" in said and "more-2" not in said


def test_the_day_of_a_list_is_typed_as_lists_have_it() -> None:
    assert day_of("01/07/2026") == day_of("2026-07-01") == date(2026, 7, 1) and day_of(" ") is None
    with pytest.raises(Cannot, match="is no date"):
        day_of("today")
