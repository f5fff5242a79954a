"""Why a file of a bank was refused, in the language of the page: who read it speaks English.

What a reader calls by its name in the file (AcctSvcrRef, a column's heading) keeps that name. A
sentence that is not here is shown as it was said.
"""

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# Where in the file it is: what is said of it follows.
_PLACES: Final = {
    "Report": gettext_noop("Report %(number)s: %(why)s"),
    "Entry": gettext_noop("Entry %(number)s: %(why)s"),
    "Payment": gettext_noop("Payment %(number)s: %(why)s"),
    "Return": gettext_noop("Return %(number)s: %(why)s"),
    "Row": gettext_noop("Row %(number)s: %(why)s"),
}
FILE_SENTENCES: Final = (
    gettext_noop("It was not brought by this portal, or was changed since."),
    gettext_noop("No rail of this name reads files."),
    gettext_noop("It is not XML: %(why)s."),
    gettext_noop("It declares a document type; a bank's file has none."),
    gettext_noop("It is not written in UTF-8."),
    gettext_noop("It is in an encoding that is not known."),
    gettext_noop("The file is longer than %(size)s MB."),
    gettext_noop("It is no text."),
    gettext_noop("It has no payments."),
    gettext_noop("It is none of the messages that are read here: %(names)s."),
    gettext_noop("A document has one message in it, %(name)s."),
    gettext_noop("It is one page of several. Ask the bank for the report in one file."),
    gettext_noop("It is nested deeper, or has more in it, than a bank's file has."),
    # A table of the bank.
    gettext_noop("The column %(heading)s is missing."),
    gettext_noop("The column %(heading)s stands there twice."),
    gettext_noop("It has %(count)s cells, and the headings are %(width)s."),
    gettext_noop("a quote or a line is broken after it."),
    gettext_noop("The payment is none of ours."),
    gettext_noop("The status is a word that is not known."),
    gettext_noop("The reference has more than %(count)s letters."),
    gettext_noop("The amount is in a currency that is not known."),
    gettext_noop("The amount is none in its currency."),
    gettext_noop("The date is written in another way than the template's."),
    # A part of a message.
    gettext_noop("%(name)s is missing."),
    gettext_noop("%(name)s is missing, or has over %(count)s letters."),
    gettext_noop("%(name)s has more than %(count)s letters."),
    gettext_noop("%(name)s is in a currency that is not known."),
    gettext_noop("%(name)s is no amount."),
    gettext_noop("%(name)s is no amount in its currency."),
    gettext_noop("%(name)s is no number."),
    gettext_noop("%(name)s is no date."),
    gettext_noop("%(name)s is neither %(one)s nor %(other)s."),
    gettext_noop("%(name)s stands more than once where it stands once."),
    gettext_noop("%(name)s has a word that is not known."),
    gettext_noop("%(name)s contradicts the status of its group."),
    # What does not add up.
    gettext_noop("The balance %(name)s is missing."),
    gettext_noop("The balance %(name)s stands more than once."),
    gettext_noop("All amounts of an account are in its one currency."),
    gettext_noop(
        "The entries do not lead from the opening to the closing balance: %(money)s is missing."
        " Ask the bank for the whole statement."
    ),
    gettext_noop("%(name)s is another sum than that of the entries."),
    gettext_noop("%(name)s is another sum than that of its entries."),
    gettext_noop("%(name)s is another sum than that of the returns."),
    gettext_noop("%(name)s is another amount than that of the entry."),
    gettext_noop("%(name)s counts %(count)s entries, and there are %(found)s."),
    gettext_noop("%(name)s says %(count)s, and it lists %(found)s transactions."),
    gettext_noop("%(name)s says %(count)s, and %(found)s are listed."),
    gettext_noop("Its transactions do not add up to it."),
    gettext_noop("Its transactions are in another currency than the entry."),
    gettext_noop("All that returns in a file is in one currency."),
    gettext_noop("A payment stands in it more than once."),
    # What is not ours, or came before.
    gettext_noop("It is none of ours."),
    gettext_noop("It is of a payment that is none of ours."),
    gettext_noop("It answers nothing that was sent."),
    gettext_noop("It answers a batch that is none of this issuer's."),
    gettext_noop("That file was taken in already."),
    gettext_noop("Another file was taken in under the same message id."),
    gettext_noop("A statement in it was taken in already."),
    gettext_noop("Report %(number)s does not say on which day it closes."),
    gettext_noop("Report %(number)s is of a day more than a month to come."),
    gettext_noop("Report %(number)s is of an account that is no funding account."),
    gettext_noop("Report %(number)s is in %(one)s, and the funding account in %(other)s."),
    gettext_noop("Report %(number)s may be of several funding accounts."),
    gettext_noop("Entry %(number)s has the reference of an earlier one."),
    gettext_noop("Entry %(number)s has the reference of another one, and is not the same."),
    gettext_noop("Entry %(number)s stands on another statement already."),
    gettext_noop("Entry %(number)s is of a payment that is none of this funding account's."),
    gettext_noop("Entry %(number)s is of a batch that is none of this funding account's."),
    gettext_noop("Payment %(number)s is none of this issuer's."),
    gettext_noop("Payment %(number)s is not in the batch that it answers."),
    gettext_noop("Payment %(number)s is in another currency."),
)
_WHERE: Final = re.compile(rf"({'|'.join(_PLACES)}) ([0-9]+): (.+)")
_PLACE: Final = re.compile(r"%\((\w+)\)s")


def file_refusal_text(said: str | None) -> str:
    """`said` is what the reader wrote down; empty of a file that was not refused."""
    if said is None:
        return ""
    where = _WHERE.fullmatch(said)
    if where is not None:
        kind, number, why = where.groups()
        return _(_PLACES[kind]) % {"number": number, "why": file_refusal_text(why)}
    for sentence, pattern in _PATTERNS:
        found = pattern.fullmatch(said)
        if found is not None:
            return _(sentence) % found.groupdict()
    return said


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = _PLACE.split(sentence)
    return re.compile(
        "".join(
            f"(?P<{part}>.+?)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
    )


# Those that say more of it themselves come first: the places of others would fit as well.
_PATTERNS: Final = [
    (sentence, _pattern(sentence))
    for sentence in sorted(FILE_SENTENCES, key=lambda each: -len(_PLACE.sub("", each)))
]
