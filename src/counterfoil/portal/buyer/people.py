"""Who works for an organisation: its managers let others in and take roles away. Somebody who
manages it stays, always.
"""

from typing import ClassVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from counterfoil.errors import ConflictError
from counterfoil.portal.access import BUYS, Buyer, buyer_page
from counterfoil.portal.actions import actor_of
from counterfoil.portal.applying.links import ApplyingAt
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.forms import OnceForm
from counterfoil.portal.listing import ListForm, Listing, Wanted, shown
from counterfoil.portal.models import OrganisationRole, OrganisationRoleName
from counterfoil.portal.organisations.following import invite_to_organisation
from counterfoil.portal.pager import Order, keyed
from counterfoil.portal.people import OrganisationGrant, take_role
from counterfoil.portal.people_listed import COLUMNS, PersonHere
from counterfoil.portal.queries import rows


class InviteForm(OnceForm):
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("A link to set a password goes there."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("What may this person do?"),
        choices=(
            (OrganisationRoleName.DISTRIBUTOR, _("Distributor: hands out what was bought")),
            (OrganisationRoleName.MANAGER, _("Manager: buys, sees the money, lets people in")),
        ),
        widget=forms.RadioSelect,
    )


class PeopleFilter(ListForm):
    orders: ClassVar = (
        Order("role", _("Managers first")),
        Order("name", _("By name")),
        Order("newest", _("Newest first")),
    )
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("Any")), *OrganisationRoleName.choices]
    )


def _people(buyer: Buyer, wanted: Wanted) -> list[PersonHere]:
    here = {"issuer_id": buyer.issuer_id, "organisation_id": buyer.organisation_id}
    found = rows(__package__, "people_page", {**wanted.parameters, **here})
    return [PersonHere(OrganisationRoleName, *keyed(row)) for row in found]


def people_of(buyer: Buyer) -> Listing[Buyer, PersonHere]:
    return Listing(
        name="buyer-people",
        form=PeopleFilter,
        read=_people,
        columns=COLUMNS,
        subject=f"organisation:{buyer.organisation_id}",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@buyer_page(sees=BUYS, acts=BUYS)
def people(request: HttpRequest, buyer: Buyer) -> HttpResponse:
    """Who may come in; a manager lets others in."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                invite_to_organisation(
                    _at(request, buyer),
                    buyer.organisation_id,
                    buyer.name,
                    str(form.cleaned_data["email"]).lower(),
                    OrganisationRoleName(form.cleaned_data["role"]),
                    actor_of(request, buyer),
                    inviter=buyer.person.shown,
                )
        except ConflictError as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, gettext("The invitation is on its way."))
            return redirect("buyer-people", buyer.code, buyer.organisation_id)
    return render(
        request,
        "portal/buyer/people.html",
        {
            "list": shown(request, buyer, people_of(buyer)),
            "form": form,
            "may_change": buyer.status == "approved",  # else nothing is sent
        },
    )


@require_POST
@buyer_page(sees=BUYS, acts=BUYS)
def export(request: HttpRequest, buyer: Buyer) -> StreamingHttpResponse:
    return exported(request, buyer, people_of(buyer))


@require_POST
@buyer_page(sees=BUYS, acts=BUYS)
def remove(request: HttpRequest, buyer: Buyer, role_id: int) -> HttpResponse:
    """A role is taken away. Nobody takes their own, so a manager always stays."""
    held = (
        OrganisationRole.objects.filter(
            pk=role_id, issuer_id=buyer.issuer_id, organisation_id=buyer.organisation_id
        )
        .select_related("person")
        .first()
    )
    if held is None:
        raise Http404
    role = OrganisationRoleName(held.role)
    grant = OrganisationGrant(role, buyer.issuer_id, buyer.organisation_id)
    try:
        with transaction.atomic():
            _keep_a_manager(buyer, held)
            take_role(held.person, grant, by=actor_of(request, buyer))
    except ConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("This role was taken away."))
    return redirect("buyer-people", buyer.code, buyer.organisation_id)


def _keep_a_manager(buyer: Buyer, taken: OrganisationRole) -> None:
    """With all managers locked, in one order, so that two do not take each other out. Raises
    ConflictError.
    """
    if taken.role != OrganisationRoleName.MANAGER:
        return
    managers = OrganisationRole.objects.filter(
        issuer_id=buyer.issuer_id,
        organisation_id=buyer.organisation_id,
        role=OrganisationRoleName.MANAGER,
        person__is_active=True,
    )
    found = managers.select_related("person").select_for_update(of=("self",))
    locked = list(found.order_by("pk"))
    if all(each.pk == taken.pk for each in locked):
        raise ConflictError(gettext("Somebody must manage it: let another manager in first."))
    if not any(each.person.pk == buyer.person.pk for each in locked):  # taken out meanwhile
        raise ConflictError(gettext("You do not manage this organisation any more."))


def _at(request: HttpRequest, buyer: Buyer) -> ApplyingAt:
    origin = request.build_absolute_uri("/").rstrip("/")
    return ApplyingAt(buyer.issuer_id, buyer.code, buyer.issuer_name, origin)
