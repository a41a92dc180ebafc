"""`tongxin divisions load CODE …` or `--all`: the published places of counties, provinces or the whole country."""

from tongxin.accounts.models import Division
from tongxin.intake import published
from tongxin.intake.reading import RosterError
from tongxin.intake.reading.census import Division as Published
from tongxin.intake.reading.census import below, nation
from tongxin.lib.arguments import Parser
from tongxin.lib.faults import Fault

SIZES = (2, 4, 6)


def main(argv: list[str]) -> int:
    """Add the places of the codes that were given; those in force stay as they are."""
    parser = Parser(prog="tongxin divisions load", description="装入行政区划：一个县区、一个市、一个省或全国")
    parser.add_argument("codes", metavar="代码", nargs="*", help="省 2 位、市 4 位或县区 6 位代码，如 37、3701、370116")
    parser.add_argument("--all", action="store_true", help="全国五级区划，约 67 万条")
    asked = parser.parse_args(argv)
    if asked.all == bool(asked.codes):
        parser.error("one of the two")
    if asked.all:
        print("正在装入全国行政区划……", flush=True)
        _tell("全国", published.add(nation()))
    for code in asked.codes:
        found = _published(code)
        name = next(each.name for each in found if each.code == code)
        _tell(name, published.add(found))
    return 0


def load(code: str) -> tuple[Division, int]:
    """A county with everything below and above it, and how many places are new."""
    added = published.add(_published(code))
    county = Division.objects.filter(code=code, level="county", valid_to__isnull=True).first()
    if county is None:
        raise Fault(f"“{code}”不是县级区划代码。请写六位代码，例如 370116。")
    return county, added


def _published(code: str) -> tuple[Published, ...]:
    if len(code) not in SIZES or not code.isdecimal():
        raise Fault(f"“{code}”不是区划代码。请写 2 位省级、4 位市级或 6 位县级代码，例如 370116。没有装入。")
    try:
        return below(code)
    except RosterError as error:
        raise Fault(str(error)) from None


def _tell(name: str, added: int) -> None:
    print(f"{name}：新增 {added} 个区划。" if added else f"{name}的区划已经装入，没有改动。", flush=True)
