"""Books of many children: agreed to by another, bound in the background, begun again, taken back, downloaded once."""

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
import pyzipper
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pypdf import PdfReader

from tests import world
from tests.assessed import assess
from tests.web.conftest import MORNING, Office
from tongxin.cases.models import Case
from tongxin.commands import jobs
from tongxin.documents import typesetting
from tongxin.exports import store
from tongxin.exports.models import Export
from tongxin.flows import export_asking, export_book_copies, export_books, export_copies
from tongxin.flows.export_asking import Wish
from tongxin.flows.refusals import Refused
from tongxin.ledger.models import Event
from tongxin.people.models import Child
from tongxin.web.console import book_batch
from tongxin.web.jobs import bind_books

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
UNTIL = date(2025, 9, 20)


@pytest.fixture
def children(cast: world.World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    monkeypatch.setenv("TONGXIN_EXPORTS", str(tmp_path / "exports"))
    assess(cast, "export")
    return [cast.child(f"小雨{sign}", birth="2012-01-05") for sign in "甲乙丙"]


def agreed(cast: world.World, by: str = "王督导") -> Export:
    wish = Wish(
        purpose="binding", words="年度归档", recipient="", fields=(), form="pdf", is_named=True, until_on=UNTIL,
        to=f"post:{cast.posts[by].id}",
    )
    row = export_asking.ask(
        wish=wish, cases=Case.objects.all(), parts=("roster",), actor=cast.viewer(by, MORNING), at=MORNING
    )
    return export_asking.decide(
        export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING
    )


def make(row: Export, bind: Any = book_batch.bind) -> int:
    return export_books.make(export_id=row.id, bind=bind, clock=lambda: MORNING)


def text_of(book: bytes) -> list[str]:
    return [
        "".join(page.extract_text().replace(typesetting.MAY_BREAK, "").split())
        for page in PdfReader(io.BytesIO(book)).pages
    ]


class Broken:
    """Binds as the worker does, but for one child."""

    def __init__(self, child: Child, fault: Callable[[], BaseException | None]) -> None:
        self.child, self.fault = child, fault

    def __call__(self, **asked: Any) -> Mapping[str, Any]:
        if asked["child_id"] == self.child.id and (fault := self.fault()):
            raise fault
        return book_batch.bind(**asked)


def test_from_the_request_to_the_one_copy(cast: world.World, children: list[Child], office: SignedIn) -> None:
    client = office("王督导")
    second = client.get("/exports/new/?purpose=binding&kind=named").content.decode()
    assert "每名儿童一册" in second and 'name="fields"' not in second
    sent = client.post("/exports/new/", {
        "purpose": "binding", "kind": "named", "words": "年度归档", "to": f"post:{cast.posts['王督导'].id}",
        "until_on": UNTIL.isoformat(), "form": "pdf",
    })
    row = Export.objects.get()
    assert sent.status_code == 302 and row.way == "books" and "psychological" in row.fields
    assert "sessions" not in row.fields
    office("郑管理").post(f"/exports/{row.id}/decide/", {"agrees": "yes"})
    shown = client.get(f"/exports/{row.id}/").content.decode()
    assert "已装订 0 册，共 3 册" in shown
    assert make(row) == 3
    assert client.get(f"/exports/{row.id}/progress/").headers["HX-Redirect"] == f"/exports/{row.id}/"
    assert "只能下载一次" in client.get(f"/exports/{row.id}/").content.decode()
    answer = client.post(f"/exports/{row.id}/download/")
    made = b"".join(answer.streaming_content)
    password = client.post(f"/exports/{row.id}/password/").context["password"]
    with pyzipper.AESZipFile(io.BytesIO(made)) as archive:
        assert not any(child.file_no in name for name in archive.namelist() for child in children)
        archive.setpassword(password.encode())
        books = [archive.read(each) for each in archive.namelist() if each.endswith(".pdf")]
        about = archive.read(archive.namelist()[-1]).decode("utf-8-sig")
    assert len(books) == 3 and all(child.file_no in about for child in children)
    pages = text_of(books[0])
    assert all(f"批次{row.number}-1" in page and "王督导" in page for page in pages)
    assert [each.clear["paper"] for each in Event.objects.filter(kind="paper.printed")] == ["whole_file"] * 3
    again = client.post(f"/exports/{row.id}/download/", follow=True)
    assert "只能下载一次，已经下载过" in again.content.decode()


def test_one_that_fails_is_named_and_the_others_are_bound(
    cast: world.World, children: list[Child], office: SignedIn
) -> None:
    row = agreed(cast)
    assert make(row, Broken(children[1], lambda: ValueError("broken"))) == 2
    shown = office("王督导").get(f"/exports/{row.id}/").content.decode()
    assert f"{children[1].file_no}：内容没有取全" in shown and children[0].file_no not in shown
    copy, archive = export_book_copies.download(export_id=row.id, actor=cast.viewer("王督导", MORNING), at=MORNING)
    with archive, pyzipper.AESZipFile(archive) as opened:
        assert copy.number == 1 and sum(each.endswith(".pdf") for each in opened.namelist()) == 2


def test_goes_on_where_it_was_cut_short(cast: world.World, children: list[Child]) -> None:
    row = agreed(cast)
    faults = iter([KeyboardInterrupt()])
    last = sorted(children, key=lambda each: each.id)[-1]
    with pytest.raises(KeyboardInterrupt):
        make(row, Broken(last, lambda: next(faults, None)))
    assert Export.objects.get().state == Export.AGREED
    printed = Event.objects.filter(kind="paper.printed")
    bound = printed.count()
    assert make(row, Broken(last, lambda: next(faults, None))) == 3 and bound == 2
    assert Export.objects.get().state == Export.MADE
    # Who had been gathered, but not bound, has no second copy: neither on the record nor on paper.
    assert [each.clear["number"] for each in printed] == [1, 1, 1]
    assert {each.clear["batch"] for each in printed} == {f"{row.number}-1"}
    _, archive = export_book_copies.download(export_id=row.id, actor=cast.viewer("王督导", MORNING), at=MORNING)
    with archive, pyzipper.AESZipFile(archive) as opened:
        assert len(opened.namelist()) == len(set(opened.namelist())) == 4


def test_what_failed_once_is_tried_once_more_at_the_end(
    cast: world.World, children: list[Child], office: SignedIn
) -> None:
    row, client, shown = agreed(cast), office("王督导"), []

    def fault() -> BaseException | None:
        shown.append(client.get(f"/exports/{row.id}/progress/").content.decode())
        return ValueError("for a moment") if len(shown) == 1 else None

    assert make(row, Broken(children[1], fault)) == 3
    assert "1 册没有装成，最后会再试一次" in shown[1] and "已装订 2 册，共 3 册，还有 0 册" in shown[1]
    assert "没有装订成" not in client.get(f"/exports/{row.id}/").content.decode()


def test_a_worker_that_starts_again_takes_up_what_it_was_at(cast: world.World, children: list[Child]) -> None:
    row = agreed(cast)
    assert jobs._take_up_again() == 0
    begun = bind_books.enqueue(str(row.id))
    DBTaskResult.objects.filter(id=begun.id).update(status=TaskResultStatus.RUNNING)
    assert jobs._take_up_again() == 1 and jobs._take_up_again() == 0
    assert DBTaskResult.objects.get(id=begun.id).status == TaskResultStatus.READY
    assert make(row) == 3 == make(row), "a second worker at the same finds nothing left to do"


def test_taken_back_on_the_way_it_stops_and_nothing_stays(cast: world.World, children: list[Child]) -> None:
    row = agreed(cast)
    last = sorted(children, key=lambda each: each.id)[-1]

    def taken_back() -> None:
        export_copies.revoke(export_id=row.id, actor=cast.viewer("王督导", MORNING), at=MORNING)

    make(row, Broken(last, taken_back))
    assert Export.objects.get().state == Export.REVOKED
    assert not any(store.path_of(row.id, child.id).exists() for child in children)


def test_only_by_name_and_only_for_who_reads_as_much(cast: world.World, children: list[Child]) -> None:
    wish: dict[str, Any] = {
        "purpose": "binding", "words": "归档", "recipient": "", "fields": (), "form": "pdf", "until_on": UNTIL,
        "is_named": True, "to": f"post:{cast.posts['方经办'].id}",
    }
    for more, said in (({}, "平时看不到所选的内容"), ({"is_named": False}, "只能具名"), ({"form": "xlsx"}, "文件格式")):
        with pytest.raises(Refused) as refused:
            export_asking.ask(
                wish=Wish(**wish | more), cases=Case.objects.all(), parts=("roster",),
                actor=cast.viewer("王督导", MORNING), at=MORNING,
            )
        assert said in refused.value.problems[0].zh
