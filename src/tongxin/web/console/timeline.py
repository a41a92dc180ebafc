"""What was recorded about a child, newest first, as far as the viewer may read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongxin.core.pathway.vocabulary import IDENTIFIED
from tongxin.flows import reporters
from tongxin.ledger.models import Entry
from tongxin.web.console.file import File, entry_zh
from tongxin.web.console.foreign import offices_of
from tongxin.web.console.names import Names

SHOWN = 100
CORRECTIONS = {"correct": "更正", "retract": "撤回", "moved": "移至另一名儿童"}


def timeline(file: File, names: Names, titles: Mapping[UUID, str]) -> list[dict[str, Any]]:
    """The entries of the parts that the viewer may read."""
    superseded = {entry.supersedes_id for entry in file.entries if entry.supersedes_id}
    rows, elsewhere = [], offices_of(file.readable[-SHOWN:], titles)
    for entry in reversed(file.readable[-SHOWN:]):
        rows.append({
            "at": entry.occurred_at, "zh": _title(entry),
            "who_zh": elsewhere.get(entry.id) or _who(file, entry, names, titles),
            "note": _note(file, entry), "url": f"/children/{file.child.id}/entries/{entry.id}/",
            "is_alarm": "crisis" in file.parts and bool(file.results.get(str(entry.id), {}).get("alarms")),
            "is_superseded": entry.id in superseded,
        })
    return rows


def _title(entry: Entry) -> str:
    kind = CORRECTIONS.get(entry.correction_kind)
    return f"{entry_zh(entry)}（{kind}）" if kind else entry_zh(entry)


def _who(file: File, entry: Entry, names: Names, titles: Mapping[UUID, str]) -> str:
    if reporters.is_hidden(entry, viewer=file.request.viewer, at=file.request.at):
        return reporters.SOMEBODY
    title = titles.get(entry.post_id, "") if entry.post_id else ""
    return f"{title}　{names.person(entry.person_id)}".strip()


def _note(file: File, entry: Entry) -> str:
    data = file.results.get(str(entry.id), {})
    if entry.kind == "identification" and data.get("result"):
        return f"结果：{IDENTIFIED.get(str(data['result']), '')}"
    return ""
