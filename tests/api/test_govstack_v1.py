"""Dialect 1 over HTTP: the whole life of a voucher, and every refusal in its order."""

import hashlib
import json
from uuid import uuid4

import httpx
import pytest
from tests.api.conftest import BB, given_key
from tests.given import SHOP, SYSTEM, change, given_group, state_of

from counterfoil.api.govstack_v1_texts import TEXTS, Call
from counterfoil.engine.acceptors import AcceptorDesign, create_acceptors
from counterfoil.engine.apply import apply
from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.operation import Outcome
from counterfoil.keys.numbers import check_digit_is_right, new_numbers
from counterfoil.voucher import Action, State

PREACTIVATION = "/vouchers/voucher_preactivation"
ACTIVATION = "/vouchers/voucher_activation"
REDEMPTION = "/vouchers/voucher_redemption"
STATUS = "/vouchers/voucherstatuscheck/"
ABSENT = object()


def wanted(**changes: object) -> dict[str, object]:
    body = {
        "voucher_amount": "10.00",
        "voucher_currency": "KES",
        "voucher_group": "FOOD-AID",
        "Gov_Stack_BB": BB,
    }
    return {k: v for k, v in (body | changes).items() if v is not ABSENT}


def redemption(number: object, **changes: object) -> dict[str, object]:
    body = {
        "voucher_number": number,
        "Gov_Stack_BB": BB,
        "merchant_name": SHOP.name,
        "merchant_bank_details": SHOP.account,
        "merchant_voucher_group": "FOOD",
        "override": False,
    }
    return {k: v for k, v in (body | changes).items() if v is not ABSENT}


def preactivated(api: httpx.Client) -> dict[str, str]:
    answer = api.post(PREACTIVATION, json=wanted())
    assert answer.status_code == 200, answer.text
    voucher: dict[str, str] = answer.json()
    return voucher


def activated(api: httpx.Client) -> dict[str, str]:
    voucher = preactivated(api)
    serial = int(voucher["voucher_serial_number"])
    body = {"voucher_serial_number": serial, "Gov_Stack_BB": BB}
    answer = api.patch(ACTIVATION, json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"result_status": "The voucher has been activated."}
    return voucher


def cancel(api: httpx.Client, serial: str, **changes: object) -> httpx.Response:
    body = {"voucherserialnumber": serial, "Gov_Stack_BB": BB} | changes
    sent = {k: v for k, v in body.items() if v is not ABSENT}
    return api.patch(STATUS + serial, json=sent)


def refused(answer: httpx.Response, status: int, *words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert list(body) == ["message"]
    for word in words:
        assert word in body["message"]


def test_every_call_has_an_answer_to_every_outcome() -> None:
    for call in Call:
        assert set(TEXTS[call]) == set(Outcome)
        assert all(400 <= t.status <= 599 for o, t in TEXTS[call].items() if o is not Outcome.DONE)


def test_a_voucher_is_preactivated_activated_and_redeemed_once(api: httpx.Client) -> None:
    voucher = activated(api)
    assert len(voucher["voucher_number"]) == 18
    assert len(voucher["voucher_serial_number"]) == 16
    assert voucher["expiry_date_time"].endswith("Z")
    body = redemption(voucher["voucher_number"])
    first = api.post(REDEMPTION, json=body)
    assert (first.status_code, first.json()) == (
        200,
        {"result_status": "The voucher has been redeemed."},
    )
    refused(api.post("/vouchers/voucher_redeemption", json=body), 458, "already been used")
    refused(api.get(STATUS + voucher["voucher_serial_number"]), 458)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Gov_Stack_BB": ABSENT, "voucher_amount": ABSENT}, 460),
        ({"Gov_Stack_BB": "Somebody-Else", "voucher_amount": None}, 460),
        ({"Gov_Stack_BB": 7}, 460),
        ({"voucher_amount": ABSENT, "voucher_currency": ABSENT, "voucher_group": ABSENT}, 452),
        ({"voucher_amount": None}, 452),
        ({"voucher_amount": 10}, 452),
        ({"voucher_amount": "0"}, 452),
        ({"voucher_amount": "-10.00"}, 452),
        ({"voucher_amount": "1e1"}, 452),
        ({"voucher_amount": "10.00\n"}, 452),
        ({"voucher_amount": "11.00", "voucher_currency": "EUR"}, 452),
        ({"voucher_amount": "9" * 200}, 452),
        ({"voucher_currency": ABSENT, "voucher_group": ABSENT}, 453),
        ({"voucher_currency": "EUR"}, 453),
        ({"voucher_currency": "XXX", "voucher_group": "NO-SUCH"}, 453),
        ({"voucher_currency": ["KES"]}, 453),
        ({"voucher_group": ABSENT}, 454),
        ({"voucher_group": None}, 454),
        ({"voucher_group": 12}, 454),
        ({"voucher_group": "NO-SUCH"}, 454),
        ({"voucher_group": "EMPTY"}, 455),
        ({"voucher_comment": 3}, 400),
        ({"voucher_comment": "x" * 1001}, 400),
    ],
)
def test_preactivation_is_refused(
    api: httpx.Client,
    books: Connection,
    issuer: Issuer,
    changes: dict[str, object],
    status: int,
) -> None:
    if changes.get("voucher_group") == "EMPTY" and "EMPTY" not in issuer.catalogue.groups:
        given_group(books, issuer, "EMPTY")
    refused(api.post(PREACTIVATION, json=wanted(**changes)), status)


@pytest.mark.parametrize(
    ("serial", "status"),
    [
        ("9" * 15, 456),
        (123, 456),
        (ABSENT, 456),
        (None, 456),
        (True, 456),
        (-1, 456),
        (1.5, 456),
        (10**30, 456),
        ("9" * 26, 456),
        ("notAnumber", 456),
        ({}, 456),
    ],
)
def test_activation_is_refused(api: httpx.Client, serial: object, status: int) -> None:
    body = {"voucher_serial_number": serial, "Gov_Stack_BB": BB}
    sent = {k: v for k, v in body.items() if v is not ABSENT}
    refused(api.patch(ACTIVATION, json=sent), status)
    refused(api.patch(ACTIVATION, json=sent | {"Gov_Stack_BB": "Nobody"}), 460)


def test_a_second_activation_is_refused(api: httpx.Client) -> None:
    serial = activated(api)["voucher_serial_number"]
    body = {"voucher_serial_number": serial, "Gov_Stack_BB": BB}
    refused(api.patch(ACTIVATION, json=body), 456, "activated already")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (ABSENT, "4 to 25 digits"),
        (None, "4 to 25 digits"),
        ("notAnumber", "4 to 25 digits"),
        ("123", "4 to 25 digits"),
        ("1" * 26, "4 to 25 digits"),
        (10**40, "4 to 25 digits"),
        (1.5, "4 to 25 digits"),
        (True, "4 to 25 digits"),
        ([], "4 to 25 digits"),
        ("١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦", "4 to 25 digits"),
        ("123456789012345678", "mistyped"),
    ],
)
def test_a_malformed_number_is_461(api: httpx.Client, number: object, words: str) -> None:
    body = redemption(number, merchant_name=ABSENT)
    refused(api.post(REDEMPTION, json=body), 461, words)
    refused(api.post(REDEMPTION, json=body | {"Gov_Stack_BB": "Nobody"}), 460)


def test_an_unknown_number_is_461_before_the_merchant(api: httpx.Client) -> None:
    (number,) = new_numbers(1, 18)
    assert check_digit_is_right(number)
    refused(api.post(REDEMPTION, json=redemption(number, merchant_name="Nobody")), 461, "unknown")


def test_a_number_may_come_as_an_integer(api: httpx.Client) -> None:
    number = int(activated(api)["voucher_number"])
    assert api.post(REDEMPTION, json=redemption(number)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"merchant_name": "Nobody"},
        {"merchant_name": ABSENT},
        {"merchant_name": 3},
        {"merchant_bank_details": "ACC-2"},
        {"merchant_bank_details": None},
        {"merchant_voucher_group": "DRINKS"},
        {"merchant_voucher_group": []},
        {"merchant_voucher_group": ABSENT},
        {"override": "yes"},
        {"merchant_name": "Closed Shop"},
    ],
)
def test_a_merchant_is_refused_after_the_voucher(
    api: httpx.Client, books: Connection, issuer: Issuer, changes: dict[str, object]
) -> None:
    if changes.get("merchant_name") == "Closed Shop":
        closed = AcceptorDesign(
            name="Closed Shop", kind="merchant", account=SHOP.account, status="suspended"
        )
        create_acceptors(books, issuer, SYSTEM, [closed])
    voucher = activated(api)
    number, serial = voucher["voucher_number"], int(voucher["voucher_serial_number"])
    refused(api.post(REDEMPTION, json=redemption(number, **changes)), 463)
    assert state_of(books, issuer, serial) is State.ACTIVE
    assert api.post(REDEMPTION, json=redemption(number)).status_code == 200
    refused(api.post(REDEMPTION, json=redemption(number, **changes)), 458)


def test_override_needs_the_right_to_it(
    api: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    voucher = activated(api)
    body = redemption(voucher["voucher_number"], merchant_voucher_group="DRINKS", override=True)
    key = given_key(books, issuer, "No-Override", frozenset({"redeem"}))
    refused(
        api.post(
            REDEMPTION, json=body | {"Gov_Stack_BB": "No-Override"}, headers={"X-API-Key": key}
        ),
        463,
    )
    assert api.post(REDEMPTION, json=body).status_code == 200


@pytest.mark.parametrize(
    ("action", "words"),
    [(Action.SUSPEND, "suspended"), (Action.BLOCK, "blocked"), (Action.CANCEL, "cancelled")],
)
def test_a_voucher_that_rests_is_461_and_says_why(
    api: httpx.Client, books: Connection, issuer: Issuer, action: Action, words: str
) -> None:
    voucher = activated(api)
    apply(books, issuer, [change(action, int(voucher["voucher_serial_number"]))])
    refused(api.post(REDEMPTION, json=redemption(voucher["voucher_number"])), 461, words)


def test_a_voucher_that_is_not_activated_is_461(api: httpx.Client) -> None:
    voucher = preactivated(api)
    refused(api.post(REDEMPTION, json=redemption(voucher["voucher_number"])), 461, "not activated")


def test_an_expired_voucher_is_459(api: httpx.Client, books: Connection, issuer: Issuer) -> None:
    voucher = activated(api)
    serial = int(voucher["voucher_serial_number"])
    books.execute("UPDATE voucher SET expires_at = now() WHERE serial = %s", (serial,))
    books.commit()
    refused(api.post(REDEMPTION, json=redemption(voucher["voucher_number"])), 459)
    refused(api.get(f"{STATUS}{serial}"), 459)
    refused(cancel(api, str(serial)), 463, "expired")
    assert state_of(books, issuer, serial) is State.ACTIVE


def test_status_tells_the_state_and_the_amount(
    api: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    voucher = preactivated(api)
    serial = voucher["voucher_serial_number"]

    def status() -> object:
        answer = api.get(STATUS + serial)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert status() == {"voucher_status": "Pre-Activated", "voucher_amount": "10.00"}
    api.patch(ACTIVATION, json={"voucher_serial_number": serial, "Gov_Stack_BB": BB})
    assert status() == {"voucher_status": "Activated", "voucher_amount": "10.00"}
    apply(books, issuer, [change(Action.SUSPEND, int(serial))])
    assert status() == {"voucher_status": "Suspended", "voucher_amount": "10.00"}
    apply(books, issuer, [change(Action.UNSUSPEND, int(serial))])
    apply(books, issuer, [change(Action.BLOCK, int(serial))])
    assert status() == {"voucher_status": "Blocked", "voucher_amount": "10.00"}
    apply(books, issuer, [change(Action.CANCEL, int(serial))])
    assert status() == {"voucher_status": "Blocked", "voucher_amount": "10.00"}
    apply(books, issuer, [change(Action.PURGE, int(serial))])
    assert status() == {"voucher_status": "Purged", "voucher_amount": "10.00"}
    stocked = api.get(f"{STATUS}{1000000000000500}")
    assert stocked.json() == {"voucher_status": "Not Pre-Activated", "voucher_amount": "10.00"}


@pytest.mark.parametrize(
    ("serial", "status"),
    [
        ("%7B%7D", 400),
        ("12%2034", 400),
        ("1" * 26, 400),
        ("", 400),
        ("1%2F2", 400),
        ("%00", 400),
        ("%ff", 400),
        ("abc", 456),
        ("9" * 25, 456),
        ("0", 456),
        ("12345", 456),
    ],
)
def test_a_serial_that_cannot_be_is_refused(api: httpx.Client, serial: str, status: int) -> None:
    refused(api.get(STATUS + serial), status)


def test_cancellation_and_its_refusals(
    api: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    serial = preactivated(api)["voucher_serial_number"]
    refused(cancel(api, serial, Gov_Stack_BB=ABSENT), 400, "required")
    refused(cancel(api, serial, voucherserialnumber=ABSENT), 400, "required")
    refused(cancel(api, serial, voucherserialnumber="1"), 400, "differs")
    refused(cancel(api, serial, Gov_Stack_BB="Nobody"), 463, "calling system")
    refused(cancel(api, serial, voucherserialnumber=int(serial)), 463)
    refused(cancel(api, "12345"), 463, "unknown")
    refused(cancel(api, "abc"), 463)
    apply(books, issuer, [change(Action.SUSPEND, int(serial))])
    refused(cancel(api, serial), 463, "suspended")
    apply(books, issuer, [change(Action.UNSUSPEND, int(serial))])
    done = cancel(api, serial)
    assert (done.status_code, done.json()) == (200, {"message": "The voucher has been cancelled."})
    refused(cancel(api, serial), 464)
    assert state_of(books, issuer, int(serial)) is State.CANCELLED
    used = activated(api)
    api.post(REDEMPTION, json=redemption(used["voucher_number"]))
    refused(cancel(api, used["voucher_serial_number"]), 463, "used")


def test_the_same_correlation_id_asks_again(api: httpx.Client) -> None:
    headers = {"X-CorrelationID": str(uuid4()).upper()}
    first = api.post(PREACTIVATION, json=wanted(), headers=headers)
    again = api.post(
        PREACTIVATION, json=wanted(), headers={k: v.lower() for k, v in headers.items()}
    )
    assert first.json() == again.json()
    refused(api.post(PREACTIVATION, json=wanted(voucher_comment="!"), headers=headers), 400)
    voucher = activated(api)
    body = redemption(voucher["voucher_number"])
    assert api.post(REDEMPTION, json=body, headers=headers).status_code == 200
    assert api.post(REDEMPTION, json=body, headers=headers).status_code == 200
    refused(api.post(REDEMPTION, json=body), 458)


def test_a_correlation_id_must_be_a_uuid(api: httpx.Client) -> None:
    for bad in ("", "7", "g" * 36, f"{{{uuid4()}}}", uuid4().hex):
        answer = api.post(PREACTIVATION, json=wanted(), headers={"X-CorrelationID": bad})
        refused(answer, 400, "X-CorrelationID")


def test_a_content_hash_is_checked_when_sent(api: httpx.Client) -> None:
    body = json.dumps(wanted()).encode()
    good = {"X-Content-Hash": hashlib.sha256(body).hexdigest().upper()}
    assert api.post(PREACTIVATION, content=body, headers=good).status_code == 200
    refused(api.post(PREACTIVATION, content=body + b" ", headers=good), 400, "X-Content-Hash")


def test_addresses_and_methods_answer_in_the_dialect(api: httpx.Client) -> None:
    refused(api.get("/vouchers/nothing"), 404)
    refused(api.get(REDEMPTION), 405)
    wrong = api.delete(STATUS + "123")
    refused(wrong, 405)
    assert wrong.headers["allow"] == "GET, PATCH"
