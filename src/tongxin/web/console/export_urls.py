"""The addresses of exports."""

from django.urls import URLPattern, path

from tongxin.web.console import export_deeds, export_reading, exports, recalls

urlpatterns: list[URLPattern] = [
    path("exports/", exports.exports),
    path("exports/new/", exports.new),
    path("exports/<uuid:export_id>/", exports.export),
    path("exports/<uuid:export_id>/decide/", export_deeds.decide),
    path("exports/<uuid:export_id>/download/", export_deeds.download),
    path("exports/<uuid:export_id>/progress/", export_deeds.progress),
    path("exports/<uuid:export_id>/go-on/", export_deeds.go_on),
    path("exports/<uuid:export_id>/password/", export_deeds.password),
    path("exports/<uuid:export_id>/revoke/", export_deeds.revoke),
    path("exports/<uuid:export_id>/texts/", export_deeds.texts),
    path("exports/<uuid:export_id>/texts/page/", export_reading.texts_page),
    path("exports/<uuid:export_id>/texts/rest/", export_reading.leave_rest),
    *recalls.urlpatterns,
]
