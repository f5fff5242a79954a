"""The words of what banks say: lines, files, differences, and the ways in which those end."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from counterfoil.engine.banking.exceptions import ExceptionKind
from counterfoil.engine.banking.resolving import How
from counterfoil.portal.words import Word

LINE_STATES: Final = ("attached", "proposed", "unexplained", "repeated")


def line_state(status: str) -> Word:
    return _LINES.get(status, Word(status))


def file_kind(kind: str) -> Promise | str:
    return _FILES.get(kind, kind)


def brought_state(status: str) -> Word:
    return _BROUGHT.get(status, Word(status))


def difference_word(kind: ExceptionKind) -> Promise:
    """What does not agree, as a headline."""
    return _KINDS[kind]


def difference_text(kind: ExceptionKind) -> Promise:
    """What that means."""
    return _MEANS[kind]


def advice(kind: ExceptionKind) -> Promise:
    """What to do about it."""
    return _ADVICE[kind]


def way_word(how: How) -> Promise:
    return _WAYS[how]


_LINES: Final[Mapping[str, Word]] = {
    "attached": Word(_("In the ledger"), "good"),
    "proposed": Word(_("Not recorded yet"), "wait"),
    "unexplained": Word(_("Not explained"), "bad"),
    "repeated": Word(_("Same as a line of the statement")),
}
_FILES: Final[Mapping[str, Promise]] = {
    "status": _("Answer to payments"),
    "notification": _("Notification of what was booked"),
    "statement": _("Statement"),
    "return": _("Payments that come back"),
}
_BROUGHT: Final[Mapping[str, Word]] = {
    "waiting": Word(_("Being read"), "wait"),
    "taken": Word(_("Taken in"), "good"),
    "refused": Word(pgettext_lazy("file", "Refused"), "bad"),
}
_KINDS: Final[Mapping[ExceptionKind, Promise]] = {
    ExceptionKind.UNEXPLAINED_DEBIT: _("Money left the account, and nothing here says why"),
    ExceptionKind.AMOUNT_DIFFERS: _("The bank booked another amount"),
    ExceptionKind.CONTRADICTED: _("What the bank says of a payment cannot be"),
    ExceptionKind.STATEMENT_GAP: _("A statement is missing"),
    ExceptionKind.BALANCE_DIFFERS: _("The balance is another one"),
    ExceptionKind.SILENT_BATCH: _("The bank does not answer to a file of payments"),
    ExceptionKind.REFUSED_BATCH: _("The bank refused a whole file of payments"),
    ExceptionKind.SILENT_PAYMENT: _("Nobody knows what became of a payment"),
    ExceptionKind.NOT_AT_BANK: _("Recorded here, and on no statement"),
}
_MEANS: Final[Mapping[ExceptionKind, Promise]] = {
    ExceptionKind.UNEXPLAINED_DEBIT: _(
        "The statement has a line that takes money, and no payment or withdrawal of the ledger is"
        " it. Often it is the bank's charges."
    ),
    ExceptionKind.AMOUNT_DIFFERS: _(
        "The line names something that the ledger has with another amount. Often the bank kept its"
        " charges."
    ),
    ExceptionKind.CONTRADICTED: _(
        "The bank says something of a payment that does not follow what it said before, such as"
        " that it was paid after it had been rejected."
    ),
    ExceptionKind.STATEMENT_GAP: _(
        "One statement does not begin where the one before it ended. Something between the two"
        " was never read here."
    ),
    ExceptionKind.BALANCE_DIFFERS: _(
        "At the end of the last statement the bank has another balance than the ledger and the"
        " lines lead to."
    ),
    ExceptionKind.SILENT_BATCH: _(
        "The bank has had the file for long and says nothing of it. Its payments stay on their"
        " way until it does."
    ),
    ExceptionKind.REFUSED_BATCH: _(
        "None of its payments was made. All of them are owed again, and can be sent again."
    ),
    ExceptionKind.SILENT_PAYMENT: _(
        "The payment was sent, and nobody said whether it arrived. Until that is known it is"
        " neither paid nor owed."
    ),
    ExceptionKind.NOT_AT_BANK: _(
        "It was recorded days ago, and no statement since then has a line for it."
    ),
}
_ADVICE: Final[Mapping[ExceptionKind, Promise]] = {
    ExceptionKind.UNEXPLAINED_DEBIT: _(
        "Ask the bank what it is. What it took for good is recorded as a withdrawal; where it is"
        " something that is still to be recorded here, record that: this ends by itself."
    ),
    ExceptionKind.AMOUNT_DIFFERS: _(
        "Compare the line with the payment. If the payment was made, the rest is settled with the"
        " funding account."
    ),
    ExceptionKind.CONTRADICTED: _(
        "Ask the bank which of the two is true, before anything is sent again: it could be paid"
        " twice."
    ),
    ExceptionKind.STATEMENT_GAP: _(
        "Ask the bank for the statement of the days between, and bring it here: this ends by"
        " itself."
    ),
    ExceptionKind.BALANCE_DIFFERS: _(
        "Look for a missing statement and for lines that nobody has recorded first. Correct the"
        " ledger only when nothing else explains it."
    ),
    ExceptionKind.SILENT_BATCH: _(
        "Ask the bank whether it has the file. As soon as it answers, this ends by itself."
    ),
    ExceptionKind.REFUSED_BATCH: _(
        "Put right what the bank says is wrong, then send the payouts again. Say here what was"
        " done."
    ),
    ExceptionKind.SILENT_PAYMENT: _(
        "Ask the bank or the merchant whether it arrived. Say that it did not only if you are"
        " sure: it is owed again then, and could be paid twice."
    ),
    ExceptionKind.NOT_AT_BANK: _(
        "Look whether it was recorded for the right account and with the bank's own reference."
    ),
}
_WAYS: Final[Mapping[How, Promise]] = {
    How.EXPLAINED: _("It is as it should be: nothing moves, the reason says why"),
    How.ARRIVED: _("The payment arrived: it counts as paid"),
    How.NOT_ARRIVED: _("The payment did not arrive: it is owed again"),
    How.WITHDRAWN: _("The bank took it: it is recorded as a withdrawal"),
    How.SETTLED: _("The payment was made: what it differs by is recorded as well"),
    How.CORRECTED: _("The ledger is brought to what the bank has"),
}
