"""Homes of an embedded PostgreSQL; nothing of a test is left running in them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.embedded.homes import end_all

from counterfoil.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("u") / "home"
    with EmbeddedPostgres(home, durable=False):
        return home


@pytest.fixture
def home(used_home: Path) -> Iterator[Path]:
    """Used before and stopped: to make a new one takes longer than most tests."""
    yield used_home
    if end_all(used_home):
        shutil.rmtree(used_home)


@pytest.fixture
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Not made yet. Its name is short, so that sockets fit."""
    home = tmp_path_factory.mktemp("n") / "home"
    yield home
    end_all(home)
    shutil.rmtree(home.parent)
