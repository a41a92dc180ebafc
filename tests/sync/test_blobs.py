"""Photos and recordings: in pieces, from where they stopped, whole into the child's file."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests import world
from tests.documents.files import jpeg, png
from tests.sync.phone import Phone, visit
from tests.web.conftest import Clock
from tongxin import vault
from tongxin.documents import selectors
from tongxin.documents.models import Attachment
from tongxin.flows import arriving_holding as holding
from tongxin.flows import arriving_settling as settling
from tongxin.flows.sweep import sweep
from tongxin.lib import ids
from tongxin.sync.models import Arrival, Blob, Piece

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
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
