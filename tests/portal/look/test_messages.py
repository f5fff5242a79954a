"""The catalogue of another language: what its check finds."""

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import write_po

from counterfoil.portal import messages


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a portal with one file and one template; the path of its Spanish."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "page.py").write_text(
        'x = _("Sign in")\ny = ngettext("%(n)s row of %(a)s", "%(n)s rows of %(a)s", 2)\n'
    )
    (tmp_path / "templates" / "page.html").write_text(
        "{% load i18n %}\n<p>\n  {% translate \"It's here\" %} {{ _('Yes') }}\n"
        "{% blocktranslate trimmed %}\n  Hello <b>{{ name }}</b>\n{% endblocktranslate %}\n"
        "{% blocktranslate count n=rows|length %}one{% plural %}{{ n }} of them"
        "{% endblocktranslate %}</p>"
    )
    monkeypatch.setattr(messages, "PORTAL", tmp_path)
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    path = messages.catalog_path("es")
    path.parent.mkdir(parents=True)
    return path


WHOLE: dict[str | tuple[str, str], str | tuple[str, str]] = {
    "Sign in": "Entrar",
    ("%(n)s row of %(a)s", "%(n)s rows of %(a)s"): ("Una fila de %(a)s", "%(n)s filas de %(a)s"),
    "It's here": "Está aquí",
    "Yes": "Sí",
    "Hello <b>%(name)s</b>": "Hola, <b>%(name)s</b>",
    ("one", "%(n)s of them"): ("uno", "%(n)s de ellos"),
}


def written(path: Path, texts: dict[str | tuple[str, str], str | tuple[str, str]]) -> None:
    catalog = Catalog(locale="es")
    for said, meant in texts.items():
        catalog.add(said, meant)
    with path.open("wb") as file:
        write_po(file, catalog)


def test_a_whole_translation_has_no_fault_and_is_compiled(catalogue: Path, tmp_path: Path) -> None:
    written(catalogue, WHOLE)
    assert messages.faults("es") == []
    assert messages.ready_locales(None) == []
    made = catalogue.with_suffix(".mo")
    before = made.stat().st_mtime_ns
    assert messages.ready_locales(None) == []
    assert made.stat().st_mtime_ns == before
    assert sorted(path.name for path in catalogue.parent.iterdir()) == ["django.mo", "django.po"]
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("said", "meant", "fault"),
    [
        ("Yes", "", "not translated: 'Yes'"),
        ("Yes", None, "not translated: 'Yes'"),
        ("Yes", "Sí ", "other spaces at its ends: 'Yes'"),
        (
            "Hello <b>%(name)s</b>",
            "Hola, <b>%(nombre)s</b>",
            "other placeholders or tags: 'Hello <b>%(name)s</b>'",
        ),
        (
            "Hello <b>%(name)s</b>",
            "Hola, %(name)s",
            "other placeholders or tags: 'Hello <b>%(name)s</b>'",
        ),
        (("one", "%(n)s of them"), ("uno", "ellos"), "other placeholders or tags: 'one'"),
        ("Nobody says this", "Nadie lo dice", "nobody says this any more: 'Nobody says this'"),
    ],
)
def test_every_fault_is_found(
    catalogue: Path,
    said: str | tuple[str, str],
    meant: str | tuple[str, str] | None,
    fault: str,
) -> None:
    texts = dict(WHOLE)
    if meant is None:
        del texts[said]
    else:
        texts[said] = meant
    written(catalogue, texts)
    assert messages.faults("es") == [fault]


def test_a_guess_and_what_was_left_behind_are_faults(catalogue: Path) -> None:
    written(catalogue, WHOLE)
    text = catalogue.read_text()
    text = (
        text.replace('msgid "Yes"', '#, fuzzy\nmsgid "Yes"') + '\n#~ msgid "Old"\n#~ msgstr "V"\n'
    )
    catalogue.write_text(text)
    assert sorted(messages.faults("es")) == [
        "nobody says this any more: 'Old'",
        "only guessed: 'Yes'",
    ]
