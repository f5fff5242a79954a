"""What the pages of the settings read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from counterfoil.engine.catalogue import IssuerSettings
from counterfoil.engine.commands.content import ApprovalBand
from counterfoil.portal.access import Office
from counterfoil.portal.queries import rows

_ENGINE: Final = "counterfoil.engine"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that somebody prepared and nobody has decided about."""

    command_id: UUID
    kind: str
    subject: str
    prepared_by: str
    prepared_at: datetime


def issuer_settings(office: Office) -> IssuerSettings:
    at_once, days, lengths, *rest = rows(
        _ENGINE, "issuer_setting", {"issuer_id": office.issuer_id}
    )[0]
    return IssuerSettings(at_once, days, frozenset(lengths), *rest)


def bands_by_kind(office: Office) -> dict[str, tuple[ApprovalBand, ...]]:
    """The issuer's own rules; kinds without one are not in it."""
    found: dict[str, list[ApprovalBand]] = {}
    for kind, *band in rows(__package__, "approval_rules", {"issuer_id": office.issuer_id}):
        found.setdefault(kind, []).append(ApprovalBand(*band))
    return {kind: tuple(bands) for kind, bands in found.items()}


def currencies(office: Office) -> list[str]:
    """Those the issuer has an account in."""
    found = rows(__package__, "currencies", {"issuer_id": office.issuer_id})
    return [currency for (currency,) in found]


def waiting(office: Office, kinds: Sequence[str]) -> list[Waiting]:
    found = rows(__package__, "waiting", {"issuer_id": office.issuer_id, "kinds": list(kinds)})
    return [Waiting(*row) for row in found]


def approvers(office: Office) -> int:
    """How many different people may approve at present, each in a name of their own."""
    found = rows("counterfoil.portal.orchestrator", "approvers", {"issuer_id": office.issuer_id})
    hands, names = {hand for hand, _name in found}, {name for _hand, name in found}
    return min(len(hands), len(names))
