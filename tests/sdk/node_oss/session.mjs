// What the scripts have in common. Each reads one object of settings from standard input:
//   {endpoint, options, key: {id, secret, token}, stranger, bucket, other, port, pictures, folder}
// runs its cases one after the other, and prints a line of JSON for each: {name, answer} or {name, error}.
import { readFileSync } from "node:fs";
import OSS from "ali-oss";
import { fetchAt, runCases } from "../node_shared.mjs";

export { pick } from "../node_shared.mjs";

export const settings = JSON.parse(readFileSync(0, "utf8"));
export const KB = 1024;

/** A client with the settings of this run, and with a key pair of its own if told so. */
export function client(options = {}, key = settings.key) {
  const { id: accessKeyId, secret: accessKeySecret, token: stsToken } = key;
  const renewal = stsToken ? { stsToken, refreshSTSToken: async () => ({ accessKeyId, accessKeySecret, stsToken }) } : {};
  const { endpoint, bucket } = settings;
  return new OSS({ accessKeyId, accessKeySecret, ...renewal, endpoint, bucket, ...settings.options, ...options });
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

export function picture(name) {
  return readFileSync(`${settings.pictures}/${name}`);
}

/** Send a request to a URL as it is written, without asking anybody for the address of its host. */
export function fetchUrl(url, options) {
  return fetchAt(settings.port, url, options);
}

/** All that the SDK says of a refused request. */
export async function refusal(promise) {
  const error = await promise.then(
    () => ({ code: "accepted", status: 0 }),
    (error) => error,
  );
  if (error.status === undefined) throw error;
  const { code, status, name, message, ecCode } = error;
  return { code, status, name, message, ecCode: ecCode ?? null, requestId: /^[0-9A-F]{24}$/.test(error.requestId) };
}

/** The status and the code of a refused request. */
export async function refused(promise) {
  const { status, code } = await refusal(promise);
  return [status, code];
}

/** What recognition found in an answer, and whether it names its request. */
export function codes(content) {
  const { RequestId, Codes } = JSON.parse(content.toString());
  return { requestId: /^[0-9A-F-]{36}$/.test(RequestId), contents: Codes.map(({ Content }) => Content) };
}

export async function run(cases, prepare = async () => {}) {
  await prepare();
  await runCases(cases);
}
