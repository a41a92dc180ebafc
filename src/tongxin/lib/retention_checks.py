"""What the definition of keeping must hold: why files are held, what is kept how long, and what then."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.consent_checks import span_of

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
# As much as a flag holds.
MOST_WORDS = 300
STARTS = frozenset({"closed", "adult", "settled", "written"})
THEN = frozenset({"store", "destroy", "archive", "keep"})
# What the nightly list can tell of a file, of a clue, of an ask; the last two have nothing that could be stored.
LISTED = {
    "file": frozenset({"closed", "adult"}), "clue": frozenset({"clue_closed"}), "ask": frozenset({"ask_ended"}),
}


def check_retention(content: Content) -> None:
    """Nothing, when files can be held and kept by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, "holds", "classes", "adult"), optional=(*DATED, "coming_of_age"))
    holds = take.mapping(content["holds"], "holds", required=("look_again_within", "kinds"))
    span_of(holds["look_again_within"], "holds.look_again_within")
    named(holds["kinds"], "holds.kinds")
    take.number(take.mapping(content["adult"], "adult", required=("years",)), "years", "adult", 0, low=1)
    needed = ("starts", "lasts", "then", "basis")
    named(content["classes"], "classes", required=needed, optional=("automatic", "of"))
    if "coming_of_age" in content:
        _growing(content["coming_of_age"])
    for at, each in enumerate(content["classes"]):
        _class(each, f"classes[{at}]")


def _growing(raw: object) -> None:
    path = "coming_of_age"
    each = take.mapping(raw, path, required=("before", "answer_within", "resolver", "near", "reached"))
    before = take.mapping(each["before"], f"{path}.before", required=("months",))
    take.number(before, "months", f"{path}.before", 0, low=1)
    within = take.mapping(each["answer_within"], f"{path}.answer_within", required=("days",))
    take.number(within, "days", f"{path}.answer_within", 0, low=1)
    for phase in ("near", "reached"):
        if len(str(each[phase])) > MOST_WORDS:
            raise DefinitionError(f"{path}.{phase}", f"超过 {MOST_WORDS} 个字", "标记里只写得下这么多，请缩短")


def _class(each: Content, path: str) -> None:
    starts = frozenset(map(str, take.sequence(each["starts"], f"{path}.starts")))
    if (of := str(each.get("of", "file"))) not in LISTED:
        raise DefinitionError(f"{path}.of", f"不知道“{of}”是哪一种", f"可写：{'、'.join(LISTED)}")
    known = STARTS if take.flag(each, "automatic", path) else LISTED[of]
    if of != "file" and each["then"] != "destroy":
        raise DefinitionError(f"{path}.then", "线索和“请把孩子转来”只能销毁", "写 destroy")
    if unknown := sorted(starts - known):
        raise DefinitionError(f"{path}.starts", f"不知道从“{unknown[0]}”起算", f"可写：{'、'.join(sorted(known))}")
    if each["then"] not in THEN:
        raise DefinitionError(f"{path}.then", f"不知道“{each['then']}”怎么办", f"可写：{'、'.join(sorted(THEN))}")
    span = take.mapping(each["lasts"], f"{path}.lasts", required=(), optional=("days", "months"))
    if len(span) != 1:
        raise DefinitionError(f"{path}.lasts", "期限要写成一个单位和一个整数", "例如 {months: 120}")
    take.number(span, next(iter(span)), f"{path}.lasts", 0, low=1)


def named(raw: object, path: str, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> list[str]:
    """The ids of rows that each have words."""
    found = []
    for at, each in enumerate(take.sequence(raw, path)):
        row = take.mapping(each, f"{path}[{at}]", required=("id", "zh", *required), optional=optional)
        found.append(take.identifier(row, f"{path}[{at}]"))
    take.unrepeated(found, path, "编号")
    return found
