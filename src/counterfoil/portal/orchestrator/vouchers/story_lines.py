"""A voucher's story in words: each happening with who, where, why and what moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.numbers import format_decimal
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counterfoil.chart import AccountKind
from counterfoil.engine.operation import REJECTED_AS
from counterfoil.portal.access import Office
from counterfoil.portal.language import page_locale
from counterfoil.portal.orchestrator.stock.links import organisation_url, purchase_url
from counterfoil.portal.orchestrator.vouchers.story import (
    Beginning,
    Happening,
    Ownership,
    Story,
)
from counterfoil.portal.templatetags.serials import serial
from counterfoil.portal.words import account_word, action_word, outcome_word, payment_status
from counterfoil.voucher import STOPPING, Action, State

_ENDED: Final = frozenset({Action.CANCEL, Action.EXPIRE, Action.LAPSE, Action.REPLACE})
_SYSTEM_REFERENCES: Final = "~"  # the engine's own: they tell people nothing


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the story. `tone` is a class of its mark: refused, waiting or nothing."""

    title: str
    at: datetime
    who: str
    approved_by: tuple[str, ...] = ()
    acceptor: Link | None = None
    reason: str = ""
    reference: str = ""
    leaf_number: int | None = None
    notes: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """What one posting moved for this voucher; `whole_minor` where it moved more than that."""

    title: str
    debit: str
    credit: str
    amount_minor: int
    whole_minor: int | None
    posting_id: int


def lines_of(office: Office, story: Story, names: Mapping[str, str]) -> list[Line]:
    """The latest first, back to how it was made."""
    told = [(each.operation_id, _happened(office, each, story, names)) for each in story.happenings]
    told += [
        (each.deed.operation_id, _began(office, each, story, names)) for each in story.beginnings
    ]
    owner = story.ownership
    if owner is not None and owner.operation_id is not None and owner.at is not None:
        told.append((owner.operation_id, _sold(office, owner, owner.at)))
    return [line for _operation_id, line in sorted(told, key=lambda each: -each[0])]


def actors_of(story: Story) -> set[str]:
    """Whose names the story needs."""
    found = {each.actor for each in story.happenings}
    found |= {actor for each in story.happenings for actor in each.approved_by}
    found |= {each.deed.actor for each in story.beginnings}
    return found | {actor for each in story.beginnings for actor in each.deed.approved_by}


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose it is, with the pages of them."""

    ownership: Ownership
    organisation_url: str
    purchase_url: str


def owned_of(office: Office, story: Story) -> Owned | None:
    owner = story.ownership
    return (
        None
        if owner is None
        else Owned(
            owner,
            organisation_url(office, owner.organisation_id),
            purchase_url(office, owner.purchase_id),
        )
    )


def money_of(story: Story) -> list[MoneyLine]:
    """The latest first."""
    titles = {each.operation_id: str(action_word(each.step)) for each in story.happenings}
    titles |= {
        each.deed.operation_id: str(action_word(each.deed.action)) for each in story.beginnings
    }
    owner = story.ownership
    if owner is not None and owner.operation_id is not None:
        titles[owner.operation_id] = str(action_word(Action.ALLOCATE))
    owners = {
        AccountKind.CUSTOMER: "" if owner is None else owner.organisation,
        AccountKind.RESERVED: story.provision.group_name,
        AccountKind.EARMARKED: _("provision %(number)s") % {"number": story.provision.provision_id},
    }
    acceptors = {e.acceptor_id: e.acceptor_name or "" for e in story.happenings if e.acceptor_id}
    amount = story.voucher.amount_minor
    return [
        MoneyLine(
            titles[each.operation_id],
            _account(each.debit_kind, each.debit_owner, owners, acceptors),
            _account(each.credit_kind, each.credit_owner, owners, acceptors),
            min(amount, each.amount_minor),
            each.amount_minor if each.amount_minor > amount else None,
            each.posting_id,
        )
        for each in sorted(story.moved, key=lambda each: -each.posting_id)
        if each.credit_kind != AccountKind.FEES  # of the whole purchase, not of a voucher
    ]


def where_money_is(story: Story) -> str:
    """In a sentence, from the state it counts in."""
    match story.voucher.state:
        case State.REDEEMED:
            return _redeemed_money(story)
        case State.CANCELLED | State.EXPIRED:
            if story.voucher.stored_state is not story.voucher.state:
                return _("It is still in the voucher, and is freed within moments.")
            return _freed_money(story)
        case State.PURGED if story.voucher.prior_state is State.REDEEMED:
            return _redeemed_money(story)
        case State.PURGED:
            return _freed_money(story)
        case State.REDEEMING:
            return _("It is in the voucher while the bank is asked.")
        case _:
            return _("It is in the voucher.")


def _freed_money(story: Story) -> str:
    """Where the last posting that took it out of the voucher put it."""
    if story.voucher.replaced_by is not None:
        return _("It went into the voucher that took its place.")
    took = [each for each in story.moved if each.debit_kind == AccountKind.RESERVED]
    last = max(took, key=lambda each: each.posting_id, default=None)
    name = "" if story.ownership is None else story.ownership.organisation
    if last is not None and last.credit_kind == AccountKind.CUSTOMER:
        return _("It went back to the balance of %(name)s.") % {"name": name}
    if last is not None and last.credit_kind == AccountKind.BREAKAGE:
        return _("It was kept as breakage: %(name)s had bought it so.") % {"name": name}
    return _("It went back to the available funds.")


def _redeemed_money(story: Story) -> str:
    last = next((each for each in story.happenings if each.acceptor_name), None)
    name = last.acceptor_name if last and last.acceptor_name else _("a merchant")
    if any(each.step is Action.SETTLE for each in story.happenings):
        return _("It was paid to %(name)s.") % {"name": name}
    if story.refund.at is not None:
        return _("It was taken back from %(name)s, and is available again.") % {"name": name}
    return _("It is owed to %(name)s, or was paid with a payout.") % {"name": name}


def _happened(office: Office, each: Happening, story: Story, names: Mapping[str, str]) -> Line:
    step = each.step
    return Line(
        _title(each, story),
        each.at,
        _who(each, story, names),
        tuple(names.get(actor, actor) for actor in each.approved_by),
        _acceptor(office, each),
        each.reason or "",
        "" if each.reference.startswith(_SYSTEM_REFERENCES) else _reference(each.reference),
        each.leaf_number,
        tuple(_notes(each, story)),
        tuple(_links(office, each)),
        _mark(step) if each.serial == story.voucher.serial else "",
    )


def _who(each: Happening, story: Story, names: Mapping[str, str]) -> str:
    """Where an organisation did it, that: its people are its own business."""
    owner = story.ownership
    is_theirs = each.is_by_organisation or (
        each.handover_id is not None and each.step is not Action.REPLACE
    )
    return owner.organisation if owner and is_theirs else names.get(each.actor, each.actor)


def _sold(office: Office, owner: Ownership, at: datetime) -> Line:
    links = [
        Link(
            _("Allocation %(number)s") % {"number": owner.allocation_id},
            reverse("allocation", args=[office.code, owner.allocation_id]),
        )
    ]
    bought = purchase_url(office, owner.purchase_id)
    if owner.purchase and bought:
        links.insert(0, Link(owner.purchase, bought))
    notes = [] if bought or not owner.purchase else [owner.purchase]
    if owner.vouchers:
        with_it = ngettext("%(number)s voucher", "%(number)s vouchers", owner.vouchers)
        told = {"vouchers": with_it % {"number": _number(owner.vouchers)}}
        notes.append(_("One of %(vouchers)s") % told)
    return Line(
        _("Sold to %(name)s") % {"name": owner.organisation},
        at,
        _("the system, once it was paid"),
        leaf_number=owner.leaf_number,
        notes=tuple(notes),
        links=tuple(links),
    )


def _mark(step: Action) -> str:
    if step in _ENDED or step is Action.RELEASE:
        return "refused"
    return "waiting" if step in STOPPING or step is Action.RESERVE else ""


def _title(each: Happening, story: Story) -> str:
    voucher, step = story.voucher, each.step
    if step is Action.REPLACE and each.serial != voucher.serial:
        return _("Made in place of voucher %(serial)s") % {"serial": serial(each.serial)}
    if step is Action.REPLACE and voucher.replaced_by is not None:
        return _("Replaced by voucher %(serial)s") % {"serial": serial(voucher.replaced_by)}
    if each.handover_id is not None and story.ownership is not None:
        if step is Action.PREACTIVATE:
            return _("Handed out, not active yet")
        if step is Action.ISSUE:
            return _("Handed out, and active")
    if story.provision.kind == "on_demand" and each.serial == voucher.serial:
        if step is Action.PREACTIVATE:
            return _("Made when it was asked for, not active yet")
        if step is Action.ISSUE:
            return _("Made when it was asked for, and activated")
    return str(action_word(step))


def _notes(each: Happening, story: Story) -> list[str]:
    notes = []
    if each.serial != story.voucher.serial and each.step is not Action.REPLACE:
        notes.append(_("It happened to voucher %(serial)s.") % {"serial": serial(each.serial)})
    if each.handover_id is not None:
        notes.append(_("Handover %(number)s") % {"number": str(each.handover_id)[:8]})
    if each.overridden:
        notes.append(_("The rule who accepts it was overridden."))
    if each.payment_status is not None:
        notes.append(
            _("Payment by %(fsp)s: %(state)s")
            % {"fsp": each.payment_fsp or "", "state": payment_status(each.payment_status)}
        )
        if each.provider_reference:
            notes.append(
                _("Their reference: %(reference)s") % {"reference": each.provider_reference}
            )
        if each.payment_reason and each.payment_reason in REJECTED_AS:
            notes.append(str(outcome_word(REJECTED_AS[each.payment_reason])))
    return notes


def _links(office: Office, each: Happening) -> list[Link]:
    links = []
    if each.command_id is not None:
        url = reverse("command", args=[office.code, each.command_id])
        links.append(Link(_("What was asked"), url))
    if each.bulk_id is not None:
        links.append(
            Link(
                _("Part of bulk change %(number)s") % {"number": each.bulk_id},
                reverse("bulk", args=[office.code, each.bulk_id]),
            )
        )
    return links


def _began(office: Office, each: Beginning, story: Story, names: Mapping[str, str]) -> Line:
    deed, provision = each.deed, story.provision
    url = reverse("provision", args=[office.code, provision.provision_id])
    links = [Link(_("Provision %(number)s") % {"number": provision.provision_id}, url)]
    if deed.command_id is not None:
        command = reverse("command", args=[office.code, deed.command_id])
        links.append(Link(_("What was asked"), command))
    title = str(action_word(deed.action))
    if deed.action == Action.STOCK:
        title = _("Made and put into stock")
    elif deed.action == Action.PROVISION:
        place = story.voucher.serial - provision.serial_first + 1
        title = _("Provision begun: %(place)s of %(asked)s") % {
            "place": _number(place),
            "asked": _number(provision.asked),
        }
    return Line(
        title,
        deed.at,
        names.get(deed.actor, deed.actor),
        tuple(names.get(actor, actor) for actor in deed.approved_by),
        reason=deed.reason or "",
        reference=""
        if deed.reference.startswith(_SYSTEM_REFERENCES)
        else _reference(deed.reference),
        leaf_number=deed.leaf_number,
        links=tuple(links),
    )


def _acceptor(office: Office, each: Happening) -> Link | None:
    if each.acceptor_id is None:
        return None
    return Link(each.acceptor_name or "", reverse("merchant", args=[office.code, each.acceptor_id]))


def _account(
    kind: int,
    owner: int,
    owners: Mapping[AccountKind, str],
    acceptors: Mapping[int, str],
) -> str:
    account = AccountKind(kind)
    name = acceptors.get(owner) if account is AccountKind.PAYABLE else owners.get(account)
    word = str(account_word(account))
    return f"{word}: {name}" if name else word


def _reference(reference: str) -> str:
    """Of a caller; a command's is shown as a link."""
    return "" if reference.startswith("command:") else reference


def _number(number: int) -> str:
    return format_decimal(number, locale=page_locale())
