"""The guided form: one step at a time, each saved when it is sent, to be left and resumed.

The issuer's people and who applies go through the same steps; a `Guide` says what differs. Who
sends something has the profile locked meanwhile, so that the form is over what is there now.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise

from counterfoil.errors import ConflictError
from counterfoil.portal.applying.kinds import Profile
from counterfoil.portal.forms import Keeper
from counterfoil.portal.models import MerchantProfile, OrganisationProfile
from counterfoil.portal.names import names_of
from counterfoil.portal.stale import VersionedForm
from counterfoil.portal.trail import Actor

P = TypeVar("P", MerchantProfile, OrganisationProfile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide(Generic[P]):
    """Who goes through it. `frame` is the template its pages stand in, `base` the address below
    which the stages are, `home` where one came from; `submitted` is called when it was sent.
    """

    issuer_id: int
    issuer: str  # its name
    by: Actor
    keeper: Keeper
    is_applicant: bool
    frame: str
    base: str
    home: str
    submitted: Callable[[P], None]

    def url(self, stage: str, item: object = "") -> str:
        return f"{self.base}/{stage}/{item}".rstrip("/")


@dataclass(frozen=True, slots=True)
class StageShown:
    stage: str
    name: Promise
    url: str
    is_here: bool
    is_done: bool


def first_stages(stages: Iterable[tuple[str, Promise]]) -> list[StageShown]:
    """Before there is a profile: the first is there, and none has an address."""
    return [
        StageShown(stage, name, "", is_here=not number, is_done=False)
        for number, (stage, name) in enumerate(stages)
    ]


def held(
    request: HttpRequest,
    guide: Guide[P],
    profile_id: UUID,
    profiles: type[P],
    refuse_unless_open: Callable[[P, bool], None],
    page: Callable[[P], HttpResponse],
) -> HttpResponse:
    """With the profile as it is now; locked while something is sent."""
    with transaction.atomic():
        found = profiles.objects.filter(pk=profile_id, issuer_id=guide.issuer_id)
        if request.method == "POST":
            found = found.select_for_update(no_key=True)
        profile = found.first()
        if profile is None:
            raise Http404
        try:
            refuse_unless_open(profile, guide.is_applicant)
        except ConflictError as error:
            messages.error(request, str(error))
            return redirect(guide.home)
        return page(profile)


def saves(request: HttpRequest, form: VersionedForm, profile: Profile) -> bool:
    """Whether what was sent can be saved. What somebody else changed elsewhere in the profile does
    not stand in the way.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    if not is_stale(form, profile):
        return True
    if form.stale is not None and form.stale.differences:
        return False
    form.stale = None
    return True


def is_stale(form: VersionedForm, profile: Profile) -> bool:
    """What is decided about must be what was looked at."""
    who = names_of([profile.changed_by])[profile.changed_by]
    return form.is_stale(who=who, when=profile.changed_at)
