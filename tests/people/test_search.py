"""Sealed names found on the database at hand: what is found, by whom, and what never is."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongxin import vault
from tongxin.access.models import Relation
from tongxin.accounts.models import Division
from tongxin.accounts.services import add_divisions
from tongxin.accounts.viewers import WORKER, Seat, Viewer
from tongxin.core.pathway import CHINA
from tongxin.ledger.models import AccessSubject
from tongxin.lib import definitions, ids, places
from tongxin.people import search, search_scope, token_table, tokens
from tongxin.people.models import Child, ChildMarks, ChildToken
from tongxin.people.services import file_number
from tongxin.people.token_table import MarkRow
from tongxin.rulebook import rules
from tongxin.rulebook.models import DefinitionVersion

pytestmark = pytest.mark.django_db

AT = datetime(2025, 12, 30, 9, tzinfo=CHINA)
YESTERDAY = AT - timedelta(days=1)
ROWS = [
    ("37", "山东省", "province", ""), ("3701", "济南市", "city", "37"),
    ("370116", "莱芜区", "county", "3701"), ("370117", "钢城区", "county", "3701"),
    ("370116001", "凤城街道", "town", "370116"), ("370116104", "苗山镇", "town", "370116"),
    ("370117001", "艾山街道", "town", "370117"),
    ("370116001001", "东升社区", "village", "370116001"), ("370116104230", "陡峪村", "village", "370116104"),
    ("370117001001", "金水河社区", "village", "370117001"),
]  # fmt: skip
HOME, OTHER_TOWN, OTHER_COUNTY = "370116001001", "370116104230", "370117001001"
ID_NO = "37011620120305123X"
ACCESS = places.definitions_folder() / "access" / "access.yaml"


@pytest.fixture(autouse=True)
def _places() -> Iterator[None]:
    rules.region_of.cache_clear()
    content = definitions.load(ACCESS).content
    DefinitionVersion.objects.create(
        hash="a" * 64, kind="access", definition_id="access", region="", valid_from=date(2025, 1, 1),
        adopted_at=YESTERDAY, content=content, source="-",
    )
    rules._stored.cache_clear()
    add_divisions(rows=ROWS, valid_from=date(2023, 6, 30))
    yield
    rules.region_of.cache_clear()
    rules._stored.cache_clear()


def place(code: str) -> Division:
    return Division.objects.get(code=code)


def viewer(role: str, code: str, person_id: UUID | None = None, organisation_id: int = 1) -> Viewer:
    division = place(code)
    seat = Seat(uuid4(), role, "岗位", organisation_id, division.id, division.level)
    return Viewer(person_id or uuid4(), (seat,))


def new_child(
    name: str | None, *, at: str = HOME, id_no: str | None = None, is_indexed: bool = True
) -> Child:
    child_id = ids.new_id()
    vault.create_keys([vault.Owner("child", child_id)], at=AT)
    child = Child(id=child_id, file_no=file_number(child_id), created_at=AT, **place(at).ancestors)
    vault.put(child, {"name": name, "id_no": id_no})
    child.save(force_insert=True)
    if is_indexed:
        search.index(child=child, name=name, id_no=id_no, at=AT)
    return child


def names(text: str, who: Viewer | None = None, **more: Any) -> list[str | None]:
    found = search.find(text, viewer=who or viewer("case_manager", "370116"), at=AT, **more)
    return sorted((each.name for each in found), key=str)


class TestByName:
    @pytest.mark.parametrize(
        "query", ["张伟", "张", "伟", "zw", "zhangwei", "ZHANG WEI", "zhangw", "张w", "　张　伟"]
    )
    def test_finds_a_two_character_name(self, query: str) -> None:
        new_child("张伟")
        new_child("李娜")
        new_child("伟张")
        assert "张伟" in names(query)
        assert "李娜" not in names(query)

    def test_two_characters_mean_that_order(self) -> None:
        for name in ("张伟", "伟张", "张小伟", "张伟强", "王张伟"):
            new_child(name)
        assert names("张伟") == ["张伟", "张伟强", "王张伟"]

    @pytest.mark.parametrize("query", ["欧阳", "ouyang", "oyxy", "欧阳小雨", "阳小"])
    def test_finds_compound_surnames(self, query: str) -> None:
        new_child("欧阳小雨")
        assert names(query) == ["欧阳小雨"]

    @pytest.mark.parametrize(
        "query",
        ["阿依古丽", "阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽．买买提", "丽 买", "买买提", "ayglmmt"],
    )
    def test_finds_minority_names_whatever_the_dot(self, query: str) -> None:
        new_child("阿依古丽·买买提")
        assert names(query) == ["阿依古丽·买买提"]

    @pytest.mark.parametrize(
        "query", ["", "  ", "·", "%", "\x00", "' OR 1=1 --", "\" OR *", "AND", "NEAR(张)", "张*"]
    )
    def test_odd_queries_are_harmless(self, query: str) -> None:
        new_child("李娜")
        assert names(query) == []

    def test_a_very_long_name_or_query_is_harmless(self) -> None:
        new_child("张伟" * 5000)
        assert len(names("张伟张伟")) == 1
        assert len(names("张伟" * 5000)) == 1

    def test_stops_at_the_limit_and_opens_no_more_than_it_shows(self) -> None:
        for _ in range(8):
            new_child("张伟")
        before = AccessSubject.objects.count()
        assert len(names("张伟", limit=5)) == 5
        assert AccessSubject.objects.count() == before + 5

    def test_what_shares_a_mark_is_opened_but_never_shown(self) -> None:
        wrong = new_child("李娜", is_indexed=False)
        key = vault.tokens.key("370116")
        pieces = {*tokens.name_pieces("张伟"), tokens.place_piece(place("370116").id)}
        token_table.write([MarkRow(wrong.id, None, tokens.Marks(key).of(pieces))])
        right = [new_child("张伟") for _ in range(4)]
        found = search.find("张伟", viewer=viewer("case_manager", "370116"), at=AT, limit=3)
        assert [each.child_id for each in found] == [child.id for child in right[:3]]

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(st.sampled_from("张王李欧阳伟娜雨曾单阿依古丽·•．aZü"), min_size=1, max_size=8))
    def test_the_first_two_characters_find_whatever_name(self, name: str) -> None:
        with suppress(_UndoneError), transaction.atomic():
            child = new_child(name)
            found = search.find(name[:2], viewer=viewer("child_director", HOME), at=AT)
            assert not tokens.normalise(name[:2]) or [each.child_id for each in found] == [child.id]
            raise _UndoneError


class _UndoneError(Exception):
    """Takes one example back before the next."""


class TestByNumber:
    @pytest.mark.parametrize(
        "query", [ID_NO, ID_NO.lower(), "３７０１１６２０１２０３０５１２３Ｘ", "370116 20120305 123x"]
    )
    def test_finds_the_whole_identity_number(self, query: str) -> None:
        new_child("张伟", id_no=ID_NO)
        new_child("李娜", id_no="370116201203051248")
        assert names(query) == ["张伟"]

    @pytest.mark.parametrize("query", ["370116", "20120305", ID_NO[:-1], f"{ID_NO}1"])
    def test_part_of_a_number_finds_nobody(self, query: str) -> None:
        new_child("张伟", id_no=ID_NO)
        assert names(query) == []

    def test_a_number_of_another_county_finds_nobody(self) -> None:
        new_child("张伟", id_no=ID_NO, at=OTHER_COUNTY)
        assert names(ID_NO) == []

    def test_finds_by_the_beginning_of_the_file_number(self) -> None:
        child = new_child("张伟")
        new_child("李娜", at=OTHER_COUNTY)
        for query in (child.file_no, child.file_no.lower().replace("-", ""), child.file_no[:9]):
            assert names(query) == ["张伟"]
            assert names(query, viewer("case_manager", "370117")) == []


class TestWhoFinds:
    def test_each_finds_in_the_own_area_only(self) -> None:
        for code, name in ((HOME, "张伟一"), (OTHER_TOWN, "张伟二"), (OTHER_COUNTY, "张伟三")):
            new_child(name, at=code)
        assert names("张伟", viewer("child_director", HOME)) == ["张伟一"]
        assert names("张伟", viewer("child_supervisor", "370116001")) == ["张伟一"]
        assert names("张伟", viewer("case_manager", "370116")) == ["张伟一", "张伟二"]
        assert names("张伟", viewer("case_manager", "370117")) == ["张伟三"]
        assert names("张伟", viewer("case_manager", "3701")) == ["张伟一", "张伟三", "张伟二"]
        assert names("张伟", viewer("case_manager", "37")) == ["张伟一", "张伟三", "张伟二"]

    def test_a_city_finds_a_child_whose_county_is_unknown(self) -> None:
        new_child("张伟", at="3701")
        assert names("张伟", viewer("case_manager", "3701")) == ["张伟"]
        assert names("张伟") == []

    def test_a_role_without_the_roster_finds_nobody(self) -> None:
        new_child("张伟", id_no=ID_NO)
        for role in ("system_administrator", "city_officer"):
            assert names("张伟", viewer(role, "370116")) == names(ID_NO, viewer(role, "370116")) == []
        assert names("张伟", Viewer(uuid4(), ())) == names("张伟", WORKER) == []

    def test_a_referred_child_of_another_county_is_found_and_no_other(self) -> None:
        referred = new_child("张伟", at=OTHER_COUNTY, id_no=ID_NO)
        new_child("张伟强", at=OTHER_COUNTY)
        doctor = viewer("psychiatrist", "370116", organisation_id=7)
        assert names("张伟", doctor) == []
        Relation.objects.create(
            child_id=referred.id, relation=Relation.REFERRED, organisation_id=7, from_at=YESTERDAY
        )
        assert names("张伟", doctor) == names("zw", doctor) == names(ID_NO, doctor) == ["张伟"]
        Relation.objects.update(to_at=AT)
        assert names("张伟", doctor) == names(ID_NO, doctor) == []

    def test_a_recused_person_finds_the_others_only(self) -> None:
        child = new_child("张伟", id_no=ID_NO)
        new_child("张伟强")
        director = viewer("child_director", HOME)
        Relation.objects.create(
            child_id=child.id, relation=Relation.RECUSED, person_id=director.person_id, from_at=YESTERDAY
        )
        assert names("张伟", director) == ["张伟强"]
        assert names(ID_NO, director) == names(child.file_no, director) == []

    def test_the_look_names_who_was_shown_and_nobody_else(self) -> None:
        shown, hidden = new_child("张伟"), new_child("张伟", at=OTHER_COUNTY)
        who = viewer("case_manager", "370116")
        search.find("张伟", viewer=who, at=AT, route="find_child")
        looks = AccessSubject.objects.filter(access__person_id=who.person_id)
        assert {look.owner_id for look in looks} == {shown.id}
        assert hidden.id not in {look.owner_id for look in looks}
        look = looks.get().access
        assert (look.purpose, look.part, look.route) == ("search", "roster", "find_child")


class TestIndex:
    def test_a_corrected_name_is_found_by_the_new_one_only(self) -> None:
        child = new_child("张伟", id_no=ID_NO)
        vault.put(child, {"name": "李娜"})
        child.save()
        search.index(child=child, name="李娜", id_no=None, at=AT)
        assert (names("张伟"), names("李娜"), names(ID_NO)) == ([], ["李娜"], ["李娜"])

    def test_a_child_that_moves_is_found_in_the_new_county_only(self) -> None:
        child = new_child("张伟", id_no=ID_NO)
        for column, value in place(OTHER_COUNTY).ancestors.items():
            setattr(child, column, value)
        child.save()
        search.index(child=child, name=None, id_no=None, at=AT)
        for query in ("张伟", "zw", ID_NO):
            assert names(query) == []
            assert names(query, viewer("case_manager", "370117")) == ["张伟"]

    def test_a_child_without_a_name_has_only_its_number(self) -> None:
        new_child(None, id_no=ID_NO)
        assert names(ID_NO) == [None]

    def test_an_undone_transaction_leaves_nothing_behind(self) -> None:
        with suppress(_UndoneError), transaction.atomic():
            new_child("张伟")
            raise _UndoneError
        assert names("张伟") == []
        assert not ChildToken.objects.exists()

    def test_forgetting_leaves_no_mark_in_the_index(self) -> None:
        child, other = new_child("张伟", id_no=ID_NO), new_child("李娜")
        with transaction.atomic():
            assert _kept_of("张伟") > 0
        search.forget(child.id)
        assert names("张伟") == names(ID_NO) == []
        assert names("李娜") == ["李娜"]
        assert not ChildToken.objects.filter(child_id=child.id).exists()
        assert (_kept_of("张伟"), _kept_of("李娜") > 0) == (0, True)
        search.forget(other.id)
        assert _kept_of("李娜") == 0

    def test_rebuilding_finds_everybody_again(self) -> None:
        children = [new_child("张伟", id_no=ID_NO), new_child("李娜"), new_child(None)]
        vault.destroy(children[1].key_owner, at=AT)
        token_table.drop([child.id for child in children])
        assert names("张伟") == []
        assert search.rebuild(at=AT) == 3
        assert (names("张伟"), names(ID_NO), names("李娜")) == (["张伟"], ["张伟"], [])

    def test_an_import_of_two_thousand_is_found(self) -> None:
        surnames, given = "王李张刘陈杨黄赵吴周", "伟娜雨芳强静磊洋艳勇杰敏军秀霞平刚桂英华"
        homes: list[Mapping[str, int | None]] = [place(code).ancestors for code in (HOME, OTHER_TOWN)]
        people = [
            (ids.new_id(), surnames[n % 10] + given[n // 10 % 20] + given[n // 200 % 10], homes[n % 2])
            for n in range(2000)
        ]
        vault.create_keys([vault.Owner("child", child_id) for child_id, _, _ in people], at=AT)
        children = [
            Child(id=child_id, file_no=file_number(child_id), created_at=AT, **home)
            for child_id, _, home in people
        ]
        named = zip(children, people, strict=True)
        vault.put_many([(child, {"name": name}) for child, (_, name, _) in named])
        Child.objects.bulk_create(children)
        rows = [search.Row(child_id, home, "370116", name, None) for child_id, name, home in people]
        assert search.index_many(rows) == 2000
        assert search.index_many(rows[:10]) == 10
        assert ChildToken.objects.count() == ChildMarks.objects.count() == 2000
        for query in ("王伟", "ww", "wangwei"):
            meant = sorted(name for _, name, _ in people if tokens.matches(query, name))
            assert names(query, limit=3000) == meant
            assert len(names(query, limit=7)) == 7
        here = [name for _, name, home in people if home is homes[0] and tokens.matches("王", name)]
        assert names("王", viewer("child_director", HOME), limit=3000) == sorted(here)


def _kept_of(name: str) -> int:
    """How many marks of a name the index still holds, those in its pages that no answer shows included."""
    marks = tokens.Marks(vault.tokens.key("370116")).of(tokens.name_pieces(name))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT unnest(marks) FROM people_childmarks")
            return len(set(marks) & {row[0] for row in cursor.fetchall()})
        cursor.execute("SELECT block FROM people_childmarks_data")
        pages = b"".join(bytes(row[0]) for row in cursor.fetchall())
    # A term shares its first letters with the one before it in the page.
    return sum(f"{mark & (2**64 - 1):016x}"[4:].encode() in pages for mark in marks)


def test_a_province_asks_with_the_keys_of_all_its_counties() -> None:
    county = [(f"3702{n:02d}", f"第{n}区", "county", "3701") for n in range(99)]
    add_divisions(rows=[*county, ("3702", "青岛市", "city", "37")], valid_from=date(2023, 6, 30))
    new_child("张伟", at="370298")
    scope = search_scope.scopes(viewer=viewer("case_manager", "37"), at=AT)[0]
    assert len(scope.counties) == 102
    for query in ("张伟", "zw", "zhangwei"):
        assert names(query, viewer("case_manager", "37")) == ["张伟"]
