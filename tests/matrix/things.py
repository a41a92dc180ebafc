"""One of everything that an address can name, all about one child, with a word of its own in every part of the file."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.documents.files import png
from tests.flows.story import Story
from tests.matrix.office import Worker
from tests.screening.school import School
from tests.sync.phone import Phone, visit
from tests.sync.test_blobs import put
from tests.web.conftest import MORNING, Office
from tests.web.test_drafts import Tab
from tests.web.test_rosters import NOBODY, RAIN, bring_in, roster
from tests.world import START, World
from tongxin.accounts.models import Holding
from tongxin.accounts.viewers import WORKER
from tongxin.drafts.models import FormDraft
from tongxin.flows.record import asked_of
from tongxin.intake.models import Listing
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.lists.models import SavedView
from tongxin.people.homes import join_household
from tongxin.people.models import Child
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
# What has to be in a body before a page comes to who asks.
BODIES = {
    "children/<uuid:child_id>/entries/<uuid:entry_id>/retract/": {"reason": "mistaken"},
    "children/<uuid:child_id>/attachments/<uuid:attachment_id>/retract/": {"reason": "wrong_child"},
    "rounds/<uuid:round_id>/answering/<uuid:participant_id>/mark/": {"mark": "revoke"},
}


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
    home = join_household(children=[child], actor=WORKER, at=MORNING)
    entry = Entry.objects.get(subject_id=child.id, kind="visit")
    desk = here["case_manager"].browser()
    found: dict[str, Any] = {
        "child_id": child.id, "entry_id": entry.id, "form_id": "visit_record", "paper_id": "case_file", "kind": "forms",
        "name": "visit_record", "household_id": home.id, "page": "start", "deed": "drop",
        "path": "core/outcome.js", "blob_id": ids.new_id(), "amendments.name": _options(),
        "person_id": here["child_director"].person.id, "post_id": here["child_director"].post.id,
        "holding_id": _leave(here),
        **_own(here["child_director"], child), **_rows(desk), **_round(world), **_kept(desk, child),
        **_phone(world, child),
    }
    group = {"rounds/<uuid:round_id>/answering/links/": {"group": str(found.pop("class_id"))}}
    return Things(child, found, {form: word(form) for form, _, _ in FORMS}, BODIES | group)


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
    return {"draft_id": FormDraft.objects.values_list("id", flat=True)[0], "view_id": kept.id}


def _rows(desk: Office) -> dict[str, Any]:
    bring_in(desk, roster(RAIN))
    upload = bring_in(desk, roster([*RAIN[:-1], "13800000009"], NOBODY))
    listing = Listing.objects.filter(upload=upload, change=Listing.CHANGED).values_list("id", flat=True)[0]
    return {"upload_id": upload.id, "held_id": upload.held.values_list("id", flat=True)[0], "listing_id": listing}


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
