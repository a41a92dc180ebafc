"""Two real installations: a child's file is carried from one to the other, whole, once, and answered."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.instances.two import FAR, NEAR, Place, built_both, knows, served


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Place]]:
    near, far = built_both(tmp_path_factory.mktemp("two"))
    yield near, far
    near.house.leave()
    far.house.leave()


@pytest.fixture(scope="module")
def two(strangers: tuple[Place, Place], tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Place]:
    near, far = strangers
    knows(far, near, tmp_path_factory.mktemp("cards"))
    return near, far


def test_a_stranger_is_refused(strangers: tuple[Place, Place], tmp_path: Path) -> None:
    near, far = strangers
    file, figures = tmp_path / "file", tmp_path / "figures"
    near.deed("send", near.deed("child"), file)
    near.deed("figures", figures)
    assert ["没有登记" in said for said in far.deed("refusals", file, figures)] == [True, True]
    assert ["不是发给这里的" in said for said in near.deed("refusals", file, figures)] == [True, True]


def test_a_file_goes_by_hand_and_the_duty_with_it(two: tuple[Place, Place], tmp_path: Path) -> None:
    near, far = two
    file, receipt, more = tmp_path / "file", tmp_path / "receipt", tmp_path / "more"
    child = near.deed("child", "danger")
    near.deed("send", child, file)
    before = near.deed("stands", child)
    (tmp_path / "short").write_bytes(file.read_bytes()[:-40])
    (tmp_path / "changed").write_bytes(file.read_bytes().replace(b"A", b"B", 9))
    assert len(far.deed("refusals", tmp_path / "short", tmp_path / "changed")) == 2
    arrival, is_urgent = far.deed("receive", file)
    assert is_urgent and far.deed("receive", file)[0] == arrival
    for place in (("people", "tell_again"), ("taking", "_answer")):
        assert far.tried("accept_and_die", arrival, *place).returncode == -9
    assert not far.deed("stands", child)["entries"]
    there = far.deed("accept", arrival)
    assert there["entries"][:-1] == before["entries"] and there["entries"][-1][1] == "transfer_in"
    assert there["attachments"] == before["attachments"] and len(there["attachments"]) == 1
    assert there["case"] == before["case"] == [True, "high", True] and there["place"] == FAR
    assert "答复过" in far.deed("answered_already", arrival)

    near.deed("visit", child)
    far.deed("receipt", arrival, receipt)
    assert near.deed("bring", receipt, more) == ["waiting", 1]
    assert near.deed("stands", child)["case"][0]
    second, _ = far.deed("receive", more)
    whole = far.deed("accept", second)
    far.deed("receipt", second, receipt)
    # A danger is never dropped by moving: this county answers too, until it has seen to its own crisis.
    assert near.deed("bring", receipt)[0] == "accepted"
    assert near.deed("stands", child)["case"][0]
    assert len(whole["entries"]) == len(before["entries"]) + 2 == whole["entries_in_all"]
    assert whole["files"] == 1 and whole["seqs"] == sorted(set(whole["seqs"]))


def test_figures_go_up(two: tuple[Place, Place], tmp_path: Path) -> None:
    near, far = two
    figures, changed = tmp_path / "figures", tmp_path / "changed"
    near.deed("figures", figures)
    assert far.deed("take_figures", figures) == 1
    assert far.deed("take_figures", figures) == 1
    said = json.loads(figures.read_bytes())
    said["said"] = said["said"].replace(NEAR, FAR)
    changed.write_text(json.dumps(said))
    assert "签名对不上" in far.deed("refusals", changed)[0]


def test_both_over_their_pages(two: tuple[Place, Place]) -> None:
    near, far = two
    child = near.deed("child")
    before = near.deed("stands", child)
    with served(near) as here, served(far) as there:
        page = here.get(f"/children/{child}/moves/")
        peer = page.split('<option value="')[2].split('"')[0]
        assert "等对方答复" in here.post(f"/children/{child}/moves/", peer=peer)
        sending = here.get(f"/children/{child}/moves/").split("/moves/sendings/")[1].split("/")[0]
        file = here.fetch(f"/moves/sendings/{sending}/")
        there.get("/moves/")
        assert "摘要" in there.post("/moves/bring/", file=file)
        arrival = there.at.removeprefix(there.url)
        page = there.post(
            arrival, outcome="accepted", arrived_on="2026-01-05", seen_in_person="yes", signature="郭管理"
        )
        assert "已接收" in page
        assert "外地：莱芜区" in there.get(f"/children/{child}/")
        attachment, *_, digest, _entry = before["attachments"][0]
        content = there.fetch(f"/children/{child}/attachments/{attachment}/")
        assert hashlib.sha256(content).hexdigest() == digest
        assert "下载回执" in there.get(arrival)
        receipt = there.fetch(f"{arrival}receipt/")
        here.get("/moves/")
        assert "对方已接收" in here.post("/moves/bring/", file=receipt)
    assert far.deed("stands", child)["entries"][:-1] == before["entries"]


def test_who_sent_is_sound_afterwards(two: tuple[Place, Place]) -> None:
    two[0].is_sound()


def test_who_took_is_sound_afterwards(two: tuple[Place, Place]) -> None:
    two[1].is_sound()
