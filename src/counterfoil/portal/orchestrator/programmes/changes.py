"""What who approves a programme, a change of it or a step of it is shown."""

from datetime import date

from django.utils.translation import gettext as _

from counterfoil.engine.catalogue import Programme
from counterfoil.engine.commands import content as asks
from counterfoil.engine.programme_figures import programme_by_code
from counterfoil.engine.programme_preview import StepPreview, step_preview
from counterfoil.errors import ConflictError, NotFoundError
from counterfoil.money import NO_CURRENCY, Money
from counterfoil.portal.access import Office
from counterfoil.portal.language import day_text, money_text
from counterfoil.portal.orchestrator.changes import Change, Shown, shown
from counterfoil.portal.orchestrator.money.ledger import (
    FundingAccount,
    funding_accounts,
    page_address,
)
from counterfoil.portal.orchestrator.programmes.reading import budget_of
from counterfoil.portal.orchestrator.programmes.texts import (
    STEPS,
    pile_text,
    step_of_text,
    warning_texts,
    what_ends,
)
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.words import programme_status
from counterfoil.programme import ProgrammeStatus

Line = tuple[str, str | None]


@shown.register
def opening_shown(asked: asks.OpenProgramme, office: Office) -> Shown:
    account = next(
        (a for a in funding_accounts(office) if a.funding_account_id == asked.funding_account_id),
        None,
    )
    there = _programme(office, asked.code)
    lines = [
        (_("Code"), asked.code),
        *_lines(asked, NO_CURRENCY if account is None else account.currency),
        (_("Funding account"), _account_text(account, asked.funding_account_id)),
    ]
    warnings = []
    if account is None:
        warnings.append(_("You have no such funding account; it will be refused."))
    if there is not None:
        warnings.append(_("There is a programme of this code already."))
    return Shown(
        _("Open the programme %(name)s") % {"name": asked.name},
        [Change(label, None, text) for label, text in lines if text],
        None if there is None else page_address("programme", office, asked.code),
        warnings,
    )


@shown.register
def change_shown(asked: asks.ChangeProgramme, office: Office) -> Shown:
    programme = _programme(office, asked.code)
    title = _("Change the programme %(name)s") % {
        "name": asked.code if programme is None else programme.name
    }
    if programme is None:
        return Shown(title, [], None, [_("There is no such programme; it will be refused.")])
    after = _lines(asked, programme.currency)
    url = page_address("programme", office, asked.code)
    if programme.version != asked.expected_version:
        stale = _("It was changed meanwhile: this change will be refused. Prepare it again.")
        return Shown(title, [Change(label, None, text) for label, text in after], url, [stale])
    before = _lines(programme, programme.currency)
    changes = [
        Change(label, was, becomes)
        for (label, was), (_label, becomes) in zip(before, after, strict=True)
        if was != becomes
    ]
    return Shown(title, changes, url, _budget_warnings(asked, office, programme))


@shown.register
def step_shown(asked: asks.StepProgramme, office: Office) -> Shown:
    programme = _programme(office, asked.code)
    url = page_address("programme", office, asked.code)
    state = Change(_("State"), _status_text(asked.expected_status), _status_text(asked.to_status))
    if programme is None or asked.to_status not in set(ProgrammeStatus):
        unknown = _("There is no such programme or step; it will be refused.")
        return Shown(asked.code, [state], None, [unknown])
    after = ProgrammeStatus(asked.to_status)
    title = step_of_text(after, programme.name) if after in STEPS else asked.code
    try:
        preview = step_preview(engine_connection(), office.issuer_id, asked.code, after)
    except ConflictError:
        late = _("It is not the next step any more; it will be refused.")
        return Shown(title, [state], url, [late])
    lines = [state, Change(_("From then on"), None, " ".join(what_ends(after)))]
    return Shown(title, lines, url, warning_texts(preview), effects_of(preview))


def effects_of(preview: StepPreview) -> list[Change]:
    """What a step does to vouchers and to money, as both are now."""
    currency, money = preview.programme.currency, preview.money
    piles = [
        (_("In stock"), preview.cancelled, _("cancelled")),
        (_("In people's hands"), preview.expired, _("expired")),
    ]
    lines = [
        Change(label, pile_text(pile, currency), becomes)
        for label, pile, becomes in piles
        if pile.vouchers
    ]
    if money.earmarked_minor and preview.freed_minor:
        earmarked = money_text(Money(money.earmarked_minor, currency))
        lines.append(Change(_("Set aside for vouchers being made"), earmarked, _("free")))
    if preview.freed_minor:
        now = Money(money.available_minor, currency)
        then = Money(money.available_minor + preview.freed_minor, currency)
        lines.append(Change(_("Available"), money_text(now), money_text(then)))
    return lines


def _lines(
    what: asks.OpenProgramme | asks.ChangeProgramme | Programme, currency: str
) -> list[Line]:
    """The parts of a programme that may change, as people read them."""
    budget_minor = what.budget_minor
    return [
        (_("Name"), what.name),
        (_("Description"), what.description or None),
        (
            _("Budget"),
            _("without a limit")
            if budget_minor is None
            else money_text(Money(budget_minor, currency)),
        ),
        (_("Starts"), _day(what.starts_on)),
        (_("Sales close"), _day(what.sales_close_on)),
        (_("Redemption closes"), _day(what.redemption_close_on)),
        (_("Claims close"), _day(what.claims_close_on)),
    ]


def _budget_warnings(
    asked: asks.ChangeProgramme, office: Office, programme: Programme
) -> list[str]:
    committed = budget_of(office, programme).committed
    if asked.budget_minor is None or asked.budget_minor >= committed.amount_minor:
        return []
    return [
        _("%(money)s is committed already: a smaller budget will be refused.")
        % {"money": money_text(committed)}
    ]


def _programme(office: Office, code: str) -> Programme | None:
    try:
        return programme_by_code(engine_connection(), office.issuer_id, code)
    except NotFoundError:
        return None


def _account_text(account: FundingAccount | None, funding_account_id: int) -> str:
    if account is None:
        return str(funding_account_id)
    return account.in_full


def _status_text(status: str) -> str:
    return str(programme_status(status)) if status in set(ProgrammeStatus) else status


def _day(day: date | None) -> str | None:
    return None if day is None else day_text(day)
