"""The parts of all pages on pages of their own, which only tests serve, and a browser for them.

Chromium asks Django in this process: what it requests is answered by Django's test client.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from playwright.sync_api import Browser, Page, Route, sync_playwright
from tests.journey.chromium import program

from counterfoil.money import Money
from counterfoil.portal.access import EVERYONE, Office
from counterfoil.portal.forms import Keeper, KeptFileField, MoneyField, OnceForm, ReasonField
from counterfoil.portal.models import Person, Upload
from counterfoil.portal.pager import Page as Rows
from counterfoil.portal.rail import LATER, ROOMS, OtherPlace, Rail, Way
from counterfoil.portal.stale import Difference, Stale

ADDRESS: Final = "http://localhost"
_PAGES: Final = Path(__file__).parent / "pages"
_NOON: Final = datetime(2026, 11, 21, 9, 14, tzinfo=UTC)
_ICONS: Final = Path(__file__).parents[3] / "src/counterfoil/portal/templates/portal/icons"
_QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)


class Filters(forms.Form):
    name = forms.CharField(required=False, widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(choices=[("", "Any"), ("approved", "Approved")], required=False)


class DepositForm(OnceForm):
    amount = MoneyField("KES", label="Amount received", help_text="Asked: 600,000.00")
    reference = forms.CharField(label="Bank reference", min_length=12)
    purpose = forms.ChoiceField(
        label="What is it for?",
        widget=forms.RadioSelect,
        choices=[("meals", "School meals"), ("books", "Books"), ("seed", "Seed and tools")],
    )
    groups = forms.MultipleChoiceField(
        label="Who accepts it?",
        help_text="Today's members of a group count.",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("city", "Shops in the city"), ("coast", "Shops on the coast")],
    )
    account = forms.ChoiceField(label="Funding account", choices=[("31", "Equity Bank ••31")])
    evidence = KeptFileField(purpose="deposit", label="Receipt")
    sure = forms.BooleanField(label="I have seen the bank statement")
    reason = ReasonField(required=False)
    stale: Stale | None = None


class SignInForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


def _rail() -> Rail:
    ways = [
        Way(
            str(room.name),
            "#",
            room.icon,
            room.at_thumb,
            "page" if room.page == "merchants" else "",
            3 if room.page == "approvals" else 0,
        )
        for room in (*ROOMS, *LATER)
    ]
    others = [OtherPlace("Harbour Relief", "", "#"), OtherPlace("Lakeside Pharmacy", "Aid", "#")]
    return Rail("Aid Agency of the Coast", "", ways[: len(ROOMS)], ways[len(ROOMS) :], others, 3, 2)


def _context() -> dict[str, object]:
    person = Person(pk=1, email="amina.diallo@example.org", name="Amina Diallo")
    return {
        "office": Office(1, "AID", "Aid Agency of the Coast", person, EVERYONE),
        "person": person,
        "rail": _rail(),
        "moment": _NOON,
        "filters": Filters(),
        "page": Rows([1], "bmV4dA", is_later=True),
        "merchants": [
            ("Kibera Fresh Produce", "Approved", "good", 1482, 74100000),
            ("Mama Njeri Grocers and Household Goods", "In review", "wait", 0, 0),
            ("Uhuru Hardware", "Suspended", "bad", 117, 5850000),
            ("Green Valley School", "Verifying account", "info", 64, 8100000),
            ("Mwangi & Sons, agent", "Closed", "", 903, 22575000),
        ],
        "states": [
            ("Good", "good"),
            ("Waits", "wait"),
            ("Bad", "bad"),
            ("Info", "info"),
            ("—", ""),
        ],
        "icons": sorted(path.stem for path in _ICONS.glob("*.svg")),
    }


def show(request: HttpRequest, name: str) -> HttpResponse:
    context = _context()
    if name == "form":
        context["form"] = DepositForm(initial={"amount": Money(60000000, "KES")})
    elif name == "wrong":
        context["form"] = _wrong_form()
        name = "form"
    elif name == "public":
        context["form"] = _wrong_form()
    elif name == "door":
        context["form"] = SignInForm()
    template = engines["django"].from_string((_PAGES / f"{name}.html").read_text())
    return HttpResponse(template.render(context, request))


def _wrong_form() -> DepositForm:
    """As it comes back: something is wrong, somebody else was here, and the file is kept."""
    form = DepositForm(
        {"command_id": "6f1de8b5-3f39-4b59-8f0e-53b1c4ad9f1a", "amount": "6,00", "sure": "on"},
        keeper=Keeper(1, None),
    )
    field = form.fields["evidence"]
    form.errors  # noqa: B018  # cleans, with what the database is not asked about
    field.widget.kept = Upload(name="receipt of 21 November.pdf", size=245760)
    field.widget.token = "t"
    del form.errors["evidence"]
    form.stale = Stale(
        "Kwame Mensah",
        _NOON,
        [
            Difference("Bank reference", "FT2632000117", "FT2632", is_contested=True),
            Difference("Amount received", "650,000.00", "", is_contested=False),
        ],
    )
    return form


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program(), args=list(_QUIET))
        yield chromium
        chromium.close()


def nothing_happens(route: Route) -> None:
    """Where the API would tell what happens."""
    route.fulfill(content_type="text/event-stream", body="retry: 60000\n\n")


@contextmanager
def opened(
    chromium: Browser,
    client: Client,
    *,
    width: int = 1440,
    height: int = 900,
    theme: str = "light",
    scripts: bool = True,
    locale: str = "en",
) -> Iterator[Page]:
    """A page of a browser whose requests that client answers."""
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        java_script_enabled=scripts,
        locale=locale,
        reduced_motion="reduce",
    )
    page = context.new_page()

    def answer(route: Route) -> None:
        request = route.request
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.startswith(("hx-", "acc"))
        }
        if request.method == "POST":
            answered = client.post(
                path,
                request.post_data_buffer or b"",
                content_type=request.headers.get("content-type", ""),
                headers=headers,
            )
        else:
            answered = client.generic(request.method, path, headers=headers)
        route.fulfill(
            status=answered.status_code,
            headers={k: v for k, v in answered.headers.items() if k != "Content-Encoding"},
            body=b"" if answered.headers.get("Content-Encoding") else answered.content,
        )

    page.route(f"{ADDRESS}/**", answer)
    page.route(f"{ADDRESS}/live/**", nothing_happens)
    yield page
    context.close()
