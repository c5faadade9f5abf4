"""The verb scenarios: the shipped scenarios, copied to a folder of the user's own."""

import shutil
from pathlib import Path

from sim.cli.arguments import Options, Parser, UsageError, add_files
from sim.cli.screen import Screen
from sim.cli.verbs import Verb
from sim.home import HOME, SHIPPED, command_line


def _add_options(parser: Parser) -> None:
    add_files(parser, "FOLDER", "a new or an empty folder (default: scenarios)")


def _find_files(options: Options) -> None:
    if len(options.files) > 1:
        raise UsageError("scenarios copies to one folder")


def _run(options: Options, screen: Screen) -> int:
    from sim.results.words.labels import counted

    folder = Path(options.files[0] if options.files else SHIPPED)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"{folder} is there already, and nothing in it is replaced; name another: {command_line('scenarios', 'FOLDER')}"
        )
    shutil.copytree(
        HOME / SHIPPED, folder, ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile, dirs_exist_ok=True
    )
    files = sum(file.is_file() for file in folder.rglob("*"))
    screen.say(f"{counted(files, 'file')} copied to {folder}; {folder / 'README.md'} lists the scenarios.")
    base, other = (folder / name for name in ("baseline.yaml", "cedarwood.yaml"))
    screen.say(f"Next: {command_line('compare', base, other)}")
    return 0


VERB = Verb(
    name="scenarios",
    words="[FOLDER]",
    summary="copy the shipped scenarios to a folder of your own (default: scenarios)",
    add_options=_add_options,
    run=_run,
    options=Options,
    examples=(("my-scenarios", "all of them, for you to change"),),
    guides=("scenarios/README.md",),
    find_files=_find_files,
)
