"""A service in this process, with the released model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from web.web_clients import client_of, wait_for


@pytest.fixture(scope="package")
def service_client() -> Iterator[TestClient]:
    """Return a client of a service with the released model, loaded."""
    with client_of() as client:
        wait_for(lambda: client.get("/api/v1/health").status_code == 200)
        yield client
