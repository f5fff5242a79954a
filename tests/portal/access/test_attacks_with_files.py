"""Files that are not what they seem, names that lead elsewhere, and tokens of files of others."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Final
from unittest import mock
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests.portal.access.addresses import addresses, parts_of
from tests.portal.access.attacking import attack
from tests.portal.access.furnished import Furnished
from tests.portal.access.visiting import body_of, visit
from tests.portal.conftest import Portal
from tests.portal.filled import filled
from tests.portal.given import given_person, signed_in
from tests.portal.look.files import HOSTILE, HTML, PDF, SVG, archive, picture
from tests.portal.merchants.working import BUSINESS, applicant, given_room, sent, text_of

from counterfoil.portal.models import MerchantProfile, Role, Upload

pytestmark = pytest.mark.prove
OF_NAME: Final = {address.name: address for address in addresses()}
GONE: Final = "This file is not kept any more. Choose it again."
PAID_IN: Final = {"amount": "12.00", "reference": "FT 77"}
# Each form that takes a file: who sends it, its field, and whether it takes pictures alone.
TAKES: Final = {
    "money-deposit": ("F", "evidence_file", False),
    "merchant-rebank": ("O", "why-evidence", False),
    "application-add": ("O", "upload", False),
    "apply-add": ("N", "upload", False),
    "voucher-new": ("O", "picture", True),
    "voucher-step": ("O", "picture", True),
}
NAMES: Final = (
    "../../../../etc/passwd.png",
    "..\\..\\windows\\system32\\paper.png",
    "/etc/cron.d/paper.png",
    "paper.png\r\nSet-Cookie: counterfoil_session=stolen",
    'paper.png"; filename="run.html',
    "paper.html",
    "paper.png.svg",
    "paper\u202egnp.exe",
    "<img src=x onerror=alert(1)>.png",
    ".htaccess",
    "",
    "x" * 300 + ".png",
)


def form_of(of: Furnished, name: str) -> tuple[Client, str, str]:
    """The browser, the address and the field."""
    letter, field, _pictures = TAKES[name]
    parts = parts_of(of, name, letter)
    if name in {"application-add", "apply-add"}:
        parts |= {"stage": "documents"}
    if name == "voucher-step":
        parts |= {"step": "basics"}
    path = OF_NAME[name].path(parts)
    return of.browsers[letter], f"{path}?scheme=iban" if name == "merchant-rebank" else path, field


def kept(of: Furnished) -> int:
    return Upload.objects.filter(issuer_id=of.issuer_id).count()


def on_disk() -> list[str]:
    folder = Path(settings.COUNTERFOIL_UPLOADS)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def wrong(pictures_only: bool) -> Iterator[tuple[str, str, bytes]]:  # noqa: FBT001  # said by TAKES
    for what, (name, content) in HOSTILE.items():
        yield what, name, content
    yield "a page that says it is a picture", "shop.png", b"\x89PNG\r\n\x1a\n" + HTML
    yield "a drawing behind a picture's head", "shop.jpg", b"\xff\xd8\xff\xe0" + SVG
    yield "an archive", "papers.zip", archive()
    if pictures_only:
        yield "a PDF where pictures go", "receipt.pdf", PDF


@pytest.mark.parametrize("name", list(TAKES))
def test_what_is_not_a_paper_or_a_picture_is_kept_nowhere(name: str, ours: Furnished) -> None:
    browser, path, field = form_of(ours, name)
    form, before = filled(browser, path), (kept(ours), on_disk())
    for what, filename, content in wrong(TAKES[name][2]):
        file = SimpleUploadedFile(filename, content, content_type="image/png")
        met = attack(browser, path, {**form, field: file})
        assert met.status == HTTPStatus.OK, (name, what)
        assert f'name="{field}_kept"' not in met.page, (name, what)
        assert (kept(ours), on_disk()) == before, (name, what)


@pytest.mark.parametrize("filename", NAMES)
def test_a_name_of_a_file_leads_nowhere(filename: str, ours: Furnished) -> None:
    """It is kept under a name of ours, and given out to be saved, in one line."""
    browser, path, field = form_of(ours, "money-deposit")
    form, before = filled(browser, path), set(on_disk())
    body, boundary = b"", "x0x0x0x0x"
    for key, value in form.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n'.encode()
        body += f"{value}\r\n".encode()
    quoted = filename.replace("\r\n", "%0D%0A").replace('"', "%22")  # as browsers send them
    body += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{quoted}"\r\n'
        "Content-Type: text/html\r\n\r\n"
    ).encode()
    body += picture("PNG", (30, 20)) + f"\r\n--{boundary}--\r\n".encode()
    kind = f"multipart/form-data; boundary={boundary}"
    answer = browser.post(path, body, content_type=kind)
    assert answer.status_code == HTTPStatus.OK
    assert b"<img src=x" not in answer.content
    fresh = set(on_disk()) - before
    if not filename:
        assert fresh == set()  # a field left empty
        return
    (new,) = fresh
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", new)
    upload = Upload.objects.get(pk=new[3:])
    assert re.fullmatch(r'[^\x00-\x1f"<>|:*?/\\\u202e]{1,116}\.png', upload.name), upload.name
    given = visit(ours.browsers["U"], "GET", f"{ours.root}/uploads/{upload.pk}")
    assert body_of(given) == picture("PNG", (30, 20))
    told = given.headers
    assert told["Content-Type"] == "image/png"
    assert re.match(r"attachment; filename[*=]", told["Content-Disposition"])
    assert "\n" not in told["Content-Disposition"]
    assert "Set-Cookie" not in told
    upload.delete()
    (Path(settings.COUNTERFOIL_UPLOADS) / new).unlink()


@pytest.mark.parametrize(
    "path",
    [
        "uploads/..%2f..%2fsecret",
        "uploads/../../settings",
        "pictures/..%2f..%2f..%2fetc%2fpasswd.webp",
        f"pictures/{'../' * 8}etc/passwd.webp",
        f"pictures/{'0' * 64}.webp/../../x",
    ],
)
def test_no_address_of_a_file_leads_out_of_its_folder(path: str, ours: Furnished) -> None:
    answer = visit(ours.browsers["O"], "GET", f"{ours.root}/{path}")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    for name in ("..%2f..%2fmessages.py", "../../../etc/passwd", "secret", "x/../portal.js"):
        answer = visit(ours.browsers["O"], "GET", f"/portal/static/x/{name}")
        assert answer.status_code == HTTPStatus.NOT_FOUND, name


def token_of(page: str) -> str:
    found = re.search(r'_kept" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def token_for(browser: Client, path: str, field: str) -> str:
    """Of a file that is kept for that form of that person."""
    file = SimpleUploadedFile("paper.png", picture("PNG"), "image/png")
    answer = browser.post(path, {**filled(browser, path), field: file, "amount": "much"})
    assert answer.status_code == HTTPStatus.OK
    return token_of(text_of(answer))


def test_a_kept_file_is_of_its_person_form_and_issuer(ours: Furnished, theirs: Furnished) -> None:
    browser, path, field = form_of(ours, "money-deposit")
    mine = token_for(browser, path, field)
    there, their_path, _field = form_of(theirs, "money-deposit")
    colleague = signed_in(given_person(Role.FINANCE, issuer=ours.house.issuer))
    both = given_person(Role.FINANCE, Role.OPERATOR, issuer=ours.house.issuer)
    by_both = signed_in(both)
    of_both = token_for(by_both, path, field)
    _operator, bank, evidence = form_of(ours, "merchant-rebank")
    wrongly = (
        (colleague, path, field, mine),
        (there, their_path, field, mine),
        (browser, path, field, token_for(there, their_path, field)),
        (by_both, bank, evidence, of_both),  # another form of the same hand
        (browser, path, field, mine[:-1]),
        (browser, path, field, str(ours.desk.upload)),
        (browser, path, field, str(theirs.desk.upload)),
        (browser, path, field, "x:y:z"),
    )
    for thief, where, name, token in wrongly:
        met = attack(thief, where, {**filled(thief, where, PAID_IN), f"{name}_kept": token})
        assert met.status == HTTPStatus.OK
        assert GONE in met.page, (where, token)
    own = {**filled(browser, path, PAID_IN), f"{field}_kept": mine}
    assert GONE not in attack(browser, path, own).page
    yesterday = timezone.now().timestamp() - 24 * 3600 - 60
    with mock.patch("django.core.signing.time.time", return_value=yesterday):
        old = token_for(browser, path, field)
    assert GONE in attack(browser, path, {**own, f"{field}_kept": old}).page


def test_a_kept_file_of_one_applicant_is_not_anothers(portal: Portal) -> None:
    room = given_room(portal)
    pages = []
    for name in ("Kiosk of Asha", "Kiosk of Bela"):
        browser, link = applicant(room, f"{uuid4().hex}@example.org")
        sent(browser, f"{link}/business", {**BUSINESS, "name": name})
        pages.append((browser, f"{link}/documents/add"))
    (asha, hers), (bela, his) = pages
    file = SimpleUploadedFile("paper.png", picture("PNG"), "image/png")
    answer = sent(asha, hers, {"kind": "tax", "expires_on": "never"}, upload=file)
    token = token_of(text_of(answer))
    stolen = sent(bela, his, {"kind": "tax", "upload_kept": token})
    assert GONE in text_of(stolen)
    assert not MerchantProfile.objects.get(name="Kiosk of Bela").documents.exists()
    own = sent(asha, hers, {"kind": "tax", "upload_kept": token})
    assert own.status_code == HTTPStatus.FOUND
    assert MerchantProfile.objects.get(name="Kiosk of Asha").documents.count() == 1
