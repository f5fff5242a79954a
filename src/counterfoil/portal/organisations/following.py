"""What became of what was asked for: the one place where a profile learns that the engine has
registered it. Pages call it before they show it, and the worker; it finds something once.
"""

from typing import Final
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse

from counterfoil.errors import ConflictError
from counterfoil.portal.applying.kinds import ORGANISATION
from counterfoil.portal.applying.links import ApplyingAt, application_for, language_of
from counterfoil.portal.models import OrganisationProfile, OrganisationRoleName, portal_settings
from counterfoil.portal.organisations.life import Step
from counterfoil.portal.organisations.profiles import locked, take_step
from counterfoil.portal.people import OrganisationGrant, invite
from counterfoil.portal.queries import rows
from counterfoil.portal.trail import Actor

_SYSTEM: Final = Actor("system:organisations")
_REGISTERED: Final = "organisation:"

_log = structlog.get_logger("counterfoil.portal")


def follow(at: ApplyingAt) -> None:
    found = rows(__package__, "proposals_ended", {"issuer_id": at.issuer_id})
    for profile_id, status, outcome in found:
        _end_proposal(at, profile_id, status, outcome or "")


@transaction.atomic
def _end_proposal(at: ApplyingAt, profile_id: UUID, status: str, outcome: str) -> None:
    profile = locked(at.issuer_id, profile_id)
    if profile.proposal is None:
        return  # somebody else saw it first
    if status != "done" or not outcome.startswith(_REGISTERED):
        take_step(profile, Step.GIVE_BACK, _SYSTEM)
        return
    organisation_id = int(outcome.removeprefix(_REGISTERED))
    take_step(profile, Step.APPROVE, _SYSTEM, organisation_id=organisation_id)
    try:
        with transaction.atomic():
            invite_to_organisation(
                at,
                organisation_id,
                profile.name,
                profile.contact_email,
                OrganisationRoleName.MANAGER,
                _SYSTEM,
            )
    except ConflictError:
        _log.warning("organisation.manager_not_invited", organisation_id=organisation_id)
    ORGANISATION.mail(
        "approved",
        [each for each in people_of(profile) if each != profile.contact_email],
        {"issuer": at.name, "name": profile.name},
        language=language_of(profile),
        issuer_id=at.issuer_id,
    )


def invite_to_organisation(
    at: ApplyingAt,
    organisation_id: int,
    name: str,
    email: str,
    role: OrganisationRoleName,
    by: Actor,
    *,
    inviter: str = "",
) -> None:
    """A role at an organisation, and the mail that says so; without an inviter it is the issuer's.
    Raises ConflictError where that person cannot be given the role.
    """
    grant = OrganisationGrant(role, at.issuer_id, organisation_id)
    invitation = invite(email, [grant], by)
    has_password = invitation.person.has_usable_password()
    path = reverse("buyer", args=[at.code, organisation_id]) if has_password else invitation.path
    ORGANISATION.mail(
        "invited",
        [email],
        {
            "issuer": at.name,
            "name": name,
            "role": str(role.label),
            "buys": role is OrganisationRoleName.MANAGER,
            "inviter": inviter,
            "has_password": has_password,
            "url": f"{at.origin}{path}",
        },
        language=invitation.person.language or portal_settings(at.issuer_id).language,
        issuer_id=at.issuer_id,
    )


def people_of(profile: OrganisationProfile) -> list[str]:
    """Whom to write to about it: who is in charge, and who applied."""
    application = application_for(profile)
    applied = "" if application is None else application.email
    return sorted({each for each in (profile.contact_email, applied) if each})
