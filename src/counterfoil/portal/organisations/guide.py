"""The guided form: one step at a time, each saved when it is sent, to be left and resumed.

    organisation ─▶ contact ─▶ documents ─▶ check and send (who applies)

The issuer's people and who applies go through the same steps; a `Guide` says what differs. Who
sends something has the profile locked meanwhile, so that the form is over what is there now.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.errors import ConflictError
from counterfoil.portal.forms import Keeper, OnceForm
from counterfoil.portal.models import OrganisationProfile, OrganisationStatus
from counterfoil.portal.names import names_of
from counterfoil.portal.organisations import profiles
from counterfoil.portal.organisations.forms import (
    ContactForm,
    DocumentForm,
    LegalForm,
    contact_initial,
    legal_initial,
)
from counterfoil.portal.organisations.life import APPLICANT_WRITES, Status, Step
from counterfoil.portal.organisations.reading import Sheet, sheet
from counterfoil.portal.stale import VersionedForm
from counterfoil.portal.trail import Actor


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """Who goes through it. `frame` is the template its pages stand in, `base` the address below
    which the stages are, `home` where one came from and where the issuer's people end; `submitted`
    is called when an applicant has sent it.
    """

    issuer_id: int
    issuer: str  # its name
    by: Actor
    keeper: Keeper
    is_applicant: bool
    frame: str
    base: str
    home: str
    submitted: Callable[[OrganisationProfile], None]

    @property
    def stages(self) -> list[Stage]:
        return [each for each in STAGES if self.is_applicant or each is not Stage.REVIEW]

    def url(self, stage: Stage) -> str:
        return f"{self.base}/{stage}"

    def after(self, stage: Stage) -> str:
        """Where one goes on."""
        stages = self.stages
        left = stages[stages.index(stage) + 1 :]
        return self.url(left[0]) if left else self.home


@dataclass(frozen=True, slots=True)
class StageShown:
    stage: Stage
    name: Promise
    url: str
    is_here: bool
    is_done: bool


class TrueForm(OnceForm):
    """What an applicant says when it is sent."""

    is_true = forms.BooleanField(
        label=gettext_lazy("What I wrote is true, and I may speak for this organisation."),
    )


def stage_page(request: HttpRequest, guide: Guide, profile_id: UUID, stage: str) -> HttpResponse:
    """A stage of the form: the form itself, or the list of documents."""
    if stage not in guide.stages:
        raise Http404
    page = _PAGES[Stage(stage)]
    return _held(request, guide, profile_id, lambda profile: page(request, guide, profile))


def document_page(request: HttpRequest, guide: Guide, profile_id: UUID) -> HttpResponse:
    """A new one: what is there is not changed, but taken out and added again."""

    def page(profile: OrganisationProfile) -> HttpResponse:
        form = DocumentForm(request.POST or None, request.FILES or None, keeper=guide.keeper)
        if request.method == "POST" and form.is_valid():
            try:
                profiles.add_document(profile, form.once, form.paper, guide.by)
            except ConflictError as error:
                messages.error(request, str(error))
            return redirect(guide.url(Stage.DOCUMENTS))
        return _shown(request, guide, profile, Stage.DOCUMENTS, form=form)

    return _held(request, guide, profile_id, page)


def remove_document(
    request: HttpRequest, guide: Guide, profile_id: UUID, item_id: UUID
) -> HttpResponse:
    def page(profile: OrganisationProfile) -> HttpResponse:
        for document in profile.documents.filter(pk=item_id, ended_at=None):
            profiles.end_document(profile, document, guide.by)
        messages.success(request, _("It was taken out."))
        return redirect(guide.url(Stage.DOCUMENTS))

    return _held(request, guide, profile_id, page)


def stages_of(guide: Guide, told: Sheet, here: Stage | None) -> list[StageShown]:
    done = {
        Stage.ORGANISATION: True,
        Stage.CONTACT: not told.missing,
        Stage.DOCUMENTS: bool(told.documents),
    }
    return [
        StageShown(stage, STAGES[stage], guide.url(stage), stage is here, done.get(stage, False))
        for stage in guide.stages
    ]


def first_stages(guide_stages: Sequence[Stage]) -> list[StageShown]:
    """Before there is a profile."""
    return [
        StageShown(each, STAGES[each], "", each is Stage.ORGANISATION, is_done=False)
        for each in guide_stages
    ]


def _held(
    request: HttpRequest,
    guide: Guide,
    profile_id: UUID,
    page: Callable[[OrganisationProfile], HttpResponse],
) -> HttpResponse:
    """With the profile as it is now; locked while something is sent."""
    with transaction.atomic():
        if request.method == "POST":
            profile = profiles.locked(guide.issuer_id, profile_id)
        else:
            found = OrganisationProfile.objects.filter(pk=profile_id, issuer_id=guide.issuer_id)
            profile = found.first() or _nothing()
        try:
            profiles.refuse_unless_open(profile, is_applicant=guide.is_applicant)
        except ConflictError as error:
            messages.error(request, str(error))
            return redirect(guide.home)
        return page(profile)


def _nothing() -> OrganisationProfile:
    raise Http404


def _organisation(request: HttpRequest, guide: Guide, profile: OrganisationProfile) -> HttpResponse:
    initial = legal_initial(profile)
    is_registered = profile.status == OrganisationStatus.APPROVED
    if is_registered:
        initial["name"] = profile.name
    form = LegalForm(request.POST or None, version=profile.version, initial=initial)
    if is_registered:
        form.fields["name"].disabled = True  # the engine knows it by this
    if _saves(request, form, profile):
        profiles.change_legal(profile, form.legal, guide.by)
        return _onwards(guide, profile, Stage.ORGANISATION)
    return _shown(request, guide, profile, Stage.ORGANISATION, form=form)


def _contact(request: HttpRequest, guide: Guide, profile: OrganisationProfile) -> HttpResponse:
    form = ContactForm(
        request.POST or None, version=profile.version, initial=contact_initial(profile)
    )
    form.country = profile.country
    if _saves(request, form, profile):
        profiles.change_contact(profile, form.contact, guide.by)
        return _onwards(guide, profile, Stage.CONTACT)
    return _shown(request, guide, profile, Stage.CONTACT, form=form)


def _documents(request: HttpRequest, guide: Guide, profile: OrganisationProfile) -> HttpResponse:
    return _shown(request, guide, profile, Stage.DOCUMENTS, template="documents")


def _review(request: HttpRequest, guide: Guide, profile: OrganisationProfile) -> HttpResponse:
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


_PAGES: Final[Mapping[Stage, Callable[[HttpRequest, Guide, OrganisationProfile], HttpResponse]]] = {
    Stage.ORGANISATION: _organisation,
    Stage.CONTACT: _contact,
    Stage.DOCUMENTS: _documents,
    Stage.REVIEW: _review,
}


def _saves(request: HttpRequest, form: VersionedForm, profile: OrganisationProfile) -> bool:
    """Whether what was sent can be saved. What somebody else changed elsewhere in the profile does
    not stand in the way.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    who = names_of([profile.changed_by])[profile.changed_by]
    if not form.is_stale(who=who, when=profile.changed_at):
        return True
    if form.stale is not None and form.stale.differences:
        return False
    form.stale = None
    return True


def _onwards(guide: Guide, profile: OrganisationProfile, stage: Stage) -> HttpResponse:
    """To the next stage; of what is registered already, back to its page."""
    if profile.status == OrganisationStatus.APPROVED:
        return redirect(guide.home)
    return redirect(guide.after(stage))


def _shown(
    request: HttpRequest,
    guide: Guide,
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
            "next": guide.home if is_registered else guide.after(stage),
            "form": form,
            "can_submit": Status(profile.status) in APPLICANT_WRITES,
        },
    )
