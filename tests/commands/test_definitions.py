"""`tongxin definitions test|diff|replay|bundle|adopt`: what they say, and what they refuse."""

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests import world
from tests.definitions.tree import copied
from tongxin.__main__ import main
from tongxin.accounts.viewers import WORKER
from tongxin.lib import clock, places
from tongxin.lib.definitions import load_all
from tongxin.lib.differences import changes_between
from tongxin.rulebook import bundles, rules
from tongxin.rulebook.adoption import adopt
from tongxin.rulebook.models import DefinitionVersion

pytestmark = pytest.mark.django_db
OLD, NEW, TOLD = "due: {working_days: 15}", "due: {working_days: 11}", "期限 15个工作日 → 11个工作日"
IDENTIFY = "identification/identification_form/identification.yaml"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A definitions folder and a list of trusted keys that a test may change."""
    world.library()  # The whole library is the other tests' too: read before the folder is a small one.
    folder = tmp_path / "definitions"
    folder.mkdir()
    monkeypatch.setenv("TONGXIN_DEFINITIONS", str(copied(folder)))
    monkeypatch.setenv("TONGXIN_DEFINITION_KEYS", str(tmp_path / "trusted.txt"))
    monkeypatch.setattr(clock, "now", lambda: world.START + timedelta(days=1))
    rules._index.cache_clear()
    yield
    rules._index.cache_clear()


def adopted() -> None:
    adopt(library=load_all(places.definitions_folder()), actor=WORKER, at=world.START)


def rewrite(name: str, old: str, new: str) -> None:
    path = places.definitions_folder() / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_case_is_tried_and_one_that_fails_is_told_with_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["definitions", "test", "identification_form", "phq_9"]) == 0
    assert "✓ instruments/phq_9" in capsys.readouterr().out
    rewrite(IDENTIFY, "“经常”条数, value: 2", "“经常”条数, value: 1")
    assert main(["definitions", "test", "identification_form"]) == 1
    said = capsys.readouterr().out
    assert "案例“一项经常”：应为 {'result': 'healthy'}，实为 {'result': 'refer'}" in said
    assert main(["definitions", "test", "no_such"]) == 2


def test_a_difference_is_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    adopted()
    assert main(["definitions", "diff"]) == 0
    rewrite("pathway/child.yaml", OLD, NEW)
    rewrite("brand/brand.yaml", "name: 同心", "name: 同行")
    assert main(["definitions", "diff"]) == 1
    said = capsys.readouterr().out
    for line in (TOLD, "名称 “同心” → “同行”", "2 个定义不同"):
        assert line in said, said


def test_items_bands_and_options_are_told_by_name() -> None:
    before = {
        "items": [{"id": "q1", "text": {"zh": "做事提不起劲"}}, {"id": "q2", "text": {"zh": "心情低落"}}],
        "norms": [{"id": "n", "zh": "总分分段", "bands": [{"code": "mild", "zh": "轻度", "from": 5, "to": 9}]}],
        "steps": [{"id": "visit", "zh": "走访", "due": {"days": 7}, "role": "child_director"}],
    }
    after = {
        "items": [{"id": "q2", "text": {"zh": "情绪低落"}}, {"id": "q1", "text": {"zh": "做事提不起劲"}}],
        "norms": [{"id": "n", "zh": "总分分段", "bands": [{"code": "mild", "zh": "轻度", "from": 6, "to": 9}]}],
        "steps": [{"id": "visit", "zh": "走访", "due": {"days": 5}, "role": "social_worker"}],
    }
    words = {"child_director": "儿童主任", "social_worker": "社工"}
    assert [each.zh for each in changes_between(before, after, words=words)] == [
        "心情低落：文字 “心情低落” → “情绪低落”", "题目的次序 做事提不起劲、心情低落 → 情绪低落、做事提不起劲",
        "总分分段 · 轻度：起 5 → 6", "走访：期限 7天 → 5天", "走访：由谁办 “儿童主任” → “社工”",
    ]


def test_a_replay_counts_and_lists_file_numbers_without_names(capsys: pytest.CaptureFixture[str]) -> None:
    cast = world.build()
    child = cast.child("小雨")
    rewrite("pathway/child.yaml", OLD, NEW)
    rewrite("identification/identification_form/cases.yaml", "name: 一项经常", "name: 改了名的案例")
    versions = DefinitionVersion.objects.count()
    assert main(["definitions", "replay"]) == 0
    said = capsys.readouterr()
    assert "份档案中有" in said.out and "小雨" not in said.out + said.err
    assert DefinitionVersion.objects.count() == versions
    assert child.file_no not in said.out or "任务" in said.out


@pytest.fixture
def bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A bundle with a shorter deadline, made on a server that knows what is in force."""
    adopted()
    rewrite("pathway/child.yaml", OLD, NEW)
    file = tmp_path / "rules.zip"
    assert main(["definitions", "bundle", "-o", str(file)]) == 0
    capsys.readouterr()
    return file


def test_a_bundle_shows_its_difference_and_is_adopted_when_agreed(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["definitions", "adopt", str(bundle)]) == 1
    assert "加 --yes" in capsys.readouterr().err
    assert main(["definitions", "adopt", str(bundle), "--yes"]) == 0
    said = capsys.readouterr().out
    assert TOLD in said and "已采用 1 个新的版本" in said
    assert main(["definitions", "adopt", str(bundle), "--yes"]) == 0
    assert "没有新的版本" in capsys.readouterr().out
    rewrite("pathway/child.yaml", NEW, OLD)
    assert main(["definitions", "adopt"]) == 1
    assert "比现行的旧" in capsys.readouterr().err
    assert main(["definitions", "adopt", "--back"]) == 0


def refused(file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    before = DefinitionVersion.objects.count()
    assert main(["definitions", "adopt", str(file), "--yes"]) == 1
    assert DefinitionVersion.objects.count() == before
    return capsys.readouterr().err


def rezipped(file: Path, **files: bytes) -> Path:
    """The archive with some of its contents replaced, under the old signature."""
    with zipfile.ZipFile(file) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content |= files
    with zipfile.ZipFile(file, "w") as archive:
        for name, each in content.items():
            archive.writestr(name, each)
    return file


def test_an_unknown_signer_is_refused_until_trusted(
    bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = bundles.public_key()
    monkeypatch.setattr(bundles, "public_key", lambda: "ab" * 32)
    assert "不在信任名单里" in refused(bundle, capsys)
    places.definition_keys_file().write_text(f"{key}  # 测试服务器\n", encoding="utf-8")
    assert main(["definitions", "adopt", str(bundle), "--yes"]) == 0


def test_changed_bytes_are_refused(bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = bundle.read_bytes()
    with zipfile.ZipFile(bundle) as archive:
        text = archive.read("pathway/child.yaml").replace(b"working_days: 11", b"working_days: 99")
        manifest = json.loads(archive.read(bundles.MANIFEST))
    manifest["made_at"] = "2020-01-01"
    for name, content in (
        ("pathway/child.yaml", text), ("forms/extra.yaml", b"id: extra"), ("../outside.yaml", b"id: outside"),
        (bundles.MANIFEST, json.dumps(manifest).encode()), (bundles.SIGNATURE, b"00" * 64),
    ):
        bundle.write_bytes(whole)
        assert "不完整或被改动过" in refused(rezipped(bundle, **{name: content}), capsys), name
    for broken in (whole[: len(whole) // 2], b"", b"no archive"):
        bundle.write_bytes(broken)
        assert "不完整或被改动过" in refused(bundle, capsys)


def test_an_older_base_and_a_lower_floor_are_refused(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite("pathway/child.yaml", NEW, "due: {working_days: 12}")
    assert main(["definitions", "adopt"]) == 0
    assert "规则包做得早" in refused(bundle, capsys)
    rewrite(IDENTIFY, "“经常”条数, value: 2, floor: max", "“经常”条数, value: 3, floor: max")
    rewrite("identification/identification_form/cases.yaml", "cases:", "cases: []\nold:")
    lower = tmp_path / "lower.zip"
    assert main(["definitions", "bundle", "-o", str(lower)]) == 0
    assert "放宽了底线" in refused(lower, capsys)
