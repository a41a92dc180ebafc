"""Sites of the cast's county, for tests."""

from decimal import Decimal
from typing import Any

from tests import world
from tongxin.flows.sites import keeping
from tongxin.flows.sites.keeping import SiteWish
from tongxin.places.models import Site

HOURS = {str(day): [[510, 720], [810, 1050]] for day in range(5)}
STATION: dict[str, Any] = {
    "kind": "protection_station", "name": "凤城街道未保工作站", "body": "凤城街道办事处", "phone": "0531-00000001",
    "area": Decimal(24), "hours": HOURS, "staff": {"head": 1, "legal_deputy": 1, "social_worker": 1},
    "equipment": {"reception": "good", "private_area": "good", "locked_cabinet": "good", "extinguisher": "broken"},
}


def site(cast: world.World, place: str = "370116001", *, by: str = "郑管理", **more: Any) -> Site:
    """A site of a place of the county; a protection station with gaps, or as said."""
    said = {"division_id": cast.place(place).id, **STATION, **more}
    return keeping.keep(wish=SiteWish(**said), site_id=None, actor=cast.viewer(by), at=world.START)


def school(cast: world.World, name: str = "镇中学", **more: Any) -> Site:
    """A school's room."""
    said: dict[str, Any] = {"kind": "school_room", "name": f"{name}心理辅导室", "body": name, "area": Decimal(20)}
    return site(cast, **{**said, **more})
