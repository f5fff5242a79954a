"""One transaction's worth of what is recorded: operations, postings, counts and leaves.

Whoever changes anything locks the head, gathers here what happened, and writes it at the end:
redemptions from the batcher, a deposit from the command line, a chunk of a provision. Balances
and counts are folded, one change each.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from counterfoil.chart import Account, Posting
from counterfoil.engine.arrays import Blobs, Int2s, Int4s, Int8s, Texts, Uuids
from counterfoil.engine.database import Connection
from counterfoil.engine.operation import Caller
from counterfoil.engine.pipeline import Asked, Pipeline
from counterfoil.errors import NotFoundError
from counterfoil.keys.envelope import IssuerKeys
from counterfoil.log.leaf import Leaf, SerialRange, commitments, encode_leaf, leaf_salt
from counterfoil.voucher import Action, State

OWN_REFERENCE: Final = "~"  # callers' own references cannot begin with it
OVERRIDDEN: Final = 1  # operation.flags: the acceptance rule was overridden
_Operation = tuple[
    int, int, int, int, int, int, int, int, int, int, bytes, bytes, str, str, str, str
]
# Name, array and, where a column may be all nothing and is then sent empty, that nothing.
_OPERATION_COLUMNS: Final[
    tuple[tuple[str, Callable[[Iterable[Any]], list[Any]], int | str | None], ...]
] = (
    ("serials", Int8s, 0),
    ("previous", Int8s, 0),
    ("amounts", Int8s, -1),
    ("leaf_numbers", Int8s, None),
    ("client_ids", Int4s, None),
    ("acceptor_ids", Int4s, 0),
    ("actions", Int2s, None),
    ("flags", Int2s, 0),
    ("states_before", Int2s, 0),
    ("states_after", Int2s, 0),
    ("content_hashes", Blobs, None),
    ("reference_keys", Uuids, None),
    ("references", Texts, None),
    ("actors", Texts, None),
    ("subjects", Texts, ""),
    ("reasons", Texts, ""),
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(slots=True)
class Head:
    """The issuer's next numbers and the one time of the transaction; ours until commit."""

    next_leaf: int
    next_operation: int
    next_posting: int
    next_serial: int
    next_provision: int
    catalogue_version: int
    now: datetime


def lock_head(connection: Connection, issuer_id: int) -> Head:
    """From here on the issuer is ours. Provisions are locked before, payments after."""
    pipeline = Pipeline(connection, issuer_id)
    found = pipeline.ask("lock_head")
    pipeline.run()
    return head_of(found)


def head_of(locked: Asked) -> Head:
    """What `lock_head` answered. Raises NotFoundError."""
    if not locked.rows:
        raise NotFoundError("There is no such issuer.")
    return Head(*locked.rows[0])


def new_reference() -> str:
    """The reference of an operation that came without one."""
    return OWN_REFERENCE + secrets.token_hex(12)


def reference_key(client_id: int, action: Action, reference: str) -> bytes:
    """16 bytes that stand for a client's reference for an action; what is unique and looked up."""
    return sha256(b"%d|%d|%b" % (client_id, action, reference.encode())).digest()[:16]


@dataclass(slots=True)
class Known:
    """Accounts and counts that are known to exist, so that a batch need not open them again."""

    accounts: set[Account] = field(default_factory=set)
    stock: set[tuple[int, int, State]] = field(default_factory=set)


@dataclass(slots=True)
class Journal:
    """What one transaction records. `known` is learned only by `remember`, after the commit."""

    issuer_id: int
    keys: IssuerKeys
    head: Head
    known: Known
    at_microseconds: int = field(init=False)
    leaves: Blobs = field(default_factory=Blobs)
    operations: list[_Operation] = field(default_factory=list)
    postings: list[tuple[int, Posting]] = field(default_factory=list)
    stock_moves: list[tuple[int, int, State, State]] = field(default_factory=list)
    stock_changes: Counter[tuple[int, int, State]] = field(default_factory=Counter)
    purged: Counter[tuple[int, int, State]] = field(default_factory=Counter)
    value_dates: list[tuple[int, date]] = field(default_factory=list)
    _operations_sent: int = 0
    _postings_sent: int = 0
    _leaves_sent: int = 0
    _accounts: Collection[Account] = ()

    def __post_init__(self) -> None:
        self.at_microseconds = (self.head.now - _EPOCH) // _MICROSECOND

    def record(
        self,
        action: Action,
        caller: Caller,
        *,
        reference: str | None = None,
        content_hash: bytes = b"",
        serial: int = 0,
        previous: int = 0,
        amount_minor: int = -1,
        acceptor_id: int = 0,
        subject: str = "",
        reason: str = "",
        flags: int = 0,
        state_before: int = 0,
        state_after: int = 0,
        scope: str = "",
    ) -> int:
        """Add an operation; its leaf is the next one to be added. Returns its id. The states are
        those of a voucher, 0 where there is none, or where the table alone says them (a
        redemption). Within a scope the reference counts once, and not beyond it: a bank's own.
        """
        operations = self.operations
        reference = reference or new_reference()
        operations.append(
            (
                serial,
                previous,
                amount_minor,
                self.head.next_leaf + len(self.leaves),
                caller.client_id,
                acceptor_id,
                action,
                flags,
                state_before,
                state_after,
                content_hash,
                reference_key(caller.client_id, action, scope + reference),
                reference,
                caller.actor,
                subject,
                reason,
            )
        )
        return self.head.next_operation + len(operations) - 1

    def add_leaf(
        self,
        action: Action,
        *,
        serial: int | None = None,
        group_id: int | None = None,
        amount_minor: int | None = None,
        currency: str | None = None,
        state_after: State | None = None,
        serials: SerialRange | None = None,
        rows: bytes | None = None,
        actor: str | None = None,
        acceptor: str | None = None,
        reference: str | None = None,
    ) -> None:
        number = self.head.next_leaf + len(self.leaves)
        salt = leaf_salt(self.keys.leaf.active_key, number)
        salted = commitments(salt, actor=actor, acceptor=acceptor, reference=reference)
        self.leaves.append(
            encode_leaf(
                Leaf(
                    number,
                    self.at_microseconds,
                    self.issuer_id,
                    action,
                    serial,
                    group_id,
                    amount_minor,
                    currency,
                    state_after,
                    serials,
                    rows,
                    *salted,
                )
            )
        )

    def post(self, operation_id: int, posting: Posting) -> None:
        self.postings.append((operation_id, posting))

    def note_value_date(self, operation_id: int, value_on: date | None) -> None:
        """On which day the bank made what an operation records; None where nobody said."""
        if value_on is not None:
            self.value_dates.append((operation_id, value_on))

    def count(self, group_id: int, amount_minor: int, state: State, change: int) -> None:
        """So many vouchers more in a state, or fewer."""
        self.stock_changes[group_id, amount_minor, state] += change

    def move(self, group_id: int, amount_minor: int, before: State, after: State) -> None:
        """One voucher went from state to state."""
        self.stock_moves.append((group_id, amount_minor, before, after))

    def raise_catalogue(self) -> int:
        """The version to stamp changed rows with."""
        self.head.catalogue_version += 1
        return self.head.catalogue_version

    @property
    def is_empty(self) -> bool:
        return not self.operations

    def flush_rows(self, pipeline: Pipeline) -> None:
        """Send what was recorded since the last time, so that it is written while more is decided.
        Only where each operation so far has a leaf of its own, or no more will be added.
        """
        if len(self.operations) > self._operations_sent:
            self._flush_operations(pipeline)
        if len(self.postings) > self._postings_sent:
            self._flush_postings(pipeline)
        if len(self.leaves) > self._leaves_sent:
            pipeline.ask(
                "insert_leaves",
                first_leaf=self.head.next_leaf + self._leaves_sent,
                bodies=Blobs(self.leaves[self._leaves_sent :]),
            )
        self._operations_sent = len(self.operations)
        self._postings_sent = len(self.postings)
        self._leaves_sent = len(self.leaves)

    def flush(self, pipeline: Pipeline) -> None:
        """Write everything; the caller runs it, commits, then calls `remember`."""
        self.flush_rows(pipeline)
        if self.postings:
            self._flush_accounts(pipeline)
        self._fold_moves()
        self._flush_stock(pipeline)
        if self.value_dates:
            pipeline.ask(
                "insert_value_dates",
                operation_ids=Int8s(operation_id for operation_id, _day in self.value_dates),
                days=Texts(day.isoformat() for _operation_id, day in self.value_dates),
            )
        head = self.head
        pipeline.ask(
            "move_head",
            next_leaf=head.next_leaf + len(self.leaves),
            next_operation=head.next_operation + len(self.operations),
            next_posting=head.next_posting + len(self.postings),
            next_serial=head.next_serial,
            next_provision=head.next_provision,
            catalogue_version=head.catalogue_version,
            now=head.now,
        )

    def remember(self) -> None:
        """After the commit: what was opened now exists."""
        self.known.accounts.update(self._accounts)
        self.known.stock.update(key for key, change in self.stock_changes.items() if change)

    def _flush_operations(self, pipeline: Pipeline) -> None:
        operations = self.operations[self._operations_sent :]
        columns = dict(zip(_OPERATION_COLUMNS, zip(*operations, strict=True), strict=True))
        parameters: dict[str, object] = {
            name: kind(()) if nothing is not None and set(column) == {nothing} else kind(column)
            for (name, kind, nothing), column in columns.items()
        }
        if len(self.leaves) == len(self.operations):
            parameters["leaf_numbers"] = Int8s()
        pipeline.ask(
            "insert_operations",
            **parameters,
            now=self.head.now,
            first_operation=self.head.next_operation + self._operations_sent,
            first_leaf=self.head.next_leaf + self._leaves_sent,
        )

    def _flush_postings(self, pipeline: Pipeline) -> None:
        unsent = self.postings[self._postings_sent :]
        postings = [posting for _operation_id, posting in unsent]
        pipeline.ask(
            "insert_postings",
            first_posting=self.head.next_posting + self._postings_sent,
            operation_ids=Int8s(operation_id for operation_id, _posting in unsent),
            amounts=Int8s(p.amount_minor for p in postings),
            funding_account_ids=Int4s(p.debit.funding_account_id for p in postings),
            debit_kinds=Int2s(p.debit.kind for p in postings),
            credit_kinds=Int2s(p.credit.kind for p in postings),
            debit_owners=Int8s(p.debit.owner_id for p in postings),
            credit_owners=Int8s(p.credit.owner_id for p in postings),
        )

    def _flush_accounts(self, pipeline: Pipeline) -> None:
        account_changes = _account_changes(self.postings)
        self._accounts = account_changes.keys()
        fresh = account_changes.keys() - self.known.accounts
        if fresh:
            pipeline.ask("ensure_accounts", **_account_columns(_sorted(fresh)))
        accounts = _sorted(account_changes)
        changes = [account_changes[account] for account in accounts]
        pipeline.ask(
            "move_accounts",
            **_account_columns(accounts),
            debits=Int8s(debit for debit, _credit in changes),
            credits=Int8s(credit for _debit, credit in changes),
        )

    def _fold_moves(self) -> None:
        for (group_id, amount_minor, before, after), vouchers in Counter(self.stock_moves).items():
            self.count(group_id, amount_minor, before, -vouchers)
            self.count(group_id, amount_minor, after, vouchers)
            if after is State.PURGED:
                self.purged[group_id, amount_minor, before] += vouchers
        self.stock_moves.clear()

    def _flush_stock(self, pipeline: Pipeline) -> None:
        changes = sorted((key, change) for key, change in self.stock_changes.items() if change)
        fresh = [key for key, _change in changes if key not in self.known.stock]
        if fresh:
            pipeline.ask("ensure_stock", **_stock_columns(fresh))
        if changes:
            pipeline.ask(
                "move_stock",
                **_stock_columns([key for key, _change in changes]),
                changes=Int8s(change for _key, change in changes),
            )
        if self.purged:
            purged = sorted(self.purged.items())
            pipeline.ask(
                "add_purged",
                **_stock_columns([key for key, _vouchers in purged]),
                vouchers=Int8s(vouchers for _key, vouchers in purged),
            )


def _account_changes(postings: Sequence[tuple[int, Posting]]) -> dict[Account, tuple[int, int]]:
    """What each account is debited and credited in all."""
    alike = {id(posting): posting for _operation_id, posting in postings}  # most are one object
    times = Counter(id(posting) for _operation_id, posting in postings)
    debits: Counter[Account] = Counter()
    credited: Counter[Account] = Counter()
    for posting_id, posting in alike.items():
        debits[posting.debit] += posting.amount_minor * times[posting_id]
        credited[posting.credit] += posting.amount_minor * times[posting_id]
    accounts = debits.keys() | credited.keys()
    return {account: (debits[account], credited[account]) for account in accounts}


def _sorted(accounts: Iterable[Account]) -> list[Account]:
    return sorted(
        accounts,
        key=lambda account: (account.funding_account_id, account.kind, account.owner_id),
    )


def _account_columns(accounts: list[Account]) -> dict[str, object]:
    return {
        "funding_account_ids": Int4s(account.funding_account_id for account in accounts),
        "kinds": Int2s(account.kind for account in accounts),
        "owner_ids": Int8s(account.owner_id for account in accounts),
    }


def _stock_columns(keys: list[tuple[int, int, State]]) -> dict[str, object]:
    return {
        "group_ids": Int4s(group_id for group_id, _amount, _state in keys),
        "amounts": Int8s(amount for _group_id, amount, _state in keys),
        "states": Int2s(state for _group_id, _amount, state in keys),
    }
