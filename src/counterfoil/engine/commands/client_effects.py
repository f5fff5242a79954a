"""What commands about calling systems do."""

from typing import Final

from counterfoil.engine import clients
from counterfoil.engine.commands import content as asks
from counterfoil.engine.commands.bench import Bench, effect
from counterfoil.errors import ConflictError

_DIGEST_BYTES: Final = 32


@effect.register
def _(asked: asks.CreateClient, bench: Bench) -> str:
    client = clients.create_client(
        bench.connection,
        bench.issuer,
        bench.caller,
        name=asked.name,
        scopes=asked.scopes,
        unattended_minor_max=asked.unattended_minor_max,
        reason=bench.reason,
        reference=bench.reference,
    )
    return f"client:{client.client_id}"


@effect.register
def _(asked: asks.ChangeClient, bench: Bench) -> str:
    clients.change_client(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.client_id,
        scopes=asked.scopes,
        unattended_minor_max=asked.unattended_minor_max,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.RevokeClient, bench: Bench) -> str:
    clients.change_client(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.client_id,
        revoke=True,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.SetClientKey, bench: Bench) -> str:
    if len(asked.key_digest) != _DIGEST_BYTES:
        raise ConflictError("That is not the digest of a key.")
    clients.set_client_key(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.client_id,
        asked.key_digest,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject


@effect.register
def _(asked: asks.ReplaceClientKey, bench: Bench) -> str:
    """The present key ends here; the next one is made like a first one."""
    clients.set_client_key(
        bench.connection,
        bench.issuer,
        bench.caller,
        asked.client_id,
        None,
        replaces=True,
        reason=bench.reason,
        reference=bench.reference,
    )
    return asked.subject
