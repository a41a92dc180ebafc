"""The definitions that are plain lists: what each must hold, and what it may not."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from tongxin.core.danger_words import read as read_danger_words
from tongxin.core.forms import content as take
from tongxin.core.grading.gates import CRISES
from tongxin.core.indicators.dimensions import read_dimensions
from tongxin.core.language.errors import DefinitionError
from tongxin.core.scrubbing import read as read_scrubbing
from tongxin.lib import crisis_checks
from tongxin.lib.activity_checks import check_activities
from tongxin.lib.asking_checks import check_asking
from tongxin.lib.blind_checks import check_blind
from tongxin.lib.booking_checks import check_bookings
from tongxin.lib.capacity_checks import check_capacity
from tongxin.lib.clue_checks import check_clues
from tongxin.lib.consent_checks import check_consent
from tongxin.lib.coordination_checks import check_coordination
from tongxin.lib.directory_checks import check_asks, check_services
from tongxin.lib.document_checks import check_documents
from tongxin.lib.exchange_checks import check_exchange
from tongxin.lib.export_checks import check_exports
from tongxin.lib.fund_checks import check_funds, check_programmes
from tongxin.lib.group_checks import check_groups
from tongxin.lib.indicator_checks import check_indicators
from tongxin.lib.instance_checks import check_instances
from tongxin.lib.looking_checks import check_looking
from tongxin.lib.mapping_checks import check_mapping
from tongxin.lib.notice_checks import check_notices
from tongxin.lib.pairing_checks import check_pairings
from tongxin.lib.place_checks import check_places
from tongxin.lib.recheck_checks import check_rechecks
from tongxin.lib.record_sealing_checks import check_record_sealing
from tongxin.lib.referral_checks import check_referrals
from tongxin.lib.register_checks import check_register
from tongxin.lib.report_checks import check_reports
from tongxin.lib.retention_checks import check_retention
from tongxin.lib.rights_checks import check_rights
from tongxin.lib.sharing_checks import check_sharing
from tongxin.lib.sign_in_checks import check_sign_in
from tongxin.lib.supervision_checks import check_calibration, check_quality, check_supervision
from tongxin.lib.sync_checks import check_sync
from tongxin.lib.target_checks import check_targets
from tongxin.lib.training_checks import check_lesson, check_training
from tongxin.lib.workforce_checks import check_workforce

Content = Mapping[str, Any]
HEAD = ("id", "zh", "source")
DATED = ("version", "valid_from", "means")
UNITS = ("minutes", "hours", "days", "working_days", "months")
DRAFT_UNITS = ("minutes", "hours", "days")


def _brand(content: Content) -> None:
    take.mapping(
        content, "", required=(*HEAD, "name", "full_name", "colours"), optional=(*DATED, "slogan", "hotlines")
    )
    colours = take.mapping(content["colours"], "colours", required=("primary", "accent"))
    for key, colour in colours.items():
        digits = str(colour).removeprefix("#")
        if len(str(colour)) != 7 or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
            raise DefinitionError(f"colours.{key}", f"“{colour}”不是颜色", '写成 "#1f5f8b" 的样子')


def _display(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "shown", "colours_from"), optional=DATED)
    take.sequence(content["shown"], "shown")
    take.unrepeated([str(each) for each in content["shown"]], "shown", "等级体系")


def _calendar(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "year"), optional=(*DATED, "holidays", "workdays"))
    year = take.number(content, "year", "", 0, low=2000, high=2100)
    seen: dict[date, str] = {}
    for key in ("holidays", "workdays"):
        for at, text in enumerate(take.sequence(content.get(key, []), key)):
            day = _day(text, f"{key}[{at}]")
            if day.year != year:
                raise DefinitionError(f"{key}[{at}]", f"{text} 不在 {year} 年", "移到那一年的文件")
            if day in seen:
                raise DefinitionError(f"{key}[{at}]", f"{text} 写了两次（{seen[day]}）", "只留一处")
            if key == "workdays" and day.weekday() < 5:
                raise DefinitionError(f"{key}[{at}]", f"{text} 本来就是工作日", "调休上班只写周末")
            seen[day] = key


def _categories(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "categories"), optional=DATED)
    for at, raw in enumerate(take.sequence(content["categories"], "categories")):
        path = f"categories[{at}]"
        entry = take.mapping(raw, path, required=("id", "zh", "basis"), optional=("subtypes", "restricted"))
        take.identifier(entry, path)
    take.unrepeated([each["id"] for each in content["categories"]], "categories", "类别")


def _crisis(content: Content) -> None:
    more = ("after", "closing", "watch_first", "watch_turn", "watch_ahead", "safety_plan", "roster")
    take.mapping(content, "", required=(*HEAD, "steps"), optional=(*DATED, *more))
    crisis_checks.check_after(content)
    for at, raw in enumerate(take.sequence(content["steps"], "steps")):
        path = f"steps[{at}]"
        optional = ("times", "unless", "only_if", "on_duty", "climb", "taken_by")
        step = take.mapping(raw, path, required=("id", "zh", "who", "kinds", "clock"), optional=optional)
        _clock(step["clock"], f"{path}.clock")
        crisis_checks.check_step(step, path)
        unknown = [kind for kind in step["kinds"] if kind not in CRISES]
        if unknown:
            raise DefinitionError(
                f"{path}.kinds", f"没有“{unknown[0]}”这种危机", f"可写：{'、'.join(CRISES)}"
            )
    take.unrepeated([each["id"] for each in content["steps"]], "steps", "步骤")


def _conduct(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "intro", "articles"), optional=DATED)
    for at, raw in enumerate(take.sequence(content["articles"], "articles")):
        take.identifier(take.mapping(raw, f"articles[{at}]", required=("id", "zh")), f"articles[{at}]")
    take.unrepeated([each["id"] for each in content["articles"]], "articles", "条款")


def _clock(raw: object, path: str) -> None:
    clock = take.mapping(raw, path, required=("unit", "floor"), optional=("value",))
    take.number({"value": -1, **clock}, "value", path, 0)
    if clock["unit"] not in UNITS or clock["floor"] != "max":
        zh = "时限要写单位和 floor: max"
        raise DefinitionError(path, zh, "写 {value: 10, unit: minutes, floor: max}")


def _drafts(content: Content) -> None:
    spans = ("remind_after", "warn_before", "expires_after")
    take.mapping(content, "", required=(*HEAD, *spans, "danger", "drop_reasons"), optional=DATED)
    for key in spans:
        _span(content, key)
    danger = take.mapping(content["danger"], "danger", required=("remind_after", "tell_line_after"))
    for key, clock in danger.items():
        _clock(clock, f"danger.{key}")
        if clock["unit"] not in DRAFT_UNITS:
            raise DefinitionError(f"danger.{key}", "危险不等工作日", f"单位写：{'、'.join(DRAFT_UNITS)}")
    for at, raw in enumerate(take.sequence(content["drop_reasons"], "drop_reasons")):
        take.identifier(take.mapping(raw, f"drop_reasons[{at}]", required=("id", "zh")), f"drop_reasons[{at}]")
    take.unrepeated([each["id"] for each in content["drop_reasons"]], "drop_reasons", "原因")


def _keys(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "master_renew_after", "former_kept"), optional=DATED)
    for key, unit in (("master_renew_after", "days"), ("former_kept", "hours")):
        span = take.mapping(content[key], key, required=(unit,))
        take.number(span, unit, key, 0, low=1)


def _accounts(content: Content) -> None:
    spans = ("one_time_password", "introductions")
    take.mapping(content, "", required=(*HEAD, *spans), optional=DATED)
    for key in spans:
        take.number(take.mapping(content[key], key, required=("days",)), "days", key, 0, low=1)


def _span(content: Content, key: str) -> None:
    span = take.mapping(content[key], key, required=(), optional=DRAFT_UNITS)
    if len(span) != 1:
        raise DefinitionError(key, "时限要写成一个单位和一个整数", "例如 {days: 1}")
    take.number(span, next(iter(span)), key, 0, low=1)


def _prefill(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "same_visit_within"), optional=DATED)
    _span(content, "same_visit_within")


def _glossary(content: Content) -> None:
    take.mapping(content, "", required=(*HEAD, "terms"), optional=DATED)
    words: dict[str, str] = {}
    for name, raw in content["terms"].items():
        path = f"terms.{name}"
        term = take.mapping(raw, path, required=("zh", "means"), optional=("not", "source"))
        take.identifier({"id": name}, path)
        if term["zh"] in words:
            zh = f"“{term['zh']}”已是 {words[term['zh']]} 的中文"
            raise DefinitionError(f"{path}.zh", zh, "一个中文词只对一个英文词")
        words[term["zh"]] = name
    for name, raw in content["terms"].items():
        for banned in raw.get("not", []):
            if banned in words:
                raise DefinitionError(f"terms.{name}.not", f"“{banned}”又是禁用词又是用语", "删去一处")


def _fields(content: Content) -> None:
    if content["id"] == "option_sets":
        take.mapping(content, "", required=(*HEAD, "sets"), optional=DATED)


def _day(text: object, path: str) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise DefinitionError(path, f"“{text}”不是日期", "写成 2025-01-01 的样子") from None


PLAIN: dict[str, Callable[[Content], object]] = {
    "accounts": _accounts,
    "activities": check_activities,
    "asking": check_asking,
    "bookings": check_bookings,
    "asks": check_asks,
    "blind": check_blind,
    "brand": _brand,
    "calibration": check_calibration,
    "calendar": _calendar,
    "capacity": check_capacity,
    "categories": _categories,
    "conduct": _conduct,
    "consent": check_consent,
    "coordination": check_coordination,
    "crisis": _crisis,
    "danger_words": read_danger_words,
    "dimensions": read_dimensions,
    "display": _display,
    "documents": check_documents,
    "drafts": _drafts,
    "exchange": check_exchange,
    "exports": check_exports,
    "fields": _fields,
    "funds": check_funds,
    "glossary": _glossary,
    "groups": check_groups,
    "indicators": check_indicators,
    "instances": check_instances,
    "intake": check_clues,
    "keys": _keys,
    "lessons": check_lesson,
    "looking": check_looking,
    "mappings": check_mapping,
    "notices": check_notices,
    "pairings": check_pairings,
    "places": check_places,
    "prefill": _prefill,
    "programmes": check_programmes,
    "referrals": check_referrals,
    "registers": check_register,
    "record_sealing": check_record_sealing,
    "retention": check_retention,
    "rights": check_rights,
    "scrubbing": read_scrubbing,
    "services": check_services,
    "sharing": check_sharing,
    "sign_in": check_sign_in,
    "quality": check_quality,
    "reports": check_reports,
    "rechecks": check_rechecks,
    "supervision": check_supervision,
    "sync": check_sync,
    "targets": check_targets,
    "training": check_training,
    "workforce": check_workforce,
}


def banned_words(glossary: Content) -> Iterator[tuple[str, str]]:
    """Each word that no screen may use, with the word to use instead."""
    for term in glossary["terms"].values():
        for word in term.get("not", []):
            yield word, term["zh"]
