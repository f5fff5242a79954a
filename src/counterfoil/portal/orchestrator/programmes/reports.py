"""The report of a programme: to be read, printed or taken along as a table."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from counterfoil.engine.programme_figures import Holding, Pile, by_group, total
from counterfoil.engine.programme_report import ProgrammeReport, programme_report
from counterfoil.errors import NotFoundError
from counterfoil.money import Money, decimal_text
from counterfoil.portal.access import EVERYONE, Office, office_page
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.programmes.reading import dates_of, names_about, used
from counterfoil.portal.queries import engine_connection
from counterfoil.portal.spreadsheets import harmless
from counterfoil.portal.words import group_status, programme_status
from counterfoil.voucher import State


@require_safe
@office_page(sees=EVERYONE)
def report(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    found = _report(office, code)
    programme = found.programme
    currency = programme.currency
    groups = used(by_group(found.holdings))
    by_amount = used(found.holdings)
    return render(
        request,
        "portal/orchestrator/programmes/report.html",
        {
            "report": found,
            "programme": programme,
            "dates": dates_of(programme),
            "state": programme_status(programme.status),
            "now": timezone.now(),
            "groups": groups,
            "about": names_about(office, programme),
            "sum": _together(groups),
            "by_amount": by_amount if len(by_amount) > len(groups) else [],
            "committed": Money(found.committed_minor, currency),
            "names": names_of({step.actor for step in found.steps}),
            "steps": [(each, programme_status(each.status)) for each in found.steps],
            "other_acceptors": found.money.acceptors - len(found.acceptors),
        },
    )


@require_safe
@office_page(sees=EVERYONE)
def report_csv(_request: HttpRequest, office: Office, code: str) -> HttpResponse:
    """The same figures, as tables one below the other. UTF-8 with a mark, so that spreadsheets
    read it as that.
    """
    found = _report(office, code)
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(each) for each in line] for line in _lines(office, found))
    response = HttpResponse(
        text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{office.code}-{code}.csv"'
    return response


def _report(office: Office, code: str) -> ProgrammeReport:
    try:
        return programme_report(engine_connection(), office.issuer_id, code)
    except NotFoundError as error:
        raise Http404 from error


def _together(groups: Sequence[Holding]) -> Holding:
    return Holding("", "", None, {s: total(each.of([s]) for each in groups) for s in State})


def _lines(office: Office, found: ProgrammeReport) -> Iterator[Sequence[object]]:
    programme, money = found.programme, found.money
    currency = programme.currency

    def amount(amount_minor: int | None) -> str:
        return "" if amount_minor is None else decimal_text(amount_minor, currency)

    yield [_("Issuer"), office.name, office.code]
    yield [_("Programme"), programme.name, programme.code]
    yield [_("State"), programme_status(programme.status)]
    yield [_("As of"), datetime.now(UTC).isoformat(timespec="seconds")]
    yield [_("Final"), _("yes") if found.is_finished else _("no")]
    yield [_("Currency"), currency]
    yield []
    yield [_("Budget"), amount(programme.budget_minor)]
    yield [_("Committed"), amount(found.committed_minor)]
    yield [_("Left of the budget"), amount(found.budget_left_minor)]
    yield [_("Set aside for vouchers being made"), amount(money.earmarked_minor)]
    yield [_("Funding account: deposited"), amount(money.deposited_minor)]
    yield [_("Funding account: available"), amount(money.available_minor)]
    yield [_("Funding account: earned by merchants, deferred"), amount(money.earned_minor)]
    yield [_("Funding account: still owed to merchants"), amount(money.owed_minor)]
    yield [_("Funding account: shared with"), " ".join(money.shared_with)]
    yield []
    columns = [_("Issued"), _("In stock"), _("In people's hands"), _("Being paid")]
    columns += [_("Redeemed"), _("Expired"), _("Cancelled")]
    heads = [text for each in columns for text in (each, _("%(what)s, value") % {"what": each})]
    yield [_("Voucher"), _("Name"), _("State"), _("Amount"), *heads]
    names = names_about(office, programme).groups
    for each in [*used(found.holdings), _together(found.holdings)]:
        yield [
            each.group_code or _("Together"),
            names.get(each.group_code, ""),
            group_status(each.group_status) if each.group_status else "",
            amount(each.denomination_minor),
            *(text for pile in _piles(each) for text in (pile.vouchers, amount(pile.value_minor))),
        ]
    yield []
    yield [_("Merchant or agent"), _("Earned"), _("Still owed")]
    for acceptor in found.acceptors:
        yield [acceptor.name, amount(acceptor.earned_minor), amount(acceptor.owed_minor)]
    yield []
    yield [_("Step"), _("When"), _("Who"), _("Why")]
    people = names_of({step.actor for step in found.steps})
    for step in found.steps:
        at = step.at.astimezone(UTC).isoformat(timespec="seconds")
        yield [programme_status(step.status), at, people[step.actor], step.reason]


def _piles(holding: Holding) -> list[Pile]:
    return [
        holding.issued,
        holding.stocked,
        holding.out,
        holding.redeeming,
        holding.redeemed,
        holding.expired,
        holding.cancelled,
    ]
