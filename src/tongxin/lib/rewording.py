"""What may be changed on a page: words, order and options. Rules and everything else stay as they are."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Content = dict[str, Any]
Wanted = Mapping[str, Any]
# In characters: a label, a line of help.
LABEL, HELP = 200, 500
BRAND = ("name", "full_name", "slogan")
# Codes of options that a region adds begin with this and its own number, so that no two regions share one.
OWN = "r"


class NotWords(Exception):
    """What was sent doesn't fit the definition; `zh` says where and what to do."""

    def __init__(self, zh: str) -> None:
        super().__init__(zh)
        self.zh = zh


def form(content: Content, wanted: Wanted) -> Content:
    """The form with the words and the order that were asked for."""
    return {
        **_words(content, wanted, {"zh": LABEL, "intro": HELP}),
        "sections": _arranged(content["sections"], wanted.get("sections"), "id", _section),
    }


def option_list(options: Sequence[Content], wanted: Any, *, region: str) -> list[Content]:
    """The options with the words, the order, the retired marks and the new ones that were asked for."""
    rows = [row for row in wanted if isinstance(row, Mapping)] if isinstance(wanted, list) else []
    old = [row for row in rows if row.get("code")]
    kept = _arranged(options, old, "code", _option)
    found = {row["code"]: row for row in kept}
    taken = set(found)
    made: list[Content] = []
    for row in rows:
        if row.get("code"):
            made.append(found[str(row["code"])])
        elif _text(row.get("zh"), LABEL, "选项"):
            code = next(f"{OWN}{region}_{at}" for at in range(1, 1000) if f"{OWN}{region}_{at}" not in taken)
            taken.add(code)
            made.append({"code": code, "zh": _text(row.get("zh"), LABEL, "选项")})
    words = [each["zh"] for each in made if not each.get("retired")]
    twice = next((zh for at, zh in enumerate(words) if zh in words[:at]), "")
    if twice:
        raise NotWords(f"选项“{twice}”写了两次。请改成不同的文字，或停用一个。")
    if not words:
        raise NotWords("至少要留一个没有停用的选项。")
    return made


def brand(content: Content, wanted: Wanted) -> Content:
    """The name under which the region runs the system, and its line."""
    made = _words(content, wanted, dict.fromkeys(BRAND, LABEL))
    if not made["name"] or not made["full_name"]:
        raise NotWords("名称不能空着。")
    return made


def _section(content: Content, wanted: Wanted) -> Content:
    return {
        **_words(content, wanted, {"zh": LABEL, "help": HELP}),
        "fields": _arranged(content["fields"], wanted.get("fields"), "id", _field),
    }


def _field(content: Content, wanted: Wanted) -> Content:
    said = _words(content, wanted, {"zh": LABEL} if content["type"] == "note" else {"zh": LABEL, "help": HELP})
    if content["type"] == "list":
        said["fields"] = _arranged(content["fields"], wanted.get("fields"), "id", _field)
    return said


def _option(content: Content, wanted: Wanted) -> Content:
    said = _words(content, wanted, {"zh": LABEL})
    retired = {**said, "retired": True}
    without = {key: value for key, value in said.items() if key != "retired"}
    if wanted.get("retired") is True:
        return retired
    # An overlay can't take a mark away that stands above; it says that it doesn't hold.
    return {**without, "retired": False} if "retired" in content else without


def _words(content: Content, wanted: Wanted, longest: Mapping[str, int]) -> Content:
    """All of the content, with those of its texts that were written anew."""
    said = dict(content)
    for key in longest:
        if key not in wanted:
            continue
        text = _text(wanted[key], longest[key], str(content.get("zh", "")))
        if key == "zh" and not text:
            raise NotWords(f"“{content.get('zh', '')}”的文字不能空着。")
        if text != content.get(key, ""):
            said[key] = text
    return said


def _text(value: object, longest: int, where: str) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if any(sign < " " or "\x7f" <= sign <= "\x9f" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise NotWords(f"“{where}”里有不能保存的字符，请删去后重写。")
    if len(text) > longest:
        raise NotWords(f"“{where}”太长：最多 {longest} 个字，现有 {len(text)} 个字。")
    return text


def _arranged(
    rows: Sequence[Content], wanted: Any, key: str, change: Callable[[Content, Wanted], Content]
) -> list[Content]:
    """The rows in the order asked for; none may be missing and none made up."""
    if wanted is None:
        return list(rows)
    asked = [each for each in wanted if isinstance(each, Mapping)] if isinstance(wanted, list) else []
    names = [str(each.get(key, "")) for each in asked]
    known = {str(row[key]): row for row in rows}
    if sorted(names) != sorted(known):
        raise NotWords("页面上的内容与现在的规则对不上，没有保存。请刷新页面再改。")
    return [change(known[name], each) for name, each in zip(names, asked, strict=True)]
