"""What who approves a change of a merchant or an agent is shown: in full, accounts too."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from babel.numbers import format_decimal
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.catalogue import Acceptor
from counterfoil.engine.commands import content as asks
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import money_text, page_locale
from counterfoil.portal.merchants.checks import Bank
from counterfoil.portal.merchants.reading import Sheet, sheet
from counterfoil.portal.models import MerchantKind, MerchantProfile, Scheme
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.merchants.answers import Answer
from counterfoil.portal.orchestrator.merchants.reading import (
    Alike,
    alike,
    bank_now,
    currency_of_limits,
    group_names,
    merchant_of,
    owed,
)
from counterfoil.portal.queries import rows
from counterfoil.portal.words import acceptor_status


@shown.register
def _register(asked: asks.RegisterAcceptor, office: Office) -> Shown:
    design = asked.design
    bank = Bank(design.scheme, design.fsp, design.account)
    profile = _profile(office, asked.profile)
    told = None if profile is None else sheet(profile)
    amount, count = design.daily_amount_minor_max, design.daily_count_max
    currency = "" if amount is None else currency_of_limits(office.issuer_id)
    lines = [
        Change(_("Name at the till"), None, design.name),
        Change(_("Kind"), None, str(MerchantKind(design.kind).label)),
        Change(_("State"), None, str(acceptor_status(design.status))),
        Change(_("Paid to"), None, _bank_text(bank)),
        Change(_("Groups"), None, _groups_text(office, design.groups)),
        Change(_("Most in a day"), None, _amount_text(amount, currency)),
        Change(_("Most vouchers in a day"), None, _count_text(count)),
    ]
    if told is None:
        return Shown(_registers(design.name), lines, None, [_("Its application was not found.")])
    lines += [
        Change(_("Registered name"), None, told.profile.registered_name),
        Change(_("Tax number"), None, f"{told.profile.tax_id} ({told.tax_id_note})"),
        Change(_("Account's holder"), None, told.profile.holder),
        *(
            Change(str(each.section.label), None, str(each.state))
            for each in told.sections.values()
        ),
        *(
            Change(
                each.name, None, each.file, reverse("upload", args=[office.code, each.upload_id])
            )
            for each in told.documents
        ),
    ]
    url = reverse("application", args=[office.code, told.profile.pk])
    return Shown(_registers(design.name), lines, url, _warnings(office, told, bank))


@shown.register
def _new_group(asked: asks.CreateAcceptorGroup, office: Office) -> Shown:
    return Shown(
        _("New group of merchants: %(name)s") % {"name": asked.name},
        [Change(_("Code"), None, asked.code), Change(_("Name"), None, asked.name)],
        reverse("merchant-groups", args=[office.code]),
    )


@shown.register
def _suspend(asked: asks.SuspendAcceptor, office: Office) -> Shown:
    found = _merchant(office, asked.acceptor_id)
    return Shown(
        _("Suspend %(name)s") % {"name": _name(found, asked.acceptor_id)},
        [_standing_change(found, "suspended"), *_owed_lines(office, asked.acceptor_id)],
        _url(office, asked.acceptor_id),
        [_("Its redemptions are refused from then on.")],
    )


@shown.register
def _turn(asked: asks.TurnAcceptor, office: Office) -> Shown:
    found = _merchant(office, asked.acceptor_id)
    name = _name(found, asked.acceptor_id)
    titles = {
        "approved": _("Let %(name)s redeem vouchers"),
        "rejected": _("Reject %(name)s"),
        "suspended": _("Suspend %(name)s"),
        "draft": _("Reopen %(name)s"),
        "closed": _("Close %(name)s for good"),
    }
    title = titles.get(asked.status, _("Change the state of %(name)s")) % {"name": name}
    warnings = [_("This cannot be undone.")] if asked.status == "closed" else []
    lines = [_standing_change(found, asked.status)]
    if found is not None and asked.status == "approved":
        lines.append(Change(_("Paid to"), None, _bank_text(bank_now(found))))
        lines.append(Change(_("Groups"), None, _groups_text(office, found.groups)))
    lines += _owed_lines(office, asked.acceptor_id)
    return Shown(title, lines, _url(office, asked.acceptor_id), warnings)


@shown.register
def _regroup(asked: asks.RegroupAcceptor, office: Office) -> Shown:
    found = _merchant(office, asked.acceptor_id)
    currency = currency_of_limits(office.issuer_id)
    amount, count = asked.daily_amount_minor_max, asked.daily_count_max
    before = found.daily_limits if found is not None else None
    return Shown(
        _("Groups and limits of %(name)s") % {"name": _name(found, asked.acceptor_id)},
        [
            Change(
                _("Groups"),
                None if found is None else _groups_text(office, found.groups),
                _groups_text(office, asked.groups),
            ),
            Change(
                _("Most in a day"),
                None if before is None else _amount_text(before.amount_minor_max, currency),
                _amount_text(amount, currency),
            ),
            Change(
                _("Most vouchers in a day"),
                None if before is None else _count_text(before.count_max),
                _count_text(count),
            ),
        ],
        _url(office, asked.acceptor_id),
        _overtaken(found, asked.expected_version),
    )


@shown.register
def _rebank(asked: asks.RebankAcceptor, office: Office) -> Shown:
    found = _merchant(office, asked.acceptor_id)
    wanted = Bank(asked.scheme, asked.fsp, asked.account)
    name = _name(found, asked.acceptor_id)
    before = None if found is None else bank_now(found)
    url = _url(office, asked.acceptor_id)
    if before == wanted:
        return Shown(
            _("Keep the account of %(name)s as it is") % {"name": name},
            [Change(_("Paid to"), None, _bank_text(wanted))],
            url,
            [_("The change that waits is dropped.")],
        )
    about = {"issuer_id": office.issuer_id, "acceptor_id": asked.acceptor_id}
    days, *told = rows(__package__, "rebanking", about)[0]
    others = alike(office, asked.account, acceptor_id=asked.acceptor_id)
    return Shown(
        _("Pay %(name)s to another account") % {"name": name},
        [
            Change(
                _("Paid to"), None if before is None else _bank_text(before), _bank_text(wanted)
            ),
            Change(_("Counts"), None, _("%(days)s days after the approval") % {"days": days}),
            Change(_("Until then"), None, _("nothing is paid out to it")),
            *_answer_lines(told),
            *_owed_lines(office, asked.acceptor_id),
        ],
        url,
        [
            _("Call them by a number you know before you approve it: thieves change bank data."),
            *_alike_texts(others),
            *_overtaken(found, asked.expected_version),
        ],
    )


@shown.register
def _hold(asked: asks.HoldPayouts, office: Office) -> Shown:
    found = _merchant(office, asked.acceptor_id)
    return Shown(
        _("Hold the payouts of %(name)s") % {"name": _name(found, asked.acceptor_id)},
        [
            Change(_("Payouts"), _("paid"), _("held")),
            *_owed_lines(office, asked.acceptor_id),
        ],
        _url(office, asked.acceptor_id),
    )


@shown.register
def _release(asked: asks.ReleasePayouts, office: Office) -> Shown:
    found = _merchant(office, asked.acceptor_id)
    held_for = "" if found is None else found.payouts_hold_reason
    return Shown(
        _("Release the payouts of %(name)s") % {"name": _name(found, asked.acceptor_id)},
        [
            Change(_("Payouts"), _("held"), _("paid")),
            Change(_("They were held because"), None, held_for),
            *_owed_lines(office, asked.acceptor_id),
        ],
        _url(office, asked.acceptor_id),
    )


def _registers(name: str) -> str:
    return _("Approve %(name)s") % {"name": name}


def _warnings(office: Office, told: Sheet, bank: Bank) -> list[str]:
    found = [f"{each.section.label}: {each.state}." for each in told.unverified]
    found += [_("Expired: %(document)s.") % {"document": each.name} for each in told.expired]
    if not told.documents:
        found.append(_("It has given no document."))
    return found + _alike_texts(alike(office, bank.account, profile=told.profile))


def _alike_texts(found: list[Alike]) -> list[str]:
    words = {
        "account": _("%(name)s is paid to the same account."),
        "tax_id": _("%(name)s has the same tax number."),
    }
    return [words[each.why] % {"name": each.name} for each in found]


def _overtaken(found: Acceptor | None, expected_version: int) -> list[str]:
    if found is None or found.changed_version == expected_version:
        return []
    return [_("It was changed since this was prepared: if you approve it, it will be refused.")]


def _standing_change(found: Acceptor | None, after: str) -> Change:
    before = None if found is None else str(acceptor_status(found.status))
    return Change(_("State"), before, str(acceptor_status(after)))


def _owed_lines(office: Office, acceptor_id: int) -> list[Change]:
    return [
        Change(
            _("Owed to it"),
            None,
            money_text(Money(each.owed_minor, each.currency)),
        )
        for each in owed(office.issuer_id, [acceptor_id])
        if each.owed_minor
    ]


def _answer_lines(told: Sequence[Any]) -> list[Change]:
    """What its provider said of the account there is; the new one is asked about once it counts."""
    status, asked_at, holder_matches = told
    if status is None:
        return []
    answer = Answer(status, asked_at, holder_matches)
    return [Change(_("The account so far"), None, answer.text)]


def _bank_text(bank: Bank) -> str:
    scheme = str(Scheme(bank.scheme).label) if bank.scheme in Scheme.values else bank.scheme
    at = bank.bank_name or bank.fsp
    return _("%(account)s at %(bank)s (%(scheme)s)") % {
        "account": bank.shown,
        "bank": at,
        "scheme": scheme,
    }


def _groups_text(office: Office, groups: Iterable[str]) -> str:
    """By their names, and the codes that are what is written."""
    named = group_names(office, groups)
    return ", ".join(
        name if name == code else _("%(name)s (%(code)s)") % {"name": name, "code": code}
        for code, name in named.items()
    ) or _("none")


def _amount_text(amount_minor: int | None, currency: str) -> str:
    if amount_minor is None:
        return _("no limit")
    return money_text(Money(amount_minor, currency))


def _count_text(count: int | None) -> str:
    return _("no limit") if count is None else format_decimal(count, locale=page_locale())


def _merchant(office: Office, acceptor_id: int) -> Acceptor | None:
    try:
        return merchant_of(office.issuer_id, acceptor_id)[0]
    except Http404:
        return None


def _profile(office: Office, key: str) -> MerchantProfile | None:
    try:
        profile_id = UUID(key)
    except ValueError:
        return None
    return MerchantProfile.objects.filter(pk=profile_id, issuer_id=office.issuer_id).first()


def _name(found: Acceptor | None, acceptor_id: int) -> str:
    return found.name if found is not None else _("merchant %(id)s") % {"id": acceptor_id}


def _url(office: Office, acceptor_id: int) -> str:
    return reverse("merchant", args=[office.code, acceptor_id])
