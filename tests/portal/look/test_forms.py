"""Forms: amounts as people write them, one thing done once, and stale pages that lose nothing."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation

from counterfoil.errors import MalformedAmountError
from counterfoil.money import Money
from counterfoil.portal.forms import MoneyField, OnceForm, ReasonField
from counterfoil.portal.language import amount_text, read_amount
from counterfoil.portal.stale import Difference, VersionedForm

ONCE = "6f1de8b5-3f39-4b59-8f0e-53b1c4ad9f1a"


@pytest.mark.parametrize(
    ("language", "text", "currency", "minor"),
    [
        ("en", "1,250.00", "KES", 125000),
        ("en", "1250", "KES", 125000),
        ("en", " 1250.5 ", "KES", 125050),
        ("en", "KES 1,250.00", "KES", 125000),
        ("en", "1 250.00", "KES", 125000),
        ("en", "1'250.00", "KES", 125000),
        ("en", "12,50,000.00", "INR", 125000000),
        ("en", "0007.10", "KES", 710),
        ("en", "1,250", "JPY", 1250),
        ("en", "1250.00", "JPY", 1250),
        ("en", "1.250", "KWD", 1250),
        ("es", "1.250,00", "KES", 125000),
        ("es", "1250,5", "KES", 125050),
        ("es", "1250.00", "KES", 125000),
        ("es", "1.250", "KES", 125000),
        ("es", "1\u00a0250,00", "KES", 125000),
        ("es", "12.500.000,00", "KES", 1250000000),
        ("es", "1,250", "KWD", 1250),
    ],
)
def test_an_amount_is_read_as_people_write_it(
    language: str, text: str, currency: str, minor: int
) -> None:
    with translation.override(language):
        money = read_amount(text, currency)
        assert money == Money(minor, currency)
        assert read_amount(amount_text(minor, currency), currency) == money


@pytest.mark.parametrize(
    ("language", "text", "currency"),
    [
        ("en", "1.250", "KES"),  # a thousand in other countries
        ("en", "1,25", "KES"),
        ("en", "12,34,5.00", "KES"),
        ("en", "1.000", "JPY"),
        ("en", "-5", "KES"),
        ("en", "1e3", "KES"),
        ("en", "5 USD", "KES"),
        ("en", "١٢", "KES"),
        ("en", ".5", "KES"),
        ("en", "1" * 30, "KES"),
        ("es", "1,250", "KES"),
        ("es", "1.250", "KWD"),  # a thousand, or one and a quarter
        ("es", "1,250.00", "KES"),
    ],
)
def test_what_could_mean_another_amount_is_refused(language: str, text: str, currency: str) -> None:
    with translation.override(language), pytest.raises(MalformedAmountError):
        read_amount(text, currency)


class PayForm(OnceForm):
    amount = MoneyField("KES", minimum_minor=100, maximum_minor=5_000_000)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    groups = forms.MultipleChoiceField(choices=[("x", "X"), ("y", "Y")])
    sure = forms.BooleanField()
    note = forms.CharField(required=False)
    reason = ReasonField()


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("en", "a lot", "Write an amount like 1,250.00."),
        ("en", "0.50", "Write an amount of at least 1.00."),
        ("en", "50,000.01", "Write an amount of at most 50,000.00."),
    ],
)
def test_an_amount_refused_says_what_to_write(language: str, typed: str, said: str) -> None:
    with translation.override(language):
        assert PayForm({"amount": typed}).errors["amount"] == [said]


def test_what_is_missing_says_what_to_do_beside_its_field() -> None:
    form = PayForm({"command_id": ONCE, "note": "x"})
    assert {name: list(said) for name, said in form.errors.items()} == {
        "amount": ["Fill this in."],
        "kind": ["Choose one of these."],
        "groups": ["Choose at least one of these."],
        "sure": ["Tick this to go on."],
        "reason": ["Fill this in."],
    }
    html = str(form)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_reason_helptext id_reason_error"' in html
    assert '<a href="#id_amount">Amount</a>: Fill this in.' in html
    assert 'id="id_kind"' in html
    assert 'href="#id_kind"' in html
    assert 'value="x"' in html
    assert html.count('class="optional"') == 1


def test_a_form_draws_its_command_once_and_keeps_it() -> None:
    fresh = PayForm()
    assert str(fresh["command_id"].value()) in str(fresh)
    assert fresh["command_id"].value() != PayForm()["command_id"].value()
    assert ONCE in str(PayForm({"command_id": ONCE}))
    sent = {"command_id": ONCE, "amount": "2", "kind": "a", "groups": ["x"], "sure": "on"}
    done = PayForm({**sent, "reason": "agreed"})
    assert done.is_valid()
    assert done.once == UUID(ONCE)
    for bad in ("", "x"):
        assert PayForm({"command_id": bad}).errors["command_id"] == [
            "This form is incomplete. Load the page again."
        ]


def test_an_amount_is_shown_again_as_it_was_typed_and_at_first_as_people_write_it() -> None:
    assert 'value="12x"' in str(PayForm({"amount": "12x"})["amount"])
    with translation.override("es"):
        shown = str(PayForm(initial={"amount": Money(125000000, "KES")})["amount"])
    assert 'value="1.250.000,00"' in shown


class ShopForm(VersionedForm):
    name = forms.CharField()
    phone = forms.CharField(required=False)
    limit = MoneyField("KES", required=False)
    groups = forms.MultipleChoiceField(
        choices=[("city", "City shops"), ("coast", "Coast shops")], required=False
    )
    agent = forms.BooleanField(required=False)


OPENED: dict[str, object] = {
    "name": "Njeri",
    "phone": "0700",
    "limit": Money(100000, "KES"),
    "groups": ["city"],
    "agent": True,
}


def browser_sends(page: forms.Form, **changed: list[str]) -> QueryDict:
    """What a browser sends of that page, with what a person changed."""
    sent = QueryDict(mutable=True)
    for name in page.fields:
        field = page[name]
        if name in {"command_id", "version"}:
            sent[field.html_name] = str(field.value())
            continue
        value = field.value()
        now = [str(each) for each in value] if isinstance(value, list) else [str(value)]
        hidden = list(now)
        if name == "agent":
            now, hidden = (["on"], ["True"]) if value else ([], ["False"])
        sent.setlist(field.html_initial_name, hidden)
        sent.setlist(field.html_name, changed.get(name, now))
    return sent


def test_a_row_that_nobody_else_changed_is_not_stale() -> None:
    sent = browser_sends(ShopForm(version=4, initial=OPENED), name=["Mama Njeri"])
    form = ShopForm(sent, version=4, initial=OPENED)
    assert form.is_valid(), form.errors
    assert not form.is_stale()
    assert "while you were writing" not in str(form)


def test_a_stale_page_shows_both_loses_nothing_and_goes_on() -> None:
    sent = browser_sends(
        ShopForm(version=4, initial=OPENED), name=["Mama Njeri"], phone=["0711"], groups=["coast"]
    )
    now = {**OPENED, "phone": "0722", "limit": Money(250000, "KES"), "agent": False}
    form = ShopForm(sent, version=5, initial=now)
    assert form.is_valid()
    assert form.is_stale(who="Kwame Mensah", when=datetime(2026, 11, 21, 9, 14, tzinfo=UTC))
    assert form.stale is not None
    assert form.stale.differences == [
        Difference("Phone", "0722", "0711", is_contested=True),
        Difference("Limit", "2,500.00", "", is_contested=False),
        Difference("Agent", "no", "", is_contested=False),
    ]
    html = str(form)
    assert "Kwame Mensah changed this while you were writing" in html
    assert [form[name].value() for name in ("name", "phone", "limit", "groups", "agent")] == [
        "Mama Njeri",
        "0711",
        "2,500.00",
        ["coast"],
        False,
    ]
    again = ShopForm(browser_sends(form), version=5, initial=now)
    assert again.is_valid(), again.errors
    assert not again.is_stale()
    assert again.cleaned_data["phone"] == "0711"
    assert again.cleaned_data["limit"] == Money(250000, "KES")
    assert again.cleaned_data["agent"] is False


def test_a_page_that_became_stale_by_the_same_change_shows_no_difference() -> None:
    sent = browser_sends(ShopForm(version=4, initial=OPENED), phone=["0722"])
    form = ShopForm(sent, version=5, initial={**OPENED, "phone": "0722"})
    assert form.is_valid()
    assert form.is_stale()
    assert form.stale is not None
    assert form.stale.differences == []
    assert form.cleaned_data["phone"] == "0722"
