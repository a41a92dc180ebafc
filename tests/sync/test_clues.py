"""Something seen or heard: about a child on file a flag with the supervisor; else somebody finds out who it is."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import world
from tests.flows.forms import fill
from tests.sync.phone import Json, Phone, entry
from tests.sync.test_down import sealed, taken
from tests.web.conftest import Clock, Office
from tongxin.cases.models import Case, Task
from tongxin.drafts.models import FormDraft
from tongxin.flows import arriving_holding as holding
from tongxin.flows import arriving_settling as settling
from tongxin.flows.opening import open_file
from tongxin.flows.record import Sheet
from tongxin.flows.sweep import sweep
from tongxin.ledger.models import Entry
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.sync.models import Arrival

pytestmark = pytest.mark.django_db
Paired = Callable[..., Phone]
SignedIn = Callable[[str], Office]
SEEN = "在桥头见到一个孩子，胳膊上有伤"


def clue(cast: world.World, time: Clock, child: Child | None = None, **answers: str) -> Json:
    said = fill(child or cast.child(), "clue", time.now, wanted=SEEN, place="村口桥头", **answers)
    return entry(child or ids.new_id(), "clue", said, time.now)


def test_about_a_child_on_file_it_is_the_supervisors_to_settle(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    child, mine = cast.child(), phone()
    assert mine.sends(clue(cast, time, child), now=time.now)[0]["state"] == "arrived"
    task = Task.objects.get(case_id=child.id, form="flag_answer")
    assert task.owner_post_id == cast.viewer("王督导", time.now).post_id
    page = office("王督导").get(f"/children/{child.id}/").content.decode()
    assert "标记：新线索" in page and SEEN in page
    mine.sends(clue(cast, time, child, harmed="yes"), now=time.now)
    assert Case.objects.get(id=child.id).in_crisis


def test_about_an_unknown_child_somebody_says_who_it_is(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    child, mine = cast.child("小雨"), phone()
    sent = clue(cast, time, harmed="yes")
    step = fill(child, "crisis_step", time.now, step="stay")
    done = entry(child, "crisis_step", step, time.now) | {"child": sent["child"]}
    assert [each["reason"] for each in mine.sends(sent, done, now=time.now)] == ["clue", "early"]
    arrival = Arrival.objects.get(form_id="clue")
    assert arrival.is_danger and arrival.due_at <= time.now + timedelta(hours=2)
    sealed(time)
    taken(mine)
    desk, address = office("王督导"), f"/arrivals/{arrival.id}/"
    assert SEEN in desk.get(address).content.decode()
    assert f'value="{child.id}"' in desk.post(address, {"decision": "find", "text": "小雨"}).content.decode()
    assert desk.post(address, {"decision": "about", "child": str(child.id)}).status_code == 302
    assert Case.objects.get(id=child.id).in_crisis
    assert {str(each) for each in Entry.objects.filter(subject_id=child.id).values_list("id", flat=True)} >= {
        sent["id"], done["id"],
    }
    sealed(time)
    assert {each["state"] for each in taken(mine)["settled"]} == {"arrived"}


def test_a_file_made_from_it_takes_it_up(cast: world.World, phone: Paired, time: Clock) -> None:
    sent = clue(cast, time, child_name="小满")
    phone().sends(sent, now=time.now)
    arrival, actor = Arrival.objects.get(), cast.viewer("王督导", time.now)
    address = settling.file_from(arrival_id=arrival.id, actor=actor, at=time.now)
    draft = FormDraft.objects.get(id=holding.opened_id(arrival.id))
    assert address == f"/children/new/file/?draft={draft.id}"
    answers = fill(cast.child(), "case_file", time.now, name="小满", residence_division="370116001001", source="other")
    child = open_file(sheet=Sheet(draft.id, "case_file", answers, time.now), actor=actor, at=time.now)
    sweep(time.now)
    assert Entry.objects.get(id=sent["id"]).subject_id == child.id
    assert Arrival.objects.get().outcome == Arrival.RECORDED


def test_put_aside_it_takes_along_what_was_done_about_it(cast: world.World, phone: Paired, time: Clock) -> None:
    sent = clue(cast, time)
    step = entry(cast.child(), "crisis_step", {"step": "stay"}, time.now) | {"child": sent["child"]}
    phone().sends(sent, step, now=time.now)
    arrival, actor = Arrival.objects.get(form_id="clue"), cast.viewer("王督导", time.now)
    settling.put_aside(arrival_id=arrival.id, reason="unfounded", note="", actor=actor, at=time.now)
    assert not Arrival.objects.filter(settled_at__isnull=True).exists()


def test_counts_in_a_figure_whose_list_is_as_long(
    cast: world.World, phone: Paired, office: SignedIn, time: Clock
) -> None:
    mine = phone()
    mine.sends(clue(cast, time, harmed="yes"), clue(cast, time), now=time.now)
    first = Arrival.objects.get(is_danger=True)
    desk = office("王督导")
    assert "手机线索按时核对率" in desk.get("/clues/").content.decode()
    child = cast.child("小雨")
    desk.post(f"/arrivals/{first.id}/", {"decision": "about", "child": str(child.id)})
    time.now += timedelta(days=3)
    sweep(time.now)
    desk = office("王督导")
    rate = desk.get("/clues/").context["rates"][-1]
    assert (rate.done, rate.of, rate.missing) == (1, 2, 1)
    for url, number in ((rate.done_url, 1), (rate.of_url, 2), (rate.missing_url, 1)):
        page = desk.get(url)
        assert page.context["number"] == len(page.context["rows"]) == number
        assert SEEN not in page.content.decode()
    assert "手机线索按时核对率" not in office("陈管理").get("/clues/").content.decode()
