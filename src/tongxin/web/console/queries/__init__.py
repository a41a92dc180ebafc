"""Questions about figures that people put together themselves: asked, answered, kept, taken along."""

from django.urls import URLPattern, path

from tongxin.web.console.queries import asking, files, keeping

urlpatterns: list[URLPattern] = [
    path("queries/", asking.home), path("queries/split/", asking.split), path("queries/table/", files.table),
    path("queries/keep/", keeping.keep), path("queries/<uuid:query_id>/", asking.kept),
    path("queries/<uuid:query_id>/change/", keeping.change), path("queries/<uuid:query_id>/remove/", keeping.remove),
]
