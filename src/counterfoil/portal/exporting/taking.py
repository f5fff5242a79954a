"""Taking a list away as a file; that it was taken stands in the trail."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.portal.exporting.columns import Cell, cells, headings
from counterfoil.portal.exporting.csv_text import csv_text
from counterfoil.portal.exporting.lists import event_of
from counterfoil.portal.exporting.xlsx_file import xlsx_file
from counterfoil.portal.listing import ListForm, Listing, P, R, Wanted
from counterfoil.portal.streams import as_here
from counterfoil.portal.trail import address_of, record

ROWS_MAX: Final = 100_000
_ROWS_AT_ONCE: Final = 500  # what is looked up for them has room for so many
_XLSX: Final = "xlsx"
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    _XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def exported(request: HttpRequest, place: P, listing: Listing[P, R]) -> StreamingHttpResponse:
    """All that the form in the request asks for, in its order, as the `format` in it: CSV where
    none is named. For POST, since it is recorded.
    """
    form = listing.form(request.POST, place)
    kind = _XLSX if request.POST.get("format") == _XLSX else "csv"
    record(
        place.issuer_id,
        place.actor,
        event_of(listing.name),
        subject=listing.subject or f"list:{listing.name}",
        after=_told(form) | {"format": kind},
        address=address_of(request),
    )
    heads, pages = headings(listing.columns), _pages(place, listing, form)
    day = timezone.localdate().isoformat()
    content = (
        FileResponse(xlsx_file(str(listing.title), heads, pages))
        if kind == _XLSX
        else StreamingHttpResponse(as_here(csv_text(heads, pages)))
    )
    content.headers["Content-Type"] = _TYPES[kind]
    content.headers["Cache-Control"] = "no-store"
    content.headers["Content-Disposition"] = (
        f'attachment; filename="{place.code}-{listing.name}-{day}.{kind}"'
    )
    return content


def _told(form: ListForm) -> dict[str, object]:
    """What it is filtered and sorted by, for the trail."""
    filters = {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in form.filters.items()
        if value
    }
    return {**filters, "sort": form.order.name}


def _pages(place: P, listing: Listing[P, R], form: ListForm) -> Iterator[Sequence[Sequence[Cell]]]:
    """By key, some rows at a time; where there are more than a file has, the last line says so."""
    order, filters = form.order, form.filters
    after, left = order.first, ROWS_MAX
    while left > 0:
        asked = Wanted(filters, order.name, after, min(_ROWS_AT_ONCE, left) + 1)
        found = listing.read(place, asked)
        rows = found[: asked.rows_max - 1]
        yield [cells(listing.columns, line) for row in rows for line in listing.spread(row)]
        if len(found) < asked.rows_max:
            return
        after, left = dict(zip(order.first, rows[-1].key, strict=True)), left - len(rows)
    said = _("Only the first %(count)d are in this file. Filter the list to get the others.")
    yield [[said % {"count": ROWS_MAX}]]
