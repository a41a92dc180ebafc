"""Conferences in the browser: whole for those who lead them, for the others what is theirs and no more."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from tests import world
from tests.flows.forms import fill
from tests.flows.story import Story
from tests.flows.test_arrangements import CALM, PARTIES
from tests.flows.test_conferring import call, day, decision, hold
from tests.web.conftest import MORNING, Clock, Office
from tongxin.accounts import county as counties
from tongxin.accounts.models import Organisation, Person, Post
from tongxin.accounts.viewers import viewer_of

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
SECRETS = ("办好返校手续", "太急", "孩子想住校", "困境原因")


@pytest.fixture
def story(cast: world.World) -> Story:
    return Story(cast, at=MORNING - timedelta(hours=8))


@pytest.fixture
def officer(cast: world.World) -> tuple[Person, int]:
    """Somebody of the county's office of justice, who leads no case and reads no file by place."""
    county = cast.place("370116")
    body = Organisation.objects.create(name="莱芜区司法局", kind="justice", division=county)
    post = Post.objects.create(
        role="department_officer", organisation=body, division=county, title="司法局联络员",
    )
    (person,) = counties.fill(holders=[(post, "justice", "刘司法")], at=world.START)
    return person, body.id


def page(person: Person, url: str) -> Any:
    client = Office()
    client.force_login(person)
    return client.get(url)


class TestWhoLeads:
    def test_sees_what_comes_what_was_said_and_where_decisions_stand(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        url = f"/children/{story.child.id}/conferences/"
        empty = office("郑管理").get(url)
        assert "还没有开过会商" in empty.content.decode() and empty.context["call_url"]
        call(story, agenda="困境原因")
        time.now = story.at
        coming = office("郑管理").get(url)
        (row,) = coming.context["coming"]
        assert row["agenda"] == "困境原因" and row["record_url"] and "镇中心小学" in coming.content.decode()
        hold(story, decision(story, role="social_worker"), child_heard="heard", child_view="孩子想住校")
        time.now = story.at
        held = office("林社工").get(url).content.decode()
        assert all(words in held for words in ("办好返校手续", "太急", "不同意", "孩子想住校", "社会工作师", "待办"))

    def test_the_list_says_what_waits_for_whom(self, story: Story, office: SignedIn, time: Clock) -> None:
        call(story)
        time.now = story.at
        shown = office("郑管理").get("/conferences/")
        assert [row["zh"] for row in shown.context["coming"]] == ["开个案会商，写会商记录"]
        hold(story, decision(story, role="social_worker"))
        time.now = story.at
        shown = office("林社工").get("/conferences/")
        (row,) = shown.context["mine"]
        assert "写办理结果</a>" in shown.content.decode()
        assert row["zh"] == "办理会商决定：上学" and "decision_answer" in row["url"]
        time.now = story.at + timedelta(days=12)
        assert not office("郑管理").get("/conferences/").context["mine"]
        assert office("郑管理").get("/conferences/").context["late"]

    def test_the_next_one_that_was_promised_waits_to_be_called(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        call(story)
        hold(story, decision(story, role="social_worker"), next_on=day(story, 10))
        time.now = story.at + timedelta(days=32)
        shown = office("郑管理").get("/conferences/")
        (row,) = shown.context["to_call"]
        assert row["zh"] == "召集下一次会商" and row["late_zh"]
        assert row["call_url"] == f"/children/{story.child.id}/forms/conference/"
        assert row["call_url"] in shown.content.decode() and "召集会商</a>" in shown.content.decode()
        assert not office("周主任").get("/conferences/").context["to_call"]

    def test_a_grave_grade_without_a_conference_is_due_for_one(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        story.graded("high", 0, 0, 3, 0, 0)
        time.now = story.at
        assert [row["last"] for row in office("郑管理").get("/conferences/").context["rhythm"]] == [None]
        assert not office("周主任").get("/conferences/").context["rhythm"]
        call(story)
        hold(story, decision(story, role="social_worker"))
        time.now = story.at
        assert not office("郑管理").get("/conferences/").context["rhythm"]


class TestWhoWasGivenSomething:
    def test_a_director_sees_the_own_decision_only(self, story: Story, office: SignedIn, time: Clock) -> None:
        call(story)
        hold(story, decision(story, role="child_director", what="每周去看一次"), decision(story, role="social_worker"))
        time.now = story.at
        text = office("周主任").get(f"/children/{story.child.id}/conferences/").content.decode()
        assert "每周去看一次" in text and not any(words in text for words in SECRETS)

    def test_a_department_sees_its_matter_and_nothing_psychological(
        self, story: Story, officer: tuple[Person, int], time: Clock
    ) -> None:
        person, body = officer
        url = f"/children/{story.child.id}/conferences/"
        time.now = story.at
        assert page(person, url).status_code == 404
        call(story)
        given = decision(story, organisation=str(body), kind="legal", what="指派律师")
        entry = hold(story, given, decision(story, role="social_worker"))
        time.now = story.at
        text = page(person, url).content.decode()
        assert "指派律师" in text and not any(words in text for words in SECRETS)
        assert page(person, f"/children/{story.child.id}/entries/{entry}/").status_code == 404
        assert not page(person, f"/children/{story.child.id}/").context["why"]
        answer = f"/children/{story.child.id}/forms/decision_answer/?about={entry}:1"
        client = Office()
        client.force_login(person)
        sent = client.send(answer, {"outcome": "done", "done_on": story.at.date().isoformat(), "signature": "刘司法"})
        assert sent.status_code == 422, "done without a word of what was done"
        sent = client.send(answer, {
            "outcome": "done", "done_on": story.at.date().isoformat(), "note": "已指派", "signature": "刘司法",
        })
        assert sent.status_code == 200, sent.content.decode()
        assert page(person, url).status_code == 404, "with nothing left to do there is nothing to see"

    def test_who_is_called_is_let_in_only_where_they_may_know_who_it_is(
        self, story: Story, officer: tuple[Person, int], time: Clock
    ) -> None:
        person, body = officer
        viewer = viewer_of(person=person, at=story.at)
        assert viewer.roles == {"department_officer"}
        url = f"/children/{story.child.id}/conferences/"
        call(story, members=[{"organisation": str(body), "minimum": ["help"]}])
        time.now = story.at
        assert page(person, url).status_code == 404
        call(story, members=[{"organisation": str(body), "minimum": ["who", "help"]}])
        time.now = story.at
        assert page(person, url).context["minimum"] == "要这个单位帮什么、孩子是谁、住在哪里"

    def test_the_answer_shows_what_was_decided_and_what_counts_as_done(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        call(story)
        own = decision(story, role="social_worker", what="联系学校", done_means="孩子回到课堂")
        entry = hold(story, own, decision(story, role="child_director", what="每周去看一次"))
        time.now = story.at
        url = f"/children/{story.child.id}/forms/decision_answer/"
        text = office("林社工").get(f"{url}?about={entry}:1").content.decode()
        assert all(words in text for words in ("联系学校", "怎样才算办完", "孩子回到课堂", "会商定的"))
        others = office("周主任").get(f"{url}?about={entry}:1")
        assert others.status_code == 200 and "联系学校" not in others.content.decode()
        assert "每周去看一次" in office("周主任").get(f"{url}?about={entry}:2").content.decode()

    def test_others_see_no_such_page(self, story: Story, office: SignedIn, time: Clock) -> None:
        call(story)
        time.now = story.at
        assert office("陈管理").get(f"/children/{story.child.id}/conferences/").status_code == 404


def test_the_file_page_says_where_conferences_and_arrangements_stand(
    story: Story, office: SignedIn, time: Clock
) -> None:
    call(story)
    hold(story, decision(story, role="social_worker"))
    time.now = story.at
    shown = office("郑管理").get(f"/children/{story.child.id}/")
    assert shown.context["arranged"]["open"] == 1 and "看会商和决定" in shown.content.decode()
    assert office("周主任").get(f"/children/{story.child.id}/").context["arranged"] is None


class TestOutside:
    """Those who have no account are asked by letter; who mediates for the county reads what they wrote."""

    def test_the_letter_says_when_and_where_and_never_who_the_child_is(
        self, story: Story, office: SignedIn, time: Clock
    ) -> None:
        call(story, agenda="困境原因", members=[{"outside": "李律师", "minimum": ["help"]}])
        time.now = story.at
        client = office("郑管理")
        (row,) = client.get(f"/children/{story.child.id}/conferences/").context["coming"]
        sent = client.post(f"{row['letters_url']}1/")
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(sent.content)).pages)
        assert sent["Content-Type"] == "application/pdf" and "李律师" in text and "个案会商邀请函" in text
        assert not any(words in text for words in ("小雨", story.child.file_no, "困境原因"))
        assert client.post(f"{row['letters_url']}2/").status_code == 404
        assert office("周主任").post(f"{row['letters_url']}1/").status_code == 404

    def test_the_office_of_justice_reads_back_what_it_wrote_and_finishes_it(
        self, story: Story, officer: tuple[Person, int], office: SignedIn, time: Clock
    ) -> None:
        person, body = officer
        others = str(story.record("mediation", "林社工", kind="school", parties=PARTIES, **CALM).entry.id)
        call(story)
        entry = hold(story, decision(story, organisation=str(body), kind="legal", what="调解抚养"))
        time.now = story.at
        client, base = Office(), f"/children/{story.child.id}/"
        client.force_login(person)
        answers = fill(story.child, "mediation", story.at, kind="custody", parties=PARTIES, **CALM)
        saved = client.send(f"{base}forms/mediation/", answers)
        assert saved.status_code == 200, saved.content.decode()
        file = client.get(base)
        assert "下一步：填“调解协议”" in file.content.decode() and "写调解协议" in file.content.decode()
        (shown,) = file.context["arranged"]["mediations"]
        assert client.get(shown["url"]).status_code == 200
        assert client.get(f"{base}entries/{others}/").status_code == 404
        done = {"outcome": "done", "done_on": story.at.date().isoformat(), "note": "已受理", "signature": "刘司法"}
        assert client.send(f"{base}forms/decision_answer/?about={entry}:1", done).status_code == 200
        agreed = fill(
            story.child, "mediation_result", story.at, outcome="agreed", next_on=day(story, 14),
            terms=[{"who": "张某", "what": "每月来看孩子两次"}],
        )
        assert client.send(shown["next_url"], agreed).status_code == 200
        (shown,) = client.get(base).context["arranged"]["mediations"]
        assert shown["state_zh"] == "已达成，按期回访"
        assert len(office("林社工").get(base).context["arranged"]["mediations"]) == 2
