"""Everybody is asked about a criminal record, part-time professionals with their certificates, teams for two towns.

The magnitudes are a seed's: seven part-time professionals (社工师 2, 咨询师 2, 家庭教育指导师 1, 律师 2). Nothing here
draws from the year's own chance, so that no other story is shifted.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from tongxin.access import selectors as access
from tongxin.accounts.models import Division, Holding, Person, Post
from tongxin.accounts.viewers import held, viewer_of
from tongxin.cases.models import Case
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.year import Year
from tongxin.flows import pairing_companions, pairing_identity
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.workforce import clearances, qualifications, reach, teams
from tongxin.lib.identity_numbers import check_digit
from tongxin.pairings.models import Companion
from tongxin.people.models import Child
from tongxin.workforce.models import Qualification

ASKED, BEGINS, SEVEN, TEAMS, AGAIN = (timedelta(days=days) for days in (5, 35, 12, 60, 330))
# How many directors are not asked again at the end, so that the last page has somebody to ask.
LEFT = 3
# When companions bring their papers anew, one after the other, so that they don't all run out in the same days.
PAPERS, RENEWED = ("record", "training", "promise"), tuple(timedelta(days=days) for days in (140, 200, 260, 310))
# What holders of these posts show; the lawyer's licence runs out soonest.
OWN = {
    "social_worker": "social_worker", "counsellor": "counsellor", "family_educator": "family_educator",
    "legal_adviser": "lawyer", "psychiatrist": "psychiatrist", "psych_teacher": "psych_teacher",
}
# Those who have no account: kind, name, certificate. With the holders of posts they are the seven.
OUTSIDE = (
    ("professional", "孟庆生", "male", "social_worker"), ("professional", "尹晓芸", "female", "counsellor"),
    ("professional", "段志宏", "male", "lawyer"), ("volunteer", "贺小满", "female", "volunteer"),
    ("volunteer", "卢一鸣", "male", "volunteer"),
)
PROOF = "公安机关查询结果，编号示例"


class WorkforceDays:
    """What the county's desk does about the people who help."""

    def __init__(self, year: Year, *, county: Division) -> None:
        self.year, self.county = year, county

    def plan_all(self, *, start: datetime) -> None:
        """All are asked in the first days, from the second month it counts, and again before the year is over."""
        self.year.cast.greeting = self._greet
        for after, what in (
            (ASKED, self._ask_all), (ASKED + timedelta(hours=2), self._begin), (SEVEN, self._show),
            (SEVEN + timedelta(days=1), self._verify), (TEAMS, self._team), (AGAIN, self._ask_again),
            (AGAIN + timedelta(hours=1), self._show_own), (AGAIN + timedelta(days=1), self._verify),
        ):
            if start + after < self.year.end:
                self.year.plan(start + after, what)

        for turn, after in enumerate(RENEWED):
            if start + after < self.year.end:
                self.year.plan(start + after, self._renew, turn=turn)

    def _renew(self, at: datetime, turn: int) -> None:
        """Those whose turn it is, of the companions who were found fit before."""
        desk = self._desk(at)
        rows = Companion.objects.filter(county_id=self.county.id, checked_until__isnull=False, ended_at=None)
        for number, each in enumerate(rows.order_by("number")):
            # The last one of a round isn't asked: the last page has somebody whose papers run out.
            if desk is None or number % (len(RENEWED) + 1) != turn:
                continue
            for paper in PAPERS:
                self._try(partial(
                    pairing_companions.check, companion_id=each.id, kind=paper, result="clear",
                    done_on=at.astimezone(CHINA).date().isoformat(), proof=PROOF, actor=desk.viewer, at=at,
                ), at)

    def _desk(self, at: datetime, role: str = "case_manager", place: int | None = None) -> Actor | None:
        return self.year.cast.at_place(role, place or self.county.id, at=at)

    def _try(self, what: Callable[[], object], at: datetime) -> bool:
        try:
            what()
        except (NotAllowed, Refused) as refused:
            self.year.refuse("workforce", refused, at=at)
            return False
        return True

    def _people(self, at: datetime) -> list[tuple[Person, Post]]:
        """Who holds a post in which children are met, each once, in the order of the posts."""
        roles = reach.rules_in(self.county.id, at=at).check.roles
        rows = Holding.objects.filter(
            held(at), kind=Holding.HOLDER, post__role__in=roles, post__division__county_id=self.county.id,
            person__is_active=True,
        ).select_related("person", "post")
        found: dict[object, tuple[Person, Post]] = {}
        for each in rows.order_by("post__division__code", "post__title", "post_id"):
            found.setdefault(each.person_id, (each.person, each.post))
        return list(found.values())

    def _ask(self, person: Person, desk: Actor, done_on: date, at: datetime) -> None:
        given = {"result": ["clear"], "done_on": [done_on.isoformat()], "proof": [PROOF]}
        if person.id != desk.viewer.person_id:
            self._try(
                lambda: clearances.record(person_id=person.id, given=given, actor=desk.viewer, at=at), at
            )

    def _greet(self, person: Person, desk: Actor, at: datetime) -> None:
        """Whoever takes a post is asked about on the day they come."""
        if clearances.required_from(self.county.id, at=at) is not None and desk.role == "case_manager":
            self._ask(person, desk, at.astimezone(CHINA).date(), at)

    def _ask_all(self, at: datetime) -> None:
        desk = self._desk(at)
        for number, (person, _) in enumerate(self._people(at)) if desk else ():
            if desk is not None:
                self._ask(person, desk, at.astimezone(CHINA).date() - timedelta(days=number % 20), at)

    def _begin(self, at: datetime) -> None:
        desk = self._desk(at)
        day = (at + BEGINS - ASKED).astimezone(CHINA).date().isoformat()
        if desk is not None:
            self._try(lambda: clearances.start(from_on=day, actor=desk.viewer, at=at), at)

    def _ask_again(self, at: datetime) -> None:
        """All but a few directors, whose year runs out in these days."""
        desk, left = self._desk(at), LEFT
        until = at.astimezone(CHINA).date() + timedelta(days=45)
        people = self._people(at)
        known = clearances.newest([person.id for person, _ in people], at=at)
        for person, post in people if desk else ():
            last = known.get(person.id)
            if last is not None and last.valid_until is not None and last.valid_until > until:
                continue
            if left and post.role == "child_director":
                left -= 1
            elif desk is not None:
                self._ask(person, desk, at.astimezone(CHINA).date(), at)

    def _show(self, at: datetime) -> None:
        """Certificates of those who hold posts, by themselves; of those without an account, by the desk."""
        self._show_own(at)
        desk = self._desk(at)
        for number, (role, name, sex, kind) in enumerate(OUTSIDE) if desk else ():
            if desk is not None:
                self._outside(desk, number, role, name, sex, kind, at)

    def _show_own(self, at: datetime) -> None:
        """Those who hold posts and have shown nothing yet."""
        shown = set(Qualification.objects.filter(about_id__isnull=False).values_list("about_id", flat=True))
        for number, (person, post) in enumerate(self._people(at)):
            kind = OWN.get(post.role)
            if kind is not None and person.id not in shown:
                viewer = viewer_of(person=person, at=at, post_id=post.id)
                given = _paper(kind, number, at)
                self._try(
                    lambda viewer=viewer, given=given: qualifications.declare_own(  # type: ignore[misc]
                        given=given, file=None, actor=viewer, at=at
                    ), at,
                )

    def _outside(
        self, desk: Actor, number: int, role: str, name: str, sex: str, kind: str, at: datetime
    ) -> None:
        given = {"name": [name], "phone": [f"1390001{number:04d}"], "sex": [sex], "skills": ["talk"]}

        def enter() -> None:
            row = pairing_companions.register(
                kind=role, organisation_id=None, town_id=None, given=given, actor=desk.viewer, at=at
            )
            number_of = f"37011619820202{number:03d}"
            for actor in filter(None, (desk, self._desk(at, "social_worker"))):
                pairing_identity.identify(
                    companion_id=row.id, id_no=number_of + check_digit(number_of), actor=actor.viewer, at=at
                )
            for check in ("record", "training", "promise"):
                pairing_companions.check(
                    companion_id=row.id, kind=check, result="clear", done_on=at.astimezone(CHINA).date().isoformat(),
                    proof=PROOF, actor=desk.viewer, at=at,
                )
            paper = _paper(kind, 50 + number, at)
            qualifications.declare(companion_id=row.id, given=paper, file=None, actor=desk.viewer, at=at)

        self._try(enter, at)

    def _verify(self, at: datetime) -> None:
        """The desk looks at what people wrote themselves, a township's supervisor at what the desk wrote; one waits."""
        desk = self._desk(at)
        town = Division.objects.filter(level="town", county_id=self.county.id).order_by("code").first()
        other = self._desk(at, "child_supervisor", town.id) if town else None
        rows = Qualification.objects.filter(county_id=self.county.id, verdict__isnull=True).order_by("at", "id")
        for row in list(rows)[:-1]:
            by = desk if row.companion_id is None else other
            if by is not None and by.viewer.person_id != row.person_id:
                self._try(lambda row=row, by=by: qualifications.verify(  # type: ignore[misc]
                    qualification_id=row.id, agrees=True, reason="", actor=by.viewer, at=at
                ), at)

    def _team(self, at: datetime) -> None:
        desk = self._desk(at)
        towns = Division.objects.filter(level="town", county_id=self.county.id, valid_to__isnull=True).order_by("code")
        for number, town in enumerate(list(towns)[:2]) if desk else ():
            if desk is not None:
                self._try(lambda number=number, town=town: self._form(number, town, desk, at), at)  # type: ignore[misc]

    def _form(self, number: int, town: Division, desk: Actor, at: datetime) -> None:
        volunteers = Companion.objects.filter(
            county_id=self.county.id, kind="volunteer", checked_until__isnull=False
        ).order_by("number")
        team = teams.form(kind="service", town_id=town.id, organisation_id=None, actor=desk.viewer, at=at)
        posts = [self.year.cast.post_of(role, self.county.id) for role in ("social_worker", "counsellor")]
        for post in posts:
            if post is not None:
                teams.add(team_id=team.id, post_id=post.id, companion_id=None, actor=desk.viewer, at=at)
        if number < volunteers.count():
            teams.add(team_id=team.id, post_id=None, companion_id=volunteers[number].id, actor=desk.viewer, at=at)
        calm = Case.objects.filter(is_open=True, in_crisis=False, town_id=town.id).values("id")
        rows = access.visible(Child.objects.filter(id__in=calm), viewer=desk.viewer, part=teams.PART, at=at)
        for child in rows.order_by("id")[:4]:
            teams.give(team_id=team.id, child_id=child.id, actor=desk.viewer, at=at)


def _paper(kind: str, number: int, at: datetime) -> dict[str, list[str]]:
    """A certificate; a lawyer's is good for a year from now."""
    today, expires = at.astimezone(CHINA).date(), 365 if kind == "lawyer" else 0
    given = {
        "kind": [kind], "issuer": ["发证机关（示例）"], "number": [f"示例{number:04d}"],
        "issued_on": [(today - timedelta(days=100 + number)).isoformat()],
    }
    return given | ({"expires_on": [(today + timedelta(days=expires)).isoformat()]} if expires else {})
