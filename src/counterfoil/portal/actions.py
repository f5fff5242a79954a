"""What people do that changes the engine's tables: prepared here, decided here, done by a worker.

The command is written in the transaction of the request, with the portal's own rows and its
trail, so that all of it is there or none.
"""

from typing import Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.preparing import (
    WAITS_AT_MOST,
    Decision,
    Prepared,
    Verdict,
    decide,
    prepare,
)
from counterfoil.engine.commands.rules import approvals_needed
from counterfoil.keys.seals import Seals
from counterfoil.portal.access import Buyer, Office, Shop
from counterfoil.portal.notifications.following import remember_command, tell_of_waiting
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.trail import Actor, address_of, record

_LISTED_MAX: Final = 100


def prepare_command(
    request: HttpRequest,
    place: Office | Shop,
    content: Content,
    *,
    command_id: UUID,
    reason: str = "",
) -> HttpResponseRedirect:
    """Write it down, and go where it is followed. Sent twice, it is one command.

    Raises ConflictError where the same form was sent with something else in it.
    """
    write_command(request, place, content, command_id=command_id, reason=reason)
    return redirect("command", place.code, command_id)


@transaction.atomic
def write_command(
    request: HttpRequest,
    place: Office | Shop | Buyer,
    content: Content,
    *,
    command_id: UUID,
    reason: str = "",
) -> bool:
    """In the transaction of the portal's own rows. False where it was written before.

    Raises ConflictError where the same form was sent with something else in it.
    """
    engine, money = engine_connection(), content.money
    approvals = approvals_needed(engine, place.issuer_id, content)
    is_new = prepare(
        engine,
        seals(),
        Prepared(
            issuer_id=place.issuer_id,
            command_id=command_id,
            content=content,
            prepared_by=place.actor,
            approvals=approvals,
            expires_at=timezone.now() + WAITS_AT_MOST,
            reason=reason,
        ),
    )
    if is_new:
        record(
            place.issuer_id,
            place.actor,
            f"command.prepared.{content.kind}",
            subject=content.subject,
            after={"command": str(command_id), **told(content)},
            reason=reason,
            address=address_of(request),
        )
        remember_command(place.issuer_id, command_id)
        if approvals:
            tell_of_waiting(
                place.issuer_id,
                command_id,
                kind=content.kind,
                about=content.subject,
                currency=None if money is None else money.currency,
                amount_minor=None if money is None else money.amount_minor,
                by=place.actor,
            )
    return is_new


@transaction.atomic
def decide_command(
    request: HttpRequest,
    office: Office,
    command_id: UUID,
    content: bytes,
    verdict: Verdict,
    *,
    on_behalf_of: str,
    reason: str = "",
) -> bool:
    """False where this person decided so before. What comes of it the command's page tells."""
    is_new = decide(
        engine_connection(),
        seals(),
        Decision(
            issuer_id=office.issuer_id,
            command_id=command_id,
            content=content,
            decided_by=office.actor,
            on_behalf_of=on_behalf_of,
            verdict=verdict,
            reason=reason,
        ),
    )
    if is_new:
        record(
            office.issuer_id,
            office.actor,
            f"command.{verdict}",
            subject=f"command:{command_id}",
            after={"on_behalf_of": on_behalf_of},
            reason=reason,
            address=address_of(request),
        )
    return is_new


def actor_of(request: HttpRequest, place: Office | Shop | Buyer) -> Actor:
    return Actor(place.actor, place.person.pk, address_of(request))


def seals() -> Seals:
    """Those of this portal: its secret is Django's."""
    return Seals.of_secret(settings.SECRET_KEY)


def told(content: Content) -> dict[str, object]:
    """What the trail keeps of it."""
    plain: dict[str, object] = msgspec.to_builtins(content)
    plain.pop("key_digest", None)
    return {name: _few(value) for name, value in plain.items()}


def _few(value: object) -> object:
    """The command has all of them; the trail says how many of very many there are."""
    if isinstance(value, dict):
        return {name: _few(each) for name, each in value.items()}
    if isinstance(value, list | tuple) and len(value) > _LISTED_MAX:
        return [*value[:_LISTED_MAX], f"{len(value)} in all"]
    return value
