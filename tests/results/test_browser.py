"""The report in a real browser: no request, no error, no sideways scroll on a phone, and nothing that an audit by axe finds.

Chromium comes from the system (`apt-get install chromium`), axe from the package axe-core-python, which is locked for tests. The
browser runs without a network; without a browser these tests are skipped, and say so.
"""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from sim.inputs.loading import read_scenario
from sim.inputs.scenario import Scenario
from sim.results.charts import draw_charts
from sim.results.report.page import RunProvenance, report_html, study_html
from sim.results.report.study import Explore, Explored, Level, Slider, Study, StudyPage
from sim.runs.collecting import gathered
from sim.runs.experiment import Shared, run_all
from tests.engines import uncrossed
from tests.hall.worlds import bigger, small

ROOT = Path(__file__).parents[2]
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this computer")]
FROM = RunProvenance(
    "python3 run_sim.py compare base.yaml more.yaml", "9.9", "reference", (("base.yaml", "ab12" * 16),)
)
NAMES = (
    "Ysbyty Glan Clwyd \N{HOSPITAL} <b>&amp;</b>",
    "\u0645\u0633\u062a\u0634\u0641\u0649 \u0627\u0644\u0623\u0631\u0632",
)
WATCH = """<script>
window.found = {errors: [], requests: []};
window.addEventListener("error", function (event) { window.found.errors.push(String(event.message)); });
document.addEventListener("securitypolicyviolation", function (event) { window.found.requests.push(event.blockedURI); });
</script>"""
PROBE = """<script>
window.addEventListener("load", function () {
  axe.run(document, {iframes: false}).then(function (result) {
    found.violations = result.violations.map(function (one) { return one.id + ": " + one.nodes[0].html; });
    found.inner = innerWidth;
    found.scrolls = document.documentElement.scrollWidth;
    found.loaded = performance.getEntriesByType("resource").map(function (one) { return one.name.slice(0, 30); })
      .filter(function (name) { return name.indexOf("data:") && name.indexOf("file:"); });
    var slider = document.querySelector("input[type=range]");
    if (slider) {
      var words = function () { return [].map.call(document.querySelectorAll(".explore-words"), function (one) { return one.textContent; }); };
      found.before = words();
      found.focusable = slider.tabIndex === 0 && Boolean(slider.labels.length);
      slider.value = "2";
      slider.dispatchEvent(new Event("input"));
      found.after = words();
      found.drawn = document.querySelectorAll(".explore-charts svg circle").length;
    }
    parent.postMessage(JSON.stringify(found), "*");
  });
});
</script>"""
FRAME = """<!DOCTYPE html><title></title><script>
addEventListener("message", function (event) { document.title = event.data; });
</script><iframe src="page.html" style="border: 0; width: %dpx; height: 900px"></iframe>"""


def seen(page: bytes, folder: Path, width: int) -> dict[str, Any]:
    """What a browser finds in a page that is so many points wide."""
    text = page.decode()
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    assert policy and "default-src 'none'" in policy[1]
    text = text.replace(policy[0], WATCH).replace("</body>", f"<script>{axe}</script>{PROBE}</body>")
    (folder / "page.html").write_text(text, encoding="utf-8")
    (folder / "frame.html").write_text(FRAME % width, encoding="utf-8")
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000", "--virtual-time-budget=60000",
        f"--user-data-dir={folder / 'profile'}", "--allow-file-access-from-files", "--dump-dom", (folder / "frame.html").as_uri(),
    ]  # fmt: skip
    told = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=240).stdout
    title = re.search(r"<title>(.+?)</title>", told, re.DOTALL)
    assert title, told[:2000]
    found: dict[str, Any] = json.loads(html.unescape(title[1]))
    return found


def must_be_clean(page: bytes, folder: Path, width: int) -> dict[str, Any]:
    found = seen(page, folder, width)
    assert found["inner"] == width
    assert found["scrolls"] <= width
    assert (found["errors"], found["requests"], found["loaded"], found["violations"]) == ([], [], [], [])
    return found


@cache
def report_of_odd_names() -> bytes:
    base = replace(small(replications=2), name=NAMES[0], question=f"Is there {NAMES[1]}?")
    scenarios = (base, replace(bigger(base), name=NAMES[1]))
    found = gathered(scenarios, run_all(Shared(scenarios), workers=1), compared=True)
    return report_html(found, draw_charts(found), FROM)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_report_asks_for_nothing_does_not_slide_and_passes_the_audit(tmp_path: Path, width: int) -> None:
    assert len(report_of_odd_names()) < 3_000_000
    must_be_clean(report_of_odd_names(), tmp_path, width)


def a_sweep(*sliders: Slider) -> Study:
    """A study of one figure at every point of its sliders."""
    points = product(*(range(len(one.values)) for one in sliders))
    levels = {(a, *more): Level(a - 1.0, float(a), a + 1.0, f"{a} ({a - 1} to {a + 1})") for a, *more in points}
    explore = Explore(sliders, [Explored("delayed", levels)])
    return Study(
        StudyPage("A sweep", "What do beds do?", ["They help."], [], explore), [], [], 1, "python3 run_sim.py sweep"
    )


BEDS = Slider("unit.beds", ["4", "8", "12"], 1)


def test_the_explore_part_follows_its_sliders_and_always_tells_the_interval(tmp_path: Path) -> None:
    page = study_html(a_sweep(BEDS, Slider("</script><b>", ["no", "yes"])))
    assert b"script-src 'sha256-" in page
    found = must_be_clean(page, tmp_path, 360)
    assert (found["before"], found["after"]) == (["1 (0 to 2)"], ["2 (1 to 3)"])
    assert found["drawn"] == 1 and found["focusable"]


@pytest.mark.usefixtures("blank_charts")
def test_a_report_with_two_sweeps_has_sliders_that_move_apart(tmp_path: Path) -> None:
    base = replace(small(replications=2), name=NAMES[0])
    scenarios = (base, replace(bigger(base), name=NAMES[1]))
    found = gathered(scenarios, run_all(Shared(scenarios), workers=1), compared=True)
    page = report_html(found, draw_charts(found), FROM, [a_sweep(BEDS), a_sweep(BEDS, Slider("homes", ["1", "2"]))])
    assert b"script-src 'sha256-" in page and len(page) < 3_000_000
    seen_there = must_be_clean(page, tmp_path, 360)
    assert seen_there["before"] == ["1 (0 to 2)", "1 (0 to 2)"]
    assert seen_there["after"] == ["2 (1 to 3)", "1 (0 to 2)"]
    assert seen_there["drawn"] == 2 and seen_there["focusable"]


def test_the_script_is_allowed_by_its_own_page(tmp_path: Path) -> None:
    page = study_html(a_sweep(Slider("beds", ["4"])))
    (tmp_path / "page.html").write_bytes(page)
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
               (tmp_path / "page.html").as_uri()]  # fmt: skip
    told = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout
    assert "<circle" in told and '<section class="explore" id="explore-0" aria-labelledby' in told  # no longer hidden


LONG = (
    "Reablement beds beside the hospital for everybody of the northern and the southern localities, opened in two waves"
)


def first_page(*scenarios: Scenario) -> str:
    """The report of some scenarios, without all that comes after its first page."""
    found = gathered(scenarios, run_all(Shared(scenarios, engines=uncrossed()), workers=1), compared=True)
    page = report_html(found, draw_charts(found), FROM).decode()
    end = page.index("</section>") + len("</section>")
    return f"{page[:end]}</body></html>"


def several(number: int, name: str = "More beds") -> list[Scenario]:
    base = small(replications=3, days=28, warm_up=7)
    return [base, *(bigger(base, id=f"more{n}", name=f"{name} {n}", unit=5 + 2 * n) for n in range(number - 1))]


def shipped() -> list[Scenario]:
    """The default comparison, over a month: it has most to say of itself."""
    sets = ("calendar.warm_up_days=28", "calendar.measured_days=28")
    files = ("scenarios/baseline.yaml", "scenarios/cedarwood.yaml")
    return [read_scenario(str(ROOT / file), sets, replications=2) for file in files]


@pytest.mark.parametrize(
    "made",
    [lambda: several(2, LONG), lambda: several(4, LONG), shipped],
    ids=["two of long names", "four of long names", "the default comparison"],
)
def test_the_first_page_is_one_page_of_a4(made: Callable[[], list[Scenario]], tmp_path: Path) -> None:
    (tmp_path / "front.html").write_text(first_page(*made()), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", f"--print-to-pdf={tmp_path / 'front.pdf'}"]
    subprocess.run([*command, (tmp_path / "front.html").as_uri()], capture_output=True, check=True, timeout=120)
    printed = (tmp_path / "front.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", printed)  # A4, in points
