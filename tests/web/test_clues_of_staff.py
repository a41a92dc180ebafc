"""A report about somebody who works here never lands with them: asked at the door, lifted later, kept till weighed."""

from typing import Any

import pytest

from tests import world
from tests.web.conftest import Clock
from tests.web.test_clues import SignedIn, page, text, told
from tests.web.test_report import opened, sent
from tongxin.accounts.models import Post
from tongxin.clues.models import Clue, Step
from tongxin.notices.models import Notice

pytestmark = pytest.mark.django_db
SAID = "镇上的王督导打孩子"


class TestPublicPage:
    def test_asks_once_whether_it_is_about_somebody_who_works_here(self, cast: world.World, time: Clock) -> None:
        client, _token = opened(time)
        shown = text(client.get("/report/"))
        assert shown.count('name="staff"') == 5 and "区县的工作人员" in shown

    @pytest.mark.parametrize("staff", ["town", "unknown", "", "nonsense"])
    def test_goes_above_whom_it_may_be_about(
        self, cast: world.World, office: SignedIn, time: Clock, staff: str
    ) -> None:
        assert sent(time, cast, what=SAID, staff=staff, reporter="李邻居").status_code == 200
        clue = Clue.objects.get()
        assert clue.owner_post_id == cast.posts["郑管理"].id
        for address in (page(clue), f"{page(clue)}reporter/"):
            client = office("王督导")
            answer = client.get(address) if address == page(clue) else client.post(address)
            assert answer.status_code == 404
        assert page(clue) not in text(office("王督导").get("/clues/"))
        assert not Notice.objects.filter(post_id=cast.posts["王督导"].id).exists()
        assert "李邻居" in text(office("郑管理").post(f"{page(clue)}reporter/"))

    def test_of_a_village_is_the_towns_or_above_and_of_nobody_stays_near(
        self, cast: world.World, time: Clock
    ) -> None:
        sent(time, cast, staff="village")
        sent(time, cast, staff="no")
        of_village, of_nobody = Clue.objects.order_by("id")
        assert of_village.above_level == "village" and of_nobody.above_level == ""
        assert of_nobody.owner_post_id == cast.posts["王督导"].id

    def test_of_the_county_is_seen_by_nobody_of_the_county(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        sent(time, cast, staff="county", danger_now="yes")
        clue = Clue.objects.get()
        assert clue.owner_post_id != cast.posts["郑管理"].id
        assert office("郑管理").get(page(clue)).status_code == 404
        assert not Notice.objects.filter(post_id=cast.posts["郑管理"].id, kind="clue.received").exists()


def test_not_known_whether_counts_as_it_may_be(cast: world.World, office: SignedIn) -> None:
    assert told(office("周主任"), channel="walk_in", about_staff="unknown").above_level == "town"
    assert told(office("周主任"), channel="walk_in", matter="staff").above_level == "town"


class TestLifting:
    def lifted(self, client: Any, clue: Clue, level: str, words: str = "说的是镇上的人") -> Any:
        return client.post(f"{page(clue)}staff/", {"level": level, "words": words})

    def test_takes_it_out_of_the_sight_of_whom_it_is_about(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        sent(time, cast, what=SAID, staff="no")
        clue, client = Clue.objects.get(), office("王督导")
        assert "涉及工作人员" in text(client.get(page(clue)))
        assert self.lifted(client, clue, "town", "").status_code == 422
        assert self.lifted(client, clue, "nobody").status_code == 422
        assert self.lifted(client, clue, "town").headers["Location"] == "/clues/"
        clue.refresh_from_db()
        assert (clue.above_level, clue.danger) == ("town", "soon")
        assert clue.owner_post_id == clue.answers_post_id == cast.posts["郑管理"].id
        assert clue.steps.get().kind == Step.LIFTED
        assert Notice.objects.filter(kind="clue.assigned", post_id=cast.posts["郑管理"].id).count() == 1
        assert client.get(page(clue)).status_code == 404
        assert client.post(f"{page(clue)}reporter/").status_code == 404
        above = office("郑管理")
        assert "说的是镇上的人" in text(above.get(page(clue)))
        assert self.lifted(above, clue, "village").status_code == 422
        assert self.lifted(client, clue, "county").status_code == 404

    def test_goes_only_up_and_only_by_who_works_on_it(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        sent(time, cast, what=SAID, staff="no")
        clue = Clue.objects.get()
        assert self.lifted(office("林社工"), clue, "town").status_code == 404


class TestMessage:
    def test_keeps_its_sender_from_the_town_until_somebody_above_has_read_it(
        self, cast: world.World, office: SignedIn, time: Clock
    ) -> None:
        sent(time, cast, staff="no")
        # As a message is: nobody was asked.
        clue = Clue.objects.get()
        Clue.objects.filter(id=clue.id).update(
            channel="message", clear={each: said for each, said in clue.clear.items() if each != "about_staff"}
        )
        client = office("王督导")
        shown = text(client.get(page(clue)))
        assert "上一级看过" in shown and "打开姓名和联系方式" not in shown
        assert client.post(f"{page(clue)}reporter/").status_code == 404
        assert "报信人乙" in text(office("郑管理").post(f"{page(clue)}reporter/"))
        post: Post = cast.posts["王督导"]
        body = {"post": str(post.id), "state": "received", "note": "请去看看"}
        assert office("郑管理").post(f"{page(clue)}assign/", body).status_code == 302
        assert "报信人乙" in text(office("王督导").post(f"{page(clue)}reporter/"))


def test_what_the_file_says_of_it_holds_none_of_its_words(cast: world.World, office: SignedIn, time: Clock) -> None:
    child = cast.child("童小雨")
    sent(time, cast, what=SAID, staff="town", child_name="童小雨")
    clue, client = Clue.objects.get(), office("郑管理")
    assert client.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)}).status_code == 302
    for name in ("王督导", "林社工"):
        assert SAID not in text(office(name).get(f"/children/{child.id}/"))


def test_lifted_after_it_was_matched_its_words_leave_their_sight_in_the_file(
    cast: world.World, office: SignedIn, time: Clock
) -> None:
    child, desk = cast.child("童小雨"), office("郑管理")
    clue = told(desk, what="周主任打孩子", where="村部后面", child_name="童小雨")
    assert desk.post(f"{page(clue)}match/", {"decision": "same", "child": str(child.id)}).status_code == 302
    clue.refresh_from_db()
    entry = f"/children/{child.id}/entries/{clue.entry_id}/"
    assert "周主任打孩子" in text(office("周主任").get(entry))
    assert desk.post(f"{page(clue)}staff/", {"level": "village", "words": "说的是村里"}).status_code == 302
    for address in (entry, f"/children/{child.id}/", f"/children/{child.id}/forms/clue/?corrects={clue.entry_id}"):
        shown = text(office("周主任").get(address))
        assert "周主任打孩子" not in shown and "村部后面" not in shown, address
    assert "说的内容由上一级保管" in text(office("周主任").get(entry))
    above = text(office("王督导").get(entry))
    assert "周主任打孩子" in above and "村部后面" in above
