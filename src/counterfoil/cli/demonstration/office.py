"""The issuer's own house: how many must approve, who stands in for whom, who is still to come, and
its settings. Loaded when Django knows its settings.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction

from counterfoil.cli.demonstration import cast
from counterfoil.cli.demonstration.desk import Desk
from counterfoil.engine.commands.content import ApprovalBand, ChangeApprovals
from counterfoil.portal.delegations import delegate
from counterfoil.portal.door.invitations import send_invitation
from counterfoil.portal.models import Delegation, Person, PortalSettings, Role
from counterfoil.portal.people import OfficeGrant, invite
from counterfoil.portal.trail import record

INVITED: Final = "halima.noor@demo.example"
_TWO_FROM_MINOR: Final = 1_000_000_00
LENT_DAYS: Final = 2  # since when
_LENT_FOR: Final = timedelta(days=26)


def settle_in(desk: Desk) -> None:
    _choose_settings(desk)
    desk.done(
        "administrator",
        "two for large deposits",
        ChangeApprovals(
            of_kind="deposit", bands=(ApprovalBand(cast.CURRENCY, _TWO_FROM_MINOR, 2),)
        ),
        "The board wants a second pair of eyes on what is large.",
    )


@transaction.atomic
def _choose_settings(desk: Desk) -> None:
    now, is_new = PortalSettings.objects.get_or_create(pk=desk.issuer_id)
    if not is_new:
        return
    by, before = desk.actor("administrator"), now.time_zone
    now.time_zone, now.version, now.changed_by = "Africa/Nairobi", 1, by.name
    now.save()
    record(
        desk.issuer_id,
        by.name,
        "settings.changed",
        subject="settings",
        before={"time_zone": before},
        after={"time_zone": now.time_zone},
        address=by.address,
    )


def lend(desk: Desk) -> None:
    """An approver is away: the administrator approves in his place."""
    away, here = desk.office("approver2").person, desk.office("administrator").person
    if not Delegation.objects.filter(issuer_id=desk.issuer_id, from_person=away).exists():
        delegate(
            desk.issuer_id,
            away,
            here,
            (desk.today - timedelta(days=LENT_DAYS), desk.today + _LENT_FOR),
            by=desk.actor("approver2"),
            reason="In the field at Kakuma, often without a network.",
        )


@transaction.atomic
def invite_one(desk: Desk) -> None:
    """One who has not come in yet."""
    if Person.objects.filter(email=INVITED).exists():
        return
    by = desk.actor("administrator")
    invitation = invite(INVITED, [OfficeGrant(Role.OPERATOR, desk.issuer_id)], by)
    record(
        desk.issuer_id,
        by.name,
        "person.invited",
        subject=invitation.person.actor,
        address=by.address,
    )
    send_invitation(
        desk.request("administrator"),
        invitation,
        issuer_id=desk.issuer_id,
        place=desk.issuer.name,
        roles=str(Role.OPERATOR.label),
        inviter=desk.office("administrator").person.shown,
        language="en",
    )
