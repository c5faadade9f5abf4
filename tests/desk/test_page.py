"""The desk in a real browser: the journey by clicks, wrong values, tabs, a reload in mid-run, the server stopped.

One desk and one profile of the browser serve all tests but the last, for a page is loaded in seconds where its scripts are at hand; each
test has a tab of its own.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.cli import main
from tests.desk.browser import SECONDS, Running, found_browser, open_browser, running_desk
from tests.hall.processes import finished

pytestmark = pytest.mark.slow
ALL = re.compile(r"After 6 replications of 6")
FIELD = "unit beds, exactly"
OWN_LIST = "Ward,Date of admission,Spell number\nSt Ann's,27/05/2026,4711\nSt Ann's,30/05/2026,4712\n"
OWN_WORDS = "column,yours,ours\n,Ward,service\nservice,St Ann's,hospital\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found_browser()
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def profile(browser: Any) -> Iterator[Any]:
    """What tabs share: the cookie with the token, and the page's scripts."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(SECONDS * 1000)
    yield context
    context.close()


@pytest.fixture
def page(profile: Any, desk: Running) -> Iterator[Any]:
    found = profile.new_page()
    found.asked_elsewhere = []
    found.on("request", lambda one: _note(found.asked_elsewhere, one.url, desk.port))
    found.goto(desk.address + "&file=more.yaml&base=base.yaml")
    yield found
    for tab in profile.pages:
        tab.close()


def _note(elsewhere: list[str], url: str, port: int) -> None:
    if not url.startswith((f"http://127.0.0.1:{port}/", "data:", "blob:")):
        elsewhere.append(url)


def answer(page: Any) -> str:
    return str(page.get_by_role("status").first.inner_text())


def type_beds(page: Any, text: str) -> None:
    field = page.get_by_label(FIELD)
    field.fill(text)
    field.press("Enter")


def wait_for_beds(page: Any, beds: str, replications: int = 6) -> None:
    """Until the answer is about so many beds, over all replications."""
    page.get_by_role("status").filter(has_text=f"unit beds {beds}, was 5").wait_for()
    page.get_by_text(re.compile(rf"After \d+ replications of {replications}")).wait_for()
    if replications == 6:
        page.get_by_text(ALL).wait_for()


def wait_for_value(page: Any, beds: str) -> None:
    """Until the field holds so many beds: the page may take the words beside it away before the field follows."""
    for _ in range(int(SECONDS * 10)):
        if page.get_by_label(FIELD).input_value() == beds:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the field holds {page.get_by_label(FIELD).input_value()} beds, not {beds}")


def wait_until_still(page: Any) -> None:
    """Until Streamlit has made the page: what is pressed or clicked before would be lost."""
    page.wait_for_timeout(100)  # in which it begins
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def choose(page: Any, box: str, option: str) -> None:
    """Open a box and take a line of it; a box that is opened while the page is made closes again, and is opened anew."""
    option_of_it = page.get_by_role("option", name=option)
    for _ in range(9):
        wait_until_still(page)
        page.get_by_role("combobox", name=box).click()
        page.wait_for_timeout(500)
        if option_of_it.count():
            break
    option_of_it.click()


def pin_it(page: Any, name: str) -> None:
    field = page.get_by_label("Name of the result")
    field.fill(name)
    field.press("Enter")
    wait_until_still(page)
    page.get_by_role("button", name="Pin this result").click()
    page.get_by_role("cell", name=name, exact=True).wait_for()


def test_the_journey_by_clicks_ends_in_a_file_that_the_command_line_repeats(
    page: Any, desk: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page.get_by_text(ALL).wait_for()
    slider = page.get_by_role("slider", name="unit beds")
    wait_until_still(page)
    slider.focus()
    for beds in ("6", "7", "8"):
        slider.press("ArrowRight")
        wait_for_beds(page, beds)
    wait_for_value(page, "8")
    shown = page.locator(".desk table").first.inner_text()
    page.get_by_role("tab", name="Save").click()
    page.get_by_label("Name of the scenario").fill("Tŷ Cedrwydd 🏥 <b>وحدة</b>")
    page.get_by_label("Name of the scenario").press("Enter")
    file = page.get_by_label("File, in scenarios/")
    page.wait_for_function("field => field.value == 'ty_cedrwydd_b_b'", arg=file.element_handle())
    file.fill("ty_cedrwydd")
    file.press("Enter")
    page.get_by_role("button", name="Save the scenario").click()
    page.get_by_text("Saved: scenarios/ty_cedrwydd.yaml").wait_for()
    command = page.locator("code").filter(has_text="compare").inner_text().split()
    assert page.asked_elsewhere == []

    monkeypatch.chdir(desk.folder)
    monkeypatch.setenv("BEDFLOW_STORE", "off")
    args = command[command.index("compare") :]
    assert main([*args, "--json", str(tmp_path / "found.json"), "--outputs", str(tmp_path)]) == 0
    told = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert told["scenarios"][1]["name"] == "Tŷ Cedrwydd 🏥 <b>وحدة</b>"
    (row,) = (
        one
        for one in told["differences"]
        if (one["service"], one["measure"], one["by"]) == ("hospital", "midnight_census_mean", "")
    )
    assert f"{row['mean']:+.1f}" in shown


def test_a_wrong_value_says_what_is_wrong_below_it_and_a_right_one_goes_on(page: Any) -> None:
    page.get_by_text(ALL).wait_for()
    type_beds(page, "-3")
    page.get_by_text("services.unit.beds` is -3; it cannot be below 0").wait_for()
    page.get_by_text("what is wrong stands below it").wait_for()
    type_beds(page, "9")
    wait_for_beds(page, "9")
    page.get_by_role("button", name="Put everything back").click()
    page.get_by_text("was 5", exact=True).wait_for(state="detached")
    wait_for_value(page, "5")


def test_two_tabs_move_different_things_and_share_their_pins(page: Any, desk: Running) -> None:
    other = page.context.new_page()
    other.goto(desk.address + "&file=more.yaml&base=base.yaml")
    type_beds(page, "3")
    type_beds(other, "12")
    for one, beds in ((page, "3"), (other, "12")):
        wait_for_beds(one, beds)
        wait_for_value(one, beds)
    assert answer(page) != answer(other)
    pin_it(page, "three <i>beds</i>")
    other.reload()
    choose(other, "Compared with", "pinned: three <i>beds</i>")
    other.wait_for_url(re.compile("base=pinned"))
    other.get_by_role("status").filter(has_text="unit beds 3, was 5").wait_for()


def test_todays_census_is_opened_beside_itself(page: Any) -> None:
    choose(page, "Scenario", "today.yaml")
    page.get_by_text("every difference is 0").wait_for()
    page.wait_for_url(re.compile(r"base=the\+same\+file"))
    wait_until_still(page)  # the fields of the other file have gone
    page.get_by_label(FIELD).fill("6")
    page.get_by_label(FIELD).press("Enter")
    page.get_by_role("status").filter(has_text="unit beds 6, was 2").wait_for()
    page.get_by_text(ALL).wait_for()


def test_solve_is_asked_and_its_command_shown(page: Any) -> None:
    page.get_by_text(ALL).wait_for()
    page.get_by_role("tab", name="Solve").click()
    page.get_by_role("textbox", name="Target").fill("hospital.midnight_delayed_mean <= 3")
    page.get_by_role("textbox", name="Target").press("Enter")
    page.get_by_role("button", name="Ask").click()
    page.get_by_text(re.compile("Answer:|Not reachable:|Cannot tell:")).first.wait_for()
    assert "--target 'hospital.midnight_delayed_mean <= 3'" in page.locator("code").last.inner_text()


def test_twenty_results_are_pinned_side_by_side(page: Any) -> None:
    before = page.get_by_role("cell", name=re.compile(r"^result \d+$"))
    page.get_by_text(ALL).wait_for()
    pin_it(page, "the first")
    page.get_by_label("Name of the result").fill("")
    page.get_by_label("Name of the result").press("Enter")
    type_beds(page, "40")
    wait_for_beds(page, "40")
    for count in range(1, 20):
        wait_until_still(page)
        page.get_by_role("button", name="Pin this result").click()
        before.nth(count - 1).wait_for()
    assert before.count() == 19
    assert page.get_by_role("cell", name="services.unit.beds=40", exact=True).count() == 19
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def test_a_list_of_inpatients_with_the_planners_own_headings_starts_a_scenario(page: Any, desk: Running) -> None:
    page.get_by_role("tab", name="Open a census").click()
    files = page.locator("[data-testid=stFileUploader] input[type=file]")
    for number, name, text in ((1, "words.csv", OWN_WORDS), (0, "ward list.csv", OWN_LIST)):
        files.nth(number).set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})
        page.get_by_text(name).first.wait_for()
    wait_until_still(page)
    page.get_by_role("button", name="Open it").click()
    page.get_by_text("does not say of which day it is").wait_for()
    page.get_by_role("textbox", name="Of which day").fill("2026-06-01")
    page.get_by_role("textbox", name="Of which day").press("Enter")
    wait_until_still(page)
    page.get_by_label("File of the new scenario").fill("ward_today")
    page.get_by_label("File of the new scenario").press("Enter")
    wait_until_still(page)
    page.get_by_role("button", name="Open it").click()
    page.get_by_text("Made: scenarios/ward_today.yaml").wait_for()
    page.get_by_text("every difference is 0").wait_for()
    text = (desk.folder / "scenarios" / "ward_today.yaml").read_text(encoding="utf-8")
    assert text.count('service: "hospital"') == 2 and "ANN" not in text and "4711" not in text


def test_a_mix_of_two_values_is_asked_for(page: Any) -> None:
    page.get_by_text(ALL).wait_for()
    page.get_by_role("tab", name="Solve").click()
    choose(page, "Which values", "hospital beds")
    page.get_by_label("hospital beds, from").fill("16")
    page.get_by_label("hospital beds, to").fill("18")
    page.get_by_label("unit beds, to").fill("6")
    page.get_by_label("unit beds, to").press("Enter")
    wait_until_still(page)
    page.get_by_role("textbox", name="Target").fill("hospital.midnight_delayed_mean <= 3")
    page.get_by_role("textbox", name="Target").press("Enter")
    wait_until_still(page)
    page.get_by_role("button", name="Ask").click()
    page.get_by_text(re.compile("Answer:|Not reachable:|Cannot tell:")).first.wait_for()
    words = page.locator("code").filter(has_text="solve").inner_text()
    assert words.count("--change") == 2 and "--between 0..6" in words


def test_beds_and_queues_move_on_the_page(page: Any) -> None:
    pytest.importorskip("vidigi")
    page.get_by_text(ALL).wait_for()
    page.get_by_role("tab", name="Animation").click()
    page.get_by_label("Days to watch").fill("2")
    page.get_by_label("Days to watch").press("Enter")
    wait_until_still(page)
    page.get_by_role("button", name="Animate").click()
    page.locator(".js-plotly-plot .updatemenu-container, .js-plotly-plot .slider-container").first.wait_for()
    assert "events" in page.locator("code").filter(has_text="animation.html").inner_text()
    assert page.asked_elsewhere == []


def test_a_reload_in_mid_run_finds_what_was_moved(page: Any) -> None:
    replications = page.get_by_role("spinbutton", name="Replications")
    replications.fill("300")
    replications.press("Enter")
    type_beds(page, "7")
    wait_for_beds(page, "7", 300)
    page.wait_for_url(re.compile("set=services.unit.beds%3D7"))
    page.reload()
    wait_for_beds(page, "7", 300)
    page.wait_for_function("field => field.value == '7'", arg=page.get_by_label(FIELD).element_handle())
    assert "token" not in page.url


def test_narrow_screens_show_all_without_sliding_sideways(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.get_by_text(ALL).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_an_address_without_the_token_shows_nothing(browser: Any, desk: Running) -> None:
    context = browser.new_context()
    page = context.new_page()
    said = page.goto(f"http://127.0.0.1:{desk.port}/")
    assert said.status == 403
    assert "each start has a new one" in page.inner_text("body")
    context.close()


def test_another_page_of_the_browser_reaches_nothing(page: Any, desk: Running) -> None:
    """Even in the browser that holds the cookie: neither what the desk says, nor its connection."""
    page.get_by_text(ALL).wait_for()
    other = page.context.new_page()
    other.route("http://evil.example/", lambda route: route.fulfill(body="<p>hello</p>", content_type="text/html"))
    other.goto("http://evil.example/")
    found = other.evaluate(
        """async (port) => {
            const read = await fetch(`http://127.0.0.1:${port}/`, {credentials: "include"}).then(() => "read", () => "refused");
            const joined = await new Promise((done) => {
                const socket = new WebSocket(`ws://127.0.0.1:${port}/_stcore/stream`, ["streamlit"]);
                socket.onopen = () => done("joined");
                socket.onerror = () => done("refused");
            });
            return [read, joined];
        }""",
        desk.port,
    )
    assert found == ["refused", "refused"]


def test_a_second_desk_on_the_same_port_says_why_not(desk: Running) -> None:
    found = finished(desk.folder, "desk", "--port", str(desk.port), "--no-browser")
    assert found.returncode == 2
    assert f"Port {desk.port} of this computer cannot be had" in found.stderr
    assert "perhaps another desk is open" in found.stderr


def test_a_desk_that_is_stopped_says_so_on_its_page_and_in_the_terminal(browser: Any, tmp_path: Path) -> None:
    with running_desk(tmp_path) as own:
        context = browser.new_context()
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.goto(own.address + "&file=more.yaml&base=base.yaml&replications=900")
        page.get_by_text(re.compile(r"After \d+ replications of 900")).wait_for(timeout=SECONDS * 1000)
        said = own.stop()
        assert own.process.returncode == 0
        assert "The desk is closed." in said
        assert "Traceback" not in said
        page.get_by_text(re.compile("connection", re.IGNORECASE)).first.wait_for(timeout=SECONDS * 1000)
        context.close()
