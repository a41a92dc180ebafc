"""A year counted over exports of several installations, for one that has no child of its own."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tongxin.accounts import divisions
from tongxin.cases.models import Case
from tongxin.core.indicators import Group, Indicator
from tongxin.core.indicators.board import Funnel
from tongxin.core.indicators.sets import LOOP
from tongxin.core.pathway import CHINA
from tongxin.dashboards import funnel as parts
from tongxin.dashboards import trends
from tongxin.dashboards.counting import count
from tongxin.dashboards.funnel import Parts
from tongxin.dashboards.keeping import keep
from tongxin.dashboards.models import Count
from tongxin.dashboards.rules import mark_of
from tongxin.dashboards.trends import Days
from tongxin.indicators import exports, nation
from tongxin.indicators.counting import Counted
from tongxin.indicators.figures import Figures
from tongxin.lib.faults import Fault

MEMORY = "6GB"
OWN = "这里有自己的儿童档案，看板按自己的档案数，没有改动。各地合在一起的数，请在没有档案的系统里数。"
EARLIER = "有一份导出早于{year}年，里面没有这一年的事，没有改动。"
UNREADABLE = "数到一半，有文件读不出，没有改动，看板上仍是原来的数。请让对方重新导出。（{zh}）"


def count_exports(folders: Sequence[Path], *, year: int, at: datetime) -> Count:
    """A year of all installations whose folders these are, in place of the count before it; all of it or a `Fault`."""
    if Case.objects.order_by().exists():
        raise Fault(OWN)
    return counted(folders, year=year, at=at)


def counted(folders: Sequence[Path], *, year: int, at: datetime, memory: str = MEMORY) -> Count:
    """As `count_exports`, whatever is kept here; the figures are of the moment of the oldest export."""
    said = exports.looked_at(folders, at=at)
    oldest = min(each.at for each in said)
    if oldest.astimezone(CHINA).year < year:
        raise Fault(EARLIER.format(year=year))
    places = exports.places(folders)
    with _read(folders, memory) as source:
        made = keep(
            count(source, year=year, region="", at=oldest), year=year, definitions=mark_of(at=at), at=oldest,
            exports=[{"installation": each.installation, "at": each.at.isoformat()} for each in said],
        )
    # Published places, the same whoever names them.
    divisions.add_divisions(rows=places, valid_from=oldest.astimezone(CHINA).date())
    return made


@contextmanager
def _read(folders: Sequence[Path], memory: str) -> Iterator["Exports"]:
    with TemporaryDirectory(prefix="tongxin-facts-") as spill:
        try:
            with nation.opened(folders, memory=memory, spill=Path(spill)) as facts:
                yield Exports(facts)
        except duckdb.Error as error:
            raise Fault(UNREADABLE.format(zh=type(error).__name__)) from None


@dataclass(frozen=True, slots=True)
class Exports:
    """Folders of facts as a source of numbers."""

    facts: nation.Exported

    def figures(
        self, groups: list[Group], *, ids: Collection[str], first: date, last: date
    ) -> Iterator[tuple[str, Figures]]:
        """Each indicator with what may be shown of it."""
        return nation.figures(self.facts, groups, ids=ids, first=first, last=last)

    def trends(self, drawn: Mapping[str, Indicator], days: Days) -> Iterator[tuple[Indicator, Counted]]:
        """Each indicator with its numbers in each span."""
        first, last = days[trends.YEAR]
        for facts, copies, own in trends.copied(drawn, days):
            found = self.facts.counted(
                facts, copies, first=first, last=last, lowest=trends.lowest_of(facts), days=own
            )
            yield from trends.together(found, drawn)

    def steps(self, funnel: Funnel, *, first: date, last: date) -> Parts:
        """How many stand in each part of the loop."""
        rows = [
            row for source in self.facts.sources(LOOP.id) for row in self.facts.rows(parts.grouped(
                funnel, source=source, first=first, last=last, engine=nation.ENGINE, placeholder="?",
            ))
        ]
        return parts.added(rows)
