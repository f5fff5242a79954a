"""Changing where somebody is paid: prepared by one, approved by another, counting only after the
cooling-off. Those who could be called before are told at once, so that they can object in time.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from counterfoil.engine.catalogue import Acceptor
from counterfoil.engine.commands.content import RebankAcceptor
from counterfoil.errors import ConflictError
from counterfoil.portal.access import OPERATES, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.applying.kinds import MERCHANT
from counterfoil.portal.applying.links import language_of
from counterfoil.portal.applying.telling import masked_number
from counterfoil.portal.forms import Keeper
from counterfoil.portal.merchants.bank_forms import BANK_FORMS, BankForm, bank_initial
from counterfoil.portal.merchants.checks import Bank
from counterfoil.portal.merchants.following import people_of
from counterfoil.portal.models import (
    AcceptorRole,
    AcceptorRoleName,
    BankChange,
    Evidence,
    MerchantContact,
    MerchantProfile,
    Scheme,
    Upload,
    portal_settings,
)
from counterfoil.portal.orchestrator.merchants.forms import ReasonForm, WhyForm
from counterfoil.portal.orchestrator.merchants.reading import (
    bank_next,
    bank_now,
    merchant_of,
)
from counterfoil.portal.queries import rows
from counterfoil.portal.uploads import attach

# Who takes over the contacts first does not keep the real ones from hearing of it.
_TOLD_AFTER_LEAVING: Final = timedelta(days=30)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES, asks_again=True)
def rebank(request: HttpRequest, office: Office, acceptor_id: int) -> HttpResponse:
    acceptor, profile_id = merchant_of(office.issuer_id, acceptor_id)
    profile = _profile(office, profile_id)
    scheme = request.GET.get("scheme", acceptor.scheme)
    scheme = scheme if scheme in BANK_FORMS else Scheme.ACCOUNT
    sent = request.method == "POST"
    form = BANK_FORMS[scheme](
        request.POST if sent else None,
        version=acceptor.changed_version,
        initial=bank_initial(bank_now(acceptor), scheme, profile.holder if profile else ""),
    )
    form.country = profile.country if profile else ""
    why = WhyForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        prefix="why",
        keeper=Keeper(office.issuer_id, office.person),
    )
    # Both are looked at, so that a file is kept whatever else is wrong.
    valid = [form.is_valid(), why.is_valid()] if sent else [False]
    if all(valid) and not form.is_stale():
        bank = form.bank
        if bank == bank_now(acceptor):
            form.add_error(None, _("It is paid there already."))
        else:
            answer = _asked(request, office, acceptor, profile, form, why)
            if answer is not None:
                return answer
    return render(
        request,
        "portal/orchestrator/merchants/rebank.html",
        {
            "merchant": acceptor,
            "bank": bank_now(acceptor),
            "form": form,
            "why": why,
            "schemes": [(each, each.label) for each in Scheme],
            "scheme": scheme,
            "days": _cooling_off_days(office),
            "told": len(_addresses(office, acceptor_id, profile)),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES, asks_again=True)
def keep_bank(request: HttpRequest, office: Office, acceptor_id: int) -> HttpResponse:
    """Drop the change that waits: the account stays. A second person agrees to that too."""
    acceptor, _profile_id = merchant_of(office.issuer_id, acceptor_id)
    waiting = bank_next(acceptor)
    if waiting is None:
        messages.info(request, _("No change of its bank data waits."))
        return redirect("merchant", office.code, acceptor_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request,
                office,
                _content(acceptor, bank_now(acceptor)),
                command_id=form.once,
                reason=str(form.cleaned_data["reason"]),
            )
        except ConflictError:
            form.add_error(None, _("This form was sent before, with something else in it."))
    return render(
        request,
        "portal/orchestrator/merchants/keep_bank.html",
        {"merchant": acceptor, "bank": bank_now(acceptor), "next_bank": waiting, "form": form},
    )


def _asked(
    request: HttpRequest,
    office: Office,
    acceptor: Acceptor,
    profile: MerchantProfile | None,
    form: BankForm,
    why: WhyForm,
) -> HttpResponse | None:
    """The command, its paper, and the mails to those who could be called: all of it or none. None
    where it could not be: the form says why.
    """
    bank, addresses = form.bank, _addresses(office, acceptor.acceptor_id, profile)
    try:
        with transaction.atomic():
            answer = prepare_command(
                request,
                office,
                _content(acceptor, bank),
                command_id=form.once,
                reason=str(why.cleaned_data["reason"]),
            )
            change, is_new = BankChange.objects.get_or_create(
                command_id=form.once,
                defaults={
                    "issuer_id": office.issuer_id,
                    "acceptor_id": acceptor.acceptor_id,
                    "addresses": addresses,
                },
            )
            _check_ours(change, office)
            if is_new:
                _keep_evidence(office, form.once, why.cleaned_data["evidence"])
                _tell(office, acceptor, profile, bank, addresses)
    except ConflictError:
        form.add_error(None, _("This form was sent before, with something else in it."))
        return None
    if not addresses:
        messages.warning(request, _("Nobody could be told by mail: call them before it counts."))
    return answer


def _check_ours(change: BankChange, office: Office) -> None:
    if change.issuer_id != office.issuer_id:
        raise ConflictError("That id stands for a change at another issuer.")


def _content(acceptor: Acceptor, bank: Bank) -> RebankAcceptor:
    return RebankAcceptor(
        acceptor_id=acceptor.acceptor_id,
        expected_version=acceptor.changed_version,
        scheme=bank.scheme,
        fsp=bank.fsp,
        account=bank.account,
    )


def _keep_evidence(office: Office, command_id: UUID, upload: Upload | None) -> None:
    if upload is not None:
        Evidence.objects.create(issuer_id=office.issuer_id, command_id=command_id, upload=upload)
        attach(upload)


def _tell(
    office: Office,
    acceptor: Acceptor,
    profile: MerchantProfile | None,
    bank: Bank,
    addresses: list[str],
) -> None:
    language = portal_settings(office.issuer_id).language
    MERCHANT.mail(
        "bank_asked",
        addresses,
        {
            "issuer": office.name,
            "name": acceptor.name,
            "account": masked_number(bank.account),
            "fsp": bank.fsp,
            "days": _cooling_off_days(office),
        },
        language=language if profile is None else language_of(profile),
        issuer_id=office.issuer_id,
    )


def _addresses(office: Office, acceptor_id: int, profile: MerchantProfile | None) -> list[str]:
    """Everybody who can be called now or could be lately, and its owners."""
    owners = AcceptorRole.objects.filter(
        issuer_id=office.issuer_id, acceptor_id=acceptor_id, role=AcceptorRoleName.OWNER
    )
    found = set(owners.values_list("person__email", flat=True)[:100])
    if profile is not None:
        lately = timezone.now() - _TOLD_AFTER_LEAVING
        contacts = MerchantContact.objects.filter(profile=profile).exclude(email="")
        still = contacts.filter(Q(ended_at=None) | Q(ended_at__gt=lately))
        found |= set(still.values_list("email", flat=True)[:100])
        found |= set(people_of(profile))
    return sorted(found)


def _cooling_off_days(office: Office) -> int:
    found = rows(__package__, "cooling_off", {"issuer_id": office.issuer_id})
    return int(found[0][0]) if found else 0


def _profile(office: Office, profile_id: UUID | None) -> MerchantProfile | None:
    if profile_id is None:
        return None
    return MerchantProfile.objects.filter(pk=profile_id, issuer_id=office.issuer_id).first()
