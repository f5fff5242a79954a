"""The rail to a Payment Hub EE against a hub of our own: every answer, and every missing answer."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.gateway.payment_hub.stub import TENANT, TOKEN, HubStub, served

from counterfoil.errors import WrongSettingError
from counterfoil.gateway.payment_hub.rail import Hub, PaymentHubGateway
from counterfoil.gateway.port import (
    AccountCheck,
    AccountStatus,
    Gateway,
    PaymentOrder,
    PaymentResult,
    PaymentStatus,
    RejectReason,
)
from counterfoil.money import Money

UNKNOWN = PaymentResult(PaymentStatus.UNKNOWN)
NOT_FOUND = PaymentResult(PaymentStatus.NOT_FOUND)
MALFORMED = PaymentResult(PaymentStatus.REJECTED, RejectReason.MALFORMED)
PAYMENT = UUID("0190f3a1-7c2b-7def-8a01-23456789abcd")
NAMED = "0190f3a17c2b7def8a0123456789abcd"


@pytest.fixture(scope="module")
def served_hub() -> Iterator[tuple[HubStub, str]]:
    hub = HubStub()
    with served(hub) as url:
        yield hub, url


@pytest.fixture
def hub(served_hub: tuple[HubStub, str]) -> HubStub:
    """As new."""
    hub, _url = served_hub
    vars(hub).update(vars(HubStub()))
    return hub


@pytest.fixture
def gateway(served_hub: tuple[HubStub, str]) -> Iterator[PaymentHubGateway]:
    rail = given_gateway(served_hub[1])
    yield rail
    rail.close()


def given_settings(url: str, *, refuses_repeats: bool = True, has_mapper: bool = True) -> Hub:
    return Hub(
        channel_url=url,
        operations_url=url,
        mapper_url=url if has_mapper else None,
        tenant=TENANT,
        registering_institution="counterfoil",
        refuses_repeats=refuses_repeats,
    )


def given_gateway(
    url: str,
    *,
    secret: str | None = TOKEN,
    refuses_repeats: bool = True,
    has_mapper: bool = True,
    timeout_seconds: float = 2.0,
) -> PaymentHubGateway:
    settings = given_settings(url, refuses_repeats=refuses_repeats, has_mapper=has_mapper)
    return PaymentHubGateway(settings, secret=secret, timeout_seconds=timeout_seconds)


def given_order(**changes: object) -> PaymentOrder:
    order = PaymentOrder(
        payment_id=PAYMENT,
        funding_account="AID-KES",
        credit_account="+254712345678",
        fsp="lion",
        money=Money(1050, "KES"),
        narrative="Payout 7-1",
    )
    return replace(order, **changes)  # type: ignore[arg-type]


@contextmanager
def answered_once(*pieces: bytes) -> Iterator[str]:
    """A server that says this to whoever comes first, piece by piece."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection, suppress(ConnectionError):
                connection.recv(65536)
                for piece in pieces:
                    connection.sendall(piece)
                    time.sleep(0.1 if len(pieces) > 1 else 0)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_transfer_says_who_pays_whom_how_much(hub: HubStub, gateway: PaymentHubGateway) -> None:
    result = gateway.submit(given_order())
    (begun,) = hub.transfers
    assert result == PaymentResult(PaymentStatus.ACCEPTED, provider_reference=begun.transaction_id)
    (seen,) = hub.seen
    assert (seen.method, seen.path) == ("POST", "/channel/transfer")
    assert seen.body == {
        "clientRefId": NAMED,
        "payer": {"partyIdInfo": {"partyIdType": "ACCOUNT_ID", "partyIdentifier": "AID-KES"}},
        "payee": {"partyIdInfo": {"partyIdType": "MSISDN", "partyIdentifier": "254712345678"}},
        "amount": {"amount": "10.5", "currency": "KES"},
        "note": "Payout 7-1",
    }
    expected = {
        "x-correlationid": NAMED,
        "platform-tenantid": "gorilla",
        "x-registering-institution-id": "counterfoil",
        "x-payeedfsp-id": "lion",
        "authorization": f"Bearer {TOKEN}",
        "content-type": "application/json",
    }
    assert {name: seen.headers[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("account", "named"),
    [
        ("+254712345678", ("MSISDN", "254712345678")),
        ("254712345678", ("ACCOUNT_ID", "254712345678")),
        ("DE89 3704 0044 0532 0130 00", ("IBAN", "DE89370400440532013000")),
        ("DE88370400440532013000", ("ACCOUNT_ID", "DE88370400440532013000")),
        ("12-34/5", ("ACCOUNT_ID", "12-34/5")),
    ],
)
def test_account_is_named_by_its_form(
    hub: HubStub, gateway: PaymentHubGateway, account: str, named: tuple[str, str]
) -> None:
    gateway.submit(given_order(credit_account=account))
    body = hub.seen[0].body
    assert isinstance(body, dict)
    told = body["payee"]["partyIdInfo"]
    assert (told["partyIdType"], told["partyIdentifier"]) == named


@pytest.mark.parametrize(
    ("money", "written"),
    [(Money(1000, "KES"), "10"), (Money(1205, "KES"), "12.05"), (Money(100, "JPY"), "100")],
)
def test_amount_is_written_without_zeros_at_its_end(
    hub: HubStub, gateway: PaymentHubGateway, money: Money, written: str
) -> None:
    gateway.submit(given_order(money=money))
    assert hub.transfers[0].amount == written


def test_transfer_is_followed_to_its_end(hub: HubStub, gateway: PaymentHubGateway) -> None:
    hub.ends_after = 1
    accepted = gateway.submit(given_order())
    assert gateway.query(PAYMENT) == accepted
    ended = PaymentResult(PaymentStatus.COMPLETED, provider_reference=accepted.provider_reference)
    assert gateway.query(PAYMENT) == ended
    assert gateway.query(PAYMENT) == ended
    assert hub.seen[-1].path == f"/api/v1/transfers?page=0&size=10&clientCorrelationId={NAMED}"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("PayerInsufficientBalance", RejectReason.NO_FUNDS),
        ("PayeeNotFound", RejectReason.ACCOUNT_UNKNOWN),
        ("PayerNotFound", RejectReason.FUNDING_ACCOUNT_UNKNOWN),
        ("PayeeCurrencyInvalid", RejectReason.CURRENCY_MISMATCH),
        ("InactiveAccountStatus", RejectReason.CANNOT_CREDIT),
        ("ExtInternalServerError", RejectReason.OTHER),
    ],
)
def test_failed_transfer_says_why(
    hub: HubStub, gateway: PaymentHubGateway, code: str, reason: RejectReason
) -> None:
    hub.fails, hub.ends_after = {"254712345678": code}, 0
    accepted = gateway.submit(given_order())
    failed = PaymentResult(PaymentStatus.REJECTED, reason, accepted.provider_reference)
    assert gateway.query(PAYMENT) == failed
    assert gateway.submit(given_order()) == failed, "a repeat learns of the end"


def test_transfer_that_waits_for_the_operators_is_under_way(
    hub: HubStub, gateway: PaymentHubGateway
) -> None:
    hub.stuck, hub.ends_after = {"254712345678"}, 0
    accepted = gateway.submit(given_order())
    assert gateway.query(PAYMENT) == accepted
    assert accepted.status is PaymentStatus.ACCEPTED


def test_repeat_is_asked_for_and_pays_once(hub: HubStub, gateway: PaymentHubGateway) -> None:
    accepted = gateway.submit(given_order())
    assert gateway.submit(given_order()) == accepted
    assert gateway.submit(given_order()).status is PaymentStatus.COMPLETED
    assert len(hub.transfers) == 1


def test_repeat_of_what_is_not_shown_yet_is_unknown(
    hub: HubStub, gateway: PaymentHubGateway
) -> None:
    hub.shown_after = 2
    assert gateway.submit(given_order()).status is PaymentStatus.ACCEPTED
    assert gateway.query(PAYMENT) == NOT_FOUND
    assert gateway.submit(given_order()) == UNKNOWN, "the hub knows the id, not what became of it"
    assert gateway.query(PAYMENT).status is PaymentStatus.ACCEPTED
    assert len(hub.transfers) == 1


def test_never_submitted_payment_is_not_found(hub: HubStub, gateway: PaymentHubGateway) -> None:
    gateway.submit(given_order(payment_id=uuid4()))
    assert hub.transfers
    assert gateway.query(PAYMENT) == NOT_FOUND


def test_hub_that_takes_repeats_is_never_sent_one(
    hub: HubStub, served_hub: tuple[HubStub, str]
) -> None:
    hub.refuses_repeats, hub.shown_after = False, 2
    rail = given_gateway(served_hub[1], refuses_repeats=False)
    rail.submit(given_order())
    assert [rail.query(PAYMENT).status for _ask in range(3)] == [
        PaymentStatus.UNKNOWN,
        PaymentStatus.UNKNOWN,
        PaymentStatus.ACCEPTED,
    ]
    rail.close()


def test_answer_with_other_transfers_only_says_nothing(
    hub: HubStub, gateway: PaymentHubGateway
) -> None:
    hub.finds_by_correlation = False
    gateway.submit(given_order(payment_id=uuid4()))
    assert gateway.query(PAYMENT) == UNKNOWN


def test_two_transfers_of_one_payment_are_left_to_a_person(
    hub: HubStub, gateway: PaymentHubGateway
) -> None:
    hub.refuses_repeats = False
    gateway.submit(given_order())
    gateway.submit(given_order())
    assert len(hub.transfers) == 2
    assert gateway.query(PAYMENT) == UNKNOWN


@pytest.mark.parametrize(
    ("fault", "begun"),
    [("dies_before", 0), ("dies_marked", 0), ("dies_after", 1), ("garbles", 1)],
)
def test_hub_that_does_not_answer_clearly_leaves_the_payment_unknown(
    hub: HubStub, gateway: PaymentHubGateway, fault: str, begun: int
) -> None:
    hub.next_faults.append(fault)
    assert gateway.submit(given_order()) == UNKNOWN
    assert len(hub.transfers) == begun


def test_id_that_the_hub_kept_without_a_transfer_stays_unknown(
    hub: HubStub, gateway: PaymentHubGateway
) -> None:
    hub.next_faults.append("dies_marked")
    gateway.submit(given_order())
    assert gateway.query(PAYMENT) == NOT_FOUND
    assert gateway.submit(given_order()) == UNKNOWN
    assert gateway.submit(given_order()) == UNKNOWN
    assert hub.transfers == []


@pytest.mark.parametrize(
    "changes",
    [{"fsp": "Banco Ñandú"}, {"fsp": ""}, {"fsp": "lion\r\nX-BatchID: 1"}],
)
def test_provider_that_fits_into_no_header_is_malformed_and_not_sent(
    hub: HubStub, gateway: PaymentHubGateway, changes: dict[str, object]
) -> None:
    assert gateway.submit(given_order(**changes)) == MALFORMED
    assert hub.seen == []


def test_content_that_the_hub_cannot_take_is_malformed(
    hub: HubStub, gateway: PaymentHubGateway
) -> None:
    assert gateway.submit(given_order(credit_account="AID-KES")) == MALFORMED
    assert hub.transfers == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
        b'HTTP/1.1 412 No\r\nContent-Length: 14\r\n\r\n{"code": "01"}',
        b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 400 Bad\r\nContent-Length: 4\r\n\r\noops",
        b'HTTP/1.1 400 Bad\r\nContent-Length: 17\r\n\r\n{"violations":[]}',
        b'HTTP/1.1 400 Bad\r\nContent-Length: 27\r\n\r\n{"errorCode":"ServerError"} ',
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"transactionId":""}',
        b'HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{"transactionId":null}',
        b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"transactionId":',
        b"not HTTP at all\r\n\r\n",
        b'HTTP/1.1 500 Oops\r\nContent-Length: 21\r\n\r\n{"transactionId":"1"}',
        b'HTTP/1.1 503 Busy\r\nContent-Length: 14\r\n\r\n{"content":[]}',
        b'HTTP/1.1 200 OK\r\nContent-Length: 70021\r\n\r\n{"transactionId":"1"}' + b" " * 70_000,
        b'HTTP/1.1 200 OK\r\nContent-Length: 70014\r\n\r\n{"content":[]}' + b" " * 70_000,
    ],
)
@pytest.mark.parametrize("asks", [False, True])
def test_answer_that_is_not_clear_is_unknown(answer: bytes, *, asks: bool) -> None:
    with answered_once(answer) as url:
        rail = given_gateway(url)
        assert (rail.query(PAYMENT) if asks else rail.submit(given_order())) == UNKNOWN
        rail.close()


def test_answer_that_trickles_in_is_not_waited_for() -> None:
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{"transactionId":"1"}'
    with answered_once(answer[:-20], *(answer[at : at + 1] for at in range(-20, -1))) as url:
        rail = given_gateway(url, timeout_seconds=0.2)
        started = time.monotonic()
        assert rail.submit(given_order()) == UNKNOWN
        assert time.monotonic() - started < 1.5
        rail.close()


def test_answer_about_another_identity_says_nothing() -> None:
    answer = b'{"payeeIdentity": "ID78", "financialAddress": "1", "bankingInstitutionCode": "a"}'
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
    with answered_once(head + answer) as url:
        rail = given_gateway(url)
        assert rail.lookup("ID77") == AccountCheck(AccountStatus.UNKNOWN)
        rail.close()


def test_account_behind_an_identity_is_looked_up(hub: HubStub, gateway: PaymentHubGateway) -> None:
    hub.beneficiaries["ID/ 77"] = ("103873110196", "lion")
    found = AccountCheck(AccountStatus.FOUND, account="103873110196", fsp="lion")
    assert gateway.lookup("ID/ 77") == found
    assert gateway.lookup("nobody") == AccountCheck(AccountStatus.NOT_FOUND)


def test_what_the_hub_does_not_tell_is_unknown(
    hub: HubStub, gateway: PaymentHubGateway, served_hub: tuple[HubStub, str]
) -> None:
    unknown = AccountCheck(AccountStatus.UNKNOWN)
    assert gateway.verify_account("103873110196", "lion") == unknown
    rail = given_gateway(served_hub[1], has_mapper=False)
    assert rail.lookup("ID77") == unknown
    assert hub.seen == []
    rail.close()


@pytest.mark.usefixtures("hub")  # which asks for its secret again
@pytest.mark.parametrize("secret", ["another", None])
def test_wrong_secret_is_unknown_everywhere(
    served_hub: tuple[HubStub, str], secret: str | None
) -> None:
    rail = given_gateway(served_hub[1], secret=secret)
    assert rail.submit(given_order()) == UNKNOWN
    assert rail.query(PAYMENT) == UNKNOWN
    assert rail.lookup("ID77") == AccountCheck(AccountStatus.UNKNOWN)
    rail.close()


def test_hub_that_asks_for_no_secret_is_sent_none(
    hub: HubStub, served_hub: tuple[HubStub, str]
) -> None:
    hub.token = None
    rail = given_gateway(served_hub[1], secret=None)
    assert rail.submit(given_order()).status is PaymentStatus.ACCEPTED
    assert "authorization" not in hub.seen[0].headers
    rail.close()


def test_setting_that_fits_into_no_header_is_refused_without_telling_it() -> None:
    with pytest.raises(WrongSettingError) as refused:
        PaymentHubGateway(given_settings("http://127.0.0.1:1"), secret="naïve-secret")
    assert "naïve" not in str(refused.value)


def test_payment_hub_is_a_gateway(hub: HubStub, gateway: PaymentHubGateway) -> None:
    port: Gateway = gateway
    assert hub.transfers == []
    assert port.query(uuid4()) == NOT_FOUND
