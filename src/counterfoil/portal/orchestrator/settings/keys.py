"""The issuer's data keys: how old each is, and a new one in its place after approval."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from counterfoil.engine.commands.content import RotateKey
from counterfoil.errors import ConflictError
from counterfoil.portal.access import ADMINISTERS, EVERYONE, Office, office_page
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.forms import OnceForm, ReasonField
from counterfoil.portal.orchestrator.refusals import refusal_text
from counterfoil.portal.orchestrator.settings.reading import Waiting, waiting
from counterfoil.portal.orchestrator.settings.words import PURPOSES, SettingWords
from counterfoil.portal.queries import rows

_OLD: Final = timedelta(days=365)
_SHOWN_MAX: Final = 5  # older versions of one purpose


@dataclass(frozen=True, slots=True)
class Version:
    version: int
    state: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DataKey:
    """The versions of one purpose, the newest first."""

    purpose: str
    words: SettingWords
    versions: tuple[Version, ...]
    waiting: Waiting | None

    @property
    def newest(self) -> Version:
        return self.versions[0]

    @property
    def older(self) -> tuple[Version, ...]:
        return self.versions[1 : 1 + _SHOWN_MAX]

    @property
    def is_moving(self) -> bool:
        """Something is still under an older key."""
        return any(each.state == "retiring" for each in self.versions)

    @property
    def is_old(self) -> bool:
        return timezone.now() - self.newest.created_at > _OLD

    @property
    def days(self) -> int:
        return (timezone.now() - self.newest.created_at).days


class RotateForm(OnceForm):
    reason = ReasonField()


@require_safe
@office_page(sees=EVERYONE)
def data_keys(request: HttpRequest, office: Office) -> HttpResponse:
    return render(
        request,
        "portal/orchestrator/settings/keys.html",
        {"keys": _keys(office), "may_change": office.may(ADMINISTERS)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(sees=ADMINISTERS, acts=ADMINISTERS)
def rotate_key(request: HttpRequest, office: Office, purpose: str) -> HttpResponse:
    key = next((each for each in _keys(office) if each.purpose == purpose), None)
    if key is None:
        raise Http404
    form = RotateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return prepare_command(
                request,
                office,
                RotateKey(purpose=purpose),
                command_id=form.once,
                reason=form.cleaned_data["reason"],
            )
        except ConflictError as error:
            form.add_error(None, refusal_text(str(error)))
    return render(request, "portal/orchestrator/settings/rotate.html", {"form": form, "key": key})


def _keys(office: Office) -> list[DataKey]:
    found = rows("counterfoil.engine", "data_key_versions", {"issuer_id": office.issuer_id})
    asked = {row.subject.removeprefix("key:"): row for row in waiting(office, ["rotate_key"])}
    by_purpose: dict[str, list[Version]] = {}
    for purpose, *version in found:
        by_purpose.setdefault(purpose, []).append(Version(*version))
    return [
        DataKey(purpose, words, tuple(reversed(by_purpose[purpose])), asked.get(purpose))
        for purpose, words in PURPOSES.items()
        if purpose in by_purpose
    ]
