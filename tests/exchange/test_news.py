"""News for other systems: signed, without content, again until it arrives, nowhere it must not go."""

import importlib.util
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.exchange.conftest import refer
from tests.exchange.systems import System
from tests.notices.receivers import CallServer, running
from tests.web.conftest import MORNING
from tongxin.exchange.models import Delivery, Hook, Try
from tongxin.flows import exchange_hooks, exchange_sending
from tongxin.flows.refusals import Refused
from tongxin.lib import ids

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).resolve().parents[2] / "scripts" / "verify_webhook.py"
KINDS = ["referral_sent", "referral_answered", "clue_stepped"]


def _example() -> Any:
    """The verifier that other bodies copy."""
    spec = importlib.util.spec_from_file_location("verify_webhook", EXAMPLE)
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


example = _example()


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CallServer]:
    """A receiver on this machine, named by whoever runs this."""
    with running(CallServer()) as http:
        setting(tmp_path, monkeypatch, ["127.0.0.1"])
        yield http


def setting(folder: Path, monkeypatch: pytest.MonkeyPatch, within: list[str]) -> None:
    file = folder / "outbound.json"
    file.write_text(json.dumps({"webhooks": {"within": within}}), encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("TONGXIN_OUTBOUND", str(file))


def hooked(cast: world.World, system: System, url: str, algorithm: str = "hmac") -> tuple[Hook, str]:
    return exchange_hooks.add(
        client_id=system.client.id, url=url, kinds=KINDS, algorithm=algorithm, actor=cast.viewer("系统员"), at=MORNING
    )


def send(at: datetime) -> int:
    return exchange_sending.send_due(worker="w", at=at, limit=20)


def checked(call: Any, at: datetime, seen: set[str], **keys: str) -> dict[str, Any]:
    path, headers, body = call
    example.verify(body, headers["Tongxin-Signature"], now=at.timestamp(), seen=seen, **keys)
    assert path == "/news"
    return dict(json.loads(body))


@pytest.mark.parametrize("algorithm", ["hmac", "ed25519"])
def test_a_referral_is_told_by_its_id_and_the_example_checks_it(
    cast: world.World, hospital: System, server: CallServer, algorithm: str
) -> None:
    hook, secret = hooked(cast, hospital, server.url("/news"), algorithm)
    row = refer(cast, "童小雨")
    assert send(row.sent_at) == 1
    (call,), keys = server.calls, {"secret": secret} if secret else {"public_key": hook.public_key}
    assert "童小雨" not in server.everything
    seen: set[str] = set()
    told = checked(call, row.sent_at, seen, **keys)
    assert told["kind"] == "referral_sent" and told["url"] == f"/api/v1/referrals/{row.entry_id}"
    assert hospital.get(told["url"].removeprefix("/api/v1/")).status_code == 200
    with pytest.raises(example.Unsigned, match="replayed"):
        checked(call, row.sent_at, seen, **keys)
    with pytest.raises(example.Unsigned, match="time"):
        checked(call, row.sent_at + timedelta(minutes=6), set(), **keys)
    with pytest.raises(example.Unsigned, match="signature"):
        checked((call[0], call[1], call[2] + b" "), row.sent_at, set(), **keys)
    assert send(row.sent_at + timedelta(days=1)) == 0


def test_is_tried_again_after_growing_pauses_then_lies_in_sight_and_goes_by_hand(
    cast: world.World, hospital: System, server: CallServer
) -> None:
    hooked(cast, hospital, server.url("/news"))
    server.answer = lambda path: (500, {})
    at = refer(cast, "童小雨").sent_at
    waits = []
    for _ in range(8):
        assert send(at) == 1 and send(at) == 0
        row = Delivery.objects.get()
        waits.append((row.not_before - at).total_seconds() / 60)
        at = row.not_before
    assert waits[:4] == [1, 3, 9, 27] and row.state == Delivery.DEAD and Try.objects.count() == 8
    assert len({headers["Tongxin-Signature"] for _, headers, _ in server.calls}) == 8
    assert len({headers["Idempotency-Key"] for _, headers, _ in server.calls}) == 1
    server.answer = lambda path: (200, {})
    exchange_hooks.again(delivery_id=row.id, actor=cast.viewer("系统员"), at=at)
    assert send(at) == 1
    row.refresh_from_db()
    assert row.state == Delivery.SENT and row.status == 200


def test_a_paused_hook_keeps_its_queue_and_an_ended_one_gets_nothing(
    cast: world.World, hospital: System, server: CallServer
) -> None:
    hook, _ = hooked(cast, hospital, server.url("/news"))
    desk = cast.viewer("系统员")
    exchange_hooks.change(hook_id=hook.id, deed="pause", actor=desk, at=MORNING)
    at = refer(cast, "童小雨").sent_at
    assert send(at) == 0 and server.calls == []
    with pytest.raises(Refused):
        exchange_hooks.change(hook_id=hook.id, deed="pause", actor=desk, at=MORNING)
    exchange_hooks.change(hook_id=hook.id, deed="resume", actor=desk, at=MORNING)
    assert send(at) == 1 and len(server.calls) == 1
    refer(cast, "童小风")
    exchange_hooks.change(hook_id=hook.id, deed="end", actor=desk, at=MORNING)
    send(at + timedelta(hours=1))
    assert len(server.calls) == 1 and Delivery.objects.filter(state=Delivery.DEAD, reason="stopped").count() == 1


def test_goes_to_no_address_within_the_network_unless_named_and_follows_nobody(
    cast: world.World, hospital: System, server: CallServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(cast, hospital, server.url("/news"))
    hooked(cast, hospital, server.url("/news").replace("http://127.0.0.1", "https://localhost"))
    at = refer(cast, "童小雨").sent_at
    setting(tmp_path, monkeypatch, ["elsewhere.example"])
    send(at)
    assert server.calls == []
    assert set(Delivery.objects.values_list("state", "reason")) == {(Delivery.DEAD, "refused_door")}
    setting(tmp_path, monkeypatch, ["127.0.0.1"])
    server.answer = lambda path: (302, {})
    exchange_hooks.again(delivery_id=Delivery.objects.filter(hook__url__startswith="http:").get().id,
                         actor=cast.viewer("系统员"), at=at)
    send(at)
    assert Delivery.objects.filter(hook__url__startswith="http:").get().state != Delivery.SENT


@pytest.mark.parametrize("url", [
    "ftp://a.example/", "https://", "https://u:p@a.example/", "https://a.example/?to=1", "https://a.example/#x",
    "javascript:alert(1)", "https://a.example:99999/", "https://a.example:0/", f"https://a.example/{'x' * 300}", "",
])
def test_an_address_that_hides_something_is_refused(cast: world.World, hospital: System, url: str) -> None:
    with pytest.raises(Refused):
        hooked(cast, hospital, url)
    assert exchange_hooks.is_url("https://a.example/news") and ids.new_id()


def test_news_sent_again_is_as_fresh_as_the_first(cast: world.World, hospital: System, server: CallServer) -> None:
    hooked(cast, hospital, server.url("/news"))
    server.answer = lambda path: (410, {})
    at = refer(cast, "童小雨").sent_at
    send(at)
    row = Delivery.objects.get(state=Delivery.DEAD)
    later = at + timedelta(minutes=2)
    exchange_hooks.again(delivery_id=row.id, actor=cast.viewer("系统员"), at=later)
    send(later)
    one, other = (headers["Tongxin-Signature"] for _, headers, _ in server.calls)
    assert one.split(",")[1] != other.split(",")[1]
