"""The query parameters that version 1 of the OSS signature covers (aliyun.md section 1.2).

All others are not signed. The set is what the SDKs sign, each of which knows a part: oss2 2.19, alibabacloud_oss_v2 1.4,
ali-oss 6.23.
"""

from __future__ import annotations

ACCESS_CONDITIONS = "x-oss-ac-"
"""How the names begin that bound where a signed URL may be used; they are signed too."""

_NAMES = """
    MetaQuery accessPoint accessPointPolicy acl append asyncFetch bucketArchiveDirectRead bucketInfo
    callback callback-var cleanRestoredObject cloudboxes cname comp continuation-token cors
    dataPipeline delete encryption endTime group httpsConfig img inventory inventoryId legalHold
    lifecycle link live location logging metaQuery metadataConfiguration metadataInventoryTable
    metadataJournalTable objectInfo objectMeta objectWorm overwriteConfig partNumber policy
    policyStatus position publicAccessBlock qos qosInfo qosRequester quota redundancyTransition
    referer regionList replication replicationLocation replicationProgress requestPayment
    requesterQosInfo resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo
    response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires restore retention rtc seal
    security-token sequential startTime stat status style styleName symlink tagging
    transferAcceleration uploadId uploads userDefinedLogFieldsConfig versionId versioning versions
    vod website worm wormExtend wormId x-oss-access-point-name x-oss-async-process x-oss-process
    x-oss-redundancy-transition-taskid x-oss-request-payer x-oss-target-redundancy-type
    x-oss-traffic-limit x-oss-write-get-object-response
"""

SUBRESOURCES = frozenset(_NAMES.split())
"""Names of signed parameters."""
