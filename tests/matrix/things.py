"""One of everything that an address can name, all about one child, with a word of its own in every part of the file."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.assessed import assess
from tests.documents.files import png
from tests.flows import rooms as meeting
from tests.flows import sharing
from tests.flows.forms import fill
from tests.flows.group_story import GroupStory
from tests.flows.story import Story
from tests.matrix.bodies import BODIES
from tests.matrix.money import BODIES as MONEY
from tests.matrix.money import money
from tests.matrix.office import Worker
from tests.matrix.rechecks import recheck
from tests.matrix.school_and_town import school_and_town
from tests.matrix.sites import sites
from tests.matrix.supervision import question
from tests.matrix.together import together
from tests.matrix.training import training
from tests.screening.school import School
from tests.sync.phone import Phone, visit
from tests.sync.test_blobs import put
from tests.web.conftest import MORNING, Office
from tests.web.test_comparisons import compare
from tests.web.test_drafts import Tab
from tests.web.test_rosters import NOBODY, RAIN, bring_in, roster
from tests.world import START, World
from tongxin import vault
from tongxin.accounts.models import Holding, places_of
from tongxin.accounts.viewers import WORKER, viewer_of
from tongxin.bookings.models import Change
from tongxin.clues.models import Clue, Picture
from tongxin.core.pathway import CHINA
from tongxin.documents.models import Attachment
from tongxin.drafts.models import FormDraft
from tongxin.duty.selectors import OnCall
from tongxin.duty.services import Line as TemplateLine
from tongxin.flows import (
    asking_over,
    calendars,
    duty_filling,
    duty_swaps,
    holding,
    rooms,
    rota,
    setting_apart,
    unsealing,
)
from tongxin.flows.record import asked_of
from tongxin.flows.setting_apart import Notice
from tongxin.flows.shelved import NOWHERE
from tongxin.instances.models import Arrival as FromElsewhere
from tongxin.instances.models import BlindSession, Peer, Sending
from tongxin.intake.models import Listing
from tongxin.keeping.models import CustodyScan, Disposal, Unsealing
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.lists.models import SavedView
from tongxin.notices import addresses
from tongxin.people.homes import join_household
from tongxin.people.models import Child
from tongxin.referrals.models import Referral, Service
from tongxin.registers.models import Line, Paper, Step
from tongxin.rights.models import Ending, Shelved
from tongxin.rulebook import rules
from tongxin.rulebook.locks import locks_in
from tongxin.rulebook.models import Amendment
from tongxin.screening.models import Participant, Shift
from tongxin.sync import devices
from tongxin.sync.models import Arrival

NAME, PHONE, ADDRESS, CARER = "暗号小雨", "13911112222", "暗号巷七号", "暗号桂兰"
# By the form that is filled in with a word of its own: who fills it in, and with what else.
FORMS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("visit_record", "周主任", {}), ("case_note", "林社工", {}),
    ("identification_form", "周主任", {"low_mood": "often"}),
    ("assessment_form", "林社工", {}), ("interview_record", "林社工", {}),
    ("referral", "林社工", {"basis": "legal_basis", "legal_basis": "emergency"}),
    ("crisis_report", "周主任", {}), ("mandatory_report", "王督导", {}),
)


@dataclass(frozen=True, slots=True)
class Things:
    """The child, the ids by the name an address gives them, and each part's own words."""

    child: Child
    ids: dict[str, Any]
    words: dict[str, str]
    bodies: dict[str, dict[str, str]]


def word(form: str) -> str:
    """What only that form says of the child."""
    return f"暗号{form}"


def one_of_everything(world: World, here: dict[str, Worker]) -> Things:
    """Everything, as the cast made it over the pages where there are pages."""
    child = world.child(
        NAME, at=START, phone=PHONE, residence_address=ADDRESS,
        carers=[{"carer_name": CARER, "relation": "maternal_grandmother", "ability": "able"}],
    )
    story = Story(world, child)
    to = {"referral": {"to_organisation": str(world.body("hospital"))}}
    for form, by, answers in FORMS:
        story.record(form, by, **_spoken(child, form), **answers, **to.get(form, {}))
    called = story.record("conference", "郑管理", members=[{"outside": "李律师", "minimum": ["help"]}])
    home = join_household(children=[child], actor=WORKER, at=MORNING)
    entry = Entry.objects.get(subject_id=child.id, kind="visit")
    desk = here["case_manager"].browser()
    found: dict[str, Any] = {
        "child_id": child.id, "entry_id": entry.id, "call_id": called.entry.id, "number": 1,
        "referral_id": Referral.objects.get(child_id=child.id).entry_id, "form_id": "visit_record",
        "children.paper_id": "case_file", "indicator_id": "children_open",
        "kind": "forms",
        "name": "visit_record", "household_id": home.id, "page": "start", "deed": "drop",
        "path": "core/outcome.js", "blob_id": ids.new_id(), "amendments.name": _options(),
        "person_id": here["child_director"].person.id, "post_id": here["child_director"].post.id,
        "holding_id": _leave(here), **_duty(world),
        **_own(here["child_director"], child), **_rows(desk), **_compared(world, desk), **_moved(child),
        **_blind(here["case_manager"], child),
        **_round(world), **_kept(desk, child),
        **_phone(world, child), **_keeping(world, child), **_ended(world, child),
        **_register(here["security_administrator"]), **_clue(here["case_manager"]),
        **_asked(world, here["case_manager"], here["counsellor"]),
        **sharing.under_way(world, child, body=here["department_officer"].post.organisation_id),
        **_group(world), **together(here), **training(here), **_rooms(world, child), **sites(here),
        **school_and_town(here, child), **money(here, child), **question(here, child),
        **recheck(here, child),
    }
    group = {"rounds/<uuid:round_id>/answering/links/": {"group": str(found.pop("class_id"))}}
    group |= {"capacity/waiting/": {"place": str(world.body("social_work_station"))}}
    group |= {"rota/write/": {"room": str(found["room_id"])}}
    group |= {"duty/swap/": {"one": str(found.pop("one")), "other": str(found.pop("other")), "reason": "leave"}}
    return Things(child, found, {form: word(form) for form, _, _ in FORMS}, BODIES | MONEY | group)


def _group(world: World) -> dict[str, Any]:
    """A group of the counsellor's with one child in it, and its first meeting."""
    story = GroupStory(world, at=MORNING)
    (member,) = story.members(1)
    return {"group_id": story.group.id, "member_id": member.id, "number": 1, "groups.deed": "move"}


def _rooms(world: World, child: Child) -> dict[str, Any]:
    """A room with a shift, a swap that was asked, a booking for the child, and somebody's calendar."""
    room = meeting.room(world)
    rooms.close(room_id=room.id, first_day=date(2025, 12, 1), last_day=date(2025, 12, 2), reason="repair",
                actor=world.viewer("郑管理"), at=MORNING)
    shift = meeting.sits(world, room, "苏咨询", 0)[0]
    rota.leave(shift_id=shift.id, day=meeting.MONDAY, stand_in=meeting.named(world, "林社工"),
               actor=world.viewer("苏咨询"), at=MORNING)
    booked = meeting.book(world, meeting.wish(world, room, "苏咨询", meeting.moment(15, 9), child=child.id))
    made = calendars.issue(room_id=None, actor=world.viewer("苏咨询"), at=MORNING)
    change = Change.objects.get(state=Change.ASKED)
    return {
        "room_id": room.id, "closure_id": room.closures.get().id, "rota.shift_id": shift.id, "change_id": change.id,
        "booking_id": booked[0].id, "feed_id": made.feed.id, "token": made.token,
    }


def _duty(world: World) -> dict[str, Any]:
    """A week of duty from a template, and a swap of two turns that was asked."""
    place = world.posts["郑管理"].division
    desk, turn = world.viewer("郑管理"), time(8, 30)
    called = [OnCall(world.posts[name].id, world.people[name].id) for name in ("苏咨询", "林社工")]
    day = MORNING.astimezone(CHINA).date()
    duty_filling.write_template(
        division_id=place.id, valid_from=day, actor=desk, at=MORNING,
        lines=[TemplateLine("135", turn, turn, called[0], None), TemplateLine("2467", turn, turn, called[1], None)],
    )
    asked: dict[str, Any] = {
        "division_id": place.id, "first_day": day, "weeks": 2, "replaces": False, "actor": desk, "at": MORNING,
    }
    duty_filling.fill(mark=duty_filling.look(**asked).mark, **asked)
    ahead = duty_swaps.turns_ahead(place, at=MORNING)
    mine, other = (next(each for each in ahead if each.person_id == who.person_id) for who in called)
    swap = duty_swaps.ask(
        one_id=mine.id, other_id=other.id, reason="", actor=world.viewer("苏咨询"), at=MORNING,
    )
    return {"division_id": place.id, "swap_id": swap.id, "one": mine.id, "other": other.id}


def _spoken(child: Child, form: str) -> dict[str, Any]:
    """The form's own word in each of its fields for words."""
    fields = asked_of(child, form_id=form, at=MORNING).form.fields
    return {
        each.id: word(form) for each in fields
        if each.type in {"text", "long_text"} and each.show_if is None and not (each.binds or "").startswith("child.")
    }


def _own(worker: Worker, child: Child) -> dict[str, Any]:
    """A form begun and a filter kept by the director."""
    tab = Tab(worker.browser(), f"/children/{child.id}/forms/case_note/")
    assert tab.save(note="开了个头").status_code == 200
    kept = SavedView.objects.create(
        person_id=worker.person.id, post_id=worker.post.id, query="only=area", created_at=MORNING
    )
    to = addresses.add(person=worker.person, channel="sms", address=PHONE, at=MORNING, is_confirmed=False)
    assert to is not None
    return {
        "draft_id": FormDraft.objects.values_list("id", flat=True)[0], "view_id": kept.id, "address_id": to.id,
    }


def _keeping(world: World, child: Child) -> dict[str, Any]:
    """A hold, a record set apart with questions about it, and files that are due."""
    desk = world.viewer("郑管理", MORNING)
    hold = holding.place(
        child=child, kind="lawsuit", basis="诉讼", document="12号", review_on=(MORNING + timedelta(days=9)).date(),
        actor=desk, at=MORNING,
    )
    call = world.record(child, "call_record", fill(child, "call_record", MORNING), by="林社工", at=MORNING).entry
    custody = setting_apart.set_apart(
        child=child, entries=[call.id], notice=Notice("court", "34号", MORNING.date()), actor=desk, at=MORNING
    )
    asked = [
        unsealing.ask(custody_id=custody.id, purpose="lift", words="函", actor=desk, at=MORNING).id for _ in range(2)
    ]
    file = Attachment(child=child, entry_id=call.id, number=99, kind="photo", part="family", media_type="image/png",
                      size=1, digest=b"", added_at=MORNING)
    scan = CustodyScan(custody=custody, media_type="image/png", size=1)
    vault.put(file, {"file_name": "a.png"})
    vault.put(scan, {"content": "a"})
    file.save(force_insert=True)
    scan.save(force_insert=True)
    Unsealing.objects.filter(id=asked[1]).update(answered_at=MORNING, until_at=MORNING + timedelta(days=1))
    common = {
        "county_id": child.county_id, "rule": "child_file", "then": "destroy", "proposed_at": MORNING,
        "proposed_by": ids.new_id(), "proposed_post": ids.new_id(),
    }
    done = Disposal.objects.create(**common, state=Disposal.DONE, lines=["0" * 64], decided_at=MORNING)
    return {
        "hold_id": hold.id, "custody_id": custody.id, "asking_id": asked[0], "agreed_id": asked[1],
        "apart_id": file.id,
        "disposal_id": Disposal.objects.create(**common).id, "done_id": done.id,
    }


def _ended(world: World, child: Child) -> dict[str, Any]:
    """A proposal to erase that waits for a second person, and another child's file that is only stored."""
    Ending.objects.create(
        child_id=child.id, county_id=child.county_id, kind=Ending.ERASE, proposed_by=ids.new_id(), proposed_at=MORNING
    )
    other = world.child("暗号存", at=START)
    Shelved.objects.create(
        child_id=other.id, file_no=other.file_no, **places_of(other), basis="request", shelved_at=MORNING
    )
    Child.objects.filter(id=other.id).update(**NOWHERE)
    return {"stored_id": other.id, "request_id": ids.new_id()}


def _rows(desk: Office) -> dict[str, Any]:
    bring_in(desk, roster(RAIN))
    upload = bring_in(desk, roster([*RAIN[:-1], "13800000009"], NOBODY))
    listing = Listing.objects.filter(upload=upload, change=Listing.CHANGED).values_list("id", flat=True)[0]
    return {"upload_id": upload.id, "held_id": upload.held.values_list("id", flat=True)[0], "listing_id": listing}


def _compared(world: World, desk: Office) -> dict[str, Any]:
    """A list of the county's desk with a row that no file is about, and a second file that may be the same child's."""
    assess(world, "comparison", at=MORNING - timedelta(days=1))
    found = compare(desk, NOBODY)
    row = found.answers.filter(row__gt=0).values_list("id", flat=True)[0]
    return {"comparison_id": found.id, "answer_id": row, "other_id": world.child("暗号另一份", at=START).id}


def _moved(child: Child) -> dict[str, Any]:
    """Another installation, a file made for it, and one that came from it and was returned."""
    by = ids.new_id()
    peer = Peer.objects.create(
        region="440103", name="外地系统", sign_key="aa" * 32, seal_key="bb" * 32, added_at=MORNING, added_by=by
    )
    sent = Sending.objects.create(
        id=ids.new_id(), child_id=child.id, peer=peer, made_at=MORNING, person_id=by, post_id=by, last_seq=1, entries=1,
        digest="cc" * 32, content=b"{}",
    )
    came = FromElsewhere.objects.create(
        id=ids.new_id(), peer=peer, received_at=MORNING, county_id=child.county_id, child_id=ids.new_id(),
        digest="cc" * 32, content=b"", state=FromElsewhere.RETURNED, receipt="{}", answered_at=MORNING,
    )
    return {"peer_id": peer.id, "sending_id": sent.id, "moves.arrival_id": came.id}


def _blind(worker: Worker, child: Child) -> dict[str, Any]:
    """A finished blind comparison of the desk's, in which the child stands."""
    row = BlindSession(
        county_id=child.county_id, person_id=worker.person.id, post_id=worker.post.id, opened_at=MORNING,
        is_asker=True, kind="id", source=BlindSession.ON_FILE, own_name="民政局", other_name="教育局", agreement="3号",
        keep_until=MORNING + timedelta(days=30), state=BlindSession.DONE, rows=30, letter=b"{}", found=1,
    )
    vault.create_keys([row.key_owner], at=MORNING)
    vault.put(row, {"purpose": "核对", "result": f'["{child.id}"]'})
    row.save(force_insert=True)
    return {"blind_id": row.id}


def _round(world: World) -> dict[str, Any]:
    school = School(world, at=MORNING)
    school.start()
    school.tap(school.sit(1), "q9", 3, at=MORNING)
    Participant.objects.filter(round=school.round, number=1).update(sampled=1)
    shift, pupil = Shift.objects.get(round=school.round), school.pupil(1)
    return {
        "round_id": school.round.id, "participant_id": pupil.id, "shift_id": shift.id,
        "class_id": pupil.school_class_id,
    }


def _options() -> str:
    """A list of options that a county may change."""
    locked = locks_in(region="370116", at=MORNING).sets
    every = rules.resolve("fields", "option_sets", at=MORNING).content["sets"]
    return next(name for name in every if name not in locked)


def _leave(here: dict[str, Worker]) -> int:
    """Somebody stands in for the director."""
    leave = Holding.objects.create(
        post=here["child_director"].post, person=here["child_supervisor"].person, kind=Holding.STAND_IN,
        from_at=MORNING, to_at=MORNING + timedelta(days=3), followed_at=MORNING,
    )
    return int(leave.pk)


def _kept(desk: Office, child: Child) -> dict[str, Any]:
    attachment = ids.new_id()
    body = {"id": str(attachment), "kind": "photo", "file": SimpleUploadedFile("a.png", png())}
    assert desk.post(f"/children/{child.id}/attachments/", body).status_code == 302
    begun = desk.post("/amendments/begin/", {"form": "visit_record"})
    assert begun.status_code == 302
    return {"attachment_id": attachment, "amendment_id": Amendment.objects.values_list("id", flat=True)[0]}


def _register(worker: Worker) -> dict[str, Any]:
    """An incident as a worker reported it, with a scan that stands beside it."""
    body = {"topic": "leak", "found_at": f"{MORNING:%Y-%m-%dT%H:%M}", "what": "名单发错了群", "harm": "possible"}
    assert worker.browser().post("/registers/incident/report/", body).status_code == 200
    line = Line.objects.latest("id")
    step = Step(line=line, kind=Step.TOLD, stage="contained", at=MORNING, happened_at=MORNING)
    step.save()
    paper = Paper(step=step, media_type="image/png", size=9, sha256="0" * 64)
    paper.content = vault.seal(png(), owner=line.key_owner, place=(Paper._meta.label_lower, "content", paper.id))
    paper.save()
    return {
        "line_id": line.id, "paper_id": paper.id, "register": "processing", "stage": "internal", "year": MORNING.year,
    }


def _clue(worker: Worker) -> dict[str, Any]:
    """A clue as the county's desk took it in, with a picture that came with it."""
    signs = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat", "about_staff")
    body = {
        "channel": "line_12345", "received_at": f"{MORNING:%Y-%m-%dT%H:%M}", "what": "有人说起", "matter": "other",
        "where": "村口", "caller": "anonymous", **dict.fromkeys(signs, "no"),
    }
    assert worker.browser().post("/clues/new/", body).status_code == 302
    clue = Clue.objects.latest("id")
    row = Picture(clue=clue, media_type="image/png", size=9, sha256="0" * 64)
    row.content = vault.seal(png(), owner=clue.key_owner, place=(Picture._meta.label_lower, "content", row.id))
    row.save()
    return {"clue_id": clue.id, "picture_id": row.id, "clues.kind": "responded", "door": "sms"}


def _asked(world: World, worker: Worker, asker: Worker) -> dict[str, Any]:
    """A child whom somebody asks to have referred, and a line of the service directory."""
    given = {"child_name": ["某某"], "birth": ["2012"], "known_by": ["住在村口"], "why": ["搬来了"], "urgent": ["no"]}
    ask = asking_over.ask_for(
        kind="referral", place_id=world.place("370116").id, given=given, at=MORNING,
        actor=viewer_of(person=asker.person, at=MORNING, post_id=asker.post.id),
    )
    service = {
        "organisation": str(world.body("hospital")), "kind": "medical", "state": "accepting", "age_from": "6",
        "age_to": "18", "zh": "儿童心理门诊", "where": "门诊楼", "opens": "周一到周五", "how": "先打电话",
    }
    assert worker.browser().post("/services/new/", service).status_code == 302
    return {"ask_id": ask.id, "service_id": Service.objects.latest("checked_at").id}


def _phone(world: World, child: Child) -> dict[str, Any]:
    found = Phone(world.people["周主任"], app="0.9")
    assert found.pair().status_code == 200
    found.sends(visit(child, MORNING), now=MORNING)
    arrival = Arrival.objects.latest("id")
    sent, file_id = visit(child, MORNING), ids.new_id()
    found.app = "1.0"
    found.sends(sent, now=MORNING)
    devices.revoke(device=found.device, wipes=False, actor=WORKER, at=MORNING)
    put(found, file_id, sent["id"], png())
    return {"device_id": arrival.device_id, "arrival_id": arrival.id, "file_id": file_id}
