"""Reads a form's definition; a form that loads can be shown and checked without further doubt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.forms.ages import read_ages
from tongxin.core.forms.facts import GIVEN, facts_of
from tongxin.core.forms.fields import Sources, read_field
from tongxin.core.forms.model import CHOICES, Form, Section, Sheet
from tongxin.core.forms.options import SharedOptions
from tongxin.core.language import Fact
from tongxin.core.language.errors import DefinitionError


def read(
    content: Mapping[str, Any],
    *,
    option_sets: Mapping[str, Any] | None = None,
    bindings: Mapping[str, Any] | None = None,
    instruments: Mapping[str, Sheet] | None = None,
) -> Form:
    """The form written in `content`; DefinitionError names the place and the cure.

    `option_sets` are the shared lists of options, `bindings` the entries of definitions/fields that
    a field may bind to (unchecked when None), `instruments` the sheets a form may embed.
    """
    required = ("id", "zh", "version", "source", "kind", "sections")
    take.mapping(content, "", required=required, optional=("intro", "action", "subject", "filled_by", "ages"))
    sources = Sources(options=SharedOptions(option_sets or {}), bindings=bindings, sheets=instruments or {})
    known: dict[str, Fact] = dict(GIVEN)
    raw_sections = take.sequence(content["sections"], "sections")
    sections = tuple(
        _section(raw, f"sections[{index}]", sources, known) for index, raw in enumerate(raw_sections)
    )
    take.unrepeated([section.id for section in sections], "sections", "分节")
    form = Form(
        id=take.identifier(content, ""),
        zh=take.text(content, "zh", ""),
        version=str(content["version"]),
        source=take.text(content, "source", ""),
        kind=take.identifier(content, "", key="kind"),
        intro=take.text(content, "intro", ""),
        sections=sections,
        action=take.text(content, "action", ""),
        subject=take.text(content, "subject", ""),
        filled_by=take.text(content, "filled_by", ""),
        ages=read_ages(content.get("ages"), sections),
    )
    _refuse_repeated_ids(form)
    return form


def _section(raw: object, path: str, sources: Sources, known: dict[str, Fact]) -> Section:
    content = take.mapping(raw, path, required=("id", "zh", "fields"), optional=("help", "matrix"))
    fields = []
    for index, each in enumerate(take.sequence(content["fields"], f"{path}.fields")):
        field = read_field(each, f"{path}.fields[{index}]", sources, known)
        known |= facts_of([field])
        fields.append(field)
    section = Section(
        id=take.identifier(content, path),
        zh=take.text(content, "zh", path),
        help=take.text(content, "help", path),
        matrix=take.flag(content, "matrix", path),
        fields=tuple(fields),
    )
    if section.matrix:
        _refuse_uneven(section, path)
    return section


def _refuse_uneven(section: Section, path: str) -> None:
    columns = None
    for index, field in enumerate(section.fields):
        if field.type not in CHOICES - {"codes"}:
            continue
        found = [option.code for option in (*field.options, *field.escape)]
        if columns is not None and found != columns:
            raise DefinitionError(
                f"{path}.fields[{index}].options", "矩阵中各题的选项须相同", "请用同一组选项，或移到另一节"
            )
        columns = found


def _refuse_repeated_ids(form: Form) -> None:
    seen: set[str] = set()
    places = [
        (field, f"sections[{i}].fields[{j}]")
        for i, section in enumerate(form.sections)
        for j, field in enumerate(section.fields)
    ]
    inner = [(each, f"{path}.fields[{k}]") for field, path in places for k, each in enumerate(field.fields)]
    for field, path in (*places, *inner):
        if field.id in seen:
            raise DefinitionError(
                f"{path}.id", f"题目 {field.id} 重复", "全表的题目编号（含列表内）不能相同，请改名"
            )
        seen.add(field.id)
