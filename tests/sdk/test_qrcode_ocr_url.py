"""ImageUrl through the API: which picture counts, this server's own objects, loopback, and what no URL gets at."""

import asyncio
import base64
import http.client
import ipaddress
import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiohttp.resolver import ThreadedResolver
from api3 import URL_IN_QR, caller, encoded, sample, send
from sdk_clients import APPID, REGION, SAMPLES, STRANGER, TEMPORARY, cos_client

from ci_emulator.config import PUBLISHED_KEY, KeyPair
from ci_emulator.signing import presign
from ci_emulator.testing import Emulator

PNG = sample()
OTHER = sample("qr-chinese.png")
DOWNLOAD = "FailedOperation.DownLoadError"


def ask(emulator, url, form="tc3", **options):
    """Ask with the URL of one picture and the content of another."""
    who = caller(emulator, **options)
    params = {"ImageUrl": url, "ImageBase64": encoded(OTHER)}
    return send(emulator, who.tc3(params) if form == "tc3" else who.v1(params, method=form))


class Site(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def site(answer):
    """A server on loopback; `answer(handler)` answers a GET."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *_arguments):
            pass

    server = Site(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def gives(content, status=200, **headers):
    def answer(handler):
        handler.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


@pytest.fixture
def no_way_out(monkeypatch):
    """Fail on any attempt to connect to, or to look up, something that is not on this machine."""
    real = asyncio.selector_events.BaseSelectorEventLoop.sock_connect
    attempts = []

    async def sock_connect(self, sock, address):
        if sock.family != socket.AF_UNIX and not ipaddress.ip_address(address[0]).is_loopback:
            attempts.append(address)
            raise OSError("there is no way out")
        await real(self, sock, address)

    async def resolve(self, host, port=0, family=0):
        addresses = {
            "intranet.example": "10.0.0.1",
            "public.example": "93.184.215.14",
            "here.example": "127.0.0.1",
        }
        if host not in addresses:
            raise OSError("no such name")
        return [
            {
                "hostname": host,
                "host": addresses[host],
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
        ]

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", sock_connect)
    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    yield attempts
    assert attempts == []


# Which picture


@pytest.mark.parametrize("form", ["tc3", "GET", "POST"])
def test_the_url_wins(emulator, form):
    with site(gives(PNG)) as address:
        url = f"http://{address}/a.png?x=1&y=二"
        who = caller(emulator)
        params = {"ImageUrl": url, "ImageBase64": "not even base64"}
        request = who.tc3(params) if form == "tc3" else who.v1(params, method=form)
        assert send(emulator, request).texts == [URL_IN_QR]


@pytest.mark.parametrize("form", ["tc3", "GET", "POST"])
def test_the_url_wins_even_when_it_fails(emulator, form):
    with site(gives(b"", 404)) as address:
        assert ask(emulator, f"http://{address}/a.png", form).code == DOWNLOAD


# This server's objects


@pytest.fixture(scope="module")
def owned(emulator):
    """Objects of every kind of access: their URLs in path style."""
    cos = cos_client(emulator)
    stranger = cos_client(emulator, STRANGER)
    private, public = f"own-{APPID}", f"open-{APPID}"
    foreign = f"theirs-{STRANGER.appid}"
    cos.create_bucket(Bucket=private)
    cos.create_bucket(Bucket=public, ACL="public-read")
    stranger.create_bucket(Bucket=foreign)
    cos.put_object(Bucket=private, Key="图 片/a+b.png", Body=PNG)
    cos.put_object(Bucket=private, Key="public.png", Body=PNG, ACL="public-read")
    cos.put_object(Bucket=public, Key="a.png", Body=PNG)
    cos.put_object(Bucket=public, Key="private.png", Body=PNG, ACL="private")
    stranger.put_object(Bucket=foreign, Key="a.png", Body=PNG)
    return private, public, foreign


def places(emulator, bucket, path):
    """Every URL of an object."""
    return {
        "path-style": f"{emulator.url}/{bucket}/{path}",
        "localhost": f"http://localhost:{emulator.port}/{bucket}/{path}",
        "cloud": f"http://{bucket}.cos.{REGION}.myqcloud.com/{path}",
        "cloud-https": f"https://{bucket}.cos.{REGION}.myqcloud.com/{path}",
        "cloud-port": f"http://{bucket}.cos.{REGION}.myqcloud.com:{emulator.port}/{path}",
        "new-domain": f"https://{bucket}.cos.{REGION}.tencentcos.cn/{path}",
        "accelerate": f"https://{bucket}.cos.accelerate.myqcloud.com/{path}",
        "own-suffix": f"http://{bucket}.test.internal:{emulator.port}/{path}",
    }


PLACES = list(places(type("Any", (), {"url": "", "port": 0}), "", ""))
PATH = "%E5%9B%BE%20%E7%89%87/a%2Bb.png"


@pytest.mark.parametrize("place", PLACES)
def test_a_private_object(emulator, owned, place, no_way_out):
    url = places(emulator, owned[0], PATH)[place]
    assert ask(emulator, url).code == DOWNLOAD
    signed = presign(PUBLISHED_KEY, "GET", url, now=time.time(), seconds=60)
    assert ask(emulator, signed).texts == [URL_IN_QR]
    late = presign(PUBLISHED_KEY, "GET", url, now=time.time() - 600, seconds=60)
    assert ask(emulator, late).code == DOWNLOAD
    other_method = presign(PUBLISHED_KEY, "PUT", url, now=time.time(), seconds=60)
    assert ask(emulator, other_method).code == DOWNLOAD
    other_object = presign(PUBLISHED_KEY, "GET", url + "x", now=time.time(), seconds=60).replace(
        ".pngx?", ".png?"
    )
    assert ask(emulator, other_object).code == DOWNLOAD
    not_the_owner = presign(STRANGER, "GET", url, now=time.time(), seconds=60)
    assert ask(emulator, not_the_owner).code == DOWNLOAD
    wrong = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid=APPID)
    assert ask(emulator, presign(wrong, "GET", url, now=time.time(), seconds=60)).code == DOWNLOAD


@pytest.mark.parametrize("place", PLACES)
def test_objects_that_all_may_read(emulator, owned, place, no_way_out):
    private, public, _ = owned
    assert ask(emulator, places(emulator, public, "a.png")[place]).texts == [URL_IN_QR]
    assert ask(emulator, places(emulator, private, "public.png")[place]).texts == [URL_IN_QR]
    assert ask(emulator, places(emulator, public, "private.png")[place]).code == DOWNLOAD
    assert ask(emulator, places(emulator, public, "absent.png")[place]).code == DOWNLOAD
    assert ask(emulator, places(emulator, f"absent-{APPID}", "a.png")[place]).code == DOWNLOAD


@pytest.mark.parametrize("place", PLACES)
def test_the_callers_own_key_opens_nothing(emulator, owned, place, no_way_out):
    """Who calls the API does not matter for the URL: it is answered as a GET of it by anybody would be."""
    url = places(emulator, owned[2], "a.png")[place]
    assert ask(emulator, url).code == DOWNLOAD
    assert ask(emulator, url, key=STRANGER).code == DOWNLOAD
    signed = presign(STRANGER, "GET", url, now=time.time(), seconds=60)
    assert ask(emulator, signed).texts == [URL_IN_QR]


def test_the_same_decision_as_a_get_of_the_url(emulator, owned):
    private, public, foreign = owned
    for bucket, path in (
        (private, PATH),
        (private, "public.png"),
        (public, "a.png"),
        (public, "private.png"),
        (foreign, "a.png"),
    ):
        url = f"{emulator.url}/{bucket}/{path}"
        for key in (None, PUBLISHED_KEY, STRANGER):
            link = presign(key, "GET", url, now=time.time(), seconds=60) if key else url
            connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
            connection.request("GET", link.removeprefix(emulator.url))
            status = connection.getresponse().status
            connection.close()
            assert (ask(emulator, link).code == "") is (status == 200), link


def test_a_presigned_url_of_a_temporary_key(emulator, owned):
    signed = presign(TEMPORARY, "GET", f"{emulator.url}/{owned[0]}/{PATH}", now=time.time(), seconds=60)
    assert ask(emulator, signed).texts == [URL_IN_QR]


def test_an_url_as_the_sdk_presigns_it(emulator):
    signer = cos_client(emulator, way="proxies")
    url = signer.get_presigned_url(Method="GET", Bucket=SAMPLES, Key="qr-url.png", Expired=60)
    assert "myqcloud.com" in url
    assert ask(emulator, url).texts == [URL_IN_QR]


def test_what_this_server_makes_is_read(emulator, owned):
    """A CI operation in the URL is carried out; that of a code gives a document and no picture."""
    url = f"{emulator.url}/{owned[0]}/?ci-process=qrcode-generate&qrcode-content=x&width=100"
    assert ask(emulator, presign(PUBLISHED_KEY, "GET", url, now=time.time(), seconds=60)).code == (
        "FailedOperation.ImageDecodeFailed"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://{address}/",
        "http://{address}/_emulator/health",
        "http://{address}/_emulator/ready",
        "http://{address}/_console/",
        "http://{address}/?Action=QrcodeOCR&Version=2018-11-19",
        "http://localhost:{port}/_emulator/ready",
        "http://[::1]:{port}/_emulator/ready",
        "http://0.0.0.0:{port}/_emulator/ready",
        "http://[::ffff:127.0.0.1]:{port}/_emulator/ready",
        "https://ocr.tencentcloudapi.com/?Action=QrcodeOCR",
        "http://{address}/not-a-bucket/x.png",
    ],
)
def test_this_servers_other_paths(emulator, url, no_way_out):
    assert ask(emulator, url.format(address=emulator.address, port=emulator.port)).code == DOWNLOAD


def test_the_port_that_is_published(emulator):
    """In a container the server listens on another port than the one by which clients reach it."""
    url = f"http://127.0.0.1:1/{SAMPLES}/qr-url.png"
    signed = presign(PUBLISHED_KEY, "GET", url, now=time.time(), seconds=60)
    assert ask(emulator, signed, host="127.0.0.1:1").texts == [URL_IN_QR]
    assert ask(emulator, signed).code == DOWNLOAD


# Loopback


def test_another_port_of_loopback(emulator):
    with site(gives(PNG, Content_Type="text/html")) as address:
        port = address.partition(":")[2]
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.0.0.1"):
            assert ask(emulator, f"http://{host}:{port}/").texts == [URL_IN_QR]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        pytest.param(b"", 200, "FailedOperation.EmptyImageError", id="empty"),
        pytest.param(b"<html>", 200, "FailedOperation.ImageDecodeFailed", id="no-picture"),
        pytest.param(PNG[:300], 200, "FailedOperation.ImageDecodeFailed", id="cut-off"),
        pytest.param(PNG, 206, DOWNLOAD, id="part"),
        pytest.param(PNG, 404, DOWNLOAD, id="absent"),
        pytest.param(PNG, 500, DOWNLOAD, id="broken"),
        pytest.param(b"", 204, DOWNLOAD, id="nothing"),
        pytest.param(sample("no-code.jpg"), 200, "FailedOperation.ImageNoText", id="no-code"),
    ],
)
def test_what_a_site_may_answer(emulator, content, status, code):
    with site(gives(content, status)) as address:
        assert ask(emulator, f"http://{address}/").code == code


def test_redirects(emulator, no_way_out):
    def count_down(handler):
        left = int(handler.path.rpartition("/")[2])
        gives(b"", 302, Location=f"{left - 1}")(handler) if left else gives(PNG)(handler)

    with site(count_down) as address:
        assert ask(emulator, f"http://{address}/a/5").texts == [URL_IN_QR]
        assert ask(emulator, f"http://{address}/a/6").code == DOWNLOAD
    with site(lambda handler: gives(b"", 301, Location=handler.path)(handler)) as address:
        assert ask(emulator, f"http://{address}/round").code == DOWNLOAD
    with site(gives(b"", 302)) as address:
        assert ask(emulator, f"http://{address}/nowhere").code == DOWNLOAD


def test_a_redirect_to_an_object_of_this_server(emulator, owned, no_way_out):
    for bucket, code in ((owned[1], ""), (owned[2], DOWNLOAD)):
        with site(gives(b"", 302, Location=f"{emulator.url}/{bucket}/a.png")) as address:
            assert ask(emulator, f"http://{address}/").code == code
    with site(gives(b"", 302, Location=f"{emulator.url}/_emulator/health")) as address:
        assert ask(emulator, f"http://{address}/").code == DOWNLOAD


@pytest.fixture(scope="module")
def opened():
    with Emulator(fetch="open") as emulator:
        yield emulator


OUT_OF_REACH = [
    "http://10.0.0.1/a.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/latest/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://intranet.example/a.png",
    "http://user:password@127.0.0.1/a.png",
    "file:///etc/passwd",
    "ftp://127.0.0.1/a.png",
    "gopher://127.0.0.1/_x",
    "no url at all",
]


@pytest.mark.parametrize("url", OUT_OF_REACH)
def test_out_of_reach(emulator, opened, url, no_way_out):
    for server in (emulator, opened):
        assert ask(server, url).code == DOWNLOAD
        if "://" in url:
            with site(gives(b"", 307, Location=url)) as address:
                assert ask(server, f"http://{address}/").code == DOWNLOAD


def test_a_public_address_is_asked_only_by_a_setting(emulator, opened, no_way_out):
    for url in ("http://93.184.215.14/a.png", "http://public.example/a.png"):
        assert ask(emulator, url).code == DOWNLOAD
        assert no_way_out == []
        assert ask(opened, url).code == DOWNLOAD
        assert no_way_out == [("93.184.215.14", 80)]
        no_way_out.clear()
    assert ask(emulator, "http://here.example:1/a.png").code == DOWNLOAD


def test_a_network_that_is_allowed(no_way_out):
    with Emulator(fetch_allow=["10.0.0.0/24", "elsewhere.example"]) as emulator:
        assert ask(emulator, "http://intranet.example/a.png").code == DOWNLOAD
        assert no_way_out == [("10.0.0.1", 80)]
        no_way_out.clear()
        assert ask(emulator, "http://10.0.1.1/a.png").code == DOWNLOAD


# Time and size


def test_a_site_that_trickles(emulator):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(20):
            handler.wfile.write(b"x")
            time.sleep(0.5)

    with site(answer) as address:
        began = time.monotonic()
        assert ask(emulator, f"http://{address}/").code == DOWNLOAD
        assert 2.9 < time.monotonic() - began < 4.5


@pytest.fixture(scope="module")
def of_2018():
    with Emulator(qrcode_ocr_limits="2018") as emulator:
        yield emulator


@pytest.mark.parametrize("limits", ["current", "2018"])
def test_the_largest_picture(emulator, of_2018, limits):
    """The limit is that of the base64 which the file would have."""
    server = of_2018 if limits == "2018" else emulator
    largest = (3 if limits == "2018" else 10) * 2**20 // 4 * 3
    padded = PNG + bytes(largest - len(PNG))
    assert len(base64.b64encode(padded)) <= (3 if limits == "2018" else 10) * 2**20
    with site(gives(padded)) as address:
        assert ask(server, f"http://{address}/").texts == [URL_IN_QR]
    with site(gives(padded + b"x")) as address:
        assert ask(server, f"http://{address}/").code == "LimitExceeded.TooLargeFileError"


def test_a_site_that_never_ends(of_2018):
    def answer(handler):
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    with site(answer) as address:
        assert ask(of_2018, f"http://{address}/").code == "LimitExceeded.TooLargeFileError"


@pytest.mark.parametrize(
    ("length", "code"),
    [
        pytest.param(10**12, "LimitExceeded.TooLargeFileError", id="more-than-allowed"),
        pytest.param(len(PNG) + 100, DOWNLOAD, id="more-than-comes"),
        pytest.param(len(PNG) - 100, "FailedOperation.ImageDecodeFailed", id="less-than-comes"),
    ],
)
def test_a_length_that_lies(emulator, length, code):
    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(PNG)

    with site(answer) as address:
        found = ask(emulator, f"http://{address}/").code
    # Bytes behind the announced end are a fault of the site, whether or not they are seen in time.
    assert found == code or (length < len(PNG) and found == DOWNLOAD)


def test_nobody_waits_for_a_slow_site(emulator):
    """Fetching holds no worker: pictures are read while twenty downloads hang."""
    let_go = threading.Event()
    with site(lambda handler: let_go.wait(3)) as address:
        waiting = [
            threading.Thread(target=ask, args=(emulator, f"http://{address}/{number}"))
            for number in range(20)
        ]
        for thread in waiting:
            thread.start()
        began = time.monotonic()
        assert send(emulator, caller(emulator).tc3({"ImageBase64": encoded(PNG)})).texts == [URL_IN_QR]
        assert time.monotonic() - began < 2.5
        let_go.set()
        for thread in waiting:
            thread.join()
