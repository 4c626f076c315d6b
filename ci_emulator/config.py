"""The one frozen Config: command line > environment `CI_EMULATOR_*` > TOML file; an unknown name is refused by name.

The options of the command line, the names of the environment and the table in `docs/configuration.md` are made from
the annotations below, so they cannot differ.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

ENVIRONMENT_PREFIX = "CI_EMULATOR_"


class ConfigError(Exception):
    """A setting that is unknown or has a bad value; the text names it and where it came from."""


class KeyPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key pair and the account (APPID) that owns it; with `token` it is a temporary one.

    With `user`, the uin of a sub-user, it may do only what `policy` (JSON, as Cloud Access Management writes it) and the
    buckets' own policies and ACLs allow.
    """

    secret_id: Annotated[str, Meta(min_length=1)]
    secret_key: Annotated[str, Meta(min_length=1)]
    appid: Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]
    token: str | None = None
    expires: float | None = None
    user: Annotated[str, Meta(pattern=r"^[0-9]{0,20}$")] = ""
    policy: str | None = None

    def __repr__(self) -> str:
        return f"KeyPair(secret_id={self.secret_id!r}, appid={self.appid!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("secret_id", self.secret_id), ("appid", self.appid)]


#: Published on purpose: it opens nothing but an emulator.
PUBLISHED_KEY = KeyPair(
    secret_id="AKIDci0emulator0local0secret0id00000",  # noqa: S106 - published
    secret_key="ci0emulator0local0secretkey000000",  # noqa: S106 - published
    appid="1250000000",
)

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Count = Annotated[int, Meta(ge=1)]


def _about(text: str, **limits: Any) -> Meta:
    return Meta(description=text, **limits)


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting of the server. A list in the environment or on the command line is separated by commas."""

    # where it listens
    host: Annotated[tuple[str, ...], _about("addresses to listen on", min_length=1)] = ("127.0.0.1", "::1")
    port: Annotated[Port, _about("the one port of all protocols; 0 picks a free one")] = 9000

    # where things are kept
    store: Annotated[
        Literal["memory", "disk"],
        _about("where buckets and objects are kept; `disk` keeps them in `data_dir`"),
    ] = "memory"
    data_dir: Annotated[str, _about("the directory of the disk store; nothing is written outside it")] = (
        "data"
    )
    sweep_age: Annotated[
        float,
        _about(
            "seconds after which bytes that belong to no object are removed: a crash can leave some", gt=0
        ),
    ] = 86_400.0
    seed: Annotated[
        tuple[str, ...],
        _about("`BUCKET=DIR`: create the bucket and fill it with the files below the directory"),
    ] = ()

    # who may call
    auth: Annotated[
        Literal["strict", "any-secret", "off"],
        _about(
            "`strict` verifies every signature; `any-secret` wants a well-formed, unexpired one of any key;"
            " `off` checks nothing"
        ),
    ] = "strict"
    credentials: Annotated[
        tuple[KeyPair, ...],
        _about(
            "key pairs and the APPID that owns each: tables in TOML, `SECRET_ID:SECRET_KEY:APPID` elsewhere",
            min_length=1,
        ),
    ] = (PUBLISHED_KEY,)

    # pages of other origins
    default_cors: Annotated[
        Literal["permissive", "none"],
        _about(
            "CORS of buckets without rules: `permissive` lets every page do and read everything, `none` nothing as the"
            " real service does"
        ),
    ] = "permissive"

    # how a request finds its bucket
    default_bucket: Annotated[
        str,
        _about(
            "the bucket of a request that names none (a custom domain, `Domain=` of the Python SDK)",
            pattern=r"^([a-z0-9][a-z0-9-]*-[0-9]+)?$",
        ),
    ] = ""
    control_hosts: Annotated[
        tuple[str, ...],
        _about("host names that are treated like localhost: path style, and the reserved paths exist there"),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...],
        _about("addresses or networks whose X-Forwarded-Host and X-Forwarded-Proto are believed"),
    ] = ("127.0.0.0/8", "::1/128")
    region: Annotated[
        str, _about("the region of a bucket whose host names none", pattern=r"^[a-z][a-z0-9-]*$")
    ] = "ap-guangzhou"

    # OSS
    oss_port: Annotated[
        Port, _about("a port of its own for OSS, beside the one of all protocols; 0 opens none")
    ] = 0
    oss_appid: Annotated[
        str,
        _about(
            "the APPID that clients of OSS act in: their bucket `photos` is `photos-APPID`; by default that of the first"
            " key pair",
            pattern=r"^[0-9]{0,20}$",
        ),
    ] = ""
    oss_region: Annotated[
        str, _about("the region that OSS tells of its buckets", pattern=r"^[a-z][a-z0-9-]*$")
    ] = "cn-hangzhou"
    imm_binding: Annotated[
        Literal["automatic", "none"],
        _about(
            "`automatic`: every bucket is bound to an IMM project, which image/codes needs; `none`: no bucket is"
        ),
    ] = "automatic"

    # codes
    writer: Annotated[
        Literal["qrcode", "zxing"],
        _about("who computes the modules: `qrcode` (with python-barcode) or the faster `zxing`"),
    ] = "qrcode"
    barcode_content: Annotated[
        Literal["code128", "ean13-only"],
        _about(
            "mode=1: `code128` makes EAN-13 of 12 digits and Code 128 of other text; `ean13-only` refuses other"
            " text, as the Chinese documentation page says"
        ),
    ] = "code128"
    readers: Annotated[
        tuple[Literal["zxing", "straighten", "enhance", "pyzbar", "full", "opencv"], ...],
        _about(
            "the stages in which codes are read, in their order; `pyzbar,opencv` is the usual pair of other servers",
            min_length=1,
        ),
    ] = ("zxing", "straighten", "enhance", "pyzbar", "full")
    reading_seconds: Annotated[
        Seconds, _about("how long the stages may take for one picture before no further one begins")
    ] = 2.0
    max_width: Annotated[Count, _about("the widest picture that qrcode-generate makes, in pixels")] = 10_000
    max_pixels: Annotated[
        Count, _about("the largest picture that is decoded, in pixels; a larger JPEG is decoded reduced")
    ] = 64_000_000

    result_cache: Annotated[
        int, _about("memory for results of recognition that are given again, in MiB; 0 keeps none", ge=0)
    ] = 16

    # Cloud Infinite
    ci_binding: Annotated[
        Literal["automatic", "explicit"],
        _about(
            "`automatic`: every bucket is bound to Cloud Infinite until it is unbound; `explicit`: it has to be bound first, and"
            " recognition of content to be opened on it, as the first documentation has it"
        ),
    ] = "automatic"

    # QrcodeOCR
    qrcode_ocr_limits: Annotated[
        Literal["current", "2018"],
        _about(
            "`current`: 10 MB of base64, any region or none; `2018`: 3 MiB of base64 and a region that must be"
            " ap-beijing or ap-guangzhou, as the action was first documented"
        ),
    ] = "current"
    qrcode_ocr_nothing: Annotated[
        Literal["error", "empty"],
        _about(
            "the answer for a picture without codes: FailedOperation.ImageNoText, or an empty list of CodeResults"
        ),
    ] = "error"

    # URLs that a caller gives
    fetch: Annotated[
        Literal["local", "open"],
        _about(
            "`local`: objects of this server, loopback, and what `fetch_allow` names; `open`: public addresses too,"
            " private ones never"
        ),
    ] = "local"
    fetch_allow: Annotated[
        tuple[str, ...], _about("host names, addresses and networks that may always be fetched")
    ] = ()

    # limits of the front
    max_connections: Annotated[Count, _about("connections at once; a further one is answered 503")] = 1000
    header_timeout: Annotated[Seconds, _about("seconds for a request's line and headers to arrive")] = 30.0
    body_timeout: Annotated[Seconds, _about("seconds without a byte of an announced body")] = 60.0
    keepalive_timeout: Annotated[Seconds, _about("seconds an idle connection is kept")] = 75.0
    shutdown_timeout: Annotated[Seconds, _about("seconds that requests in flight get after SIGTERM")] = 20.0

    # recognition
    workers: Annotated[int, _about("recognition processes; 0 means one per processor", ge=0)] = 0
    warm: Annotated[
        Literal["lazy", "eager"], _about("start recognition processes at the first use, or at once")
    ] = "lazy"
    queue: Annotated[int, _about("jobs that may wait for a recognition process", ge=0)] = 32
    job_seconds: Annotated[Seconds, _about("the longest a recognition may take")] = 10.0
    worker_memory: Annotated[Count, _about("resident memory of one recognition process, in MiB")] = 1024

    log_level: Annotated[Literal["debug", "info", "warning", "error"], _about("how much is logged")] = "info"


FIELDS: dict[str, msgspec.structs.FieldInfo] = {field.name: field for field in msgspec.structs.fields(Config)}


class Description(msgspec.Struct, frozen=True):
    """A setting as people read about it."""

    type: str
    default: str
    about: str


def describe(name: str) -> Description:
    """Return what there is to say about a setting; no secret is shown."""
    field = FIELDS[name]
    schema = msgspec.json.schema(field.type)
    default = field.default if field.default is not msgspec.NODEFAULT else ""
    if name == "credentials":
        shown = "the published key pair"
    else:
        shown = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    kinds = {"integer": "INT", "number": "SECONDS", "string": "TEXT", "array": "LIST"}
    values = schema.get("enum")
    return Description(
        "{" + ",".join(sorted(values)) + "}" if values else kinds[schema["type"]],
        shown or "none",
        schema.get("description", ""),
    )


def _key_pair(text: str) -> dict[str, str]:
    parts = text.split(":")
    if len(parts) != 3:
        raise ValueError("expected SECRET_ID:SECRET_KEY:APPID")
    return dict(zip(("secret_id", "secret_key", "appid"), parts, strict=True))


_LISTS = frozenset(
    name for name, kind in typing.get_type_hints(Config).items() if typing.get_origin(kind) is tuple
)


def _from_text(name: str, text: str) -> Any:
    if name not in _LISTS:
        return text
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return [_key_pair(part) for part in parts] if name == "credentials" else parts


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for variable, text in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        if variable == ENVIRONMENT_PREFIX + "CONFIG":
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if name not in FIELDS or variable != variable.upper():
            raise ConfigError(f"{variable}: there is no such setting")
        values[name] = text
    return values


def _from_toml(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    return values


def load(
    options: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    file: str | None = None,
) -> Config:
    """Make the Config of a process.

    Args:
        options: settings from the command line as text, or from a program as text or values.
        environment: the environment; `os.environ` when None.
        file: a TOML file; when None, the one that `CI_EMULATOR_CONFIG` names, if any.

    Raises:
        ConfigError: an unknown name or a bad value, named together with its source.
    """
    environment = os.environ if environment is None else environment
    file = file or environment.get(ENVIRONMENT_PREFIX + "CONFIG")
    sources = (
        (file or "", _from_toml(Path(file)) if file else {}),
        ("environment", _from_environment(environment)),
        ("options", dict(options or {})),
    )
    merged: dict[str, Any] = {}
    for source, values in sources:
        for name, value in values.items():
            merged[name] = _convert(source, name, value)
    return Config(**merged)


def _networks(value: tuple[str, ...]) -> None:
    for text in value:
        ipaddress.ip_network(text, strict=False)


#: What a type cannot say about a setting; raises ValueError.
_CHECKS: dict[str, Callable[[Any], None]] = {"trusted_proxies": _networks}


def _convert(source: str, name: str, value: Any) -> Any:
    if name not in FIELDS:
        raise ConfigError(f"{source}: there is no setting {name}")
    try:
        if isinstance(value, str):
            value = _from_text(name, value)
        value = msgspec.convert(value, FIELDS[name].type, strict=False, from_attributes=True)
        if name in _CHECKS:
            _CHECKS[name](value)
    except (msgspec.ValidationError, ValueError) as error:
        raise ConfigError(f"{source}: {name}: {error}") from None
    return value
