"""Trying an amendment on the children on record, in the background, and reading what came out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongxin.access import selectors as access
from tongxin.accounts.viewers import Viewer
from tongxin.flows import trial
from tongxin.flows.refusals import NotAllowed
from tongxin.flows.trial import Effect, Standing
from tongxin.flows.trial_words import told
from tongxin.lib import ids
from tongxin.people.models import Child
from tongxin.rulebook import amending, rules, trials
from tongxin.rulebook.amending import Amendment
from tongxin.rulebook.trials import Trial


@dataclass(frozen=True, slots=True)
class Line:
    """One child who would stand otherwise, as far as the reader may know of it."""

    child_id: UUID
    file_no: str
    words: tuple[str, ...]


def begin(*, amendment: Amendment, actor: Viewer, at: datetime) -> Trial:
    """A trial to be run; what it will say belongs to the amendment as it stands now."""
    if actor.person_id is None or actor.post_id is None:
        raise NotAllowed
    return trials.begin(
        id=ids.new_id(), amendment=amendment, person=actor.person_id, post=actor.post_id,
        children=trial.total(region=amendment.region), at=at,
    )


def run(*, trial_id: UUID, viewer: Viewer, at: datetime) -> int:
    """How many would stand otherwise; an amendment that was changed meanwhile is not tried."""
    row = trials.find(trial_id)
    amendment = amending.find(row.amendment_id)
    if amendment.revision != row.revision:
        trials.drop(row)
        return 0
    found = trial.effects(
        versions=amending.supposable(amendment, at=at), at=at, region=amendment.region, viewer=viewer,
        progress=lambda count: trials.went_on(row, count),
    )
    rows = [_row(each) for each in found]
    trials.end(row, rows=rows, at=at)
    return len(rows)


def counts(found: Trial) -> list[tuple[str, int]]:
    """How many in each direction."""
    return Counter(row["direction"] for row in found.rows).most_common()


def places(found: Trial) -> Counter[int]:
    """How many in each township, else county."""
    return Counter(row["place"] for row in found.rows if row["place"])


def lines(found: Trial, *, viewer: Viewer, region: str, at: datetime, limit: int) -> list[Line]:
    """Those whom the viewer may see by file number; colours only where that part of the file is theirs to read."""
    by_id = {UUID(row["child"]): row for row in found.rows}
    children = Child.objects.filter(id__in=list(by_id))
    seen = access.visible(children, viewer=viewer, part="roster", at=at).order_by("file_no")[:limit]
    closest = set(access.visible(children, viewer=viewer, part="psychological", at=at).values_list("id", flat=True))
    pathway = rules.pathway_in(region=region, at=at)[1]
    return [
        Line(child.id, child.file_no, tuple(told(
            _standing(by_id[child.id]["before"]), _standing(by_id[child.id]["after"]), pathway,
            with_levels=child.id in closest,
        )))
        for child in seen
    ]


def _row(found: Effect) -> dict[str, Any]:
    return {
        "child": str(found.child_id), "direction": found.direction, "place": found.town_id or found.county_id,
        "before": _plain(found.before), "after": _plain(found.after),
    }


def _plain(standing: Standing) -> dict[str, Any]:
    return {key: sorted(value) if isinstance(value, frozenset) else value for key, value in asdict(standing).items()}


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(
        level=row["level"], rank=row["rank"], identified=row["identified"], gates=frozenset(row["gates"]),
        tasks=frozenset(row["tasks"]),
    )
