"""The engine's sentences in the language of the page."""

import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext

from counterfoil.portal.orchestrator.refusals import SENTENCES, refusal_text

_ENGINE = Path(__file__).parents[3] / "src" / "counterfoil" / "engine"
_PLACE = re.compile(r"%\(\w+\)s")
_NAMES = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_one_that_the_engine_says(sentence: str) -> None:
    """Word by word, wherever names and numbers stand."""
    code = "\n".join(path.read_text() for path in _ENGINE.rglob("*.py"))
    said = re.sub(r'"\s*\n\s*f?"', "", code)
    parts = [re.escape(part) for part in _PLACE.split(sentence)]
    assert re.search(r"\"" + r"\{[^\"]*?\}".join(parts) + r"\"", said), sentence


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_it_is_found_again_whatever_stands_in_its_places(sentence: str, language: str) -> None:
    places = {name: f"{name} 1" for name in _NAMES.findall(sentence)}
    with translation.override(language):
        assert refusal_text(sentence % places) == gettext(sentence) % places


def test_codes_outcomes_and_what_nobody_translated_are_told() -> None:
    with translation.override("es"):
        assert refusal_text("That is more than is available.") == "Eso es más de lo disponible."
    with translation.override("en"):
        assert refusal_text("unsealed").startswith("It was not written by this portal")
        assert refusal_text("suspended") != "suspended"
        assert refusal_text("Something new.") == "Something new."
        assert refusal_text(None) == ""


@pytest.mark.parametrize(
    ("language", "said", "told"),
    [
        (
            "es",
            "Asha Stores is suspended; it cannot be rejected.",
            "Asha Stores tiene el estado «suspendido»; no puede pasar a «rechazado».",
        ),
        (
            "en",
            "Asha Stores is draft; it cannot be open.",
            "Asha Stores is in review; it cannot be open.",
        ),
        (
            "en",
            "DROUGHT is sales_closed and not open any more; look at it again.",
            "DROUGHT is sales closed and not open any more; look at it again.",
        ),
        ("es", "FOOD is paused; only an open group is stocked.", "«en pausa»"),
        ("es", "FOOD is closed; it cannot be open.", "no puede pasar a «abierto»"),
    ],
)
def test_states_within_a_sentence_are_of_its_language(language: str, said: str, told: str) -> None:
    with translation.override(language):
        text = refusal_text(said)
    assert told in text
    if language == "es":
        assert not re.search(r"\b(is|suspended|rejected|paused|open|closed)\b", text)
