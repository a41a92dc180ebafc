"""The dashboards in force, and a mark of everything that figures on them follow from."""

from collections.abc import Mapping
from datetime import datetime

from tongxin.core.indicators import Indicator
from tongxin.core.indicators.board import KIND, Dashboards, read
from tongxin.indicators.rules import groups_in
from tongxin.indicators.rules import mark_of as figures_mark
from tongxin.rulebook import shipped


def dashboards_in(*, region: str = "", at: datetime) -> Dashboards:
    """The boards of a region."""
    return shipped.read_in_force(read, KIND, KIND, region=region, at=at)


def indicators_in(*, region: str = "", at: datetime) -> Mapping[str, Indicator]:
    """All indicators by id."""
    return {each.id: each for group in groups_in(region=region, at=at) for each in group.indicators}


def groups_of(*, region: str = "", at: datetime) -> Mapping[str, str]:
    """Of each indicator the group whose definition holds it."""
    return {each.id: group.id for group in groups_in(region=region, at=at) for each in group.indicators}


def mark_of(*, region: str = "", at: datetime) -> str:
    """The same for two regions in which the same definitions hold."""
    return figures_mark(region=region, at=at, beside=((KIND, KIND),))
