"""The running API against its own OpenAPI document: no 5xx, nothing undocumented."""

from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from tests.api.conftest import Server, given_key
from tests.given import given_active, given_stock

from counterfoil.api.openapi import document
from counterfoil.engine.clients import SCOPES
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
# These know neither the codes dialect 1 refuses with (452 to 464) nor 413.
STRICT = [*CHECKS, ignored_auth, negative_data_rejection, unsupported_method]
QUIET = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)

Case = schemathesis.Case[Any]
schema = schemathesis.openapi.from_dict(document())


@pytest.fixture(scope="module")
def caller(books: Connection, issuer: Issuer) -> dict[str, str]:
    """A key of its own, and vouchers for whatever guesses right."""
    given_stock(books, issuer, 10)
    for _each in range(3):
        given_active(books, issuer)
    return {"X-API-Key": given_key(books, issuer, "Explorer")}


@schema.parametrize()
@settings(QUIET, max_examples=3)
def test_a_few_examples_of_every_call(case: Case, server: Server, caller: dict[str, str]) -> None:
    case.call_and_validate(base_url=server.base_url, headers=caller, checks=CHECKS)


@pytest.fixture(scope="module")
def attended(books: Connection, issuer: Issuer) -> dict[str, str]:
    """Of a system whose guarded changes people approve."""
    scopes = SCOPES - {"unattended"}
    return {"X-API-Key": given_key(books, issuer, "Attended explorer", scopes)}


@pytest.mark.prove
@schema.parametrize()
@settings(QUIET, max_examples=10)
def test_examples_by_who_is_not_let_alone(
    case: Case, server: Server, attended: dict[str, str]
) -> None:
    case.call_and_validate(base_url=server.base_url, headers=attended, checks=CHECKS)


@pytest.mark.prove
@schema.parametrize()
@settings(QUIET, max_examples=50)
def test_many_examples_of_every_call(case: Case, server: Server, caller: dict[str, str]) -> None:
    checks = STRICT if case.path.startswith("/api/") else CHECKS
    response = case.call(base_url=server.base_url, headers=caller)
    too_large = response.status_code == 413
    case.validate_response(response, checks=CHECKS if too_large else checks, headers=caller)


def test_the_document_and_its_page_are_served(api: httpx.Client) -> None:
    answer = api.get("/api/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"
    page = api.get("/api/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert api.get("/api/docs.css").headers["content-type"].startswith("text/css")
