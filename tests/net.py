"""A net for secrets: says where any of them can be read, in any form somebody could have written.

Plain, in hexadecimal and in base64 at every alignment; of voucher numbers also their eight bytes,
and the plain digests from which a short number is soon found.
"""

import hashlib
import os
import shutil
import subprocess
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_INT8_MAX: Final = 2**63 - 1
_SEARCH_SECONDS_MAX: Final = 120
_NOTHING_FOUND: Final = 1  # the exit code of grep


class Net:
    """Filled by `add` while a run goes on; `caught` looks afterwards."""

    def __init__(self, folder: Path) -> None:
        self.numbers: set[str] = set()
        self.others: set[str] = set()
        self._patterns = folder / "patterns"

    def add_number(self, number: str) -> str:
        self.numbers.add(number)
        return number

    def add(self, secret: str) -> str:
        self.others.add(secret)
        return secret

    def caught(self, *places: Path) -> list[str]:
        """`file:what was found` for each find in these files and all below these folders."""
        forms = {form for number in self.numbers for form in _number_forms(number)}
        forms |= {form for secret in self.others for form in _text_forms(secret)}
        self._patterns.write_bytes(b"\n".join(form for form in forms if b"\n" not in form))
        grep = shutil.which("grep")
        assert grep is not None
        found = subprocess.run(  # noqa: S603  # every word is ours
            [grep, "-r", "-a", "-o", "-F", "-f", str(self._patterns), *map(str, places)],
            env=os.environ | {"LC_ALL": "C"},
            capture_output=True,
            timeout=_SEARCH_SECONDS_MAX,
            check=False,
        )
        assert found.returncode in {0, _NOTHING_FOUND}, found.stderr
        return found.stdout.decode("latin-1").splitlines()

    def caught_in(self, texts: Iterable[str], folder: Path) -> list[str]:
        path = folder / "texts"
        path.write_text("\n".join(texts), "utf-8")
        return self.caught(path)


def _number_forms(number: str) -> Iterator[bytes]:
    yield from _text_forms(number)
    if int(number) <= _INT8_MAX:
        yield int(number).to_bytes(8, "big")
        yield int(number).to_bytes(8, "little")
    for digest in (hashlib.md5, hashlib.sha1, hashlib.sha256):  # what a careless log would use
        done = digest(number.encode()).digest()
        yield from (done, done.hex().encode())


def _text_forms(text: str) -> Iterator[bytes]:
    plain = text.encode()
    yield plain
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            whole = encode(bytes(before) + plain)
            # Less the characters that also depend on what stands around it.
            yield whole[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
