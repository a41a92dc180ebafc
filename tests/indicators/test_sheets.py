"""Questionnaires as facts: which, by whom, how far; by informant in figures and in questions people put together."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests import world
from tests.flows.story import Story, phq_a
from tests.indicators.lives import FIRST, LAST
from tests.indicators.test_both_ways import facts, groups, live_figures
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.indicators import nation
from tongxin.indicators.exporting import export

pytestmark = pytest.mark.django_db
COUNTY = ("37", "3701", "370116")
TEACHER = {f"q{number}": "1" for number in range(1, 18)}


@pytest.fixture
def told(cast: world.World, time: Clock) -> None:
    """Six children who answered themselves; of one the teacher did too, and one said something alarming."""
    for number in range(6):
        story = Story(cast, cast.child(f"童{number}"))
        sheet = phq_a(q1="3", q2="3", q3="3", q4="3", q9="1") if number == 0 else phq_a()
        if number == 1:
            sheet |= {"instruments_used": ["phq_a", "psc_17_t"], "psc_17_t": TEACHER}
        story.identified()
        story.assessed(**sheet)
        time.now = max(time.now, story.at)


def test_each_questionnaire_is_a_fact_with_its_informant(told: None, tmp_path: Path) -> None:
    rows = facts("sheets")
    assert sorted((each["instrument"], each["informant"]) for each in rows) == [
        *[("phq_a", "self")] * 6, ("psc_17_t", "teacher"),
    ]
    (alarmed,) = [each for each in rows if each["is_alarming"]]
    assert alarmed["reached"] == "moderate" and {each["reached"] for each in rows if each["informant"] == "self"} == {
        "minimal", "moderate",
    }
    here = live_figures(1)
    export(tmp_path / "out", at=world.START)
    there = nation.compute(groups(1), [tmp_path / "out"], first=FIRST, last=LAST)
    for id in ("sheets", "sheets_by_informant", "sheet_children", "sheets_complete"):
        assert here[id] == there[id], id
    assert here["sheets_by_informant"][COUNTY].parts["self"] == 6
    assert here["sheets_by_informant"][COUNTY].parts["teacher"] == 1 and here["sheet_children"][COUNTY].value == 6
    (file,) = sorted((tmp_path / "out" / "sheets").rglob("*.parquet"))
    assert "informant" in pq.ParquetFile(file).schema_arrow.names


def test_a_question_splits_by_informant_and_hides_the_one(told: None, office: Callable[[str], Office]) -> None:
    desk = office("郑管理")
    page = desk.get("/queries/?indicator=sheets&rows=informant&period=this_year")
    text = page.content.decode()
    assert page.status_code == 200 and "谁填的" in text and "老师" in text
    cells = {line["zh"]: [cell["said"] for cell in line["cells"]] for line in page.context["tables"][0]["lines"]}
    assert cells["老师"] == ["不显示"] and cells["本人"] == ["不显示"], "one line would tell the other"
    assert "不能按" in desk.get("/queries/?indicator=visits&rows=informant&period=this_year").content.decode()
