"""The example of docs/clients/cos-js-sdk-v5.md as it is written: its server, its page, and who chooses a file."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time

import browser_lane
import pytest
from sdk_clients import ROOT

pytestmark = pytest.mark.timeout(100)

PAGE = (ROOT / "docs" / "clients" / "cos-js-sdk-v5.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(html|python)\n(.*?)^```$", PAGE, re.M | re.S))

#: Chooses a file, and tells the tests' server what the page then shows; the answer to that is not for this page.
CHOOSE = """<script type="module">
  const file = document.getElementById('file');
  const told = document.getElementById('told');
  const send = (body) => fetch('REPORT/results', { method: 'POST', mode: 'no-cors', body });
  new MutationObserver(async () => {
    await send(JSON.stringify({ name: 'told', answer: told.textContent }));
    await send('');
  }).observe(told, { childList: true });
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(SIZE)], 'chosen.bin'));
  file.files = chosen.files;
  file.dispatchEvent(new Event('change'));
</script>
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(port):
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the page's server does not listen")


def pointed(text, emulator, port):
    return re.sub(r"\b9000\b", str(emulator.port), text).replace("8080", str(port))


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, r'"d41d8cd98f00b204e9800998ecf8427e"'), (2 * 1024 * 1024 + 1, r'"[0-9a-f]{32}-3"')],
    ids=["simple", "in-parts"],
)
def test_the_example(emulator, cos, tmp_path, size, shown):
    browser_lane.require()
    port, site = free_port(), tmp_path / "site"
    site.mkdir()
    shutil.copy(browser_lane.SDK, site)
    (site / "server.py").write_text(pointed(BLOCKS["python"], emulator, port), "utf-8")
    with browser_lane.page_server({}) as server:
        choose = CHOOSE.replace("REPORT", server.origin).replace("SIZE", str(size))
        (site / "index.html").write_text(pointed(BLOCKS["html"], emulator, port) + choose, "utf-8")
        pages = subprocess.Popen(
            [sys.executable, "server.py"],
            cwd=site,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            found = browser_lane.visit(server, f"http://127.0.0.1:{port}/", tmp_path / "profile")
        finally:
            pages.terminate()
            pages.wait(10)
    try:
        assert re.fullmatch(f"uploads/chosen.bin {shown}", found["told"]["answer"]), found
    finally:
        cos.delete_object(Bucket="samples-1250000000", Key="uploads/chosen.bin")
