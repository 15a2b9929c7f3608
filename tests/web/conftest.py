"""Pages on the sample site; SQLite, or PostgreSQL when INSTROOM_TEST_POSTGRES is its URL."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):  # noqa: ARG001
    url = os.environ.get("INSTROOM_TEST_POSTGRES")
    if not url:
        return
    from django.db import connections

    from instroom_web.settings import _postgresql

    suffix = os.environ.get("PYTEST_XDIST_WORKER", "main")
    wanted = _postgresql(url) | {"TEST": {"NAME": f"test_instroom_{suffix}"}}
    connections.settings["default"] = connections.configure_settings({"default": wanted})["default"]
    if hasattr(connections._connections, "default"):
        del connections["default"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):  # noqa: ARG001
    """Store the sample once; tests that write are rolled back."""
    import sample
    from django.db import connection

    from instroom_web.reports.actions import store_site

    with django_db_blocker.unblock():
        assert not os.environ.get("INSTROOM_TEST_POSTGRES") or connection.vendor == "postgresql"
        store_site(**sample.site())


@pytest.fixture(autouse=True)
def no_kept_pages():
    from django.core.cache import caches

    caches["public_pages"].clear()  # the rest is in the database, which each test leaves as it was
