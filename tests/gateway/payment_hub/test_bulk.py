"""The bulk file of a Payment Hub EE: to the letter, and refused where the hub would spoil it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from counterfoil.errors import WrongSettingError
from counterfoil.gateway.bank_files import (
    BankFile,
    BankFileError,
    FileFormat,
    FileKind,
    News,
    Party,
    Payment,
    PaymentBatch,
)
from counterfoil.gateway.payment_hub.bulk import (
    BULK_BYTES_MAX,
    PaymentHubBulk,
)
from counterfoil.gateway.port import PaymentResult, PaymentStatus, RejectReason
from counterfoil.money import Money

FIRST = UUID("0190f3a1-7c2b-7def-8a01-23456789abcd")
SECOND = UUID("0190f3a1-7c2b-7def-8a01-23456789abce")
BULK = PaymentHubBulk("mojaloop")


def given_payment(
    payment_id: UUID = FIRST,
    *,
    account: str = "+254712345678",
    scheme: str = "wallet",
    fsp: str = "lion",
    amount_minor: int = 1050,
    narrative: str = "Payout 7-1",
) -> Payment:
    return Payment(
        payment_id=payment_id,
        creditor=Party(name="Asha", scheme=scheme, account=account, fsp=fsp),
        money=Money(amount_minor, "KES"),
        narrative=narrative,
    )


def given_batch(*payments: Payment) -> PaymentBatch:
    return PaymentBatch(
        batch_id=UUID("0190f3a1-0000-7000-8000-000000000001"),
        debtor=Party(name="Aid", scheme="account", account="AID-KES", fsp="gorilla"),
        payments=payments,
        pay_on=date(2026, 11, 23),
        made_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
    )


def test_file_has_a_line_for_each_payment() -> None:
    iban = given_payment(
        SECOND, account="DE89370400440532013000", scheme="iban", fsp="COBADEFF", amount_minor=20000
    )
    written = BULK.write(given_batch(given_payment(), iban))
    assert written.decode() == (
        "id,request_id,payment_mode,payer_identifier_type,payer_identifier,payee_identifier_type,"
        "payee_identifier,amount,currency,note,payee_dfsp_id\n"
        "0,0190f3a17c2b7def8a0123456789abcd,mojaloop,accountNumber,AID-KES,msisdn,254712345678,"
        "10.5,KES,Payout 7-1,lion\n"
        "1,0190f3a17c2b7def8a0123456789abce,mojaloop,accountNumber,AID-KES,iban,"
        "DE89370400440532013000,200,KES,Payout 7-1,COBADEFF\n"
    )
    assert BULK.write(given_batch(given_payment(), iban)) == written


def test_note_is_kept_within_its_cell() -> None:
    payment = given_payment(narrative='Payout 7,1 "for"\r\nAsha ' + "x" * 200)
    line = BULK.write(given_batch(payment)).decode().splitlines()[1]
    assert line.count(",") == 10
    note = line.split(",")[9]
    assert note.startswith("Payout 7 1 for Asha x")
    assert len(note) == 128


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"account": "12,34", "scheme": "account"}, "The account is missing"),
        ({"account": "12\n34", "scheme": "account"}, "The account is missing"),
        ({"account": " ", "scheme": "account"}, "The account is missing"),
        ({"account": "+254 N/A"}, "The telephone number has more than digits"),
        ({"fsp": 'the "lion"'}, "The provider's id is missing"),
        ({"fsp": "Banco Ñandú"}, "The provider's id is missing"),
        ({"fsp": ""}, "The provider's id is missing"),
        ({"amount_minor": 0}, "Its amount is not above zero"),
        ({"amount_minor": -1}, "Its amount is not above zero"),
    ],
)
def test_payment_that_the_hub_would_spoil_is_refused(
    changes: dict[str, object], fault: str
) -> None:
    spoilt = given_payment(SECOND, **changes)  # type: ignore[arg-type]
    assert (BULK.fault(spoilt) or "").startswith(fault)
    with pytest.raises(BankFileError, match=f"Payment {SECOND} cannot be written. {fault}"):
        BULK.write(given_batch(given_payment(), spoilt))
    assert BULK.fault(given_payment()) is None


def test_payer_that_cuts_a_line_is_refused() -> None:
    batch = given_batch(given_payment())
    payer = replace(batch.debtor, account="AID,KES")
    with pytest.raises(BankFileError, match="The account that pays"):
        BULK.write(replace(batch, debtor=payer))


def test_two_payments_that_the_hub_would_take_for_one_are_refused() -> None:
    twin = given_payment(SECOND)
    with pytest.raises(BankFileError, match="would drop the second"):
        BULK.write(given_batch(given_payment(), twin))
    other = replace(twin, money=Money(1051, "KES"))
    assert len(BULK.write(given_batch(given_payment(), other)).splitlines()) == 3


def test_file_is_no_longer_than_the_hub_takes() -> None:
    payments = [given_payment(UUID(int=number), amount_minor=number) for number in range(1, 1001)]
    with pytest.raises(BankFileError, match="at most 100000 bytes"):
        BULK.write(given_batch(*payments))
    assert len(BULK.write(given_batch(*payments[:800]))) < BULK_BYTES_MAX


def test_file_without_payments_is_refused() -> None:
    with pytest.raises(BankFileError, match="A file has payments"):
        BULK.write(given_batch())


def test_payment_mode_fits_into_a_cell() -> None:
    with pytest.raises(WrongSettingError, match="payment mode"):
        PaymentHubBulk("moja,loop")


def transfer(payment_id: UUID, **changes: object) -> dict[str, object]:
    told = {
        "workflowInstanceKey": "2251799907439003",
        "transactionId": f"hub-{payment_id.hex[-1]}",
        "clientCorrelationId": payment_id.hex,
        "status": "COMPLETED",
        "completedAt": 1700000001000,
        "amount": "10.500000",
        "currency": "KES",
        "batchId": "e33b",
        "errorInformation": None,
    }
    return told | changes


def page(*transfers: dict[str, object]) -> bytes:
    return json.dumps({"content": transfers, "last": True, "totalElements": 9}).encode()


def test_page_of_a_batch_says_what_came_of_each_payment() -> None:
    error = json.dumps({"errorCode": "PayeeNotFound", "errorDescription": "Payee not found"})
    failed = transfer(SECOND, status="FAILED", errorInformation=error, amount="200")
    bookkeeping = transfer(FIRST, clientCorrelationId=None)
    read = BULK.read(page(transfer(FIRST), failed, bookkeeping))
    completed = PaymentResult(PaymentStatus.COMPLETED, provider_reference="hub-d")
    unknown = PaymentResult(PaymentStatus.REJECTED, RejectReason.ACCOUNT_UNKNOWN, "hub-e")
    assert read == BankFile(
        kind=FileKind.STATUS,
        message_id="e33b",
        news=(
            News(payment_id=FIRST, result=completed, money=Money(1050, "KES")),
            News(payment_id=SECOND, result=unknown, money=Money(20000, "KES")),
        ),
    )


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "IN_PROGRESS", "completedAt": None}, PaymentStatus.ACCEPTED),
        ({"status": "FAILED", "completedAt": None}, PaymentStatus.ACCEPTED),
        ({"status": "EXCEPTION"}, PaymentStatus.ACCEPTED),
        ({"status": None, "completedAt": None}, PaymentStatus.ACCEPTED),
        ({"status": "FAILED"}, PaymentStatus.REJECTED),
        ({}, PaymentStatus.COMPLETED),
    ],
)
def test_only_an_ended_transfer_is_final(changes: dict[str, object], status: PaymentStatus) -> None:
    (news,) = BULK.read(page(transfer(FIRST, **changes))).news
    assert news.result.status is status


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"content": [{"status": 7}], "last": true}',
        page(transfer(FIRST), transfer(FIRST)),
        page(transfer(FIRST), transfer(SECOND, batchId="other")),
        page(transfer(FIRST, clientCorrelationId="somebody-else")),
        page(transfer(FIRST, amount="ten")),
        page(transfer(FIRST, amount="10.505")),
    ],
)
def test_page_that_is_not_right_is_refused_whole(content: bytes) -> None:
    with pytest.raises(BankFileError):
        BULK.read(content)


def test_bulk_file_is_a_file_format() -> None:
    chosen: FileFormat = BULK
    assert chosen.read(page()).news == ()


def test_twins_wait_for_the_next_file() -> None:
    twin, other = given_payment(SECOND), given_payment(uuid4(), amount_minor=1051)
    payments = (given_payment(), twin, other)
    debtor = given_batch().debtor
    chosen = BULK.first_file(debtor, payments)
    assert list(chosen) == [payments[0], other]
    assert BULK.write(given_batch(*chosen))
    assert list(BULK.first_file(debtor, [twin])) == [twin]


def test_what_is_more_than_a_file_takes_waits_for_the_next_one() -> None:
    payments = [given_payment(uuid4(), amount_minor=number) for number in range(1, 2_000)]
    debtor = given_batch().debtor
    chosen = BULK.first_file(debtor, payments)
    assert list(chosen) == payments[: len(chosen)]
    assert len(BULK.write(given_batch(*chosen))) <= BULK_BYTES_MAX
    with pytest.raises(BankFileError, match="at most"):
        BULK.write(given_batch(*payments[: len(chosen) + 1]))
