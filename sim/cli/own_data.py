"""The verbs preset, bcf and worksheet: people's own files read, scenarios and workbooks written, and what was done said."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from sim.cli.arguments import UsageError, engines_for, place_for
from sim.cli.screen import Screen
from sim.cli.tables import columns, from_the_store
from sim.cli.verbs.own_data import DEFAULT_MAPPING, Bcf, Preset, Worksheet
from sim.diagnostics.warnings import warnings_before_a_run
from sim.home import COMMAND, HOME, command_line, common_folder, name_from
from sim.inputs.files import TARGET_COLUMNS as COLUMNS
from sim.inputs.loading import read_scenario
from sim.inputs.problems import Problems
from sim.inputs.scenario import Scenario
from sim.own_data import bcf_run, preset, worksheet
from sim.own_data.bcf import Plan, read_mapping, read_plan
from sim.own_data.bcf_run import Month, fitting, interval_of, run_plan, workbook_bytes
from sim.own_data.preset import amount, preset_of, target_rows
from sim.own_data.worksheet import ASKED
from sim.own_data.worksheet import workbook_bytes as worksheet_bytes
from sim.own_data.writing import write_checked
from sim.results.files.writing import csv_bytes, may_be_replaced, write_file
from sim.results.words.labels import counted
from sim.runs.specification import try_files
from sim.runs.store import default_store


def preset_verb(options: Preset, screen: Screen) -> int:
    """Reads published files of one organisation; prints its targets, and writes them and a first scenario."""
    file = Path(options.write) if options.write else None
    targets = file.with_name(f"{file.stem}_targets.csv") if file else None
    for one in (file, targets):
        _is_free(one, "--write", "")
    try_files([str(one) for one in (file, targets) if one], options.files)
    found = preset_of(options.files, options.organisation, Problems(), suppress=options.suppress)
    screen.say(f"{found.organisation} {found.name}".strip())
    for name, what in found.published.files:
        screen.say(f"  {what}: {name}")
    sources: dict[str, int] = {}
    rows = [
        (
            figure.says,
            f"{amount(figure.aim, figure.unit)} ({amount(figure.low, figure.unit)} to {amount(figure.high, figure.unit)})",
            "yes" if figure.binds else "no",
            _footnote(figure.source, sources),
        )
        for figure in found.figures.made
    ]
    if rows:
        screen.say("")
        columns(screen, [("target", "accepted", "binds", "source"), *rows])
    lines = preset.lines_of(found)
    if lines:
        screen.say("\nThe first scenario extends the baseline of two age groups. What it says differently:\n")
        for line in lines:
            screen.say(f"  {line.path}: {line.value} {_footnote(line.why, sources)}")
    screen.say("")
    for source, number in sources.items():
        screen.say(f"[{number}] {source}")
    _say_all(screen, "Assumed", preset.assumptions_of(found))
    _say_all(screen, "Left out", found.figures.untold)
    _say_all(screen, "Note", found.published.notes)
    if not file or not targets:
        return 0
    table = csv_bytes(COLUMNS, list(target_rows(found.figures.made)))
    write_checked(file, preset.scenario_text(found, file, _command(options)), {targets: table})
    screen.say(f"\nWritten: {file} and {targets}.")
    screen.say(f"Next: {command_line('calibrate', file, '--targets', targets)}")
    return 0


def _footnote(source: str, sources: dict[str, int]) -> str:
    """The number of a source, which is reported once, below."""
    return f"[{sources.setdefault(source, len(sources) + 1)}]"


def bcf_verb(options: Bcf, screen: Screen) -> int:
    """Reads a plan, and writes its scenario; with a scenario, runs it and writes the plan with what happened."""
    plan_file, *scenarios = options.files
    target = Path(options.write)
    _is_free(target, "--write", "" if scenarios else bcf_run.MARK)
    try_files([options.write], [*options.files, options.mapping, *([options.into] if options.into else [])])
    problems = Problems()
    meanings = read_mapping(options.mapping, problems)
    problems.stop_if_any()
    plan = read_plan(plan_file, meanings, problems)
    if scenarios:
        _run_plan(options, screen, plan, scenarios[0])
        return 0
    left_out: list[str] = []
    content = bcf_run.scenario_text(plan, _command(options))
    if options.into:
        content, left_out = bcf_run.text_into(plan, read_scenario(options.into), target, _command(options))
    scenario = write_checked(target, content)
    months = f"{plan.months[0]:%B %Y} to {plan.months[-1]:%B %Y}"
    services, streams = counted(len(plan.services), "service"), counted(len(scenario.people), "stream")
    screen.say(f"{services} in the plan, {streams} of people in the scenario, {months}.")
    _say_all(screen, "Left out", left_out)
    _warn(screen, scenario)
    screen.say(f"\nWritten: {target}.")
    mapping = () if Path(options.mapping).resolve() == HOME / DEFAULT_MAPPING else ("--mapping", options.mapping)
    out = target.with_name(f"{target.stem}_out.xlsx")
    screen.say(f"Next: {command_line('bcf', plan_file, target, *mapping, '--write', out)}")
    return 0


def _run_plan(options: Bcf, screen: Screen, plan: Plan, file: str) -> None:
    """Runs a scenario of the plan, prints its months and writes the workbook."""
    problems, target = Problems(), Path(options.write)
    scenario = read_scenario(file, tuple(options.sets), replications=options.replications, seed=options.seed)
    plan, left_out = fitting(plan, scenario, problems)
    problems.stop_if_any()
    engines, store = engines_for(options, screen), default_store(fresh=options.fresh)
    place = place_for(options, scenario.replications)
    screen.note(f"Running {counted(scenario.replications, 'replication')} ...")
    with screen.running():
        months_found = run_plan(plan, scenario, engines, place, screen.progress, store)
    _say_months(screen, months_found)
    _say_all(screen, "Left out", left_out)
    _warn(screen, scenario)
    write_file(target, workbook_bytes(plan, scenario, months_found))
    from_the_store(screen, store)
    screen.say(f"\nWritten: {target}.")


def _say_months(screen: Screen, months: Sequence[Month]) -> None:
    heads = ("service", "month", "planned", "demand", "capacity", "gap", "mean wait, days", "95% interval")
    rows = []
    for month in months:
        wait = "" if month.wait is None else f"{month.wait.mean:.1f}"
        low, high = interval_of(month.wait)
        interval = "" if low is None or high is None else f"{low:.1f} to {high:.1f}"
        numbers = (
            f"{month.planned:.0f}",
            f"{month.demand.mean:.0f}",
            f"{month.capacity:.0f}",
            f"{round(month.gap):+d}" if round(month.gap) else "0",
        )
        rows.append((month.service, f"{month.month:%b %Y}", *numbers, wait, interval))
    columns(screen, [heads, *rows])
    screen.say(
        "\nGap: demand less capacity of the month, in people, before they are rounded. Wait: from joining the queue, however much later they start."
    )


def worksheet_verb(options: Worksheet, screen: Screen) -> int:
    """Makes a worksheet, or reads a filled one into a scenario."""
    (file,) = options.files
    if not options.write:
        _is_free(Path(file), "worksheet", "")
        try_files([file], [])
        write_file(Path(file), worksheet_bytes())
        screen.say(f"Written: {file}. Fill the yellow cells that you know, save it, and read it:")
        screen.say(f"  {command_line('worksheet', file, '--write', Path(file).with_suffix('.yaml'))}")
        return 0
    target = Path(options.write)
    _is_free(target, "--write", worksheet.MARK)
    try_files([options.write], [file])
    filled = worksheet.read_worksheet(file, Problems())
    scenario = write_checked(target, worksheet.scenario_text(filled, target, _command(options)))
    blank = [one.says for one in ASKED if one.number not in filled.numbers]
    screen.say(f"{len(filled.numbers)} of {len(ASKED)} numbers are filled.")
    _say_all(screen, "As in the baseline", blank)
    _say_all(screen, "Note", filled.notes)
    _warn(screen, scenario)
    screen.say(f"\nWritten: {target}.")
    screen.say(f"Next: {command_line('validate', target)}")
    return 0


# -- what all three need -------------------------------------------------------------------------------------


def _is_free(file: Path | None, option: str, mark: str) -> None:
    """UsageError where a file is there that this verb did not make: nobody's work is written over."""
    if file and file.exists() and not (mark and may_be_replaced(file, mark)):
        raise UsageError(f"{option}: {file} is there already, and is not replaced; name another file")


def _command(options: Preset | Bcf | Worksheet) -> str:
    """What was typed, with files named from the folder that holds all of them: where that is goes into no file."""
    values = [word.partition("=")[2] if word.startswith("--") and "=" in word else word for word in options.typed[1:]]
    folder = common_folder([word for word in values if _is_path(word) or Path(word).is_file()])

    def named(word: str) -> str:
        option, sign, value = word.partition("=") if word.startswith("--") else ("", "", word)
        return f"{option}{sign}{name_from(folder, value) if _is_path(value) else value}"

    return shlex.join([*COMMAND, *map(named, options.typed)])


def _is_path(word: str) -> bool:
    return "/" in word or "\\" in word


def _warn(screen: Screen, scenario: Scenario) -> None:
    for warning in warnings_before_a_run(scenario):
        screen.say(f"Warning: {warning}")


def _say_all(screen: Screen, heading: str, sentences: Sequence[str]) -> None:
    for number, sentence in enumerate(sentences):
        screen.say(f"{'' if number else chr(10)}{heading}: {sentence}")
