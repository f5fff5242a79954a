"""The portal of one database for all tests of a process: Django is configured once in each.

Every test makes an issuer and people of its own (tests/portal/given.py), so that none is in
another's way; what it writes stays until the session ends.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings
from django.db import connections
from tests.databases import close_kept, copied_database

from counterfoil.embedded import EmbeddedPostgres
from counterfoil.keys.provider import LocalKeyProvider
from counterfoil.portal import configuration, schema
from counterfoil.portal.handovers import sealing

SCRYPT_BYTES: Final = 128 * sealing.SCRYPT_N * sealing.SCRYPT_R  # of a server, at each try


@dataclass(frozen=True, slots=True)
class Portal:
    """The database all tests of this process share, and the keys to it."""

    url: str = field(repr=False)
    provider: LocalKeyProvider


def pytest_configure() -> None:
    """Before test files are read, so that they can import models; the database comes later."""
    configuration.configure(
        "postgresql:///not_yet", secret="not yet", serving=configuration.Serving(outbox=True)
    )
    # What makes guessing dear takes no time here.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    setattr(sealing, "SCRYPT_N", 2)  # noqa: B010  # a constant


@pytest.fixture(scope="session")
def portal(
    template: str,
    postgres: EmbeddedPostgres,
    home: Path,
    provider: LocalKeyProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    name = f"portal_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with copied_database(name, template=template, postgres=postgres, home=home) as url:
        for alias, database in configuration.databases(url).items():
            settings.DATABASES[alias].update(database)
        schema.migrate(url, provider)
        settings.SECRET_KEY = secret = schema.portal_secret(url, provider)
        uploads = tmp_path_factory.mktemp("uploads")
        configuration.configure(
            url, secret=secret, serving=configuration.Serving(uploads=uploads, outbox=True)
        )
        yield Portal(url, provider)
        connections.close_all()
        close_kept(url)
