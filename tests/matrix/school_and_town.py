"""One of each thing that home, school, town and systems of other bodies do together, for the matrix of routes."""

from datetime import date
from typing import Any

from tests.documents.files import png
from tests.matrix.office import Worker
from tests.web.conftest import MORNING
from tongxin.activities.models import Doubt
from tongxin.exchange.models import Client, Delivery
from tongxin.flows import (
    exchange_clients,
    exchange_hooks,
    gathering,
    pairing,
    pairing_companions,
    pairing_identity,
    taking_up,
    wanted_reading,
)
from tongxin.flows.activities import leading, listing, occasions, photos, planning, publicity, signing
from tongxin.lib import ids
from tongxin.people.models import Child


def school_and_town(here: dict[str, Worker], child: Child) -> dict[str, Any]:
    """A companion with a pairing, a class meeting, a need with an offer, a client with a hook and a dead letter."""
    return {**_paired(here, child), **_wanted(here, child), **_client(here), **_activity(here, child)}


def _paired(here: dict[str, Worker], child: Child) -> dict[str, Any]:
    desk = here["case_manager"].viewer()
    given = {"name": ["陪伴者"], "phone": ["13900000000"], "sex": ["female"], "skills": ["talk"]}
    companion = pairing_companions.register(
        kind="mentor", organisation_id=None, town_id=None, given=given, actor=desk, at=MORNING
    )
    for kind in ("record", "training", "promise"):
        pairing_companions.check(
            companion_id=companion.id, kind=kind, result="clear", done_on="2025-09-01", proof="证明", actor=desk,
            at=MORNING,
        )
    for reader in ("case_manager", "child_supervisor"):
        pairing_identity.identify(
            companion_id=companion.id, id_no="P12345678", actor=here[reader].viewer(), at=MORNING
        )
    willing = {"child_agrees": ["yes"], "guardian_agrees": ["yes"], "place": ["school"]}
    made = pairing.begin(child_id=child.id, companion_id=companion.id, given=willing, actor=desk, at=MORNING)
    held = {
        "kind": ["class_meeting"], "held_on": ["2025-09-01"], "topic": ["safety"], "grade": ["middle"], "came": ["9"],
        "first_time": ["9"],
    }
    met = gathering.add(gathering_id=ids.new_id(), given=held, actor=here["psych_teacher"].viewer(), at=MORNING)
    return {"companion_id": companion.id, "pairing_id": made.id, "gathering_id": met.id}


def _activity(here: dict[str, Worker], child: Child) -> dict[str, Any]:
    """An outing with the child on its list, held once with a code and a photo; a doubted number; publicity."""
    desk = here["case_manager"].viewer()
    given = {
        "kind": ["theme_day"], "title": ["开放日"], "goal": ["认识情绪"], "purpose": ["know"], "audience": ["pupils"],
        "topic": ["feelings"], "place": ["儿童之家"], "first_day": ["2025-09-01"], "last_day": ["2025-09-30"],
        "expected": ["9000"],
    }
    row = planning.plan(activity_id=ids.new_id(), given=given, reason="全县", actor=desk, at=MORNING)
    held = occasions.begin(activity_id=row.id, occasion_id=ids.new_id(), actor=desk, at=MORNING)
    line = listing.put(activity_id=row.id, file_no=child.file_no, group=1, actor=desk, at=MORNING)
    code, _ = signing.issue(occasion_id=held.id, actor=desk, at=MORNING)
    told = {"channel": ["video"], "title": ["短片"], "published_on": ["2025-09-01"], "times": ["1"],
            "reach_from": ["none"], "shows_child": ["no"]}
    said = publicity.add(line_id=ids.new_id(), given=told, actor=desk, at=MORNING)
    photo = photos.add(activity_id=row.id, actor=desk, at=MORNING,
                       sent=photos.Sent(ids.new_id(), "a.png", png(), photos.NOBODY))
    outing = {**given, "kind": ["outing"], "expected": ["8"], "adults": ["2"], "insured": ["yes"], "checked": ["yes"],
              "safety": ["带队"], "leaders": [
                  str(each.post_id) for each in leading.choices(here["child_supervisor"].viewer(), at=MORNING)[:2]
              ]}
    asked, returned = (planning.plan(
        activity_id=ids.new_id(), given=outing, actor=here["child_supervisor"].viewer(), at=MORNING
    ) for _ in range(2))
    planning.decide(activity_id=returned.id, agrees=False, reason="safety", actor=desk, at=MORNING)
    return {
        "asked_id": asked.id, "returned_id": returned.id,
        "activity_id": row.id, "occasion_id": held.id, "listed_id": line.id, "code": code, "photo_id": photo.id,
        "doubt_id": Doubt.objects.get(about_id=row.id).id, "publicity.line_id": said.id,
    }


def _wanted(here: dict[str, Worker], child: Child) -> dict[str, Any]:
    given = {"kind": ["study"], "ages": ["from_6"], "what": ["每周要人辅导两次作业"], "until_on": ["2025-12-01"]}
    wanted = taking_up.publish(child_id=child.id, given=given, actor=here["case_manager"].viewer(), at=MORNING)
    wanted_reading.read(
        wanted_id=wanted.id, agrees=True, reason="", actor=here["child_supervisor"].viewer(), at=MORNING
    )
    offer = taking_up.offer(
        wanted_id=wanted.id, given={"how": ["两个人来"]}, actor=here["department_officer"].viewer(), at=MORNING
    )
    return {"wanted_id": wanted.id, "offer_id": offer.id}


def _client(here: dict[str, Worker]) -> dict[str, Any]:
    desk = here["system_administrator"].viewer()
    given = {
        "name": ["院内系统"], "post": [str(here["psychiatrist"].post.id)], "scopes": ["referrals_read"],
        "networks": ["127.0.0.1"], "expires_on": [date(2025, 12, 1).isoformat()],
    }
    client = exchange_clients.ask(given=given, actor=desk, at=MORNING)
    Client.objects.filter(id=client.id).update(state=Client.AGREED)
    hook, _ = exchange_hooks.add(
        client_id=client.id, url="https://his.example.cn/news", kinds=["referral_sent"], algorithm="hmac", actor=desk,
        at=MORNING,
    )
    dead = Delivery.objects.create(
        hook=hook, kind="referral_sent", source_id=ids.new_id(), about_id=ids.new_id(), happened_at=MORNING,
        not_before=MORNING, state=Delivery.DEAD,
    )
    return {"client_id": client.id, "hook_id": hook.id, "clients.deed": "pause", "clients.delivery_id": dead.id}
