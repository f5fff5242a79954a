"""Where a command works: an embedded PostgreSQL below a home folder, or a database by its URL."""

import functools
import getpass
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

import click
from click.core import ParameterSource

from counterfoil.cli.migration import ensure_migrated
from counterfoil.embedded import EmbeddedPostgres
from counterfoil.engine.database import Connection, connected
from counterfoil.engine.issuer import Issuer, issuer_codes, open_issuer
from counterfoil.engine.operation import Caller
from counterfoil.errors import NotFoundError, WrongSettingError
from counterfoil.keys.provider import KeyProvider, LocalKeyProvider, TransitKeyProvider
from counterfoil.settings import Settings

HOME_DEFAULT: Final = Path(".counterfoil")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Place:
    """What `--home` and `--database` say: exactly one of the two is set."""

    home: Path | None
    database: str | None = field(repr=False)
    settings: Settings

    def options(self) -> list[str]:
        """The same place for a child process. A URL may carry a password, so it goes by the
        environment, never by the process list.
        """
        return [] if self.home is None else ["--home", str(self.home)]

    def environment(self) -> Mapping[str, str]:
        return {} if self.database is None else {"COUNTERFOIL_DATABASE": self.database}

    @contextmanager
    def opened(self, *, migrated: bool = True) -> Iterator["Workspace"]:
        """The database runs, and is up to date unless told otherwise, until this ends."""
        provider = self._provider()
        if self.home is None:
            url = self.database or ""
            if migrated:
                ensure_migrated(url, provider, self.settings, embedded=False)
            yield Workspace(url, provider, self.settings, None)
            return
        with EmbeddedPostgres(self.home) as server:
            if migrated:
                ensure_migrated(server.url, provider, self.settings, embedded=True)
            uploads = self.settings.uploads or self.home / "uploads"
            settings = replace(self.settings, uploads=uploads)
            yield Workspace(server.url, provider, settings, server)

    def _provider(self) -> KeyProvider:
        settings = self.settings
        if settings.transit_url is not None:
            return _transit_provider(settings)
        if settings.key_file is not None:
            return LocalKeyProvider(settings.key_file)
        if self.home is None:
            raise WrongSettingError(
                "With --database say where the key-encryption key is: set COUNTERFOIL_KEY_FILE"
                " (`counterfoil keys create FILE` makes one) or COUNTERFOIL_TRANSIT_URL."
            )
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WrongSettingError(
                f"The home {self.home} cannot be used: {error.strerror}."
            ) from error
        return LocalKeyProvider(self.home / "keys.json", create=True)


@dataclass(frozen=True, slots=True)
class Workspace:
    """An opened place: a database that answers and the keys to it."""

    url: str = field(repr=False)
    provider: KeyProvider
    settings: Settings
    postgres: EmbeddedPostgres | None

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        with connected(self.url) as connection:
            yield connection

    @contextmanager
    def issuer(self, code: str | None) -> Iterator[tuple[Connection, Issuer]]:
        """A connection, and that issuer opened on it; None is the only one there is.

        Raises NotFoundError.
        """
        with connected(self.url) as connection:
            yield connection, open_issuer(connection, code or _only(connection), self.provider)


def placed(command: Callable[Concatenate[Place, P], R]) -> Callable[P, R]:
    """Gives a command `--home` and `--database`, and the Place they name first."""

    @click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="COUNTERFOIL_HOME",
        help=f"Folder of the embedded database and its keys.  [default: ./{HOME_DEFAULT}]",
    )
    @click.option(
        "--database",
        metavar="URL",
        envvar="COUNTERFOIL_DATABASE",
        help="A PostgreSQL server's URL instead of the embedded one.",
    )
    @click.pass_context
    @functools.wraps(command)
    def with_place(context: click.Context, /, *args: P.args, **kwargs: P.kwargs) -> R:
        home, database = kwargs.pop("home"), kwargs.pop("database")
        place = _place(context, home, database)  # type: ignore[arg-type]
        return command(place, *args, **kwargs)

    return with_place


def _only(connection: Connection) -> str:
    codes = issuer_codes(connection)
    if len(codes) != 1:
        raise NotFoundError(f"There are {len(codes)} issuers: name one with --issuer.")
    return codes[0]


def cli_caller() -> Caller:
    """Whoever has the shell: trusted, and named in the journal."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    return Caller(0, f"cli:{name}")


def _place(context: click.Context, home: Path | None, database: str | None) -> Place:
    on_command_line = ParameterSource.COMMANDLINE
    if home is not None and database is not None:
        sources = (context.get_parameter_source("home"), context.get_parameter_source("database"))
        if sources[0] is sources[1]:
            raise click.UsageError("Give --home or --database, not both.")
        home, database = (home, None) if sources[0] is on_command_line else (None, database)
    if database is None:
        home = (home or HOME_DEFAULT).absolute()
    elif not database.strip():
        raise WrongSettingError("COUNTERFOIL_DATABASE is empty; leave it out or give it a URL.")
    return Place(home, database, Settings.read(os.environ))


def _transit_provider(settings: Settings) -> TransitKeyProvider:
    if settings.key_file is not None:
        raise WrongSettingError(
            "COUNTERFOIL_KEY_FILE and COUNTERFOIL_TRANSIT_URL are both set; keep one."
        )
    if settings.transit_token_file is None:
        raise WrongSettingError("COUNTERFOIL_TRANSIT_URL needs COUNTERFOIL_TRANSIT_TOKEN_FILE.")
    try:
        token = settings.transit_token_file.read_text("utf-8").strip()
    except OSError as error:
        raise WrongSettingError(
            f"COUNTERFOIL_TRANSIT_TOKEN_FILE cannot be read: {error.strerror}."
        ) from error
    return TransitKeyProvider(settings.transit_url or "", token, settings.transit_key)
