"""The list of the trail: its filters, its orders, and what a file of it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final

from django import forms
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import AUDITS, Office, office_page
from counterfoil.portal.exporting.columns import Column, moment, text
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted, day_field
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.orchestrator.trail.lines import Line, keys_of, lines_of
from counterfoil.portal.orchestrator.trail.reading import Entry, entries
from counterfoil.portal.orchestrator.trail.words import FAMILIES, event_text
from counterfoil.portal.pager import Key, Order
from counterfoil.portal.queries import rows

_KEY_CHARACTERS_MAX: Final = 128
_BIGINT_MAX: Final = 2**63 - 1


class TrailFilter(ListForm):
    orders: ClassVar = (
        Order(
            "newest",
            _("Newest first"),
            {"after_at": datetime.max.replace(tzinfo=UTC), "after_id": _BIGINT_MAX},
        ),
        Order(
            "oldest",
            _("Oldest first"),
            {"after_at": datetime(1, 1, 1, tzinfo=UTC), "after_id": 0},
        ),
    )
    who = forms.ChoiceField(label=_("Who"), required=False)
    what = forms.ChoiceField(label=_("What"), required=False)
    since = day_field(_("From"))
    until = day_field(_("Until"))
    about = forms.CharField(
        required=False, max_length=_KEY_CHARACTERS_MAX, widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict, office: Office) -> None:
        super().__init__(data, office)
        who = [("", gettext("Anybody")), *_actors(office, data.get("who", ""))]
        families = [(key, str(each.name)) for key, each in FAMILIES.items()]
        self.fields["who"].choices = who  # type: ignore[attr-defined]
        self.fields["what"].choices = [("", gettext("Anything")), *families]  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class TrailLine:
    """An entry, what it says, and what it is about where that is known here."""

    entry: Entry
    by: str
    about: Subject | None
    text: str
    changes: Sequence[Line]

    @property
    def key(self) -> Key:
        return self.entry.key

    @property
    def changes_text(self) -> str:
        return "; ".join(
            f"{line.label}: {line.before} → {line.after}"
            if line.before
            else f"{line.label}: {line.after}"
            for line in self.changes
        )


def _lines(office: Office, wanted: Wanted) -> list[TrailLine]:
    found = entries(office, wanted)
    names = names_of({entry.actor for entry in found})
    keys = {key for entry in found for key in keys_of(entry)}
    subjects = subjects_of(office, keys | {entry.subject for entry in found})
    return [
        TrailLine(
            entry,
            names[entry.actor],
            subjects.get(entry.subject),
            event_text(entry.event),
            lines_of(entry, subjects),
        )
        for entry in found
    ]


def _actors(office: Office, asked: str) -> list[tuple[str, str]]:
    people = rows(__package__, "people", {"issuer_id": office.issuer_id})
    found = [(f"person:{person_id}", name) for person_id, name in people]
    can_be = "\0" not in asked and len(asked) <= _KEY_CHARACTERS_MAX
    if asked and can_be and asked not in dict(found):
        found.append((asked, _others_name(asked)))
    return found


def _others_name(actor: str) -> str:
    """Of who is no person of this issuer: a calling system, the command line, nobody's else."""
    return actor if actor.startswith("person:") else names_of([actor])[actor]


COLUMNS: Final[tuple[Column[TrailLine], ...]] = (
    moment(_("When"), lambda line: line.entry.at),
    text(_("Who"), lambda line: line.by),
    text(_("Key of who"), lambda line: line.entry.actor),
    text(_("From where"), lambda line: line.entry.address),
    text(_("What"), lambda line: line.text),
    text(_("Event"), lambda line: line.entry.event),
    text(_("About"), lambda line: line.entry.subject),
    text(_("Before and after"), lambda line: line.changes_text),
    text(_("Why"), lambda line: line.entry.reason),
)
TRAIL: Final = Listing(
    name="trail", form=TrailFilter, read=_lines, columns=COLUMNS, subject="trail"
)


@require_POST
@office_page(sees=AUDITS, acts=AUDITS)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    return exported(request, office, TRAIL)
