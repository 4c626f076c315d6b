"""Where a request belongs: ONE ordered table of rules, tried from the top; the first that knows the answer wins.

`tests/vectors/addressing.json` holds a case or more for each rule, and `docs/addressing.md` explains them to users.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ci_emulator.core.errors import Kind, Refusal
from ci_emulator.core.model import Place
from ci_emulator.core.target import Form, Host, Target, decode_percent
from ci_emulator.protocols import oss_hosts
from ci_emulator.protocols.ci.service_paths import LIST_PARAMETERS, SERVICE_PATHS
from ci_emulator.protocols.hosts import BUCKET, HostFacts, is_cos_host, misnamed, read_host

RESERVED = ("/_emulator/", "/_console/")

_API_HOST = re.compile(
    r"^(?P<product>[a-z0-9]+)(?:\.(?:intl|internal))?(?:\.(?P<region>[a-z]{2}-[a-z0-9-]+))?"
    r"\.tencentcloudapi\.(?:com|cn|com\.cn|woa\.com)$"
)
_API_PARAMETERS = frozenset({"Action", "SecretId", "ImageBase64", "ImageUrl"})
_NO_BUCKET = (
    "{method} /{path} names no bucket: with IP and Port the SDK for Python leaves it out. Use Proxies, an EndpointCi"
    " ci.REGION.localhost:PORT, or the setting default_bucket."
)
_JSON_OR_FORM = ("application/json", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Addressing:
    """The settings that decide where an ambiguous request belongs."""

    control_hosts: frozenset[str] = frozenset()
    default_bucket: str | None = None
    oss_port: int = 0

    def __post_init__(self) -> None:
        names = frozenset(name.lower().rstrip(".") for name in self.control_hosts)
        object.__setattr__(self, "control_hosts", names)

    def is_local(self, host: Host) -> bool:
        """Whether a host is an IP address, localhost, or configured to be treated like it."""
        return host.is_ip or host.name == "localhost" or host.name in self.control_hosts


Rule = Callable[[Target, Addressing], Place | None]


def reserved_path(target: Target, settings: Addressing) -> Place | None:
    """The emulator's own paths, which on a bucket's host are ordinary keys."""
    if (
        target.form is Form.ORIGIN
        and settings.is_local(target.raw_host)
        and target.raw_path.startswith(RESERVED)
    ):
        return Place("control", "control", key=target.raw_path)
    return None


def api_host(target: Target, settings: Addressing) -> Place | None:
    """`ocr[.intl][.<region>].tencentcloudapi.com`."""
    match = _API_HOST.match(target.host.name)
    return Place("tencentcloud", match["product"], region=match["region"]) if match else None


def cos_host(target: Target, settings: Addressing) -> Place | None:
    """The hosts of COS and CI themselves, `<bucket>.cos.<region>.myqcloud.com` and its relatives."""
    return _place(target, read_host(target.host.name)) if is_cos_host(target.host.name) else None


def oss_host(target: Target, settings: Addressing) -> Place | None:
    """The hosts of OSS, `[<bucket>.]oss-<region>.aliyuncs.com`, and the same labels on any suffix."""
    elsewhere = not target.host.name.endswith(oss_hosts.SUFFIX)
    if settings.is_local(target.host) or (elsewhere and oss_hosts.is_signed_otherwise(target)):
        return None
    facts = oss_hosts.read_host(target.host.name)
    return Place("oss", "oss", facts.bucket, region=facts.region) if facts is not None else None


def oss_port(target: Target, settings: Addressing) -> Place | None:
    """A port of its own for OSS; what a client of COS or API 3.0 signed is theirs there too."""
    if not settings.oss_port or target.port != settings.oss_port or oss_hosts.is_signed_otherwise(target):
        return None
    return _placed_by_dialect(target, settings)


def oss_signals(target: Target, settings: Addressing) -> Place | None:
    """What only a client of OSS sends: its signatures, `x-oss-` parameters and headers, its name."""
    return _placed_by_dialect(target, settings) if oss_hosts.is_signalled(target) else None


def bucket_label(target: Target, settings: Addressing) -> Place | None:
    """A first label `<name>-<digits>`, or one that names a service, on any suffix."""
    if settings.is_local(target.host):
        return None
    return _place(target, read_host(target.host.name))


def api_signals(target: Target, settings: Addressing) -> Place | None:
    """What only a client of API 3.0 sends to `/`: X-TC headers, a TC3 signature, its parameters, JSON, a plain form.

    Which product it is, the action says.
    """
    if target.raw_path.strip("/"):
        return None
    authorization = target.header("authorization") or ""
    if target.header("x-tc-action") or authorization.startswith("TC3-"):
        return Place("tencentcloud", "")
    if not _API_PARAMETERS.isdisjoint(target.query_names):
        return Place("tencentcloud", "")
    content_type = (target.header("content-type") or "").partition(";")[0].strip().lower()
    if target.method == "POST" and not target.raw_query and content_type in _JSON_OR_FORM:
        return Place("tencentcloud", "")
    return None


def path_style(target: Target, settings: Addressing) -> Place | None:
    """`/<bucket>[/<key>]` on an IP address, localhost or a configured host; `/` is the service."""
    if not settings.is_local(target.host):
        return None
    first, slash, rest = target.raw_path[1:].partition("/")
    if BUCKET.match(first):
        return Place("cos", "cos", bucket=first, key=_key(rest) if slash and rest else None)
    if not target.raw_path.strip("/") and settings.default_bucket is None:
        return Place("cos", "cos")
    return None


def service_path(target: Target, settings: Addressing) -> Place | None:
    """`/ai_bucket` and its relatives on a local host: with IP and Port cos-python-sdk-v5 sends no bucket with them.

    A GET is the list of all buckets. With a default bucket it is that only when it has a parameter of a list, as the SDK sends
    them; otherwise it is about an object.
    """
    path = target.raw_path[1:]
    if path not in SERVICE_PATHS or not settings.is_local(target.host):
        return None
    if target.method == "GET":
        listing = not LIST_PARAMETERS.isdisjoint(target.query_names)
        return Place("cos", "ci", key=path) if listing or settings.default_bucket is None else None
    if target.method not in ("POST", "DELETE") or target.raw_query:
        return None
    if settings.default_bucket is None:
        raise Refusal(Kind.ADDRESS_AMBIGUOUS, _NO_BUCKET.format(method=target.method, path=path))
    return _place(target, HostFacts("ci", settings.default_bucket))


def default_bucket(target: Target, settings: Addressing) -> Place | None:
    """The configured bucket of requests that name none."""
    if settings.default_bucket is None:
        return None
    return _place(target, HostFacts("cos", settings.default_bucket))


def oss_label(target: Target, settings: Addressing) -> Place | None:
    """`<bucket>.localhost`, what ali-oss makes of an endpoint on localhost in a URL without a signature."""
    if settings.is_local(target.host) or oss_hosts.is_signed_otherwise(target):
        return None
    bucket = _label_below_local(target, settings)
    return Place("oss", "oss", bucket) if bucket is not None else None


#: The table. Its order is the design: an exact cloud host tells the protocol for certain, a bucket's label on any
#: suffix nearly so; on a bare address the client's own marks come before the path, which could be anything.
RULES: tuple[Rule, ...] = (
    reserved_path,
    api_host,
    cos_host,
    oss_host,
    oss_port,
    oss_signals,
    bucket_label,
    api_signals,
    path_style,
    service_path,
    default_bucket,
    oss_label,
)


def locate(target: Target, settings: Addressing) -> Place:
    """Return where a request belongs, from its raw target and headers alone.

    Raises:
        Refusal: METHOD_NOT_ALLOWED for CONNECT, MALFORMED_URI for `*` or a key that is not UTF-8,
            BUCKET_NAME_INVALID on a host of COS whose first part can be no bucket, ADDRESS_AMBIGUOUS otherwise when no
            rule knows the answer.
    """
    if target.form is Form.AUTHORITY:
        raise Refusal(Kind.METHOD_NOT_ALLOWED, method="CONNECT")
    if target.form is Form.ASTERISK:
        raise Refusal(Kind.MALFORMED_URI, "The target * names no resource.")
    for rule in RULES:
        place = rule(target, settings)
        if place is not None:
            return place
    if misnamed(target.host.name):
        raise Refusal(Kind.BUCKET_NAME_INVALID)
    raise Refusal(Kind.ADDRESS_AMBIGUOUS, host=target.authority)


def _place(target: Target, facts: HostFacts | None) -> Place | None:
    if facts is None:
        return None
    if facts.appid_scoped:
        return Place("cos", "dataset", region=facts.region)
    return Place("cos", facts.service, facts.bucket, _key(target.raw_path[1:]) or None, facts.region)


def _placed_by_dialect(target: Target, settings: Addressing) -> Place:
    """Return a place in OSS on a host that is none of OSS's own; see `protocols.oss.address` for what is left open.

    A label below a local name is the bucket, and one with an APPID below any; a local name itself names none, and neither does
    a name that nobody knows, which is a custom domain.
    """
    if settings.is_local(target.host):
        return Place("oss", "oss")
    label, dot, _ = target.host.name.partition(".")
    bucket = label if dot and BUCKET.match(label) else _label_below_local(target, settings)
    return Place("oss", "custom-domain" if bucket is None else "oss", bucket)


def _label_below_local(target: Target, settings: Addressing) -> str | None:
    """Return the first label where it can be nothing but a bucket: of `<label>.localhost`, or below a name of `control_hosts`."""
    label, _, suffix = target.host.name.partition(".")
    return label if label and (suffix == "localhost" or suffix in settings.control_hosts) else None


def _key(raw: str) -> str:
    key = decode_percent(raw)
    try:
        key.encode()
    except UnicodeEncodeError:
        raise Refusal(Kind.MALFORMED_URI, "The path is not valid UTF-8.") from None
    return key
