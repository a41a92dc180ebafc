"""The years of one group of counties, in waves: in each every child's next entry, recorded in sets.

Every entry goes through the door that people use (`flows.record_together`), at the moment at which it was written;
what comes next is what the record then asks for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from tongxin.assessments.outcomes import ABOUT
from tongxin.core.pathway import Calendar
from tongxin.demo.cast import Actor
from tongxin.demo.mending import mended
from tongxin.demo.province import wishes
from tongxin.demo.province.answering import Answering, asked_in
from tongxin.demo.province.counties import County
from tongxin.demo.province.rules import Province
from tongxin.demo.province.ways import Next, Way
from tongxin.demo.words import Words
from tongxin.flows import record_together
from tongxin.flows.record import Recorded, Sheet
from tongxin.flows.record_together import Outcome, Piece
from tongxin.flows.refusals import Refused
from tongxin.lib import steady
from tongxin.people.models import Child
from tongxin.rulebook import rules

SET = 250
# Before a group of villages hands in what it wrote, the paper has lain there for so long.
WRITTEN_BEFORE = (20, 240)
LAST_QUIET_DAYS = 20


@dataclass
class Playing:
    """One group's counties; `refused` says what the record would not take, which should be nothing."""

    province: Province
    counties: Sequence[County]
    seed: int
    is_only_writer: bool
    tell: Callable[[int], None] = lambda entries: None
    refused: list[str] = field(default_factory=list)
    entries: int = 0

    def __post_init__(self) -> None:
        name = "".join(county.share.code for county in self.counties)
        self._chance = Random(f"{self.seed}:{name}")
        self._answering = Answering(Words(Random(f"{self.seed}:{name}:words")))
        self._county = {life.child_id: county for county in self.counties for life in county.lives}
        self._calendar: Calendar = rules.calendar_at(self.province.ends)
        self._read: set[str] = set()

    def play(self) -> None:
        """Wave after wave until nobody has anything to do before the end."""
        ways = self._ways()
        while ways:
            waiting = []
            for start in range(0, len(ways), SET):
                waiting += self._wave(ways[start : start + SET])
            ways = waiting

    def _ways(self) -> list[Way]:
        found = []
        for county in self.counties:
            silent = self._silent_villages(county)
            for life in county.lives:
                until = self.province.silent_from if life.village_id in silent else self.province.ends
                way = Way(life, county.share.begins, until, self.province.most_entries, self.province.rounds)
                way.begin(county.todos[life.child_id])
                if life.chance.random() < self.province.crises:
                    self._endanger(way)
                found.append(way)
        return found

    def _silent_villages(self, county: County) -> frozenset[int]:
        villages = sorted({life.village_id for life in county.lives if life.village_id})
        return frozenset(each for each in villages if self._chance.random() < self.province.silent)

    def _endanger(self, way: Way) -> None:
        days = (self.province.ends - way.now).days - LAST_QUIET_DAYS
        if days > LAST_QUIET_DAYS:
            at = way.now + timedelta(days=way.life.chance.randrange(LAST_QUIET_DAYS, days), hours=5)
            wishes.raise_danger(way, at)

    def _wave(self, ways: Sequence[Way]) -> list[Way]:
        """Those of the ways that may go on after one more entry each."""
        with steady.answering():
            written = [(way, *found) for way in ways if (found := self._write(way)) is not None]
            outcomes = self._recorded([piece for _, _, piece, _ in written])
            for (way, what, piece, actor), outcome in zip(written, outcomes, strict=True):
                self._take(way, what, piece, actor, outcome)
        self.tell(len(written))
        return [way for way, *_ in written]

    def _recorded(self, pieces: Sequence[Piece]) -> list[Outcome]:
        """What came of each; the first of each form goes by itself, so that the rules about it have been read."""
        found: dict[UUID, Outcome] = {}
        for piece in pieces:
            if piece.sheet.form_id not in self._read:
                self._read.add(piece.sheet.form_id)
                (found[piece.child_id],) = record_together.record_all([piece])
        rest = [piece for piece in pieces if piece.child_id not in found]
        outcomes = record_together.record_all(rest, is_only_writer=self.is_only_writer)
        found |= {piece.child_id: outcome for piece, outcome in zip(rest, outcomes, strict=True)}
        return [found[piece.child_id] for piece in pieces]

    def _write(self, way: Way) -> tuple[Next, Piece, Actor] | None:
        """The next entry about a child, filled in."""
        while what := way.following(district=self.province.district, calendar=self._calendar):
            county = self._county[way.life.child_id]
            actor = self._actor(county, way, what)
            if actor is not None:
                return what, self._piece(county, way, what, actor), actor
            way.take(what, None)
        return None

    def _actor(self, county: County, way: Way, what: Next) -> Actor | None:
        if what.todo is not None:
            return county.cast.acting(what.todo.owner_id, at=what.at)
        place = way.life.village_id if what.role == "child_director" else county.division.id
        return county.cast.at_place(what.role, place, at=what.at)

    def _piece(self, county: County, way: Way, what: Next, actor: Actor) -> Piece:
        written = self._written_at(way, what)
        answers = self._answering.answers(way, what, actor=actor, at=written, bodies=dict(county.bodies))
        entry_id = UUID(int=way.life.chance.getrandbits(128), version=4)
        about = what.todo.about if what.todo else ""
        sheet = Sheet(entry_id, what.form, answers, written, about=about if what.form in ABOUT else "")
        return Piece(way.life.child_id, sheet, actor.viewer, what.at)

    def _written_at(self, way: Way, what: Next) -> datetime:
        if what.todo is None or what.todo.is_urgent:
            return what.at
        written = what.at - timedelta(minutes=way.life.chance.randint(*WRITTEN_BEFORE))
        return max(written, way.now + timedelta(minutes=5))

    def _take(self, way: Way, what: Next, piece: Piece, actor: Actor, outcome: Outcome) -> None:
        if not isinstance(outcome, Recorded):
            self._note(what, way, outcome)
        if isinstance(outcome, Refused):
            outcome = self._mend(way, what, piece, actor, outcome)
        if not isinstance(outcome, Recorded):
            way.take(what, None)
            return
        self.entries += 1
        way.life.entries.append((piece.sheet.entry_id, what.form, {}, actor.role))
        if what.form == "care_plan":
            way.goals = list(piece.sheet.answers["goals"])
        way.take(what, outcome.derived)
        wishes.follow(way, what, bodies=self._county[way.life.child_id].bodies)

    def _mend(self, way: Way, what: Next, piece: Piece, actor: Actor, refused: Refused) -> Outcome:
        """Once more without what was refused, where it was a field."""
        if not any(problem.path for problem in refused.problems):
            return refused
        bodies = dict(self._county[way.life.child_id].bodies)
        scene = self._answering.scene(way, what, actor=actor, at=piece.sheet.occurred_at, bodies=bodies)
        form = asked_in(Child.objects.get(id=piece.child_id), what.form, piece.at).form
        answers = mended(dict(piece.sheet.answers), form=form, problems=refused.problems, scene=scene)
        (outcome,) = record_together.record_all([replace(piece, sheet=replace(piece.sheet, answers=answers))])
        return outcome

    def _note(self, what: Next, way: Way, why: Outcome) -> None:
        problems = why.problems if isinstance(why, Refused) else ()
        said = "".join(problem.zh for problem in problems) or type(why).__name__
        self.refused.append(f"{what.form} {what.at:%Y-%m-%d} {way.life.number}#{way.life.age(what.at)}: {said}")
