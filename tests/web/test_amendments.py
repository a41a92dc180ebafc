"""A county puts its forms into its own words: two people, one draft, nothing half-saved, rules untouched."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.web.conftest import Clock, Office
from tongxin.accounts.viewers import WORKER
from tongxin.assessments.models import Result
from tongxin.flows import trying
from tongxin.ledger.models import Event
from tongxin.lib.definitions import Library
from tongxin.people.models import Child
from tongxin.rulebook import amending, rules
from tongxin.rulebook.adoption import adopt, unadopted
from tongxin.rulebook.models import Amendment, DefinitionVersion, Overlay, Trial

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Office]
FORM, COUNTY = "visit_record", "370116"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    rules._index.cache_clear()
    yield
    rules._index.cache_clear()


class Draft:
    """The county's amendment, as a supervisor's browser sees it."""

    def __init__(self, office: SignedIn) -> None:
        self.writer, self.keeper = office("王督导"), office("郑管理")
        self.url = self.writer.post("/amendments/begin/", {"form": FORM})["Location"].partition("forms/")[0]

    @property
    def row(self) -> Amendment:
        return Amendment.objects.get()

    def form(self) -> dict[str, Any]:
        """What stands in the editor, as its script would send it."""
        content = amending.content(self.row, "forms", FORM, at=world.START + timedelta(days=1))
        return {
            "zh": content["zh"], "intro": content["intro"],
            "sections": [{
                "id": section["id"], "zh": section["zh"], "help": section.get("help", ""),
                "fields": [{"id": each["id"], "zh": each["zh"], "help": each.get("help", ""), **(
                    {"fields": [{"id": inner["id"], "zh": inner["zh"]} for inner in each["fields"]]}
                    if "fields" in each else {})} for each in section["fields"]],
            } for section in content["sections"]],
        }

    def save(self, wanted: dict[str, Any], tail: str = f"forms/{FORM}/", revision: int | None = None,
             by: Office | None = None) -> Any:
        body = {"revision": self.row.revision if revision is None else revision, "wanted": wanted}
        return (by or self.writer).post(f"{self.url}{tail}", json.dumps(body), content_type="application/json")

    def do(self, deed: str, by: Office | None = None, **more: Any) -> str:
        sent = {"revision": self.row.revision, **more}
        return (by or self.writer).post(f"{self.url}{deed}/", sent, follow=True).content.decode()

    def propose(self, day: str = "2025-09-02") -> str:
        return self.do("propose", valid_from=day, source="区民政局会议纪要")


@pytest.fixture
def draft(office: SignedIn) -> Draft:
    return Draft(office)


def renamed(wanted: dict[str, Any], zh: str = "在哪里见的") -> dict[str, Any]:
    head = wanted["sections"][0]["fields"]
    next(each for each in head if each["id"] == "place")["zh"] = zh
    return wanted


def asked(office: Office, child: Child) -> list[str]:
    """The questions that the form puts to somebody about a child."""
    definition = office.get(f"/children/{child.id}/forms/{FORM}/").context["definition"]
    return [each["zh"] for section in definition["sections"] for each in section["fields"]]


def test_a_label_goes_the_whole_way(draft: Draft, cast: world.World, office: SignedIn) -> None:
    child = cast.child()
    assert draft.save(renamed(draft.form())).json()["problems"] == []
    page = draft.writer.get(draft.url).content.decode()
    assert "“地点”" in page and "“在哪里见的”" in page
    assert "已提请采用" in draft.propose()
    assert "在哪里见的" not in asked(office("周主任"), child)
    assert "已采用，共 1 项" in draft.do("adopt", by=draft.keeper)
    assert "在哪里见的" in asked(office("周主任"), child)
    (fact,) = Event.objects.filter(kind="definition.adopted", is_fact=True, clear__contains="amendment")
    assert fact.person_id == cast.people["郑管理"].id
    assert fact.clear["writers"] == [str(cast.people["王督导"].id)]


def test_the_writer_cannot_adopt(draft: Draft) -> None:
    draft.save(renamed(draft.form()), by=draft.keeper)
    draft.propose()
    assert "不能自己采用" in draft.do("adopt", by=draft.keeper)
    assert draft.writer.post(f"{draft.url}adopt/", {"revision": draft.row.revision}).status_code == 404
    assert draft.row.state == Amendment.PROPOSED and not Overlay.objects.exists()


def test_of_two_editors_the_second_is_told_and_nothing_is_half_saved(draft: Draft) -> None:
    mine, theirs = draft.form(), draft.form()
    before = draft.row.revision
    assert draft.save(renamed(mine, "见面的地方"), revision=before).status_code == 200
    answer = draft.save(renamed(theirs, "别的地方"), revision=before, by=draft.keeper)
    assert answer.status_code == 409 and "别人刚改过" in answer.json()["zh"]
    assert "见面的地方" in json.dumps(draft.row.patches, ensure_ascii=False)
    assert "别的地方" not in json.dumps(draft.row.patches, ensure_ascii=False)


def test_whatever_is_written_after_a_proposal_has_to_be_proposed_again(draft: Draft) -> None:
    draft.save(renamed(draft.form()))
    draft.propose()
    seen = draft.row.revision
    draft.save(renamed(draft.form(), "地点（写清楚）"))
    answer = draft.keeper.post(f"{draft.url}adopt/", {"revision": seen}, follow=True)
    assert "在此期间有变化" in answer.content.decode()
    assert draft.row.state == Amendment.OPEN


def test_order_changes_and_a_rule_that_looks_ahead_is_told_at_its_question(draft: Draft) -> None:
    wanted = draft.form()
    head = wanted["sections"][0]["fields"]
    head.insert(0, head.pop(next(at for at, each in enumerate(head) if each["id"] == "place")))
    told = draft.save(wanted).json()
    assert [each["place"] for each in told["problems"]] == ["place"]
    assert "只能引用排在前面的题目" in told["problems"][0]["zh"]
    assert "还有错误" in draft.propose()
    wanted["sections"].append(wanted["sections"].pop(2))
    head.append(head.pop(0))
    assert draft.save(wanted).json()["problems"] == []
    content = amending.content(draft.row, "forms", FORM, at=world.START + timedelta(days=1))
    assert content["sections"][-1]["id"] == "home" and content["sections"][0]["fields"][-1]["id"] == "place"


def test_words_that_no_page_may_say_are_told_at_their_question(draft: Draft) -> None:
    for zh, told in (("Where", "不是中文"), ("事实孤儿在哪", "不用“事实孤儿”这个词")):
        (problem,) = draft.save(renamed(draft.form(), zh)).json()["problems"]
        assert problem["place"] == "place" and told in problem["zh"]


SPOILED: tuple[Callable[[Any], Any], ...] = (
    lambda wanted: wanted["sections"][1]["fields"].pop(0),
    lambda wanted: wanted["sections"].pop(),
    lambda wanted: wanted["sections"][1]["fields"].append({"id": "made_up", "zh": "多出来的"}),
    lambda wanted: renamed(wanted, ""),
    lambda wanted: renamed(wanted, "长" * 201),
    lambda wanted: renamed(wanted, "有\x07铃"),
)


def test_what_is_no_change_of_words_is_refused_whole(draft: Draft) -> None:
    for spoil in SPOILED:
        wanted = draft.form()
        wanted["zh"] = "走访记录（新）"
        spoil(wanted)
        answer = draft.save(wanted)
        assert answer.status_code == 409 and answer.json()["zh"].startswith("没有保存")
        assert draft.row.patches == {} and draft.row.revision == 1
    for body in ("{", "[]", '{"wanted": 1, "revision": 1}', '{"wanted": {}, "revision": "x"}'):
        answer = draft.writer.post(f"{draft.url}forms/{FORM}/", body, content_type="application/json")
        assert answer.status_code == 422 and draft.row.patches == {}


def test_rules_sent_along_are_not_taken(draft: Draft) -> None:
    wanted = renamed(draft.form())
    for each in wanted["sections"][1]["fields"]:
        each |= {"required": False, "floor": None, "show_if": "seen_in_person == no", "options": []}
    draft.save(wanted)
    made = amending.content(draft.row, "forms", FORM, at=world.START + timedelta(days=1))
    national = rules.resolve("forms", FORM, at=world.START + timedelta(days=1)).content
    assert made["sections"][1] == national["sections"][1]


def options(draft: Draft, name: str) -> list[dict[str, Any]]:
    at = world.START + timedelta(days=1)
    rows = amending.content(draft.row, "fields", "option_sets", at=at)["sets"][name]
    return [{"code": row["code"], "zh": row["zh"], "retired": row.get("retired", False)} for row in rows]


def test_an_option_is_renamed_added_and_retired_and_old_answers_keep_their_word(
    draft: Draft, cast: world.World, office: SignedIn, time: Clock
) -> None:
    child, director = cast.child(), office("周主任")
    director.fill(child, FORM, hazards=["fire"])
    rows = options(draft, "home_hazard")
    gone = next(row for row in rows if row["code"] == "fire")
    rows[-1]["zh"], gone["retired"] = "别的隐患", True
    assert draft.save({"options": [*rows, {"code": "", "zh": "靠近矿坑"}]}, "options/home_hazard/").status_code == 200
    draft.propose()
    assert "已采用" in draft.do("adopt", by=draft.keeper)
    page = director.get(f"/children/{child.id}/forms/{FORM}/")
    (field,) = [each for section in page.context["definition"]["sections"] for each in section["fields"]
                if each["id"] == "hazards"]
    shown = {each["code"]: each for each in field["options"]}
    assert shown["fire"]["retired"] and shown["r370116_1"]["zh"] == "靠近矿坑"
    time.now += timedelta(minutes=10)
    assert director.fill(child, FORM, time.now, hazards=["r370116_1", "fire"]).status_code == 200


def test_who_would_change_is_counted_and_listed_for_who_may(
    draft: Draft, cast: world.World, office: SignedIn, time: Clock
) -> None:
    child = cast.child("小雨")
    office("周主任").fill(child, "identification_form", low_mood="often")
    draft.save(renamed(draft.form()))
    stricter = {"values": [{"id": "often_from", "value": 1}]}
    patches = {**draft.row.patches, "identification/identification_form": stricter}
    Amendment.objects.update(patches=patches)
    draft.writer.post(f"{draft.url}try/")
    assert "正在试算" in draft.writer.get(draft.url).content.decode()
    versions, results = DefinitionVersion.objects.count(), list(Result.objects.values())
    row = Trial.objects.get()
    trying.run(trial_id=row.id, viewer=cast.viewer("王督导", time.now), at=time.now)
    page = draft.writer.get(f"{draft.url}tried/").content.decode()
    told = ("若采用，会有 1 人变化", "识别结果会不同", "凤城街道 1 人", child.file_no, "识别 健康 → 需要转介评估")
    for words in told:
        assert words in page, words
    assert "小雨" not in page
    assert (DefinitionVersion.objects.count(), list(Result.objects.values())) == (versions, results)
    draft.save(renamed(draft.form(), "又改了"))
    assert "请重新试算" in draft.writer.get(draft.url).content.decode()


def test_what_a_danger_a_score_or_a_rule_hangs_on_stands_fast_and_no_option_is_dropped(draft: Draft) -> None:
    for name in ("yes_no_unknown", "action_level"):
        assert draft.save({"options": options(draft, name)}, f"options/{name}/").status_code == 404
    rows = options(draft, "home_hazard")
    assert draft.save({"options": rows[1:]}, "options/home_hazard/").status_code == 409
    ruled = options(draft, "visit_method")
    next(row for row in ruled if row["code"] == "outside")["retired"] = True
    answer = draft.save({"options": ruled}, "options/visit_method/")
    assert answer.status_code == 409 and "有规则要用到" in answer.json()["zh"]


def test_only_the_county_sees_it_and_others_learn_nothing(draft: Draft, office: SignedIn) -> None:
    for name in ("陈管理", "陈督导", "周主任", "林社工"):
        assert office(name).get(draft.url).status_code == 404, name
        assert draft.save(draft.form(), by=office(name)).status_code == 404
    assert office("陈管理").get("/amendments/").status_code == 200


def test_a_day_that_is_past_or_no_reason_is_refused_and_a_later_day_waits(
    draft: Draft, cast: world.World, time: Clock
) -> None:
    draft.save(renamed(draft.form()))
    assert "启用日期已经过去" in draft.propose("2025-09-01")
    assert "请写明依据" in draft.do("propose", valid_from="2025-09-02", source=" ")
    draft.propose("2025-09-10")
    draft.do("adopt", by=draft.keeper)
    now, later = (rules.resolve("forms", FORM, region=COUNTY, at=time.now + timedelta(days=days)) for days in (0, 9))
    assert "在哪里见的" not in str(now.content)
    assert "在哪里见的" in str(later.content)


def test_the_nations_next_version_keeps_the_countys_words(draft: Draft, time: Clock) -> None:
    draft.save(renamed(draft.form()))
    draft.propose()
    draft.do("adopt", by=draft.keeper)
    assert unadopted(library=world.library()) == 0
    time.now += timedelta(minutes=10)
    changed = Library(tuple(_with_new_intro(each) for each in world.library().versions))
    assert adopt(library=changed, actor=WORKER, at=time.now) == 2
    found = rules.resolve("forms", FORM, region=COUNTY, at=time.now).content
    assert found["intro"] == "新的开头。"
    assert found["sections"][0]["fields"][2]["zh"] == "在哪里见的"


def _with_new_intro(version: Any) -> Any:
    if (version.kind, version.id, version.region) != ("forms", FORM, ""):
        return version
    return replace(version, content={**version.content, "intro": "新的开头。"})


def test_a_draft_on_rules_that_changed_meanwhile_is_not_adopted(draft: Draft, time: Clock) -> None:
    draft.save(renamed(draft.form()))
    draft.propose()
    time.now += timedelta(minutes=10)
    adopt(library=Library(tuple(_with_new_intro(each) for each in world.library().versions)), actor=WORKER, at=time.now)
    versions = DefinitionVersion.objects.count()
    assert "现行规则在此期间已经变了" in draft.do("adopt", by=draft.keeper)
    assert DefinitionVersion.objects.count() == versions
    assert "已退回" in draft.do("return", by=draft.keeper, why="按新的开头再看一遍")
    draft.propose()
    assert "已采用" in draft.do("adopt", by=draft.keeper)


def test_giving_up_changes_nothing_and_the_county_may_take_a_name_of_its_own(draft: Draft) -> None:
    draft.save(renamed(draft.form()))
    assert "现行规则不变" in draft.do("drop")
    assert not Overlay.objects.exists()
    draft.url = draft.writer.post("/amendments/begin/", {})["Location"]
    there = Amendment.objects.get(state=Amendment.OPEN)
    assert there.patches == {}
    body = {"revision": 1, "wanted": {"name": "暖阳", "full_name": "暖阳 · 儿童关爱", "slogan": ""}}
    draft.writer.post(f"{draft.url}brand/", json.dumps(body), content_type="application/json")
    sent = {"revision": 2, "valid_from": "2025-09-02", "source": "区民政局会议纪要"}
    draft.writer.post(f"{draft.url}propose/", sent)
    draft.keeper.post(f"{draft.url}adopt/", sent)
    assert "暖阳" in draft.writer.get("/").content.decode()
