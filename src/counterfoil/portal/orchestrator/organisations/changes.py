"""What who approves something about an organisation is shown: in full, with what to think of."""

from collections.abc import Sequence
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands import content as asks
from counterfoil.engine.organisations import Organisation
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.models import OrganisationKind, OrganisationProfile, Origin
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.money import papers
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_accounts
from counterfoil.portal.orchestrator.organisations.money_views import balance_in, effects_of
from counterfoil.portal.orchestrator.organisations.reading import (
    alike,
    open_purchases,
    organisation_of,
)
from counterfoil.portal.organisations.reading import Balance, Sheet, balances, sheet
from counterfoil.portal.organisations.words import commission_text, organisation_status


@shown.register
def _register(asked: asks.RegisterOrganisation, office: Office) -> Shown:
    profile = _profile(office, asked.profile)
    title = _("Register %(name)s: it can buy vouchers") % {"name": asked.name}
    lines = [
        Change(_("Name on papers"), None, asked.name),
        Change(_("Commission"), None, commission_text(asked.commission_points)),
    ]
    if profile is None:
        return Shown(title, lines, None, [_("Its application was not found.")])
    told = sheet(profile)
    lines += [
        Change(_("Kind"), None, str(OrganisationKind(profile.kind).label)),
        Change(_("Registered name"), None, profile.registered_name),
        Change(_("Country"), None, told.country),
        Change(_("Tax number"), None, f"{profile.tax_id} ({told.tax_id_note})".strip()),
        Change(_("In charge, and invited as its manager"), None, _contact(told)),
        Change(_("Address for invoices"), None, profile.invoice_address),
        Change(_("How it came"), None, str(Origin(profile.origin).label)),
        Change(_("Notes"), None, profile.notes or None),
        *(
            Change(
                each.name,
                None,
                each.document.upload.name,
                reverse("upload", args=[office.code, each.document.upload.pk]),
            )
            for each in told.documents
        ),
    ]
    url = reverse("organisation-application", args=[office.code, profile.pk])
    return Shown(title, lines, url, _warnings(office, told, asked))


@shown.register
def _change(asked: asks.ChangeOrganisation, office: Office) -> Shown:
    found = _found(office, asked.organisation_id)
    before = None if found is None else commission_text(found.commission_points)
    name = None if found is None else found.name
    lines = [
        Change(_("Name on papers"), name, asked.name),
        Change(_("Commission"), before, commission_text(asked.commission_points)),
    ]
    overtaken = found is not None and found.changed_version != asked.expected_version
    return Shown(
        _("Change the terms of %(name)s") % {"name": _name(found, asked.organisation_id)},
        lines,
        _url(office, asked.organisation_id),
        [
            *(
                [_("It was changed since this was prepared: if you approve it, it is refused.")]
                if overtaken
                else []
            ),
            _("What was quoted before keeps the commission it was quoted with."),
        ],
    )


@shown.register
def _suspend(asked: asks.SuspendOrganisation, office: Office) -> Shown:
    return _standing(
        office,
        asked.organisation_id,
        "suspended",
        _("Suspend %(name)s"),
        [_("It buys nothing and hands nothing out from then on.")],
    )


@shown.register
def _turn(asked: asks.TurnOrganisation, office: Office) -> Shown:
    titles = {
        "approved": _("Let %(name)s buy and hand out vouchers again"),
        "closed": _("Close %(name)s for good"),
    }
    warnings = []
    if asked.status == "closed":
        warnings.append(_("This cannot be undone."))
        if any(each.balance_minor for each in balances(office.issuer_id, [asked.organisation_id])):
            warnings.append(_("There is money on its balance: pay it back as well."))
        still_open = open_purchases(office, asked.organisation_id)
        if still_open:
            warnings.append(
                _("It has open purchases, end them first: %(purchases)s.")
                % {"purchases": ", ".join(each.reference for each in still_open)}
            )
    title = titles.get(asked.status, _("Change the state of %(name)s"))
    return _standing(office, asked.organisation_id, asked.status, title, warnings)


@shown.register
def _receive(asked: asks.ReceivePayment, office: Office) -> Shown:
    found = _found(office, asked.organisation_id)
    name = _name(found, asked.organisation_id)
    title = _("Record %(money)s from %(name)s") % {"money": money_text(asked.money), "name": name}
    account = _account(office, asked.funding_account_id, asked.currency)
    if found is None or account is None:
        return _unknown(title, asked.funding_account_id)
    digest = _digest(asked.paid.evidence)
    came = [] if digest is None else papers.came(office, digest)
    own = next((each for each in came if each.asked == asked), None)
    lines = _money_lines(asked.money, account, asked.paid.bank_reference)
    lines.append(Change(_("Value date"), None, day_text(asked.paid.value_date)))
    if own is not None:
        url = reverse("upload", args=[office.code, own.upload_id])
        lines.append(Change(_("Evidence"), None, own.upload_name, url))
    doubts = [] if own is None else _texts(papers.same_receipt(came, of=asked))
    if digest is None:
        doubts.append(_("No paper came with it: look at the bank's statement yourself."))
    return Shown(
        title,
        lines,
        _url(office, asked.organisation_id),
        [*_reference_warnings(office, account, asked), *doubts],
        _effects(office, found, account, asked.money),
    )


@shown.register
def _refund(asked: asks.RefundOrganisation, office: Office) -> Shown:
    found = _found(office, asked.organisation_id)
    name = _name(found, asked.organisation_id)
    title = _("Pay %(money)s back to %(name)s") % {"money": money_text(asked.money), "name": name}
    account = _account(office, asked.funding_account_id, asked.currency)
    if found is None or account is None:
        return _unknown(title, asked.funding_account_id)
    free = balance_in(office, found, account).free
    warnings = _reference_warnings(office, account, asked)
    if asked.money > free:
        warnings.append(
            _("Only %(free)s of its balance is free now: as it is, it would be refused.")
            % {"free": money_text(free)}
        )
    lines = _money_lines(asked.money, account, asked.bank_reference)
    lines.append(Change(_("Value date"), None, day_text(asked.value_date)))
    return Shown(
        title,
        lines,
        _url(office, asked.organisation_id),
        warnings,
        _effects(office, found, account, asked.money * -1),
    )


def _standing(
    office: Office, organisation_id: int, status: str, title: str, warnings: Sequence[str]
) -> Shown:
    found = _found(office, organisation_id)
    before = None if found is None else str(organisation_status(found.status))
    return Shown(
        title % {"name": _name(found, organisation_id)},
        [
            Change(_("State"), before, str(organisation_status(status))),
            *_balance_lines(balances(office.issuer_id, [organisation_id])),
        ],
        _url(office, organisation_id),
        list(warnings),
    )


def _balance_lines(found: Sequence[Balance]) -> list[Change]:
    return [
        Change(_("Its balance"), None, money_text(each.balance))
        for each in found
        if each.balance_minor
    ]


def _money_lines(money: Money, account: FundingAccount, reference: str) -> list[Change]:
    return [
        Change(_("Amount"), None, money_text(money)),
        Change(_("Funding account"), None, account.in_full),
        Change(_("Bank reference"), None, reference),
    ]


def _effects(
    office: Office, found: Organisation, account: FundingAccount, change: Money
) -> list[Change]:
    balance = balance_in(office, found, account)
    return [
        Change(each.label, each.now_text, each.then_text)
        for each in effects_of(balance, account, change)
    ]


def _reference_warnings(
    office: Office,
    account: FundingAccount,
    asked: asks.ReceivePayment | asks.RefundOrganisation,
) -> list[str]:
    wanted = papers.bank_side(asked)
    if wanted is None:
        return []
    if papers.recorded(office, account, wanted.reference, is_out=wanted.is_out) is not None:
        return [_("This reference is recorded for this account already. It counts once.")]
    return _texts(papers.same_reference(papers.waiting(office, account), wanted, of=asked))


def _texts(notices: Sequence[papers.Notice]) -> list[str]:
    return [each.text for each in notices]


def _warnings(office: Office, told: Sheet, asked: asks.RegisterOrganisation) -> list[str]:
    profile = told.profile
    found = [_("Expired: %(document)s.") % {"document": each.name} for each in told.expired]
    if not told.documents:
        found.append(_("It has given no document."))
    if (profile.name, profile.commission_points) != (asked.name, asked.commission_points):
        found.append(_("Its application says something else by now."))
    words = {
        "name": _("There is another of the name %(name)s."),
        "tax_id": _("%(name)s has the same tax number."),
    }
    others = alike(office, asked.name, profile=profile)
    is_done = profile.organisation_id is not None
    return [] if is_done else found + [words[each.why] % {"name": each.name} for each in others]


def _contact(told: Sheet) -> str:
    profile = told.profile
    parts = (profile.contact_name, profile.contact_email, told.telephone)
    return ", ".join(each for each in parts if each)


def _unknown(title: str, funding_account_id: int) -> Shown:
    return Shown(
        title,
        [Change(_("Funding account"), None, str(funding_account_id))],
        None,
        [_("There is no such organisation or funding account; it will be refused.")],
    )


def _account(office: Office, funding_account_id: int, currency: str) -> FundingAccount | None:
    found = (a for a in funding_accounts(office) if a.funding_account_id == funding_account_id)
    return next((each for each in found if each.currency == currency), None)


def _digest(evidence: str | None) -> bytes | None:
    """None for what is none: a command need not come from here."""
    try:
        return bytes.fromhex(evidence or "") or None
    except ValueError:
        return None


def _found(office: Office, organisation_id: int) -> Organisation | None:
    try:
        return organisation_of(office.issuer_id, organisation_id)[0]
    except Http404:
        return None


def _profile(office: Office, key: str) -> OrganisationProfile | None:
    try:
        profile_id = UUID(key)
    except ValueError:
        return None
    return OrganisationProfile.objects.filter(pk=profile_id, issuer_id=office.issuer_id).first()


def _name(found: Organisation | None, organisation_id: int) -> str:
    return found.name if found is not None else _("organisation %(id)s") % {"id": organisation_id}


def _url(office: Office, organisation_id: int) -> str:
    return reverse("organisation", args=[office.code, organisation_id])
