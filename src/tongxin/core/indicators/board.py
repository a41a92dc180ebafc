"""What dashboards show: for which roles which figures as which chart, and the steps of the loop. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tongxin.core.forms import content as take
from tongxin.core.indicators.definition import Indicator, is_now
from tongxin.core.indicators.sets import LOOP
from tongxin.core.language import Kind, Rule, RuleError, parse
from tongxin.core.language.errors import DefinitionError

Content = Mapping[str, Any]
KIND = "dashboards"
NUMBERS, TILES, TREND, MULTIPLES, PARTS, FUNNEL = CHARTS = (
    "numbers", "tiles", "trend", "multiples", "parts", "funnel",
)


@dataclass(frozen=True, slots=True)
class Card:
    """One chart and the indicators it can show, in their order."""

    chart: str
    zh: str
    indicators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """What some roles see, in this order."""

    id: str
    zh: str
    means: str
    roles: tuple[str, ...]
    cards: tuple[Card, ...]

    def of(self, *charts: str) -> tuple[str, ...]:
        """The indicators of these charts, each once; of all charts when none is named."""
        found = (id for card in self.cards if card.chart in (charts or CHARTS) for id in card.indicators)
        return tuple(dict.fromkeys(found))

    def past(self, known: Mapping[str, Indicator]) -> "Board":
        """The board of a year that is over: the last day's figure in place of one of now.

        What is known of now only stays among the numbers, where the page says so, and leaves the charts.
        """
        cards = [replace(card, indicators=tuple(dict.fromkeys(
            known[id].at_end or id if id in known else id for id in card.indicators
            if card.chart == NUMBERS or id not in known or known[id].at_end or not is_now(known[id], known)
        ))) for card in self.cards]
        return replace(self, cards=tuple(card for card in cards if card.indicators or card.chart == FUNNEL))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the loop: who reached it, who need not go on, and what to call those who stopped at it.

    Where a step is too small to be told it is told together with others of its phase first.
    """

    id: str
    zh: str
    lost_zh: str
    phase: str
    reached: Rule
    ends: Rule | None
    ends_zh: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """The steps, the last of which is the goal; `ends` is a way out of any."""

    caveat: str
    ends: Rule
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Dashboards:
    """All boards of a place, and how they are counted."""

    means: str
    source: str
    years: int
    night_from: int
    past_every_days: int
    at_once_under: int
    small_under: int
    groups: tuple[str, ...]
    boards: tuple[Board, ...]
    funnel: Funnel

    def for_role(self, role: str) -> Board | None:
        """The board of a role."""
        return next((each for each in self.boards if role in each.roles), None)

    def of(self, *charts: str) -> tuple[str, ...]:
        """The indicators of these charts on any board."""
        return tuple(dict.fromkeys(id for each in self.boards for id in each.of(*charts)))

    def past(self, known: Mapping[str, Indicator]) -> "Dashboards":
        """The same with the boards of a year that is over."""
        return replace(self, boards=tuple(each.past(known) for each in self.boards))


def read(content: Content) -> Dashboards:
    """The dashboards; refuses what can't be shown, with the place and the cure."""
    take.mapping(
        content, "", required=(
            "id", "zh", "source", "means", "years", "night_from", "past_every_days", "at_once_under", "small_under",
            "groups", "boards", "funnel",
        ), optional=("version", "valid_from"),
    )
    boards = tuple(_board(raw, f"boards[{at}]") for at, raw in enumerate(take.sequence(content["boards"], "boards")))
    take.unrepeated([each.id for each in boards], "boards", "编号")
    take.unrepeated([role for each in boards for role in each.roles], "boards", "岗位")
    return Dashboards(
        content["means"], content["source"], take.number(content, "years", "", 0, low=1, high=10),
        take.number(content, "night_from", "", 0, low=0, high=23),
        take.number(content, "past_every_days", "", 0, low=1, high=366),
        take.number(content, "at_once_under", "", 0), take.number(content, "small_under", "", 0, low=3, high=50),
        tuple(map(str, take.sequence(content["groups"], "groups"))), boards, _funnel(content["funnel"]),
    )


def _board(raw: Any, path: str) -> Board:
    board = take.mapping(raw, path, required=("id", "zh", "means", "roles", "cards"))
    cards = tuple(
        _card(each, f"{path}.cards[{at}]") for at, each in enumerate(take.sequence(board["cards"], f"{path}.cards"))
    )
    roles = tuple(map(str, take.sequence(board["roles"], f"{path}.roles")))
    take.unrepeated([each.chart for each in cards], f"{path}.cards", "图")
    return Board(take.identifier(board, path), board["zh"], board["means"], roles, cards)


def _card(raw: Any, path: str) -> Card:
    card = take.mapping(raw, path, required=("chart", "zh"), optional=("indicators",))
    if card["chart"] not in CHARTS:
        raise DefinitionError(f"{path}.chart", f"没有“{card['chart']}”这种图", f"用：{'、'.join(CHARTS)}")
    named = tuple(map(str, take.sequence(card.get("indicators", ()), f"{path}.indicators")))
    if bool(named) == (card["chart"] == FUNNEL):
        raise DefinitionError(f"{path}.indicators", "漏斗不写指标，别的图至少写一个", "照例子写")
    take.unrepeated(named, f"{path}.indicators", "指标")
    return Card(card["chart"], card["zh"], named)


def _funnel(raw: Any) -> Funnel:
    funnel = take.mapping(raw, "funnel", required=("caveat", "ends", "steps"))
    steps = tuple(
        _step(each, f"funnel.steps[{at}]") for at, each in enumerate(take.sequence(funnel["steps"], "funnel.steps"))
    )
    take.unrepeated([each.id for each in steps], "funnel.steps", "步骤")
    phases = [each.phase for each in steps]
    in_order = [each for at, each in enumerate(phases) if at == 0 or phases[at - 1] != each]
    take.unrepeated(in_order, "funnel.steps", "同一段的步骤要挨着写，段")
    if len(steps) < 3 or len(in_order) < 2:
        raise DefinitionError("funnel.steps", "至少三步、两段", "照例子写")
    return Funnel(funnel["caveat"], _rule(funnel["ends"], "funnel.ends"), steps)


def _step(raw: Any, path: str) -> Step:
    step = take.mapping(raw, path, required=("id", "zh", "phase", "reached"), optional=("lost_zh", "ends", "ends_zh"))
    ends = _rule(step["ends"], f"{path}.ends") if "ends" in step else None
    if (ends is None) == bool(step.get("ends_zh")):
        raise DefinitionError(f"{path}.ends_zh", "ends 和 ends_zh 要一起写", "补上，或都去掉")
    return Step(
        take.identifier(step, path), step["zh"], step.get("lost_zh", ""), str(step["phase"]),
        _rule(step["reached"], f"{path}.reached"), ends, step.get("ends_zh", ""),
    )


def _rule(text: Any, path: str) -> Rule:
    try:
        return parse(str(text), vocabulary=LOOP.vocabulary, gives=Kind.BOOL)
    except RuleError as error:
        raise DefinitionError(path, error.zh, error.cure) from None
