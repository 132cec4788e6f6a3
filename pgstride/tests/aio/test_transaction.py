"""Transactions and savepoints."""

import asyncio

import pytest


async def table(connection):
    await connection.execute("CREATE TEMP TABLE kept (value int)")


async def values(connection):
    return [row[0] for row in await connection.fetch("SELECT value FROM kept ORDER BY value")]


async def insert(connection, value):
    await connection.fetch("INSERT INTO kept VALUES ($1)", value)


async def test_commits_at_the_end_of_the_block(both):
    async with both.connection() as connection:
        await table(connection)
        async with connection.transaction():
            await insert(connection, 1)
            assert connection.is_in_transaction()
        assert not connection.is_in_transaction()
        assert await values(connection) == [1]


async def test_rolls_back_when_the_block_raises(both):
    async with both.connection() as connection:
        await table(connection)
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                await insert(connection, 1)
                raise ZeroDivisionError
        assert await values(connection) == []


async def test_is_in_a_transaction_from_the_start(both):
    async with both.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        assert connection.is_in_transaction()
        await transaction.rollback()
        assert not connection.is_in_transaction()


@pytest.mark.parametrize("first", ["fetch", "execute", "prepare", "executemany", "cursor"])
async def test_begins_before_the_first_statement_of_whatever_kind(both, first):
    async with both.connection() as connection:
        await table(connection)
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                if first == "fetch":
                    await connection.fetch("INSERT INTO kept VALUES (1)")
                elif first == "execute":
                    await connection.execute("INSERT INTO kept VALUES (1)")
                elif first == "prepare":
                    statement = await connection.prepare("INSERT INTO kept VALUES (1)")
                    await statement.fetch()
                elif first == "executemany":
                    await connection.executemany("INSERT INTO kept VALUES ($1)", [(1,), (2,)])
                else:
                    async for _ in connection.cursor("INSERT INTO kept VALUES (1) RETURNING 1"):
                        pass
                raise ZeroDivisionError
        assert await values(connection) == []


async def test_nests_as_savepoints(both):
    async with both.connection() as connection:
        await table(connection)
        async with connection.transaction():
            await insert(connection, 1)
            with pytest.raises(ZeroDivisionError):
                async with connection.transaction():
                    await insert(connection, 2)
                    raise ZeroDivisionError
            async with connection.transaction():
                await insert(connection, 3)
        assert await values(connection) == [1, 3]


async def test_nests_before_any_statement(both):
    async with both.connection() as connection:
        await table(connection)
        async with connection.transaction(), connection.transaction():
            await insert(connection, 1)
        assert await values(connection) == [1]


async def test_a_failed_statement_aborts_the_transaction(both):
    async with both.connection() as connection:
        await table(connection)
        transaction = connection.transaction()
        await transaction.start()
        with pytest.raises(both.driver.DivisionByZeroError):
            await connection.fetch("SELECT 1/0")
        with pytest.raises(both.driver.InFailedSQLTransactionError):
            await connection.fetch("SELECT 1")
        assert connection.is_in_transaction()
        await transaction.rollback()
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_savepoint_survives_a_failed_statement(both):
    async with both.connection() as connection:
        async with connection.transaction():
            with pytest.raises(both.driver.DivisionByZeroError):
                async with connection.transaction():
                    await connection.fetch("SELECT 1/0")
            assert await connection.fetchval("SELECT 1") == 1


async def test_arguments_that_do_not_fit_leave_the_transaction_alone(both):
    async with both.connection() as connection:
        async with connection.transaction():
            with pytest.raises(both.driver.DataError):
                await connection.fetch("SELECT $1::int", "one")
            assert await connection.fetchval("SELECT 1") == 1
        assert not connection.is_in_transaction()


async def test_a_failed_executemany_does_not_end_the_transaction(both):
    async with both.connection() as connection:
        await table(connection)
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                with pytest.raises(both.driver.DataError):
                    await connection.executemany("INSERT INTO kept VALUES ($1)", [(1,), ("x",)])
                assert connection.is_in_transaction()
                await insert(connection, 2)
                raise ZeroDivisionError
        assert await values(connection) == []


@pytest.mark.parametrize(
    ("arguments", "setting", "value"),
    [
        ({"isolation": "serializable"}, "transaction_isolation", "serializable"),
        ({"isolation": "repeatable_read"}, "transaction_isolation", "repeatable read"),
        ({"isolation": "read_committed"}, "transaction_isolation", "read committed"),
        ({"isolation": "read_uncommitted"}, "transaction_isolation", "read uncommitted"),
        ({"readonly": True}, "transaction_read_only", "on"),
        (
            {"isolation": "serializable", "readonly": True, "deferrable": True},
            "transaction_deferrable",
            "on",
        ),
        ({}, "transaction_isolation", "read committed"),
    ],
)
async def test_has_the_characteristics_that_it_was_asked_for(both, arguments, setting, value):
    async with both.connection() as connection:
        async with connection.transaction(**arguments):
            assert await connection.fetchval(f"SHOW {setting}") == value


async def test_refuses_unknown_isolation_levels(both):
    async with both.connection() as connection:
        with pytest.raises(ValueError, match="isolation is expected to be either of"):
            connection.transaction(isolation="chaos")


async def test_refuses_to_nest_with_another_isolation_level(both):
    async with both.connection() as connection:
        async with connection.transaction(isolation="serializable"):
            inner = connection.transaction(isolation="repeatable_read")
            message = (
                "nested transaction has a different isolation level: "
                "current 'repeatable_read' != outer 'serializable'"
            )
            with pytest.raises(both.driver.InterfaceError, match=message):
                await inner.start()
        async with connection.transaction():
            async with connection.transaction(isolation="read_committed"):
                pass
            inner = connection.transaction(isolation="serializable")
            with pytest.raises(both.driver.InterfaceError, match="outer 'read_committed'"):
                await inner.start()


async def test_refuses_to_start_within_a_manual_one(both):
    async with both.connection() as connection:
        await connection.execute("BEGIN")
        message = r"cannot use Connection.transaction\(\) in a manually started transaction"
        with pytest.raises(both.driver.InterfaceError, match=message):
            await connection.transaction().start()


async def test_says_what_is_wrong_with_the_order_of_calls(both):
    error = both.driver.InterfaceError
    async with both.connection() as connection:
        transaction = connection.transaction()
        with pytest.raises(error, match="cannot commit; the transaction is not yet started"):
            await transaction.commit()
        with pytest.raises(error, match="cannot rollback; the transaction is not yet started"):
            await transaction.rollback()
        await transaction.start()
        with pytest.raises(error, match="cannot start; the transaction is already started"):
            await transaction.start()
        await transaction.commit()
        with pytest.raises(error, match="cannot commit; the transaction is already committed"):
            await transaction.commit()
        with pytest.raises(error, match="cannot start; the transaction is already committed"):
            await transaction.start()
        other = connection.transaction()
        await other.start()
        await other.rollback()
        with pytest.raises(error, match="cannot commit; the transaction is already rolled back"):
            await other.commit()


async def test_is_not_ended_by_hand_within_a_block(both):
    error = both.driver.InterfaceError
    async with both.connection() as connection:
        transaction = connection.transaction()
        async with transaction:
            with pytest.raises(error, match="cannot manually commit from within an `async with`"):
                await transaction.commit()
            with pytest.raises(error, match="cannot manually rollback from within an `async with`"):
                await transaction.rollback()
            with pytest.raises(error, match="cannot enter context: already in an `async with`"):
                async with transaction:
                    pass


async def test_is_in_error_state_when_commit_fails(both):
    async with both.connection() as connection:
        await connection.execute(
            "CREATE TEMP TABLE one (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)"
        )
        transaction = connection.transaction()
        await transaction.start()
        await connection.executemany("INSERT INTO one VALUES ($1)", [(1,), (1,)])
        with pytest.raises(both.driver.UniqueViolationError):
            await transaction.commit()
        message = "cannot rollback; the transaction is in error state"
        with pytest.raises(both.driver.InterfaceError, match=message):
            await transaction.rollback()
        assert not connection.is_in_transaction()


async def test_has_asyncpgs_repr(both):
    async with both.connection() as connection:
        transaction = connection.transaction(isolation="serializable", readonly=True)
        shown = repr(transaction)
        assert shown.startswith(f"<{both.driver.__name__}.Transaction state:new serializable rea")


async def test_a_cancelled_first_statement_aborts_nothing_but_itself(both):
    async with both.connection() as connection:
        await table(connection)
        task = asyncio.ensure_future(slow_transaction(connection))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not connection.is_in_transaction()
        await insert(connection, 1)
        assert await values(connection) == [1]


async def slow_transaction(connection):
    async with connection.transaction():
        await connection.fetch("SELECT pg_sleep(10)")


async def test_a_timed_out_first_statement_aborts_the_transaction(both):
    async with both.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        with pytest.raises(asyncio.TimeoutError):
            await connection.fetch("SELECT pg_sleep(10)", timeout=0.1)
        with pytest.raises(both.driver.InFailedSQLTransactionError):
            await connection.fetch("SELECT 1")
        await transaction.rollback()
        assert await connection.fetchval("SELECT 1") == 1


async def test_needs_an_open_connection(both):
    async with both.connection() as connection:
        transaction = connection.transaction()
        await connection.close()
        message = r"cannot call Transaction.start\(\): the underlying connection is closed"
        with pytest.raises(both.driver.InterfaceError, match=message):
            await transaction.start()
        with pytest.raises(both.driver.InterfaceError, match="connection is closed"):
            connection.transaction()


async def test_refuses_to_start_while_a_statement_runs(both):
    async with both.connection() as connection:
        running = asyncio.ensure_future(connection.fetch("SELECT pg_sleep(0.2)"))
        await asyncio.sleep(0.05)
        message = "cannot perform operation: another operation is in progress"
        with pytest.raises(both.driver.InterfaceError, match=message):
            await connection.transaction().start()
        await running


async def test_an_empty_transaction_sends_nothing(ours):
    async with ours.connection() as connection:
        await connection.fetchval("SELECT 1")
        sent = connection._session.executions
        async with connection.transaction():
            pass
        async with connection.transaction():
            async with connection.transaction():
                pass
        assert connection._session.executions - sent == 4  # BEGIN, SAVEPOINT, RELEASE, COMMIT


async def test_begin_costs_no_round_trip(ours):
    async with ours.connection() as connection:
        await connection.fetchval("SELECT 1")
        sent = connection._session.executions
        async with connection.transaction():
            await connection.fetchval("SELECT 1")
        assert connection._session.executions - sent == 2  # with BEGIN, and COMMIT


async def test_a_lost_begin_aborts_the_transaction(ours):
    async with ours.connection() as connection:
        await table(connection)
        connection._transaction = None
        connection._session.begin_with_next("BEGIN NONSENSE")
        with pytest.raises(ours.driver.PostgresSyntaxError):
            await insert(connection, 1)
        assert connection.is_in_transaction()
        with pytest.raises(ours.driver.InFailedSQLTransactionError):
            await insert(connection, 1)
        with pytest.raises(ours.driver.InFailedSQLTransactionError):
            await connection.execute("INSERT INTO kept VALUES (1)")
        connection._session.forget_begin()
        assert await values(connection) == []
