"""The sandbox provider's side of the demonstration: it has the money that the ledger says it has,
and what was paid in and waits for an approval.
"""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid5

import httpx

from counterfoil.cli.demonstration import cast
from counterfoil.cli.demonstration.slips import SLIPS, WAITS
from counterfoil.engine.database import connect_as_owner
from counterfoil.money import decimal_text
from counterfoil.statements import statement

_NAMESPACE: Final = UUID("5f0b1d0f-9f0e-4a34-8a52-3c6a43f0a1be")
_SECONDS_MAX: Final = 10.0


@dataclass(frozen=True, slots=True)
class Bank:
    """As its own administrator sees it. Whatever is asked of it twice counts once."""

    base_url: str
    secret: str = field(repr=False)

    def prepare(self) -> None:
        """The money of the story, and an account for each merchant and agent."""
        with self._client() as client:
            for account in (cast.FUNDING_ACCOUNT, cast.BURSARY_ACCOUNT):
                _put(client, account, cast.ISSUER_NAME, "funding")
            for slip in (*SLIPS, WAITS):
                _deposit(client, slip.account, slip.reference, slip.amount_minor)
            for each in cast.ACCEPTORS:
                if each.fsp == cast.FSP:
                    _put(client, each.account, each.name, each.kind)
            _put(client, cast.PAID_BACK_ACCOUNT, cast.PAID_BACK_NAME, "merchant")

    def catch_up(self, url: str) -> None:
        """What organisations paid in, and what was sent back. `url` is the database's."""
        with connect_as_owner(url) as owner, self._client() as client:
            for account, reference, amount_minor, is_out in owner.execute(
                statement(__package__, "moved"), {"fsp": cast.FSP}
            ):
                if is_out:
                    _send_back(client, account, reference, amount_minor)
                else:
                    _deposit(client, account, reference, amount_minor)

    def _client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.secret}"}
        return httpx.Client(
            base_url=self.base_url, headers=headers, timeout=_SECONDS_MAX, trust_env=False
        )


def _put(client: httpx.Client, account: str, name: str, kind: str) -> None:
    body = {"currency": cast.CURRENCY, "name": name, "kind": kind}
    client.put(f"/accounts/{account}", json=body).raise_for_status()


def _deposit(client: httpx.Client, account: str, reference: str, amount_minor: int) -> None:
    body = {"currency": cast.CURRENCY, "reference": reference} | _amount(amount_minor)
    client.post(f"/accounts/{account}/deposits", json=body).raise_for_status()


def _send_back(client: httpx.Client, account: str, reference: str, amount_minor: int) -> None:
    body = {
        "transfer_id": str(uuid5(_NAMESPACE, f"{account} {reference}")),
        "from": account,
        "to": cast.PAID_BACK_ACCOUNT,
        "currency": cast.CURRENCY,
        "narrative": reference,
    } | _amount(amount_minor)
    client.post("/transfers", json=body).raise_for_status()


def _amount(amount_minor: int) -> dict[str, str]:
    return {"amount": decimal_text(amount_minor, cast.CURRENCY)}
