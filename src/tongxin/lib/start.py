"""Bringing Django up for a command."""

import os

from tongxin.lib import secrets


def start(*, makes_keys: bool) -> None:
    """Load the settings and the apps; a first start may make the key files it needs."""
    if makes_keys:
        secrets.create()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    import django

    django.setup()
