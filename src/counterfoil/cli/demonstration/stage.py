"""Sets the demonstration up, or finishes what an interrupted start began."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

import msgspec

from counterfoil.cli.demonstration import cast
from counterfoil.cli.demonstration.banking import Bank
from counterfoil.cli.demonstration.euro_bank import EuroBank
from counterfoil.cli.demonstration.logins import open_logins
from counterfoil.cli.demonstration.orders import ORDERS
from counterfoil.cli.demonstration.past import CALLER, PAST_STEPS
from counterfoil.cli.place import Workspace
from counterfoil.cli.server import spare_the_collector
from counterfoil.cli.users import configured
from counterfoil.engine.clients import create_client, set_client_key
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer, issuer_codes, open_issuer
from counterfoil.engine.issuer_creation import create_issuer
from counterfoil.errors import CounterfoilError
from counterfoil.gateway.port import Gateway
from counterfoil.keys.digests import api_key_digest, new_api_key
from counterfoil.keys.provider import KeyProvider

STEPS: Final = (
    PAST_STEPS
    + sum(each.count for each in cast.STOCK)
    + len(cast.ACCEPTORS) * cast.MERCHANT_STEPS
    + sum(order.ends == "allocated" for order in ORDERS) * cast.PURCHASE_STEPS
)


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


def set_stage(  # where, at whose banks, and what is told of it
    workspace: Workspace,
    bank: Bank,
    gateway: Gateway,
    euro_bank: EuroBank,
    base_url: str,
    advance: Callable[[int], None],
) -> Tickets:
    """Safe to run again from the beginning, whatever is there already. `base_url` is where the
    portal will be.
    """
    bank.prepare()
    configured(workspace)
    # Models load now.
    from counterfoil.cli.demonstration.clock import turned_back  # noqa: PLC0415
    from counterfoil.cli.demonstration.desk import Desk  # noqa: PLC0415
    from counterfoil.cli.demonstration.story import FIRST_DAY, tell  # noqa: PLC0415
    from counterfoil.cli.demonstration.stretching import stretched_ahead  # noqa: PLC0415
    from counterfoil.cli.demonstration.suppliers import FIRST_DAY as ITS_FIRST_DAY  # noqa: PLC0415

    spare_the_collector()
    with workspace.connection() as connection:
        with (
            turned_back(workspace.url, connection) as clock,
            stretched_ahead(),
            euro_bank.turned_back(ITS_FIRST_DAY) as counter,
        ):
            clock.turn_to(FIRST_DAY)
            issuer = _issuer(connection, workspace.provider)
            for name in cast.CLIENTS:
                _register(connection, issuer, name)
            open_logins(workspace)
            desk = Desk(connection, issuer, base_url, clock)
            tell(workspace, desk, gateway, (counter, euro_bank.rail()), advance)
        bank.catch_up(workspace.url)
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
        fsp=cast.FSP,
        funding_account=cast.FUNDING_ACCOUNT,
        funding_account_name=cast.FUNDING_ACCOUNT_NAME,
    )


def _register(connection: Connection, issuer: Issuer, name: str) -> None:
    """Without a key for now."""
    scopes = cast.CLIENTS[name]
    create_client(
        connection,
        issuer,
        CALLER,
        name=name,
        scopes=scopes,
        unattended_minor_max=cast.UNATTENDED_MINOR_MAX if "unattended" in scopes else 0,
        reference=f"demo-{name}",
    )


def _key(connection: Connection, issuer: Issuer, name: str) -> str:
    """A new one each time: one that was made before is known to nobody."""
    key = new_api_key()
    (client,) = (each for each in issuer.catalogue.clients.values() if each.name == name)
    digest = api_key_digest(key)
    set_client_key(connection, issuer, CALLER, client.client_id, digest, replaces=True)
    return key
