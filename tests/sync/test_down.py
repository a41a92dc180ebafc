"""What goes down: only what the role may read, page by page, and every lost answer again."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.forms import fill
from tests.sync.phone import Phone, visit
from tests.web.conftest import Clock
from tongxin import ledger
from tongxin.access import selectors as access
from tongxin.accounts.models import Post
from tongxin.accounts.services import hand_over
from tongxin.accounts.viewers import WORKER
from tongxin.flows import erasing, shelving
from tongxin.ledger.models import Access
from tongxin.sync.models import Device

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
Json = dict[str, Any]


def sealed(time: Clock) -> None:
    while ledger.seal_new(now=time.now):
        pass


def taken(mine: Phone, **more: Any) -> Json:
    """What came, kept as a phone keeps it."""
    answer = mine.down(**more)
    assert answer.status_code == 200, answer.content.decode()
    body: Json = answer.json()
    mine.cursor = body["cursor"]
    mine.have = [*mine.have, *body.get("definitions", {})]
    return body


def names(body: Json) -> list[str]:
    return sorted(child["name"] for child in body.get("children", ()))


def test_the_first_download_brings_the_posts_children_and_rules(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    cast.child("小雨", phone="13800000001")
    cast.child("小石", by="吴主任", village="370116104230")
    sealed(time)
    mine = phone()
    body = taken(mine)
    assert names(body) == ["小雨"]
    assert body["children"][0]["phone"] == "13800000001"
    assert body["children"][0]["profile"]["phone"] == "13800000001"
    assert "visit_record" in body["forms"] and "care_plan" not in body["forms"]
    assert body["definitions"][body["forms"]["visit_record"]["definition"]]["zh"] == "走访记录"
    assert not body["more"] and mine.device.synced_at == time.now


def test_with_nothing_new_the_answer_is_all_but_empty(cast: world.World, phone: Paired, time: Clock) -> None:
    cast.child()
    sealed(time)
    mine = phone()
    taken(mine)
    sealed(time)
    answer = mine.down()
    assert not {"children", "gone", "definitions", "forms", "settled"} & answer.json().keys()
    assert len(answer.content) < 300


def test_pages_can_be_lost_and_are_made_again(cast: world.World, phone: Paired, time: Clock) -> None:
    for number in range(5):
        cast.child(f"小{'一二三四五'[number]}", birth=f"201{number}-03-05")
    sealed(time)
    mine = phone()
    first = names(taken(mine, limit=2))
    lost = names(mine.down(limit=2).json())
    again = names(taken(mine, limit=2))
    last = names(taken(mine, limit=2))
    assert lost == again
    assert sorted(first + again + last) == sorted(f"小{each}" for each in "一二三四五")
    assert names(taken(mine)) == []


def test_only_what_changed_comes_again(cast: world.World, phone: Paired, time: Clock) -> None:
    rain, _ = cast.child("小雨"), cast.child("小石", birth="2013-01-01")
    sealed(time)
    mine = phone()
    taken(mine)
    cast.record(rain, "case_note", fill(rain, "case_note", time.now), by="王督导", at=time.now)
    sealed(time)
    assert names(taken(mine)) == ["小雨"]
    assert names(taken(mine)) == []


def test_a_child_who_moved_away_leaves_the_phone_until_it_has_heard(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    child = cast.child()
    sealed(time)
    mine = phone()
    taken(mine)
    move = fill(child, "detail_correction", time.now, residence_division="370116104230")
    cast.record(child, "detail_correction", move, by="郑管理", at=time.now)
    sealed(time)
    assert mine.down().json()["gone"] == mine.down().json()["gone"] == [
        {"id": str(child.id), "zh": "已经不在您的辖区，由现在住处的岗位负责。"}
    ]
    assert len(taken(mine)["gone"]) == 1
    assert "gone" not in taken(mine)


@pytest.mark.parametrize("word", ["档案已依法销毁。", "档案已按规定改为只保存，不再使用。"])
def test_an_ended_file_leaves_the_phone(cast: world.World, phone: Paired, time: Clock, word: str) -> None:
    child, people = cast.child(at=time.now), {name: cast.viewer(name, time.now) for name in ("王督导", "郑管理")}
    sealed(time)
    mine = phone()
    taken(mine)
    closing = ("case_closure", "王督导", {"reason": "died"})
    for form, by, told in (closing, ("closure_decision", "郑管理", {"outcome": "approved"})):
        cast.record(child, form, fill(child, form, time.now, **told), by=by, at=time.now)
    ends = {"child_id": child.id, "proposed_by": people["王督导"].person_id, "actor": people["郑管理"], "at": time.now}
    if "销毁" in word:
        erasing.erase(basis=erasing.RETENTION, **ends)
        erasing.finish(at=time.now)
    else:
        shelving.shelve(basis="request", **ends)
    sealed(time)
    assert taken(mine)["gone"] == [{"id": str(child.id), "zh": word}]


def test_a_stored_file_that_somebody_opened_stays_at_the_desk(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    child, desk = cast.child(at=time.now), cast.viewer("郑管理", time.now)
    closing = ("case_closure", "王督导", {"reason": "died"})
    for form, by, told in (closing, ("closure_decision", "郑管理", {"outcome": "approved"})):
        cast.record(child, form, fill(child, form, time.now, **told), by=by, at=time.now)
    shelving.shelve(
        basis="request", child_id=child.id, proposed_by=cast.people["王督导"].id, actor=desk, at=time.now
    )
    sealed(time)
    shelving.open_stored(child_id=child.id, purpose="audit", words="核查", actor=desk, at=time.now)
    time.now += timedelta(minutes=1)
    assert access.may(viewer=cast.viewer("郑管理", time.now), child_id=child.id, part="roster", at=time.now)
    assert names(taken(phone("郑管理"))) == []


def test_a_post_handed_over_empties_the_phone(cast: world.World, phone: Paired, time: Clock) -> None:
    cast.child()
    sealed(time)
    mine = phone()
    taken(mine)
    hand_over(post=Post.objects.get(id=mine.told["post"]), to=None, actor=WORKER, at=time.now)
    time.now += timedelta(minutes=1)
    assert len(taken(mine)["gone"]) == 1


def test_no_colour_and_no_score_comes_to_a_lay_worker(cast: world.World, phone: Paired, time: Clock) -> None:
    child = cast.child()
    mine, expert = phone(), phone("林社工")
    mine.sends(visit(child, time.now, wish_to_die="yes"), now=time.now)
    sealed(time)
    (hers,), (theirs,) = taken(mine)["children"], taken(expert)["children"]
    assert "level" not in hers and "level" in theirs
    assert hers["in_crisis"] and hers["gates"]
    assert not {"proposed", "proposal", "scores"} & {name for fact in hers["facts"] for name in fact["data"]}
    assert any("proposed" in fact["data"] for fact in theirs["facts"])


def test_of_protection_not_even_that_it_is_there(cast: world.World, phone: Paired, time: Clock) -> None:
    child = cast.child()
    cast.record(child, "visit_record", fill(child, "visit_record", time.now, harmed="yes"), by="周主任", at=time.now)
    cast.record(child, "mandatory_report", fill(child, "mandatory_report", time.now), by="王督导", at=time.now)
    sealed(time)
    (hers,), (theirs,) = taken(phone())["children"], taken(phone("王督导"))["children"]
    rules = [{task["key"].partition(":")[0] for task in file["tasks"]} for file in (hers, theirs)]
    assert "report_result" in rules[1] - rules[0]
    assert "confirm_grade" in rules[0] & rules[1]


def test_who_reported_is_on_no_phone_but_of_the_few(cast: world.World, phone: Paired, time: Clock) -> None:
    child, by = cast.child(), "王督导"
    said = [
        cast.record(child, form, fill(child, form, time.now), by=by, at=time.now).entry
        for form in ("clue", "mandatory_report")
    ]
    sealed(time)
    (theirs,), (own,) = taken(phone("林社工"))["children"], taken(phone(by))["children"]
    ids, title = {str(each.id) for each in said}, cast.posts[by].title
    entries = {each["id"]: each["by_zh"] for each in theirs["entries"]}
    assert {entries[each] for each in ids} == {"（报告人，身份保密）"}
    assert all(each["person"] is None and each["post"] is None for each in theirs["facts"] if each["id"] in ids)
    assert {each["by_zh"] for each in own["entries"] if each["id"] in ids} == {title}


def test_a_carer_to_be_kept_away_from_is_marked_and_nobody_else(
    cast: world.World, phone: Paired, time: Clock
) -> None:
    rows = [
        {"carer_name": "王桂兰", "relation": "paternal_grandmother", "carer_phone": "13800000001"},
        {"carer_name": "王大山", "relation": "father", "carer_phone": "13800000002"},
    ]
    child, other = cast.child("小雨", carers=rows), cast.child("小石", birth="2013-01-01", carers=rows)
    child.carers.filter(relation="paternal_grandmother").update(is_concern=True)
    sealed(time)
    files = {each["id"]: each for each in taken(phone())["children"]}
    marked = {row["name"]: row["is_concern"] for row in files[str(child.id)]["carers"]}
    assert marked == {"王桂兰": True, "王大山": False}
    assert not any(row["is_concern"] for row in files[str(other.id)]["carers"])


def test_every_look_is_recorded(cast: world.World, phone: Paired, time: Clock) -> None:
    child = cast.child()
    sealed(time)
    mine = phone()
    taken(mine)
    looks = Access.objects.filter(person_id=mine.person.id, route="field")
    assert {str(each.owner_id) for look in looks for each in look.subjects.all()} >= {str(child.id)}


def test_answers_are_packed_when_asked(cast: world.World, phone: Paired, time: Clock) -> None:
    cast.child()
    sealed(time)
    mine = phone()
    answer = mine.client.post(
        "/field/api/down/", json.dumps({"cursor": "", "have": [], "limit": 40}), content_type="application/json",
        headers={"Authorization": f"Bearer {mine.token}", "Accept-Encoding": "gzip"},
    )
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content))["children"]


@pytest.mark.parametrize("cursor", ["x", "", "W10=", "WzEsMl0=" * 100, None, 5])
def test_a_cursor_that_is_none_begins_anew(
    cast: world.World, phone: Paired, time: Clock, cursor: object
) -> None:
    cast.child()
    sealed(time)
    assert names(phone().down(cursor=cursor).json()) == ["小雨"]


def test_a_stopped_phone_gets_nothing(cast: world.World, phone: Paired, time: Clock) -> None:
    mine = phone()
    Device.objects.update(state=Device.REVOKED, ended_at=time.now)
    assert mine.down().json()["state"] == "revoked"
