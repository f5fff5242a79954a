"""Where the sandbox provider of a home keeps its accounts and its secret."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from counterfoil.cli.place import Place
from counterfoil.errors import WrongSettingError


@dataclass(frozen=True, slots=True)
class BankFiles:
    data_path: Path
    secret_path: Path

    @classmethod
    def of(
        cls, place: Place, data_path: Path | None = None, secret_path: Path | None = None
    ) -> Self:
        """Below the home where they are not said; a secret is made where there is none."""
        if place.home is None and (data_path is None or secret_path is None):
            raise WrongSettingError("With --database say --data and --secret-file too.")
        home = place.home or Path()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        files = cls(
            data_path or home / "sandbox-fsp.sqlite", secret_path or home / "sandbox-fsp.secret"
        )
        if secret_path is None:
            files._create_secret()
        return files

    def secret(self) -> str:
        return read_secret(self.secret_path, "--secret-file")

    def _create_secret(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with suppress(FileExistsError), open(os.open(self.secret_path, flags, 0o600), "w") as file:  # noqa: PTH123  # a descriptor
            file.write(secrets.token_urlsafe(32))


def read_secret(path: Path, setting: str) -> str:
    """Raises WrongSettingError, naming the setting that named the file."""
    try:
        secret = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettingError(f"{setting} names {path}, which cannot be read.") from error
    if not secret or not secret.isascii() or not secret.isprintable():
        raise WrongSettingError(
            f"{setting}: {path} must hold one line of plain letters and digits."
        )
    return secret
