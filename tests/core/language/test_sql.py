from __future__ import annotations

import sqlite3

import pytest

from tests.core.language.world import VOCABULARY, fact
from tongxin.core.language import BOOL, CODE, SET, Vocabulary, parse, to_sql


class TestToSql:
    def test_values_travel_as_parameters(self) -> None:
        rule = parse("category in [orphan, poor] and birth >= 2012-02-29", vocabulary=VOCABULARY)
        columns = {"category": "c.category", "birth": "c.birth"}
        sql, params = to_sql(rule, columns=columns, dialect="postgresql")
        assert sql == "((c.category IN (%s, %s)) AND (c.birth >= CAST(%s AS DATE)))"
        assert params == ("orphan", "poor", "2012-02-29")

    def test_the_mark_for_parameters_can_be_chosen(self) -> None:
        rule = parse("category == orphan", vocabulary=VOCABULARY)
        assert to_sql(rule, columns={"category": "category"}, dialect="sqlite")[0] == "(category = ?)"
        sql, _ = to_sql(rule, columns={"category": "category"}, dialect="sqlite", placeholder="%s")
        assert sql == "(category = %s)"

    def test_a_quoted_code_cannot_leave_its_parameter(self) -> None:
        anything = Vocabulary(facts={"place": fact(CODE, "区划")})
        rule = parse("""place == "x' OR 1=1 --" """, vocabulary=anything)
        sql, params = to_sql(rule, columns={"place": "place"}, dialect="sqlite")
        assert (sql, params) == ("(place = ?)", ("x' OR 1=1 --",))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("near and kind in kinds", 1),
            ("kind in kinds and near", 1),
            ("not near or not (kind in kinds)", 0),
        ],
    )
    def test_columns_bring_their_own_parameters_in_order(self, text: str, expected: int) -> None:
        vocabulary = Vocabulary(
            facts={"near": fact(BOOL, "在辖区"), "kind": fact(CODE, "类别"), "kinds": fact(SET, "各类")}
        )
        columns = {
            "near": (
                "EXISTS (SELECT 1 FROM post WHERE post.town = child.town AND post.person = ?)",
                ["zhou"],
            ),
            "kind": ("coalesce(child.kind, ?)", ["poor"]),
            "kinds": "child.kinds",
        }
        sql, params = to_sql(parse(text, vocabulary=vocabulary), columns=columns, dialect="sqlite")
        with sqlite3.connect(":memory:") as connection:
            connection.executescript(
                """create table post (town text, person text); insert into post values ('a', 'zhou');
                create table child (town text, kind text, kinds text);
                insert into child values ('a', null, '["poor"]')"""
            )
            assert connection.execute(f"select {sql} from child", params).fetchone() == (expected,)
