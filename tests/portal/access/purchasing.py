"""What a furnished issuer has of purchases: one in every state, a proof, a payment and a paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid4

from django.utils import timezone
from tests.portal.access.desk import paper
from tests.portal.access.house import House, Marks

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.sale_content import (
    ApprovePurchase,
    HoldStock,
    PaidIn,
    ReleaseStock,
)
from counterfoil.engine.sales.promising import SaleLine
from counterfoil.portal.models import (
    Letterhead,
    Paper,
    Person,
    Purchase,
    PurchaseProof,
    PurchaseStatus,
)

_QUOTED: Final = frozenset(PurchaseStatus.values) - {"draft", "requested", "returned"}
_PROVED: Final = frozenset({"proof", "recorded", "allocating", "allocated"})


@dataclass(frozen=True, slots=True)
class Purchasing:
    """By the state it is in, and keys by what the addresses call them."""

    purchases: Mapping[str, UUID]
    proof: UUID
    paper: UUID
    sale: UUID


def given_purchasing(house: House, marks: Marks, people: Mapping[str, Person]) -> Purchasing:
    """Of a sale that the engine never had: nothing moves them on while they are looked at."""
    made = {
        status: _purchase(house, marks, people, status, number)
        for number, status in enumerate(PurchaseStatus.values)
    }
    Letterhead.objects.create(
        issuer_id=house.issuer.issuer_id,
        legal_name=marks.name("Agency"),
        address=f"Street {marks.text}",
    )
    proof = PurchaseProof.objects.get(purchase=made["proof"])
    return Purchasing(
        {status: each.pk for status, each in made.items()},
        proof.pk,
        _paper(house, marks, made["quoted"]).pk,
        made["recorded"].sale_id or uuid4(),
    )


def contents(house: House, marks: Marks, purchasing: Purchasing) -> list[Content]:
    """What is asked of the engine for them."""
    line = SaleLine(group=house.group, group_version=1, amount_minor=1000, quantity=3)
    sale_id = purchasing.sale
    return [
        HoldStock(
            sale_id=sale_id,
            organisation_id=house.organisation_id,
            funding_account_id=house.funding_account_id,
            lines=(line,),
            held_until=timezone.now() + timedelta(days=1),
        ),
        ReleaseStock(sale_id=sale_id),
        ApprovePurchase(
            sale_id=sale_id,
            purchase=str(purchasing.purchases["recorded"]),
            organisation_id=house.organisation_id,
            total_minor=3000,
            currency="KES",
            paid=PaidIn(
                amount_minor=3000,
                bank_reference=f"paid {marks.text}",
                value_date=date(2026, 3, 2),
            ),
            when_short="part",
            takes_part=False,
        ),
    ]


def _purchase(
    house: House, marks: Marks, people: Mapping[str, Person], status: str, number: int
) -> Purchase:
    manager, issuer_id = people["M"].actor, house.issuer.issuer_id
    purchase = Purchase.objects.create(
        issuer_id=issuer_id,
        organisation_id=house.organisation_id,
        funding_account_id=house.funding_account_id,
        currency="KES",
        number=number or None,
        status=status,
        note=f"noted {marks.text}",
        told=f"told {marks.text}",
        sale_id=uuid4() if status in _QUOTED else None,
        quote_until=timezone.now() + timedelta(days=9),
        command_id=uuid4() if status == "recorded" else None,
        total_minor=3000,
        made_by=manager,
        changed_by=manager,
    )
    purchase.lines.create(
        line=1,
        group_code=house.group,
        group_version=1,
        name=marks.name("Food"),
        amount_minor=1000,
        quantity=3,
    )
    if number:
        purchase.steps.create(
            what="request", side="buyer", by=manager, reason=f"asked {marks.text}"
        )
    if status in _PROVED:
        upload = paper(marks, issuer_id, people["M"], "proof")
        purchase.proofs.create(
            issuer_id=issuer_id,
            upload=upload,
            digest=bytes(upload.digest),
            amount_minor=3000,
            bank_reference=f"FT {marks.text} {number}",
            reference_key=f"ft{marks.text}{number}",
            paid_on=date(2026, 3, 2),
            sent_by=manager,
        )
    if status == "recorded":
        purchase.payments.create(
            command_id=purchase.command_id,
            issuer_id=issuer_id,
            funding_account_id=house.funding_account_id,
            amount_minor=3000,
            bank_reference=f"paid {marks.text}",
            reference_key=f"paid{marks.text}",
            value_date=date(2026, 3, 2),
            made_by=people["F"].actor,
        )
    return purchase


def _paper(house: House, marks: Marks, purchase: Purchase) -> Paper:
    party = {"name": marks.name("Agency")}
    return Paper.objects.create(
        issuer_id=house.issuer.issuer_id,
        organisation_id=house.organisation_id,
        kind="pro_forma",
        number=1,
        subject=f"sale:{purchase.sale_id}",
        about=purchase.subject,
        language="en",
        content={"issuer": party, "buyer": party, "currency": "KES", "purchase": marks.text},
    )
