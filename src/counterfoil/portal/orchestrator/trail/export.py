"""The trail as a table for a spreadsheet: what is filtered, and that it was taken is recorded."""

import csv
from collections.abc import Iterator, Mapping
from typing import Final

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from counterfoil.portal.access import AUDITS, Office, office_page
from counterfoil.portal.names import names_of
from counterfoil.portal.orchestrator.subjects import Subject, subjects_of
from counterfoil.portal.orchestrator.trail.lines import keys_of, lines_of
from counterfoil.portal.orchestrator.trail.reading import Entry, Wanted, all_entries
from counterfoil.portal.orchestrator.trail.views import TrailFilter
from counterfoil.portal.orchestrator.trail.words import event_text
from counterfoil.portal.spreadsheets import harmless
from counterfoil.portal.trail import address_of, record

ROWS_MAX: Final = 100_000
_ROWS_AT_ONCE: Final = 1000


class _Line:
    """What a csv.writer writes into: gives back the line."""

    def write(self, text: str) -> str:
        return text


@require_POST
@office_page(sees=AUDITS, acts=AUDITS)
def export(request: HttpRequest, office: Office) -> StreamingHttpResponse:
    form = TrailFilter(request.POST, office)
    wanted = form.wanted
    filters = {
        "who": wanted.actor,
        "what": form.cleaned_data.get("what") or None,
        "about": wanted.subject,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
    }
    record(
        office.issuer_id,
        office.actor,
        "trail.exported",
        subject="trail",
        after={name: value for name, value in filters.items() if value},
        address=address_of(request),
    )
    day = timezone.localdate().isoformat()
    return StreamingHttpResponse(
        _table(office, wanted, translation.get_language() or "en"),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{office.code}-trail-{day}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _table(office: Office, wanted: Wanted, language: str) -> Iterator[str]:
    """In the language of who asked: it is written after the page's own has ended."""
    writer = csv.writer(_Line())
    with translation.override(language):
        yield "\ufeff" + writer.writerow(
            [
                _("When"),
                _("Who"),
                _("Key of who"),
                _("From where"),
                _("What"),
                _("Event"),
                _("About"),
                _("Before and after"),
                _("Why"),
            ]
        )
        for found in all_entries(wanted, rows_at_once=_ROWS_AT_ONCE, rows_max=ROWS_MAX):
            names = names_of({entry.actor for entry in found})
            subjects = subjects_of(office, {key for entry in found for key in keys_of(entry)})
            for entry in found:
                cells = _cells(entry, names[entry.actor], subjects)
                yield writer.writerow([harmless(each) for each in cells])


def _cells(entry: Entry, name: str, subjects: Mapping[str, Subject]) -> list[str]:
    changes = "; ".join(
        f"{line.label}: {line.before} → {line.after}"
        if line.before
        else f"{line.label}: {line.after}"
        for line in lines_of(entry, subjects)
    )
    return [
        entry.at.isoformat(timespec="seconds"),
        name,
        entry.actor,
        entry.address,
        event_text(entry.event),
        entry.event,
        entry.subject,
        changes,
        entry.reason,
    ]
