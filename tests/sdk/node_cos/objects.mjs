// One object at a time: put, get, head, delete, append, signed URLs.
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { join } from "node:path";
import { at, bytes, client, fetchUrl, md5, MB, pick, refused, run, settings } from "./session.mjs";

const cos = client();
const KEYS = settings.names;

/** The headers of an object that its user chose. */
async function head(key) {
  const { headers } = await cos.headObject(at(key));
  return pick(
    headers,
    ...["content-type", "content-length", "cache-control", "content-disposition", "content-encoding"],
    ...["content-language", "expires", "x-cos-meta-a", "x-cos-storage-class", "x-cos-server-side-encryption"],
  );
}

async function text(key, more) {
  const { Body } = await cos.getObject(at(key, more));
  return Body.toString();
}

/** What a sent request looked like, beside its answer. */
async function sent(call) {
  let seen;
  const observed = client();
  observed.on("before-send", (options) => (seen = options));
  await call(observed);
  return seen;
}

function file(name, content) {
  const path = join(settings.folder, name);
  writeFileSync(path, content);
  return path;
}

await run({
  async "put-buffer"() {
    const data = await cos.putObject(at("buffer", { Body: Buffer.from("123456789") }));
    const { statusCode, ETag, Location, headers, RequestId } = data;
    const crc = headers["x-cos-hash-crc64ecma"];
    return { statusCode, ETag, Location, crc, requestId: RequestId === headers["x-cos-request-id"] };
  },
  async "put-string"() {
    await cos.putObject(at("string", { Body: "文字" }));
    return [await text("string"), await head("string")];
  },
  async "put-file-stream"() {
    const path = file("file.txt", bytes(3 * MB));
    const { ETag } = await cos.putObject(at("stream", { Body: createReadStream(path), ContentLength: 3 * MB }));
    return { same: ETag === `"${md5(bytes(3 * MB))}"`, type: (await head("stream"))["content-type"] };
  },
  async "put-stream-of-unknown-length"() {
    const { ETag } = await cos.putObject(at("chunked", { Body: Readable.from(["one ", "two ", "three"]) }));
    return [ETag, await text("chunked")];
  },
  async "put-nothing"() {
    const { ETag } = await cos.putObject(at("nothing", { Body: "" }));
    const { Body, statusCode, headers } = await cos.getObject(at("nothing"));
    return { ETag, statusCode, length: headers["content-length"], body: Body ? Body.toString() : "" };
  },
  async "put-folder"() {
    await cos.putObject(at("folder/", { Body: "" }));
    return head("folder/");
  },
  async "keys"() {
    const found = {};
    for (const key of KEYS) {
      await cos.putObject(at(key, { Body: key }));
      found[key] = await text(key);
    }
    return found;
  },
  async "listed-keys"() {
    const listed = {};
    for (const EncodingType of [undefined, "url"]) {
      const { Contents } = await cos.getBucket(at(undefined, { EncodingType }));
      listed[EncodingType ?? "plain"] = Contents.map(({ Key }) => (EncodingType ? decodeURIComponent(Key) : Key));
    }
    return { same: JSON.stringify(listed.url) === JSON.stringify(listed.plain), keys: listed.plain };
  },
  async "leading-slash"() {
    await cos.putObject(at("/slash", { Body: "s" }));
    return text("slash");
  },
  async "put-headers"() {
    const headers = {
      ...{ ContentType: "text/css; charset=utf-8", CacheControl: "max-age=60", ContentDisposition: "inline" },
      ...{ ContentEncoding: "identity", Expires: "Thu, 01 Jan 2032 00:00:00 GMT", StorageClass: "STANDARD_IA" },
      ...{ "x-cos-meta-a": "some value", ServerSideEncryption: "AES256", Headers: { "Content-Language": "zh-CN" } },
    };
    await cos.putObject(at("headers", { Body: "h", ...headers }));
    return head("headers");
  },
  async "empty-headers"() {
    const seen = await sent((observed) => observed.putObject(at("empty-headers", { Body: "e" })));
    return { sent: pick(seen.headers, "Cache-Control"), stored: await head("empty-headers") };
  },
  async "content-md5"() {
    const seen = await sent((observed) => {
      observed.options.UploadCheckContentMd5 = true;
      return observed.putObject(at("md5", { Body: "checked" }));
    });
    return { sent: pick(seen.headers, "Content-MD5"), stored: await text("md5") };
  },
  async "wrong-md5"() {
    const ContentMD5 = Buffer.from(md5("other"), "hex").toString("base64");
    return refused(cos.putObject(at("wrong-md5", { Body: "this", ContentMD5 })));
  },
  async "forbid-overwrite"() {
    const Headers = { "x-cos-forbid-overwrite": "true" };
    await cos.putObject(at("once", { Body: "first", Headers }));
    return [await refused(cos.putObject(at("once", { Body: "second", Headers }))), await text("once")];
  },
  async "customer-key"() {
    const secret = Buffer.alloc(32, "k");
    const own = {
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey: secret.toString("base64"),
      SSECustomerKeyMD5: Buffer.from(md5(secret), "hex").toString("base64"),
    };
    await cos.putObject(at("sealed", { Body: "sealed", ...own }));
    return [await text("sealed", own), await refused(cos.getObject(at("sealed")))];
  },
  async "progress"() {
    const seen = [];
    await cos.putObject(at("progress", { Body: bytes(2 * MB), onProgress: (info) => seen.push(info.percent) }));
    return seen.at(-1);
  },

  async "get-range"() {
    const { Body, statusCode, headers } = await cos.getObject(at("buffer", { Range: "bytes=2-4" }));
    return [Body.toString(), statusCode, headers["content-range"]];
  },
  async "get-wrong-range"() {
    return refused(cos.getObject(at("buffer", { Range: "bytes=100-" })));
  },
  async "get-overrides"() {
    const { headers } = await cos.getObject(
      at("buffer", {
        ResponseContentType: "text/x; a=b",
        ResponseContentLanguage: "en",
        ResponseExpires: "Thu, 01 Jan 2032 00:00:00 GMT",
        ResponseCacheControl: "no-store",
        ResponseContentDisposition: `attachment; filename="ü +.txt"`,
        ResponseContentEncoding: "identity",
      }),
    );
    return [
      ...["content-type", "content-language", "expires", "cache-control"].map((name) => headers[name]),
      ...[Buffer.from(headers["content-disposition"], "latin1").toString(), headers["content-encoding"]],
    ];
  },
  async "get-if-modified-since"() {
    const since = new Date(Date.now() + 1000).toUTCString();
    return pick(await cos.getObject(at("buffer", { IfModifiedSince: since })), "NotModified", "statusCode");
  },
  async "get-if-none-match"() {
    const { ETag } = await cos.headObject(at("buffer"));
    return refused(cos.getObject(at("buffer", { IfNoneMatch: ETag })));
  },
  async "get-if-match"() {
    return refused(cos.getObject(at("buffer", { IfMatch: '"00000000000000000000000000000000"' })));
  },
  async "get-into-a-file"() {
    const Output = join(settings.folder, "output");
    await cos.getObject(at("stream", { Output }));
    return readFileSync(Output).equals(bytes(3 * MB));
  },
  async "get-stream"() {
    const chunks = [];
    const stream = cos.getObjectStream(at("stream"), () => {});
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).equals(bytes(3 * MB));
  },
  async "download-file"() {
    const FilePath = join(settings.folder, "downloaded");
    const seen = [];
    const onProgress = (info) => seen.push(info.percent);
    const data = await cos.downloadFile(at("stream", { FilePath, ChunkSize: MB, ParallelLimit: 3, onProgress }));
    return [data.statusCode, readFileSync(FilePath).equals(bytes(3 * MB)), seen.at(-1)];
  },
  async "download-small-file"() {
    const FilePath = join(settings.folder, "downloaded-small");
    await cos.downloadFile(at("buffer", { FilePath, onProgress: () => {} }));
    return readFileSync(FilePath, "utf8");
  },
  async "head"() {
    const { statusCode, ETag, headers } = await cos.headObject(at("buffer"));
    const crc = headers["x-cos-hash-crc64ecma"];
    return { statusCode, ETag, crc, ranges: headers["accept-ranges"], server: headers.server };
  },
  async "head-missing"() {
    return refused(cos.headObject(at("no such key")));
  },

  async "delete"() {
    await cos.putObject(at("gone", { Body: "x" }));
    const first = await cos.deleteObject(at("gone"));
    const second = await cos.deleteObject(at("gone"));
    return [first.statusCode, second.statusCode, await refused(cos.getObject(at("gone")))];
  },
  async "delete-multiple"() {
    const keys = ["多/1 +.txt", "<&>'\"", "m/3"];
    for (const key of keys.slice(0, 2)) await cos.putObject(at(key, { Body: "x" }));
    const Objects = keys.map((Key) => ({ Key }));
    const { Deleted, Error, statusCode } = await cos.deleteMultipleObject(at(undefined, { Objects }));
    const quiet = await cos.deleteMultipleObject(at(undefined, { Objects, Quiet: true }));
    return {
      statusCode,
      deleted: Deleted.map(({ Key }) => Key),
      errors: Error,
      quiet: [quiet.Deleted, quiet.Error],
      left: await Promise.all(keys.map(async (key) => (await refused(cos.headObject(at(key))))[0])),
    };
  },

  async "append"() {
    const first = await cos.appendObject(at("log", { Body: "first ", Position: 0 }));
    const second = await cos.appendObject(at("log", { Body: Buffer.from("日志"), Position: 6 }));
    const { headers } = await cos.headObject(at("log"));
    return {
      next: [first, second].map((data) => data.headers["x-cos-next-append-position"]),
      stored: await text("log"),
      head: pick(headers, "x-cos-object-type", "x-cos-next-append-position", "content-length"),
    };
  },
  async "append-at-a-wrong-position"() {
    return refused(cos.appendObject(at("log", { Body: "x", Position: 1 })));
  },
  async "append-to-a-normal-object"() {
    return refused(cos.appendObject(at("buffer", { Body: "x", Position: 9 })));
  },

  async "url"() {
    const url = cos.getObjectUrl(at("buffer", { Sign: true }), () => {});
    const { status, body } = await fetchUrl(url);
    return [status, body, url.includes("q-url-param-list=&")];
  },
  async "url-given-to-the-callback"() {
    const url = await new Promise((resolve) => cos.getObjectUrl(at(KEYS[0]), (_, data) => resolve(data.Url)));
    return pick(await fetchUrl(url), "status", "body");
  },
  async "url-with-parameters"() {
    const Query = { "response-content-type": "text/x+y", "response-content-disposition": "inline; a b" };
    const urls = [cos.getObjectUrl(at("buffer", { Sign: true, Query, Expires: 60 }), () => {})];
    urls.push(await new Promise((resolve) => cos.getObjectUrl(at("buffer", { Query }), (_, { Url }) => resolve(Url))));
    const answers = await Promise.all(urls.map((url) => fetchUrl(url)));
    return answers.map(({ status, headers }) => [status, headers["content-type"], headers["content-disposition"]]);
  },
  async "url-without-signature"() {
    const url = cos.getObjectUrl(at("buffer", { Sign: false }), () => {});
    await cos.putObject(at("public", { Body: "for all", ACL: "public-read" }));
    const open = await fetchUrl(cos.getObjectUrl(at("public", { Sign: false }), () => {}));
    return [(await fetchUrl(url)).status, open.status, open.body];
  },
  async "url-for-an-upload"() {
    const url = cos.getObjectUrl(at("uploaded", { Method: "PUT", Sign: true }), () => {});
    const { status } = await fetchUrl(url, { method: "PUT", body: "by url" });
    return [status, await text("uploaded"), (await fetchUrl(url)).status];
  },
  async "url-that-has-expired"() {
    const late = client({ SystemClockOffset: -3600 * 1000 });
    const { status, body } = await fetchUrl(late.getObjectUrl(at("buffer", { Sign: true }), () => {}));
    return [status, ...["Code", "Message"].map((tag) => new RegExp(`<${tag}>(.*)</${tag}>`).exec(body)[1])];
  },
  async "authorization"() {
    const Authorization = cos.getAuth({ Method: "GET", Key: "buffer", Expires: 60 });
    const host = `${settings.bucket}.cos.${settings.region}.myqcloud.com`;
    return pick(await fetchUrl(`http://${host}/buffer`, { headers: { Authorization } }), "status", "body");
  },
  async "any-request"() {
    const { headers, statusCode } = await cos.request(at("buffer", { Method: "HEAD" }));
    return [statusCode, headers["content-length"]];
  },
  async "qrcode-generate"() {
    const Query = { "ci-process": "qrcode-generate", "qrcode-content": "https://www.example.com", mode: 0, width: 200 };
    const { Response } = await cos.request(at("", { Method: "GET", Query }));
    return Buffer.from(Response.ResultImage, "base64").subarray(1, 4).toString();
  },
});
