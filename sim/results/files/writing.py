"""The only module that writes results: CSV, JSON, and one folder a run, whole or not at all.

Names and columns are frozen in the vocabulary. Same inputs,
same bytes.
"""

import csv
import errno
import io
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from types import NoneType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

LONGEST_FOLDER_NAME = 80
MOST_DIGITS = 10
ATTEMPTS = 20  # to put a folder in place while equal commands do the same
IN_EACH_OTHERS_WAY = (errno.ENOENT, errno.EEXIST, errno.ENOTEMPTY, errno.EACCES)  # the last on Windows
RUN_FILE = "run.json"  # the only file with a clock time
AT_ONCE = 1_000_000  # bytes, where files are compared

Content = bytes | Callable[[IO[bytes]], object]  # of a file: what is in it, or who writes it


def _number_text(value: float | None) -> str:
    """The shortest text of a number at `MOST_DIGITS` significant digits; nothing where there is no number."""
    if value is None or not math.isfinite(value):
        return ""
    return format(value, f".{MOST_DIGITS}g") if value else "0"


def number_texts(values: NDArray[np.float64]) -> tuple[str, ...]:
    """The same of many numbers at once."""
    if not np.isfinite(values).all():
        return tuple(map(_number_text, values.tolist()))
    texts = f"%.{MOST_DIGITS}g\n" * len(values) % tuple((values + 0.0).tolist())  # which leaves no zero below zero
    return tuple(texts.splitlines())


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


@lru_cache(maxsize=20_000)  # names of services and measures are in thousands of cells
def _safe_text(text: str) -> str:
    """Text for a cell: what a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def cell(value: Any) -> str:
    """One CSV cell: numbers short, text without formulas."""
    if isinstance(value, str):
        return _safe_text(value)
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return _number_text(float(value))


def utf8(text: str) -> bytes:
    """Text for a file: of a name that the system has in no encoding, each odd byte as an escape that JSON reads too."""
    return text.encode("utf-8", "backslashreplace")


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as UTF-8 CSV; lines end as on Unix, on every system."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(_by_column(rows, _cells))
    return utf8(text.getvalue())


def _by_column(
    rows: Iterable[Sequence[Any]], texts_of: Callable[[Sequence[Any]], Iterable[str]]
) -> Iterator[tuple[str, ...]]:
    """Rows of texts: what is in a column is mostly of one kind, and many numbers are written faster than one by one."""
    return zip(*map(texts_of, zip(*rows, strict=True)), strict=True)


def _cells(column: Sequence[Any]) -> Iterable[str]:
    kinds = set(map(type, column))
    if kinds == {str}:
        return map(_safe_text, column)
    if kinds <= {float, NoneType}:
        return _texts_or_nothing(column)
    return map(cell, column)


def _texts_or_nothing(column: Sequence[float | None]) -> Sequence[str]:
    """The texts of numbers; nothing where there is none."""
    texts = number_texts(np.array([0.0 if value is None else value for value in column]))
    if None not in column:
        return texts
    return ["" if value is None else text for value, text in zip(column, texts, strict=True)]


def json_bytes(value: Any) -> bytes:
    """A value as JSON, keys in the order given, numbers rounded: indented, and each row of a table of rows on a line of its own."""
    return utf8(_json_text(value) + "\n")


def _json_text(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(rounded(value), indent=1, ensure_ascii=False, allow_nan=False)
    parts = (f" {_quoted(str(key))}: {_rows_or_text(inner)}" for key, inner in value.items())
    return "{\n" + ",\n".join(parts) + "\n}" if value else "{}"


def _rows_or_text(value: Any) -> str:
    """What is behind a key; the rows of a table are thousands, which Python writes fast only without indents."""
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        return "[\n" + ",\n".join(f"  {row}" for row in _row_texts(value)) + "\n ]"
    return _json_text(value).replace("\n", "\n ")


def _row_texts(rows: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """Each row of a table as `json.dumps` writes it after rounding."""
    names, *others = set(map(tuple, rows))
    if others:
        return map(_one_line, map(rounded, rows))
    template = "{" + ", ".join(f"{_quoted(name)}: ".replace("%", "%%") + "%s" for name in names) + "}"
    return map(template.__mod__, _by_column((tuple(row.values()) for row in rows), _json_cells))


def _json_cells(column: Sequence[Any]) -> Iterable[str]:
    kinds = set(map(type, column))
    if kinds == {str}:
        return map(_quoted, column)
    if kinds <= {float, NoneType}:
        pairs = zip(column, _texts_or_nothing(column), strict=True)
        return [text if text and "e" not in text else _one_line(rounded(value)) for value, text in pairs]
    return map(_one_line, map(rounded, column))


@lru_cache(maxsize=20_000)
def _quoted(text: str) -> str:
    return _one_line(text)


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def folder_name(names: Sequence[str], fingerprint: str, settings: str = "") -> str:
    """A folder's name: `baseline-vs-cedarwood-with-cedarwood-beds-80-3f9a1c2b`; safe characters only, and never too long."""
    safe = [re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-_") or "scenario" for name in names]
    room = LONGEST_FOLDER_NAME - len(fingerprint) - 1
    joined = "-vs-".join(safe)
    if len(joined) > room and len(safe) > 2:
        joined = f"{safe[0]}-vs-{len(safe) - 1}-others"
    with_settings = f"-with-{settings}" if settings else ""
    return f"{joined[:room].rstrip('-_')}{with_settings}-{fingerprint}"


def publish(outputs: Path, name: str, files: Mapping[str, Content]) -> Path:
    """Puts a run's files into `outputs/name`, all at once, and names the folder in `outputs/latest`."""
    target = outputs / name
    with naming(target):
        outputs.mkdir(parents=True, exist_ok=True)
        for attempt in range(ATTEMPTS):
            try:
                _put_in_place(outputs, target, files)
                break
            except OSError as problem:  # an equal command has put the same folder there, or taken it away, just now
                if problem.errno not in IN_EACH_OTHERS_WAY or attempt == ATTEMPTS - 1:
                    raise
    write_file(outputs / "latest", f"{name}\n".encode())
    return target


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """An OSError inside names this path: a full disk says only that it is full, a part of a file bears a strange name."""
    try:
        yield
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror or str(problem), str(path)) from problem


def _put_in_place(outputs: Path, target: Path, files: Mapping[str, Content]) -> None:
    """Write next to the target, then rename: no reader ever sees half a folder. Where all is as it was, only the run file is replaced."""
    fresh = Path(tempfile.mkdtemp(prefix=".writing-", dir=outputs))
    try:
        for path, content in files.items():
            _write_into(fresh / path, content)
        if RUN_FILE in files and _only_the_run_file_differs(target, fresh, files):
            os.replace(fresh / RUN_FILE, target / RUN_FILE)
        else:
            _swap_in(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_into(file: Path, content: Content) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        file.write_bytes(content)
        return
    with file.open("wb") as to:
        content(to)


def _only_the_run_file_differs(target: Path, fresh: Path, files: Iterable[str]) -> bool:
    if not target.is_dir():
        return False
    there = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    return there == set(files) and all(_equal(target / path, fresh / path) for path in files if path != RUN_FILE)


def _equal(path: Path, other: Path) -> bool:
    """Whether two files hold the same bytes, however many there are."""
    if path.stat().st_size != other.stat().st_size:
        return False
    with path.open("rb") as ours, other.open("rb") as theirs:
        while (block := ours.read(AT_ONCE)) == theirs.read(AT_ONCE):
            if not block:
                return True
    return False


def _swap_in(fresh: Path, target: Path) -> None:
    """Put a new folder in the place of one that may be there."""
    aside = fresh.with_name(f"{fresh.name}-old")
    try:
        fresh.chmod(0o777 & ~_umask())  # mkdtemp makes folders for one user only
        if target.exists():
            target.rename(aside)
        fresh.rename(target)
    finally:
        if aside.exists() and not target.exists():  # stopped between the two
            aside.rename(target)
        shutil.rmtree(aside, ignore_errors=True)


def write_file(path: Path, data: bytes) -> None:
    """Writes one file whole or not at all."""
    with naming(path):
        _write_whole(path, data)


def _write_whole(path: Path, data: bytes) -> None:
    with whole_files([path]) as (part,):
        part.write(data)


@contextmanager
def whole_files(paths: Sequence[Path]) -> Iterator[list[IO[bytes]]]:
    """Files to write to that appear together under their names once all are written, and not at all if that fails."""
    parts: list[IO[bytes]] = []
    try:
        for path in paths:
            parts.append(tempfile.NamedTemporaryFile(prefix=".writing-", dir=path.parent, delete=False))  # noqa: SIM115
        yield parts
        for part in parts:
            part.close()
            os.chmod(part.name, 0o666 & ~_umask())
        for part, path in zip(parts, paths, strict=True):
            os.replace(part.name, path)
    finally:
        for part in parts:
            with suppress(OSError):
                part.close()
            Path(part.name).unlink(missing_ok=True)


def append_file(path: Path, data: bytes) -> None:
    """Adds to a file that others may write to as well, such as the summary of a CI step."""
    with naming(path), path.open("ab") as file:
        file.write(data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def may_be_replaced(file: Path, mark: str) -> bool:
    """Whether a file is not there yet, or begins as what we write: nobody's work is written over."""
    return not file.exists() or (file.is_file() and file.read_bytes().startswith(mark.encode()))
