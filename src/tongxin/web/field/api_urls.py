"""The calls of the field app's phones."""

from django.urls import URLPattern, path

from tongxin.web.field import api_blob, api_down, api_lessons, api_pair, api_up

API: list[URLPattern] = [
    path("field/api/pair/", api_pair.pair),
    path("field/api/renew/", api_pair.renew),
    path("field/api/up/", api_up.up),
    path("field/api/down/", api_down.down),
    path("field/api/lessons/", api_lessons.lessons),
    path("field/api/blob/<uuid:blob_id>/", api_blob.blob),
    path("field/api/wiped/", api_pair.wiped),
]
