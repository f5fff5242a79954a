"""What tests of purchases are given: an issuer with stock, an organisation that buys, their people,
forms sent as browsers send them, and the worker's part.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from tests.databases import connected
from tests.engine.sales.given_sales import given_organisation, given_sold_group
from tests.given import balances, given_stock
from tests.portal.conftest import Portal
from tests.portal.given import (
    Page,
    given_buyer_role,
    given_office,
    given_person,
    hidden,
    signed_in,
)
from tests.portal.money.working import PNG, form_of, posted, text_of, words_of

from counterfoil.engine.check import check
from counterfoil.engine.commands.carrying_out import carry_out, commands_to_look_at
from counterfoil.engine.issuer import Issuer
from counterfoil.engine.provision import finish_provision, running_provisions
from counterfoil.engine.sales.steps import finish_sale, open_sales
from counterfoil.portal.actions import seals
from counterfoil.portal.models import OrganisationRoleName, Person, Purchase, PurchaseStep, Role
from counterfoil.portal.purchases.following import follow

QUERIES_MAX: Final = 15
TODAY: Final = date.today()  # noqa: DTZ011  # the tests' issuer is in UTC, and so is the machine
_IEND: Final = bytes.fromhex("0000000049454e44ae426082")


@dataclass(frozen=True, slots=True)
class Market:
    """An issuer that sells, and Relief Trust that buys: `buyer` is its manager's browser."""

    portal: Portal
    issuer: Issuer
    organisation_id: int
    manager: Person
    finance_person: Person
    buyer: Client
    distributor: Client
    operator: Client
    finance: Client
    approver: Client

    @property
    def root(self) -> str:
        return f"/portal/{self.issuer.code}"

    @property
    def home(self) -> str:
        return f"{self.root}/org/{self.organisation_id}"

    def page(self, url: str, browser: Client) -> str:
        """The words of a page, read within the budget of queries."""
        browser.get(url)  # remembers the place
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.headers)
        told = [f"{n} {each['sql'][:90]!r}" for n, each in enumerate(queries, 1)]
        assert len(queries) <= QUERIES_MAX, "\n".join(told)
        return words_of(answer)

    def send(self, url: str, given: Mapping[str, object], browser: Client) -> Page:
        """Opens the form, keeps what it has hidden, fills it in, and sends it."""
        page = browser.get(url)
        assert page.status_code == 200, (url, page.status_code, page.headers)
        return posted(browser, url, {**form_of(page), **given})

    def form(self, url: str, browser: Client) -> dict[str, str]:
        """What a form of a page has hidden."""
        page = browser.get(url)
        assert page.status_code == 200, (url, page.status_code, page.headers)
        return form_of(page)

    # ------------------------------------------------------------- the buyer's

    def choose(self, quantities: Mapping[int, int], group: str = "FOOD-AID") -> Page:
        given = {f"amount_{amount}": quantity for amount, quantity in quantities.items()}
        return posted(self.buyer, f"{self.home}/catalogue/{group}", given)

    def draft(self) -> Purchase:
        return Purchase.objects.get(issuer_id=self.issuer.issuer_id, status="draft")

    def ask(self, quantities: Mapping[int, int] | None = None, note: str = "") -> UUID:
        """Chosen and asked for: the purchase's id."""
        self.choose(quantities or {1000: 30})
        purchase_id: UUID = self.draft().pk
        asked = form_of(self.buyer.get(self.of_buyer(purchase_id)))
        answer = posted(self.buyer, f"{self.of_buyer(purchase_id)}/ask", {**asked, "note": note})
        assert answer.status_code == 302, words_of(answer)
        return purchase_id

    def of_buyer(self, purchase_id: UUID) -> str:
        return f"{self.home}/purchases/{purchase_id}"

    def of_issuer(self, purchase_id: UUID) -> str:
        return f"{self.root}/purchases/{purchase_id}"

    def prove(
        self,
        purchase_id: UUID,
        *,
        amount: str = "300.00",
        reference: str = "FT 1001",
        file: SimpleUploadedFile | None = None,
    ) -> Page:
        given = proof_given(amount, reference, file)
        return self.send(f"{self.of_buyer(purchase_id)}/proof", given, self.buyer)

    # ------------------------------------------------------------- the issuer's

    def quote(self, purchase_id: UUID, *, days: int = 14) -> None:
        until = (TODAY + timedelta(days=days)).isoformat()
        answer = self.send(
            f"{self.of_issuer(purchase_id)}/quote", {"until": until, "reason": ""}, self.operator
        )
        assert answer.status_code == 302, words_of(answer)
        self.work()

    def answer(self, purchase_id: UUID, answer: str, reason: str = "Not like this") -> Page:
        url = f"{self.of_issuer(purchase_id)}/{answer}"
        return self.send(url, {"reason": reason}, self.operator)

    def record(self, purchase_id: UUID, **given: object) -> UUID:
        """The command that waits then."""
        answer = self.send(
            f"{self.of_issuer(purchase_id)}/pay", {**payment_given(), **given}, self.finance
        )
        assert answer.status_code == 302, words_of(answer)
        purchase = Purchase.objects.get(pk=purchase_id)
        assert purchase.command_id is not None
        return purchase.command_id

    def decide(self, command_id: UUID, verdict: str = "approve", reason: str = "") -> None:
        url = f"{self.root}/commands/{command_id}/decide"
        page = self.approver.get(url)
        assert page.status_code == 200, page.headers
        answer = posted(
            self.approver,
            url,
            {"seen": hidden(page, "seen"), "verdict": verdict, "reason": reason},
        )
        assert answer.status_code == 302, text_of(answer)

    def approve(self, command_id: UUID) -> None:
        self.decide(command_id)
        self.work()

    # ------------------------------------------------------------- the worker's

    def work(self) -> None:
        """All that a worker would do now, in the engine and in the portal."""
        self.engine()
        follow(self.issuer.issuer_id)

    def engine(self) -> None:
        with connected(self.portal.url) as engine:
            for command_id in commands_to_look_at(engine, self.issuer):
                carry_out(engine, self.issuer, seals(), command_id)
            self._sales()
            for provision_id in running_provisions(engine, self.issuer):
                for _chunk in finish_provision(engine, self.issuer, provision_id):
                    pass
            self._sales()

    def _sales(self) -> None:
        with connected(self.portal.url) as engine:
            for sale_id in open_sales(engine, self.issuer):
                finish_sale(engine, self.issuer, sale_id)

    def lapse(self, purchase_id: UUID) -> None:
        """As if the day had passed until which stock is held."""
        sale_id = Purchase.objects.get(pk=purchase_id).sale_id
        with connected(self.portal.url) as engine:
            engine.execute(
                "UPDATE sale SET held_until = now() - interval '1 second'"
                " WHERE issuer_id = %s AND sale_id = %s",
                (self.issuer.issuer_id, sale_id),
            )
            engine.commit()

    def balances(self) -> dict[str, int]:
        with connected(self.portal.url) as engine:
            return balances(engine, self.issuer)

    def differences(self) -> list[object]:
        """What `counterfoil check` would say."""
        with connected(self.portal.url) as engine:
            return list(check(engine, self.issuer.issuer_id))


def given_market(
    portal: Portal,
    *,
    stock: int = 100,
    denominations: tuple[int, ...] = (1000,),
    commission_points: int = 0,
    unused_value: str = "buyer",
) -> Market:
    issuer = given_office(portal)
    with connected(portal.url) as engine:
        given_sold_group(engine, issuer, denominations=denominations, unused_value=unused_value)
        if stock:
            given_stock(engine, issuer, stock, amount_minor=denominations[0])
        organisation_id = given_organisation(engine, issuer, commission_points=commission_points)
    manager = given_person(name="Halima Yusuf", second_factor=True)
    given_buyer_role(manager, issuer, organisation_id, OrganisationRoleName.MANAGER)
    distributor = given_person(name="Peter Lokai", second_factor=True)
    given_buyer_role(distributor, issuer, organisation_id, OrganisationRoleName.DISTRIBUTOR)
    finance = given_person(Role.FINANCE, issuer=issuer, name="Amina Diallo")
    return Market(
        portal,
        issuer,
        organisation_id,
        manager,
        finance,
        signed_in(manager),
        signed_in(distributor),
        signed_in(given_person(Role.OPERATOR, issuer=issuer, name="Grace Wanjiru")),
        signed_in(finance),
        signed_in(given_person(Role.APPROVER, issuer=issuer, name="Juma Otieno")),
    )


def given_other_buyer(market: Market, name: str = "Other Aid") -> Market:
    """The same issuer, another organisation."""
    with connected(market.portal.url) as engine:
        organisation_id = given_organisation(engine, market.issuer, name)
    manager = given_person(name="Omar Farah", second_factor=True)
    given_buyer_role(manager, market.issuer, organisation_id, OrganisationRoleName.MANAGER)
    return Market(
        market.portal,
        market.issuer,
        organisation_id,
        manager,
        market.finance_person,
        signed_in(manager),
        market.distributor,
        market.operator,
        market.finance,
        market.approver,
    )


def proof_given(
    amount: str = "300.00",
    reference: str = "FT 1001",
    file: SimpleUploadedFile | None = None,
) -> dict[str, object]:
    return {
        "paper": file or picture(),
        "amount": amount,
        "bank_reference": reference,
        "paid_on": TODAY.isoformat(),
    }


def payment_given() -> dict[str, object]:
    return {
        "amount": "300.00",
        "bank_reference": "FT 1001",
        "value_date": TODAY.isoformat(),
        "reason": "",
    }


def picture(text: str = "") -> SimpleUploadedFile:
    """A real PNG; with another text in it, another file."""
    content = PNG
    if text:
        said = b"Comment\0" + text.encode()
        chunk = len(said).to_bytes(4, "big") + b"tEXt" + said
        content = PNG.removesuffix(_IEND) + chunk + _crc(b"tEXt" + said) + _IEND
    return SimpleUploadedFile("advice.png", content, content_type="image/png")


def _crc(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")


def status(purchase_id: UUID) -> str:
    return Purchase.objects.get(pk=purchase_id).status


def steps(purchase_id: UUID) -> list[str]:
    """In order."""
    found = PurchaseStep.objects.filter(purchase_id=purchase_id).order_by("id")
    return list(found.values_list("what", flat=True))


def name_of(answer: Page) -> str:
    """Of the page that an answer leads to."""
    assert answer.status_code == 302, words_of(answer)
    return resolve(answer.headers["Location"]).url_name or ""


def money_in(text: str, money: str) -> bool:
    return re.sub(r"\s", " ", money) in re.sub(r"\s", " ", text)
