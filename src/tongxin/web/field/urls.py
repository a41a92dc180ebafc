"""The addresses of the field app: its shell, and the doors its phones speak to."""

from django.urls import URLPattern, path

from tongxin.web.field import shell
from tongxin.web.field.api_urls import API

urlpatterns: list[URLPattern] = [
    path("field/", shell.page),
    path("field/worker.js", shell.worker),
    path("field/manifest.webmanifest", shell.manifest),
    path("field/files.json", shell.files),
    path("field/pack.json", shell.pack),
    path("field/app/<path:path>", shell.file),
    *API,
]
