"""What who approves a change of payout terms is shown: each line as it is, and as it will be."""

from collections.abc import Sequence

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands.payout_content import SetPayoutTerms
from counterfoil.engine.payouts.terms import TermsDesign
from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import money_text
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.money.ledger import FundingAccount, funding_account
from counterfoil.portal.orchestrator.payouts.schedule import schedule_text, whose_text
from counterfoil.portal.orchestrator.payouts.terms_reading import TermsRow, terms_matching
from counterfoil.portal.organisations.words import percent_text


@shown.register
def terms_shown(asked: SetPayoutTerms, office: Office) -> Shown:
    design = asked.design
    url = reverse("payout-terms", args=[office.code])
    try:
        account = funding_account(office, design.funding_account_id)
    except Http404:
        return Shown(_("Payout terms"), [], url, [_("There is no such funding account.")])
    names = terms_matching(office, design)
    of = whose_text(account.shown, names.programme, names.acceptor)
    return Shown(
        _("Payout terms: %(what)s") % {"what": of},
        _lines(account, names.now, design),
        url,
        _warnings(asked, names.now),
    )


def _lines(account: FundingAccount, now: TermsRow | None, then: TermsDesign) -> list[Change]:
    """What differs, or all of new ones."""
    after = _words(then, account.currency)
    if now is None:
        return [Change(label, None, text) for label, text in after]
    before = _words(now.design, account.currency)
    return [
        Change(label, old, new)
        for (label, old), (_label, new) in zip(before, after, strict=True)
        if old != new
    ]


def _words(design: TermsDesign, currency: str) -> Sequence[tuple[str, str]]:
    return (
        (_("Paid"), schedule_text(design, currency)),
        (_("Hours that a redemption waits"), str(design.hold_hours)),
        (_("Least that is paid"), money_text(Money(design.minimum_minor, currency))),
        (_("Commission that you keep"), f"{percent_text(design.commission_points)} %"),
        (_("Fee of a payout"), money_text(Money(design.fee_minor, currency))),
    )


def _warnings(asked: SetPayoutTerms, now: TermsRow | None) -> list[str]:
    if asked.expected_version == (0 if now is None else now.version):
        return []
    return [_("They were changed since this was prepared: if you approve it, it will be refused.")]
