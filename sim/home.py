"""Where the program stands, in a checkout or installed, and what it is called there.

It imports nothing else of `sim`.
"""

import glob
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

CODE = Path(__file__).resolve().parent
IN_CHECKOUT = (CODE.parent / "run_sim.py").is_file()
HOME = CODE.parent if IN_CHECKOUT else CODE  # the folder that holds scenarios/
SHIPPED = "scenarios"
FRONT_DOOR, INSTALLED, MODULE = "run_sim.py", "bedflow", "python -m sim"


def name_of(called: str) -> str:
    """What the program is called, from the first word of the command line."""
    path = Path(called)
    if path.stem == INSTALLED:
        return INSTALLED
    if path.name == "__main__.py" and path.parent.name == "sim":
        return MODULE
    return FRONT_DOOR if IN_CHECKOUT else INSTALLED


PROGRAM = name_of(sys.argv[0] if sys.argv else "")
COMMAND = ("python3", FRONT_DOOR) if PROGRAM == FRONT_DOOR else tuple(PROGRAM.split())  # as it is typed
OUTPUTS = str(HOME / "outputs") if PROGRAM == FRONT_DOOR else "outputs"  # an installed program writes where we stand


def command_line(*words: str | Path, ending: str = "") -> str:
    """A command as a message shows it, each word so that a shell takes it as one; `ending` is text for people to replace."""
    line = f"{' '.join(COMMAND)} {shlex.join(map(str, words))}"
    return f"{line} {ending}" if ending else line


def shortest(path: Path) -> str:
    """The path from where we stand, if it lies below; else as it is."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


def meant(name: str) -> str:
    """The file that a name means: `scenarios/...` is a shipped one where no folder of that name is here."""
    path = Path(name)
    if path.parts[:1] != (SHIPPED,) or Path(SHIPPED).exists():
        return name
    there = glob.has_magic(name) or (HOME / path).is_file()
    return shortest(HOME / path) if there else name


def as_shipped(file: str | Path) -> str | None:
    """The name of a file that came with the program, from its home: `scenarios/baseline.yaml`; None for any other."""
    path = Path(file).resolve()
    return path.relative_to(HOME).as_posix() if path.is_relative_to(HOME) else None


def common_folder(files: Sequence[str | Path]) -> Path | None:
    """The nearest folder that holds all of these files, without shipped ones; None where only a folder above a user's home does.

    A command whose files are named from there can be typed there. From further up, names would tell whose computer it is.
    """
    folders = [Path(file).resolve().parent for file in files if as_shipped(file) is None]
    try:
        common = Path(os.path.commonpath(folders))
    except ValueError:  # none, or on two drives
        return None
    try:
        users = Path.home().resolve()
    except RuntimeError:
        users = common
    is_above = common == Path(common.anchor) or (users.is_relative_to(common) and users != common)
    return None if is_above and len(set(folders)) > 1 else common


def name_from(folder: Path | None, file: str | Path) -> str:
    """A file's name as it is typed in this folder; that of a shipped one from the program's home, and of one elsewhere without a folder."""
    path = Path(file).resolve()
    below = folder is not None and path.is_relative_to(folder)
    return as_shipped(file) or (path.relative_to(folder).as_posix() if folder is not None and below else path.name)


def where_to_stand(names: Sequence[str], folder: Path | None) -> str:
    """What to say below a command whose files have these names; nothing where it can be typed beside them all."""
    if folder is None and len(names) > 1:
        return "These files have no folder in common: add to each name the folder that it is in."
    inside = [name for name in names if "/" in name]
    return f"To be typed in the folder from which {inside[0]} has this name." if folder is not None and inside else ""


def users_cache() -> Path | None:
    """Our folder among the user's own for what can be made again; None for an account without a home."""
    named = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(named) if named else Path.home() / ".cache") / INSTALLED
    except RuntimeError:
        return None


def named_folder(name: str) -> Path:
    """A folder that an environment variable names. No shell expands `~` in the settings of a CI or a container."""
    return Path(os.path.expanduser(name))


def typed(verb: str, files: Sequence[str], **options: object) -> str:
    """What to type to get the same again: files, and the options that say something, each value of a list by itself."""
    words = [*COMMAND, verb, *files]
    for name, value in options.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            words += [] if one in (None, "") else [f"--{name.replace('_', '-')}", str(one)]
    return shlex.join(words)
