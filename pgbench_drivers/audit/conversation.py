"""One connection as its two streams tell it: cycles, statements, round trips.

A cycle is what the server answers with one ReadyForQuery: a simple Query, or
extended messages up to their Sync. The protocol answers in order, so every
answer belongs to the oldest cycle that is not complete, however the two
streams were interleaved in time; facts made of cycles do not depend on timing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from pgbench_drivers.wire import bodies, framing
from pgbench_drivers.wire.framing import Message, WireError
from pgbench_drivers.wire.listener import DecodingListener

IDLE = "I"


@dataclass
class Statement:
    """A statement that the client has prepared."""

    name: str
    sql: str


@dataclass
class Execution:
    """One execution of a statement: a Bind with its Executes, or a simple Query.

    Formats are as they were sent: none, one for all, or each. `tags` are the
    server's command tags, of which a simple Query may have several.
    """

    sql: str
    simple: bool
    statement: str = ""
    parameter_formats: tuple[int, ...] = ()
    parameters: int = 0
    result_formats: tuple[int, ...] = ()
    rows: int = 0
    columns: int = 0
    copy_in: bodies.CopyResponse | None = None
    tags: list[str] = field(default_factory=list)


@dataclass
class Cycle:
    """What one ReadyForQuery ends.

    A simple Query may come after extended messages that were only flushed,
    and ends their cycle with its own. `turns` counts how often the client sent
    something when all that it had asked before was answered: the round trips
    that it waited for; a client that reads late may not have waited for all of
    them. `in_flight` is the most executions that were not answered at once.
    `touched` are the texts of all statements that it prepared, described,
    executed or closed, `named` the names that Parse gave to statements.
    """

    turns: int = 0
    in_flight: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    status: str = ""
    parsed: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


@dataclass
class _Open:
    """A cycle on its way, and what it waits for, oldest first, by the type of the request.

    A Query ("Q") and a Sync ("S") wait for ReadyForQuery.
    """

    cycle: Cycle
    closed: bool = False
    failed: bool = False
    copying: bool = False
    copy_begun: bool = False
    copy_ended: bool = False
    data_wanted: bool = False
    waiting: deque[tuple[str, Execution | None]] = field(default_factory=deque)

    @property
    def current(self) -> Execution | None:
        """The execution that the server's next row belongs to."""
        return next((execution for kind, execution in self.waiting if kind in ("E", "Q")), None)

    @property
    def in_query(self) -> bool:
        """Whether the server answers a simple Query, whose parts nobody asked for one by one."""
        return bool(self.waiting) and self.waiting[0][0] == "Q"

    def answered(self, *kinds: str) -> str:
        """The oldest wait is over; raises WireError when it was for something else."""
        if not self.waiting or self.waiting[0][0] not in kinds:
            raise WireError(f"server: an answer to {kinds[0]!r} that was not asked for")
        return self.waiting.popleft()[0]


@dataclass
class StartUp:
    """Everything before the first ReadyForQuery."""

    turns: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0


class Conversation(DecodingListener):
    """All cycles of a connection; `cycles` are the complete ones."""

    def __init__(self) -> None:
        super().__init__()
        self.start_up = StartUp()
        self.started = False
        self.cancels = False
        self.cycles: list[Cycle] = []
        self._open: deque[_Open] = deque()
        self._statements: dict[str, Statement] = {}
        self._portals: dict[str, Execution] = {}
        self._client_spoke_last = False
        self._in_flight = 0

    # The client

    def _hear_client(self, message: Message) -> None:
        if not self.started:
            self._hear_start(message)
            return
        if message.kind in ("d", "c", "f"):
            self._hear_copy(message)
            return
        if message.kind == "X":
            return
        if self._open and self._open[-1].copying and message.kind in ("S", "H"):
            # "the backend ignores Flush and Sync messages received during copy-in mode"
            self._open[-1].cycle.bytes_sent += message.size
            return
        self._hear_request(message)

    def _hear_start(self, message: Message) -> None:
        start = self.start_up
        if not self._client_spoke_last:
            start.turns += 1
        self._client_spoke_last = True
        start.bytes_sent += message.size
        if message.kind == framing.CANCEL_REQUEST:
            self.cancels = True

    def _hear_copy(self, message: Message) -> None:
        if not self._open:
            return  # late data of a COPY that failed
        opened = self._open[0]
        opened.cycle.bytes_sent += message.size
        opened.copy_begun = True
        if opened.data_wanted:
            opened.cycle.turns += 1
            opened.data_wanted = False
        if message.kind in ("c", "f"):
            opened.copying, opened.copy_ended = False, True

    def _hear_request(self, message: Message) -> None:
        waits = any(opened.waiting for opened in self._open)
        if not self._open or self._open[-1].closed:
            self._open.append(_Open(Cycle()))
        opened = self._open[-1]
        cycle = opened.cycle
        if not waits:
            cycle.turns += 1
        cycle.bytes_sent += message.size
        match message.kind:
            case "Q":
                execution = Execution(bodies.text(message.body, "Query"), simple=True)
                cycle.executions.append(execution)
                cycle.touched.add(execution.sql)
                opened.closed = True
                opened.waiting.append(("Q", execution))
                self._launch(cycle)
            case "S":
                opened.closed = True
                opened.waiting.append(("S", None))
            case "P" | "B" | "D" | "E" | "C":
                ran = self._hear_extended(cycle, message)
                if not opened.failed:
                    opened.waiting.append((message.kind, ran))
                    if message.kind == "E":
                        self._launch(cycle)
            case "F":
                raise WireError("client: a function call, which is not supported")

    def _launch(self, cycle: Cycle) -> None:
        self._in_flight += 1
        cycle.in_flight = max(cycle.in_flight, self._in_flight)

    def _hear_extended(self, cycle: Cycle, message: Message) -> Execution | None:
        match message.kind:
            case "P":
                parsed = bodies.parse(message.body)
                self._statements[parsed.name] = Statement(parsed.name, parsed.sql)
                cycle.parsed.append(parsed.sql)
                if parsed.name:
                    cycle.named.append(parsed.name)
                cycle.touched.add(parsed.sql)
            case "B":
                self._bind(cycle, bodies.bind(message.body))
            case "E":
                return self._portals.get(bodies.execute(message.body).portal)
            case _:
                sql = self._sql_of(bodies.named(message.body))
                cycle.touched.add(sql)
                if message.kind == "D":
                    cycle.described.append(sql)
        return None

    def _bind(self, cycle: Cycle, bound: bodies.Bind) -> None:
        statement = self._statements.get(bound.statement)
        if statement is None:
            raise WireError(f"client: binds the statement {bound.statement!r}, which is unknown")
        execution = Execution(
            sql=statement.sql,
            simple=False,
            statement=statement.name,
            parameter_formats=bound.parameter_formats,
            parameters=bound.parameters,
            result_formats=bound.result_formats,
        )
        self._portals[bound.portal] = execution
        cycle.executions.append(execution)
        cycle.touched.add(statement.sql)

    def _sql_of(self, named: bodies.Named) -> str:
        if named.kind == "P":
            execution = self._portals.get(named.name)
            return execution.sql if execution else ""
        statement = self._statements.get(named.name)
        return statement.sql if statement else ""

    # The server

    def _hear_server(self, message: Message) -> None:
        if not self.started:
            self.start_up.bytes_received += message.size
            self._client_spoke_last = False
            self.started = message.kind == "Z"
            return
        if not self._open:
            return  # what the server says of itself: notices, notifications, parameters
        opened = self._open[0]
        opened.cycle.bytes_received += message.size
        match message.kind:
            case "D":
                self._hear_row(opened, message)
            case "1" | "2" | "3" | "T" | "n":
                if not opened.in_query:
                    opened.answered(_ANSWERS[message.kind])
            case "C" | "I" | "s":
                self._hear_completion(opened, message)
            case "G":
                self._hear_copy_in(opened, message)
            case "E":
                self._hear_error(opened, message)
            case "Z":
                self._in_flight -= opened.answered("S", "Q") == "Q"
                opened.cycle.status = bodies.transaction_status(message.body)
                self.cycles.append(self._open.popleft().cycle)

    def _hear_row(self, opened: _Open, message: Message) -> None:
        execution = opened.current
        if execution is None:
            raise WireError("server: a row that was not asked for")
        execution.rows += 1
        if execution.rows == 1:
            execution.columns = bodies.data_row_columns(message.body)

    def _hear_completion(self, opened: _Open, message: Message) -> None:
        execution = opened.current
        if message.kind == "C" and execution is not None:
            execution.tags.append(bodies.text(message.body, "CommandComplete"))
        if not opened.in_query:
            opened.answered("E")
            self._in_flight -= 1

    def _hear_copy_in(self, opened: _Open, message: Message) -> None:
        execution = opened.current
        if execution is None:
            raise WireError("server: asks for COPY data where nothing was executed")
        execution.copy_in = bodies.copy_response(message.body)
        opened.copying = not opened.copy_ended
        # Some clients send their data without waiting to be asked for them.
        opened.data_wanted = not opened.copy_begun
        if not opened.in_query and opened.closed:
            # The Sync that came with the Execute is lost; another follows the data.
            opened.closed = False
            opened.waiting.pop()

    def _hear_error(self, opened: _Open, message: Message) -> None:
        opened.cycle.errors.append(bodies.error_text(message.body))
        opened.failed = True
        opened.copying = False
        self._in_flight -= sum(kind in ("E", "Q") for kind, _ in opened.waiting)
        opened.waiting.clear()
        if opened.closed:
            opened.waiting.append(("S", None))


_ANSWERS = {"1": "P", "2": "B", "3": "C", "T": "D", "n": "D"}
