"""Where histories happen: one database of this worker's, and far sides that live as long."""

from collections.abc import Iterator

import pytest
from tests.gateway.histories.auditor import CHUNK
from tests.gateway.histories.clock import told_time
from tests.gateway.histories.http_banks import opened_banks
from tests.gateway.histories.lives import mortality
from tests.gateway.histories.online import opened_street
from tests.gateway.histories.world import Place

from counterfoil.engine.payouts import sending
from counterfoil.gateway import inbox
from counterfoil.keys.provider import LocalKeyProvider

__all__ = ["mortality"]


@pytest.fixture(scope="module")
def place(
    shared_database: str, provider: LocalKeyProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("histories")
    with (
        pytest.MonkeyPatch.context() as patch,
        opened_street(folder) as street,
        opened_banks() as http_banks,
        told_time(shared_database),
    ):
        patch.setattr(sending, "CHUNK_PAYOUTS", CHUNK)
        patch.setattr(inbox, "QUIET_LOOKS_MAX", 2)
        place = Place(shared_database, provider, folder, street, http_banks)
        yield place
        place.close()
