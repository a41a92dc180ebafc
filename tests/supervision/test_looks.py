"""Each look on records made for it: it says something where there is something, and nothing below its numbers."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import comb
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.lib import definitions, places
from tongxin.supervision import marks
from tongxin.supervision.looks import LOOKS, look
from tongxin.supervision.rows import Closed, County, Place, PostSeen, Row
from tongxin.supervision.rules import SupervisionRules, read
from tongxin.supervision.statistics import is_rare_below, shrunken, tail_in_million

NOW = datetime(2025, 6, 30, 3, tzinfo=UTC)
SPACE = UUID(int=0)
KEY = b"k" * 32
LONG = "今天去了小雨家里，奶奶说最近睡得好一些，作业自己写完，学校老师也打过电话，家里粮油够用，下周再去看看她的腿。"


def one(name: str) -> UUID:
    return uuid5(SPACE, name)


@pytest.fixture(scope="module")
def rules() -> SupervisionRules:
    library = definitions.load_all(places.definitions_folder())
    return read(definitions.resolve(library, "supervision", "supervision", regions=(), on=NOW.date()).content)


def row(number: int, *, post: str = "p", kind: str = "visit", home: str = "", text: str = "", **data: Any) -> Row:
    moment = NOW - timedelta(days=3, minutes=number)
    return Row(
        one(f"{post}{kind}{number}"), one(f"child{number}"), one(home or f"home{number}"), kind, one(post),
        one(f"by {post}"), moment, moment, data, marks.mark(text, key=KEY) if text else b"",
    )


def county(rows: Iterable[Row] = (), **more: Any) -> County:
    empty: dict[str, Any] = {"posts": (), "places": (), "closed": ()}
    return County(NOW, tuple(rows), **{**empty, **more})


def timed(number: int, start: int, end: int, **more: Any) -> Row:
    """A visit at home, from minute to minute of one morning."""
    morning = datetime(2025, 6, 26, 9, tzinfo=UTC)
    moments = {
        "started_at": (morning + timedelta(minutes=start)).isoformat(),
        "ended_at": (morning + timedelta(minutes=end)).isoformat(),
    }
    return row(number, method="home", **moments, **more)


def scored(number: int, total: str, post: str = "p") -> Row:
    return row(number, post=post, kind="assessment", scores={"phq_a": {"totals": {"total": total}}})


def done(number: int, *, late: bool) -> Closed:
    due = NOW - timedelta(days=20)
    recorded = due + timedelta(days=5 if late else -1)
    return Closed(one("p"), one("by p"), one(f"e{number}"), one(f"c{number}"), due, recorded, due - timedelta(days=1))


def town(id: int, low: int, high: int) -> Place:
    return Place(id, "town", low + high, {"low": low, "high": high}, NOW)


FOUND: dict[str, tuple[County, County]] = {
    "silent_post": (
        county(posts=[PostSeen(one("p"), "child_director", one("x"), NOW - timedelta(days=60), 3, waiting=1)]),
        county(posts=[PostSeen(one("p"), "child_director", one("x"), NOW - timedelta(days=60), 3, waiting=0)]),
    ),
    "silent_village": (
        county(places=[Place(1, "village", 3, {}, None, waiting=1)]),
        # Spoken of, nothing due, too few.
        county(places=[
            Place(1, "village", 3, {}, NOW, waiting=1), Place(2, "village", 3, {}, None),
            Place(3, "village", 2, {}, None, waiting=1),
        ]),
    ),
    "silent_small_villages": (
        county(places=[
            Place(1, "village", 2, {}, None, 9, 1), Place(2, "village", 1, {}, None, 9, 1),
            Place(3, "village", 3, {}, None, 9, 1),
        ]),
        county(places=[
            Place(1, "village", 2, {}, None, 9, 1), Place(2, "village", 1, {}, None, 8, 1),
            Place(3, "village", 1, {}, NOW, 9, 1), Place(4, "village", 1, {}, None, 9, 0),
        ]),
    ),
    "two_places": (
        county([timed(1, 0, 40), timed(2, 20, 60)]),
        county([timed(1, 0, 40, home="h"), timed(2, 20, 60, home="h"), timed(3, 60, 70), timed(4, 70, 80)]),
    ),
    "copied_words": (
        county(row(n, text=LONG.replace("下周", f"6月{n}日")) for n in range(4)),
        county(row(n, home="same", text=LONG) for n in range(4)),
    ),
    "short_visits": (
        county(timed(n, n * 60, n * 60 + 2) for n in range(5)),
        county(timed(n, n * 60, n * 60 + (2 if n < 5 else 30)) for n in range(11)),
    ),
    "crowded_hour": (
        county(timed(n, n * 7, n * 7 + 6) for n in range(8)), county(timed(n, n * 9, n * 9 + 6) for n in range(8)),
    ),
    "same_scores": (
        county(scored(n, "7") for n in range(12)), county(scored(n, str(n % 3)) for n in range(12)),
    ),
    "none_of_many": (
        county(places=[town(1, 576, 0), town(2, 380, 20)]), county(places=[town(1, 40, 0), town(2, 380, 20)]),
    ),
    "all_healthy": (
        county([
            *(row(n, kind="identification", result="healthy") for n in range(60)),
            *(row(n, post="q", kind="identification", result="refer" if n % 2 else "healthy") for n in range(60)),
        ]),
        county([
            *(row(n, kind="identification", result="healthy") for n in range(20)),
            *(row(n, post="q", kind="identification", result="refer" if n % 2 else "healthy") for n in range(60)),
        ]),
    ),
    "unlike_others": (
        county(scored(n, str(n % 5 + (9 if post == "p" else 0)), post) for post in "pqrs" for n in range(15)),
        county(scored(n, str(n % 5), post) for post in "pqrs" for n in range(15)),
    ),
    "put_off": (
        county(row(30 * n, kind="task_reason", task=f"t{n}", **{}) for n in range(3) for _ in range(3)),
        county(row(n, kind="task_reason", task=f"t{n}") for n in range(9)),
    ),
    "moved_visits": (
        county(
            [row(30, kind="task_reason", task="visit:a"), row(30, kind="task_reason", task="visit:a")],
            moved=(row(1), row(2)),
        ),
        county(
            [row(n, kind="task_reason", task=f"assess:{n // 3}") for n in range(9)], moved=(row(1), row(2)),
        ),
    ),
    "written_later": (
        county(closed=[done(n, late=True) for n in range(5)]),
        county(closed=[*(done(n, late=True) for n in range(4)), *(done(n, late=False) for n in range(9))]),
    ),
}


def of(child: Row, whose: int, home: str = "") -> Row:
    return replace(child, child_id=one(f"child{whose}"), home_id=one(home or f"home{whose}"))


ONCE = {
    # One child asked twelve times is not twelve children.
    "unlike_others": [
        *(scored(n, str(n % 5), post) for post in "qrs" for n in range(15)),
        *(of(scored(n, str(n % 5 + 9)), 1) for n in range(15)),
    ],
    # Five siblings seen together, and talks by phone.
    "short_visits": [
        *(of(timed(n, 0, 4), n, "home") for n in range(5)), *(of(timed(n, n, n + 2), n) for n in range(9)),
    ],
    "all_healthy": [
        *(of(row(n, kind="identification", result="healthy"), 1) for n in range(60)),
        *(row(n, post="q", kind="identification", result="refer" if n % 2 else "healthy") for n in range(60)),
    ],
}
ONCE["short_visits"][5:] = [replace(each, data={**each.data, "method": "phone"}) for each in ONCE["short_visits"][5:]]


@pytest.mark.parametrize("name", sorted(ONCE))
def test_one_child_or_one_visit_counts_once(rules: SupervisionRules, name: str) -> None:
    assert look(county(ONCE[name]), rules.rules[name]) == []


@pytest.mark.parametrize("name", sorted(FOUND))
def test_a_look_says_what_is_there_and_nothing_else(rules: SupervisionRules, name: str) -> None:
    there, usual = FOUND[name]
    (hit, *more) = look(there, rules.rules[name])
    told = rules.rules[name].told(hit.figures)
    assert not more and "{" not in told and "—" not in told
    assert look(usual, rules.rules[name]) == []
    assert look(county(), rules.rules[name]) == []


def test_every_rule_is_tried_here(rules: SupervisionRules) -> None:
    assert set(FOUND) == set(rules.rules) and {each.looks for each in rules.rules.values()} == set(LOOKS)


def test_marks_find_copies_and_hold_no_word() -> None:
    one_note, other = marks.mark(LONG, key=KEY), marks.mark(LONG.replace("睡得好一些", "睡得好一点"), key=KEY)
    strange = marks.mark("学校开了家长会，父亲从外地回来参加，孩子想报名参加夏令营，已经帮忙联系了社工站。", key=KEY)
    assert marks.alike(one_note, marks.mark(f"6月30日　{LONG}", key=KEY)) == 100
    assert 60 <= marks.alike(one_note, other) < 100 and marks.alike(one_note, strange) < 20
    assert marks.alike(one_note, marks.mark(LONG, key=b"another county" * 2)) < 20
    assert len(one_note) == marks.SIZE and LONG[:2].encode() not in one_note and marks.mark("短", key=KEY) == b""


@given(st.integers(0, 12), st.integers(1, 40), st.integers(1, 30), st.integers(1, 90))
def test_the_tail_is_exact(seen: int, of: int, hits: int, more: int) -> None:
    among, seen = hits + more, min(seen, of)
    rate = Fraction(hits, among)
    exact = sum(comb(of, each) * rate**each * (1 - rate) ** (of - each) for each in range(seen + 1))
    below = Fraction(seen, of) < rate
    assert is_rare_below(seen, of, hits=hits, among=among, per_million=10_000) == (below and exact < Fraction(1, 100))
    assert 0 <= tail_in_million(seen, of, hits=hits, among=among) - exact * 1_000_000 < 1


def test_few_scores_are_drawn_further_towards_the_others() -> None:
    usual = {f"r{n}": [1.0, 2.0, 3.0, 4.0, 5.0] * 5 for n in range(5)}
    far = shrunken({**usual, "many": [5.0, 6.0, 7.0, 8.0] * 10, "few": [5.0, 6.0, 7.0, 8.0]})
    assert far["many"] > far["few"] > 0 == far["r0"]
    assert shrunken({"a": [1.0, 2.0], "b": [1.0, 9.0]}) == {} and set(shrunken(usual).values()) == {0.0}
