"""Every command explains itself in Chinese, and explaining does nothing else."""

import re
from pathlib import Path

import pytest

from tongxin.__main__ import COMMANDS, main

WORDS = "usage|positional|arguments|options|optional|show this|default|error|invalid|required"
ENGLISH = re.compile(rf"\b({WORDS})\b", re.IGNORECASE)
Say = pytest.CaptureFixture[str]


def run(*words: str) -> int:
    try:
        return main(list(words))
    except SystemExit as end:
        return int(end.code or 0)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_chinese_and_exits_0(name: str, capsys: Say) -> None:
    assert run(*name.split(), "--help") == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "用法：tongxin " + name in told.out
    assert "显示这段说明" in told.out
    assert ENGLISH.findall(told.out) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_an_argument_nobody_knows_is_refused_in_chinese(name: str, capsys: Say) -> None:
    assert run(*name.split(), "--fly-away") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert ENGLISH.findall(told.err) == []
    assert "tongxin " + name in told.err


def test_asking_how_keys_are_made_makes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_KEYS", str(tmp_path / "keys"))
    assert run("keys", "create", "--help") == 0
    assert list(tmp_path.iterdir()) == []


def test_half_a_command_lists_its_other_halves(capsys: Say) -> None:
    assert run("ledger") == 2
    told = capsys.readouterr().err
    assert "没有“ledger”这个命令" in told
    assert run("roster", "--help") == 0
    told = capsys.readouterr().out
    assert "tongxin roster check" in told and "tongxin roster import" in told
    assert "tongxin ledger verify" not in told


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]])
def test_the_list_of_commands_is_help(words: list[str], capsys: Say) -> None:
    assert run(*words) == 0
    told = capsys.readouterr().out
    assert all(f"tongxin {name}" in told for name in COMMANDS)
