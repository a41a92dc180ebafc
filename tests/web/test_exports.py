"""An export is a decision: asked, agreed by another, made of what its requester may read, counted, and destroyed."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import pyzipper
from openpyxl import load_workbook

from tests import world
from tests.assessed import assess
from tests.flows.forms import fill
from tests.web.conftest import MORNING, Clock, Office
from tongxin import vault
from tongxin.accounts.viewers import WORKER
from tongxin.cases.models import Case
from tongxin.exports.models import Content, Copy, Export, Included, Text
from tongxin.flows import export_asking, export_copies, export_making, export_texts
from tongxin.flows.export_asking import Wish
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import AccessSubject
from tongxin.notices.models import Notice
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
UNTIL = date(2025, 9, 20)


@pytest.fixture
def children(cast: world.World) -> list[Child]:
    return seven(cast)


def seven(cast: world.World) -> list[Child]:
    """Six children of one town, alike in year of birth, and one much older in another town."""
    alike = [cast.child(f"小雨{sign}", birth=f"2012-0{at}-05", phone=f"1390000000{at}")
             for at, sign in enumerate("甲乙丙丁戊己", start=1)]
    assess(cast, "export")
    odd = cast.child("孤单", by="吴主任", village="370116104230", birth="2008-01-01")
    return [*alike, odd]


def wish(**more: Any) -> Wish:
    said: dict[str, Any] = {
        "purpose": "casework", "words": "准备联席会", "recipient": "区民政局 李科长",
        "fields": ("name", "phone", "sex"), "form": "xlsx", "is_named": True, "until_on": UNTIL,
    }
    return Wish(**said | more)


def asked(cast: world.World, by: str = "郑管理", **more: Any) -> Export:
    leaves = more.get("purpose", "casework") != "casework"
    more = {"to": "other" if leaves else f"post:{cast.posts['郑管理'].id}", "basis": "by_law", **more}
    return export_asking.ask(
        wish=wish(**more), cases=Case.objects.all(), parts=("roster",), actor=cast.viewer(by, MORNING), at=MORNING
    )


def agreed(cast: world.World, by: str = "王督导", **more: Any) -> Export:
    row = asked(cast, by, **more)
    export_asking.decide(export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING)
    return export_making.make(export_id=row.id, at=MORNING)


def opened(cast: world.World, row: Export, by: str = "王督导") -> tuple[Copy, dict[str, bytes]]:
    viewer = cast.viewer(by, MORNING)
    copy, made = export_copies.download(export_id=row.id, actor=viewer, at=MORNING)
    password = export_copies.show_password(copy_id=copy.id, actor=viewer, at=MORNING)
    with pyzipper.AESZipFile(io.BytesIO(made)) as archive:
        with pytest.raises(RuntimeError):
            archive.read(archive.namelist()[0])
        archive.setpassword(password.encode())
        return copy, {name: archive.read(name) for name in archive.namelist()}


class TestDeciding:
    def test_over_the_pages_from_the_roster_to_the_password(
        self, cast: world.World, children: list[Child], office: SignedIn
    ) -> None:
        client = office("王督导")
        assert "/exports/new/?" in client.get("/children/").content.decode()
        first = client.get("/exports/new/?category=")
        assert "做什么用" in first.content.decode()
        second = client.get("/exports/new/?purpose=casework&kind=named").content.decode()
        assert 'value="phone"' in second and 'value="level"' not in second
        sent = client.post("/exports/new/", {
            "purpose": "casework", "kind": "named", "fields": ["name", "phone"], "words": "联席会",
            "to": f"post:{cast.posts['林社工'].id}", "until_on": UNTIL.isoformat(), "form": "csv",
        })
        row = Export.objects.get()
        home = f"/exports/{row.id}/"
        assert sent.headers["Location"] == home and row.state == Export.ASKED
        assert "请您决定" not in client.get(home).content.decode()
        assert client.post(f"{home}decide/", {"agrees": "yes"}).status_code == 404
        desk = office("郑管理")
        assert "等您决定" in desk.get("/exports/").content.decode()
        assert Notice.objects.filter(kind="export.asked", post_id=cast.posts["郑管理"].id).exists()
        assert desk.post(f"{home}decide/", {"agrees": "no"}).status_code == 302
        assert Export.objects.get().state == Export.ASKED
        desk.post(f"{home}decide/", {"agrees": "yes"})
        assert Export.objects.get().state == Export.MADE
        assert desk.post(f"{home}download/").status_code == 404
        made = client.post(f"{home}download/")
        assert made["Content-Type"] == "application/zip" and "小雨".encode() not in made.content
        shown = client.post(f"{home}password/")
        assert "只显示这一次" in shown.content.decode() and "no-store" in shown["Cache-Control"]
        assert client.post(f"{home}password/").status_code == 302
        page = client.get(home).content.decode()
        assert Copy.objects.get().sha256 in page and "还能下载 2 次" in page
        for stranger in ("周主任", "陈管理", "何老师", "林社工"):
            assert office(stranger).get(home).status_code == 404, stranger

    def test_nobody_agrees_to_their_own_and_a_no_says_why(self, cast: world.World, children: list[Child]) -> None:
        row = asked(cast)
        actor = cast.viewer("郑管理", MORNING)
        with pytest.raises(NotAllowed):
            export_asking.decide(export_id=row.id, agrees=True, words="", actor=actor, at=MORNING)
        for other in ("陈管理", "林社工", "王督导"):
            with pytest.raises(NotAllowed):
                export_asking.decide(
                    export_id=row.id, agrees=True, words="", actor=cast.viewer(other, MORNING), at=MORNING
                )

    @pytest.mark.parametrize(("more", "said"), [
        ({"words": " "}, "写清楚"), ({"purpose": "statistics"}, "去标识"), ({"fields": ("level",)}, "不能带出"),
        ({"fields": ()}, "至少选"), ({"until_on": date(2026, 9, 1)}, "天以内"), ({"form": "exe"}, "格式"),
        ({"filters": {"category": "hiv_affected"}}, "名单本身"),
    ])
    def test_is_refused_in_words(
        self, cast: world.World, children: list[Child], more: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            asked(cast, **more)
        assert said in refused.value.problems[0].zh and not Export.objects.exists()

    def test_a_list_by_colour_tells_the_colour(self, cast: world.World, children: list[Child]) -> None:
        with pytest.raises(Refused):
            export_asking.ask(
                wish=wish(to=f"post:{cast.posts['郑管理'].id}"), cases=Case.objects.all(), parts=("psychological",),
                actor=cast.viewer("郑管理", MORNING), at=MORNING,
            )

    def test_who_reads_no_names_in_lists_takes_none_out(self, cast: world.World, children: list[Child]) -> None:
        with pytest.raises(Refused):
            asked(cast, "方经办", fields=("name",))
        with pytest.raises(Refused):
            asked(cast, "方经办", fields=("phone",))
        with pytest.raises(NotAllowed):
            asked(cast, "周主任")


class TestContent:
    def test_holds_what_the_requester_may_read_with_marks_on_every_page(
        self, cast: world.World, children: list[Child]
    ) -> None:
        row = agreed(cast)
        copy, files = opened(cast, row)
        name = next(each for each in files if each.endswith(".xlsx"))
        book = load_workbook(io.BytesIO(files[name]))
        sheet = book["名单"]
        rows = [[str(cell or "").strip() for cell in line] for line in sheet.iter_rows(min_row=3, values_only=True)]
        assert {line[1] for line in rows} == {f"小雨{each}" for each in "甲乙丙丁戊己"}
        assert all(line[-1] == f"{row.number}-1" for line in rows) and row.number in name
        assert "王督导" in sheet.oddHeader.center.text and row.number in sheet.oddFooter.left.text
        about = next(each for each in files if each.endswith(".txt"))
        assert "个案管理员" in files[about].decode("utf-8-sig")
        looked = AccessSubject.objects.filter(owner_id=children[0].id, access__purpose="export")
        assert {each.access.part for each in looked.select_related("access")} >= {"roster", "identity"}
        assert copy.size > 0

    def test_each_copy_is_known_by_its_rows(self, cast: world.World, children: list[Child]) -> None:
        from tongxin.flows.export_tracing import trace

        row = agreed(cast, form="json", fields=("name", "sex"))
        viewer = cast.viewer("王督导", MORNING)
        found = []
        for _ in range(2):
            _, files = opened(cast, row)
            content = json.loads(next(each for name, each in files.items() if name.endswith(".json")))
            found.append([(each["file_no"], each["name"].endswith(" ")) for each in content["rows"]])
        assert trace(found[1], at=MORNING)[0].number == 2 and trace(found[0], at=MORNING)[0].number == 1
        assert trace(found[0], at=MORNING)[0].order == 1.0
        with pytest.raises(Refused):
            for _ in range(2):
                export_copies.download(export_id=row.id, actor=viewer, at=MORNING)

    def test_leaves_out_whom_nobody_consented_to_share(self, cast: world.World, children: list[Child]) -> None:
        row = agreed(cast, purpose="department")
        assert row.state == Export.IMPOSSIBLE and row.left_out == {"no_consent": 6}
        assert set(Included.objects.values_list("left_out", flat=True)) == {"no_consent"}

    def test_what_the_requester_no_longer_sees_stays_here(self, cast: world.World, children: list[Child]) -> None:
        row = asked(cast, "王督导")
        Child.objects.filter(id=children[0].id).update(town_id=None, village_id=None)
        Case.objects.filter(id=children[0].id).update(town_id=None, village_id=None)
        export_asking.decide(export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING)
        made = export_making.make(export_id=row.id, at=MORNING)
        assert made.rows == 5 and made.left_out == {"unseen": 1}


class TestWithoutNames:
    def asked(self, cast: world.World, **more: Any) -> Export:
        # Not everybody at the same stage: a class in which one value stands would tell it.
        some = Case.objects.order_by("id").values_list("id", flat=True)[:3]
        Case.objects.filter(id__in=list(some)).update(stage="serving")
        row = asked(cast, "林社工", purpose="research", is_named=False, **{
            "form": "json", "fields": ("sex", "age", "place", "stage"), **more,
        })
        export_asking.decide(export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING)
        return export_making.make(export_id=row.id, at=MORNING)

    def test_nobody_stands_alone_and_nothing_names_anybody(self, cast: world.World, children: list[Child]) -> None:
        row = self.asked(cast)
        assert row.state == Export.MADE and row.report["smallest"] >= row.report["k"] == 5
        _, files = opened(cast, row, "林社工")
        text = next(each.decode() for name, each in files.items() if name.endswith(".json"))
        assert not any(child.file_no in text for child in children) and "小雨" not in text and "凤城" not in text
        labels = {each["label"] for each in json.loads(text)["rows"]}
        again, more = opened(cast, self.asked(cast), "林社工")
        other = json.loads(next(each for name, each in more.items() if name.endswith(".json")))
        assert again.export_id != row.id and labels.isdisjoint(each["label"] for each in other["rows"])

    def test_too_few_are_refused(self, cast: world.World, children: list[Child]) -> None:
        with pytest.raises(Refused) as refused:
            export_asking.ask(
                wish=wish(purpose="research", is_named=False, fields=("sex",)),
                cases=Case.objects.filter(id__in=[each.id for each in children[:4]]), parts=("roster",),
                actor=cast.viewer("林社工", MORNING), at=MORNING,
            )
        assert "至少要有 5 名" in refused.value.problems[0].zh

    def test_no_text_leaves_unread_and_names_are_hidden(
        self, cast: world.World, children: list[Child], office: SignedIn
    ) -> None:
        for at, child in enumerate(children[:2]):
            note = f"小雨{'甲乙'[at]}说想妈妈，林社工去过苗山镇，电话13900000001，外号铁蛋。"
            before = MORNING - timedelta(hours=1)
            answers = fill(child, "case_note", before, noted=note)
            cast.record(child, "case_note", answers, by="林社工", at=before)
        row = self.asked(cast, fields=("sex", "case_note"))
        assert row.state == Export.READING and row.texts.count() == 2
        client, url = office("林社工"), f"/exports/{row.id}/texts/"
        assert client.post(f"/exports/{row.id}/download/").status_code == 404
        page = client.get(url).content.decode()
        assert "<mark>13900000001</mark>" in page
        text = str(Text.objects.order_by("number")[0].id)
        assert client.post(url, {"text": text, "more": "不在里面"}).status_code == 422
        assert "铁蛋" in client.post(url, {"text": text, "more": "铁蛋"}).content.decode()
        assert office("郑管理").get(url).status_code == 404
        last = str(Text.objects.order_by("number")[1].id)
        assert client.post(url, {"text": last, "leaves_out": "yes"}).status_code == 302
        _, files = opened(cast, Export.objects.get(id=row.id), "林社工")
        made = json.loads(next(each for name, each in files.items() if name.endswith(".json")))
        said = json.dumps(made["rows"], ensure_ascii=False)
        assert "〔某人〕说想妈妈" in said and "〔已遮盖〕" in said and said.count("想妈妈") == 1
        assert not any(word in said for word in ("小雨", "13900000001", "铁蛋", "林社工"))


class TestTheEnd:
    def test_it_is_destroyed_with_its_key_when_its_day_has_passed(
        self, cast: world.World, children: list[Child], office: SignedIn, time: Clock
    ) -> None:
        row = agreed(cast)
        opened(cast, row)
        late = MORNING + timedelta(days=30)
        with pytest.raises(NotAllowed):
            export_copies.download(export_id=row.id, actor=cast.viewer("王督导", late), at=late)
        assert export_copies.destroy_expired(at=late) == 1 and export_copies.destroy_expired(at=late) == 0
        assert not Content.objects.exists() and vault.destroyed([row.content_owner])
        row = Export.objects.get()
        assert row.state == Export.DESTROYED and row.rows == 6 and Copy.objects.get().sha256

    def test_it_is_taken_back_by_whoever_asked_or_decides(
        self, cast: world.World, children: list[Child], office: SignedIn
    ) -> None:
        row = agreed(cast)
        url = f"/exports/{row.id}/revoke/"
        assert office("陈管理").post(url).status_code == 404 == office("林社工").post(url).status_code
        assert office("郑管理").post(url).status_code == 302
        assert not Content.objects.exists() and Export.objects.get().state == Export.REVOKED
        assert office("王督导").post(f"/exports/{row.id}/download/").status_code == 404

    def test_it_is_not_made_for_who_left(self, cast: world.World, children: list[Child]) -> None:
        row = asked(cast, "王督导")
        export_asking.decide(export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING)
        person = cast.people["王督导"]
        person.is_active = False
        person.save()
        assert export_making.make(export_id=row.id, at=MORNING).state == Export.IMPOSSIBLE
        assert export_texts.with_more("ab", [], ["b"])[0].start == 1 and WORKER.is_worker
