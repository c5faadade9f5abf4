"""Small pieces of an HTML page; every text of a planner is escaped here."""

from collections.abc import Sequence
from html import escape


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], kinds: Sequence[str], caption: str = "") -> str:
    """An HTML table; `kinds` are the columns' classes: number, verdict, mono or nothing."""

    def cells(tag: str, texts: Sequence[str]) -> str:
        marks = [f' class="{kind}"' if kind else "" for kind in kinds]
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f"<{tag}{mark}{scope}>{_breakable(text) if 'mono' in mark else escape(text)}</{tag}>"
            for mark, text in zip(marks, texts, strict=True)
        )

    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    said = f"<caption>{escape(caption)}</caption>\n" if caption else ""
    shape = ' class="paths"' if "place" in kinds else ""
    return f"<table{shape}>\n{said}<thead><tr>{cells('th', headers)}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _breakable(text: str) -> str:
    """A dotted path that may be broken after its dots and underscores only."""
    return escape(text).replace(".", ".<wbr>").replace("_", "_<wbr>")


def paragraph(text: str, kind: str = "") -> str:
    """An HTML paragraph."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def heading(text: str, level: int = 2) -> str:
    """An HTML heading."""
    return f"<h{level}>{escape(text)}</h{level}>"
