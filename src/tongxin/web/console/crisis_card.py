"""The crisis card: whom to call, which steps by when, which are done. It never quotes an answer (A11)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tongxin.access.relations import recused_from
from tongxin.accounts.models import places_of
from tongxin.accounts.posts import Responsible, roster_for
from tongxin.core.pathway import Fact
from tongxin.duty.selectors import on_call
from tongxin.flows.crisis_board import Held, held_in
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console import crisis_words
from tongxin.web.console.file import File
from tongxin.web.console.names import Names
from tongxin.web.console.task_rows import CRISIS, form_url, late
from tongxin.web.console.why import who_zh

CALLED = ("child_director", "counsellor", "case_manager")
TAKE_OVER = "crisis.take_over"
WRITES = {"crisis_watch": "排看护、记交接", "crisis_told": "记需知告知", "safety_plan": "和孩子写安全计划"}
EMERGENCY = ({"zh": "报警", "number": "110"}, {"zh": "急救", "number": "120"})


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who answers for a role near the child right now."""

    role: str
    answers: Responsible
    absent: str = ""


def on_duty(file: File) -> list[OnDuty]:
    """The people to call, nearest first, none twice."""
    places = places_of(file.child)
    roster = roster_for(ancestors=places, at=file.request.at)
    recused = recused_from(child_id=file.child.id, at=file.request.at)
    routes: Mapping[str, list[str]] = file.pathway.content["routing"]
    suspected = frozenset(file.pathway.content["staff_concern_skips"] if file.state.staff_concern else ())
    found: dict[UUID, OnDuty] = {}
    for each in on_call(places, at=file.request.at, without=recused):
        found.setdefault(each.person_id, OnDuty("", Responsible(each.post_id, each.person_id, 0)))
    for role in CALLED:
        wanted = (each for each in routes.get(role, [role]) if each not in suspected)
        posts = (roster.serving(role=each, ancestors=places) for each in wanted)
        post = next((post for post in posts if post is not None), None)
        answers = roster.responsible(post_id=post.id, without=recused) if post else None
        if answers is not None:
            found.setdefault(answers.person_id, OnDuty(role, answers, post.title if post and answers.climbed else ""))
    return list(found.values())


def duty_rows(duty: list[OnDuty], names: Names, titles: Mapping[UUID, str]) -> list[dict[str, str]]:
    """Who is on duty, by post, name and telephone; for whom, where the nearest post has nobody."""
    return [
        {
            "title": titles.get(each.answers.post_id, ""), "name": names.person(each.answers.person_id),
            "number": names.phones.get(each.answers.person_id, ""), "absent": each.absent,
        }
        for each in duty
    ]


def crisis_card(
    file: File, names: Names, titles: Mapping[UUID, str], duty: list[OnDuty]
) -> dict[str, Any] | None:
    """The card while a crisis is open, for those who may read that part."""
    episode = file.state.alarms.episode
    if episode is None or "crisis" not in file.parts:
        return None
    taken = [fact for fact in file.facts if fact.kind == "crisis_step" and fact.recorded_at >= episode.began_at]
    steps = [row for rule in file.pathway.crisis_steps if (row := _step(file, rule, taken, names, titles))]
    return {
        "began_at": episode.began_at, "for_zh": words.span_zh(file.request.at - episode.began_at),
        "is_concern": bool(file.state.names()["is_concern"]),
        "calls": duty_rows(duty, names, titles),
        "numbers": [*EMERGENCY, *_hotlines(file)], "steps": steps,
        "done": sum(1 for step in steps if step["is_done"]), "all": len(steps),
        **_held(file, names), "form_urls": _forms(file),
        "close_url": f"/children/{file.child.id}/forms/crisis_close/" if "crisis_close" in file.may_record else "",
    }


def _held(file: File, names: Names) -> dict[str, Any]:
    """How the child is held now, and whether the viewer is the one whom the bell rings."""
    episode = file.state.alarms.episode
    at, county = file.request.at, file.child.county_id
    is_concern = bool(file.state.names()["is_concern"])
    held = held_in({file.child.id: episode.began_at})[file.child.id] if episode else Held()
    ring = next((task for task in file.tasks if task.step == TAKE_OVER), None)
    return {
        "taken": crisis_words.taken(held, names) if ring is None or held.taken_over else "",
        "watch": crisis_words.watch(held, region=county, at=at, is_concern=is_concern),
        "means": crisis_words.means(held),
        "guardian": crisis_words.guardian(held, is_concern=is_concern),
        "told": crisis_words.told(held, region=county, at=at), "plan": crisis_words.plan(held),
        "may_take": ring is not None and ring.owner_post_id in file.request.viewer.post_ids,
        "take_url": f"/children/{file.child.id}/crisis/take/",
        "plan_url": f"/children/{file.child.id}/safety-plan/",
    }


def _forms(file: File) -> list[dict[str, str]]:
    """What else is written down while a crisis is open."""
    return [
        {"zh": zh, "url": f"/children/{file.child.id}/forms/{form}/"}
        for form, zh in WRITES.items() if form in file.may_record
    ]


def _step(
    file: File, rule: Any, taken: list[Fact], names: Names, titles: Mapping[UUID, str]
) -> dict[str, Any] | None:
    done = [fact for fact in taken if fact.data.get("step") == rule.id]
    task = next((task for task in file.tasks if task.step == CRISIS + rule.id), None)
    if task is None and not done:
        return None
    may_do = task is not None and "crisis_step" in file.may_record
    return {
        "zh": rule.zh, "is_done": task is None, "times": rule.times, "done_times": len(done),
        "done": [f"{words.moment_zh(fact.at)}　{who_zh(fact, names, titles)}" for fact in done[-2:]],
        "due_zh": words.due_zh(task.due_at, at=file.request.at) if task else "",
        "late_zh": late(task, file.request.at) if task else "",
        "owner_zh": titles.get(task.owner_post_id, "") if task and task.owner_post_id else "",
        "url": form_url(task) if task and may_do else "",
        "is_mine": task is not None and task.owner_post_id in file.request.viewer.post_ids,
    }


def _hotlines(file: File) -> list[dict[str, str]]:
    try:
        content = rules.resolve("brand", "brand", region=file.region, at=file.request.at).content
    except rules.NotAdopted:
        return []
    return [{"zh": each["zh"], "number": each["number"]} for each in content.get("hotlines", ())]
