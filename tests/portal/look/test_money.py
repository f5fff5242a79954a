"""Money is written in one way: in tables, sentences, buttons and mails alike."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

from counterfoil.money import Money
from counterfoil.portal import language
from counterfoil.portal.language import money_text

PORTAL = Path(language.__file__).parent


@pytest.mark.parametrize(
    ("speaks", "minor", "currency", "text"),
    [
        ("en", 125_000, "KES", "1,250.00 KES"),
        ("es", 125_000, "KES", "1.250,00 KES"),
        ("en", 2_000_000, "UGX", "2,000,000 UGX"),
        ("es", 100_000, "UGX", "100.000 UGX"),
        ("en", 1_234_567, "KWD", "1,234.567 KWD"),
        ("en", -500, "KES", "\N{MINUS SIGN}5.00 KES"),
    ],
)
def test_the_currency_stands_behind_the_amount_in_sentences_and_in_tables(
    speaks: str, minor: int, currency: str, text: str
) -> None:
    with translation.override(speaks):
        money = Money(minor, currency)
        assert money_text(money) == text.replace(" ", "\N{NO-BREAK SPACE}")
        for source in ("{% money money %}", "{% money minor currency %}"):
            page = Template("{% load counterfoil %}" + source)
            shown = page.render(Context({"money": money, "minor": minor, "currency": currency}))
            assert re.sub(r"<[^>]+>", "", shown).strip() == text


def test_nothing_else_puts_an_amount_and_a_currency_together() -> None:
    beside = re.compile(r"amount_text\([^\n]*\)\} ?\{|\{[a-z_.]*currency\} \{")
    found = [
        path.name
        for path in PORTAL.rglob("*.py")
        if path.name != "language.py" and beside.search(path.read_text())
    ]
    assert found == []
    spans = [
        path.name
        for path in (PORTAL / "templates").rglob("*.html")
        if path.name not in {"money.html", "ticket.html", "live.html"}
        and 'class="money"' in path.read_text()
    ]
    assert spans == []
