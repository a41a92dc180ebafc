"""An instrument, its answers and its scores as FHIR resources, in release 4 or 5."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from tongxin.core.instruments import Instrument
from tongxin.core.instruments.definition import Item, Option

Resource = dict[str, Any]
Content = Mapping[str, Any]
RELEASES = ("R4", "R5")
LOINC = "http://loinc.org"
OURS = "urn:tongxin"
ORDINAL = {
    "R4": "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "R5": "http://hl7.org/fhir/StructureDefinition/itemWeight",
}
UNTRUSTED = "效度规则没有通过，分数只供参考，请重测或当面核实。"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
MEETS = {"==": lambda score, value: score == value, ">=": lambda score, value: score >= value,
         "<=": lambda score, value: score <= value}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One answered instrument of one child: who, when, the codes chosen, the totals and bands found.

    `status` is that of the score: ok, incomplete, or invalid where a validity rule failed.
    """

    id: UUID
    subject: str
    at: datetime
    answers: Mapping[str, Any]
    totals: Mapping[str, str | None]
    bands: Mapping[str, str]
    name: str = ""
    status: str = "ok"


def questionnaire(instrument: Instrument, content: Content, *, release: str) -> Resource:
    """The instrument's questions with their codes; only where its words may be shown."""
    items = [_item(item, content, instrument, release) for item in instrument.items]
    made: Resource = {
        "resourceType": "Questionnaire", "id": _id(instrument.id), "url": url_of(instrument),
        "version": version_of(instrument), "name": instrument.id, "title": instrument.zh,
        "status": "active" if instrument.validated else "draft", "date": instrument.version, "language": "zh-CN",
        "subjectType": ["Patient"], "copyright": instrument.licence, "purpose": instrument.citation,
        "item": [{"linkId": "stem", "type": "display", "text": instrument.stem["zh"]}, *items],
    }
    if panel := content.get("loinc", {}).get("panel"):
        made["code"] = [{"system": LOINC, "code": panel}]
    return made


def bundle(sheets: Iterator[Sheet], instrument: Instrument, content: Content, *, release: str) -> Resource:
    """Answers and scores of many children, one response and one observation a scale for each."""
    entries: list[Resource] = []
    for sheet in sheets:
        response = _response(sheet, instrument, content)
        about = f"urn:uuid:{sheet.id}"
        entries.append({"fullUrl": about, "resource": response})
        for seen in _observations(sheet, instrument, content, about):
            entries.append({"fullUrl": f"urn:uuid:{seen['id']}", "resource": seen})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def url_of(instrument: Instrument) -> str:
    return f"{OURS}:instrument:{instrument.id}"


def version_of(instrument: Instrument) -> str:
    """The date and the fingerprint of the words: another wording is another questionnaire."""
    return f"{instrument.version}-{instrument.text_sha256[:12]}"


def _item(item: Item, content: Content, instrument: Instrument, release: str) -> Resource:
    made: Resource = {
        "linkId": item.id, "prefix": item.number, "text": item.text["zh"],
        "type": "choice" if release == "R4" else "coding", "required": item.scored and item.asked_if is None,
        "answerOption": [_option(option, item, content, instrument, release) for option in item.options],
    }
    if code := _raw(content, "items", item.id).get("loinc"):
        made["code"] = [{"system": LOINC, "code": code}]
    if item.asked_if is not None:
        asked = item.asked_if
        made["enableWhen"] = [
            {"question": other.id, "operator": "=", "answerCoding": _coding(option, other, content, instrument)}
            for other in (instrument.item(id) for id in asked.items)
            for option in other.options if MEETS[asked.op](option.score, asked.value)
        ]
        made["enableBehavior"] = "any"
    return made


def _option(option: Option, item: Item, content: Content, instrument: Instrument, release: str) -> Resource:
    coding = _coding(option, item, content, instrument)
    weight = {"url": ORDINAL[release], "valueDecimal": option.score}
    return {"valueCoding": {**coding, "extension": [weight]}}


def _coding(option: Option, item: Item, content: Content, instrument: Instrument) -> Resource:
    rows = content["option_sets"][item.option_set]
    loinc = next((row.get("loinc") for row in rows if str(row["code"]) == str(option.code)), None)
    display = option.text.get("zh", str(option.code))
    if loinc:
        return {"system": LOINC, "code": loinc, "display": display}
    return {"system": f"{url_of(instrument)}:{item.option_set}", "code": str(option.code), "display": display}


def _response(sheet: Sheet, instrument: Instrument, content: Content) -> Resource:
    answered = [
        {"linkId": item.id, "answer": [{"valueCoding": _coding(option, item, content, instrument)}]}
        for item in instrument.items if (option := item.option(sheet.answers.get(item.id))) is not None
    ]
    made: Resource = {
        "resourceType": "QuestionnaireResponse", "id": str(sheet.id), "status": "completed",
        "questionnaire": f"{url_of(instrument)}|{version_of(instrument)}", "subject": _subject(sheet),
        "authored": sheet.at.isoformat(timespec="seconds"), "item": answered,
    }
    return made


def _observations(sheet: Sheet, instrument: Instrument, content: Content, about: str) -> Iterator[Resource]:
    for scale in instrument.scales:
        if scale.id not in sheet.totals:
            continue
        codes = [{"system": f"{url_of(instrument)}:scale", "code": scale.id, "display": scale.zh}]
        if loinc := _raw(content, "scales", scale.id).get("loinc"):
            codes.insert(0, {"system": LOINC, "code": loinc})
        made: Resource = {
            "resourceType": "Observation", "id": str(uuid5(NAMESPACE_URL, f"{sheet.id}/{scale.id}")),
            "status": "final", "category": [{"coding": [{"system": CATEGORY, "code": "survey"}]}],
            "code": {"coding": codes, "text": f"{instrument.zh}：{scale.zh}"}, "subject": _subject(sheet),
            "effectiveDateTime": sheet.at.isoformat(timespec="seconds"), "derivedFrom": [{"reference": about}],
        }
        total = sheet.totals[scale.id]
        if total is None:
            made["dataAbsentReason"] = {"coding": [{"system": ABSENT, "code": "unknown"}], "text": "缺题，不计分"}
        else:
            made["valueQuantity"] = {
                "value": _number(total), "unit": "分", "system": "http://unitsofmeasure.org", "code": "{score}",
            }
        if sheet.status == "invalid":
            made["note"] = [{"text": UNTRUSTED}]
        if band := sheet.bands.get(scale.id):
            made["interpretation"] = [{
                "coding": [{"system": f"{url_of(instrument)}:band", "code": band}],
                "text": next((each.zh for norm in instrument.norms if (each := norm.band(scale.id, band))), band),
            }]
        yield made


def _number(total: str) -> int | float:
    """A total as stored: whole, decimal, or a fraction."""
    top, _, below = total.partition("/")
    value = float(top) / float(below or 1)
    return int(value) if value.is_integer() else round(value, 4)


def _subject(sheet: Sheet) -> Resource:
    made: Resource = {"identifier": {"system": f"{OURS}:file", "value": sheet.subject}}
    return {**made, "display": sheet.name} if sheet.name else made


def _raw(content: Content, key: str, id: str) -> Content:
    found: Content = next((row for row in content[key] if row["id"] == id), {})
    return found


def _id(name: str) -> str:
    return name.replace("_", "-")
