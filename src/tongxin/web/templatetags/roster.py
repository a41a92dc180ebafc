"""One line of the roster, written in Python: as a template its lines were a quarter of the page's time."""

from collections.abc import Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tongxin.web.templatetags.chinese import chip, icon

register = template.Library()


@register.simple_tag
def roster_row(row: Mapping[str, Any], may_pick: bool) -> SafeString:
    """What the roster says of one child, as `console.children.roster_rows` tells it."""
    cells = (
        f'<a class="tx-name" href="{row["url"]}">{escape(row["name"])}</a> '
        f'<span class="text-secondary">{row["age"]}</span><div class="text-secondary">{escape(row["place"])}</div>',
        escape("、".join(row["categories"])) or "—",
        f'<span class="tx-chips">{"".join(map(chip, row["chips"]))}</span>'
        f'<div class="text-secondary">{escape(row["stage"])}</div>',
        f"<div>{escape(row['step']) or '—'}</div>{_due(row)}",
    )
    late = " tx-task-late" if row["late_zh"] else ""
    line = "".join(f'<div role="cell">{cell}</div>' for cell in cells)
    # Every word that somebody wrote is escaped above.
    return mark_safe(  # noqa: S308
        f'<div class="tx-roster-row{late}" role="row">{_pick(row) if may_pick else ""}{line}</div>'
    )


def _pick(row: Mapping[str, Any]) -> str:
    return (
        '<div role="cell" class="tx-roster-pick"><label class="tx-pick">'
        f'<input class="form-check-input" type="checkbox" name="child" value="{row["id"]}">'
        f'<span class="visually-hidden">{_("选择")} {escape(row["name"])}</span></label></div>'
    )


def _due(row: Mapping[str, Any]) -> str:
    if row["late_zh"]:
        return f'<div class="tx-due tx-due-late">{icon("clock")}{_("已逾期")} {row["late_zh"]}</div>'
    return f'<div class="tx-due">{icon("clock")}{row["due_zh"]} {_("前")}</div>' if row["due_zh"] else ""
