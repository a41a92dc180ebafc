"""What the definition of statistical reports must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError

EVERY = ("month", "quarter", "year")


def check_reports(content: Mapping[str, Any]) -> None:
    """Nothing, when reports can be made by this; else where it fails and how to mend it."""
    take.mapping(
        content, "", required=("id", "zh", "source", "means", "words_most", "kinds"),
        optional=("version", "valid_from"),
    )
    take.number(content, "words_most", "", 0, low=100, high=20_000)
    kinds = [_kind(raw, f"kinds[{at}]") for at, raw in enumerate(take.sequence(content["kinds"], "kinds"))]
    take.unrepeated(kinds, "kinds", "编号")


def _kind(raw: Any, path: str) -> str:
    kind = take.mapping(raw, path, required=("id", "zh", "title", "every", "sections"))
    if kind["every"] not in EVERY:
        raise DefinitionError(f"{path}.every", f"没有“{kind['every']}”这种期间", f"用：{'、'.join(EVERY)}")
    sections = take.sequence(kind["sections"], f"{path}.sections")
    found = [_section(each, f"{path}.sections[{at}]") for at, each in enumerate(sections)]
    take.unrepeated(found, f"{path}.sections", "编号")
    return take.identifier(kind, path)


def _section(raw: Any, path: str) -> str:
    section = take.mapping(raw, path, required=("id", "zh", "help"), optional=("indicators", "by_place"))
    named = take.sequence(section["indicators"], f"{path}.indicators") if "indicators" in section else ()
    take.unrepeated([str(each) for each in named], f"{path}.indicators", "指标")
    for each in take.sequence(section["by_place"], f"{path}.by_place") if "by_place" in section else ():
        if each not in named:
            raise DefinitionError(f"{path}.by_place", f"“{each}”不在这一节的指标里", "只写这一节里的指标")
    return take.identifier(section, path)
