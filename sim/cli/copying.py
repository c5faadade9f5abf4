"""The verb scenarios: the shipped scenario files copied to a folder of the planner's own.

What may be changed here: freely, as long as nothing that exists is replaced.
"""

import shutil
from pathlib import Path

from sim.cli.arguments import Options
from sim.cli.screen import Screen
from sim.cli.usage import UsageError
from sim.home import HOME, PROGRAM, SHIPPED
from sim.results.words.labels import counted


def scenarios_verb(options: Options, screen: Screen) -> int:
    """Copies the shipped scenarios, with all that they read, into a new folder."""
    folder = Path(options.files[0] if options.files else SHIPPED)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"{folder} is there already, and nothing in it is replaced; name another: {PROGRAM} scenarios FOLDER"
        )
    shutil.copytree(
        HOME / SHIPPED, folder, ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile, dirs_exist_ok=True
    )
    files = sum(file.is_file() for file in folder.rglob("*"))
    screen.say(f"{counted(files, 'file')} copied to {folder}; {folder / 'README.md'} lists the scenarios.")
    base, other = (folder / name for name in ("baseline.yaml", "cedarwood.yaml"))
    screen.say(f"Next: {PROGRAM} compare {base} {other}")
    return 0
