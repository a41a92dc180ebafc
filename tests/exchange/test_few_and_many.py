"""What figures leave to be worked out, and looks by machine or out of the inbox that are out of the usual."""

from datetime import timedelta
from typing import Any

import pytest

from tests import world
from tests.exchange import systems
from tests.exchange.systems import System
from tests.flows.sharing import NOW, OFFICER, in_force, pupil
from tests.web.conftest import MORNING, Clock
from tongxin.accounts.viewers import machine_of
from tongxin.cases.models import Case
from tongxin.flows import sharing_receiving
from tongxin.flows.sharing_sending import send_queued
from tongxin.ledger import record_look
from tongxin.lib import ids
from tongxin.looking.models import Unusual
from tongxin.referrals.models import Referral
from tongxin.rulebook import rules
from tongxin.sharing.models import Delivery
from tongxin.vault import Owner
from tongxin.web.api.figures import _hidden

pytestmark = pytest.mark.django_db
MANY = 45


def looked(viewer: Any, route: str, at: Any, many: int = MANY) -> None:
    """As many files opened just before."""
    for _ in range(many):
        record_look(
            viewer=viewer, owners=[Owner("child", ids.new_id())], purpose="test", part="roster", route=route,
            at=at - timedelta(minutes=5),
        )


def test_a_figure_that_leaves_few_of_the_whole_is_withheld(cast: world.World, time: Clock) -> None:
    assert time is not None
    systems.administer(cast)
    desk = cast.posts["郑管理"]
    systems.agree_with(cast, desk.organisation.name)
    system = systems.registered(cast, desk, scopes=("figures_read",))
    for number in range(12):
        cast.child(f"童子{number}")
    stage = list(rules.pathway_in(region="370116", at=MORNING)[1].stages)[2]
    one = Case.objects.order_by("id").values_list("id", flat=True)[:1]
    Case.objects.filter(id__in=list(one)).update(stage=stage, due_at=MORNING + timedelta(days=9))
    Case.objects.exclude(id__in=list(one)).update(due_at=MORNING - timedelta(days=9))
    rows = {each["id"]: each for each in system.get("figures").json()["figures"]}
    assert rows["children"]["number"] == 12
    assert rows["late"]["is_withheld"] and rows["late"]["number"] is None
    shown = [row["number"] for id, row in rows.items() if id.startswith("stage_") and row["number"]]
    assert not any(0 < 12 - number < 10 for number in shown)


@pytest.mark.parametrize(("parts", "hidden"), [
    ({"a": 11, "b": 1}, {"a", "b"}), ({"a": 1, "b": 1, "c": 30, "d": 40}, {"a", "b", "c"}),
    ({"a": 9, "b": 9, "c": 30}, {"a", "b"}), ({"a": 0, "b": 12}, set()), ({"a": 3}, {"a"}),
])
def test_what_the_other_stages_leave_is_never_few(parts: dict[str, int], hidden: set[str]) -> None:
    assert _hidden(parts, 10) == hidden


def test_a_machine_that_opens_very_many_is_asked_about(hospital: System, referral: Referral) -> None:
    viewer = machine_of(hospital.client.post, at=MORNING)
    looked(viewer, "api.referrals", MORNING)
    assert hospital.get(f"referrals/{referral.entry_id}").status_code == 200
    row = Unusual.objects.get(rule="many_in_an_hour")
    assert {row.person_id} <= set(viewer.stands_for) and row.post_id == hospital.client.post_id
    assert row.count == MANY + 1


def test_so_is_whoever_opens_very_many_of_the_inbox(cast: world.World) -> None:
    pupil(cast)
    in_force(cast)
    send_queued(NOW)
    viewer = cast.viewer(OFFICER, NOW)
    looked(viewer, "sharing.delivery", NOW)
    row = Delivery.objects.get()
    opened = sharing_receiving.open_delivery(delivery_id=row.id, actor=viewer, at=NOW)
    assert not Unusual.objects.exists()
    assert sharing_receiving.read(opened, viewer=viewer, at=NOW)
    assert Unusual.objects.get().person_id == viewer.person_id
