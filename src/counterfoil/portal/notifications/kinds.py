"""Every kind of notification: who is told, in what words, by mail or not, and where it leads.

A text may name `name`, `reference`, `money`, `count`, `command` and `status` (parameters.py). A
page's address takes the issuer's code, the organisation or the acceptor if the audience is one's,
and what stands behind the subject's colon; a page that there is not is led to by nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.models import AcceptorRoleName, OrganisationRoleName, Role
from counterfoil.portal.models.notifications import Audience, ByMail


@dataclass(frozen=True, slots=True)
class Told:
    """Those who are told as one of an audience; `roles` are empty for a person alone."""

    audience: Audience
    roles: tuple[str, ...]
    page: str
    by_mail: ByMail = ByMail.AT_ONCE
    is_of_subject: bool = True  # else the page is the place's own


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is how the preferences call it."""

    code: str
    name: Promise
    title: Promise
    text: Promise
    told: tuple[Told, ...]

    def told_as(self, audience: str) -> Told | None:
        return next((each for each in self.told if each.audience == audience), None)

    def url(self, audience: str, code: str, place_id: int | None, subject: str) -> str:
        """Empty where nothing shows it."""
        told = self.told_as(audience)
        if told is None:
            return ""
        parts: list[object] = [code]
        if place_id is not None:
            parts.append(place_id)
        if told.is_of_subject:
            parts.append(subject.partition(":")[2])
        try:
            return reverse(told.page, args=parts)
        except NoReverseMatch:
            return ""


_OPERATOR: Final = (Role.OPERATOR.value,)
_FINANCE: Final = (Role.FINANCE.value,)
_APPROVER: Final = (Role.APPROVER.value,)
_MANAGER: Final = (OrganisationRoleName.MANAGER.value,)
_DISTRIBUTOR: Final = (OrganisationRoleName.DISTRIBUTOR.value,)
_OWNER: Final = (AcceptorRoleName.OWNER.value,)
_PREPARER: Final = Told(Audience.PERSON, (), "command")
_QUIET: Final = Told(Audience.PERSON, (), "command", ByMail.NEVER)


def _office(roles: tuple[str, ...], page: str) -> tuple[Told, ...]:
    return (Told(Audience.OFFICE, roles, page),)


def _buyer(roles: tuple[str, ...] = _MANAGER) -> tuple[Told, ...]:
    return (Told(Audience.ORGANISATION, roles, "organisation-purchase"),)


def _own_organisation(roles: tuple[str, ...]) -> tuple[Told, ...]:
    """On its own first page."""
    return (Told(Audience.ORGANISATION, roles, "buyer", is_of_subject=False),)


def _of_bank(page: str) -> Told:
    return Told(Audience.OFFICE, _FINANCE, page, ByMail.DIGEST, is_of_subject=False)


_ALL: Final = (
    Kind(
        "purchase_requested",
        _("An organisation asks to buy vouchers"),
        _("%(name)s asks to buy vouchers"),
        _("Look at request %(reference)s and answer it."),
        _office(_OPERATOR + _FINANCE, "purchase"),
    ),
    Kind(
        "purchase_quoted",
        _("The issuer says what a purchase costs"),
        _("Purchase %(reference)s: what it costs is known"),
        _("Pay it, and send the proof of payment."),
        _buyer(),
    ),
    Kind(
        "proof_submitted",
        _("An organisation sends a proof of payment"),
        _("%(name)s has sent a proof of payment"),
        _("Look whether the money of purchase %(reference)s has arrived."),
        _office(_FINANCE, "purchase"),
    ),
    Kind(
        "purchase_returned",
        _("A purchase comes back with a question"),
        _("Purchase %(reference)s came back to you"),
        _("Something is missing or not clear. Its page says what; send it again then."),
        _buyer(),
    ),
    Kind(
        "purchase_rejected",
        _("A purchase is rejected"),
        _("Purchase %(reference)s was rejected"),
        _("Its page says why."),
        _buyer(),
    ),
    Kind(
        "purchase_approved",
        _("A purchase is approved"),
        _("Purchase %(reference)s is approved"),
        _("You are told when its vouchers are yours."),
        _buyer(),
    ),
    Kind(
        "purchase_cancelled",
        _("A purchase is cancelled"),
        _("Purchase %(reference)s was cancelled"),
        _("What was held for it is free again."),
        _buyer() + _office(_OPERATOR + _FINANCE, "purchase"),
    ),
    Kind(
        "purchase_expired",
        _("A purchase was not paid in time"),
        _("Purchase %(reference)s has expired"),
        _("It was not paid in time; what was held for it is free again."),
        _buyer() + _office(_OPERATOR + _FINANCE, "purchase"),
    ),
    Kind(
        "purchase_allocated",
        _("Vouchers of a purchase are yours"),
        _("The vouchers of purchase %(reference)s are yours"),
        _("They can be handed out now: %(count)s."),
        _buyer(_MANAGER + _DISTRIBUTOR),
    ),
    Kind(
        "approval_waiting",
        _("Something waits for your approval"),
        _("%(command)s waits for approval"),
        _("Look at what it changes, then approve or reject it."),
        _office(_APPROVER, "command"),
    ),
    Kind(
        "command_refused",
        _("What you asked for is not done"),
        _("%(command)s was not carried out"),
        _("%(status)s. Its page says why."),
        (_PREPARER,),
    ),
    Kind(
        "command_done",
        _("What you asked for was approved and is done"),
        _("%(command)s is done"),
        _("It was approved and carried out."),
        (_QUIET,),
    ),
    Kind(
        "redemption",
        _("Vouchers are redeemed"),
        _("Vouchers were redeemed"),
        _("How many: %(count)s."),
        (
            Told(Audience.SHOP, _OWNER, "shop", ByMail.DIGEST, is_of_subject=False),
            Told(Audience.ORGANISATION, _MANAGER, "buyer", ByMail.NEVER, is_of_subject=False),
        ),
    ),
    Kind(
        "stock_low",
        _("Few vouchers are left in stock"),
        _("%(name)s is running out"),
        _("Free to be handed out or sold: %(count)s. Add some before there are none."),
        _office(_OPERATOR, "voucher-group"),
    ),
    Kind(
        "numbers_ready",
        _("Numbers of vouchers are ready to be fetched"),
        _("Numbers of vouchers are ready"),
        _("Fetch them with the password of their list: %(count)s."),
        (Told(Audience.ORGANISATION, _DISTRIBUTOR, "buyer-handover", ByMail.NEVER),),
    ),
    Kind(
        "numbers_unfetched",
        _("Numbers of vouchers wait to be fetched and will be lost"),
        _("Numbers of vouchers will be lost in two days"),
        _("Nobody has fetched them: %(count)s. Fetch them with the password of their list."),
        (Told(Audience.ORGANISATION, _MANAGER + _DISTRIBUTOR, "buyer-handover"),),
    ),
    Kind(
        "numbers_lost",
        _("Numbers of vouchers are lost"),
        _("Numbers of vouchers are lost"),
        _("Nobody can fetch them any more: %(count)s. Have those vouchers replaced."),
        (Told(Audience.ORGANISATION, _MANAGER + _DISTRIBUTOR, "buyer-handover"),),
    ),
    Kind(
        "replacements_ready",
        _("Numbers of replaced vouchers are ready to be fetched"),
        _("Numbers of replaced vouchers are ready"),
        _("Fetch them with the password of their list: %(count)s."),
        _office(_OPERATOR + _FINANCE, "replacement"),
    ),
    Kind(
        "replacements_unfetched",
        _("Numbers of replaced vouchers wait to be fetched and will be lost"),
        _("Numbers of replaced vouchers will be lost in two days"),
        _("Nobody has fetched them: %(count)s. Fetch them with the password of their list."),
        _office(_OPERATOR + _FINANCE, "replacement"),
    ),
    Kind(
        "replacements_lost",
        _("Numbers of replaced vouchers are lost"),
        _("Numbers of replaced vouchers are lost"),
        _("Nobody can fetch them any more: %(count)s. Replace those vouchers once more."),
        _office(_OPERATOR + _FINANCE, "replacement"),
    ),
    Kind(
        "organisation_suspended",
        _("Your organisation is suspended"),
        _("%(name)s is suspended"),
        _("It buys nothing and hands nothing out for now. Its page says why."),
        _own_organisation(_MANAGER + _DISTRIBUTOR),
    ),
    Kind(
        "organisation_reinstated",
        _("Your organisation can buy and hand out again"),
        _("%(name)s can buy and hand out again"),
        _("It is no longer suspended."),
        _own_organisation(_MANAGER + _DISTRIBUTOR),
    ),
    Kind(
        "organisation_closed",
        _("Your organisation is closed"),
        _("%(name)s is closed"),
        _("It buys nothing and hands nothing out any more. Vouchers that people hold stay good."),
        _own_organisation(_MANAGER + _DISTRIBUTOR),
    ),
    Kind(
        "vouchers_cancelled_by_issuer",
        _("The issuer cancels vouchers of yours"),
        _("The issuer has cancelled vouchers of yours"),
        _("They can no longer be used: %(count)s."),
        _own_organisation(_MANAGER),
    ),
    Kind(
        "refund_paid",
        _("Money is paid back to you"),
        _("Money was paid back to you"),
        _("It is on its way to your account at the bank."),
        _own_organisation(_MANAGER),
    ),
    Kind(
        "organisation_applied",
        _("An organisation applies"),
        _("%(name)s applies"),
        _("Look at what they have sent, and decide whether they may buy vouchers."),
        _office(_OPERATOR, "organisation-application"),
    ),
    Kind(
        "bank_differs",
        _("The bank and the ledger do not say alike"),
        _("Something differs with the bank"),
        _("Look at what does not agree: %(count)s."),
        (_of_bank("differences"),),
    ),
    Kind(
        "bank_file_refused",
        _("A file of the bank is refused"),
        _("A file of the bank was refused"),
        _("Nothing of it counts. The page of the bank says why."),
        (_of_bank("bank"),),
    ),
)
KINDS: Final[Mapping[str, Kind]] = {kind.code: kind for kind in _ALL}
