"""Every configuration that is stored only: what was set is given back, until it is removed."""

from collections.abc import Callable, Iterator

import pytest
from configuration_samples import FIXTURES, SAMPLES, TARGET, Sample, canonical, versioned_buckets
from qcloud_cos import CosS3Client
from sdk_clients import APPID, REGION, STRANGER, cos_client, error_of
from signed_requests import document_of, send

from ci_emulator.config import PUBLISHED_KEY
from ci_emulator.protocols.cos.actions.stored_configurations import ROWS
from ci_emulator.protocols.cos.operations_known import DOCUMENTED
from ci_emulator.protocols.cos.select import REGISTRY, Selector
from ci_emulator.testing import Emulator

every = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
deletable = pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES.values() if sample.deletable], ids=lambda sample: sample.name
)


@pytest.fixture(scope="module", autouse=True)
def _target(emulator: Emulator) -> Iterator[None]:
    with versioned_buckets(emulator, TARGET):
        yield


@pytest.fixture
def versioned(cos: CosS3Client, bucket: str) -> str:
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    return bucket


def put(emulator: Emulator, bucket: str, sample: Sample, document: bytes | None = None) -> None:
    answer = send(emulator, "PUT", bucket, f"?{sample.query}", data=document or sample.document)
    assert (answer.status_code, answer.content) == (200, b""), answer.text


def assert_absent(emulator: Emulator, bucket: str, sample: Sample) -> None:
    answer = send(emulator, "GET", bucket, f"?{sample.query}")
    if sample.absent:
        assert error_of(answer)[:2] == (404, sample.absent)
    else:
        assert len(document_of(answer, sample.root)) == 0


def test_every_row_has_a_sample():
    assert {row.name for row in ROWS} == SAMPLES.keys()
    assert {path.stem for path in FIXTURES.glob("*.xml")} - SAMPLES.keys() == {
        *("inventory-once", "domaincertificate", "retention"),
    }
    for row in ROWS:
        sample = SAMPLES[row.name]
        assert (row.root, row.identified, row.absent or "") == (sample.root, sample.identified, sample.absent)
        assert ("DELETE" in row.methods) == sample.deletable
        assert row.stored_only


def test_every_operation_is_documented_and_stored_only():
    for row in ROWS:
        names = [(method, row.name) for method in row.methods]
        names += [("GET", f"{row.name}&list")] if row.listing else []
        for method, name in names:
            assert ("bucket", method, name) in DOCUMENTED
            action = REGISTRY.find(Selector("bucket", method, name))
            assert action is not None
            assert action.stored_only
            assert action.permission == f"cos:{action.name}"


@every
def test_what_is_set_is_given_back(emulator: Emulator, versioned: str, sample: Sample):
    assert_absent(emulator, versioned, sample)
    put(emulator, versioned, sample)
    answer = send(emulator, "GET", versioned, f"?{sample.query}")
    document_of(answer, sample.root)
    assert canonical(answer.content) == canonical(sample.document)


@every
def test_a_namespace_and_a_declaration_make_no_difference(emulator: Emulator, versioned: str, sample: Sample):
    start = f"<{sample.root}>".encode()
    document = sample.document.replace(start, start[:-1] + b' xmlns="http://example.com/cos">')
    put(emulator, versioned, sample, b'<?xml version="1.0" encoding="utf-8"?>\n<!-- note -->' + document)
    answer = send(emulator, "GET", versioned, f"?{sample.query}")
    assert canonical(answer.content) == canonical(sample.document)


@every
def test_setting_it_again_replaces_it(emulator: Emulator, versioned: str, sample: Sample):
    put(emulator, versioned, sample)
    smaller = SMALLEST[sample.name].encode()
    put(emulator, versioned, sample, smaller)
    assert canonical(send(emulator, "GET", versioned, f"?{sample.query}").content) == canonical(smaller)


SMALLEST = {
    "lifecycle": "<LifecycleConfiguration><Rule><Expiration><Days>1</Days></Expiration><Status>Enabled</Status>"
    "</Rule></LifecycleConfiguration>",
    "logging": "<BucketLoggingStatus/>",
    "encryption": "<ServerSideEncryptionConfiguration><Rule><ApplySideEncryptionConfiguration><SSEAlgorithm>AES256"
    "</SSEAlgorithm></ApplySideEncryptionConfiguration></Rule></ServerSideEncryptionConfiguration>",
    "inventory": "<InventoryConfiguration><Destination><COSBucketDestination><Format>ORC</Format>"
    "<Bucket>qcs::cos:ap-guangzhou::b-1250000000</Bucket></COSBucketDestination></Destination>"
    "<IsEnabled>False</IsEnabled><IncludedObjectVersions>Current</IncludedObjectVersions>"
    "<Schedule><Frequency>Daily</Frequency></Schedule><Id>one</Id></InventoryConfiguration>",
    "origin": "<OriginConfiguration><OriginRule><OriginInfo><HostInfo/></OriginInfo><OriginType>Proxy</OriginType>"
    "</OriginRule></OriginConfiguration>",
    "domain": "<DomainConfiguration><DomainRule><Name>a.example.com</Name><Status>ENABLED</Status>"
    "<Type>ACCELERATE</Type></DomainRule></DomainConfiguration>",
    "object-lock": "<ObjectLockConfiguration><Rule><DefaultRetention><Days>31</Days></DefaultRetention></Rule>"
    "<ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
    "replication": "<ReplicationConfiguration><Rule><Destination><Bucket>"
    f"qcs:id/0:cos:cn-south:appid/{APPID}:{TARGET.removesuffix(f'-{APPID}')}</Bucket></Destination>"
    "<Status>Enabled</Status></Rule><Role>qcs::cam::uin/1:uin/2</Role></ReplicationConfiguration>",
    "accelerate": "<AccelerateConfiguration><Status>Suspended</Status></AccelerateConfiguration>",
    "intelligenttiering": "<IntelligentTieringConfiguration><Status>Suspended</Status>"
    "</IntelligentTieringConfiguration>",
    "intelligent-tiering": "<IntelligentTieringConfiguration><Status>Suspended</Status>"
    "</IntelligentTieringConfiguration>",
    "strict-signature": "<StrictSignatureConfiguration><Rule><ID>a</ID></Rule></StrictSignatureConfiguration>",
}


@deletable
def test_what_is_deleted_is_gone(emulator: Emulator, versioned: str, sample: Sample):
    put(emulator, versioned, sample)
    for _ in range(2):
        answer = send(emulator, "DELETE", versioned, f"?{sample.query}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert_absent(emulator, versioned, sample)


@every
def test_only_what_can_be_deleted_has_a_delete(emulator: Emulator, versioned: str, sample: Sample):
    put(emulator, versioned, sample)
    answer = send(emulator, "DELETE", versioned, f"?{sample.query}")
    assert answer.status_code == (204 if sample.deletable else 405)


def test_a_bucket_that_is_made_again_has_none(emulator: Emulator, make_cos: Callable[..., CosS3Client]):
    name = f"again-{APPID}"
    cos = make_cos()
    cos.create_bucket(Bucket=name)
    cos.put_bucket_versioning(Bucket=name, Status="Enabled")
    for sample in SAMPLES.values():
        put(emulator, name, sample)
    cos.delete_bucket(Bucket=name)
    cos.create_bucket(Bucket=name)
    for sample in SAMPLES.values():
        assert_absent(emulator, name, sample)
    cos.delete_bucket(Bucket=name)


def test_all_of_them_survive_a_restart(tmp_path):
    settings = {"store": "disk", "data_dir": str(tmp_path / "data"), "credentials": (PUBLISHED_KEY,)}
    with Emulator(**settings, region=REGION) as first:
        cos = cos_client(first)
        for name in (TARGET, f"b-{APPID}"):
            cos.create_bucket(Bucket=name)
            cos.put_bucket_versioning(Bucket=name, Status="Enabled")
        for sample in SAMPLES.values():
            put(first, f"b-{APPID}", sample)
        cos._session.close()
    with Emulator(**settings, region=REGION) as second:
        for sample in SAMPLES.values():
            answer = send(second, "GET", f"b-{APPID}", f"?{sample.query}")
            assert canonical(answer.content) == canonical(sample.document)


@every
@pytest.mark.parametrize("key", [None, STRANGER], ids=["anonymous", "stranger"])
def test_nobody_else_may(emulator: Emulator, versioned: str, cos: CosS3Client, sample: Sample, key):
    put(emulator, versioned, sample)
    cos.put_bucket_acl(Bucket=versioned, ACL="public-read-write")
    for method in ("PUT", "GET", "DELETE") if sample.deletable else ("PUT", "GET"):
        smallest = SMALLEST[sample.name].encode()
        answer = send(
            emulator, method, versioned, f"?{sample.query}", key, data=smallest if method == "PUT" else None
        )
        assert error_of(answer)[:2] == (403, "AccessDenied")
    answer = send(emulator, "GET", versioned, f"?{sample.query}")
    assert canonical(answer.content) == canonical(sample.document)


@every
def test_of_a_bucket_that_does_not_exist(emulator: Emulator, sample: Sample):
    for method in ("PUT", "GET"):
        data = sample.document if method == "PUT" else None
        answer = send(emulator, method, f"no-such-{APPID}", f"?{sample.query}", data=data)
        assert error_of(answer)[:2] == (404, "NoSuchBucket")
