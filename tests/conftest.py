"""What every test stands on: both databases, and a ledger that can be emptied after a test."""

import copy
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from tests import driven, migrated, world
from tests.unlock import guards_down

pytest.register_assert_rewrite("tests.demo.quarter")

# The same cases at each run, however slow the machine; `make soak` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")

_empty = TransactionTestCase._fixture_teardown


def _unlock_and_empty(case: Any) -> None:
    with guards_down():
        _empty(case)


TransactionTestCase._fixture_teardown = _unlock_and_empty


# A real browser on a busy machine stalls now and then; once more, and the report names each that needed it (R).
DRIVEN = ("tests/browser/", "tests/field/", "tests/pwa/")
# These leave standing what driven tests share.
BESIDE = (*DRIVEN, "tests/core/")
# Begun first and in this order, so that no process ends alone with one of them.
SLOW = (
    "tests/demo/test_quarter.py", "tests/matrix/test_routes.py", "tests/deploy/test_restore.py",
    "tests/field/test_shell.py", "tests/browser/", "tests/field/", "tests/pwa/",
    "tests/instances/test_two_installations.py", "tests/flows/test_promise_one.py", "tests/deploy/",
    "tests/commands/test_preparation.py", "tests/sync/test_faults.py", "tests/test_leaks.py", "tests/demo/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses the database uses both, for names can't be sealed without the keys."""
    items.sort(key=_turn)
    for item in items:
        if item.nodeid.startswith(DRIVEN):
            item.add_marker(pytest.mark.flaky(reruns=1))
        for mark in item.iter_markers("django_db"):
            mark.kwargs.setdefault("databases", "__all__")


def _turn(item: pytest.Item) -> int:
    return next((turn for turn, path in enumerate(SLOW) if item.nodeid.startswith(path)), len(SLOW))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if not item.nodeid.startswith(BESIDE) or item.get_closest_marker("django_db"):
        driven.leave()


def pytest_sessionfinish() -> None:
    driven.leave()


def pytest_collection_finish() -> None:
    """Thousands of tests and every module stay to the end: the collector need not go through them again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _other_rows_under_the_same_ids() -> None:
    forget()


def forget() -> None:
    """What comes next has the ids of what was taken back: what was remembered by id is forgotten."""
    for module, names in (("tongxin.rulebook.rules", ("_index", "region_of")), ("tongxin.flows.lists", ("_choices",))):
        for name in names:
            if module in sys.modules:
                getattr(sys.modules[module], name).cache_clear()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Both test databases, prepared by the first process that needs them and copied by each."""
    with django_db_blocker.unblock(), migrated.databases(), django_db_blocker.block():
        yield


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written meanwhile, in any database, is gone afterwards."""
    with ExitStack() as open_until_the_end:
        for name in connections:
            open_until_the_end.enter_context(transaction.atomic(using=name))
        yield
        for name in connections:
            transaction.set_rollback(True, using=name)


@pytest.fixture(scope="module")
def begun(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[world.World]:
    """The cast at its beginning, there for all tests of a file; what each of them does is taken back."""
    with django_db_blocker.unblock(), taken_back():
        yield world.build()


@pytest.fixture
def cast(begun: world.World, db: None) -> world.World:
    """The cast as one test's own: nobody of the next test's has changed."""
    return copy.deepcopy(begun)
