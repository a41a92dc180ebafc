"""Children's files as a phone carries them: only what the role may read, opened as looks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Post
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import Asked, age_on
from tongxin.assessments.models import Result
from tongxin.assessments.rulings import level_words, rulings_in
from tongxin.cases import derivation
from tongxin.cases.models import Alarm, Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.core.access import AccessRules
from tongxin.core.pathway import CHINA, CaseState, Fact
from tongxin.core.pathway.export import fact_json, masked_json, without_levels
from tongxin.core.pathway.vocabulary import CHILD_STATES, IDENTIFIED
from tongxin.flows import reporters
from tongxin.flows.carrying_known import known_for
from tongxin.flows.carrying_plans import plans_for
from tongxin.flows.derive import state_of
from tongxin.flows.facts import anchors_of, as_facts
from tongxin.flows.outcome import TIES
from tongxin.flows.profiles import carers_of, profiles_of, readable
from tongxin.ledger.models import Entry
from tongxin.people.leading import leaders
from tongxin.people.models import Carer, Child
from tongxin.rulebook import rules
from tongxin.sync.limits import limits_at

ROUTE = "field"
NO_NAME = "（姓名待补）"
OTHERS_DO_IT = "由其他岗位办理"
# That these happened shows in the stage of the roster; what they say stays where it may be read.
FOLD_ONLY = frozenset({"psychological", "referral", "sessions"})
File = dict[str, Any]


@dataclass(slots=True)
class Page:
    """What the files of one page are made from, read for all of them together."""

    viewer: Viewer
    at: datetime
    found: AccessRules
    children: list[Child]
    parts: dict[UUID, frozenset[str]]
    allowed: dict[UUID, list[str]]
    cases: dict[UUID, Case]
    entries: dict[UUID, list[Entry]]
    anchors: dict[UUID, list[Entry]]
    results: dict[UUID, dict[str, Mapping[str, Any]]]
    tasks: dict[UUID, list[Task]]
    alarms: dict[UUID, list[Alarm]]
    profiles: dict[UUID, dict[str, Any]]
    carers: dict[UUID, list[Carer]]
    known: dict[UUID, dict[str, dict[str, dict[str, Any]]]]
    titles: dict[UUID, str]
    places: dict[int, str]
    siblings: dict[UUID, list[str]]
    # The file that leads, for one that was found to be the same child's.
    leads: dict[UUID, dict[str, str]]
    sees_psychology: bool
    plans: dict[UUID, File]


def files_of(
    children: Sequence[Child], *, asked: Mapping[str, Asked], viewer: Viewer, at: datetime
) -> list[File]:
    """The files of children whom the viewer may see, in their order."""
    if not children:
        return []
    page = _page(list(children), asked, viewer, at)
    return [_file(page, child) for child in page.children]


def _page(children: list[Child], asked: Mapping[str, Asked], viewer: Viewer, at: datetime) -> Page:
    ids = [child.id for child in children]
    found = rules.access_rules(at=at)
    rows = Child.objects.filter(id__in=ids)
    by_part = access.visible_parts(rows, viewer=viewer, parts=found.parts, at=at)
    parts = {id: frozenset(part for part, keys in by_part.items() if id in keys) for id in ids}
    written = Entry.objects.filter(subject_id__in=ids).select_related("subject")
    entries = _grouped(written.order_by("subject_id", "subject_seq"), "subject_id")
    results: dict[UUID, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for child_id, entry_id, data in Result.objects.filter(child_id__in=ids).values_list("child_id", "entry_id", "data"):
        results[child_id][str(entry_id)] = data
    carers = carers_of(children)
    profiles = profiles_of(children, viewer=viewer, at=at, route=ROUTE, carers=carers)
    records = {id: entries.get(id, []) for id in ids}
    tasks = _grouped(Task.objects.filter(case_id__in=ids, state__in=LIVE).order_by("due_at", "id"), "case_id")
    return Page(
        viewer=viewer, at=at, found=found, children=children, parts=parts,
        allowed=_allowed(rows, ids, found, asked, viewer, at),
        cases={case.id: case for case in Case.objects.filter(id__in=ids)}, entries=records, anchors=anchors_of(ids),
        results=results,
        tasks=tasks, alarms=_grouped(Alarm.objects.filter(case_id__in=ids).exclude(state="closed"), "case_id"),
        profiles=profiles, carers=_grouped(carers, "child_id"),
        known=known_for(records, asked=asked, parts=parts, profiles=profiles, viewer=viewer, at=at),
        titles=_titles(records, tasks), places=_places(children), siblings=_siblings(children, viewer, at),
        leads=_leads(ids, viewer, at),
        sees_psychology=access.sees_psychology(viewer=viewer, at=at),
        plans=plans_for(children, entries=records, parts=parts, viewer=viewer, at=at, route=ROUTE),
    )


def _grouped(rows: Iterable[Any], name: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _allowed(
    rows: Any, ids: list[UUID], found: AccessRules, asked: Mapping[str, Asked], viewer: Viewer, at: datetime
) -> dict[UUID, list[str]]:
    """Which forms the viewer may record about each child; forms with the same grounds share a question."""
    by_grounds: dict[frozenset[str], list[str]] = defaultdict(list)
    for form in asked:
        by_grounds[found.relations(role=viewer.role, part="", action=f"record.{form}")].append(form)
    allowed: dict[UUID, list[str]] = {id: [] for id in ids}
    for forms in by_grounds.values():
        seen = access.visible(rows, viewer=viewer, part="", action=f"record.{forms[0]}", at=at)
        for id in seen.values_list("id", flat=True):
            allowed[id] += forms
    return allowed


def _titles(records: Mapping[UUID, list[Entry]], tasks: Mapping[UUID, list[Task]]) -> dict[UUID, str]:
    posts = {entry.post_id for rows in records.values() for entry in rows if entry.post_id}
    posts |= {task.owner_post_id for rows in tasks.values() for task in rows if task.owner_post_id}
    return dict(Post.objects.filter(id__in=posts).values_list("id", "title"))


def _places(children: Iterable[Child]) -> dict[int, str]:
    places = {place for child in children for place in (child.village_id, child.town_id) if place}
    return dict(Division.objects.filter(id__in=places).values_list("id", "name"))


def _siblings(children: Iterable[Child], viewer: Viewer, at: datetime) -> dict[UUID, list[str]]:
    """The others of each household, as far as they may be seen."""
    homes = {child.household_id for child in children if child.household_id}
    there = access.visible(Child.objects.filter(household__in=homes), viewer=viewer, part="roster", at=at)
    by_home: dict[UUID, list[UUID]] = defaultdict(list)
    for id, home in there.values_list("id", "household_id"):
        by_home[home].append(id)
    return {
        child.id: [str(id) for id in by_home.get(child.household_id, ()) if id != child.id]
        for child in children if child.household_id
    }


def _leads(ids: list[UUID], viewer: Viewer, at: datetime) -> dict[UUID, dict[str, str]]:
    """By file the one that leads, where both are one child's and the viewer may see it."""
    found = leaders(ids)
    there = access.visible(Child.objects.filter(id__in=set(found.values())), viewer=viewer, part="roster", at=at)
    known = {id: {"id": str(id), "file_no": file_no} for id, file_no in there.values_list("id", "file_no")}
    return {id: known[lead] for id, lead in found.items() if lead in known}


def _file(page: Page, child: Child) -> File:
    parts, case, profile = page.parts[child.id], page.cases.get(child.id), page.profiles[child.id]
    facts = as_facts(
        page.entries[child.id], page.results.get(child.id, {}), anchors=page.anchors.get(child.id, ())
    )
    file: File = {
        "id": str(child.id), "rev": len(facts), "file_no": child.file_no, "name": profile["name"] or NO_NAME,
        "sex": child.sex, "birth": _birth(child, profile, parts),
        "age": age_on(child.birth_month, page.at.astimezone(CHINA).date()), "place_zh": _place_zh(page, child),
        "household": {"id": str(child.household_id)} if child.household_id and "family" in parts else None,
        "siblings": page.siblings.get(child.id, []) if "family" in parts else [],
        "tasks": _tasks(page, page.tasks.get(child.id, ()), parts),
        "facts": _facts(page, child, facts, parts), "entries": _entries(page, child, parts),
        "safety_plan": page.plans.get(child.id), "leads": page.leads.get(child.id),
        "prefill": page.known[child.id], "profile": readable(profile, parts), "allowed": page.allowed[child.id],
    }
    file |= _identity(profile, parts) | _family(page, child, profile, parts) | _standing(page, child, case, parts)
    state = state_of(child, facts=facts, at=page.at) if facts else None
    if state is not None and "care" in parts:
        file["session_on"] = _session_on(state)
    if state is not None and not (page.sees_psychology and "psychological" in parts):
        file["state"] = masked_json(state, upto=facts[-1].seq)
    return {name: value for name, value in file.items() if value not in (None, "", [], {})}


def _session_on(state: CaseState) -> str:
    """The day of the next session of counselling; what it is about nobody carries."""
    days = [str(each.last.data.get("next_on") or "") for each in state.courses.open if not each.is_paused]
    return min(filter(None, days), default="")


def _birth(child: Child, profile: Mapping[str, Any], parts: frozenset[str]) -> str:
    if "identity" in parts and profile["birth"]:
        return str(profile["birth"])
    return f"{child.birth_month:%Y-%m}" if child.birth_month else ""


def _place_zh(page: Page, child: Child) -> str:
    names = [page.places.get(place, "") for place in (child.town_id, child.village_id) if place]
    return " ".join(filter(None, names))


def _identity(profile: Mapping[str, Any], parts: frozenset[str]) -> File:
    if "identity" not in parts:
        return {}
    return {"address": profile["residence_address"], "phone": profile["phone"]}


def _family(page: Page, child: Child, profile: Mapping[str, Any], parts: frozenset[str]) -> File:
    if "family" not in parts:
        return {}
    region = rules.region_of(child.county_id)
    sets = rules.resolve("fields", "option_sets", region=region, at=page.at).content["sets"]
    relations = {str(each["code"]): str(each["zh"]) for each in sets.get("relation", ())}
    categories = {str(each["code"]): str(each["zh"]) for each in sets.get("category", ())}
    return {
        "categories_zh": [categories.get(code, code) for code in profile["categories"]],
        "carers": [
            {
                "name": row["name"], "phone": row["phone"],
                "relation_zh": relations.get(row["relation"], ""), "is_concern": carer.is_concern,
            }
            # The names were opened from these very rows.
            for row, carer in zip(profile["carers"], page.carers.get(child.id, []), strict=True)
        ],
    }


def _standing(page: Page, child: Child, case: Case | None, parts: frozenset[str]) -> File:
    if case is None:
        return {}
    region = rules.region_of(child.county_id)
    found: File = {"state_zh": CHILD_STATES.get(child.state, "") if child.state != "present" else ""}
    if "identification" in parts:
        found |= {"identified": case.identified, "identified_zh": IDENTIFIED.get(case.identified, "")}
        found["identified_on"] = _identified_on(page, child)
    if "crisis" in parts:
        gates = {gate.id: gate.zh for gate in rulings_in(region=region, at=page.at)[0].gates.gates}
        found["in_crisis"] = case.in_crisis
        found["gates"] = [
            {"id": each.gate, "zh": gates.get(each.gate, "危险信号"), "since": each.raised_at.isoformat()}
            for each in page.alarms.get(child.id, ())
        ]
    if page.sees_psychology and "psychological" in parts:
        words = level_words(region=region, at=page.at, among=[case.level])
        found |= {"level": case.level, "level_zh": words.get(case.level, "未分级")}
    return found


def _identified_on(page: Page, child: Child) -> str:
    on: date | None = max(
        (entry.occurred_at.astimezone(CHINA).date() for entry in page.entries[child.id]
         if entry.kind == "identification" and not entry.correction_kind), default=None,
    )
    return on.isoformat() if on else ""


def _tasks(page: Page, tasks: Iterable[Task], parts: frozenset[str]) -> list[File]:
    """What is to be done; of a part of which not even that it is there may be known, nothing."""
    found = []
    for task in tasks:
        part = page.found.part_of(task.form)
        is_mine = task.owner_post_id in page.viewer.post_ids or task.post_id in page.viewer.post_ids
        if is_mine or part in parts or part in FOLD_ONLY:
            found.append(_task(page, task, is_mine=is_mine, shows=is_mine or part in parts))
    return found


def _task(page: Page, task: Task, *, is_mine: bool, shows: bool) -> File:
    return {
        "key": task.key, "zh": task.zh if shows else OTHERS_DO_IT, "form": task.form if shows else "",
        "due_at": task.due_at.isoformat() if task.due_at.year < derivation.FAR.year else None,
        "climbed": task.climbed > 0, "is_urgent": task.is_urgent, "mine": is_mine,
        "owner_zh": page.titles.get(task.owner_post_id, "") if task.owner_post_id else "",
        "about": task.key if task.form == "task_reason" else task.key.partition(":")[2],
    }


def _facts(page: Page, child: Child, facts: Sequence[Fact], parts: frozenset[str]) -> list[File]:
    """What the fold on the phone reads; of what may not be read at most that it was."""
    told_of = [*page.entries[child.id], *page.anchors.get(child.id, ())]
    by_id = {str(entry.id): page.found.part_of(entry.form_id) for entry in told_of}
    veiled = {str(each.id) for each in told_of if reporters.is_hidden(each, viewer=page.viewer, at=page.at)}
    sees = page.sees_psychology and "psychological" in parts
    found = []
    for fact in facts:
        part, told = by_id[fact.id], fact_json(fact)
        if part not in parts and part not in FOLD_ONLY:
            continue
        if part not in parts:
            is_told = "crisis" in parts and fact.data.get("alarms")
            data = {name: fact.data[name] for name in ("alarms", *TIES) if name in fact.data} if is_told else {}
            told |= {"data": data, "person": None, "post": None}
        elif not sees:
            told["data"] = without_levels(told["data"])
        if fact.id in veiled:
            told |= {"person": None, "post": None}
        found.append(told)
    return found


def _entries(page: Page, child: Child, parts: frozenset[str]) -> list[File]:
    """The newest records of the parts that may be read: what, when, which post, instead of which; no word of them."""
    mine = [entry for entry in page.entries[child.id] if page.found.part_of(entry.form_id) in parts and entry.form_hash]
    return [
        {
            "id": str(entry.id), "form_zh": str(rules.content_of(entry.form_hash)["zh"]),
            "at": entry.occurred_at.isoformat(),
            "by_zh": _by(page, entry), **_changes(page, entry),
        }
        for entry in reversed(mine[-limits_at(page.at).entries :])
    ]


def _by(page: Page, entry: Entry) -> str:
    """The post that recorded it; of a report that somebody's identity is kept with, that it is kept."""
    if reporters.is_hidden(entry, viewer=page.viewer, at=page.at):
        return reporters.SOMEBODY
    return page.titles.get(entry.post_id, "") if entry.post_id else ""


def _changes(page: Page, entry: Entry) -> File:
    """Of one's own record its form, so that it can be put right; of a correction, what it takes the place of."""
    found: File = {"form": entry.form_id} if entry.person_id == page.viewer.person_id else {}
    if entry.supersedes_id:
        found |= {"corrects": str(entry.supersedes_id), "kind": entry.correction_kind}
    return found
