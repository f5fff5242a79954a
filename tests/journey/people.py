"""People in browsers: following an invitation, setting up the second factor, signing in, saying
again that it is still them, and deciding about what others ask for.
"""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page
from tests.journey.chromium import Chromium

PASSWORD: Final = "a quiet heron at noon"
_CODE_SECONDS: Final = 30
_FORM: Final = "main form:not([role='search'])"  # not the one that sifts a list
_STILL_YOU: Final = "Is it still you?"
_PATIENCE_SECONDS: Final = 60.0  # the worker tells of some things every half minute
_LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Portal:
    """Where it runs, and what one sees it with."""

    base: str
    chromium: Chromium

    def address(self, path: str) -> str:
        return f"{self.base}{path}"


@dataclass(slots=True)
class Worker:
    """One person and that person's own window."""

    portal: Portal
    email: str
    page: Page
    secret: str = ""

    def goes(self, path: str) -> None:
        answer = self.page.goto(self.portal.address(path))
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self._is_still_there()

    def misses(self, path: str) -> None:
        """There is no such page, for this person."""
        answer = self.page.goto(self.portal.address(path))
        assert answer is not None
        assert answer.status == 404, (path, answer.status)

    def presses(self, name: str) -> None:
        """A button or a link, by what stands on it."""
        main = self.page.locator("main")
        main.get_by_role("button", name=name).or_(main.get_by_role("link", name=name)).first.click()
        self._has_pressed()

    def clicks(self, selector: str) -> None:
        """What several have the same words on, or none."""
        self.page.locator(f"main {selector}").first.click()
        self._has_pressed()

    def sends(self, button: str) -> None:
        """A form, by what stands on its button."""
        self.page.locator("main").get_by_role("button", name=button).first.click()
        self._has_pressed()

    def saves(self, name: str) -> bytes:
        """What comes as a file when that button or link is pressed."""
        main = self.page.locator("main")
        with self.page.expect_download() as download:
            main.get_by_role("button", name=name).or_(
                main.get_by_role("link", name=name)
            ).first.click()
        return Path(download.value.path()).read_bytes()

    def fills(self, fields: Mapping[str, str | Path]) -> None:
        """By the names of the fields; of radio buttons and boxes, the value to tick."""
        for name, value in fields.items():
            field = self.page.locator(f"{_FORM} [name='{name}']:not([type=hidden])")
            kind = field.first.evaluate("each => each.type")
            if value == "on":
                field.first.check()
            elif kind in {"radio", "checkbox"}:
                self.page.locator(f"{_FORM} [name='{name}'][value='{value}']").check()
            elif kind == "file":
                field.first.set_input_files(value)
            elif kind == "select-one":
                field.first.select_option(str(value))
            else:
                field.first.fill(str(value))

    def ends(self, text: str) -> None:
        """On a page that follows something by itself: waits until it says so."""
        self.page.locator("main").get_by_text(text).first.wait_for(timeout=20_000)

    def sees(self, text: str) -> None:
        self.page.locator("main").get_by_text(text).first.wait_for()

    def comes_to(self, path: str, text: str) -> None:
        """Looks at a page again and again until it says so."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            self.goes(path)
            if self.page.locator("main").get_by_text(text).count():
                return
            assert time.monotonic() < deadline, (path, text, self.page.inner_text("main"))
            time.sleep(_LOOK_SECONDS)

    def looks(self, name: str) -> None:
        """At the page as everybody must be able to."""
        self.portal.chromium.seen(self.page, name)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def _has_pressed(self) -> None:
        self.page.wait_for_load_state()
        self._is_still_there()

    def _is_still_there(self) -> None:
        """Where a page asks again after some minutes; what was sent goes on then."""
        if not self.page.get_by_role("heading", name=_STILL_YOU).count():
            return
        self.looks("still-you")
        if self.secret:
            self.fills({"code": _code(self.secret)})
        else:
            self.fills({"password": PASSWORD})
        self.page.get_by_role("button", name="Go on").click()
        self.page.wait_for_load_state()


def given_worker(
    portal: Portal, email: str, link: str, name: str, *, second_factor: bool, phone: bool = False
) -> Worker:
    """Follows the invitation's link, chooses a password, signs in, and has a code where needed."""
    worker = Worker(portal, email, portal.chromium.window(phone=phone))
    worker.goes(urlsplit(link).path)
    worker.looks("welcome")
    worker.fills({"name": name, "new_password1": PASSWORD, "new_password2": PASSWORD})
    worker.presses("Set the password")
    worker.looks("sign-in")
    worker.fills({"login": email, "password": PASSWORD})
    worker.presses("Sign in")
    if second_factor:
        _set_up_second_factor(worker)
    return worker


def mailed_link(portal: Portal, email: str) -> str:
    """The latest link that was sent to that address, as it lies in the local outbox."""
    page = portal.chromium.window()
    page.goto(portal.address("/portal/outbox"))
    portal.chromium.seen(page, "outbox")
    page.locator("li, tr").filter(has_text=email).first.get_by_role("link").first.click()
    page.wait_for_load_state()
    portal.chromium.seen(page, "outbox-mail")
    link = page.locator("a[href*='/welcome/'], a[href*='/apply/']").first.get_attribute("href")
    page.context.close()
    assert link is not None
    return urlsplit(link).path


def approves(approver: Worker, issuer: str, page: str = "decide") -> None:
    """The queue, the review, the decision; then it is done. `page` is what the review is called."""
    approver.goes(f"/portal/{issuer}/approvals")
    approver.looks("approvals")
    approver.presses("Review")
    approver.looks(page)
    approver.clicks("button[name=verdict][value=approve]")
    approver.ends("Done")
    approver.looks("command-done")


def _set_up_second_factor(worker: Worker) -> None:
    page = worker.page
    if "second-factor" not in worker.path:
        worker.goes("/portal/account/second-factor/set-up")
    worker.looks("second-factor")
    worker.secret = page.locator("[translate=no]").first.inner_text().replace(" ", "")
    worker.fills({"code": _code(worker.secret)})
    worker.presses("Turn it on")
    worker.sees("ecovery codes")
    worker.looks("recovery-codes")


def _code(secret: str) -> str:
    key = base64.b32decode(secret)
    digest = SHA1()  # noqa: S303  # RFC 6238, as authenticators have it
    one_time = TOTP(key, 6, digest, _CODE_SECONDS, enforce_key_length=False)
    return one_time.generate(int(time.time())).decode()
