"""Nothing that wants an impact assessment first begins without a word; where the rules say so, it doesn't begin."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tests import world
from tests.assessed import assess
from tests.flows.story import Story, phq_a
from tests.screening.school import School
from tests.web import test_exports
from tests.web.conftest import MORNING, Office
from tongxin.core.language.errors import DefinitionError
from tongxin.exports.models import Export
from tongxin.flows import export_asking, screening
from tongxin.flows.refusals import Refused
from tongxin.lib.overlays import lay_over, refuse_loosening
from tongxin.registers.models import Line
from tongxin.rulebook import rules
from tongxin.screening.faults import NotTaken
from tongxin.screening.models import Round

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
LACKING = "个人信息保护影响评估"


@contextmanager
def degree(act: str, value: int) -> Iterator[None]:
    """The gate of an act as strict as that."""
    content = copy.deepcopy(dict(rules.resolve("registers", "impact", at=MORNING).content))
    next(each for each in content["gates"] if each["id"] == act)["degree"]["value"] = value
    with rules.supposing([SimpleNamespace(hash="other", kind="registers", id="impact", region="", content=content)]):
        yield


def test_an_export_is_refused_and_the_page_says_it_before(cast: world.World, office: SignedIn) -> None:
    cast.child("小雨甲")
    for page in ("/exports/", "/exports/new/"):
        told = office("郑管理").get(page).content.decode()
        assert LACKING in told and "/registers/impact/new/?topic=export" in told
    assert "/registers/impact/new/" not in office("王督导").get("/exports/new/").content.decode()
    with pytest.raises(Refused) as refused:
        test_exports.asked(cast)
    assert LACKING in refused.value.problems[0].zh and not Export.objects.exists()
    assess(cast, "export")
    assert LACKING not in office("郑管理").get("/exports/new/").content.decode()
    assert test_exports.asked(cast).state == Export.ASKED


def test_an_export_is_not_agreed_to_once_its_assessment_has_ended(cast: world.World, office: SignedIn) -> None:
    cast.child("小雨甲")
    (line,) = assess(cast, "export")
    row = test_exports.asked(cast, "王督导")
    office("郑管理").post(f"/registers/lines/{line.id}/end/", {"words": "要重新评估"})
    assert Line.objects.get(id=line.id).state == Line.ENDED
    assert LACKING in office("郑管理").get(f"/exports/{row.id}/").content.decode()
    with pytest.raises(Refused) as refused:
        export_asking.decide(
            export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", MORNING), at=MORNING
        )
    assert refused.value.problems[0].zh.startswith("没有批准")
    export_asking.decide(
        export_id=row.id, agrees=False, words="先评估", actor=cast.viewer("郑管理", MORNING), at=MORNING
    )


def test_where_the_rules_only_warn_an_export_is_asked_for(cast: world.World, office: SignedIn) -> None:
    cast.child("小雨甲")
    with degree("export", 1):
        assert LACKING in office("王督导").get("/exports/new/").content.decode()
        assert test_exports.asked(cast).state == Export.ASKED
    with degree("export", 0):
        assert LACKING not in office("王督导").get("/exports/new/").content.decode()


def test_a_round_does_not_start_before_the_assessment(cast: world.World, office: SignedIn) -> None:
    school = School(cast, is_assessed=False)
    with pytest.raises(NotTaken, match=LACKING):
        school.start()
    assert LACKING in office("何老师").get(f"/rounds/{school.round.id}/").content.decode()
    with degree("screening", 1):
        assert screening.readiness(school.round, at=school.at).may_start
        assert LACKING in office("何老师").get(f"/rounds/{school.round.id}/").content.decode()
    assess(cast, "screening")
    begun = screening.start(round_id=school.round.id, actor=school.teacher, at=school.at)
    assert begun.state == Round.RUNNING and LACKING not in str(begun.expected)


class TestReferral:
    def refer(self, story: Story, **more: str) -> None:
        body = str(story.world.body("hospital"))
        story.record("referral", "林社工", to_organisation=body, kind="medical", urgency="days_3", **more)

    def test_warns_and_is_sent(self, cast: world.World, office: SignedIn) -> None:
        story = Story(cast)
        told = office("林社工").get(f"/children/{story.child.id}/forms/referral/").content.decode()
        assert LACKING in told
        self.refer(story, basis="legal_basis", legal_basis="emergency")

    def test_where_it_is_refused_a_danger_does_not_wait(self, cast: world.World) -> None:
        story = Story(cast)
        story.record("consent", "王督导", purposes=["refer"], answer="given")
        with degree("referral", 2):
            with pytest.raises(Refused) as refused:
                self.refer(story, basis="consent")
            assert LACKING in refused.value.problems[0].zh
            self.refer(story, basis="legal_basis", legal_basis="emergency")
            assess(cast, "referral")
            self.refer(story, basis="consent")


def test_who_confirms_a_grade_is_told_and_not_kept_from_it(cast: world.World, office: SignedIn) -> None:
    story = Story(cast)
    story.identified()
    story.assessed(0, 0, 0, 0, 0, **phq_a(q1="3", q2="3", q3="3", q4="3"))
    by = "郑管理"
    told = office(by).get("/confirmations/").content.decode()
    assert ("等您确认" in told) == (LACKING in told)


def test_a_county_may_only_be_stricter() -> None:
    content = next(each.content for each in world.library().versions if each.id == "impact")
    for value, is_stricter in ((1, False), (2, True)):
        for act in ("export", "referral"):
            patch = {"gates": [{"id": act, "degree": {"value": value}}]}
            result = lay_over(content, patch)
            if is_stricter or act == "referral":
                refuse_loosening(content, result)
            else:
                with pytest.raises(DefinitionError):
                    refuse_loosening(content, result)
