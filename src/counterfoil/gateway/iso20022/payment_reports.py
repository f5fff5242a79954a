"""What a bank says of payments: pain.002, before they are booked; pacs.004, when they return."""

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from counterfoil.gateway.bank_files import (
    BankFile,
    BankFileError,
    FileKind,
    News,
    one_each,
    read_id,
)
from counterfoil.gateway.iso20022.elements import (
    code_of,
    day_or_none,
    each,
    found,
    id_or_none,
    needed_count,
    needed_id,
    needed_money,
    needed_text,
    read_money,
    text_or_none,
)
from counterfoil.gateway.iso20022.reason_codes import REPEATS, rejected, returned
from counterfoil.gateway.port import PaymentResult, PaymentStatus, RejectReason

_REJECTED: Final = "RJCT"
# Statuses that say of all of a group that they are not rejected.
_TAKEN_WHOLE: Final = frozenset({"ACTC", "ACCP", "ACSP", "ACSC", "ACCC", "ACWC", "PDNG"})
_GROUP_WORDS: Final = _TAKEN_WHOLE | {"RCVD", "RCVC", "RVCM", "RVNC", "PART", _REJECTED}

# ExternalPaymentTransactionStatus1Code. The second line is of banks that first compare names.
# Money that is blocked (BLCK) has no end yet: somebody has to ask the bank.
_UNDER_WAY: Final = (
    *("RCVD", "PDNG", "PRES", "PATC", "ACTC", "ACCP", "ACFC", "ACFW", "ACSP", "ACPD"),
    *("RCVC", "RVMC", "RVNM", "RVNA"),
    *("ACWC", "ACWP", "BLCK"),
)
_STATUSES: Final = {
    **dict.fromkeys(_UNDER_WAY, PaymentStatus.ACCEPTED),
    **dict.fromkeys(("ACSC", "ACCC", "CPUC"), PaymentStatus.COMPLETED),
}


def read_status(message: Element) -> BankFile:
    """A status of the group alone says what became of the file; of its payments each has its own,
    and one that contradicts its group's is refused with the file.
    """
    original = found(message, "OrgnlGrpInfAndSts")
    if original is None:
        raise BankFileError("OrgnlGrpInfAndSts is missing.")
    batches = each(message, "OrgnlPmtInfAndSts")
    whole = _refusal(original, "GrpSts") or _refused_batch(batches)
    return BankFile(
        kind=FileKind.STATUS,
        message_id=needed_id(message, "GrpHdr", "MsgId"),
        answers_to=read_id(id_or_none(original, "OrgnlMsgId")),
        refused=whole,
        is_repeat=whole in REPEATS,
        news=one_each(list(_statuses(batches, _group_word(original, "GrpSts")))),
    )


def _refused_batch(batches: Sequence[Element]) -> str | None:
    """Ours have one batch each; without payments, its rejection is theirs."""
    if len(batches) != 1 or each(batches[0], "TxInfAndSts"):
        return None
    return _refusal(batches[0], "PmtInfSts")


def _refusal(group: Element, name: str) -> str | None:
    return _reason_code(group) or _REJECTED if _group_word(group, name) == _REJECTED else None


def _group_word(group: Element, name: str) -> str | None:
    word = text_or_none(group, name)
    if word is not None and word not in _GROUP_WORDS:
        raise BankFileError(f"{name} has a word that is not known.")
    return word


def _statuses(batches: Sequence[Element], group: str | None) -> Iterator[News]:
    number = 0
    for batch in batches:
        words = (group, _group_word(batch, "PmtInfSts"))
        for transaction in each(batch, "TxInfAndSts"):
            number += 1
            try:
                yield _status(transaction, words)
            except BankFileError as error:
                raise BankFileError(f"Payment {number}: {error}") from error


def _status(transaction: Element, groups: Sequence[str | None]) -> News:
    payment_id = read_id(id_or_none(transaction, "OrgnlEndToEndId"))
    payment_id = payment_id or read_id(id_or_none(transaction, "OrgnlInstrId"))
    if payment_id is None:
        raise BankFileError("It is none of ours.")
    word = needed_text(transaction, "TxSts")
    for group in groups:
        if group == _REJECTED != word or (group in _TAKEN_WHOLE and word == _REJECTED):
            raise BankFileError("TxSts contradicts the status of its group.")
    on = day_or_none(transaction, "AccptncDtTm")
    return News(payment_id=payment_id, result=_result(transaction, word), on=on)


def _result(transaction: Element, word: str) -> PaymentResult:
    reference = id_or_none(transaction, "AcctSvcrRef")
    if word == _REJECTED:
        return rejected(_reason_code(transaction), reference)
    if word == "CANC":
        return PaymentResult(PaymentStatus.REJECTED, RejectReason.OTHER, reference)
    status = _STATUSES.get(word)
    if status is None:
        raise BankFileError("TxSts has a word that is not known.")
    return PaymentResult(status, None, reference)


def _reason_code(parent: Element, name: str = "StsRsnInf") -> str | None:
    """The first that is said."""
    codes = (code_of(reason, "Rsn") for reason in each(parent, name))
    return next((code for code in codes if code is not None), None)


def read_return(message: Element) -> BankFile:
    header = found(message, "GrpHdr")
    if header is None:
        raise BankFileError("GrpHdr is missing.")
    news = one_each(list(_returns(each(message, "TxInf"))))
    count = needed_count(header, "NbOfTxs")
    if count != len(news) or not news:
        raise BankFileError(f"NbOfTxs says {count}, and {len(news)} are listed.")
    _check_total(header, news)
    return BankFile(
        kind=FileKind.RETURN,
        message_id=needed_id(header, "MsgId"),
        answers_to=read_id(id_or_none(message, "OrgnlGrpInf", "OrgnlMsgId")),
        news=news,
    )


def _returns(transactions: Sequence[Element]) -> Iterator[News]:
    for number, transaction in enumerate(transactions, 1):
        try:
            yield _returned(transaction)
        except BankFileError as error:
            raise BankFileError(f"Return {number}: {error}") from error


def _returned(transaction: Element) -> News:
    payment_id = read_id(id_or_none(transaction, "OrgnlEndToEndId"))
    payment_id = payment_id or read_id(id_or_none(transaction, "OrgnlInstrId"))
    if payment_id is None:
        raise BankFileError("It is of a payment that is none of ours.")
    code = _reason_code(transaction, "RtrRsnInf")
    return News(
        payment_id=payment_id,
        result=returned(code, id_or_none(transaction, "RtrId")),
        money=needed_money(transaction, "RtrdIntrBkSttlmAmt"),
        on=day_or_none(transaction, "IntrBkSttlmDt"),
    )


def _check_total(header: Element, news: Sequence[News]) -> None:
    monies = [one.money for one in news if one.money is not None]
    if len({money.currency for money in monies}) != 1:
        raise BankFileError("All that returns in a file is in one currency.")
    added = sum(monies[1:], start=monies[0])
    total = "TtlRtrdIntrBkSttlmAmt"
    if found(header, total) is not None and needed_money(header, total) != added:
        raise BankFileError(f"{total} is another sum than that of the returns.")
    control = text_or_none(header, "CtrlSum")
    if control is not None and read_money("CtrlSum", control, added.currency) != added:
        raise BankFileError("CtrlSum is another sum than that of the returns.")
