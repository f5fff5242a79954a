"""What every kind of command is made of."""

from typing import ClassVar, Protocol

import msgspec

from counterfoil.money import Money


class Content(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True
):
    """`approvals` is how many a kind needs where the issuer has no rule of its own."""

    approvals: ClassVar[int] = 1

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)

    @property
    def subject(self) -> str:
        """What it is about, such as `acceptor:7`: commands are found by it."""
        raise NotImplementedError

    @property
    def money(self) -> Money | None:
        """What decides how many must approve."""
        return None


class _HasAmount(Protocol):
    @property
    def amount_minor(self) -> int: ...

    @property
    def currency(self) -> str: ...


class AmountContent(Content, frozen=True, kw_only=True):
    """Its money is its amount. Each kind has the two fields itself, where they are to be shown."""

    @property
    def money(self: _HasAmount) -> Money:
        return Money(self.amount_minor, self.currency)
