"""A site's own map: only with its approval number, only of places known here, refused in words where it is broken."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests import world
from tests.indicators.lives import live
from tests.web.conftest import Clock, Office
from tests.web.conftest import office as office
from tests.web.conftest import time as time
from tongxin.commands.dashboards_map import main
from tongxin.core.pathway import CHINA
from tongxin.dashboards.models import Outline
from tongxin.dashboards.outlines import drawn, read_map, simpler
from tongxin.lib.faults import Fault

APPROVED = "审图号：鲁SG(2023)015号"
SQUARE = [[117.0, 36.0], [117.2, 36.0], [117.2, 36.2], [117.0, 36.2], [117.0, 36.0]]


def made(*codes: str, geometry: Any = None) -> bytes:
    shape = geometry or {"type": "Polygon", "coordinates": [SQUARE]}
    features = [{"type": "Feature", "properties": {"code": code}, "geometry": shape} for code in codes]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.mark.parametrize(("content", "approval", "said"), [
    (made("370116001"), "", "审图号"),
    (made("370116001"), "本局自绘", "审图号"),
    (b"{", APPROVED, "GeoJSON"),
    (b"[" * 100_000, APPROVED, "GeoJSON"),
    (b'{"type": "Feature"}', APPROVED, "FeatureCollection"),
    (made("999999"), APPROVED, "区划代码"),
    (made("370116001", geometry={"type": "Point", "coordinates": [1, 2]}), APPROVED, "第 1 个图形不是面"),
    (made("370116001", geometry={"type": "Polygon", "coordinates": [[["a", 2]]]}), APPROVED, "坐标"),
    (made("370116001", geometry={"type": "Polygon", "coordinates": [[[391234.5, 4021234.5]] * 4]}), APPROVED, "经纬度"),
])
def test_a_bad_map_is_refused_in_words(content: bytes, approval: str, said: str) -> None:
    with pytest.raises(Fault, match=said):
        read_map(content, approval=approval, known=["370116001", "370116"])


def test_codes_of_national_maps_are_understood() -> None:
    assert set(read_map(made("156370116", "370000"), approval=APPROVED, known=["370116", "37"])) == {"370116", "37"}


def test_a_line_is_made_simpler_but_stays_where_it_is() -> None:
    ring = [(x / 100, 0.00001 * (x % 2)) for x in range(101)] + [(1.0, 1.0), (0.0, 0.0)]
    kept = simpler(ring, 0.001)
    assert len(kept) < 8 and kept[0] == (0.0, 0.0) and (1.0, 1.0) in kept
    paths, high = drawn({"1": [SQUARE]}, wide=1000)
    assert paths["1"].startswith("M0.0 ") and 1200 < high < 1260


@pytest.mark.django_db
def test_the_map_is_drawn_with_its_number_and_taken_away(
    cast: world.World, office: Callable[[str], Office], time: Clock, tmp_path: Path
) -> None:
    live(cast)
    time.now = datetime(2025, 12, 30, 9, tzinfo=CHINA)
    desk = office("郑管理")
    assert "tx-map" not in desk.get("/dashboard/").content.decode()
    file = tmp_path / "map.json"
    file.write_bytes(made("370116001", "370116104"))
    for _ in range(2):
        assert main([str(file), "--approval", APPROVED]) == 0
    assert Outline.objects.count() == 2
    page = desk.get("/dashboard/").content.decode()
    assert APPROVED in page and page.count("<path class") == 2 and "凤城街道 不显示" in page
    with pytest.raises(Fault, match="位置"):
        main([str(tmp_path / "none.json"), "--approval", APPROVED])
    assert main(["--none"]) == 0 and "tx-map" not in desk.get("/dashboard/").content.decode()
