// Pictures that are processed at upload and in place: the header Pic-Operations and `?image_process`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MB, at, client, md5, opaque, pick, refusal, run, settings } from "./session.mjs";

const cos = client();
const PICTURE = readFileSync(new URL("../../../samples/pictures/qr-url.png", import.meta.url));
// What follows the end of a PNG belongs to nothing.
const LARGE = Buffer.concat([PICTURE, Buffer.alloc(2 * MB)]);

function rules(...list) {
  return { "Pic-Operations": JSON.stringify({ is_pic_info: 1, rules: list }) };
}

function qrcode(fileid, cover = 1) {
  return { fileid, rule: `QRcode/cover/${cover}` };
}

async function bytesOf(Key) {
  return (await cos.getObject(at(Key))).Body;
}

/** The codes that are found in an object now. */
async function codesIn(Key) {
  const { Response } = await cos.request(at(Key, { Method: "GET", Query: { "ci-process": "QRcode" } }));
  return Response.CodeStatus;
}

/** An UploadResult as the SDK gives it; what is computed elsewhere too is compared with that instead. */
async function told({ OriginalInfo, ProcessResults }) {
  const results = await Promise.all(
    [ProcessResults.Object].flat().map(async ({ Size, ETag, ...rest }) => {
      const stored = await bytesOf(rest.Key);
      const same = Size === String(stored.length) && ETag === `"${md5(stored)}"`;
      return { ...rest, same };
    }),
  );
  const { Body } = await cos.getObject(at(OriginalInfo.Key, { QueryString: "imageAve" }));
  const Ave = OriginalInfo.ImageInfo.Ave === JSON.parse(Body.toString()).RGB;
  const ImageInfo = { ...OriginalInfo.ImageInfo, Ave };
  return { OriginalInfo: { ...OriginalInfo, ETag: opaque(OriginalInfo.ETag), ImageInfo }, results };
}

function filePath(name, content) {
  const path = join(settings.folder, name);
  writeFileSync(path, content);
  return path;
}

const cases = {
  async "put"() {
    const Headers = rules(qrcode("covered.png"));
    const { UploadResult, statusCode, ETag, headers } = await cos.putObject(at("put/p.png", { Body: PICTURE, Headers }));
    return { statusCode, ETag, ...pick(headers, "content-type", "x-cos-hash-crc64ecma"), ...(await told(UploadResult)) };
  },
  async "put-two-rules"() {
    const Headers = rules(qrcode("/two/a.png"), qrcode("b.png", 0));
    const { UploadResult } = await cos.putObject(at("two/p.png", { Body: PICTURE, Headers }));
    const objects = UploadResult.ProcessResults.Object;
    return [objects.map(({ Key }) => Key), await codesIn("two/a.png"), await codesIn("two/b.png")];
  },
  async "put-a-chinese-name"() {
    const Headers = { "Pic-Operations": JSON.stringify({ rules: [qrcode(encodeURIComponent("图.png"), 0)] }) };
    const { UploadResult } = await cos.putObject(at("目录/p.png", { Body: PICTURE, Headers }));
    const { Key } = UploadResult.ProcessResults.Object;
    return [Key, md5(await bytesOf(Key)) === md5(PICTURE)];
  },
  async "put-over-itself"() {
    const Headers = rules(qrcode("p.png"));
    const { UploadResult, ETag } = await cos.putObject(at("itself/p.png", { Body: PICTURE, Headers }));
    const stored = await bytesOf("itself/p.png");
    const now = `"${md5(stored)}"`;
    return [ETag === `"${md5(PICTURE)}"`, UploadResult.OriginalInfo.ETag === now, await codesIn("itself/p.png")];
  },
  async "upload-file-small"() {
    const Headers = rules(qrcode("covered.png"));
    const FilePath = filePath("small.png", PICTURE);
    const { UploadResult } = await cos.uploadFile(at("small/p.png", { FilePath, Headers }));
    return told(UploadResult);
  },
  async "upload-file-in-parts"() {
    const Headers = rules(qrcode("covered.png"));
    const FilePath = filePath("large.png", LARGE);
    const { UploadResult, ETag } = await cos.uploadFile(at("large/p.png", { FilePath, Headers, SliceSize: MB }));
    return { ETag: opaque(ETag), ...(await told(UploadResult)), code: await codesIn("large/covered.png") };
  },
  async "slice-upload-file"() {
    const Headers = rules(qrcode("covered.png"), qrcode("plain.png", 0));
    const FilePath = filePath("sliced.png", LARGE);
    const { UploadResult, headers } = await cos.sliceUploadFile(at("sliced/p.png", { FilePath, Headers, ChunkSize: MB }));
    const keys = UploadResult.ProcessResults.Object.map(({ Key }) => Key);
    return [keys, headers["content-type"], (await bytesOf("sliced/plain.png")).length === LARGE.length];
  },
  async "multipart-complete"() {
    const { UploadId } = await cos.multipartInit(at("parts/p.png"));
    const { ETag } = await cos.multipartUpload(at("parts/p.png", { UploadId, PartNumber: 1, Body: PICTURE }));
    const Parts = [{ PartNumber: 1, ETag }];
    const Headers = rules(qrcode("covered.png"));
    const { UploadResult, ...rest } = await cos.multipartComplete(at("parts/p.png", { UploadId, Parts, Headers }));
    return { ...pick(rest, "Key", "Bucket", "ImageInfo", "ProcessResults"), ...(await told(UploadResult)) };
  },
  async "image-process"() {
    await cos.putObject(at("stored/p.png", { Body: PICTURE }));
    const Headers = rules(qrcode("covered.png"));
    const query = { Method: "POST", Query: { image_process: "" }, Headers };
    const { UploadResult, statusCode } = await cos.request(at("stored/p.png", query));
    return { statusCode, ...(await told(UploadResult)), code: await codesIn("stored/covered.png") };
  },
  async "image-process-by-action"() {
    await cos.putObject(at("action/p.png", { Body: PICTURE }));
    const Headers = rules(qrcode("/action/covered.png"));
    const { UploadResult } = await cos.request(at("action/p.png", { Method: "POST", Action: "image_process", Headers }));
    return UploadResult.ProcessResults.Object.Key;
  },
  async "refused"() {
    const put = (list, Body = PICTURE) => refusal(cos.putObject(at("refused/p.png", { Body, Headers: rules(...list) })));
    const answers = [
      await put(Array(6).fill(qrcode("r.png"))),
      await put([qrcode("folder/")]),
      await put([{ fileid: "r.png", rule: "imageMogr2/rotate/90" }]),
      await put([qrcode("r.png")], Buffer.from("no picture")),
    ];
    const { Contents } = await cos.getBucket(at(undefined, { Prefix: "refused/" }));
    return { answers: answers.map(({ code, statusCode, requestId }) => [statusCode, code, requestId]), stored: Contents };
  },
  async "one-bad-slice-upload"() {
    const Headers = rules(qrcode("folder/"));
    const FilePath = filePath("bad.png", LARGE);
    const upload = cos.sliceUploadFile(at("bad/p.png", { FilePath, Headers, ChunkSize: MB }));
    const { code, statusCode } = await refusal(upload);
    const { Contents } = await cos.getBucket(at(undefined, { Prefix: "bad/" }));
    return [statusCode, code, Contents];
  },
};

await run(cases);
