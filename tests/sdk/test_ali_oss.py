"""Objects, signed URLs and image/codes through ali-oss 6.23 (spec: aliyun.md sections 1 to 4).

The calls are in `node_oss/*.mjs`, a case each; what they shall give is in `ali_oss_expected.py`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import node_lane
import pytest
from ali_oss_expected import OBJECTS, PICTURES_OF, WAYS_OF
from oss_clients import temporary_key
from sdk_clients import APPID, KEYS, PICTURES, PUBLISHED_KEY, ROOT, SAMPLES, STRANGER

from ci_emulator.testing import Emulator

pytestmark = pytest.mark.timeout(300)

NODE = Path(__file__).parent / "node_oss"
PAGE = (ROOT / "docs" / "clients" / "ali-oss.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^## ([^\n]+)(?:(?!^## ).)*?^```js\n(.*?)^```$", PAGE, re.M | re.S))

#: Settings of the endpoint: the host in it, and what else is set.
WAYS = {
    "localhost-path-style": ("localhost", {"sldEnable": True}),
    "localhost-cname": ("localhost", {"cname": True}),
    "ip": ("127.0.0.1", {}),
    "ip-and-path-style": ("127.0.0.1", {"sldEnable": True}),
}
VERSIONS = {"v1": {}, "v4": {"authorizationV4": True, "region": "oss-cn-hangzhou"}}
RECOMMENDED = "localhost-path-style"
CNAME_BUCKET = "ways"


def pair(key):
    return {"id": key.secret_id, "secret": key.secret_key, **({"token": key.token} if key.token else {})}


def listening_as_usual(**settings):
    """A server on both addresses of localhost, as a person starts it."""
    node_lane.install(NODE)
    return Emulator(host=("127.0.0.1", "::1"), credentials=KEYS, **settings)


@pytest.fixture(scope="module")
def server(_no_proxy_of_the_machine):
    with listening_as_usual(seed=[f"{SAMPLES}={PICTURES}"]) as running:
        yield running


@pytest.fixture(scope="module")
def server_with_a_default_bucket(_no_proxy_of_the_machine):
    with listening_as_usual(default_bucket=f"{CNAME_BUCKET}-{APPID}") as running:
        yield running


def told(server, folder, script, bucket, *, way=RECOMMENDED, version="v4", key=PUBLISHED_KEY):
    host, options = WAYS[way]
    given = {
        "endpoint": f"http://{host}:{server.port}",
        "options": {**options, **VERSIONS[version]},
        "key": pair(key),
        "stranger": pair(STRANGER),
        "bucket": bucket,
        "other": f"{bucket}-other",
        "port": server.port,
        "pictures": str(PICTURES),
        "folder": str(folder),
    }
    return node_lane.run(f"{script}.mjs", given, NODE)


def answers(lines):
    """Return the answers by case; what went wrong instead is its error."""
    return {name: line.get("answer", line) for name, line in lines.items()}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("way", WAYS)
def test_a_way_to_address_a_bucket(server_with_a_default_bucket, tmp_path, way, version):
    bucket = CNAME_BUCKET if "cname" in way else f"{way}-{version}"
    lines = told(server_with_a_default_bucket, tmp_path, "ways", bucket, way=way, version=version)
    found = answers(lines)
    found["list"].sort()
    assert found == WAYS_OF


@pytest.fixture(scope="module", params=[(version, token) for version in VERSIONS for token in (False, True)])
def run(request, server, tmp_path_factory):
    """What the scripts print with a version of the signature, and with a permanent or a temporary key."""
    version, token = request.param
    key = temporary_key() if token else PUBLISHED_KEY
    name = f"{version}-{'sts' if token else 'key'}"
    folder = tmp_path_factory.mktemp(name)
    return version, {
        script: answers(told(server, folder, script, f"{script}-{name}", version=version, key=key))
        for script in ("objects", "pictures")
    }


@pytest.mark.parametrize("case", OBJECTS)
def test_an_object(run, case):
    _, found = run
    assert found["objects"][case] == OBJECTS[case]


@pytest.mark.parametrize("case", PICTURES_OF["v4"])
def test_a_picture_or_a_refusal(run, case):
    version, found = run
    assert found["pictures"][case] == PICTURES_OF[version][case]


def test_every_case_is_expected(run):
    _, found = run
    assert {name: set(cases) for name, cases in found.items()} == {
        "objects": set(OBJECTS),
        "pictures": set(PICTURES_OF["v4"]),
    }


@pytest.mark.parametrize("heading", EXAMPLES)
def test_an_example_of_the_page(server, tmp_path, heading):
    done = subprocess.run(
        ["node", "--input-type=module", "-"],
        input=re.sub(r"\b9000\b", str(server.port), EXAMPLES[heading]),
        cwd=NODE,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_every_example_is_found():
    assert len(EXAMPLES) == PAGE.count("```js\n") > 3
