"""What the issuer's people see of what organisations ask for: numbers of vouchers, and no names."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counterfoil.engine.commands import sale_content as asks
from counterfoil.portal.access import Office
from counterfoil.portal.buyer.changing import ACTS
from counterfoil.portal.names import organisation_name
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.portal.templatetags.serials import serial


@shown.register
def _hand_out(asked: asks.HandOut, office: Office) -> Shown:
    wanted = asked.asked
    who = _organisation(office, wanted.organisation_id)
    if wanted.replaces is not None:
        text = ngettext(
            "Replace %(count)s lost voucher of %(who)s",
            "Replace %(count)s lost vouchers of %(who)s",
            wanted.vouchers,
        )
        return Shown(
            text % {"count": count(wanted.vouchers), "who": who},
            [Change(_("Vouchers"), None, _serials(wanted.replaces))],
        )
    text = ngettext(
        "%(who)s hands out %(count)s voucher",
        "%(who)s hands out %(count)s vouchers",
        wanted.vouchers,
    )
    return Shown(
        text % {"count": count(wanted.vouchers), "who": who},
        [
            Change(_("From what it bought"), None, str(wanted.allocation_id)),
            Change(
                _("They can be redeemed"),
                None,
                _("at once") if wanted.at_once else _("when each is activated"),
            ),
        ],
    )


@shown.register
def _forget_handover(asked: asks.ForgetHandover, office: Office) -> Shown:  # noqa: ARG001
    return Shown(
        _("Forget the numbers of a handover"),
        [Change(_("Handover"), None, _short(asked.handover_id))],
    )


@shown.register
def _change_own(asked: asks.ChangeOwnVouchers, office: Office) -> Shown:
    act = ACTS.get(asked.action)
    text = ngettext(
        "%(what)s: %(count)s voucher of %(who)s",
        "%(what)s: %(count)s vouchers of %(who)s",
        len(asked.serials),
    )
    return Shown(
        text
        % {
            "what": asked.action if act is None else act.name,
            "count": count(len(asked.serials)),
            "who": _organisation(office, asked.organisation_id),
        },
        [Change(_("Vouchers"), None, _serials(asked.serials))],
    )


def _organisation(office: Office, organisation_id: int | None) -> str:
    return organisation_name(office.issuer_id, organisation_id) or _("an organisation")


def _serials(serials: Sequence[int]) -> str:
    """The first of them, and how many more there are."""
    shown_max = 5
    said = ", ".join(serial(each) for each in serials[:shown_max])
    more = len(serials) - shown_max
    return said if more <= 0 else _("%(some)s and %(more)s more") % {"some": said, "more": more}


def _short(handover_id: UUID) -> str:
    return str(handover_id)[:8]
