"""A sheet that the form in force would not take as it is: what does not fit is left out, what lacks is filled in
plainly, so that a form which was changed since doesn't leave the demonstration without its year."""

from collections.abc import Sequence
from typing import Any

from tongxin.core.forms import Field, Form, Problem
from tongxin.demo.scene import Answers, Scene

CALM = ("no", "none", "never", "same", "other", "unknown")


def mended(answers: Answers, *, form: Form, problems: Sequence[Problem], scene: Scene) -> Answers:
    """The answers without those that were refused, and with plain ones where some lacked."""
    named = {problem.path.partition("[")[0].partition(".")[0] for problem in problems}
    found = {field: answer for field, answer in answers.items() if field not in named}
    for field in form.fields:
        if field.id in named and field.id not in answers:
            found[field.id] = _plain(field, scene)
    return found


def _plain(field: Field, scene: Scene) -> Any:
    codes = [option.code for option in field.options]
    calm = next((code for code in CALM if code in codes), codes[0] if codes else "")
    plain: dict[str, Any] = {
        "code": calm, "codes": [calm], "yes_no": "yes", "date": scene.today, "datetime": scene.moment(), "int": 1,
    }
    return plain.get(field.type, "已核实")
