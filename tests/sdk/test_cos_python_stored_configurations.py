"""cos-python-sdk-v5: every method about the configurations of a bucket that are stored only."""

import base64
import copy
import hashlib
import inspect
import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

import pytest
from configuration_samples import TARGET, versioned_buckets
from qcloud_cos import CosS3Client, get_date
from sdk_clients import APPID, refused
from signed_requests import send

from ci_emulator.testing import Emulator

NAMES = "lifecycle|logging|inventory|encryption|origin|domain|object_lock|retention|replication|accelerate|tiering"

#: What is set: the argument's name, the document, and the code when there is none (None: an empty document).
SIMPLE = {
    "lifecycle": (
        "LifecycleConfiguration",
        {
            "Rule": [
                {
                    "ID": "one",
                    "Filter": {"And": {"Prefix": "a/", "Tag": {"Key": "k", "Value": "v"}}},
                    "Status": "Enabled",
                    "Expiration": {"Date": get_date(2030, 4, 24)},
                    "Transition": [{"Days": "30", "StorageClass": "STANDARD_IA"}],
                    "NoncurrentVersionTransition": [{"NoncurrentDays": "30", "StorageClass": "ARCHIVE"}],
                    "NoncurrentVersionExpiration": {"NoncurrentDays": "90"},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "7"},
                },
                {"Status": "Disabled", "Filter": {"Prefix": "b/"}, "Expiration": {"Days": "1"}},
            ]
        },
        "NoSuchLifecycleConfiguration",
    ),
    "logging": (
        "BucketLoggingStatus",
        {"LoggingEnabled": {"TargetBucket": TARGET, "TargetPrefix": "logs/"}},
        None,
    ),
    "encryption": (
        "ServerSideEncryptionConfiguration",
        {"Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
        "NoSuchEncryptionConfiguration",
    ),
    "origin": (
        "OriginConfiguration",
        {
            "OriginRule": [
                {
                    "RulePriority": "1",
                    "OriginType": "Mirror",
                    "OriginCondition": {"HTTPStatusCode": "404", "Prefix": "a/"},
                    "OriginParameter": {"Protocol": "HTTP", "FollowQueryString": "true"},
                    "OriginInfo": {"HostInfo": {"HostName": "www.example.com"}},
                }
            ]
        },
        "OriginConfigurationNotFoundError",
    ),
    "object_lock": (
        "ObjectLockConfiguration",
        {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Days": "30"}}},
        "NoSuchObjectLockConfiguration",
    ),
    "replication": (
        "ReplicationConfiguration",
        {
            "Role": f"qcs::cam::uin/{APPID}:uin/{APPID}",
            "Rule": [
                {
                    "ID": "1",
                    "Status": "Enabled",
                    "Prefix": "a",
                    "Destination": {"Bucket": f"qcs::cos:ap-guangzhou::{TARGET}"},
                }
            ],
        },
        "ReplicationConfigurationnotFoundError",
    ),
    "intelligenttiering": (
        "IntelligentTieringConfiguration",
        {"Status": "Enabled", "Transition": {"Days": "30", "RequestFrequent": "1"}},
        None,
    ),
}

DELETABLE = ["lifecycle", "encryption", "origin", "replication"]

INVENTORY = {
    "IsEnabled": "True",
    "Destination": {
        "COSBucketDestination": {
            "AccountId": "100000000001",
            "Bucket": f"qcs::cos:ap-guangzhou::{TARGET}",
            "Format": "CSV",
            "Prefix": "list1",
            "Encryption": {"SSECOS": {}},
        }
    },
    "Filter": {"Prefix": "a/"},
    "IncludedObjectVersions": "All",
    "OptionalFields": {"Field": ["Size", "ETag"]},
    "Schedule": {"Frequency": "Daily"},
}

Call = Callable[..., dict[str, object]]


def empty(root: str) -> dict[str, None]:
    """Return what the SDK makes of a document without children."""
    return {root: None}


def test_every_method_of_the_sdk_is_called_here():
    text = inspect.getsource(inspect.getmodule(test_every_method_of_the_sdk_is_called_here))
    pattern = rf"(get|put|delete|list|post)_(bucket|object)_.*({NAMES})"
    methods = {name for name, _ in inspect.getmembers(CosS3Client) if re.match(pattern, name)}
    assert len(methods) > 25
    called = set(re.findall(r"cos\.(\w+)\(", text))
    assert methods == {name for name in called if re.match(pattern, name)}


@pytest.fixture(scope="module", autouse=True)
def _target(emulator: Emulator) -> Iterator[None]:
    with versioned_buckets(emulator, TARGET):
        yield


@pytest.fixture
def versioned(cos: CosS3Client, bucket: str) -> str:
    cos.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    return bucket


def methods_of(cos: CosS3Client, name: str) -> tuple[Call, Call]:
    """Return put and get."""
    return {
        "lifecycle": (
            lambda **given: cos.put_bucket_lifecycle(**given),
            lambda **given: cos.get_bucket_lifecycle(**given),
        ),
        "logging": (
            lambda **given: cos.put_bucket_logging(**given),
            lambda **given: cos.get_bucket_logging(**given),
        ),
        "encryption": (
            lambda **given: cos.put_bucket_encryption(**given),
            lambda **given: cos.get_bucket_encryption(**given),
        ),
        "origin": (
            lambda **given: cos.put_bucket_origin(**given),
            lambda **given: cos.get_bucket_origin(**given),
        ),
        "object_lock": (
            lambda **given: cos.put_bucket_object_lock(**given),
            lambda **given: cos.get_bucket_object_lock(**given),
        ),
        "replication": (
            lambda **given: cos.put_bucket_replication(**given),
            lambda **given: cos.get_bucket_replication(**given),
        ),
        "intelligenttiering": (
            lambda **given: cos.put_bucket_intelligenttiering(**given),
            lambda **given: cos.get_bucket_intelligenttiering(**given),
        ),
    }[name]


@pytest.mark.parametrize("name", SIMPLE)
def test_put_and_get(cos: CosS3Client, versioned: str, name: str):
    argument, document, absent = SIMPLE[name]
    put, get = methods_of(cos, name)
    if absent is None:
        assert get(Bucket=versioned) == empty(argument)
    else:
        with refused(absent, 404):
            get(Bucket=versioned)
    put(**{"Bucket": versioned, argument: copy.deepcopy(document)})
    assert get(Bucket=versioned) == document


@pytest.mark.parametrize("name", DELETABLE)
def test_delete(cos: CosS3Client, versioned: str, name: str):
    argument, document, absent = SIMPLE[name]
    put, get = methods_of(cos, name)
    put(**{"Bucket": versioned, argument: document})
    {
        "lifecycle": lambda: cos.delete_bucket_lifecycle(Bucket=versioned),
        "encryption": lambda: cos.delete_bucket_encryption(Bucket=versioned),
        "origin": lambda: cos.delete_bucket_origin(Bucket=versioned),
        "replication": lambda: cos.delete_bucket_replication(Bucket=versioned),
    }[name]()
    with refused(absent, 404):
        get(Bucket=versioned)


def test_no_log_again(cos: CosS3Client, bucket: str):
    argument, document, _ = SIMPLE["logging"]
    cos.put_bucket_logging(Bucket=bucket, **{argument: document})
    cos.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    assert cos.get_bucket_logging(Bucket=bucket) == empty("BucketLoggingStatus")


def test_the_sample_of_a_replication_needs_versioning(cos: CosS3Client, bucket: str):
    with refused("InvalidBucketState", 409):
        cos.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=SIMPLE["replication"][1])


def test_domains(cos: CosS3Client, bucket: str):
    rules = {"DomainRule": [{"Name": "www.example.com", "Type": "REST", "Status": "ENABLED"}]}
    with refused("DomainConfigNotFoundError", 404):
        cos.get_bucket_domain(Bucket=bucket)
    cos.put_bucket_domain(Bucket=bucket, DomainConfiguration=rules)
    proof = hashlib.md5(bucket.encode()).hexdigest()
    assert cos.get_bucket_domain(Bucket=bucket) == {
        **rules,
        "x-cos-domain-txt-verification": f"tencent-cloud-cos-verification={proof}",
    }
    cos.delete_bucket_domain(Bucket=bucket)
    with refused("DomainConfigNotFoundError", 404):
        cos.get_bucket_domain(Bucket=bucket)


def test_certificates(cos: CosS3Client, bucket: str):
    certificate = {
        "CertificateInfo": {"CertType": "CustomCert", "CustomCert": {"Cert": "c", "PrivateKey": "k"}},
        "DomainList": {"DomainName": ["www.example.com", "a.example.com"]},
    }
    cos.put_bucket_domain_certificate(Bucket=bucket, DomainCertificateConfiguration=certificate)
    names = ("www.example.com", "a.example.com", "WWW.example.com")
    for name in names:
        assert cos.get_bucket_domain_certificate(Bucket=bucket, DomainName=name) == {"Status": "Enabled"}
    cos.delete_bucket_domain_certificate(Bucket=bucket, DomainName="www.example.com")
    with refused("DomainConfigNotFoundError", 404):
        cos.get_bucket_domain_certificate(Bucket=bucket, DomainName="www.example.com")
    assert cos.get_bucket_domain_certificate(Bucket=bucket, DomainName="a.example.com")
    with refused("InvalidArgument", 400):
        cos.get_bucket_domain_certificate(Bucket=bucket, DomainName="")


def test_an_inventory(cos: CosS3Client, bucket: str):
    with refused("InventoryConfigurationNotFoundError", 404):
        cos.get_bucket_inventory(Bucket=bucket, Id="one")
    cos.put_bucket_inventory(Bucket=bucket, Id="one", InventoryConfiguration=copy.deepcopy(INVENTORY))
    got = cos.get_bucket_inventory(Bucket=bucket, Id="one")
    expected = copy.deepcopy(INVENTORY) | {"Id": "one"}
    expected["Destination"]["COSBucketDestination"]["Encryption"] = {"SSECOS": None}
    assert got == expected
    cos.delete_bucket_inventory(Bucket=bucket, Id="one")
    with refused("InventoryConfigurationNotFoundError", 404):
        cos.get_bucket_inventory(Bucket=bucket, Id="one")


def test_the_pages_of_a_list_of_inventories(cos: CosS3Client, bucket: str):
    assert cos.list_bucket_inventory_configurations(Bucket=bucket) == {"IsTruncated": "false"}
    ids = [f"id-{number:03d}" for number in range(101)]
    for name in reversed(ids):
        cos.put_bucket_inventory(Bucket=bucket, Id=name, InventoryConfiguration=copy.deepcopy(INVENTORY))
    seen, token, pages = [], "", 0
    while True:
        page = cos.list_bucket_inventory_configurations(Bucket=bucket, ContinuationToken=token)
        found = page["InventoryConfiguration"]
        seen += [one["Id"] for one in (found if isinstance(found, list) else [found])]
        pages += 1
        assert page.get("ContinuationToken", "") == token
        if page["IsTruncated"] != "true":
            break
        token = page["NextContinuationToken"]
    assert (seen, pages) == (ids, 2)


def test_an_inventory_that_is_made_once(cos: CosS3Client, bucket: str):
    once = {key: value for key, value in INVENTORY.items() if key not in ("IsEnabled", "Schedule")}
    cos.post_bucket_inventory(Bucket=bucket, Id="one", InventoryConfiguration=copy.deepcopy(once))
    assert cos.list_bucket_inventory_configurations(Bucket=bucket) == {"IsTruncated": "false"}
    with refused("MalformedXML", 400):
        cos.post_bucket_inventory(Bucket=bucket, Id="one", InventoryConfiguration=copy.deepcopy(INVENTORY))
    with refused("MalformedXML", 400):
        cos.put_bucket_inventory(Bucket=bucket, Id="one", InventoryConfiguration=copy.deepcopy(once))
    cos.put_bucket_inventory(Bucket=bucket, Id="one", InventoryConfiguration=copy.deepcopy(INVENTORY))
    with refused("DuplicateInventoryId", 409):
        cos.post_bucket_inventory(Bucket=bucket, Id="one", InventoryConfiguration=copy.deepcopy(once))


def test_tiering_by_id(cos: CosS3Client, bucket: str):
    listed = cos.list_bucket_intelligenttiering_configurations(Bucket=bucket)
    assert listed == empty("ListBucketIntelligentTieringConfigurationsOutput")
    with refused("NoSuchIntelligentTieringConfiguration", 404):
        cos.get_bucket_intelligenttiering_v2(Bucket=bucket, Id="b")
    configurations = {
        name: {"Id": name, "Status": "Enabled", "Tiering": {"AccessTier": "ARCHIVE_ACCESS", "Days": "90"}}
        for name in ("b", "a", "c/ü &")
    }
    for name, configuration in configurations.items():
        cos.put_bucket_intelligenttiering_v2(
            Bucket=bucket, Id=name, IntelligentTieringConfiguration=configuration
        )
    for name, configuration in configurations.items():
        assert cos.get_bucket_intelligenttiering_v2(Bucket=bucket, Id=name) == configuration
    listed = cos.list_bucket_intelligenttiering_configurations(Bucket=bucket)
    assert listed == {
        "IntelligentTieringConfiguration": [configurations[name] for name in ("a", "b", "c/ü &")]
    }
    # The older form of the operation knows nothing of them.
    assert cos.get_bucket_intelligenttiering(Bucket=bucket) == empty("IntelligentTieringConfiguration")


def test_the_ids_of_two_buckets_and_of_two_kinds_have_nothing_in_common(cos: CosS3Client, bucket: str):
    cos.put_bucket_inventory(Bucket=bucket, Id="one", InventoryConfiguration=copy.deepcopy(INVENTORY))
    with refused("NoSuchIntelligentTieringConfiguration", 404):
        cos.get_bucket_intelligenttiering_v2(Bucket=bucket, Id="one")
    with refused("InventoryConfigurationNotFoundError", 404):
        cos.get_bucket_inventory(Bucket=TARGET, Id="one")


def test_the_digest_that_the_sdk_sends_is_that_of_the_document(cos: CosS3Client, bucket: str):
    wrong = base64.b64encode(hashlib.md5(b"").digest()).decode()
    document = {"Status": "Enabled"}
    with refused("BadDigest", 400):
        cos.put_bucket_intelligenttiering(
            Bucket=bucket, IntelligentTieringConfiguration=document, ContentMD5=wrong
        )
    assert cos.get_bucket_intelligenttiering(Bucket=bucket) == empty("IntelligentTieringConfiguration")


def test_when_a_replication_was_set(emulator: Emulator, cos: CosS3Client, versioned: str):
    cos.put_bucket_replication(Bucket=versioned, ReplicationConfiguration=SIMPLE["replication"][1])
    answer = send(emulator, "GET", versioned, "?replication")
    created, now = (
        parsedate_to_datetime(answer.headers[name])
        for name in ("x-cos-replication-rule-creation-time", "Date")
    )
    assert 0 <= (now - created).total_seconds() < 30
