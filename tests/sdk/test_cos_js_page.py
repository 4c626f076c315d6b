"""The examples of docs/clients/cos-js-sdk-v5.md as they are written: server, page, and who chooses a file."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time

import browser_lane
import pytest
from sdk_clients import PICTURES, ROOT

pytestmark = pytest.mark.timeout(100)

PAGE = (ROOT / "docs" / "clients" / "cos-js-sdk-v5.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```(html|python)\n(.*?)^```$", PAGE, re.M | re.S))
(CODES,) = re.findall(r"^## Codes in pictures\n(?:(?!^## ).)*?^```js\n(.*?)^```$", PAGE, re.M | re.S)

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


#: Stands in place of the page's listener, around the example about codes.
FETCH = """
  const Body = await (await fetch('label.png')).blob();
"""
REPORT = """
  await image.decode();
  const answer = [told.textContent, image.naturalWidth, UploadResult.ProcessResults.Object.Key];
  const send = (body) => fetch('REPORT/results', { method: 'POST', mode: 'no-cors', body });
  await send(JSON.stringify({ name: 'codes', answer }));
  await send('');
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


def show(emulator, folder, page, *, files=(), server=BLOCKS["python"]):
    """Open a page that comes from the example's server, and return its cases; REPORT is where it reports to."""
    browser_lane.require()
    port, site = free_port(), folder / "site"
    site.mkdir()
    for file in (browser_lane.SDK, *files):
        shutil.copy(file, site)
    (site / "server.py").write_text(pointed(server, emulator, port), "utf-8")
    with browser_lane.page_server({}) as reports:
        text = pointed(page, emulator, port).replace("REPORT", reports.origin)
        (site / "index.html").write_text(text, "utf-8")
        pages = subprocess.Popen(
            [sys.executable, "server.py"],
            cwd=site,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            return browser_lane.visit(reports, f"http://127.0.0.1:{port}/", folder / "profile")
        finally:
            pages.terminate()
            pages.wait(10)


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, r'"d41d8cd98f00b204e9800998ecf8427e"'), (2 * 1024 * 1024 + 1, r'"[0-9a-f]{32}-3"')],
    ids=["simple", "in-parts"],
)
def test_the_example(emulator, cos, tmp_path, size, shown):
    try:
        found = show(emulator, tmp_path, BLOCKS["html"] + CHOOSE.replace("SIZE", str(size)))
        assert re.fullmatch(f"uploads/chosen.bin {shown}", found["told"]["answer"]), found
    finally:
        cos.delete_object(Bucket="samples-1250000000", Key="uploads/chosen.bin")


def test_the_example_about_codes(emulator, cos, tmp_path):
    picture = PICTURES / "qr-url.png"
    before, listener, _ = BLOCKS["html"].partition("  file.addEventListener")
    first, second = "name/cos:GetObject", "ci:CreateDetectQRcodeJob"
    assert listener
    assert f"`{first}` and\n`{second}`" in PAGE
    server = BLOCKS["python"].replace('"allow_actions": [', f'"allow_actions": ["{first}", "{second}",')
    page = before + FETCH.replace("label.png", picture.name) + CODES + REPORT
    try:
        found = show(emulator, tmp_path, page, files=[picture], server=server)
        assert found["codes"]["answer"] == ["https://www.example.com at 40,40", 330, "uploads/covered.png"]
    finally:
        for name in ("label", "covered"):
            cos.delete_object(Bucket="samples-1250000000", Key=f"uploads/{name}.png")
