"""A figure over its target is named, and the benchmark's exit code says so."""

import pytest

from benchmarks import pages, targets

ROLES = ("case_manager", "child_supervisor")


def times(**p95: float) -> pages.Times:
    return {(role, "child file"): [[p95.get(role, 10.0)] * 20 for _ in range(3)] for role in ROLES}


def test_figures_within_their_targets_are_met(capsys: pytest.CaptureFixture[str]) -> None:
    assert targets.verdict(pages.missed(times(), memory=[120.0, 130.0])) == 0
    assert "All targets met" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("found", "memory", "named"),
    [
        (times(case_manager=50.1, child_supervisor=50.1), 100.0, ["child file, case_manager: 50.1 ms"]),
        (times(), 200.1, ["web worker: 200.1 MB"]),
        (times(child_supervisor=12.0), 100.0, ["child file, child_supervisor ÷ case_manager: 1.2"]),
    ],
)
def test_each_missed_target_is_named(
    found: pages.Times, memory: float, named: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert targets.verdict(pages.missed(found, memory=[memory])) == 1
    told = capsys.readouterr().out
    assert "MISSED" in told
    assert all(line in told for line in named)


def test_a_figure_below_what_is_wanted_is_missed() -> None:
    assert targets.at_least("rows", 1.99, 2.0, "million/s") != []
    assert targets.at_least("rows", 2.0, 2.0, "million/s") == []
