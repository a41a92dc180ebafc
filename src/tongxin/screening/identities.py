"""Who a participant is: one row of a class list, sealed, in the same shape as a row of a roster."""

from collections.abc import Sequence
from datetime import datetime

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.intake.lines import as_text, from_text
from tongxin.intake.reading import Row
from tongxin.screening.models import Answer, Participant, Sitting
from tongxin.vault import Keyring

PURPOSE = "screening"


def seal_row(participant: Participant, row: Row, *, keyring: Keyring | None = None) -> None:
    """Seal a row onto a participant; save it afterwards."""
    vault.put(participant, {"identity": as_text(row)}, keyring=keyring)


def rows_of(
    participants: Sequence[Participant], *, viewer: Viewer, at: datetime, route: str = ""
) -> list[Row | None]:
    """What the class list says of each, by one look; None where the key was destroyed."""
    texts = vault.open(
        [each.identity for each in participants], viewer=viewer, purpose=PURPOSE, at=at, part="roster", route=route
    )
    return [from_text(text) if text else None for text in texts]


def answers_of(sitting: Sitting, *, viewer: Viewer, at: datetime, route: str = "") -> dict[str, str]:
    """The newest answer to each question."""
    rows = list(Answer.objects.filter(sitting=sitting).select_related("sitting__participant").order_by("turn"))
    codes = vault.open(
        [row.code for row in rows], viewer=viewer, purpose=PURPOSE, at=at, part="psychological", route=route
    )
    return {row.item: code for row, code in zip(rows, codes, strict=True) if code is not None}


def move_to(participant: Participant, *, child_id: object, viewer: Viewer, at: datetime) -> None:
    """Seal everything of a participant anew under the child's own key, in the open transaction."""
    sittings = list(participant.sittings.select_related("participant"))
    answers = list(Answer.objects.filter(sitting__in=sittings).select_related("sitting__participant"))
    places: list[tuple[object, str]] = [
        (participant, "identity"), *((each, "result") for each in sittings), *((each, "code") for each in answers),
    ]
    texts = vault.open(
        [getattr(row, name) for row, name in places], viewer=viewer, purpose=PURPOSE, at=at, part="psychological"
    )
    for row in (participant, *(each.participant for each in sittings), *(e.sitting.participant for e in answers)):
        row.child_id = child_id  # type: ignore[assignment]
    vault.put_many([
        (row, {name: text})  # type: ignore[misc]
        for (row, name), text in zip(places, texts, strict=True) if text is not None
    ])
    participant.save(update_fields=["child_id", "identity"])
    Sitting.objects.bulk_update(sittings, ["result"])
    Answer.objects.bulk_update(answers, ["code"])
