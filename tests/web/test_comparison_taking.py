"""What a list says otherwise of a child it is about, taken over into the file as a correction."""

from typing import Any

import pytest

from tests.web.test_comparisons import NOBODY, SAME, compare, on_file
from tests.web.test_comparisons import assessed as assessed
from tests.world import World
from tongxin.ledger.models import Entry

pytestmark = pytest.mark.django_db
NEW_PHONE = [*SAME[:9], "13900000007"]


def test_a_new_telephone_is_taken_over_and_taken_back(office: Any, cast: World) -> None:
    files = on_file(cast)
    desk = office("郑管理")
    row = compare(desk, NEW_PHONE, NOBODY).answers.get(row__gt=0, verdict="same")
    url = f"/comparisons/review/{row.id}/"
    page = desk.get(url)
    assert [each["field"] for each in page.context["taken"]] == ["phone"]
    assert "采用到档案里" in page.content.decode()
    for wrong in ([], ["name"], ["nonsense"]):
        assert desk.post(url, {"decision": "take", "field": wrong}).status_code == 422
    statuses = [desk.post(url, {"decision": "take", "field": ["phone"]}).status_code for _ in range(2)]
    assert statuses == [302, 422]
    entry = Entry.objects.get(subject_id=files["same"].id, kind="detail_correction")
    assert "13900000007" in desk.get(f"/children/{files['same'].id}/").content.decode()
    assert "taken" in desk.get(url).context and not desk.get(url).context["taken"]
    assert entry.person_id == cast.people["郑管理"].id


def test_of_a_row_that_is_nobodys_nothing_is_taken_over(office: Any, cast: World) -> None:
    on_file(cast)
    desk = office("郑管理")
    row = compare(desk, NOBODY).answers.get(row__gt=0)
    assert desk.post(f"/comparisons/review/{row.id}/", {"decision": "take", "field": ["phone"]}).status_code == 404
