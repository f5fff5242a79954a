"""Whose a telephone number, an e-mail address or another identifier is: its provider and account.

The identifier is personal data, and addresses end in logs, histories and proxies: so it comes in a
header, though the call reads only. What comes back names the account by its end.
"""

import asyncio
import re
from typing import Final, Literal

import msgspec

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Answered, Endpoint, Header, Moment
from counterfoil.api.problem import ProblemError
from counterfoil.engine.accounts.directory import (
    Lookup,
    keep_lookup,
    kept_lookup,
    provider_of_number,
)
from counterfoil.engine.database import Connection
from counterfoil.engine.guessing import Guesser
from counterfoil.gateway.directory import Found, look_up, sources_of
from counterfoil.gateway.port import AccountStatus, known_currency

IDENTIFIER: Final = Header(
    name="X-Account-Identifier",
    pattern="^[!-~]([ -~]{0,98}[!-~])?$",
    description="The identifier: a telephone number with its country's code, an e-mail address.",
)
_FORM: Final = re.compile(IDENTIFIER.pattern, re.ASCII)


class LookupAnswer(msgspec.Struct, kw_only=True):
    """`source` is the rail that said it, or portability: the issuer's tables of numbers, which tell
    the provider and not the account. `status` is unknown where somebody did not answer; else it
    counts from `asked_at`.
    """

    status: Literal["found", "not_found", "unknown"]
    account_masked: str | None
    fsp: str | None
    currency: str | None
    source: str | None
    asked_at: Moment | None


async def look_up_account(asked: Asked) -> Answered:
    identifier = _identifier(asked)
    who = Guesser(
        client_id=asked.principal.caller.client_id, acceptor_id=None, terminal="account-lookup"
    )
    guard = asked.principal.tenant.guard
    wait_seconds = guard.refuses(who)
    if wait_seconds is not None:
        raise ProblemError(
            429,
            "too_many_guesses",
            "Too many unknown identifiers came from there.",
            {"Retry-After": str(wait_seconds)},
        )
    found = await _found(asked, identifier)
    if found is None:
        return Answered(
            LookupAnswer(
                status="unknown",
                account_masked=None,
                fsp=None,
                currency=None,
                source=None,
                asked_at=None,
            )
        )
    if found.status == AccountStatus.NOT_FOUND:
        asked.desk.redemptions.count_guess(guard, who)
    return Answered(
        LookupAnswer(
            status=found.status,  # type: ignore[arg-type]  # it is one of these
            account_masked=found.account_masked,
            fsp=found.fsp,
            currency=found.currency,
            source=found.source,
            asked_at=found.asked_at,
        )
    )


async def _found(asked: Asked, identifier: str) -> Lookup | None:
    """What is kept, or what is said now. No connection waits while a rail is asked."""
    issuer = asked.principal.issuer
    sources = sources_of(asked.desk.rails, issuer.code)

    def kept(connection: Connection) -> tuple[Lookup | None, str | None]:
        known = kept_lookup(connection, issuer, identifier)
        return known, None if known else provider_of_number(connection, issuer, identifier)

    known, provider = await asked.desk.read(kept)
    if known is not None:
        return known
    said = await asyncio.to_thread(look_up, sources, identifier, provider)
    if said is None:
        return None
    return await asked.desk.read(lambda connection: _keep(connection, asked, identifier, said))


def _keep(connection: Connection, asked: Asked, identifier: str, said: Found) -> Lookup:
    return keep_lookup(
        connection,
        asked.principal.issuer,
        identifier,
        status=said.check.status,
        source=said.source,
        fsp=said.check.fsp,
        currency=known_currency(said.check),
        account=said.check.account,
    )


def _identifier(asked: Asked) -> str:
    """Raises ProblemError; it never says what was sent."""
    identifier = asked.request.headers.get(IDENTIFIER.name)
    if identifier is None or not _FORM.fullmatch(identifier):
        raise ProblemError(
            422,
            "identifier_malformed",
            f"Send the identifier in the header {IDENTIFIER.name}: up to 100 printable characters.",
        )
    return identifier


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/account-lookup",
        name="look_up_account",
        summary="The provider and account behind a telephone number or another identifier",
        description="Identifiers that nobody knows count as guesses of the client.",
        handler=look_up_account,
        answer=LookupAnswer,
        headers=(IDENTIFIER,),
        scopes=frozenset({"lookup"}),
        refusals=frozenset({422, 429}),
    ),
)
