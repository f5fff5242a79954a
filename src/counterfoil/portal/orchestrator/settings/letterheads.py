"""Whose name stands on the papers of this issuer, and how it is paid: its own row, so it counts at
once, for papers that are issued from then on.
"""

from typing import Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from counterfoil.portal.access import ADMINISTERS, EVERYONE, Office, office_page
from counterfoil.portal.models import Letterhead, letterhead
from counterfoil.portal.names import names_of
from counterfoil.portal.stale import VersionedForm
from counterfoil.portal.trail import address_of, record

_FIELDS: Final = ("legal_name", "address", "tax_id", "contact", "how_to_pay")


class LetterheadForm(VersionedForm):
    legal_name = forms.CharField(
        label=gettext_lazy("Legal name"),
        max_length=120,
        help_text=gettext_lazy("As it is registered: who sells, and whom is paid."),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
    tax_id = forms.CharField(label=gettext_lazy("Tax number"), max_length=40, required=False)
    contact = forms.CharField(
        label=gettext_lazy("Whom to ask"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("A telephone or an e-mail for questions about a paper."),
    )
    how_to_pay = forms.CharField(
        label=gettext_lazy("How to pay"),
        max_length=400,
        required=False,
        help_text=gettext_lazy(
            "Bank, branch and codes that a transfer needs. The account of the vouchers and the"
            " number of the purchase stand there by themselves."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: QueryDict | None, *, now: Letterhead) -> None:
        super().__init__(data, version=now.version, initial={n: getattr(now, n) for n in _FIELDS})


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=EVERYONE, acts=ADMINISTERS)
def letterhead_page(request: HttpRequest, office: Office) -> HttpResponse:
    is_sent = request.method == "POST"
    with transaction.atomic():
        now = _locked(office) if is_sent else letterhead(office.issuer_id)
        form = LetterheadForm(request.POST if is_sent else None, now=now)
        if is_sent and form.is_valid() and not _is_stale(form, now):
            _keep(request, office, now, form)
            messages.success(request, _("Saved. It stands on papers from now on."))
            return redirect("letterhead", office.code)
        if is_sent:
            transaction.set_rollback(True)  # Django's; the row was only locked
    return render(
        request,
        "portal/orchestrator/settings/letterhead.html",
        {"form": form, "now": now, "may_change": office.may(ADMINISTERS)},
    )


def _locked(office: Office) -> Letterhead:
    Letterhead.objects.get_or_create(pk=office.issuer_id)
    return Letterhead.objects.select_for_update().get(pk=office.issuer_id)


def _is_stale(form: LetterheadForm, now: Letterhead) -> bool:
    who = names_of([now.changed_by]).get(now.changed_by, "")
    return form.is_stale(who=who, when=now.changed_at)


def _keep(request: HttpRequest, office: Office, now: Letterhead, form: LetterheadForm) -> None:
    before = {name: getattr(now, name) for name in _FIELDS}
    after = {name: str(form.cleaned_data[name]) for name in _FIELDS}
    changed = [name for name in _FIELDS if before[name] != after[name]]
    if not changed:
        return
    for name in changed:
        setattr(now, name, after[name])
    now.version += 1
    now.changed_at, now.changed_by = timezone.now(), office.actor
    now.save()
    record(
        office.issuer_id,
        office.actor,
        "settings.changed",
        subject="settings",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        address=address_of(request),
    )
