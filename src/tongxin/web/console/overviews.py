"""The addresses of the pages that look over many records: households, confirmations, the district, the ledger."""

from django.urls import URLPattern, path

from tongxin.web.console import confirmations, household

urlpatterns: list[URLPattern] = [
    path("households/<uuid:household_id>/", household.household),
    path("confirmations/", confirmations.confirmations),
]
