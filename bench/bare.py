"""The bare baseline: an aiohttp application that answers what it is asked with as little as can be.

A PUT is read to its end. A GET is answered by what its key begins with: `KB/`, `MB/`, or `stream/` and a number of MiB.

python -m bench.bare PORT
"""

from __future__ import annotations

import sys

from aiohttp import web

_KILOBYTE = bytes(range(256)) * 4
_MEGABYTE = _KILOBYTE * 1024


async def _get(request: web.Request) -> web.StreamResponse:
    if "/stream/" in request.path:
        return await _stream(request, int(request.path.rpartition("/")[2]))
    return web.Response(body=_MEGABYTE if "/MB/" in request.path else _KILOBYTE)


async def _stream(request: web.Request, megabytes: int) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_length = megabytes * len(_MEGABYTE)
    await response.prepare(request)
    for _ in range(megabytes):
        await response.write(_MEGABYTE)
    return response


async def _put(request: web.Request) -> web.Response:
    async for _ in request.content.iter_any():
        pass
    return web.Response()


async def _health(request: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    app = web.Application()
    app.router.add_get("/_emulator/health", _health)
    app.router.add_get("/{key:.*}", _get)
    app.router.add_put("/{key:.*}", _put)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)


if __name__ == "__main__":
    main()
