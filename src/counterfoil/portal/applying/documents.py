"""A paper that is added to a profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from django import forms
from django.db.models import TextChoices
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterfoil.errors import ConflictError
from counterfoil.portal.applying.kinds import Profile
from counterfoil.portal.applying.telling import told_document
from counterfoil.portal.forms import Keeper, KeptFileField, OnceForm
from counterfoil.portal.models import Upload
from counterfoil.portal.trail import Actor
from counterfoil.portal.uploads import attach

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.utils.datastructures import MultiValueDict

_OF_EACH_MAX: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    kind: str
    number: str
    expires_on: date | None
    upload: Upload


class DocumentForm(OnceForm):
    """`purpose` is what its file is kept for until then."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"))
    upload = KeptFileField(
        purpose="",
        label=gettext_lazy("File"),
        help_text=gettext_lazy("A photo of the paper, or a PDF; 10 MB at most."),
    )
    number = forms.CharField(
        label=gettext_lazy("Number on it"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Valid until"),
        help_text=gettext_lazy("Leave it empty if it does not end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(
        self,
        data: Mapping[str, object] | None = None,
        files: "MultiValueDict[str, UploadedFile[bytes]] | None" = None,
        *,
        keeper: Keeper,
        kinds: type[TextChoices],
        purpose: str,
    ) -> None:
        super().__init__(data, files, keeper=keeper)
        cast("forms.ChoiceField", self.fields["kind"]).choices = kinds.choices
        cast("KeptFileField", self.fields["upload"]).purpose = purpose

    @property
    def paper(self) -> Paper:
        """Of a valid form."""
        given = self.cleaned_data
        return Paper(
            kind=given["kind"],
            number=given["number"],
            expires_on=given["expires_on"],
            upload=cast("Upload", given["upload"]),
        )


def added_document(
    profile: Profile, document_id: UUID, given: Paper, by: Actor
) -> dict[str, object] | None:
    """What the trail is to keep of it; None where the same was added before.

    Raises Http404 for another profile's, ConflictError where there are too many.
    """
    if profile.documents.filter(pk=document_id).exists():
        return None
    refuse_many(profile.documents.filter(ended_at=None).count())
    if profile.documents.model.objects.filter(pk=document_id).exists():
        raise Http404
    document = profile.documents.create(
        id=document_id,
        kind=given.kind,
        number=given.number,
        expires_on=given.expires_on,
        upload=given.upload,
        added_by=by.name,
    )
    attach(given.upload)
    return told_document(document)


def refuse_many(count: int) -> None:
    """Raises ConflictError."""
    if count >= _OF_EACH_MAX:
        raise ConflictError(_("There are as many as can be kept. Take one out first."))
