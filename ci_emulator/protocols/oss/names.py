"""How buckets are called in OSS and here: a bucket's full name ends with the APPID of its owner, which OSS does not know.

`photos` of an OSS client is `photos-1250000000` of a COS client when 1250000000 is the APPID that OSS clients act in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ci_emulator.core.errors import Kind, Refusal

#: 3 to 63 lower-case letters, digits and hyphens, no hyphen at an end.
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
LONGEST_KEY = 1023
_UNSTARTABLE = ("/", "\\")


@dataclass(frozen=True, slots=True)
class Naming:
    """Leads from the names of one dialect to those of the other.

    `appid` is added to a name that does not end with one; `appids` are those that a name may end with already.
    """

    appid: str
    appids: frozenset[str] = frozenset()

    def full(self, name: str) -> str:
        """Return the full name of a bucket that an OSS client names."""
        _, hyphen, last = name.rpartition("-")
        if hyphen and (last == self.appid or last in self.appids):
            return name
        return f"{name}-{self.appid}"

    def short(self, full: str) -> str:
        """Return how an OSS client names a bucket.

        Those of other accounts keep their full name, and so does one whose short name would be none in OSS or lead to another
        bucket.
        """
        name = full.removesuffix(f"-{self.appid}")
        return name if is_bucket(name) and self.full(name) == full else full


def is_bucket(name: str) -> bool:
    """Whether a text can be the name of a bucket."""
    return _BUCKET.fullmatch(name) is not None


def check_bucket(name: str) -> None:
    """Check the name of a bucket that is to be created.

    Raises:
        Refusal: BUCKET_NAME_INVALID.
    """
    if not is_bucket(name):
        raise Refusal(Kind.BUCKET_NAME_INVALID, bucket=name)


def check_key(key: str) -> None:
    """Check the key of an object that is to be written.

    Raises:
        Refusal: KEY_TOO_LONG over 1023 bytes of UTF-8, KEY_INVALID.
    """
    if len(key.encode()) > LONGEST_KEY:
        raise Refusal(Kind.KEY_TOO_LONG, limit=LONGEST_KEY)
    if key.startswith(_UNSTARTABLE):
        raise Refusal(Kind.KEY_INVALID)
