"""Photos and recordings: in pieces, from where they stopped, whole into the child's file."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests import world
from tests.documents.files import jpeg, png
from tests.flows.story import Story
from tests.sync.phone import Phone, visit
from tests.web.conftest import Clock, Office
from tongxin import vault
from tongxin.documents import selectors
from tongxin.documents.models import Attachment
from tongxin.flows import arriving_holding as holding
from tongxin.flows import arriving_settling as settling
from tongxin.flows.arriving_blobs import receive_whole
from tongxin.flows.arriving_files import waiting_files
from tongxin.flows.sweep import sweep
from tongxin.lib import ids
from tongxin.sync import devices
from tongxin.sync.models import Arrival, Blob, Piece

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
SignedIn = Callable[[str], Office]
WEBM = b"\x1aE\xdf\xa3" + b"sound" * 40


def put(
    mine: Phone, blob: UUID, entry: str, content: bytes, *, at: int = 0, total: int = 0, kind: str = "photo"
) -> Any:
    address = f"/field/api/blob/{blob}/?offset={at}&total={total or len(content)}&entry={entry}&kind={kind}"
    return mine.client.post(
        address, content, content_type="application/octet-stream", headers={"Authorization": f"Bearer {mine.token}"}
    )


def test_pieces_make_a_picture_in_the_file(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine, blob, picture = cast.child(), phone(), ids.new_id(), png(width=40, height=20)
    sent = visit(child, time.now)
    mine.sends(sent, now=time.now)
    half = len(picture) // 2
    first = put(mine, blob, sent["id"], picture[:half], total=len(picture))
    assert first.json() == {"received": half, "is_whole": False}
    wrong = put(mine, blob, sent["id"], picture[half:], at=half + 1, total=len(picture))
    assert (wrong.status_code, wrong.json()["received"]) == (409, half)
    last = put(mine, blob, sent["id"], picture[half:], at=half, total=len(picture))
    assert last.json() == {"received": len(picture), "is_whole": True}
    kept = Attachment.objects.get(id=blob)
    assert (kept.child_id, kept.kind) == (child.id, "photo")
    assert selectors.opened(kept, viewer=cast.viewer("王督导", time.now), at=time.now)
    assert not Piece.objects.exists() and vault.destroyed([vault.Owner("intake", blob)])
    assert put(mine, blob, sent["id"], picture).json()["is_whole"]
    assert Attachment.objects.count() == 1


def test_a_picture_to_which_somebody_said_no_is_not_kept(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine, blob = cast.child(), phone(), ids.new_id()
    Story(cast, child, at=time.now - timedelta(hours=2)).record(
        "consent", "王督导", purposes=["photo"], answer="refused", child_agrees="yes"
    )
    sent = visit(child, time.now)
    mine.sends(sent, now=time.now)
    told = put(mine, blob, sent["id"], jpeg()).json()
    assert "监护人不同意" in told["zh"] and not Attachment.objects.exists()
    signature = put(mine, ids.new_id(), sent["id"], png(), kind="signature").json()
    assert signature["is_whole"] and Attachment.objects.get().kind == "signed_scan"


def test_a_picture_waits_for_its_entry(cast: world.World, phone: Paired, time: Clock) -> None:
    child, mine, blob = cast.child(), phone(), ids.new_id()
    sent = visit(child, time.now)
    assert put(mine, blob, sent["id"], jpeg()).json()["is_whole"]
    assert not Attachment.objects.exists()
    assert b"\xff\xd8\xff" not in b"".join(piece.content.blob for piece in Piece.objects.select_related("blob"))
    mine.sends(sent, now=time.now)
    sweep(time.now)
    assert Attachment.objects.get().id == blob


@pytest.mark.parametrize("opens", [True, False])
def test_a_picture_follows_what_its_entry_became(
    cast: world.World, phone: Paired, time: Clock, opens: bool
) -> None:
    """The entry waited, its writer left, and somebody else recorded it or handed it in as a form."""
    child, mine, blob = cast.child(), phone(app="0.9"), ids.new_id()
    sent = visit(child, time.now)
    mine.sends(sent, now=time.now)
    put(mine, blob, sent["id"], jpeg())
    mine.person.is_active = False
    mine.person.save()
    arrival, actor = Arrival.objects.get(), cast.viewer("王督导", time.now)
    if opens:
        named = holding.opened_id(arrival.id)
        cast.record(child, "visit_record", sent["answers"], by="王督导", at=time.now, entry_id=named)
    else:
        settling.record_as_written(arrival_id=arrival.id, actor=actor, at=time.now)
    assert not Attachment.objects.exists()
    sweep(time.now)
    sweep(time.now)
    kept = Attachment.objects.get()
    assert (kept.id, kept.child_id, kept.person_id) == (blob, child.id, actor.person_id)


@pytest.mark.parametrize(("content", "kind", "is_kept"), [
    (WEBM, "voice", True), (jpeg(), "voice", False), (WEBM, "photo", False), (png(), "signature", True),
    (b"MZ\x90", "photo", False),
])
def test_a_file_is_what_its_bytes_say(
    cast: world.World, phone: Paired, time: Clock, content: bytes, kind: str, is_kept: bool
) -> None:
    child, mine, blob = cast.child(), phone(), ids.new_id()
    sent = visit(child, time.now)
    mine.sends(sent, now=time.now)
    told = put(mine, blob, sent["id"], content, kind=kind).json()
    assert Attachment.objects.exists() is is_kept
    assert bool(told.get("zh")) is not is_kept and told["is_whole"]


def test_nonsense_and_what_is_too_large_is_refused(cast: world.World, phone: Paired, time: Clock) -> None:
    mine, blob, entry = phone(), ids.new_id(), str(ids.new_id())
    assert put(mine, blob, entry, b"x", total=99_000_000).status_code == 413
    assert put(mine, blob, entry, b"x", kind="virus").status_code == 413
    assert put(mine, blob, "x", b"x").status_code == 400
    assert put(mine, blob, entry, b"x" * 10, total=5).status_code == 409
    assert put(mine, blob, entry, b"x", total=5).status_code == 200
    assert put(mine, blob, entry, b"x", total=6, at=1).status_code == 422
    assert put(phone("吴主任"), blob, entry, b"x", total=5, at=1).status_code == 422
    assert Blob.objects.get().received == 1


class TestStopped:
    """Whoever has a phone that was stopped may be nobody's colleague: a person looks at what it sends."""

    def stopped(self, cast: world.World, phone: Paired, time: Clock) -> Phone:
        mine = phone()
        devices.revoke(device=mine.device, wipes=False, actor=cast.viewer("王督导"), at=time.now)
        time.now += timedelta(days=1)
        return mine

    def test_a_file_for_what_had_arrived_waits_and_is_kept_or_put_aside(
        self, cast: world.World, phone: Paired, office: SignedIn, time: Clock
    ) -> None:
        child, mine = cast.child(), phone()
        sent = visit(child, time.now)
        mine.sends(sent, now=time.now)
        devices.revoke(device=mine.device, wipes=False, actor=cast.viewer("王督导"), at=time.now)
        first, second = ids.new_id(), ids.new_id()
        for blob in (first, second):
            time.now += timedelta(minutes=1)
            assert put(mine, blob, sent["id"], png()).json()["is_whole"]
        sweep(time.now)
        assert not Attachment.objects.exists()
        desk, list_ = office("王督导"), "/arrivals/"
        assert str(first) in desk.get(list_).content.decode()
        seen = desk.get(f"/arrivals/files/{first}/")
        assert (seen.headers["Content-Type"], seen.content[:4]) == ("image/png", b"\x89PNG")
        assert "no-store" in seen.headers["Cache-Control"]
        for name in ("周主任", "陈管理", "林社工"):
            assert office(name).get(f"/arrivals/files/{first}/").status_code == 404
            assert office(name).post(f"/arrivals/files/{first}/decide/", {"decision": "keep"}).status_code == 404
        desk = office("王督导")
        assert desk.post(f"/arrivals/files/{first}/decide/", {"decision": "fly"}).status_code == 302
        for blob, decision in ((first, "keep"), (second, "aside"), (second, "keep")):
            assert desk.post(f"/arrivals/files/{blob}/decide/", {"decision": decision}).status_code == 302
        assert [each.id for each in Attachment.objects.all()] == [first]
        assert Attachment.objects.get().person_id == cast.people["王督导"].id
        sweep(time.now)
        assert Piece.objects.filter(blob_id=second).exists()
        assert Attachment.objects.count() == 1 and str(second) not in desk.get(list_).content.decode()

    def test_a_file_of_an_entry_that_somebody_let_in_goes_with_it(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        child, mine, blob, late = cast.child(), self.stopped(cast, phone, time), ids.new_id(), ids.new_id()
        sent = visit(child, time.now)
        mine.sends(sent, now=time.now)
        put(mine, blob, sent["id"], png())
        settling.record_as_written(
            arrival_id=Arrival.objects.get().id, actor=cast.viewer("王督导", time.now), at=time.now
        )
        sweep(time.now)
        assert Attachment.objects.get().id == blob
        # By a file of last resort, when the phone itself was heard no more.
        time.now += timedelta(days=31)
        receive_whole(
            blob_id=late, entry_id=UUID(sent["id"]), kind="photo", content=png(), device=mine.device, at=time.now
        )
        assert Attachment.objects.count() == 1
        assert waiting_files(viewer=cast.viewer("王督导", time.now), at=time.now).get().id == late
