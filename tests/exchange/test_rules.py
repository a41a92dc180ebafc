"""What a region may change of the rules of clients: only what makes them stricter; and what is refused at giving."""

from typing import Any

import pytest

from tests import world
from tests.exchange import systems
from tests.web.conftest import MORNING
from tongxin.core.language.errors import DefinitionError
from tongxin.exchange.rules import _read
from tongxin.flows import exchange_clients
from tongxin.flows.refusals import Refused
from tongxin.lib.exchange_checks import check_exchange
from tongxin.lib.overlays import lay_over, refuse_loosening


def nation() -> dict[str, Any]:
    found = next(each.content for each in world.library().versions if each.kind == "exchange" and not each.region)
    return dict(found)


def laid(patch: dict[str, Any]) -> dict[str, Any]:
    result = lay_over(nation(), patch)
    refuse_loosening(nation(), result)
    check_exchange(result)
    return dict(result)


@pytest.mark.parametrize("patch", [
    {"smallest": 2}, {"smallest": {"value": 2}}, {"smallest": {"value": 20, "unit": "files"}},
    {"lasts_at_most": {"value": 700}}, {"overlap": {"value": 72}}, {"rate": {"calls": {"value": 500}}},
    {"rate": {"within": {"value": 0}}}, {"networks": {"ipv4": {"value": 0}}}, {"networks": {"ipv6": {"value": 8}}},
])
def test_a_region_loosens_nothing(patch: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        laid(patch)


def test_a_region_may_be_stricter_and_what_was_adopted_before_is_read() -> None:
    assert _read(laid({"smallest": {"value": 20}, "networks": {"ipv4": {"value": 24}}})).smallest == 20
    before = nation() | {"smallest": 10, "lasts_at_most": {"days": 365}, "overlap": {"hours": 24},
                         "rate": {"calls": 120, "within": {"minutes": 1}}}
    before = {key: value for key, value in before.items() if key not in ("networks", "remind_before")}
    assert _read(before) == _read(nation())


@pytest.mark.django_db
class TestGiving:
    def given(self, cast: world.World, **more: list[str]) -> dict[str, list[str]]:
        return {
            "name": ["院内系统"], "post": [str(cast.posts["秦医生"].id)], "scopes": ["referrals_read"],
            "networks": ["203.0.113.0/24"], "expires_on": ["2026-01-31"], **more,
        }

    @pytest.mark.parametrize("network", ["0.0.0.0/0", "10.0.0.0/8", "::/0", "2001:db8::/32"])
    def test_no_network_that_is_everywhere(self, cast: world.World, network: str) -> None:
        systems.administer(cast)
        actor = cast.viewer("系统员", MORNING)
        with pytest.raises(Refused) as refused:
            exchange_clients.ask(given=self.given(cast, networks=[network]), actor=actor, at=MORNING)
        assert [each.path for each in refused.value.problems] == ["networks"] and "太宽" in refused.value.zh

    def test_no_scope_that_the_post_can_not_use(self, cast: world.World) -> None:
        systems.administer(cast)
        actor = cast.viewer("系统员", MORNING)
        scopes = ["referrals_read", "clues_report", "figures_read"]
        with pytest.raises(Refused) as refused:
            exchange_clients.ask(given=self.given(cast, scopes=scopes), actor=actor, at=MORNING)
        assert "报线索" in refused.value.zh and "辖区统计" in refused.value.zh and "看转给" not in refused.value.zh
        teacher = self.given(cast, scopes=["clues_report"], post=[str(cast.posts["何老师"].id)])
        assert exchange_clients.ask(given=teacher, actor=actor, at=MORNING).scopes == ["clues_report"]
