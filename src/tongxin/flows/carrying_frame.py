"""What a phone needs beside the children: the rules of its place, whom to call, what is done and due."""

import hashlib
import json
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin import vault
from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Person, Post
from tongxin.accounts.posts import roster_for
from tongxin.accounts.viewers import Seat, Viewer
from tongxin.assessments.forms import Asked, form_in
from tongxin.assessments.rulings import rulings_in
from tongxin.core.danger_words import lexicon_json
from tongxin.core.grading.export import form_json, gates_json, identification_json, instrument_json
from tongxin.core.pathway import CHINA
from tongxin.core.pathway.export import calendar_json, pathway_json
from tongxin.duty.selectors import on_call
from tongxin.flows import carrying_lessons, hearing, lists, month_targets
from tongxin.flows.carrying_asking import asking_in
from tongxin.rulebook import rules
from tongxin.rulebook.shipped import content_in_force
from tongxin.sync.limits import limits_at

ROUTE = "field"
OPENS = "case_file"
# Places and roles whose rules one process keeps made.
MOST_KEPT = 64
CALLED = ("child_supervisor", "counsellor", "case_manager")
Frame = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ruled:
    """The rules of a place for some roles: the forms, the parts of a frame by name, and what its hashes name."""

    asked: Mapping[str, Asked]
    parts: Mapping[str, tuple[str, Any]]
    contents: Mapping[str, Any]


def ruled_for(*, viewer: Viewer, at: datetime) -> Ruled:
    """The rules in force where the viewer's post is, made once for all phones that stand under the same ones."""
    place = _place_of(viewer)
    if place is None:
        return Ruled({}, {}, {})
    region = rules.region_of(place.county_id)
    choices = lists.choices_in(place.county_id)
    sees = access.sees_psychology(viewer=viewer, at=at)
    key = (
        rules.newest(), rules.supposed(), viewer.roles, sees, region, at.astimezone(CHINA).date(), hash_of(choices),
    )
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[key] = _ruled(viewer, region, choices, place.county_id, sees, at)
    return found


_kept: dict[Hashable, Ruled] = {}


def _ruled(
    viewer: Viewer, region: str, choices: lists.Choices, county_id: int | None, sees: bool, at: datetime
) -> Ruled:
    contents: dict[str, Any] = {}
    named = _named_in(contents)
    wanted = {
        form for grant in rules.access_rules(at=at).grants if grant.roles & viewer.roles for form in grant.records
    }
    asked = {
        form: form_in(form_id=form, region=region, at=at, lists=choices)
        for form in sorted(wanted & set(rules.ids_in_force("forms", region=region, at=at)))
    }
    reads = rules.access_rules(at=at)
    readable = {part for grant in reads.grants if grant.roles & viewer.roles for part in grant.reads}
    found, _ = rulings_in(region=region, at=at)
    _, pathway = rules.pathway_in(region=region, at=at)
    sheets = {field.sheet.id for each in asked.values() for field in each.form.fields if field.sheet}
    instruments = {id: rules.resolve("instruments", id, region=region, at=at).content for id in sorted(sheets)}
    parts: Frame = {
        "forms": {
            id: _offer(id, each, found.names, named) | {"reads": reads.part_of(id) in readable}
            for id, each in sorted(asked.items())
        },
        "gates": named(gates_json(found.gates)),
        "identification": {
            id: named(identification_json(each)) for id, each in found.identification.items() if id in asked
        },
        "instruments": {
            id: named(instrument_json(content, psychology=sees)) for id, content in instruments.items()
        },
        "pathway": named(pathway_json(pathway, psychology=sees)),
        "danger_words": _danger_words(region, named, at),
        "calendar": named(calendar_json(rules.calendar_at(at))),
        "places": lists.places_in(county_id), "asking": asking_in(region=region, at=at),
        "lessons": carrying_lessons.lessons_for(viewer.roles, region=region, named=named, at=at),
        "guide": {"sections": content_in_force("sync", "sync", at=at)["guide"]},
        "limits": _limits(at) | _pages(viewer, at),
    }
    if sees:
        parts["highest"] = found.rubric.order[-1]
    return Ruled(asked, {name: (hash_of([name, part]), part) for name, part in parts.items()}, contents)


def _danger_words(region: str, named: Callable[[Any], str], at: datetime) -> str:
    """The list of words that ask, while the county has it switched on."""
    content = hearing.content_in(region=region, at=at)
    return named(lexicon_json(content)) if content is not None else ""


def _limits(at: datetime) -> Frame:
    """What a phone keeps to; without a text to send by hand it has its own."""
    found = limits_at(at)
    return {**found.phone, "owns": found.owns, **({"message": found.message} if found.message else {})}


def _pages(viewer: Viewer, at: datetime) -> Frame:
    """Which pages of the office the app leads to: bookings and rota are read there, at the phone's width."""
    office = {"/bookings/": "book_rooms", "/rota/": "see_rooms"}
    return {"pages": [page for page, action in office.items() if access.may_do(viewer=viewer, action=action, at=at)]}


def frame_for(*, viewer: Viewer, have: Collection[str], at: datetime) -> Frame:
    """Of everything around the children what a phone doesn't have yet, with the contents that its hashes name."""
    seat, place = viewer.seat, _place_of(viewer)
    if seat is None or place is None:
        return {}
    ruled = ruled_for(viewer=viewer, at=at)
    parts = dict(ruled.parts)
    targets = _targets(seat, at)
    parts["targets"] = (hash_of(["targets", targets]), targets)
    learned = carrying_lessons.learned(viewer, at=at)
    parts["learned"] = (hash_of(["learned", learned]), learned)
    fresh = {name: (hash, part) for name, (hash, part) in parts.items() if hash not in have}
    called = _called(place, viewer, at)
    calls_hash = hash_of(["calls", *sorted((str(post.id), _mark(person)) for post, person in called)])
    if calls_hash not in have:
        fresh["whom_to_call"] = (calls_hash, _whom_to_call(called, place, viewer, at))
    lacking = {hash: content for hash, content in ruled.contents.items() if hash not in have}
    lacking |= {hash: {"part": name} for name, (hash, _) in fresh.items()}
    frame: Frame = {name: part for name, (_, part) in fresh.items()}
    return frame | ({"definitions": lacking} if lacking else {})


def _place_of(viewer: Viewer) -> Division | None:
    return Division.objects.filter(id=viewer.seat.division_id).first() if viewer.seat else None


def sent_hash(asked: Asked, *, region: str, at: datetime) -> str:
    """By which hash a phone names the form as it holds now, its choices and questionnaires included."""
    names = rulings_in(region=region, at=at)[0].names
    return _hash_for(asked, hash_of(form_json(asked.form, form_hash=asked.form_hash, names=names)))


def _hash_for(asked: Asked, key: str) -> str:
    return f"{asked.form_hash}.{key[:12]}"


def _offer(id: str, asked: Asked, names: Any, named: Callable[[Any], str]) -> dict[str, Any]:
    content = form_json(asked.form, form_hash=asked.form_hash, names=names)
    key = named(content)
    return {
        "hash": _hash_for(asked, key), "definition": key, "zh": asked.form.zh, "kind": asked.form.kind,
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


def _called(place: Division, viewer: Viewer, at: datetime) -> list[tuple[Post, Person]]:
    """Who answers near the place, the nearest first, nobody twice."""
    roster = roster_for(ancestors=place.ancestors, at=at)
    found: dict[UUID, Post] = {}
    for each in on_call(place.ancestors, at=at):
        if each.person_id != viewer.person_id and each.post_id in roster.posts:
            found.setdefault(each.person_id, roster.posts[each.post_id])
    for role in CALLED:
        post = roster.serving(role=role, ancestors=place.ancestors)
        answers = roster.responsible(post_id=post.id) if post else None
        if answers and answers.person_id != viewer.person_id:
            found.setdefault(answers.person_id, roster.posts[answers.post_id])
    people = {each.id: each for each in Person.objects.filter(id__in=found).only("id", "name", "phone")}
    return [(post, people[id]) for id, post in found.items() if id in people]


def _mark(person: Person) -> str:
    """Changes with the name and the number; says neither."""
    words = (person.name, person.phone)
    return hash_of([str(person.id), *(word.blob.hex() if word else "" for word in words)])


def _whom_to_call(
    called: Sequence[tuple[Post, Person]], place: Division, viewer: Viewer, at: datetime
) -> list[dict[str, str]]:
    words = iter(vault.open(
        [word for _, person in called for word in (person.name, person.phone)], viewer=viewer, purpose="call",
        part="staff", route=ROUTE, at=at,
    ))
    rows = [{"zh": f"{post.title}　{next(words) or ''}", "number": next(words) or ""} for post, _ in called]
    brand = content_in_force("brand", "brand", region=rules.region_of(place.county_id), at=at)
    lines = [{"zh": str(each["zh"]), "number": str(each["number"])} for each in brand.get("hotlines", ())]
    return [row for row in rows if row["number"]] + lines


def _targets(seat: Seat, at: datetime) -> dict[str, list[dict[str, Any]]]:
    """What was done and due, this month and last; nothing where a kind of work did not come up."""
    region = rules.region_of(seat.division_id)
    if not month_targets.counts_for(seat.role, region=region, at=at):
        return {"this_month": [], "last_month": []}
    return {
        name: [
            {"zh": each.zh, "done": each.done, "due": each.due, "late": each.late}
            for each in count([seat.post_id], region=region, at=at) if each.due
        ]
        for name, count in (("this_month", month_targets.this_month), ("last_month", month_targets.last_month))
    }

