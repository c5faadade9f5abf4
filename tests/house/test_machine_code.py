"""Compiled passes are compiled anew when anything that goes into them has changed."""

import pytest

from sim.machine_code import Passes
from sim.results.invariants import record_sweep
from sim.results.measures import delay_passes


def folders_of(passes: Passes) -> list[str]:
    vars(passes).pop("name", None)  # worked out once in a process, in which no constant changes but here
    return [folder.name for folder in passes._folders()]


@pytest.mark.parametrize("passes", [record_sweep.PASSES, delay_passes.PASSES])
def test_a_constant_of_another_module_that_changes_is_another_folder(
    passes: Passes, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = folders_of(passes)
    taken = [
        (part, name)
        for part in (*passes._functions, *passes._helpers)
        for name in part.__code__.co_names
        if isinstance(part.__globals__.get(name), int)
    ]
    assert taken
    part, name = taken[0]
    monkeypatch.setitem(part.__globals__, name, part.__globals__[name] + 1)
    assert folders_of(passes) != before


def test_the_same_sources_are_the_same_folder() -> None:
    assert folders_of(record_sweep.PASSES) == folders_of(record_sweep.PASSES)
