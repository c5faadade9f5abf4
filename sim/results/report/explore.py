"""The Explore part of a page: sliders over values that were run beforehand, every chart following, the interval always in sight.

Nothing is simulated in the page, and nothing between two values is made up: a slider stops only at values that were run. The page's
security policy allows this one script, by its hash, and no other.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

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
            {"name": one.name, "levels": {",".join(map(str, at)): asdict(level) for at, level in one.levels.items()}}
            for one in self.figures
        ]
        return {"sliders": [asdict(one) for one in self.sliders], "figures": figures}

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
