"""The site: every page has its place in it, Sphinx builds it without a warning, and it opens from a disk without a network."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.test_citations import ROOT, tracked

SETTINGS = ROOT / "docs" / "site"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
OF_THE_TESTS_OR_PARTS = {"docs/whole_pathway.top.md", "docs/whole_pathway.end.md"}


def settings() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_settings", SETTINGS / "conf.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    options = ["-q", "-W", "--keep-going", "-E", "-d", str(target / ".doctrees"), "-c", str(SETTINGS)]
    command = [sys.executable, "-m", "sphinx", *options, str(source), str(target)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sphinx", reason='the site needs: pip install -c requirements.lock -e ".[site]"')
    target = tmp_path_factory.mktemp("site")
    built = build(ROOT, target)
    assert (built.returncode, built.stderr) == (0, "")
    return target


def test_every_page_stands_in_one_part_of_the_site() -> None:
    parts = settings().PARTS
    named = [f"{page}.md" for pages in parts.values() for page in pages]
    ours = {path.relative_to(ROOT).as_posix() for path in tracked(".md") if path.relative_to(ROOT).parts[0] != "tests"}
    assert sorted(named) == sorted(ours - OF_THE_TESTS_OR_PARTS - {"README.md", "outputs/README.md"})


def test_a_fact_with_letters_of_markdown_stays_in_its_row() -> None:
    keys = "parameter_id description value low high unit year geography source_title source_publisher source_url confidence note"
    row = dict.fromkeys(keys.split(), "") | {"parameter_id": "a.b", "description": "a|b *c* <d>", "value": "5"}
    assert settings().fact(row) == r"| `a.b` a\|b \*c\* \<d\> | 5  |  | confidence  |"


@pytest.mark.slow
def test_the_site_is_whole_and_asks_nobody_for_anything(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert (site / "index.html").read_bytes() == (site / "README.html").read_bytes()
    assert len(pages) > 45
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert re.findall(r'(?:src|<link[^>]* href)="https?:[^"]*"', text) == [], page
    front = (site / "index.html").read_text(encoding="utf-8")
    captions = [unescape(one) for one in re.findall(r'caption-text">([^<]*)<', front)]
    assert captions == list(settings().PARTS)
    assert "demand.share_bed_days_65plus" in (site / "docs" / "evidence.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_link_that_leads_nowhere_stops_the_site(tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason='the site needs: pip install -c requirements.lock -e ".[site]"')
    (tmp_path / "README.md").write_text("# A page\n\n[a](nowhere.md) and [b](#no-such-heading)\n", encoding="utf-8")
    built = build(tmp_path, tmp_path / "out")
    assert built.returncode != 0
    assert "nowhere.md" in built.stderr
    assert "no-such-heading" in built.stderr


WATCH = """<script>
var found = {errors: []};
addEventListener("error", function (event) { found.errors.push(event.message || event.target.src || event.target.href); }, true);
addEventListener("load", function () {
  found.wide = document.documentElement.scrollWidth > innerWidth;
  found.fetched = performance.getEntriesByType("resource").map(function (one) { return one.name; })
    .filter(function (name) { return name.indexOf("data:") && name.indexOf("file:"); });
  parent.postMessage(JSON.stringify(found), "*");
});
</script>"""
FRAME = """<!DOCTYPE html><title></title><script>
var all = [];
addEventListener("message", function (event) { all.push(JSON.parse(event.data)); document.title = JSON.stringify(all); });
</script>"""


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this computer")
def test_its_search_finds_a_page_without_a_network(site: Path, tmp_path: Path) -> None:
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}"]
    command += [f"{(site / 'search.html').as_uri()}?q=reneging"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert 'href="docs/glossary.html' in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this computer")
def test_pages_open_from_a_disk_on_a_phone_without_error_or_sideways_scroll(site: Path, tmp_path: Path) -> None:
    looked_at = [
        "README.html",
        "docs/tutorial.html",
        "docs/how-it-works.html",
        "docs/commands.html",
        "docs/evidence.html",
    ]
    frame = FRAME
    for page in looked_at:
        watched = site / page.replace(".html", "_watched.html")
        watched.write_text((site / page).read_text(encoding="utf-8").replace("<head>", f"<head>{WATCH}", 1), "utf-8")
        frame += f'<iframe src="{watched.as_uri()}" style="border: 0; width: 390px; height: 800px"></iframe>'
    (tmp_path / "frame.html").write_text(frame, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=2200,1000"]
    command += ["--virtual-time-budget=20000", "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom"]
    command += [f"--user-data-dir={tmp_path / 'profile'}", (tmp_path / "frame.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    title = re.search(r"<title>(.+?)</title>", done.stdout)
    assert title, done.stderr
    assert json.loads(unescape(title[1])) == [{"errors": [], "wide": False, "fetched": []}] * len(looked_at)
