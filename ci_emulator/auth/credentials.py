"""Key pairs, permanent and temporary, and where they are found."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from ci_emulator.auth.percent import to_bytes


@dataclass(frozen=True, slots=True)
class Credential:
    """A key pair of an account.

    `token` is set for a temporary pair, which is valid only together with it and until `expires` (unix seconds,
    None = for ever). `user` is the uin of a sub-user of the account, "" for the account itself; `policy` the text of what
    the sub-user may do, None for nothing of its own. `session_policy` bounds what a temporary pair may do; None does not.
    `session_name` is what its requester named it, `role` the id of the role that was assumed with it.
    """

    secret_id: str
    secret_key: str = field(repr=False)
    appid: str
    token: str | None = field(default=None, repr=False)
    expires: float | None = None
    user: str = ""
    policy: str | None = None
    session_policy: str | None = None
    session_name: str = ""
    role: str = ""


class CredentialSource(Protocol):
    """Knows key pairs by their id, temporary ones also by the token that came with it."""

    def find(self, secret_id: str, tokens: Collection[str] = ()) -> Credential | None:
        """Return the pair with that id, or None; `tokens` are the readings of the token that was sent."""
        ...


class StaticCredentials:
    """A fixed set of key pairs; of two with the same id the last one counts."""

    def __init__(self, credentials: Iterable[Credential]) -> None:
        self._by_id = {credential.secret_id: credential for credential in credentials}

    def find(self, secret_id: str, tokens: Collection[str] = ()) -> Credential | None:
        """Return the pair with that id, or None."""
        return self._by_id.get(secret_id)

    def __iter__(self) -> Iterator[Credential]:
        return iter(self._by_id.values())


def same_text(left: str, right: str) -> bool:
    """Compare two texts in a time that does not tell where they differ."""
    return hmac.compare_digest(to_bytes(left), to_bytes(right))
