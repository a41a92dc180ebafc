"""Example cases that stand beside a definition, tried as the system would."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from tongxin.core import danger_words, forms, grading, instruments, needs, pathway, screening
from tongxin.core.grading import Rules
from tongxin.core.language import FactError, read_facts
from tongxin.core.language.errors import DefinitionError
from tongxin.lib.strict_yaml import DefinitionFault, Document

Content = Mapping[str, Any]
Get = Callable[[str, str], Content]
Case = Mapping[str, Any]
DAY = "2026-01-05"
KEYS = {
    "facts", "cells", "seen_on", "standing", "answers", "age_months", "day", "working", "on", "name", "gives",
    "alerts", "without", "years", "instrument", "children", "sex", "informant", "norm", "seconds",
    "text", "protocol", "measure", "scores",
}  # fmt: skip


def run_cases(kind: str, id: str, cases: Document, *, rules: Rules, get: Get) -> Iterator[DefinitionFault]:
    """The cases of one definition that don't come out as written."""
    runner = _RUNNERS.get(kind)
    if runner is None:
        return
    seen: set[str] = set()
    for at, case in enumerate(cases.content.get("cases", ())):
        path = f"cases[{at}]"
        unknown = sorted(case.keys() - KEYS)
        if unknown or case.get("name", "") in seen or not case.get("name"):
            zh = f"不认识“{unknown[0]}”" if unknown else "案例没有名称或重名"
            yield cases.fault(path, zh + "。", "每个案例写一个不同的 name，只用已有的键。")
            continue
        seen.add(case["name"])
        try:
            wrong = runner(id, case, cases.content, rules, get)
        except (FactError, DefinitionError) as error:
            wrong = str(error)
        if wrong:
            yield cases.fault(path, f"案例“{case['name']}”：{wrong}", "核对规则或案例。")


def _facts(case: Case, rules: Rules) -> dict[str, Any]:
    facts = read_facts(case.get("facts", {}), vocabulary=rules.vocabulary)
    unknown = [name for name in case.get("facts", {}) if name not in rules.vocabulary.facts]
    if unknown:
        raise DefinitionError("facts", f"没有名为“{unknown[0]}”的事实", "核对 definitions/fields")
    seen_on = case.get("seen_on", {})
    rows = [
        {"cell": cell, "level": level, "on": _day(seen_on.get(cell, case.get("on", DAY)))}
        for cell, level in case.get("cells", {}).items()
    ]
    return {"on": _day(case.get("on", DAY)), **facts, **({"cells": rows} if rows else {})}


def _danger_words(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    found = danger_words.find(case["text"], danger_words.read(get("danger_words", id)))
    return _differs(case["gives"]["kinds"], sorted({each.kind for each in found}))


def _needs(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    found = needs.find(needs.read(get("needs", id), vocabulary=rules.vocabulary), _facts(case, rules))
    return _differs(case["gives"], {"due": [each.id for each in found.due], "met": list(found.met)})


def _protocols(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    named = (each for each in get("protocols", id)["protocols"] if each["id"] == case["protocol"])
    protocol = next(named, None)
    if protocol is None:
        raise DefinitionError("protocol", f"没有“{case['protocol']}”这种办法", "用 protocols 里的编号")
    found = pathway.improved(protocol.get("response"), [float(each) for each in case["scores"]])
    return _differs(case["gives"], {"responds": found})


def _gates(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    opened = grading.open_gates(rules.gates, _facts(case, rules))
    alarms = [f"{gate.gate.id} {gate.gate.kind}" for gate in opened]
    return _differs(case["gives"].get("gates", []), alarms)


def _graded(case: Case, rules: Rules, scheme: str) -> grading.Proposal:
    return grading.grade(
        rules.schemes[scheme],
        _facts(case, rules),
        gates=rules.gates,
        on=_day(case.get("on", DAY)),
        standing=case.get("standing"),
    )


def _rubric(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    proposal = _graded(case, rules, sorted(rules.schemes)[0])
    gives = case["gives"]
    levels = {result.cell.id: result.level for result in proposal.cells}
    wanted = gives.get("cells", {})
    if wrong := _differs(wanted, {cell: levels.get(cell) for cell in wanted}):
        return wrong
    found = {"level": proposal.level, "suggested": bool(proposal.suggestion)}
    wrong = _differs(
        {key: gives[key] for key in gives if key in found}, {key: found[key] for key in gives if key in found}
    )
    because = [reason.rule for reason in proposal.reasons]
    missing = [rule for rule in gives.get("because", []) if rule not in because]
    return wrong or (f"理由里没有 {missing[0]}，实有 {'、'.join(because)}。" if missing else "")


def _scheme(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    proposal = _graded(case, rules, id)
    level = rules.schemes[id].level(proposal.level)
    factors = {factor.zh: factor.level for factor in proposal.factors}
    found = {"level": proposal.level, "colour": level.colour, "factors": factors}
    gives = case["gives"]
    return _differs(gives, {key: found[key] for key in gives if key in found})


def _form(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    form = rules.form(get("forms", id))
    written = case.get("years")
    years = None if written is None else forms.Years(*([written] * 2 if isinstance(written, int) else written))
    return _differs(case["gives"], {"fits": forms.fits(form.ages, years)})


def _identification(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    form = rules.form(get("forms", id))
    answers = {**content.get("usual", {}), **case.get("answers", {})}
    answers = {key: value for key, value in answers.items() if key not in case.get("without", [])}
    on, months = _day(case.get("on", DAY)), case.get("age_months")
    review = forms.review(form, answers, on=on, age=None if months is None else months // 12)
    outcome = rules.outcome(form, review, on=on, age_months=months)
    if outcome.identified is None:
        return "这张表没有识别规则。"
    identified = outcome.identified
    found = {
        "result": identified.result,
        "because": [reason.rule for reason in identified.reasons],
        "gates": [gate.gate.id for gate in identified.gates],
    }
    return _differs(case["gives"], {key: found[key] for key in case["gives"] if key in found})


def _instrument(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    who = {key: case[key] for key in ("age_months", "sex", "informant", "norm", "seconds") if key in case}
    score = instruments.score(rules.instruments[id], case.get("answers", {}), **who)
    totals = {scale: total if isinstance(total, int | None) else str(total) for scale, total in score.totals.items()}
    found = {
        "status": score.status,
        "totals": totals,
        "band": score.band,
        "alerts": [{"code": each.code, "kind": each.kind, "item": each.item} for each in score.alerts],
        "failed": list(score.failed),
    }
    return _differs(case["gives"], {key: found[key] for key in case["gives"] if key in found})


def _calendar(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    year = get("calendar", id)
    calendar = pathway.Calendar(
        holidays=frozenset(_day(day) for day in year.get("holidays", ())),
        workdays=frozenset(_day(day) for day in year.get("workdays", ())),
        years=frozenset({year["year"]}),
    )
    return _differs(case["working"], calendar.is_working(_day(case["day"])))


def _screening(id: str, case: Case, content: Content, rules: Rules, get: Get) -> str:
    rule = screening.read_rule(get("screening", id))
    expected = screening.expect(rule, instrument=case["instrument"], children=case["children"])
    found = {
        "alarms": expected.alarms.likely, "above": expected.above.likely, "sample": expected.sample,
        "minutes": expected.minutes,
    }
    return _differs(case["gives"], found)


def _differs(wanted: object, found: object) -> str:
    return "" if wanted == found else f"应为 {wanted}，实为 {found}。"


def _day(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise DefinitionError("on", f"“{text}”不是日期", "写成 2026-01-05 的样子") from None


_RUNNERS: dict[str, Callable[[str, Case, Content, Rules, Get], str]] = {
    "forms": _form,
    "gates": _gates,
    "rubric": _rubric,
    "grading": _scheme,
    "identification": _identification,
    "instruments": _instrument,
    "calendar": _calendar,
    "screening": _screening,
    "danger_words": _danger_words,
    "needs": _needs,
    "protocols": _protocols,
}
# Kinds whose definitions should have cases beside them; forms have them only where they are made for an age.
TESTED = frozenset(_RUNNERS) - {"forms"}
