"""The guided form: one step at a time, each saved when it is sent, to be left and resumed.

    organisation ─▶ contact ─▶ documents ─▶ check and send (who applies)

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
from counterfoil.portal.models import OrganisationPaper, OrganisationProfile, OrganisationStatus
from counterfoil.portal.organisations import profiles
from counterfoil.portal.organisations.forms import (
    PURPOSE,
    ContactForm,
    LegalForm,
    contact_initial,
    legal_initial,
)
from counterfoil.portal.organisations.life import APPLICANT_WRITES, Status, Step
from counterfoil.portal.organisations.reading import Sheet, sheet


class Stage(StrEnum):
    ORGANISATION = "organisation"
    CONTACT = "contact"
    DOCUMENTS = "documents"
    REVIEW = "review"


STAGES: Final[Mapping[Stage, Promise]] = {
    Stage.ORGANISATION: gettext_lazy("Organisation"),
    Stage.CONTACT: gettext_lazy("Contact and invoices"),
    Stage.DOCUMENTS: gettext_lazy("Documents"),
    Stage.REVIEW: gettext_lazy("Check and send"),
}


OrganisationGuide = Guide[OrganisationProfile]


class TrueForm(OnceForm):
    """What an applicant says when it is sent."""

    is_true = forms.BooleanField(
        label=gettext_lazy("What I wrote is true, and I may speak for this organisation."),
    )


def stage_page(
    request: HttpRequest, guide: OrganisationGuide, profile_id: UUID, stage: str
) -> HttpResponse:
    """A stage of the form: the form itself, or the list of documents."""
    if stage not in stages_for(guide):
        raise Http404
    page = _PAGES[Stage(stage)]
    return _held(request, guide, profile_id, lambda profile: page(request, guide, profile))


def document_page(request: HttpRequest, guide: OrganisationGuide, profile_id: UUID) -> HttpResponse:
    """A new one: what is there is not changed, but taken out and added again."""

    def page(profile: OrganisationProfile) -> HttpResponse:
        form = DocumentForm(
            request.POST or None,
            request.FILES or None,
            keeper=guide.keeper,
            kinds=OrganisationPaper,
            purpose=PURPOSE,
        )
        if request.method == "POST" and form.is_valid():
            try:
                profiles.add_document(profile, form.once, form.paper, guide.by)
            except ConflictError as error:
                messages.error(request, str(error))
            return redirect(guide.url(Stage.DOCUMENTS))
        return _shown(request, guide, profile, Stage.DOCUMENTS, form=form)

    return _held(request, guide, profile_id, page)


def remove_document(
    request: HttpRequest, guide: OrganisationGuide, profile_id: UUID, item_id: UUID
) -> HttpResponse:
    def page(profile: OrganisationProfile) -> HttpResponse:
        for document in profile.documents.filter(pk=item_id, ended_at=None):
            profiles.end_document(profile, document, guide.by)
        messages.success(request, _("It was taken out."))
        return redirect(guide.url(Stage.DOCUMENTS))

    return _held(request, guide, profile_id, page)


def stages_for(guide: OrganisationGuide) -> list[Stage]:
    """The issuer's people end without a review of their own."""
    return [each for each in STAGES if guide.is_applicant or each is not Stage.REVIEW]


def stages_of(guide: OrganisationGuide, told: Sheet, here: Stage | None) -> list[StageShown]:
    done = {
        Stage.ORGANISATION: True,
        Stage.CONTACT: not told.missing,
        Stage.DOCUMENTS: bool(told.documents),
    }
    return [
        StageShown(stage, STAGES[stage], guide.url(stage), stage is here, done.get(stage, False))
        for stage in stages_for(guide)
    ]


def _held(
    request: HttpRequest,
    guide: OrganisationGuide,
    profile_id: UUID,
    page: Callable[[OrganisationProfile], HttpResponse],
) -> HttpResponse:
    return held(request, guide, profile_id, OrganisationProfile, profiles.refuse_unless_open, page)


def _organisation(
    request: HttpRequest, guide: OrganisationGuide, profile: OrganisationProfile
) -> HttpResponse:
    initial = legal_initial(profile)
    is_registered = profile.status == OrganisationStatus.APPROVED
    if is_registered:
        initial["name"] = profile.name
    form = LegalForm(request.POST or None, version=profile.version, initial=initial)
    if is_registered:
        form.fields["name"].disabled = True  # the engine knows it by this
    if saves(request, form, profile):
        profiles.change_legal(profile, form.legal, guide.by)
        return _onwards(guide, profile, Stage.ORGANISATION)
    return _shown(request, guide, profile, Stage.ORGANISATION, form=form)


def _contact(
    request: HttpRequest, guide: OrganisationGuide, profile: OrganisationProfile
) -> HttpResponse:
    form = ContactForm(
        request.POST or None, version=profile.version, initial=contact_initial(profile)
    )
    form.country = profile.country
    if saves(request, form, profile):
        profiles.change_contact(profile, form.contact, guide.by)
        return _onwards(guide, profile, Stage.CONTACT)
    return _shown(request, guide, profile, Stage.CONTACT, form=form)


def _documents(
    request: HttpRequest, guide: OrganisationGuide, profile: OrganisationProfile
) -> HttpResponse:
    return _shown(request, guide, profile, Stage.DOCUMENTS, template="documents")


def _review(
    request: HttpRequest, guide: OrganisationGuide, profile: OrganisationProfile
) -> HttpResponse:
    form = TrueForm(request.POST or None)
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
    Mapping[Stage, Callable[[HttpRequest, OrganisationGuide, OrganisationProfile], HttpResponse]]
] = {
    Stage.ORGANISATION: _organisation,
    Stage.CONTACT: _contact,
    Stage.DOCUMENTS: _documents,
    Stage.REVIEW: _review,
}


def _onwards(guide: OrganisationGuide, profile: OrganisationProfile, stage: Stage) -> HttpResponse:
    """To the next stage; of what is registered already, back to its page."""
    if profile.status == OrganisationStatus.APPROVED:
        return redirect(guide.home)
    return redirect(_after(guide, stage))


def _after(guide: OrganisationGuide, stage: Stage) -> str:
    """Where one goes on."""
    stages = stages_for(guide)
    left = stages[stages.index(stage) + 1 :]
    return guide.url(left[0]) if left else guide.home


def _shown(
    request: HttpRequest,
    guide: OrganisationGuide,
    profile: OrganisationProfile,
    stage: Stage,
    *,
    template: str = "form",
    form: forms.Form | None = None,
) -> HttpResponse:
    told = sheet(profile)
    is_registered = profile.status == OrganisationStatus.APPROVED
    return render(
        request,
        f"portal/organisations/{template}.html",
        {
            "guide": guide,
            "profile": profile,
            "sheet": told,
            "stage": stage,
            "stages": stages_of(guide, told, stage),
            "documents": guide.url(Stage.DOCUMENTS),
            "next": guide.home if is_registered else _after(guide, stage),
            "form": form,
            "can_submit": Status(profile.status) in APPLICANT_WRITES,
        },
    )
