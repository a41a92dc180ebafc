"""`tongxin dashboards map`: the approved map of this place, drawn on dashboards instead of squares."""

from pathlib import Path

from django.db import transaction

from tongxin.accounts.models import Division
from tongxin.dashboards.models import Outline
from tongxin.dashboards.outlines import MOST_BYTES, read_map
from tongxin.lib import clock
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault


def main(argv: list[str]) -> int:
    """Load a GeoJSON file with the number under which it was approved, or take all maps away again."""
    parser = Parser(prog="tongxin dashboards map", description="载入看板用的地图（GeoJSON，要有审图号），或改回方块图")
    parser.add_argument("file", type=Path, nargs="?", help="GeoJSON 文件：一个地方一个面，属性里有 code")
    parser.add_argument("--approval", default="", help="审图号，例如“审图号：GS(2024)0650号”")
    parser.add_argument("--none", action="store_true", help="不用地图，改回方块图")
    asked = parser.parse_args(argv)
    if asked.none:
        taken = Outline.objects.all().delete()[0]
        print(f"已取下 {taken} 个地方的地图，看板改用方块图。")
        return 0
    if asked.file is None or not asked.file.is_file():
        raise Fault("没有载入：请写地图文件的位置。")
    with asked.file.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    found = read_map(content, approval=asked.approval,
                     known=Division.objects.filter(valid_to__isnull=True).values_list("code", flat=True))
    now = clock.now()
    with transaction.atomic():
        Outline.objects.filter(code__in=found).delete()
        Outline.objects.bulk_create(
            Outline(code=code, rings=rings, approval=asked.approval.strip()[:200], at=now)
            for code, rings in found.items()
        )
    print(f"已载入 {len(found)} 个地方的地图，页面上写明：{asked.approval.strip()}")
    return 0
