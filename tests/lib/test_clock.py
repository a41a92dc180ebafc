"""The one clock: real time, or a demonstration's that ticks on from its start."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest

from tongxin.lib import clock
from tongxin.lib.faults import Fault

START = "2025-12-30T09:00"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path))
    clock._offset.cache_clear()
    return tmp_path


def test_shows_the_real_time_without_a_word() -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.notice() is None


def test_a_demonstration_starts_at_its_moment_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_CLOCK_START", START)
    first = clock.now()
    assert first.isoformat().startswith("2025-12-30T09:00:0")
    assert first.utcoffset() == timedelta(hours=8)
    assert clock.now() > first
    assert clock.notice() == "演示时间 2025年12月30日 09:00"


def test_a_second_process_shows_the_same_time(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("TONGXIN_CLOCK_START", START)
    clock.now()
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    (home / "clock.json").write_text(f'{{"began": "{an_hour_ago.isoformat()}"}}', encoding="utf-8")
    clock._offset.cache_clear()
    assert clock.now().isoformat().startswith("2025-12-30T10:00:0")


def test_threads_that_ask_first_at_once_agree(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("TONGXIN_CLOCK_START", START)
    for _ in range(30):
        clock._offset.cache_clear()
        (home / "clock.json").unlink(missing_ok=True)
        ready = Barrier(8)

        def ask(_: int, ready: Barrier = ready) -> datetime:
            ready.wait()
            return clock.now()

        with ThreadPoolExecutor(8) as threads:
            shown = list(threads.map(ask, range(8)))
        assert max(shown) - min(shown) < timedelta(seconds=5)
        assert [path.name for path in home.iterdir()] == ["clock.json"]


def test_refuses_a_start_that_is_no_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_CLOCK_START", "明天")
    with pytest.raises(Fault, match="TONGXIN_CLOCK_START"):
        clock.now()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"began": "x"}'])
def test_a_damaged_start_is_said_not_guessed(
    monkeypatch: pytest.MonkeyPatch, home: Path, content: str
) -> None:
    monkeypatch.setenv("TONGXIN_CLOCK_START", START)
    (home / "clock.json").write_text(content, encoding="utf-8")
    with pytest.raises(Fault, match=r"clock\.json"):
        clock.now()
