"""A running emulator seeded with the samples, and clients that are closed after the test."""

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import alibabacloud_oss_v2 as oss
import oss2
import pytest
from known_gaps import KNOWN_GAPS
from oss_clients import close_oss, oss_client, oss_v2_client
from qcloud_cos import CosS3Client
from sdk_clients import APPID, KEYS, PICTURES, REGION, SAMPLES, anonymous_client, cos_client

from ci_emulator.testing import Emulator

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent != HERE:
            continue
        # tencentcloud-sdk-python asks for UTC the old way, which Python 3.12 deprecates.
        item.add_marker(
            pytest.mark.filterwarnings("ignore:datetime.datetime.utcfromtimestamp:DeprecationWarning")
        )
        name = f"{item.path.name}::{item.name}"
        reason = KNOWN_GAPS.get(name) or KNOWN_GAPS.get(name.partition("[")[0])
        if reason:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.fixture(scope="session", autouse=True)
def _no_proxy_of_the_machine() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in tuple(os.environ):
            if name.lower().endswith("_proxy"):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def emulator(_no_proxy_of_the_machine: None) -> Iterator[Emulator]:
    with Emulator(seed=[f"{SAMPLES}={PICTURES}"], credentials=KEYS, region=REGION) as running:
        yield running


@pytest.fixture
def make_cos(emulator: Emulator) -> Iterator[Callable[..., CosS3Client]]:
    """Makes a COS client for the shared emulator, or for the one in `at`; arguments as those of `cos_client`."""
    made: list[CosS3Client] = []

    def make(
        *arguments: object, at: Emulator | None = None, anonymous: bool = False, **options: object
    ) -> CosS3Client:
        where = at or emulator
        made.append(anonymous_client(where) if anonymous else cos_client(where, *arguments, **options))
        return made[-1]

    yield make
    for client in made:
        client._session.close()


@pytest.fixture
def cos(make_cos: Callable[..., CosS3Client]) -> CosS3Client:
    """The client of the account that owns the samples, by IP and port."""
    return make_cos()


@pytest.fixture
def bucket(cos: CosS3Client) -> Iterator[str]:
    """A private bucket of the test's own; it is emptied and deleted afterwards."""
    name = f"t{uuid.uuid4().hex[:12]}-{APPID}"
    cos.create_bucket(Bucket=name)
    yield name
    for upload in cos.list_multipart_uploads(Bucket=name).get("Upload", []):
        cos.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    listed = cos.list_objects_versions(Bucket=name)
    for entry in [*listed.get("Version", []), *listed.get("DeleteMarker", [])]:
        cos.delete_object(Bucket=name, Key=entry["Key"], VersionId=entry["VersionId"] or "null")
    cos.delete_bucket(Bucket=name)


@pytest.fixture
def make_oss(emulator: Emulator) -> Iterator[Callable[..., Any]]:
    """Makes oss2's Bucket or Service for the shared emulator, or for the one in `at`; arguments as those of `oss_client`."""
    made: list[Any] = []

    def make(*arguments: Any, at: Emulator | None = None, **options: Any) -> Any:
        made.append(oss_client(at or emulator, *arguments, **options))
        return made[-1]

    yield make
    for client in made:
        close_oss(client)


@pytest.fixture
def make_oss_v2(emulator: Emulator) -> Iterator[Callable[..., oss.Client]]:
    """Makes a client of alibabacloud_oss_v2, for the emulator in `at` if given; arguments as those of `oss_v2_client`."""
    made: list[oss.Client] = []

    def make(*arguments: Any, at: Emulator | None = None, **options: Any) -> oss.Client:
        made.append(oss_v2_client(at or emulator, *arguments, **options))
        return made[-1]

    yield make
    for client in made:
        close_oss(client)


@pytest.fixture
def oss_bucket(bucket: str, make_oss: Callable[..., Any]) -> oss2.Bucket:
    """oss2's client, signing with V4, of a private bucket of the test's own; it is emptied and deleted afterwards."""
    return make_oss(bucket.removesuffix(f"-{APPID}"))
