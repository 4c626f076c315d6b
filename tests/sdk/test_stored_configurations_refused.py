"""Every configuration that is stored only: what it must not hold, and that a refused one leaves the one before."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator

import pytest
import requests
from configuration_samples import SAMPLES, TARGET, Sample, canonical, versioned_buckets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from qcloud_cos import CosS3Client
from sdk_clients import APPID, ROOT, STRANGER, error_of
from signed_requests import HOSTILE, hostile, send

from ci_emulator.protocols.cos.actions.stored_configurations import ROWS
from ci_emulator.testing import Emulator

every = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
BODY_LIMITS = {row.name: row.max_body for row in ROWS}
BUCKET = f"refusing-{APPID}"


@pytest.fixture(scope="module", autouse=True)
def _buckets(emulator: Emulator) -> Iterator[None]:
    """A bucket in which every configuration is set; no test of this file may change one."""
    with versioned_buckets(emulator, TARGET, BUCKET):
        for sample in SAMPLES.values():
            assert send(emulator, "PUT", BUCKET, f"?{sample.query}", data=sample.document).status_code == 200
        yield


def assert_refused(
    emulator: Emulator, sample: Sample, body: bytes, code: str, status: int = 400, **headers: str
) -> None:
    answer = send(emulator, "PUT", BUCKET, f"?{sample.query}", data=body, headers=headers)
    assert error_of(answer)[:2] == (status, code), answer.text
    kept = send(emulator, "GET", BUCKET, f"?{sample.query}")
    assert canonical(kept.content) == canonical(sample.document)


@every
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents(emulator: Emulator, sample: Sample, name: str):
    body = hostile(name, sample.root)
    too_large = len(body) > BODY_LIMITS[sample.name]
    assert_refused(emulator, sample, body, "XMLSizeLimit" if too_large else "MalformedXML")


@every
def test_an_unknown_element_anywhere(emulator: Emulator, sample: Sample):
    count = sum(1 for _ in etree.fromstring(sample.document).iter())
    for index in range(count):
        root = etree.fromstring(sample.document)
        list(root.iter())[index].append(etree.Element("Unknown"))
        assert_refused(emulator, sample, etree.tostring(root), "MalformedXML")


@every
def test_an_unknown_attribute(emulator: Emulator, sample: Sample):
    root = etree.fromstring(sample.document)
    root.set("version", "1")
    assert_refused(emulator, sample, etree.tostring(root), "MalformedXML")


@every
def test_no_body(emulator: Emulator, sample: Sample):
    assert_refused(emulator, sample, b"", "MissingRequestBodyError")
    assert_refused(emulator, sample, b" \n ", "MissingRequestBodyError")


@every
def test_too_large(emulator: Emulator, sample: Sample):
    body = sample.document + b" " * BODY_LIMITS[sample.name]
    assert_refused(emulator, sample, body, "XMLSizeLimit")


@every
def test_the_digest_of_another_body(emulator: Emulator, sample: Sample):
    digest = b64encode(hashlib.md5(b"other").digest()).decode()
    assert_refused(emulator, sample, sample.document, "BadDigest", **{"Content-MD5": digest})


#: name → (what is replaced in its document, by what); every one makes it malformed.
BAD = [
    ("lifecycle", "<Status>Enabled</Status>", "<Status>On</Status>"),
    ("lifecycle", "<Status>Enabled</Status>", ""),
    ("lifecycle", "<Days>30</Days>", "<Days>-1</Days>"),
    ("lifecycle", "<Days>30</Days>", "<Days>1.5</Days>"),
    ("lifecycle", "<Days>30</Days>", "<Days>30</Days><Date>2030-01-01</Date>"),
    ("lifecycle", "<Days>30</Days>", ""),
    ("lifecycle", "<Days>365</Days>", "<Days>0</Days>"),
    ("lifecycle", "<Days>365</Days>", "<Days>99999999999</Days>"),
    ("lifecycle", "<Date>2030-01-01</Date>", "<Date>2030-13-01</Date>"),
    ("lifecycle", "<Date>2030-01-01</Date>", "<Date>tomorrow</Date>"),
    ("lifecycle", "STANDARD_IA", "GOLD"),
    ("lifecycle", "<Expiration><Days>365</Days></Expiration>", "<Expiration/>"),
    ("lifecycle", "<Expiration><Date>2030-01-01</Date></Expiration>", ""),
    ("lifecycle", "<Key>kind</Key>", "<Key/>"),
    ("lifecycle", "<ID>pictures</ID>", f"<ID>{'x' * 256}</ID>"),
    ("logging", f"<TargetBucket>{TARGET}</TargetBucket>", ""),
    ("encryption", "KMS<", "ROT13<"),
    ("encryption", "<SSEAlgorithm>KMS</SSEAlgorithm>", ""),
    ("inventory", "Weekly", "Monthly"),
    ("inventory", "<IsEnabled>true</IsEnabled>", "<IsEnabled>1</IsEnabled>"),
    ("inventory", "<IsEnabled>true</IsEnabled>", ""),
    ("inventory", "<Format>CSV</Format>", ""),
    ("inventory", ">All<", ">Some<"),
    ("inventory", "<Field>Size</Field>", "<Field>Colour</Field>"),
    ("inventory", "qcs::cos:ap-guangzhou::inventories-1250000000", "inventories-1250000000"),
    ("inventory", "<Id>one</Id>", "<Id>a b</Id>"),
    ("origin", "Mirror", "Copy"),
    ("origin", "<RulePriority>1<", "<RulePriority>first<"),
    ("origin", "<HTTPStatusCode>404<", "<HTTPStatusCode>999<"),
    ("origin", "FOLLOW<", "GOPHER<"),
    ("domain", "ENABLED", "Enabled"),
    ("domain", "www.example.com", "not a domain"),
    ("domain", "REST", "SOAP"),
    ("object-lock", "<ObjectLockEnabled>Enabled</ObjectLockEnabled>", ""),
    ("object-lock", "Enabled</", "Disabled</"),
    ("object-lock", "<Days>30<", "<Days>0<"),
    ("object-lock", "<Days>30<", "<Days>36501<"),
    ("replication", "<Role>qcs::cam::uin/100000000001:uin/100000000002</Role>", ""),
    ("replication", "<Priority>1<", "<Priority>-1<"),
    ("replication", "qcs::cos:ap-guangzhou::", ""),
    ("accelerate", "Enabled", "Disabled"),
    ("accelerate", "COS", "S3"),
    ("intelligenttiering", "<Days>30<", "<Days>31<"),
    ("intelligenttiering", "<Status>Enabled</Status>", ""),
    ("intelligent-tiering", "<Days>90<", "<Days>soon<"),
    ("intelligent-tiering", "DEEP_ARCHIVE_ACCESS", "CELLAR"),
    ("strict-signature", "<ID>limit_acl</ID>", ""),
    ("strict-signature", "limit_acl", "a b"),
    ("strict-signature", "<action>Put*</action>", "<action>Put*</action>" * 200),
    ("strict-signature", "<header>Host</header>", "<header>Host</header>" * 21),
    ("strict-signature", "<param>all</param>", "<param>all</param>" * 20),
]


@pytest.mark.parametrize(("name", "old", "new"), BAD)
def test_malformed(emulator: Emulator, name: str, old: str, new: str):
    sample = SAMPLES[name]
    document = sample.document.decode()
    assert old in document
    assert_refused(emulator, sample, document.replace(old, new).encode(), "MalformedXML")


#: name → (what is replaced, by what, status, code)
UNACCEPTABLE = [
    ("lifecycle", "标签", "pictures", 400, "LifeCycleIdNotUnique"),
    ("logging", TARGET, f"nowhere-{APPID}", 400, "InvalidTargetBucketForLogging"),
    ("logging", TARGET, "Not_A_Bucket", 400, "TargetBucketNameInvalid"),
    ("logging", "logs/", "/logs/", 400, "LoggingPrefixInvalid"),
    ("inventory", "<Id>one</Id>", "<Id>two</Id>", 400, "InvalidArgument"),
    ("domain", "pages.example.com", "www.example.com", 409, "DomainConfigConflict"),
    ("object-lock", "<Days>30<", "<Days>29<", 409, "InvalidLockedTime"),
    ("object-lock", "<Days>30<", f"<Days>{'0' * 5000}29<", 409, "InvalidLockedTime"),
    ("replication", TARGET, f"nowhere-{APPID}", 404, "NoSuchBucket"),
    ("replication", TARGET, BUCKET, 400, "InvalidArgument"),
    (
        "replication",
        f"{TARGET}</Bucket></Destination>",
        f"other-{APPID}</Bucket></Destination>",
        400,
        "MultiBucketNotSupport",
    ),
    ("intelligent-tiering", "<Id>one</Id>", "<Id>two</Id>", 400, "InvalidArgument"),
    ("strict-signature", "rule-2.a", "limit_acl", 400, "InvalidArgument"),
]


@pytest.mark.parametrize(("name", "old", "new", "status", "code"), UNACCEPTABLE)
def test_unacceptable(emulator: Emulator, name: str, old: str, new: str, status: int, code: str):
    sample = SAMPLES[name]
    document = sample.document.decode()
    assert old in document
    assert_refused(emulator, sample, document.replace(old, new).encode(), code, status)


@pytest.mark.parametrize(
    ("name", "most", "rule"),
    [
        ("lifecycle", 1000, "<Rule><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>"),
        (
            "domain",
            20,
            "<DomainRule><Status>ENABLED</Status><Name>{}.example.com</Name><Type>REST</Type></DomainRule>",
        ),
        ("strict-signature", 10, "<Rule><ID>{}</ID></Rule>"),
        (
            "replication",
            1000,
            "<Rule><Status>Enabled</Status><Destination>"
            f"<Bucket>qcs::cos:r::{TARGET}</Bucket></Destination></Rule>",
        ),
    ],
)
def test_too_many_rules(emulator: Emulator, name: str, most: int, rule: str):
    sample = SAMPLES[name]

    def document(count: int) -> bytes:
        rules = "".join(rule.format(number) for number in range(count))
        role = "<Role>qcs::cam::uin/1:uin/1</Role>" if name == "replication" else ""
        return f"<{sample.root}>{role}{rules}</{sample.root}>".encode()

    assert_refused(emulator, sample, document(most + 1), "MalformedXML")
    assert send(emulator, "PUT", BUCKET, f"?{sample.query}", data=document(most)).status_code == 200
    assert send(emulator, "PUT", BUCKET, f"?{sample.query}", data=sample.document).status_code == 200


def test_no_more_than_a_hundred_domains_have_a_certificate(emulator: Emulator):
    bucket = f"certified-{APPID}"
    sample = (ROOT / "tests/fixtures/configurations/domaincertificate.xml").read_text()
    named = sample[sample.index("<DomainName>") : sample.index("</DomainList>")]

    def put(numbers: range) -> requests.Response:
        domains = "".join(f"<DomainName>d{number}.example.com</DomainName>" for number in numbers)
        return send(emulator, "PUT", bucket, "?domaincertificate", data=sample.replace(named, domains))

    with versioned_buckets(emulator, bucket):
        for start in range(0, 100, 20):
            assert put(range(start, start + 20)).status_code == 200
        assert put(range(90, 100)).status_code == 200, "what is replaced is not one more"
        assert error_of(put(range(99, 101)))[:2] == (400, "InvalidArgument")
        found = send(emulator, "GET", bucket, "?domaincertificate&domainname=d100.example.com")
        assert found.status_code == 404


def test_a_log_goes_to_a_bucket_of_the_same_account(emulator: Emulator):
    foreign = f"foreign-logs-{STRANGER.appid}"
    assert send(emulator, "PUT", foreign, "", STRANGER).status_code == 200
    sample = SAMPLES["logging"]
    document = sample.document.replace(TARGET.encode(), foreign.encode())
    assert_refused(emulator, sample, document, "InvalidTargetBucketForLogging")
    assert send(emulator, "DELETE", foreign, "", STRANGER).status_code == 204


@pytest.mark.parametrize("without", ["bucket", "target"])
def test_both_ends_of_a_replication_keep_versions(
    emulator: Emulator, cos: CosS3Client, bucket: str, without: str
):
    source, target = (bucket, TARGET) if without == "bucket" else (BUCKET, bucket)
    document = SAMPLES["replication"].document.replace(TARGET.encode(), target.encode())
    answer = send(emulator, "PUT", source, "?replication", data=document)
    assert error_of(answer)[:2] == (409, "InvalidBucketState")


def _mutated(document: bytes, index: int, how: str, text: str) -> bytes:
    root = etree.fromstring(document)
    elements = list(root.iter(etree.Element))
    element = elements[index % len(elements)]
    parent = element.getparent()
    if how == "text":
        element.text = text
    elif how == "attribute":
        element.set("a", text)
    elif how == "rename":
        element.tag = "Renamed"
    elif parent is not None and how == "remove":
        parent.remove(element)
    elif parent is not None and how == "repeat":
        parent.append(etree.fromstring(etree.tostring(element)))
    return etree.tostring(root)


# What XML can hold.
_TEXTS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\ufffe\uffff"), max_size=20
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    # A default retention that a change has made longer could not be put back.
    sample=st.sampled_from([sample for sample in SAMPLES.values() if sample.name != "object-lock"]),
    index=st.integers(0, 60),
    how=st.sampled_from(["text", "attribute", "rename", "remove", "repeat"]),
    text=_TEXTS | st.integers().map(str) | st.sampled_from(["", " ", "true", "2030-01-01", "Enabled"]),
)
def test_any_change_is_taken_whole_or_refused(
    emulator: Emulator, sample: Sample, index: int, how: str, text: str
):
    document = _mutated(sample.document, index, how, text)
    answer = send(emulator, "PUT", BUCKET, f"?{sample.query}", data=document)
    kept = send(emulator, "GET", BUCKET, f"?{sample.query}")
    if answer.status_code == 200:
        assert canonical(kept.content) == canonical(document)
        again = send(emulator, "PUT", BUCKET, f"?{sample.query}", data=sample.document)
        assert again.status_code == 200
    else:
        assert 400 <= error_of(answer)[0] < 500
        assert canonical(kept.content) == canonical(sample.document)
