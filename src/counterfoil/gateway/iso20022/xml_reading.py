"""XML that a stranger wrote: without document types, so without entities; neither deeper nor longer
than a bank's file is. Only the standard library's expat stands behind it.
"""

from collections.abc import Mapping
from typing import Final, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from counterfoil.gateway.bank_files import FILE_BYTES_MAX, BankFileError

_DEPTH_MAX: Final = 40
_ELEMENTS_MAX: Final = 2_000_000  # some 70,000 payments; in memory some 300 MB
_BYTES_MAX_SHOWN: Final = FILE_BYTES_MAX // (1024 * 1024)


def read_xml(content: bytes) -> Element:
    """The root; tags are `{namespace}name`. Raises BankFileError."""
    if len(content) > FILE_BYTES_MAX:
        raise BankFileError(f"The file is longer than {_BYTES_MAX_SHOWN} MB.")
    tree = _Tree()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    try:
        parser.Parse(content, True)  # noqa: FBT003  # expat's own: this was all of it
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise BankFileError(f"It is not XML: {reason} in line {error.lineno}.") from error
    except (ValueError, LookupError) as error:  # pyexpat's own, of the encoding that is named
        raise BankFileError("It is in an encoding that is not known.") from error
    return tree.root()


class _Tree:
    def __init__(self) -> None:
        self._builder = TreeBuilder()
        self._names: dict[str, str] = {}  # each name is kept once, however often it stands there
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEPTH_MAX or self._elements > _ELEMENTS_MAX:
            raise BankFileError("It is nested deeper, or has more in it, than a bank's file has.")
        own = {self._named(name): text for name, text in attributes.items()}
        self._builder.start(self._named(tag), own)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(self._named(tag))

    def text(self, text: str) -> None:
        self._builder.data(text)

    def root(self) -> Element:
        return self._builder.close()

    def _named(self, name: str) -> str:
        kept = self._names.get(name)
        if kept is None:
            kept = self._names[name] = "{" + name if "}" in name else name
        return kept


def _refuse_doctype(*_declared: object) -> NoReturn:
    raise BankFileError("It declares a document type; a bank's file has none.")
