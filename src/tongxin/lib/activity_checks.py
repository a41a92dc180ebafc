"""What the definition of activities, sign-in, numbers that are questioned, and publicity must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at
from tongxin.lib.register_checks import check_fields

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
ASKED = ("plan", "occasion", "quick", "sign", "feedback", "consent", "closing", "publicity")
SINCE = ("handed_back",)
NAMED = {"returns": (), "cancels": (), "counts": ("unit", "means")}
LIMITS = ("reason", "photos", "groups")
MORE = (
    "kinds", "safety", "desks", "town_desks", "limits", "doubts", "feedback_least", "code", "wrong_codes", "stand_ins",
    "option_lists",
)
ABOUT = ("came", "expected", "times", "reach")
AGAINST = ("capacity", "expected")
FLAGS = ("quick", "approval", "outing", "children")


def check_activities(content: Content) -> None:
    """Nothing, when activities can be held by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, *ASKED, *NAMED, *MORE), optional=(*DATED, *SINCE))
    lists = content["option_lists"]
    for key in (*ASKED, *(each for each in SINCE if each in content)):
        check_fields(content[key], key, lists)
    for key, more in NAMED.items():
        _named(content[key], key, more)
    kinds = _named(content["kinds"], "kinds", ("who",), FLAGS)
    for key in ("kinds", "quick_kinds"):
        for each in lists[key]:
            if each["id"] not in kinds:
                raise DefinitionError(f"option_lists.{key}", f"没有“{each['id']}”这种活动", "先在 kinds 里写明")
    safety = take.mapping(content["safety"], "safety", required=("children_per_adult", "least_adults", "must"))
    take.number(safety, "children_per_adult", "safety", 0, low=1, high=30)
    take.number(safety, "least_adults", "safety", 0, low=1, high=20)
    for name in ("desks", "town_desks"):
        take.sequence(content[name], name)
    limits = take.mapping(content["limits"], "limits", required=LIMITS)
    for name in LIMITS:
        take.number(limits, name, "limits", 0, low=1, high=1000)
    for name in ("lasts", "feedback_for"):
        span_at(content["code"][name], f"code.{name}")
    take.number(content["code"], "most", "code", 0, low=1)
    take.number(content["code"], "at_once", "code", 0, low=1)
    take.number(content, "feedback_least", "", 0, low=3)
    _doubts(content["doubts"])


def _doubts(raw: object) -> None:
    for at, each in enumerate(take.sequence(raw, "doubts")):
        path = f"doubts[{at}]"
        row = take.mapping(each, path, required=("id", "of", "zh"), optional=("over", "than", "times"))
        if row["of"] not in ABOUT:
            raise DefinitionError(f"{path}.of", f"没有“{row['of']}”这个数", f"可写：{'、'.join(ABOUT)}")
        if ("over" in row) == ("than" in row):
            raise DefinitionError(path, "要写超过多少（over）或超过哪个数（than），只写一个", "写 over 或 than")
        if row.get("than", AGAINST[0]) not in AGAINST:
            raise DefinitionError(f"{path}.than", f"没有“{row['than']}”这个数", f"可写：{'、'.join(AGAINST)}")
        take.number(row, "over" if "over" in row else "times", path, 0, low=1)
        try:
            row["zh"].format(n=1, limit=1)
        except (KeyError, IndexError, ValueError):
            raise DefinitionError(f"{path}.zh", "话里只能有 {n} 和 {limit}", "改掉别的花括号") from None


def _named(raw: object, path: str, more: tuple[str, ...], optional: tuple[str, ...] = ()) -> list[str]:
    found = [
        take.identifier(
            take.mapping(each, f"{path}[{at}]", required=("id", "zh", *more), optional=optional), f"{path}[{at}]"
        ) for at, each in enumerate(take.sequence(raw, path))
    ]
    take.unrepeated(found, path, "编号")
    return found
