"""The words and tones of runs, payouts and their payments."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counterfoil.portal.words import Word

RUN_STATES: Final = ("counting", "previewed", "sending", "sent", "ended", "dropped")
PAYOUT_STATES: Final = (
    "listed",
    "left_out",
    "pending",
    "processed",
    "completed",
    "failed",
    "returned",
)


def run_state(status: str) -> Word:
    return _RUN.get(status, Word(status))


def payout_state(status: str) -> Word:
    return _PAYOUT.get(status, Word(status))


def left_out_word(why: str | None) -> Promise | str:
    """Why a payout was not paid with its run; empty where it was."""
    return _LEFT_OUT.get(why or "", why or "")


def reason_word(reason: str | None) -> Promise | str:
    """Why a payment failed or came back; empty where it did not."""
    return _REASONS.get(reason or "", reason or "")


_RUN: Final[Mapping[str, Word]] = {
    "counting": Word(_("Being counted"), "info"),
    "previewed": Word(_("To be approved"), "wait"),
    "sending": Word(_("Being sent"), "info"),
    "sent": Word(_("On its way"), "wait"),
    "ended": Word(_("Finished"), "good"),
    "dropped": Word(_("Dropped")),
}
_PAYOUT: Final[Mapping[str, Word]] = {
    "listed": Word(_("To be paid"), "info"),
    "left_out": Word(_("Left out"), "wait"),
    "pending": Word(_("Sent"), "wait"),
    "processed": Word(_("Taken on by the bank"), "wait"),
    "completed": Word(_("Paid"), "good"),
    "failed": Word(_("Failed"), "bad"),
    "returned": Word(_("Came back"), "bad"),
}
_LEFT_OUT: Final[Mapping[str, Promise]] = {
    "held": _("Its payouts are held."),
    "bank_data": _("New bank data wait until they count."),
    "minimum": _("It is less than is paid at once."),
    "nothing": _("Nothing is left to be paid."),
    "no_rail": _("There is no way to pay into that account."),
    "changed": _("Something of it was changed after the preview."),
}
_REASONS: Final[Mapping[str, Promise]] = {
    "no_funds": _("The funding account does not have enough at the bank."),
    "cannot_credit": pgettext_lazy("payout", "The bank cannot pay into that account."),
    "account_unknown": _("There is no such account."),
    "funding_account_unknown": _("The bank does not know the funding account."),
    "currency_mismatch": _("The account is in another currency."),
    "malformed": _("The bank does not understand the payment."),
    "other": _("The bank gives no reason."),
}
