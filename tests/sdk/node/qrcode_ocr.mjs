// Reads a list of calls as JSON from standard input, makes them with tencentcloud-sdk-nodejs, and prints a line of JSON
// for each: {name, answer} or {name, error}.
import { readFileSync } from "node:fs";
import common from "tencentcloud-sdk-nodejs-common";
import sdk from "tencentcloud-sdk-nodejs-ocr";

const { Client } = sdk.ocr.v20181119;

async function call({ action, version, params, options, octets, ...config }) {
  if (octets) return new Client(config).requestOctetStream("QrcodeOCR", Buffer.from(octets));
  if (options) return new Client(config).request("QrcodeOCR", params, options);
  if (!action) return new Client(config).QrcodeOCR(params);
  return new common.CommonClient("ocr.tencentcloudapi.com", version ?? "2018-11-19", config).request(action, params);
}

function told(error) {
  const { code, message, requestId, traceId, httpCode } = error;
  return { kind: error.constructor.name, code, message, requestId, traceId, httpCode };
}

const calls = JSON.parse(readFileSync(0, "utf8"));

async function worker() {
  for (let next = calls.shift(); next; next = calls.shift()) {
    const { name, ...rest } = next;
    const outcome = await call(rest).then(
      (answer) => ({ answer }),
      (error) => ({ error: told(error) }),
    );
    console.log(JSON.stringify({ name, ...outcome }));
  }
}

await Promise.all(Array.from({ length: 8 }, worker));
