"""Who and what a key stands for: looked up in what the page has read of all of them at once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from counterfoil.portal.orchestrator.subjects import Subject

register = template.Library()


@register.filter
def of(names: Mapping[str, str], key: str) -> str:
    """`{{ names|of:row.prepared_by }}`: the name, or the key where there is none."""
    return names.get(key, key)


@register.inclusion_tag("portal/parts/subject.html")
def subject(subjects: "Mapping[str, Subject]", key: str | None) -> dict[str, object]:
    """`{% subject subjects row.subject %}`: its words, as a link to its page if it has one."""
    return {"subject": subjects.get(key or ""), "key": key}
