"""Files people send: what is kept, what is refused, who gets them, and that none is lost."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from PIL import Image
from tests.portal.conftest import Portal
from tests.portal.given import given_office, given_person, signed_in
from tests.portal.look.files import HOSTILE, HTML, PDF, archive, picture

from counterfoil.portal.forms import Keeper, KeptFileField, OnceForm
from counterfoil.portal.models import Person, Role, Upload
from counterfoil.portal.uploads import (
    RefusedUploadError,
    attach,
    clean_uploads,
    content_of,
    same_file,
)
from counterfoil.portal.uploads import picture as drawn_anew

pytestmark = pytest.mark.usefixtures("portal", "uploads")
ONCE = "6f1de8b5-3f39-4b59-8f0e-53b1c4ad9f1a"


class ReceiptForm(OnceForm):
    receipt = KeptFileField(purpose="deposit")


class PictureForm(OnceForm):
    receipt = KeptFileField(purpose="design", required=False, pictures_only=True)


def sent(
    content: bytes | None,
    name: str = "receipt.pdf",
    *,
    issuer_id: int = 1,
    person: Person | None = None,
    form: type[OnceForm] = ReceiptForm,
    **fields: str,
) -> OnceForm:
    files: MultiValueDict[str, SimpleUploadedFile] = MultiValueDict()
    if content is not None:
        files["receipt"] = SimpleUploadedFile(name, content, content_type="application/pdf")
    data = {"command_id": ONCE, **fields}
    return form(data, files, keeper=Keeper(issuer_id, person))  # type: ignore[arg-type]


def token_in(form: OnceForm) -> str:
    found = re.search(r'name="receipt_kept" value="([^"]+)"', str(form))
    assert found is not None
    return found[1]


def kept(content: bytes, name: str = "receipt.pdf", issuer_id: int = 1) -> Upload:
    form = sent(content, name, issuer_id=issuer_id)
    assert form.is_valid(), form.errors
    upload = form.cleaned_data["receipt"]
    assert isinstance(upload, Upload)
    return upload


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_paper_or_picture_is_refused(uploads: Path, what: str) -> None:
    name, content = HOSTILE[what]
    before = Upload.objects.count()
    form = sent(content, name)
    assert not form.is_valid()
    (said,) = form.errors["receipt"]
    assert re.search(r"Choose |Take a smaller", str(said)), said
    assert Upload.objects.count() == before
    assert not uploads.exists()


@pytest.mark.parametrize(
    ("content", "media_type", "name"),
    [
        (PDF, "application/pdf", "receipt.pdf"),
        (PDF + b"\r\n", "application/pdf", "receipt.pdf"),
        (picture(), "image/jpeg", "receipt.jpg"),
        (picture(progressive=True), "image/jpeg", "receipt.jpg"),
        (picture("PNG"), "image/png", "receipt.png"),
        (picture("WEBP"), "image/webp", "receipt.webp"),
    ],
    ids=["PDF", "PDF with another line", "JPEG", "progressive JPEG", "PNG", "WebP"],
)
def test_a_paper_or_a_picture_is_kept_as_what_it_is(
    uploads: Path, content: bytes, media_type: str, name: str
) -> None:
    upload = kept(content, "../../etc/receipt.exe")
    assert (upload.name, upload.media_type, upload.size) == (name, media_type, len(content))
    assert content_of(upload) == content
    (file,) = [path for path in uploads.rglob("*") if path.is_file()]
    assert (file.name, file.stat().st_mode & 0o777) == (upload.id.hex, 0o600)
    assert {path.stat().st_mode & 0o777 for path in uploads.rglob("*") if path.is_dir()} == {0o700}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hangs_behind_a_picture_is_cut_off(kind: str) -> None:
    content = picture(kind)
    assert content_of(kept(content + archive() + HTML, "shop.jpg")) == content


def test_a_name_that_misleads_is_made_harmless() -> None:
    assert kept(PDF, "C:\\papers\\invoice\u202efdp.exe").name == "invoicefdp.pdf"
    assert kept(PDF, 'a"b\r\nX: y.pdf').name == "abX y.pdf"
    assert kept(PDF, "x" * 300).name == "x" * 116 + ".pdf"


def test_an_upload_survives_an_error_elsewhere() -> None:
    first = sent(PDF, command_id="")
    assert not first.is_valid()
    assert "receipt.pdf</b>, 1 kB, kept" in str(first)
    again = sent(None, receipt_kept=token_in(first))
    assert again.is_valid()
    assert content_of(again.cleaned_data["receipt"]) == PDF


def test_a_refused_file_does_not_replace_the_kept_one() -> None:
    first = sent(PDF, command_id="")
    assert not first.is_valid()
    second = sent(HTML, receipt_kept=token_in(first))
    assert not second.is_valid()
    third = sent(None, receipt_kept=token_in(second))
    assert third.is_valid()
    assert content_of(third.cleaned_data["receipt"]) == PDF


def test_a_kept_file_is_of_one_issuer_person_and_purpose() -> None:
    person = given_person()
    first = sent(PDF, person=person, command_id="")
    token = token_in(first)
    assert sent(None, person=person, receipt_kept=token).is_valid()
    for other in (
        sent(None, person=None, receipt_kept=token),
        sent(None, person=person, issuer_id=2, receipt_kept=token),
        sent(None, person=person, receipt_kept=token + "x"),
        sent(None, person=person, form=PictureForm, receipt_kept=token),
    ):
        assert other.errors["receipt"] == ["This file is not kept any more. Choose it again."]


def test_an_optional_file_can_be_taken_out_again() -> None:
    first = sent(picture(), form=PictureForm, command_id="")
    assert 'name="receipt_removed"' in str(first)
    again = sent(None, form=PictureForm, receipt_kept=token_in(first), receipt_removed="on")
    assert again.is_valid()
    assert again.cleaned_data["receipt"] is None
    pdf = sent(PDF, form=PictureForm)
    assert pdf.errors["receipt"] == [
        "This is not a picture we can read. Choose a JPEG, PNG or WebP file."
    ]


def test_no_folder_says_who_can_help() -> None:
    with override_settings(COUNTERFOIL_UPLOADS=None):
        (said,) = sent(PDF).errors["receipt"]
    assert "COUNTERFOIL_UPLOADS" in said


def test_a_file_is_given_out_to_be_saved_and_to_its_issuer_alone(portal: Portal) -> None:
    ours, theirs = given_office(portal), given_office(portal)
    upload = kept(PDF, issuer_id=ours.issuer_id)
    auditor = signed_in(given_person(Role.AUDITOR, issuer=ours))
    answer = auditor.get(f"/portal/{ours.code}/uploads/{upload.id}")
    assert b"".join(answer) == PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt.pdf"'
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        answer.headers["Content-Security-Policy"]
        == "default-src 'none'; sandbox; frame-ancestors 'none'"
    )
    stranger = signed_in(given_person(Role.AUDITOR, issuer=theirs))
    assert stranger.get(f"/portal/{theirs.code}/uploads/{upload.id}").status_code == 404
    assert stranger.get(f"/portal/{ours.code}/uploads/{upload.id}").status_code == 404
    assert Client(SERVER_NAME="localhost").get(answer.request["PATH_INFO"]).status_code == 302


def test_a_picture_is_drawn_anew_without_what_its_camera_wrote(portal: Portal) -> None:
    ours, theirs = given_office(portal), given_office(portal)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret camera"  # turned by a quarter
    upload = kept(picture(size=(1600, 800), exif=exif.tobytes()), issuer_id=ours.issuer_id)
    digest = drawn_anew(upload)
    page = signed_in(given_person(Role.OPERATOR, issuer=ours))
    answer = page.get(f"/portal/{ours.code}/pictures/{digest}.webp")
    assert answer.headers["Content-Type"] == "image/webp"
    assert b"Secret" not in answer.content
    with Image.open(BytesIO(answer.content)) as shown:
        assert (shown.format, shown.size, dict(shown.getexif())) == ("WEBP", (600, 1200), {})
    stranger = signed_in(given_person(Role.OPERATOR, issuer=theirs))
    assert stranger.get(f"/portal/{theirs.code}/pictures/{digest}.webp").status_code == 404
    with pytest.raises(RefusedUploadError):
        drawn_anew(kept(PDF))


def test_the_same_receipt_twice_is_noticed_within_an_issuer() -> None:
    content = PDF.replace(b"%%EOF", b"%%EOF ")
    first, second = kept(content, issuer_id=3), kept(content, "other.pdf", issuer_id=3)
    elsewhere = kept(content, issuer_id=4)
    assert same_file(second, purpose="deposit") == []
    attach(first)
    assert same_file(second, purpose="deposit") == [first]
    assert same_file(second, purpose="registration") == []
    assert same_file(elsewhere, purpose="deposit") == []


def test_what_nobody_refers_to_is_gone_after_a_day() -> None:
    left, used = kept(PDF), kept(PDF)
    attach(used)
    now = timezone.now()
    clean_uploads(now + timedelta(hours=23))
    assert Upload.objects.filter(pk=left.pk).exists()
    assert clean_uploads(now + timedelta(hours=25)) >= 1
    assert not Upload.objects.filter(pk=left.pk).exists()
    assert content_of(used) == PDF
    with pytest.raises(FileNotFoundError):
        content_of(left)
