"""Everything the environment may say, read once, checked, and passed as an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from counterfoil.errors import WrongSettingError

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings; field names are the environment's, less `COUNTERFOIL_`."""

    govstack_open: bool = False
    govstack_issuer: str | None = None
    key_file: Path | None = None
    transit_url: str | None = None
    transit_token_file: Path | None = None
    transit_key: str = "counterfoil"
    fsp_url: str | None = None
    fsp_secret_file: Path | None = None
    rails: Path | None = None
    portal_hosts: tuple[str, ...] = ()
    uploads: Path | None = None
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    queue_max: int = 4096
    batch_max: int = 512
    writers_max: int = 4
    log_level: str = "info"

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Raises WrongSettingError, naming the variable, for an unknown or a bad one."""
        readers = {
            "GOVSTACK_OPEN": _flag,
            "GOVSTACK_ISSUER": _text,
            "KEY_FILE": _path,
            "TRANSIT_URL": _text,
            "TRANSIT_TOKEN_FILE": _path,
            "TRANSIT_KEY": _text,
            "FSP_URL": _text,
            "FSP_SECRET_FILE": _path,
            "RAILS": _path,
            "PORTAL_HOSTS": _names,
            "UPLOADS": _path,
            "SMTP_URL": _smtp_url,
            "MAIL_FROM": _text,
            "QUEUE_MAX": _positive,
            "BATCH_MAX": _positive,
            "WRITERS_MAX": _positive,
            "LOG_LEVEL": _log_level,
        }
        given: dict[str, object] = {}
        for name, text in environment.items():
            if not name.startswith("COUNTERFOIL_"):
                continue
            short = name.removeprefix("COUNTERFOIL_")
            if short in {"HOME", "DATABASE"}:
                continue
            if short not in readers:
                raise WrongSettingError(f"{name} is not a setting of Counterfoil.")
            given[short.lower()] = readers[short](name, text)
        return cls(**given)  # type: ignore[arg-type]  # each reader gives its field's type


def _flag(name: str, text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise WrongSettingError(f"{name} is {text!r}; write true or false.")


def _text(name: str, text: str) -> str:
    if not text.strip():
        raise WrongSettingError(f"{name} is empty; leave it out or give it a value.")
    return text.strip()


def _path(name: str, text: str) -> Path:
    return Path(_text(name, text))


def _smtp_url(name: str, text: str) -> str:
    """It carries a password, so no sentence quotes it."""
    wrong = WrongSettingError(f"{name} must read smtp://user:password@host:port, or smtps://….")
    try:
        parts = urlsplit(_text(name, text))
        _port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise wrong
    return text.strip()


def _names(name: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _text(name, text).split(",") if part.strip())


def _positive(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise WrongSettingError(f"{name} is {text!r}; write a whole number above 0.")
    return int(text)


def _log_level(name: str, text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise WrongSettingError(f"{name} is {text!r}; write debug, info, warning or error.")
    return text.lower()
