// Objects: whatever of an answer an application reads must be readable by a page of another origin.
import { at, client, opaque, pick, refusal, same, settings, urlOf } from "./session.mjs";

const cos = client();
const here = (key, more) => at("objects", key, more);

export async function prepare() {
  await cos.putBucket(here());
  await cos.putObject(here("k", { Body: "x" }));
}

export const cases = {
  async "put-text"() {
    const { statusCode, ETag, Location, headers } = await cos.putObject(here("目录/text 1+.txt", { Body: "文字" }));
    const requestId = Boolean(headers["x-cos-request-id"]);
    return { statusCode, ETag, Location, crc: headers["x-cos-hash-crc64ecma"], requestId };
  },
  async "put-blob"() {
    const Body = new Blob(["a blob"], { type: "text/css" });
    const shown = [];
    const onProgress = ({ loaded, total, percent }) => shown.push([loaded, total, percent]);
    await cos.putObject(here("blob", { Body, onProgress }));
    const { headers } = await cos.headObject(here("blob"));
    return { headers: pick(headers, "content-type", "content-length"), last: shown.at(-1) };
  },
  async "put-headers"() {
    const more = { CacheControl: "max-age=60", ContentDisposition: "inline", "x-cos-meta-a": "some value" };
    await cos.putObject(here("headers", { Body: "x", StorageClass: "STANDARD_IA", ...more }));
    const { headers } = await cos.headObject(here("headers"));
    return pick(headers, "cache-control", "content-disposition", "x-cos-meta-a", "x-cos-storage-class");
  },
  async "get"() {
    const { Body, ETag, headers } = await cos.getObject(here("目录/text 1+.txt"));
    const requestId = Boolean(headers["x-cos-request-id"]);
    return { Body, ETag, requestId, ...pick(headers, "content-length") };
  },
  async "get-blob"() {
    const { Body } = await cos.getObject(here("blob", { DataType: "blob" }));
    const buffer = await cos.getObject(here("blob", { DataType: "arraybuffer" }));
    return [Body instanceof Blob, await Body.text(), same(buffer.Body, new TextEncoder().encode("a blob"))];
  },
  async "get-range"() {
    // The browser cuts it out of what it keeps.
    const { statusCode, Body, headers } = await cos.getObject(here("blob", { Range: "bytes=2-3" }));
    return { statusCode, Body, ...pick(headers, "content-range") };
  },
  async "get-again"() {
    // The browser asks whether what it keeps is still good, and gives the page its own copy with the headers of both.
    await cos.putObject(here("again", { Body: "x", "x-cos-meta-a": "some value" }));
    const first = await cos.getObject(here("again"));
    const second = await cos.getObject(here("again"));
    const lost = Object.keys(first.headers).filter((name) => !(name in second.headers) && name !== "connection");
    return { lost, ...pick(second.headers, "content-length", "x-cos-meta-a", "etag") };
  },
  async "get-bucket"() {
    const { Contents, CommonPrefixes, IsTruncated } = await cos.getBucket(here(undefined, { Delimiter: "/" }));
    return { keys: Contents.map(({ Key, Size }) => [Key, Size]), CommonPrefixes, IsTruncated };
  },
  async "copy"() {
    const source = `${here().Bucket}.cos.${settings.region}.myqcloud.com/k`;
    const { statusCode, ETag } = await cos.putObjectCopy(here("copy", { CopySource: source }));
    const { Body } = await cos.getObject(here("copy"));
    return { statusCode, ETag, Body };
  },
  async "copy-in-parts"() {
    await cos.putObject(here("large", { Body: new Blob([new Uint8Array(2 * 1024 * 1024 + 1)]) }));
    const source = `${here().Bucket}.cos.${settings.region}.myqcloud.com/large`;
    const sizes = { CopySliceSize: 1024 * 1024, CopyChunkSize: 1024 * 1024 };
    const { statusCode, ETag } = await client(sizes).sliceCopyFile(here("copied", { CopySource: source, ...sizes }));
    const { headers } = await cos.headObject(here("copied"));
    return { statusCode, ETag: opaque(ETag), ...pick(headers, "content-length") };
  },
  async "acl"() {
    await cos.putObjectAcl(here("k", { ACL: "public-read" }));
    const { ACL } = await cos.getObjectAcl(here("k"));
    const read = await fetch(urlOf("objects", "k"));
    await cos.putObjectAcl(here("k", { ACL: "default" }));
    return [ACL, read.status, read.headers.get("etag")];
  },
  async "tagging"() {
    const Tags = [{ Key: "a", Value: "1" }];
    await cos.putObjectTagging(here("k", { Tags }));
    const told = await cos.getObjectTagging(here("k"));
    await cos.deleteObjectTagging(here("k"));
    return told.Tags;
  },
  async "url"() {
    const { Url } = await new Promise((resolve, reject) => {
      const wanted = here("目录/text 1+.txt", { Sign: true });
      cos.getObjectUrl(wanted, (error, data) => (error ? reject(error) : resolve(data)));
    });
    const answer = await fetch(Url);
    return [answer.status, await answer.text(), answer.headers.get("etag")];
  },
  async "url-for-upload"() {
    const { Url } = await new Promise((resolve, reject) => {
      const wanted = here("by url", { Sign: true, Method: "PUT" });
      cos.getObjectUrl(wanted, (error, data) => (error ? reject(error) : resolve(data)));
    });
    const answer = await fetch(Url, { method: "PUT", body: "by url" });
    const { Body } = await cos.getObject(here("by url"));
    return [answer.status, answer.headers.get("etag"), Body];
  },
  async "picture"() {
    // As a canvas needs it: with CORS, though it is an <img>.
    const image = new Image();
    image.crossOrigin = "anonymous";
    const canvas = Object.assign(document.createElement("canvas"), { width: 9, height: 5 });
    const png = await new Promise((resolve) => canvas.toBlob(resolve));
    await cos.putObject(here("picture.png", { Body: png, ACL: "public-read" }));
    image.src = urlOf("objects", "picture.png");
    await image.decode();
    canvas.getContext("2d").drawImage(image, 0, 0);
    return [image.naturalWidth, image.naturalHeight, canvas.toDataURL().startsWith("data:image/png")];
  },
  async "service"() {
    const { Buckets } = await cos.getService();
    return Buckets.map(({ Name, Location }) => [Name, Location]).filter(([Name]) => Name === here().Bucket);
  },
  async "qrcode-generate"() {
    const Query = { "ci-process": "qrcode-generate", "qrcode-content": "https://www.example.com", mode: 0, width: 200 };
    const { Response } = await cos.request(here("", { Method: "GET", Query }));
    const image = new Image();
    image.src = `data:image/png;base64,${Response.ResultImage}`;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  },
  async "delete"() {
    const { statusCode } = await cos.deleteObject(here("copy"));
    return [statusCode, (await refusal(cos.headObject(here("copy")))).statusCode];
  },
  async "delete-multiple"() {
    const { Contents } = await cos.getBucket(here());
    const Objects = Contents.map(({ Key }) => ({ Key }));
    const { Deleted } = await cos.deleteMultipleObject(here(undefined, { Objects }));
    return [Deleted.length === Objects.length, (await cos.getBucket(here())).Contents.length];
  },
  async "delete-bucket"() {
    const { statusCode } = await cos.deleteBucket(here());
    return [statusCode, (await refusal(cos.headBucket(here()))).statusCode];
  },
};
