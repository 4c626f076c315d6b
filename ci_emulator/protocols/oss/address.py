"""Which bucket and key an OSS request is about: what address and path leave open, the signature decides (aliyun.md section 2).

ali-oss with `sldEnable` and an IP address writes the bucket into the host and into the path; clients with `cname` write it
nowhere but into the signature. So there may be several readings, the likeliest first; the one that was signed is the one that counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from ci_emulator.auth.oss_model import Signed
from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Place
from ci_emulator.core.target import Target, decode_percent
from ci_emulator.protocols.oss.names import Naming, is_bucket


@dataclass(frozen=True, slots=True)
class Address:
    """The readings of a request. `naming` leads to the full names of buckets."""

    readings: tuple[Signed, ...]
    naming: Naming

    def place(self, reading: Signed, region: str | None) -> Place:
        """Return what a reading is about."""
        full = self.naming.full(reading.bucket) if reading.bucket is not None else None
        return Place("oss", "oss", full, reading.key, region)


def read_address(target: Target, place: Place, default: str | None, naming: Naming) -> Address:
    """Return the readings of a request.

    Args:
        target: the request.
        place: what its host says: the bucket if that names one; the service `custom-domain` when nobody knows the host.
        default: the full name of the configured bucket of requests that name none.
        naming: leads to the full names of buckets.

    Raises:
        Refusal: MALFORMED_URI for a key that is not UTF-8, BUCKET_NAME_INVALID when host or path name what can be no
            bucket and nothing else is left.
    """
    path = target.raw_path[1:]
    if place.bucket is not None:
        if not is_bucket(place.bucket):
            raise Refusal(Kind.BUCKET_NAME_INVALID, bucket=place.bucket)
        readings = _below_bucket(place.bucket, path)
    else:
        of_default = _of_default(default, path, naming)
        if place.service == "custom-domain":
            readings = of_default + _path_style(path) + _first_label(target.host.name, path)
        else:
            readings = _path_style(path) + of_default
    if not path:
        # The list of buckets, whatever the host says: ali-oss on an IP address sends `undefined` as its bucket.
        readings.append(Signed())
    if not readings:
        raise Refusal(Kind.BUCKET_NAME_INVALID, bucket=path.partition("/")[0])
    return Address(tuple(readings), naming)


def _below_bucket(bucket: str, path: str) -> list[Signed]:
    """Return the readings below a host that names the bucket: the path is the key, or ali-oss repeats the bucket in it."""
    first, _, rest = path.partition("/")
    return [_signed(bucket, path), *([_signed(bucket, rest)] if first == bucket else [])]


def _path_style(path: str) -> list[Signed]:
    """Return the reading `<bucket>[/<key>]`; the bucket ends at the first slash that is not encoded."""
    first, _, rest = path.partition("/")
    bucket = decode_percent(first)
    return [_signed(bucket, rest)] if is_bucket(bucket) else []


def _of_default(default: str | None, path: str, naming: Naming) -> list[Signed]:
    """Return the readings of a path in the default bucket, which a client may call by its short or its full name."""
    if default is None:
        return []
    return [_signed(name, path) for name in dict.fromkeys((naming.short(default), default))]


def _first_label(host: str, path: str) -> list[Signed]:
    """Return the reading of what oss2 makes of an endpoint that nobody knows: `<bucket>.<endpoint>`."""
    label, dot, _ = host.partition(".")
    return [_signed(label, path)] if dot and is_bucket(label) else []


def _signed(bucket: str, raw_key: str) -> Signed:
    key = decode_percent(raw_key)
    try:
        key.encode()
    except UnicodeEncodeError:
        raise Refusal(Kind.MALFORMED_URI, "The path is not valid UTF-8.") from None
    return Signed(bucket, key or None)
