"""What `definitions/documents/attachments.yaml` says: kinds of files, their parts, limits, reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.rulebook import rules

OF_ENTRY = "entry"
SOUND = "recording"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file; `part` is the part of the child's file, or `entry`: that of the record it signs."""

    id: str
    zh: str
    part: str
    help: str

    @property
    def signs(self) -> bool:
        return self.part == OF_ENTRY

    @property
    def is_sound(self) -> bool:
        return self.id == SOUND


@dataclass(frozen=True, slots=True)
class Attachments:
    """The rules for attachments in force."""

    kinds: Mapping[str, Kind]
    reasons: Mapping[str, str]
    limits: Mapping[str, int]


def attachments_in(*, region: str, at: datetime) -> Attachments:
    """The rules for attachments in a county."""
    return rules.read(read, rules.resolve("documents", "attachments", region=region, at=at))


def read(content: Mapping[str, Any]) -> Attachments:
    """The definition as an object."""
    kinds = [Kind(each["id"], each["zh"], each["part"], str(each.get("help", ""))) for each in content["kinds"]]
    return Attachments(
        kinds={kind.id: kind for kind in kinds},
        reasons={each["id"]: str(each["zh"]) for each in content["reasons"]},
        limits={name: int(number) for name, number in content["limits"].items()},
    )
