"""Questionnaires on the file page: trend, verdict and informants, for those who may read them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.flows.story import Story, phq_a
from tests.web.conftest import Office
from tongxin.people.models import Child

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]


def well(raw: int) -> dict[str, str]:
    """WHO-5 answers whose index is four times `raw`."""
    return {f"q{n}": str(min(5, max(0, raw - 5 * (n - 1)))) for n in range(1, 6)}


def pupil(item: int) -> dict[str, str]:
    return {f"q{n}": str(item) for n in range(1, 18)}


def assessed(story: Story, **sheets: Any) -> None:
    story.at += timedelta(days=14)
    story.assessed(instruments_used=sorted(sheets), child_told="yes", **sheets)


def page(client: Office, child: Child) -> Any:
    return client.get(f"/children/{child.id}/")


@pytest.fixture
def story(cast: world.World) -> Story:
    story = Story(cast)
    story.identified()
    return story


def test_a_trend_with_its_verdict_and_source(story: Story, office: SignedIn) -> None:
    assessed(story, who_5=well(5))
    assessed(story, who_5=well(15))
    shown = page(office("林社工"), story.child)
    trend = shown.context["measures"]["trends"][0]
    assert [row["total"] for row in trend["rows"]] == [60, 20]
    assert "好转" in trend["verdict"] and "10 分" in trend["verdict"] and "WHO" in trend["verdict"]
    assert len(trend["line"]["spots"]) == 2
    assert '<svg class="tx-measure-line"' in shown.content.decode() and "style=" not in shown.content.decode()


def test_no_verdict_where_nobody_knows_what_change_is_real(story: Story, office: SignedIn) -> None:
    assessed(story, phq_a=phq_a(q1="3")["phq_a"])
    assessed(story, phq_a=phq_a()["phq_a"])
    trend = page(office("林社工"), story.child).context["measures"]["trends"][0]
    assert "不下结论" in trend["verdict"] and "未经效度验证" in trend["note"]


def test_informants_stand_side_by_side_and_the_heavier_holds(story: Story, office: SignedIn) -> None:
    assessed(story, psc_17=pupil(0), psc_17_t=pupil(2))
    side = page(office("林社工"), story.child).context["measures"]["sides"][0]
    assert "不一致" in side["said"]
    rows = [(row["who"], row["total"], row["holds"]) for row in side["rows"]]
    assert rows == [("照料人", 0, False), ("老师", 34, True)]


def test_who_may_not_read_bands_sees_nothing(story: Story, office: SignedIn) -> None:
    assessed(story, who_5=well(5))
    assert page(office("郑管理"), story.child).context["measures"]
    for name in ("周主任", "方经办"):
        shown = page(office(name), story.child)
        assert shown.context["measures"] is None and "WHO-5" not in shown.content.decode()


def test_an_unfinished_sheet_has_no_total_and_draws_no_line(story: Story, office: SignedIn) -> None:
    assessed(story, who_5={"q1": "5"})
    trend = page(office("林社工"), story.child).context["measures"]["trends"][0]
    assert (trend["rows"][0]["total"], trend["line"]) == ("—", None)
    assert "没有总分" in trend["rows"][0]["zh"]


def test_a_sheet_taken_back_is_gone(story: Story, office: SignedIn) -> None:
    assessed(story, who_5=well(5))
    taken = {"instruments_used": ["who_5"], "child_told": "yes", "who_5": well(20)}
    entry = story.record("assessment_form", "林社工", **taken).entry
    story.record("assessment_form", "林社工", supersedes=entry.id, correction_kind="retract")
    rows = page(office("林社工"), story.child).context["measures"]["trends"][0]["rows"]
    assert [row["total"] for row in rows] == [20]
