"""The bare baseline: an aiohttp application that answers what it is asked with as little as can be.

python -m bench.bare PORT
"""

from __future__ import annotations

import sys

from aiohttp import web

_KILOBYTE = bytes(range(256)) * 4


async def _kilobyte(request: web.Request) -> web.Response:
    return web.Response(body=_KILOBYTE)


async def _health(request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    app = web.Application()
    app.router.add_get("/_emulator/health", _health)
    app.router.add_get("/{key:.*}", _kilobyte)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
