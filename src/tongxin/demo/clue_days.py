"""Clues of the year: told on all channels, answered, worked off and called back; a few wait on the last morning."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from tongxin.accounts.models import Division, Post
from tongxin.clues.models import CALLED_BACK, CLOSED, HANDLED, RESPONDED, Clue
from tongxin.core.pathway import CHINA
from tongxin.demo.cast import Actor
from tongxin.demo.words import Words
from tongxin.demo.year import Year
from tongxin.flows import clue_public, clues
from tongxin.flows.clue_owners import follow_clues
from tongxin.flows.clue_public import Report

SEED = 20251228
# How many are told in a year besides those of the last days.
MANY, BEFORE = 26, timedelta(days=12)
CHANNELS = (
    "line_12345", "direct_call", "walk_in", "line_12345", "school_box", "line_12356", "department", "line_12355",
    "police", "line_12338", "line_12348", "data_match", "public_page",
)
MATTERS = ("question", "needs", "family", "mood", "needs", "alone", "question", "harm")
CALLERS = ("relative", "guardian", "teacher", "anonymous", "department")
SIGNS = ("wish_to_die", "harmed", "unguarded", "danger_to_others", "confused", "life_threat")
# Whoever tells of such a matter can't rule its sign out.
UNSURE = {"harm": "harmed", "alone": "unguarded"}
ASKED = {"sender_no": "LW-2025-{n:03d}", "school": "镇中学", "department": "教育局", "batch": "与在校学生名单比对"}
# After how long each step is done, in the share of cases it is late.
STEPS = {
    RESPONDED: timedelta(hours=2), HANDLED: timedelta(days=2), CALLED_BACK: timedelta(days=2),
    CLOSED: timedelta(days=1),
}
# What still waits on the last morning: how long ago it was told, how far it is, and what of.
WAITING = (
    (timedelta(days=6), (RESPONDED, HANDLED), "needs", "line_12345", "no"),
    (timedelta(days=4), (RESPONDED,), "mood", "school_box", "no"),
    (timedelta(hours=16), (), "family", "public_page", "no"),
    (timedelta(minutes=12), (), "alone", "public_page", "yes"),
)


@dataclass
class ClueDays:
    """What people tell the county's desk and the public page."""

    year: Year
    village: Division
    chance: Random = field(default_factory=lambda: Random(SEED))

    def __post_init__(self) -> None:
        # Chance and words of its own, so that the rest of the year stays as it is.
        self.words = Words(self.chance)
        self.towns = list(
            Division.objects.filter(level="town", county_id=self.village.county_id, valid_to__isnull=True)
            .order_by("code").values_list("id", flat=True)
        )

    def plan_all(self, *, start: datetime) -> None:
        """A year with room for them has them all; a short one only the last."""
        whole = self.year.end - BEFORE - start
        if whole > timedelta(days=60):
            for number in range(MANY):
                moment = start + timedelta(days=3) + whole * number / MANY
                hour = self.chance.randrange(9, 17)
                moment = moment.astimezone(CHINA).replace(hour=hour, minute=self.chance.randrange(60))
                self.year.plan(
                    moment, self._told, number=number, channel=CHANNELS[number % len(CHANNELS)],
                    matter=MATTERS[number % len(MATTERS)], steps=tuple(STEPS), danger="no", town=None,
                )
        for number, (ago, steps, matter, channel, danger) in enumerate(WAITING):
            self.year.plan(
                self.year.end - ago, self._told, number=MANY + number, channel=channel, matter=matter, steps=steps,
                danger=danger, town=self.village.town_id,
            )

    def _told(
        self, at: datetime, number: int, channel: str, matter: str, steps: tuple[str, ...], danger: str,
        town: int | None,
    ) -> None:
        where, what = self.words.say("clue_where"), self.words.say(f"clue_{matter}")
        place = town or self.chance.choice(self.towns)
        if channel == "public_page":
            given = {"what": [what], "where": [where], "town": [str(place)], "danger_now": [danger], "staff": ["no"]}
            opened = clue_public.token_at(at - timedelta(minutes=4))
            clue_public.report(Report(opened, given), at=at)
        else:
            desk = self.year.cast.at_place("case_manager", self.village.county_id, at=at)
            if desk is None:
                return
            clues.take_in(
                channel=channel, given=self._call(number, what, where, matter, at), town_id=place, actor=desk.viewer,
                at=at,
            )
        clue = Clue.objects.latest("id")
        moment = at
        for kind in steps:
            # Now and then somebody comes to it late.
            late = timedelta(days=2) if number % 13 == 5 and kind == RESPONDED else timedelta()
            moment = moment + STEPS[kind] + late
            self.year.plan(moment, self._step, clue_id=clue.id, kind=kind)

    def _call(self, number: int, what: str, where: str, matter: str, at: datetime) -> Mapping[str, list[str]]:
        told: dict[str, Any] = {
            "received_at": f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}", "what": what, "where": where, "matter": matter,
            "caller": CALLERS[number % len(CALLERS)], "about_staff": "no", **dict.fromkeys(SIGNS, "no"),
            **{name: text.format(n=number + 1) for name, text in ASKED.items()},
        }
        if matter in UNSURE:
            told[UNSURE[matter]] = "unknown"
        return {name: [text] for name, text in told.items()}

    def _step(self, at: datetime, clue_id: UUID, kind: str) -> None:
        follow_clues(at)
        clue = Clue.objects.get(id=clue_id)
        actor = self._owner(clue, at)
        if actor is None or kind not in clues.NEXT[clue.state]:
            return
        given = {
            RESPONDED: {"way": "phone", "said": self.words.say("clue_answer")},
            HANDLED: {"result": "answered", "said": self.words.say("clue_done"), "answer": "seen"},
            CALLED_BACK: {"outcome": "reached", "satisfied": "yes", "said": self.words.say("clue_content")},
            CLOSED: {},
        }[kind]
        if kind == CALLED_BACK and clue.reporter is None and clue.person_id is None:
            given = {"outcome": "no_way"}
        given["happened_at"] = f"{at.astimezone(CHINA):%Y-%m-%dT%H:%M}"
        clues.step(
            clue_id=clue_id, kind=kind, given={name: [text] for name, text in given.items()}, state=clue.state,
            actor=actor.viewer, at=at,
        )

    def _owner(self, clue: Clue, at: datetime) -> Actor | None:
        post = Post.objects.filter(id=clue.owner_post_id).first() if clue.owner_post_id else None
        return self.year.cast.acting(post.id, at=at) if post else None
