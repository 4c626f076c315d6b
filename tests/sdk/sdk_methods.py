"""The public methods of the installed cos-python-sdk-v5, sorted by what they are about."""

import inspect

from qcloud_cos import CosS3Client

#: Lists of what is in a bucket.
_LISTS = frozenset({"list_multipart_uploads", "list_objects", "list_objects_versions"})


def methods(client: type) -> set[str]:
    """Return the names of a client's methods; those that it has from CosS3Client belong to that."""
    return {
        name
        for name, _ in inspect.getmembers(client, inspect.isfunction)
        if not name.startswith("_") and (client is CosS3Client or name not in methods(CosS3Client))
    }


def bucket_methods() -> set[str]:
    """Return the names of the methods of CosS3Client that are about buckets; those of Cloud Infinite are not."""
    return {
        name
        for name in methods(CosS3Client)
        if not name.startswith("ci_") and ("bucket" in name or name in _LISTS)
    }
