"""What a bank says of payments: pain.002 and pacs.004, read into news."""

from datetime import date
from typing import Final
from uuid import UUID

import pytest
from tests.gateway.iso20022.messages import (
    BATCH,
    FIRST,
    SECOND,
    back,
    payment_status,
    returns,
    status,
)

from counterfoil.gateway.bank_files import BankFile, BankFileError, FileKind, News
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.port import PaymentResult, PaymentStatus, RejectReason
from counterfoil.money import Money

FORMAT: Final = Iso20022()
ACCEPTED: Final = PaymentResult(PaymentStatus.ACCEPTED)


def rejected(reason: RejectReason) -> PaymentResult:
    return PaymentResult(PaymentStatus.REJECTED, reason)


@pytest.mark.parametrize(
    ("word", "reason", "result"),
    [
        ("RCVD", "", ACCEPTED),
        ("ACTC", "", ACCEPTED),
        ("ACCP", "", ACCEPTED),
        ("ACSP", "", ACCEPTED),
        ("ACWC", "", ACCEPTED),
        ("PDNG", "", ACCEPTED),
        ("BLCK", "", ACCEPTED),
        ("ACSC", "", PaymentResult(PaymentStatus.COMPLETED)),
        ("ACCC", "", PaymentResult(PaymentStatus.COMPLETED)),
        ("CPUC", "", PaymentResult(PaymentStatus.COMPLETED)),
        ("RVNM", "", ACCEPTED),
        ("CANC", "", rejected(RejectReason.OTHER)),
        ("RJCT", "", rejected(RejectReason.OTHER)),
        ("RJCT", "<Prtry>ZZ9</Prtry>", rejected(RejectReason.OTHER)),
        ("RJCT", "<Cd>AC01</Cd>", rejected(RejectReason.ACCOUNT_UNKNOWN)),
        ("RJCT", "<Cd>AC02</Cd>", rejected(RejectReason.FUNDING_ACCOUNT_UNKNOWN)),
        ("RJCT", "<Cd>AC04</Cd>", rejected(RejectReason.CANNOT_CREDIT)),
        ("RJCT", "<Cd>AM03</Cd>", rejected(RejectReason.CURRENCY_MISMATCH)),
        ("RJCT", "<Cd>AM04</Cd>", rejected(RejectReason.NO_FUNDS)),
        ("RJCT", "<Cd>RC01</Cd>", rejected(RejectReason.CANNOT_CREDIT)),
        ("RJCT", "<Cd>FF01</Cd>", rejected(RejectReason.MALFORMED)),
        ("RJCT", "<Cd>AM05</Cd>", PaymentResult(PaymentStatus.UNKNOWN)),
        ("RJCT", "<Cd>DUPL</Cd>", PaymentResult(PaymentStatus.UNKNOWN)),
    ],
)
def test_each_status_of_a_payment_is_one_of_ours(
    word: str, reason: str, result: PaymentResult
) -> None:
    assert FORMAT.read(status(payment_status(FIRST, word, reason=reason))) == BankFile(
        kind=FileKind.STATUS,
        message_id="M1",
        answers_to=BATCH,
        news=(News(payment_id=FIRST, result=result),),
    )


def test_part_of_a_file_is_taken_on() -> None:
    first = payment_status(
        FIRST,
        "ACSC",
        more="<AccptncDtTm>2026-10-01T23:30:00-05:00</AccptncDtTm><AcctSvcrRef>B7</AcctSvcrRef>",
    )
    second = payment_status(SECOND, "RJCT", reason="<Cd>AC04</Cd>")
    words = {"group": "<GrpSts>PART</GrpSts>", "batch": "<PmtInfSts>PART</PmtInfSts>"}
    read = FORMAT.read(status(first + second, **words))
    done = PaymentResult(PaymentStatus.COMPLETED, None, "B7")
    assert read.refused is None
    assert read.news == (
        News(payment_id=FIRST, result=done, on=date(2026, 10, 1)),
        News(payment_id=SECOND, result=rejected(RejectReason.CANNOT_CREDIT)),
    )


GROUP_REFUSED: Final = "<GrpSts>RJCT</GrpSts>"
WHY: Final = "<StsRsnInf><Rsn><Cd>{}</Cd></Rsn></StsRsnInf>"


@pytest.mark.parametrize(
    ("content", "refused", "is_repeat"),
    [
        (status(group=GROUP_REFUSED + WHY.format("FF01")), "FF01", False),
        (status(group=GROUP_REFUSED), "RJCT", False),
        (status(group=GROUP_REFUSED + WHY.format("DUPL")), "DUPL", True),
        (status(group=GROUP_REFUSED + WHY.format("AM05")), "AM05", True),
        (status(batch="<PmtInfSts>RJCT</PmtInfSts>" + WHY.format("AC02")), "AC02", False),
        (status(group="<GrpSts>ACCP</GrpSts>"), None, False),
        (status(group="<GrpSts>PART</GrpSts>"), None, False),
        (status(group="<GrpSts>RVCM</GrpSts>"), None, False),
        (status(batch="<PmtInfSts>ACSP</PmtInfSts>"), None, False),
    ],
)
def test_a_status_of_the_group_alone_is_one_of_the_file(
    content: bytes, refused: str | None, *, is_repeat: bool
) -> None:
    read = FORMAT.read(content)
    assert (read.answers_to, read.refused, read.is_repeat) == (BATCH, refused, is_repeat)
    assert read.news == ()


def test_a_file_that_the_bank_could_not_read_has_no_id() -> None:
    group = GROUP_REFUSED + WHY.format("FF01")
    read = FORMAT.read(status(group=group, original="NOTPROVIDED"))
    assert (read.answers_to, read.refused) == (None, "FF01")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (status(payment_status("INV-1", "ACCP")), "Payment 1: It is none of ours."),
        (status(payment_status(FIRST, "WHAT")), "Payment 1: TxSts has a word that is not known."),
        (status(payment_status(FIRST, "")), "Payment 1: TxSts is missing."),
        (status(payment_status(FIRST, "ACCP") * 2), "A payment stands in it more than once."),
        (status(group="<GrpSts>WHAT</GrpSts>"), "GrpSts has a word that is not known."),
        (
            status(payment_status(FIRST, "ACCP"), group=GROUP_REFUSED),
            "Payment 1: TxSts contradicts the status of its group.",
        ),
        (
            status(payment_status(FIRST, "RJCT"), group="<GrpSts>ACCP</GrpSts>"),
            "Payment 1: TxSts contradicts the status of its group.",
        ),
        (
            status(payment_status(FIRST, "RJCT"), batch="<PmtInfSts>ACSC</PmtInfSts>"),
            "Payment 1: TxSts contradicts the status of its group.",
        ),
        (
            status(payment_status(FIRST, "ACCP", more="<TxSts>RJCT</TxSts>")),
            "Payment 1: TxSts stands more than once where it stands once.",
        ),
        (status(original="X" * 36), "OrgnlMsgId has more than 35 letters."),
        (returns(back("INV-1")), "Return 1: It is of a payment that is none of ours."),
        (returns(back(), count="2"), "NbOfTxs says 2, and 1 are listed."),
        (returns("", count="0"), "NbOfTxs says 0, and 0 are listed."),
        (returns(back(), count="one"), "NbOfTxs is no number."),
        (returns(back() * 2, count="2"), "A payment stands in it more than once."),
        (
            returns(back(amount="10.005")),
            "Return 1: RtrdIntrBkSttlmAmt is no amount in its currency.",
        ),
        (
            returns(back(currency="ZZZ")),
            "Return 1: RtrdIntrBkSttlmAmt is in a currency that is not known.",
        ),
        (
            returns(back() + back(SECOND, currency="USD"), count="2"),
            "All that returns in a file is in one currency.",
        ),
        (
            returns(back(), totals="<CtrlSum>10.01</CtrlSum>"),
            "CtrlSum is another sum than that of the returns.",
        ),
        (
            returns(
                back(),
                totals='<TtlRtrdIntrBkSttlmAmt Ccy="USD">10.00</TtlRtrdIntrBkSttlmAmt>',
            ),
            "TtlRtrdIntrBkSttlmAmt is another sum than that of the returns.",
        ),
    ],
)
def test_what_contradicts_itself_is_refused_whole(content: bytes, sentence: str) -> None:
    with pytest.raises(BankFileError) as refused:
        FORMAT.read(content)
    assert str(refused.value) == sentence


def test_payments_that_come_back_are_read_with_what_comes_back() -> None:
    content = returns(
        back() + back(SECOND, "0.5"),
        count="002",
        totals="<CtrlSum>10.5</CtrlSum>"
        '<TtlRtrdIntrBkSttlmAmt Ccy="EUR">10.50</TtlRtrdIntrBkSttlmAmt>',
    )
    result = PaymentResult(PaymentStatus.RETURNED, RejectReason.CANNOT_CREDIT, "X9")

    def told(payment_id: UUID, minor: int) -> News:
        money = Money(minor, "EUR")
        return News(payment_id=payment_id, result=result, money=money, on=date(2026, 10, 5))

    assert FORMAT.read(content) == BankFile(
        kind=FileKind.RETURN,
        message_id="M1",
        answers_to=BATCH,
        news=(told(FIRST, 1000), told(SECOND, 50)),
    )
