"""Credit transfers as ISO 20022 pain.001.001.09: one group, one debtor, a payment each.

The message and its batch are named by the batch's id, each payment by its own, in 32 of the 35
letters that an id may have, so that the same batch is the same file whenever it is written.
Source: ISO 20022 message definition report, Payments Initiation, 2019.
"""

from datetime import UTC
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from counterfoil.gateway.bank_files import (
    BankFileError,
    Party,
    Payment,
    PaymentBatch,
    total_of,
    written_id,
)
from counterfoil.gateway.iso20022.accounts import iban_of, is_account, is_bank_id, is_bic
from counterfoil.gateway.iso20022.letters import latin, written
from counterfoil.money import Money, decimal_text

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NO_BANK: Final = "NOTPROVIDED"  # the standard's own word
_NAME_MAX: Final = 70  # of the 140 that the message takes: most banks take no more
_NOTE_MAX: Final = 140


def fault_of(payment: Payment, *, is_latin_only: bool) -> str | None:
    if payment.money.amount_minor <= 0:
        return "Its amount is not above zero."
    return _fault_of_party(payment.creditor, is_latin_only=is_latin_only)


def write_pain001(batch: PaymentBatch, *, is_latin_only: bool) -> bytes:
    """Raises BankFileError."""
    total = total_of(batch)
    fault = _fault_of_party(batch.debtor, is_latin_only=is_latin_only)
    if fault is not None:
        raise BankFileError(f"Who pays cannot be written. {fault}")
    for payment in batch.payments:
        fault = fault_of(payment, is_latin_only=is_latin_only)
        if fault is not None:
            raise BankFileError(f"Payment {payment.payment_id} cannot be written. {fault}")
    return _Message(is_latin_only=is_latin_only).of(batch, total)


def _fault_of_party(party: Party, *, is_latin_only: bool) -> str | None:
    name = written(party.name, _NAME_MAX)
    if not name:
        return "The name is missing."
    if is_latin_only and not latin(name):
        return "The bank takes Latin letters only, and the name has others."
    if party.scheme == "iban" and iban_of(party.account) is None:
        return "The account is not an IBAN with the right check digits."
    if party.scheme != "iban" and not is_account(party.account):
        return "The account is missing, has over 34 letters, or letters that banks do not read."
    if party.fsp and not is_bank_id(party.fsp):
        return "The bank's id has over 35 letters, or letters that banks do not read."
    return None


class _Message:
    def __init__(self, *, is_latin_only: bool) -> None:
        self._is_latin_only = is_latin_only

    def of(self, batch: PaymentBatch, total: Money) -> bytes:
        document = Element("Document", xmlns=NAMESPACE)
        initiation = SubElement(document, "CstmrCdtTrfInitn")
        self._group_header(SubElement(initiation, "GrpHdr"), batch, total)
        self._payment_information(SubElement(initiation, "PmtInf"), batch, total)
        written_out: bytes = tostring(document, encoding="UTF-8", xml_declaration=True)
        return written_out

    def _group_header(self, header: Element, batch: PaymentBatch, total: Money) -> None:
        _text(header, "MsgId", written_id(batch.batch_id))
        made_at = batch.made_at.astimezone(UTC)
        _text(header, "CreDtTm", made_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        _totals(header, batch, total)
        self._name(SubElement(header, "InitgPty"), batch.debtor)

    def _payment_information(self, information: Element, batch: PaymentBatch, total: Money) -> None:
        _text(information, "PmtInfId", written_id(batch.batch_id))
        _text(information, "PmtMtd", "TRF")
        _text(information, "BtchBookg", "false")  # a line of the statement for each payment
        _totals(information, batch, total)
        _text(SubElement(information, "ReqdExctnDt"), "Dt", batch.pay_on.isoformat())
        self._name(SubElement(information, "Dbtr"), batch.debtor)
        _account(SubElement(information, "DbtrAcct"), batch.debtor)
        _agent(SubElement(information, "DbtrAgt"), batch.debtor.fsp or NO_BANK)
        # In euros the scheme knows no other; elsewhere each side bears its own bank's.
        _text(information, "ChrgBr", "SLEV" if total.currency == "EUR" else "SHAR")
        for payment in batch.payments:
            self._transfer(SubElement(information, "CdtTrfTxInf"), payment)

    def _transfer(self, transfer: Element, payment: Payment) -> None:
        identification = SubElement(transfer, "PmtId")
        _text(identification, "InstrId", written_id(payment.payment_id))
        _text(identification, "EndToEndId", written_id(payment.payment_id))
        amount = SubElement(SubElement(transfer, "Amt"), "InstdAmt", Ccy=payment.money.currency)
        amount.text = decimal_text(payment.money.amount_minor, payment.money.currency)
        if payment.creditor.fsp:
            _agent(SubElement(transfer, "CdtrAgt"), payment.creditor.fsp)
        self._name(SubElement(transfer, "Cdtr"), payment.creditor)
        _account(SubElement(transfer, "CdtrAcct"), payment.creditor)
        note = self._letters(payment.narrative, _NOTE_MAX)
        if note:
            _text(SubElement(transfer, "RmtInf"), "Ustrd", note)

    def _name(self, parent: Element, party: Party) -> None:
        _text(parent, "Nm", self._letters(party.name, _NAME_MAX))

    def _letters(self, text: str, letters_max: int) -> str:
        """A note that a bank cannot take is left out: the payment is named by its id."""
        fitting = written(text, letters_max)
        return (latin(fitting) or "")[:letters_max] if self._is_latin_only else fitting


def _totals(parent: Element, batch: PaymentBatch, total: Money) -> None:
    _text(parent, "NbOfTxs", str(len(batch.payments)))
    _text(parent, "CtrlSum", decimal_text(total.amount_minor, total.currency))


def _account(parent: Element, party: Party) -> None:
    identification = SubElement(parent, "Id")
    if party.scheme == "iban":
        _text(identification, "IBAN", iban_of(party.account) or "")
        return
    other = SubElement(identification, "Othr")
    _text(other, "Id", party.account)
    if party.scheme != "account":
        _text(SubElement(other, "SchmeNm"), "Prtry", party.scheme)


def _agent(parent: Element, fsp: str) -> None:
    """By its BIC where it has one; else by the id that the directory has for it."""
    institution = SubElement(parent, "FinInstnId")
    if is_bic(fsp):
        _text(institution, "BICFI", fsp)
    else:
        _text(SubElement(institution, "Othr"), "Id", fsp)


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text
