// Objects and buckets, one call or a few at a time.
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { bytes, client, fetchUrl, KB, pick, refused, run, settings } from "./session.mjs";

const oss = client();
const { bucket, other } = settings;
const STORED = ["etag", "x-oss-object-type", "x-oss-storage-class", "content-type", "content-length"];

async function text(key, options) {
  return (await oss.get(key, options)).content.toString();
}

async function head(key) {
  const { status, meta, res } = await oss.head(key);
  return { status, meta, ...pick(res.headers, ...STORED) };
}

await run(
  {
    async "put-bucket"() {
      const made = await oss.putBucket(other, { acl: "public-read", storageClass: "Standard" });
      const { acl } = await oss.getBucketACL(other);
      const { bucket: about } = await oss.getBucketInfo(other);
      const { location } = await oss.getBucketLocation(other);
      const gone = await oss.deleteBucket(other);
      return {
        statuses: [made.res.status, gone.res.status],
        same: made.bucket === other && about.Name === other,
        ...{ acl, location, storage: about.StorageClass, again: await refused(oss.getBucketInfo(other)) },
      };
    },
    async "put-bucket-acl"() {
      await oss.putBucketACL(bucket, "public-read");
      const { acl } = await oss.getBucketACL(bucket);
      await oss.putBucketACL(bucket, "private");
      return [acl, (await oss.getBucketACL(bucket)).acl];
    },
    async "buckets"() {
      const { buckets, owner } = await oss.listBuckets({ prefix: bucket });
      return { buckets: buckets.map((found) => pick(found, "region", "storageClass")), owner: Boolean(owner.id) };
    },

    async "put-buffer"() {
      const { name, res } = await oss.put("buffer", Buffer.from("some bytes"));
      const kept = pick(res.headers, "etag", "x-oss-hash-crc64ecma", "content-md5", "server");
      return { name, status: res.status, requestId: Boolean(res.headers["x-oss-request-id"]), ...kept };
    },
    async "put-chinese-key"() {
      const { name } = await oss.put("目录/图 1+%.txt", Buffer.from("文字"));
      return [name, await text("目录/图 1+%.txt"), await head("目录/图 1+%.txt")];
    },
    async "put-file"() {
      const path = join(settings.folder, "upload.css");
      writeFileSync(path, bytes(300 * KB));
      await oss.put("file.css", path);
      return [(await oss.get("file.css")).content.equals(bytes(300 * KB)), (await head("file.css"))["content-type"]];
    },
    async "put-stream"() {
      const path = join(settings.folder, "upload.css");
      const { res } = await oss.putStream("stream", createReadStream(path));
      const chunked = await oss.putStream("chunked", Readable.from(["one ", "two"]));
      const sized = await oss.put("sized", createReadStream(path), { contentLength: 300 * KB });
      const same = (await oss.get("stream")).content.equals(bytes(300 * KB));
      return [res.status, chunked.res.status, sized.res.status, same, await text("chunked")];
    },
    async "put-headers"() {
      await oss.put("headers", Buffer.from("h"), {
        mime: "text/x-own",
        meta: { a: "1", year: 2026 },
        headers: { "Cache-Control": "max-age=60", "Content-Disposition": "inline", "x-oss-storage-class": "IA" },
      });
      const { meta, res } = await oss.head("headers");
      return { meta, ...pick(res.headers, "content-type", "cache-control", "x-oss-storage-class", "etag") };
    },
    async "forbid-overwrite"() {
      const headers = { "x-oss-forbid-overwrite": "true" };
      await oss.put("once", Buffer.from("first"), { headers });
      return [await refused(oss.put("once", Buffer.from("second"), { headers })), await text("once")];
    },
    async "append"() {
      const first = await oss.append("log", Buffer.from("first "));
      const second = await oss.append("log", Buffer.from("second"), { position: first.nextAppendPosition });
      const late = await refused(oss.append("log", Buffer.from("x"), { position: 1 }));
      return [first.nextAppendPosition, second.nextAppendPosition, await text("log"), late];
    },

    async "get-range"() {
      const { res, content } = await oss.get("buffer", { headers: { Range: "bytes=0-3" } });
      return [res.status, content.toString(), res.headers["content-range"]];
    },
    async "get-into-a-file"() {
      const path = join(settings.folder, "download");
      await oss.get("file.css", path);
      return readFileSync(path).equals(bytes(300 * KB));
    },
    async "get-into-a-stream"() {
      const chunks = [];
      const sink = new Writable({ write: (chunk, _, done) => (chunks.push(chunk), done()) });
      await oss.get("buffer", sink);
      return Buffer.concat(chunks).toString();
    },
    async "get-stream"() {
      const { stream } = await oss.getStream("stream");
      const chunks = [];
      for await (const chunk of stream) chunks.push(chunk);
      return Buffer.concat(chunks).equals(bytes(300 * KB));
    },
    async "get-if-none-match"() {
      const { etag } = (await oss.head("buffer")).res.headers;
      return (await oss.get("buffer", { headers: { "If-None-Match": etag } })).res.status;
    },
    async "get-if-match"() {
      return refused(oss.get("buffer", { headers: { "If-Match": '"0"' } }));
    },
    async "get-missing-into-a-file"() {
      return refused(oss.get("nothing here", join(settings.folder, "absent")));
    },
    async "head"() {
      return head("buffer");
    },
    async "head-missing"() {
      return refused(oss.head("nothing here"));
    },
    async "object-meta"() {
      const { status, res } = await oss.getObjectMeta("buffer");
      return { status, ...pick(res.headers, "etag", "content-length") };
    },
    async "put-meta"() {
      await oss.putMeta("headers", { b: "2" });
      return (await oss.head("headers")).meta;
    },
    async "copy"() {
      const { data, res } = await oss.copy("copies/副本", "目录/图 1+%.txt");
      const meta = await oss.copy("copies/meta", "buffer", { meta: { c: "3" } });
      const from = await oss.copy("copies/named", "buffer", bucket);
      const found = [await text("copies/副本"), (await oss.head("copies/meta")).meta, await text("copies/named")];
      return { etag: data.etag, statuses: [res, meta.res, from.res].map(({ status }) => status), found };
    },
    async "copy-missing"() {
      return refused(oss.copy("copies/none", "nothing here"));
    },
    async "acl"() {
      const before = (await oss.getACL("buffer")).acl;
      await oss.putACL("buffer", "public-read");
      return [before, (await oss.getACL("buffer")).acl];
    },
    async "generated-url"() {
      await oss.putACL("buffer", "public-read");
      const { status, body } = await fetchUrl(oss.generateObjectUrl("buffer"));
      return [status, body, (await fetchUrl(oss.generateObjectUrl("once"))).status];
    },
    async "tagging"() {
      await oss.putObjectTagging("buffer", { kind: "text", "of:a": "b c" });
      const { tag } = await oss.getObjectTagging("buffer");
      await oss.deleteObjectTagging("buffer");
      return [tag, (await oss.getObjectTagging("buffer")).tag];
    },
    async "symlink"() {
      await oss.putSymlink("链接", "目录/图 1+%.txt");
      return [(await oss.getSymlink("链接")).targetName, await text("链接")];
    },

    async "list"() {
      const { objects, prefixes, isTruncated, nextMarker } = await oss.list({ delimiter: "/", "max-keys": 3 });
      const rest = await oss.list({ delimiter: "/", marker: nextMarker, "max-keys": 1000 });
      const names = [...(objects ?? []), ...(rest.objects ?? [])].map(({ name }) => name);
      return { names, prefixes: [...(prefixes ?? []), ...(rest.prefixes ?? [])], isTruncated, last: rest.isTruncated };
    },
    async "list-entry"() {
      const { objects } = await oss.list({ prefix: "buffer", "max-keys": 5 });
      const [{ lastModified, owner, url, ...entry }] = objects;
      return { ...entry, owner: Boolean(owner.id), time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(lastModified) };
    },
    async "list-nothing"() {
      const { objects, prefixes, isTruncated } = await oss.list({ prefix: "nothing here" });
      return { objects: objects ?? null, prefixes, isTruncated };
    },
    async "list-v2"() {
      const seen = [];
      let continuationToken;
      do {
        const query = { prefix: "copies/", "max-keys": 1, "fetch-owner": true, continuationToken };
        const page = await oss.listV2(query);
        seen.push(...page.objects.map(({ name, owner }) => [name, Boolean(owner.id)]), page.keyCount);
        continuationToken = page.nextContinuationToken;
      } while (continuationToken);
      return seen;
    },

    async "multipart"() {
      const path = join(settings.folder, "large.bin");
      writeFileSync(path, bytes(350 * KB));
      const seen = [];
      const { name, etag, res } = await oss.multipartUpload("目录/large", path, {
        ...{ partSize: 100 * KB, parallel: 2, mime: "text/x-large", meta: { d: "4" } },
        progress: (done) => seen.push(done),
      });
      const { meta, res: stored } = await oss.head("目录/large");
      const same = (await oss.get("目录/large")).content.equals(bytes(350 * KB));
      const parts = etag.replace(/[0-9A-F]{32}-/, "X-");
      return { name, status: res.status, parts, last: seen.at(-1), same, meta, type: stored.headers["content-type"] };
    },
    async "multipart-by-hand"() {
      const { uploadId } = await oss.initMultipartUpload("by-hand");
      const part = await oss.uploadPart("by-hand", uploadId, 1, join(settings.folder, "large.bin"), 0, 150 * KB);
      const { uploads } = await oss.listUploads({ prefix: "by-hand" });
      const { parts } = await oss.listParts("by-hand", uploadId);
      const done = await oss.completeMultipartUpload("by-hand", uploadId, [{ number: 1, etag: part.etag }]);
      const again = await refused(oss.completeMultipartUpload("by-hand", uploadId, [{ number: 1, etag: part.etag }]));
      const sizes = [].concat(parts).map(({ PartNumber, Size }) => [PartNumber, Size]);
      return [uploads.map(({ name }) => name), sizes, done.res.status, again];
    },
    async "multipart-aborted"() {
      const { uploadId } = await oss.initMultipartUpload("aborted");
      const { res } = await oss.abortMultipartUpload("aborted", uploadId);
      return [res.status, await refused(oss.listParts("aborted", uploadId))];
    },
    async "multipart-copy"() {
      const source = { sourceKey: "目录/large", sourceBucketName: bucket };
      await oss.multipartUploadCopy("copies/large", source, { partSize: 100 * KB });
      return (await oss.get("copies/large")).content.equals(bytes(350 * KB));
    },

    async "delete"() {
      const first = await oss.delete("sized");
      const second = await oss.delete("sized");
      return [first.res.status, second.res.status, await refused(oss.get("sized"))];
    },
    async "delete-multi"() {
      const keys = ["多/1 +.txt", "<&>'\"", "m/3"];
      for (const key of keys.slice(0, 2)) await oss.put(key, Buffer.from("x"));
      const { deleted } = await oss.deleteMulti(keys);
      const quiet = await oss.deleteMulti(keys, { quiet: true });
      const left = await Promise.all(keys.map(async (key) => (await refused(oss.head(key)))[0]));
      return { deleted: deleted.map(({ Key }) => Key), quiet: quiet.deleted, left };
    },

    async "url"() {
      const urls = [oss.signatureUrl("目录/图 1+%.txt"), await oss.asyncSignatureUrl("目录/图 1+%.txt", { expires: 60 })];
      urls.push(await oss.signatureUrlV4("GET", 60, {}, "目录/图 1+%.txt"));
      return Promise.all(urls.map(async (url) => Object.values(pick(await fetchUrl(url), "status", "body"))));
    },
    async "url-with-parameters"() {
      const response = { "content-type": "text/x-other", "content-disposition": 'attachment; filename="a b.txt"' };
      const queries = { "response-content-type": "text/x-other", "response-content-disposition": "inline; a b" };
      const urls = [oss.signatureUrl("once", { response }), await oss.signatureUrlV4("GET", 60, { queries }, "once")];
      const answers = await Promise.all(urls.map((url) => fetchUrl(url)));
      return answers.map(({ status, headers }) => [status, headers["content-type"], headers["content-disposition"]]);
    },
    async "url-for-an-upload"() {
      const headers = { "Content-Type": "text/x-url" };
      const urls = [oss.signatureUrl("by-url", { method: "PUT", "Content-Type": "text/x-url" })];
      urls.push(await oss.signatureUrlV4("PUT", 60, { headers }, "by-url"));
      const found = [];
      for (const [number, url] of urls.entries()) {
        const { status } = await fetchUrl(url, { method: "PUT", body: `upload ${number}`, headers });
        found.push([status, await text("by-url"), (await fetchUrl(url)).status]);
      }
      return found;
    },
    async "url-that-has-expired"() {
      const urls = [oss.signatureUrl("once", { expires: -5 }), await oss.signatureUrlV4("GET", 0, {}, "once")];
      const answers = await Promise.all(urls.map((url) => fetchUrl(url)));
      return answers.map(({ status, body }) => [status, /<Code>(.*)<\/Code>/.exec(body)[1]]);
    },
  },
  () => oss.putBucket(bucket),
);
