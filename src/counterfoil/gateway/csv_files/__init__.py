"""CSV: payments out in the columns that a bank asks for, and its answers in, a payment a row."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterfoil.gateway.bank_files import BankFile, Party, Payment, PaymentBatch
from counterfoil.gateway.csv_files.reading import read_answer
from counterfoil.gateway.csv_files.template import CsvTemplate
from counterfoil.gateway.csv_files.writing import fault_of, write_payments


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFile:
    """A format of files; it keeps nothing."""

    template: CsvTemplate = field(default_factory=CsvTemplate)

    def fault(self, payment: Payment) -> str | None:
        return fault_of(payment)

    def first_file(self, debtor: Party, payments: Sequence[Payment]) -> Sequence[Payment]:  # noqa: ARG002  # one file takes all
        return payments

    def write(self, batch: PaymentBatch) -> bytes:
        return write_payments(batch, self.template)

    def read(self, content: bytes) -> BankFile:
        return read_answer(content, self.template)
