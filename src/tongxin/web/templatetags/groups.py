"""What was given for one question of a child's line."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def given(answers: Mapping[str, str], question: str) -> str:
    """The answer to a question as it was sent; empty when there was none."""
    return answers.get(question, "")
