"""What a provider last said of a merchant's account, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterfoil.portal.templatetags.counterfoil import when
from counterfoil.portal.words import Word

_WORDS: Final = {
    "found": Word(_("The provider knows this account"), "good"),
    "not_found": Word(_("The provider does not know this account"), "bad"),
    "unknown": Word(_("The provider could not say"), "wait"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`holder_matches` is None where it told no name."""

    status: str
    asked_at: datetime
    holder_matches: bool | None

    @property
    def state(self) -> Word:
        if self.status == "found" and self.holder_matches is False:
            return Word(_WORDS["found"].text, "wait")
        return _WORDS[self.status]

    @property
    def holder(self) -> Promise | str:
        """Empty where no name was told."""
        if self.holder_matches is None:
            return ""
        if self.holder_matches:
            return _("its holder has the same name there")
        return _("its holder has another name there")

    @property
    def text(self) -> str:
        parts = (str(self.state), str(self.holder), str(when(self.asked_at)["text"]))
        return ", ".join(part for part in parts if part)
