"""A merchant or an agent that is registered: its page, and what is asked for about it. Each change
is a command that the engine carries out; most wait for a second person.
"""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.engine.catalogue import Acceptor
from counterfoil.engine.commands.content import RegroupAcceptor
from counterfoil.errors import ConflictError
from counterfoil.portal.access import (
    EVERYONE,
    HANDLES_MONEY,
    HOLDS_PAYOUTS,
    OPERATES,
    Office,
    office_page,
)
from counterfoil.portal.actions import actor_of
from counterfoil.portal.applying.links import applying_at
from counterfoil.portal.applying.reviewing import prepared
from counterfoil.portal.merchants import profiles
from counterfoil.portal.merchants.following import follow, invite_owner
from counterfoil.portal.merchants.reading import Sheet, sheet
from counterfoil.portal.models import (
    MerchantProfile,
    Origin,
    ProfileStatus,
)
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.merchants.acts import PAYOUTS, STANDING, Act
from counterfoil.portal.orchestrator.merchants.forms import (
    OwnerForm,
    ReasonForm,
    RegroupForm,
    limits_initial,
    limits_of,
    offer,
)
from counterfoil.portal.orchestrator.merchants.reading import (
    bank_next,
    bank_now,
    currency_of_limits,
    figures,
    groups_of,
    merchant_of,
    owed,
)
from counterfoil.portal.orchestrator.merchants.standing import turned
from counterfoil.portal.orchestrator.merchants.story import story
from counterfoil.portal.orchestrator.payouts.reading import LATEST_MAX, latest_of
from counterfoil.portal.words import acceptor_status


@require_safe
@office_page(sees=EVERYONE)
def merchant(request: HttpRequest, office: Office, acceptor_id: int) -> HttpResponse:
    """Where it stands, what is to do next, its money, what is known of it, and its story."""
    follow(applying_at(request, office))
    acceptor, profile_id = merchant_of(office.issuer_id, acceptor_id)
    told = _sheet(office, profile_id)
    found = story(office, profile_id, acceptor_id)
    money, paid = figures(office.issuer_id, acceptor_id), latest_of(office, acceptor_id)
    turns = turned(
        office.issuer_id, acceptor_id, acceptor.status, payouts_held=acceptor.payouts_held
    )
    acts = _fitting(STANDING.values(), acceptor) if office.may(OPERATES) else []
    return render(
        request,
        "portal/orchestrator/merchants/merchant.html",
        {
            "merchant": acceptor,
            "standing": acceptor_status(acceptor.status),
            "turned": turns,
            "names": names_of(each.by for each in turns.values()),
            "groups": money.groups,
            "sheet": told,
            "base": "" if told is None else reverse("application", args=[office.code, profile_id]),
            "may_verify": office.may(OPERATES),
            "bank": bank_now(acceptor),
            "next_bank": bank_next(acceptor),
            "owed": money.owed,
            "earned": money.earned,
            "answer": money.answer,
            "today": money.today,
            "currency": money.currency,
            "paid": paid[:LATEST_MAX],
            "more_paid": len(paid) > LATEST_MAX,
            "owners": money.owners,
            "waiting": found.waiting,
            "made_by": found.maker if told is None else "",
            "acts": [each for each in acts if each.code != "close"],
            "closes": any(each.code == "close" for each in acts),
            "payouts": _fitting(PAYOUTS.values(), acceptor) if office.may(HOLDS_PAYOUTS) else [],
            "may_change": office.may(OPERATES) and acceptor.status != "closed",
            "may_set_terms": office.may(HANDLES_MONEY) and acceptor.status != "closed",
            "story": found.told,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def standing(request: HttpRequest, office: Office, acceptor_id: int, act: str) -> HttpResponse:
    """Approve, reject, suspend, reinstate or close."""
    return _act(request, office, acceptor_id, STANDING.get(act))


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=HOLDS_PAYOUTS, acts=HOLDS_PAYOUTS, asks_again=True)
def payouts(request: HttpRequest, office: Office, acceptor_id: int, act: str) -> HttpResponse:
    """Hold them, or release them."""
    return _act(request, office, acceptor_id, PAYOUTS.get(act))


def _act(request: HttpRequest, office: Office, acceptor_id: int, act: Act | None) -> HttpResponse:
    acceptor, _profile_id = merchant_of(office.issuer_id, acceptor_id)
    if act is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = prepared(request, office, form, act.content(acceptor_id))
        if answer is not None:
            return answer
    elif not act.fits(acceptor):
        messages.info(request, _("That is so already, or cannot be done from where it stands."))
        return redirect("merchant", office.code, acceptor_id)
    return render(
        request,
        "portal/orchestrator/merchants/act.html",
        {
            "merchant": acceptor,
            "act": act,
            "title": str(act.title) % {"name": acceptor.name},
            "form": form,
            "owed": owed(office.issuer_id, [acceptor_id]),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def regroup(request: HttpRequest, office: Office, acceptor_id: int) -> HttpResponse:
    """Its groups, and how much it may redeem in a day."""
    acceptor, _profile_id = merchant_of(office.issuer_id, acceptor_id)
    currency, groups = currency_of_limits(office.issuer_id), groups_of(office)
    form = RegroupForm(
        request.POST if request.method == "POST" else None,
        version=acceptor.changed_version,
        initial=limits_initial(acceptor, currency),
    )
    offer(form, groups, currency)
    if request.method == "POST" and form.is_valid() and not form.is_stale():
        chosen, amount_minor, count = limits_of(form)
        content = RegroupAcceptor(
            acceptor_id=acceptor_id,
            expected_version=acceptor.changed_version,
            groups=chosen,
            daily_amount_minor_max=amount_minor,
            daily_count_max=count,
        )
        answer = prepared(request, office, form, content)
        if answer is not None:
            return answer
    return render(
        request,
        "portal/orchestrator/merchants/regroup.html",
        {"merchant": acceptor, "form": form, "groups": groups},
    )


@require_POST
@office_page(sees=OPERATES, acts=OPERATES)
def begin_profile(request: HttpRequest, office: Office, acceptor_id: int) -> HttpResponse:
    """For one that came by file or API: from now on there is more to know of it."""
    acceptor, profile_id = merchant_of(office.issuer_id, acceptor_id)
    if profile_id is None:
        profile_id = _profile_for(request, office, acceptor)
    return redirect("application-stage", office.code, profile_id, "business")


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=OPERATES, acts=OPERATES)
def invite(request: HttpRequest, office: Office, acceptor_id: int) -> HttpResponse:
    """Let its owner in."""
    acceptor, _profile_id = merchant_of(office.issuer_id, acceptor_id)
    form = OwnerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        email = str(form.cleaned_data["email"]).lower()
        at, by = applying_at(request, office), actor_of(request, office)
        try:
            with transaction.atomic():
                invite_owner(at, acceptor_id, acceptor.name, email, by)
        except ConflictError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, _("The invitation is on its way."))
            return redirect("merchant", office.code, acceptor_id)
    return render(
        request,
        "portal/orchestrator/merchants/owner.html",
        {"merchant": acceptor, "form": form},
    )


def _fitting(acts: Iterable[Act], acceptor: Acceptor) -> list[Act]:
    return [act for act in acts if act.fits(acceptor)]


def _profile_for(request: HttpRequest, office: Office, acceptor: Acceptor) -> UUID:
    by = actor_of(request, office)
    profile, is_new = MerchantProfile.objects.get_or_create(
        issuer_id=office.issuer_id,
        acceptor_id=acceptor.acceptor_id,
        defaults={
            "kind": acceptor.kind,
            "status": ProfileStatus.APPROVED,
            "origin": Origin.API,
            "made_by": by.name,
            "changed_by": by.name,
            "name": acceptor.name,
            "registered_name": acceptor.name,
            "scheme": acceptor.scheme,
            "fsp": acceptor.fsp,
            "account": acceptor.account,
        },
    )
    if is_new:
        profiles.tell_begun(profile, by)
    return profile.id


def _sheet(office: Office, profile_id: UUID | None) -> Sheet | None:
    if profile_id is None:
        return None
    return sheet(MerchantProfile.objects.get(pk=profile_id, issuer_id=office.issuer_id))
