"""How long the whole file of one child takes on paper, and the files of many children in the background.

Run with `python -m benchmarks.papers [children] [records]`: an installation of its own on SQLite, on disk; a file with
no record but the case file has six pages, with three more about fifteen. One file at a time through what the page
does, then all of them through the worker's job. Both by the clock and by what the processor worked.
"""

from __future__ import annotations

import io
import itertools
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from benchmarks.installation import MEASURED, Installation

ONES = 40
RECORDS = ("identification_form", "visit_record", "visit_record")
INSIDE = "inside"


def main(children: int = 1000, records: int = 0) -> int:
    """Prepare, measure inside, and say what it was measured on."""
    with tempfile.TemporaryDirectory() as folder:
        place = Installation(Path(folder))
        for command in ("keys create", "database prepare", "definitions adopt"):
            place.run("tongxin", *command.split(), moment=MEASURED)
        place.run("benchmarks.papers", INSIDE, str(children), str(records), moment=MEASURED)
    return 0


def inside(children: int, records: int) -> None:
    """One file, then all of them; what is printed goes to the standard error, as a child of `main`."""
    import django

    django.setup()
    from tests import world
    from tests.assessed import assess
    from tongxin.lib import clock

    print(f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, typst {version('typst')}, SQLite on disk, {children} children")
    at = clock.now()
    cast = world.build(at)
    assess(cast, "export", at=at)
    since = time.perf_counter()
    _children(cast, children, records, at)
    print(f"prepared in {time.perf_counter() - since:.0f} s")
    _one_by_one(cast, at + timedelta(hours=2))
    _all(cast, at + timedelta(hours=3))


def _children(cast, children, records, at):  # type: ignore[no-untyped-def]
    from django.db import transaction

    from tests.flows.forms import fill

    for number in range(children):
        with transaction.atomic():
            child = cast.child(f"小雨{number}", birth="2012-01-05", at=at)
            for form in RECORDS[:records]:
                answers = fill(child, form, at)
                cast.record(child, form, answers, by="周主任", at=at + timedelta(minutes=1))


def _one_by_one(cast, at):  # type: ignore[no-untyped-def]
    from pypdf import PdfReader

    from tongxin.documents import typesetting
    from tongxin.documents.papers import Purpose, papers_in
    from tongxin.people.models import Child
    from tongxin.web.console.book_content import book_of
    from tongxin.web.console.file import read_file
    from tongxin.web.doors import Request

    request = Request()
    request.viewer, request.at = cast.viewer("王督导", at), at
    stages = ("reading the file", "opening, words", "typst", "all", "processor")
    parts: dict[str, list[float]] = {each: [] for each in stages}
    for child in Child.objects.order_by("id")[: ONES + 1]:
        marks, worked = [time.perf_counter()], time.process_time()
        file = read_file(request, child.id)
        marks.append(time.perf_counter())
        _, content = book_of(file, papers_in(region=file.region, at=at), Purpose("archive", "归档", False))
        marks.append(time.perf_counter())
        made = typesetting.bound(content)
        marks.append(time.perf_counter())
        parts["processor"].append((time.process_time() - worked) * 1000)
        steps = [after - before for before, after in itertools.pairwise(marks)]
        for name, taken in zip(parts, [*steps, marks[-1] - marks[0]], strict=False):
            parts[name].append(taken * 1000)
    pages = len(PdfReader(io.BytesIO(made)).pages)
    print(f"one file: {pages} pages, {len(made) // 1000} kB; first of the process {parts['all'][0]:.0f} ms")
    for name, taken in parts.items():
        warm = sorted(taken[1:])
        print(f"  {name}: p50 {statistics.median(warm):.0f} ms, p95 {warm[int(len(warm) * 0.95)]:.0f} ms")


def _all(cast, at):  # type: ignore[no-untyped-def]
    from tests.world import World
    from tongxin.cases.models import Case
    from tongxin.exports.models import Export
    from tongxin.flows import export_asking, export_book_copies, export_books
    from tongxin.web.console import book_batch

    assert isinstance(cast, World)
    wish = export_asking.Wish(
        purpose="binding", words="年度归档", recipient="", fields=(), form="pdf", is_named=True, until_on=at.date(),
        to=f"post:{cast.posts['王督导'].id}",
    )
    row = export_asking.ask(
        wish=wish, cases=Case.objects.all(), parts=("roster",), actor=cast.viewer("王督导", at), at=at
    )
    export_asking.decide(export_id=row.id, agrees=True, words="", actor=cast.viewer("郑管理", at), at=at)
    print(f"before the batch: {_peak()} MB at most, load {os.getloadavg()[0]:.1f}")
    since, worked = time.perf_counter(), time.process_time()
    made = export_books.make(export_id=row.id, bind=book_batch.bind, clock=lambda: at)
    taken, worked = time.perf_counter() - since, time.process_time() - worked
    size = sum(Export.objects.get(id=row.id).included.values_list("size", flat=True))
    print(
        f"{made} files in {taken:.1f} s ({taken / made * 1000:.0f} ms each; processor {worked:.1f} s), "
        f"{size / 1e6:.0f} MB, peak {_peak()} MB, load {os.getloadavg()[0]:.1f}"
    )
    since = time.perf_counter()
    copy, archive = export_book_copies.download(export_id=row.id, actor=cast.viewer("王督导", at), at=at)
    archive.close()
    print(f"their archive: {copy.size / 1e6:.0f} MB in {time.perf_counter() - since:.1f} s, peak {_peak()} MB")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    if sys.argv[1:2] == [INSIDE]:
        inside(int(sys.argv[2]), int(sys.argv[3]))
    else:
        sys.exit(main(*map(int, sys.argv[1:])))
