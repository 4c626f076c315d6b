"""A document of every kind of configuration that is stored only, with all that it can hold, and how it is asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from sdk_clients import APPID, cos_client

from ci_emulator.testing import Emulator

FIXTURES = Path(__file__).parents[1] / "fixtures" / "configurations"

#: A bucket that others name as their target; it keeps versions.
TARGET = f"target-{APPID}"


@dataclass(frozen=True)
class Sample:
    """`absent` is the code of a GET of what was never set, or "" for an empty document."""

    name: str
    absent: str
    deletable: bool = True
    identified: bool = False

    @property
    def query(self) -> str:
        """The query of PUT, GET and DELETE."""
        return f"{self.name}&id=one" if self.identified else self.name

    @property
    def document(self) -> bytes:
        """The committed document."""
        text = (FIXTURES / f"{self.name}.xml").read_text(encoding="utf-8")
        return (
            text.replace(">TARGET<", f">{TARGET}<")
            .replace("::TARGET<", f"::{TARGET}<")
            .replace(">ID<", ">one<")
            .encode()
        )

    @property
    def root(self) -> str:
        """The name of the root element."""
        return etree.fromstring(self.document).tag


SAMPLES = {
    sample.name: sample
    for sample in (
        Sample("lifecycle", "NoSuchLifecycleConfiguration"),
        Sample("logging", "", deletable=False),
        Sample("encryption", "NoSuchEncryptionConfiguration"),
        Sample("inventory", "InventoryConfigurationNotFoundError", identified=True),
        Sample("origin", "OriginConfigurationNotFoundError"),
        Sample("domain", "DomainConfigNotFoundError"),
        Sample("object-lock", "NoSuchObjectLockConfiguration", deletable=False),
        Sample("replication", "ReplicationConfigurationnotFoundError"),
        Sample("accelerate", "", deletable=False),
        Sample("intelligenttiering", "", deletable=False),
        Sample("intelligent-tiering", "NoSuchIntelligentTieringConfiguration", identified=True),
        Sample("strict-signature", ""),
    )
}


def canonical(document: bytes) -> bytes:
    """Return a document as it is compared: nothing but what stands between the elements may differ."""
    return etree.tostring(etree.fromstring(document, etree.XMLParser(remove_blank_text=True)), method="c14n")


@contextmanager
def versioned_buckets(emulator: Emulator, *names: str) -> Iterator[None]:
    """Have some buckets that keep versions, and delete them afterwards."""
    cos = cos_client(emulator)
    for name in names:
        cos.create_bucket(Bucket=name)
        cos.put_bucket_versioning(Bucket=name, Status="Enabled")
    yield
    for name in names:
        cos.delete_bucket(Bucket=name)
    cos._session.close()
