"""A questionnaire as a form embeds it."""

from tongxin.core.forms import Item, Option, Sheet
from tongxin.core.instruments import Instrument
from tongxin.core.instruments.definition import Option as PrintedOption


def sheet_of(instrument: Instrument) -> Sheet:
    """The questions of `instrument` with their options, for `forms.read(instruments=…)`."""
    items = tuple(
        Item(id=item.id, zh=item.text["zh"], options=tuple(_option(option) for option in item.options))
        for item in instrument.items
    )
    return Sheet(id=instrument.id, zh=instrument.zh, stem=instrument.stem["zh"], items=items)


def _option(option: PrintedOption) -> Option:
    return Option(code=str(option.code), zh=option.text["zh"], score=option.score)
