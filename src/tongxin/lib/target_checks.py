"""What the definition of a field worker's months must hold."""

from collections.abc import Mapping
from typing import Any

from tongxin.core.forms import content as take


def check_targets(content: Mapping[str, Any]) -> None:
    """Nothing, when months can be counted by it; else where it fails and how to mend it."""
    take.mapping(
        content, "", required=("id", "zh", "source", "means", "roles", "targets"), optional=("version", "valid_from")
    )
    take.unrepeated([str(each) for each in take.sequence(content["roles"], "roles")], "roles", "角色")
    rows = []
    for at, raw in enumerate(take.sequence(content["targets"], "targets")):
        path = f"targets[{at}]"
        row = take.mapping(raw, path, required=("id", "zh", "kinds", "forms"))
        for key in ("kinds", "forms"):
            take.unrepeated([str(each) for each in take.sequence(row[key], f"{path}.{key}")], f"{path}.{key}", "编号")
        rows.append(take.identifier(row, path))
    take.unrepeated(rows, "targets", "编号")
