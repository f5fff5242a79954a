"""Which letters a bank is sent.

ISO 20022 allows any letter of Unicode; between banks only few travel for sure: the Latin ones
without marks, digits and `/ - ? : ( ) . , ' +`. So Latin letters lose their marks (the name stays
readable, and no bank puts a question mark in their place), and other scripts go as they are,
unless a bank takes Latin only: then what cannot be put into Latin is not written.
Source: European Payments Council, EPC217-08, requirements for an extended character set.
"""

import re
from typing import Final
from unicodedata import category, combining, name, normalize

# A letter and how it is spelt without its mark: those that Unicode does not take apart itself.
_PAIRS: Final = (
    "ßss ẞSS æae ÆAE œoe ŒOE øo ØO đd ĐD ðd ÐD þth ÞTh łl ŁL ıi ŋng ŊNg ħh ĦH ɛe ƐE ɔo ƆO ɓb ƁB ɗd"  # noqa: RUF001
    " ƊD ƙk ƘK əe ƏE ŧt ŦT ƴy ƳY"
)
_SPELT: Final = str.maketrans(
    {
        **{pair[0]: pair[1:] for pair in _PAIRS.split()},
        **dict.fromkeys("‘’‚‹›ʼʻ`´", "'"),  # noqa: RUF001  # the marks that people write
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),  # noqa: RUF001
        "…": "...",
    }
)
_BETWEEN_BANKS: Final = re.compile(r"[A-Za-z0-9/?:().,'+ -]*", re.ASCII)
_ALSO_SAID: Final = str.maketrans({"&": "+", "_": "-", '"': "'", "@": "(at)"})
_OTHER_SIGNS: Final = re.compile(r"[!-~]")
_UNSEEN: Final = frozenset({"Cf", "Cs", "Co", "Cn"})  # marks of direction, halves, nothing at all


def written(text: str, letters_max: int) -> str:
    """As much of it as fits, in one line, with the marks of Latin letters gone."""
    is_plain = text.isascii() and text.isprintable() and "`" not in text
    plain = text if is_plain else "".join(map(_plain, normalize("NFC", text).translate(_SPELT)))
    return " ".join(plain.split())[:letters_max].strip()


def latin(text: str) -> str | None:
    """What was written, in letters that every bank takes; None where it has others."""
    known = "".join(
        " " if _OTHER_SIGNS.fullmatch(letter) and not _BETWEEN_BANKS.fullmatch(letter) else letter
        for letter in text.translate(_ALSO_SAID)
    )
    return " ".join(known.split()) if _BETWEEN_BANKS.fullmatch(known) else None


def _plain(letter: str) -> str:
    if " " <= letter <= "~":
        return letter
    kind = category(letter)
    if kind == "Cc":
        return " "
    if kind in _UNSEEN:
        return ""
    if not name(letter, "").startswith(("LATIN", "FULLWIDTH")):
        return letter
    return "".join(part for part in normalize("NFKD", letter) if not combining(part))
