"""What every answer carries and every door refuses, whoever asks."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from tests import world
from tests.web.conftest import Office

pytestmark = pytest.mark.django_db
ASKED = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "tongxin.config.settings"
from django.conf import settings
names = [name for name in dir(settings) if "COOKIE" in name or name.startswith("SECURE")]
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def settings_with_https() -> dict[str, Any]:
    words = [sys.executable, "-c", ASKED]
    environment = {**os.environ, "TONGXIN_HTTPS": "1"}
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_cookies_stay_on_this_host_and_off_the_open_line() -> None:
    found = settings_with_https()
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["SESSION_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == found["CSRF_COOKIE_SAMESITE"] == "Lax"
    assert found["SESSION_COOKIE_DOMAIN"] is None
    assert found["SESSION_COOKIE_PATH"] == "/"
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000


def test_every_answer_says_that_it_is_for_this_place_only() -> None:
    for page in ("/sign-in/", "/nowhere/", "/children/"):
        headers = Client().get(page).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert not [name for name in headers if name.lower().startswith("access-control-")]
        assert headers["Content-Type"].endswith("charset=utf-8") or not headers.get("Content-Type")


def test_nothing_is_saved_for_a_page_of_somebody_elses(cast: world.World, office: Any) -> None:
    signed_in = office("周主任")
    outside = Client(enforce_csrf_checks=True)
    outside.cookies = signed_in.cookies
    for page in ("/children/search/", "/sign-in/", f"/children/{cast.child().id}/forms/visit_record/"):
        assert outside.post(page, {"text": "张"}).status_code == 403


@pytest.mark.parametrize("method", ["put", "delete", "patch", "trace"])
def test_no_door_opens_to_another_way_of_asking(cast: world.World, office: Any, method: str) -> None:
    desk: Office = office("周主任")
    for page in ("/", "/children/", "/children/search/", "/sign-in/", f"/children/{cast.child().id}/"):
        assert getattr(desk, method)(page).status_code == 405


def test_signing_out_ends_it_on_the_server_too(cast: world.World, office: Any) -> None:
    desk: Office = office("周主任")
    kept = desk.cookies["sessionid"].value
    desk.post("/sign-out/")
    other = Client()
    other.cookies["sessionid"] = kept
    assert other.get("/children/").headers["Location"].startswith("/sign-in/")
