"""Long work that a page starts and that goes on after the page was answered."""

from uuid import UUID

from django_tasks import task

from tongxin.accounts.models import Person
from tongxin.accounts.viewers import viewer_of
from tongxin.comparisons.models import Comparison
from tongxin.flows import comparing_run, export_books, export_making, trying
from tongxin.flows.refusals import Refused
from tongxin.intake import services as intake
from tongxin.intake.faults import Overtaken
from tongxin.intake.models import Upload
from tongxin.lib import clock
from tongxin.web.console import book_batch


@task()
def import_roster(upload_id: str, person_id: str, post_id: str) -> int:
    """How many rows of an upload are done; another run of the same import is left to finish alone."""
    at = clock.now()
    viewer = viewer_of(person=Person.objects.get(id=UUID(person_id)), at=at, post_id=UUID(post_id))
    upload = Upload.objects.get(id=UUID(upload_id))
    try:
        return intake.import_upload(upload, viewer=viewer, at=at).rows_done
    except Overtaken:
        return Upload.objects.get(id=upload.id).rows_done


@task()
def try_amendment(trial_id: str, person_id: str, post_id: str) -> int:
    """How many children would stand otherwise if an amendment were adopted."""
    at = clock.now()
    viewer = viewer_of(person=Person.objects.get(id=UUID(person_id)), at=at, post_id=UUID(post_id))
    return trying.run(trial_id=UUID(trial_id), viewer=viewer, at=at)


@task()
def make_export(export_id: str) -> int:
    """How many rows an agreed export has."""
    return export_making.make(export_id=UUID(export_id), at=clock.now()).rows


@task()
def bind_books(export_id: str) -> int:
    """How many books an agreed request has; another run of the same is left to finish alone."""
    return export_books.make(export_id=UUID(export_id), bind=book_batch.bind, clock=clock.now)


@task()
def compare_list(comparison_id: str, person_id: str, post_id: str) -> int:
    """How many rows of a list have an answer; another run of the same comparison is left to finish alone."""
    at = clock.now()
    viewer = viewer_of(person=Person.objects.get(id=UUID(person_id)), at=at, post_id=UUID(post_id))
    comparison = Comparison.objects.get(id=UUID(comparison_id))
    try:
        return comparing_run.run(comparison, viewer=viewer, at=at).rows_done
    except (comparing_run.Overtaken, Refused):
        return Comparison.objects.get(id=comparison.id).rows_done
