"""POST Bucket inventory: a list that is made once (doc 436/46869)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.cos import documents
from ci_emulator.protocols.cos.configurations import ID, Configuration, check_id, each_of
from ci_emulator.protocols.cos.errors import fail
from ci_emulator.protocols.cos.select import action
from ci_emulator.protocols.services import Services

#: What is asked for; never stored, as the list would be made at once and then be done with.
ONCE = Configuration(
    name="inventory-once",
    root="InventoryConfiguration",
    called="BucketInventory",
    about="a list of the objects that is made once",
)


@action(
    "bucket",
    "POST",
    "inventory",
    called="PostBucketInventory",
    permission="cos:PostBucketInventory",
    params=(ID,),
    takes="xml",
    stored_only=True,
)
async def post_inventory(call: Call, services: Services) -> Reply:
    """Take an order for a list of the objects; none is made."""
    node = ONCE.parse(await documents.read(call))
    check_id(node, call)
    bucket = await services.buckets.find(call.place.bucket or "")
    if call.params["id"] in each_of(bucket, "inventory"):
        raise fail("DuplicateInventoryId")
    return Reply()
