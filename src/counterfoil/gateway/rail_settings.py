"""The file that COUNTERFOIL_RAILS names: a TOML table for each rail, by its name.

    [bank]                         [hub]
    kind = "iso20022"              kind = "payment_hub"
    issuer = "AID"                 channel_url = "https://hub.example/channel"
    out = "/var/bank/out"          …
    in = "/var/bank/in"            secret = "hub-token"

A secret stands in it by its name only (`keys/secret_store.py`). The table `directory` is no rail:
it says for an issuer which sources are asked in which order whose an identifier is.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import httpx
import msgspec
from msgspec import Meta

from counterfoil.errors import WrongSettingError
from counterfoil.gateway.csv_files.template import AnswerColumn, PaymentColumn

PORTABILITY: Final = "portability"  # the source that is tables of ours, and no rail
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)
_DIRECTORY: Final = "directory"
_WHERE: Final = re.compile(r"(.*?)(?: - at (?:`key` in )?`\$\.?([^`]*)`)?", re.DOTALL)

Text = Annotated[str, Meta(min_length=1, max_length=300)]
SecretName = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
# Two calls fit into a payment's lease; a payment hub may need three.
Seconds = Annotated[int, Meta(ge=1, le=5)]
HubSeconds = Annotated[int, Meta(ge=1, le=4)]
FileSeconds = Annotated[int, Meta(ge=1, le=60)]
BatchMax = Annotated[int, Meta(ge=1, le=50_000)]
Scheme = Literal["account", "iban", "wallet"]


class _Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class SandboxSettings(_Settings, frozen=True, kw_only=True, tag_field="kind", tag="sandbox"):
    url: Text
    secret: SecretName
    issuer: Text | None = None
    timeout_seconds: Seconds = 5


class HubSettings(_Settings, frozen=True, kw_only=True, tag_field="kind", tag="payment_hub"):
    channel_url: Text
    operations_url: Text
    mapper_url: Text | None = None
    tenant: Text
    institution: Text
    refuses_repeats: bool
    secret: SecretName | None = None
    issuer: Text | None = None
    timeout_seconds: HubSeconds = 4


class HubBulkSettings(
    _Settings, frozen=True, kw_only=True, tag_field="kind", tag="payment_hub_bulk"
):
    issuer: Text
    bulk_url: Text
    operations_url: Text
    tenant: Text
    institution: Text
    payment_mode: Text
    secret: SecretName | None = None
    debtor_scheme: Scheme = "account"
    batch_max: BatchMax = 500
    timeout_seconds: HubSeconds = 4


class Iso20022Settings(_Settings, frozen=True, kw_only=True, tag_field="kind", tag="iso20022"):
    """`out` and `in` are folders, or addresses that files are posted to and listed at. An address
    that lists what has been collected before, too, is `archive`.
    """

    issuer: Text
    out: Text
    in_: Text | None = msgspec.field(name="in", default=None)
    acknowledge: Text | None = None
    archive: Text | None = None
    secret: SecretName | None = None
    debtor_scheme: Scheme = "iban"
    debtor_bic: Text | None = None
    latin_only: bool = False
    batch_max: BatchMax = 5_000
    timeout_seconds: FileSeconds = 20


class CsvSettings(_Settings, frozen=True, kw_only=True, tag_field="kind", tag="csv"):
    """`columns` and `answer`: each column's heading, in the order of the file. `words`: what the
    bank calls a status.
    """

    issuer: Text
    out: Text
    in_: Text | None = msgspec.field(name="in", default=None)
    acknowledge: Text | None = None
    archive: Text | None = None
    secret: SecretName | None = None
    debtor_scheme: Scheme = "account"
    debtor_bic: Text | None = None
    columns: dict[PaymentColumn, Text] | None = None
    answer: dict[AnswerColumn, Text] | None = None
    words: dict[Text, Literal["accepted", "completed", "rejected", "returned"]] | None = None
    separator: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    decimal_sign: Annotated[str, Meta(min_length=1, max_length=1)] = "."
    date_format: Text = "%Y-%m-%d"
    headings: bool = True
    byte_order_mark: bool = False
    batch_max: BatchMax = 5_000
    timeout_seconds: FileSeconds = 20


FileSettings = Iso20022Settings | CsvSettings
RailSettings = SandboxSettings | HubSettings | HubBulkSettings | Iso20022Settings | CsvSettings


class _Directory(_Settings, frozen=True, kw_only=True):
    sources: tuple[SecretName, ...]


@dataclass(frozen=True, slots=True)
class RailsFile:
    """`rails` by name, in the order of the file; `sources` by the code of an issuer."""

    rails: Mapping[str, RailSettings]
    sources: Mapping[str, tuple[str, ...]]


def read_rails(path: Path) -> RailsFile:
    """Raises WrongSettingError, naming the rail and its key."""
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise WrongSettingError(
            f"COUNTERFOIL_RAILS names {path}, which cannot be read: {error.strerror}."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongSettingError(f"{path} is not TOML: {error}.") from None
    directory = document.pop(_DIRECTORY, {})
    rails = {name: _rail(name, table) for name, table in document.items()}
    _refuse_shared(rails)
    return RailsFile(rails, _sources(directory, rails))


def is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _rail(name: str, table: object) -> RailSettings:
    if not _NAME.fullmatch(name):
        raise WrongSettingError(
            f"Rail {name[:40]!r}: a name is up to 40 small letters, digits, - and _."
        )
    if name == PORTABILITY:
        raise WrongSettingError(f"Rail {name}: that name is kept for the tables of numbers.")
    with _said_of(f"Rail {name}"):
        found: RailSettings = msgspec.convert(table, RailSettings)
    for key in ("url", "channel_url", "operations_url", "mapper_url", "bulk_url"):
        address = getattr(found, key, None)
        if address is not None:
            _check_address(f"Rail {name}, {key}", address)
    if isinstance(found, HubBulkSettings) and found.payment_mode.strip().upper() == "BULK":
        raise WrongSettingError(
            f"Rail {name}, payment_mode: of whole batches a hub refuses no repeat, so that one"
            " could be paid twice; choose a mode of single transfers."
        )
    if isinstance(found, Iso20022Settings | CsvSettings):
        _check_addresses(name, found)
    return found


def _check_addresses(name: str, found: FileSettings) -> None:
    for key, place in (("out", found.out), ("in", found.in_)):
        if place is not None:
            _check_place(f"Rail {name}, {key}", place)
    if found.in_ == found.out:
        raise WrongSettingError(
            f"Rail {name}, in: it is out as well; then what goes to the bank is read as its answer."
        )
    lists = found.in_ is not None and is_address(found.in_)
    if lists and found.acknowledge is None:
        raise WrongSettingError(
            f"Rail {name}, acknowledge: where files are listed at an address, write the one that"
            " takes them off the list."
        )
    if not lists and (found.acknowledge is not None or found.archive is not None):
        key = "archive" if found.acknowledge is None else "acknowledge"
        raise WrongSettingError(f"Rail {name}, {key}: only where in is an address.")
    for key, address in (("acknowledge", found.acknowledge), ("archive", found.archive)):
        if address is not None:
            _check_address(f"Rail {name}, {key}", address)


def _check_place(where: str, place: str) -> None:
    """A folder is named whole: a worker and a command may be started in different ones."""
    if is_address(place):
        _check_address(where, place)
    elif not Path(place).is_absolute() or not place.isprintable():
        raise WrongSettingError(
            f"{where}: write the whole path of a folder, or an http:// or https:// address."
        )


def _check_address(where: str, address: str) -> None:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):  # the second of a host's brackets
        url = httpx.URL("")
    if url.userinfo:
        raise WrongSettingError(
            f"{where}: no user and no password stand in an address; secret names what is sent."
        )
    if url.scheme not in {"http", "https"} or not url.host:
        raise WrongSettingError(f"{where}: write an http:// or https:// address.")


def _refuse_shared(rails: Mapping[str, RailSettings]) -> None:
    """What one rail takes from where files arrive, the other never sees."""
    taken = dict[str, str]()
    for name, found in rails.items():
        if not isinstance(found, Iso20022Settings | CsvSettings) or found.in_ is None:
            continue
        other = taken.setdefault(os.path.normpath(found.in_), name)
        if other != name:
            raise WrongSettingError(f"Rail {name}, in: rail {other} takes what arrives there.")


def _sources(directory: object, rails: Mapping[str, RailSettings]) -> Mapping[str, tuple[str, ...]]:
    with _said_of("Table directory"):
        found = msgspec.convert(directory, dict[str, _Directory])
    for issuer, each in found.items():
        for source in each.sources:
            rail = rails.get(source)
            if source != PORTABILITY and not isinstance(rail, SandboxSettings | HubSettings):
                raise WrongSettingError(
                    f"Table directory, {issuer}: {source} is no rail that can look an account up."
                )
            if rail is not None and rail.issuer not in {None, issuer}:
                raise WrongSettingError(
                    f"Table directory, {issuer}: {source} is a rail of another issuer."
                )
    return {issuer: each.sources for issuer, each in found.items()}


@contextmanager
def _said_of(where: str) -> Iterator[None]:
    try:
        yield
    except msgspec.ValidationError as error:
        match = _WHERE.fullmatch(str(error))
        said, key = (match[1], match[2]) if match else (str(error), None)
        place = f"{where}, {key}" if key else where
        raise WrongSettingError(f"{place}: {said[:1].lower()}{said[1:]}.") from None
