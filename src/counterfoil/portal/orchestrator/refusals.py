"""Why a command was refused, in the language of the page: the engine speaks English.

A sentence that is not here is shown as the engine says it.
"""

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from counterfoil.engine.commands.carrying_out import CHANGED_CONTENT, FAILED, UNSEALED
from counterfoil.engine.operation import Outcome
from counterfoil.portal.payouts.words import payout_state, run_state
from counterfoil.portal.words import (
    acceptor_status,
    client_status,
    group_status,
    outcome_word,
    programme_status,
)
from counterfoil.programme import ProgrammeStatus

_CODES: Final = {
    UNSEALED: gettext_noop("It was not written by this portal, or was changed since."),
    CHANGED_CONTENT: gettext_noop(
        "It does not say what it should, so nobody can tell what was approved."
    ),
    FAILED: gettext_noop("Something went wrong that nobody foresaw. Ask for it again."),
}
SENTENCES: Final = (
    gettext_noop("%(amount)s is more than is available."),
    gettext_noop("%(amount)s of the balance is free to be refunded."),
    gettext_noop("%(amount)s is more than is left of the budget of %(name)s: %(left)s."),
    gettext_noop("%(amount)s is not a denomination of %(name)s."),
    gettext_noop(
        "%(count)s vouchers of %(name)s are still being paid; close it when the outcome"
        " of their payments is known."
    ),
    gettext_noop("%(name)s belongs to another programme."),
    gettext_noop("%(name)s creates its vouchers on demand; it needs no stock."),
    gettext_noop("%(name)s has %(amount)s committed already; its budget cannot be less."),
    gettext_noop("%(name)s has a key already."),
    gettext_noop("%(name)s has a new version by now; look at it again."),
    gettext_noop("%(name)s has a programme %(code)s already."),
    gettext_noop("%(name)s has closed its sales; nothing is provisioned in it."),
    gettext_noop("%(name)s has no funding account %(code)s."),
    gettext_noop("%(name)s has no funding account in %(currency)s."),
    gettext_noop("%(name)s has no group %(code)s."),
    gettext_noop("%(name)s has no programme %(code)s."),
    gettext_noop("%(name)s has open purchases; end them first."),
    gettext_noop("%(name)s has the funding account %(code)s already."),
    gettext_noop("%(name)s is %(state)s and not %(expected)s any more; look at it again."),
    gettext_noop("%(name)s is %(state)s; it cannot be %(wanted)s."),
    gettext_noop("%(name)s is %(state)s; only an open group is stocked."),
    gettext_noop("%(name)s is closed; nothing of it changes any more."),
    gettext_noop("%(name)s is closed; there are no new versions of it."),
    gettext_noop("%(name)s is closed; there is no step after that."),
    gettext_noop("%(name)s is in %(currency)s."),
    gettext_noop("%(name)s is revoked; it gets no key any more."),
    gettext_noop("%(name)s was changed meanwhile; look at it again."),
    gettext_noop("%(name)s was changed since."),
    gettext_noop("%(name)s was changed since: it is at version %(version)s."),
    gettext_noop("%(name)s with that account is registered already."),
    gettext_noop("A budget is an amount above zero; leave it out for none."),
    gettext_noop("A funding account needs its provider and its number."),
    gettext_noop("A list has between 1 and %(count)s serials."),
    gettext_noop("A programme needs a name."),
    gettext_noop("A provision has between 1 and %(count)s vouchers."),
    gettext_noop("An amount above zero is needed."),
    gettext_noop(
        "Every programme of %(name)s in %(currency)s has closed its sales; open another one first."
    ),
    gettext_noop("From %(state)s the next step of %(name)s is %(wanted)s, not %(expected)s."),
    gettext_noop("Funding account %(code)s is in %(currency)s."),
    gettext_noop("Name serials, a provision, a group or an allocation: one of these."),
    gettext_noop("Say why its payouts are held."),
    gettext_noop("Say why: a bulk change needs a reason."),
    gettext_noop("Say why: a step of a programme needs a reason."),
    gettext_noop("Stock of %(name)s was made just now; look at it again."),
    gettext_noop("That change of a voucher needs an approval."),
    gettext_noop("That exists already, or that reference was used before."),
    gettext_noop("That form was sent before, with something else in it."),
    gettext_noop("That is more than is available."),
    gettext_noop("That is too much for one command; divide it."),
    gettext_noop("That kind of change needs no approval."),
    gettext_noop("That provision has no stock to hand out."),
    gettext_noop("That reference of the bank is recorded already; it counts once."),
    gettext_noop("That reference stands for another bulk change."),
    gettext_noop("That reference stands for another provision."),
    gettext_noop("That value is not allowed here."),
    gettext_noop(
        "The dates must follow each other: the start, then the end of sales, of"
        " redemption and of claims."
    ),
    gettext_noop("The reference %(code)s is recorded for this account already; it counts once."),
    gettext_noop("The reference %(code)s stands for another amount."),
    gettext_noop("The reference %(code)s stands for another funding account."),
    gettext_noop("The sales of its programme are closed; it gets no new vouchers."),
    gettext_noop("There is an organisation %(name)s already."),
    gettext_noop("There is no acceptor %(code)s."),
    gettext_noop("There is no organisation %(code)s."),
    gettext_noop("There is no bulk change %(code)s."),
    gettext_noop("There is no client %(code)s."),
    gettext_noop("There is no programme %(code)s."),
    gettext_noop("There is no provision %(code)s."),
    gettext_noop("There is no such provision."),
    gettext_noop("To extend, and only then, say until when."),
    gettext_noop("Vouchers can be extended only to a time to come."),
    gettext_noop("Vouchers cannot be changed in bulk by %(action)s."),
    gettext_noop("There is no such sale."),
    gettext_noop("There is no such handover."),
    gettext_noop("There is no allocation %(code)s."),
    gettext_noop("The purchase is %(state)s already."),
    gettext_noop("That sale was begun before."),
    gettext_noop("That is too much for one line."),
    gettext_noop("That handover was begun before."),
    gettext_noop("Stock is held until a time to come."),
    gettext_noop("Purchases of %(name)s are still being allocated."),
    gettext_noop("Its stock was held until a day that is past; quote it again."),
    gettext_noop("It was quoted for another amount."),
    gettext_noop("It is paid; what was sold is not given back like this."),
    gettext_noop("Each voucher is replaced once."),
    gettext_noop("Between 1 and %(count)s vouchers at once."),
    gettext_noop("An amount in %(currency)s above zero is needed."),
    gettext_noop("A sale has between 1 and %(count)s lines."),
    gettext_noop("A line has between 1 and %(count)s vouchers."),
    gettext_noop("%(name)s is paid from another funding account."),
    gettext_noop("%(name)s is %(state)s."),
    gettext_noop("%(name)s is %(state)s; it is not sold."),
    gettext_noop("%(name)s has no version %(version)s."),
    gettext_noop("%(name)s has closed its sales."),
    gettext_noop("%(name)s has closed its redemption; what is sold of it is useless."),
    gettext_noop("%(amount)s is on the balance, and %(total)s is needed."),
    gettext_noop("A run of these terms waits to be approved or dropped."),
    gettext_noop("It was paid at once; nothing is owed for it that could be netted."),
    gettext_noop("More than %(count)s holidays are not kept."),
    gettext_noop("More than %(count)s routes are not kept."),
    gettext_noop("No rail pays %(name)s."),
    gettext_noop("No worker has a rail %(name)s."),
    gettext_noop("No terms of a programme or an acceptor apply as %(code)s."),
    gettext_noop("Say why it is refunded."),
    gettext_noop("There is no voucher of that group and amount in stock."),
    gettext_noop("The budget of its programme does not suffice for another voucher."),
    gettext_noop("Its programme hands out nothing more; refund it without another."),
    gettext_noop("Its group is not open; refund it without another."),
    gettext_noop("It cannot be replaced."),
    gettext_noop("That payout is %(state)s; it is not sent again."),
    gettext_noop("That redemption is refunded already."),
    gettext_noop("That voucher is not redeemed."),
    gettext_noop("The payouts of %(name)s wait."),
    gettext_noop("The run is %(state)s already."),
    gettext_noop("The run was counted anew since; look at it again."),
    gettext_noop("There are no payout terms %(code)s."),
    gettext_noop("There is no payout %(code)s."),
    gettext_noop("There is no payout run %(code)s."),
    gettext_noop("There is no time zone %(name)s."),
    gettext_noop("There is no voucher %(code)s."),
    gettext_noop("These terms were changed since."),
    gettext_noop("%(day)s is not over yet."),
    gettext_noop("%(code)s is not paid from that funding account."),
    gettext_noop("A calling system belongs to one agent."),
    gettext_noop("More than %(count)s calling systems of agents are not kept."),
    gettext_noop("That is more than is left of the budget."),
    gettext_noop("It is closed already, up to %(day)s."),
    gettext_noop("It cannot be ended in that way."),
    gettext_noop("It is not what it was when this was asked for; look at it again."),
    gettext_noop("It has ended already."),
    gettext_noop("It is about no line of the bank."),
    gettext_noop("It is about no payment."),
    gettext_noop("It is not about the booking of one payment; record what it is."),
    gettext_noop("Say why it may end."),
    gettext_noop("That payment has come to another end already."),
    gettext_noop("That payment has come to its end already."),
    gettext_noop("That payout was sent again, and is paid or on its way with it."),
    gettext_noop("The bank's reference is recorded for this account already."),
    gettext_noop("There is no difference."),
    gettext_noop("There is no exception %(name)s."),
    gettext_noop("More than %(limit)s rules are not kept."),
    gettext_noop("Say by whom it is paid, or what its reference begins with."),
    gettext_noop("The most it applies to is above zero."),
    gettext_noop("Stock is of a voucher and of an amount."),
)
_STATE_WORDS: Final = (acceptor_status, group_status, client_status, run_state, payout_state)
_STATES: Final = frozenset({"state", "expected", "wanted"})  # places in which one stands
_PLACE: Final = re.compile(r"%\((\w+)\)s")


def refusal_text(outcome: str | None) -> str:
    """Of a refused command's outcome, or of a ConflictError."""
    said = outcome or ""
    if said in _CODES:
        return _(_CODES[said])
    if said in set(Outcome):
        return str(outcome_word(said))
    for sentence, pattern in _PATTERNS:
        found = pattern.fullmatch(said)
        if found is not None:
            return _(sentence) % {
                place: _state(word) if place in _STATES else word
                for place, word in found.groupdict().items()
            }
    return said


def _state(status: str) -> str:
    """A state within a sentence, as pages call it; the engine says its own key for it."""
    if status in set(ProgrammeStatus):
        text = str(programme_status(status))
    else:
        words = (look(status) for look in _STATE_WORDS)
        text = next((str(word) for word in words if str(word) != status), status)
    return text[:1].lower() + text[1:]


def _pattern(sentence: str) -> re.Pattern[str]:
    """The places are filled in with words of one line."""
    parts = _PLACE.split(sentence)
    text = "".join(
        f"(?P<{part}>.+?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    )
    return re.compile(text)


# Those that say more of it themselves come first: the places of others would fit as well.
_PATTERNS: Final = [
    (sentence, _pattern(sentence))
    for sentence in sorted(SENTENCES, key=lambda each: -len(_PLACE.sub("", each)))
]
