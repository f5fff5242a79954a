"""Telling people of something, in the transaction in which it happens."""

from typing import Final

from django.db import transaction
from psycopg.types.json import Jsonb

from counterfoil.portal.models.notifications import Audience, ByMail
from counterfoil.portal.notifications.kinds import KINDS, Kind
from counterfoil.portal.notifications.mails import ToMail, mail_at_once
from counterfoil.portal.notifications.parameters import Parameters, kept
from counterfoil.portal.queries import rows

_PERSON: Final = "person:"


@transaction.atomic
def notify(
    kind: str,
    *,
    issuer_id: int,
    subject: str,
    parameters: Parameters,
    key: str = "",
    by: str = "",
    organisation_id: int | None = None,
    acceptor_id: int | None = None,
    person_id: int | None = None,
) -> None:
    """Those whom the kind names, as their roles are now; never who did it (`by`, such as
    `person:7`) nor anybody who was told before of this kind, subject and key. A person alone is
    one who works for the issuer: others are told by kinds of their own.

    Raises KeyError for a kind that there is not.
    """
    of = KINDS[kind]
    found = rows(
        __package__,
        "notify",
        {
            "issuer_id": issuer_id,
            "kind": of.code,
            "subject": subject,
            "key": key,
            "parameters": Jsonb(kept(parameters)),
            "except_person": _person_id(by),
            "office_roles": _roles(of, Audience.OFFICE),
            "office_by_mail": _by_mail(of, Audience.OFFICE),
            "organisation_id": organisation_id or 0,
            "organisation_roles": _roles(of, Audience.ORGANISATION),
            "organisation_by_mail": _by_mail(of, Audience.ORGANISATION),
            "acceptor_id": acceptor_id or 0,
            "shop_roles": _roles(of, Audience.SHOP),
            "shop_by_mail": _by_mail(of, Audience.SHOP),
            "person_id": person_id or 0,
            "person_by_mail": _by_mail(of, Audience.PERSON),
        },
    )
    if found:
        mail_at_once(issuer_id, of, parameters, [ToMail(*row) for row in found])


def _roles(kind: Kind, audience: Audience) -> list[str]:
    told = kind.told_as(audience)
    return [] if told is None else list(told.roles)


def _by_mail(kind: Kind, audience: Audience) -> str:
    told = kind.told_as(audience)
    return (ByMail.NEVER if told is None else told.by_mail).value


def _person_id(actor: str) -> int:
    """0 for an actor that is no person."""
    number = actor.removeprefix(_PERSON)
    return int(number) if number != actor and number.isdigit() else 0
