"""Attachments in the book of a whole file: behind their record, in the index, never more than its printer may read."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import world
from tests.documents.test_scans import QUARTER, portable
from tests.web.conftest import Office
from tests.web.test_attachments import send
from tests.web.test_whole_file import newest, printed
from tongxin.documents import papers, store
from tongxin.documents.models import Attachment
from tongxin.ledger.models import Access
from tongxin.lib import definitions, places
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("TONGXIN_ATTACHMENTS", str(tmp_path / "attachments"))
    yield tmp_path / "attachments"


def signed(client: Office, child: Child, form: str = "visit_record", **more: str) -> None:
    assert client.fill(child, form).status_code == 200
    entry = newest(child, "visit" if form == "visit_record" else "interview")
    sent = send(client, child, portable(), name="a.pdf", kind="signed_scan", entry=str(entry.id), **more)
    assert sent.status_code == 302, sent.content.decode()


def test_a_signed_scan_stands_behind_its_record_and_others_at_the_end(cast: world.World, office: SignedIn) -> None:
    child, client = cast.child(), office("王督导")
    signed(client, child, title="签好的走访记录")
    client.fill(child, "interview_record")
    send(client, child, QUARTER, title="院子")
    assert "扫描件 2 个" in client.get(f"/children/{child.id}/book/").content.decode()
    pages = printed(client, child)
    visit = max(at for at, page in enumerate(pages) if "走访人" in page and at > 1)
    assert "附件1签字扫描件签好的走访记录附在走访记录（PDF）" in pages[visit + 1]
    assert "访谈记录" in pages[visit + 2] and "附件2照片院子（JPEG照片）" in pages[-1]
    index = pages[1]
    assert f"2025年9月2日{visit + 2}" in index.partition("附件1")[2] and "走访记录（已签字，扫描件附后）" in index
    assert f"2025年9月2日{len(pages)}" in index.partition("附件2")[2] and "本册不印）" not in index
    assert all("第1份" in page and f"共{len(pages)}页" in page for page in pages)
    assert "附件2个，印了2个" in pages[0]
    assert Access.objects.filter(purpose="print", part="care", route="paper").count() >= 2


def test_of_a_part_the_printer_may_not_read_nothing_is_said(cast: world.World, office: SignedIn) -> None:
    child = cast.child()
    assert office("林社工").fill(child, "assessment_form").status_code == 200
    sent = send(office("林社工"), child, portable(), name="a.pdf", kind="mental_medical", title="门诊病历")
    assert sent.status_code == 302
    assert "附件1" not in "".join(printed(office("周主任"), child))
    assert "附件1心理门诊、精神科文书门诊病历" in printed(office("林社工"), child)[-1]


def test_what_cannot_be_bound_is_named_with_the_reason(cast: world.World, office: SignedIn) -> None:
    child, other, client = cast.child(), cast.child("小雪"), office("周主任")
    signed(client, child)
    moved = newest(child, "visit")
    assert client.post(f"/children/{child.id}/entries/{moved.id}/move/", {"to": str(other.id)}).status_code == 302
    send(client, child, b"%PDF-1.7\n1 0 obj<<>>endobj\nstartxref\n9\n%%EOF\n", name="b.pdf", title="坏的")
    send(client, child, QUARTER, title="没有了")
    store.remove(Attachment.objects.get(number=3).id)
    send(client, child, QUARTER, kind="other", title="太大")
    Attachment.objects.filter(number=4).update(size=10**8)
    left = printed(client, child)[1].partition("附件（另存，本册不印）")[2]
    assert "附件1签字扫描件附在走访记录（PDF）：所附的记录已移至另一名儿童" in left
    assert "坏的（PDF）：文件打不开" in left and "没有了（JPEG照片）：这份附件的文件不在了" in left
    assert "太大（JPEG照片）：这一册印不下" in left


def test_rules_of_before_name_them_only() -> None:
    content = definitions.load_all(places.definitions_folder()).of("documents", "papers")[-1].content
    earlier = {key: each for key, each in content["book"].items() if key != "attachments"}
    assert papers.read(content | {"book": earlier}).book.attachments == papers.Binding()
    now = papers.read(content).book
    assert now.attachments.bytes > now.in_batches.bytes > 0
