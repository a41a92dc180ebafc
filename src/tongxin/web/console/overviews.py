"""The addresses of the pages that look over many records: households, confirmations, the district, the ledger."""

from django.urls import URLPattern, path

from tongxin.web.console import (
    assigning,
    confirmations,
    definitions,
    district,
    household,
    ledger_page,
    saved_views,
    workload,
)

urlpatterns: list[URLPattern] = [
    path("households/<uuid:household_id>/", household.household),
    path("children/assign/", assigning.assign),
    path("children/views/", saved_views.keep_view),
    path("children/views/<uuid:view_id>/drop/", saved_views.drop_view),
    path("district/", district.district),
    path("workload/", workload.workload),
    path("ledger/", ledger_page.ledger_page),
    path("ledger/check/", ledger_page.check_ledger),
    path("definitions/", definitions.definition_list),
    path("definitions/<slug:kind>/<slug:name>/", definitions.definition_page),
    path("confirmations/", confirmations.confirmations),
]
