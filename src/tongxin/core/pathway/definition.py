"""The pathway as a definition: levels, stages, moves, gates before recording, steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tongxin.core.language import Rule, RuleError, parse
from tongxin.core.language.errors import DefinitionError
from tongxin.core.pathway.defaults import completed
from tongxin.core.pathway.vocabulary import vocabulary

Span = Mapping[str, int]
STEP_KEYS = frozenset({
    "id", "zh", "when", "anchor", "each", "form", "role", "due", "by_level", "by_urgency", "climb", "urgent",
    "may_wait", "floor", "at_most",
})
UNITS = frozenset({"minutes", "hours", "days", "working_days", "months"})


@dataclass(frozen=True, slots=True)
class Move:
    """A fact of a kind, with certain values, brings the case into a stage."""

    kind: str
    where: Mapping[str, object]
    only_from: frozenset[str]
    to: str

    def matches(self, kind: str, data: Mapping[str, object], stage: str) -> bool:
        """Whether a fact brings a case out of `stage` (empty before there is a file)."""
        if self.only_from and (stage or "none") not in self.only_from:
            return False
        return kind == self.kind and all(_fits(data.get(name), want) for name, want in self.where.items())


@dataclass(frozen=True, slots=True)
class Counted:
    """A record of a kind, with certain values, is what some step waits for."""

    kind: str
    where: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Climb:
    """Overdue work goes up one level after each of these spans."""

    after: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class StepRule:
    """One rule of the pathway: when it holds there is a task, for whom, and until when."""

    id: str
    zh: str
    when: Rule
    anchor: tuple[str, ...]
    each: str
    form: str
    role: str
    due: Span | None
    by_level: str
    climb: Climb
    is_urgent: bool
    may_wait: bool
    at_most: Span | None = None
    # The table of clocks in which a referral's urgency says by when.
    by_urgency: str = ""

    @property
    def longest(self) -> Span | None:
        """How far ahead somebody may ask for it, where whoever asks names the day."""
        return self.at_most or self.due


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must be true before a fact of a kind may be recorded, and what to tell who tries."""

    kind: str
    where: Mapping[str, object]
    when: Rule
    zh: str


@dataclass(frozen=True, slots=True)
class CrisisStep:
    """A step of the crisis path with its clock from the alarm."""

    id: str
    zh: str
    role: str
    clock: Span
    times: int
    when: Rule
    climb: Climb | None = None
    is_on_duty: bool = False
    # The roles that may record it; empty for all who may record a step.
    by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pathway:
    """The whole pathway of a region at a date."""

    id: str
    zh: str
    levels: Mapping[str, str]
    stages: Mapping[str, str]
    closed_stages: frozenset[str]
    moves: tuple[Move, ...]
    steps: tuple[StepRule, ...]
    fallback: StepRule
    requirements: tuple[Requirement, ...]
    crisis_steps: tuple[CrisisStep, ...]
    crisis_climb: Climb
    # Until when somebody has to be named to stay with the child; how long a child is asked after every day.
    watch_first: Span
    watch_daily: Span
    intervals: Mapping[str, Mapping[str, Span]]
    evidence_grace: Span
    safety_check_lapses: Span
    lowering: tuple[frozenset[str], frozenset[str]]
    urgency: Mapping[str, int]
    only: Mapping[str, frozenset[str]]
    crisis_reopens: str
    counts_if: Mapping[str, tuple[Counted, ...]]
    content: Mapping[str, Any]

    def counts(self, kind: str, data: Mapping[str, object], *, towards: str) -> bool:
        """Whether a record is what `towards` waits for; what no rule speaks of counts towards its own kind."""
        if towards not in self.counts_if:
            return kind == towards
        return any(
            kind == each.kind and all(_fits(data.get(name), want) for name, want in each.where.items())
            for each in self.counts_if[towards]
        )

    def rank_of(self, level: str) -> int:
        """Where a level stands; `ungraded` is the lowest."""
        return self._ranks[level]

    @cached_property
    def moves_by(self) -> Mapping[str, tuple[Move, ...]]:
        """The moves that a fact of each kind may make, in their order."""
        kinds = dict.fromkeys(move.kind for move in self.moves)
        return {kind: tuple(move for move in self.moves if move.kind == kind) for kind in kinds}

    @cached_property
    def _ranks(self) -> Mapping[str, int]:
        return {level: rank for rank, level in enumerate(self.levels)}

    def highest(self, levels: Sequence[str]) -> str:
        return max(levels, key=self.rank_of, default=next(iter(self.levels)))


def _fits(value: object, want: object) -> bool:
    return value in want if isinstance(want, list) else value == want


def _is_amount(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


class _Reader:
    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self.vocabulary = vocabulary(content)

    def rule(self, text: object, path: str) -> Rule:
        try:
            return parse(str(text), vocabulary=self.vocabulary)
        except RuleError as error:
            raise DefinitionError(path, f"规则第 {error.position + 1} 个字符处：{error.zh}", error.cure) from error

    def span(self, value: object, path: str) -> Span:
        whole = isinstance(value, Mapping) and len(value) == 1
        if not whole or not set(value) <= UNITS or not all(map(_is_amount, value.values())):  # type: ignore[call-overload, attr-defined]
            raise DefinitionError(path, "时限要写成一个单位和一个整数", "例如 {working_days: 5} 或 {hours: 24}")
        return dict(value)  # type: ignore[call-overload, no-any-return]

    def climb(self, value: object, path: str) -> Climb:
        spans = value if isinstance(value, list) else self.content["climb"]
        return Climb(tuple(self.span(span, f"{path}.climb") for span in spans))

    def step(self, raw: Mapping[str, Any], path: str) -> StepRule:
        if extra := set(raw) - STEP_KEYS:
            raise DefinitionError(path, f"不认识的键：{'、'.join(sorted(extra))}", "删去或改正拼写")
        if sum(each in raw for each in ("due", "by_level", "by_urgency")) != 1:
            raise DefinitionError(path, "每个步骤要么写 due，要么写 by_level，要么写 by_urgency", "只留一个")
        if "by_urgency" in raw and raw["by_urgency"] not in self.content["referral_clocks"]:
            raise DefinitionError(f"{path}.by_urgency", "没有这张时限表", "用 referral_clocks 里的名字")
        if "by_level" in raw and raw["by_level"] not in self.content["intervals"]:
            raise DefinitionError(f"{path}.by_level", "没有这张时限表", "用 intervals 里的名字")
        return StepRule(
            id=raw["id"], zh=raw["zh"], when=self.rule(raw["when"], f"{path}.when"),
            anchor=tuple(raw.get("anchor", ())), each=raw.get("each", ""), form=raw["form"], role=raw["role"],
            due=self.span(raw["due"], f"{path}.due") if "due" in raw else None,
            by_level=raw.get("by_level", ""), climb=self.climb(raw.get("climb"), path),
            is_urgent=bool(raw.get("urgent", False)), may_wait=bool(raw.get("may_wait", True)),
            at_most=self.span(raw["at_most"], f"{path}.at_most") if "at_most" in raw else None,
            by_urgency=raw.get("by_urgency", ""),
        )

    def clocks(self) -> None:
        """Nothing, when every clock of referrals is a span and every table says what holds otherwise."""
        for name, table in self.content["referral_clocks"].items():
            if "otherwise" not in table:
                raise DefinitionError(f"referral_clocks.{name}", "没有写 otherwise", "补上没有写明紧急程度时的时限")
            for urgency, span in table.items():
                self.span(span, f"referral_clocks.{name}.{urgency}")
        for urgency, spans in self.content["referral_climb"].items():
            for span in spans:
                self.span(span, f"referral_climb.{urgency}")

    def crisis_step(self, raw: Mapping[str, Any], path: str) -> CrisisStep:
        when = raw.get("only_if") or (f"not {raw['unless']}" if "unless" in raw else "in_crisis")
        clock = raw["clock"]
        return CrisisStep(
            id=raw["id"], zh=raw["zh"], role=raw["who"][0], when=self.rule(when, path),
            clock=self.span({clock["unit"]: clock["value"]}, f"{path}.clock"),
            times=int(raw["times"]["value"]) if "times" in raw else 1,
            climb=self.climb(raw["climb"], path) if "climb" in raw else None,
            is_on_duty=bool(raw.get("on_duty", False)), by=frozenset(raw.get("taken_by", ())),
        )


def _unique(rows: Sequence[Mapping[str, Any]], path: str) -> None:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row["id"] in seen:
            raise DefinitionError(f"{path}[{index}].id", f"“{row['id']}”出现了两次", "每个步骤一个名字")
        seen.add(row["id"])


def read(content: Mapping[str, Any], *, crisis: Mapping[str, Any]) -> Pathway:
    """The pathway as written in `definitions/pathway`, with the steps of `definitions/crisis`.

    Refuses what it can't be sure of; what an older version lacks has its default.
    """
    content = completed(content)
    reader = _Reader(content)
    _unique(content["steps"], "steps")
    reader.clocks()
    for index, move in enumerate(content["moves"]):
        if move["to"] not in content["stages"]:
            raise DefinitionError(f"moves[{index}].to", f"没有“{move['to']}”这个阶段", "先在 stages 里写明")
    intervals = {
        name: {level: reader.span(span, f"intervals.{name}.{level}") for level, span in table.items()}
        for name, table in content["intervals"].items()
    }
    lapses = content["safety_check"]["lapses"]
    lowering = content["lowering"]["needs"]
    return Pathway(
        id=content["id"], zh=content["zh"], levels=_levels(content), stages=dict(content["stages"]),
        closed_stages=frozenset(content["closed_stages"]),
        moves=tuple(
            Move(m["kind"], m.get("where", {}), frozenset(m.get("from", ())), m["to"]) for m in content["moves"]
        ),
        steps=tuple(reader.step(raw, f"steps[{i}]") for i, raw in enumerate(content["steps"])),
        fallback=reader.step(content["fallback"], "fallback"),
        requirements=tuple(
            Requirement(r["kind"], r.get("where", {}), reader.rule(r["when"], f"requires[{i}].when"), r["zh"])
            for i, r in enumerate(content["requires"])
        ),
        crisis_steps=tuple(
            reader.crisis_step(raw, f"steps[{i}]") for i, raw in enumerate(crisis["steps"])
        ),
        crisis_climb=reader.climb(content["crisis_climb"], "crisis_climb"),
        watch_first=_clock(crisis.get("watch_first", {})), watch_daily=_clock(crisis.get("after", {}).get("daily", {})),
        intervals=intervals,
        evidence_grace=reader.span(content["evidence_grace"], "evidence_grace"),
        safety_check_lapses=reader.span({lapses["unit"]: lapses["value"]}, "safety_check.lapses"),
        lowering=(frozenset(lowering["first"]), frozenset(lowering["second"])),
        urgency=dict(content["urgency"]), only=_only(content), crisis_reopens=_stage(content, "crisis_reopens"),
        counts_if={
            towards: tuple(Counted(row["kind"], row.get("where", {})) for row in rows)
            for towards, rows in content["counts_if"].items()
        },
        content=content,
    )


def _clock(raw: Mapping[str, Any]) -> Span:
    """A clock of the crisis path; none where an older version has none."""
    return {str(raw.get("unit", "minutes")): int(raw.get("value", 0))}


def _levels(content: Mapping[str, Any]) -> dict[str, str]:
    """The levels from the lowest up, as `order` says."""
    levels, order = content["levels"], content["order"]
    if sorted(order) != sorted(levels):
        raise DefinitionError("order", "没有正好写出每个等级一次", f"从低到高写：{'、'.join(levels)}")
    return {level: levels[level] for level in order}


def _only(content: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """The steps that are left for a child in a certain state, such as one who died."""
    known = {step["id"] for step in content["steps"]}
    for state, steps in content["only"].items():
        for index, step in enumerate(steps):
            if step not in known:
                raise DefinitionError(f"only.{state}[{index}]", f"没有“{step}”这个步骤", "用 steps 里的名字")
    return {state: frozenset(steps) for state, steps in content["only"].items()}


def _stage(content: Mapping[str, Any], name: str) -> str:
    stage = str(content[name])
    if stage not in content["stages"] or stage in content["closed_stages"]:
        raise DefinitionError(name, f"“{stage}”不是在办的阶段", "用 stages 里没有结束的阶段")
    return stage
