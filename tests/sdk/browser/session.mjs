// What the modules of cases have in common. The page's own server tells the settings:
//   {port, region, appid, keys: {id, secret}}
export const settings = await (await fetch("/settings.json")).json();

export const MB = 1024 * 1024;

/** Tell the page's own server what a case gave; nothing at all says that the page is done. */
export async function report(line) {
  await fetch("/results", { method: "POST", body: line === undefined ? "" : JSON.stringify(line) });
}

/** A client that the browser needs no name server for: it resolves whatever ends in .localhost by itself. */
export function client(options) {
  const { id: SecretId, secret: SecretKey } = settings.keys;
  const ServiceDomain = `service.cos.localhost:${settings.port}`;
  return new COS({ SecretId, SecretKey, ...address(), ServiceDomain, ...options });
}

/** A client that asks the page's own server for temporary keys, as an application does. */
export function temporaryClient(path, options) {
  const asked = [];
  const getAuthorization = async (wanted, callback) => {
    asked.push(wanted.Method);
    callback(await (await fetch(path)).json());
  };
  return { cos: new COS({ ...address(), getAuthorization, ...options }), asked };
}

function address() {
  return { Protocol: "http:", Domain: `{Bucket}.cos.{Region}.localhost:${settings.port}` };
}

/** The parameters that name a bucket, and an object in it. */
export function at(name, Key, more) {
  const place = { Bucket: `${name}-${settings.appid}`, Region: settings.region };
  return { ...place, ...(Key === undefined ? {} : { Key }), ...more };
}

/** The URL of an object, without a signature. */
export function urlOf(name, key) {
  return `http://${name}-${settings.appid}.cos.${settings.region}.localhost:${settings.port}/${encodeURI(key)}`;
}

/** All that the SDK says of a refused request. */
export async function refusal(promise) {
  const error = await promise.then(
    (data) => ({ code: "accepted", ...data }),
    (error) => error,
  );
  const { code, message, statusCode, headers, RequestId, error: document } = error;
  if (typeof document === "string") return { code, message: document, statusCode };
  const requestId = Boolean(RequestId) && RequestId === headers?.["x-cos-request-id"];
  return { code, message, statusCode, requestId, Code: document?.Code };
}

/** The status and the code of a refused request, and a header of its answer that the page could read. */
export async function refused(promise, header) {
  const error = await promise.then(
    ({ statusCode }) => ({ code: "accepted", statusCode }),
    (error) => error,
  );
  return [error.statusCode, error.code, error.headers?.[header] ?? null];
}

/** Whether the browser has kept an answer from the SDK. */
export async function blocked(promise) {
  const error = await promise.then(
    () => "accepted",
    (error) => error.message ?? error,
  );
  return error;
}

/** Those headers of an answer that the page could read. */
export function pick(from, ...names) {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}

/** Bytes that do not repeat, the same in every run. */
export function bytes(size) {
  const content = new Uint32Array(size / 4);
  for (let at = 0, state = 1; at < content.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    content[at] = state;
  }
  return new Uint8Array(content.buffer);
}

/** An opaque ETag of so many parts, without what differs from run to run. */
export function opaque(etag) {
  return etag.replace(/[0-9a-f]{32}-/, "X-");
}

/** Whether two buffers hold the same bytes. */
export function same(left, right) {
  const [one, other] = [new Uint8Array(left), new Uint8Array(right)];
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
