"""What became of what was asked for: the one place where a profile learns that the engine has
registered it, and where people are told how a change of bank data ended.

It is called before pages show it, and finds nothing to do but once.
"""

from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from counterfoil.engine.commands.content import RebankAcceptor, decoded
from counterfoil.errors import ConflictError
from counterfoil.portal.applying.kinds import MERCHANT
from counterfoil.portal.applying.links import ApplyingAt, application_for, language_of
from counterfoil.portal.applying.telling import masked_number
from counterfoil.portal.merchants.checks import Bank
from counterfoil.portal.merchants.life import Step
from counterfoil.portal.merchants.profiles import locked, take_step
from counterfoil.portal.models import (
    AcceptorRoleName,
    BankChange,
    MerchantProfile,
    Section,
    portal_settings,
)
from counterfoil.portal.people import ShopGrant, invite
from counterfoil.portal.queries import rows
from counterfoil.portal.trail import Actor, record

_SYSTEM: Final = Actor("system:merchants")
_REGISTERED: Final = "acceptor:"

_log = structlog.get_logger("counterfoil.portal")


def follow(at: ApplyingAt) -> None:
    for profile_id, status, outcome in rows(
        __package__, "proposals_ended", {"issuer_id": at.issuer_id}
    ):
        _end_proposal(at, profile_id, status, outcome or "")
    for command_id, status, content, acceptor_id, name, *banks in rows(
        __package__, "bank_changes", {"issuer_id": at.issuer_id}
    ):
        now = Bank(*banks[:3])
        waiting = None if banks[3] is None else Bank(*banks[3:])
        asked = decoded(bytes(content))
        if not isinstance(asked, RebankAcceptor):
            continue
        wanted = Bank(asked.scheme, asked.fsp, asked.account)
        if status == "done" and waiting == wanted:
            continue  # its time has not come
        switched = status == "done" and now == wanted
        _end_bank_change(at, command_id, acceptor_id, name, wanted if switched else None)


@transaction.atomic
def _end_proposal(at: ApplyingAt, profile_id: UUID, status: str, outcome: str) -> None:
    profile = locked(at.issuer_id, profile_id)
    if profile.proposal is None:
        return  # somebody else saw it first
    profile.proposal = None
    if status != "done" or not outcome.startswith(_REGISTERED):
        profile.save(update_fields=["proposal"])
        return
    acceptor_id = int(outcome.removeprefix(_REGISTERED))
    take_step(profile, Step.APPROVE, _SYSTEM, acceptor_id=acceptor_id)
    if profile.owner_email:
        try:
            with transaction.atomic():
                invite_owner(at, acceptor_id, profile.name, profile.owner_email, _SYSTEM)
        except ConflictError:
            _log.warning("merchant.owner_not_invited", acceptor_id=acceptor_id)
    others = [each for each in people_of(profile) if each != profile.owner_email]
    MERCHANT.mail(
        "approved",
        others,
        {"issuer": at.name, "name": profile.name},
        language=language_of(profile),
        issuer_id=at.issuer_id,
    )


def invite_owner(at: ApplyingAt, acceptor_id: int, name: str, email: str, by: Actor) -> None:
    """Raises ConflictError where that person cannot be given the role."""
    invite_to_shop(at, acceptor_id, name, email, AcceptorRoleName.OWNER, by, inviter="")


def invite_to_shop(
    at: ApplyingAt,
    acceptor_id: int,
    name: str,
    email: str,
    role: AcceptorRoleName,
    by: Actor,
    *,
    inviter: str,
) -> None:
    """A role at a merchant, and the mail that says so. Raises ConflictError."""
    invitation = invite(email, [ShopGrant(role, at.issuer_id, acceptor_id)], by)
    has_password = invitation.person.has_usable_password()
    path = reverse("shop", args=[at.code, acceptor_id]) if has_password else invitation.path
    MERCHANT.mail(
        "cashier" if inviter else "owner",
        [email],
        {
            "issuer": at.name,
            "name": name,
            "role": str(role.label),
            "inviter": inviter,
            "has_password": has_password,
            "url": f"{at.origin}{path}",
        },
        language=invitation.person.language or portal_settings(at.issuer_id).language,
        issuer_id=at.issuer_id,
    )


def people_of(profile: MerchantProfile) -> list[str]:
    """Whom to write to about it: the contacts, and who applied."""
    addresses = set(
        profile.contacts.filter(ended_at=None).exclude(email="").values_list("email", flat=True)
    )
    application = application_for(profile)
    if application is not None:
        addresses.add(application.email)
    return sorted(addresses)


@transaction.atomic
def _end_bank_change(
    at: ApplyingAt, command_id: UUID, acceptor_id: int, name: str, switched: Bank | None
) -> None:
    """`switched` is the account that counts now; None where the old one stays."""
    changes = BankChange.objects.select_for_update(no_key=True)
    change = changes.filter(pk=command_id, ended_at=None).first()
    if change is None:
        return  # somebody else saw it first
    change.ended = "kept" if switched is None else "switched"
    change.ended_at = timezone.now()
    change.save()
    record(
        at.issuer_id,
        _SYSTEM.name,
        f"merchant.bank_{change.ended}",
        subject=f"acceptor:{acceptor_id}",
        after={"command": str(command_id)},
    )
    told: dict[str, object] = {"issuer": at.name, "name": name}
    language = portal_settings(at.issuer_id).language
    if switched is None:
        MERCHANT.mail(
            "bank_kept", change.addresses, told, language=language, issuer_id=at.issuer_id
        )
        return
    _take_over(at.issuer_id, acceptor_id, switched)
    told |= {"account": masked_number(switched.account), "fsp": switched.fsp}
    MERCHANT.mail(
        "bank_switched", change.addresses, told, language=language, issuer_id=at.issuer_id
    )


def _take_over(issuer_id: int, acceptor_id: int, bank: Bank) -> None:
    """Nobody has verified the new one yet."""
    profile = MerchantProfile.objects.filter(issuer_id=issuer_id, acceptor_id=acceptor_id).first()
    if profile is None:
        return
    profile = locked(issuer_id, profile.pk)
    profile.scheme, profile.fsp, profile.account = bank.scheme, bank.fsp, bank.account
    profile.version += 1
    profile.save()
    profile.verifications.filter(section=Section.BANK).delete()
