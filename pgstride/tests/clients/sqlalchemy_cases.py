"""Everyday work with SQLAlchemy: run in a process of its own, where asyncpg is pgstride."""

import asyncio
import contextlib
import datetime as dt
import decimal
import enum
import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload


class Base(DeclarativeBase):
    pass


class Colour(enum.Enum):
    red = "red"
    blue = "blue"


class Author(Base):
    __tablename__ = "sa_author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    books: Mapped[list["Book"]] = relationship(back_populates="author")


class Book(Base):
    __tablename__ = "sa_book"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("sa_author.id"))
    title: Mapped[str]
    price: Mapped[decimal.Decimal] = mapped_column(sa.Numeric(10, 2))
    published: Mapped[dt.date]
    added: Mapped[dt.datetime] = mapped_column(
        sa.DateTime(timezone=True), server_default=sa.func.now()
    )
    tags: Mapped[list[str]] = mapped_column(postgresql.ARRAY(sa.Text))
    facts: Mapped[dict] = mapped_column(postgresql.JSONB)
    plain: Mapped[dict] = mapped_column(sa.JSON)
    colour: Mapped[Colour]
    loan: Mapped[dt.timedelta]
    author: Mapped[Author] = relationship(back_populates="books")


def book(title, price):
    return Book(
        title=title,
        price=decimal.Decimal(price),
        published=dt.date(1999, 12, 31),
        tags=["a", "ü"],
        facts={"pages": [1, None]},
        plain={"x": "y"},
        colour=Colour.blue,
        loan=dt.timedelta(days=14, seconds=1),
    )


@contextlib.asynccontextmanager
async def database():
    """An engine for the server that the environment names, with the tables."""
    engine = create_async_engine("postgresql+asyncpg://", pool_size=3)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    try:
        yield engine
    finally:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.drop_all)
        await engine.dispose()


async def test_the_everyday_work_of_the_orm():
    async with database() as engine:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            author = Author(name="Ada", books=[book("One", "1.50"), book("Two", "2.25")])
            session.add(author)
            await session.commit()
        async with AsyncSession(engine) as session:
            query = (
                sa.select(Author).options(selectinload(Author.books)).where(Author.name == "Ada")
            )
            found = (await session.execute(query)).scalar_one()
            one = next(b for b in found.books if b.title == "One")
            assert one.price == decimal.Decimal("1.50")
            assert (one.tags, one.facts, one.plain) == (
                ["a", "ü"],
                {"pages": [1, None]},
                {"x": "y"},
            )
            assert (one.colour, one.loan) == (Colour.blue, dt.timedelta(days=14, seconds=1))
            assert isinstance(one.id, uuid.UUID)
            assert one.added.tzinfo is not None
            one.price += 1
            await session.commit()
            total = await session.scalar(sa.select(sa.func.sum(Book.price)))
            assert total == decimal.Decimal("4.75")
            titles = await session.stream_scalars(sa.select(Book.title).order_by(Book.title))
            assert [title async for title in titles] == ["One", "Two"]


async def test_an_integrity_error_is_sqlalchemy_s_and_the_session_goes_on():
    async with database() as engine, AsyncSession(engine) as session:
        session.add(Author(name="Ada"))
        await session.commit()
        session.add(Author(name="Ada"))
        with pytest.raises(sa.exc.IntegrityError, match="sa_author_name_key"):
            await session.commit()
        await session.rollback()
        async with session.begin_nested():
            session.add(Author(name="Bob"))
        await session.commit()
        assert await session.scalar(sa.select(sa.func.count()).select_from(Author)) == 2


async def test_many_rows_and_many_tasks():
    async with database() as engine:
        async with engine.begin() as connection:
            await connection.execute(
                sa.insert(Author), [{"name": f"author {n}"} for n in range(1000)]
            )

        async def count(limit):
            async with engine.connect() as connection:
                query = sa.select(Author.name).order_by(Author.id).limit(limit)
                return len((await connection.execute(query)).all())

        assert await asyncio.gather(*(count(n) for n in range(1, 30))) == list(range(1, 30))


async def test_isolation_levels_and_a_changed_schema():
    async with database() as engine:
        async with engine.connect() as connection:
            await connection.execution_options(isolation_level="SERIALIZABLE")
            shown = await connection.scalar(sa.text("SHOW transaction_isolation"))
            assert shown == "serializable"
        async with engine.connect() as connection:
            assert (await connection.execute(sa.text("SELECT * FROM sa_author"))).all() == []
            await connection.execute(sa.text("ALTER TABLE sa_author ADD COLUMN more int"))
            await connection.commit()
            # As with asyncpg: within a transaction, the change is one error.
            with pytest.raises(sa.exc.NotSupportedError, match="schema or configuration change"):
                await connection.execute(sa.text("SELECT * FROM sa_author"))
            await connection.rollback()
            result = await connection.execute(sa.text("SELECT * FROM sa_author"))
            assert list(result.keys()) == ["id", "name", "more"]
