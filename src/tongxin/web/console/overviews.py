"""The addresses of the pages that look over many records: households, confirmations, the district, the ledger."""

from django.urls import URLPattern, path

from tongxin.web.console import assigning, confirmations, household, saved_views

urlpatterns: list[URLPattern] = [
    path("households/<uuid:household_id>/", household.household),
    path("children/assign/", assigning.assign),
    path("children/views/", saved_views.keep_view),
    path("children/views/<uuid:view_id>/drop/", saved_views.drop_view),
    path("confirmations/", confirmations.confirmations),
]
