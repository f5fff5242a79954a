"""Roles for all issuers would count in the offices of other tests: they go with each test."""

from collections.abc import Iterator

import pytest
from tests.portal.conftest import Portal

from counterfoil.portal.models import RoleAssignment


@pytest.fixture(autouse=True)
def roles_for_all_issuers_go(portal: Portal) -> Iterator[None]:  # noqa: ARG001  # its database
    yield
    RoleAssignment.objects.filter(issuer_id=None).delete()
