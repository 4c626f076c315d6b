// Codes and facts of stored pictures: `ci-process=QRcode`, `?imageInfo`, `?exif` and `?imageAve`.
import { readFileSync } from "node:fs";
import { at, client, credentials, fetchUrl, pick, refusal, refused, run } from "./session.mjs";

const cos = client();
const stranger = client(credentials("stranger"));
const PICTURES = new URL("../../../samples/pictures/", import.meta.url);
const NAMES = ["qr-url.png", "shipping-label.png", "no-code.jpg", "qr-exif-orientation-6.jpg"];

function ask(Key, query, more, asker = cos) {
  const Query = { "ci-process": "QRcode", ...query };
  return asker.request(at(Key, { Method: "GET", Query, ...more }));
}

/** What the SDK makes of an answer, with the picture replaced by what kind of file it is. */
function told({ Response }) {
  const { ResultImage, ...rest } = Response;
  if (ResultImage === undefined) return rest;
  const head = Buffer.from(ResultImage, "base64").subarray(0, 4).toString("latin1");
  return { ...rest, ResultImage: head.includes("PNG") ? "PNG" : head.startsWith("\xff\xd8") ? "JPEG" : head };
}

function texts({ Response }) {
  return [Response.QRcodeInfo].flat().map(({ CodeUrl }) => CodeUrl);
}

/** What is said of a picture: by `request` with a query, and by `getObject`, which gives bytes. */
async function facts(Key, name) {
  const requested = await cos.request(at(Key, { Method: "GET", Query: { [name]: "" }, RawBody: true }));
  const { Body, headers } = await cos.getObject(at(Key, { QueryString: name }));
  const [one, other] = [JSON.parse(requested.Body.toString()), JSON.parse(Body.toString())];
  return { same: JSON.stringify(one) === JSON.stringify(other), type: headers["content-type"], told: other };
}

const cases = {
  async "one-code"() {
    return told(await ask("qr-url.png", { cover: 0, "bar-type": 0 }));
  },
  async "several-codes"() {
    const { Response } = await ask("shipping-label.png", {});
    return { status: Response.CodeStatus, list: Array.isArray(Response.QRcodeInfo), texts: texts({ Response }) };
  },
  async "no-code"() {
    return told(await ask("no-code.jpg", {}));
  },
  async "headers"() {
    const { statusCode, headers, RequestId } = await ask("qr-url.png", {});
    const id = RequestId === headers["x-cos-request-id"] && RequestId === headers["x-ci-request-id"];
    return { statusCode, id, ...pick(headers, "content-type", "server", "transfer-encoding") };
  },
  async "cover"() {
    const kinds = {};
    for (const name of NAMES) kinds[name] = told(await ask(name, { cover: 1 })).ResultImage;
    return kinds;
  },
  async "what-is-covered-is-not-read-again"() {
    const { Response } = await ask("qr-exif-orientation-6.jpg", { cover: 1 });
    await cos.putObject(at("covered.jpg", { Body: Buffer.from(Response.ResultImage, "base64") }));
    return told(await ask("covered.jpg", {}));
  },
  async "bar-type"() {
    const [two, bars] = [1, 2].map((type) => ask("shipping-label.png", { "bar-type": type }));
    return [texts(await two), texts(await bars)];
  },
  async "segment"() {
    return texts(await ask("shipping-label.png", { segment: 1, size: 500 }));
  },
  async "numbers-as-text"() {
    return texts(await ask("qr-url.png", { cover: "0", "bar-type": "1", segment: "1", size: "1000" }));
  },
  async "chinese-key-and-text"() {
    return texts(await ask("目录/二维码 1+.png", { cover: 0 }));
  },
  async "query-string"() {
    const { Body } = await cos.getObject(at("qr-url.png", { QueryString: "ci-process=QRcode&cover=0" }));
    return Body.toString();
  },
  async "version"() {
    return texts(await ask("qr-url.png", { versionId: "null" }));
  },
  async "signed-url"() {
    const url = await new Promise((resolve, reject) => {
      const wanted = at("qr-url.png", { Sign: true, Query: { "ci-process": "QRcode", cover: 0 } });
      cos.getObjectUrl(wanted, (error, data) => (error ? reject(error) : resolve(data.Url)));
    });
    const { status, headers, body } = await fetchUrl(url);
    return { status, type: headers["content-type"], found: /<CodeUrl>(.*)<\/CodeUrl>/.exec(body)[1] };
  },
  async "temporary-key"() {
    return texts(await ask("qr-url.png", {}, {}, client(credentials("temporary"))));
  },
  async "another-account"() {
    const closed = await refused(ask("qr-url.png", {}, {}, stranger));
    await cos.putObjectAcl(at("qr-url.png", { ACL: "public-read" }));
    const open = texts(await ask("qr-url.png", {}, {}, stranger));
    await cos.putObjectAcl(at("qr-url.png", { ACL: "private" }));
    return [closed, open];
  },
  async "image-info"() {
    const { told: all, ...rest } = await facts("qr-url.png", "imageInfo");
    return { ...rest, told: pick(all, "format", "width", "height", "size", "md5") };
  },
  async "exif"() {
    const { same, type, told: tags } = await facts("qr-exif-orientation-6.jpg", "exif");
    const none = await facts("qr-url.png", "exif");
    return { same, type, orientation: tags.Orientation, none: none.told };
  },
  async "image-average"() {
    return facts("qr-url.png", "imageAve");
  },
  async "no-object"() {
    return refusal(ask("none.png", {}));
  },
  async "no-picture"() {
    const sent = ask("text.png", {});
    const number = await sent.catch(({ headers }) => headers["x-errno"]);
    return [await refusal(sent), number];
  },
  async "bad-parameters"() {
    const bad = { cover: 2, "bar-type": 3, segment: "yes", size: 499 };
    const found = {};
    for (const [name, value] of Object.entries(bad)) {
      const { code, statusCode, message } = await refusal(ask("qr-url.png", { [name]: value }));
      found[name] = [statusCode, code, message];
    }
    return found;
  },
  async "elsewhere"() {
    const elsewhere = {
      bucket: () => ask("", {}),
      spelling: () => ask("qr-url.png", { "ci-process": "qrcode" }),
      put: () => ask("qr-url.png", {}, { Method: "PUT", Body: "other" }),
      delete: () => ask("qr-url.png", {}, { Method: "DELETE" }),
      head: () => ask("qr-url.png", {}, { Method: "HEAD" }),
    };
    const found = {};
    for (const [name, send] of Object.entries(elsewhere)) found[name] = await refused(send());
    return { ...found, "still there": texts(await ask("qr-url.png", {})) };
  },
  async "facts-of-no-picture"() {
    const found = {};
    for (const name of ["imageInfo", "exif", "imageAve"]) {
      found[name] = await refused(cos.getObject(at("text.png", { QueryString: name })));
    }
    return found;
  },
};

await run(cases, async () => {
  for (const name of NAMES) await cos.putObject(at(name, { Body: readFileSync(new URL(name, PICTURES)) }));
  await cos.putObject(at("目录/二维码 1+.png", { Body: readFileSync(new URL("qr-chinese.png", PICTURES)) }));
  await cos.putObject(at("text.png", { Body: "no picture" }));
});
