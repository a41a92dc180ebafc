"""For which ages a form is: completed years from–to on the day that the form says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tongxin.core.forms import content as take
from tongxin.core.forms.model import Ages, Section
from tongxin.core.language.errors import DefinitionError


class Years(NamedTuple):
    """Completed years that a child may have: two numbers while the day of birth decides between them."""

    least: int
    most: int

    @property
    def zh(self) -> str:
        return f"{self.least} 周岁" if self.least == self.most else f"{self.least} 至 {self.most} 周岁"


def fits(ages: Ages | None, years: Years | None) -> bool:
    """Whether a form may be filled in about a child of these years; an unknown age refuses nothing."""
    return ages is None or years is None or (years.least <= ages.high and years.most >= ages.low)


def read_ages(raw: object, sections: Sequence[Section]) -> Ages | None:
    """The ages written in a form's definition; `on` names the question that says the day."""
    if raw is None:
        return None
    content = take.mapping(raw, "ages", required=("from", "to", "source"), optional=("on",))
    low = take.number(content, "from", "ages", 0, high=150)
    high = take.number(content, "to", "ages", 0, high=150)
    if low > high:
        raise DefinitionError("ages.to", f"到 {high} 岁比从 {low} 岁小", "把小的写在 from，大的写在 to")
    on = take.text(content, "on", "ages")
    days = [field.id for section in sections for field in section.fields if field.type == "date"]
    if on and on not in days:
        raise DefinitionError("ages.on", f"表里没有日期题 {on}", f"可写：{'、'.join(days)}；没有日期题就删去 on")
    return Ages(low, high, on, take.text(content, "source", "ages"))
