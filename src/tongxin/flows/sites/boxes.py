"""Report boxes of schools: two keys with two kinds of people, opened by two, every letter a clue."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, QuerySet

from tongxin import vault
from tongxin.accounts.viewers import Viewer
from tongxin.core.forms import Problem
from tongxin.core.pathway import CHINA
from tongxin.flows import clues
from tongxin.flows.made_once import made_before
from tongxin.flows.refusals import NotAllowed, Refused
from tongxin.flows.sites.keeping import ring_of, tell
from tongxin.flows.sites.reach import KEEP, OPEN, boxes_for, kept_site, must, rules_of
from tongxin.lib.numbers import day_in
from tongxin.places.models import Box, BoxOpening, Letter
from tongxin.places.rules import Places
from tongxin.registers import answers
from tongxin.registers.answers import Given

LONGEST = 40
NO_SCHOOL = "没有保存：举报箱只登记在学校。"
NO_WORDS = "没有保存：请写挂在哪里和箱上的电话，各不超过 40 个字。"
NO_KEYS = "没有保存：两把钥匙要由两种不同的人各管一把，至少一把在校外。被举报的可能就是管箱子的人。"
NO_PAIR = "没有保存：开箱要两个人在场，两个名字不能一样。"
TOO_MANY = "没有保存：一次最多 {most} 封，请核对。"
TOO_EARLY = "没有保存：开箱日期早于上一次开箱。"
NONE_LEFT = "没有保存：这次开箱的信都已经转成线索，或页面已过期，请重新打开。"


@transaction.atomic
def place(
    *, site_id: UUID, where: str, phone: str, keys: tuple[str, str], actor: Viewer, at: datetime
) -> Box:
    """A box at a school; the same place twice is one box."""
    person_id, post_id = must(actor, KEEP, at=at)
    site = kept_site(site_id=site_id, viewer=actor, at=at)
    found = rules_of(site.county_id, at=at)
    if site.kind not in found.kinds or not found.kinds[site.kind].is_school:
        raise Refused.because(NO_SCHOOL)
    said = [where.strip(), phone.strip()]
    if not all(said) or max(len(each) for each in said) > LONGEST:
        raise Refused([Problem("place", NO_WORDS, True)])
    if not are_apart(keys, found):
        raise Refused([Problem("key_one", NO_KEYS, True)])
    if (known := site.boxes.filter(place=said[0], is_used=True).first()) is not None:
        return known
    today = at.astimezone(CHINA).date()
    due = today + found.open_every
    box = Box.objects.create(
        site=site, number=(site.boxes.aggregate(last=Max("number"))["last"] or 0) + 1, place=said[0], phone=said[1],
        key_one=keys[0], key_two=keys[1], owner_post_id=post_id, placed_at=at, placed_by=person_id, open_by=due,
        ring_at=ring_of(due),
    )
    tell("box.placed", site, actor, at, box=str(box.id))
    return box


def are_apart(keys: Iterable[str], found: Places) -> bool:
    """Whether no single kind of person, and not the school alone, can open the box."""
    held = list(keys)
    known = all(each in found.keys for each in held)
    return known and len(set(held)) == len(held) == 2 and any(found.keys[each].is_outside for each in held)


@transaction.atomic
def take_down(*, box_id: UUID, actor: Viewer, at: datetime) -> None:
    """The box hangs there no more; what was found in it stays."""
    must(actor, KEEP, at=at)
    box = boxes_for(viewer=actor, at=at).filter(id=box_id, is_used=True).first()
    if box is None:
        raise NotAllowed
    kept_site(site_id=box.site_id, viewer=actor, at=at)
    box.is_used, box.ring_at = False, None
    box.save(update_fields=["is_used", "ring_at"])
    tell("box.removed", box.site, actor, at, box=str(box.id))


def boxes_for_list(viewer: Viewer, *, at: datetime) -> QuerySet[Box]:
    """The boxes that hang somewhere, those due first."""
    return boxes_for(viewer=viewer, at=at).filter(is_used=True).order_by("open_by", "site__name", "number")


@transaction.atomic
def open_box(*, box_id: UUID, opening_id: UUID, given: Given, actor: Viewer, at: datetime) -> BoxOpening:
    """What two people found, once however often it is sent."""
    person_id, post_id = must(actor, OPEN, at=at)
    box = boxes_for(viewer=actor, at=at).select_for_update(of=("self",)).filter(id=box_id, is_used=True).first()
    if box is None:
        raise NotAllowed
    if (known := made_before(BoxOpening, opening_id, box_id=box.id)) is not None:
        return known
    found = rules_of(box.site.county_id, at=at)
    read = answers.read(found.opening, given, at=at)
    problems = list(read.problems)
    if not problems and "".join(read.words["one"].split()) == "".join(read.words["two"].split()):
        problems.append(Problem("two", NO_PAIR, True))
    if not problems and read.clear["found"] > found.most_letters:
        problems.append(Problem("found", TOO_MANY.format(most=found.most_letters), True))
    day = day_in(str(read.clear.get("opened_on", "")))
    last = box.openings.aggregate(last=Max("opened_on"))["last"]
    if not problems and (day is None or (last and day < last)):
        problems.append(Problem("opened_on", TOO_EARLY, True))
    if problems or day is None:
        raise Refused(problems)
    row = BoxOpening(
        id=opening_id, box=box, opened_on=day, found=read.clear["found"], at=at, person_id=person_id, post_id=post_id
    )
    vault.put(row, {"words": json.dumps(read.words, ensure_ascii=False)})
    row.save()
    box.open_by = day + found.open_every
    box.climbed = 0
    _ring(box, found)
    tell("box.opened", box.site, actor, at, box=str(box.id), found=row.found)
    return row


def waiting(box: Box) -> list[tuple[BoxOpening, int]]:
    """The openings with letters that are no clue yet, and how many, the oldest first."""
    rows = box.openings.filter(found__gt=0).order_by("opened_on", "at").prefetch_related("letters")
    counted = [(each, each.found - len(each.letters.all())) for each in rows]
    return [(each, left) for each, left in counted if left > 0]


def letters_left(rows: Iterable[Box]) -> dict[UUID, int]:
    """Of these boxes, how many letters are no clue yet."""
    counted = BoxOpening.objects.filter(box__in=list(rows), found__gt=0).annotate(done=Count("letters"))
    left: dict[UUID, int] = defaultdict(int)
    for box_id, found, done in counted.values_list("box_id", "found", "done"):
        left[box_id] += max(found - done, 0)
    return left


@transaction.atomic
def hand_over(
    *, opening_id: UUID, number: int | None, given: Given, town_id: int | None, asked: Iterable[str], actor: Viewer,
    at: datetime,
) -> Letter:
    """The letter of that number of an opening as a clue of the box's channel, both or neither; sent twice it is one."""
    person_id, post_id = must(actor, OPEN, at=at)
    mine = boxes_for(viewer=actor, at=at)
    opening = BoxOpening.objects.filter(id=opening_id, box__in=mine.values("id")).first()
    if opening is None:
        raise NotAllowed
    box = Box.objects.select_for_update().get(id=opening.box_id)
    done = opening.letters.count()
    if number is not None and (known := opening.letters.filter(number=number).first()) is not None:
        return known
    if done >= opening.found or number != done + 1:
        raise Refused.because(NONE_LEFT)
    found = rules_of(box.site.county_id, at=at)
    clue = clues.take_in(channel=found.channel, given=given, town_id=town_id, actor=actor, at=at, asked=asked)
    letter = Letter(opening=opening, number=done + 1, clue_id=clue.id, at=at, person_id=person_id, post_id=post_id)
    letter.save()
    _ring(box, found)
    tell("letter.carried", box.site, actor, at, box=str(box.id), clue=str(clue.id))
    return letter


def _ring(box: Box, found: Places) -> None:
    """When the box is spoken of next: letters that wait come before the next opening."""
    moments = [each.at + found.hand_within for each, _left in waiting(box)]
    box.ring_at = min([ring_of(box.open_by), *moments])
    box.save(update_fields=["open_by", "ring_at", "climbed"])
