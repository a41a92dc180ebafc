"""A screening round that runs on the morning the demonstration opens: two pupils have just told of danger."""

from datetime import date, datetime, timedelta
from random import Random

from tongxin.accounts.models import Organisation
from tongxin.demo.cast import Actor
from tongxin.demo.words import Words
from tongxin.demo.year import Year
from tongxin.flows import screening
from tongxin.intake.reading import Row
from tongxin.screening.models import Participant, Round, Sitting

SEED = 20251229
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林高罗"
CLASSES, PUPILS = ("初二1班", "初二2班"), 58
# Whose guardians haven't answered or said no, who is ill, who is away; whose sheets are worth a talk.
NO_ANSWER, DECLINED, ILL, AWAY = (7, 19, 33, 48), (26,), (12,), (5, 41)
ABOVE, NEAR, CARELESS = (3, 22, 37, 51), (9, 30, 45), 16
CHECK, DANGER = 29, 44
STILL_TO_COME = 9
ITEMS = tuple(f"q{number}" for number in range(1, 10))
BEFORE, PAPER = timedelta(days=12), timedelta(hours=19)
# How long ago, on the last morning, two of them answered the question that matters most.
MINUTES = {CHECK: 32, DANGER: 9}


class ScreeningDays:
    """The second year of the county's school, asked how the last two weeks were."""

    def __init__(self, year: Year, *, county_id: int) -> None:
        self.year, self.county_id = year, county_id
        # Chance and words of its own, so that the rest of the year stays as it is.
        self.chance = Random(SEED)
        self.words = Words(self.chance)
        self.round: Round | None = None

    def plan_all(self) -> None:
        end = self.year.end
        self.year.plan(end - BEFORE, self._prepare)
        self.year.plan(end - PAPER, self._answer)
        for number, minutes in MINUTES.items():
            self.year.plan(end - timedelta(minutes=minutes), self._tell, number=number)

    def _desk(self, role: str, at: datetime) -> Actor | None:
        return self.year.cast.at_place(role, self.county_id, at=at)

    def _prepare(self, at: datetime) -> None:
        teacher, counsellor = self._desk("psych_teacher", at), self._desk("counsellor", at)
        school = Organisation.objects.filter(kind="school", division_id=self.county_id).first()
        if teacher is None or counsellor is None or school is None:
            return
        opens = (self.year.end - timedelta(days=1)).replace(hour=8, minute=0)
        closes = (self.year.end + timedelta(days=4)).replace(hour=18, minute=0)
        plan = screening.Plan(
            kind=Round.SCHOOL, division=school.division, organisation=school, instrument="phq_a", opens_at=opens,
            closes_at=closes,
        )
        self.round = screening.plan_round(plan=plan, actor=teacher.viewer, at=at)
        screening.list_children(round=self.round, rows=self._rows(at.date()), at=at)
        ids = dict(self.round.participants.values_list("number", "id"))
        given = [id for number, id in ids.items() if number not in {*NO_ANSWER, *DECLINED}]
        for chosen, answer in ((given, Participant.GIVEN), ([ids[n] for n in DECLINED], Participant.DECLINED)):
            screening.note_consent(
                participant_ids=chosen, consent=answer, on=at.date(), actor=teacher.viewer, at=at
            )
        for post in (teacher.post_id, counsellor.post_id):
            screening.add_shift(
                round_id=self.round.id, post_id=post, from_at=opens, to_at=closes, minutes=600, actor=teacher.viewer,
                at=at,
            )
        screening.start(round_id=self.round.id, actor=teacher.viewer, at=at)

    def _rows(self, today: date) -> list[Row]:
        half = PUPILS // len(CLASSES)
        return [self._row(number, CLASSES[(number - 1) // half], today) for number in range(1, PUPILS + 1)]

    def _row(self, number: int, school_class: str, today: date) -> Row:
        sex = "female" if self.chance.random() < 0.5 else "male"
        given = self.words.say("given_girl" if sex == "female" else "given_boy")
        birth = date(today.year - 14, 9, 1) + timedelta(days=self.chance.randrange(365))
        return Row(
            sheet="名单", row=number + 1, name=self.chance.choice(SURNAMES) + given, id_no=None, id_state="missing",
            birth=birth, birth_month=birth.isoformat()[:7], sex=sex, division_code=None, town_code=None, categories=(),
            carer=None, relation=None, relation_code=None, phone=None, problems=("no_id",),
            others={"grade": school_class},
        )

    def _answer(self, at: datetime) -> None:
        """The sheets of yesterday's lesson, typed in; some were ill or away."""
        teacher = self._desk("psych_teacher", at)
        if self.round is None or teacher is None:
            return
        ids = dict(self.round.participants.values_list("number", "id"))
        for numbers, state, reason in ((ILL, Participant.EXCLUDED, "ill"), (AWAY, Participant.ABSENT, "")):
            screening.put_down(
                participant_ids=[ids[n] for n in numbers], state=state, reason=reason, actor=teacher.viewer, at=at
            )
        left_out = {*NO_ANSWER, *DECLINED, *ILL, *AWAY, *MINUTES}
        for number in [n for n in ids if n not in left_out][:-STILL_TO_COME]:
            screening.enter_sheet(
                participant_id=ids[number], answers=self._sheet(number), way=Sitting.PAPER, at=at,
                actor=teacher.viewer,
            )

    def _sheet(self, number: int) -> dict[str, str]:
        weights = (1, 4, 4, 1) if number in ABOVE else (3, 6, 1, 0) if number in NEAR else (12, 4, 0, 0)
        codes = [str(self.chance.choices(range(4), weights)[0]) for _ in ITEMS[:-1]]
        sheet = dict(zip(ITEMS, [*codes, "0"], strict=True))
        return {item: code for item, code in sheet.items() if number != CARELESS or item not in ITEMS[3:6]}

    def _tell(self, at: datetime, number: int) -> None:
        """By their own phone: the last question, and what follows from it."""
        teacher = self._desk("psych_teacher", at)
        if self.round is None or teacher is None:
            return
        pupil = self.round.participants.get(number=number)
        (issued,) = screening.issue(participant_ids=[pupil.id], actor=teacher.viewer, at=at - timedelta(minutes=4))
        sitting = screening.open_sitting(token=issued.token, at=at - timedelta(minutes=3))
        screening.agree(sitting_id=sitting.id, is_willing=True, at=at - timedelta(minutes=3))
        codes = ("1", "1", "2", "1", "1", "2", "1", "0", "1" if number == CHECK else "2")
        for item, code in zip(ITEMS, codes, strict=True):
            screening.answer(sitting_id=sitting.id, item_id=item, code=code, at=at)
        self.year.look_no_later(at)
        if number == CHECK:
            screening.finish(sitting_id=sitting.id, at=at)
