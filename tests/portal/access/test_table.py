"""Every address and method of the portal as everybody, by the table."""

from http import HTTPStatus

import pytest
from django.http.response import HttpResponseBase
from tests.portal.access.addresses import Address, addresses, parts_of
from tests.portal.access.furnished import Furnished
from tests.portal.access.table import EVERY_ROLE, LETTERS, SHOPS, Line, lines
from tests.portal.access.visiting import Written, body_of, taken_back, visit

LINES = {line.name: line for line in lines()}
OF_NAME = {address.name: address for address in addresses()}
_LOOKING = ("GET", "HEAD")
_NOT_OURS = ("PUT", "PATCH", "DELETE", "OPTIONS")
_SIGN_IN = "/portal/sign-in"


def test_every_address_is_in_the_table_once_and_nothing_else_is() -> None:
    names = [address.name for address in addresses()]
    assert sorted(names) == sorted(LINES)
    assert len(lines()) == len(LINES)


@pytest.mark.parametrize("name", list(LINES))
def test_each_may_do_what_the_table_says(name: str, ours: Furnished, theirs: Furnished) -> None:
    line, address = LINES[name], OF_NAME[name]
    browsers = {**ours.browsers, "S": theirs.browsers["A"]}
    for letter in LETTERS:
        path = address.path(parts_of(ours, name, letter))
        with taken_back():
            written = Written()
            for method in (*_LOOKING, *_NOT_OURS, "POST"):
                answer = visit(browsers[letter], method, path)
                body = body_of(answer)
                assert _told(answer) == _expected(address, line, letter, method), (
                    f"{method} {path} as {letter}: {body[:2000]!r}"
                )
                if method == "HEAD":
                    assert not body
                    assert written.tables() == (line.marks if letter in line.looks else set())
            sent = line.writes if letter in line.sends else set()
            assert written.tables() - line.marks == sent, f"POST {path} as {letter}"


def _expected(address: Address, line: Line, letter: str, method: str) -> tuple[int, bool]:
    """The status, and whether it leads to the page on which one signs in."""
    looks = method in _LOOKING
    who = line.looks if looks else line.sends if method == "POST" else ""
    if not who:
        return HTTPStatus.METHOD_NOT_ALLOWED, False
    if letter in who:
        return line.look if looks else line.send, line.name == "account_logout" and not looks
    if line.others is not None:
        return line.others, False
    if letter == "N":
        return HTTPStatus.FOUND, line.name != "account_logout" or looks
    here = SHOPS if "/shop/" in address.route else EVERY_ROLE
    return (HTTPStatus.FORBIDDEN if letter in here else HTTPStatus.NOT_FOUND), False


def _told(answer: HttpResponseBase) -> tuple[int, bool]:
    return answer.status_code, answer.headers.get("Location", "").startswith(_SIGN_IN)
