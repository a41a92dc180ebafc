"""Systems of other bodies at the door: let in by two, seeing what their post sees, answering as on pages, once."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.exchange import systems
from tests.exchange.conftest import refer
from tests.exchange.systems import System
from tests.web.conftest import MORNING, Clock
from tongxin.access import relations
from tongxin.accounts.models import Holding
from tongxin.clues.models import Clue
from tongxin.exchange.models import Call, Client, Token
from tongxin.flows import exchange_clients, registers
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.ledger.models import Access, AccessSubject, Entry
from tongxin.lib import ids
from tongxin.referrals.models import Referral
from tongxin.registers.models import AGREEMENT, Line

pytestmark = pytest.mark.django_db
CLUE = {
    "received_at": "2025-09-02T08:00", "what": "门诊看到手臂有旧伤", "matter": "harm", "where": "东升社区",
    "caller": "teacher", "about_staff": "no", "department": "区医院", "sender_no": "H-1",
    **dict.fromkeys(("wish_to_die", "unguarded", "danger_to_others", "confused", "life_threat"), "no"), "harmed": "yes",
}


def said(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return json.loads(answer.content)


class TestLetIn:
    def test_takes_two_administrators_and_an_agreement(self, cast: world.World, hospital: System) -> None:
        given = {
            "name": ["另一个"], "post": [str(cast.posts["何老师"].id)], "scopes": ["clues_report"],
            "networks": ["10.1.0.0/16"], "expires_on": ["2025-12-31"],
        }
        writer, other = cast.viewer("系统员", MORNING), cast.viewer("安全员", MORNING)
        client = exchange_clients.ask(given=given, actor=writer, at=MORNING)
        with pytest.raises(NotAllowed):
            exchange_clients.answer(client_id=client.id, agrees=True, actor=writer, at=MORNING)
        with pytest.raises(Refused) as refused:
            exchange_clients.answer(client_id=client.id, agrees=True, actor=other, at=MORNING)
        assert "正在生效的协议" in refused.value.zh
        with pytest.raises(NotAllowed):
            exchange_clients.ask(given=given, actor=cast.viewer("郑管理", MORNING), at=MORNING)
        strange = {**given, "post": [str(cast.posts["安全员"].id)]}
        with pytest.raises(Refused):
            exchange_clients.ask(given=strange, actor=writer, at=MORNING)

    def test_the_token_stands_nowhere_and_others_are_turned_away(self, hospital: System, time: Clock) -> None:
        assert not Token.objects.filter(digest__contains=hospital.token).exists()
        said(hospital.get("referrals"))
        for token in ("", "tx_nothing", "x" * 5000, hospital.token + "x"):
            assert System(hospital.client, token).get("referrals").status_code == 401
        elsewhere = hospital.browser.get(
            "/api/v1/referrals", headers={"Authorization": f"Bearer {hospital.token}"}, REMOTE_ADDR="203.0.113.9"
        )
        assert said(elsewhere, 403)["code"] == "network"
        time.now = MORNING + timedelta(days=200)
        assert hospital.get("referrals").status_code == 401

    def test_ends_with_its_agreement_and_by_hand(self, cast: world.World, hospital: System, time: Clock) -> None:
        assert hospital.get("referrals").status_code == 200
        fresh = exchange_clients.renew(client_id=hospital.client.id, actor=cast.viewer("系统员"), at=MORNING)
        time.now = MORNING + timedelta(hours=23)
        assert hospital.get("referrals").status_code == 200
        time.now = MORNING + timedelta(hours=25)
        assert hospital.get("referrals").status_code == 401
        renewed = System(hospital.client, fresh)
        assert renewed.get("referrals").status_code == 200
        exchange_clients.end(client_id=hospital.client.id, actor=cast.viewer("系统员", time.now), at=time.now)
        assert renewed.get("referrals").status_code == 401
        assert Client.objects.get().state == Client.ENDED

    def test_stops_at_once_when_the_agreement_is_over(self, cast: world.World, hospital: System, time: Clock) -> None:
        school = cast.posts["何老师"]
        systems.agree_with(cast, school.organisation.name, ends="2025-09-10")
        system = systems.registered(cast, school)
        assert system.get("referrals").status_code == 200
        time.now = MORNING + timedelta(days=15)
        registers.settle(Line.objects.filter(register=AGREEMENT).latest("opened_at"), at=time.now)
        assert system.get("referrals").status_code == 401 and hospital.get("referrals").status_code == 200

    def test_a_scope_that_was_not_given_and_too_many_calls(self, cast: world.World, hospital: System) -> None:
        Client.objects.update(scopes=["clues_report"])
        assert said(hospital.get("referrals"), 403)["code"] == "scope"
        assert Call.objects.filter(status=403, operation="list_referrals").count() == 1
        Client.objects.update(scopes=list(systems.ALL))
        for _ in range(130):
            Call(client=hospital.client, at=MORNING, operation="list_referrals", status=200).save()
        assert said(hospital.get("referrals"), 429)["code"] == "too_often"


class TestReferrals:
    def test_lists_codes_and_opens_the_sheet_by_a_look(self, hospital: System, referral: Referral) -> None:
        answer = hospital.get("referrals")
        assert "童小雨" not in answer.content.decode()
        (row,) = said(answer)["items"]
        assert row["id"] == str(referral.entry_id) and row["state"] == "sent"
        found = said(hospital.get(f"referrals/{referral.entry_id}"))
        assert found["child_details"]["name"] == "童小雨" and found["sheet"]["reason"]
        assert "received" in found["may_answer"]
        look = Access.objects.filter(purpose="client_referral", person_id=None).latest("id")
        assert look.post_id == hospital.client.post_id
        assert AccessSubject.objects.filter(access=look, owner_id=referral.child_id).exists()

    def test_sees_nothing_that_its_post_does_not(
        self, cast: world.World, hospital: System, referral: Referral
    ) -> None:
        school = cast.posts["何老师"]
        systems.agree_with(cast, school.organisation.name)
        other = systems.registered(cast, school)
        assert said(other.get("referrals"))["items"] == []
        assert other.get(f"referrals/{referral.entry_id}").status_code == 404
        assert other.post(f"referrals/{referral.entry_id}/answers", {"answer": "received"}).status_code == 404
        assert hospital.get(f"referrals/{ids.new_id()}").status_code == 404

    def test_answers_once_however_often_it_is_sent(self, hospital: System, referral: Referral) -> None:
        key, path = ids.new_id(), f"referrals/{referral.entry_id}/answers"
        first = said(hospital.post(path, {"answer": "accepted", "signature": "秦医生"}, key=key), 201)
        again = said(hospital.post(path, {"answer": "accepted", "signature": "秦医生"}, key=key), 200)
        assert first["id"] == again["id"] and (first["is_new"], again["is_new"]) == (True, False)
        assert said(hospital.post(path, {"answer": "declined", "signature": "秦"}, key=key), 409)["code"] == "repeated"
        referral.refresh_from_db()
        assert referral.state == "accepted"
        entry = Entry.objects.get(id=first["id"])
        assert entry.post_id == hospital.client.post_id and entry.person_id is None

    def test_what_can_not_stand_is_told_at_its_place_and_nothing_is_kept(
        self, hospital: System, referral: Referral
    ) -> None:
        path, before = f"referrals/{referral.entry_id}/answers", Entry.objects.count()
        assert {each["path"] for each in said(hospital.post(path, {}), 422)["problems"]} == {"answer", "signature"}
        assert said(hospital.post(path, {"answer": "declined", "signature": "秦"}), 422)["problems"]
        assert hospital.post(path, ["x"]).status_code == 400
        assert hospital.browser.post(
            f"/api/v1/{path}", "{", content_type="application/json",
            headers={"Authorization": f"Bearer {hospital.token}", "Idempotency-Key": str(ids.new_id())},
        ).status_code == 400
        assert Entry.objects.count() == before

    def test_pages_of_a_list_neither_repeat_nor_skip(self, cast: world.World, hospital: System) -> None:
        wanted = {str(refer(cast, f"童小{each}").entry_id) for each in "甲乙丙丁戊"}
        seen: list[str] = []
        after = ""
        for _ in range(9):
            page = said(hospital.get("referrals", limit="2", **({"after": after} if after else {})))
            seen += [each["id"] for each in page["items"]]
            after = page["next"]
            if not after:
                break
        assert len(seen) == len(wanted) and set(seen) == wanted
        for wrong in ("²", "0", "-1", "99999999999999999999"):
            assert hospital.get("referrals", limit=wrong).status_code == 400
        for wrong in ("x", "0001-01-01T00:00:00+00:00_" + str(ids.new_id()), "2025-01-01_1"):
            assert hospital.get("referrals", after=wrong).status_code == 400


class TestCluesAndFigures:
    def test_a_school_reports_and_asks_how_far_it_is(self, cast: world.World, hospital: System) -> None:
        school = cast.posts["何老师"]
        systems.agree_with(cast, school.organisation.name)
        system, key = systems.registered(cast, school), ids.new_id()
        made = said(system.post("clues", CLUE, key=key), 201)
        assert said(system.post("clues", CLUE, key=key))["id"] == made["id"] and Clue.objects.count() == 1
        clue = Clue.objects.get()
        assert clue.channel == "department" and clue.danger == "now" and clue.owner_post_id
        assert said(system.get(f"clues/{clue.id}"))["state"] == "received"
        assert hospital.get(f"clues/{clue.id}").status_code == 404
        assert said(hospital.post("clues", CLUE), 403)["code"] == "post"
        assert said(system.post("clues", {"what": 3}), 422)["problems"]

    def test_figures_tell_what_they_count_and_withhold_few(self, cast: world.World, hospital: System) -> None:
        assert said(hospital.get("figures"), 403)["code"] == "post"
        desk = cast.posts["郑管理"]
        systems.agree_with(cast, desk.organisation.name)
        system = systems.registered(cast, desk)
        for number in range(3):
            cast.child(f"童{number}")
        rows = {each["id"]: each for each in said(system.get("figures"))["figures"]}
        assert rows["children"]["is_withheld"] and rows["children"]["number"] is None and rows["children"]["means"]
        assert rows["no_step"]["number"] == 0
        for number in range(9):
            cast.child(f"童二{number}")
        rows = {each["id"]: each for each in said(system.get("figures"))["figures"]}
        assert rows["children"]["number"] == 12


class TestStandsForAPost:
    def test_reads_nothing_that_its_holder_is_kept_from(
        self, cast: world.World, hospital: System, referral: Referral
    ) -> None:
        one = f"referrals/{referral.entry_id}"
        assert said(hospital.get(one)) and said(hospital.get("referrals"))["items"]
        relations.recuse(child_id=referral.child_id, person_id=cast.people["秦医生"].id, at=MORNING)
        assert hospital.get(one).status_code == 404
        assert said(hospital.get("referrals"))["items"] == []

    def test_is_turned_away_while_nobody_holds_the_post(
        self, cast: world.World, hospital: System, referral: Referral
    ) -> None:
        Holding.objects.filter(post=cast.posts["秦医生"]).update(to_at=MORNING - timedelta(hours=1))
        for asked in ("referrals", f"referrals/{referral.entry_id}"):
            assert said(hospital.get(asked), 403)["code"] == "vacant"
