"""Whether the configured port can be listened on, or an emulator does so already."""

from __future__ import annotations

import errno
import json
import socket
import urllib.request
from http.client import HTTPException

from ci_emulator.config import Config
from ci_emulator.doctor.report import PortFinding

_SECONDS = 3.0

#: This machine does not have the address or the family: the server listens on the others then.
_LEFT_OUT = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL})

#: An address that means all addresses, and one of them that can be called.
_CALLABLE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - compared with, not listened on


def examine_port(config: Config) -> PortFinding:
    """Try to listen on every configured address; where that fails, ask who answers there."""
    port, listened, failure = config.port, False, ""
    for host in config.host:
        try:
            _listen(host, port)
            listened = True
        except OSError as error:
            failure = f"cannot listen on {host} port {port}: {error.strerror or error}"
            if error.errno in _LEFT_OUT:
                continue
            version = _version_at(host, port) if error.errno == errno.EADDRINUSE else None
            if version is not None:
                return PortFinding(port=port, state="served", served_by=version)
            return PortFinding(port=port, state="unusable", problem=failure)
    if not listened:
        return PortFinding(port=port, state="unusable", problem=failure)
    return PortFinding(port=port, state="free")


def _listen(host: str, port: int) -> None:
    """Listen on a port, and leave off at once.

    Raises:
        OSError: it cannot be listened on.
    """
    for family, kind, protocol, _, address in socket.getaddrinfo(
        host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    ):
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(address)
            listener.listen()


def _version_at(host: str, port: int) -> str | None:
    """Return the version of the emulator that answers there, None when it is none."""
    host = _CALLABLE.get(host, host)
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{authority}/_emulator/health", timeout=_SECONDS) as reply:
            document = json.load(reply)
    except (OSError, ValueError, HTTPException):
        return None
    if not isinstance(document, dict) or document.get("status") != "ok":
        return None
    return str(document.get("version"))
