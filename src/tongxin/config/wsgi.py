"""The application that granian serves."""

import contextlib
import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
application = get_wsgi_application()


def _settle() -> None:
    """Rules are read once and stay: the collector need not look through them again while somebody waits."""
    from django.db import DatabaseError, connections

    from tongxin.flows.reading_ahead import read_ahead
    from tongxin.lib import clock, steady
    from tongxin.rulebook.rules import NotAdopted

    # A database that isn't there yet is told of by the first page.
    with contextlib.suppress(DatabaseError, NotAdopted), steady.reading():
        read_ahead(at=clock.now())
    connections.close_all()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


_settle()
