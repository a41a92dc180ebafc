"""What `definitions/quality` says: which gaps are counted, why each matters, where it is mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongxin.rulebook import shipped

KIND = "quality"


@dataclass(frozen=True, slots=True)
class Check:
    """One gap: in words, why it matters, the form or page where it is mended, and its numbers."""

    id: str
    zh: str
    why: str
    mend: str
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QualityRules:
    """The checks of a county, in their order."""

    means: str
    source: str
    checks: Mapping[str, Check]


def quality_in(*, region: str, at: datetime) -> QualityRules:
    """The checks in force in a county; before they are adopted, those that came with the program."""
    return shipped.read_in_force(_read, KIND, KIND, region=region, at=at)


def _read(content: Mapping[str, Any]) -> QualityRules:
    return QualityRules(
        means=content["means"], source=content["source"],
        checks={each["id"]: Check(
            each["id"], each["zh"], each["why"], each["mend"],
            {name: value for name, value in each.items() if isinstance(value, int)},
        ) for each in content["checks"]},
    )
