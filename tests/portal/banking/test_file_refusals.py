"""Why a file of a bank was refused, in the language of the page."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.utils import translation

from counterfoil.portal.orchestrator.banking.file_refusals import file_refusal_text

_CODE: Final = Path(__file__).parents[3] / "src" / "counterfoil"
_READERS: Final = (
    "engine/banking/refusing.py",
    "gateway/csv_files/reading.py",
    "gateway/iso20022/account_reports.py",
    "gateway/iso20022/elements.py",
    "gateway/iso20022/entries.py",
    "gateway/iso20022/payment_reports.py",
    "gateway/iso20022/reading.py",
    "gateway/iso20022/xml_reading.py",
)
_REFUSALS: Final = {"BankFileError", "FileRefusedError"}


def sentences() -> Iterator[str]:
    """All that readers say, with 7 wherever something stands."""
    for name in _READERS:
        for node in ast.walk(ast.parse((_CODE / name).read_text())):
            is_one = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_one and node.func.id in _REFUSALS:  # type: ignore[attr-defined]
                yield _filled(node.args[0])  # type: ignore[attr-defined]


def _filled(said: ast.expr) -> str:
    if isinstance(said, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "7" for part in said.values
        )
    assert isinstance(said, ast.Constant), ast.unparse(said)
    return str(said.value)


@pytest.mark.parametrize("said", sorted(set(sentences())))
def test_all_that_readers_say_is_said_in_spanish(said: str) -> None:
    with translation.override("es"):
        text = file_refusal_text(said)
        assert text != said
        assert "«" not in text, "it is no state of anything"
    with translation.override("en"):
        assert file_refusal_text(said) == said


def test_where_it_is_in_the_file_is_told_with_it() -> None:
    said = "Report 1: Entry 3: AcctSvcrRef is missing."
    with translation.override("es"):
        assert file_refusal_text(said) == "Informe 1: Apunte 3: Falta AcctSvcrRef."


def test_what_nobody_translated_is_shown_as_it_was_said() -> None:
    with translation.override("es"):
        assert file_refusal_text("Something new.") == "Something new."
        assert file_refusal_text(None) == ""
