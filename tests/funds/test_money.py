"""Money is read and shown in whole 分, and no fraction that a machine rounds is anywhere near it."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tongxin.lib.money import MOST, fen_in, share, yuan

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tongxin"
AREAS = ("lib/money.py", "funds", "programmes", "flows/funds", "flows/programmes")


@pytest.mark.parametrize(("text", "fen"), [
    ("219,150.00", 21_915_000), ("36000", 3_600_000), ("1611.5", 161_150), ("0.01", 1), (" 7 ", 700),
])
def test_reads_what_people_write(text: str, fen: int) -> None:
    assert fen_in(text) == fen


@pytest.mark.parametrize("text", [
    "", "0", "0.00", "-1", "1.234", "1e5", "²", "１００", "1,0", "12,34", "NaN", "9" * 30, "1 000", "元", "+1",
])
def test_takes_nothing_else(text: str) -> None:
    assert fen_in(text) is None


@given(some.integers(1, MOST))
def test_what_is_shown_is_read_again(fen: int) -> None:
    assert fen_in(yuan(fen)) == fen


@given(some.integers(0, MOST), some.integers(0, 10_000))
def test_a_share_is_off_by_half_a_fen_at_most(fen: int, among: int) -> None:
    found = share(fen, among)
    assert (found is None) == (among == 0) and (found is None or abs(2 * found * among - 2 * fen) <= among)


def test_no_fraction_of_a_machine_is_near_money() -> None:
    wrong = []
    for area in AREAS:
        root = SOURCE / area
        for path in [root] if root.suffix else sorted(root.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
                divides = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
                calls = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
                if is_float or divides or calls or (isinstance(node, ast.Attribute) and node.attr == "FloatField"):
                    wrong.append(f"{path.name}:{getattr(node, 'lineno', 0)}")
    assert wrong == []
