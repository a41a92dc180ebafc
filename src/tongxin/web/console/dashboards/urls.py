"""Where dashboards are found."""

from django.urls import URLPattern, path

from tongxin.web.console.dashboards import embedding, files, page, pictures

urlpatterns: list[URLPattern] = [
    path("dashboard/", page.dashboard), path("dashboard/table/", files.table),
    path("dashboard/picture/", pictures.picture), path("dashboard/report/", embedding.into_report),
]
