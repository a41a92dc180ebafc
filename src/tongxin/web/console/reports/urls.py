"""Where reports are found."""

from django.urls import URLPattern, path

from tongxin.web.console.reports import layouts, listing, page

urlpatterns: list[URLPattern] = [
    path("reports/", listing.report_list),
    path("reports/make/", listing.make),
    path("reports/layouts/", layouts.layout_page),
    path("reports/layouts/standard/", layouts.standard),
    path("reports/<uuid:report_id>/", page.report_page),
    path("reports/<uuid:report_id>/write/", page.write),
    path("reports/<uuid:report_id>/settle/", page.settle),
    path("reports/<uuid:report_id>/file/<slug:shape>/", page.file),
]
