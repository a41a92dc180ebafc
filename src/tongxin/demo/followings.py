"""What people do because of what was just recorded: refer, answer, close, tell."""

from datetime import datetime, timedelta

from tongxin.cases.models import Case
from tongxin.demo.cast import Actor
from tongxin.demo.lives import Life
from tongxin.demo.sheets_care import REASONS
from tongxin.demo.year import Year
from tongxin.flows.record import Recorded
from tongxin.referrals.models import Referral

# What has to be done before a case is closed.
OPEN_STILL = frozenset({"need", "approve_plan", "revise_plan", "confirm_grade", "household_check"})
KINDS = ("medical", "counselling", "counselling", "education", "relief")
LIVE = ("accepted", "contacted", "in_service")
# How many of those with a plan are referred, and of those who are well let go.
REFERRED, CLOSES = 0.45, 0.75


class Followings:
    """Reactions of people to entries, hung into a year."""

    def __init__(self, year: Year) -> None:
        self.year = year
        year.after |= {
            "plan_approval": [self._refer], "referral_answer": [self._answered],
            "assessment_form": [self._close_when_well], "visit_record": [self._close_when_well],
        }

    def _actor(self, role: str, life: Life, at: datetime) -> Actor | None:
        return self.year.cast.at_place(role, life.county_id, at=at)

    def _refer(self, life: Life, made: Recorded, at: datetime) -> None:
        """With an approved plan and consent, some are referred."""
        year = self.year
        state = made.derived.state if made.derived else None
        if "referred" in life.flags or state is None or not (state.may_refer and state.care.is_approved):
            return
        if life.chance.random() < REFERRED:
            life.flags.add("referred")
            kind = life.chance.choice(KINDS) if life.difficulty(at) < 3 else "medical"
            later = at + timedelta(days=life.chance.randint(1, 6), hours=1)
            year.plan(later, self.refer, life=life, kind=kind)

    def refer(self, at: datetime, life: Life, kind: str) -> Recorded | None:
        """A referral by the social worker; what a place has no body for goes to the hospital."""
        kind = kind if REASONS[kind] in self.year.bodies else "medical"
        return self.year.write(life, "referral", actor=self._actor("social_worker", life, at), at=at, kind=kind)

    def _answered(self, life: Life, made: Recorded, at: datetime) -> None:
        """A body that took the child serves and reports; after one that couldn't, the plan asks for another."""
        year, about = self.year, str(made.entry.clear.get("about", ""))
        answer = Referral.objects.filter(entry_id=about).values_list("state", flat=True).first()
        if answer == "accepted":
            later = at + timedelta(days=life.chance.choice((7, 8, 9, 10, 11, 12, 19)))
            year.plan(later, self._finish, life=life, about=about)

    def _finish(self, at: datetime, life: Life, about: str) -> None:
        row = Referral.objects.filter(entry_id=about).first()
        if row is None or row.state not in LIVE:
            return
        post = next(
            (post for post in self.year.cast.posts.values() if post.organisation_id == row.to_organisation_id), None
        )
        actor = self.year.cast.acting(post.id, at=at) if post else None
        self.year.write(life, "referral_answer", actor=actor, at=at, about=about, answer="done", kind=row.kind)

    def _close_when_well(self, life: Life, made: Recorded, at: datetime) -> None:
        """A child who has been green and well for a while is let go, with somebody who goes on caring."""
        if life.difficulty(at) or not life.is_better(at) or "closing" in life.flags or not life.eases:
            return
        case = Case.objects.values("level", "standing", "is_open", "in_crisis").get(id=life.child_id)
        if case["level"] != "low" or case["standing"] != "low" or case["in_crisis"] or not case["is_open"]:
            return
        life.flags.add("closing")
        if life.chance.random() < CLOSES:
            later = at + timedelta(days=life.chance.randint(10, 30), hours=1)
            self.year.plan(later, self.close, life=life)

    def close(self, at: datetime, life: Life) -> None:
        """The social worker asks for the case to be closed, once nothing is open any more."""
        if any(todo.step in OPEN_STILL or "referral" in todo.step for todo in life.todo.values()):
            self.year.plan(at + timedelta(days=15), self.close, life=life)
        elif Case.objects.filter(id=life.child_id, level="low", in_crisis=False).exists():
            self.year.write(life, "case_closure", actor=self._actor("social_worker", life, at), at=at)
