"""What one issuer has set for itself."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import INT4_MAX, Answered, Body, Endpoint, Reason
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.engine.commands.content import ChangeSettings
from counterfoil.engine.configuration import SettingsChange, change_settings
from counterfoil.engine.listings import issuer_settings
from counterfoil.voucher import Action

When = Literal["never", "registration", "redemption"]
Count = Annotated[int, Meta(ge=1, le=INT4_MAX)]


class SettingsBody(Body, kw_only=True):
    """What is left out stays. `verify_accounts` says when merchants' accounts are asked about."""

    reason: Reason
    activate_at_once: bool | None = None
    retention_days: Annotated[int, Meta(ge=0, le=36500)] | None = None
    miss_budget: Count | None = None
    miss_window_seconds: Count | None = None
    issuer_miss_budget: Count | None = None
    secret_tries: Count | None = None
    cooling_off_days: Annotated[int, Meta(ge=0, le=30)] | None = None
    verify_accounts: When | None = None


class SettingsAnswer(msgspec.Struct, kw_only=True):
    """`imported_lengths` are lengths of numbers from other systems, which have no check digit."""

    issuer: str
    name: str
    activate_at_once: bool
    retention_days: int
    imported_lengths: list[int]
    miss_budget: int
    miss_window_seconds: int
    issuer_miss_budget: int
    secret_tries: int
    cooling_off_days: int
    verify_accounts: When


async def get_settings(asked: Asked) -> Answered:
    issuer = asked.principal.issuer
    found = await asked.desk.read(lambda connection: issuer_settings(connection, issuer.issuer_id))
    return Answered(
        SettingsAnswer(
            issuer=issuer.code,
            name=issuer.name,
            activate_at_once=found.activate_at_once,
            retention_days=found.retention_days,
            imported_lengths=sorted(found.imported_lengths),
            miss_budget=found.miss_budget,
            miss_window_seconds=found.miss_window_seconds,
            issuer_miss_budget=found.issuer_miss_budget,
            secret_tries=found.secret_tries,
            cooling_off_days=found.cooling_off_days,
            verify_accounts=found.verify_accounts,  # type: ignore[arg-type]  # the table has these
        )
    )


async def change_issuer_settings(asked: Asked, body: SettingsBody) -> Answered:
    if not await acts_alone(asked, Action.CHANGE_SETTINGS):
        return await in_review(
            asked,
            lambda _connection, _issuer: ChangeSettings(
                activate_at_once=body.activate_at_once,
                retention_days=body.retention_days,
                miss_budget=body.miss_budget,
                miss_window_seconds=body.miss_window_seconds,
                issuer_miss_budget=body.issuer_miss_budget,
                secret_tries=body.secret_tries,
                cooling_off_days=body.cooling_off_days,
                verify_accounts=body.verify_accounts,
            ),
            reason=body.reason,
        )
    change = SettingsChange(
        activate_at_once=body.activate_at_once,
        retention_days=body.retention_days,
        miss_budget=body.miss_budget,
        miss_window_seconds=body.miss_window_seconds,
        issuer_miss_budget=body.issuer_miss_budget,
        secret_tries=body.secret_tries,
        cooling_off_days=body.cooling_off_days,
        verify_accounts=body.verify_accounts,
    )
    await asked.desk.administer(
        asked.principal,
        lambda connection, issuer, caller: change_settings(
            connection, issuer, caller, change, reason=body.reason, reference=asked.reference
        ),
    )
    return await get_settings(asked)


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/settings",
        name="get_settings",
        summary="What this issuer has set",
        handler=get_settings,
        answer=SettingsAnswer,
    ),
    Endpoint(
        method="PATCH",
        path="/settings",
        name="change_settings",
        summary="Change what this issuer has set; counts from now on",
        handler=change_issuer_settings,
        guarded=True,
        takes=SettingsBody,
        answer=SettingsAnswer,
        refusals=frozenset({409}),
    ),
)
