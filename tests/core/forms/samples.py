"""One form with every kind of question, and ways to ask Python and the browser about it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from tongxin.core import forms

ROOT = Path(__file__).parents[3]
ON = date(2025, 12, 30)
GOLDEN = yaml.safe_load((ROOT / "tests/golden/forms_cases.yaml").read_text(encoding="utf-8"))


def read_sample() -> forms.Form:
    sheets = {name: forms.read_sheet(sheet) for name, sheet in GOLDEN["instruments"].items()}
    return forms.read(GOLDEN["form"], option_sets=GOLDEN["option_sets"], instruments=sheets)


def in_python(form: forms.Form, answers: Any, *, age: int | None) -> dict[str, Any]:
    found = forms.review(form, answers, on=ON, age=age)
    problems = [{"path": each.path, "zh": each.zh, "kept": each.kept} for each in found.problems]
    return {"answers": found.answers, "problems": problems, "shown": sorted(found.shown)}


def in_browser(form: forms.Form, sheets: Sequence[Any], *, age: int | None) -> list[dict[str, Any]]:
    definition = forms.definition_json(form, form_hash="hash", on=ON, age=age)
    lines = [json.dumps({"definition": definition, "answers": each}) for each in sheets]
    script = str(ROOT / "pwa/tests/review_lines.js")
    done = subprocess.run(
        ["node", script], input="\n".join(lines), capture_output=True, text=True, encoding="utf-8", check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]
