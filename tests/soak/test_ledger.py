"""Eight writing processes for minutes, while worker and writers are killed: nothing kept is lost, nothing half."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.soak.conftest import Part
from tests.soak.installation import Installation

pytestmark = pytest.mark.soak
WRITERS, CHILDREN = 8, 5
COUNT = """
import json
from tongxin.ledger.models import Entry, Event, Leaf, Work
seqs = {}
for subject, seq in Entry.objects.order_by("subject_id", "subject_seq").values_list("subject_id", "subject_seq"):
    seqs.setdefault(subject, []).append(seq)
positions = list(Leaf.objects.order_by("position").values_list("position", flat=True))
print(json.dumps({
    "ids": [str(each) for each in Entry.objects.values_list("id", flat=True)],
    "dense": all(each == list(range(1, len(each) + 1)) for each in seqs.values()),
    "sealed": positions == list(range(1, Entry.objects.count() + Event.objects.count() + 1)),
    "undone": Work.objects.exclude(state=Work.DONE).count(),
}))
"""
MAKE = """
import sys
from uuid import UUID
from tests.ledger.record import AT
from tongxin import vault
vault.create_keys([vault.Owner("child", UUID(each)) for each in sys.argv[1:]], at=AT)
"""
# What ten minutes do for a claim whose worker was killed.
FREE = """
from tongxin.ledger.models import Work
Work.objects.filter(state=Work.CLAIMED).update(state=Work.WAITING, claimed_by="")
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    found = Installation(tmp_path / "home")
    for words in ("keys create", "database prepare"):
        assert found.run("tongxin", *words.split()).returncode == 0
    yield found
    found.end()


def test_writers_while_processes_are_killed(place: Installation, part: Part, tmp_path: Path) -> None:
    chance = part.chance
    children = [str(uuid4()) for _ in range(CHILDREN)]
    place.code(MAKE, *children)
    said = tmp_path / "kept.txt"

    def writer(number: int) -> Any:
        return place.start("tests.soak.writer", f"{part.seed}-{number}", *children, out=said)

    writers = [writer(number) for number in range(WRITERS)]
    worker = place.start("tongxin", "worker")
    for number in part.turns():
        time.sleep(chance.uniform(1, 4))
        worker.kill()
        worker = place.start("tongxin", "worker")
        part.counts["workers killed"] += 1
        if chance.random() < 0.3:
            at = chance.randrange(WRITERS)
            writers[at].kill()
            writers[at] = writer(number + WRITERS)
            part.counts["writers killed"] += 1
    for process in writers:
        process.kill()
        process.wait()
    worker.kill()
    worker.wait()
    _judge(place, part, said)


def _judge(place: Installation, part: Part, said: Path) -> None:
    """What the writers were told is kept is there; numbers are dense; all is sealed, provable and done."""
    place.code(FREE)
    assert place.run("tongxin", "worker", "--once").returncode == 0
    found = json.loads(place.code(COUNT))
    kept = [line for line in said.read_text(encoding="utf-8").splitlines() if len(line) == 36]
    part.counts["entries"] = len(found["ids"])
    assert set(kept) <= set(found["ids"]) and len(kept) > 0
    assert (found["dense"], found["sealed"], found["undone"]) == (True, True, 0)
    proof = place.run("tongxin", "ledger", "verify", "--json")
    assert proof.returncode == 0, proof.stdout + proof.stderr
    part.counts["rows proved"] = json.loads(proof.stdout)["rows"]
