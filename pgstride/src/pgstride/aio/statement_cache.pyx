"""The cache of a session's prepared statements."""

from pgstride.aio.cancellation cimport CancellableLink
from pgstride.core.statement cimport Statement


cdef class StatementCache(CancellableLink):
    """Keeps up to `statement_limit` statements, each up to `statement_lifetime` seconds.

    A lifetime of 0 is for ever.
    """

    def __cinit__(
        self, loop, *, Py_ssize_t statement_limit=100, double statement_lifetime=0.0, **others
    ):
        self.statements = {}
        self.statement_limit = statement_limit
        self.statement_lifetime = statement_lifetime

    def connection_lost(self, error):
        """The transport is closed."""
        if self.expiry_timer is not None:
            self.expiry_timer.cancel()
            self.expiry_timer = None
        CancellableLink.connection_lost(self, error)

    def find_statement(self, str query not None):
        """The cached statement of a query, or None."""
        cdef Statement statement = self.statements.get(query)
        if statement is not None:
            self.note_use(statement)
        return statement

    cdef int note_use(self, Statement statement) except -1:
        self.uses += 1
        statement.last_use = self.uses
        return 0

    def remember(self, Statement statement not None):
        """Cache a statement; the one that was used longest ago makes room for it."""
        cdef Statement oldest, other
        if self.statement_limit == 0:
            return
        other = self.statements.get(statement.query)
        if other is not None and other is not statement:
            # Two tasks have prepared the same query at once.
            self.forget(other)
        if len(self.statements) >= self.statement_limit:
            oldest = None
            for other in self.statements.values():
                if oldest is None or other.last_use < oldest.last_use:
                    oldest = other
            self.forget(oldest)
        self.note_use(statement)
        self.statements[statement.query] = statement
        if self.statement_lifetime > 0.0:
            statement.expires_at = self.loop.time() + self.statement_lifetime
            if self.expiry_timer is None:
                self.expiry_timer = self.loop.call_at(statement.expires_at, self._expire)

    def _expire(self):
        """Forget the statements that have been cached for long enough."""
        cdef Statement statement
        cdef double now = self.loop.time()
        cdef double following = 0.0
        self.expiry_timer = None
        for statement in list(self.statements.values()):
            if statement.expires_at <= now:
                self.forget(statement)
            elif following == 0.0 or statement.expires_at < following:
                following = statement.expires_at
        if following > 0.0:
            self.expiry_timer = self.loop.call_at(following, self._expire)

    def forget(self, Statement statement not None):
        """Take a statement out of the cache, and close it unless it is in use elsewhere."""
        if self.statements.get(statement.query) is statement:
            del self.statements[statement.query]
        if statement.references == 0:
            self.close_statement(statement)

    def release(self, Statement statement not None):
        """One who referred to a statement does so no more; closes it when nobody does."""
        statement.references -= 1
        if statement.references == 0 and self.statements.get(statement.query) is not statement:
            self.close_statement(statement)

    def forget_all(self):
        """Empty the cache."""
        for statement in list(self.statements.values()):
            self.forget(statement)

    @property
    def cached_statements(self):
        """The cached statements, in no particular order."""
        return tuple(self.statements.values())
