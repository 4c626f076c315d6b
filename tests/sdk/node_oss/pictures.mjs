// image/codes and what else is asked of pictures, and what the SDK says of refused requests.
import { client, codes, fetchUrl, picture, refusal, refused, run, settings } from "./session.mjs";

const oss = client();
const process = "image/codes";

await run(
  {
    async "codes"() {
      const { content, res } = await oss.get("目录/qr.png", { process });
      const { Codes } = JSON.parse(content.toString());
      const boundary = Object.values(Codes[0].Boundary).every(Number.isInteger) && Object.keys(Codes[0].Boundary);
      return { ...codes(content), status: res.status, type: res.headers["content-type"], boundary };
    },
    async "several-codes"() {
      const found = codes((await oss.get("desk.jpg", { process })).content);
      return found.contents.length;
    },
    async "no-code"() {
      return codes((await oss.get("none.jpg", { process })).content);
    },
    async "codes-by-url"() {
      const urls = [oss.signatureUrl("目录/qr.png", { process })];
      urls.push(await oss.signatureUrlV4("GET", 60, { queries: { "x-oss-process": process } }, "目录/qr.png"));
      const answers = await Promise.all(urls.map((url) => fetchUrl(url)));
      return answers.map(({ status, body }) => [status, codes(body).contents]);
    },
    async "codes-without-a-signature"() {
      await oss.putACL("目录/qr.png", "public-read");
      const url = oss.generateObjectUrl("目录/qr.png");
      const { status, body } = await fetchUrl(`${url}?x-oss-process=image%2Fcodes`);
      return [(await fetchUrl(url)).status, status, /<Code>(.*)<\/Code>/.exec(body)[1]];
    },
    async "info"() {
      const { content } = await oss.get("目录/qr.png", { process: "image/info" });
      return Object.keys(JSON.parse(content.toString()));
    },
    async "codes-of-a-text"() {
      const { code, status, name, requestId } = await refusal(oss.get("text", { process }));
      return { code, status, name, requestId };
    },
    async "codes-of-nothing"() {
      return refused(oss.get("nothing here", { process }));
    },
    async "unknown-action"() {
      return refused(oss.get("目录/qr.png", { process: "image/unheard-of" }));
    },

    async "no-such-key"() {
      return refusal(oss.get("nothing here"));
    },
    async "no-such-bucket"() {
      return refusal(client({ bucket: `${settings.bucket}-none` }).get("text"));
    },
    async "wrong-secret"() {
      const { id, token } = settings.key;
      const refusing = client({}, { id, token, secret: "wrong" }).get("text");
      return refusal(refusing);
    },
    async "unknown-key"() {
      return refusal(client({}, { id: "LTAInobody", secret: "x" }).get("text"));
    },
    async "another-account"() {
      return refusal(client({}, settings.stranger).get("text"));
    },
    async "head-without-permission"() {
      return refusal(client({}, settings.stranger).head("text"));
    },
    async "callback"() {
      const callback = { url: "http://127.0.0.1:1/called", body: "a=b" };
      return refused(oss.put("text", Buffer.from("x"), { callback }));
    },
  },
  async () => {
    await oss.putBucket(settings.bucket);
    await oss.put("目录/qr.png", picture("qr-url.png"));
    await oss.put("desk.jpg", picture("desk-with-five-codes.jpg"));
    await oss.put("none.jpg", picture("no-code.jpg"));
    await oss.put("text", Buffer.from("no picture"));
  },
);
