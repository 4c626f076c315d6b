"""The paths of the hosts of Cloud Infinite by which its services are opened, closed and listed (spec: ci.md section 7.5).

On these hosts a path names an operation and not an object, unless the request says by `ci-process` that it does.
"""

from __future__ import annotations

AI_BUCKET, PIC_BUCKET = "ai_bucket", "picbucket"

#: Every such path without its slash. The services behind the others are not carried out here.
SERVICE_PATHS = frozenset({AI_BUCKET, PIC_BUCKET, "asrbucket", "docbucket", "file_bucket", "mediabucket"})

#: What a list of buckets can be asked for by; cos-python-sdk-v5 sends all of them, empty ones too.
LIST_PARAMETERS = frozenset({"regions", "bucketNames", "bucketName", "pageNumber", "pageSize"})
