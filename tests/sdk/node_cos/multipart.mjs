// Uploads in parts: the calls one by one, and what the SDK makes of them.
import { createReadStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { at, bytes, client, md5, MB, opaque, pick, refused, run, settings } from "./session.mjs";

const cos = client();
const LARGE = bytes(25 * MB - 3);
const path = file("large file.bin", LARGE);
const MEDIUM = LARGE.subarray(0, 6 * MB);
const medium = file("medium.bin", MEDIUM);

function file(name, content) {
  const path = join(settings.folder, name);
  writeFileSync(path, content);
  return path;
}

/** A client, and the numbers of the parts that it has sent. */
function counting() {
  const parts = [];
  const counted = client();
  counted.on("before-send", ({ qs, method }) => {
    if (method === "PUT" && qs.partNumber) parts.push(qs.partNumber);
  });
  return [counted, parts];
}

/** Whether an object holds this. */
async function holds(key, content) {
  const { Body } = await cos.getObject(at(key));
  return Body.equals(content);
}

async function headersOf(key) {
  const { headers } = await cos.headObject(at(key));
  return pick(headers, "content-type", "x-cos-meta-a");
}

async function uploads(Prefix) {
  const { Upload } = await cos.multipartList(at(undefined, { Prefix }));
  return Upload.map(({ Key }) => Key);
}

await run({
  async "step-by-step"() {
    const key = "步 骤/big+.bin";
    const headers = { ContentType: "text/css", "x-cos-meta-a": "b" };
    const begun = await cos.multipartInit(at(key, headers));
    const { UploadId } = begun;
    const part = LARGE.subarray(0, MB);
    const bodies = { 2: createReadStream(path, { end: MB - 1 }), 1: part, 3: "last" };
    const Parts = [];
    for (const [number, Body] of Object.entries(bodies)) {
      const PartNumber = Number(number);
      const length = PartNumber === 2 ? { ContentLength: MB } : {};
      const { ETag } = await cos.multipartUpload(at(key, { UploadId, PartNumber, Body, ...length }));
      Parts.push({ PartNumber, ETag });
    }
    const listed = await cos.multipartListPart(at(key, { UploadId }));
    const done = await cos.multipartComplete(at(key, { UploadId, Parts }));
    return {
      begun: pick(begun, "Bucket", "Key", "statusCode"),
      parts: listed.Part.map(({ PartNumber, ETag, Size }) => [PartNumber, ETag === Parts[PartNumber - 1].ETag, Size]),
      listed: pick(listed, "Bucket", "Key", "MaxParts", "IsTruncated", "PartNumberMarker", "StorageClass"),
      done: pick(done, "Location", "Bucket", "Key", "statusCode"),
      etag: opaque(done.ETag),
      stored: await holds(key, Buffer.concat([part, part, Buffer.from("last")])),
      headers: await headersOf(key),
    };
  },
  async "pages-of-parts"() {
    const { UploadId } = await cos.multipartInit(at("pages"));
    for (const PartNumber of [1, 2, 3]) await cos.multipartUpload(at("pages", { UploadId, PartNumber, Body: "p" }));
    const first = await cos.multipartListPart(at("pages", { UploadId, MaxParts: 2, EncodingType: "url" }));
    const PartNumberMarker = first.NextPartNumberMarker;
    const second = await cos.multipartListPart(at("pages", { UploadId, MaxParts: 2, PartNumberMarker }));
    await cos.multipartAbort(at("pages", { UploadId }));
    return [first, second].map((page) => [page.IsTruncated, page.Part.map(({ PartNumber }) => PartNumber)]);
  },
  async "abort"() {
    const { UploadId } = await cos.multipartInit(at("aborted"));
    await cos.multipartUpload(at("aborted", { UploadId, PartNumber: 1, Body: "x" }));
    const { statusCode } = await cos.multipartAbort(at("aborted", { UploadId }));
    return [statusCode, await refused(cos.multipartListPart(at("aborted", { UploadId })))];
  },
  async "errors"() {
    const { UploadId } = await cos.multipartInit(at("errors"));
    const { ETag } = await cos.multipartUpload(at("errors", { UploadId, PartNumber: 1, Body: "small" }));
    await cos.multipartUpload(at("errors", { UploadId, PartNumber: 2, Body: "small" }));
    const complete = (...Parts) => refused(cos.multipartComplete(at("errors", { UploadId, Parts })));
    const send = (part) => refused(cos.multipartUpload(at("errors", { ...part, Body: "x" })));
    const found = {
      tooSmall: await complete({ PartNumber: 1, ETag }, { PartNumber: 2, ETag }),
      order: await complete({ PartNumber: 2, ETag }, { PartNumber: 1, ETag }),
      unknownPart: await complete({ PartNumber: 1, ETag: md5("other") }),
      unknownUpload: await send({ UploadId: "nonsense", PartNumber: 1 }),
      number: await send({ UploadId, PartNumber: 10001 }),
    };
    await cos.multipartAbort(at("errors", { UploadId }));
    return found;
  },
  async "list"() {
    const keys = ["list/a 1+", "list/目录/b", "list/目录/c", "other"];
    const ids = {};
    for (const key of keys) ids[key] = (await cos.multipartInit(at(key))).UploadId;
    const Prefix = "list/";
    const folders = await cos.multipartList(at(undefined, { Prefix, Delimiter: "/", EncodingType: "url" }));
    const first = await cos.multipartList(at(undefined, { Prefix, MaxUploads: 2 }));
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = first;
    const rest = await cos.multipartList(at(undefined, { Prefix, KeyMarker, UploadIdMarker }));
    const one = await cos.multipartList(at(undefined, { Prefix: "other" }));
    const aborted = await cos.abortUploadTask(at("other", { Level: "file" }));
    const all = await cos.abortUploadTask(at(undefined, { Level: "bucket" }));
    return {
      folders: [folders.CommonPrefixes, folders.Upload.map(({ Key }) => Key), folders["Encoding-Type"]],
      first: [first.IsTruncated, first.Upload.map(({ Key, UploadId }) => [Key, UploadId === ids[Key]])],
      rest: [rest.IsTruncated, rest.Upload.map(({ Key }) => Key)],
      one: pick(one.Upload[0], "Key", "StorageClass", "Owner", "Initiator"),
      aborted: aborted.successList.map(({ Key }) => Key),
      all: all.successList.map(({ Key }) => Key).sort(),
      left: await uploads(""),
    };
  },

  async "slice-upload"() {
    const key = "切片/large.bin";
    const [counted, parts] = counting();
    const seen = [];
    const onProgress = ({ percent }) => seen.push(percent);
    const headers = { Headers: { "x-cos-meta-a": "b", "Content-Type": "text/css" } };
    const data = await counted.sliceUploadFile(at(key, { FilePath: path, ChunkSize: MB, onProgress, ...headers }));
    return {
      ...pick(data, "Location", "Bucket", "Key", "statusCode"),
      etag: opaque(data.ETag),
      uploadId: /^[0-9]{10}[0-9a-f]{64}$/.test(data.UploadId),
      parts: parts.length,
      progress: seen.at(-1),
      stored: await holds(key, LARGE),
      headers: await headersOf(key),
    };
  },
  async "slice-upload-paused-and-restarted"() {
    const key = "paused.bin";
    const [counted, parts] = counting();
    let paused = 0;
    const done = new Promise((resolve, reject) => {
      let task;
      const onProgress = ({ loaded }) => {
        if (paused || loaded < 5 * MB) return;
        paused = parts.length;
        counted.pauseTask(task);
        setTimeout(100).then(() => counted.restartTask(task));
      };
      const options = { FilePath: path, ChunkSize: MB, onProgress, onTaskReady: (id) => (task = id) };
      counted.options.ProgressInterval = 1;
      counted.sliceUploadFile(at(key, options), (error, data) => (error ? reject(error) : resolve(data)));
    });
    const { statusCode } = await done;
    return { statusCode, paused: paused > 0 && paused < 25, stored: await holds(key, LARGE) };
  },
  async "slice-upload-after-a-cancelled-one"() {
    const key = "cancelled.bin";
    const [first, before] = counting();
    first.options.ProgressInterval = 1;
    await new Promise((resolve) => {
      let task;
      const onProgress = ({ loaded }) => {
        if (loaded < 8 * MB) return;
        first.cancelTask(task);
        resolve();
      };
      first.sliceUploadFile(at(key, { FilePath: path, ChunkSize: MB, onProgress, onTaskReady: (id) => (task = id) }));
    });
    await setTimeout(300); // what was on its way has arrived or is given up
    const { Upload } = await cos.multipartList(at(undefined, { Prefix: key }));
    const { Part } = await cos.multipartListPart(at(key, { UploadId: Upload[0].UploadId }));
    const [second, after] = counting();
    const { UploadId } = await second.sliceUploadFile(at(key, { FilePath: path, ChunkSize: MB }));
    return {
      cancelled: before.length < 25,
      kept: Part.length > 0,
      same: UploadId === Upload[0].UploadId,
      onlyTheOthers: after.length === 25 - Part.length,
      stored: await holds(key, LARGE),
      uploads: await uploads(key),
    };
  },
  async "slice-upload-of-what-another-program-began"() {
    // Nothing is known here of that upload: the SDK finds it in the list, and compares the ETags of the parts.
    const key = "began elsewhere+.bin";
    const { UploadId } = await cos.multipartInit(at(key));
    for (const PartNumber of [1, 2, 3, 4]) {
      const Body = LARGE.subarray((PartNumber - 1) * MB, PartNumber * MB);
      await cos.multipartUpload(at(key, { UploadId, PartNumber, Body }));
    }
    const [counted, parts] = counting();
    const data = await counted.sliceUploadFile(at(key, { FilePath: path, ChunkSize: MB }));
    return { same: data.UploadId === UploadId, parts: parts.length, stored: await holds(key, LARGE) };
  },
  async "slice-upload-of-an-empty-file"() {
    const { ETag } = await cos.sliceUploadFile(at("empty", { FilePath: file("empty", "") }));
    return ETag;
  },
  async "upload-file"() {
    const found = [];
    for (const SliceSize of [MB, 100 * MB]) {
      const { ETag } = await cos.uploadFile(at("uploaded.bin", { FilePath: medium, SliceSize }));
      found.push([opaque(ETag).replace(md5(MEDIUM), "MD5"), await holds("uploaded.bin", MEDIUM)]);
    }
    return found;
  },
  async "upload-files"() {
    const small = file("small.txt", "small");
    const files = [
      at("many/small.txt", { FilePath: small }),
      at("many/large.bin", { FilePath: medium }),
      at("many/body", { Body: Buffer.from("body") }),
    ];
    const finished = [];
    const seen = [];
    const data = await cos.uploadFiles({
      files,
      SliceSize: 5 * MB,
      onProgress: ({ percent }) => seen.push(percent),
      onFileFinish: (error, _, { Key }) => finished.push([Key, error ?? null]),
    });
    return {
      files: data.files.map(({ error, data: { statusCode, ETag } }) => [error ?? null, statusCode, opaque(ETag)]),
      finished: finished.sort(),
      progress: seen.at(-1),
      stored: await holds("many/large.bin", MEDIUM),
    };
  },
});
