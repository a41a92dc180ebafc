"""The office's pages about phones: what waits, who decides, how long a phone was silent, what was on a lost one."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import world
from tests.documents.files import png
from tests.flows.forms import fill
from tests.sync.phone import Json, Phone, entry, visit
from tests.sync.test_blobs import put
from tests.sync.test_down import sealed, taken
from tests.web.conftest import Clock, Office
from tongxin.cases.models import Case
from tongxin.documents.models import Attachment
from tongxin.flows import arriving_settling as settling
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.sync.models import Arrival, Device
from tongxin.web.field.shell import shell

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
SignedIn = Callable[[str], Office]


def test_what_waits_is_listed_and_decided(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    child = cast.child("小雨")
    sent = visit(child, time.now, place="在桥头见到")
    phone(app="0.9").sends(sent, now=time.now)
    desk = office("王督导")
    page = desk.get("/arrivals/").content.decode()
    assert "小雨" in page and "程序太旧" in page and "手机送来待核对" in desk.get("/").content.decode()
    address = f"/arrivals/{Arrival.objects.get().id}/"
    shown = desk.get(address)
    assert "照写的登记" in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store, private"
    assert desk.post(address, {"decision": "record"}).status_code == 302
    assert Entry.objects.filter(id=sent["id"]).exists()
    assert desk.post(address, {"decision": "record"}).status_code == 302
    assert "没有待核对的手机记录" in desk.get("/arrivals/").content.decode()


def test_a_conflict_is_told_from_both_sides(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    child = cast.child(phone="13800000001")
    other = fill(child, "detail_correction", time.now, phone="13800000002", basis="来电核实")
    cast.record(child, "detail_correction", other, by="王督导", at=time.now)
    answers = fill(child, "detail_correction", time.now, phone="13800000003", basis="奶奶说换号了")
    seen = {"phone": "13800000001"}
    phone().sends(entry(child, "detail_correction", answers, time.now, based_on=seen), now=time.now)
    desk = office("郑管理")
    text = desk.get(f"/arrivals/{Arrival.objects.get().id}/").content.decode()
    for words in ("13800000001", "13800000002", "13800000003", "来电核实", "奶奶说换号了", "周主任", "王督导"):
        assert words in text


def test_an_unwise_answer_is_asked_again(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    phone(app="0.9").sends(visit(cast.child(), time.now), now=time.now)
    desk, address = office("王督导"), f"/arrivals/{Arrival.objects.get().id}/"
    for body in ({}, {"decision": "fly"}, {"decision": "aside"}, {"decision": "aside", "reason": "x"}):
        assert desk.post(address, body).status_code == 422
    assert desk.post(address, {"decision": "aside", "reason": "mistaken", "note": "问过本人"}).status_code == 302


def test_an_answer_is_opened_as_a_form(cast: world.World, phone: Paired, office: SignedIn, time: Clock) -> None:
    broken = visit(cast.child(), time.now, place="在桥头见到")
    del broken["answers"]["kind"]
    phone().sends(broken, now=time.now)
    desk = office("王督导")
    answer = desk.post(f"/arrivals/{Arrival.objects.get().id}/", {"decision": "open"})
    page = desk.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "在桥头见到" in json.dumps(page.context["definition"], ensure_ascii=False)


@pytest.mark.parametrize("name", ["周主任", "陈管理", "陈督导", "林社工"])
def test_nobody_else_learns_what_waits(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock, name: str
) -> None:
    phone(app="0.9").sends(visit(cast.child("小雨"), time.now), now=time.now)
    desk = office(name)
    assert "小雨" not in desk.get("/arrivals/").content.decode()
    assert desk.get(f"/arrivals/{Arrival.objects.get().id}/").status_code == 404
    assert desk.post(f"/arrivals/{Arrival.objects.get().id}/", {"decision": "record"}).status_code == 404


def test_the_supervisor_sees_who_was_silent_and_stops_a_lost_phone(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    cast.child("小雨")
    sealed(time)
    mine = phone()
    taken(mine)
    time.now += timedelta(days=9)
    desk = office("王督导")
    assert "9 天没有同步" in " ".join(desk.get("/devices/").content.decode().split())
    page = f"/devices/{mine.told['device']}/"
    assert "小雨" in desk.get(page).content.decode()
    assert desk.post(f"{page}stop/", {"wipes": "1"}).status_code == 302
    assert mine.down().json()["state"] == "wipe"


@pytest.mark.parametrize(("app", "said", "cure"), [
    ("0.9", "程序太旧（版本 0.9）", "写的记录要先核对才登记"),
    ("1+0123456789abcdef", "程序不是最新的（版本 1）", "现在换上"),
    ("1+", "程序是最新的（版本 1）", ""),
])
def test_an_old_program_is_marked_with_what_to_do(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock, app: str, said: str, cure: str
) -> None:
    mine = phone(app=app + shell().build if app.endswith("+") else app)
    mine.down()
    desk = office("王督导")
    for page in ("/devices/", f"/devices/{mine.told['device']}/"):
        text = desk.get(page).content.decode()
        assert said in text and cure in text and ("现在换上" in text) is bool(cure)


def test_whoever_has_no_part_in_it_sees_no_phone(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    mine = phone()
    page = f"/devices/{mine.told['device']}/"
    assert office("周主任").get(page).status_code == 200
    for name in ("吴主任", "陈督导", "林社工"):
        desk = office(name)
        assert desk.get(page).status_code == 404
        assert desk.post(f"{page}stop/").status_code == 404
        assert "红色手机" not in desk.get("/devices/").content.decode()
    assert Device.objects.get().state == Device.ACTIVE


class TestLastResort:
    """The file that a phone exports when nothing else goes."""

    def file(self, mine: Phone, *entries: Json, **more: Any) -> SimpleUploadedFile:
        content = {
            "tongxin": "outbox", "v": 1, "device": mine.told["device"], "app": "1.0", "blobs": [],
            "entries": [{"id": each["id"], **sealed_to(mine, each)} for each in entries], **more,
        }
        return SimpleUploadedFile("outbox.tongxin", json.dumps(content).encode())

    def test_it_is_taken_in_once(self, cast: world.World, phone: Paired, office: SignedIn, time: Clock) -> None:
        child, mine = cast.child(), phone()
        sent = [visit(child, time.now), visit(child, time.now)]
        mine.sends(sent[0], now=time.now)
        desk, page = office("王督导"), f"/devices/{mine.told['device']}/import/"
        for _ in range(2):
            assert desk.post(page, {"file": self.file(mine, *sent)}).status_code == 302
        assert Entry.objects.filter(subject_id=child.id, kind="visit").count() == 2
        assert not Arrival.objects.exists()
        assert {each.person_id for each in Entry.objects.filter(kind="visit")} == {mine.person.id}

    def test_its_photos_and_recordings_come_with_their_entries_once(
        self, cast: world.World, phone: Paired, office: SignedIn, time: Clock
    ) -> None:
        child, mine, picture = cast.child(), phone(), png(width=40, height=20)
        sent, sound = visit(child, time.now), b"\x1aE\xdf\xa3" + b"sound" * 40
        half, whole, strange, other = (str(ids.new_id()) for _ in range(4))
        put(mine, UUID(half), sent["id"], picture[:30], total=len(picture))
        blobs = [
            blob_to(mine, half, sent["id"], picture, kind="photo"),
            blob_to(mine, whole, sent["id"], sound, type="audio/webm"),
            blob_to(mine, strange, sent["id"], b"MZ\x90", kind="photo"),
            blob_to(mine, other, sent["id"], picture, kind="photo") | {"id": str(ids.new_id())},
        ]
        desk, page = office("王督导"), f"/devices/{mine.told['device']}/import/"
        for _ in range(2):
            answer = desk.post(page, {"file": self.file(mine, sent, blobs=blobs)}, follow=True)
            words = answer.content.decode()
            assert "照片、录音和签名 2 个" in words and "有一个附件打不开" in words
            kept = Attachment.objects.filter(child_id=child.id)
            assert set(kept.values_list("id", flat=True)) == {UUID(half), UUID(whole)}
        assert put(mine, UUID(whole), sent["id"], sound, kind="voice").json()["is_whole"]
        assert Attachment.objects.count() == 2

    def test_another_file_is_refused_in_words(
        self, cast: world.World, phone: Paired, office: SignedIn, time: Clock
    ) -> None:
        mine, other = phone(), phone("吴主任")
        desk, page = office("王督导"), f"/devices/{mine.told['device']}/import/"
        for file in (None, SimpleUploadedFile("x", b"{"), SimpleUploadedFile("x", b"[]"), self.file(other)):
            assert desk.post(page, {"file": file} if file else {}).status_code == 422

    def test_a_phone_that_lost_its_pin_sends_what_it_sealed(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        child, old = cast.child(), phone()
        sent = visit(child, time.now)
        new = phone()
        told = new.sends({"id": sent["id"], "sealed": sealed_to(old, sent)}, now=time.now)
        assert told == new.sends(sent, now=time.now)
        assert told[0]["state"] == "arrived"

    def test_what_somebody_else_wrote_on_it_before_is_opened_and_its_danger_acts(
        self, cast: world.World, phone: Paired, time: Clock
    ) -> None:
        child, old = cast.child(), phone()
        sent = visit(child, time.now, wish_to_die="yes")
        new = phone("王督导")
        (told,) = new.sends({"id": sent["id"], "sealed": sealed_to(old, sent)}, now=time.now)
        assert (told["state"], told["reason"]) == ("held", "handed_on")
        assert Case.objects.get(id=child.id).in_crisis
        arrival, actor = Arrival.objects.get(), cast.viewer("郑管理", time.now)
        settling.record_as_written(arrival_id=arrival.id, actor=actor, at=time.now)
        assert Entry.objects.get(id=sent["id"]).person_id == old.person.id
        sealed(time)
        assert [each["id"] for each in taken(new)["settled"]] == [sent["id"]]


def sealed_to(mine: Phone, payload: Json) -> dict[str, Any]:
    """An entry sealed as the phone seals it."""
    return sealed_bytes(mine, json.dumps(payload).encode(), payload["id"])


def blob_to(mine: Phone, blob: str, entry_id: str, content: bytes, **more: str) -> dict[str, Any]:
    """A photo or recording as it lies in an exported file."""
    return {"id": blob, "entry": entry_id, **more, **sealed_bytes(mine, content, blob)}


def sealed_bytes(mine: Phone, content: bytes, about: str) -> dict[str, Any]:
    jwk = mine.told["recovery"]["jwk"]
    x, y = (int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "==")) for name in ("x", "y"))
    theirs = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    own = ec.generate_private_key(ec.SECP256R1())
    key = HKDF(hashes.SHA256(), 32, None, b"tongxin-outbox-1").derive(own.exchange(ec.ECDH(), theirs))
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    box = AESGCM(key).encrypt(b"\x01" * 12, content, about.encode())
    parts = {"epk": point, "iv": b"\x01" * 12, "sealed": box}
    return {"v": 1, "key": mine.told["recovery"]["id"]} | {
        name: base64.b64encode(value).decode() for name, value in parts.items()
    }
