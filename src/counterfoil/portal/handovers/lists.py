"""A handover as people prepare it: a list is begun, looked at, and sent on with a password.

begun   the people stand in it, sealed; nothing is drawn, it is gone after a day
sent    the engine is asked to draw; the key to the numbers is kept, wrapped with the password
fetched or lost   that key is gone, and the numbers with it
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from django.db import transaction
from django.http import Http404, HttpRequest
from django.utils import timezone
from msgspec import structs

from counterfoil.engine.commands.payout_content import RefundRedemption
from counterfoil.engine.commands.sale_content import ForgetHandover, HandOut, ReplaceVouchers
from counterfoil.engine.handing_out import HandoverAsked
from counterfoil.engine.payouts.refunding import Replacement
from counterfoil.errors import ConflictError
from counterfoil.keys.sealed_box import new_box_key
from counterfoil.portal.access import Buyer
from counterfoil.portal.actions import write_command
from counterfoil.portal.handovers.people import callers_of
from counterfoil.portal.handovers.sealing import (
    Called,
    Place,
    reference_key,
    seal_called,
    wrap_key,
)
from counterfoil.portal.models import ISSUERS_OWN, HandoverList, HandoverPerson, Repeats
from counterfoil.portal.queries import rows
from counterfoil.portal.trail import address_of, record

KEPT_UNSENT: Final = timedelta(days=1)
_WRITTEN_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Begun:
    """What a list is begun with: for people of an allocation."""

    allocation_id: int
    at_once: bool
    people: Sequence[Called]
    file_key: bytes | None = None


def place_of(buyer: Buyer) -> Place:
    return Place(buyer.issuer_id, buyer.organisation_id)


def list_of(buyer: Buyer, handover_id: UUID, *, is_sent: bool | None = None) -> HandoverList:
    """Raises Http404, also where it is another organisation's."""
    found = HandoverList.objects.filter(
        pk=handover_id, issuer_id=buyer.issuer_id, organisation_id=buyer.organisation_id
    ).first()
    if found is None or (is_sent is not None and is_sent != (found.sent_at is not None)):
        raise Http404
    return found


@transaction.atomic
def begin_list(buyer: Buyer, handover_id: UUID, begun: Begun) -> None:
    """Sent twice, it is one. Raises ConflictError where the id stands for another's."""
    if _is_begun(buyer, handover_id):
        return
    handover = HandoverList.objects.create(
        id=handover_id,
        issuer_id=buyer.issuer_id,
        organisation_id=buyer.organisation_id,
        allocation_id=begun.allocation_id,
        people=len(begun.people),
        at_once=begun.at_once,
        file_key=begun.file_key,
        begun_by=buyer.actor,
    )
    place = place_of(buyer)
    keys = [reference_key(place, called.reference) for called in begun.people]
    have_one = _who_have_one(buyer, begun.allocation_id, keys)
    seen: set[bytes] = set()
    lines = []
    for line, (called, key) in enumerate(zip(begun.people, keys, strict=True), 1):
        repeats = Repeats.IN_LIST if key in seen else Repeats.HAS_ONE if key in have_one else ""
        lines.append(_line(handover, place, line, called, key, repeats=repeats))
        seen.add(key)
    HandoverPerson.objects.bulk_create(lines, batch_size=_WRITTEN_AT_ONCE)


@transaction.atomic
def begin_replacement(
    buyer: Buyer, handover_id: UUID, serials: Sequence[int], *, reason: str
) -> None:
    """New vouchers for whoever had these; of whom nothing is known, that."""
    if _is_begun(buyer, handover_id):
        return
    handover = HandoverList.objects.create(
        id=handover_id,
        issuer_id=buyer.issuer_id,
        organisation_id=buyer.organisation_id,
        reason=reason,
        people=len(serials),
        begun_by=buyer.actor,
    )
    place, known = place_of(buyer), callers_of(buyer, serials)
    lines = []
    for line, serial in enumerate(serials, 1):
        holder = known.get(serial)
        called = Called("", "") if holder is None else holder.called
        key = reference_key(place, called.reference or f"\0voucher {serial}")
        lines.append(_line(handover, place, line, called, key, replaces=serial))
    HandoverPerson.objects.bulk_create(lines, batch_size=_WRITTEN_AT_ONCE)


@transaction.atomic
def send_list(
    request: HttpRequest,
    buyer: Buyer,
    handover_id: UUID,
    *,
    leaves_out: bool,
    file_kind: str,
    password: str,
) -> None:
    """The engine draws and seals; who knows the password fetches. Sent twice, it is one.

    `leaves_out` are those who may be meant by mistake. Raises ConflictError where nobody is left.
    """
    handover = HandoverList.objects.select_for_update().get(pk=handover_id)
    if handover.sent_at is not None:
        return
    if leaves_out:
        HandoverPerson.objects.filter(handover=handover).exclude(repeats="").delete()
    ((people,),) = rows(__package__, "number_positions", {"handover_id": handover_id})
    if not people:
        raise ConflictError("Nobody is left on this list.")
    handover.people = people
    public_key = _sealed_for(buyer, handover, file_kind, password)
    is_issuers = buyer.organisation_id == ISSUERS_OWN
    asked = HandoverAsked(
        organisation_id=None if is_issuers else buyer.organisation_id,
        allocation_id=handover.allocation_id,
        replaces=None if handover.allocation_id else _replaced(handover),
        vouchers=people,
        at_once=handover.at_once,
        recipient_key=public_key,
    )
    write_command(
        request,
        buyer,
        ReplaceVouchers(handover_id=handover_id, asked=asked)
        if is_issuers
        else HandOut(handover_id=handover_id, asked=asked),
        command_id=handover_id,
        reason=handover.reason,
    )


@transaction.atomic
def send_refund(
    request: HttpRequest,
    buyer: Buyer,
    handover_id: UUID,
    refund: RefundRedemption,
    *,
    reason: str,
    file_kind: str,
    password: str,
) -> None:
    """A redemption taken back, and a new voucher in place of its own, as of a list of one. Sent
    twice, it is one.
    """
    begin_replacement(buyer, handover_id, [refund.serial], reason=reason)
    handover = HandoverList.objects.select_for_update().get(pk=handover_id)
    if handover.sent_at is not None:
        return
    rows(__package__, "number_positions", {"handover_id": handover_id})
    public_key = _sealed_for(buyer, handover, file_kind, password)
    replacement = Replacement(handover_id=handover_id, recipient_key=public_key)
    write_command(
        request,
        buyer,
        structs.replace(refund, replacement=replacement),
        command_id=handover_id,
        reason=reason,
    )


def discard_list(buyer: Buyer, handover_id: UUID) -> None:
    """Of one that was not sent; what is gone already is gone."""
    HandoverList.objects.filter(
        pk=handover_id,
        issuer_id=buyer.issuer_id,
        organisation_id=buyer.organisation_id,
        sent_at__isnull=True,
    ).delete()


def forget_numbers(request: HttpRequest, buyer: Buyer, handover: HandoverList, event: str) -> None:
    """In the caller's transaction, which has locked it: without the key nobody opens them."""
    handover.wrapped_key = None
    handover.save()
    record(
        buyer.issuer_id,
        buyer.actor,
        event,
        subject=f"handover:{handover.pk}",
        after={"vouchers": handover.people, "file": handover.file_kind},
        address=address_of(request),
    )
    write_command(
        request,
        buyer,
        ForgetHandover(handover_id=handover.pk),
        command_id=uuid5(handover.pk, "forget"),
    )


def same_file_before(buyer: Buyer, handover: HandoverList) -> HandoverList | None:
    """The latest one sent for the same allocation from the very same file."""
    if handover.file_key is None:
        return None
    found = HandoverList.objects.filter(
        issuer_id=buyer.issuer_id,
        organisation_id=buyer.organisation_id,
        file_key=handover.file_key,
        sent_at__isnull=False,
    )
    return found.exclude(pk=handover.pk).order_by("-sent_at").first()


def _sealed_for(buyer: Buyer, handover: HandoverList, file_kind: str, password: str) -> bytes:
    """The public key to which its numbers are sealed; the other half opens with the password."""
    private_key, public_key = new_box_key()
    handover.file_kind = file_kind
    handover.wrapped_key = wrap_key(place_of(buyer), handover.pk, password, private_key)
    handover.sent_by, handover.sent_at = buyer.actor, timezone.now()
    handover.save()
    return public_key


def _is_begun(buyer: Buyer, handover_id: UUID) -> bool:
    found = HandoverList.objects.filter(pk=handover_id).first()
    if found is None:
        return False
    if (found.issuer_id, found.organisation_id) != (buyer.issuer_id, buyer.organisation_id):
        raise ConflictError("That form was sent before, with something else in it.")
    return True


def _who_have_one(buyer: Buyer, allocation_id: int, keys: Sequence[bytes]) -> set[bytes]:
    found = rows(
        __package__,
        "have_one",
        {
            "issuer_id": buyer.issuer_id,
            "organisation_id": buyer.organisation_id,
            "allocation_id": allocation_id,
            "reference_keys": list(keys),
        },
    )
    return {bytes(key) for (key,) in found}


def _line(
    handover: HandoverList,
    place: Place,
    line: int,
    called: Called,
    key: bytes,
    *,
    repeats: str = "",
    replaces: int | None = None,
) -> HandoverPerson:
    return HandoverPerson(
        handover=handover,
        line=line,
        issuer_id=place.issuer_id,
        organisation_id=place.organisation_id,
        reference_key=key,
        sealed=seal_called(place, handover.pk, line, called),
        repeats=repeats,
        replaces=replaces,
    )


def _replaced(handover: HandoverList) -> tuple[int, ...]:
    """In the order of the positions."""
    lines = HandoverPerson.objects.filter(handover=handover).order_by("position")
    return tuple(each for each in lines.values_list("replaces", flat=True) if each is not None)
