"""Lists as files: what exactly stands in them, that nothing runs, and that the trail knows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.http import HttpResponseBase, QueryDict
from django.test import RequestFactory
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from tests.portal.conftest import Portal
from tests.portal.exporting.files import csv_of, parts_of_book, sheet_of, walked
from tests.portal.given import given_office, given_person

from counterfoil.money import Money
from counterfoil.portal.access import Office
from counterfoil.portal.exporting import taking
from counterfoil.portal.exporting.columns import Column, day, moment, money, number, text
from counterfoil.portal.exporting.lists import LISTS, event_of
from counterfoil.portal.exporting.taking import exported
from counterfoil.portal.listing import ListForm, Listing, Wanted, shown
from counterfoil.portal.models import Role, TrailEntry
from counterfoil.portal.orchestrator.trail.words import event_text, events_of
from counterfoil.portal.pager import Key, Order, token_of

AT = datetime(2026, 11, 22, 21, 30, 5, 999, tzinfo=UTC)
NAIROBI = ZoneInfo("Africa/Nairobi")


@dataclass(frozen=True)
class Thing:
    key: Key
    name: str
    worth: Money | None = None
    count: int | None = None
    at: datetime | None = None
    on: date | None = None


class ThingFilter(ListForm):
    orders: ClassVar = (Order("name", _("By name")), Order("newest", _("Newest first")))
    name = forms.CharField(required=False)
    since = forms.DateField(required=False)


COLUMNS: tuple[Column[Thing], ...] = (
    text(_("Name"), lambda thing: thing.name),
    money(_("Amount"), lambda thing: thing.worth),
    number(_("Vouchers"), lambda thing: thing.count),
    moment(_("Recorded"), lambda thing: thing.at),
    day(_("Value date"), lambda thing: thing.on),
)


def things(*them: Thing) -> Listing[Office, Thing]:
    """Kept in memory: by name, or the newest first, which is the largest id."""

    def read(_office: Office, asked: Wanted) -> Sequence[Thing]:
        wanted = [each for each in them if (asked.filters["name"] or "") in each.name]
        keyed = [
            Thing(_key(asked.sort, each), each.name, each.worth, each.count, each.at, each.on)
            for each in wanted
        ]
        after = tuple(asked.after.values())
        found = sorted((each for each in keyed if each.key > after), key=lambda each: each.key)
        return found[: asked.rows_max]

    return Listing(name="clients", form=ThingFilter, read=read, columns=COLUMNS)


def _key(sort: str, thing: Thing) -> Key:
    (_number, _text, thing_id) = thing.key
    assert isinstance(thing_id, int)
    return (0, thing.name, thing_id) if sort == "name" else (-thing_id, "", thing_id)


def thing(number: int, name: str) -> Thing:
    return Thing((0, "", number), name)


@pytest.fixture
def office(portal: Portal) -> Office:
    issuer = given_office(portal)
    person = given_person(Role.AUDITOR, issuer=issuer)
    return Office(issuer.issuer_id, issuer.code, "Riverside", person, frozenset({Role.AUDITOR}))


def taken(office: Office, listing: Listing[Office, Thing], **sent: str) -> HttpResponseBase:
    """Read when the page's own zone and language are over, as a server does."""
    with timezone.override(NAIROBI):
        return exported(RequestFactory().post("/", sent), office, listing)


FULL = Thing((0, "", 1), "Asha Stores, Ñandú", Money(1250_50, "KES"), 1200, AT, date(2026, 11, 20))
YEN = Thing((0, "", 2), "Café", Money(-5000, "JPY"))


def test_a_csv_has_text_plain_amounts_with_their_currency_and_local_times(office: Office) -> None:
    answer = taken(office, things(YEN, FULL))
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    with timezone.override(NAIROBI):
        today = timezone.localdate().isoformat()
    name = f"{office.code}-clients-{today}.csv"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert csv_of(answer) == [
        [
            "Name",
            "Amount",
            "Amount: currency",
            "Vouchers",
            "Recorded (Africa/Nairobi)",
            "Value date",
        ],
        ["Asha Stores, Ñandú", "1250.50", "KES", "1200", "2026-11-23 00:30:05", "2026-11-20"],
        ["Café", "-5000", "JPY", "", "", ""],
    ]


def test_a_workbook_has_real_numbers_and_dates(office: Office) -> None:
    answer = taken(office, things(YEN, FULL), format="xlsx")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.search(r'-clients-\d{4}-\d\d-\d\d\.xlsx"$', answer.headers["Content-Disposition"])
    head, first, second = sheet_of(parts_of_book(answer))
    assert [cell[2] for cell in head.values()] == [
        "Name",
        "Amount",
        "Amount: currency",
        "Vouchers",
        "Recorded (Africa/Nairobi)",
        "Value date",
    ]
    assert first == {
        "A": ("inlineStr", "0", "Asha Stores, Ñandú"),
        "B": ("n", "#,##0.00", "1250.50"),
        "C": ("inlineStr", "0", "KES"),
        "D": ("n", "#,##0", "1200"),
        "E": ("n", "yyyy-mm-dd hh:mm:ss", "46349.02089121527"),
        "F": ("n", "yyyy-mm-dd", "46346"),
    }
    assert second == {
        "A": ("inlineStr", "0", "Café"),
        "B": ("n", "#,##0", "-5000"),
        "C": ("inlineStr", "0", "JPY"),
    }


def test_an_amount_larger_than_a_spreadsheet_counts_keeps_its_last_digit(office: Office) -> None:
    large = Thing((0, "", 1), "Large", Money(1234567890123456, "KES"))
    (_head, row) = sheet_of(parts_of_book(taken(office, things(large), format="xlsx")))
    assert row["B"] == ("inlineStr", "0", "12345678901234.56")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_looks_like_a_formula_does_not_run(office: Office, kind: str) -> None:
    names = ['=HYPERLINK("http://x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "{=1}", "http://x.y"]
    listing = things(*(thing(at, name) for at, name in enumerate(names)))
    answer = taken(office, listing, format=kind, sort="newest")
    if kind == "csv":
        told = [row[0] for row in csv_of(answer)[1:]]
    else:
        parts = parts_of_book(answer)
        assert b"<f>" not in parts["xl/worksheets/sheet1.xml"]
        assert not [name for name in parts if "rels" in name and "sheet1" in name]  # no links
        told = [row["A"][2].replace("_x0009_", "\t") for row in sheet_of(parts)[1:]]
    before = "'" if kind == "csv" else ""  # in a workbook the cell's type says that it is text
    assert told == [
        "http://x.y",
        "{=1}",
        *(f"{before}{name}" for name in reversed(names[:5])),
    ]


def test_it_is_what_is_filtered_and_as_it_is_sorted(office: Office) -> None:
    listing = things(thing(1, "maize 1"), thing(2, "beans"), thing(3, "maize 2"))
    by_name = csv_of(taken(office, listing, name="maize", sort="name"))
    assert [row[0] for row in by_name[1:]] == ["maize 1", "maize 2"]
    newest = csv_of(taken(office, listing, name="maize", sort="newest"))
    assert [row[0] for row in newest[1:]] == ["maize 2", "maize 1"]
    odd = csv_of(taken(office, listing, sort="no such order", since="no day", format="odd"))
    assert [row[0] for row in odd[1:]] == ["beans", "maize 1", "maize 2"]


def test_that_it_was_taken_stands_in_the_trail_with_what_was_asked_for(office: Office) -> None:
    asked = {"name": "Asha", "since": "2026-11-01", "sort": "newest", "format": "xlsx"}
    assert len(sheet_of(parts_of_book(taken(office, things(FULL), **asked)))) == 2
    entry = TrailEntry.objects.get(issuer_id=office.issuer_id)
    assert (entry.actor, entry.event) == (office.actor, "clients.exported")
    assert (entry.subject, entry.address) == ("list:clients", "127.0.0.1")
    assert entry.after == asked


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_is_cut_off_says_so_in_its_last_line(
    office: Office, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(taking, "ROWS_MAX", 5)
    monkeypatch.setattr(taking, "_ROWS_AT_ONCE", 2)
    exactly = things(*(thing(at, f"thing {at}") for at in range(5)))
    more = things(*(thing(at, f"thing {at}") for at in range(6)))

    def told(listing: Listing[Office, Thing]) -> list[str]:
        answer = taken(office, listing, format=kind)
        if kind == "csv":
            return [row[0] for row in csv_of(answer)[1:]]
        return [row["A"][2] for row in sheet_of(parts_of_book(answer))[1:]]

    names = [f"thing {at}" for at in range(5)]
    assert told(exactly) == names
    last = "Only the first 5 are in this file. Filter the list to get the others."
    assert told(more) == [*names, last]


def test_never_more_rows_are_fetched_than_a_page_of_the_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "_ROWS_AT_ONCE", 7)
    asked: list[int] = []
    listing = things(*(thing(at, f"{at:02}") for at in range(30)))

    def watched(place: Office, wanted: Wanted) -> Sequence[Thing]:
        asked.append(wanted.rows_max)
        return listing.read(place, wanted)

    few = Listing(name="clients", form=ThingFilter, read=watched, columns=COLUMNS)
    assert [row[0] for row in csv_of(taken(office, few))[1:]] == [f"{at:02}" for at in range(30)]
    assert asked == [8, 8, 8, 8, 8]


def test_it_is_in_the_language_of_the_page_though_sent_later(office: Office) -> None:
    with translation.override("es"):
        answer = taken(office, things(FULL))
    assert csv_of(answer)[0][0] == "Nombre"


def test_a_token_of_another_order_leads_to_the_first_page(office: Office) -> None:
    listing = things(*(thing(at, f"thing {at:03}") for at in range(120)))

    def first_shown(query: str) -> str:
        request = RequestFactory().get("/" + query)
        return shown(request, office, listing).page.rows[0].name

    following = shown(RequestFactory().get("/"), office, listing).page.next_token
    assert first_shown(f"?after={following}") == "thing 050"
    assert first_shown(f"?sort=name&after={following}") == "thing 050"
    assert first_shown(f"?sort=newest&after={following}") == "thing 119"
    assert first_shown(f"?after={token_of((0, 'thing 049', 49))}") == "thing 000"
    assert len(walked(listing, office, "sort=newest", at_once=7)) == 120


def test_a_form_says_its_filters_and_what_it_was_sent(office: Office) -> None:
    form = ThingFilter(QueryDict("name=x&since=nonsense&sort=newest&after=abc"), office)
    assert form.filters == {"name": "x", "since": None}
    assert form.is_filtered
    assert form.sent == [("name", "x"), ("since", "nonsense"), ("sort", "newest")]
    assert not ThingFilter(QueryDict("sort=newest"), office).is_filtered


def test_the_trail_has_words_for_every_list() -> None:
    assert event_text("clients.exported") == "Exported: Calling systems"
    assert events_of("exports") == tuple(event_of(name) for name in LISTS)
