"""Whose a credit may be that nobody has recorded. Pure; a person decides.

    a command under its reference ─▶ a proof with its reference ─▶ the number of a purchase in what
    the payer wrote ─▶ the exact amount and the payer's name ─▶ the name of an organisation

The first of these that fits one thing alone is the guess; what fits two says nothing.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final
from uuid import UUID

_PURCHASE: Final = re.compile(r"(?<![A-Z0-9])P[\s.:#-]{0,3}0*([1-9][0-9]{0,8})(?![0-9])")
_WORD: Final = re.compile(r"[^\W_]+")
# Legal forms, which one side writes and the other leaves out.
_FORMS: Final = frozenset(
    (
        "ltd",
        "limited",
        "plc",
        "inc",
        "llc",
        "co",
        "company",
        "gmbh",
        "ag",
        "sa",
        "sarl",
        "srl",
        "bv",
    )
)


class Sign(StrEnum):
    """By what it was found."""

    WAITS = "waits"
    PROOF = "proof"
    NUMBER = "number"
    AMOUNT = "amount"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Credit:
    """What a bank's line says of money that came in."""

    funding_account_id: int
    amount_minor: int
    bank_reference: str
    payer_name: str
    payer_reference: str
    note: str


@dataclass(frozen=True, slots=True)
class UnpaidPurchase:
    """One of which a payment can be recorded; of a proof, what the buyer wrote."""

    purchase_id: UUID
    number: int
    organisation_id: int
    organisation: str
    funding_account_id: int
    total_minor: int
    proof_minor: int | None
    proof_reference: str

    def is_of(self, amount_minor: int) -> bool:
        return amount_minor in {self.total_minor, self.proof_minor}


@dataclass(frozen=True, slots=True)
class Payer:
    organisation_id: int
    name: str


@dataclass(frozen=True, slots=True)
class WaitingCommand:
    """That somebody else has yet to approve."""

    command_id: UUID
    funding_account_id: int | None
    bank_reference: str


@dataclass(frozen=True)
class Known:
    """Everything that a credit may be."""

    commands: Sequence[WaitingCommand]
    purchases: Sequence[UnpaidPurchase]
    payers: Sequence[Payer]

    @cached_property
    def payers_by_name(self) -> Mapping[frozenset[str], Sequence[Payer]]:
        """Made once for all credits of a page."""
        found = defaultdict[frozenset[str], list[Payer]](list)
        for each in self.payers:
            found[_words(each.name)].append(each)
        return found


@dataclass(frozen=True, slots=True)
class Guess:
    """One of the three."""

    sign: Sign
    command: WaitingCommand | None = None
    purchase: UnpaidPurchase | None = None
    payer: Payer | None = None


def guess(credit: Credit, known: Known) -> Guess | None:
    reference = _compared(credit.bank_reference)
    for command in known.commands:
        if (
            command.funding_account_id == credit.funding_account_id
            and _compared(command.bank_reference) == reference
        ):
            return Guess(Sign.WAITS, command=command)
    here = [
        each for each in known.purchases if each.funding_account_id == credit.funding_account_id
    ]
    payer = _words(credit.payer_name)
    numbers = _numbers(credit)
    signs: Sequence[tuple[Sign, Callable[[UnpaidPurchase], bool]]] = (
        (Sign.PROOF, lambda each: _compared(each.proof_reference) == reference),
        (Sign.NUMBER, lambda each: each.number in numbers),
        (
            Sign.AMOUNT,
            lambda each: each.is_of(credit.amount_minor) and _words(each.organisation) == payer,
        ),
    )
    for sign, fits in signs:
        purchase = _only(here, fits, credit.amount_minor)
        if purchase is not None:
            return Guess(sign, purchase=purchase)
    named = known.payers_by_name.get(payer, ()) if payer else ()
    return Guess(Sign.NAME, payer=named[0]) if len(named) == 1 else None


def _only(
    purchases: Sequence[UnpaidPurchase],
    fits: Callable[[UnpaidPurchase], bool],
    amount_minor: int,
) -> UnpaidPurchase | None:
    """The one that fits; of several the one of just that amount."""
    found = [each for each in purchases if fits(each)]
    if len(found) > 1:
        found = [each for each in found if each.is_of(amount_minor)]
    return found[0] if len(found) == 1 else None


def _numbers(credit: Credit) -> frozenset[int]:
    """Of purchases, as people write them: P-0012, p 12."""
    text = f"{credit.payer_reference} {credit.note} {credit.bank_reference}".upper()
    return frozenset(int(number) for number in _PURCHASE.findall(text))


def _words(name: str) -> frozenset[str]:
    """Of a name, without accents, legal forms and the order in which they stand."""
    plain = "".join(
        each
        for each in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(each)
    )
    return frozenset(_WORD.findall(plain.replace(".", ""))) - _FORMS


def _compared(reference: str) -> str:
    """As the journal compares references of a bank."""
    return reference.replace(" ", "").lower()
