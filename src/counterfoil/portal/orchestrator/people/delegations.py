"""Approvers who lend their power for a time, and who has it now."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from counterfoil.errors import ConflictError
from counterfoil.portal.access import ADMINISTERS, APPROVES, AUDITS, Office, office_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.delegations import delegate, end_delegation
from counterfoil.portal.listing import shown
from counterfoil.portal.models import Delegation, Person, Role
from counterfoil.portal.orchestrator.people.forms import LendForm
from counterfoil.portal.orchestrator.people.listed import DELEGATIONS
from counterfoil.portal.orchestrator.people.reading import DelegationRow
from counterfoil.portal.queries import rows

_LENDS = ADMINISTERS | APPROVES


@require_safe
@office_page(sees=AUDITS | APPROVES)
def delegations(request: HttpRequest, office: Office) -> HttpResponse:
    listed = shown(request, office, DELEGATIONS)
    may_end = {row.delegation_id for row in listed.page.rows if _may_end(office, row)}
    told = {"list": listed, "may_end": may_end, "may_lend": office.may(_LENDS)}
    told["may_see_people"] = office.may(AUDITS)
    return render(request, "portal/orchestrator/people/delegations.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=_LENDS, acts=_LENDS, asks_again=True)
def lend(request: HttpRequest, office: Office) -> HttpResponse:
    form = LendForm(request.POST or None)
    givers, receivers = _people(office)
    form.offer(givers, receivers)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            delegate(
                office.issuer_id,
                Person.objects.get(pk=told["from_person"]),
                Person.objects.get(pk=told["to_person"]),
                (told["from_date"], told["until_date"]),
                by=actor_of(request, office),
                reason=told["reason"],
            )
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is lent."))
            return redirect("people-delegations", office.code)
    told = {"form": form, "givers": givers, "receivers": receivers}
    return render(request, "portal/orchestrator/people/lend.html", told)


@require_POST
@office_page(sees=_LENDS, acts=_LENDS)
def end(request: HttpRequest, office: Office, delegation_id: int) -> HttpResponseRedirect:
    found = Delegation.objects.filter(issuer_id=office.issuer_id, pk=delegation_id).first()
    if found is None or (not office.may(ADMINISTERS) and found.from_person_id != office.person.pk):
        raise Http404
    try:
        end_delegation(found, by=actor_of(request, office))
    except ConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is taken back."))
    return redirect("people-delegations", office.code)


def _may_end(office: Office, row: DelegationRow) -> bool:
    mine = row.from_id == office.person.pk
    return not row.is_over and row.to_id != office.person.pk and (mine or office.may(ADMINISTERS))


def _people(office: Office) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Who may lend it, as far as this person may say, and who may have it."""
    givers, receivers = [], []
    for person_id, name, roles in rows(__package__, "colleagues", {"issuer_id": office.issuer_id}):
        me = person_id == office.person.pk
        if Role.APPROVER in roles:
            if me or office.may(ADMINISTERS):
                givers.append((person_id, name))
        elif not me and Role.OPERATOR not in roles and Role.AUDITOR not in roles:
            receivers.append((person_id, name))
    return givers, receivers
