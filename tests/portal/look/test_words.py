"""Every state, action, refusal, account and kind of command has its word; the tags write numbers,
amounts and dates as the language of the page does.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.template import engines
from django.utils import timezone, translation

from counterfoil.chart import AccountKind
from counterfoil.engine.commands.content import KINDS
from counterfoil.engine.operation import Outcome
from counterfoil.money import Money
from counterfoil.portal import words
from counterfoil.programme import ProgrammeStatus
from counterfoil.voucher import Action, State

NOTHING = "\N{EN DASH}"
TONES = {"", "good", "wait", "bad", "info"}


def said() -> Iterator[tuple[str, object]]:
    for state in State:
        yield state.name, words.voucher_state(state)
    for action in Action:
        yield action.name, words.action_word(action)
    for outcome in Outcome:
        yield outcome.name, words.outcome_word(outcome)
    for kind in AccountKind:
        yield kind.name, words.account_word(kind)
    for programme in ProgrammeStatus:
        yield programme.name, words.programme_status(programme)
    for command in KINDS:
        yield command, words.command_word(command)


@pytest.mark.parametrize("language", ["en", "es"])
def test_whatever_can_happen_has_a_word(language: str) -> None:
    with translation.override(language):
        without = [name for name, word in said() if not str(word) or str(word) == name]
    assert without == []


def test_words_are_other_words_in_spanish() -> None:
    english = [str(word) for _name, word in said()]
    with translation.override("es"):
        spanish = [str(word) for _name, word in said()]
    same = {one for one, other in zip(english, spanish, strict=True) if one == other}
    assert same == set()


@pytest.mark.parametrize(
    "status",
    [
        *map(words.voucher_state, State),
        *map(words.programme_status, ProgrammeStatus),
        *map(words.acceptor_status, ("draft", "approved", "rejected", "suspended", "closed")),
        *map(words.group_status, ("open", "paused", "closed")),
        *map(words.provision_status, ("running", "ready", "paused", "cancelled")),
        *map(words.client_status, ("active", "revoked")),
        *map(words.payment_status, ("pending", "completed", "rejected")),
        *map(
            words.command_state,
            ("waiting", "running", "done", "refused", "rejected", "withdrawn", "expired"),
        ),
    ],
    ids=str,
)
def test_a_state_has_a_tone_that_is_drawn(status: words.Word) -> None:
    assert status.tone in TONES
    assert str(status)[0].isupper()
    shown = written("{% state it %}", it=status)
    assert shown == f'<span class="state {status.tone}">{status}</span>'


def written(source: str, **context: object) -> str:
    template = engines["django"].from_string("{% load counterfoil %}" + source)
    return str(template.render(context)).strip()


@pytest.mark.parametrize(
    ("source", "english", "spanish"),
    [
        ("{% money 125000000 'KES' %}", "1,250,000.00 KES", "1.250.000,00 KES"),
        ("{% money funds %}", "1,250 JPY", "1.250 JPY"),
        ("{% money nothing 'KES' %}", NOTHING, NOTHING),
        ("{{ 12500|count }}", "12,500", "12.500"),
        ("{{ nothing|count }}", NOTHING, NOTHING),
        ("{{ 245760|bytes_text }}", "240 kB", "240 kB"),
        ("{{ 1|bytes_text }}", "1 kB", "1 kB"),
        ("{{ 5242880|bytes_text }}", "5.0 MB", "5,0 MB"),
        ("{% date_text day %}", "21 Nov 2026", "21 nov 2026"),
        ("{% date_text moment %}", "22 Nov 2026", "22 nov 2026"),
        ("{% when moment %}", "22 Nov 2026, 01:30 EAT", "22 nov 2026, 01:30 EAT"),
        ("{% when nothing %}", NOTHING, NOTHING),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(
    source: str, english: str, spanish: str
) -> None:
    context: dict[str, object] = {
        "funds": Money(1250, "JPY"),
        "nothing": None,
        "day": date(2026, 11, 21),
        "moment": datetime(2026, 11, 21, 22, 30, tzinfo=UTC),
    }
    for language, wanted in (("en", english), ("es", spanish)):
        with translation.override(language), timezone.override("Africa/Nairobi"):
            text = written(source, **context)
        for tag in ('<span class="money">', "<span>", "</span>", "<b>", "</b>", "</time>"):
            text = text.replace(tag, "")
        assert text.split(">")[-1] == wanted


def test_what_people_wrote_is_escaped() -> None:
    harm = "<script>"
    assert "<script>" not in written("{% state it %}{% change it it it %}", it=harm)
    assert "<script>" not in written("{% empty_list it %}{{ it }}{% end_empty_list %}", it=harm)
