"""What stands above and beside a file: flags that wait for somebody, and other children it has to do with."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tongxin.flows import clue_veil, reporters
from tongxin.flows.links import SAYS, Linked, linked_with
from tongxin.ledger.models import Entry
from tongxin.web.console.file import File, entry_zh
from tongxin.web.console.names import Names
from tongxin.web.console.options import words_of

CARE = "care"
KINDS = {"child_link": "child_link_kind", "incident_link": "incident_link_kind",
         "same_child": "same_child_kind"}


def flags_of(file: File) -> list[Entry]:
    """The flags that wait, where the viewer may read them, the newest first."""
    if CARE not in file.parts:
        return []
    return [entry for entry in reversed(file.entries) if str(entry.id) in file.state.flags]


def links_of(file: File) -> list[Linked]:
    """The linked children whom the viewer may see."""
    return linked_with(child=file.child, viewer=file.request.viewer, parts=file.parts, at=file.request.at)


def flag_rows(
    file: File, flags: Sequence[Entry], opened: Sequence[str | None], names: Names, titles: Mapping[Any, str]
) -> list[dict[str, Any]]:
    """Each flag with its words, who asked, by whom and until when it is to be settled."""
    if not flags:
        return []
    kinds = words_of(file.request, "flag_kind", region=file.region)
    roles = words_of(file.request, "flag_resolver", region=file.region)
    tasks = {task.key: task for task in file.tasks}
    rows = []
    for entry, words in zip(flags, opened, strict=True):
        data = file.results.get(str(entry.id), {})
        said = clue_veil.without(json.loads(words or "{}"), entry=entry, viewer=file.request.viewer)
        task = tasks.get(f"resolve_flag:{entry.id}")
        rows.append({
            "zh": kinds.get(str(data.get("flag_kind"))) or entry_zh(entry), "wanted": said.get("wanted", ""),
            "resolver_zh": roles.get(str(data.get("resolver")), ""), "due_at": task.due_at if task else None,
            "is_late": bool(task and task.due_at < file.request.at), "at": entry.occurred_at,
            "who_zh": _who(file, entry, names, titles),
            "url": f"/children/{file.child.id}/forms/flag_answer/?about={entry.id}"
            if "flag_answer" in file.may_record else "",
        })
    return rows


def _who(file: File, entry: Entry, names: Names, titles: Mapping[Any, str]) -> str:
    if reporters.is_hidden(entry, viewer=file.request.viewer, at=file.request.at):
        return reporters.SOMEBODY
    return f"{titles.get(entry.post_id, '')}　{names.person(entry.person_id)}".strip()


def link_rows(file: File, links: Sequence[Linked], opened: Sequence[str | None], names: Names) -> list[dict[str, str]]:
    """Each linked child with what the two have to do with each other."""
    rows = []
    for link, words in zip(links, opened, strict=True):
        code = str(json.loads(words or "{}").get(SAYS[link.form_id], ""))
        rows.append({
            "url": f"/children/{link.child.id}/", "name": names.children[link.child.id],
            "zh": words_of(file.request, KINDS[link.form_id], region=file.region).get(code, ""),
        })
    return rows
