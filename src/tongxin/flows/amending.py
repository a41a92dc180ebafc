"""Putting a region's forms into its own words: what may be written, and what the form would then look like."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.assessments.forms import form_in
from tongxin.core import forms
from tongxin.core.forms import Form
from tongxin.core.language.errors import DefinitionError
from tongxin.flows.refusals import NotAllowed
from tongxin.lib import rewording
from tongxin.lib.rewording import NotWords
from tongxin.rulebook import amending, rules
from tongxin.rulebook.amending import Amendment, Refusal
from tongxin.rulebook.locks import locks_in

WRITE, ADOPT = "write_rules", "adopt_rules"
Content = dict[str, Any]
Made = TypeVar("Made")


def amendment_for(*, viewer: Viewer, amendment_id: Any, at: datetime) -> Amendment:
    """An amendment of the viewer's own county; for anybody else there is none."""
    found: Amendment | None = Amendment.objects.filter(id=amendment_id).first()
    if found is None or found.region != region_of(viewer) or not access.may_do(viewer=viewer, action=WRITE, at=at):
        raise NotAllowed
    return found


def region_of(viewer: Viewer) -> str:
    """The county for which a viewer may write; empty when acting from a post above the counties."""
    region = rules.region_of(viewer.seat.division_id) if viewer.seat else ""
    return region if amending.is_county(region) else ""


def write_form(
    *, amendment: Amendment, form_id: str, wanted: Mapping[str, Any], revision: int, actor: Viewer, at: datetime
) -> Amendment:
    """Keep a form's words and order."""
    made = _reworded(lambda: rewording.form(amending.content(amendment, "forms", form_id, at=at), wanted))
    return _written(amendment, "forms", form_id, made, revision, actor, at)


def write_options(
    *, amendment: Amendment, name: str, wanted: Any, revision: int, actor: Viewer, at: datetime
) -> Amendment:
    """Keep a list of options: their words and order, those retired, and new ones."""
    locks = locks_in(region=amendment.region, at=at)
    if name in locks.sets:
        raise Refusal(f"没有保存：这组选项{locks.sets[name]}，不能改。")
    content = amending.content(amendment, "fields", "option_sets", at=at)
    before = content["sets"][name]
    made = _reworded(lambda: rewording.option_list(before, wanted, region=amendment.region))
    kept = next((each for each in made if each.get("retired") and each["code"] in locks.codes), None)
    if kept:
        raise Refusal(f"没有保存：有规则要用到“{kept['zh']}”，不能停用，只能改文字。")
    sets = {**content["sets"], name: made}
    return _written(amendment, "fields", "option_sets", {**content, "sets": sets}, revision, actor, at)


def write_brand(
    *, amendment: Amendment, wanted: Mapping[str, Any], revision: int, actor: Viewer, at: datetime
) -> Amendment:
    """Keep the name under which the county runs the system."""
    made = _reworded(lambda: rewording.brand(amending.content(amendment, "brand", "brand", at=at), wanted))
    return _written(amendment, "brand", "brand", made, revision, actor, at)


def adopt(*, amendment: Amendment, revision: int, actor: Viewer, at: datetime) -> int:
    """Put an amendment in force; only for who may, and who had no part in writing it."""
    if not access.may_do(viewer=actor, action=ADOPT, at=at):
        raise NotAllowed
    return amending.adopt(amendment=amendment, revision=revision, actor=actor, at=at)


def form_with(amendment: Amendment, form_id: str, *, at: datetime) -> Form:
    """The form as it would be asked; DefinitionError where it can't be read."""
    asked = form_in(form_id=form_id, region=amendment.region, at=at, lists={})
    sets = amending.content(amendment, "fields", "option_sets", at=at)["sets"]
    fields = asked.rules.names.fields
    bindings = {id: {"type": bound.type, "sealed": bound.sealed} for id, bound in fields.items()}
    return forms.read(
        amending.content(amendment, "forms", form_id, at=at), option_sets=sets, bindings=bindings,
        instruments=asked.rules.sheets,
    )


def users_of(name: str, *, region: str, at: datetime) -> list[str]:
    """The forms that offer a list of options, by what they are called."""
    found = []
    for id in rules.ids_in_force("forms", region=region, at=at):
        content = rules.resolve("forms", id, region=region, at=at).content
        fields = [each for section in content["sections"] for each in section["fields"]]
        inner = [each for field in fields for each in field.get("fields", ())]
        if any(name in (each.get("options"), each.get("escape")) for each in (*fields, *inner)):
            found.append(str(content["zh"]))
    return found


def _reworded(change: Callable[[], Made]) -> Made:
    try:
        made = change()
    except NotWords as error:
        raise Refusal(f"没有保存：{error.zh}") from None
    except DefinitionError as error:
        raise Refusal(f"没有保存：现行规则变了，改动放不上去（{error.zh}）。请放弃这份修改稿，重新开始。") from None
    return made


def _written(
    amendment: Amendment, kind: str, id: str, made: Content, revision: int, actor: Viewer, at: datetime
) -> Amendment:
    if not access.may_do(viewer=actor, action=WRITE, at=at):
        raise NotAllowed
    return amending.write(
        amendment=amendment, kind=kind, id=id, wanted=made, revision=revision, actor=actor, at=at
    )
