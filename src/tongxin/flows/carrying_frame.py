"""What a phone needs beside the children: the rules of its place, whom to call, what is done and due."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Person, Post
from tongxin.accounts.posts import roster_for
from tongxin.accounts.viewers import Seat, Viewer
from tongxin.assessments.forms import Asked, form_in
from tongxin.assessments.rulings import rulings_in
from tongxin.cases.models import Task
from tongxin.core.grading.export import form_json, gates_json, identification_json, instrument_json
from tongxin.core.pathway import CHINA
from tongxin.core.pathway.export import calendar_json, pathway_json
from tongxin.flows import lists
from tongxin.ledger.models import Entry
from tongxin.rulebook import rules
from tongxin.rulebook.shipped import content_in_force
from tongxin.sync.limits import limits_at

ROUTE = "field"
OPENS, VISIT, VISIT_FORM = "case_file", "visit", "visit_record"
CALLED = ("child_supervisor", "counsellor", "case_manager")
Frame = dict[str, Any]


def frame_for(*, viewer: Viewer, at: datetime) -> tuple[Frame, dict[str, Any]]:
    """Everything around the children, and the contents that its hashes name."""
    seat = viewer.seat
    place = Division.objects.filter(id=seat.division_id).first() if seat else None
    if seat is None or place is None:
        return {}, {}
    region = rules.region_of(place.county_id)
    contents: dict[str, Any] = {}
    named = _named_in(contents)
    asked = forms_for(viewer=viewer, region=region, county_id=place.county_id, at=at)
    found, _ = rulings_in(region=region, at=at)
    sees = access.sees_psychology(viewer=viewer, at=at)
    _, pathway = rules.pathway_in(region=region, at=at)
    sheets = {field.sheet.id for each in asked.values() for field in each.form.fields if field.sheet}
    instruments = {
        id: rules.resolve("instruments", id, region=region, at=at).content for id in sorted(sheets)
    }
    frame: Frame = {
        "forms": {id: _offer(id, each, found.names, named) for id, each in sorted(asked.items())},
        "gates": named(gates_json(found.gates)),
        "identification": {
            id: named(identification_json(each)) for id, each in found.identification.items() if id in asked
        },
        "instruments": {
            id: named(instrument_json(content, psychology=sees)) for id, content in instruments.items()
        },
        "pathway": named(pathway_json(pathway)), "calendar": named(calendar_json(rules.calendar_at(at))),
        "places": lists.places_in(place.county_id), "whom_to_call": _whom_to_call(seat, place, viewer, at),
        "guide": {"sections": content_in_force("sync", "sync", at=at)["guide"]}, "targets": _targets(seat, at),
        "limits": limits_at(at).phone,
    }
    return frame, contents


def forms_for(*, viewer: Viewer, region: str, county_id: int | None, at: datetime) -> dict[str, Asked]:
    """The forms that the viewer's post records about some child, as they hold at its place."""
    choices = lists.choices_in(county_id)
    wanted = {
        form for grant in rules.access_rules(at=at).grants if grant.roles & viewer.roles for form in grant.records
    }
    return {
        form: form_in(form_id=form, region=region, at=at, lists=choices)
        for form in sorted(wanted & set(rules.ids_in_force("forms", region=region, at=at)))
    }


def _offer(id: str, asked: Asked, names: Any, named: Callable[[Any], str]) -> dict[str, Any]:
    content = form_json(asked.form, form_hash=asked.form_hash, names=names)
    key = named(content)
    return {
        "hash": f"{asked.form_hash}.{key[:12]}", "definition": key, "zh": asked.form.zh, "kind": asked.form.kind,
        "action_allowed": True, "per_child": id != OPENS,
    }


def _named_in(contents: dict[str, Any]) -> Callable[[Any], str]:
    def named(content: Any) -> str:
        hash = hash_of(content)
        contents[hash] = content
        return hash

    return named


def hash_of(content: Any) -> str:
    """What names a content on a phone."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _whom_to_call(seat: Seat, place: Division, viewer: Viewer, at: datetime) -> list[dict[str, str]]:
    roster = roster_for(ancestors=place.ancestors, at=at)
    found: dict[Any, Post] = {}
    for role in CALLED:
        post = roster.serving(role=role, ancestors=place.ancestors)
        answers = roster.responsible(post_id=post.id) if post else None
        if answers and answers.person_id != viewer.person_id:
            found.setdefault(answers.person_id, roster.posts[answers.post_id])
    people = list(Person.objects.filter(id__in=found).only("id", "name", "phone"))
    words = iter(vault.open(
        [word for each in people for word in (each.name, each.phone)], viewer=viewer, purpose="call", part="staff",
        route=ROUTE, at=at,
    ))
    calls = {each.id: (next(words) or "", next(words) or "") for each in people}
    rows = [
        {"zh": f"{post.title}　{calls[person][0]}", "number": calls[person][1]}
        for person, post in found.items() if person in calls and calls[person][1]
    ]
    brand = content_in_force("brand", "brand", region=rules.region_of(seat.division_id), at=at)
    return rows + [{"zh": str(each["zh"]), "number": str(each["number"])} for each in brand.get("hotlines", ())]


def _targets(seat: Seat, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """Visits done and due, this month and last."""
    today = at.astimezone(CHINA).date()
    this = today.replace(day=1)
    last = (this.replace(year=this.year - 1, month=12) if this.month == 1 else this.replace(month=this.month - 1))
    after = this.replace(year=this.year + 1, month=1) if this.month == 12 else this.replace(month=this.month + 1)
    return {"this_month": _counts(seat, this, after), "last_month": _counts(seat, last, this)}


def _counts(seat: Seat, first: date, after: date) -> list[dict[str, Any]]:
    since, until = (datetime.combine(day, datetime.min.time(), tzinfo=CHINA) for day in (first, after))
    done = Entry.objects.filter(
        post_id=seat.post_id, kind=VISIT, correction_kind="", occurred_at__gte=since, occurred_at__lt=until
    ).count()
    due = Task.objects.filter(
        post_id=seat.post_id, form=VISIT_FORM, due_at__gte=since, due_at__lt=until, state__in=(Task.OPEN, Task.WAITING)
    ).count()
    return [{"zh": "走访", "done": done, "due": done + due}]

