"""The rules of the counties that work here, read before anybody asks for a page."""

from datetime import datetime

from tongxin.accounts.models import Organisation
from tongxin.assessments.forms import form_in
from tongxin.flows.lists import choices_in
from tongxin.rulebook import rules

MOST_COUNTIES = 4


def read_ahead(*, at: datetime) -> int:
    """How many counties' forms, gates, schemes and pathways were read, so that nobody's first page waits for them."""
    homes = Organisation.objects.filter(division__level="county").order_by("division_id")
    counties = list(homes.values_list("division_id", flat=True).distinct()[:MOST_COUNTIES])
    rules.access_rules(at=at)
    rules.calendar_at(at)
    for county in counties:
        region, lists = rules.region_of(county), choices_in(county)
        rules.pathway_in(region=region, at=at)
        for form in rules.ids("forms"):
            form_in(form_id=form, region=region, at=at, lists=lists)
    return len(counties)
