"""The site, made by Sphinx of the pages of the repository as they stand.

    sphinx-build -W --keep-going -c docs/site . site      writes the folder `site`; open site/index.html, with or without a network

The pages are written to be read in the repository, so nothing in them is Sphinx's own: this file says their order, and what is
not a page. A link that leads nowhere, and a page that stands in no part, are warnings, which -W makes errors.
"""

import csv
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[2]

PARTS = {  # what readers come for, in the order in which a planner needs it: page, and its name in the margin
    "Tutorial": {
        "docs/tutorial": "A first answer",
        "docs/write-your-own": "Your own scenario",
        "docs/your-own-hospital": "Your own hospital",
    },
    "How to": {
        "docs/how-to": "By question",
        "docs/desk": "Move a bed and watch",
        "docs/sweep": "Try every size",
        "docs/solve": "Find how many are needed",
        "docs/sensitivity": "Find what the answer rests on",
        "docs/published-files": "Begin with published figures",
        "docs/your-own-data": "Use your own stays and census",
        "scenarios/own_data/README": "An example with made-up files",
        "docs/fitting": "Fit a scenario to your figures",
        "docs/bcf-plan": "Run a Better Care Fund plan",
        "docs/national": "Ask about many hospitals",
        "docs/check": "Guard results against change",
        "docs/python": "Work in a notebook",
        "docs/container": "Run it in a container",
        "docs/cite": "Cite and archive a study",
    },
    "What units and levers do": {
        "docs/whole-pathway": "The whole pathway",
        "scenarios/README": "All scenarios",
    },
    "Reference": {
        "docs/language": "The scenario language",
        "docs/scenario-keys": "Every key",
        "docs/commands": "Commands",
        "docs/measures": "Measures",
        "docs/model": "Rules of the model",
        "docs/money": "Rules of money",
        "docs/glossary": "Glossary",
    },
    "Explanation": {
        "docs/how-it-works": "How it works, in drawings",
        "docs/precision": "How sure results are",
        "docs/pictures": "The pictures",
    },
    "Evidence": {
        "docs/evidence": "Where the numbers come from",
        "docs/calibration": "Fit to published figures",
        "docs/decisions/england": "Decisions about England",
    },
    "Validation": {
        "docs/assurance": "Assurance log",
        "docs/stress-des": "STRESS-DES",
        "docs/rap": "Reproducible pipeline",
    },
    "How fast": {
        "docs/benchmarks": "Benchmarks",
        "docs/scale": "More than one computer",
        "docs/store": "Finished runs are kept",
    },
    "Project": {
        "CONTRIBUTING": "Contributing",
        "CHANGELOG": "Changes",
        "docs/decisions": "Decisions",
        "docs/decisions/model": "The model",
        "docs/decisions/engines": "The two engines",
        "docs/decisions/inputs": "Inputs",
        "docs/decisions/results": "Results",
        "docs/decisions/money": "Money and workbook",
        "docs/decisions/report": "Report and charts",
        "docs/decisions/hall": "Running and showing",
        "docs/decisions/desk": "The desk",
        "docs/decisions/fitting": "Fits",
        "docs/decisions/own-data": "People's own files",
        "docs/decisions/check": "Recorded results",
    },
}

project = "bedflow"
author = "The bedflow contributors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "README"
include_patterns = ["*.md", "scenarios/README.md", "scenarios/own_data/README.md", "docs/*.md", "docs/decisions/*.md"]
exclude_patterns = ["docs/whole_pathway.*.md"]  # parts of docs/whole-pathway.md
myst_heading_anchors = 4  # a heading is linked to by its words, as in the repository
myst_linkify_fuzzy_links = False

html_theme = "furo"
html_title = "bedflow"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_theme_options = {"light_css_variables": {"color-brand-primary": "#12436d", "color-brand-content": "#12436d"}}
html_copy_source = False
html_show_sphinx = False
pygments_style = "default"
pygments_dark_style = "monokai"

LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)\s#]+)\)")


def read(app: "Sphinx", page: str, source: list[str]) -> None:  # noqa: ARG001
    """What the site adds to a page: to the first one its parts, to the evidence its table; folders cannot be linked to."""
    folder = (ROOT / page).parent
    text = LINK.sub(lambda link: f"`{link[1]}`" if (folder / link[2]).is_dir() else link[0], source[0])
    if page == root_doc:
        text += "".join(f"\n```{{toctree}}\n:hidden:\n:caption: {part}\n\n{listed(part)}\n```\n" for part in PARTS)
    if page == "docs/evidence":
        text += facts()
    source[0] = text


def listed(part: str) -> str:
    """The pages of a part, each under its name in the margin."""
    return "\n".join(f"{name} <{page}>" for page, name in PARTS[part].items())


def facts() -> str:
    """The facts of docs/evidence/parameters.csv as one table in Markdown."""
    with (ROOT / "docs/evidence/parameters.csv").open(encoding="utf-8", newline="") as file:
        rows = [fact(row) for row in csv.DictReader(file)]
    return "\n".join(
        ["", "## Every fact", "", "| fact | value | where and when | source |", "|---|---|---|---|", *rows, ""]
    )


def fact(row: dict[str, str]) -> str:
    """One fact as a row: what, how much, where and when, who says so and how sure that is."""
    said = {key: re.sub(r"([\\|*_`\[\]<>#~])", r"\\\1", value) for key, value in row.items()}  # no letter is markup
    within = f" ({said['low']} to {said['high']})" if row["low"] and row["high"] else ""
    source = f"[{said['source_title']}]({row['source_url']})" if row["source_url"] else said["source_title"]
    sure = "assumption" if row["confidence"] == "assumption" else f"confidence {row['confidence']}"
    cells = (
        f"`{row['parameter_id']}` {said['description']}",
        f"{said['value']}{within} {said['unit']}",
        ", ".join(filter(None, (said["geography"], said["year"]))),
        ". ".join(filter(None, (source, said["source_publisher"], sure, said["note"]))),
    )
    return f"| {' | '.join(cells)} |"


def finish(app: "Sphinx", failed: Exception | None) -> None:
    """The first page under the name that browsers and servers look for."""
    if not failed and app.builder.name == "html":
        shutil.copy(app.outdir / f"{root_doc}.html", app.outdir / "index.html")


def setup(app: "Sphinx") -> None:
    """Called by Sphinx."""
    app.connect("source-read", read)
    app.connect("build-finished", finish)
