"""The index of a book: chapters with their papers, then what lies in the file and is not printed."""

from collections.abc import Callable
from typing import Any

from tongxin.documents import content, selectors
from tongxin.documents.kinds import attachments_in
from tongxin.documents.papers import Papers
from tongxin.documents.questions import numeral
from tongxin.flows import reporters
from tongxin.ledger.models import Entry
from tongxin.web import words
from tongxin.web.console.book_holdings import Held
from tongxin.web.console.file import File, entry_zh
from tongxin.web.console.foreign import offices_of
from tongxin.web.console.names import Names, post_titles

SIGNED = "已签字，扫描件存附件"
Who = Callable[[Entry | None], str]


def index_of(
    file: File, found: Papers, of: Held, papers: list[dict[str, Any]], names: Names
) -> list[dict[str, Any]]:
    """Chapters with their papers; after them what is not printed here but lies in the file."""
    titles = post_titles(each.post_id for each in (*of.entries, *of.moved))
    elsewhere = offices_of([*of.entries, *of.moved], titles)
    signed = selectors.signed(each.id for each in of.entries)

    def who(entry: Entry | None) -> str:
        if entry is None:
            return ""
        if reporters.is_hidden(entry, viewer=file.request.viewer, at=file.request.at):
            return reporters.SOMEBODY
        here = f"{titles.get(entry.post_id, '') if entry.post_id else ''} {names.person(entry.person_id)}".strip()
        return elsewhere.get(entry.id) or here

    rows: list[dict[str, Any]] = []
    shown = list(dict.fromkeys(each["chapter"] for each in papers))
    for at, chapter in enumerate(shown, start=1):
        rows.append({"chapter": f"{numeral(at)}、{found.book.zh_of(chapter)}"})
        for each in papers:
            if each["chapter"] != chapter:
                continue
            entry = each["entry"]
            note = f"（{SIGNED}）" if entry and entry.id in signed else ""
            day = words.day_zh(entry.occurred_at if entry else file.request.at)
            rows.append({"number": each["number"], "zh": f"{each['zh']}{note}", "day": day, "who": who(entry)})
    for zh, listed in (("移至另一名儿童的记录", _moved(of, who)), ("附件（另存，本册不印）", _listed(file, of, names))):
        if listed:
            rows += [{"chapter": zh}, *listed]
    return rows


def _moved(of: Held, who: Who) -> list[dict[str, Any]]:
    return [
        {"number": 0, "zh": entry_zh(each), "day": words.day_zh(each.occurred_at), "who": who(each)}
        for each in of.moved
    ]


def _listed(file: File, of: Held, names: Names) -> list[dict[str, Any]]:
    kinds = attachments_in(region=file.region, at=file.request.at).kinds if of.attachments else {}
    zh = {each.id: entry_zh(each) for each in file.readable}
    first = len(names.more) - len(of.attachments)
    rows = []
    for row, title in zip(of.attachments, names.more[first:], strict=True):
        kind, to = kinds.get(row.kind), zh.get(row.entry_id, "")
        said = "　".join(each for each in (kind.zh if kind else "其他", title or "", to and f"附在{to}") if each)
        rows.append({
            "number": 0, "zh": f"附件{row.number}　{said}（{content.NAMES[row.media_type]}）",
            "day": words.day_zh(row.added_at), "who": "",
        })
    return rows
