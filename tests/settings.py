"""The project's own settings on a data folder of the tests' own, with keys made for them."""

import atexit
import os
import shutil
import tempfile

# An open transaction of one process holds the sealer of every database of a PostgreSQL: each has its own.
_servers, _worker = os.environ.get("TONGXIN_TEST_DATABASES", "").split(), os.environ.get("PYTEST_XDIST_WORKER", "")
if _servers and _worker:
    os.environ["TONGXIN_DATABASE"] = _servers[int(_worker.removeprefix("gw")) % len(_servers)]
if "TONGXIN_TEST_HOME" not in os.environ:
    os.environ["TONGXIN_TEST_HOME"] = tempfile.mkdtemp(prefix="tongxin-test-")
    atexit.register(shutil.rmtree, os.environ["TONGXIN_TEST_HOME"], ignore_errors=True)
os.environ["TONGXIN_HOME"] = os.environ["TONGXIN_TEST_HOME"]
for leftover in ("TONGXIN_KEYS", "TONGXIN_HEADS", "TONGXIN_CLOCK_START", "TONGXIN_DEBUG"):
    os.environ.pop(leftover, None)

from tongxin.lib import secrets  # noqa: E402

secrets.create()

from tongxin.config.settings import *  # noqa: E402, F403

# The tests' sign-ins need no slow hash.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Each test browser has the middleware made anew; the static files need not be gone through for it.
WHITENOISE_AUTOREFRESH = True
# Nor do their databases outlive the machine.
for _database in DATABASES.values():  # noqa: F405
    if "init_command" in _database["OPTIONS"]:
        _database["OPTIONS"]["init_command"] += ";PRAGMA synchronous=OFF"
