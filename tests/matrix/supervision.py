"""A question of supervision about the director's records, as asked at night; a report; a kept question of figures."""

from typing import Any

from tests.matrix.office import Worker
from tests.web.conftest import MORNING
from tongxin import vault
from tongxin.accounts.models import places_of
from tongxin.lists.models import KeptQuery, KeptQueryVersion
from tongxin.people.models import Child
from tongxin.reports.models import Report
from tongxin.supervision.models import Behind, Question

PAGES = {
    "supervision/questions/": "office.see_supervision", "supervision/questions/mine/": "work",
    "supervision/questions/<uuid:question_id>/": "office.see_supervision@county~",
    "supervision/questions/<uuid:question_id>/answer/": "office.see_supervision@county~",
    "supervision/questions/<uuid:question_id>/settle/": "office.close_supervision@county~",
    "supervision/questions/<uuid:question_id>/say/": "here",
    "quality/": "office.see_quality", "quality/<slug:check>/": "office.see_quality~",
    "indicators/study/": "office.see_indicators",
    "reports/": "office.see_reports", "reports/make/": "office.make_reports~",
    "reports/layouts/": "office.change_report_templates~",
    "reports/layouts/standard/": "office.change_report_templates",
    "reports/<uuid:report_id>/": "office.see_reports@county~",
    "reports/<uuid:report_id>/write/": "office.make_reports@county~",
    "reports/<uuid:report_id>/settle/": "office.issue_reports@county~",
    "reports/<uuid:report_id>/file/<slug:shape>/": "office.see_reports@county~",
    "calibration/": "office.see_calibration", "calibration/table/": "office.see_calibration",
    "dashboard/picture/": "office.see_dashboards",
    **dict.fromkeys(("queries/", "queries/split/", "queries/table/", "queries/keep/"), "office.see_indicators"),
    **dict.fromkeys((f"queries/<uuid:query_id>/{each}" for each in ("", "change/", "remove/")),
                    "office.see_indicators@county~"),
}


def question(here: dict[str, Worker], child: Child) -> dict[str, Any]:
    """About the director, asked of the county, with one record of the child."""
    director = here["child_director"]
    row = Question.objects.create(
        rule="short_visits", over="post", post=director.post, about=director.person,
        asked=here["case_manager"].post,
        since=MORNING.date(), figures={"days": 30, "of": 6, "count": 5, "minutes": 5}, found_at=MORNING, due_at=MORNING,
        **places_of(director.post.division),
    )
    vault.create_keys([row.key_owner], at=MORNING)
    Behind.objects.create(question=row, entry_id=child.id, child_id=child.id)
    return {"question_id": row.id, "check": "no_birth", "report_id": report(here).id, "shape": "xlsx",
            "query_id": query(here).id}


def query(here: dict[str, Worker]) -> KeptQuery:
    """A question about figures that the county's case manager keeps for everybody there."""
    maker = here["case_manager"]
    row = KeptQuery.objects.create(
        person_id=maker.person.id, post_id=maker.post.id, created_at=MORNING,
        division_id=maker.post.division.county_id or maker.post.division_id,
    )
    made = KeptQueryVersion(query=row, asked={"indicator": ["visits"], "period": ["2025"]}, is_shared=True,
                            person_id=maker.person.id, at=MORNING)
    vault.put(made, {"name": "各镇走访"}, keyring=vault.create_keys([made.key_owner], at=MORNING))
    made.save()
    return row


def report(here: dict[str, Worker]) -> Report:
    """The county's, as its case manager made it."""
    maker = here["case_manager"]
    row = Report.objects.create(
        kind="annual", division=maker.post.division, first=MORNING.date(), last=MORNING.date(), period="2025年",
        title="年报", figures=[], post=maker.post, person=maker.person, made_at=MORNING,
    )
    vault.create_keys([row.key_owner], at=MORNING)
    return row
