"""A school with a small round, the same in every test."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from tests.assessed import assess
from tests.world import START, World
from tongxin.accounts.models import Organisation
from tongxin.accounts.viewers import Viewer
from tongxin.flows import screening
from tongxin.intake.reading import Row
from tongxin.screening.models import Participant, Round, Sitting

FAMILY = "赵钱孙李周吴郑王冯陈褚卫"


def row_of(
    number: int, *, name: str = "", school_class: str = "初一1班", birth: str = "2012-03-05", **more: object
) -> Row:
    """One row of a class list."""
    day = date.fromisoformat(birth)
    known: dict[str, object] = {
        "sheet": "名单", "row": number + 1, "name": name or f"{FAMILY[number % len(FAMILY)]}小{number}", "id_no": None,
        "id_state": "missing", "birth": day, "birth_month": birth[:7], "sex": "female" if number % 2 else "male",
        "division_code": None, "town_code": None, "categories": (), "carer": None, "relation": None,
        "relation_code": None, "phone": None, "problems": ("no_id",), "others": {"grade": school_class}, **more,
    }
    return Row(**known)  # type: ignore[arg-type]


class School:
    """The county's school, its psychology teacher 何老师, and one round."""

    def __init__(
        self, world: World, *, pupils: int = 6, instrument: str = "phq_a", at: datetime = START,
        is_assessed: bool = True,
    ) -> None:
        self.world, self.at = world, at
        if is_assessed:
            assess(world, "screening", at=at)
        self.organisation = Organisation.objects.get(id=world.body("school"))
        self.round = screening.plan_round(
            plan=screening.Plan(
                kind=Round.SCHOOL, organisation=self.organisation, division=self.organisation.division,
                instrument=instrument, opens_at=at, closes_at=at + timedelta(days=7),
            ),
            actor=self.teacher, at=at,
        )
        if pupils:
            self.list([row_of(number) for number in range(1, pupils + 1)])

    @property
    def teacher(self) -> Viewer:
        return self.world.viewer("何老师", self.at)

    def list(self, rows: Sequence[Row]) -> None:
        screening.list_children(round=self.round, rows=rows, at=self.at)

    def pupil(self, number: int) -> Participant:
        return Participant.objects.select_related("round").get(round=self.round, number=number)

    def consent(self, *numbers: int, answer: str = Participant.GIVEN) -> None:
        ids = [self.pupil(number).id for number in numbers]
        screening.note_consent(
            participant_ids=ids, consent=answer, on=self.at.date(), actor=self.teacher, at=self.at
        )

    def start(self, *numbers: int) -> None:
        """Consent of those pupils, of all when none is named, and the round runs."""
        self.consent(*(numbers or [each.number for each in self.round.participants.all()]))
        self.staff()
        self.round = screening.start(round_id=self.round.id, actor=self.teacher, at=self.at)

    def staff(self, *, minutes: int = 3000, by: str = "苏咨询") -> None:
        """Somebody is there every day of the round."""
        screening.add_shift(
            round_id=self.round.id, post_id=self.world.posts[by].id, from_at=self.round.opens_at,
            to_at=self.round.closes_at, minutes=minutes, actor=self.teacher, at=self.at,
        )

    def token(self, number: int) -> str:
        (issued,) = screening.issue(participant_ids=[self.pupil(number).id], actor=self.teacher, at=self.at)
        return issued.token

    def sit(self, number: int) -> Sitting:
        """A pupil at the first question, by link."""
        sitting = screening.open_sitting(token=self.token(number), at=self.at)
        return screening.agree(sitting_id=sitting.id, is_willing=True, at=self.at)

    def tap(self, sitting: Sitting | UUID, item: str, code: int, *, at: datetime | None = None) -> str:
        """One answer; gives the alarm that it raised."""
        key = sitting.id if isinstance(sitting, Sitting) else sitting
        return screening.answer(sitting_id=key, item_id=item, code=str(code), at=at or self.at).alarm
