"""The only module that writes results: CSV, JSON, and one folder a run, whole or not at all.

What may be changed here: freely, except names and columns, which are frozen in the vocabulary. Same inputs,
same bytes.
"""

import csv
import io
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

LONGEST_FOLDER_NAME = 80
MOST_DIGITS = 10
RUN_FILE = "run.json"  # the only file with a clock time


def number_text(value: float | None) -> str:
    """The shortest text of a number at `MOST_DIGITS` significant digits; nothing where there is no number."""
    if value is None or not math.isfinite(value):
        return ""
    return format(value, f".{MOST_DIGITS}g") if value else "0"


def rounded(value: Any) -> Any:
    """A value as it goes into JSON: numbers at `MOST_DIGITS` significant digits, no number as null."""
    if isinstance(value, bool) or value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Mapping):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(inner) for inner in value]
    number = float(value)
    if not math.isfinite(number):
        return None
    short = float(format(number, f".{MOST_DIGITS}g"))
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def safe_text(text: str) -> str:
    """Text for a cell: what a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def cell(value: Any) -> str:
    """One CSV cell: numbers short, text without formulas."""
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, int):
        return str(value)
    return number_text(float(value))


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as UTF-8 CSV; lines end as on Unix, on every system."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode()


def json_bytes(value: Any) -> bytes:
    """A value as indented JSON, keys in the order given, numbers rounded."""
    text = json.dumps(rounded(value), indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def folder_name(names: Sequence[str], fingerprint: str) -> str:
    """A folder's name: `baseline-vs-cedarwood-3f9a1c2b`; safe characters only, and never too long."""
    safe = [re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-_") or "scenario" for name in names]
    room = LONGEST_FOLDER_NAME - len(fingerprint) - 1
    joined = "-vs-".join(safe)
    if len(joined) > room and len(safe) > 2:
        joined = f"{safe[0]}-vs-{len(safe) - 1}-others"
    return f"{joined[:room].rstrip('-_')}-{fingerprint}"


def publish(outputs: Path, name: str, files: Mapping[str, bytes]) -> Path:
    """Puts a run's files into `outputs/name`, all at once, and names the folder in `outputs/latest`."""
    outputs.mkdir(parents=True, exist_ok=True)
    target = outputs / name
    if not _only_the_run_file_differs(target, files):
        _swap_in(outputs, target, files)
    elif RUN_FILE in files:
        write_file(target / RUN_FILE, files[RUN_FILE])
    write_file(outputs / "latest", f"{name}\n".encode())
    return target


def _only_the_run_file_differs(target: Path, files: Mapping[str, bytes]) -> bool:
    if not target.is_dir():
        return False
    there = {path.relative_to(target).as_posix(): path for path in target.rglob("*") if path.is_file()}
    if set(there) != set(files):
        return False
    return all(there[path].read_bytes() == data for path, data in files.items() if path != RUN_FILE)


def _swap_in(outputs: Path, target: Path, files: Mapping[str, bytes]) -> None:
    """Writes beside the target, then renames: nobody ever sees half a folder."""
    fresh = Path(tempfile.mkdtemp(prefix=".writing-", dir=outputs))
    try:
        for path, data in files.items():
            file = fresh / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        fresh.chmod(0o777 & ~_umask())  # mkdtemp makes folders for one user only
        if target.exists():
            aside = fresh.with_name(f"{fresh.name}-old")
            target.rename(aside)
            fresh.rename(target)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            fresh.rename(target)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def write_file(path: Path, data: bytes) -> None:
    """Writes one file whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(data)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def append_file(path: Path, data: bytes) -> None:
    """Adds to a file that others may write to as well, such as the summary of a CI step."""
    with path.open("ab") as file:
        file.write(data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
