"""The API keeps its own description, whatever is sent: schemathesis makes the requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from secretome_ml.web.api.openapi import description
from web.web_clients import server_of, wait_for

load_all_checks()
# The schema cannot say which words the vocabulary holds: what fits it may still be refused, with reasons.
NOT_PROMISED = CHECKS.get_by_names(["positive_data_acceptance"])


schema = schemathesis.openapi.from_dict(description())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Return the address of a running service."""
    with server_of() as client:
        wait_for(lambda: client.get("/api/v1/health").status_code == 200)
        assert client.get("/api/v1/openapi.json").json() == description()
        yield str(client.base_url)


@schema.parametrize()
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_contract(case, address):
    case.call_and_validate(address, excluded_checks=NOT_PROMISED, timeout=120)
