"""Two lists compared by letters: each side learns what both have and nothing else, and no letter can be changed."""

import base64
import json
import os
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl import bindings

from tongxin import blind
from tongxin.blind import points
from tongxin.blind.letters import Opened
from tongxin.blind.marks import Listed, Marks
from tongxin.blind.session import Waiting
from tongxin.lib.faults import Fault
from tongxin.lib.identity_numbers import check_digit

TODAY = date(2026, 3, 1)
WORD = "一个足够长的十二个字密码"
RULES = blind.Rules(longest=5_000, filled_to=7, days=30, shortest_list=2)
TERMS = blind.Terms(
    kind="person", purpose="核对应保未保", agreement="示协〔2026〕3号", asker="示例县民政局", answerer="示例县残联"
)
SEEDS = (b"a" * 32, b"b" * 32)


def marks(names: list[str]) -> Marks:
    return blind.mark_lists([Listed(f"行{each}", name=each, birth="2015-03-04") for each in names], kind="person")


def sent(letter: blind.Letter, seed: bytes) -> Opened:
    return blind.read(blind.write(letter, seed=seed))


def asked(names: list[str]) -> tuple[Waiting, Opened]:
    made = blind.ask(marks(names), terms=TERMS, approved_by=["科长"], today=TODAY, rules=RULES)
    return made, sent(made.letter, SEEDS[0])


def answered(first: Opened, names: list[str]) -> tuple[Waiting, Opened]:
    made = blind.answer(first, marks(names), approved_by=["主任"], today=TODAY, rules=RULES)
    return made, sent(made.letter, SEEDS[1])


names = st.lists(st.sampled_from([f"孩子{at}" for at in range(30)]), min_size=2, max_size=25, unique=True)


@given(ours=names, theirs=names)
@settings(max_examples=30, deadline=None)
def test_both_sides_learn_what_both_have(ours: list[str], theirs: list[str]) -> None:
    asking, first = asked(ours)
    answering, second = answered(first, theirs)
    learned = blind.learn(second, asking.secret, today=TODAY, sent=first.digest, rules=RULES)
    known = blind.conclude(sent(learned.letter, SEEDS[0]), answering.secret, today=TODAY, sent=second.digest)
    both = {f"行{each}" for each in set(ours) & set(theirs)}
    assert set(learned.keys) == both == set(known)


def test_no_letter_holds_a_name_a_row_or_the_true_length() -> None:
    asking, first = asked(["阿依古丽", "王小明", "欧阳一"])
    answering, second = answered(first, ["王小明", "李四"])
    learned = blind.learn(second, asking.secret, today=TODAY, sent=first.digest, rules=RULES)
    for letter in (asking.letter, answering.letter, learned.letter):
        text = blind.write(letter, seed=SEEDS[0]).decode().encode().decode("unicode_escape")
        assert not any(word in text for word in ("王小明", "阿依古丽", "行", "2015"))
    assert len(asking.letter.points) == 7 and len(answering.letter.own) == 7


def test_the_order_of_a_list_does_not_travel() -> None:
    made = blind.ask(
        marks([f"孩子{at}" for at in range(14)]), terms=TERMS, approved_by=["科长"], today=TODAY, rules=RULES
    )
    assert list(made.letter.points) == sorted(made.letter.points)


def test_the_same_child_looks_different_in_every_session() -> None:
    assert not set(asked(["王小明", "李四"])[0].letter.points) & set(asked(["王小明", "李四"])[0].letter.points)
    assert points.point_of(b"1", "id x") != points.point_of(b"2", "id x")


def test_one_side_alone_finds_nobody_in_the_others_letter() -> None:
    """The guess of an outsider who holds every letter and the right name meets no point."""
    asking, first = asked(["王小明", "李四"])
    answering, _ = answered(first, ["王小明", "张三"])
    guess = points.point_of(bytes.fromhex(asking.letter.session), "person 王小明 2015-03-04")
    seen = {*asking.letter.points, *answering.letter.points, *answering.letter.own}
    assert guess not in seen and points.multiply(points.new_number(), [guess])[0] not in seen


@pytest.mark.parametrize("part", ["points", "own", "purpose", "until", "session", "previous"])
def test_a_changed_letter_is_refused(part: str) -> None:
    _, first = asked(["王小明", "李四"])
    answering, _ = answered(first, ["王小明", "张三"])
    outer = json.loads(blind.write(answering.letter, seed=SEEDS[1]))
    inner = json.loads(outer["letter"])
    old = inner[part]
    others = base64.b64encode(os.urandom(32 * 7)).decode()
    inner[part] = others if part in ("points", "own") else old[:-1] + "0x"[old[-1:] == "0"]
    outer["letter"] = json.dumps(inner, ensure_ascii=False)
    with pytest.raises(Fault, match="改动过"):
        blind.read(json.dumps(outer).encode())


BROKEN = [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"format":"tongxin-blind-1"}', b"1" * 9_999]


@pytest.mark.parametrize("content", BROKEN)
def test_what_is_no_letter_is_refused(content: bytes) -> None:
    with pytest.raises(Fault, match="不是隐私比对的文件"):
        blind.read(content)


def test_a_letter_of_another_session_or_step_is_refused() -> None:
    asking, first = asked(["王小明", "李四"])
    other, other_first = asked(["王小明", "李四"])
    _, second = answered(first, ["王小明", "张三"])
    with pytest.raises(Fault, match="不属于这次"):
        blind.learn(second, other.secret, today=TODAY, sent=other_first.digest, rules=RULES)
    with pytest.raises(Fault, match="不属于这次"):
        blind.learn(second, asking.secret, today=TODAY, sent="0" * 64, rules=RULES)
    with pytest.raises(Fault, match="步骤不对"):
        blind.learn(first, asking.secret, today=TODAY, sent=first.digest, rules=RULES)
    with pytest.raises(Fault, match="步骤不对"):
        blind.answer(second, marks(["甲", "乙"]), approved_by=["主任"], today=TODAY, rules=RULES)


def test_the_third_letter_must_be_the_askers() -> None:
    asking, first = asked(["王小明", "李四"])
    answering, second = answered(first, ["王小明", "张三"])
    learned = blind.learn(second, asking.secret, today=TODAY, sent=first.digest, rules=RULES)
    with pytest.raises(Fault, match="伪造"):
        blind.conclude(sent(learned.letter, b"c" * 32), answering.secret, today=TODAY, sent=second.digest)


TWO = bytes.fromhex("ec" + "ff" * 30 + "7f")
MIXED = bindings.crypto_core_ed25519_add(points.nobodys_point(), TWO)


@pytest.mark.parametrize("bad", [bytes(32), b"\x01" + bytes(31), b"\xff" * 32, TWO, MIXED], ids=range(5))
def test_points_outside_the_group_are_refused(bad: bytes) -> None:
    """Zero, the unit, what is no point, and the point of order two, alone or hidden in another: they would tell."""
    asking, first = asked(["王小明", "李四"])
    forged = replace(asking.letter, points=(bad, *asking.letter.points[1:]))
    with pytest.raises(Fault, match="伪造"):
        answered(sent(forged, SEEDS[0]), ["王小明", "张三"])
    answering, _ = answered(first, ["王小明", "张三"])
    forged = replace(answering.letter, own=(bad, *answering.letter.own[1:]))
    with pytest.raises(Fault, match="伪造"):
        blind.learn(sent(forged, SEEDS[1]), asking.secret, today=TODAY, sent=first.digest, rules=RULES)


def test_a_repeated_point_is_refused() -> None:
    asking, _ = asked(["王小明", "李四"])
    forged = replace(asking.letter, points=(asking.letter.points[0],) * 7)
    with pytest.raises(Fault, match="伪造"):
        answered(sent(forged, SEEDS[0]), ["王小明", "张三"])


def test_a_session_ends_with_its_last_day() -> None:
    _, first = asked(["王小明", "李四"])
    on, after = TODAY + timedelta(days=30), TODAY + timedelta(days=31)
    assert blind.answer(first, marks(["甲", "乙"]), approved_by=["主任"], today=on, rules=RULES)
    with pytest.raises(Fault, match="有效期"):
        blind.answer(first, marks(["甲", "乙"]), approved_by=["主任"], today=after, rules=RULES)


def test_too_short_too_long_or_unapproved_lists_are_refused() -> None:
    for given_names, approved, words in ((["甲"], ["科长"], "等于在查某一个人"), (["甲", "乙"], [" "], "批准")):
        with pytest.raises(Fault, match=words):
            blind.ask(marks(given_names), terms=TERMS, approved_by=approved, today=TODAY, rules=RULES)
    with pytest.raises(Fault, match="分批"):
        tight = replace(RULES, longest=1)
        blind.ask(marks(["甲", "乙"]), terms=TERMS, approved_by=["科长"], today=TODAY, rules=tight)


def test_a_short_or_swollen_letter_is_no_way_round_the_limits() -> None:
    """Who asks with one point of their own making, filled or not, is asking after one child."""
    asking, _ = asked(["王小明", "李四"])
    forged = replace(asking.letter, points=asking.letter.points[:1])
    with pytest.raises(Fault, match="伪造"):
        answered(sent(forged, SEEDS[0]), ["王小明", "张三"])


def number(first: str) -> str:
    return first + check_digit(first)


def test_rows_are_compared_by_what_holds() -> None:
    good = number("11010519491231002")
    rows = [
        Listed("1", id_no=good.lower()), Listed("2", id_no=f" {good[:6]} {good[6:]}"),
        Listed("3", id_no=good[:-1] + "0"), Listed("4"), Listed("5", id_no="１１０１０５１９４９１２３１００２ｘ"),
    ]
    found = blind.mark_lists(rows, kind="id")
    assert list(found.keys.values()) == [("1", "2", "5")]
    assert [(each.key, each.zh) for each in found.refused] == [("3", "身份证号校验不通过"), ("4", "没有身份证号")]


def test_names_are_compared_without_dots_and_days_in_any_writing() -> None:
    rows = [
        Listed("1", name="阿依古丽·买买提", birth="2015年3月4日"),
        Listed("2", name="阿依古丽.买买提 ", birth="20150304"),
        Listed("3", name="阿依古丽买买提", birth="2015/3/4"), Listed("4", name="王小明", birth="2015-02-30"),
        Listed("5", name=" ", birth="2015-03-04"),
    ]
    found = blind.mark_lists(rows, kind="person")
    assert list(found.keys.values()) == [("1", "2", "3")]
    assert [each.zh for each in found.refused] == ["出生日期读不出", "没有姓名"]


def test_a_secret_file_opens_with_its_password_only() -> None:
    asking, first = asked(["王小明", "李四"])
    kept = replace(asking.secret, seed=SEEDS[0], sent=first.digest)
    locked = blind.lock(kept, password=WORD)
    assert "王小明".encode() not in locked
    opened = blind.unlock(locked, password=WORD)
    assert opened == replace(kept, marks=Marks(kept.marks.keys, ()))
    for content, word in ((locked, f"另{WORD}"), (locked[:-1], WORD), (b"", WORD)):
        with pytest.raises(Fault, match="密码不对"):
            blind.unlock(content, password=word)
    with pytest.raises(Fault, match="至少"):
        blind.lock(kept, password="短")
