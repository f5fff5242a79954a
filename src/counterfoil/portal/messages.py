"""The portal's words in other languages: taken out of the code, checked, and made ready to use.

python -m counterfoil.portal.messages extract   after strings changed: what to translate
python -m counterfoil.portal.messages check     fails where a translation is not whole
python -m counterfoil.portal.messages compile   as every start does where it is needed
"""

import io
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PORTAL: Final = Path(__file__).parent
LOCALE: Final = PORTAL / "locale"
LANGUAGES: Final = ("es",)
_KEYWORDS: Final[dict[str, tuple[int | tuple[int, str], ...] | None]] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_COMMENT: Final = "Translators:"
_WIDTH: Final = 100
_HEADER: Final = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
_PLACES: Final = re.compile(r"%\([a-z_0-9]+\)[a-z]|%[a-z%]|\{[a-z_0-9]*\}|</?[a-z]+[^>]*>")


def catalog_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def found_messages() -> Catalog:
    """What the code and the templates say, and where."""
    catalog = Catalog(project="Counterfoil", charset="utf-8")
    for path in sorted([*PORTAL.rglob("*.py"), *PORTAL.rglob("templates/**/*.*")]):
        where = path.relative_to(PORTAL).as_posix()
        for _line, ids, comments, context in _said(path):
            catalog.add(ids, locations=[(where, 0)], auto_comments=comments, context=context)
    return catalog


def faults(language: str) -> list[str]:
    """What is wrong with a translation, in words; empty when it is whole."""
    wanted = {_key(each): each for each in found_messages() if each.id}
    catalog = _read(language)
    there = {_key(each): each for each in catalog if each.id}
    obsolete = [each for key, each in there.items() if key not in wanted]
    told = [f"nobody says this any more: {_shown(each)}" for each in obsolete]
    told += [f"nobody says this any more: {_shown(each)}" for each in catalog.obsolete.values()]
    for key, message in wanted.items():
        translated = there.get(key)
        if translated is None:
            told.append(f"not translated: {_shown(message)}")
        else:
            told += [f"{fault}: {_shown(message)}" for fault in _faults_of(translated)]
    return told


def compile_messages(language: str, folder: Path) -> None:
    """Writes the `.mo` below that folder, whole or not at all."""
    target = folder / language / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        write_mo(file, _read(language))
    Path(file.name).chmod(0o644)
    Path(file.name).replace(target)


def ready_locales(cache: Path | None) -> list[str]:
    """Compiles what is older than its source: beside it, or in the cache where that cannot be
    written. Returns the folders where Django looks besides the portal's own.
    """
    late = [language for language in LANGUAGES if _is_late(language, LOCALE)]
    if not late:
        return []
    if os.access(LOCALE, os.W_OK):
        for language in late:
            compile_messages(language, LOCALE)
        return []
    if cache is None:
        return []
    for language in late:
        if _is_late(language, cache):
            compile_messages(language, cache)
    return [str(cache)]


def _said(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        # It looks like Python, and its indentation does not.
        lines = templatize(text, origin=str(path)).splitlines()
        text = "\n".join(line.strip() for line in lines)
    source = io.BytesIO(text.encode())
    for found in extract("python", source, keywords=_KEYWORDS, comment_tags=(_COMMENT,)):
        if found[1]:
            yield found


def _is_late(language: str, folder: Path) -> bool:
    made = folder / language / "LC_MESSAGES" / "django.mo"
    return not made.exists() or made.stat().st_mtime < catalog_path(language).stat().st_mtime


def _read(language: str) -> Catalog:
    path = catalog_path(language)
    if not path.exists():
        return Catalog(locale=language, project="Counterfoil", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _key(message: Message) -> tuple[object, object]:
    first = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
    return first, message.context


def _shown(message: Message) -> str:
    first = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
    return repr(first)


def _faults_of(message: Message) -> Iterator[str]:
    ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
    texts = _texts(message)
    if message.fuzzy:
        yield "only guessed"
    if not all(texts):
        yield "not translated"
        return
    wanted = _places(ids[-1])
    for number, text in enumerate(texts):
        missing, more = wanted - _places(text), _places(text) - wanted
        # "One thing" need not say its number.
        may_miss = 1 if len(ids) > 1 and number == 0 else 0
        if more or missing.total() > may_miss:
            yield "other placeholders or tags"
        if _ends(text) != _ends(ids[0]):
            yield "other spaces at its ends"


def _texts(message: Message) -> list[str]:
    several = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    return [text or "" for text in several]


def _places(text: str) -> Counter[str]:
    return Counter(_PLACES.findall(text))


def _ends(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


@click.group()
def main() -> None:
    """The portal's words in other languages."""


@main.command(name="extract")
def extract_command() -> None:
    """Write what is said now into the catalogues, keeping what is translated."""
    for language in LANGUAGES:
        catalog = _read(language)
        catalog.update(found_messages(), no_fuzzy_matching=True, update_header_comment=False)
        path = catalog_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        header = _HEADER.format(language=language, plurals=catalog.plural_forms)
        written = io.BytesIO()
        written.write(header.encode())
        write_po(
            written,
            catalog,
            width=_WIDTH,
            omit_header=True,
            ignore_obsolete=True,
            include_lineno=False,
            sort_by_file=True,
        )
        path.write_bytes(written.getvalue())
        missing = sum(1 for each in catalog if each.id and not all(_texts(each)))
        click.echo(f"{language}: {len(catalog)} texts, {missing} to translate.")


@main.command(name="check")
def check_command() -> None:
    """Fail where a translation is not whole."""
    told = [f"{language}: {fault}" for language in LANGUAGES for fault in faults(language)]
    for line in told:
        click.echo(line, err=True)
    if told:
        raise SystemExit(1)


@main.command(name="compile")
def compile_command() -> None:
    """Make the catalogues ready to use."""
    for language in LANGUAGES:
        compile_messages(language, LOCALE)


if __name__ == "__main__":
    main()
