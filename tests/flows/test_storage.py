"""Whether others may look into the data folder."""

from pathlib import Path

import pytest

from tongxin.flows import storage


def test_what_others_may_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGXIN_HOME", str(tmp_path))
    tmp_path.chmod(0o700)
    (tmp_path / "open.txt").touch(0o644)
    (tmp_path / "open.txt").chmod(0o644)
    assert storage.loose() == ["open.txt"]
