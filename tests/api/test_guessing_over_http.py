"""Guessing voucher numbers over HTTP: past a budget nothing is looked up for a while."""

import asyncio
from collections import Counter

import httpx
from tests.api.conftest import Server, given_key
from tests.api.test_govstack_v1 import REDEMPTION, activated, redemption, refused

from counterfoil.engine.database import Connection
from counterfoil.engine.issuer import Issuer
from counterfoil.keys.numbers import new_numbers, number_hash


def test_guesses_end_in_429_for_who_makes_them_only(
    server: Server, api: httpx.Client, books: Connection, issuer: Issuer
) -> None:
    voucher = activated(api)
    used = activated(api)
    api.post(REDEMPTION, json=redemption(used["voucher_number"]))
    for _each in range(20):  # used and mistyped numbers cost nothing
        refused(api.post(REDEMPTION, json=redemption(used["voucher_number"])), 458)
        refused(api.post(REDEMPTION, json=redemption("123456789012345678")), 461)
    guesses = new_numbers(12, 18)
    answers = [api.post(REDEMPTION, json=redemption(number)) for number in guesses]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [461] * 10 + [429] * 2
    refused(answers[-1], 429, "Wait")
    assert int(answers[-1].headers["retry-after"]) > 0
    # The acceptor has to wait, the right number too; another acceptor of the client does not.
    refused(api.post(REDEMPTION, json=redemption(voucher["voucher_number"])), 429)
    native = {
        "number": voucher["voucher_number"],
        "acceptor_name": "Asha Stores",
        "acceptor_account": "ACC-1",
    }
    problem = api.post("/api/v1/redemptions", json=native)
    assert (problem.status_code, problem.json()["code"]) == (429, "too_many_guesses")
    elsewhere = redemption(voucher["voucher_number"], merchant_name="Other")
    refused(api.post(REDEMPTION, json=elsewhere), 463)
    key = given_key(books, issuer, "Validator", frozenset({"status"}))
    with server.client(key) as client:
        for number in new_numbers(10, 18):
            answer = client.post("/api/v1/validations", json={"number": number})
            assert answer.json()["reason"] == "number_unknown"
        assert client.post("/api/v1/validations", json={"number": guesses[0]}).status_code == 429
        assert client.post("/api/v1/validations", json={"serial": 1}).status_code == 200


def test_a_thousand_guesses_at_once_get_no_further_than_one_by_one(
    server: Server, api: httpx.Client, books: Connection, issuer: Issuer, key: str
) -> None:
    serial = int(activated(api)["voucher_serial_number"])
    books.execute(
        "UPDATE voucher SET number_hash = %s, with_serial = TRUE WHERE serial = %s",
        (number_hash(issuer.keys, "4711", serial), serial),
    )
    books.commit()

    async def all_at_once() -> list[str]:
        async with httpx.AsyncClient(
            base_url=server.base_url, headers={"X-API-Key": key}, trust_env=False, timeout=20
        ) as client:
            answers = await asyncio.gather(
                *(
                    client.post(
                        "/api/v1/redemptions",
                        json={
                            "number": f"{guess:04d}",
                            "serial": serial,
                            "acceptor_name": f"Shop {guess}",
                            "acceptor_account": "unknown",
                        },
                    )
                    for guess in range(4000, 4100)
                )
            )
            return [answer.json()["code"] for answer in answers]

    codes = Counter(asyncio.run(all_at_once()))
    tries = issuer.catalogue.settings.secret_tries
    assert codes.keys() <= {"secret_wrong", "too_many_guesses", "blocked"}
    assert tries <= codes["secret_wrong"] < 2 * tries, codes
