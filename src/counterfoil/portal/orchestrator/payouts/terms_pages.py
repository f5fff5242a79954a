"""When merchants are paid, and what is kept of it; and the days on which banks rest."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import EndPayoutTerms, SetBankDays, SetPayoutTerms
from counterfoil.engine.commands.payout_content import Holiday
from counterfoil.errors import ConflictError
from counterfoil.portal.access import EVERYONE, HANDLES_MONEY, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm
from counterfoil.portal.listing import shown
from counterfoil.portal.orchestrator.again import sent_before
from counterfoil.portal.orchestrator.merchants.reading import merchant_of
from counterfoil.portal.orchestrator.money.ledger import funding_accounts
from counterfoil.portal.orchestrator.payouts.forms import WhyForm
from counterfoil.portal.orchestrator.payouts.listed import TERMS
from counterfoil.portal.orchestrator.payouts.schedule import day_name
from counterfoil.portal.orchestrator.payouts.terms_forms import (
    BankDaysForm,
    TermsForm,
    WhoseForm,
)
from counterfoil.portal.orchestrator.payouts.terms_reading import (
    TermsRow,
    bank_days,
    programmes_paid,
    terms_of,
    terms_of_merchant,
    terms_of_programme,
)
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.reading import waiting

_TERMS: Final = ("set_payout_terms", "end_payout_terms")
_BANK_DAYS: Final = ("set_bank_days",)


@require_safe
@office_page(sees=EVERYONE)
def terms(request: HttpRequest, office: Office) -> HttpResponse:
    days = bank_days(office.issuer_id)
    return render(
        request,
        "portal/orchestrator/payouts/terms.html",
        {
            "list": shown(request, office, TERMS),
            "rest_days": [day_name(day) for day in days.rest_days],
            "holidays": list(days.holidays.items()),
            "waiting": waiting(office, [*_TERMS, *_BANK_DAYS]),
            "may_change": office.may(HANDLES_MONEY),
        },
    )


@require_http_methods(["GET", "HEAD"])
@office_page(sees=HANDLES_MONEY)
def choose(request: HttpRequest, office: Office) -> HttpResponse:
    """Whose terms are to be written: they may be there already."""
    accounts = funding_accounts(office)
    is_sent = "account" in request.GET  # from a merchant's page the number alone comes
    form = WhoseForm(
        request.GET if is_sent else None,
        merchant=request.GET.get("merchant", ""),
        programmes=programmes_paid(office),
        accounts=[(each.funding_account_id, each.shown) for each in accounts],
    )
    if is_sent and form.is_valid():
        asked = form.cleaned_data
        if asked["programme"]:
            return redirect("payout-terms-programme", office.code, asked["programme"])
        try:
            merchant_of(office.issuer_id, asked["merchant"])
        except Http404:
            form.add_error("merchant", _("There is no merchant with that number."))
        else:
            return redirect(
                "payout-terms-merchant", office.code, asked["account"], asked["merchant"]
            )
    return render(request, "portal/orchestrator/payouts/terms_choose.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def of_programme(request: HttpRequest, office: Office, code: str) -> HttpResponse:
    return _new(request, office, terms_of_programme(office, code))


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def of_merchant(
    request: HttpRequest, office: Office, funding_account_id: int, acceptor_id: int
) -> HttpResponse:
    merchant, _profile_id = merchant_of(office.issuer_id, acceptor_id)
    wanted = terms_of_merchant(office, funding_account_id, acceptor_id, merchant.name)
    return _new(request, office, wanted)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY, asks_again=True)
def change(request: HttpRequest, office: Office, terms_id: int) -> HttpResponse:
    return _written(request, office, terms_of(office, terms_id))


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY)
def end(request: HttpRequest, office: Office, terms_id: int) -> HttpResponse:
    """The wider ones count again. A funding account's own do not end."""
    again = sent_before(request, office)
    if again is not None:
        return again
    found = terms_of(office, terms_id)
    if found.is_wide:
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = _asked(request, office, form, EndPayoutTerms(terms_id=terms_id))
        if answer is not None:
            return answer
    return render(
        request,
        "portal/orchestrator/payouts/terms_end.html",
        {"terms": found, "form": form, "waiting": waiting(office, _TERMS)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HANDLES_MONEY, acts=HANDLES_MONEY)
def rests(request: HttpRequest, office: Office) -> HttpResponse:
    """The days on which banks rest, all at once."""
    form = BankDaysForm(
        request.POST if request.method == "POST" else None, now=bank_days(office.issuer_id)
    )
    if request.method == "POST" and form.is_valid():
        holidays = form.cleaned_data["holidays"]
        content = SetBankDays(
            rest_days=form.cleaned_data["rest_days"],
            holidays=tuple(Holiday(day, holidays[day]) for day in sorted(holidays)),
        )
        answer = _asked(request, office, form, content)
        if answer is not None:
            return answer
    return render(
        request,
        "portal/orchestrator/payouts/bank_days.html",
        {"form": form, "waiting": waiting(office, _BANK_DAYS)},
    )


def _new(request: HttpRequest, office: Office, wanted: TermsRow) -> HttpResponse:
    """What there is already is changed."""
    if wanted.version and request.method != "POST":
        return redirect("payout-terms-change", office.code, wanted.terms_id)
    return _written(request, office, wanted)


def _written(request: HttpRequest, office: Office, now: TermsRow) -> HttpResponse:
    form = TermsForm(
        request.POST if request.method == "POST" else None,
        now=now.design,
        currency=now.currency,
        version=now.version,
    )
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        if now.version and form.design == now.design:
            form.add_error(None, _("Nothing here differs from what is set now."))
        else:
            content = SetPayoutTerms(design=form.design, expected_version=now.version)
            answer = _asked(request, office, form, content)
            if answer is not None:
                return answer
    return render(
        request,
        "portal/orchestrator/payouts/terms_change.html",
        {"terms": now, "form": form, "waiting": waiting(office, _TERMS)},
    )


def _asked(
    request: HttpRequest, office: Office, form: OnceForm, content: Content
) -> HttpResponse | None:
    """None where it could not be: the form says why."""
    try:
        return prepare_command(
            request, office, content, command_id=form.once, reason=form.cleaned_data["reason"]
        )
    except ConflictError as error:
        form.add_error(None, refusal_text(str(error)))
        return None
