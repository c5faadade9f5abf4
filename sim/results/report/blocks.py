"""What a page is made of: headings, paragraphs, tables and pictures, which the templates turn into HTML.

Everything here is plain text. The templates beside this file escape all of it (jinja2 with autoescape), so no name or note
of a planner becomes markup. The only module that imports jinja2.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from sim.results.report.study import Chart, Explore


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
def _environment() -> Environment:
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
