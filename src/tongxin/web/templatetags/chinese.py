"""Chinese dates, icons and chips in templates."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tongxin.web import words
from tongxin.web.console.chips import Chip

register = template.Library()
ENDINGS = ("？", "?", "！", "：", ":", "。")


@register.filter
def day(value: date | None) -> str:
    """2025年9月30日."""
    return words.day_zh(value)


@register.filter
def moment(value: datetime | None) -> str:
    """2025年9月30日 14:05."""
    return words.moment_zh(value)


@register.filter
def grouped(number: int | None) -> str:
    """32,420,000: a number as it is read."""
    return "" if number is None else f"{number:,}"


@register.filter
def label(zh: str) -> str:
    """A question before its answer: with a colon, unless it ends with a mark of its own."""
    return zh if zh.endswith(ENDINGS) else f"{zh}："


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small picture beside words that say the same."""
    return _icon(name)


@lru_cache(maxsize=200)
def _icon(name: str) -> SafeString:
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"), name,
    )


@register.simple_tag
def chip(shown: Chip) -> SafeString:
    """Colour, word and shape together."""
    return _chip(shown)


@lru_cache(maxsize=400)
def _chip(shown: Chip) -> SafeString:
    state = format_html('<span class="tx-grade-state">{}</span>', shown.state) if shown.state else ""
    return format_html(
        '<span class="tx-grade tx-grade-{}"><span class="tx-grade-shape" aria-hidden="true">{}</span>{}{}</span>',
        shown.colour, shown.sign, shown.zh, state,
    )
