"""The trail, filtered and page by page."""

from datetime import UTC, datetime, time, timedelta
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from counterfoil.portal.access import AUDITS, Office, office_page
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.subjects import subjects_of
from counterfoil.portal.orchestrator.trail.lines import keys_of, lines_of
from counterfoil.portal.orchestrator.trail.reading import Wanted, entries
from counterfoil.portal.orchestrator.trail.words import FAMILIES, event_text, events_of
from counterfoil.portal.pager import ROWS_A_PAGE, key_after, page_of
from counterfoil.portal.queries import rows

_FIRST: Final = (datetime.max.replace(tzinfo=UTC), 0)
_KEY_CHARACTERS_MAX: Final = 128


class TrailFilter(forms.Form):
    """What is wrong in it is left out, so that an address always shows something."""

    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    what = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    about = forms.CharField(
        required=False, max_length=_KEY_CHARACTERS_MAX, widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict, office: Office) -> None:
        super().__init__(data)
        self._office = office
        who, what = self.fields["who"], self.fields["what"]
        if isinstance(who, forms.ChoiceField) and isinstance(what, forms.ChoiceField):
            who.choices = [("", _("Anybody")), *self._actors(data.get("who", ""))]
            families = [(key, str(each.name)) for key, each in FAMILIES.items()]
            what.choices = [("", _("Anything")), *families]

    @property
    def wanted(self) -> Wanted:
        self.is_valid()
        cleaned = self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        family = cleaned.get("what")
        return Wanted(
            issuer_id=self._office.issuer_id,
            actor=cleaned.get("who") or None,
            events=events_of(family) if family else None,
            subject=cleaned.get("about") or None,
            since=None if since is None else _midnight(since),
            until=None if until is None else _midnight(until + timedelta(days=1)),
        )

    def _actors(self, asked: str) -> list[tuple[str, str]]:
        people = rows(__package__, "people", {"issuer_id": self._office.issuer_id})
        found = [(f"person:{person_id}", shown) for person_id, shown in people]
        can_be = "\0" not in asked and len(asked) <= _KEY_CHARACTERS_MAX
        if asked and can_be and asked not in dict(found):
            found.append((asked, _others_name(asked)))
        return found


def _others_name(actor: str) -> str:
    """Of who is no person of this issuer: a calling system, the command line, nobody's else."""
    return actor if actor.startswith("person:") else names_of([actor])[actor]


def _midnight(day: datetime) -> datetime:
    """Where the issuer is."""
    return timezone.make_aware(datetime.combine(day, time.min))


@require_safe
@office_page(sees=AUDITS)
def trail(request: HttpRequest, office: Office) -> HttpResponse:
    form = TrailFilter(request.GET, office)
    wanted = form.wanted
    at, entry_id = key_after(request, _FIRST)
    before = None if at == _FIRST[0] else (at, entry_id)
    found = entries(wanted, before=before, rows_max=ROWS_A_PAGE + 1)  # type: ignore[arg-type]
    page = page_of(request, found, lambda entry: entry.key)
    subjects = subjects_of(
        office,
        {key for entry in page.rows for key in keys_of(entry)}
        | {entry.subject for entry in page.rows},
    )
    return render(
        request,
        "portal/orchestrator/trail/trail.html",
        {
            "form": form,
            "is_filtered": any(request.GET.get(name) for name in form.fields),
            "about": wanted.subject,
            "about_text": subjects,  # what nothing here is about keeps its key: it may be anybody
            "page": page,
            "lines": [
                (entry, event_text(entry.event), lines_of(entry, subjects)) for entry in page.rows
            ],
            "names": names_of([entry.actor for entry in page.rows]),
            "subjects": subjects,
            "query": request.GET.urlencode(),
        },
    )
