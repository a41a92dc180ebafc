"""The looks at a county's records: what is out of the usual about a post, a village or a town. Pure.

A look counts; it never says why. Each is named by a rule of `definitions/supervision`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from tongxin.core.pathway import CHINA
from tongxin.supervision import marks
from tongxin.supervision.rows import POST, TOWN, VILLAGE, County, Hit, Place, Row
from tongxin.supervision.rules import Rule
from tongxin.supervision.statistics import is_rare_below, shrunken, tail_in_million

Look = Callable[[County, Rule], Iterable[Hit]]
VISIT, REASON, HOME = "visit", "task_reason", "home"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SHOWN = 20


def look(county: County, rule: Rule) -> list[Hit]:
    """What one rule finds in a county."""
    return list(LOOKS[rule.looks](county, rule))


def _hit(county: County, rule: Rule, rows: Iterable[Row], **figures: int) -> Hit:
    """A hit about the post of some rows, with the newest of them."""
    newest = sorted(rows, key=lambda row: row.recorded_at, reverse=True)
    people = Counter(row.person_id for row in newest)
    return Hit(
        POST, _since(county, rule), {"days": rule.of // DAY, "of": len(newest), **figures},
        post_id=newest[0].post_id, person_id=people.most_common(1)[0][0],
        entries=tuple((row.id, row.child_id) for row in newest[:SHOWN]),
    )


def _since(county: County, rule: Rule) -> date:
    return (county.at - rule.of).astimezone(CHINA).date()


def _by_post(rows: Iterable[Row]) -> Mapping[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.post_id].append(row)
    return found


def _recent(county: County, rule: Rule, *kinds: str) -> list[Row]:
    since = county.at - rule.of
    return [row for row in county.rows if row.recorded_at > since and (not kinds or row.kind in kinds)]


def _newest(rows: Iterable[Row]) -> Iterable[Row]:
    """The newest row of each post about each child."""
    ordered = sorted(rows, key=lambda row: (row.recorded_at, str(row.id)))
    return {(row.post_id, row.child_id): row for row in ordered}.values()


def silent_post(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts that somebody has held all the time, with children to look after, something overdue and nothing recorded.

    A post of which nothing was due may well be silent: calm children are visited once in three months.
    """
    since = county.at - rule.of
    spoke = {row.post_id for row in county.rows if row.recorded_at > since}
    for post in county.posts:
        held = post.since is not None and post.since <= since
        is_silent = post.role in rule.names["roles"] and held and post.id not in spoke
        if is_silent and post.waiting and post.children >= rule.numbers["least"]:
            figures = {"days": rule.of // DAY, "children": post.children, "waiting": post.waiting}
            yield Hit(POST, _since(county, rule), figures, post_id=post.id, person_id=post.person_id)


def _silent(county: County, rule: Rule) -> Iterator[Place]:
    """Villages with open files about which nobody recorded anything while a step was overdue."""
    since = county.at - rule.of
    for place in county.places:
        if place.over == VILLAGE and place.waiting and (place.last_at is None or place.last_at <= since):
            yield place


def silent_place(county: County, rule: Rule) -> Iterator[Hit]:
    """Silent villages of several children."""
    for place in _silent(county, rule):
        if place.children >= rule.numbers["least"]:
            figures = {"days": rule.of // DAY, "children": place.children, "waiting": place.waiting}
            yield Hit(VILLAGE, _since(county, rule), figures, division_id=place.id)


def silent_places(county: County, rule: Rule) -> Iterator[Hit]:
    """Towns with several children in silent villages of fewer children than are asked about one by one."""
    towns: dict[int, list[Place]] = defaultdict(list)
    for place in _silent(county, rule):
        if place.town is not None and place.children < rule.numbers["each"]:
            towns[place.town].append(place)
    for town, places in towns.items():
        children = sum(place.children for place in places)
        if children >= rule.numbers["least"]:
            figures = {
                "days": rule.of // DAY, "count": len(places), "children": children,
                "waiting": sum(place.waiting for place in places),
            }
            yield Hit(TOWN, _since(county, rule), figures, division_id=town)


def _moment(row: Row, name: str) -> datetime | None:
    """A moment that the form carries; a form writes it without a zone."""
    try:
        found = datetime.fromisoformat(str(row.data.get(name) or ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def _timed(rows: Iterable[Row]) -> list[tuple[datetime, datetime, Row]]:
    found = []
    for row in rows:
        begins, ends = _moment(row, "started_at"), _moment(row, "ended_at")
        if begins and ends and begins <= ends:
            found.append((begins, ends, row))
    return sorted(found, key=lambda each: (each[0], each[1], str(each[2].id)))


def two_places(county: County, rule: Rule) -> Iterator[Hit]:
    """Visits to one home that had not ended when a visit to another began, by the same person."""
    homes: dict[UUID | None, list[Row]] = defaultdict(list)
    for row in _recent(county, rule, VISIT):
        if row.data.get("method") == HOME and row.person_id:
            homes[row.person_id].append(row)
    for rows in homes.values():
        timed = _timed(rows)
        found: dict[UUID, Row] = {}
        for number, (begins, ends, row) in enumerate(timed):
            for other_begins, _, other in timed[number + 1 :]:
                if other_begins >= ends:
                    break
                if other.home_id != row.home_id and other_begins > begins:
                    found |= {row.id: row, other.id: other}
        if len(found) >= max(rule.numbers["least"], 2):
            yield _hit(county, rule, found.values(), count=len(found))


def copied(county: County, rule: Rule) -> Iterator[Hit]:
    """Notes of one post about several children that are nearly the same."""
    noted = [row for row in _recent(county, rule) if row.marks]
    for rows in _by_post(noted).values():
        pairs = marks.near({at: row.marks for at, row in enumerate(rows)}, least=rule.numbers["alike"])
        sets = [[rows[at] for at in same] for same in marks.copies(pairs)]
        same = [row for each in sets if len({row.home_id for row in each}) > 1 for row in each]
        if len(same) >= rule.numbers["least"]:
            yield _hit(county, rule, same, count=len(same), children=len({row.child_id for row in same}))


def short(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts many of whose visits at homes took less than some minutes; one visit to all children of a home is one."""
    least, within = rule.numbers["least"], rule.numbers["minutes"] * MINUTE
    for rows in _by_post(_recent(county, rule, VISIT)).values():
        met = _timed(row for row in rows if row.data.get("method") == HOME)
        timed = {(row.home_id, begins): (begins, ends, row) for begins, ends, row in met}.values()
        quick = [row for begins, ends, row in timed if ends - begins < within]
        if len(quick) >= least and len(quick) * 100 >= len(timed) * rule.numbers["share"]:
            yield _hit(county, rule, quick, count=len(quick), of=len(timed), minutes=rule.numbers["minutes"])


def crowded(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts that began visits at many homes within some minutes."""
    within = rule.numbers["minutes"] * MINUTE
    for rows in _by_post(_recent(county, rule, VISIT)).values():
        begun = sorted(
            (
                (moment, row) for row in rows
                if row.data.get("method") == HOME and (moment := _moment(row, "started_at"))
            ),
            key=lambda each: (each[0], str(each[1].id)),
        )
        most: list[Row] = []
        for number, (begins, _) in enumerate(begun):
            inside = [row for moment, row in begun[number:] if moment - begins < within]
            if len({row.home_id for row in inside}) > len({row.home_id for row in most}):
                most = inside
        count = len({row.home_id for row in most})
        if count >= rule.numbers["least"]:
            yield _hit(county, rule, most, count=count, minutes=rule.numbers["minutes"])


def _totals(rows: Iterable[Row]) -> dict[tuple[UUID, str], dict[UUID, tuple[Row, str]]]:
    """By post and instrument the newest totals of each child."""
    found: dict[tuple[UUID, str], dict[UUID, tuple[Row, str]]] = defaultdict(dict)
    for row in sorted(rows, key=lambda each: each.recorded_at):
        for name, score in (row.data.get("scores") or {}).items():
            totals = {scale: value for scale, value in score.get("totals", {}).items() if value is not None}
            if totals:
                found[row.post_id, name][row.child_id] = (row, repr(sorted(totals.items())))
    return found


def same_scores(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts that give nearly every child the same scores on an instrument."""
    for by_child in _totals(_recent(county, rule)).values():
        told, count = Counter(said for _, said in by_child.values()).most_common(1)[0]
        if len(by_child) >= rule.numbers["least"] and count * 100 >= len(by_child) * rule.numbers["share"]:
            rows = [row for row, said in by_child.values() if said == told]
            yield _hit(county, rule, rows, count=count, of=len(by_child))


def few_levels(county: County, rule: Rule) -> Iterator[Hit]:
    """Towns with so few children of some levels that chance would hardly do it, at the rate of the county's others."""
    towns = [place for place in county.places if place.over == TOWN]
    graded = {place.id: sum(place.levels.get(each, 0) for each in rule.names["graded"]) for place in towns}
    hits = {place.id: sum(place.levels.get(each, 0) for each in rule.names["levels"]) for place in towns}
    asked = [place for place in towns if graded[place.id] >= rule.numbers["least"]]
    for place in asked:
        others = {
            "hits": sum(hits.values()) - hits[place.id], "among": sum(graded.values()) - graded[place.id],
        }
        if _is_rare(hits[place.id], graded[place.id], rule, len(asked), **others):
            chance = tail_in_million(hits[place.id], graded[place.id], **others)
            yield _place_hit(county, place, count=hits[place.id], of=graded[place.id], chance=chance)


def _place_hit(county: County, place: Place, **figures: int) -> Hit:
    return Hit(place.over, county.at.astimezone(CHINA).date(), figures, division_id=place.id)


def _is_rare(seen: int, of: int, rule: Rule, asked: int, *, hits: int, among: int) -> bool:
    """Against the rule's chance shared among all that are looked at (Bonferroni)."""
    per_million = rule.numbers["per_million"] // asked
    return is_rare_below(seen, of, hits=hits, among=among, per_million=per_million)


def few_results(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts whose newest records of children come to some result so rarely that chance would hardly do it, at the
    others' rate."""
    told = _by_post(_newest(row for row in _recent(county, rule, *rule.names["kinds"]) if row.data.get("result")))
    hits = {post: sum(row.data["result"] in rule.names["results"] for row in rows) for post, rows in told.items()}
    asked = [post for post, rows in told.items() if len(rows) >= rule.numbers["least"]]
    for post in asked:
        rows = told[post]
        others = {
            "hits": sum(hits.values()) - hits[post], "among": sum(map(len, told.values())) - len(rows),
        }
        if _is_rare(hits[post], len(rows), rule, len(asked), **others):
            chance = tail_in_million(hits[post], len(rows), **others)
            yield _hit(county, rule, rows, count=hits[post], of=len(rows), chance=chance)


def unlike_others(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts whose mean on an instrument lies far off the others', drawn towards them the more the fewer they are.

    Of each child the newest sheet counts: one who is asked every week is one child.
    """
    scores: dict[tuple[str, str], dict[UUID, list[tuple[float, Row]]]] = defaultdict(lambda: defaultdict(list))
    for name in {name for row in _recent(county, rule) for name in row.data.get("scores") or {}}:
        for row in _newest(row for row in _recent(county, rule) if name in (row.data.get("scores") or {})):
            for scale, value in row.data["scores"][name].get("totals", {}).items():
                if value is not None and (number := _number(value)) is not None:
                    scores[name, scale][row.post_id].append((number, row))
    told: set[UUID] = set()
    for by_post in scores.values():
        far = shrunken({post: [number for number, _ in each] for post, each in by_post.items()})
        for post, away in far.items():
            hundredths = round(abs(away) * 100)
            enough = len(by_post[post]) >= rule.numbers["least"]
            if enough and hundredths >= rule.numbers["hundredths"] and post not in told:
                told.add(post)
                yield _hit(county, rule, [row for _, row in by_post[post]], hundredths=hundredths)


def _number(value: object) -> float | None:
    try:
        return float(Decimal(str(value)))
    except InvalidOperation:
        return None


def put_off(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts that put the same things off again and again."""
    each = rule.numbers["each"]
    for rows in _by_post(_recent(county, rule, REASON)).values():
        reasons: dict[tuple[UUID, str], list[Row]] = defaultdict(list)
        for row in rows:
            reasons[row.child_id, str(row.data.get("task", ""))].append(row)
        often = [same for same in reasons.values() if len(same) >= each]
        if len(often) >= rule.numbers["least"]:
            yield _hit(county, rule, [row for same in often for row in same], count=len(often), each=each)


def redated(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts whose visits get a later day again and again: corrected to one, or the same one put off several times."""
    steps, each, since = rule.names["steps"], rule.numbers["each"], county.at - rule.of
    rows = [row for row in county.moved if row.recorded_at > since]
    again: dict[tuple[UUID, UUID, str], list[Row]] = defaultdict(list)
    for row in _recent(county, rule, REASON):
        task = str(row.data.get("task", ""))
        if task.partition(":")[0] in steps:
            again[row.post_id, row.child_id, task].append(row)
    often = [same for same in again.values() if len(same) >= each]
    by_post = _by_post([*rows, *(row for same in often for row in same)])
    for post, found in by_post.items():
        count = sum(row.post_id == post for row in rows) + sum(same[0].post_id == post for same in often)
        if count >= rule.numbers["least"]:
            yield _hit(county, rule, found, count=count, each=each)


def written_later(county: County, rule: Rule) -> Iterator[Hit]:
    """Posts whose records often come days after the due day and tell of the days just before it."""
    before, after, since = rule.spans["before"], rule.spans["after"], county.at - rule.of
    done: dict[UUID, list[object]] = defaultdict(list)
    late: dict[UUID, list[tuple[UUID, UUID]]] = defaultdict(list)
    people: dict[UUID, Counter[UUID | None]] = defaultdict(Counter)
    for each in county.closed:
        if each.recorded_at <= since:
            continue
        done[each.post_id].append(each)
        if each.recorded_at - each.due_at >= after and timedelta() <= each.due_at - each.occurred_at <= before:
            late[each.post_id].append((each.entry_id, each.child_id))
            people[each.post_id][each.person_id] += 1
    for post, entries in late.items():
        of = len(done[post])
        if len(entries) >= rule.numbers["least"] and len(entries) * 100 >= of * rule.numbers["share"]:
            yield Hit(
                POST, _since(county, rule), {"days": rule.of // DAY, "of": of, "count": len(entries)}, post_id=post,
                person_id=people[post].most_common(1)[0][0], entries=tuple(entries[-SHOWN:]),
            )


LOOKS: Mapping[str, Look] = {
    each.__name__: each for each in (
        silent_post, silent_place, silent_places, two_places, copied, short, crowded, same_scores, few_levels,
        few_results, unlike_others, put_off, redated, written_later,
    )
}
