"""What pages are made of; and a finished study: its page, and the file study.json by which the report of a comparison takes it in again.

Headings, paragraphs, tables and pictures are plain text. The templates beside this file turn them into HTML and escape all of it
(jinja2 with autoescape), so no name or note of a planner becomes markup. The only module that imports jinja2.

The Explore part of a page has sliders over values that were run beforehand, every chart following, the interval always in sight.
Nothing is simulated in the page, and nothing between two values is made up: a slider stops only at values that were run. The page's
security policy allows this one script, by its hash, and no other.

A study.json of another `FORMAT` is refused.
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture in two formats, with a text for those who cannot see it."""

    name: str
    title: str
    description: str
    svg: bytes
    png: bytes
    is_compact: bool = False  # half as wide as a page


# -- sliders over values that were run beforehand ----------------------------------------------------------------------


Point = tuple[int, ...]  # the number of a value of each setting


@dataclass(frozen=True, slots=True)
class Slider:
    """A setting and the values that were run, as they are shown; `start` is the number of the one shown first."""

    name: str
    values: Sequence[str]
    start: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """A figure at one point: the mean, the ends of its interval, and both in words; None where no replication has it."""

    low: float | None
    mean: float | None
    high: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Explored:
    """A figure at every point."""

    name: str
    levels: Mapping[Point, Level]


@dataclass(frozen=True, slots=True)
class Explore:
    """All of it."""

    sliders: Sequence[Slider]
    figures: Sequence[Explored]
    number: int = 0  # of those of one page
    level: int = 2  # of its heading
    kind: str = "explore"  # of block

    def as_object(self) -> dict[str, object]:
        """Sliders, and each figure at every point."""
        figures = [
            {
                "name": figure.name,
                "levels": {",".join(map(str, at)): asdict(level) for at, level in figure.levels.items()},
            }
            for figure in self.figures
        ]
        return {"sliders": [asdict(slider) for slider in self.sliders], "figures": figures}

    @property
    def data(self) -> Markup:
        """What the script reads, as JSON inside HTML: no sign of it can end the element."""
        text = json.dumps(self.as_object(), allow_nan=False)
        for sign in "<>&":
            text = text.replace(sign, f"\\u{ord(sign):04x}")
        return Markup(text)

    @property
    def script(self) -> Markup:
        """The script, as it is in its file."""
        return Markup(_script())

    @property
    def policy(self) -> str:
        """What the page's security policy allows: a script of this hash."""
        return f"'sha256-{base64.b64encode(hashlib.sha256(_script().encode()).digest()).decode()}'"


@cache
def _script() -> str:
    return Path(__file__).with_name("templates").joinpath("explore.js").read_text(encoding="utf-8")


# -- a finished study --------------------------------------------------------------------------------------------------


StudyTable = tuple[str, Sequence[str], Sequence[Sequence[str]]]  # its title, heads and rows
FILE = "study.json"
FORMAT = 1
LONGEST_BYTES = 2_000_000  # of one file
CHART_NAME = re.compile(r"[\w.-]+")  # never a path


@dataclass(frozen=True, slots=True)
class StudyPage:
    """What the page of a study says."""

    title: str
    question: str
    says: Sequence[str]  # the first is the answer
    tables: Sequence[StudyTable]
    explore: Explore | None = None  # sliders
    asks: str = ""  # what it asks beside the scenario's own question, where `question` does not say it

    @property
    def heading(self) -> str:
        """What stands above it in the report of a comparison."""
        return self.asks or self.question or self.title


@dataclass(frozen=True, slots=True)
class AskedOf:
    """A scenario of a study: its name, and a hash of all that decides its results but the seed and the number of replications."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Study:
    """A finished study: its page and charts, the scenarios that it is about, and how to get it again."""

    page: StudyPage
    charts: Sequence[Chart]
    scenarios: Sequence[AskedOf]
    seed: int
    command: str


def as_object(study: Study) -> dict[str, Any]:
    """What study.json holds; charts are beside it, as files."""
    page, explore = study.page, study.page.explore
    return {
        "format": FORMAT,
        "title": page.title,
        "question": page.question,
        "asks": page.asks,
        "says": list(page.says),
        "tables": [
            {"title": title, "heads": list(heads), "rows": [list(row) for row in rows]}
            for title, heads, rows in page.tables
        ],
        "explore": explore.as_object() if explore else None,
        "charts": [
            {"name": chart.name, "title": chart.title, "description": chart.description, "is_compact": chart.is_compact}
            for chart in study.charts
        ],
        "scenarios": [asdict(scenario) for scenario in study.scenarios],
        "seed": study.seed,
        "repeat_with": study.command,
    }


def read_study(folder: Path) -> Study:
    """The study of a folder; ValueError where its study.json is none, OSError where a file cannot be read."""
    said = json.loads(_read(folder / FILE), parse_constant=_no_number)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ValueError(f"{FILE} is of another version")
    try:
        return _study(said, folder)
    except (KeyError, TypeError) as problem:
        raise ValueError(f"{FILE} lacks or misstates {problem}") from None


def _study(said: Mapping[str, Any], folder: Path) -> Study:
    tables = [
        (_text(one["title"]), _texts(one["heads"]), [_texts(row) for row in _list(one["rows"])])
        for one in _list(said["tables"])
    ]
    for title, heads, rows in tables:
        if any(len(row) != len(heads) for row in rows):
            raise ValueError(f"{FILE}: a row of the table {title!r} has more or fewer cells than its heads")
    page = StudyPage(
        _text(said["title"]),
        _text(said["question"]),
        _texts(said["says"]),
        tables,
        None if said["explore"] is None else _explore(said["explore"]),
        _text(said["asks"]),
    )
    return Study(
        page,
        [_chart(one, folder) for one in _list(said["charts"])],
        [AskedOf(_text(one["name"]), _text(one["meaning"])) for one in _list(said["scenarios"])],
        _whole(said["seed"]),
        _text(said["repeat_with"]),
    )


def _explore(said: Mapping[str, Any]) -> Explore:
    sliders = [
        Slider(_text(one["name"]), _texts(one["values"]), _whole(one["start"])) for one in _list(said["sliders"])
    ]
    if not sliders or any(not 0 <= slider.start < len(slider.values) for slider in sliders):
        raise ValueError(f"{FILE}: a slider starts at no value of its own")
    figures = [
        Explored(_text(one["name"]), {_point(at, sliders): _level(level) for at, level in one["levels"].items()})
        for one in _list(said["figures"])
    ]
    return Explore(sliders, figures)


def _point(text: str, sliders: Sequence[Slider]) -> tuple[int, ...]:
    found = tuple(int(part) for part in text.split(","))
    if len(found) != len(sliders):
        raise ValueError(f"{FILE}: the point {text!r} has not one value for each slider")
    return found


def _level(said: Mapping[str, Any]) -> Level:
    return Level(_number(said["low"]), _number(said["mean"]), _number(said["high"]), _text(said["words"]))


def _chart(said: Mapping[str, Any], folder: Path) -> Chart:
    name, is_compact = _text(said["name"]), said["is_compact"]
    if not CHART_NAME.fullmatch(name):
        raise ValueError(f"{FILE}: {name!r} is no name of a chart")
    svg = _read(folder / "charts" / f"{name}.svg")
    return Chart(name, _text(said["title"]), _text(said["description"]), svg, b"", is_compact is True)


def _read(file: Path) -> bytes:
    if file.stat().st_size > LONGEST_BYTES:
        raise ValueError(f"{file.name} has more than {LONGEST_BYTES:,} bytes")
    return file.read_bytes()


def _no_number(text: str) -> None:
    raise ValueError(f"{FILE} holds {text} where a number is needed")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text")
    return value


def _texts(value: Any) -> list[str]:
    return [_text(one) for one in _list(value)]


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number")
    return value


def _number(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError("a number")
    return float(value)


# -- what a page is made of --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; 2 is a chapter, 3 a part of one."""

    text: str
    level: int = 2
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `lead` is bold before its text, `code` behind it as something to type."""

    text: str
    style: str = ""  # a class: question, answer, small, warning
    lead: str = ""
    code: str = ""
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `kinds` are the columns' classes: number, verdict, mono, note, place or nothing."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    kinds: Sequence[str]
    caption: str = ""
    is_wide: bool = False  # in small letters
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    texts: Sequence[str]
    kind: str = "items"


@dataclass(frozen=True, slots=True)
class Terms:
    """A list of terms with their words."""

    rows: Sequence[tuple[str, str]]
    kind: str = "terms"


@dataclass(frozen=True, slots=True)
class Code:
    """What to type."""

    text: str
    kind: str = "code"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Charts inside the page: small ones beside each other, wide ones in a box that slides on a phone."""

    charts: Sequence[Chart]
    kind: str = "pictures"


Block: TypeAlias = Heading | Paragraph | Table | Items | Terms | Code | Pictures | Explore


def page(template: str, **values: object) -> bytes:
    """A whole page from one of the templates; the same values give the same bytes."""
    return _environment().get_template(template).render(values).encode()


def html_page(title: str, front: object, body: Sequence[Block]) -> bytes:
    """A page of blocks below its title; where it has sliders, it has their script, and no other."""
    explore = next((block for block in body if isinstance(block, Explore)), None)
    return page("report.html", title=title, front=front, body=body, explore=explore)


def rendered(blocks: Iterable[Block]) -> str:
    """Blocks alone, as HTML."""
    return _environment().get_template("blocks.html").module.all(blocks)  # type: ignore[attr-defined,no-any-return]


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only where a page is written

    found = Environment(
        loader=PackageLoader("sim.results.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"breakable": breakable, "inline": inline}
    return found


def breakable(text: str) -> Markup:
    """A dotted path that may be broken after its dots and underscores only."""
    return Markup(str(escape(text)).replace(".", ".<wbr>").replace("_", "_<wbr>"))


def inline(picture: bytes) -> str:
    """An SVG as an address that needs no network."""
    return f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}"
