"""What the pages of the calling systems read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import Http404
from django.utils.translation import gettext as _

from counterfoil.portal.access import Office
from counterfoil.portal.orchestrator.clients.words import limit_text, scopes_text
from counterfoil.portal.orchestrator.settings.reading import currencies
from counterfoil.portal.pager import Key
from counterfoil.portal.queries import rows

# Of the issuer's journal, the latest are looked through for those of one system.
WINDOW_OPERATIONS: Final = 20_000
SHOWN_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class ClientRow:
    """As it stands in `client`; of the key only whether there is one."""

    client_id: int
    name: str
    scopes: list[str]
    status: str
    has_key: bool
    unattended_minor_max: int
    changed_version: int
    created_at: datetime
    key: Key = ()

    @property
    def may_text(self) -> str:
        return scopes_text(self.scopes)

    @property
    def state(self) -> tuple[str, str]:
        """A word and its tone."""
        if self.status == "revoked":
            return _("Revoked"), "bad"
        return (_("In use"), "good") if self.has_key else (_("Has no key yet"), "wait")

    @property
    def is_active(self) -> bool:
        return self.status == "active"

    @property
    def is_unattended(self) -> bool:
        return "unattended" in self.scopes

    def limit_in(self, office: Office) -> str:
        return limit_text(self.unattended_minor_max, self.scopes, currencies(office))


@dataclass(frozen=True, slots=True)
class JournalRow:
    operation_id: int
    at: datetime
    action: int
    serial: int | None
    amount_minor: int | None
    currency: str | None
    subject: str | None

    @property
    def about(self) -> str | None:
        return self.subject if self.serial is None else f"voucher:{self.serial}"


@dataclass(frozen=True, slots=True)
class Maker:
    """Who registered it, and who agreed."""

    made_by: str
    approved_by: tuple[str, ...]


def client_row(office: Office, client_id: int) -> ClientRow:
    """Raises Http404."""
    found = rows(__package__, "client", {"issuer_id": office.issuer_id, "client_id": client_id})
    if not found:
        raise Http404
    return ClientRow(*found[0])


def maker_of(office: Office, client_id: int) -> Maker | None:
    found = rows(
        __package__,
        "maker",
        {"issuer_id": office.issuer_id, "subject": f"client:{client_id}"},
    )
    return Maker(found[0][0], tuple(found[0][1])) if found else None


def last_operations(office: Office, client_id: int) -> list[JournalRow]:
    found = rows(
        __package__,
        "last_operations",
        {
            "issuer_id": office.issuer_id,
            "client_id": client_id,
            "within": WINDOW_OPERATIONS,
            "rows_max": SHOWN_MAX,
        },
    )
    return [JournalRow(*row) for row in found]
