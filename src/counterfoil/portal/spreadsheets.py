"""Tables that people open with a spreadsheet: what somebody wrote must not run as a formula."""

from typing import Final

# The second four are the same signs as wide as Asian letters, which spreadsheets take for them.
_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001
_BLANKS: Final = ("\t", "\r", "\n")


def harmless(cell: object) -> str:
    """As a text of which nothing is left to be worked out; a number stays one."""
    text = str(cell)
    runs = text.startswith(_BLANKS) or text.lstrip().startswith(_STARTS)
    return f"'{text}" if runs and not _is_number(text) else text


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()
