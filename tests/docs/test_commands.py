"""Every command that a page tells a planner to type is run, in small, or is named here with the reason why not.

The everyday test reads each command as the program would; the nightly ones run them, page by page, in a planner's folder.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from sim.cli import main
from sim.cli.arguments import expanded
from sim.cli.verbs import parse
from tests.hall.own_hospital import make_own_hospital
from tests.house.test_citations import ROOT, tracked
from tests.own_data.worlds import SMALL

COMMAND = re.compile(r"python3 run_sim\.py\b([^`\n|]*)")
HISTORY = ("CHANGELOG.md", "docs/decisions.md", "docs/decisions/")  # what was typed once
TYPED_ELSEWHERE = {  # page: the test that reads it and does what it says
    "docs/commands.md": "tests/hall/test_help.py",  # the examples of the help
    "docs/published-files.md": "tests/own_data/test_verbs.py",
    "docs/bcf-plan.md": "tests/own_data/test_verbs.py",
}
NOT_RUN = {  # how a command begins, and why nothing here runs it
    "": "the whole comparison with 30 replications: the test of a fresh clone runs it",
    "test": "the tests themselves",
    "desk": "it serves a page until somebody stops it: tests/desk",
    "worksheet my_numbers.xlsx --write": "its yellow cells wait to be filled: tests/own_data/test_verbs.py fills and reads them",
    "VERB --help": "a word to fill in: tests/hall/test_help.py asks every verb",
    "check --update": "it would record the simulator's own results anew",
    "check #": "the simulator's own results: the last step of CI",
    "events scenarios/cedarwood.yaml --animation": "it needs vidigi, which a planner's first run adds: tests/desk",
    "compare scenarios/national/": "forty hospitals, which their own script writes: tests/hall/test_flat_memory.py",
    "compare scenarios/pioneers/": "its files are read by tests/scenarios; three hospitals for a year take minutes",
    'compare scenarios/baseline.yaml "scenarios/*.yaml"': "all systems: docs/make_whole_pathway.py runs them for its page",
    "sensitivity --method worlds": "130 scenarios are read: tests/hall/test_sensitivity.py, with few",
    "compare scenarios/baseline.yaml scenarios/cedarwood.yaml --replications 10000": "hours on a cluster: tests/hall/test_cluster.py",
    "compare scenarios/baseline.yaml scenarios/cedarwood.yaml --cluster": "a cluster of processes: tests/hall/test_cluster.py",
    "run scenarios/baseline.yaml --replications 1 --cluster": "a cluster of processes: tests/hall/test_cluster.py",
    "compare BASE OTHER": "words to fill in",
    "run FILE": "a word to fill in",
    "show #": "a verb that is only named",
    "sensitivity #": "a verb that is only named",
}
SHORT = ("--set", "calendar.warm_up_days=14", "--set", "calendar.measured_days=14")
RUNS = {"run", "compare", "sweep", "solve", "sensitivity", "together", "calibrate"}
MANY = {
    "run",
    "compare",
    "sweep",
    "sensitivity",
    "together",
    "calibrate",
    "forecast",
}  # whose replications are made few


def commands_of(page: str) -> Iterator[str]:
    """What a page tells to type behind `python3 run_sim.py`, in its order; words that wrap onto a second line are joined."""
    text = re.sub(r"`[^`\n]*\n[^`\n]*`", lambda code: code[0].replace("\n", " "), (ROOT / page).read_text("utf-8"))
    text = re.sub(r"<!-- benchmarks: begin.*?<!-- benchmarks: end -->", "", text, flags=re.DOTALL)
    for found in COMMAND.findall(text):
        yield re.split(r"\s{3,}|\s+[#>] ?", found.strip())[0].strip()


PAGES = {
    page: list(dict.fromkeys(commands_of(page)))
    for page in (path.relative_to(ROOT).as_posix() for path in tracked(".md"))
    if not page.startswith(("tests/", *HISTORY))
}


def reason(command: str) -> str | None:
    """Why nothing here runs a command; None where it is run."""
    for start, why in NOT_RUN.items():
        whole = not start or start.endswith(" #")  # these name one command, and not all that begin so
        if command == start.removesuffix(" #") or (command.startswith(start) and not whole):
            return why
    return None


def to_run(page: str) -> list[str]:
    return [] if page in TYPED_ELSEWHERE else [command for command in PAGES[page] if reason(command) is None]


def small(words: list[str]) -> list[str]:
    """The same command over a fortnight and two replications, in one process."""
    verb = words[0]
    if "--study" in words:  # the studies that the commands before it have written
        at = words.index("--study")
        words = [*words[: at + 1], *("out" if name == "outputs" else name for name in words[at + 1 :])]
    more = ["--outputs", "out"] if verb in (RUNS | {"forecast", "fit"}) - {"calibrate"} else []
    if verb in RUNS and "--held-out" not in words:  # whose days are those of a file
        more += [*SHORT, *([] if "--plan" in words or "--no-cross-check" in words else ["--no-cross-check"])]
    if verb in MANY:
        if "--replications" in words:
            at = words.index("--replications")
            words = [*words[:at], *words[at + 2 :]]
        more += ["--replications", "2"]
    if verb == "solve":
        more += ["--replications", "2", "--most-replications", "2"]
    return [*words, *more]


def test_what_is_not_run_is_still_on_a_page_and_the_tests_that_run_it_are_there() -> None:
    typed = {command for commands in PAGES.values() for command in commands}
    for start in NOT_RUN:
        begins = start.removesuffix(" #")
        assert any(command == begins or (command.startswith(start) and start) for command in typed), start
    for page, test in TYPED_ELSEWHERE.items():
        assert Path(page).name in (ROOT / test).read_text(encoding="utf-8"), test
    for why in NOT_RUN.values():
        assert all((ROOT / named).exists() for named in re.findall(r"(?:tests|docs)/[\w/.]*\w", why)), why


@pytest.fixture
def planner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A planner's folder: the shipped scenarios, a hospital of their own, and the files that the pages tell them to write."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios", ignore=shutil.ignore_patterns("national"))
    shutil.rmtree(tmp_path / "scenarios" / "ranges")
    shutil.rmtree(tmp_path / "scenarios" / "targets")
    make_own_hospital(tmp_path)
    for part in ("ranges", "targets"):
        shutil.copy(tmp_path / "scenarios" / part / "template.csv", tmp_path / "scenarios" / part / "my_hospital.csv")
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/write-your-own.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "scenarios" / "my_lever.yaml").write_text("".join(blocks[:2]), encoding="utf-8")
    (idea,) = re.findall(r"```yaml\n(name: Ten more places.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "scenarios" / "my_idea.yaml").write_text(idea, encoding="utf-8")
    (fit,) = re.findall(r"```\n(assumption,.*?)```", (ROOT / "docs/fitting.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "scenarios" / "ranges" / "my_fit.csv").write_text(fit, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_own_data() -> None:
    """The files of docs/your-own-data.md, of a small hospital: stays of nine months, a census of today, and one of each week."""
    Path("my_hospital.yaml").write_text(SMALL, encoding="utf-8")
    random = np.random.default_rng(1)
    rows, censuses = ["admitted,ready,left,pathway"], ["census,service,admitted"]
    for one in range(500):
        start = date(2026, 1, 2) + timedelta(one // 2)
        nights = 1 + int(random.exponential(7))
        ready, left = start + timedelta(nights), start + timedelta(nights + one % 3)
        rows.append(f"{start},{ready},{left},{'unit' if one % 5 == 0 else 'home'}")
        for week in range(8):
            day = date(2026, 4, 6) + timedelta(7 * week)
            if start < day < left:
                censuses.append(f"{day},hospital,{start}")
    Path("stays.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    Path("censuses.csv").write_text("\n".join(censuses) + "\n", encoding="utf-8")
    Path("today.csv").write_text("service,admitted\nhospital,25/05/2026\nunit,01/05/2026\n", encoding="utf-8")
    Path("my_ranges.csv").write_text(
        "assumption,path,low,high,source,note\nBeds of the unit,services.unit.beds,10,14,assumption,\n",
        encoding="utf-8",
    )


def write_small_winter() -> None:
    """Of docs/check.md: a folder with one small scenario, where one fifth bed makes a difference."""
    shutil.rmtree("scenarios")
    Path("scenarios").mkdir()
    shutil.copy(ROOT / "tests" / "worked_examples" / "01_finite_beds.yaml", "scenarios/winter.yaml")


def test_every_command_of_every_page_can_be_typed(planner: Path) -> None:
    write_own_data()
    for page, commands in PAGES.items():
        for command in commands:
            words = shlex.split(command)
            if reason(command) is None and page not in TYPED_ELSEWHERE:
                assert parse(words).verb == words[0], f"{page}: {command}"
            for made in [words[at + 1] for at, word in enumerate(words[:-1]) if word in ("--write", "worksheet")]:
                (planner / made).touch()  # a command after it may read that


@pytest.mark.nightly
@pytest.mark.parametrize("page", [page for page in PAGES if to_run(page)])
def test_every_command_of_the_page_runs(page: str, planner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if page == "docs/your-own-data.md":
        write_own_data()
    if page == "docs/check.md":
        write_small_winter()
    for command in to_run(page):
        words = small(shlex.split(command))
        if "*" in command and '"' not in command:
            words = [one for word in words for one in (expanded([word]) if "*" in word else [word])]
        if "--write" in words:
            (planner / words[words.index("--write") + 1]).unlink(missing_ok=True)
        code = main(words)
        assert code == 0, f"{shlex.join(words)}\n{''.join(capsys.readouterr())[-3000:]}"


def test_scripts_that_pages_name_are_there() -> None:
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        scripts = set(re.findall(r"python3? ([\w/]+\.py)\b", text))
        modules = set(re.findall(r"python3? -m (sim[\w.]*)", text))
        assert all((ROOT / script).exists() for script in scripts), page
        for module in modules:
            assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists() or module == "sim", page


def test_the_site_is_made_by_the_command_that_its_settings_state() -> None:
    (command,) = re.findall(
        r"^    (sphinx-build .*?)   ", (ROOT / "docs/site/conf.py").read_text("utf-8"), re.MULTILINE
    )
    pages = (ROOT / "docs/decisions/report.md").read_text(encoding="utf-8")
    assert f"`{command}`" in pages
    assert subprocess.list2cmdline(shlex.split(command)) == command
