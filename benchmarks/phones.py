"""Phones for an installation: paired devices with their tokens, and a form of 250 questions for them to fill in.

Run inside an installation: `python -m benchmarks.phones FOLDER NUMBER`; leaves FOLDER/phones.json.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from tongxin.accounts.models import Holding, Post  # noqa: E402
from tongxin.accounts.viewers import held, viewer_of  # noqa: E402
from tongxin.assessments.forms import form_in  # noqa: E402
from tongxin.cases.models import Case  # noqa: E402
from tongxin.flows import lists  # noqa: E402
from tongxin.lib import clock  # noqa: E402
from tongxin.lib.overlays import hash_of  # noqa: E402
from tongxin.rulebook import rules  # noqa: E402
from tongxin.rulebook.models import DefinitionVersion  # noqa: E402
from tongxin.sync import devices  # noqa: E402

FORM, QUESTIONS = "observation_record", 250
CALM = ("no", "none", "never")
# Facts that other records own, or from which a level is proposed.
ELSEWHERE = ("child.", "cell.", "factor.")
LEVEL = {"child_director": "village_id", "child_supervisor": "town_id", "case_manager": "county_id"}
SOME_CHILDREN = 20


def prepare(folder: Path, number: int) -> None:
    """Devices for the posts that have children, in turn, and the wide form in force."""
    at = clock.now()
    posts = list(_posts_with_children(at))
    region = rules.region_of(posts[0][1].division.county_id)
    hash, answers = _wide_form(region, at)
    found = []
    for turn in range(number):
        holding, post, children = posts[turn % len(posts)]
        device, token, _ = devices.pair(
            person=holding.person, post_id=post.id, label="bench", app="1.0", at=at
        )
        found.append({"token": f"{device.id}.{token}", "children": children})
    text = json.dumps({"phones": found, "form": FORM, "form_hash": hash, "answers": answers, "now": at.isoformat()})
    (folder / "phones.json").write_text(text, encoding="utf-8")


def _posts_with_children(at: Any) -> Any:
    holdings = Holding.objects.filter(held(at), post__role__in=LEVEL).select_related("person", "post__division")
    for holding in holdings.order_by("post__role", "post_id"):
        post: Post = holding.post
        if not viewer_of(person=holding.person, at=at, post_id=post.id).seats:
            continue
        cases = Case.objects.filter(**{LEVEL[post.role]: post.division_id}, is_open=True)
        children = [str(id) for id in cases.values_list("id", flat=True)[:SOME_CHILDREN]]
        if children:
            yield holding, post, children


def _wide_form(region: str, at: Any) -> tuple[str, dict[str, Any]]:
    """The form with further questions until there are 250, and an answer to each."""
    resolved = rules.resolve("forms", FORM, region=region, at=at)
    content = copy.deepcopy(dict(resolved.content))
    bound = [
        each for each in rules.resolve("fields", "fields", at=at).content["fields"]
        if each["type"] in {"text", "long_text", "int"} and not each["id"].startswith(ELSEWHERE)
    ]
    asked = sum(len(section["fields"]) for section in content["sections"])
    more = [
        {"id": f"bench_{index}", "binds": each["id"], "zh": f"第{index}问", "type": each["type"]}
        for index, each in zip(range(asked, QUESTIONS), bound * 3, strict=False)
    ]
    content["sections"] = [*content["sections"], {"id": "bench", "zh": "更多", "fields": more}]
    hash = hash_of(content)
    DefinitionVersion.objects.create(
        hash=hash, kind="forms", definition_id=FORM, region=region, valid_from=at.date(), content=content,
        source="benchmark", adopted_at=at,
    )
    form = form_in(form_id=FORM, region=region, at=at, lists=lists.choices_in(None)).form
    return hash, {field.id: _answer(field, at) for field in form.fields if field.type != "note"}


def _answer(field: Any, at: Any) -> Any:
    codes = [option.code for option in field.options]
    plain = {"int": 1, "date": at.date().isoformat(), "datetime": f"{at:%Y-%m-%dT%H:%M}", "yes_no": "no", "list": []}
    if field.type == "codes":
        return codes[:1]
    calm = next((code for code in CALM if code in codes), codes[0] if codes else "")
    return plain.get(field.type, calm if codes else "看到孩子在家，照料人也在，一切照常。")


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), int(sys.argv[2]))
