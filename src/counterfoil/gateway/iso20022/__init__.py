"""ISO 20022: payments out as pain.001, and what banks answer, as pain.002, camt.054, camt.053 and
pacs.004, in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.gateway.bank_files import BankFile, Party, Payment, PaymentBatch
from counterfoil.gateway.iso20022.pain001 import fault_of, write_pain001
from counterfoil.gateway.iso20022.reading import read_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Iso20022:
    """A format of files; it keeps nothing. `is_latin_only`: the bank takes no other letters."""

    is_latin_only: bool = False

    def fault(self, payment: Payment) -> str | None:
        return fault_of(payment, is_latin_only=self.is_latin_only)

    def first_file(self, debtor: Party, payments: Sequence[Payment]) -> Sequence[Payment]:  # noqa: ARG002  # one file takes all
        return payments

    def write(self, batch: PaymentBatch) -> bytes:
        return write_pain001(batch, is_latin_only=self.is_latin_only)

    def read(self, content: bytes) -> BankFile:
        return read_file(content)
