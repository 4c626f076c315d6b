"""What the log says about an OSS signature that does not match: the mistakes that are made most often are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from msgspec.structs import replace

from ci_emulator.auth.credentials import Credential, CredentialSource, same_text
from ci_emulator.auth.model import one_line
from ci_emulator.auth.oss_model import Facts, Signed

_Text = TypeVar("_Text", str, bytes)

_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
_ADDED = ("content-type", "content-md5")
_PROCESS = "x-oss-process="
#: All this is done between two requests of other clients.
_MOST_PAIRS = 10


def diagnose(
    facts: Facts,
    signature: str,
    credential: Credential,
    credentials: CredentialSource,
    texts: Callable[[Facts], Iterable[_Text]],
    sign: Callable[[str, _Text], str],
) -> str:
    """Return one line: what was signed in place of what was sent, as far as it can be told.

    Args:
        facts: the request.
        signature: the one that was sent with it.
        credential: whose the request says it is.
        credentials: all that are known; the secrets of the first few are tried.
        texts: returns what may be signed of a request.
        sign: returns the signature of such a text with a secret, which comes first.
    """

    def fits(secret: str, signed: Iterable[_Text]) -> bool:
        return any(same_text(sign(secret, text), signature) for text in signed)

    for why, request in _variants(facts):
        if fits(credential.secret_key, texts(request)):
            return one_line(why)
    sent = list(texts(facts))
    if fits(credential.secret_id, sent):
        return "signed with the AccessKeyId in place of the AccessKeySecret"
    for other in _others(credential, credentials):
        if fits(other.secret_key, sent):
            return one_line(f"signed with the AccessKeySecret of another pair, {other.secret_id}")
    return one_line(
        "the secret is wrong, or something signed was changed on the way;"
        f" the resource was taken to be {' or '.join(repr(about.path) for about in facts.resources)}"
    )


def _variants(facts: Facts) -> Iterator[tuple[str, Facts]]:
    for method in _METHODS:
        if method != facts.method:
            yield f"signed for {method}, sent as {facts.method}", replace(facts, method=method)
    for name in _ADDED:
        if name in facts.headers:
            without = {known: value for known, value in facts.headers.items() if known != name}
            yield f"signed without {name}, which was sent", replace(facts, headers=without)
    kept = [pair for pair in facts.raw_query.split("&") if not pair.startswith(_PROCESS)]
    if "&".join(kept) != facts.raw_query:
        why = "signed without x-oss-process, which was added: sign it too"
        yield why, replace(facts, raw_query="&".join(kept))
    keys = [Signed(about.bucket) for about in facts.resources if about.key]
    if keys:
        yield "signed without the key", replace(facts, resources=keys)


def _others(credential: Credential, credentials: CredentialSource) -> Iterator[Credential]:
    others: Iterable[object] = credentials if isinstance(credentials, Iterable) else ()
    for other in islice(others, _MOST_PAIRS):
        if isinstance(other, Credential) and other.secret_id != credential.secret_id:
            yield other
