"""The issuer's data keys: which versions there are, and their rotation. Never the keys."""

from datetime import datetime
from typing import Final

import msgspec

from counterfoil.api.native.desk import Asked
from counterfoil.api.native.endpoint import Answered, Endpoint
from counterfoil.api.native.guarded import acts_alone, in_review
from counterfoil.api.problem import ProblemError
from counterfoil.engine.commands.content import RotateKey
from counterfoil.engine.listings import data_key_versions
from counterfoil.engine.rotation import rotate, rotation_progress, running_rotations
from counterfoil.jobs.queue import Task
from counterfoil.keys.envelope import Purpose
from counterfoil.voucher import Action


class KeyAnswer(msgspec.Struct):
    purpose: str
    version: int
    state: str
    created_at: datetime


class KeysAnswer(msgspec.Struct):
    keys: list[KeyAnswer]


class RotationAnswer(msgspec.Struct):
    """`rows_left` are still under an older key; at 0 and not running, the rotation is done."""

    purpose: str
    is_running: bool
    rows_left: int


async def list_keys(asked: Asked) -> Answered:
    issuer_id = asked.issuer_id
    rows = await asked.desk.read(lambda connection: data_key_versions(connection, issuer_id))
    return Answered(
        KeysAnswer([KeyAnswer(row.purpose, row.version, row.state, row.created_at) for row in rows])
    )


async def get_rotation(asked: Asked) -> Answered:
    return await _rotation(asked, _purpose(asked))


async def rotate_key(asked: Asked) -> Answered:
    """Once a rotation runs, asking again starts no other."""
    purpose = _purpose(asked)
    issuer = asked.principal.issuer
    running = await asked.desk.read(lambda connection: running_rotations(connection, issuer))
    if purpose not in running:
        if not await acts_alone(asked, Action.ROTATE_KEY):
            return await in_review(asked, lambda _connection, _issuer: RotateKey(purpose=purpose))
        await asked.desk.administer(
            asked.principal,
            lambda connection, issuer, caller: rotate(connection, issuer, caller, purpose),
        )
    await asked.desk.start_job(Task.FINISH_ROTATION, issuer.code)
    answered = await _rotation(asked, purpose)
    return Answered(answered.answer, 202, f"/keys/{purpose}")


async def _rotation(asked: Asked, purpose: Purpose) -> Answered:
    issuer = asked.principal.issuer
    running = await asked.desk.read(lambda connection: running_rotations(connection, issuer))
    left = await asked.desk.read(lambda connection: rotation_progress(connection, issuer, purpose))
    return Answered(RotationAnswer(purpose, purpose in running, left))


def _purpose(asked: Asked) -> Purpose:
    try:
        return Purpose(asked.code("purpose"))
    except ValueError:
        raise ProblemError(404, "purpose_unknown", "There is no such kind of key.") from None


ENDPOINTS: Final = (
    Endpoint(
        method="GET",
        path="/keys",
        name="list_keys",
        summary="The versions of this issuer's data keys",
        handler=list_keys,
        answer=KeysAnswer,
    ),
    Endpoint(
        method="GET",
        path="/keys/{purpose}",
        name="get_key_rotation",
        summary="How far the rotation of a key is",
        handler=get_rotation,
        answer=RotationAnswer,
        refusals=frozenset({404}),
    ),
    Endpoint(
        method="POST",
        path="/keys/{purpose}/rotate",
        name="rotate_data_key",
        summary="Make a new key and move everything to it",
        handler=rotate_key,
        guarded=True,
        answer=RotationAnswer,
        status=202,
        refusals=frozenset({404}),
    ),
)
