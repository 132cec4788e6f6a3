"""COPY."""

import asyncio
import datetime as dt
import io

import pytest

TABLE = """
CREATE TEMP TABLE copied (
    id int, name text, at timestamptz, amounts float8[], "odd "" name" bool
)
"""
NOON = dt.datetime(2024, 2, 29, 12, tzinfo=dt.timezone.utc)
RECORDS = [
    (1, "one", NOON, [1.5, None], True),
    (2, None, None, None, None),
    (3, 'quo"te, \\ tab\t newline\n', NOON, [], False),
]


async def contents(connection):
    return [tuple(row) for row in await connection.fetch("SELECT * FROM copied ORDER BY id")]


async def test_copies_records(both):
    async with both.connection() as connection:
        await connection.execute(TABLE)
        assert await connection.copy_records_to_table("copied", records=RECORDS) == "COPY 3"
        assert await contents(connection) == RECORDS


@pytest.mark.parametrize("kind", [list, tuple, iter, "generator", "async generator", "records"])
async def test_copies_records_of_any_kind(both, kind):
    async with both.connection() as connection:
        await connection.execute(TABLE)
        if kind == "generator":
            records = (list(record) for record in RECORDS)
        elif kind == "async generator":

            async def generate():
                for record in RECORDS:
                    await asyncio.sleep(0)
                    yield record

            records = generate()
        elif kind == "records":
            await connection.copy_records_to_table("copied", records=RECORDS)
            records = await connection.fetch("DELETE FROM copied RETURNING *")
        else:
            records = kind(RECORDS)
        assert await connection.copy_records_to_table("copied", records=records) == "COPY 3"
        assert await contents(connection) == RECORDS


async def test_copies_no_records(both):
    async with both.connection() as connection:
        await connection.execute(TABLE)
        assert await connection.copy_records_to_table("copied", records=[]) == "COPY 0"


async def test_copies_some_columns_of_records(both):
    async with both.connection() as connection:
        await connection.execute(TABLE)
        status = await connection.copy_records_to_table(
            "copied", records=[(True, 1), (None, 2)], columns=['odd " name', "id"]
        )
        assert status == "COPY 2"
        rows = await connection.fetch('SELECT id, "odd "" name" FROM copied ORDER BY id')
        assert [tuple(row) for row in rows] == [(1, True), (2, None)]


async def test_copies_records_that_meet_a_condition(both):
    async with both.connection() as connection:
        await connection.execute(TABLE)
        status = await connection.copy_records_to_table(
            "copied", records=RECORDS, where="name IS NOT NULL"
        )
        assert status == "COPY 2"


async def test_copies_records_into_a_schema(both):
    async with both.connection() as connection:
        await connection.execute('CREATE SCHEMA "odd schema"; CREATE TABLE "odd schema".t (a int)')
        try:
            await connection.copy_records_to_table("t", schema_name="odd schema", records=[(1,)])
            assert await connection.fetchval('SELECT a FROM "odd schema".t') == 1
        finally:
            await connection.execute('DROP SCHEMA "odd schema" CASCADE')


async def test_copies_many_records(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE many (id int, text text)")
        records = ((number, "x" * 100) for number in range(50_000))
        assert await connection.copy_records_to_table("many", records=records) == "COPY 50000"
        query = "SELECT count(*), sum(id), sum(length(text)) FROM many"
        assert tuple(await connection.fetchrow(query)) == (50_000, 1_249_975_000, 5_000_000)


@pytest.mark.parametrize("records", [[(1, 2)], [("one",)], [5], [()]])
async def test_a_record_that_does_not_fit_copies_nothing(both, records):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE one (id int)")
        if records == [(1, 2)]:
            # asyncpg ignores what is too much.
            assert await connection.copy_records_to_table("one", records=records) == "COPY 1"
            return
        with pytest.raises((TypeError, ValueError, IndexError, both.driver.DataError)):
            await connection.copy_records_to_table("one", records=[(1,), *records])
        assert await connection.fetchval("SELECT count(*) FROM one") == 0


@pytest.mark.parametrize("later", [False, True], ids=["sync", "async"])
async def test_an_error_of_the_source_copies_nothing(both, later):
    def records():
        yield (1,)
        raise ZeroDivisionError

    async def later_records():
        for record in records():
            yield record

    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE one (id int)")
        with pytest.raises(ZeroDivisionError):
            await connection.copy_records_to_table(
                "one", records=later_records() if later else records()
            )
        assert await connection.fetchval("SELECT count(*) FROM one") == 0


async def test_its_errors_are_the_servers(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE one (id int CHECK (id > 0))")
        with pytest.raises(both.driver.CheckViolationError):
            await connection.copy_records_to_table("one", records=[(1,), (0,)])
        with pytest.raises(both.driver.UndefinedTableError):
            await connection.copy_records_to_table("none", records=[(1,)])
        with pytest.raises(both.driver.UndefinedTableError):
            await connection.copy_to_table("none", source=io.BytesIO(b"1\n"))
        with pytest.raises(both.driver.UndefinedTableError):
            await connection.copy_from_table("none", output=io.BytesIO())
        with pytest.raises(both.driver.BadCopyFileFormatError):
            await connection.copy_to_table("one", source=io.BytesIO(b"1\t2\n"))
        assert await connection.fetchval("SELECT count(*) FROM one") == 0


async def test_an_early_error_ends_a_long_copy(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE one (id int CHECK (id > 0))")
        records = ((number,) for number in range(1_000_000))
        with pytest.raises(both.driver.CheckViolationError):
            await connection.copy_records_to_table("one", records=records)
        assert await connection.fetchval("SELECT 1") == 1


def written(output):
    return output.getvalue().decode().splitlines()


async def test_copies_from_a_table(both):
    async with both.connection() as connection:
        await connection.execute(TABLE)
        await connection.copy_records_to_table("copied", records=RECORDS)
        output = io.BytesIO()
        assert await connection.copy_from_table("copied", output=output, columns=["id"]) == "COPY 3"
        assert written(output) == ["1", "2", "3"]


async def test_copies_with_options(both):
    async with both.connection() as connection:
        await connection.execute(TABLE)
        await connection.copy_records_to_table("copied", records=RECORDS[:2])
        output = io.BytesIO()
        await connection.copy_from_table(
            "copied",
            output=output,
            columns=("id", "name"),
            format="csv",
            header=True,
            delimiter=";",
            null="'nothing'",
            quote="|",
            escape="\\",
            force_quote=True,
            encoding="latin-1",
        )
        assert written(output) == ["id;name", "|1|;|one|", "|2|;'nothing'"]
        output = io.BytesIO()
        await connection.copy_from_table(
            "copied", output=output, columns=["id", "name"], format="csv", force_quote=["name"]
        )
        assert written(output) == ['1,"one"', "2,"]


async def test_copies_from_a_query(both):
    async with both.connection() as connection:
        output = io.BytesIO()
        query = "SELECT $1::int, $2::text, $3::int[], $4::text, $1 + 1"
        status = await connection.copy_from_query(
            query, 1, "it's $1 \\", [1, None], None, output=output, format="csv"
        )
        assert status == "COPY 1"
        assert written(output) == ['1,it\'s $1 \\,"{1,NULL}",,2']


async def test_writes_to_paths_and_coroutines(both, tmp_path):
    async with both.connection() as connection:
        query = "SELECT generate_series(1, 100000)"
        expected = b"".join(b"%d\n" % number for number in range(1, 100_001))
        path = tmp_path / "output"
        await connection.copy_from_query(query, output=path)
        assert path.read_bytes() == expected
        await connection.copy_from_query(query, output=str(path))
        assert path.read_bytes() == expected
        pieces = []

        async def write(data):
            await asyncio.sleep(0)
            pieces.append(bytes(data))

        await connection.copy_from_query(query, output=write)
        assert b"".join(pieces) == expected


async def test_refuses_other_outputs(both):
    async with both.connection() as connection:
        with pytest.raises(TypeError, match="output is expected to be a file-like object"):
            await connection.copy_from_query("SELECT 1", output=5)
        assert await connection.fetchval("SELECT 1") == 1


async def test_an_error_of_the_output_ends_the_copy(both):
    async def write(data):
        raise ZeroDivisionError

    async with both.connection() as connection:
        with pytest.raises(ZeroDivisionError):
            await connection.copy_from_query(
                "SELECT repeat('x', 1000) FROM generate_series(1, 100000)", output=write
            )
        assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("kind", ["file", "path", "buffer", "async"])
async def test_reads_from_any_source(both, kind, tmp_path):
    data = b"".join(b"%d,x\n" % number for number in range(100_000))
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE read (id int, text text)")
        if kind == "file":
            source = io.BytesIO(data)
        elif kind == "path":
            source = tmp_path / "source"
            source.write_bytes(data)
        elif kind == "buffer":
            source = memoryview(data)
        else:

            async def generate():
                for start in range(0, len(data), 1000):
                    yield data[start : start + 1000]

            source = generate()
        status = await connection.copy_to_table("read", source=source, format="csv")
        assert status == "COPY 100000"
        assert await connection.fetchval("SELECT sum(id) FROM read") == 4999950000


async def test_reads_with_options(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE read (a text, b text, c text)")
        await connection.copy_to_table(
            "read",
            source=io.BytesIO(b'b,a\n"",""\nx,y\n'),
            columns=["b", "a"],
            format="csv",
            header=True,
            force_null=["b"],
            force_not_null=["a"],
            where="b IS NULL",
        )
        rows = await connection.fetch("SELECT * FROM read")
        assert [tuple(row) for row in rows] == [("", None, None)]


async def test_a_copy_can_be_cancelled_or_time_out(both):
    async def never():
        yield b"1\n"
        await asyncio.sleep(10)

    async def stuck(data):
        await asyncio.sleep(10)

    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE read (id int)")
        with pytest.raises(asyncio.TimeoutError):
            await connection.copy_to_table("read", source=never(), timeout=0.1)
        assert await connection.fetchval("SELECT count(*) FROM read") == 0
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(connection.copy_to_table("read", source=never()), 0.1)
        assert await connection.fetchval("SELECT count(*) FROM read") == 0
        query = "SELECT repeat('x', 1000) FROM generate_series(1, 100000)"
        with pytest.raises(asyncio.TimeoutError):
            await connection.copy_from_query(query, output=stuck, timeout=0.1)
        assert await connection.fetchval("SELECT 1") == 1
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(connection.copy_from_query(query, output=stuck), 0.1)
        assert await connection.fetchval("SELECT 2") == 2


async def test_is_part_of_a_transaction(both):
    async with both.connection() as connection:
        await connection.execute("CREATE TEMP TABLE one (id int)")
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                await connection.copy_to_table("one", source=io.BytesIO(b"1\n"))
                raise ZeroDivisionError
        assert await connection.fetchval("SELECT count(*) FROM one") == 0
        with pytest.raises(ZeroDivisionError):
            async with connection.transaction():
                await connection.copy_records_to_table("one", records=[(1,)])
                raise ZeroDivisionError
        assert await connection.fetchval("SELECT count(*) FROM one") == 0


async def test_pools_copy_too(both):
    async with both.pool() as pool:
        await pool.execute("CREATE TABLE IF NOT EXISTS pool_copied (id int); TRUNCATE pool_copied")
        assert await pool.copy_records_to_table("pool_copied", records=[(1,)]) == "COPY 1"
        assert await pool.copy_to_table("pool_copied", source=io.BytesIO(b"2\n")) == "COPY 1"
        output = io.BytesIO()
        assert await pool.copy_from_table("pool_copied", output=output) == "COPY 2"
        assert await pool.copy_from_query("SELECT $1::int", 3, output=output) == "COPY 1"
        assert written(output) == ["1", "2", "3"]
        await pool.execute("DROP TABLE pool_copied")


async def test_other_statements_do_not_copy(ours):
    async with ours.connection() as connection:
        await connection.execute("CREATE TEMP TABLE one (id int)")
        for run in (connection.execute, connection.fetch):
            with pytest.raises(ours.driver.QueryCanceledError):
                await run("COPY one FROM STDIN")
        assert await connection.fetchval("SELECT 1") == 1


async def test_memory_stays_flat_when_the_output_is_slow(ours):
    sizes = []

    async def write(data):
        await asyncio.sleep(0.001)
        sizes.append(len(data))

    async with ours.connection() as connection:
        query = "SELECT repeat('x', 1000) FROM generate_series(1, 20000)"
        await connection.copy_from_query(query, output=write)
    assert sum(sizes) == 20_000 * 1001
    assert max(sizes) < 1024 * 1024
