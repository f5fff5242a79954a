"""What provisioning and changing many vouchers change, in numbers and in money."""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.chart import FREED_BY
from counterfoil.engine.commands import content as asks
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import amount_text
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.stock.parts import PartLine, is_meant, money_freed
from counterfoil.portal.orchestrator.stock.reading import (
    Part,
    available_of,
    budget_of,
    parts_of_group,
    parts_of_provision,
    parts_of_serials,
    provision_of,
)
from counterfoil.portal.orchestrator.vouchers.reading import counted, published_or_none
from counterfoil.portal.templatetags.counterfoil import count
from counterfoil.portal.templatetags.serials import serial
from counterfoil.portal.words import provision_status
from counterfoil.voucher import Action, State


@shown.register
def _provision_stock(asked: asks.ProvisionStock, office: Office) -> Shown:
    one, takes = Money(asked.amount_minor, asked.currency), asked.money
    title = _("Provision %(count)s vouchers of %(amount)s") % {
        "count": count(asked.count),
        "amount": _text(one),
    }
    group = published_or_none(office.issuer_id, asked.group)
    if group is None:
        return Shown(title, [], None, [_("There is no such voucher.")])
    budget = budget_of(office.issuer_id, asked.group)
    available = Money(budget.available_minor, asked.currency)
    there = sum(
        each.vouchers
        for each in counted(office, group.group_id)
        if each.state is State.STOCKED and each.amount_minor == asked.amount_minor
    )
    changes = [
        Change(_("Voucher"), None, f"{group.design.name} ({asked.group})"),
        Change(_("Version"), None, str(asked.group_version)),
        Change(_("It takes"), None, _text(takes)),
        Change(_("Available money"), _text(available), _text(available - takes)),
        Change(
            _("In stock of %(amount)s") % {"amount": _text(one)},
            count(there),
            count(there + asked.count),
        ),
    ]
    if budget.left_minor is not None:
        left = Money(budget.left_minor, asked.currency)
        changes.append(Change(_("Left of the budget"), _text(left), _text(left - takes)))
    warnings = []
    if available.amount_minor < takes.amount_minor:
        warnings.append(_("More than is available now: it would be refused. Deposit first."))
    if budget.left_minor is not None and budget.left_minor < takes.amount_minor:
        warnings.append(_("More than is left of the programme's budget: it would be refused."))
    if group.version != asked.group_version:
        warnings.append(
            _("Version %(number)s was published since: it would be refused.")
            % {"number": group.version}
        )
    if group.status != "open":
        warnings.append(_("The voucher is not open: it would be refused."))
    return Shown(
        title, changes, reverse("voucher-group", args=[office.code, asked.group]), warnings
    )


@shown.register
def _turn_provision(asked: asks.TurnProvision, office: Office) -> Shown:
    title = (
        _("Pause provision %(number)s") if asked.paused else _("Resume provision %(number)s")
    ) % {"number": asked.provision_id}
    try:
        row = provision_of(office, asked.provision_id)
    except Http404:
        return Shown(title, [], None, [_("There is no such provision.")])
    after = "paused" if asked.paused else "ready" if row.created == row.asked else "running"
    return Shown(
        title,
        [
            Change(_("State"), str(row.state), str(provision_status(after))),
            Change(_("Not handed out yet"), count(row.left), count(row.left)),
        ],
        reverse("provision", args=[office.code, asked.provision_id]),
    )


@shown.register
def _change_vouchers(asked: asks.ChangeVouchers, office: Office) -> Shown:
    """As it would be now: how many in each state, and the money that would be free."""
    try:
        action = Action[asked.action.upper()]
        parts, currencies, what, url = _meant(asked, office)
    except (KeyError, Http404):
        return Shown(_("Change of many vouchers"), [], None, [_("There are no such vouchers.")])
    lines = [PartLine.of(part, action) for part in parts]
    vouchers = sum(part.vouchers for part in parts if is_meant(part, action))
    changes = [
        Change(
            str(line.state),
            _vouchers_text(line.part),
            f"{count(line.part.vouchers)} · {line.becomes}" if line.is_meant else line.becomes,
        )
        for line in lines
    ]
    if action in FREED_BY:
        for currency, available in currencies:
            freed = money_freed(
                [p for p in parts if p.money.currency == currency], action, currency
            )
            changes.append(Change(_("Available money"), _text(available), _text(available + freed)))
    warnings = []
    if any(
        line.part.state in {State.ACTIVE, State.PREACTIVATED} and line.is_meant for line in lines
    ):
        warnings.append(_("People hold some of these vouchers and will no longer redeem them."))
    if not all(part.is_exact for part in parts):
        warnings.append(
            _("They are too many to be counted one by one: the numbers may be a little less.")
        )
    title = {
        Action.CANCEL: _("Cancel %(count)s vouchers: %(what)s"),
        Action.SUSPEND: _("Suspend %(count)s vouchers: %(what)s"),
        Action.UNSUSPEND: _("Lift the suspension of %(count)s vouchers: %(what)s"),
        Action.BLOCK: _("Block %(count)s vouchers: %(what)s"),
        Action.UNBLOCK: _("Lift the block of %(count)s vouchers: %(what)s"),
        Action.REPLACE: _("Replace %(count)s vouchers: %(what)s"),
        Action.PURGE: _("Purge %(count)s vouchers: %(what)s"),
        Action.EXTEND: _("Extend %(count)s vouchers: %(what)s"),
    }.get(action, _("Change %(count)s vouchers: %(what)s")) % {
        "count": count(vouchers),
        "what": what,
    }
    return Shown(title, changes, url, warnings)


def _meant(
    asked: asks.ChangeVouchers, office: Office
) -> tuple[list[Part], list[tuple[str, Money]], str, str | None]:
    """The vouchers by state, the available money by currency, what they are, and their page."""
    if asked.provision_id is not None:
        row = provision_of(office, asked.provision_id)
        what = _("provision %(number)s") % {"number": row.provision_id}
        url = reverse("provision", args=[office.code, row.provision_id])
        parts = parts_of_provision(office, row)
    elif asked.group is not None:
        what, parts = asked.group, parts_of_group(office.issuer_id, asked.group)
        url = reverse("voucher-group", args=[office.code, asked.group])
    else:
        serials = asked.serials or ()
        parts = parts_of_serials(office.issuer_id, serials)
        what, url = _("a list"), ""
        if len(serials) == 1:
            what = serial(serials[0])
            url = reverse("voucher", args=[office.code, serials[0]])
    currencies = sorted({part.money.currency for part in parts})
    available = [
        (currency, Money(available_of(office.issuer_id, currency), currency))
        for currency in currencies
    ]
    return parts, available, what, url or None


def _vouchers_text(part: Part) -> str:
    return f"{count(part.vouchers)} · {_text(part.money)}"


def _text(money: Money) -> str:
    return f"{amount_text(money.amount_minor, money.currency)} {money.currency}"
