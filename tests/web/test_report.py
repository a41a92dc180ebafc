"""The public page: anybody tells, sealed at once; machines, floods and strange files stay out; a code follows it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import world
from tests.documents.files import png
from tests.web.conftest import Clock, Office
from tests.web.test_clues import SignedIn, answered, does, page, text
from tongxin.clues.models import Clue, Inbound, Picture
from tongxin.core.pathway import CHINA

pytestmark = pytest.mark.django_db
TOLD = {
    "danger_now": "no", "staff": "no", "what": "楼下的孩子每天晚上一个人", "where": "三号楼", "reporter": "报信人乙",
}


def opened(time: Clock) -> tuple[Client, str]:
    """A browser that has the page open since half a minute, and the page's number."""
    client = Client()
    answer = client.get("/report/")
    assert answer.status_code == 200, text(answer)
    time.now += timedelta(seconds=30)
    return client, str(answer.context["token"])


def sent(time: Clock, cast: world.World, **more: Any) -> Any:
    client, token = opened(time)
    town = cast.posts["王督导"].division_id
    return client.post("/report/send/", {**TOLD, "token": token, "town": str(town), **more})


def test_says_whom_to_call_first_and_works_without_scripts(cast: world.World, time: Clock) -> None:
    shown = text(Client().get("/report/"))
    assert shown.index("tel:110") < shown.index("<form") and "tel:12355" in shown
    assert shown.count("<form") == 1 and "莱芜" not in shown.partition("<form")[0]


def test_is_kept_sealed_with_an_owner_and_a_code(cast: world.World, office: SignedIn, time: Clock) -> None:
    picture = SimpleUploadedFile("a.png", png())
    answer = sent(time, cast, files=[picture], child_name="童小雨")
    clue, code = Clue.objects.get(), answer.context["code"]
    assert clue.channel == "public_page" and clue.owner_post_id == cast.posts["王督导"].id
    assert clue.person_id is None and code.replace("-", "") not in str(clue.__dict__)
    assert Picture.objects.get().media_type == "image/png"
    supervisor = office("王督导")
    assert "楼下的孩子" in text(supervisor.get(page(clue))) and "报信人乙" not in text(supervisor.get(page(clue)))
    assert supervisor.get(f"{page(clue)}pictures/{Picture.objects.get().id}/").status_code == 200

    asked = Client().post("/report/answer/", {"code": code.lower()})
    assert "正在安排人看" in text(asked) and "童小雨" not in text(asked) and "三号楼" not in text(asked)
    moment = f"{time.now.astimezone(CHINA):%Y-%m-%dT%H:%M}"
    time.now += timedelta(minutes=2)
    assert answered(supervisor, clue, happened_at=moment).status_code == 302
    done = {"happened_at": moment, "result": "unfounded", "said": "看过了", "answer": "looked"}
    assert does(supervisor, clue, "handled", **done).status_code == 302
    follows = text(Client().post("/report/answer/", {"code": code}))
    assert "我们去了解过了" in follows and "看过了" not in follows
    assert Client().post("/report/answer/", {"code": "AAAA-AAAA-AAAA"}).status_code == 404


def test_a_danger_is_due_in_minutes_and_the_county_is_told(cast: world.World, time: Clock) -> None:
    answer = sent(time, cast, danger_now="yes")
    clue = Clue.objects.get()
    assert clue.danger == "now" and clue.respond_by - time.now == timedelta(minutes=30)
    assert "tel:110" in text(answer)


def test_the_same_page_sent_twice_is_one_clue_with_one_code(cast: world.World, time: Clock) -> None:
    client, token = opened(time)
    town = str(cast.posts["王督导"].division_id)
    codes = {
        client.post("/report/send/", {**TOLD, "token": token, "town": town}).context["code"] for _each in range(2)
    }
    assert len(codes) == 1 and Clue.objects.count() == Inbound.objects.count() == 1


@pytest.mark.parametrize(("more", "said"), [
    ({"what": ""}, "请写看到"), ({"danger_now": ""}, "请选现在有没有危险"), ({"website": "http://x"}, "请空着"),
    ({"token": "made-up"}, "打开太久"), ({"town": ""}, "请选孩子在哪个"),
    ({"files": [SimpleUploadedFile("a.png", b"MZ not a picture")]}, "没有保存"),
])
def test_refuses_in_words_and_keeps_what_was_written(
    cast: world.World, time: Clock, more: dict[str, Any], said: str
) -> None:
    answer = sent(time, cast, **more)
    assert answer.status_code == 422 and said in text(answer) and not Clue.objects.exists()
    assert "三号楼" in text(answer)


def test_is_not_filled_in_by_machines_nor_flooded(cast: world.World, time: Clock) -> None:
    client = Client()
    token = client.get("/report/").context["token"]
    town = str(cast.posts["王督导"].division_id)
    assert "太快" in text(client.post("/report/send/", {**TOLD, "token": token, "town": town}))
    codes = [sent(time, cast).status_code for _each in range(8)]
    assert 429 in codes and Clue.objects.count() < 8
    assert not Clue.objects.filter(clear__icontains="127.0.0.1").exists()


def test_a_browser_signed_in_sees_the_same_page(office: SignedIn) -> None:
    seen: Office = office("王督导")
    assert text(seen.get("/report/")).count("<form") == 1
