"""mock-bank as the bank of the demonstration's euros: a bank that knows nothing of Counterfoil, and
is paid through by files. It is a process of its own with its book in the home; its clock goes with
the story, and then by itself.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx

from counterfoil.cli.children import Child
from counterfoil.cli.demonstration import cast
from counterfoil.errors import CounterfoilError
from counterfoil.gateway.bank_files import Party, Payment, PaymentBatch, written_id
from counterfoil.gateway.iso20022 import Iso20022
from counterfoil.gateway.rail_settings import read_rails
from counterfoil.gateway.rails import Rail, rails_of
from counterfoil.money import Money
from counterfoil.sandbox_fsp.process import free_port

RAIL: Final = "mock-bank"
_COMMAND: Final = "mock-bank"
_HOST: Final = "127.0.0.1"
_START_SECONDS_MAX: Final = 20.0
_SECONDS_MAX: Final = 10.0
_OURS: Final = "RELIEF"  # as the bank calls our account
_OF_OTHERS: Final = ("ACME", "GLOBEX", "EURODIS")
_COMES_BACK_AFTER: Final = 3  # workdays
_RAILS: Final = """\
[{rail}]
kind = "iso20022"
issuer = "{issuer}"
out = "{url}/payments"
in = "{url}/_mock/mailbox?leave"
acknowledge = "{url}/_mock/mailbox"
archive = "{url}/_mock/messages"
debtor_bic = "{bic}"
"""


@dataclass(frozen=True, slots=True)
class EuroBank:
    """On a port that stays the same while we run."""

    home: Path
    log_path: Path
    port: int

    @classmethod
    def of(cls, home: Path, log_path: Path) -> "EuroBank":
        """With the file that names it as a rail."""
        bank = cls(home, log_path, free_port())
        bank.rails_path.write_text(
            _RAILS.format(rail=RAIL, issuer=cast.ISSUER, url=bank.base_url, bic=cast.EURO_BIC),
            "utf-8",
        )
        return bank

    @property
    def base_url(self) -> str:
        return f"http://{_HOST}:{self.port}"

    @property
    def rails_path(self) -> Path:
        return self.home / "rails.toml"

    def opened(self, *clock: str) -> Child:
        """From now on, where nothing else is said. Whoever needs it waits for it."""
        data = str(self.home / "mock-bank.db")
        arguments = [_COMMAND, "--port", str(self.port), "--data", data, *clock]
        return Child(_COMMAND, arguments, log_path=self.log_path)

    @contextmanager
    def turned_back(self, days_ago: int) -> Iterator["Counter"]:
        """To the first minute of that day."""
        with (
            self.opened("--clock", f"{_day(days_ago)}T00:00"),
            httpx.Client(base_url=self.base_url, timeout=_SECONDS_MAX, trust_env=False) as client,
        ):
            _wait_for(client)
            yield Counter(client)

    def rail(self) -> Rail:
        """As a worker has it."""
        (rail,) = rails_of(read_rails(self.rails_path), _no_secret).of(cast.ISSUER)
        return rail


@dataclass(frozen=True, slots=True)
class Counter:
    """What its own people do. Whatever is asked of it twice counts once."""

    client: httpx.Client

    def open_account(self) -> None:
        """Ours is the only one that is open."""
        if all(account["id"] != _OURS for account in self._list("accounts")):
            ours = {"id": _OURS, "name": cast.ISSUER_NAME, "currency": cast.EURO}
            self._post("accounts", ours | {"iban": cast.EURO_ACCOUNT, "bic": cast.EURO_BIC})
        for account in _OF_OTHERS:
            self._change(account, {"closed": True})

    def turn_to(self, days_ago: int) -> None:
        """The first minute of that day."""
        to = {"to": _day(days_ago).isoformat()}
        self.client.post("/_mock/advance", params=to).raise_for_status()

    def pay_in(self, payer: str, reference: str, amount_minor: int) -> None:
        """By somebody at another bank."""
        if all(credit["note"] != [reference] for credit in self._list("credits")):
            paid = {"account": _OURS, "amount": amount_minor, "note": reference}
            self._post("credits", paid | {"debtor": {"name": payer}})

    def charge(self, name: str, amount_minor: int, days_ago: int) -> None:
        """What it takes for itself, and sends no answer about."""
        self._change(_OURS, {"behaviour": "silent", "parameters": {}})
        if all(each["end_to_end_id"] != name for each in self._list("payments")):
            headers = {"Content-Type": "application/xml"}
            content = _charge(name, amount_minor, _day(days_ago))
            self.client.post("/payments", content=content, headers=headers).raise_for_status()
        self._change(_OURS, {"behaviour": "accept"})

    def let_come_back(self, payment: str) -> None:
        """That payment, some days after it was made: its payee's account does not take it."""
        back = {"days": _COMES_BACK_AFTER, "reason": "AC04", "end_to_end_id": payment}
        self._change(_OURS, {"behaviour": "return-later", "parameters": back})

    def _list(self, what: str) -> list[dict[str, object]]:
        found = self.client.get(f"/_mock/{what}").raise_for_status().json()
        return list(found)

    def _post(self, what: str, body: Mapping[str, object]) -> None:
        self.client.post(f"/_mock/{what}", json=body).raise_for_status()

    def _change(self, account: str, fields: Mapping[str, object]) -> None:
        self.client.patch(f"/_mock/accounts/{account}", json=fields).raise_for_status()


def _charge(name: str, amount_minor: int, day: date) -> bytes:
    """A debit under names that are none of ours."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    ours = Party(name=cast.ISSUER_NAME, scheme="iban", account=cast.EURO_ACCOUNT, fsp=cast.EURO_BIC)
    itself = Party(name="mock-bank", scheme="account", account="CHARGES", fsp=cast.EURO_BIC)
    payment = Payment(
        payment_id=cast.CHARGE_ID,
        creditor=itself,
        money=Money(amount_minor, cast.EURO),
        narrative="Account charges",
    )
    batch = PaymentBatch(
        batch_id=cast.CHARGE_ID, debtor=ours, payments=(payment,), pay_on=day, made_at=at
    )
    return Iso20022().write(batch).replace(written_id(cast.CHARGE_ID).encode(), name.encode())


def _day(days_ago: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=days_ago)


def _no_secret(name: str) -> str:
    raise AssertionError(name)  # the rail has none


def _wait_for(client: httpx.Client) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    while True:
        try:
            client.get("/_mock/health").raise_for_status()
        except httpx.HTTPError as error:
            if time.monotonic() > deadline:
                raise CounterfoilError("mock-bank did not start.") from error
            time.sleep(0.05)
        else:
            return
