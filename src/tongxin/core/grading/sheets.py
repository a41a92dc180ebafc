"""A questionnaire as a form embeds it."""

from tongxin.core.forms import Item, Offer, Option, Sheet
from tongxin.core.instruments import REMARKS, Instrument
from tongxin.core.instruments.definition import Option as PrintedOption


def sheet_of(instrument: Instrument) -> Sheet:
    """The questions of `instrument` with their options, for `forms.read(instruments=…)`."""
    items = tuple(
        Item(
            id=item.id, zh=item.text.get("zh", ""), options=tuple(_option(option) for option in item.options),
            number=item.number,
        )
        for item in instrument.items
    )
    return Sheet(
        id=instrument.id, zh=instrument.zh, stem=instrument.stem.get("zh", ""), items=items,
        notice=instrument.notice.get("zh", ""), remarks=remarks_on(instrument),
        offer=Offer(
            youngest=instrument.youngest // 12, oldest=instrument.oldest // 12,
            roles=instrument.roles.get("administer", ()), has_words=instrument.has_words,
            until=instrument.licensed.valid_until if instrument.licensed else "",
        ),
    )  # fmt: skip


def remarks_on(instrument: Instrument) -> tuple[str, ...]:
    """What whoever hands it out must know beforehand: an untried translation, conditions of its licence."""
    untried = () if instrument.validated else (f"{REMARKS['translation_not_validated']}（{instrument.source}）",)
    return (*untried, *instrument.conditions)


def _option(option: PrintedOption) -> Option:
    return Option(code=str(option.code), zh=option.text["zh"], score=option.score)
