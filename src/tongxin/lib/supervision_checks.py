"""What the definitions of supervision by exception and of data quality must hold."""

import string
from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.exchange_checks import span_at

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source", "means")
DATED = ("version", "valid_from")
OUTCOMES = ("explained", "corrected", "recheck", "nothing")
OF_RULE = ("id", "zh", "looks", "asked", "says", "question", "least")
# What a look needs beside; figures that its sentence may name beside `days`, `of` and `count`.
LOOKS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "silent_post": (("of", "roles"), ("children", "waiting")),
    "silent_place": (("of",), ("children", "waiting")),
    "silent_places": (("of", "each"), ("children", "waiting", "each")),
    "two_places": (("of",), ()),
    "copied": (("of", "alike"), ("children",)),
    "short": (("of", "minutes", "share"), ("minutes",)),
    "crowded": (("of", "minutes"), ("minutes",)),
    "same_scores": (("of", "share"), ()),
    "few_levels": (("levels", "graded", "per_million"), ("chance",)),
    "few_results": (("of", "kinds", "results", "per_million"), ("chance",)),
    "unlike_others": (("of", "hundredths"), ("hundredths",)),
    "put_off": (("of", "each"), ("each",)),
    "redated": (("of", "each", "steps"), ("each",)),
    "written_later": (("of", "share", "before", "after"), ()),
}
NUMBERS = {
    "alike": (50, 100), "minutes": (1, 600), "share": (1, 100), "per_million": (1, 50_000), "hundredths": (10, 500),
    "each": (2, 50),
}
SPANS, NAMES = ("of", "before", "after"), ("roles", "levels", "graded", "kinds", "results", "steps")
ALWAYS = frozenset({"days", "of", "count"})
CHECKS = (
    "no_birth", "age", "no_number", "no_sex", "no_village", "no_phone", "no_carer", "no_category", "category_undated",
    "no_consent", "need_waits", "rows_wait", "doubles_wait", "no_director",
)


def check_supervision(content: Content) -> None:
    """Nothing, when a county's records can be looked at by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(
        *HEAD, "every", "from_hour", "answer_within", "again_after", "outcomes", "quiet", "notes", "rules",
    ), optional=DATED)
    for key in ("every", "answer_within", "again_after"):
        span_at(content[key], key)
    take.number(content, "from_hour", "", 0, low=0, high=23)
    known = [str(each["id"]) for each in content["outcomes"]]
    if sorted(known) != sorted(OUTCOMES):
        raise DefinitionError("outcomes", "答复的结果要正好是这几种", f"写：{'、'.join(OUTCOMES)}")
    quiet = take.mapping(content["quiet"], "quiet", required=("least", "share", "within"))
    take.number(quiet, "least", "quiet", 0, low=3)
    take.number(quiet, "share", "quiet", 0, low=1, high=100)
    span_at(quiet["within"], "quiet.within")
    for kind, raw in content["notes"].items():
        notes = take.mapping(raw, f"notes.{kind}", required=("fields", "length"))
        take.sequence(notes["fields"], f"notes.{kind}.fields")
        take.number(notes, "length", f"notes.{kind}", 0, low=20)
    found = [_rule(raw, f"rules[{at}]") for at, raw in enumerate(take.sequence(content["rules"], "rules"))]
    take.unrepeated(found, "rules", "编号")


def _rule(raw: Any, path: str) -> str:
    looks = str(raw.get("looks")) if isinstance(raw, Mapping) else ""
    if looks not in LOOKS:
        raise DefinitionError(f"{path}.looks", f"系统还不会看“{looks}”", f"可写：{'、'.join(LOOKS)}")
    needed, figures = LOOKS[looks]
    rule = take.mapping(raw, path, required=(*OF_RULE, *needed))
    take.number(rule, "least", path, 0, low=2)
    for name in needed:
        if name in NUMBERS:
            low, high = NUMBERS[name]
            take.number(rule, name, path, 0, low=low, high=high)
        elif name in SPANS:
            span_at(rule[name], f"{path}.{name}")
        elif not take.sequence(rule[name], f"{path}.{name}"):
            raise DefinitionError(f"{path}.{name}", "不能空着", "至少写一个")
    if not take.sequence(rule["asked"], f"{path}.asked"):
        raise DefinitionError(f"{path}.asked", "没有写问谁", "至少写一个岗位")
    named = {name for _, name, _, _ in string.Formatter().parse(str(rule["says"])) if name}
    if unknown := sorted(named - ALWAYS - set(figures)):
        raise DefinitionError(f"{path}.says", f"这条规则没有“{unknown[0]}”这个数", "只写有的数")
    return take.identifier(rule, path)


def check_quality(content: Content) -> None:
    """Nothing, when records can be gone through by this; else where it fails and how to mend it."""
    take.mapping(content, "", required=(*HEAD, "checks"), optional=DATED)
    found = []
    for at, raw in enumerate(take.sequence(content["checks"], "checks")):
        path = f"checks[{at}]"
        each = take.mapping(
            raw, path, required=("id", "zh", "why", "mend"), optional=("least", "most", "days")
        )
        found.append(take.identifier(each, path))
        if each["id"] not in CHECKS:
            raise DefinitionError(f"{path}.id", f"系统还不会查“{each['id']}”", f"可写：{'、'.join(CHECKS)}")
        for name in ("least", "most", "days"):
            if name in each:
                take.number(each, name, path, 0, low=0, high=1000)
    take.unrepeated(found, "checks", "编号")


MEASURES = ("places", "ages", "sexes", "informants", "screened", "identified", "false_alarms", "drift")


def check_calibration(content: Content) -> None:
    """Nothing, when colours and yields can be told by this; else where it fails and how to mend it."""
    take.mapping(
        # Versions of earlier days have age bands of their own; now they are those of all figures.
        content, "", required=(*HEAD, "small_under", "confirmed", "quarters", "measures"), optional=(*DATED, "ages")
    )
    take.number(content, "small_under", "", 0, low=3)
    take.number(content, "quarters", "", 0, low=2, high=40)
    if not take.sequence(content["confirmed"], "confirmed"):
        raise DefinitionError("confirmed", "没有写哪些等级算确认", "至少写一个")
    found = [take.identifier(each, f"measures[{at}]") for at, each in enumerate(content["measures"])]
    if sorted(found) != sorted(MEASURES):
        raise DefinitionError("measures", "每个数都要有定义，只写一次", f"要有：{'、'.join(MEASURES)}")
