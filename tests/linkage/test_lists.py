"""Whole lists: every record has its answer, one child goes with one child."""

import csv
from pathlib import Path

import pytest

from tests.linkage.children import CHILD, ID, TWIN_ID, child
from tongxin import linkage
from tongxin.linkage import Pair, Record, Result

OTHER = Record(key="o", name="王志强", sex="男", birth="2012-01-20", id_no=None, phone="13900002222")


def told(result: Result) -> set[tuple[str | None, str | None, str]]:
    return {(pair.left_key, pair.right_key, pair.verdict) for pair in result}


def test_same_new_and_missing() -> None:
    register = [child(key="b", name="黎子涵"), child(key="c", id_no=TWIN_ID, name="李子萱")]
    result = linkage.compare([CHILD, OTHER], register)
    assert told(result) == {("a", "b", "same"), ("o", None, "new"), (None, "c", "missing")}
    assert result.counts == {"same": 1, "contradictory": 0, "probable": 0, "new": 1, "missing": 1}


def test_a_child_registered_twice_goes_with_both() -> None:
    result = linkage.compare([CHILD], [child(key="b"), child(key="c", division="510107001001", phone=None)])
    assert told(result) == {("a", "b", "same"), ("a", "c", "same")}
    assert all("note.listed_twice" in [reason.code for reason in pair.reasons] for pair in result)


def test_two_who_are_not_certainly_one_go_to_a_person() -> None:
    both = [child(key="b", id_no=None), child(key="c", id_no=None, sex=None, name="李子涵", phone=None, guardian=None)]
    verdicts = {pair.verdict for pair in linkage.compare([child(id_no=None, phone=None)], both)}
    assert verdicts <= {"same", "probable"}


def test_the_twin_who_is_not_on_the_other_list_stays_open_or_new() -> None:
    twin = child(key="t", name="李子晗", id_no=None)
    answers = told(linkage.compare([CHILD, twin], [child(key="b")]))
    assert ("a", "b", "same") in answers
    assert ("t", "b", "same") not in answers


def test_a_key_that_all_share_is_left_aside() -> None:
    names = [f"王{sign}" for sign in "一二三四五" * 10]
    here = [Record(f"l{at}", name, None, "2014-06-05", None, "13465623510") for at, name in enumerate(names)]
    there = [each._replace(key=f"r{at}") for at, each in enumerate(here)]
    result = linkage.compare(here, there)
    assert result.skipped > 0
    assert result.looked_at < len(here) * len(there)


def test_lists_from_files_and_mappings(tmp_path: Path) -> None:
    path = tmp_path / "来件.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        sheet = csv.DictWriter(stream, Record._fields)
        sheet.writeheader()
        sheet.writerow(CHILD._asdict())
    register = [{"key": "b", "name": "李子涵", "id_no": ID, "ignored": 1}]
    assert told(linkage.compare(path, register)) == {("a", "b", "same")}


def test_keys_must_differ() -> None:
    with pytest.raises(ValueError, match="same key"):
        linkage.compare([CHILD, CHILD], [])
    with pytest.raises(ValueError, match="no key"):
        linkage.compare([{"name": "李"}], [])


def test_empty_lists() -> None:
    assert list(linkage.compare([], [])) == []
    assert list(linkage.compare([CHILD], [])) == [Pair("a", None, "new", 0.0, ())]


def test_search_keys_meet_where_compare_looks() -> None:
    assert set(linkage.search_keys(CHILD)) & set(linkage.search_keys(child(name="黎子涵", id_no=None)))
    assert not set(linkage.search_keys(CHILD)) & set(linkage.search_keys(OTHER))
