"""What an organisation puts together before it asks: one draft for each account to pay into."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.engine.sales.promising import LINE_VOUCHERS_MAX, LINES_MAX
from counterfoil.errors import ConflictError
from counterfoil.money import AMOUNT_MINOR_MAX
from counterfoil.portal.access import Buyer
from counterfoil.portal.models import Purchase, PurchaseLine, PurchaseStatus
from counterfoil.portal.purchases.answering import Sent
from counterfoil.portal.purchases.catalogue import Offered, offered
from counterfoil.portal.purchases.life import Side, Step
from counterfoil.portal.purchases.series import PURCHASES, next_number
from counterfoil.portal.purchases.stepping import check_version, locked, take_step, was_taken
from counterfoil.portal.purchases.telling import tell_issuer
from counterfoil.portal.trail import Actor

_WRITABLE: Final = frozenset({PurchaseStatus.DRAFT, PurchaseStatus.RETURNED})


def drafts_of(buyer: Buyer) -> list[Purchase]:
    drafts = Purchase.objects.filter(
        issuer_id=buyer.issuer_id,
        organisation_id=buyer.organisation_id,
        status=PurchaseStatus.DRAFT,
    )
    return list(drafts.order_by("funding_account_id"))


@transaction.atomic
def put(buyer: Buyer, code: str, quantities: Mapping[int, int], by: Actor) -> Purchase:
    """So many of each amount of one voucher are in the draft then, however often it is sent.

    Raises Http404 for what is not on sale; ConflictError for too much.
    """
    group = next((each for each in offered(buyer.issuer_id) if each.code == code), None)
    if group is None or not set(quantities) <= set(group.denominations):
        raise Http404
    purchase = _draft(buyer, group, by)
    there = {line.amount_minor: line for line in purchase.lines.filter(group_code=code)}
    for amount_minor, quantity in sorted(quantities.items()):
        line = there.get(amount_minor)
        if line is None and quantity:
            _add(purchase, group, amount_minor, quantity)
        elif line is not None:
            _change(line, quantity)
    _sum(purchase, by)
    return purchase


@transaction.atomic
def write_lines(
    buyer: Buyer, purchase_id: UUID, quantities: Mapping[int, int], version: int, by: Actor
) -> None:
    """Of each line of what is not asked for yet, or came back; none takes the line out.

    Raises ConflictError where it is neither, or was changed since it was looked at.
    """
    purchase = locked(buyer.issuer_id, purchase_id, buyer.organisation_id)
    _check_writable(purchase)
    check_version(purchase, version)
    _write(purchase, quantities, by)


@transaction.atomic
def request_purchase(
    buyer: Buyer,
    purchase_id: UUID,
    sent: Sent,
    quantities: Mapping[int, int],
    by: Actor,
    *,
    note: str,
) -> None:
    """Asked for, with so many of each line: it has a number from now on. Sent twice, it is asked
    for once.

    Raises ConflictError.
    """
    purchase = locked(buyer.issuer_id, purchase_id, buyer.organisation_id)
    if was_taken(purchase, sent.once):
        return
    check_version(purchase, sent.version)
    _check_writable(purchase)
    _write(purchase, quantities, by)
    _check_on_sale(purchase)
    if purchase.number is None:
        purchase.number = next_number(buyer.issuer_id, PURCHASES)
    purchase.note, purchase.told = note, ""
    take_step(purchase, Step.REQUEST, by, side=Side.BUYER, once=sent.once)
    tell_issuer(purchase, "purchase_requested", by)


def _write(purchase: Purchase, quantities: Mapping[int, int], by: Actor) -> None:
    for line in purchase.lines.all():
        _change(line, quantities.get(line.line, line.quantity))
    _sum(purchase, by)


def _draft(buyer: Buyer, group: Offered, by: Actor) -> Purchase:
    """Locked; made where there is none."""
    of = {
        "issuer_id": buyer.issuer_id,
        "organisation_id": buyer.organisation_id,
        "funding_account_id": group.funding_account_id,
        "status": PurchaseStatus.DRAFT,
    }
    try:
        with transaction.atomic():
            Purchase.objects.get_or_create(
                **of,
                defaults={
                    "currency": group.currency,
                    "made_by": by.name,
                    "changed_by": by.name,
                },
            )
    except IntegrityError:
        pass  # somebody else has begun it this moment
    return Purchase.objects.select_for_update(no_key=True).get(**of)


def _add(purchase: Purchase, group: Offered, amount_minor: int, quantity: int) -> None:
    numbers = list(purchase.lines.values_list("line", flat=True))
    if len(numbers) >= LINES_MAX:
        raise ConflictError(
            _("A purchase has at most %(count)d lines. Begin another one.") % {"count": LINES_MAX}
        )
    PurchaseLine.objects.create(
        purchase=purchase,
        line=max(numbers, default=0) + 1,
        group_code=group.code,
        group_version=group.version,
        name=group.name,
        amount_minor=amount_minor,
        quantity=_possible(quantity),
    )


def _change(line: PurchaseLine, quantity: int) -> None:
    if not quantity:
        line.delete()
    elif line.quantity != quantity:
        line.quantity = _possible(quantity)
        line.save(update_fields=["quantity"])


def _possible(quantity: int) -> int:
    if not 0 < quantity <= LINE_VOUCHERS_MAX:
        raise ConflictError(_("That is more than one line can have."))
    return quantity


def _sum(purchase: Purchase, by: Actor) -> None:
    total = sum(line.amount_minor * line.quantity for line in purchase.lines.all())
    if total > AMOUNT_MINOR_MAX:
        raise ConflictError(_("That is more than one purchase can come to."))
    purchase.total_minor, purchase.commission_minor = total, 0
    purchase.version += 1
    purchase.changed_by, purchase.changed_at = by.name, timezone.now()
    purchase.save()


def _check_writable(purchase: Purchase) -> None:
    if purchase.status not in _WRITABLE or purchase.sale_id is not None:
        raise ConflictError(_("It is asked for already; what is in it stays."))


def _check_on_sale(purchase: Purchase) -> None:
    """And in the versions that are sold now."""
    lines = list(purchase.lines.all())
    if not lines:
        raise ConflictError(_("Nothing is in it yet. Choose vouchers first."))
    groups = {group.code: group for group in offered(purchase.issuer_id)}
    for line in lines:
        group = groups.get(line.group_code)
        if (
            group is None
            or line.amount_minor not in group.denominations
            or group.funding_account_id != purchase.funding_account_id
        ):
            raise ConflictError(
                _("%(name)s is not on sale any more. Take it out.") % {"name": line.name}
            )
        if (line.group_version, line.name) != (group.version, group.name):
            line.group_version, line.name = group.version, group.name
            line.save(update_fields=["group_version", "name"])
