"""Signed requests that no SDK would send."""

import time
import xml.etree.ElementTree as ET

import requests
from sdk_clients import REGION

from ci_emulator.config import PUBLISHED_KEY, KeyPair
from ci_emulator.signing import presign
from ci_emulator.testing import Emulator

#: Documents that are no use to anybody, to be put in the place of one with the root `{root}`; what a server does
#: with them must take no time.
HOSTILE = {
    "not-xml": "{{}}",
    "cut-off": "<{root}>",
    "other-root": "<Other/>",
    "two-roots": "<{root}/><{root}/>",
    "doctype": "<!DOCTYPE {root}><{root}/>",
    "external-entity": '<!DOCTYPE {root} [<!ENTITY a SYSTEM "file:///etc/passwd">]><{root}>&a;</{root}>',
    "external-dtd": '<!DOCTYPE {root} SYSTEM "http://127.0.0.1:1/x.dtd"><{root}/>',
    "billion-laughs": "<!DOCTYPE {root} [<!ENTITY a0 'lol'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]><{root}>&a11;</{root}>",
    "billion-laughs-in-an-attribute": "<!DOCTYPE {root} [<!ENTITY a0 'lol'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]><{root} x='&a11;'/>",
    "quadratic": "<!DOCTYPE {root} [<!ENTITY a '"
    + "x" * 20_000
    + "'>]><{root}>"
    + "&a;" * 8_000
    + "</{root}>",
    "deep": "<{root}>" + "<a>" * 10_000 + "</a>" * 10_000 + "</{root}>",
    "deep-and-wide": "<{root}>" + ("<a>" * 100 + "</a>" * 100) * 70 + "</{root}>",
    "long-name": "<{root}><" + "a" * 60_000 + "/></{root}>",
    "nul": "<{root}>\0</{root}>",
    "undeclared-entity": "<{root}>&nbsp;</{root}>",
    "bad-encoding": '<?xml version="1.0" encoding="no-such-encoding"?><{root}/>',
}


def hostile(name: str, root: str) -> bytes:
    """Return one of the hostile documents."""
    return HOSTILE[name].replace("{root}", root).replace("{{}}", "{}").encode()


def send(
    emulator: Emulator,
    method: str,
    bucket: str,
    target: str,
    key: KeyPair | None = PUBLISHED_KEY,
    **options: object,
) -> requests.Response:
    """Send a request for `target`, a key and a query, in a bucket; anonymously when `key` is None."""
    url = f"http://{bucket}.cos.{REGION}.myqcloud.com/{target}"
    if key is not None:
        url = presign(key, method, url, now=time.time(), seconds=600)
    return requests.request(method, url, proxies={"http": emulator.url}, timeout=30, **options)


def document_of(answer: requests.Response, root: str) -> ET.Element:
    """Return the XML document of a 200 answer."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/xml"
    element = ET.fromstring(answer.content)
    assert element.tag == root
    return element
