// Copies of objects and of parts.
import { at, bytes, client, md5, MB, opaque, pick, refused, run, settings, source } from "./session.mjs";

const cos = client();
const KEY = "源 头/a+b%.txt";
const LARGE = bytes(5 * MB + 1);

async function stored(key) {
  const { Body, headers } = await cos.getObject(at(key));
  return [Body.toString(), headers["content-type"], headers["x-cos-meta-a"] ?? null];
}

async function prepare() {
  await cos.putObject(at(KEY, { Body: "source", ContentType: "text/css", "x-cos-meta-a": "old" }));
  await cos.putObject(at("large", { Body: LARGE, ContentType: "text/css", "x-cos-meta-a": "old" }));
}

const cases = {
  async "copy"() {
    const data = await cos.putObjectCopy(at("copy", { CopySource: source(KEY) }));
    const dates = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(data.LastModified);
    return [pick(data, "statusCode", "ETag", "CRC64"), dates, await stored("copy")];
  },
  async "copy-replaced"() {
    const own = { MetadataDirective: "Replaced", ContentType: "text/x", "x-cos-meta-a": "new" };
    await cos.putObjectCopy(at("replaced", { CopySource: source(KEY), ...own }));
    return stored("replaced");
  },
  async "copy-onto-itself"() {
    await cos.putObjectCopy(at("self", { CopySource: source(KEY) }));
    const refusal = await refused(cos.putObjectCopy(at("self", { CopySource: source("self") })));
    const own = { MetadataDirective: "Replaced", "x-cos-meta-a": "renewed" };
    await cos.putObjectCopy(at("self", { CopySource: source("self"), ...own }));
    return [refusal, (await stored("self"))[2]];
  },
  async "copy-under-a-condition"() {
    const { ETag } = await cos.headObject(at(KEY));
    const copy = (more) => cos.putObjectCopy(at("condition", { CopySource: source(KEY), ...more }));
    const met = await copy({ CopySourceIfMatch: ETag });
    const unmet = await refused(copy({ CopySourceIfNoneMatch: ETag }));
    return [met.statusCode, unmet];
  },
  async "copy-of-nothing"() {
    const missing = await refused(cos.putObjectCopy(at("x", { CopySource: source("no such key") })));
    const bucket = source(KEY).replace(settings.bucket, "nosuch-1250000000");
    return [missing, await refused(cos.putObjectCopy(at("x", { CopySource: bucket })))];
  },
  async "copy-of-a-part"() {
    const { UploadId } = await cos.multipartInit(at("parts"));
    const Parts = [];
    const ranges = [`bytes=0-${MB - 1}`, `bytes=${MB}-${MB + 9}`];
    for (const [index, CopySourceRange] of ranges.entries()) {
      const part = { UploadId, PartNumber: index + 1, CopySource: source("large"), CopySourceRange };
      const { ETag } = await cos.uploadPartCopy(at("parts", part));
      Parts.push({ PartNumber: index + 1, ETag });
    }
    const { statusCode } = await cos.multipartComplete(at("parts", { UploadId, Parts }));
    const { Body } = await cos.getObject(at("parts"));
    return [statusCode, Parts[0].ETag === `"${md5(LARGE.subarray(0, MB))}"`, Body.equals(LARGE.subarray(0, MB + 10))];
  },
  async "slice-copy"() {
    const seen = [];
    const onProgress = ({ percent }) => seen.push(percent);
    const sizes = { CopySliceSize: MB, CopyChunkSize: MB };
    const data = await cos.sliceCopyFile(at("大/large", { CopySource: source("large"), ...sizes, onProgress }));
    const { Body, headers } = await cos.getObject(at("大/large"));
    return {
      ...pick(data, "statusCode", "Location", "Key"),
      etag: opaque(data.ETag),
      same: Body.equals(LARGE),
      headers: [headers["content-type"], headers["x-cos-meta-a"]],
      progress: seen.at(-1),
    };
  },
  async "slice-copy-of-a-small-object"() {
    await cos.sliceCopyFile(at("small", { CopySource: source(KEY) }));
    return stored("small");
  },
};

await run(cases, prepare);
