"""Written answers: words, names, numbers of papers and telephones."""

from __future__ import annotations

import re
import unicodedata

from tongxin.core.forms.model import AnswerError, Field

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_EDGES = " \n\t\u3000"
UNSAVABLE = "含有无法保存的字符（如控制符），请删去后重写"
# Halves of a sign and control characters; a long text may have line breaks and tabs.
_UNSAVABLE_SHORT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSAVABLE_LONG = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"[ \t\n\r\u3000]+")


def words(field: Field, raw: object) -> str | None:
    """Free text without the blanks at its ends; line breaks only in a long one."""
    breaks = field.type == "long_text"
    text = _readable(raw, breaks=breaks).strip(_EDGES)
    if len(text) > field.max_length:
        raise AnswerError(f"太长：最多 {field.max_length} 个字，现有 {len(text)} 个字")
    if text and field.pattern and not re.fullmatch(field.pattern, text, re.ASCII):
        raise AnswerError(f"写法不对：{field.pattern_zh}")
    return text or None


def compact(raw: object, *, longest: int) -> str:
    """Half-width signs and no blanks, as machines and papers write numbers."""
    text = _SPACES.sub("", unicodedata.normalize("NFKC", _readable(raw, breaks=True)))
    if len(text) > longest:
        raise AnswerError(f"太长：最多 {longest} 个字，现有 {len(text)} 个字")
    return text


def id_no(field: Field, raw: object) -> str | None:
    """An identity number; a resident's number must pass its own check digit (GB 11643)."""
    text = compact(raw, longest=field.max_length).upper()
    if re.fullmatch(r"[0-9]{17}[0-9X]", text):
        total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
        if _CHECK[total % 11] != text[17]:
            raise AnswerError("身份证号码最后一位校验不符，请对照证件核对")
    elif re.fullmatch(r"[0-9X]+", text):
        raise AnswerError(f"身份证号码应为 18 位，现有 {len(text)} 位，请对照证件核对")
    elif text and not re.fullmatch(r"[A-Z0-9()-]{5,30}", text):
        raise AnswerError("证件号码只能由字母和数字组成，请对照证件核对")
    return text or None


def phone(field: Field, raw: object) -> str | None:
    """A telephone number, with its area code or country code where there is one."""
    text = compact(raw, longest=field.max_length)
    if text and not re.fullmatch(r"\+?[0-9-]{5,20}", text):
        raise AnswerError("电话号码只能由数字组成，至少 5 位，区号后可加短横")
    return text or None


def division(field: Field, raw: object) -> str | None:
    """A division's code: county, town or village."""
    text = compact(raw, longest=field.max_length)
    if text and not re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", text):
        raise AnswerError("区划代码应为 6、9 或 12 位数字，请从列表中选择")
    return text or None


def _readable(raw: object, *, breaks: bool) -> str:
    if not isinstance(raw, str):
        raise AnswerError("内容格式不对，应为文字", kept=False)
    text = raw.replace("\r\n", "\n") if breaks else raw
    if (_UNSAVABLE_LONG if breaks else _UNSAVABLE_SHORT).search(text):
        raise AnswerError(UNSAVABLE, kept=False)
    return text
