"""The guided form: one step at a time, each saved when it is sent, to be left and resumed.

    business ─▶ people ─▶ places ─▶ documents ─▶ payment ─▶ check and send

The issuer's people and who applies go through the same steps; a `Guide` says what differs. Who
sends something has the profile locked meanwhile, so that the form is over what is there now.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.errors import ConflictError
from counterfoil.portal.applying.documents import DocumentForm
from counterfoil.portal.applying.guide import Guide, StageShown, held, saves
from counterfoil.portal.forms import OnceForm
from counterfoil.portal.merchants import profiles
from counterfoil.portal.merchants.bank_forms import BANK_FORMS, bank_initial
from counterfoil.portal.merchants.forms import (
    PURPOSE,
    ContactForm,
    LegalForm,
    OutletForm,
    contact_initial,
    legal_initial,
    outlet_initial,
)
from counterfoil.portal.merchants.life import STEPS, Status, Step
from counterfoil.portal.merchants.reading import Sheet, sheet
from counterfoil.portal.merchants.written import bank_of
from counterfoil.portal.models import DocumentKind, MerchantProfile, ProfileStatus, Scheme


class Stage(StrEnum):
    BUSINESS = "business"
    PEOPLE = "people"
    PLACES = "places"
    DOCUMENTS = "documents"
    PAYMENT = "payment"
    REVIEW = "review"


STAGES: Final[Mapping[Stage, Promise]] = {
    Stage.BUSINESS: gettext_lazy("Business"),
    Stage.PEOPLE: gettext_lazy("People"),
    Stage.PLACES: gettext_lazy("Places"),
    Stage.DOCUMENTS: gettext_lazy("Documents"),
    Stage.PAYMENT: gettext_lazy("Payment"),
    Stage.REVIEW: gettext_lazy("Check and send"),
}
_LISTS: Final = frozenset({Stage.PEOPLE, Stage.PLACES, Stage.DOCUMENTS})


MerchantGuide = Guide[MerchantProfile]


class TrueForm(OnceForm):
    """What an applicant says when it is sent."""

    is_true = forms.BooleanField(
        label=gettext_lazy("What I wrote is true, and I may speak for this business."),
    )


def stage_page(
    request: HttpRequest, guide: MerchantGuide, profile_id: UUID, stage: str
) -> HttpResponse:
    """A stage of the form: the form itself, or the list of what was written down so far."""
    if stage not in STAGES:
        raise Http404
    page = _PAGES[Stage(stage)]
    return _held(request, guide, profile_id, lambda profile: page(request, guide, profile))


def item_page(
    request: HttpRequest, guide: MerchantGuide, profile_id: UUID, stage: str, item_id: UUID | None
) -> HttpResponse:
    """One person, place or document; None is a new one."""
    if stage not in _ITEM_PAGES:
        raise Http404
    page = _ITEM_PAGES[Stage(stage)]
    return _held(request, guide, profile_id, lambda profile: page(request, guide, profile, item_id))


def remove_item(
    request: HttpRequest, guide: MerchantGuide, profile_id: UUID, stage: str, item_id: UUID
) -> HttpResponse:
    if stage not in _LISTS:
        raise Http404

    def remove(profile: MerchantProfile) -> HttpResponse:
        match Stage(stage):
            case Stage.PEOPLE:
                for contact in profile.contacts.filter(pk=item_id, ended_at=None):
                    profiles.end_contact(profile, contact, guide.by)
            case Stage.PLACES:
                for outlet in profile.outlets.filter(pk=item_id, ended_at=None):
                    profiles.end_outlet(profile, outlet, guide.by)
            case _:
                for document in profile.documents.filter(pk=item_id, ended_at=None):
                    profiles.end_document(profile, document, guide.by)
        messages.success(request, _("It was taken out."))
        return redirect(guide.url(Stage(stage)))

    return _held(request, guide, profile_id, remove)


def _held(
    request: HttpRequest,
    guide: MerchantGuide,
    profile_id: UUID,
    page: Callable[[MerchantProfile], HttpResponse],
) -> HttpResponse:
    return held(request, guide, profile_id, MerchantProfile, profiles.refuse_unless_open, page)


# ------------------------------------------------------------------ stages


def _business(request: HttpRequest, guide: MerchantGuide, profile: MerchantProfile) -> HttpResponse:
    form = LegalForm(request.POST or None, version=profile.version, initial=legal_initial(profile))
    if profile.status == ProfileStatus.APPROVED:
        for name in ("kind", "name"):  # the engine knows it by these
            form.fields[name].disabled = True
    if saves(request, form, profile):
        profiles.change_legal(profile, form.legal, guide.by)
        return _onwards(guide, profile, Stage.BUSINESS)
    return _shown(request, guide, profile, Stage.BUSINESS, form=form)


def _list(stage: Stage) -> Callable[[HttpRequest, MerchantGuide, MerchantProfile], HttpResponse]:
    def page(request: HttpRequest, guide: MerchantGuide, profile: MerchantProfile) -> HttpResponse:
        return _shown(request, guide, profile, stage, template="list")

    return page


def _payment(request: HttpRequest, guide: MerchantGuide, profile: MerchantProfile) -> HttpResponse:
    if profile.status == ProfileStatus.APPROVED:
        return redirect(guide.home)  # it changes by a command now, approved by a second person
    scheme = request.GET.get("scheme", profile.scheme)
    if scheme not in BANK_FORMS:
        return _shown(request, guide, profile, Stage.PAYMENT, template="schemes")
    initial = bank_initial(bank_of(profile), scheme, profile.holder or profile.registered_name)
    form = BANK_FORMS[scheme](request.POST or None, version=profile.version, initial=initial)
    form.country = profile.country
    if saves(request, form, profile):
        holder = str(form.cleaned_data["holder"])
        profiles.change_bank(profile, form.bank, holder, guide.by)
        return _onwards(guide, profile, Stage.PAYMENT)
    return _shown(request, guide, profile, Stage.PAYMENT, form=form, scheme=scheme)


def _review(request: HttpRequest, guide: MerchantGuide, profile: MerchantProfile) -> HttpResponse:
    form_class = TrueForm if guide.is_applicant else OnceForm
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid() and not sheet(profile).missing:
        try:
            profiles.take_step(profile, Step.SUBMIT, guide.by)
        except ConflictError as error:
            messages.error(request, str(error))
        else:
            guide.submitted(profile)
        return redirect(guide.home)
    return _shown(request, guide, profile, Stage.REVIEW, template="review", form=form)


_PAGES: Final[
    Mapping[Stage, Callable[[HttpRequest, MerchantGuide, MerchantProfile], HttpResponse]]
] = {
    Stage.BUSINESS: _business,
    Stage.PEOPLE: _list(Stage.PEOPLE),
    Stage.PLACES: _list(Stage.PLACES),
    Stage.DOCUMENTS: _list(Stage.DOCUMENTS),
    Stage.PAYMENT: _payment,
    Stage.REVIEW: _review,
}


# ------------------------------------------------------------------- items


def _person(
    request: HttpRequest, guide: MerchantGuide, profile: MerchantProfile, item_id: UUID | None
) -> HttpResponse:
    contact = profile.contacts.filter(pk=item_id, ended_at=None).first() if item_id else None
    if item_id and contact is None:
        raise Http404
    version = 0 if contact is None else contact.version
    form = ContactForm(request.POST or None, version=version, initial=contact_initial(contact))
    form.country = profile.country
    if saves(request, form, profile):
        return _kept(
            request,
            guide,
            Stage.PEOPLE,
            lambda: profiles.save_contact(profile, item_id or form.once, form.contact, guide.by),
        )
    return _shown(request, guide, profile, Stage.PEOPLE, form=form, item=contact)


def _place(
    request: HttpRequest, guide: MerchantGuide, profile: MerchantProfile, item_id: UUID | None
) -> HttpResponse:
    outlet = profile.outlets.filter(pk=item_id, ended_at=None).first() if item_id else None
    if item_id and outlet is None:
        raise Http404
    version = 0 if outlet is None else outlet.version
    initial = outlet_initial(outlet, profile)
    form = OutletForm(request.POST or None, version=version, initial=initial)
    if saves(request, form, profile):
        return _kept(
            request,
            guide,
            Stage.PLACES,
            lambda: profiles.save_outlet(profile, item_id or form.once, form.outlet, guide.by),
        )
    return _shown(request, guide, profile, Stage.PLACES, form=form, item=outlet, template="outlet")


def _document(
    request: HttpRequest, guide: MerchantGuide, profile: MerchantProfile, item_id: UUID | None
) -> HttpResponse:
    """A new one: what is there is not changed, but taken out and added again."""
    if item_id is not None:
        raise Http404
    form = DocumentForm(
        request.POST or None,
        request.FILES or None,
        keeper=guide.keeper,
        kinds=DocumentKind,
        purpose=PURPOSE,
    )
    if request.method == "POST" and form.is_valid():
        return _kept(
            request,
            guide,
            Stage.DOCUMENTS,
            lambda: profiles.add_document(profile, form.once, form.paper, guide.by),
        )
    return _shown(request, guide, profile, Stage.DOCUMENTS, form=form)


_ITEM_PAGES: Final = {
    Stage.PEOPLE: _person,
    Stage.PLACES: _place,
    Stage.DOCUMENTS: _document,
}


# -------------------------------------------------------------- for all


def _kept(
    request: HttpRequest, guide: MerchantGuide, stage: Stage, keep: Callable[[], None]
) -> HttpResponse:
    try:
        keep()
    except ConflictError as error:
        messages.error(request, str(error))
    return redirect(guide.url(stage))


def _onwards(guide: MerchantGuide, profile: MerchantProfile, stage: Stage) -> HttpResponse:
    """To the next stage; of what is registered already, back to its page."""
    if profile.status == ProfileStatus.APPROVED:
        return redirect(guide.home)
    stages = list(STAGES)
    return redirect(guide.url(stages[stages.index(stage) + 1]))


def _shown(
    request: HttpRequest,
    guide: MerchantGuide,
    profile: MerchantProfile,
    stage: Stage,
    *,
    template: str = "form",
    form: forms.Form | None = None,
    item: object = None,
    scheme: str = "",
) -> HttpResponse:
    told = sheet(profile)
    return render(
        request,
        f"portal/merchants/{template}.html",
        {
            "guide": guide,
            "profile": profile,
            "sheet": told,
            "stage": stage,
            "stages": stages_of(guide, told, stage),
            "next": _next(guide, profile, stage),
            "form": form,
            "item": item,
            "schemes": [(each, each.label) for each in Scheme],
            "scheme": scheme,
            "can_submit": (Status(profile.status), Step.SUBMIT) in STEPS,
        },
    )


def stages_of(guide: MerchantGuide, told: Sheet, here: Stage | None) -> list[StageShown]:
    """What is registered already has no payment and no review of its own here."""
    done: dict[Stage, bool] = {
        Stage.BUSINESS: True,
        Stage.PEOPLE: bool(told.contacts),
        Stage.PLACES: bool(told.outlets),
        Stage.DOCUMENTS: bool(told.documents),
        Stage.PAYMENT: bool(told.profile.scheme),
    }
    is_approved = told.profile.status == ProfileStatus.APPROVED
    return [
        StageShown(stage, name, guide.url(stage), stage is here, done.get(stage, False))
        for stage, name in STAGES.items()
        if not (is_approved and stage in {Stage.PAYMENT, Stage.REVIEW})
    ]


def _next(guide: MerchantGuide, profile: MerchantProfile, stage: Stage) -> str:
    stages = list(STAGES)
    last = Stage.DOCUMENTS if profile.status == ProfileStatus.APPROVED else Stage.REVIEW
    return guide.home if stage is last else guide.url(stages[stages.index(stage) + 1])
