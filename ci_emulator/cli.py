"""The command line: `serve`, `doctor`, `health`, `sign`, `temporary-key`; the settings of the first two are the Config's."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from ci_emulator import __version__
from ci_emulator.config import FIELDS, PUBLISHED_KEY, Config, ConfigError, describe, load
from ci_emulator.issuing import FORMATS, STYLES, temporary_key
from ci_emulator.signing import presign

EXIT_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; exits with 2 for a setting that is unknown or bad, 1 when the server cannot start."""
    options = _parser().parse_args(arguments)
    try:
        code = options.run(options)
    except ConfigError as error:
        print(f"ci-emulator: {error}", file=sys.stderr)  # noqa: T201 - a command's own message
        code = EXIT_USAGE
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ci-emulator", description="Tencent COS and Cloud Infinite on localhost."
    )
    parser.add_argument("--version", action="version", version=f"ci-emulator {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_serve(commands.add_parser("serve", help="start the server", allow_abbrev=False))
    _add_doctor(
        commands.add_parser(
            "doctor", help="tell what this installation can do (exit 0 when it can serve)", allow_abbrev=False
        )
    )
    health = commands.add_parser(
        "health", help="ask a running server whether it is alive (exit 0) or not (1)"
    )
    health.add_argument("--url", default="http://127.0.0.1:9000")
    health.set_defaults(run=_health)
    _add_sign(commands.add_parser("sign", help="print a URL with its signature, ready for curl"))
    _add_temporary_key(
        commands.add_parser("temporary-key", help="print a temporary key pair of a configured one")
    )
    return parser


def _add_serve(parser: argparse.ArgumentParser) -> None:
    _add_settings(parser)
    parser.set_defaults(run=_serve)


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    _add_settings(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.set_defaults(run=_doctor)


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="a TOML file with settings")
    for name in FIELDS:
        parser.add_argument(
            "--" + name.replace("_", "-"),
            metavar=describe(name).type,
            help=f"{describe(name).about} (default: {describe(name).default})".replace("%", "%%"),
        )


def _add_sign(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("method", help="GET, PUT, …")
    parser.add_argument("url", help="the URL to be requested, percent-encoded")
    parser.add_argument("--secret-id", default=PUBLISHED_KEY.secret_id)
    parser.add_argument("--secret-key", default=PUBLISHED_KEY.secret_key)
    parser.add_argument("--expires", type=int, default=3600, help="seconds for which it holds")
    parser.add_argument(
        "-H",
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="a header that is signed too, written as for curl, which has to send it; may be repeated",
    )
    parser.set_defaults(run=_sign)


def _add_temporary_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", metavar="FILE", help="the TOML file of the server, for its key pairs")
    parser.add_argument(
        "--credentials", metavar="LIST", help="key pairs as of `serve` (default: the published pair)"
    )
    parser.add_argument("--secret-id", help="the key pair that issues it (default: the first permanent one)")
    parser.add_argument("--policy", metavar="FILE", help="a policy that bounds it, `-` for standard input")
    parser.add_argument("--duration", type=int, default=1800, help="seconds for which it holds")
    parser.add_argument("--name", default="", help="what GetCallerIdentity calls it")
    parser.add_argument("--style", choices=STYLES, default="tencent", help="the form of its id")
    parser.add_argument(
        "--format", choices=FORMATS, default="json", help="a JSON object, or lines for a shell"
    )
    parser.set_defaults(run=_temporary_key)


def _settings(options: argparse.Namespace) -> Config:
    given = {name: getattr(options, name) for name in FIELDS if getattr(options, name) is not None}
    return load(given, file=options.config)


def _serve(options: argparse.Namespace) -> int:
    config = _settings(options)
    logging.basicConfig(
        level=config.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # Loaded here, so that the other commands need no server.
    from ci_emulator.storage.base import StorageError

    try:
        asyncio.run(_serve_until_signalled(config))
    except (OSError, StorageError) as error:
        print(f"ci-emulator: {error}", file=sys.stderr)  # noqa: T201 - a command's own message
        return 1
    return 0


async def _serve_until_signalled(config: Config) -> None:
    from ci_emulator.server import running

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(config) as server:
        print(welcome(config, server.port), flush=True)  # noqa: T201 - what the person at the terminal waits for
        await stop.wait()


def welcome(config: Config, port: int) -> str:
    """Return what a person sees at the start: where it listens, with which key, and what to try."""
    base = f"http://127.0.0.1:{port}"
    lines = [f"ci-emulator {__version__} listens on {base}"]
    if config.oss_port:
        lines.append(f"  OSS alone  http://127.0.0.1:{config.oss_port}")
    published = PUBLISHED_KEY in config.credentials
    if published:
        lines += [
            f"  SecretId   {PUBLISHED_KEY.secret_id}",
            f"  SecretKey  {PUBLISHED_KEY.secret_key}",
            f"  APPID      {PUBLISHED_KEY.appid}",
        ]
    lines.append(
        f"  store      {config.store}" + (f", in {config.data_dir}/" if config.store == "disk" else "")
    )
    buckets = [text.partition("=")[0] for text in config.seed]
    if published and buckets:
        lines += ["", "Try (the signatures hold for a day):", *_examples(base, buckets[0])]
    return "\n".join(lines)


def _examples(base: str, bucket: str) -> list[str]:
    day = 86_400
    now = time.time()

    def signed(method: str, path: str, headers: Mapping[str, str] | None = None) -> str:
        return presign(PUBLISHED_KEY, method, base + path, now=now, seconds=day, headers=headers)

    generate = signed(
        "GET", f"/{bucket}/?ci-process=qrcode-generate&qrcode-content=https%3A%2F%2Fwww.example.com&width=200"
    )
    picture = signed("GET", f"/{bucket}/qr-url.png")
    codes = signed("GET", f"/{bucket}/qr-url.png?ci-process=QRcode")
    operations = '{"rules":[{"fileid":"covered.png","rule":"QRcode/cover/1"}]}'
    upload = signed("PUT", f"/{bucket}/mine/qr-url.png", {"Pic-Operations": operations})
    action = signed("POST", "/?Action=QrcodeOCR&Version=2018-11-19")
    return [
        f"  curl '{generate}'",
        f"  curl '{codes}'",
        f"  curl -o qr-url.png '{picture}'",
        f"  curl -T qr-url.png -H 'Pic-Operations: {operations}' '{upload}'",
        '  printf \'{"ImageBase64":"%s"}\' "$(base64 < qr-url.png | tr -d \'\\n\')" |'
        f" curl -H 'Content-Type: application/json' -d @- '{action}'",
    ]


def _doctor(options: argparse.Namespace) -> int:
    config = _settings(options)
    # Loaded here, so that the other commands need no engines.
    from ci_emulator.doctor import as_text, examine

    report = examine(config)
    text = json.dumps(report.as_document(), indent=2, ensure_ascii=False) if options.json else as_text(report)
    print(text)  # noqa: T201 - what the command is for
    return 1 if report.problems else 0


def _health(options: argparse.Namespace) -> int:
    url = options.url.rstrip("/") + "/_emulator/health"
    if urlsplit(url).scheme not in ("http", "https"):
        raise ConfigError(f"--url: {options.url} is not an http URL")
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 - the scheme was checked
            return 0 if reply.status == 200 else 1
    except (urllib.error.URLError, OSError) as error:
        print(f"ci-emulator: {url}: {error}", file=sys.stderr)  # noqa: T201 - a command's own message
        return 1


def _sign(options: argparse.Namespace) -> int:
    from ci_emulator.config import KeyPair

    pair = KeyPair(secret_id=options.secret_id, secret_key=options.secret_key, appid="0")
    headers = dict(map(_header, options.header))
    url = presign(
        pair, options.method.upper(), options.url, now=time.time(), seconds=options.expires, headers=headers
    )
    print(url)  # noqa: T201 - what the command is for
    return 0


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ConfigError(f"--header: {text!r} is not of the form NAME: VALUE")
    return name.strip(), value.strip()


def _temporary_key(options: argparse.Namespace) -> int:
    given = {} if options.credentials is None else {"credentials": options.credentials}
    config = load(given, file=options.config)
    text = temporary_key(
        config,
        secret_id=options.secret_id,
        policy_file=options.policy,
        seconds=options.duration,
        name=options.name,
        style=options.style,
        form=options.format,
        now=time.time(),
    )
    print(text)  # noqa: T201 - what the command is for
    return 0
