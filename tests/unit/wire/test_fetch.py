"""The fetcher and its policy: what may be fetched, from where, how long and how much; nothing here leaves the machine."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from aiohttp import web
from aiohttp.resolver import ThreadedResolver
from hypothesis import given
from hypothesis import strategies as st

from ci_emulator.core.clock import FixedClock
from ci_emulator.core.fetching import FetchError, TooLarge
from ci_emulator.core.model import Call, Reply
from ci_emulator.protocols.addressing import Addressing
from ci_emulator.wire.fetch import Fetcher, FetchPolicy

LIMIT = 100_000
OWN_PORT = 9000
PICTURE = b"\x89PNG, or so"

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Inside:
    """Stands for this server; remembers which URLs it was asked for."""

    def __init__(self, status: int = 200, **fields: Any) -> None:
        self.reply = lambda: Reply(status, **{"body": b"from inside", **fields})
        self.asked: list[str] = []

    async def __call__(self, call: Call) -> Reply:
        target = call.target
        query = f"?{target.raw_query}" if target.raw_query else ""
        self.asked.append(f"{target.method} {target.authority}{target.raw_path}{query}")
        return self.reply()


def fetcher(
    inside: Inside | None = None,
    *,
    allow: tuple[str, ...] = (),
    is_open: bool = False,
    default_bucket: str | None = None,
    control_hosts: frozenset[str] = frozenset(),
) -> Fetcher:
    policy = FetchPolicy.of(allow, open_network=is_open)
    made = Fetcher(policy, Addressing(control_hosts, default_bucket), FixedClock(0))
    made.connect(inside or Inside(), OWN_PORT)
    return made


async def fetch(
    made: Fetcher, url: str, *, limit: int = LIMIT, seconds: float = 2.0, asked_of: str = ""
) -> bytes:
    return await made.fetch(url, limit=limit, seconds=seconds, asked_of=asked_of)


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    """A server of the test's own on loopback; gives its `host:port`."""
    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def speaking(*lines: bytes, pause: float = 0.0) -> AsyncIterator[str]:
    """A server that says these octets to whoever connects, with a pause after each, and hangs up."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for line in lines:
                writer.write(line)
                await writer.drain()
                await asyncio.sleep(pause)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def picture(_request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(body=PICTURE)


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that a connection is begun to."""
    begun: list[Any] = []
    original = asyncio.selector_events.BaseSelectorEventLoop.sock_connect

    async def sock_connect(self: Any, sock: socket.socket, address: Any) -> None:
        begun.append(address)
        if not ipaddress.ip_address(address[0]).is_loopback:
            raise AssertionError(f"a connection to {address}")
        await original(self, sock, address)

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", sock_connect)
    return begun


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names resolve to; any other name does not exist."""
    known: dict[str, list[str]] = {}

    async def resolve(self: Any, host: str, port: int = 0, family: int = 0) -> list[dict[str, Any]]:
        if host not in known:
            raise OSError(f"{host} does not exist")
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
            for address in known[host]
        ]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    return known


CLOUD = "samples-1250000000.cos.ap-guangzhou.myqcloud.com"


async def test_loopback_on_another_port(sockets: list[Any]) -> None:
    async with serving(picture) as address:
        assert await fetch(fetcher(), f"http://{address}/a.png") == PICTURE
        assert await fetch(fetcher(), f"http://localhost:{address.partition(':')[2]}/a.png") == PICTURE
        assert await fetch(fetcher(), f"  HTTP://{address}/a.png#part\n") == PICTURE
    assert len(sockets) >= 3


async def test_what_is_sent() -> None:
    seen = {}

    async def look(request: web.BaseRequest) -> web.StreamResponse:
        seen.update(request.headers, target=request.raw_path)
        return web.Response(body=PICTURE)

    async with serving(look) as address:
        await fetch(fetcher(), f"http://{address}/a%2Fb/../c d/图.png?q=%7e&r=é")
    assert seen.pop("target") == "/a%2Fb/../c%20d/%E5%9B%BE.png?q=%7e&r=%C3%A9"
    assert seen["Accept-Encoding"] == "identity"
    assert {"Cookie", "Authorization"}.isdisjoint(seen)


@pytest.mark.parametrize("status", [204, 304, 400, 403, 404, 500, 503])
async def test_another_status_is_no_picture(status: int) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status)

    async with serving(answer) as address:
        with pytest.raises(FetchError, match=f"answered {status}"):
            await fetch(fetcher(), f"http://{address}/")


async def test_an_empty_answer_is_one() -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response()

    async with serving(answer) as address:
        assert await fetch(fetcher(), f"http://{address}/") == b""


async def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError, match="ConnectorError"):
            await fetch(fetcher(), f"http://127.0.0.1:{unused.getsockname()[1]}/")


# Redirects


def _counting_down(status: int) -> Answer:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        left = int(request.raw_path.rpartition("/")[2])
        if not left:
            return web.Response(body=PICTURE)
        return web.Response(status=status, headers={"Location": f"/{left - 1}"})

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_five_redirects_and_no_more(status: int) -> None:
    async with serving(_counting_down(status)) as address:
        assert await fetch(fetcher(), f"http://{address}/5") == PICTURE
        with pytest.raises(FetchError, match="more than 5 redirects"):
            await fetch(fetcher(), f"http://{address}/6")


async def test_a_redirect_in_a_circle() -> None:
    seen = 0

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        nonlocal seen
        seen += 1
        return web.Response(status=302, headers={"Location": request.raw_path})

    async with serving(answer) as address:
        with pytest.raises(FetchError, match="redirects"):
            await fetch(fetcher(), f"http://{address}/round")
    assert seen == 6


#: Where no URL leads, given directly or by a redirect.
NOWHERE = [
    "http://10.1.2.3/a.png",
    "https://10.1.2.3:8443/a.png",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://255.255.255.255/",
    "http://224.0.0.1/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[::]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[64:ff9b::a00:1]/",
    "http://[2002:a00:1::]/",
    "http://[::a00:1]/",
    "http://2852039166/",
    "http://167772161/",
    "http://0xa.0.0.1/",
    "http://0x0a000001/",
    "http://012.0.0.1/",
    "http://10.1/",
    "http://127.1/",
    "http://0177.0.0.1/",
    "http://2130706433/",
    "http://10.0.0.1./",
    "http://127.0.0.1@10.0.0.1/",
    "http://10.0.0.1\\@127.0.0.1/",
    "http://10.0.0.1#@127.0.0.1/",
    "http://user:secret@127.0.0.1/",
    "http://[::1%25lo]/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://127.0.0.1%2f@10.0.0.1/",
    "file:///etc/passwd",
    "file://localhost/etc/passwd",
    "ftp://127.0.0.1/a.png",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "unix:/run/docker.sock",
]


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("url", NOWHERE)
async def test_where_no_url_leads(
    url: str, is_open: bool, sockets: list[Any], names: dict[str, list[str]]
) -> None:
    with pytest.raises(FetchError):
        await fetch(fetcher(is_open=is_open), url)
    assert sockets == []


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("url", NOWHERE)
async def test_where_no_redirect_leads(
    url: str, is_open: bool, sockets: list[Any], names: dict[str, list[str]]
) -> None:
    location = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n" % url.encode()
    async with speaking(location) as address:
        with pytest.raises(FetchError):
            await fetch(fetcher(is_open=is_open), f"http://{address}/")
    assert [f"{host}:{port}" for host, port in sockets] == [address]


@pytest.mark.parametrize(
    "host",
    ["2130706433", "127.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "127.0.0.0x1", "1.2.3.4.5", "0x"],
)
async def test_an_address_in_an_odd_spelling_is_not_even_looked_up(
    host: str, names: dict[str, list[str]]
) -> None:
    names[host] = ["127.0.0.1"]
    with pytest.raises(FetchError, match="neither a name nor an address"):
        await fetch(fetcher(), f"http://{host}:1/")


MALFORMED = [
    "",
    " ",
    "picture",
    "/etc/passwd",
    "//127.0.0.1/a",
    "http:",
    "http://",
    "http:///a.png",
    "http://?a",
    "http://:80/",
    "http://127.0.0.1:99999/",
    "http://127.0.0.1:port/",
    "http://[::1/",
    "http://[127.0.0.1]/",
    "http://a b/",
    "http://a\tb/",
    "http://127.0.0.1/\r\nX-Injected: yes",
    "http://127.0.0.1/\x00",
    "http://127.0.0.1/\ud800",
    "http://host%2e/",
    "http://exa mple/",
    "ht tp://127.0.0.1/",
    "http//127.0.0.1/",
    "http://127.0.0.1/" + "a" * 40_000,
    "http://" + "a" * 10_000_000,
    "http://" + "1." * 15_000 + "x/",
    "http://" + "a." * 15_000 + "/",
]


@pytest.mark.parametrize("url", MALFORMED, ids=lambda url: repr(url[:40]))
async def test_what_is_no_url(url: str, sockets: list[Any], names: dict[str, list[str]]) -> None:
    with pytest.raises(FetchError):
        await fetch(fetcher(is_open=True), url)
    assert sockets == []


@given(st.text(max_size=40))
async def test_any_text_is_refused_or_fetched_inside(text: str) -> None:
    made = fetcher()
    for url in (text, f"http://{text}", f"http://127.0.0.1:{OWN_PORT}/{text}", f"http://{CLOUD}/{text}"):
        # A name cannot be looked up here: that would be somebody's name server's business.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ThreadedResolver, "resolve", _nothing)
            with suppress(FetchError):
                assert await fetch(made, url) == b"from inside"


async def _nothing(*_arguments: object, **_options: object) -> list[Any]:
    raise OSError("no names here")


# The policy


@pytest.mark.parametrize(
    ("address", "local", "is_open"),
    [
        ("127.0.0.1", True, True),
        ("127.8.9.10", True, True),
        ("::1", True, True),
        ("::ffff:127.0.0.1", True, True),
        ("93.184.215.14", False, True),
        ("2606:2800:220:1:248:1893:25c8:1946", False, True),
        ("::ffff:93.184.215.14", False, True),
        ("10.0.0.1", False, False),
        ("169.254.169.254", False, False),
        ("0.0.0.0", False, False),
        ("::", False, False),
        ("2002:5db8:d70e::", False, False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False, False),
        ("ff02::1", False, False),
    ],
)
def test_addresses(address: str, local: bool, is_open: bool) -> None:
    parsed = ipaddress.ip_address(address)
    assert FetchPolicy.of((), open_network=False).allows("host", parsed) is local
    assert FetchPolicy.of((), open_network=True).allows("host", parsed) is is_open


@given(st.ip_addresses())
def test_what_is_not_global_is_never_reached(address: Any) -> None:
    if not address.is_global and not address.is_loopback and getattr(address, "ipv4_mapped", None) is None:
        assert not FetchPolicy.of((), open_network=True).allows("host", address)
    if not address.is_loopback and getattr(address, "ipv4_mapped", None) is None:
        assert not FetchPolicy.of((), open_network=False).allows("host", address)


def test_what_is_allowed_by_name_address_or_network() -> None:
    policy = FetchPolicy.of(("Files.internal.", "10.1.0.0/16", "fd00::/8", "192.0.2.7"), open_network=False)
    private = ipaddress.ip_address("192.168.0.9")
    assert policy.allows("files.internal", private)
    assert not policy.allows("other.internal", private)
    for inside in ("10.1.2.3", "fd12::1", "192.0.2.7", "::ffff:10.1.2.3"):
        assert policy.allows("other.internal", ipaddress.ip_address(inside))
    for outside in ("10.2.2.3", "fe80::1", "192.0.2.8"):
        assert not policy.allows("other.internal", ipaddress.ip_address(outside))


@pytest.mark.parametrize("address", ["10.0.0.1", "2130706433", "localhost", "0177.0.0.1", ""])
def test_the_last_gate_knows_addresses_only(address: str) -> None:
    with pytest.raises(FetchError):
        FetchPolicy.of((), open_network=True).check("host", address)


# Names


@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["169.254.169.254"], ["::ffff:10.0.0.1"], ["fe80::1"], ["0.0.0.0"]]
)
async def test_a_name_that_resolves_to_a_private_address(
    addresses: list[str], is_open: bool, sockets: list[Any], names: dict[str, list[str]]
) -> None:
    names["innocent.example"] = addresses
    with pytest.raises(FetchError, match="resolves to no address"):
        await fetch(fetcher(is_open=is_open), "http://innocent.example/a.png")
    assert sockets == []


async def test_a_public_name_is_refused_unless_the_network_is_open(
    names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    names["public.example"] = ["10.0.0.1", "93.184.215.14"]
    begun = []

    async def sock_connect(self: Any, sock: socket.socket, address: Any) -> None:
        begun.append(address)
        raise OSError("the network is down")

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", sock_connect)
    with pytest.raises(FetchError, match="resolves to no address"):
        await fetch(fetcher(), "http://public.example/a.png")
    assert begun == []
    with pytest.raises(FetchError, match="ConnectorError"):
        await fetch(fetcher(is_open=True), "http://public.example/a.png")
    assert begun == [("93.184.215.14", 80)]


async def test_an_allowed_name_may_be_anywhere(names: dict[str, list[str]], sockets: list[Any]) -> None:
    names["files.internal"] = names["other.internal"] = ["10.0.0.1"]
    made = fetcher(allow=("files.internal",))
    with pytest.raises(AssertionError, match=r"a connection to \('10\.0\.0\.1', 80\)"):
        await fetch(made, "http://files.internal/a.png")
    with pytest.raises(FetchError):
        await fetch(made, "http://other.internal/a.png")
    with pytest.raises(AssertionError, match="a connection to"):
        await fetch(fetcher(allow=("10.0.0.0/24",)), "http://other.internal/a.png")
    with pytest.raises(AssertionError, match="a connection to"):
        await fetch(fetcher(allow=("10.0.0.0/24",)), "http://10.0.0.7/a.png")


async def test_a_name_that_does_not_exist(names: dict[str, list[str]]) -> None:
    with pytest.raises(FetchError, match="DNS"):
        await fetch(fetcher(is_open=True), "http://nowhere.example/a.png")


async def test_a_name_for_loopback(names: dict[str, list[str]]) -> None:
    names["pictures.test"] = ["127.0.0.1"]
    async with serving(picture) as address:
        assert await fetch(fetcher(), f"http://pictures.test:{address.partition(':')[2]}/") == PICTURE


async def test_localhost_is_not_looked_up(names: dict[str, list[str]]) -> None:
    async with serving(picture) as address:
        for name in ("localhost", "LOCALHOST", "localhost.", "files.localhost"):
            assert await fetch(fetcher(), f"http://{name}:{address.partition(':')[2]}/") == PICTURE


# This server's own


@pytest.mark.parametrize(
    "url",
    [
        f"http://{CLOUD}/a%2Fb.png",
        f"https://{CLOUD}/a.png?sign=x",
        f"http://{CLOUD}:{OWN_PORT}/a.png",
        f"http://{CLOUD}:1234/a.png",
        "https://samples-1250000000.cos.ap-guangzhou.tencentcos.cn/a.png",
        "https://samples-1250000000.pic.ap-guangzhou.myqcloud.com/a.png",
        f"http://127.0.0.1:{OWN_PORT}/samples-1250000000/a.png",
        f"http://localhost:{OWN_PORT}/samples-1250000000/a.png?q-ak=x&q-signature=y",
        f"http://[::1]:{OWN_PORT}/samples-1250000000/a.png",
        f"http://[::ffff:127.0.0.1]:{OWN_PORT}/samples-1250000000/a.png",
        f"http://192.168.1.5:{OWN_PORT}/samples-1250000000/a.png",
        f"http://samples-1250000000.localtest.me:{OWN_PORT}/a.png",
        f"http://emulator.test:{OWN_PORT}/samples-1250000000/a.png",
    ],
)
async def test_urls_of_this_server(url: str, sockets: list[Any], names: dict[str, list[str]]) -> None:
    inside = Inside()
    made = fetcher(inside, control_hosts=frozenset({"emulator.test"}))
    assert await fetch(made, url) == b"from inside"
    assert inside.asked == ["GET " + url.partition("://")[2]]
    assert sockets == []


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:{OWN_PORT}/",
        f"http://127.0.0.1:{OWN_PORT}/_emulator/health",
        f"http://127.0.0.1:{OWN_PORT}/_emulator/ready?x=y",
        f"http://localhost:{OWN_PORT}/?Action=QrcodeOCR&Version=2018-11-19",
        f"http://[::1]:{OWN_PORT}/not-a-bucket/a.png",
        f"http://0.0.0.0:{OWN_PORT}/_emulator/health",
        "http://service.cos.myqcloud.com/",
        "http://cos.ap-guangzhou.myqcloud.com/",
        "https://ocr.tencentcloudapi.com/?Action=QrcodeOCR",
        "https://ocr.ap-guangzhou.tencentcloudapi.com/",
    ],
)
@pytest.mark.parametrize("is_open", [False, True])
async def test_what_is_not_an_object_of_this_server(
    url: str, is_open: bool, sockets: list[Any], names: dict[str, list[str]]
) -> None:
    inside = Inside()
    with pytest.raises(FetchError, match="only objects of this server"):
        await fetch(fetcher(inside, is_open=is_open), url)
    assert (inside.asked, sockets) == ([], [])


async def test_the_port_by_which_the_caller_came_is_this_servers() -> None:
    inside = Inside()
    url = "http://127.0.0.1:8080/samples-1250000000/a.png"
    for asked_of in ("127.0.0.1:8080", "http://127.0.0.1:8080"):
        assert await fetch(fetcher(inside), url, asked_of=asked_of) == b"from inside"
    with pytest.raises(FetchError, match="only objects of this server"):
        await fetch(fetcher(inside), "http://127.0.0.1:8080/_emulator/health", asked_of="127.0.0.1:8080")
    assert len(inside.asked) == 2
    async with serving(picture) as address:
        url = f"http://{address}/samples-1250000000/a.png"
        assert await fetch(fetcher(inside), url, asked_of=f"127.0.0.1:{OWN_PORT}") == PICTURE
    assert len(inside.asked) == 2


@pytest.mark.parametrize("status", [301, 400, 403, 404, 416, 500])
async def test_what_this_server_refuses_is_refused(status: int) -> None:
    with pytest.raises(FetchError):
        await fetch(fetcher(Inside(status)), f"http://{CLOUD}/a.png")


async def test_an_object_over_the_limit() -> None:
    for inside in (Inside(body=b"x" * 11), Inside(body=b"", length=11)):
        with pytest.raises(TooLarge):
            await fetch(fetcher(inside), f"http://{CLOUD}/a.png", limit=10)
    assert await fetch(fetcher(Inside(body=b"x" * 10)), f"http://{CLOUD}/a.png", limit=10) == b"x" * 10


class Chunks:
    """A reply's stream."""

    def __init__(self) -> None:
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"cd"

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize(("status", "limit"), [(200, 4), (200, 3), (403, 4)])
async def test_a_stream_is_closed_whatever_happens(status: int, limit: int) -> None:
    stream = Chunks()
    made = fetcher(Inside(status, body=b"", stream=stream, length=4))
    if (status, limit) == (200, 4):
        assert await fetch(made, f"http://{CLOUD}/a.png", limit=limit) == b"abcd"
    else:
        with pytest.raises(FetchError):
            await fetch(made, f"http://{CLOUD}/a.png", limit=limit)
    assert stream.closed


async def test_a_redirect_into_this_server() -> None:
    inside = Inside()

    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"https://{CLOUD}/a.png"})

    async with serving(answer) as address:
        assert await fetch(fetcher(inside), f"http://{address}/") == b"from inside"
    assert inside.asked == [f"GET {CLOUD}/a.png"]


async def test_a_redirect_out_of_this_server(sockets: list[Any]) -> None:
    inside = Inside(302, headers=[("Location", "http://10.0.0.1/a.png")])
    with pytest.raises(FetchError):
        await fetch(fetcher(inside), f"http://{CLOUD}/a.png")
    assert sockets == []


async def test_a_buckets_label_on_an_unknown_name(names: dict[str, list[str]]) -> None:
    names["img-1.cdn.example"] = ["127.0.0.1"]
    async with serving(picture) as address:
        url = f"http://img-1.cdn.example:{address.partition(':')[2]}/a.png"
        assert await fetch(fetcher(Inside()), url) == b"from inside"
        assert await fetch(fetcher(Inside(404)), url) == PICTURE
        with pytest.raises(FetchError, match="answered 403"):
            await fetch(fetcher(Inside(403)), url)


async def test_the_default_bucket_is_asked_for_on_this_server_only(names: dict[str, list[str]]) -> None:
    inside = Inside()
    made = fetcher(inside, default_bucket="samples-1250000000")
    assert await fetch(made, f"http://127.0.0.1:{OWN_PORT}/a.png") == b"from inside"
    with pytest.raises(FetchError):
        await fetch(made, "http://elsewhere.example/a.png")
    assert len(inside.asked) == 1


async def test_before_the_server_listens() -> None:
    made = Fetcher(FetchPolicy.of((), open_network=False), Addressing(), FixedClock(0))
    with pytest.raises(FetchError, match="not up"):
        await fetch(made, f"http://{CLOUD}/a.png")


# Time and size

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([bytes([octet]) for octet in HEAD], id="head"),
        pytest.param([HEAD + b"Content-Length: 1000\r\n\r\n", *[b"x"] * 40], id="body"),
        pytest.param([HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 40], id="chunks"),
        pytest.param([HEAD + b"\r\n", *[b"x"] * 40], id="until-the-end"),
    ],
)
async def test_a_server_that_trickles(lines: list[bytes]) -> None:
    async with speaking(*lines, pause=0.1) as address:
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"longer than 0\.5 s"):
            await fetch(fetcher(), f"http://{address}/", seconds=0.5)
        assert 0.4 < time.monotonic() - began < 2.0


async def test_a_server_that_says_nothing() -> None:
    async with speaking(b"", pause=5) as address:
        with pytest.raises(FetchError, match="longer than"):
            await fetch(fetcher(), f"http://{address}/", seconds=0.3)


async def test_redirects_share_the_time() -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(0.2)
        return web.Response(status=302, headers={"Location": "/again"})

    async with serving(answer) as address:
        with pytest.raises(FetchError, match="longer than"):
            await fetch(fetcher(), f"http://{address}/", seconds=0.5)


@pytest.mark.parametrize(
    ("lines", "limit", "wanted"),
    [
        pytest.param([HEAD + b"Content-Length: 10\r\n\r\n", b"x" * 10], 10, b"x" * 10, id="just-enough"),
        pytest.param([HEAD + b"Content-Length: 99999999999\r\n\r\n"], 10, TooLarge, id="announced"),
        pytest.param([HEAD + b"Content-Length: 10\r\n\r\n", b"x" * 5], 10, FetchError, id="less-than-said"),
        pytest.param([HEAD + b"Content-Length: -1\r\n\r\n"], 10, FetchError, id="negative"),
        pytest.param(
            [HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n"], 10, FetchError, id="two-lengths"
        ),
        pytest.param(
            [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"400\r\n" + b"x" * 1024 + b"\r\n"] * 500],
            100_000,
            TooLarge,
            id="endless-chunks",
        ),
        pytest.param([HEAD + b"\r\n", *[b"x" * 1024] * 500], 100_000, TooLarge, id="endless"),
        pytest.param([HEAD + b"X: " + b"y" * 100_000 + b"\r\n\r\n"], 10, FetchError, id="endless-header"),
        pytest.param([b"SSH-2.0-OpenSSH\r\n"], 10, FetchError, id="no-http"),
        pytest.param([], 10, FetchError, id="nothing"),
        pytest.param(
            [HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"],
            10,
            b"abc",
            id="no-decompression",
        ),
    ],
)
async def test_the_size(lines: list[bytes], limit: int, wanted: bytes | type[Exception]) -> None:
    async with speaking(*lines) as address:
        if isinstance(wanted, bytes):
            assert await fetch(fetcher(), f"http://{address}/", limit=limit) == wanted
        else:
            with pytest.raises(wanted) as raised:
                await fetch(fetcher(), f"http://{address}/", limit=limit)
            assert type(raised.value) is wanted


async def test_more_than_was_announced_is_never_taken() -> None:
    async with speaking(HEAD + b"Content-Length: 10\r\n\r\n", b"x" * 5000) as address:
        with suppress(FetchError):
            assert await fetch(fetcher(), f"http://{address}/", limit=100) == b"x" * 10


async def test_the_reason_is_short_and_holds_no_query() -> None:
    async with speaking(b"x" * 5000) as address:
        with pytest.raises(FetchError) as raised:
            await fetch(fetcher(), f"http://{address}/a.png?q-signature=secret")
    assert len(str(raised.value)) < 200
    assert "secret" not in str(raised.value)


async def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://10.0.0.1:3128")
    async with serving(picture) as address:
        assert await fetch(fetcher(), f"http://{address}/") == PICTURE
