"""The front door: `python3 run_sim.py ...` sets itself up, then hands over to sim/cli.py.

Three limits: only the standard library, because nothing else is there yet; nothing that Python 3.6 cannot read, so that
an old Python answers with a sentence; every message on standard error, because standard output belongs to the results.
docs/decisions.md says why it works as it does.
"""

if __name__ == "__main__":  # what is imported below takes long enough for an early Ctrl-C
    import _signal
    import os

    def _stopped(*_):
        os.write(2, b"Stopped.\n")
        os._exit(130)

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:  # else somebody wants it ignored
        _signal.signal(_signal.SIGINT, _stopped)

import contextlib
import hashlib
import importlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

OLDEST, NEWEST_TESTED = (3, 11), (3, 13)
# A link to this file stands for it; other links stay as they are (a drive letter must not become a long network name).
THIS_FILE = os.path.realpath(__file__) if os.path.islink(__file__) else os.path.abspath(__file__)
HERE = os.path.dirname(THIS_FILE)
LOCK = os.path.join(HERE, "requirements.lock")
VENV = os.path.join(HERE, ".venv")
VENV_PYTHON = os.path.join(VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))
STAMP = os.path.join(VENV, "made-by-run-sim.txt")  # says what was installed, once all of it was
# The Python outside any virtual environment, which may have pip where the one inside has none.
BASE_PYTHON = getattr(sys, "_base_executable", None) or sys.executable
# What these lead to would be used instead of what is in the private folder, or would be filled instead of it.
LEAD_ELSEWHERE = ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
# With this, which images of containers set, every command would compile all that it imports anew: 8 seconds for a small example, not 4.
KEEPS_NOTHING = "PYTHONDONTWRITEBYTECODE"


class CannotStart(Exception):
    """What is wrong and what to do about it, in words for the planner."""


def main(argv: list) -> int:
    """Return the exit code of the command, after setting up where that is needed."""
    return enter(argv, __file__, run_command, extras_of(argv))


def extras_of(argv: list) -> list:
    """Return the extras that a command needs: most need none."""
    if argv[:1] == ["test"]:
        return ["test"]
    if argv[:1] == ["desk"] and not {"-h", "--help"} & set(argv):
        return ["desk"]
    words = [word.split("=")[0] for word in argv]
    asked = [extra for extra in ("parquet", "slides", "cluster", "animation") if "--" + extra in words]
    of_tables = argv[:1] in (["preset"], ["bcf"], ["worksheet"])  # a pattern may mean a workbook too
    return asked + ["excel"] * (of_tables or any(word.lower().endswith((".xlsx", ".xlsm")) for word in argv[1:]))


def enter(argv: list, script: str, command: object, extras: list) -> int:
    """Return the exit code of a script's command, after setting up what it needs; benchmarks/run.py enters here too."""
    check_python(sys.version_info[:2])
    if sys.prefix != sys.base_prefix and not (runs_in_venv() and os.path.exists(STAMP)):
        check_environment_of_others(extras)
        return command(argv)
    made_by_others = os.path.exists(VENV_PYTHON) and not os.path.exists(STAMP)  # by uv, for example
    if not made_by_others and not is_ready():
        set_up()
    if not runs_in_venv() or {"PYTHONPATH", KEEPS_NOTHING} & set(os.environ):
        return start_again_in_venv(argv, script)
    for extra in extras:
        if extra != "test":  # which the private folder has from the start
            add(extra)
    return command(argv)


def check_python(version: tuple) -> None:
    """Refuse a Python that is too old; mention one that is newer than any that was tested."""
    if version < OLDEST:
        raise CannotStart(f"This is Python {dotted(version)}. Python {dotted(OLDEST)} or newer is needed.")
    if version > NEWEST_TESTED and not runs_in_venv():
        say(f"Note: this is Python {dotted(version)}; nothing newer than {dotted(NEWEST_TESTED)} was tested.")


def runs_in_venv() -> bool:
    """Return whether the Python that runs this is the one in the private folder."""
    return os.path.realpath(sys.prefix) == os.path.realpath(VENV)


def locked(*sections: str) -> list:
    """Return what must be installed, each as name==version: the lock's section `run` and those that are named."""
    pins, wanted, section = [], {"run", *sections}, set()
    with open(LOCK, encoding="utf-8") as file:
        for line in file:
            heading = re.match(r"# \[([\w, ]+)\]", line)  # what two extras need stands once, under both names
            section = set(heading.group(1).split(", ")) if heading else section
            if section & wanted and not line.startswith("#"):
                pins += line.split()
    return pins


def check_environment_of_others(extras: list) -> None:
    """Refuse a virtual environment that lacks something, with the line that adds it; never change it."""
    missing, other = compare_with_lock(locked(*extras))
    if missing:
        raise CannotStart(
            f"The virtual environment {sys.prefix} is your own, so nothing was changed in it.\n"
            f"It lacks {', '.join(missing)}. This line adds what is missing:\n  {pip_line(extras)}"
        )
    if other:
        say(f"Note: results may differ slightly: this virtual environment has {', '.join(other)}.")


def compare_with_lock(pins: list, **where: list) -> tuple:
    """Return two lists for this Python, or for the folders in `path`: what is missing, and what has another version."""
    from importlib import metadata  # slow to load and seldom needed

    missing, other = [], []
    for name, version in (pin.split("==") for pin in pins):
        found = next(iter(metadata.distributions(name=name, **where)), None)
        if found is None:
            missing.append(name)
        elif found.version != version:
            other.append(f"{name} {found.version} (tested with {version})")
    return missing, other


def pip_line(extras: list) -> str:
    """Return the line to type that installs what is locked for the Python that runs this."""
    from importlib import util

    wanted = ",".join(sorted({"test", *extras}))
    pip = [sys.executable, "-m", "pip"]
    if not util.find_spec("pip"):  # uv makes virtual environments without it
        pip = [BASE_PYTHON, "-m", "pip", "--python", sys.executable]
    return quoted([*pip, "install", "-c", LOCK, "-e", f"{HERE}[{wanted}]"])


def is_ready() -> bool:
    """Return whether the private folder holds all that is locked now, for this Python."""
    if not (os.path.exists(VENV_PYTHON) and os.path.exists(STAMP)):
        return False
    with open(STAMP, encoding="ascii") as file:
        return file.read() == complete_stamp()


def complete_stamp() -> str:
    """Return what the stamp says once all that is locked is installed for this Python."""
    packages = "\n".join(locked("test"))
    return f"Python {dotted(sys.version_info)} {hashlib.sha256(packages.encode()).hexdigest()}"


def write_stamp(text: str) -> None:
    """Write down how far the set-up has come."""
    with open(STAMP, "w", encoding="ascii") as file:
        file.write(text)


def set_up() -> None:
    """Make the private folder and fill it; an unfinished or outdated one is made anew."""
    try:
        with open(THIS_FILE, "r+b") as this_file:
            wait_for_turn(this_file)
            if not is_ready():
                check_pip()
                make_venv()
                install(locked("test"))
                write_stamp(complete_stamp())
    except OSError as problem:
        raise CannotStart(
            f"The private folder {VENV} cannot be made: {problem.strerror or problem}.\n"
            f"If nothing may be written in {HERE}, copy it to a place of your own and start there."
        )


def add(extra: str) -> None:
    """Install an extra into the private folder, beside what is there, unless it is there already."""
    missing = compare_with_lock(locked(extra))[0]
    if missing:
        say(f"Adding the packages of {extra} to the private folder\n  {VENV}")
        check_pip()
        install([pin for pin in locked(extra) if pin.split("==")[0] in missing])
        importlib.invalidate_caches()  # this Python looked before they were there


def wait_for_turn(this_file: object) -> None:
    """Hold this file, so that two starts set up in turn; the system lets go of it however a start ends."""
    told = False
    while True:
        try:
            if os.name == "nt":
                import msvcrt

                this_file.seek(1000000)  # beyond its end: what is held, nobody else can read
                return msvcrt.locking(this_file.fileno(), msvcrt.LK_NBLCK, 1)
            import fcntl

            return fcntl.flock(this_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            if not told:
                say("Another start is setting up just now. Waiting for it to finish ...")
            told = True
            time.sleep(0.5)


def check_pip() -> None:
    """Refuse a Python whose pip is missing, or too old to install into another folder."""
    lines = run_tool([BASE_PYTHON, "-m", "pip", "--version"])[1]
    version = re.search(r"^pip (\d+)\.(\d+)", "\n".join(lines), re.MULTILINE)
    if not version or tuple(map(int, version.groups())) < (22, 3):
        raise CannotStart(
            "Python's installer, pip, is missing or too old; version 22.3 or newer is needed.\n"
            "On Debian or Ubuntu type:  sudo apt install python3-pip\n"
            f"Elsewhere type:  {quoted([BASE_PYTHON, '-m', 'ensurepip', '--upgrade'])}\nThen start again."
        )


def make_venv() -> None:
    """Make the private folder without pip in it, which even a Debian Python without python3-venv can do."""
    say(f"Setting up: the packages that this needs go into the private folder\n  {VENV}")
    say("Nothing else on this computer is changed. It takes a minute or two, once.")
    for folder in (os.path.dirname(VENV_PYTHON), VENV):  # Python first: what is left never passes for whole
        if os.path.exists(folder):
            shutil.rmtree(folder)
    os.makedirs(VENV)
    write_stamp("unfinished")
    code, lines = run_tool([BASE_PYTHON, "-m", "venv", "--without-pip", VENV])
    if code:
        raise CannotStart("\n".join([*lines[-5:], f"Python could not make the private folder {VENV}."]))


def install(pins: list) -> None:
    """Install the locked versions; on a Python newer than tested, later ones where those cannot be had."""
    newer = sys.version_info[:2] > NEWEST_TESTED
    code, lines = pip_install(["--only-binary", ":all:", *pins] if newer else pins)
    if code and newer:
        say("The tested versions cannot be had for this newer Python. Trying later ones ...")
        code, lines = pip_install(["--prefer-binary", *(pin.replace("==", ">=") for pin in pins)])
    if code:
        raise CannotStart(
            "\n".join(lines[-5:])
            + "\nThe packages could not be installed; above is why, as Python's installer (pip) puts it.\n"
            "Often it is the internet, or a proxy that pip does not know about. Then start again."
        )
    check_private_folder(pins)


def check_private_folder(pins: list) -> None:
    """Refuse to go on where pip was content and yet something is not in the private folder."""
    import sysconfig

    base = {"base": VENV, "platbase": VENV}
    folders = [sysconfig.get_path(kind, "venv", base) for kind in ("purelib", "platlib")]
    missing = compare_with_lock(pins, path=folders)[0]
    if missing:
        raise CannotStart(
            f"Python's installer (pip) says that all is installed, but {missing[0]} is not in {folders[0]}.\n"
            "Perhaps pip's settings send packages elsewhere. Look for prefix, root or dry-run in what this prints:\n"
            f"  {quoted([BASE_PYTHON, '-m', 'pip', 'config', 'list'])}\nThen start again."
        )


def pip_install(arguments: list) -> tuple:
    """Return pip's exit code and output; where packages come from is left to pip's own settings."""
    # No user folder and no target, because pip's settings may name them; both would leave the private folder empty.
    command = [BASE_PYTHON, "-m", "pip", "--python", VENV_PYTHON, "install", "--no-input", "--no-user", "--target", ""]
    command.append("--no-compile")  # of all files, half as long again; Python compiles the few that it imports
    progress = Progress(sum("==" in word or ">=" in word for word in arguments))
    try:
        return run_tool([*command, *arguments], progress.hear)
    finally:
        progress.end()


class Progress:
    """How far pip is: one line that overwrites itself on a terminal, and elsewhere a line a stage."""

    def __init__(self, packages: int) -> None:
        """Expect so many packages."""
        self.packages = packages
        self.names = {}  # by stage, those that were heard of
        self.shown = ""
        self.overwrites = bool(sys.stderr) and sys.stderr.isatty()

    def hear(self, line: str) -> None:
        """Take in a line of pip's; one that is set in belongs to the package named before it."""
        told = re.match(r"(Collecting|Processing|Downloading|Using cached) (\S+)", line)
        if told:
            self.count("found" if told.group(1) in ("Collecting", "Processing") else "fetched", told.group(2))
        elif line.startswith("Installing "):
            self.show(f"  installing {self.packages} packages ...")

    def count(self, stage: str, package: str) -> None:
        """Show one more package at a stage."""
        names = self.names.setdefault(stage, set())
        names.add(package)
        if self.overwrites:
            self.show(f"  packages {stage}: {min(len(names), self.packages)} of {self.packages}")
        elif not self.shown:
            self.show(f"  fetching {self.packages} packages ...")

    def show(self, text: str) -> None:
        """Put a text in place of the last one, or below it."""
        if self.overwrites:
            say("\r" + text.ljust(len(self.shown)), end="")
        else:
            say(text)
        self.shown = text

    def end(self) -> None:
        """Leave the line, so that what follows begins a new one."""
        if self.overwrites and self.shown:
            say("")


def run_tool(command: list, hear: object = len) -> tuple:
    """Return a tool's exit code and its lines, each of which is heard as it comes."""
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8", "errors": "replace"}
    lines = []
    with subprocess.Popen(command, env=own_environment(), **pipe) as tool:
        for line in tool.stdout:
            lines.append(line.rstrip())
            hear(line.rstrip())
    return tool.returncode, lines


def own_environment() -> dict:
    """Return the variables for what is started here, without those that lead to packages elsewhere or keep nothing."""
    return {name: value for name, value in os.environ.items() if name not in (*LEAD_ELSEWHERE, KEEPS_NOTHING)}


def start_again_in_venv(argv: list, script: str) -> int:
    """Start again under the private folder's Python; on Windows, where none replaces itself, wait for it."""
    command = [VENV_PYTHON, os.path.abspath(script), *argv]
    if os.name != "nt":
        os.execve(VENV_PYTHON, command, own_environment())
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: None)  # the child gets Ctrl-C too and decides what comes of it
    return subprocess.call(command, env=own_environment())


def run_command(argv: list) -> int:
    """Hand over to the simulator."""
    if HERE not in sys.path:  # PYTHONSAFEPATH and `python -P` leave the script's folder out
        sys.path.insert(0, HERE)
    from sim.cli import main as cli_main

    return cli_main(argv)


def quoted(command: list) -> str:
    """Return a command as it is typed on this system."""
    return subprocess.list2cmdline(command) if os.name == "nt" else " ".join(map(shlex.quote, command))


def dotted(version: tuple) -> str:
    """Return 3.11 for (3, 11)."""
    return ".".join(str(part) for part in version[:2])


def say(text: str, end: str = "\n") -> None:
    """Tell the planner something, apart from the results; anybody who has closed that line does not want to know."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, end=end, flush=True)


def open_what_is_closed() -> None:
    """Give standard streams that were closed (`2>&-`) to nobody: the next file opened would take the place of one."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is the closed one's
            os.set_inheritable(opened, True)
            setattr(sys, name, os.fdopen(opened, "w" if number else "r"))


def exit_code(entrance: object, argv: list) -> int:
    """Return the exit code of an entrance; 2 where something kept it from starting, for 1 says that a result moved."""
    open_what_is_closed()
    try:
        return entrance(argv)
    except CannotStart as reason:
        say(str(reason))
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    except Exception as problem:  # noqa: BLE001 - the simulator tells its own faults
        if "--traceback" in argv:
            import traceback

            say(traceback.format_exc())
        say(f"This cannot start: {type(problem).__name__}: {problem}")
    return 2


if __name__ == "__main__":
    if _signal.getsignal(_signal.SIGINT) is _stopped:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    sys.exit(exit_code(main, sys.argv[1:]))
