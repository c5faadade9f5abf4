"""Makes docs/whole-pathway.md from runs: what each system shows, what it costs, and what of it rests on assumption.

    python3 docs/make_whole_pathway.py                    as many replications as the files say
    python3 docs/make_whole_pathway.py --replications 8   a quick look

It takes about eight minutes of processor time. What the store of finished blocks has is not run again. Words that no figure changes stand in `whole_pathway.top.md` and `whole_pathway.end.md`.
"""

import argparse
import os
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))

from sim.inputs.loading import Question, read_scenario, read_together  # noqa: E402 (the checkout comes first)
from sim.inputs.scenario import ALL_HOSPITALS, Scenario  # noqa: E402
from sim.results.comparison.compare import CANNOT_TELL  # noqa: E402
from sim.results.comparison.findings import Findings  # noqa: E402
from sim.results.comparison.money import Money, MoneyChange  # noqa: E402
from sim.results.comparison.money_tables import budget_lines, table_rows  # noqa: E402
from sim.results.comparison.ranking import RankedScenario, difference_text, ranking  # noqa: E402
from sim.results.measures.periods import divisions  # noqa: E402
from sim.results.words.headline import UNSURE  # noqa: E402
from sim.results.words.labels import change_and_interval, figure  # noqa: E402
from sim.runs.collecting import beside, gathered, named_apart, paired  # noqa: E402
from sim.runs.engines import engines_for  # noqa: E402
from sim.runs.experiment import HowToRun, Shared, run_all  # noqa: E402
from sim.runs.store import default_store  # noqa: E402
from sim.studies.assumptions import CASH, Effect, InOrder, Wanted, in_order  # noqa: E402  # noqa: E402
from sim.studies.break_even import HEADS as HEADS_OF_EFFECTS  # noqa: E402
from sim.studies.break_even import NOTE, BreakEven, break_even, read_effects, row  # noqa: E402
from sim.studies.break_even import Effect as EffectAsked  # noqa: E402

BASELINE = "baseline.yaml"
SYSTEMS = (
    "cedarwood.yaml",
    "step_down_flats.yaml",
    "handrails.yaml",
    "handrails/optimistic.yaml",
    "adaptations_fast_track.yaml",
    "planning_from_admission.yaml",
    "planning/from_the_first_day.yaml",
    "weekend_acceptance.yaml",
    "befriending.yaml",
    "befriending/ten_to_one.yaml",
    "continuing_care.yaml",
    "co_located_team.yaml",
    "micro_providers.yaml",
    "micro_providers/activity.yaml",
    "pooled_fund.yaml",
    "pooled_fund/buys_reablement.yaml",
    "levers/pathway_decision.yaml",
    "levers/hub_staffing.yaml",
    "levers/seven_day_ward_process.yaml",
    "levers/virtual_ward.yaml",
    "levers/urgent_community_response.yaml",
    "levers/home_care_hours.yaml",
    "levers/trusted_assessor.yaml",
    "levers/carers.yaml",
)
TOGETHER = "everything_together.yaml"
LEVERS = (  # of TOGETHER, in its order
    "cedarwood.yaml",
    "planning_from_admission.yaml",
    "weekend_acceptance.yaml",
    "adaptations_fast_track.yaml",
    "continuing_care.yaml",
    "handrails.yaml",
    "befriending.yaml",
    "micro_providers.yaml",
    "co_located_team.yaml",
    "pooled_fund.yaml",
)
PAIRS = {  # a lever that changes the same value as one before it: that one, and the file of both
    "befriending.yaml": ("handrails.yaml", "everything_together/rails_and_befriending.yaml"),
    "co_located_team.yaml": ("micro_providers.yaml", "everything_together/home_care.yaml"),
}
NOT_TOGETHER = ("step_down_flats.yaml", *(file for file in SYSTEMS if file.startswith("levers/")))  # in no step
DELAYED_PEOPLE = Wanted("hospital", "midnight_delayed_mean")
DAYS_A_YEAR = 365
A_PENNY = 0.01
CONTRIBUTORS = tuple(
    (Wanted("all", "cost_cash_gbp", "contributor", payer), name)
    for payer, name in (("nhs", "NHS"), ("council", "council"), ("person", "people themselves"))
)
DELAYED = ("hospital", "midnight_delayed_mean", "people delayed in hospital")
ALL_DELAYED = (ALL_HOSPITALS, "midnight_delayed_mean", "people delayed in four hospitals")
TWINS = (  # the twin as it is, the twin that does something, and what to look at
    ("befriending/callers.yaml", "befriending/callers_befriended.yaml", ("ambulance", "admissions", "calls a year")),
    ("adaptations/hundred_calls.yaml", "adaptations/one_order.yaml", DELAYED),
    ("continuing_care/disputed_one_in_ten.yaml", "continuing_care/one_in_ten_funded_first.yaml", DELAYED),
    ("handrails/fallers.yaml", "handrails/of_fallers.yaml", DELAYED),
    ("co_located_team.yaml", "co_located_team/faster_assessments.yaml", DELAYED),
    ("micro_providers.yaml", "micro_providers/sooner.yaml", DELAYED),
    ("variants/counted_from_treatment.yaml", "cedarwood/early_step_down.yaml", DELAYED),
    ("adaptations/months_for_a_grant.yaml", "adaptations/months_in_a_reablement_bed.yaml", DELAYED),
    ("trusted_assessor/referrals_refused.yaml", "trusted_assessor/fewer_refused.yaml", DELAYED),
    ("pioneers/three_areas.yaml", "cedarwood_at_scale.yaml", ALL_DELAYED),
    ("pioneers/three_areas.yaml", "pioneers/shared_by_all.yaml", ALL_DELAYED),
)
AT_SCALE = "cedarwood_at_scale.yaml"
EFFECTS = "scenarios/ranges/break_even.csv"
BREAK_EVEN_REPLICATIONS = 4  # of each of some twenty values of each effect


class Together(NamedTuple):
    """The levers of TOGETHER, one put on top of the other: their names, and what they do to each measure."""

    names: Sequence[str]
    found: Mapping[Wanted, InOrder]


class Page(NamedTuple):
    """Everything that was run for the page."""

    systems: Findings
    together: Together
    twins: Sequence[Findings]
    effects: Sequence[tuple[EffectAsked, BreakEven]]


def run(replications: int | None, workers: int) -> Page:
    """All comparisons of the page."""

    def against(base: str, *others: str) -> Findings:
        files = [str(ROOT / "scenarios" / file) for file in (base, *others)]
        return compared([read_scenario(file, replications=replications) for file in files], workers)

    return Page(
        systems=against(BASELINE, *SYSTEMS),
        together=one_on_top_of_the_other(replications, workers),
        twins=[against(base, other) for base, other, _ in TWINS],
        effects=[(one, _break_even(one, replications)) for one in read_effects(str(ROOT / EFFECTS))],
    )


def _break_even(effect: EffectAsked, replications: int | None) -> BreakEven:
    """One effect, bisected in this process: to start others at every value would take longer than the runs."""
    number = min(replications or BREAK_EVEN_REPLICATIONS, BREAK_EVEN_REPLICATIONS)
    base = read_scenario(effect.base, replications=number)
    engines = engines_for("auto", print, cross_check=False)
    question = Question(effect.scenario, replications=number)
    return break_even(base, question, effect.setting, HowToRun(1, None, engines, default_store()))


def compared(scenarios: Sequence[Scenario], workers: int) -> Findings:
    """Scenarios on the same people; without the cross-check by the SimPy model, which the tests make of every shipped file."""
    chosen, _ = paired(tuple(named_apart(scenarios)))
    engines = engines_for("auto", print, cross_check=False)
    shared = Shared(chosen, engines=engines, divisions=divisions(chosen, compared=True))
    return gathered(chosen, beside(chosen, run_all(shared, workers, default_store())), compared=True)


def put_together() -> Iterator[list[str]]:
    """The files that are put together on the baseline at each step; the last are all of TOGETHER."""
    files: list[str] = []
    for lever in LEVERS:
        before, both = PAIRS.get(lever, ("", lever))
        files = [*(file for file in files if file != before), both]
        yield [str(ROOT / "scenarios" / file) for file in files]


def one_on_top_of_the_other(replications: int | None, workers: int) -> Together:
    """Each lever alone, and with all that stand before it, on the same people."""
    base = str(ROOT / "scenarios" / BASELINE)
    alone = [read_scenario(str(ROOT / "scenarios" / file), replications=replications) for file in LEVERS]
    steps = [read_together(base, files, replications=replications) for files in put_together()]
    every, _ = paired(tuple(named_apart([read_scenario(base, replications=replications), *alone, *steps])))
    engines = engines_for("auto", print, cross_check=False)
    shared = Shared(every, engines=engines, divisions=divisions(every, compared=True))
    runs = beside(every, run_all(shared, workers, default_store()))
    wanted = (DELAYED_PEOPLE, CASH, *(contributor for contributor, _ in CONTRIBUTORS))
    # Every piece once: it is put beside the base's whenever it is asked for.
    first, *others = [np.array([[one.of(piece) for one in wanted] for piece in theirs]) for theirs in runs]
    alone_and_steps = [values.T for values in others]
    found = {
        one: in_order(
            one,
            first[:, number],
            [values[number] for values in alone_and_steps[: len(LEVERS)]],
            [values[number] for values in alone_and_steps[len(LEVERS) :]],
        )
        for number, one in enumerate(wanted)
    }
    return Together([one.name for one in alone], found)


def page_of(found: Page) -> str:
    """The page as Markdown."""
    parts = [_words("top").replace("{replications}", _replications(found)), *_ranked(found.systems)]
    parts += [*_together(found.together), *_effects(found.effects), *_twins(found.twins)]
    parts += [*_by_hospital(found.twins), *_plan(found.systems), _words("end")]
    return "\n".join(parts).rstrip() + "\n"


def _words(which: str) -> str:
    return (DOCS / f"whole_pathway.{which}.md").read_text(encoding="utf-8").rstrip() + "\n"


def _replications(found: Page) -> str:
    base = found.systems.baseline
    return f"{base.replications} replications of {base.calendar.measured_days} days"


# -- the ranking ---------------------------------------------------------------------------------------------

HEADS = (
    "system",
    "delayed people",
    "95%, all at once",
    "cash a year",
    "£ a delayed day, net",
    "left with nothing",
    "into long-term care",
    "pays for itself at",
    "assumed",
)


def _ranked(found: Findings) -> Iterator[str]:
    """The systems that say their price, then those that do not."""
    rows = ranking(found)
    for is_priced, title in ((True, "What each system does, and what it costs"), (False, "Not priced")):
        group = [row for row in rows if row.is_priced is is_priced]
        if group:
            yield f"## {title}\n"
            yield _table(HEADS, [_cells(found, row) for row in group])


def _cells(found: Findings, row: RankedScenario) -> tuple[str, ...]:
    _, span = change_and_interval(row.delayed.mean, row.delayed.low, row.delayed.high, "people")
    money = Money(found, row.scenario)
    pays = f"{money.break_even:g} beds" if money.break_even is not None else "-"
    return (
        f"[{row.scenario.name}](../scenarios/{_file(row)})",
        f"{figure(row.delayed.mean, 'people', signed=True)}, {row.delayed.verdict_text}",
        span or "-",
        difference_text(row.of("cost_cash_gbp")) if row.is_priced else "not priced",
        figure(row.net_per_day, "GBP"),
        difference_text(row.parts("gave_up", "ending").get("with_nothing")),
        difference_text(row.of("long_term_care_admissions")),
        pays,
        _assumed(row),
    )


def _file(row: RankedScenario) -> str:
    return Path(os.path.relpath(ROOT / row.scenario.file, ROOT / "scenarios")).as_posix()


def _assumed(row: RankedScenario) -> str:
    """How many of the values that its own file writes have no source."""
    own = [
        value
        for value in row.scenario.values
        if value.file == row.scenario.file and value.path not in ("name", "question")
    ]
    return f"{sum('assumption' in value.note for value in own)} of {len(own)}"


# -- everything together -------------------------------------------------------------------------------------


def _together(found: Together) -> Iterator[str]:
    """What each lever adds, and the sum of the parts beside the whole; then whose money it is."""
    yield "## Everything together, lever by lever\n"
    yield _filled(
        "Each lever comes on top of those above it, with the same people and random numbers. *Alone* is beside the baseline; "
        "*adds here* is beside the line above. In brackets, and behind a question mark, are intervals of 95%, each for itself."
    )
    delayed, cash = found.found[DELAYED_PEOPLE], found.found[CASH]
    heads = (
        "lever",
        "delayed people, alone",
        "adds here",
        "up to here",
        "delayed days a year, adds here",
        "cash a year, alone",
        "adds here",
        "up to here",
    )
    rows = [
        (
            name,
            _told(step.alone),
            _with_interval(step.adds),
            _told(step.up_to_here),
            figure(DAYS_A_YEAR * step.adds.mean, "days", signed=True),
            _told(money.alone, "GBP"),
            _told(money.adds, "GBP"),
            _told(money.up_to_here, "GBP"),
        )
        for name, step, money in zip(found.names, delayed.steps, cash.steps, strict=True)
    ]
    yield _table(heads, rows)
    yield _filled(_sums(delayed, cash))
    yield from _whose_money(found)
    yield _filled(f"Not in it, for they change the same steps and routes: {_names(NOT_TOGETHER)}.")


def _sums(delayed: InOrder, cash: InOrder) -> str:
    """What the parts add up to, beside the whole, and the difference."""
    return (
        f"**Alone, the {len(delayed.steps)} add up to {_told(delayed.parts_alone)} delayed people and "
        f"{_told(cash.parts_alone, 'GBP')} a year. Together it is {_with_interval(delayed.whole)} and "
        f"{_with_interval(cash.whole, 'GBP')}.** The difference between the whole and its parts is "
        f"{_with_interval(delayed.difference)} people and {_with_interval(cash.difference, 'GBP')}."
    )


def _whose_money(found: Together) -> Iterator[str]:
    """Cash by who pays in the end, lever by lever."""
    yield _filled(
        "Whose money it is, a year: what each lever adds here. What the pooled fund pays counts as paid by its contributors."
    )
    wanted = [contributor for contributor, _ in CONTRIBUTORS]
    for sums in zip(*(_means(found.found[one]) for one in wanted), _means(found.found[CASH]), strict=True):
        assert abs(sum(sums[:-1]) - sums[-1]) < A_PENNY  # nobody pays who is not in the table
    rows = [
        (name, *(_told(found.found[one].steps[number].adds, "GBP") for one in (*wanted, CASH)))
        for number, name in enumerate(found.names)
    ]
    for name, which in (("**together**", "whole"), ("alone, added up", "parts_alone"), ("difference", "difference")):
        rows.append((name, *(_told(getattr(found.found[one], which), "GBP") for one in (*wanted, CASH))))
    yield _table(("lever", *(name for _, name in CONTRIBUTORS), "all"), rows)


def _means(found: InOrder) -> list[float]:
    """What each lever adds, and what all do together."""
    return [*(step.adds.mean for step in found.steps), found.whole.mean]


def _told(effect: Effect, unit: str = "people") -> str:
    """A change; with a question mark where its interval contains none."""
    is_nothing = effect.mean == effect.low == effect.high == 0.0
    unsure = UNSURE if effect.verdict == CANNOT_TELL and not is_nothing else ""
    return f"{figure(effect.mean, unit, signed=True)}{unsure}"


def _with_interval(effect: Effect, unit: str = "people") -> str:
    text, span = change_and_interval(effect.mean, effect.low, effect.high, unit)
    return f"{text} ({span})" if span else text


def _names(files: Sequence[str]) -> str:
    return "; ".join(read_scenario(str(ROOT / "scenarios" / file)).name for file in files)


def _filled(text: str) -> str:
    return textwrap.fill(text, 119, break_long_words=False, break_on_hyphens=False) + "\n"


def _pair(change: MoneyChange, unit: str = "people") -> str:
    text, span = change_and_interval(change.mean, change.low, change.high, unit)
    return f"{text} ({span})" if span else text


# -- twins and the plan --------------------------------------------------------------------------------------


def _twins(found: Sequence[Findings]) -> Iterator[str]:
    """Scenarios that stand beside a twin of their own."""
    yield "## Beside a twin of their own\n"
    yield _filled(
        "These have people or steps that the baseline does not have, or a hope that no source gives; each is compared with "
        "the file before it."
    )
    rows = []
    for one, (_, _, (service, measure, words)) in zip(found, TWINS, strict=True):
        base, other = one.scenarios
        before, after = (one.estimate(scenario.id, service, measure) for scenario in (base, other))
        change = one.difference(other.id, service, measure)
        cash = Money(one, other).cash
        assert before and after and change
        text, span = change_and_interval(change.mean, change.low, change.high, change.unit)
        pays = _pair(cash, "GBP") if cash else "-"
        rows.append(
            (
                base.name,
                other.name,
                words,
                figure(before.mean, before.unit),
                figure(after.mean, after.unit),
                f"{text} ({span})",
                pays,
            )
        )
    yield _table(("as it is", "instead", "what", "before", "after", "difference", "cash a year"), rows)


def _by_hospital(found: Sequence[Findings]) -> Iterator[str]:
    """Cedarwood at scale: delayed people and occupancy of each hospital and of all, and how full the units are."""
    number = next(index for index, twin in enumerate(TWINS) if twin[1] == AT_SCALE)
    one = found[number]
    base, other = one.scenarios
    rows = []
    for place in (*(service.name for service in one.hospitals), ALL_HOSPITALS):
        before, after = (one.estimate(scenario.id, place, "midnight_delayed_mean") for scenario in (base, other))
        change = one.difference(other.id, place, "midnight_delayed_mean")
        assert before and after and change
        text, span = change_and_interval(change.mean, change.low, change.high, "people")
        cells = [place.replace("_", " "), *(figure(row.mean, "people") for row in (before, after)), f"{text} ({span})"]
        rows.append(tuple(cells))
    yield "## Cedarwood at scale, by hospital\n"
    yield _table(("hospital", "delayed people", "with two units", "difference"), rows)
    units = [service.name for service in other.services if service.kind == "reablement_unit"]
    full = [(name, one.estimate(other.id, name, "occupancy")) for name in units]
    said = ", ".join(f"{name.replace('_', ' ')} {row.mean:.0%}" for name, row in full if row)
    yield f"How full the units are: {said}.\n"


def _effects(found: Sequence[tuple[EffectAsked, BreakEven]]) -> Iterator[str]:
    """How large each effect without a good source would have to be."""
    yield "## How large an effect would have to be\n"
    replications = f"{found[0][1].other.replications} replications"
    about = NOTE.format(replications=replications) + " `break-even` makes this table, and one of your own."
    yield _filled(about)
    rows = [
        (f"[{one.other.name}](../scenarios/{_relative(effect.scenario)})", *row(one, effect.says), effect.note)
        for effect, one in found
    ]
    yield _table(("system", *HEADS_OF_EFFECTS, "what is known"), rows)


def _relative(file: str) -> str:
    return Path(os.path.relpath(file, ROOT / "scenarios")).as_posix()


def _plan(found: Findings) -> Iterator[str]:
    """The budget lines of the pooled fund."""
    lines = [line for line in budget_lines(found) if line.scenario == "pooled_fund"]
    yield "## The pooled fund's plan\n"
    rows = [
        (
            line.budget.replace("_", " "),
            figure(line.budget_gbp, "GBP"),
            figure(line.spent_gbp, "GBP"),
            f"{line.kept_share:.0%}",
            line.verdict,
        )
        for line in lines
    ]
    assert table_rows(found)
    yield _table(("line, a year", "budget", "spent here", "kept in", "verdict"), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def main() -> None:
    """Runs what is needed and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int)
    parser.add_argument("--workers", type=int, default=2)
    typed = parser.parse_args()
    os.chdir(ROOT)
    (DOCS / "whole-pathway.md").write_text(page_of(run(typed.replications, typed.workers)), encoding="utf-8")


if __name__ == "__main__":
    main()
