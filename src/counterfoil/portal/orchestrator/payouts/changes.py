"""What who approves the payment of merchants is shown: whom it pays, and how much."""

from itertools import zip_longest

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from counterfoil.engine.commands import payout_content as pays
from counterfoil.engine.payouts.reading import Run
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.listing import Wanted
from counterfoil.portal.models import HandoverList
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.merchants.reading import merchant_of, owed
from counterfoil.portal.orchestrator.money.ledger import funding_account, short_number
from counterfoil.portal.orchestrator.payouts.reading import payouts_page
from counterfoil.portal.orchestrator.payouts.routes import (
    leaves_nobody_out,
    programmes_routed,
    rails_known,
    route_text,
    routes_now,
)
from counterfoil.portal.orchestrator.payouts.schedule import day_name
from counterfoil.portal.orchestrator.payouts.terms_reading import (
    bank_days,
    terms_of,
)
from counterfoil.portal.orchestrator.payouts.totals import Totals, counted_of, effects_of
from counterfoil.portal.pager import AT_FIRST
from counterfoil.portal.payouts.reading import payout_of, run_of
from counterfoil.portal.payouts.words import reason_word, run_state
from counterfoil.portal.templatetags.counterfoil import count

_LARGEST = 3


@shown.register
def _begin(asked: pays.BeginPayoutRun, office: Office) -> Shown:
    try:
        found = terms_of(office, asked.terms_id)
    except Http404:
        return Shown(_("Begin a payout run"), [], None, [_("These terms do not apply any more.")])
    return Shown(
        _("Begin a payout run: %(what)s") % {"what": found.of},
        [Change(_("What is to be paid"), None, found.of), Change(_("Paid"), None, found.when)],
        reverse("payouts", args=[office.code]),
    )


@shown.register
def _drop(asked: pays.DropPayoutRun, office: Office) -> Shown:
    number = {"number": asked.run_id}
    found = _run(office, asked.run_id)
    lines = [] if found is None else [Change(_("Would have paid"), None, money_text(found.net))]
    return Shown(_("Drop payout run %(number)s") % number, lines, _run_url(office, asked.run_id))


@shown.register
def _send(asked: pays.SendPayouts, office: Office) -> Shown:
    merchants = ngettext("%(number)s merchant", "%(number)s merchants", asked.payouts) % {
        "number": count(asked.payouts)
    }
    title = _("Pay %(merchants)s: %(amount)s") % {
        "merchants": merchants,
        "amount": money_text(asked.money),
    }
    lines = [
        Change(_("Payouts"), None, count(asked.payouts)),
        Change(_("To be paid out"), None, money_text(asked.money)),
        Change(_("Seal of the preview"), None, asked.digest[:12]),
    ]
    found = _run(office, asked.run_id)
    if found is None:
        return Shown(title, lines, None, [_("There is no such run.")])
    totals = counted_of(office, found)
    lines += [*_counted(found, totals), *_largest(office, found)]
    effects = effects_of(funding_account(office, found.funding_account_id), totals)
    return Shown(title, lines, _run_url(office, asked.run_id), _not_as_seen(asked, found), effects)


def _counted(found: Run, totals: Totals) -> list[Change]:
    paid, currency = totals.paid, found.currency

    def money(amount_minor: int) -> str:
        return money_text(Money(amount_minor, currency))

    lines = [
        Change(_("Redemptions"), None, f"{count(paid.redemptions)} · {money(paid.gross_minor)}")
    ]
    amounts = (
        (_("Taken back"), -paid.refunded_minor),
        (_("Commission earned"), paid.earned_minor),
        (_("Commission that you keep"), -paid.commission_minor),
        (_("Fees that you keep"), -paid.fee_minor),
    )
    lines += [Change(label, None, money(amount)) for label, amount in amounts if amount]
    if found.left_out:
        lines.append(Change(_("Left out, and owed further on"), None, count(found.left_out)))
    return lines


def _largest(office: Office, found: Run) -> list[Change]:
    """To whom most of it goes."""
    first = {name: AT_FIRST[name] for name in ("after_number", "after_id")}
    wanted = Wanted({"status": None}, "largest", first, _LARGEST)
    return [
        Change(
            each.name,
            None,
            f"{money_text(each.net)} · {each.paid_to}",
            reverse("payout", args=[office.code, each.run_id, each.acceptor_id]),
        )
        for each in payouts_page(found.run_id, office, wanted)
        if each.status != "left_out"
    ]


def _not_as_seen(asked: pays.SendPayouts, found: Run) -> list[str]:
    """Why it would be refused as things are."""
    if found.status != "previewed":
        return [
            _("The run is “%(state)s” by now: if you approve it, it will be refused.")
            % {"state": run_state(found.status)}
        ]
    if found.digest is None or bytes(found.digest).hex() != asked.digest:
        return [_("The run was counted anew since this was prepared: it will be refused.")]
    return []


@shown.register
def _retry(asked: pays.RetryPayout, office: Office) -> Shown:
    url = reverse("payout", args=[office.code, asked.run_id, asked.acceptor_id])
    try:
        found = payout_of(office.issuer_id, asked.run_id, asked.acceptor_id)
        merchant, _profile_id = merchant_of(office.issuer_id, asked.acceptor_id)
    except Http404:
        return Shown(_("Send a payout again"), [], None, [_("There is no such payout.")])
    title = _("Send %(amount)s to %(name)s again") % {
        "amount": money_text(asked.money),
        "name": merchant.name,
    }
    before = f"{found.payout.fsp} {found.paid_to}"
    after = f"{merchant.fsp} {short_number(merchant.account)}"
    lines = [
        Change(_("Payout"), None, found.number),
        Change(_("Amount"), None, money_text(asked.money)),
        Change(_("Paid to"), before if before != after else None, after),
        Change(_("What became of it"), None, str(found.state)),
        Change(_("Why"), None, str(reason_word(found.payout.reason)) or None),
    ]
    warnings = []
    if not found.can_be_retried:
        warnings.append(_("It neither failed nor came back by now: it will be refused."))
    if merchant.payouts_held or merchant.next_from is not None:
        warnings.append(_("The payouts of this merchant wait: it will be refused."))
    return Shown(title, lines, url, warnings)


@shown.register
def _refund(asked: pays.RefundRedemption, office: Office) -> Shown:
    url = reverse("voucher", args=[office.code, asked.serial])
    try:
        merchant, _profile_id = merchant_of(office.issuer_id, asked.acceptor_id)
        name = merchant.name
    except Http404:
        name = _("merchant %(id)s") % {"id": asked.acceptor_id}
    return Shown(
        _("Take a redemption of %(amount)s at %(name)s back")
        % {"amount": money_text(asked.money), "name": name},
        [
            Change(_("Is available again"), None, money_text(asked.money)),
            Change(_("The voucher"), None, _refunded_text(asked)),
        ],
        _handed_url(office, asked) or url,
        _refund_warnings(asked),
        _owed_then(office, asked, name),
    )


def _handed_url(office: Office, asked: pays.RefundRedemption) -> str:
    """Where the number of the new voucher is fetched; empty where nobody does it here."""
    given = asked.replacement
    if given is None or not HandoverList.objects.filter(pk=given.handover_id).exists():
        return ""
    return reverse("replacement", args=[office.code, given.handover_id])


def _refund_warnings(asked: pays.RefundRedemption) -> list[str]:
    warnings = [_("What was paid out already is kept of the merchant's next payout.")]
    if asked.replacement is not None:
        warnings.append(
            _("Whoever prepared this reads the number of the new voucher, and can redeem it.")
        )
    return warnings


def _refunded_text(asked: pays.RefundRedemption) -> str:
    if asked.replacement is None:
        return _("stays redeemed; a new one can be given instead")
    return _("stays redeemed; a new one is handed out in its place")


def _owed_then(office: Office, asked: pays.RefundRedemption, name: str) -> list[Change]:
    """What the merchant is owed in that currency, now and then."""
    return [
        Change(
            _("Owed to %(name)s") % {"name": name},
            money_text(Money(each.owed_minor, each.currency)),
            money_text(Money(each.owed_minor - asked.amount_minor, each.currency)),
        )
        for each in owed(office.issuer_id, [asked.acceptor_id])
        if each.currency == asked.currency
    ]


@shown.register
def _end(asked: pays.EndPayoutTerms, office: Office) -> Shown:
    url = reverse("payout-terms", args=[office.code])
    try:
        found = terms_of(office, asked.terms_id)
    except Http404:
        return Shown(_("End payout terms"), [], url, [_("These terms do not apply any more.")])
    return Shown(
        _("End the payout terms: %(what)s") % {"what": found.of},
        [Change(_("Paid"), found.when, None), Change(_("Commission"), found.commission, None)],
        url,
        [_("From then on the wider terms count.")],
    )


@shown.register
def _bank_days(asked: pays.SetBankDays, office: Office) -> Shown:
    now = bank_days(office.issuer_id)
    then = {holiday.day: holiday.name for holiday in asked.holidays}
    lines = [
        Change(
            _("Days of the week on which banks rest"),
            ", ".join(map(day_name, now.rest_days)) or _("none"),
            ", ".join(map(day_name, asked.rest_days)) or _("none"),
        )
    ]
    for day in sorted({*now.holidays, *then}):
        before, after = now.holidays.get(day), then.get(day)
        if before != after:
            lines.append(Change(day_text(day), before, after))
    return Shown(
        _("Change the days on which banks rest"),
        lines,
        reverse("payout-terms", args=[office.code]),
    )


@shown.register
def _routes(asked: pays.SetPayoutRoutes, office: Office) -> Shown:
    """Place by place, where it differs."""
    programmes = programmes_routed(office)
    before = [route_text(route, programmes) for route in routes_now(office)]
    after = [route_text(route, programmes) for route in asked.routes]
    warnings = [_("They take the place of all routes that there are; the first that fits counts.")]
    if not asked.routes:
        warnings.append(_("Without a route the sandbox pays: no money moves."))
    rails = rails_known(office)
    unknown = sorted({route.rail for route in asked.routes} - rails.keys()) if rails else []
    if unknown:
        warnings.append(
            _("No worker has the rail %(names)s: if you approve it, it will be refused.")
            % {"names": ", ".join(unknown)}
        )
    if asked.routes and not leaves_nobody_out(asked.routes):
        warnings.append(_("What fits none of these is not paid: it stays owed."))
    return Shown(
        _("Change which rail pays whom"),
        [
            Change(_("Route %(number)s") % {"number": number}, old, new)
            for number, (old, new) in enumerate(zip_longest(before, after), 1)
            if old != new
        ],
        reverse("payout-routes", args=[office.code]),
        warnings,
    )


def _run(office: Office, run_id: int) -> Run | None:
    try:
        return run_of(office.issuer_id, run_id)
    except Http404:
        return None


def _run_url(office: Office, run_id: int) -> str:
    return reverse("payout-run", args=[office.code, run_id])
