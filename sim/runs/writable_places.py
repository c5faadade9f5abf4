"""Where results go: every place is tried before anything runs, and no file that is read is written to.

What may be changed here: freely, as long as nobody waits an hour for "no such folder".
"""

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sim.inputs.loading import input_files
from sim.inputs.scenario import Scenario


def try_folder(folder: Path, option: str = "--outputs") -> None:
    """Makes the folder that an option names where it is missing; OSError where nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        why = "it is a file" if folder.is_file() else problem.strerror
        raise OSError(problem.errno, f"cannot be the folder of {option}: {why}", str(folder)) from None
    _try_to_write(folder, f"nothing can be written there, the folder of {option}", folder)


def try_files(files: Iterable[str | None], read: Iterable[str]) -> None:
    """OSError where one of the files could not be written in the end, or is one of those that are read."""
    inputs = {Path(file).resolve() for file in read}
    for file in files:
        if file and file != "-":
            _try_file(Path(file), inputs, file)


def files_read(scenarios: Iterable[Scenario], *others: str | None) -> list[str]:
    """Every file that the scenarios were read from, and others that a command reads."""
    found = [file for scenario in scenarios for file, _ in input_files(scenario)]
    return [*found, *(other for other in others if other)]


def _try_file(path: Path, inputs: set[Path], file: str) -> None:
    if path.resolve() in inputs:
        raise FileExistsError(errno.EEXIST, "is one of the files that are read: name another to write to", file)
    folder = path.absolute().parent
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "its folder does not exist", file)
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder, not a file", file)
    if path.exists() and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "may not be written", file)
    _try_to_write(folder, "nothing can be written in its folder", path)


def _try_to_write(folder: Path, words: str, shown: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as problem:
        raise OSError(problem.errno, f"{words} ({problem.strerror})", str(shown)) from None
