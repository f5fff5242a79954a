"""Organisations buy, pay, hand out and are paid back; each step as it goes in the portal. Loaded
when Django knows its settings.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import groupby
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction

from counterfoil.cli.demonstration import cast, drawing
from counterfoil.cli.demonstration.buyers import DROUGHT_OFFICE, MISSION
from counterfoil.cli.demonstration.desk import Desk, known_as
from counterfoil.cli.demonstration.handing import hand_out
from counterfoil.cli.demonstration.money import account_id
from counterfoil.cli.demonstration.orders import ORDERS, Order
from counterfoil.cli.demonstration.organisations import manager_of, organisation_id
from counterfoil.cli.demonstration.past import Tills
from counterfoil.cli.demonstration.registering import kept
from counterfoil.engine.commands.sale_content import RefundOrganisation
from counterfoil.engine.sales.steps import finish_sale
from counterfoil.money import Money
from counterfoil.portal.access import Buyer, Office
from counterfoil.portal.actions import actor_of
from counterfoil.portal.models import Purchase, PurchaseProof, PurchaseStep, WhenShort
from counterfoil.portal.organisations.reading import balances
from counterfoil.portal.purchases.answering import Sent, answer_purchase, quote_purchase
from counterfoil.portal.purchases.basket import put, request_purchase
from counterfoil.portal.purchases.following import follow
from counterfoil.portal.purchases.life import Step
from counterfoil.portal.purchases.paying import Paid, record_payment
from counterfoil.portal.purchases.proving import Proof, send_proof
from counterfoil.portal.purchases.reading import sale_state
from counterfoil.portal.uploads import content_of

_HELD_DAYS: Final = 7
_PROOF: Final = "proof"  # as its form keeps the file
_WAYS: Final = {  # what is done with an order until it stands where it ends
    "draft": ("put",),
    "requested": ("put", "ask"),
    "rejected": ("put", "ask", "answer"),
    "cancelled": ("put", "ask", "quote", "answer"),
    "quoted": ("put", "ask", "quote"),
    "expired": ("put", "ask", "quote", "lapse"),
    "proof": ("put", "ask", "quote", "prove"),
    "returned": ("put", "ask", "quote", "prove", "answer"),
    "recorded": ("put", "ask", "quote", "prove", "record"),
    "allocated": ("put", "ask", "quote", "prove", "record", "approve", "hand_out"),
}
_WHEN: Final = {  # days after it was asked for, and the hour
    "put": (0, 5.5),
    "ask": (0, 5.7),
    "quote": (0, 9.5),
    "prove": (1, 8.5),
    "record": (1, 12.5),
    "approve": (1, 14.5),
    "answer": (2, 10.0),
    "hand_out": (2, 7.5),
    "lapse": (_HELD_DAYS, 12.0),
}
_ANSWERS: Final = {"rejected": Step.REJECT, "returned": Step.RETURN, "cancelled": Step.CANCEL}


def moments(
    desk: Desk, tills: Tills, advance: Callable[[int], None]
) -> Iterator[tuple[int, float, Callable[[], object]]]:
    dealing = _Dealing(desk, tills, advance)
    for order in ORDERS:
        for done in _WAYS[order.ends]:
            days, hour = _WHEN[done]
            yield order.day - days, hour, partial(getattr(dealing, done), order)
    yield 8, 10, lambda: _refund(desk, DROUGHT_OFFICE, "expired vouchers", "RF-2026-0031")
    yield 1, 11, lambda: _refund(desk, MISSION, "water", "RF-2026-0044", agreed=False)


class _Dealing:
    def __init__(self, desk: Desk, tills: Tills, advance: Callable[[int], None]) -> None:
        self._desk, self._tills, self._advance = desk, tills, advance

    @transaction.atomic
    def put(self, order: Order) -> None:
        """What is in it; asked for later."""
        buyer = manager_of(self._desk, order.buyer)
        if _found(order) is not None:
            return
        by = actor_of(self._desk.request_by(buyer.person), buyer)
        for group, lines in groupby(order.lines, key=lambda line: line[0]):
            quantities = {amount_minor: count for _group, amount_minor, count in lines}
            put(buyer, group, quantities, by)

    def ask(self, order: Order) -> None:
        if _found(order) is not None:
            return
        buyer = manager_of(self._desk, order.buyer)
        purchase = Purchase.objects.get(
            issuer_id=buyer.issuer_id, organisation_id=buyer.organisation_id, status="draft"
        )
        request_purchase(
            buyer,
            purchase.pk,
            Sent(_once(order, "ask"), purchase.version),
            {line.line: line.quantity for line in purchase.lines.all()},
            actor_of(self._desk.request_by(buyer.person), buyer),
            note="",
        )

    def quote(self, order: Order) -> None:
        desk, purchase = self._desk, _of(order)
        until = datetime.combine(desk.today, time(12), UTC)
        sent = Sent(_once(order, "quote"), purchase.version)
        quote_purchase(
            desk.request("operator"),
            desk.office("operator"),
            purchase.pk,
            sent,
            versions={},
            until=until + timedelta(days=_HELD_DAYS - order.day),
            reason="",
        )
        desk.end(sent.once)
        self._follow(order)

    def prove(self, order: Order) -> None:
        desk, purchase = self._desk, _of(order)
        once = _once(order, "prove")
        if purchase.steps.filter(once=once).exists():
            return
        buyer = manager_of(desk, order.buyer)
        with transaction.atomic():
            proof = self._proof(order, buyer, purchase)
            by = actor_of(desk.request_by(buyer.person), buyer)
            send_proof(buyer, purchase.pk, Sent(once, purchase.version), proof, by)

    def record(self, order: Order) -> None:
        desk, purchase = self._desk, _of(order)
        proof, sale = (
            PurchaseProof.objects.get(purchase=purchase, ended_at=None),
            sale_state(purchase),
        )
        paid = Paid(
            amount_minor=proof.amount_minor,
            bank_reference=proof.bank_reference,
            value_date=proof.paid_on,
            when_short=WhenShort.PART,
            takes_part=bool(sale is not None and sale.missing),
        )
        record_payment(
            desk.request("finance"),
            desk.office("finance"),
            purchase.pk,
            Sent(_once(order, "record"), purchase.version),
            paid,
            reason="Seen on the statement of the bank.",
        )

    def approve(self, order: Order) -> None:
        self._desk.agreed(_once(order, "record"), ("approver",))
        self._follow(order)
        self._advance(cast.PURCHASE_STEPS)

    def answer(self, order: Order) -> None:
        desk, purchase = self._desk, _of(order)
        place: Buyer | Office = desk.office("operator")
        if order.ends == "cancelled":
            place = manager_of(desk, order.buyer)
        sent = Sent(_once(order, "answer"), purchase.version)
        step = _ANSWERS[order.ends]
        request = desk.request_by(place.person)
        answer_purchase(request, place, purchase.pk, sent, step=step, reason=order.reason)
        if order.ends == "cancelled":
            desk.end(uuid5(sent.once, "release"))
            self._follow(order)

    def lapse(self, order: Order) -> None:
        self._desk.clock.go_on(0.2)
        self._follow(order)

    def hand_out(self, order: Order) -> None:
        purchase = _of(order)
        if order.people and purchase.sale_id is not None:
            hand_out(self._desk, self._tills, order, purchase)

    def _follow(self, order: Order) -> None:
        """As a worker and its upkeep would."""
        desk, purchase = self._desk, _of(order)
        if purchase.sale_id is not None:
            finish_sale(desk.connection, desk.issuer, purchase.sale_id)
        follow(desk.issuer_id, purchase.pk)

    def _proof(self, order: Order, buyer: Buyer, purchase: Purchase) -> Proof:
        paid = Money(purchase.total_minor + order.extra_minor, cast.CURRENCY)
        day = self._desk.today - timedelta(days=order.day - 1)
        reference = f"FT{order.day:02}{purchase.pk.int % 9000 + 1000}"
        lines = [
            f"From {order.buyer}",
            f"To {cast.ISSUER_NAME}",
            f"Amount {paid}",
            f"Reference {reference}, for {purchase.reference}",
            f"Value date {day:%d %B %Y}",
        ]
        content = drawing.pdf("Payment order, carried out", lines)
        if order.as_before:
            before = _of(_order(order.buyer, order.as_before)).proofs.get()
            reference, day = before.bank_reference, before.paid_on
            content = content_of(before.upload)
        upload = kept(self._desk, f"payment {reference}.pdf", content, _PROOF, buyer.person)
        return Proof(upload, paid.amount_minor, reference, day)


def _refund(desk: Desk, name: str, why: str, reference: str, *, agreed: bool = True) -> None:
    """What is free of its balance goes back."""
    command_id = known_as(f"refund {reference}")
    if desk.row(command_id) is None:
        number, account = organisation_id(name), account_id(desk, cast.FUNDING_ACCOUNT)
        (free_minor,) = (
            each.free.amount_minor
            for each in balances(desk.issuer_id, [number])
            if each.funding_account_id == account
        )
        content = RefundOrganisation(
            organisation_id=number,
            funding_account_id=account,
            amount_minor=free_minor,
            currency=cast.CURRENCY,
            bank_reference=reference,
            value_date=desk.today - timedelta(days=8 if agreed else 1),
        )
        desk.ask("finance", f"refund {reference}", content, f"Paid back for {why}.")
    if agreed:
        desk.agreed(command_id, ("approver",))


def _once(order: Order, done: str) -> UUID:
    return known_as(f"{order.name} {done}")


def _found(order: Order) -> Purchase | None:
    step = PurchaseStep.objects.filter(once=_once(order, "ask")).select_related("purchase").first()
    return None if step is None else step.purchase


def _of(order: Order) -> Purchase:
    purchase = _found(order)
    if purchase is None:
        raise AssertionError(order.name)
    return purchase


def _order(buyer: str, day: int) -> Order:
    (found,) = (each for each in ORDERS if (each.buyer, each.day) == (buyer, day))
    return found
