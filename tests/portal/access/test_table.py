"""Every address and method of the portal as everybody, by the table."""

from http import HTTPStatus

import pytest
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve
from tests.portal.access.addresses import Address, addresses, parts_of
from tests.portal.access.furnished import Furnished
from tests.portal.access.table import BUYERS, EVERY_ROLE, LETTERS, SHOPS, Line, lines
from tests.portal.access.visiting import Written, body_of, taken_back, visit

pytestmark = pytest.mark.prove  # minutes: every address as everybody

LINES = {line.name: line for line in lines()}
OF_NAME = {address.name: address for address in addresses()}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_LOOKING = ("GET", "HEAD")
_SIGN_IN = "/portal/sign-in"
_EVERYBODYS = frozenset({"outbox"})  # a demonstration's, with every mail there is


def test_every_address_is_in_the_table_once_and_nothing_else_is() -> None:
    names = [address.name for address in addresses()]
    assert sorted(names) == sorted(LINES)
    assert len(lines()) == len(LINES)


@pytest.mark.parametrize("name", list(LINES))
def test_each_may_do_what_the_table_says_and_sees_nothing_of_another_issuer(
    name: str, ours: Furnished, theirs: Furnished
) -> None:
    line, address = LINES[name], OF_NAME[name]
    browsers = {**ours.browsers, "S": theirs.browsers["A"]}
    for letter in LETTERS:
        path = address.path(parts_of(ours, name, letter))
        with taken_back():
            written = Written()
            for method in _methods(line):
                answer = visit(browsers[letter], method, path)
                body = body_of(answer)
                assert _told(answer) == _expected(address, line, letter, method), (
                    f"{method} {path} as {letter}: {body[:2000]!r}"
                )
                assert method != "HEAD" or not body
                if letter != "S" and name not in _EVERYBODYS:
                    assert not theirs.marks.seen_in(body), f"{method} {path} as {letter}"
                if method == _LOOKING[-1]:
                    marks = line.marks if letter in line.looks else set()
                    assert written.tables() == marks, f"GET {path} as {letter}"
            sent = line.writes if letter in line.sends else set()
            assert written.tables() - line.marks == sent, f"POST {path} as {letter}"


def test_no_other_method_is_answered_whoever_asks(ours: Furnished) -> None:
    """It is refused before anybody is asked who they are: the request has no person, no session
    and no cookie, so that the role cannot matter.
    """
    for line in lines():
        path = OF_NAME[line.name].path(parts_of(ours, line.name, "A"))
        found = resolve(path)
        for method in set(_METHODS) - set(_methods(line)):
            request = RequestFactory().generic(method, path)
            answer = found.func(request, *found.args, **found.kwargs)
            assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED, (method, path)


def _methods(line: Line) -> list[str]:
    """Those of the address, looking first."""
    return [*(_LOOKING if line.looks else ()), *(("POST",) if line.sends else ())]


def _expected(address: Address, line: Line, letter: str, method: str) -> tuple[int, bool]:
    """The status, and whether it leads to the page on which one signs in."""
    looks = method in _LOOKING
    if letter in (line.looks if looks else line.sends):
        return line.look if looks else line.send, line.name == "account_logout" and not looks
    if line.others is not None:
        return line.others, False
    if letter == "N":
        return HTTPStatus.FOUND, True
    here = EVERY_ROLE
    if "/shop/" in address.route:
        here = SHOPS
    elif "/org/" in address.route:
        here = BUYERS
    return (HTTPStatus.FORBIDDEN if letter in here else HTTPStatus.NOT_FOUND), False


def _told(answer: HttpResponseBase) -> tuple[int, bool]:
    return answer.status_code, answer.headers.get("Location", "").startswith(_SIGN_IN)
