"""Fills an empty installation with the cast and a year's training; prints where it is.

Runs in a process of its own, beside the server, on the server's own data folder.
"""

import json
import sys
from datetime import timedelta

from tests import world
from tests.browser.furnish import PASSWORD
from tests.training.desk import HEADS, workbook
from tongxin.core.pathway import CHINA
from tongxin.flows.training import exams, lists, plans, quizzes, sessions
from tongxin.lib import clock, ids
from tongxin.rulebook import rules

DONE = ("finding", "talking", "danger", "reporting", "secrecy", "identification", "referral", "self_care")


def main() -> None:
    now = clock.now()
    cast = world.build(now - timedelta(days=60))
    code = rules.resolve("conduct", "conduct", at=now)
    for person in cast.people.values():
        person.set_password(PASSWORD)
        person.conduct_hash = code.hash
        person.save(update_fields=["password", "conduct_hash"])
    desk, at = cast.viewer("郑管理", now), now - timedelta(hours=3)
    plan = plans.begin(year=now.astimezone(CHINA).year, actor=desk, at=at)
    for month, subject in (("11", "talking"), ("12", "danger")):
        given = {
            "month": [month], "subject": [subject], "audiences": ["child_director", "child_supervisor"],
            "way": ["online"], "minutes": ["90"], "people": ["240"], "budget": ["3000"],
        }
        plans.add_line(
            plan_id=plan.id, key=ids.new_id(), given=given, responsible=cast.posts["郑管理"].id, actor=desk, at=at
        )
    session = sessions.arrange(
        session_id=ids.new_id(), line_key=None, actor=desk, at=at, given={
            "held_at": [f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}"], "minutes": ["90"], "subject": ["talking"],
            "audiences": ["child_director"], "way": ["online"], "topic": ["怎样和孩子谈话：案例和练习"],
            "place": ["线上会议室 123 456 789"], "teacher": ["市青少年心理健康协会 李老师"],
        },
    )
    sessions.attend(session_id=session.id, posts=[cast.posts["吴主任"].id], actor=desk, at=now)
    row = ("孟小川", "儿童主任", "苗山镇", "陡峪村村民委员会", "政策与职责", f"{at.astimezone(CHINA):%Y-%m-%d}", "8")
    sheet = workbook(row, ("", *row[1:]), (*row[:2], "无名镇", *row[3:]), heads=HEADS)
    batch = lists.look_at(content=sheet.read(), name="名单.xlsx", session_id=None, actor=desk, at=now)
    learner = cast.viewer("王督导", now)
    for name in DONE:
        questions = quizzes.lesson_for(name, learner, at=at).questions
        given_of = {each.id: each.right for each in questions}
        quizzes.answer(attempt_id=ids.new_id(), name=name, given=given_of, actor=learner, at=at)
    sitting = exams.begin(name="child_director", sitting_id=ids.new_id(), actor=learner, at=at)
    given_of = {each.id: each.right for each in exams.questions_of(sitting, learner)}
    exams.finish(sitting_id=sitting.id, given=given_of, actor=learner, at=at)
    json.dump({
        "logins": {name: person.login for name, person in cast.people.items()}, "children": {},
        "plan": str(plan.id), "session": str(session.id), "batch": str(batch.id), "sitting": str(sitting.id),
    }, sys.stdout)
