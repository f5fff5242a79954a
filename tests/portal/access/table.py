"""Who may look at what, and who may send what there: written by hand, from what the pages are for,
in `table_inside` of an issuer and in `table_outside` of everybody else.

    A  administrator   O  operator   P  approver   F  finance   U  auditor
    W  owner of a shop   K  its cashier
    M  manager of an organisation   D  its distributor
    S  somebody signed in, who administers another issuer   N  nobody signed in

An address, who looks (GET, HEAD), who sends (POST), and what is besides; `-` is nobody, and then
that method is none of the address. Of whom a line does not name, N is led to sign in; where the
place is theirs and the page is not, it is forbidden (403); where they have no place, there is
nothing (404).

Looking answers with a page, and sending nothing with the form again, and neither changes anything,
unless it says:

    look 302, send 302    it leads elsewhere
    writes …              sending nothing is a button pressed: it writes these tables
    marks …               looking writes these tables: it is marked as seen
    others 302            who is not named is led elsewhere
"""

from dataclasses import dataclass
from typing import Final

from tests.portal.access.table_inside import INSIDE
from tests.portal.access.table_outside import OUTSIDE

EVERY_ROLE: Final = "AOPFU"
SHOPS: Final = "WK"
BUYERS: Final = "MD"
LETTERS: Final = f"{EVERY_ROLE}{SHOPS}{BUYERS}SN"
_GROUPS: Final = {
    "-": "",
    "all": EVERY_ROLE,
    "shop": SHOPS,
    "buyer": BUYERS,
    "people": LETTERS.replace("N", ""),
    "anybody": LETTERS,
}


@dataclass(frozen=True, slots=True)
class Line:
    """`look` and `send` are the status codes of who may; `others` that of who may not, if it is
    not what the place says.
    """

    name: str
    looks: str
    sends: str
    look: int
    send: int
    others: int | None
    writes: frozenset[str]
    marks: frozenset[str]


def lines() -> list[Line]:
    return [
        _line(*text.split(maxsplit=3))
        for text in (*OUTSIDE.splitlines(), *INSIDE.splitlines())
        if text and not text.startswith("#")
    ]


def _line(name: str, looks: str, sends: str, besides: str = "") -> Line:
    said = dict(part.strip().split(maxsplit=1) for part in besides.split(",") if part)
    others = said.get("others")
    return Line(
        name,
        _GROUPS.get(looks, looks),
        _GROUPS.get(sends, sends),
        int(said.get("look", 200)),
        int(said.get("send", 200)),
        None if others is None else int(others),
        frozenset(said.get("writes", "").split()),
        frozenset(said.get("marks", "").split()),
    )
