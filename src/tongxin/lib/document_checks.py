"""What the definitions of paper forms and attachments must hold."""

from collections.abc import Callable, Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway.vocabulary import BOOLEANS

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from")
ABOUT_CHILD = ("name", "file_no", "sex", "birth", "age", "place", "address", "id_no", "phone", "carers")
BINDING = ("megabytes", "pages", "batch_megabytes", "batch_pages")
LIMITS = ("megabytes", "megapixels", "unpacked_megabytes", "per_child", "title_characters")

# What no county may drop: while one of these holds, nothing goes to a family; and these forms never do.
CLOSES = ("is_concern", "concern_unknown", "in_crisis", "safety_check_open", "report_open")
NEVER_TO_FAMILY = (
    "interview_record", "observation_record", "visit_record", "assessment_form", "identification_form",
    "identification_form_0_3", "crisis_report", "crisis_step", "crisis_close", "crisis_watch", "crisis_told",
    "safety_plan", "household_check", "mandatory_report",
    "report_answer", "report_ruling", "safety_check", "case_note", "flag", "flag_answer", "clue",
)


def check_documents(content: Content) -> None:
    """Nothing, when the definition can be used; else where it fails and how to mend it."""
    known: dict[str, Callable[[Content], None]] = {"papers": _papers, "attachments": _attachments}
    if content["id"] not in known:
        raise DefinitionError("id", f"没有“{content['id']}”这种文书定义", f"可写：{'、'.join(known)}")
    known[content["id"]](content)


def _papers(content: Content) -> None:
    required = (*HEAD, "purposes", "papers", "family", "default", "forms")
    take.mapping(content, "", required=required, optional=(*DATED, "book"))
    for at, each in enumerate(_named(content["purposes"], "purposes", optional=("for_family",))):
        take.flag(each, "for_family", f"purposes[{at}]")
    for at, each in enumerate(_named(content["papers"], "papers", required=("forms",), optional=("whole", "graded"))):
        take.sequence(each["forms"], f"papers[{at}].forms")
    _family(content["family"])
    if "book" in content:
        _book(content["book"])
    _sheet(content["default"], "default")
    for form, each in content["forms"].items():
        _sheet(each, f"forms.{form}")


def _family(raw: object) -> None:
    family = take.mapping(raw, "family", required=("closed_while", "forms"))
    closes = take.sequence(family["closed_while"], "family.closed_while")
    for at, name in enumerate(closes):
        if name not in BOOLEANS:
            raise DefinitionError(f"family.closed_while[{at}]", f"没有“{name}”这个条件", f"可写：{'、'.join(BOOLEANS)}")
    if lacking := [name for name in CLOSES if name not in closes]:
        raise DefinitionError("family.closed_while", f"缺少 {'、'.join(lacking)}", "这几项只能加，不能减")
    for at, each in enumerate(_named(family["forms"], "family.forms", optional=("without",))):
        take.sequence(each.get("without", []), f"family.forms[{at}].without")
        if each["id"] in NEVER_TO_FAMILY:
            raise DefinitionError(f"family.forms[{at}].id", f"{each['id']} 不能交监护人", "请删去这一项")


def _book(raw: object) -> None:
    book = take.mapping(raw, "book", required=("zh", "rest", "signatures", "chapters"), optional=("attachments",))
    if "attachments" in book:
        most = take.mapping(book["attachments"], "book.attachments", required=("zh", *BINDING))
        for name in BINDING:
            take.number(most, name, "book.attachments", 0, high=1000)
    _signatures(book["signatures"], "book.signatures")
    found: list[str] = []
    for at, each in enumerate(_named(book["chapters"], "book.chapters", required=("forms",))):
        found += take.sequence(each["forms"], f"book.chapters[{at}].forms")
    take.unrepeated(found, "book.chapters", "表")


def _sheet(raw: object, path: str) -> None:
    optional = ("before", "after", "slip", "without", "title")
    sheet = take.mapping(raw, path, required=("head", "signatures"), optional=optional)
    for at, name in enumerate(take.sequence(sheet["head"], f"{path}.head")):
        if name not in ABOUT_CHILD:
            raise DefinitionError(f"{path}.head[{at}]", f"抬头里没有“{name}”", f"可写：{'、'.join(ABOUT_CHILD)}")
    _signatures(sheet["signatures"], f"{path}.signatures")
    for key in ("before", "after", "without"):
        take.sequence(sheet.get(key, []), f"{path}.{key}")
    if "slip" in sheet:
        slip = take.mapping(
            sheet["slip"], f"{path}.slip", required=("zh", "fields", "signatures"), optional=("help",)
        )
        for at, each in enumerate(take.sequence(slip["fields"], f"{path}.slip.fields")):
            take.mapping(each, f"{path}.slip.fields[{at}]", required=("zh",), optional=("options", "lines"))
        _signatures(slip["signatures"], f"{path}.slip.signatures")


def _signatures(raw: object, path: str) -> None:
    for at, each in enumerate(take.sequence(raw, path)):
        take.flag(take.mapping(each, f"{path}[{at}]", required=("zh",), optional=("seal",)), "seal", f"{path}[{at}]")


def _attachments(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "kinds", "reasons", "limits"), optional=DATED)
    _named(content["kinds"], "kinds", required=("part",), optional=("help",))
    _named(content["reasons"], "reasons")
    limits = take.mapping(content["limits"], "limits", required=LIMITS)
    for name in LIMITS:
        take.number(limits, name, "limits", 0, low=1)


def _named(
    raw: object, path: str, *, required: tuple[str, ...] = (), optional: tuple[str, ...] = ()
) -> list[Content]:
    rows = [
        take.mapping(each, f"{path}[{at}]", required=("id", "zh", *required), optional=optional)
        for at, each in enumerate(take.sequence(raw, path))
    ]
    for at, each in enumerate(rows):
        take.identifier(each, f"{path}[{at}]")
    take.unrepeated([str(each["id"]) for each in rows], path, "编号")
    return rows
