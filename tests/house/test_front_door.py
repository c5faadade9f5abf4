"""The front door: what `python3 run_sim.py` does on machines in every state.

Most tests build a small house (the real run_sim.py, a lock with one tiny package, a command that tells what
it was given) and start it with the real pip, without a network. To see a machine as a newcomer does, they
use the Python outside any virtual environment.
"""

import ast
import io
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

import run_sim
from tests.ctrl_c import ctrl_c_heard

ROOT = Path(run_sim.HERE)
# Set in the fresh clone, whose own suite must not clone itself again for ever.
GUARD = "BEDFLOW_TESTS_RUN_IN_A_FRESH_CLONE"

TELLING_COMMAND = """
    import sys, time
    from importlib import metadata

    def main(argv):
        print("given", argv, "version", metadata.version("bedcount"), "prefix", sys.prefix, flush=True)
        if argv == ["streams"]:
            return 7 if all((sys.stdin, sys.stdout, sys.stderr)) else 1
        if argv == ["sleep"]:
            time.sleep(60)
        return int(argv[1]) if argv[:1] == ["exit"] else 0
"""

needs_pip = pytest.mark.usefixtures("pip_outside")


@pytest.fixture(scope="session")
def pip_outside() -> None:
    """Skips where the Python outside has no pip."""
    if subprocess.run([run_sim.BASE_PYTHON, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("the Python outside has no pip")


class House:
    """A small checkout in a folder whose name has a space."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "my house"
        self.wheels = folder / "wheels"
        self.stamp = self.folder / ".venv" / Path(run_sim.STAMP).name
        self.python = self.folder / Path(run_sim.VENV_PYTHON).relative_to(ROOT)
        (self.folder / "sim").mkdir(parents=True)
        self.wheels.mkdir()
        shutil.copy(ROOT / "run_sim.py", self.folder)
        (self.folder / "sim" / "cli.py").write_text(textwrap.dedent(TELLING_COMMAND))
        self.publish("1.0")
        self.lock("1.0")

    def publish(self, version: str) -> None:
        info = f"bedcount-{version}.dist-info"
        with zipfile.ZipFile(self.wheels / f"bedcount-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr("bedcount.py", f"VERSION = '{version}'\n")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: bedcount\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")

    def lock(self, version: str) -> None:
        (self.folder / "requirements.lock").write_text(
            f"# A lock\n# [run] all of it\nbedcount=={version}\n\n# [test]\n"
        )

    def popen(
        self, *argv: str, python: str = run_sim.BASE_PYTHON, script: str = "run_sim.py", **settings: str
    ) -> subprocess.Popen[str]:
        ours = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        command = [python, str(self.folder / script), *argv]
        # Where somebody's shell puts a checkout before everything, the house would import the simulator of that one.
        shell = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment = shell | ours | settings
        pipe = subprocess.PIPE
        # A session of its own, so that a test can send Ctrl-C as a terminal does, to all that it started.
        with ctrl_c_heard():
            return subprocess.Popen(
                command, stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True
            )

    def start(self, *argv: str, **settings: str) -> tuple[int, str, str]:
        started = self.popen(*argv, **settings)
        out, err = started.communicate(timeout=120)
        return started.returncode, out, err


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house in which nobody has started anything."""
    return House(tmp_path)


@pytest.fixture(scope="session")
def set_up_once(tmp_path_factory: pytest.TempPathFactory, pip_outside: None) -> House:  # noqa: ARG001
    """A house after its first start; to be copied, not to be changed."""
    house = House(tmp_path_factory.mktemp("house"))
    assert house.start()[0] == 0
    return house


@pytest.fixture
def ready(house: House, set_up_once: House) -> House:
    """A house of the test's own whose private folder is set up: setting one up takes a second, copying it does not."""
    shutil.copytree(set_up_once.folder / ".venv", house.folder / ".venv", symlinks=True)
    return house


@pytest.mark.slow
@needs_pip
def test_first_start_sets_up_in_the_private_folder_and_later_starts_say_nothing(house: House) -> None:
    code, out, err = house.start("compare", "a b.yaml")
    assert code == 0
    assert f"given ['compare', 'a b.yaml'] version 1.0 prefix {house.folder / '.venv'}" in out
    assert out.count("\n") == 1, "only the command itself writes to standard output"
    assert str(house.folder / ".venv") in err
    assert err.isascii()
    assert sorted(path.name for path in house.folder.iterdir() if path.name != "__pycache__") == [
        ".venv",
        "requirements.lock",
        "run_sim.py",
        "sim",
    ]
    assert house.start("compare", "a b.yaml") == (0, out, "")


@pytest.mark.slow
@needs_pip
def test_private_folder_is_made_without_pip_as_debian_needs(ready: House) -> None:
    assert not list((ready.folder / ".venv").rglob("pip"))


@pytest.mark.slow
@needs_pip
def test_pip_settings_are_honoured_even_those_that_install_for_the_user(house: House, tmp_path: Path) -> None:
    elsewhere = house.wheels.rename(tmp_path / "elsewhere")
    assert house.start(PIP_FIND_LINKS=str(elsewhere), PIP_USER="1")[0] == 0


def pip_settings(tmp_path: Path, line: str) -> dict[str, str]:
    file = tmp_path / "pip.conf"
    file.write_text(f"[global]\n{line} = {tmp_path / 'other folder'}\n")
    return {"PIP_CONFIG_FILE": str(file)}


@pytest.mark.slow
@needs_pip
@pytest.mark.parametrize("said_in", ["the environment", "a file"])
def test_pip_settings_that_send_packages_elsewhere_fill_the_private_folder_all_the_same(
    house: House, tmp_path: Path, said_in: str
) -> None:
    elsewhere = str(tmp_path / "other folder")
    settings = {"PIP_TARGET": elsewhere, "PIP_PREFIX": elsewhere, "PIP_ROOT": elsewhere}
    code, out, _ = house.start(**(pip_settings(tmp_path, "target") if said_in == "a file" else settings))
    assert (code, "version 1.0" in out) == (0, True)
    assert not Path(elsewhere).exists()


@pytest.mark.slow
@needs_pip
def test_private_folder_that_pip_left_empty_is_never_taken_for_whole(house: House, tmp_path: Path) -> None:
    code, out, err = house.start(**pip_settings(tmp_path, "prefix"))
    assert (code, out) == (2, "")
    assert "pip config list" in err
    assert f"but bedcount is not in {house.folder / '.venv'}" in err
    assert house.start()[0] == 0


@pytest.mark.slow
@needs_pip
def test_what_leads_to_packages_elsewhere_does_not_reach_the_private_folder(house: House, tmp_path: Path) -> None:
    other = tmp_path / "other" / "bedcount-9.0.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: bedcount\nVersion: 9.0\n")
    for python in (run_sim.BASE_PYTHON, str(house.python)):
        started = house.popen("show", python=python, PYTHONPATH=str(other.parent), PYTHONSAFEPATH="1")
        out, err = started.communicate(timeout=120)
        assert (started.returncode, "version 1.0" in out) == (0, True), err


@pytest.mark.slow
@needs_pip
def test_what_is_imported_is_compiled_once_whatever_the_environment_says(ready: House) -> None:
    for python in (run_sim.BASE_PYTHON, str(ready.python)):
        started = ready.popen("show", python=python, PYTHONDONTWRITEBYTECODE="1")
        assert started.communicate(timeout=120)[0] and started.returncode == 0
        compiled = list((ready.folder / "sim").rglob("cli.*.pyc"))
        assert len(compiled) == 1
        compiled[0].unlink()


@pytest.mark.slow
@needs_pip
@pytest.mark.skipif(os.name == "nt", reason="Windows makes no links here")
def test_link_to_the_front_door_stands_for_it(house: House, tmp_path: Path) -> None:
    link = tmp_path / "bin" / "sim"
    link.parent.mkdir()
    link.symlink_to(house.folder / "run_sim.py")
    for _ in ("first", "later"):
        done = subprocess.run(
            [run_sim.BASE_PYTHON, str(link), "show"],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(house.wheels)},
        )
        assert (done.returncode, f"prefix {house.folder / '.venv'}" in done.stdout) == (0, True), done.stderr
    assert [path.name for path in link.parent.iterdir()] == ["sim"]


@pytest.mark.slow
@needs_pip
@pytest.mark.skipif(os.name == "nt", reason="a shell closes the streams")
def test_streams_that_are_closed_are_given_to_nobody(house: House) -> None:
    command = [run_sim.BASE_PYTHON, str(house.folder / "run_sim.py"), "streams"]
    environment = os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(house.wheels)}
    for closed in ("2>&-", ">&-", "<&- >&- 2>&-"):  # the first start sets up
        shell = ["sh", "-c", f'"$@" {closed}', "sh", *command]
        assert subprocess.run(shell, env=environment, check=False, stdout=subprocess.DEVNULL).returncode == 7, closed


@pytest.mark.slow
@needs_pip
def test_start_that_breaks_before_the_simulator_exits_with_2(ready: House) -> None:
    (ready.folder / "sim" / "cli.py").write_text("this is no Python")
    code, out, err = ready.start("check")
    assert (code, out) == (2, "")
    assert "This cannot start: SyntaxError: " in err
    assert "Traceback" not in err
    assert "Traceback" in ready.start("check", "--traceback")[2]


@pytest.mark.slow
@needs_pip
def test_setup_that_failed_says_why_and_the_next_start_repairs_it(house: House) -> None:
    code, out, err = house.start(PIP_FIND_LINKS=str(house.folder))
    assert (code, out) == (2, "")
    assert "No matching distribution found for bedcount==1.0" in err
    assert "proxy" in err
    assert "Traceback" not in err
    half_done = house.folder / ".venv" / "half-done"
    half_done.touch()
    code, out, err = house.start()
    assert code == 0
    assert "Setting up" in err
    assert not half_done.exists()


@pytest.mark.slow
@needs_pip
def test_changed_lock_is_installed_at_the_next_start(ready: House) -> None:
    ready.publish("2.0")
    ready.lock("2.0")
    code, out, err = ready.start()
    assert (code, "version 2.0" in out, "Setting up" in err) == (0, True, True)


@pytest.mark.slow
@needs_pip
@pytest.mark.parametrize("damage", ["Python 3.2 another lock", "unfinished", ""])
def test_folder_stamped_otherwise_is_made_anew(ready: House, damage: str) -> None:
    ready.stamp.write_text(damage)
    code, _, err = ready.start()
    assert (code, "Setting up" in err) == (0, True)


@pytest.mark.slow
@needs_pip
@pytest.mark.skipif(os.name == "nt", reason="Windows makes no links here")
def test_folder_whose_python_was_removed_is_made_anew(ready: House) -> None:
    ready.python.unlink()
    ready.python.symlink_to("/nowhere/python")
    assert ready.start()[0] == 0


@pytest.mark.slow
@needs_pip
def test_two_first_starts_at_once_take_turns(house: House) -> None:
    both = [house.popen("compare") for _ in range(2)]
    answers = [start.communicate(timeout=120) for start in both]
    assert [start.returncode for start in both] == [0, 0]
    assert all("version 1.0" in out for out, _ in answers)
    assert sum("Setting up" in err for _, err in answers) == 1


@needs_pip
def test_exit_code_of_the_command_passes_through(ready: House) -> None:
    assert [ready.start("exit", code)[0] for code in ("0", "2", "7")] == [0, 2, 7]


@needs_pip
@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to a console, not to a process")
def test_ctrl_c_gives_130_without_a_traceback(ready: House) -> None:
    started = ready.popen("sleep")
    assert started.stdout
    assert "given ['sleep']" in started.stdout.readline()
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=120)
    assert (started.returncode, err) == (130, "Stopped.\n")


@needs_pip
@pytest.mark.skipif(os.name == "nt", reason="Windows goes this way in every test")
def test_start_that_waits_as_on_windows_passes_on_the_exit_code_and_ctrl_c(ready: House) -> None:
    door = ready.folder / "run_sim.py"
    replaces_itself = 'if os.name != "nt":\n        os.execv'
    assert replaces_itself in door.read_text()
    door.write_text(door.read_text().replace(replaces_itself, "if False:\n        os.execv"))
    assert ready.start("exit", "7")[0] == 7
    started = ready.popen("sleep")
    assert started.stdout
    started.stdout.readline()
    os.killpg(started.pid, signal.SIGINT)
    _, err = started.communicate(timeout=120)
    assert (started.returncode, err) == (130, "Stopped.\n")


@pytest.mark.slow
@needs_pip
def test_newer_python_gets_a_note_and_later_packages_where_it_must(
    house: House,
) -> None:
    door = house.folder / "run_sim.py"
    tested = f"NEWEST_TESTED = (3, 11), {run_sim.NEWEST_TESTED}"
    assert tested in door.read_text()
    door.write_text(door.read_text().replace(tested, "NEWEST_TESTED = (3, 11), (3, 10)"))
    (house.wheels / "bedcount-1.0-py3-none-any.whl").unlink()
    house.publish("1.1")
    code, out, err = house.start()
    assert (code, "version 1.1" in out) == (0, True)
    assert "nothing newer than 3.10 was tested" in err
    assert "Trying later ones" in err


def test_folder_that_cannot_be_made_is_named_in_a_sentence(house: House) -> None:
    (house.folder / ".venv").write_text("a file is in the way")
    code, out, err = house.start()
    assert (code, out) == (2, "")
    assert f"{house.folder / '.venv'} cannot be made" in err
    assert "Traceback" not in err


def make_environment(folder: Path) -> Path:
    subprocess.run([run_sim.BASE_PYTHON, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / Path(run_sim.VENV_PYTHON).relative_to(run_sim.VENV)


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.suffix != ".pyc" and path.name != "__pycache__"}


@needs_pip
def test_active_environment_is_never_changed_and_the_missing_line_can_be_typed(house: House) -> None:
    mine = make_environment(house.folder.parent / "my own")
    before = files_in(house.folder.parent)
    code, out, err = house.start(python=str(mine))
    assert (code, out) == (2, "")
    assert "It lacks bedcount." in err
    line = err.splitlines()[-1].strip()
    lock = str(house.folder / "requirements.lock")
    assert line.endswith(run_sim.quoted(["install", "-c", lock, "-e", f"{house.folder}[test]"]))
    assert run_sim.quoted([str(mine)]) in line
    assert files_in(house.folder.parent) == before


@pytest.mark.slow
@needs_pip
@pytest.mark.parametrize(("installed", "note"), [("1.0", False), ("1.5", True)])
def test_active_environment_that_has_everything_is_used(house: House, installed: str, note: bool) -> None:
    mine = make_environment(house.folder.parent / "my own")
    house.publish(installed)
    pip = [run_sim.BASE_PYTHON, "-m", "pip", "--python", str(mine), "install", "--no-index", "-q"]
    subprocess.run([*pip, str(house.wheels / f"bedcount-{installed}-py3-none-any.whl")], check=True)
    code, out, err = house.start("show", python=str(mine))
    assert (code, f"version {installed} prefix {mine.parent.parent}" in out) == (0, True)
    assert ("bedcount 1.5 (tested with 1.0)" in err) == note
    assert not (house.folder / ".venv").exists()


@needs_pip
def test_private_folder_that_another_tool_made_is_used_and_never_cleared(house: House) -> None:
    mine = make_environment(house.folder / ".venv")
    keep = mine.parent / "keep me"
    keep.touch()
    code, _, err = house.start()
    assert (code, "It lacks bedcount." in err, keep.exists()) == (2, True, True)


@pytest.mark.slow
@needs_pip
def test_benchmarks_add_their_own_packages_to_the_private_folder_once(ready: House) -> None:
    (ready.folder / "benchmarks").mkdir()
    shutil.copy(ROOT / "benchmarks" / "run.py", ready.folder / "benchmarks")
    (ready.folder / "benchmarks" / "measuring.py").write_text(textwrap.dedent(TELLING_COMMAND))
    with (ready.folder / "requirements.lock").open("a") as lock:
        lock.write("# [bench]\nstopwatch==2.0\n")
    info = "stopwatch-2.0.dist-info"
    with zipfile.ZipFile(ready.wheels / "stopwatch-2.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: stopwatch\nVersion: 2.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    code, out, err = ready.start("--quick", script="benchmarks/run.py")
    assert (code, out.startswith("given ['--quick']")) == (0, True)
    assert "Adding the packages of bench" in err
    code, _, err = ready.start("exit", "3", script="benchmarks/run.py")
    assert (code, err) == (3, "")
    assert ready.start()[0] == 0  # and the front door is content with it


def test_python_that_is_too_old_gets_one_sentence(house: House) -> None:
    pretend = "import runpy, sys; sys.version_info = (3, 10, 4); runpy.run_path(sys.argv[1], run_name='__main__')"
    command = [run_sim.BASE_PYTHON, "-c", pretend, str(house.folder / "run_sim.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "This is Python 3.10. Python 3.11 or newer is needed.\n"


def test_python_3_6_can_read_the_front_door() -> None:
    source = (ROOT / "run_sim.py").read_text(encoding="ascii")
    tree = ast.parse(source, feature_version=(3, 6))
    at_the_top = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert not any(isinstance(node, ast.ImportFrom) for node in tree.body)
    assert at_the_top <= sys.stdlib_module_names - {"tomllib", "zoneinfo", "graphlib"}
    # These came after 3.6, or are evaluated there where a later Python would not look.
    for later in ("list[", "dict[", "tuple[", "capture_output", "text=True", "removeprefix"):
        assert later not in source


PIP_SAYS = """\
Looking in links: /opt/wheels
Collecting numpy==2.4.6
  Downloading numpy-2.4.6-cp311.whl.metadata (6 kB)
Requirement already satisfied: pip in /usr/lib
Processing /opt/wheels/simpy-4.1.2-py3-none-any.whl
Downloading numpy-2.4.6-cp311.whl (16.9 MB)
Using cached simpy-4.1.2-py3-none-any.whl (27 kB)
Installing collected packages: simpy, numpy
Successfully installed numpy-2.4.6 simpy-4.1.2
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "shown"),
    [
        (io.StringIO(), "  fetching 2 packages ...\n  installing 2 packages ...\n"),
        (
            Terminal(),
            "\r  packages found: 1 of 2\r  packages found: 2 of 2\r  packages fetched: 1 of 2"
            "\r  packages fetched: 2 of 2\r  installing 2 packages ...\n",
        ),
    ],
    ids=["file", "terminal"],
)
def test_set_up_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, shown: str) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    progress = run_sim.Progress(2)
    for line in PIP_SAYS.splitlines():
        progress.hear(line)
    progress.end()
    assert stream.getvalue() == shown


@pytest.mark.parametrize("answer", ["No module named pip", "pip 22.2.9 from /somewhere (python 3.11)", ""])
def test_missing_or_old_pip_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(run_sim, "run_tool", lambda _: (0, [answer]))
    with pytest.raises(run_sim.CannotStart, match="apt install python3-pip"):
        run_sim.check_pip()


@pytest.mark.parametrize("answer", ["pip 22.3 from /somewhere", "pip 26.1b1 from /somewhere"])
def test_pip_that_is_new_enough_is_accepted(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(run_sim, "run_tool", lambda _: (0, ["WARNING: something else", answer]))
    run_sim.check_pip()


@pytest.mark.parametrize(
    ("system", "typed"),
    [
        ("posix", "'/my house/python' -m pip '/my house[test]'"),
        ("nt", '"/my house/python" -m pip "/my house[test]"'),
    ],
)
def test_line_to_type_is_quoted_as_the_system_needs(monkeypatch: pytest.MonkeyPatch, system: str, typed: str) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(run_sim.os, "name", system)
        line = run_sim.quoted(["/my house/python", "-m", "pip", "/my house[test]"])
    assert line == typed


def pytest_of_the_clone_test(*options: str, **settings: str) -> str:
    one_test = ["tests/house/test_front_door.py", "-k", "fresh_clone_runs"]
    command = [sys.executable, "-m", "pytest", *one_test, *options]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout


def collected(*options: str) -> set[str]:
    """The tests of two files that have some of every tier."""
    files = ("tests/model/test_identities_random.py", "tests/house/test_front_door.py")
    command = [sys.executable, "-m", "pytest", *files, "--collect-only", *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    return {line for line in done.stdout.splitlines() if "::" in line}


@pytest.mark.slow
def test_each_test_belongs_to_one_tier_and_a_run_says_which_it_was() -> None:
    everyday, slow, both, nightly = (collected(*options) for options in ((), ("--slow",), ("--all",), ("--nightly",)))
    assert everyday and slow and not everyday & slow
    assert both == everyday | slow and both < nightly
    assert [one.partition("::")[2] for one in nightly - both if "front_door" in one] == [
        "test_fresh_clone_runs_both_commands"
    ]
    assert "Tests that ran: the slow tests only" in pytest_of_the_clone_test("--slow")


@pytest.mark.slow
def test_suite_inside_the_fresh_clone_does_not_clone_again() -> None:
    assert "\n1 skipped" in pytest_of_the_clone_test("--nightly", **{GUARD: "1"})


@needs_pip
@pytest.mark.nightly
@pytest.mark.skipif(GUARD in os.environ, reason="this is the fresh clone")
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="a download without its history cannot be cloned")
def test_fresh_clone_runs_both_commands(tmp_path: Path) -> None:
    clone = tmp_path / "fresh clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        settings = os.environ | {GUARD: "1"}
        return subprocess.run(command, cwd=clone, env=settings, capture_output=True, text=True, check=False)

    compared = run(run_sim.BASE_PYTHON, "run_sim.py")
    assert compared.returncode == 0, compared.stderr
    assert "Setting up" in compared.stderr
    assert (clone / "outputs" / "latest").exists()

    tested = run(run_sim.BASE_PYTHON, "run_sim.py", "test")
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout
    assert "Setting up" not in tested.stderr

    assert run("git", "status", "--porcelain").stdout == "", "all that is left is ignored by git"


def test_an_interrupt_while_the_front_door_is_still_loading_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "shlex.py").write_text("import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(60)\n")
    command = [sys.executable, "run_sim.py", "validate", "scenarios/baseline.yaml"]
    settings = os.environ | {"PYTHONPATH": str(tmp_path)}
    with ctrl_c_heard():
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")
