"""What a command will change, in words and in money: what who approves it is shown.

Each room says it for its own kinds (`<room>/changes.py`); what nobody says is shown field by
field, so that nothing is ever approved unseen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _

from counterfoil.engine.commands.asking import Content
from counterfoil.engine.commands.content import Asked, RebankAcceptor
from counterfoil.portal.access import Office
from counterfoil.portal.models import Evidence
from counterfoil.portal.words import command_word


@dataclass(frozen=True, slots=True)
class Change:
    """One line: `before` is None where there was nothing, `after` where nothing will be."""

    label: str
    before: str | None
    after: str | None
    url: str | None = None  # what to look at beside it


@dataclass(frozen=True, slots=True)
class Shown:
    """`title` is a sentence that says what will happen; `url` leads to what it is about.

    `effects` are balances and counts as they are now and would be: told only while it waits.
    """

    title: str
    changes: Sequence[Change]
    url: str | None = None
    warnings: Sequence[str] = ()
    effects: Sequence[Change] = ()


@singledispatch
def shown(asked: Asked, office: Office) -> Shown:  # noqa: ARG001  # the rooms' own ask it
    """As it would be now: what it was prepared on may have changed since."""
    plain: dict[str, object] = msgspec.to_builtins(asked)
    plain.pop("kind", None)
    return Shown(
        title_of(asked),
        [
            Change(name.replace("_", " ").capitalize(), None, str(value))
            for name, value in plain.items()
            if value not in (None, "", [], 0) and name != "key_digest"
        ],
    )


def with_paper(what: Shown, asked: Asked, office: Office, command_id: UUID) -> Shown:
    """And the file that was sent with the command, unless it is shown already; new bank data
    without one say so.
    """
    sent = Evidence.objects.filter(issuer_id=office.issuer_id, command_id=command_id)
    paper = sent.select_related("upload").first()
    if paper is not None:
        url = reverse("upload", args=[office.code, paper.upload.id])
        line = Change(_("Evidence"), None, paper.upload.name, url)
    elif isinstance(asked, RebankAcceptor):
        line = Change(_("Evidence"), None, _("none was given"))
    else:
        return what
    is_shown = line.url is not None and line.url in {each.url for each in what.changes}
    return what if is_shown else replace(what, changes=[*what.changes, line])


def title_of(asked: Content) -> str:
    """The kind in words, and how much."""
    word = str(command_word(asked.kind))
    return word if asked.money is None else f"{word}: {asked.money}"
