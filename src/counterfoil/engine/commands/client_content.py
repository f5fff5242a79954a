"""What can be asked about clients of the API and their keys."""

from typing import ClassVar

from counterfoil.engine.commands.asking import Content


class CreateClient(Content, frozen=True, kw_only=True, tag="create_client"):
    """Without a key: whoever prepared it makes one, once it is approved."""

    name: str
    scopes: tuple[str, ...]
    unattended_minor_max: int = 0

    @property
    def subject(self) -> str:
        return f"client-name:{self.name}"


class ChangeClient(Content, frozen=True, kw_only=True, tag="change_client"):
    client_id: int
    scopes: tuple[str, ...]
    unattended_minor_max: int = 0

    @property
    def subject(self) -> str:
        return f"client:{self.client_id}"


class RevokeClient(Content, frozen=True, kw_only=True, tag="revoke_client"):
    approvals: ClassVar[int] = 0

    client_id: int

    @property
    def subject(self) -> str:
        return f"client:{self.client_id}"


class SetClientKey(Content, frozen=True, kw_only=True, tag="set_client_key"):
    """Only the digest: the key was shown to who prepared this. For a client that has none yet."""

    approvals: ClassVar[int] = 0

    client_id: int
    key_digest: bytes

    @property
    def subject(self) -> str:
        return f"client:{self.client_id}"


class ReplaceClientKey(Content, frozen=True, kw_only=True, tag="replace_client_key"):
    """Takes the present key away; a new one is then made as for a new client."""

    client_id: int

    @property
    def subject(self) -> str:
        return f"client:{self.client_id}"
