"""Attachments: sealed at rest, checked by content, seen only by whoever may read their part."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.documents.files import PLACE, exif, jpeg, pdf, png, stream
from tests.web.conftest import MORNING, Office
from tongxin import ledger
from tongxin.documents import images, selectors, services, store
from tongxin.documents.faults import NotTaken
from tongxin.documents.models import Attachment
from tongxin.ledger.models import Access, Entry, Event
from tongxin.lib import ids
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TONGXIN_ATTACHMENTS", str(tmp_path / "attachments"))
    yield tmp_path / "attachments"


def send(
    client: Office, child: Child, content: bytes, *, name: str = "IMG.jpg", kind: str = "photo", **more: str
) -> Any:
    body = {"id": str(ids.new_id()), "kind": kind, "file": SimpleUploadedFile(name, content), **more}
    return client.post(f"/children/{child.id}/attachments/", body)


def url(row: Attachment) -> str:
    return f"/children/{row.child_id}/attachments/{row.id}/"


class TestAdding:
    def test_seals_the_file_and_what_is_said_of_it(self, cast: world.World, office: SignedIn, folder: Path) -> None:
        child = cast.child()
        content = pdf(objects=b"% words nobody else may read\n" + stream(b"x"))
        sent = send(office("王督导"), child, content, name="小雨的病历.pdf", kind="medical", title="小雨发烧")
        assert sent.status_code == 302
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert len(files) == 1 and b"words nobody" not in files[0].read_bytes()
        assert files[0].stat().st_mode & 0o077 == 0
        row = Attachment.objects.get()
        assert (row.kind, row.part, row.media_type, row.number) == ("medical", "family", "application/pdf", 1)
        assert "小雨".encode() not in row.title.blob + row.file_name.blob
        assert selectors.missing() == 0

    def test_is_a_fact_of_the_record(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        send(office("周主任"), child, jpeg())
        event = Event.objects.get(kind="attachment.added")
        assert event.is_fact and event.subject_id == child.id
        assert event.clear["digest"] == bytes(Attachment.objects.get().digest).hex()

    def test_twice_is_once(self, cast: world.World, office: SignedIn, folder: Path) -> None:
        child, client, same = cast.child(), office("周主任"), str(ids.new_id())
        for _ in range(2):
            assert send(client, child, jpeg(), id=same).status_code == 302
        again = send(client, child, jpeg())
        assert again.status_code == 422 and "已经在附件里" in again.content.decode()
        assert Attachment.objects.count() == Event.objects.filter(kind="attachment.added").count() == 1
        assert sum(path.is_file() for path in folder.rglob("*")) == 1

    def test_never_touches_a_file_that_has_the_id_already(
        self, cast: world.World, office: SignedIn, folder: Path
    ) -> None:
        one, other, client = cast.child("小雨"), cast.child("小山"), office("周主任")
        send(client, one, png(), name="a.png")
        row = Attachment.objects.get()
        (sealed,) = [path for path in folder.rglob("*") if path.is_file()]
        before = sealed.read_bytes()
        for child, content in ((other, jpeg()), (other, png()), (one, jpeg())):
            answer = send(client, child, content, name="a", id=str(row.id))
            assert answer.status_code == 422 and "没有保存" in answer.content.decode()
        assert [path for path in folder.rglob("*") if path.is_file()] == [sealed]
        assert sealed.read_bytes() == before and client.get(url(row)).content == png()
        assert Event.objects.filter(kind="attachment.added").count() == Attachment.objects.count() == 1

    def test_never_touches_a_file_whose_row_is_not_there_yet(self, cast: world.World, folder: Path) -> None:
        child, same = cast.child(), ids.new_id()
        store.write(same, b"of somebody else")
        file = services.File(same, "a.png", png(), "photo")
        with pytest.raises(NotTaken):
            services.add(child=child, file=file, actor=cast.viewer("周主任"), at=MORNING)
        assert store.read(same) == b"of somebody else" and not Attachment.objects.exists()

    def test_takes_the_place_out_of_a_photo_and_says_so(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("周主任")
        send(client, child, jpeg(camera=exif()))
        assert "拍摄地点、相机等信息已从图片里去掉" in client.get(f"/children/{child.id}/attachments/").content.decode()
        assert PLACE not in client.get(url(Attachment.objects.get())).content

    @pytest.mark.parametrize(("content", "name", "kind", "said"), [
        (b"PK\x03\x04" + b"x" * 60, "表.docx", "photo", "不收 Word"), (png(), "a.pdf", "photo", "内容却是 PNG"),
        (jpeg(), "a.jpg", "", "没有选附件的种类"), (jpeg(), "a.jpg", "nonsense", "没有选附件的种类"),
        (jpeg(), "a.jpg", "signed_scan", "要附到它所签的那条记录上"),
    ])
    def test_says_what_is_wrong_and_keeps_nothing(
        self, cast: world.World, office: SignedIn, folder: Path, content: bytes, name: str, kind: str, said: str
    ) -> None:
        child, client = cast.child(), office("周主任")
        answer = send(client, child, content, name=name, kind=kind, title="写好的说明")
        assert answer.status_code == 422 and said in answer.content.decode() and "写好的说明" in answer.content.decode()
        assert not Attachment.objects.exists() and not list(folder.rglob("*.sealed"))

    @pytest.mark.parametrize("more", [{"id": "x"}, {"entry": "x"}, {"title": "长" * 61}, {"file": ""}])
    def test_refuses_a_spoilt_sending_in_words(
        self, cast: world.World, office: SignedIn, more: dict[str, str]
    ) -> None:
        body = {"id": str(ids.new_id()), "kind": "photo", "file": SimpleUploadedFile("a.jpg", jpeg()), **more}
        answer = office("周主任").post(f"/children/{cast.child().id}/attachments/", body)
        assert answer.status_code == 422 and "没有保存" in answer.content.decode()

    def test_leaves_no_file_when_its_row_is_not_kept(
        self, cast: world.World, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(**_: Any) -> None:
            raise RuntimeError

        child = cast.child()
        file = services.File(ids.new_id(), "a.png", png(), "photo")
        monkeypatch.setattr(ledger, "record", fail, raising=False)
        with pytest.raises(RuntimeError):
            services.add(child=child, file=file, actor=cast.viewer("周主任"), at=MORNING)
        assert not Attachment.objects.exists() and not list(folder.rglob("*.sealed"))


class TestOpening:
    def test_gives_back_the_bytes_and_writes_the_look_down(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("王督导")
        send(client, child, png(), name="小雨.png")
        row = Attachment.objects.get()
        answer = client.get(url(row))
        assert answer.content == png() and answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Disposition"] == f'inline; filename="{child.file_no}-1.png"'
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        look = Access.objects.filter(purpose="attachment").get()
        assert (look.part, look.post_id) == ("care", cast.posts["王督导"].id)

    def test_is_only_for_whoever_may_read_its_part(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        send(office("林社工"), child, pdf(), name="a.pdf", kind="mental_medical", title="心理门诊第一次")
        row = Attachment.objects.get()
        for name in ("周主任", "方经办", "陈老师", "陈管理", "吴主任"):
            client = office(name)
            assert client.get(url(row)).status_code == 404, name
            assert "心理门诊第一次" not in client.get(f"/children/{child.id}/attachments/").content.decode()
        supervisor = office("王督导")
        assert supervisor.get(url(row)).headers["Location"].startswith(f"/children/{child.id}/look/?back=attachments")
        said = {"purpose": "supervision", "back": f"attachments/{row.id}/"}
        assert supervisor.post(f"/children/{child.id}/look/", said).headers["Location"] == url(row)
        assert supervisor.get(url(row)).status_code == 200
        assert Access.objects.filter(purpose="attachment").count() == 1

    def test_needs_more_than_reading_to_add(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        assert send(office("周主任"), child, pdf(), name="a.pdf", kind="mental_medical").status_code == 404
        assert send(office("方经办"), child, jpeg(), kind="photo").status_code == 404
        assert send(office("陈老师"), child, jpeg()).status_code == 404
        assert "value=\"photo\"" not in office("方经办").get(f"/children/{child.id}/attachments/").content.decode()
        assert not Attachment.objects.exists()

    def test_says_so_when_the_file_is_gone(self, cast: world.World, office: SignedIn, folder: Path) -> None:
        child, client = cast.child(), office("周主任")
        send(client, child, jpeg())
        next(folder.rglob("*.sealed")).unlink()
        page = client.get(url(Attachment.objects.get()), follow=True)
        assert "从备份恢复附件文件夹" in page.content.decode() and selectors.missing() == 1

    def test_another_childs_sealed_bytes_do_not_open(self, cast: world.World, office: SignedIn, folder: Path) -> None:
        one, other, client = cast.child("小雨"), cast.child("小山"), office("周主任")
        send(client, one, jpeg())
        send(client, other, png(), name="a.png")
        first, second = sorted(folder.rglob("*.sealed"), key=lambda path: path.stat().st_size)
        first.write_bytes(second.read_bytes())
        client.raise_request_exception = False
        assert {client.get(url(row)).status_code for row in Attachment.objects.all()} == {200, 500}


class TestSigning:
    def test_marks_the_record_as_signed(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("王督导")
        client.fill(child, "consent")
        entry = Entry.objects.get(subject_id=child.id, kind="consent")
        page = f"/children/{child.id}/entries/{entry.id}/"
        assert "已签字" not in client.get(page).content.decode()
        assert send(client, child, pdf(), name="a.pdf", kind="signed_scan", entry=str(entry.id)).status_code == 302
        assert Attachment.objects.get().part == "care"
        assert "已签字" in client.get(page).content.decode()
        assert "已签字" in client.get(f"/children/{child.id}/paper/").content.decode()

    def test_is_no_longer_signed_once_the_scan_is_taken_back(self, cast: world.World, office: SignedIn) -> None:
        child, client = cast.child(), office("王督导")
        client.fill(child, "consent")
        entry = Entry.objects.get(subject_id=child.id, kind="consent")
        send(client, child, pdf(), name="a.pdf", kind="signed_scan", entry=str(entry.id))
        client.post(f"{url(Attachment.objects.get())}retract/", {"reason": "wrong_file"})
        assert "已签字" not in client.get(f"/children/{child.id}/entries/{entry.id}/").content.decode()

    def test_never_goes_to_another_childs_record(self, cast: world.World, office: SignedIn) -> None:
        one, other = cast.child("小雨"), cast.child("小山")
        entry = Entry.objects.filter(subject_id=other.id).first()
        assert entry is not None
        answer = send(office("王督导"), one, pdf(), name="a.pdf", kind="signed_scan", entry=str(entry.id))
        assert answer.status_code == 404 and not Attachment.objects.exists()


class TestTakingBack:
    def test_keeps_the_file_for_those_who_oversee(self, cast: world.World, office: SignedIn, folder: Path) -> None:
        child, client = cast.child(), office("周主任")
        send(client, child, jpeg())
        row = Attachment.objects.get()
        assert client.post(f"{url(row)}retract/", {"reason": "wrong_child"}).status_code == 302
        assert "传到了别的孩子的档案" in client.get(f"/children/{child.id}/attachments/").content.decode()
        assert client.get(url(row)).status_code == 404
        assert office("王督导").get(url(row)).content == images.clean_jpeg(jpeg()).kept
        assert Event.objects.get(kind="attachment.retracted").clear["reason"] == "wrong_child"
        assert list(folder.rglob("*.sealed"))

    def test_needs_a_reason_and_the_right_to_add(self, cast: world.World, office: SignedIn) -> None:
        child = cast.child()
        send(office("周主任"), child, jpeg())
        row = Attachment.objects.get()
        assert office("周主任").post(f"{url(row)}retract/", {"reason": "because"}).status_code == 404
        assert office("陈管理").post(f"{url(row)}retract/", {"reason": "wrong_file"}).status_code == 404
        row.refresh_from_db()
        assert row.retracted_at is None

    def test_happens_once(self, cast: world.World) -> None:
        child, viewer = cast.child(), cast.viewer("周主任")
        added = services.add(
            child=child, file=services.File(ids.new_id(), "a.png", png(), "photo"), actor=viewer, at=MORNING
        )
        assert services.retract(attachment=added.attachment, reason="wrong_file", actor=viewer, at=MORNING)
        assert not services.retract(attachment=added.attachment, reason="wrong_file", actor=viewer, at=MORNING)
        assert Event.objects.filter(kind="attachment.retracted").count() == 1
