"""Transactions and savepoints."""

from __future__ import annotations

import asyncio
import enum
from types import TracebackType
from typing import TYPE_CHECKING

from pgstride.aio.deadline import Deadline
from pgstride.aio.resource import ConnectionResource, guarded
from pgstride.aio.tracing import Span, TransactionStarted
from pgstride.exceptions import InterfaceError

if TYPE_CHECKING:
    from pgstride.aio.connection import Connection

ISOLATION_LEVELS = {
    "read_committed": "READ COMMITTED",
    "read_uncommitted": "READ UNCOMMITTED",
    "repeatable_read": "REPEATABLE READ",
    "serializable": "SERIALIZABLE",
}


class TransactionState(enum.Enum):
    """How far a transaction has come."""

    NEW = 0
    STARTED = 1
    COMMITTED = 2
    ROLLEDBACK = 3
    FAILED = 4


_OVER = {
    TransactionState.COMMITTED: "the transaction is already committed",
    TransactionState.ROLLEDBACK: "the transaction is already rolled back",
    TransactionState.FAILED: "the transaction is in error state",
}


class Transaction(ConnectionResource):
    """A transaction, or a savepoint within one; made by `Connection.transaction()`.

    Starting a transaction costs no round trip: its BEGIN is sent together with
    its first statement, which then also raises what the server may have
    against BEGIN.
    """

    __slots__ = (
        "_deferrable",
        "_isolation",
        "_readonly",
        "_savepoint",
        "_span",
        "_spans",
        "_state",
        "managed",
    )

    def __init__(
        self, connection: Connection, isolation: str | None, readonly: bool, deferrable: bool
    ) -> None:
        super().__init__(connection)
        if isolation and isolation not in ISOLATION_LEVELS:
            raise ValueError(
                f"isolation is expected to be either of {set(ISOLATION_LEVELS)}, got {isolation!r}"
            )
        self._isolation = isolation
        self._readonly = readonly
        self._deferrable = deferrable
        self._state = TransactionState.NEW
        self._savepoint: str | None = None
        # What a tracer is told the end of; the outermost transaction has all that
        # are open, of its savepoints too.
        self._span: Span | None = None
        self._spans: list[Span] = []
        # Whether an `async with` will end it.
        self.managed = False

    async def __aenter__(self) -> None:
        if self.managed:
            raise InterfaceError("cannot enter context: already in an `async with` block")
        self.managed = True
        await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._check_valid("__aexit__")
        except InterfaceError as invalid:
            self._end_span(error or invalid)
            # The transaction of a generator that was not exhausted: it ends
            # when the generator is collected, and the pool has rolled it back.
            if kind is GeneratorExit:
                return
            raise
        try:
            if kind is None:
                await self._commit()
            else:
                await self._roll_back(error)
        finally:
            self.managed = False

    @guarded
    async def start(self) -> None:
        """Begin the transaction, or set the savepoint.

        Raises InterfaceError when it has been started before, and within a
        transaction that was not started by `Connection.transaction()`.
        """
        self._check_not_over("start")
        if self._state is TransactionState.STARTED:
            raise InterfaceError("cannot start; the transaction is already started")
        outer = self._connection._transaction
        self._start_span(outer)
        try:
            if outer is None:
                await self._begin()
            else:
                await self._set_savepoint(outer)
        except BaseException as error:
            self._end_span(error)
            if not isinstance(error, InterfaceError):
                self._state = TransactionState.FAILED
            raise
        self._state = TransactionState.STARTED

    @guarded
    async def commit(self) -> None:
        """Commit, or release the savepoint."""
        if self.managed:
            raise InterfaceError("cannot manually commit from within an `async with` block")
        await self._commit()

    @guarded
    async def rollback(self) -> None:
        """Roll back, to the savepoint where this is one."""
        if self.managed:
            raise InterfaceError("cannot manually rollback from within an `async with` block")
        await self._roll_back()

    async def _begin(self) -> None:
        connection = self._connection
        session = connection._session
        if session.in_transaction:
            raise InterfaceError(
                "cannot use Connection.transaction() in a manually started transaction"
            )
        if session.hold is None:
            session.check_free()
        if connection._query_loggers:
            # They are to be told of it.
            await connection.execute(self._begin_text())
        else:
            session.begin_with_next(self._begin_text())
        connection._transaction = self

    def _begin_text(self) -> str:
        text = "BEGIN"
        if self._isolation:
            text += f" ISOLATION LEVEL {ISOLATION_LEVELS[self._isolation]}"
        if self._readonly:
            text += " READ ONLY"
        if self._deferrable:
            text += " DEFERRABLE"
        return text + ";"

    async def _set_savepoint(self, outer: Transaction) -> None:
        connection = self._connection
        if self._isolation:
            isolation = outer._isolation
            if isolation is None:
                shown: str = await connection.fetchval("SHOW transaction_isolation;")
                isolation = shown.replace(" ", "_")
            if self._isolation != isolation:
                raise InterfaceError(
                    "nested transaction has a different isolation level: "
                    f"current {self._isolation!r} != outer {isolation!r}"
                )
        self._savepoint = connection._new_name("savepoint")
        await connection.execute(f"SAVEPOINT {self._savepoint};")

    async def _commit(self) -> None:
        self._check_started("commit")
        await self._end(
            "COMMIT;" if self._savepoint is None else f"RELEASE SAVEPOINT {self._savepoint};",
            TransactionState.COMMITTED,
        )

    async def _roll_back(self, cause: BaseException | None = None) -> None:
        self._check_started("rollback")
        await self._end(
            "ROLLBACK;" if self._savepoint is None else f"ROLLBACK TO {self._savepoint};",
            TransactionState.ROLLEDBACK,
            cause,
        )

    async def _end(
        self, text: str, state: TransactionState, cause: BaseException | None = None
    ) -> None:
        connection = self._connection
        session = connection._session
        if connection._transaction is self:
            connection._transaction = None
        self._state = TransactionState.FAILED
        try:
            if self._savepoint is None and await self._has_not_begun():
                session.forget_begin()
            else:
                await connection.execute(text)
        except BaseException as error:
            self._end_span(error)
            raise
        self._state = state
        self._end_span(cause)

    async def _has_not_begun(self) -> bool:
        """Whether BEGIN has not been sent, or has had no effect."""
        connection = self._connection
        session = connection._session
        if session.begin_pending:
            return True
        hold = session.hold
        if hold is not None:
            # Whether a cancelled statement has brought BEGIN to the server shows at its end.
            try:
                await connection._settle(Deadline(session.loop, connection._effective(None)))
            except (asyncio.CancelledError, asyncio.TimeoutError):
                hold.add_done_callback(lambda _: session.forget_lost_begin())
                raise
        return session.begin_lost

    def _start_span(self, outer: Transaction | None) -> None:
        connection = self._connection
        tracer = connection._tracer
        if tracer is not None:
            started = TransactionStarted(
                connection, self._isolation, self._readonly, self._deferrable, outer is not None
            )
            self._span = Span.start(tracer.transaction, started)
            if outer is not None:
                self._spans = outer._spans
            self._spans.append(self._span)

    def _end_span(self, exception: BaseException | None) -> None:
        if self._span is not None:
            self._span.end(exception)
            if self._span in self._spans:
                self._spans.remove(self._span)

    def _abandon(self, reason: BaseException) -> None:
        """The connection ends this transaction, and all savepoints in it, by itself."""
        while self._spans:
            self._spans.pop().end(reason)

    def _check_not_over(self, operation: str) -> None:
        if self._state in _OVER:
            raise InterfaceError(f"cannot {operation}; {_OVER[self._state]}")

    def _check_started(self, operation: str) -> None:
        if self._state is TransactionState.NEW:
            raise InterfaceError(f"cannot {operation}; the transaction is not yet started")
        self._check_not_over(operation)

    def __repr__(self) -> str:
        attributes = [f"state:{self._state.name.lower()}"]
        if self._isolation is not None:
            attributes.append(self._isolation)
        if self._readonly:
            attributes.append("readonly")
        if self._deferrable:
            attributes.append("deferrable")
        return f"<pgstride.{type(self).__name__} {' '.join(attributes)} {id(self):#x}>"
