"""`tongxin divisions load CODE`: the published places of a county."""

from datetime import date

from tongxin.accounts.models import Division
from tongxin.accounts.services import add_divisions
from tongxin.intake.reading import RosterError
from tongxin.intake.reading.census import below
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

LEVELS = {"province": "province", "prefecture": "city", "county": "county", "township": "town", "village": "village"}
# The day as of which the codes were published (definitions/divisions/NOTICE.md).
PUBLISHED = date(2023, 6, 30)


def main(argv: list[str]) -> int:
    """Add the places of one county; those in force stay as they are."""
    parser = Parser(prog="tongxin divisions load", description="装入一个县区的行政区划")
    parser.add_argument("code", metavar="代码", help="六位县级区划代码，如 370116")
    asked = parser.parse_args(argv)
    county, added = load(asked.code)
    print(f"{county.name}：新增 {added} 个区划。" if added else f"{county.name}的区划已经装入，没有改动。")
    return 0


def load(code: str) -> tuple[Division, int]:
    """A county with everything below and above it, and how many places are new."""
    try:
        found = below(code)
    except RosterError as error:
        raise Fault(str(error)) from None
    rows = [(each.code, each.name, LEVELS[each.level], each.parent) for each in found]
    added = add_divisions(rows=rows, valid_from=PUBLISHED)
    county = Division.objects.filter(code=code, level="county", valid_to__isnull=True).first()
    if county is None:
        raise Fault(f"“{code}”不是县级区划代码。请写六位代码，例如 370116。")
    return county, added
