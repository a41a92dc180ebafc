"""Proving that nothing on record was altered, removed, re-ordered or cut off."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction

from tongxin.ledger import heads, merkle, sealer, stored, summaries
from tongxin.ledger.findings import Finding, Report
from tongxin.ledger.heads import Head

STEP = 64
TOGETHER = 8192
MOST_LISTED = 65_536
LEAF = (
    ("position", stored.NUMBER), ("source", stored.TEXT), ("row_id", stored.ID), ("digest", stored.BYTES),
    ("batch_id", stored.NUMBER),
)
Leaf = tuple[int, str, str, bytes]
Judgement = tuple[dict[int, list[Finding]], int]
Judge = Callable[[list[Head]], Judgement]
Judged = Callable[[Iterable[list[Head]], Judge], Iterator[tuple[list[Head], Judgement]]]
# Trying every pair of damaged rows for a swap grows with the square; beyond this they are just altered.
MOST_SWAPPED = 200


def one_by_one(groups: Iterable[list[Head]], judge: Judge) -> Iterator[tuple[list[Head], Judgement]]:
    """Batches judged in this process."""
    return ((group, judge(group)) for group in groups)


def verify(*, saved: Head | None = None, judged: Judged = one_by_one) -> Report:
    """Every batch against its rows and its predecessor, and all of it against a head kept elsewhere."""
    findings: list[Finding] = []
    batches = rows = 0
    before: Head | None = None
    for group, (found, count) in judged(_groups(), _judge):
        for seal in group:
            findings += _chain(seal, before)
            if saved is not None and saved.batch == seal.batch and saved.signed() != seal.signed():
                findings.append(Finding("rewritten", table="ledger_seal", batch=seal.batch))
            findings += found.get(seal.batch, [])
            batches, before = batches + 1, seal
        rows += count
    findings += _cut(saved, before)
    findings += _gaps()
    return Report(batches, rows, sealer.unsealed(), findings)


def summarise_new(*, now: datetime) -> int:
    """How many batches a new summary covers: proved row by row and summed up in one view of the database."""
    if connection.vendor != "postgresql":
        return 0
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        group = _to_sum_up()
        if not group or not all(map(heads.is_signed, group)) or not _is_sound(group):
            return 0
        summaries.sign(group, at=now)
        return len(group)


def _to_sum_up() -> list[Head]:
    """The next batches that together have rows enough to be worth a summary."""
    group: list[Head] = []
    for seal in _seals(after=summaries.reach()):
        group.append(seal)
        if seal.last - group[0].first + 1 >= summaries.ROWS:
            return group
    return []


def _seals(after: int = -1) -> Iterator[Head]:
    last = after
    while step := heads.seals(f"WHERE batch > %s ORDER BY batch LIMIT {STEP}", [last]):
        yield from step
        last = step[-1].batch


def _groups() -> Iterator[list[Head]]:
    """Batches that follow each other, together: those of one summary, else some; a quiet office seals few rows each."""
    group: list[Head] = []
    known, until = summaries.all_of_them(), 0
    for seal in _seals():
        if seal.batch in known and seal.batch > until:
            if group:
                yield group
            group, until = [], known[seal.batch]
        group.append(seal)
        is_whole = seal.batch >= until if until >= group[0].batch else seal.last - group[0].first >= TOGETHER
        if is_whole:
            yield group
            group = []
    if group:
        yield group


def _judge(group: list[Head]) -> Judgement:
    """What is wrong with the rows of some batches, by batch, and how many rows they have."""
    if connection.vendor == "postgresql" and (summaries.holds(group) or _is_sound(group)):
        return {}, group[-1].last - group[0].first + 1
    leaves = _leaves(group)
    contents = _contents(leaves)
    found = {seal.batch: _batch(seal, leaves[seal.batch], contents) for seal in group}
    return found, sum(len(leaves[seal.batch]) for seal in group)


def _is_sound(group: list[Head]) -> bool:
    """Whether every row is as sealed and every batch whole: asked first, for then there is nothing to look for."""
    known: dict[int, bytes] = {}
    for source in stored.SOURCES:
        named = source.encode()
        for position, key, digest, content in stored.sealed(source, first=group[0].batch, last=group[-1].batch):
            head = b"row\x1f%d\x1f%s\x1f%s\x00" % (position, named, key.encode())
            if content is None or hashlib.sha256(head + content).digest() != digest:
                return False
            known[position] = digest
    expected = group[0].first
    for seal in group:
        leaves = [known.get(position, b"") for position in range(seal.first, seal.last + 1)]
        if seal.first != expected or merkle.root(leaves).hex() != seal.root:
            return False
        expected = seal.last + 1
    return len(known) == group[-1].last - group[0].first + 1


def _leaves(group: list[Head]) -> dict[int, list[Leaf]]:
    rows = stored.select(
        LEAF, "FROM ledger_leaf WHERE batch_id BETWEEN %s AND %s ORDER BY position",
        [group[0].batch, group[-1].batch],
    )
    found: dict[int, list[Leaf]] = {seal.batch: [] for seal in group}
    for position, source, key, digest, batch in rows:
        leaf = (int(position or b"0"), _shown(source), _shown(key), digest or b"")
        found.setdefault(int(batch or b"0"), []).append(leaf)
    return found


def _contents(leaves: dict[int, list[Leaf]]) -> dict[str, dict[str, bytes]]:
    everything = [leaf for batch in leaves.values() for leaf in batch]
    return {
        source: stored.contents(source, [leaf[2] for leaf in everything if leaf[1] == source])
        for source in stored.SOURCES
    }


def _chain(seal: Head, before: Head | None) -> list[Finding]:
    expected = hashlib.sha256(before.signed()).digest() if before else heads.GENESIS
    batch, first = (before.batch + 1, before.last + 1) if before else (1, 1)
    found = []
    if (seal.batch, seal.first, seal.previous) != (batch, first, expected.hex()):
        note = f"缺少第 {batch} 批" if seal.batch != batch else ""
        found.append(Finding("chain", table="ledger_seal", batch=seal.batch, note=note))
    if not heads.is_signed(seal):
        found.append(Finding("signature", table="ledger_seal", batch=seal.batch))
    return found


def _batch(seal: Head, leaves: list[Leaf], contents: dict[str, dict[str, bytes]]) -> list[Finding]:
    found = _missing_leaves(seal, leaves)
    damaged: list[tuple[Leaf, bytes]] = []
    for leaf in leaves:
        position, source, key, digest = leaf
        content = contents.get(source, {}).get(key)
        if content is None:
            found.append(_finding("removed", leaf, seal))
        elif stored.digest(position=position, source=source, key=key, content=content) != digest:
            damaged.append((leaf, content))
    found += _damage(seal, damaged)
    is_explained = any(finding.kind in ("leaf_removed", "reordered") for finding in found)
    if not is_explained and merkle.root([leaf[3] for leaf in leaves]).hex() != seal.root:
        note = "整批摘要与签名不符"
        found.append(Finding("leaf_altered", table="ledger_leaf", batch=seal.batch, note=note))
    return found


def _missing_leaves(seal: Head, leaves: list[Leaf]) -> list[Finding]:
    there = {leaf[0] for leaf in leaves}
    # A forged seal may claim any span; its signature tells that, and only so much of it is listed.
    last = min(seal.last, seal.first + MOST_LISTED)
    return [
        Finding("leaf_removed", table="ledger_leaf", position=position, batch=seal.batch)
        for position in range(seal.first, last + 1)
        if position not in there
    ]


def _damage(seal: Head, damaged: list[tuple[Leaf, bytes]]) -> list[Finding]:
    found = []
    for leaf, content in damaged:
        home = _home(leaf, content, damaged) if len(damaged) <= MOST_SWAPPED else None
        if home is None:
            found.append(_finding("altered", leaf, seal))
        else:
            found.append(_finding("reordered", leaf, seal, note=f"应在位置 {home}"))
    return found


def _home(leaf: Leaf, content: bytes, damaged: list[tuple[Leaf, bytes]]) -> int | None:
    """The position that this row was sealed at, if it now stands at another's."""
    _, source, key, own = leaf
    for (position, _, _, digest), _ in damaged:
        if stored.digest(position=position, source=source, key=key, content=content) in (digest, own):
            return position
    return None


def _finding(kind: str, leaf: Leaf, seal: Head, note: str = "") -> Finding:
    position, source, key, _ = leaf
    table = stored.SOURCES[source].table if source in stored.SOURCES else source
    return Finding(kind, table=table, row=key, position=position, batch=seal.batch, note=note)


def _cut(saved: Head | None, last: Head | None) -> list[Finding]:
    if saved is None or (last is not None and last.batch >= saved.batch):
        return []
    have = last.last if last else 0
    note = f"保存的签名到位置 {saved.last}，库中只到 {have}"
    return [Finding("cut", table="ledger_seal", batch=saved.batch, position=have + 1, note=note)]


def _gaps() -> list[Finding]:
    """Subjects whose entries aren't 1, 2, 3 … up to the number given last: also in the unsealed tail."""
    rows = stored.select(
        [("s.id", stored.ID), ("s.seq", stored.NUMBER)],
        "FROM ledger_subject s LEFT JOIN (SELECT subject_id, count(*) AS number, max(subject_seq) AS last "
        "FROM ledger_entry GROUP BY subject_id) e ON e.subject_id = s.id "
        "WHERE coalesce(e.last, 0) <> s.seq OR coalesce(e.number, 0) <> s.seq",
    )
    return [_gap(_shown(key), _shown(seq)) for key, seq in rows]


def _gap(subject: str, number: str) -> Finding:
    return Finding("gap", table="ledger_entry", row=f"对象 {subject}", note=f"应有 {number} 条，序号连续")


def _shown(value: bytes | None) -> str:
    return (value or b"").decode(errors="replace")
