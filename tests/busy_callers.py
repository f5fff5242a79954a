"""Callers who do all sorts of things with vouchers, and all sorts of things wrong.

Whatever of it is secret goes into the net; what they were told as a refusal is kept.
"""

import secrets
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
from tests.cli.running import counterfoil
from tests.net import Net
from tests.proofs.house import House, kill_each, postgres_processes
from tests.proofs.programme import AMOUNT, BB, DEFERRED, INSTANT, REDEMPTION, Programme

from counterfoil.keys.numbers import new_numbers

STOCK: Final = "SCHOOL-AID"
REFUSED_SHOP: Final = "LEAK-NO"
DROPPED_SHOP: Final = "LEAK-GONE"
COMMENT: Final = "Amina Yusuf, +254 700 123 456, ward 7"
CSV_HEADER: Final = "serial,number,group,amount,currency,state,expires_at\n"
BACK_SECONDS_MAX: Final = 40.0
CODES: Final = frozenset({*range(400, 500), 503, 599})


@dataclass(slots=True)
class Run:
    """One caller with every right, who keeps what is secret and what was told as a refusal."""

    net: Net
    client: httpx.Client
    programme: Programme
    refusals: list[str] = field(default_factory=list)

    def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.request(method, path, headers=named, **content)
        if not answer.is_success:
            assert answer.status_code in CODES, answer.text
            self.refusals.append(f"{answer.headers} {answer.text}")
        return answer

    def drawn(self, group: str, *, comment: str = COMMENT) -> dict[str, Any]:
        wish = {
            "voucher_amount": AMOUNT,
            "voucher_currency": "KES",
            "voucher_group": group,
            "voucher_comment": self.net.add(f"{comment} {uuid4()}"),
            "Gov_Stack_BB": BB,
        }
        answer = self.call("POST", "/vouchers/voucher_preactivation", wish)
        voucher: dict[str, Any] = answer.raise_for_status().json()
        self.net.add_number(voucher["voucher_number"])
        return voucher

    def active(self, group: str) -> dict[str, Any]:
        voucher = self.drawn(group)
        wish = {"voucher_serial_number": voucher["voucher_serial_number"], "Gov_Stack_BB": BB}
        self.call("PATCH", "/vouchers/voucher_activation", wish).raise_for_status()
        return voucher

    def redeem(self, number: object, **changes: object) -> httpx.Response:
        body = self.programme.redemption(str(number)) | {"voucher_number": number} | changes
        return self.call("POST", REDEMPTION, body, X_CorrelationID=str(uuid4()))

    def change(self, serial: str, action: str) -> httpx.Response:
        return self.call("POST", f"/api/v1/vouchers/{serial}/{action}", {"reason": "because"})


def live(till: Run) -> None:
    for group in (DEFERRED, STOCK):
        for _each in range(5):
            assert till.redeem(till.active(group)["voucher_number"]).status_code == 200
    voucher = till.active(DEFERRED)
    assert till.redeem(int(voucher["voucher_number"])).status_code == 200
    assert till.redeem(voucher["voucher_number"]).status_code == 458


def be_refused(till: Run) -> None:
    """A number in every place where a confused caller could put it."""
    number = till.active(DEFERRED)["voucher_number"]
    net, body = till.net, f'{{"voucher_number": "{number}"'
    unknown, again = (net.add_number(each) for each in new_numbers(2, 18))
    mistyped = net.add_number(str(int(number) ^ 1))
    for wrong in (unknown, mistyped, f"{number[:-1]}x", f"{number}{number}", [number], None):
        assert till.redeem(wrong).status_code == 461
    for name in ("merchant_name", "merchant_bank_details", "merchant_voucher_group"):
        assert till.redeem(number, **{name: number}).status_code == 463
    assert till.redeem(number, Gov_Stack_BB=number).status_code == 460
    for hostile in (
        *(f'{body}, "voucher_number": "{again}"}}', body, f"{body}\x00}}", f"[{body}}}]"),
        *(f'{body}, "a": {"[" * 99}{"]" * 99}}}', f'{body}, "a": "{"x" * 70_000}"}}'),
    ):
        assert till.call("POST", REDEMPTION, hostile.encode()).status_code in {400, 413}
    whole = till.programme.redemption(number)
    assert till.call("POST", REDEMPTION, whole, X_CorrelationID=number).status_code == 400
    for path in (f"/vouchers/voucherstatuscheck/{number}", f"/api/v1/vouchers/{number}", number):
        assert till.call("GET", f"/{path.removeprefix('/')}").status_code >= 400
    wrong_key = net.add(f"cf_{secrets.token_hex(26)}")
    assert till.call("POST", REDEMPTION, whole, X_API_Key=wrong_key).status_code == 401
    for wrong_comment in (net.add(f"{COMMENT} {uuid4()} ") + "x" * 1000, [COMMENT]):
        wish = {"voucher_comment": wrong_comment, "Gov_Stack_BB": BB}
        assert till.call("POST", "/vouchers/voucher_preactivation", wish).status_code == 400


def pay_instantly(till: Run, house: House) -> None:
    for shop, status in ((till.programme.shop, 200), (REFUSED_SHOP, 463), (DROPPED_SHOP, 599)):
        number = till.active(INSTANT)["voucher_number"]
        there = {"merchant_name": shop, "merchant_bank_details": shop}
        assert till.redeem(number, **there).status_code in {status, 200}
    with house.teller() as teller:
        funding = f"/accounts/{till.programme.funding}/behaviour"
        teller.put(funding, json={"behaviour": "no_funds"}).raise_for_status()
        assert till.redeem(till.active(INSTANT)["voucher_number"]).status_code == 462
        teller.put(funding, json={"behaviour": "normal"}).raise_for_status()


def administer(till: Run, office: Run) -> None:
    for actions in (("suspend", "unsuspend"), ("block", "unblock"), ("cancel", "cancel")):
        voucher = till.active(DEFERRED)
        for action in actions:
            office.change(voucher["voucher_serial_number"], action)
            till.redeem(voucher["voucher_number"])
    replaced = office.change(till.active(DEFERRED)["voucher_serial_number"], "replace").json()
    number = office.net.add_number(replaced["replacement_number"])
    asked = {"number": number, "group": DEFERRED}
    for body in (asked, asked | {"group": STOCK}, {"number": int(number)}, asked | {number: 1}):
        office.call("POST", "/api/v1/validations", body)
    shop = {"acceptor_name": till.programme.shop, "acceptor_account": till.programme.shop}
    office.call("POST", "/api/v1/redemptions", shop | {"number": number[::-1]})
    office.call("POST", "/api/v1/redemptions", shop | {"number": number + "x"})
    office.call("POST", "/api/v1/redemptions", shop | {"number": number, "acceptor_group": "NO"})
    created = office.call("POST", "/api/v1/clients", {"name": "Kiosk", "scopes": ["redeem"]})
    office.net.add(created.raise_for_status().json()["api_key"])
    ended = till.active(DEFERRED)
    assert till.redeem(ended["voucher_number"]).status_code == 200
    assert office.change(ended["voucher_serial_number"], "purge").status_code == 200


def import_files(house: House, net: Net, folder: Path) -> list[str]:
    """What the command said: of a good file, of the same one again, and of a bad one."""
    good, bad = folder / "good.csv", folder / "bad.csv"
    numbers = [net.add_number(each) for each in new_numbers(6, 16)]
    rows = [
        f"{serial},{number},{DEFERRED},10.00,KES,active,2090-01-01"
        for serial, number in enumerate(numbers, start=1)
    ]
    good.write_text(CSV_HEADER + "\n".join(rows))
    other = net.add_number(new_numbers(1, 16)[0])
    bad.write_text(
        CSV_HEADER
        + f"7,{other},{DEFERRED},10.00,KES,active,2090-01-01\n"
        + f"8,{other},{DEFERRED},10.00,KES,active,2090-01-01\n"
        + f"9,{numbers[0]},{DEFERRED},10.00,KES,active,2090-01-01\n"
        + f"10,{other}x,{DEFERRED},ten,KES,active,never\n"
        + f"{other},{other},{other},10.00,{other},{other},{other}\n"
    )
    said = []
    for path, code in ((good, 0), (good, 1), (bad, 1)):
        told = counterfoil("import", "vouchers", str(path), "--issuer", "LEAK", home=house.home)
        assert told.code == code, told.err
        said += [told.out, told.err]
    shown = counterfoil("voucher", "show", "1", "--issuer", "LEAK", home=house.home)
    return [*said, shown.out]


def ask_for_jobs(office: Run) -> int:
    """How many jobs wait now, because there is no worker yet."""
    for path, body in (
        ("provisions", {"group": STOCK, "amount": AMOUNT, "count": 20}),
        ("bulk", {"action": "replace", "group": STOCK, "reason": "stolen"}),
        ("keys/hash/rotate", None),
    ):
        answer = office.call("POST", f"/api/v1/{path}", body)
        assert answer.status_code == 202, answer.text
    return 3


def wait_for_jobs(office: Run) -> None:
    deadline = time.monotonic() + BACK_SECONDS_MAX
    while True:
        rotation = office.client.get("/api/v1/keys/hash").json()
        bulk = office.client.get("/api/v1/bulk/1").json()
        if not rotation["is_running"] and bulk["status"] == "finished":
            return
        assert time.monotonic() < deadline, (rotation, bulk)
        time.sleep(0.1)


def lose_the_database(till: Run, house: House) -> None:
    """Killed under a redemption; it comes back by itself."""
    number = till.active(DEFERRED)["voucher_number"]
    kill_each(postgres_processes(house), signal.SIGKILL)
    told: list[int] = []
    deadline = time.monotonic() + BACK_SECONDS_MAX
    while not told or told[-1] != 200:
        assert time.monotonic() < deadline
        told.append(till.redeem(number).status_code)
    assert set(told) == {200, 503}
