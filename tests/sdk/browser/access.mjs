// Keys and clocks: what a page sees of the requests that are refused, and temporary keys.
import { at, client, refusal, temporaryClient } from "./session.mjs";

const cos = client();
const here = (key, more) => at("access", key, more);

export async function prepare() {
  await cos.putBucket(here());
  await cos.putObject(here("k", { Body: "x" }));
}

export const cases = {
  async "no-such-key"() {
    return refusal(cos.getObject(here("no/such 键")));
  },
  async "no-such-key-of-head"() {
    // There is no document to read, and the SDK makes do with the status.
    const { statusCode } = await refusal(cos.headObject(here("none")));
    return statusCode;
  },
  async "no-such-bucket"() {
    return refusal(cos.getObject(at("nosuch", "k")));
  },
  async "signature-does-not-match"() {
    return refusal(client({ SecretKey: "wrong" }).putObject(here("wrong", { Body: "x" })));
  },
  async "invalid-access-key-id"() {
    return refusal(client({ SecretId: "AKIDnobody" }).getObject(here("k")));
  },
  async "bucket-not-empty"() {
    return refusal(cos.deleteBucket(here()));
  },
  async "a-clock-that-is-wrong"() {
    // The SDK reads the right time from the Date of the refusal, which must be exposed, and asks again.
    const found = [];
    for (const hours of [-24, 24]) {
      let sent = 0;
      const late = client({ SystemClockOffset: hours * 3600 * 1000 });
      late.on("before-send", () => sent++);
      const { statusCode } = await late.getObject(here("k"));
      found.push([statusCode, sent, Math.abs(late.options.SystemClockOffset) < 60_000]);
    }
    return found;
  },
  async "temporary-key"() {
    const { cos: own, asked } = temporaryClient("/keys.json");
    const put = await own.putObject(here("temporary/a", { Body: "temporary" }));
    const { Body } = await own.getObject(here("temporary/a"));
    return [put.statusCode, Body, asked];
  },
  async "temporary-key-of-each-request"() {
    const { cos: own, asked } = temporaryClient("/keys-for-one.json");
    await own.putObject(here("temporary/b", { Body: "b" }));
    await own.getObject(here("temporary/b"));
    return asked;
  },
  async "temporary-key-elsewhere"() {
    const { cos: own } = temporaryClient("/keys.json");
    return refusal(own.putObject(here("elsewhere", { Body: "x" })));
  },
  async "temporary-key-in-parts"() {
    const { cos: own } = temporaryClient("/keys.json");
    const Body = new File([new Uint8Array(2 * 1024 * 1024)], "t.bin");
    const { statusCode } = await own.sliceUploadFile(here("temporary/parts", { Body }));
    return statusCode;
  },
  async "temporary-key-that-has-run-out"() {
    const { cos: own } = temporaryClient("/old-keys.json");
    return refusal(own.getObject(here("k")));
  },
  async "authorization-of-the-server"() {
    // The page's server may also sign each request itself; here the page does it in its place.
    const { id: SecretId, secret: SecretKey } = (await (await fetch("/settings.json")).json()).keys;
    const own = client({
      SecretId: "",
      getAuthorization({ Method, Pathname, Query, Headers }, callback) {
        callback(COS.getAuthorization({ SecretId, SecretKey, Method, Pathname, Query, Headers }));
      },
    });
    return (await own.getObject(here("k"))).Body;
  },
};
