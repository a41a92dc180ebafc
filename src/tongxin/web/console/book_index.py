"""The index of a book: chapters with their papers, then what lies in the file and is not printed."""

from collections.abc import Callable
from typing import Any

from tongxin.documents import selectors
from tongxin.documents.papers import Papers
from tongxin.documents.questions import numeral
from tongxin.flows import reporters
from tongxin.ledger.models import Entry
from tongxin.web import words
from tongxin.web.console.book_holdings import WHOLE, Held
from tongxin.web.console.book_scans import Bound
from tongxin.web.console.file import File, entry_zh
from tongxin.web.console.foreign import offices_of
from tongxin.web.console.names import Names, post_titles

SIGNED, BEHIND = "已签字，扫描件存附件", "已签字，扫描件附后"
Who = Callable[[Entry | None], str]


def index_of(
    file: File, found: Papers, of: Held, papers: list[dict[str, Any]], names: Names, bound: Bound
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
            behind = bound.behind.get(entry.id if entry else WHOLE, [])
            note = f"（{BEHIND if behind else SIGNED}）" if entry and entry.id in signed else ""
            day = words.day_zh(entry.occurred_at if entry else file.request.at)
            rows.append({
                "number": str(each["number"]), "at": each["key"], "zh": f"{each['zh']}{note}", "day": day,
                "who": who(entry),
            })
            rows += behind
    zh = found.book.attachments.zh
    for title, listed in (
        (zh, bound.loose), ("移至另一名儿童的记录", _moved(of, who)), (f"{zh}（另存，本册不印）", bound.left),
    ):
        if listed:
            rows += [{"chapter": title}, *listed]
    return rows


def _moved(of: Held, who: Who) -> list[dict[str, Any]]:
    return [
        {"number": "", "at": "", "zh": entry_zh(each), "day": words.day_zh(each.occurred_at), "who": who(each)}
        for each in of.moved
    ]
