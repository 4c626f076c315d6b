"""The configurations of buckets that are kept and given back and change nothing here (spec: cos.md section 4.2)."""

from __future__ import annotations

from ci_emulator.core.registry import MiB
from ci_emulator.protocols.cos import configuration_checks as checks
from ci_emulator.protocols.cos.configurations import Configuration, Listing, register

_LIFECYCLE = Configuration(
    name="lifecycle",
    root="LifecycleConfiguration",
    called="BucketLifecycle",
    about="what becomes of the objects in time; nothing is moved or deleted",
    absent="NoSuchLifecycleConfiguration",
    limits=(("Rule", 1000), ("Rule/Filter/Tag", 10), ("Rule/Filter/And/Tag", 10)),
    check=checks.lifecycle,
    max_body=MiB,
)

_LOGGING = Configuration(
    name="logging",
    root="BucketLoggingStatus",
    called="BucketLogging",
    about="where the log of the requests goes; none is written",
    methods=("PUT", "GET"),
    verify=checks.logging,
)

_ENCRYPTION = Configuration(
    name="encryption",
    root="ServerSideEncryptionConfiguration",
    called="BucketEncryption",
    about="what objects are encrypted with by default; nothing is encrypted",
    absent="NoSuchEncryptionConfiguration",
)

INVENTORY = Configuration(
    name="inventory",
    root="InventoryConfiguration",
    called="BucketInventory",
    about="a list of the objects that is made regularly; none is made",
    absent="InventoryConfigurationNotFoundError",
    identified=True,
    listing=Listing(
        root="ListInventoryConfigurationResult",
        called="ListBucketInventory",
        about="the inventories of the bucket, a hundred at a time",
        page=100,
    ),
    full="InventoryFull",
)

_ORIGIN = Configuration(
    name="origin",
    root="OriginConfiguration",
    called="BucketOrigin",
    about="where missing objects are fetched from; nothing is fetched",
    absent="OriginConfigurationNotFoundError",
)

_DOMAIN = Configuration(
    name="domain",
    root="DomainConfiguration",
    called="BucketDomain",
    about="the domains of its own that a bucket has; requests are not found by them",
    absent="DomainConfigNotFoundError",
    limits=(("DomainRule", 20),),
    check=checks.domain,
    get_headers=checks.txt_verification,
)

_OBJECT_LOCK = Configuration(
    name="object-lock",
    root="ObjectLockConfiguration",
    called="BucketObjectLockConfiguration",
    about="whether objects can be locked; nothing is locked",
    absent="NoSuchObjectLockConfiguration",
    methods=("PUT", "GET"),
    check=checks.object_lock,
)

_REPLICATION = Configuration(
    name="replication",
    root="ReplicationConfiguration",
    called="BucketReplication",
    about="what is copied to another bucket; nothing is copied",
    absent="ReplicationConfigurationnotFoundError",
    limits=(("Rule", 1000),),
    verify=checks.replication,
    max_body=MiB,
    get_headers=checks.rule_creation_time,
)

_ACCELERATE = Configuration(
    name="accelerate",
    root="AccelerateConfiguration",
    called="BucketAccelerate",
    about="whether the acceleration endpoint serves the bucket; every endpoint does",
    methods=("PUT", "GET"),
)

_TIERING = Configuration(
    name="intelligenttiering",
    root="IntelligentTieringConfiguration",
    called="BucketIntelligentTiering",
    about="when objects change their tier; none does",
    methods=("PUT", "GET"),
)

_TIERING_BY_ID = Configuration(
    name="intelligent-tiering",
    root="IntelligentTieringConfiguration",
    called="BucketIntelligentTieringConfiguration",
    about="when some objects change their tier, by id; none does",
    absent="NoSuchIntelligentTieringConfiguration",
    identified=True,
    listing=Listing(
        root="ListBucketIntelligentTieringConfigurationsOutput",
        called="ListBucketIntelligentTieringConfigurations",
        about="the tiering configurations of the bucket that have an id",
    ),
)

_STRICT_SIGNATURE = Configuration(
    name="strict-signature",
    root="StrictSignatureConfiguration",
    called="BucketStrictSignature",
    about="what a signature has to cover; no more is required than without it",
    limits=(
        ("Rule", 10),
        ("Rule/actionlist/action", 200),
        ("Rule/headerlist/header", 20),
        ("Rule/paramlist/param", 20),
    ),
    check=checks.strict_signature,
)

ROWS = tuple(
    map(
        register,
        (
            _LIFECYCLE,
            _LOGGING,
            _ENCRYPTION,
            INVENTORY,
            _ORIGIN,
            _DOMAIN,
            _OBJECT_LOCK,
            _REPLICATION,
            _ACCELERATE,
            _TIERING,
            _TIERING_BY_ID,
            _STRICT_SIGNATURE,
        ),
    )
)
"""What is only stored, by the sub-resources of a bucket."""
