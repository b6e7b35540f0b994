"""Who holds a state, out of the DynamoDB table in which Terraform's backend `s3` keeps its locks.

An item is called `BUCKET/KEY`. Another one, `BUCKET/KEY-md5`, is the digest of the state, and no lock.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from drift.errors import ProviderUnavailableError
from drift.model.baseline import StateLock
from providers.aws.refusals import refusals
from providers.state_locks import read_lock

ITEMS = 100
"""The most that DynamoDB returns at once."""


def locks_in(
    table: str, dynamodb: Callable[[], Any], bucket: str, keys: Sequence[str]
) -> Mapping[str, StateLock]:
    """Return the locks of the states at these keys, by key; `dynamodb` opens the client.

    Raises:
        ProviderError: The table cannot be read.
    """
    on = f"arn:aws:dynamodb:*:*:table/{table}"
    waiting = iter(keys)
    locks: dict[str, StateLock] = {}
    with refusals(f"reading the lock table {table}", action="dynamodb:BatchGetItem", on=on):
        while some := list(islice(waiting, ITEMS)):
            asked = [{"LockID": {"S": f"{bucket}/{key}"}} for key in some]
            for item in _items(table, dynamodb(), asked):
                key = str(item["LockID"]["S"]).removeprefix(f"{bucket}/")
                locks[key] = read_lock(item.get("Info", {}).get("S", ""))
    return locks


def _items(table: str, dynamodb: Any, keys: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the items that there are; a busy table returns some of them, and the keys of the others."""
    request = {table: {"Keys": keys, "ConsistentRead": True, "ProjectionExpression": "LockID, Info"}}
    for _ in keys:
        answer = dynamodb.batch_get_item(RequestItems=request)
        yield from answer["Responses"].get(table, ())
        request = answer.get("UnprocessedKeys") or {}
        if not request:
            return
    raise ProviderUnavailableError(
        f"the lock table {table} is too busy to answer", hint="it is tried again in the next cycle"
    )
