"""Why this colour: which rule of which dated version, who confirmed, what would change it (promise 4)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongxin.cases.models import Proposal
from tongxin.core.pathway import Fact, in_force
from tongxin.core.pathway.vocabulary import IDENTIFIED
from tongxin.rulebook import rules
from tongxin.web import words
from tongxin.web.console.chips import UNGRADED, Chip, scheme_chips
from tongxin.web.console.file import File
from tongxin.web.console.names import Names

IDENTIFICATION = "identification"


def is_ungraded(file: File) -> bool:
    """Whether those who may read the assessment are to be told that there is none yet: grey is not safety."""
    return "psychological" in file.parts and file.case.level == UNGRADED and file.case.is_open


def why_graded(file: File, names: Names, titles: Mapping[UUID, str]) -> dict[str, Any] | None:
    """The grade with its reasons, for those who may read the assessment."""
    if "psychological" not in file.parts or file.case.level == UNGRADED:
        return None
    levels = scheme_chips(region=file.region, at=file.request.at)
    proposals = _proposals(file)
    shown = levels.get(file.case.level, Chip("grey", file.pathway.levels[file.case.level], "○"))
    waits = "待确认" if file.state.grades.open_proposals else "已确认"
    return {
        "chip": Chip(shown.colour, shown.zh, shown.sign, waits),
        "reasons": [row for proposal in proposals for row in _reasons(proposal, levels)],
        "confirmed_zh": _confirmed(file, names, titles, levels),
        "changes": [*_turning(proposals), *_changes(file, levels)],
    }


def _proposals(file: File) -> list[Proposal]:
    """Those that wait for somebody; without one, the newest."""
    rows = list(file.case.proposals.order_by("-proposed_at", "-id"))
    return [row for row in rows if row.is_open] or rows[:1]


def _reasons(proposal: Proposal, levels: Mapping[str, Chip]) -> list[dict[str, Any]]:
    content = rules.content_of(proposal.definition_hash)
    level = levels.get(proposal.level)
    return [
        {
            "zh": reason["zh"], "rule": str(reason.get("rule", "")), "chip": level,
            "evidence": [words.dates_zh(each) for each in reason.get("evidence", ())],
            "source": str(content.get("zh", "")), "version": str(content.get("version", "")),
            "at": proposal.proposed_at, "is_open": proposal.is_open,
        }
        for reason in proposal.reasons
    ]


def _turning(proposals: list[Proposal]) -> list[str]:
    """What each rule of the proposal hangs on, without anybody's answers."""
    said = (f"“{reason['zh']}”这一条，{change}，建议就会不同。" for proposal in proposals for reason in proposal.reasons
            for change in reason.get("changes", ()))
    return list(dict.fromkeys(said))


def _confirmed(
    file: File, names: Names, titles: Mapping[UUID, str], levels: Mapping[str, Chip]
) -> str:
    decisions = {decided.fact.id: decided for decided in file.state.grades.decisions}
    settled = [decided for decided in decisions.values() if decided.stands]
    if not settled or file.state.grades.standing == UNGRADED:
        return ""
    last, level = settled[-1], levels.get(settled[-1].level)
    level_zh, second = level.zh if level else "未分级", who_zh(last.fact, names, titles)
    when = words.moment_zh(last.fact.at)
    if first := decisions.get(last.second_of):
        return f"{when} 由{who_zh(first.fact, names, titles)}提出、{second}同意，调低为{level_zh}。"
    return f"{when} {second}确认为{level_zh}。"


def who_zh(fact: Fact, names: Names, titles: Mapping[UUID, str]) -> str:
    """The post and the name of who recorded a fact."""
    title = titles.get(UUID(fact.post), "") if fact.post else ""
    return f"{title} {names.person(UUID(fact.person) if fact.person else None)} ".lstrip()


def _changes(file: File, levels: Mapping[str, Chip]) -> list[str]:
    state, said = file.state, []
    if state.grades.open_proposals:
        said.append("有建议等级待确认；确认之前按较高的等级安排走访和联系。")
    if state.grades.lowering is not None:
        asked = levels.get(state.grades.lowering.level)
        said.append(f"已有一人提出调低为{asked.zh if asked else ''}，还须另一位有权的人确认。")
    said.append("再次评估或新的危险信号使建议等级升高时，立即按较高的等级执行。")
    said.append("调低须由专业人员和督导（或区县管理员）两位不同的人先后确认。")
    if state.expires_at is not None:
        said.append(f"评估依据到{words.day_zh(state.expires_at)}失效，须在此前复评；失效不会自动降级。")
    return said


def why_identified(file: File, *, entry_id: UUID | None = None) -> dict[str, Any] | None:
    """An identification's result and reasons; without its record those of the newest that stands."""
    facts = in_force(file.facts) if entry_id is None else file.facts
    found = [fact for fact in facts if fact.kind == IDENTIFICATION and entry_id in {None, UUID(fact.id)}]
    if IDENTIFICATION not in file.parts or not found:
        return None
    data: Mapping[str, Any] = found[-1].data
    return {
        "zh": IDENTIFIED.get(str(data.get("result")), ""), "at": found[-1].at,
        "reasons": [str(reason["zh"]) for reason in data.get("reasons", ())],
    }
