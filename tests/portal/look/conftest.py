"""A folder of its own for what a test uploads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "uploads"
    with override_settings(COUNTERFOIL_UPLOADS=folder):
        yield folder
