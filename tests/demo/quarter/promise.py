"""Every promise is kept on the last morning, and nothing of what the record would not take was tried."""

from tests.demo.small import END, Quarter
from tongxin.flows.invariants import breaches
from tongxin.flows.rebuild import differences_of
from tongxin.ledger.models import Entry, Work
from tongxin.people.models import Child


def look(quarter: Quarter) -> None:
    assert quarter.refused == ()
    assert [(each.kind, each.count) for each in breaches(at=END) if each.count] == []
    for child in Child.objects.all():
        assert differences_of(child, at=END) == []
    assert not Work.objects.exclude(state=Work.DONE).exists()
    assert Entry.objects.filter(recorded_at__gt=END).count() == 0
