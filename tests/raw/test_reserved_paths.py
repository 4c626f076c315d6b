"""The emulator's own paths exist where no bucket can be meant, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from raw_http import BUCKET, CLOUD, Server, request


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:9000", "localhost", "LocalHost.:1", "[::1]:9000", "10.1.2.3"]
)
def test_health_on_a_local_host(server: Server, host: str) -> None:
    answer = server.get("/_emulator/health", host=host)
    assert (answer.status, answer["Content-Type"]) == (200, "application/json")
    assert json.loads(answer.body)["status"] == "ok"


def test_ready_tells_about_the_server(server: Server) -> None:
    answer = server.get("/_emulator/ready", host="localhost")
    document = json.loads(answer.body)
    assert (answer.status, document["ready"], document["store"], document["auth"]) == (
        200,
        True,
        "memory",
        "off",
    )


def test_it_needs_no_signature(strict: Server) -> None:
    assert strict.get("/_emulator/health", host="localhost").status == 200


def test_on_the_host_of_a_bucket_it_is_a_key(server: Server) -> None:
    assert server.get("/_emulator/health").code == "NoSuchKey"
    server.put("/_emulator/health", b"mine")
    assert server.get("/_emulator/health").body == b"mine"
    assert server.get(f"/{BUCKET}/_emulator/health", host="localhost").body == b"mine"
    assert server.get(f"http://{CLOUD}/_emulator/health", host="localhost").body == b"mine"
    assert server.ask(request("DELETE", "/_emulator/health")).status == 204


def test_in_absolute_form_it_does_not_exist(server: Server) -> None:
    answer = server.get("http://127.0.0.1/_emulator/health", host="127.0.0.1")
    assert (answer.status, answer.code) == (400, "InvalidRequest")


def test_it_exists_on_a_configured_host(start: Callable[..., Server]) -> None:
    server = start(auth="off", control_hosts="Emulator.Example")
    assert server.get("/_emulator/health", host="emulator.example:80").status == 200
    assert server.get("/_emulator/health", host="other.example").code == "InvalidRequest"
    assert f"<Name>{BUCKET}</Name>" in server.get(f"/{BUCKET}", host="emulator.example").text


@pytest.mark.parametrize("target", ["/_emulator/", "/_emulator/absent", "/_emulator/health/", "/_console/"])
def test_an_unknown_control_path(server: Server, target: str) -> None:
    for method in ("GET", "POST"):
        answer = server.ask(request(method, target, host="localhost", body=b""))
        assert (answer.status, answer["Content-Type"]) == (404, "application/json")
        assert json.loads(answer.body)["error"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_wrong_method(server: Server, method: str) -> None:
    answer = server.ask(request(method, "/_emulator/health", host="localhost", body=b""))
    assert (answer.status, answer["Content-Type"]) == (405, "application/json")
    assert json.loads(answer.body)["error"] == "method-not-allowed"


def test_head(server: Server) -> None:
    wire = server.connect()
    length = wire.ask(request("GET", "/_emulator/health", host="localhost"))["Content-Length"]
    answer = wire.ask(request("HEAD", "/_emulator/health", host="localhost"), head=True)
    assert (answer.status, answer["Content-Length"]) == (200, length)
    absent = wire.ask(request("HEAD", "/_emulator/absent", host="localhost"), head=True)
    assert absent.status == 404
    assert wire.ask(request("GET", "/_emulator/health", host="localhost")).status == 200
