"""Two furnished issuers for all these tests: what a test sends is taken back when it ends, so that
each finds everything as it was given.
"""

from typing import TYPE_CHECKING

import pytest
from tests.portal.conftest import Portal

if TYPE_CHECKING:
    from tests.portal.access.furnished import Furnished


@pytest.fixture(scope="session")
def ours(portal: Portal) -> "Furnished":
    return _furnished(portal, "Harbour", at=2)


@pytest.fixture(scope="session")
def theirs(portal: Portal) -> "Furnished":
    """What it has is numbered beyond what we have."""
    return _furnished(portal, "Lakeside", at=5)


def _furnished(portal: Portal, word: str, *, at: int) -> "Furnished":
    from tests.portal.access.furnished import given_furnished  # noqa: PLC0415  # Django is set up

    return given_furnished(portal, word, at=at)
