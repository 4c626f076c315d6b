// What the scripts have in common. Each reads one object of settings from standard input:
//   {sdk, port, keys: {published, stranger, temporary}, bucket, region, folder, names}
// runs its cases one after the other, and prints a line of JSON for each: {name, answer} or {name, error}.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fetchAt, runCases } from "../node_shared.mjs";

export { pick } from "../node_shared.mjs";

export const settings = JSON.parse(readFileSync(0, "utf8"));
const COS = (await import(settings.sdk)).default;

export const ADDRESS = `127.0.0.1:${settings.port}`;
export const MB = 1024 * 1024;

/** A client that needs no name resolution: it connects to the address, and sends the bucket's name as Host. */
export function client(options) {
  const { id: SecretId, secret: SecretKey, token: SecurityToken } = settings.keys.published;
  const own = { SecretId, SecretKey, SecurityToken, Protocol: "http:", Ip: ADDRESS, ConfCwd: settings.folder };
  return new COS({ ...own, ...options });
}

/** A client, and the names of its methods that have been answered without an error. */
export function watched() {
  const answered = new Set();
  const cos = new Proxy(client(), {
    get(target, name) {
      const found = target[name];
      if (typeof found !== "function" || !/Bucket|Service/.test(name)) return found;
      return async (...parameters) => {
        const answer = await found.apply(target, parameters);
        answered.add(name);
        return answer;
      };
    },
  });
  return { cos, answered };
}

/** The options of a client with another key pair. */
export function credentials(name) {
  const { id: SecretId, secret: SecretKey, token: SecurityToken } = settings.keys[name];
  return { SecretId, SecretKey, SecurityToken };
}

/** The parameters that name the script's bucket, or an object in it. */
export function at(Key, more) {
  return { Bucket: settings.bucket, Region: settings.region, ...(Key === undefined ? {} : { Key }), ...more };
}

/** How the source of a copy is written. */
export function source(key) {
  return `${settings.bucket}.cos.${settings.region}.myqcloud.com/${encodeURIComponent(key)}`;
}

export function md5(content) {
  return createHash("md5").update(content).digest("hex");
}

/** Bytes that do not repeat, the same in every run. */
export function bytes(size) {
  const content = Buffer.alloc(size);
  for (let at = 0, state = 1; at + 4 <= size; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    content.writeUInt32LE(state, at);
  }
  return content;
}

/** Send a request to a URL as it is written, without asking anybody for the address of its host. */
export function fetchUrl(url, options) {
  return fetchAt(settings.port, url, options);
}

/** An opaque ETag of so many parts, without what differs from run to run. */
export function opaque(etag) {
  return etag.replace(/[0-9a-f]{32}-/, "X-");
}

/** All that the SDK says of a refused request. */
export async function refusal(promise) {
  const error = await promise.then(
    (data) => ({ code: "accepted", ...data }),
    (error) => error,
  );
  const { code, message, statusCode, headers, RequestId, error: document } = error;
  if (statusCode === undefined) throw error;
  const requestId = Boolean(RequestId) && RequestId === headers["x-cos-request-id"];
  return { code, message, statusCode, requestId, resource: document?.Resource };
}

/** The status and the code of a refused request. */
export async function refused(promise) {
  const { statusCode, code } = await refusal(promise);
  return [statusCode, code];
}

/** Run the cases in a bucket of the script's own; `prepare` puts into it what several of them use. */
export async function run(cases, prepare = async () => {}) {
  await client().putBucket(at());
  await prepare();
  await runCases(cases);
}
