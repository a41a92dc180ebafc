"""The slices of the open cases that lists and figures share: late, without a next step, in crisis.

A child who has several files stands in them once, with the case that leads.

All ranks are named in each so that the index by place, rank and due moment is walked.
"""

from datetime import datetime

from django.db.models import Q, QuerySet

from tongxin.cases.derivation import FAR
from tongxin.cases.models import Case
from tongxin.core.pathway import Pathway


def leading() -> QuerySet[Case]:
    """The case of each child: of several files of one child that of the file which is kept."""
    return Case.objects.filter(goes_on__isnull=True)


def late(pathway: Pathway, *, at: datetime) -> Q:
    """Open cases whose next step is overdue."""
    return Q(rank__in=_ranks(pathway), due_at__lt=at, is_open=True)


def without_step(pathway: Pathway) -> Q:
    """Open cases with nothing to do: there must be none (promise 1)."""
    return Q(rank__in=_ranks(pathway), due_at__gte=FAR, is_open=True)


def in_crisis(pathway: Pathway) -> Q:
    """Cases whose crisis is open."""
    return Q(rank=-pathway.urgency["crisis"], in_crisis=True)


def _ranks(pathway: Pathway) -> list[int]:
    return sorted({-number for number in pathway.urgency.values()})
