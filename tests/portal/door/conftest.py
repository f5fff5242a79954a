"""Roles for all issuers would count in the offices of other tests: they go with each test."""

from collections.abc import Iterator

import pytest
from django.db import connection
from tests.portal.conftest import Portal


@pytest.fixture(autouse=True)
def roles_for_all_issuers_go(portal: Portal) -> Iterator[None]:  # noqa: ARG001  # its database
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_roleassignment WHERE issuer_id IS NULL")
