"""The rails that a process has, made from their settings, and which of them an issuer may use."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import UUID

from counterfoil.errors import WrongSettingError
from counterfoil.gateway.bank_files import FileFormat
from counterfoil.gateway.csv_files import CsvFile
from counterfoil.gateway.csv_files.template import AnswerColumn, CsvTemplate, PaymentColumn
from counterfoil.gateway.delivery import Delivery, FolderDelivery, HttpDelivery, HubBulkDelivery
from counterfoil.gateway.filing import FileRail
from counterfoil.gateway.inbox import FolderInbox, HttpInbox, Inbox
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.payment_hub.bulk import PaymentHubBulk
from counterfoil.gateway.payment_hub.rail import Hub, PaymentHubGateway
from counterfoil.gateway.port import (
    AccountCheck,
    AccountStatus,
    Gateway,
    PaymentOrder,
    PaymentResult,
    PaymentStatus,
)
from counterfoil.gateway.rail_settings import (
    CsvSettings,
    FileSettings,
    HubBulkSettings,
    HubSettings,
    Iso20022Settings,
    RailSettings,
    RailsFile,
    SandboxSettings,
    is_address,
)
from counterfoil.gateway.sandbox import SandboxGateway

Secret = Callable[[str], str]

# What a bank calls a status where the settings say nothing of it.
_TEMPLATE: Final = CsvTemplate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """`issuer` is the code of the only one that may use it. A rail that is `online` sends each
    payment by itself; of one that is files, `online` only asks what became of it.
    """

    name: str
    issuer: str | None = None
    online: Gateway | None = None
    files: FileRail | None = None
    inbox: Inbox | None = None
    looks_up: bool = False
    closes: tuple[Callable[[], None], ...] = ()

    @property
    def is_online(self) -> bool:
        return self.online is not None and self.files is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rails:
    """All rails of a process, in their order; `sources` are those that an issuer looks accounts up
    with, where it says so.
    """

    every: tuple[Rail, ...] = ()
    sources: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def of(self, issuer_code: str) -> list[Rail]:
        return [rail for rail in self.every if rail.issuer in {None, issuer_code}]

    def asked_by(self, issuer_code: str) -> dict[str, Gateway]:
        """Those that payments are sent by one by one, or asked about."""
        return {rail.name: rail.online for rail in self.of(issuer_code) if rail.online is not None}

    def online_of(self, issuer_code: str) -> dict[str, Gateway]:
        """Those that pay at once."""
        return {
            rail.name: rail.online
            for rail in self.of(issuer_code)
            if rail.is_online and rail.online is not None
        }

    def files_of(self, issuer_code: str) -> dict[str, FileRail]:
        return {rail.name: rail.files for rail in self.of(issuer_code) if rail.files is not None}

    def close(self) -> None:
        """To be called when nothing is under way."""
        for rail in self.every:
            for close in rail.closes:
                close()

    def with_rail(self, rail: Rail) -> "Rails":
        """Last, and in place of none. Raises WrongSettingError."""
        if any(each.name == rail.name for each in self.every):
            raise WrongSettingError(f"There are two rails named {rail.name}.")
        return replace(self, every=(*self.every, rail))


def rails_of(file: RailsFile, secret: Secret) -> Rails:
    """`secret` gives what is kept under a name. Raises WrongSettingError."""
    return Rails(
        every=tuple(_rail(name, settings, secret) for name, settings in file.rails.items()),
        sources=tuple(file.sources.items()),
    )


def _rail(name: str, settings: RailSettings, secret: Secret) -> Rail:
    try:
        match settings:
            case SandboxSettings():
                return _sandbox(name, settings, secret)
            case HubSettings():
                return _hub(name, settings, secret)
            case HubBulkSettings():
                return _hub_bulk(name, settings, secret)
            case Iso20022Settings():
                bank_format: FileFormat = Iso20022(is_latin_only=settings.latin_only)
                return _files(name, settings, bank_format, "xml", secret)
            case CsvSettings():
                return _files(name, settings, CsvFile(template=_template(settings)), "csv", secret)
    except WrongSettingError as error:
        raise WrongSettingError(f"Rail {name}: {error}") from error


def _sandbox(name: str, settings: SandboxSettings, secret: Secret) -> Rail:
    online = SandboxGateway(
        settings.url, secret=secret(settings.secret), timeout_seconds=settings.timeout_seconds
    )
    return Rail(
        name=name, issuer=settings.issuer, online=online, looks_up=True, closes=(online.close,)
    )


def _hub(name: str, settings: HubSettings, secret: Secret) -> Rail:
    hub = Hub(
        channel_url=settings.channel_url,
        operations_url=settings.operations_url,
        mapper_url=settings.mapper_url,
        tenant=settings.tenant,
        registering_institution=settings.institution,
        refuses_repeats=settings.refuses_repeats,
    )
    online = PaymentHubGateway(
        hub,
        secret=None if settings.secret is None else secret(settings.secret),
        timeout_seconds=settings.timeout_seconds,
    )
    return Rail(
        name=name,
        issuer=settings.issuer,
        online=online,
        looks_up=settings.mapper_url is not None,
        closes=(online.close,),
    )


def _hub_bulk(name: str, settings: HubBulkSettings, secret: Secret) -> Rail:
    key = None if settings.secret is None else secret(settings.secret)
    hub = Hub(
        channel_url=settings.operations_url,  # nothing is sent there
        operations_url=settings.operations_url,
        tenant=settings.tenant,
        registering_institution=settings.institution,
        refuses_repeats=True,
    )
    headers = {
        "Platform-TenantId": settings.tenant,
        "X-Registering-Institution-ID": settings.institution,
    }
    asks = PaymentHubGateway(hub, secret=key, timeout_seconds=settings.timeout_seconds)
    delivery = HubBulkDelivery(
        settings.bulk_url,
        headers=headers | _bearer(key),
        timeout_seconds=settings.timeout_seconds,
    )
    files = FileRail(
        PaymentHubBulk(settings.payment_mode),
        delivery,
        debtor_scheme=settings.debtor_scheme,
        batch_max=settings.batch_max,
        asked_about=True,
    )
    return Rail(
        name=name,
        issuer=settings.issuer,
        online=_OnlyAsks(asks),
        files=files,
        closes=(asks.close, delivery.close),
    )


@dataclass(frozen=True, slots=True)
class _OnlyAsks:
    """What stands in a file is sent in files alone, even where the far side does not know it."""

    gateway: Gateway

    def submit(self, order: PaymentOrder) -> PaymentResult:  # noqa: ARG002  # it is never sent here
        return PaymentResult(PaymentStatus.UNKNOWN)

    def query(self, payment_id: UUID) -> PaymentResult:
        return self.gateway.query(payment_id)

    def verify_account(self, account: str, fsp: str) -> AccountCheck:  # noqa: ARG002  # as above
        return AccountCheck(AccountStatus.UNKNOWN)

    def lookup(self, identifier: str) -> AccountCheck:  # noqa: ARG002  # as above
        return AccountCheck(AccountStatus.UNKNOWN)


def _files(
    name: str, settings: FileSettings, bank_format: FileFormat, suffix: str, secret: Secret
) -> Rail:
    headers = _bearer(None if settings.secret is None else secret(settings.secret))
    delivery, inbox = _delivery(settings, suffix, headers), _inbox(settings, headers)
    files = FileRail(
        bank_format,
        delivery,
        debtor_scheme=settings.debtor_scheme,
        debtor_fsp=settings.debtor_bic,
        batch_max=settings.batch_max,
    )
    closes = tuple(
        each.close for each in (delivery, inbox) if isinstance(each, HttpDelivery | HttpInbox)
    )
    return Rail(name=name, issuer=settings.issuer, files=files, inbox=inbox, closes=closes)


def _delivery(settings: FileSettings, suffix: str, headers: dict[str, str]) -> Delivery:
    if not is_address(settings.out):
        return FolderDelivery(Path(settings.out), f".{suffix}")
    return HttpDelivery(
        settings.out,
        media_type="application/xml" if suffix == "xml" else "text/csv",
        headers=headers,
        timeout_seconds=settings.timeout_seconds,
    )


def _inbox(settings: FileSettings, headers: dict[str, str]) -> Inbox | None:
    if settings.in_ is None:
        return None
    if settings.acknowledge is None:
        return FolderInbox(Path(settings.in_))
    return HttpInbox(
        lists=settings.in_,
        acknowledges=settings.acknowledge,
        archive=settings.archive,
        headers=headers,
        timeout_seconds=settings.timeout_seconds,
    )


def _template(settings: CsvSettings) -> CsvTemplate:
    return CsvTemplate(
        columns=_headings(settings.columns) or _TEMPLATE.columns,
        answer=_answer_headings(settings.answer) or _TEMPLATE.answer,
        words=_words(settings) or _TEMPLATE.words,
        separator=settings.separator,
        decimal_sign=settings.decimal_sign,
        date_format=settings.date_format,
        has_headings=settings.headings,
        has_byte_order_mark=settings.byte_order_mark,
    )


def _headings(columns: dict[PaymentColumn, str] | None) -> Sequence[tuple[PaymentColumn, str]]:
    return tuple((columns or {}).items())


def _answer_headings(columns: dict[AnswerColumn, str] | None) -> Sequence[tuple[AnswerColumn, str]]:
    return tuple((columns or {}).items())


def _words(settings: CsvSettings) -> Sequence[tuple[str, PaymentStatus]]:
    words: Iterable[tuple[str, str]] = (settings.words or {}).items()
    return tuple((word, PaymentStatus(status)) for word, status in words)


def _bearer(secret: str | None) -> dict[str, str]:
    return {} if secret is None else {"Authorization": f"Bearer {secret}"}
