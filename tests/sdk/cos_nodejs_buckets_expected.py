"""What the cases of `node_cos/buckets.mjs` and `configurations.mjs` shall give (spec: cos.md sections 4.1 and 4.2)."""

from sdk_clients import APPID, REGION, STRANGER

DENIED = [403, "AccessDenied"]
OTHER = f"other-{APPID}"


def owner(appid):
    return f"qcs::cam::uin/{appid}:uin/{appid}"


def named(*names):
    return [f"{name}-{APPID}" for name in names]


def kept(before, during, put=200):
    """What is told before, while and after something is set that can be removed."""
    return {"before": before, "put": put, "during": during, "removed": 204, "after": before}


BUCKETS = {
    "put": {
        "statusCode": 200,
        "Location": f"made-{APPID}.cos.{REGION}.myqcloud.com/",
        "ACL": "public-read",
        "again": [409, "BucketAlreadyOwnedByYou"],
    },
    "put-bad-name": [[400, "InvalidBucketName"], [400, "BucketNameTooLong"]],
    "put-in-several-zones": {"x-cos-bucket-az-type": "MAZ", "x-cos-bucket-region": REGION},
    # Of a HEAD request there is no document, and the SDK makes the status the code.
    "head": {
        "statusCode": 200,
        "x-cos-bucket-region": REGION,
        "missing": [404, "404"],
        "foreign": [403, "403"],
    },
    "location": REGION,
    "list-of-objects": [["b"], [{"Prefix": "a/"}], "false"],
    "service": {
        "Owner": {"ID": owner(APPID), "DisplayName": APPID},
        "found": {
            "Name": f"buckets-{APPID}",
            "Location": REGION,
            "CreationDate": True,
            "BucketType": "cos",
        },
    },
    "service-filters": {
        "key": named("tagged-a", "tagged-b"),
        "value": named("tagged-b"),
        "first": named("buckets"),
        "next": named("elsewhere"),
        "region": True,
        "other": [],
        "later": [],
        "earlier": True,
    },
    "service-of-a-stranger": [],
    "acl-canned": [["public-read", 200], ["public-read-write", 200], ["private", 403]],
    "acl-granted": {
        "statusCode": 200,
        "write": DENIED,
        "grants": [[owner(APPID), "FULL_CONTROL"], [owner(STRANGER.appid), "READ"]],
        "GrantRead": f'id="{owner(STRANGER.appid)}"',
    },
    "acl-document": {
        "statusCode": 200,
        "owner": {"ID": owner(APPID), "DisplayName": APPID},
        "grants": [
            ["http://cam.qcloud.com/groups/global/AllUsers", "READ"],
            [owner(APPID), "FULL_CONTROL"],
            [owner(STRANGER.appid), "WRITE"],
        ],
        "put": 200,
    },
    "acl-refused": [[400, "InvalidArgument"], DENIED, DENIED],
    "delete": {"full": [409, "BucketNotEmpty"], "statusCode": 204, "again": [404, "NoSuchBucket"]},
}

GETTERS = (
    *("Acl", "Cors", "Location", "Policy", "Tagging", "Lifecycle", "Versioning", "Replication"),
    *("Website", "Referer", "Domain", "Origin", "Logging", "Inventory", "Accelerate", "Encryption"),
)

CONFIGURATIONS = {
    "cors": kept(
        {"CORSRules": []},
        {
            "CORSRules": [
                {
                    "ID": "one",
                    "MaxAgeSeconds": "60",
                    "AllowedOrigins": ["https://www.example.com", "http://*.example.com"],
                    "AllowedHeaders": ["*"],
                    "AllowedMethods": ["GET", "PUT"],
                    "ExposeHeaders": ["ETag"],
                }
            ],
            "ResponseVary": "true",
        },
    ),
    "policy": kept(
        [404, "NoSuchBucketPolicy"],
        {
            "Policy": {
                "Statement": [
                    {
                        "Principal": {"qcs": ["qcs::cam::anyone:anyone"]},
                        "Effect": "allow",
                        "Action": ["name/cos:GetObject"],
                        "Resource": [f"qcs::cos:{REGION}:uid/{APPID}:configurations-{APPID}/open/*"],
                    }
                ],
                "version": "2.0",
            }
        },
        put=204,
    ),
    "policy-that-is-none": [400, "MalformedPolicy"],
    "tagging": kept(
        {"Tags": []}, {"Tags": [{"Key": "键", "Value": "值"}, {"Key": "b", "Value": "2"}]}, put=204
    ),
    "tagging-of-one": kept({"Tags": []}, {"Tags": [{"Key": "a", "Value": "1"}]}, put=204),
    "lifecycle": kept(
        {"Rules": []},
        {
            "Rules": [
                {
                    "ID": "one",
                    "Status": "Enabled",
                    "Filter": {"Prefix": "logs/"},
                    "Expiration": {"Days": "30"},
                },
                {
                    "ID": "two",
                    "Status": "Disabled",
                    "Filter": "",
                    "Transition": {"Days": "10", "StorageClass": "STANDARD_IA"},
                },
            ]
        },
    ),
    "versioning": [
        {
            "before": {"VersioningConfiguration": {}},
            "put": 200,
            "during": {"VersioningConfiguration": {"Status": "Enabled"}},
        },
        200,
        {"VersioningConfiguration": {"Status": "Suspended"}},
    ],
    "replication": {
        "plain": [409, "InvalidBucketState"],
        **kept(
            {"ReplicationConfiguration": {"Rules": []}},
            {
                "ReplicationConfiguration": {
                    "Role": owner(APPID),
                    "Rules": [
                        {
                            "ID": "one",
                            "Status": "Enabled",
                            "Prefix": "copied/",
                            "Destination": {
                                "Bucket": f"qcs::cos:{REGION}::{OTHER}",
                                "StorageClass": "STANDARD",
                            },
                        }
                    ],
                }
            },
        ),
    },
    "website": kept(
        {"WebsiteConfiguration": {}},
        {
            "WebsiteConfiguration": {
                "IndexDocument": {"Suffix": "index.html"},
                "ErrorDocument": {"Key": "error.html"},
                "RoutingRules": [
                    {
                        "Condition": {"KeyPrefixEquals": "old/"},
                        "Redirect": {"ReplaceKeyPrefixWith": "new/"},
                    }
                ],
            }
        },
    ),
    "referer": {
        # What the SDK makes of NoSuchRefererConfiguration.
        "before": {"WebsiteConfiguration": {}},
        "put": 200,
        "during": {
            "RefererConfiguration": {
                "Status": "Enabled",
                "RefererType": "White-List",
                "DomainList": {"Domains": ["*.example.com", "www.example.org"]},
                "EmptyReferConfiguration": "Allow",
            }
        },
    },
    "domain": kept(
        [404, "DomainConfigNotFoundError"],
        {"DomainRule": [{"Status": "ENABLED", "Name": "www.example.com", "Type": "REST"}]},
    ),
    "domain-verification": "tencent-cloud-cos-verification=X",
    "origin": kept(
        [404, "OriginConfigurationNotFoundError"],
        {
            "OriginRule": [
                {
                    "RulePriority": "1",
                    "OriginType": "Mirror",
                    "OriginCondition": {"HTTPStatusCode": "404", "Prefix": ""},
                    "OriginParameter": {"Protocol": "HTTP", "FollowQueryString": "true"},
                    "OriginInfo": {"HostInfo": {"HostName": "www.example.com"}},
                }
            ]
        },
    ),
    "logging": [
        {
            "before": {"BucketLoggingStatus": ""},
            "put": 200,
            "during": {
                "BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": OTHER, "TargetPrefix": "logs/"}}
            },
        },
        200,
        {"BucketLoggingStatus": ""},
    ],
    "inventory": {
        "missing": [404, "InventoryConfigurationNotFoundError"],
        "statuses": [200, 200, 204, 204],
        "InventoryConfiguration": {
            "Id": "one",
            "IsEnabled": "true",
            "Destination": {
                "COSBucketDestination": {
                    "Format": "CSV",
                    "AccountId": APPID,
                    "Bucket": f"qcs::cos:{REGION}::{OTHER}",
                    "Prefix": "lists",
                    "Encryption": {"SSECOS": ""},
                }
            },
            "Schedule": {"Frequency": "Daily"},
            "Filter": {"Prefix": "a/"},
            "IncludedObjectVersions": "All",
            "OptionalFields": ["Size", "ETag"],
        },
        "ids": ["one", "two"],
        "truncated": "false",
        "after": 0,
    },
    "inventory-of-another-id": [400, "MalformedXML"],
    "accelerate": [
        {
            "before": {"AccelerateConfiguration": {}},
            "put": 200,
            "during": {"AccelerateConfiguration": {"Status": "Enabled", "Type": "COS"}},
        },
        {"AccelerateConfiguration": {"Status": "Suspended", "Type": "COS"}},
    ],
    "encryption": kept(
        {"EncryptionConfiguration": {"Rules": []}},
        {
            "ServerSideEncryptionConfiguration": {
                "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            },
            "EncryptionConfiguration": {"Rules": []},
        },
    ),
    "malformed": {
        "Cors": [400, "MalformedXML"],
        "Lifecycle": [400, "MalformedXML"],
        "Tagging": [400, "InvalidTag"],
        "Versioning": [400, "MalformedXML"],
        "Website": [400, "MalformedXML"],
        "Referer": [400, "MalformedXML"],
        "Domain": [400, "MalformedXML"],
        "Accelerate": [400, "MalformedXML"],
        "Encryption": [400, "MalformedXML"],
    },
    "of-a-missing-bucket": {f"getBucket{what}": [404, "NoSuchBucket"] for what in GETTERS},
    "of-a-stranger": [DENIED] * 3,
}

EXPECTED = {"buckets": BUCKETS, "configurations": CONFIGURATIONS}
