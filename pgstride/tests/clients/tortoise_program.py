"""Everyday work with Tortoise ORM, run as a program of its own: it imports asyncpg by name."""

import asyncio
import sys

import pgstride

pgstride.install_as_asyncpg()

from tortoise import Tortoise, fields  # noqa: E402 after the replacement
from tortoise.exceptions import IntegrityError  # noqa: E402
from tortoise.functions import Sum  # noqa: E402
from tortoise.models import Model  # noqa: E402
from tortoise.transactions import in_transaction  # noqa: E402


class Shop(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=100, unique=True)

    class Meta:
        table = "tortoise_shop"


class Article(Model):
    id = fields.UUIDField(primary_key=True)
    shop = fields.ForeignKeyField("models.Shop", related_name="articles")
    price = fields.DecimalField(max_digits=10, decimal_places=2)
    facts = fields.JSONField()
    added = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "tortoise_article"


async def main(url):
    await Tortoise.init(db_url=url, modules={"models": [__name__]})
    await Tortoise.generate_schemas()
    try:
        await work()
    finally:
        connection = Tortoise.get_connection("default")
        await connection.execute_script("DROP TABLE tortoise_article, tortoise_shop")
        await Tortoise.close_connections()


async def work():
    shop = await Shop.create(name="corner")
    for n in range(3):
        await Article.create(shop=shop, price=n, facts={"n": [n]})
    await Article.bulk_create([Article(shop=shop, price=10, facts={}) for _ in range(5)])
    assert await Article.filter(shop__name="corner").count() == 8
    found = await Shop.all().prefetch_related("articles")
    assert sorted(int(article.price) for article in found[0].articles) == [0, 1, 2] + [10] * 5
    assert (await Article.get(price=2)).facts == {"n": [2]}
    [total] = await Article.annotate(total=Sum("price")).group_by("shop_id").values("total")
    assert total["total"] == 53
    try:
        async with in_transaction():
            await Article.filter(price=10).delete()
            await Shop.create(name="corner")
    except IntegrityError:
        pass
    else:
        raise AssertionError("the name is unique")
    assert await Article.all().count() == 8
    await asyncio.gather(*(Article.filter(price=n).count() for n in range(20)))


asyncio.run(main(sys.argv[1]))
print("done, on", sys.modules["asyncpg"].__name__)
