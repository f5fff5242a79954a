"""Sets the demonstration up, or finishes what an interrupted start began."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Self

import httpx
import msgspec

from counterfoil.cli.demonstration import cast
from counterfoil.cli.demonstration.past import CALLER, make_past
from counterfoil.engine.acceptors import create_acceptors
from counterfoil.engine.clients import change_client, create_client
from counterfoil.engine.database import Connection
from counterfoil.engine.funds import deposit
from counterfoil.engine.groups import GroupDesign, create_group
from counterfoil.engine.issuer import Issuer, issuer_codes, open_issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.engine.provision import begin_provision, finish_provision
from counterfoil.errors import CounterfoilError
from counterfoil.gateway.port import Gateway
from counterfoil.keys.provider import KeyProvider
from counterfoil.money import Money, decimal_text

_ENDED_AFTER: Final = timedelta(seconds=20)
_BANK_SECONDS_MAX: Final = 10.0


@dataclass(frozen=True, slots=True)
class Tickets:
    """What later starts print again: the demonstration's API keys, by client."""

    keys: dict[str, str] = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=cls)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            raise CounterfoilError(f"{path} cannot be read; remove it for new keys.") from error

    def write(self, path: Path) -> None:
        """Only its owner may read it; there is all of it or nothing."""
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with open(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123  # a descriptor
            json.dump({"keys": self.keys}, file, indent=1)
        draft.replace(path)


@dataclass(frozen=True, slots=True)
class Bank:
    """The sandbox provider as its own administrator sees it."""

    base_url: str
    secret: str = field(repr=False)

    def prepare(self) -> None:
        """The same money as in the ledger, and an account for each acceptor."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        funds = cast.FUNDS
        with httpx.Client(
            base_url=self.base_url, headers=headers, timeout=_BANK_SECONDS_MAX, trust_env=False
        ) as client:
            self._put(client, cast.FUNDING_ACCOUNT, cast.ISSUER_NAME, "funding")
            answer = client.post(
                f"/accounts/{cast.FUNDING_ACCOUNT}/deposits",
                json={
                    "amount": decimal_text(funds.amount_minor, funds.currency),
                    "currency": funds.currency,
                    "reference": "opening",
                },
            )
            answer.raise_for_status()
            for each in cast.ACCEPTORS:
                self._put(client, each.account, each.name, each.kind)

    def _put(self, client: httpx.Client, account: str, name: str, kind: str) -> None:
        body = {"currency": cast.CURRENCY, "name": name, "kind": kind}
        client.put(f"/accounts/{account}", json=body).raise_for_status()


def set_stage(
    connection: Connection,
    provider: KeyProvider,
    bank: Bank,
    gateway: Gateway,
    advance: Callable[[int], None],
) -> Tickets:
    """Safe to run again from the beginning, whatever is there already."""
    bank.prepare()
    issuer = _issuer(connection, provider)
    deposit(connection, issuer, CALLER, cast.FUNDS, reference="opening")
    known = {acceptor.name for acceptor in issuer.catalogue.acceptors_by_id.values()}
    missing = [each for each in cast.ACCEPTORS if each.name not in known]
    if missing:
        create_acceptors(connection, issuer, CALLER, missing)
    for design in (_ended_group(), *cast.GROUPS):
        if design.code not in issuer.catalogue.groups:
            create_group(connection, issuer, CALLER, design)
    _provision(connection, issuer, advance)
    make_past(connection, issuer, gateway, advance)
    return Tickets({name: _key(connection, issuer, name) for name in cast.CLIENTS})


def _issuer(connection: Connection, provider: KeyProvider) -> Issuer:
    if cast.ISSUER in issuer_codes(connection):
        return open_issuer(connection, cast.ISSUER, provider)
    return create_issuer(
        connection,
        provider,
        CALLER,
        code=cast.ISSUER,
        name=cast.ISSUER_NAME,
        currency=cast.CURRENCY,
        funding_account=cast.FUNDING_ACCOUNT,
    )


def _ended_group() -> GroupDesign:
    return GroupDesign(
        code=cast.ENDED_GROUP,
        name="Drought relief",
        description="Over: what was not redeemed has expired.",
        currency=cast.CURRENCY,
        denominations=(cast.ENDED_AMOUNT_MINOR,),
        valid_until=datetime.now(UTC) + _ENDED_AFTER,
    )


def _provision(connection: Connection, issuer: Issuer, advance: Callable[[int], None]) -> None:
    ended = cast.Stock(cast.ENDED_GROUP, cast.ENDED_AMOUNT_MINOR, cast.ENDED_COUNT)
    for stock in (ended, *cast.STOCK):
        begun = begin_provision(
            connection,
            issuer,
            CALLER,
            group_code=stock.group,
            money=Money(stock.amount_minor, cast.CURRENCY),
            count=stock.count,
            reference=f"demo-{stock.group}-{stock.amount_minor}",
        )
        for _step in finish_provision(connection, issuer, begun.provision_id):
            pass
        advance(stock.count)


def _key(connection: Connection, issuer: Issuer, name: str) -> str:
    """A new one where the client exists: the old key is known to nobody."""
    for client in issuer.catalogue.clients.values():
        if client.name == name:
            _changed, key = change_client(
                connection, issuer, CALLER, client.client_id, new_key=True
            )
            return key or ""
    _created, key = create_client(connection, issuer, CALLER, name=name, scopes=cast.CLIENTS[name])
    return key
