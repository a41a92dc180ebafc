"""A child with two files on the pages: once in every list and figure, one case, and no page that fails."""

from typing import Any

import pytest

from tests.flows.story import Story
from tests.flows.test_joined import joined
from tests.flows.test_joining import undo
from tests.web.conftest import Clock
from tests.web.together import SignedIn, text
from tests.world import World
from tongxin.cases.models import Case, Task
from tongxin.cases.tasks import LIVE
from tongxin.comparisons.models import Joining

pytestmark = pytest.mark.django_db
ROLES = ("郑管理", "王督导", "林社工", "苏咨询", "周主任")
CHILD_PAGES = ("", "paper/", "rights/", "conferences/", "attachments/", "bookings/", "moves/", "household/")
LISTS = ("/", "/children/", "/tasks/", "/crises/", "/district/", "/confirmations/", "/referrals/", "/conferences/")


@pytest.fixture
def two(cast: World, time: Clock) -> tuple[Story, Story]:
    """A graded file that is kept, and another one in a crisis, with a flag and a referral."""
    here = Story(cast, cast.child("小雨", phone="13900000002"), at=time.now)
    here.graded("mid_high", 2, 1, 1, 1, 1)
    there = Story(cast, cast.child("小玉", by="王督导", village="370116001020", phone="13900000001"), at=here.at)
    there.record("flag", "王督导")
    there.record("crisis_report", "王督导")
    there.record(
        "referral", "林社工", basis="legal_basis", legal_basis="emergency",
        to_organisation=str(cast.posts["秦医生"].organisation_id),
    )
    here.at = there.at
    return here, there


def rows_of(answer: Any) -> int:
    return len(answer.context["rows"])


def total(office: SignedIn, name: str) -> dict[str, int]:
    return {each["id"]: each["number"] for each in office(name).get("/district/").context["totals"]}


def test_lists_and_figures_count_the_child_once(two: tuple[Story, Story], office: SignedIn, time: Clock) -> None:
    here, there = two
    time.now = here.at
    before = total(office, "郑管理")
    row = joined(here, there)
    assert isinstance(row, Joining)
    after = total(office, "郑管理")
    assert after["children"] == before["children"] - 1 and after["crisis"] == before["crisis"] == 1
    assert after["no_step"] == 0
    board = office("郑管理").get("/crises/")
    assert [each["id"] for each in board.context["rows"]] == [here.child.id]
    listed = text(office("郑管理").get("/children/"))
    assert here.child.file_no in listed or f"/children/{here.child.id}/" in listed
    assert f"/children/{there.child.id}/" not in listed
    undo(row, here)
    assert total(office, "郑管理") == before


def test_no_page_of_either_file_fails_for_anybody(two: tuple[Story, Story], office: SignedIn, time: Clock) -> None:
    here, there = two
    time.now = here.at
    joined(here, there)
    for who in ROLES:
        client = office(who)
        for url in LISTS:
            assert client.get(url, follow=True).status_code in {200, 404}, (who, url)
        for story in two:
            for page in CHILD_PAGES:
                url = f"/children/{story.child.id}/{page}"
                assert client.get(f"{url}?own=1").status_code in {200, 302, 404}, (who, url)
        for task in Task.objects.filter(case_id__in=[each.child.id for each in two], state__in=LIVE):
            anchor = task.key.partition(":")[2]
            url = f"/children/{task.case_id}/forms/{task.form}/?about={anchor}"
            assert client.get(url).status_code in {200, 302, 404}, (who, url)


def test_the_kept_file_shows_the_crisis_and_answers_it(two: tuple[Story, Story], office: SignedIn, time: Clock) -> None:
    here, there = two
    time.now = here.at
    joined(here, there)
    page = text(office("郑管理").get(f"/children/{here.child.id}/"))
    assert "危机" in page and there.child.file_no in page
    here.ends_crisis()
    assert not Case.objects.filter(in_crisis=True).exists()
    # Whom the referral let in works on in the file that it was about.
    there.at = here.at
    hospital = office("秦医生")
    time.now = here.at
    assert hospital.get(f"/children/{there.child.id}/").status_code in {200, 302}
