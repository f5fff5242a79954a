"""Which vouchers a change means: one, some that were ticked, those of a provision, an allocation or
a group, or those that a file names.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counterfoil.engine.bulk_selection import LISTED_MAX
from counterfoil.engine.commands.content import ChangeVoucher, ChangeVouchers
from counterfoil.errors import ConflictError
from counterfoil.portal.access import Office
from counterfoil.portal.models import VoucherSelection
from counterfoil.portal.orchestrator.stock.allocations import allocation_of
from counterfoil.portal.orchestrator.stock.counting import (
    Part,
    parts_of_allocation,
    parts_of_group,
    parts_of_provision,
    parts_of_serials,
)
from counterfoil.portal.orchestrator.stock.reading import provision_of
from counterfoil.portal.orchestrator.stock.serial_list import serials_in_allocation
from counterfoil.portal.orchestrator.vouchers.reading import published
from counterfoil.portal.orchestrator.vouchers.steps import AT_ONCE, Step
from counterfoil.portal.queries import rows
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.portal.templatetags.serials import serial as serial_text
from counterfoil.voucher import TRANSITIONS, Action, State

if TYPE_CHECKING:
    from counterfoil.engine.commands.asking import Content

KEPT_UNSENT: Final = timedelta(days=1)
_PICKED_MAX: Final = 1000
_DIGITS_MAX: Final = 18
_ID_DIGITS_MAX: Final = 9


@dataclass(frozen=True, slots=True)
class Selection:
    """One of these; `name` and `url` say what it is, `sent` are the fields that name it again."""

    name: str
    url: str
    sent: Sequence[tuple[str, str]]
    serials: tuple[int, ...] | None = None
    provision_id: int | None = None
    group: str | None = None
    allocation_id: int | None = None
    file: VoucherSelection | None = None

    @property
    def is_one(self) -> bool:
        return self.serials is not None and len(self.serials) == 1


def selection_of(office: Office, data: QueryDict) -> Selection | None:
    """As a form or an address names it; None where it names nothing. Raises Http404."""
    if provision_id := _id(data.get("provision")):
        return of_provision(office, provision_id)
    if allocation_id := _id(data.get("allocation")):
        return _of_allocation(office, allocation_id)
    if code := data.get("group"):
        return _of_group(office, code)
    if file_id := data.get("file_of"):
        return of_file(office, _kept(office, file_id))
    picked = sorted(
        {int(each) for each in data.getlist("serial")[:_PICKED_MAX] if _is_serial(each)}
    )
    return of_serials(office, tuple(picked)) if picked else None


def of_provision(office: Office, provision_id: int) -> Selection:
    provision_of(office, provision_id)
    return Selection(
        _("provision %(number)s") % {"number": provision_id},
        reverse("provision", args=[office.code, provision_id]),
        [("provision", str(provision_id))],
        provision_id=provision_id,
    )


def of_serials(office: Office, serials: tuple[int, ...]) -> Selection:
    """Those of them that are there. Raises Http404 where none is."""
    asked = {"issuer_id": office.issuer_id, "serials": list(serials)}
    there = tuple(row[0] for row in rows(__package__, "states_of", asked))
    if not there:
        raise Http404
    number = len(there)
    name = ngettext("%(number)s voucher", "%(number)s vouchers", number) % {"number": count(number)}
    url = reverse("serials", args=[office.code])
    if number == 1:
        name, url = serial_text(there[0]), reverse("voucher", args=[office.code, there[0]])
    return Selection(name, url, [("serial", str(each)) for each in there], serials=there)


def of_file(office: Office, kept: VoucherSelection) -> Selection:
    serials = array("q")
    serials.frombytes(bytes(kept.serials))
    return Selection(
        kept.name,
        reverse("vouchers-change", args=[office.code]),
        [("file_of", str(kept.pk))],
        serials=tuple(serials),
        file=kept,
    )


def packed(serials: Sequence[int]) -> bytes:
    return array("q", serials).tobytes()


def parts_of(office: Office, selection: Selection) -> list[Part]:
    if selection.provision_id is not None:
        return parts_of_provision(office.issuer_id, provision_of(office, selection.provision_id))
    if selection.allocation_id is not None:
        return parts_of_allocation(office.issuer_id, selection.allocation_id)
    if selection.group is not None:
        return parts_of_group(office.issuer_id, selection.group)
    return parts_of_serials(office.issuer_id, selection.serials or ())


def content_of(selection: Selection, step: Step, until: datetime | None) -> "Content":
    if selection.is_one and selection.serials and step.action in AT_ONCE:
        return ChangeVoucher(serial=selection.serials[0], action=step.word)
    return ChangeVouchers(
        action=step.word,
        serials=selection.serials,
        provision_id=selection.provision_id,
        group=selection.group,
        allocation_id=selection.allocation_id,
        extend_until=until,
    )


def replaceable(office: Office, selection: Selection) -> list[int]:
    """Those that can have another in their place, each by name. Raises ConflictError."""
    meant = _states_for(Action.REPLACE)
    if selection.allocation_id is not None:
        return _in_allocation(office, selection.allocation_id, meant)
    if selection.serials is None:
        raise ConflictError(_("Name the vouchers to be replaced: tick them, or send a file."))
    asked = {"issuer_id": office.issuer_id, "serials": list(selection.serials)}
    return [serial for serial, state in rows(__package__, "states_of", asked) if state in meant]


def forget_unsent(issuer_id: int) -> None:
    """Files that were sent and never asked for."""
    VoucherSelection.objects.filter(
        issuer_id=issuer_id, command_id__isnull=True, made_at__lt=timezone.now() - KEPT_UNSENT
    ).delete()


def _in_allocation(office: Office, allocation_id: int, states: set[int]) -> list[int]:
    found = serials_in_allocation(office, allocation_id, sorted(states), rows_max=LISTED_MAX + 1)
    if len(found) > LISTED_MAX:
        raise ConflictError(
            _("It has more than %(most)s such vouchers: name them in files, in parts.")
            % {"most": count(LISTED_MAX)}
        )
    return found


def _states_for(action: Action) -> set[int]:
    return {State(state).value for state, allowed in TRANSITIONS if allowed is action}


def _of_allocation(office: Office, allocation_id: int) -> Selection:
    of = allocation_of(office, allocation_id).row
    return Selection(
        _("allocation %(number)s of %(name)s") % {"number": allocation_id, "name": of.organisation},
        reverse("allocation", args=[office.code, allocation_id]),
        [("allocation", str(allocation_id))],
        allocation_id=allocation_id,
    )


def _of_group(office: Office, code: str) -> Selection:
    group = published(office, code[:100])
    return Selection(
        f"{group.design.name} ({group.code})",
        reverse("inventory-group", args=[office.code, group.code]),
        [("group", group.code)],
        group=group.code,
    )


def _kept(office: Office, file_id: str) -> VoucherSelection:
    """What that person sent, and did not ask for yet."""
    try:
        key = UUID(file_id)
    except ValueError as error:
        raise Http404 from error
    found = VoucherSelection.objects.filter(
        pk=key, issuer_id=office.issuer_id, made_by=office.actor, command_id__isnull=True
    ).first()
    if found is None:
        raise Http404
    return found


def _id(text: str | None) -> int | None:
    if not text or not text.isascii() or not text.isdecimal() or len(text) > _ID_DIGITS_MAX:
        return None
    return int(text)


def _is_serial(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX
