"""Drafts of designs: begun, saved step by step, sent as one command, discarded.

    open ─send─▶ sent ─(approved)─▶ published
     ▲            │
     └─(rejected, withdrawn, refused: the next change opens it again)

Nobody tells the portal what became of a command: it is looked at when the draft is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID, uuid4

import msgspec
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from counterfoil.engine.commands.content import PublishGroup
from counterfoil.engine.groups import GroupDesign
from counterfoil.errors import ConflictError
from counterfoil.portal.access import Office
from counterfoil.portal.actions import prepare_command
from counterfoil.portal.models import DraftStatus, VoucherDraft
from counterfoil.portal.models.designs import LIVE
from counterfoil.portal.orchestrator.commands import CommandRow, commands_by_id
from counterfoil.portal.trail import address_of, record

STEPS: Final = ("basics", "amounts", "validity", "acceptance", "stock")
_SHOWN_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands now, with what became of its command if it was sent."""

    row: VoucherDraft
    design: GroupDesign
    command: CommandRow | None

    @property
    def is_open(self) -> bool:
        """Whether it can be changed: it was not sent, or came back."""
        if self.row.status == DraftStatus.OPEN:
            return True
        return self.row.status == DraftStatus.SENT and self.has_come_back

    @property
    def is_waiting(self) -> bool:
        return (
            self.row.status == DraftStatus.SENT
            and self.command is not None
            and self.command.status == "waiting"
        )

    @property
    def is_published(self) -> bool:
        return self.command is not None and self.command.status == "done"

    @property
    def has_come_back(self) -> bool:
        return self.command is not None and self.command.status not in {"waiting", "done"}

    @property
    def is_new(self) -> bool:
        """Of a voucher that was never published."""
        return not self.row.follows

    @property
    def next_version(self) -> int:
        return self.row.follows + 1

    @property
    def steps_missing(self) -> list[str]:
        return [step for step in STEPS if step not in self.row.steps]


def draft_of(office: Office, draft_id: UUID) -> Draft:
    """Raises Http404 for another issuer's, and for one that was discarded."""
    row = (
        VoucherDraft.objects.filter(pk=draft_id, issuer_id=office.issuer_id)
        .exclude(status=DraftStatus.DISCARDED)
        .select_related("changed_by", "created_by")
        .first()
    )
    if row is None:
        raise Http404
    (draft,) = _standing(office, [row])
    return draft


def begun_as(office: Office, form_id: str) -> Draft | None:
    """The draft that this very form of this person began; None for one that was discarded."""
    try:
        row = (
            VoucherDraft.objects.filter(
                pk=UUID(form_id), issuer_id=office.issuer_id, created_by=office.person
            )
            .exclude(status=DraftStatus.DISCARDED)
            .select_related("changed_by")
            .first()
        )
    except ValueError:
        return None
    return None if row is None else _standing(office, [row])[0]


def begun_with(office: Office, code: str) -> Draft | None:
    """The live draft of a new voucher that this person began with this code."""
    row = (
        VoucherDraft.objects.filter(
            issuer_id=office.issuer_id,
            code=code,
            follows=0,
            status__in=LIVE,
            created_by=office.person,
        )
        .select_related("changed_by")
        .first()
    )
    return None if row is None else _standing(office, [row])[0]


def is_saved(draft: Draft, step: str, design: GroupDesign) -> bool:
    """Whether saving this step would change nothing."""
    return (
        draft.row.status == DraftStatus.OPEN and step in draft.row.steps and design == draft.design
    )


def live_drafts(
    office: Office, code: str | None = None, known: Sequence[CommandRow] = ()
) -> list[Draft]:
    """Those that are not published or discarded, the latest change first. Commands that are
    `known` are not read again.
    """
    found = VoucherDraft.objects.filter(issuer_id=office.issuer_id, status__in=LIVE)
    if code is not None:
        found = found.filter(code=code)
    latest = found.select_related("changed_by").order_by("-changed_at")[:_SHOWN_MAX]
    return [draft for draft in _standing(office, list(latest), known) if not draft.is_published]


@transaction.atomic
def begin_draft(  # what it is about, and where it begins
    request: HttpRequest,
    office: Office,
    draft_id: UUID,
    design: GroupDesign,
    *,
    follows: int,
    steps: Sequence[str],
) -> VoucherDraft:
    """Sent twice, it is one draft. Raises ConflictError where the code has another live one."""
    _settle(office, design.code)
    try:
        with transaction.atomic():
            row, is_new = VoucherDraft.objects.get_or_create(
                pk=draft_id,
                issuer_id=office.issuer_id,
                defaults={
                    "code": design.code,
                    "follows": follows,
                    "design": msgspec.to_builtins(design),
                    "steps": list(steps),
                    "created_by": office.person,
                    "changed_by": office.person,
                },
            )
    except IntegrityError as error:
        raise ConflictError(
            _("%(code)s has a draft already: go on with that one.") % {"code": design.code}
        ) from error
    if is_new:
        _tell(request, office, row, "voucher_draft.begun", None)
    return row


def draft_after(request: HttpRequest, office: Office, design: GroupDesign, version: int) -> UUID:
    """The live draft of a published voucher, or a new one that begins as its latest version."""
    _settle(office, design.code)
    live = VoucherDraft.objects.filter(
        issuer_id=office.issuer_id, code=design.code, status__in=LIVE
    ).first()
    if live is not None:
        return live.id
    return begin_draft(request, office, uuid4(), design, follows=version, steps=STEPS).id


@transaction.atomic
def save_step(
    request: HttpRequest, office: Office, draft: Draft, step: str, design: GroupDesign
) -> bool:
    """False where somebody changed it meanwhile: nothing is saved then. Raises ConflictError
    where the new code has a draft already.
    """
    row = draft.row
    before, steps = row.design, [*row.steps]
    if step not in steps:
        steps.append(step)
    if design.currency != draft.design.currency and "amounts" in steps:
        design = without_amounts(design)
        steps.remove("amounts")
    row.design, row.steps, row.code = msgspec.to_builtins(design), steps, design.code
    _open_again(row)
    try:
        with transaction.atomic():
            if not _changed(office, row):
                return False
    except IntegrityError as error:
        raise ConflictError(
            _("%(code)s has a draft already: choose another code.") % {"code": design.code}
        ) from error
    _tell(request, office, row, "voucher_draft.saved", before)
    return True


@transaction.atomic
def follow(request: HttpRequest, office: Office, draft: Draft, version: int) -> bool:
    """Put it after a version that was published meanwhile. False where it changed meanwhile."""
    draft.row.follows = version
    _open_again(draft.row)
    if not _changed(office, draft.row):
        return False
    _tell(request, office, draft.row, "voucher_draft.rebased", None)
    return True


@transaction.atomic
def discard(request: HttpRequest, office: Office, draft: Draft) -> bool:
    draft.row.status = DraftStatus.DISCARDED
    if not _changed(office, draft.row):
        return False
    _tell(request, office, draft.row, "voucher_draft.discarded", draft.row.design)
    return True


@transaction.atomic
def send(
    request: HttpRequest, office: Office, draft: Draft, *, command_id: UUID, reason: str
) -> HttpResponseRedirect | None:
    """As a command, for approval. None where somebody changed it meanwhile."""
    row = draft.row
    row.status, row.command_id = DraftStatus.SENT, command_id
    if not _changed(office, row):
        return None
    return prepare_command(
        request,
        office,
        PublishGroup(design=draft.design, expected_version=row.follows),
        command_id=command_id,
        reason=reason,
    )


def design_of(plain: object) -> GroupDesign:
    return msgspec.convert(plain, GroupDesign)


def without_amounts(design: GroupDesign) -> GroupDesign:
    """Amounts of another currency would mean something else."""
    return replace(design, denominations=(), amount_minor_max=None, daily_amount_minor_max=None)


def _open_again(row: VoucherDraft) -> None:
    """What came back is a draft like any other once it is changed."""
    row.status, row.command_id = DraftStatus.OPEN, None


def _changed(office: Office, row: VoucherDraft) -> bool:
    """Write it if it is still at the version that was read."""
    written = VoucherDraft.objects.filter(
        pk=row.pk, issuer_id=office.issuer_id, version=row.version
    ).update(
        code=row.code,
        follows=row.follows,
        design=row.design,
        steps=row.steps,
        status=row.status,
        command_id=row.command_id,
        version=row.version + 1,
        changed_by=office.person,
        changed_at=timezone.now(),
    )
    return written == 1


def _settle(office: Office, code: str) -> None:
    """Those whose command was carried out are published: their code is free for the next."""
    sent = VoucherDraft.objects.filter(
        issuer_id=office.issuer_id, code=code, status=DraftStatus.SENT
    )
    for draft in _standing(office, list(sent)):
        if draft.is_published:
            VoucherDraft.objects.filter(pk=draft.row.pk, status=DraftStatus.SENT).update(
                status=DraftStatus.PUBLISHED
            )


def _standing(
    office: Office, drafts: Sequence[VoucherDraft], known: Sequence[CommandRow] = ()
) -> list[Draft]:
    commands = {command.command_id: command for command in known}
    unread = {row.command_id for row in drafts if row.command_id is not None} - commands.keys()
    if unread:
        commands |= {each.command_id: each for each in commands_by_id(office, unread)}
    return [
        Draft(row, design_of(row.design), commands.get(row.command_id) if row.command_id else None)
        for row in drafts
    ]


def _tell(
    request: HttpRequest,
    office: Office,
    row: VoucherDraft,
    event: str,
    before: dict[str, object] | None,
) -> None:
    record(
        office.issuer_id,
        office.actor,
        event,
        subject=f"group:{row.code}",
        before=before,
        after=None if row.status == DraftStatus.DISCARDED else row.design,
        address=address_of(request),
    )
