"""What a list's rows are to the files of a county: the engine's verdicts, with the reasons in words."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from tongxin import linkage
from tongxin.batch.errors import TableError
from tongxin.comparisons.models import Answer
from tongxin.flows.comparing_files import OnFile, files_in
from tongxin.intake.reading import Row
from tongxin.linkage import Record
from tongxin.people.models import Child

log = logging.getLogger(__name__)
Reasons = tuple[tuple[str, str], ...]
# Which of several verdicts on one row is shown, the most certain first.
ORDER = (Answer.SAME, Answer.CONTRADICTORY, Answer.PROBABLE, Answer.NEW)
CERTAIN = 10_000


@dataclass(frozen=True, slots=True)
class Judged:
    """One row's verdict; `likely` in parts of ten thousand."""

    verdict: str
    child_id: UUID | None = None
    reasons: Reasons = ()
    likely: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict for each row, in their order, and the files that no row is about."""

    rows: Sequence[Judged]
    missing: Sequence[Child]


def judge(rows: Sequence[Row], *, county_id: int, at: datetime) -> Judgement:
    """Every row against every file of the county."""
    files = list(files_in(county_id, at=at))
    found: dict[int, list[linkage.Pair]] = {}
    missing: set[str] = set()
    for pair in _compared([_of_row(number, row) for number, row in enumerate(rows)], list(map(of_file, files))):
        if pair.left_key is None:
            missing.add(str(pair.right_key))
        else:
            found.setdefault(int(pair.left_key), []).append(pair)
    judged = [_best(found.get(number, ())) for number in range(len(rows))]
    return Judgement(judged, [each.child for each in files if str(each.id) in missing])


def _compared(rows: list[Record], files: list[Record]) -> linkage.Result:
    """On the cluster where there is one; else, and while it isn't reached, here: both find the same."""
    if settings.TONGXIN_SPARK_MASTER:
        try:
            return linkage.compare(rows, files, cluster=settings.TONGXIN_SPARK_MASTER)
        except TableError:
            log.warning("the cluster wasn't reached; comparing on this machine")
    return linkage.compare(rows, files)


def _best(pairs: Iterable[linkage.Pair]) -> Judged:
    ranked = sorted(pairs, key=lambda pair: (ORDER.index(pair.verdict), -pair.probability))
    if not ranked or ranked[0].right_key is None:
        return Judged(Answer.NEW)
    first = ranked[0]
    reasons = tuple((each.code, each.zh) for each in first.reasons)
    others = {pair.right_key for pair in ranked[1:] if pair.right_key} - {first.right_key}
    if others:
        reasons = (*reasons, ("several", f"另有 {len(others)} 份档案也像，请一起核对"))
    child_id = UUID(first.right_key) if first.verdict != Answer.NEW and first.right_key else None
    return Judged(first.verdict, child_id, reasons, int(first.probability * CERTAIN))


def _of_row(number: int, row: Row) -> Record:
    born = row.birth.isoformat() if row.birth else row.birth_month
    return Record(
        key=str(number), name=row.name, sex=row.sex, birth=born, id_no=row.id_no or row.written.get("id_no"),
        phone=row.phone, guardian=row.carer, division=row.division_code or row.town_code,
        address=row.others.get("address"),
    )


def of_file(file: OnFile) -> Record:
    """A child on file as a line of a list; the first carer who has a telephone stands for the home."""
    carer = next((each for each in file.carers if each[1]), file.carers[0] if file.carers else (None, None))
    born = file.birth.isoformat() if file.birth else file.birth_month
    sex = file.child.sex if file.child.sex != "unknown" else None
    return Record(
        key=str(file.id), name=file.name, sex=sex, birth=born, id_no=file.id_no, phone=carer[1] or file.phone,
        guardian=carer[0], division=file.place_code, address=file.address,
    )
