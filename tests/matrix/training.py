"""One of each thing of training: a plan, a session with who came, a list, a sitting, a try and its certificate."""

from datetime import timedelta
from typing import Any

from tests.matrix.office import Worker
from tests.training.desk import arrange, bring, learn, workbook
from tests.web.conftest import MORNING
from tongxin.flows.training import certificates, exams, plans
from tongxin.flows.training.scope import rules_for
from tongxin.lib import ids
from tongxin.training.models import Attempt, Credit, Line, Sitting

LINE = {
    "month": ["9"], "subject": ["talking"], "audiences": ["child_director"], "way": ["online"], "minutes": ["90"],
    "people": ["221"], "budget": ["0"],
}


def training(here: dict[str, Worker]) -> dict[str, Any]:
    """The ids by the name an address gives them."""
    desk, director = here["case_manager"], here["child_director"]
    plan = plans.begin(year=MORNING.year, actor=desk.viewer(), at=MORNING)
    plans.add_line(
        plan_id=plan.id, key=ids.new_id(), given=LINE, responsible=desk.post.id, actor=desk.viewer(), at=MORNING
    )
    session = arrange(desk.browser())
    body = {"posts": [str(director.post.id)]}
    assert desk.browser().post(f"/training/sessions/{session.id}/attend/", body).status_code == 302
    batch = bring(desk.browser(), workbook(("孟小川", "志愿者", "", "", "保密", "2025-06-08", "2"))).split("/")[3]
    assert learn(director.browser()).status_code == 302
    own = {"person": director.person, "post_id": director.post.id, "exam": "child_director"}
    sitting = Sitting.objects.create(
        id=ids.new_id(), begun_at=MORNING, until_at=MORNING + timedelta(minutes=9), drawn=[["danger", "q1"]], **own
    )
    passed = Attempt(id=ids.new_id(), right=1, asked=1, passed=True, done_at=MORNING, recorded_at=MORNING, **own)
    passed.save()
    certificate = certificates.issue(
        attempt=passed, exam=exams.exam_for("child_director", director.viewer(), at=MORNING),
        county_id=director.post.division.county_id, actor=director.viewer(), at=MORNING,
    )
    assert rules_for(director.viewer(), at=MORNING).exams
    return {
        "training.plan_id": plan.id, "training.key": Line.objects.get(plan=plan).key, "training.session_id": session.id,
        "training.credit_id": Credit.objects.get(source=Credit.SESSION).id, "training.batch_id": batch,
        "training.sitting_id": sitting.id, "training.attempt_id": Attempt.objects.get(lesson="danger").id,
        "training.certificate_id": certificate.id, "training.lesson": "talking", "training.exam": "child_director",
    }
