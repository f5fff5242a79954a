"""Files people send, kept in a folder that nothing serves from, under names that are ours.
Pictures that pages show are drawn anew.
"""

import hashlib
import io
import os
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from counterfoil.portal.file_kinds import PICTURES, Kind, NotAcceptedError, recognised
from counterfoil.portal.models.people import Person
from counterfoil.portal.models.uploads import Upload

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

BYTES_MAX: Final = 10 * 1024 * 1024
UNATTACHED_FOR: Final = timedelta(days=1)
_UNATTACHED_BYTES_MAX: Final = 1024**3  # of one issuer: strangers may send, and disks are finite
_NAME_CHARACTERS_MAX: Final = 120
_CLEANED_AT_ONCE: Final = 20
_PICTURE_SIDE_MAX: Final = 1200
_NOT_IN_A_NAME: Final = re.compile(
    r"[\x00-\x1f\x7f\"<>|:*?/\\\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class RefusedUploadError(ValueError):
    """Says in the language of the page what is wrong with a file and what to do."""


def keep(
    sent: "UploadedFile[bytes]",
    *,
    issuer_id: int,
    person: Person | None,
    purpose: str,
    pictures_only: bool,
) -> Upload:
    """Raises RefusedUploadError."""
    size = sent.size or 0
    if size == 0:
        raise RefusedUploadError(_("This file is empty. Choose the one that has something in it."))
    if size > BYTES_MAX:
        raise RefusedUploadError(
            _("This file is larger than 10 MB. Take a smaller picture or save it smaller.")
        )
    try:
        known = recognised(sent.read())
    except NotAcceptedError as error:
        raise RefusedUploadError(_wanted(pictures_only=pictures_only)) from error
    if pictures_only and known.kind not in PICTURES:
        raise RefusedUploadError(_wanted(pictures_only=True))
    if _unattached_bytes(issuer_id) + len(known.content) > _UNATTACHED_BYTES_MAX:
        raise RefusedUploadError(
            _("More files wait here than can be kept at the moment. Try again in an hour.")
        )
    upload = Upload(
        id=uuid4(),
        issuer_id=issuer_id,
        digest=hashlib.sha256(known.content).digest(),
        name=safe_name(sent.name or "", known.kind),
        media_type=known.kind.value,
        size=len(known.content),
        purpose=purpose,
        uploaded_by=person,
    )
    clean_uploads(timezone.now(), at_most=_CLEANED_AT_ONCE)  # whoever adds takes out what is old
    _write(path_of(upload.id), known.content)
    upload.save(force_insert=True)
    return upload


def safe_name(name: str, kind: Kind) -> str:
    """What the person called it, less what could mislead, with the ending of what it is."""
    stem = _NOT_IN_A_NAME.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).rsplit(".", 1)[0]
    stem = " ".join(stem.split()).strip(". ") or _("file")
    ending = f".{kind.extension}"
    return stem[: _NAME_CHARACTERS_MAX - len(ending)] + ending


def attach(upload: Upload) -> None:
    """A row refers to it now: it stays."""
    Upload.objects.filter(pk=upload.pk).update(attached=True)


def same_file(upload: Upload, *, purpose: str) -> list[Upload]:
    """Others of the same content that this issuer has for this purpose, oldest first."""
    found = Upload.objects.filter(
        issuer_id=upload.issuer_id, digest=upload.digest, purpose=purpose, attached=True
    )
    return list(found.exclude(pk=upload.pk).order_by("uploaded_at")[:20])


def content_of(upload: Upload) -> bytes:
    return path_of(upload.id).read_bytes()


def picture(upload: Upload) -> str:
    """The picture drawn anew, smaller and without what its camera wrote into it. Returns the
    digest it is asked for by. Raises RefusedUploadError.
    """
    try:
        with Image.open(io.BytesIO(content_of(upload)), formats=("JPEG", "PNG", "WEBP")) as image:
            image.draft("RGB", (_PICTURE_SIDE_MAX, _PICTURE_SIDE_MAX))
            image.thumbnail((_PICTURE_SIDE_MAX, _PICTURE_SIDE_MAX))
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except Exception as error:  # hostile files upset decoders in unnamed ways
        raise RefusedUploadError(_wanted(pictures_only=True)) from error
    plain = Image.new("RGBA", upright.size)
    plain.paste(upright)
    written = io.BytesIO()
    plain.save(written, "WEBP", quality=82, method=4)
    content = written.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    _write(picture_path(upload.issuer_id, digest), content)
    return digest


def clean_uploads(now: datetime, *, at_most: int = 1000) -> int:
    """Forget what nobody referred to for a day, in the folder first. Returns how many."""
    old = Upload.objects.filter(attached=False, uploaded_at__lt=now - UNATTACHED_FOR)
    forgotten = list(old.order_by("uploaded_at").values_list("id", flat=True)[:at_most])
    for upload_id in forgotten:
        path_of(upload_id).unlink(missing_ok=True)
    Upload.objects.filter(id__in=forgotten, attached=False).delete()
    return len(forgotten)


class CappedUploads(TemporaryFileUploadHandler):
    """Past the largest file that is kept, nothing more of it is written; its size is still told."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return super().receive_data_chunk(raw_data, start) if start <= BYTES_MAX else None


def _wanted(*, pictures_only: bool) -> str:
    if pictures_only:
        return _("This is not a picture we can read. Choose a JPEG, PNG or WebP file.")
    return _("This is not a file we can read. Choose a PDF, or a picture: JPEG, PNG or WebP.")


def _unattached_bytes(issuer_id: int) -> int:
    waiting = Upload.objects.filter(issuer_id=issuer_id, attached=False)
    return waiting.aggregate(total=models.Sum("size"))["total"] or 0


def _folder() -> Path:
    if settings.COUNTERFOIL_UPLOADS is None:
        raise RefusedUploadError(
            _("Files cannot be kept here yet: whoever runs this server sets COUNTERFOIL_UPLOADS.")
        )
    return Path(settings.COUNTERFOIL_UPLOADS)


def path_of(upload_id: UUID) -> Path:
    return _folder() / upload_id.hex[:2] / upload_id.hex


def picture_path(issuer_id: int, digest: str) -> Path:
    return _folder() / "pictures" / str(issuer_id) / f"{digest}.webp"


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, for us alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{uuid4().hex}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
