"""The bulk file of a Mifos Payment Hub EE: payments out as a CSV, and what becomes of a batch.

    POST bulk /batchtransactions (multipart "data") ─▶ 202; each payment is then asked about
    GET operations /api/v1/batch/detail?batchId=…   ─▶ its transfers, in pages that can be brought

Sure, from openMF/ph-ee-bulk-processor, -operations-app and -integration-test on GitHub, read in
November 2026:

* The file is the part `data`; the headers are filename, Purpose, Type (csv), X-CorrelationID (our
  batch's id), Platform-TenantId and X-Registering-Institution-ID, with a signature (JWS) where the
  hub is set up to want one.
* `request_id` becomes the X-CorrelationID of its transfer where the payment mode is one of single
  transfers, so a file that is sent twice is two batches, but no transfer is made twice.
* The hub drops a payment as a duplicate when one before it in the file has the same payee, amount
  and currency, whatever their ids: such payments go into files of their own.
* Lines are cut at every comma, quoted or not; a file is at most 100,000 bytes (`csv.size`).
* An identifier type in capitals makes the hub's check of a line fail; its own samples have
  `msisdn` and `accountNumber`.

Assumed:

* `payee_dfsp_id` is a known column; a hub that does not know it refuses the whole file, where one
  without it would pay to its standard destination.
* An IBAN is announced as `iban`. For some payment modes the hub reads no identifier type at all
  and takes every payee for a telephone number: the mode must fit the accounts routed to it.
* With a payment mode of whole batches (`BULK`) nothing refuses a repeat: that file is sent once.
* Transfers of a batch without a correlation id are the hub's own bookkeeping.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from counterfoil.errors import MalformedAmountError, WrongSettingError
from counterfoil.gateway.bank_files import (
    FILE_BYTES_MAX,
    BankFile,
    BankFileError,
    FileKind,
    News,
    Party,
    Payment,
    PaymentBatch,
    one_each,
    read_id,
    total_of,
    written_id,
)
from counterfoil.gateway.payment_hub.rail import transfer_result
from counterfoil.gateway.payment_hub.wire import (
    NOTE_LENGTH_MAX,
    IdType,
    Transfer,
    amount_of,
    decoded,
    fits_into_header,
    party_id,
    plain,
)
from counterfoil.money import Money, parse_amount

BULK_BYTES_MAX: Final = 100_000
COLUMNS: Final = (
    *("id", "request_id", "payment_mode", "payer_identifier_type", "payer_identifier"),
    *("payee_identifier_type", "payee_identifier", "amount", "currency", "note", "payee_dfsp_id"),
)
_ID_TYPES: Final = {
    IdType.MSISDN: "msisdn",
    IdType.IBAN: "iban",
    IdType.ACCOUNT_ID: "accountNumber",
}
_UNWRITTEN: Final = re.compile(r"[\x00-\x1f\x7f,\"]")
_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)


class PaymentHubBulk:
    """A format of files: `payment_mode` is one that the hub is set up for (mojaloop, gsma)."""

    def __init__(self, payment_mode: str) -> None:
        if not _is_cell(payment_mode):
            raise WrongSettingError("A payment mode of a payment hub is a word, such as mojaloop.")
        self._payment_mode = payment_mode

    def fault(self, payment: Payment) -> str | None:
        return _fault(payment)

    def first_file(self, debtor: Party, payments: Sequence[Payment]) -> Sequence[Payment]:
        """Twins, and what is more than the bytes of a file, wait for the next one."""
        room = BULK_BYTES_MAX - len(",".join(COLUMNS)) - 1
        chosen: list[Payment] = []
        seen: set[tuple[tuple[str, str], Money]] = set()
        for payment in payments:
            twin = _identifier(payment.creditor), payment.money
            line = self._line(len(chosen), _identifier(debtor), payment)
            if twin in seen:
                continue
            room -= len(line.encode()) + 1
            if room < 0:
                break
            seen.add(twin)
            chosen.append(payment)
        return chosen

    def write(self, batch: PaymentBatch) -> bytes:
        """Raises BankFileError for what the hub would refuse, drop or cut at the wrong place."""
        total_of(batch)
        if not _is_cell(_identifier(batch.debtor)[1]):
            raise BankFileError("The account that pays does not fit into a bulk file.")
        for payment in batch.payments:
            fault = _fault(payment)
            if fault is not None:
                raise BankFileError(f"Payment {payment.payment_id} cannot be written. {fault}")
        _refuse_twins(batch)
        lines = [",".join(COLUMNS), *self._lines(batch)]
        content = "".join(f"{line}\n" for line in lines).encode()
        if len(content) > BULK_BYTES_MAX:
            raise BankFileError(f"A bulk file of a payment hub is at most {BULK_BYTES_MAX} bytes.")
        return content

    def read(self, content: bytes) -> BankFile:
        """Of a page of the batch's transfers. Raises BankFileError for an id that is none of ours,
        a payment that is there twice, or anything that cannot be read.
        """
        page = decoded(content, _DetailAnswer) if len(content) <= FILE_BYTES_MAX else None
        if page is None:
            raise BankFileError("This is no page of a batch of a payment hub.")
        news = one_each([_news(each) for each in page.content if each.client_correlation_id])
        batches = {transfer.batch_id for transfer in page.content}
        if len(batches) > 1:
            raise BankFileError("The transfers of a page are of one batch.")
        named = next(iter(batches), None) or ""
        return BankFile(kind=FileKind.STATUS, message_id=named, news=news)

    def _lines(self, batch: PaymentBatch) -> Iterator[str]:
        payer = _identifier(batch.debtor)
        for number, payment in enumerate(batch.payments):
            yield self._line(number, payer, payment)

    def _line(self, number: int, payer: tuple[str, str], payment: Payment) -> str:
        amount = amount_of(payment.money)
        cells = (
            *(str(number), written_id(payment.payment_id), self._payment_mode),
            *(*payer, *_identifier(payment.creditor), amount.amount, amount.currency),
            *(_note(payment), payment.creditor.fsp),
        )
        return ",".join(cells)


class _BatchTransfer(Transfer, rename="camel"):
    batch_id: str | None = None


class _DetailAnswer(msgspec.Struct, rename="camel"):
    content: list[_BatchTransfer]


def _fault(payment: Payment) -> str | None:
    if payment.money.amount_minor <= 0:
        return "Its amount is not above zero."
    named, identifier = _identifier(payment.creditor)
    if not _is_cell(identifier):
        return "The account is missing, or has signs that cut a line."
    if named == _ID_TYPES[IdType.MSISDN] and not _DIGITS.fullmatch(identifier):
        return "The telephone number has more than digits."
    if not _is_cell(payment.creditor.fsp) or not fits_into_header(payment.creditor.fsp):
        return "The provider's id is missing, or has letters or signs that the hub cannot pass on."
    return None


def _refuse_twins(batch: PaymentBatch) -> None:
    seen = {(_identifier(payment.creditor), payment.money) for payment in batch.payments}
    if len(seen) < len(batch.payments):
        raise BankFileError(
            "Two payments of one amount to one account stand in a bulk file; a payment hub would"
            " drop the second."
        )


def _identifier(party: Party) -> tuple[str, str]:
    """The type of the account in the hub's words, and the account."""
    named = party_id(party.account, party.scheme)
    return _ID_TYPES[named.party_id_type], named.party_identifier


def _is_cell(text: str) -> bool:
    return bool(text.strip()) and not _UNWRITTEN.search(text)


def _note(payment: Payment) -> str:
    return " ".join(_UNWRITTEN.sub(" ", payment.narrative).split())[:NOTE_LENGTH_MAX]


def _news(transfer: Transfer) -> News:
    payment_id = read_id(transfer.client_correlation_id)
    if payment_id is None:
        raise BankFileError("A batch has a payment that is none of ours.")
    return News(payment_id=payment_id, result=transfer_result(transfer), money=_money(transfer))


def _money(transfer: Transfer) -> Money | None:
    if transfer.amount is None or transfer.currency is None:
        return None
    try:
        return parse_amount(plain(transfer.amount), transfer.currency)
    except MalformedAmountError as error:
        raise BankFileError("An amount of a batch cannot be read.") from error
