"""Exact results for rotas, bays, streams of arrivals and deadlines."""

import math
from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from sim.inputs.loading import read_scenario
from sim.model.engine import run
from sim.model.records import GAVE_UP, OUTSIDE
from tests.theory.formulas import erlang_b
from tests.theory.tools import assert_agrees, assert_rejects, calendar, replicate

WARD = "services: {ward: {kind: acute, beds: %s}}\n"


def test_a_rota_that_is_never_full_changes_nobody(tmp_path: Path) -> None:
    people = (
        "people:\n  p:\n    arrives_at: ward\n    arrivals_per_day: 4\n"
        "    journey: {ward: {stay_days: {exponential: {mean: 2}}, then: {out: 100%}}}\n"
    )
    ledgers = []
    for beds in ("unlimited", '{weekly: {sat: 60, sun: 50, wed: {"08:00": 90, "20:00": 70}, else: 80}}'):
        (tmp_path / "one.yaml").write_text(calendar(0, 60) + WARD % beds + people, encoding="utf-8")
        ledgers.append(run(read_scenario(tmp_path / "one.yaml"), 0))
    for name in ("admitted", "ready", "left", "person"):
        assert np.array_equal(ledgers[0].stays[name], ledgers[1].stays[name])
    assert len(set(ledgers[1].places["open"][ledgers[1].places["service"] == 0].tolist())) == 5


def test_bays_are_separate_loss_systems(tmp_path: Path) -> None:
    # Women and men come as two Poisson streams and are lost when their bay is full: two Erlang loss systems side by side.
    text = calendar(100, 600) + (
        "services: {ward: {kind: acute, bays: [{beds: 3, only_for: {sex: female}}, {beds: 5, only_for: {sex: male}}]}}\n"
        "people:\n  p:\n    arrives_at: ward\n    arrivals_per_day: 5\n    traits: {sex: {female: 40%, male: 60%}}\n"
        "    arrival: {longest_wait_days: 0, otherwise: out}\n"
        "    journey: {ward: {stay_days: {gamma: {mean: 1, sd: 0.5}}, then: {out: 100%}}}\n"
    )
    lost: dict[int, list[float]] = {0: [], 1: []}
    for one in replicate(tmp_path, text, 12):
        waits, (first, end) = one.ledger.waits, one.window
        for profile, values in lost.items():
            mine = (waits["held"] == OUTSIDE) & (waits["profile"] == profile)
            mine &= (waits["joined"] >= first) & (waits["joined"] < end)
            values.append(float((waits["ending"][mine] == GAVE_UP).mean()))
    women, men = erlang_b(3, 2.0), erlang_b(5, 3.0)
    assert_agrees(lost[0], women, width=0.03)
    assert_agrees(lost[1], men, width=0.03)
    assert_rejects(lost[0], erlang_b(8, 5.0))
    assert_rejects(lost[1], women)


def test_renewal_arrivals_keep_littles_law_at_unlimited_beds(tmp_path: Path) -> None:
    text = calendar(60, 500) + (
        WARD
        % "unlimited"
        + "people:\n  p:\n    arrives_at: ward\n    arrivals_every_days: {uniform: {low: 0, high: 0.5}}\n"
        "    journey: {ward: {stay_days: {lognormal: {mean: 3, sd: 4}}, then: {out: 100%}}}\n"
    )
    seen = replicate(tmp_path, text, 10)
    people = [one.occupied("ward") for one in seen]
    assert_agrees(people, 4 * 3, width=0.8)
    assert_rejects(people, 4 * 3 * 1.1)
    counts = [float(np.sum(one.ledger.people["arrives"] >= one.window[0])) / one.days for one in seen]
    assert_agrees(counts, 4, width=0.1)


def test_d_m_1_waits_as_its_root_says(tmp_path: Path) -> None:
    # One bed, somebody every day, exponential stays of mean 0.8: sigma = exp(-(1 - sigma) / 0.8); a share sigma waits.
    text = calendar(200, 3000) + (
        WARD % 1 + "people:\n  p:\n    arrives_at: ward\n    arrivals_every_days: 1\n"
        "    journey: {ward: {stay_days: {exponential: {mean: 0.8}}, then: {out: 100%}}}\n"
    )
    sigma = brentq(lambda x: x - math.exp(-(1 - x) / 0.8), 0.01, 0.99)
    waited, share = [], []
    for one in replicate(tmp_path, text, 12):
        waits = one.ledger.waits
        mine = (waits["held"] == OUTSIDE) & (waits["joined"] >= one.window[0]) & (waits["ended"] < 2**61)
        days = (waits["ended"] - waits["joined"])[mine] / 86_400
        waited.append(float(days.mean()))
        share.append(float((days > 0).mean()))
    assert_agrees(share, sigma, width=0.04)
    assert_agrees(waited, 0.8 * sigma / (1 - sigma), width=0.3)
    assert_rejects(waited, 0.8 * 0.8 / (1 - 0.8))  # M/M/1


def test_days_drawn_anew_keep_the_bookings_of_each_weekday(tmp_path: Path) -> None:
    # Mondays of the file have 6 and 2 bookings, Tuesdays 1 and 1: 4 on an average Monday, never another number than 6 or 2.
    (tmp_path / "bookings.csv").write_text(
        "date,count\n2026-01-05,6\n2026-01-06,1\n2026-01-12,2\n2026-01-13,1\n", encoding="utf-8"
    )
    text = calendar(0, 700) + (
        WARD
        % "unlimited"
        + "people:\n  p:\n    arrives_at: ward\n    arrivals: {file: bookings.csv, each_replication: anew}\n"
        "    journey: {ward: {stay_days: {fixed: 0.5}, then: {out: 100%}}}\n"
    )
    means = []
    for one in replicate(tmp_path, text, 8):
        by_day = np.bincount(one.ledger.people["arrives"] // 86_400, minlength=700)
        assert set(by_day[0::7].tolist()) == {2, 6}  # the run begins on a Monday
        assert set(by_day[1::7].tolist()) == {1}
        assert not by_day[2:7].any()
        means.append(float(by_day[0::7].mean()))
    assert_agrees(means, 4, width=0.4)
