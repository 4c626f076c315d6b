"""Complete Multipart Upload with `Pic-Operations` (spec: ci.md section 3)."""

from __future__ import annotations

from ci_emulator.core.model import Call, Reply
from ci_emulator.operations.records import ObjectRecord
from ci_emulator.protocols import xml
from ci_emulator.protocols.ci import pic_operations, processing
from ci_emulator.protocols.ci.processing import Processed, Task
from ci_emulator.protocols.ci.upload_result import image_info, upload_result
from ci_emulator.protocols.cos import documents, multipart, upload
from ci_emulator.protocols.cos.actions.complete_upload import MAX_BODY, completed
from ci_emulator.protocols.cos.select import PIC_OPERATIONS, action
from ci_emulator.protocols.listed_parts import listed_parts
from ci_emulator.protocols.services import Services


@action(
    "object",
    "POST",
    f"uploadId&{PIC_OPERATIONS}",
    permission="cos:CompleteMultipartUpload",
    access="write",
    params=(multipart.UPLOAD_ID,),
    max_body=MAX_BODY,
    takes="xml",
    called="CompleteMultipartUpload",
)
async def complete_with_operations(call: Call, services: Services) -> Reply:
    """Process the picture that the parts make, and store it together with the results."""
    bucket, key = call.place.bucket or "", call.place.key or ""
    header = pic_operations.header_of(call)
    task = await processing.prepare(call, services, header, bucket, key)
    listed = listed_parts(await documents.read_xml(call, "CompleteMultipartUpload"))
    upload_id: str = call.params["uploadId"]
    forbid = upload.forbids_overwrite(call.target.headers)
    processed = Processed()
    if not task.operations.idle:
        check = processing.check_size
        async with services.pictures.room(processing.LARGEST):
            picture = await services.uploads.preview(bucket, key, upload_id, listed, check)
            processed = await processing.process(services, task, picture)
    begun = await services.uploads.find(bucket, key, upload_id)
    async with services.objects.staging() as staging:
        complete = services.uploads.completion(bucket, key, upload_id, listed, forbid_overwrite=forbid)
        results = await processing.puts(staging, task, processed, begun.attributes)
        records = await staging.commit(results, complete)
    return _answer(call, task, processed, records)


def _answer(call: Call, task: Task, processed: Processed, records: list[ObjectRecord]) -> Reply:
    """Return the usual answer with the elements of an `UploadResult` under its root, where the SDKs look for them."""
    document = upload_result(task, records[0], processed, records[1:])
    original = document.pop("OriginalInfo")
    more: dict[str, xml.Content] = {}
    if processed.information is not None:
        more["ImageInfo"] = image_info(processed.information)
    etag = original["ETag"] if isinstance(original, dict) else ""
    record = processing.with_version_of_source(task, processed, records)
    return completed(call, record, str(etag), more | document)
