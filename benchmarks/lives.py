"""What happened to one child in ten since the roster came in, recorded through the door like anything else.

Run inside an installation: `python -m benchmarks.lives FOLDER`; leaves FOLDER/known.json for those who measure.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402

from benchmarks import rosters  # noqa: E402
from benchmarks.names import name  # noqa: E402
from tests.flows.forms import fill  # noqa: E402
from tongxin.accounts import county as counties  # noqa: E402
from tongxin.accounts.models import Division, Holding, Person, Post  # noqa: E402
from tongxin.accounts.viewers import WORKER, Viewer, viewer_of  # noqa: E402
from tongxin.assessments.forms import age_on  # noqa: E402
from tongxin.cases.models import Case  # noqa: E402
from tongxin.flows.record import Sheet, record  # noqa: E402
from tongxin.lib import clock, ids, steady  # noqa: E402
from tongxin.people.models import Child  # noqa: E402
from tongxin.rulebook import rules  # noqa: E402

PASSWORD = "measured-by-nobody-2026"
SHARE = 10
DIRECTORS = SUPERVISORS = 4
# Questionnaires need an age.
BORN_BEFORE = date(2019, 1, 1)
CALM, LEVELS = "healthy", ("0", "1", "1", "2", "2", "3")
# How far the loop has come, of a hundred children with a history.
STAGES = {"healthy": 30, "refer": 30, "assessed": 15, "graded": 10, "planned": 12, "crisis": 3}
LOW = {"low_mood": "often", "no_interest": "often"}
CELLS = ("psychological", "observation", "guardianship", "environment", "economy")


def staff() -> None:
    """Everybody's post and holder; those who will sign in get a password."""
    at, chance = clock.now(), random.Random(1)
    county = Division.objects.get(code=rosters.COUNTY)
    counties.open_line(county=county, actor=WORKER, at=at)
    posts = Post.objects.order_by("id")
    counties.fill(holders=[(post, f"staff{index}", name(chance)) for index, post in enumerate(posts)], at=at)
    code = rules.resolve("conduct", "conduct", region=rules.region_of(county.id), at=at)
    for people in signing_in().values():
        for person in people:
            person.set_password(PASSWORD)
            person.conduct_hash = code.hash
            person.save(update_fields=["password", "conduct_hash"])


def signing_in() -> dict[str, list[Person]]:
    """Who measures: the county's case manager, and a few supervisors and directors of different places."""
    wanted = {"case_manager": 1, "child_supervisor": SUPERVISORS, "child_director": DIRECTORS}
    found = {}
    for role, count in wanted.items():
        rows = Holding.objects.filter(post__role=role).select_related("person", "post").order_by("post__division__code")
        every = list(rows)
        found[role] = [row.person for row in every[:: max(1, len(every) // count)][:count]]
    return found


def live(share: int = SHARE) -> int:
    """How many children got a history."""
    chance = random.Random(2)
    old_enough = Child.objects.filter(birth_month__lt=BORN_BEFORE).order_by("file_no").values_list("id", flat=True)
    chosen = list(old_enough)[: Child.objects.count() // share]
    stages = chance.choices(tuple(STAGES), weights=tuple(STAGES.values()), k=len(chosen))
    pairs = list(zip(chosen, stages, strict=True))
    for start in range(0, len(pairs), 50):
        with steady.answering(), transaction.atomic():
            for child_id, stage in pairs[start : start + 50]:
                _live_one(Child.objects.get(id=child_id), stage, chance)
    return len(chosen)


def _live_one(child: Child, stage: str, chance: random.Random) -> None:
    for form, role, answers in _story(stage, chance):
        at = clock.now()
        if form == "grade_decision":
            answers = _agreeing(child, answers)
        sheet = Sheet(ids.new_id(), form, filled(child, form, answers), at)
        record(child_id=child.id, sheet=sheet, actor=_holder(role, child.village_id or 0), at=at)


def _agreeing(child: Child, answers: dict[str, Any]) -> dict[str, Any]:
    """The level that was proposed; where nothing could be, somebody decides."""
    level = Case.objects.values_list("level", flat=True).get(id=child.id)
    if level != "unknown":
        return {**answers, "level": level}
    return {"action": "raise", "level": "mid_low", "reason": "面谈所见"}


def _story(stage: str, chance: random.Random) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if stage == "crisis":
        yield "visit_record", "child_director", {"wish_to_die": "yes"}
        return
    yield "identification_form", "child_director", {} if stage == CALM else LOW
    if stage in {CALM, "refer"}:
        return
    yield "assessment_form", "social_worker", {f"{cell}_level": chance.choice(LEVELS) for cell in CELLS}
    if stage == "assessed":
        return
    yield "grade_decision", "case_manager", {"action": "confirm"}
    yield "guardian_feedback", "social_worker", {"outcome": "agrees"}
    if stage == "planned":
        yield "care_plan", "social_worker", {}
        yield "plan_approval", "child_supervisor", {}
        yield "follow_up", "social_worker", {}


_filled: dict[str, dict[str, Any]] = {}


def filled(child: Child, form: str, answers: dict[str, Any]) -> dict[str, Any]:
    """A complete sheet, calm but for `answers`; made once for all children of an age."""
    at = clock.now()
    key = json.dumps([form, age_on(child.birth_month, at.date()), answers])
    if key not in _filled:
        _filled[key] = fill(child, form, at, **answers)
    return dict(_filled[key])


@lru_cache(maxsize=2000)
def _holder(role: str, village: int) -> Viewer:
    place = Division.objects.get(id=village)
    wanted = {"child_director": place.id, "child_supervisor": place.town_id}.get(role, place.county_id)
    holding = Holding.objects.filter(post__role=role, post__division_id=wanted).select_related("person").first()
    return viewer_of(person=holding.person, at=clock.now()) if holding else WORKER


def known(folder: Path, at: datetime) -> dict[str, Any]:
    """What those who measure have to know: logins, children and names within each one's area, a calm visit."""
    roles = {
        role: [_known_of(person, folder, at) for person in people] for role, people in signing_in().items()
    }
    first = Child.objects.exclude(birth_month=None).order_by("id").first()
    assert first is not None
    return {"password": PASSWORD, "roles": roles, "visit": filled(first, "visit_record", {})}


def _known_of(person: Person, folder: Path, at: datetime) -> dict[str, Any]:
    seat = viewer_of(person=person, at=at).seat
    assert seat is not None
    place = Division.objects.get(id=seat.division_id)
    town = Division.objects.filter(id=place.town_id).first()
    village = place.name if place.level == "village" else ""
    names = rosters.names_at(folder / "roster.csv", town=town.name if town else "", village=village)
    children = Child.objects.filter(**{f"{place.level}_id": place.id}).order_by("file_no").values_list("id", flat=True)
    chance = random.Random(3)
    return {
        "login": person.login,
        "children": [str(each) for each in chance.sample(list(children), min(400, len(children)))],
        "names": chance.sample(names, min(400, len(names))),
    }


if __name__ == "__main__":
    if sys.argv[1] == "staff":
        staff()
    else:
        here = Path(sys.argv[1])
        print(f"{live():,} children with a history")
        (here / "known.json").write_text(json.dumps(known(here, clock.now()), ensure_ascii=False), encoding="utf-8")
