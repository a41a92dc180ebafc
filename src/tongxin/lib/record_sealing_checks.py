"""What the definition of sealing juvenile records must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.consent_checks import span_of
from tongxin.lib.retention_checks import DATED, HEAD, named

LIFT = "lift"


def check_record_sealing(content: Mapping[str, Any]) -> None:
    """Nothing, when records can be set apart, looked at and answered for by this; else where it fails."""
    rest = ("organs", "purposes", "open_for", "never", "categories", "answer")
    take.mapping(content, "", required=(*HEAD, *rest), optional=(*DATED, "receivers"))
    named(content["organs"], "organs")
    if LIFT not in named(content["purposes"], "purposes"):
        raise DefinitionError("purposes", f"缺少 {LIFT}", "解除封存系统要用")
    span_of(content["open_for"], "open_for")
    for key in ("never", "categories", *(["receivers"] if "receivers" in content else [])):
        take.sequence(content[key], key)
    take.mapping(content["answer"], "answer", required=("zh", "rest"))
