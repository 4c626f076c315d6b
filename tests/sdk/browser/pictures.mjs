// Codes in pictures: of stored objects, while they are uploaded, and in place. The bucket holds the sample pictures.
import { at, blocked, client, pick, refusal, refused } from "./session.mjs";

const cos = client();
const here = (key, more) => at("pictures", key, more);

/** Ask for the codes of a stored picture. */
function codes(Key, Query) {
  return cos.request(here(Key, { Method: "GET", Query: { "ci-process": "QRcode", ...Query } }));
}

/** A sample as a page has it: a blob, of a type that the browser knows. */
async function sample(name) {
  const { Body } = await cos.getObject(here(name, { DataType: "blob" }));
  return new File([Body], name, { type: "image/png" });
}

/** The header `Pic-Operations` with one rule, or with what is given in its place. */
function operations(rule, more) {
  return JSON.stringify({ is_pic_info: 1, rules: [{ rule, ...more }] });
}

/** The size of a picture that came as base64, as an <img> shows it. */
async function shown(base64) {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}

/** What an upload tells, without what only the service can know. */
function uploaded({ OriginalInfo, ProcessResults }) {
  const { Key, Location, ImageInfo } = OriginalInfo;
  const { CodeStatus, QRcodeInfo, ...result } = ProcessResults.Object;
  return {
    original: { Key, Location, ...pick(ImageInfo, "Format", "Width", "Height", "Orientation") },
    result: pick(result, "Key", "Location", "Format", "Width", "Height"),
    CodeStatus,
    QRcodeInfo,
  };
}

export async function prepare() {
  await cos.putObject(here("text.png", { Body: "no picture" }));
}

export const cases = {
  async "codes"() {
    const { Response, statusCode, headers, RequestId } = await codes("qr-url.png", { "bar-type": 1 });
    const same = RequestId === headers["x-ci-request-id"] && RequestId === headers["x-cos-request-id"];
    return { Response, statusCode, same };
  },
  async "codes-of-several"() {
    const { Response } = await codes("shipping-label.png", { cover: 0 });
    return Response.QRcodeInfo.map(({ CodeUrl, CodeLocation }) => [CodeUrl, CodeLocation.Point.length]);
  },
  async "codes-covered"() {
    const { Response } = await codes("shipping-label.png", { cover: 1 });
    return [Response.QRcodeInfo.length, await shown(Response.ResultImage)];
  },
  async "no-codes"() {
    const { Response } = await codes("no-code.jpg");
    return Response;
  },
  async "codes-refused"() {
    return refused(codes("text.png"), "x-errno");
  },
  async "facts"() {
    const told = await cos.request(here("qr-url.png", { Method: "GET", Query: { imageInfo: "" } }));
    return pick(told, "format", "width", "height");
  },
  async "put"() {
    const Body = await sample("qr-url.png");
    const { statusCode, ETag, UploadResult, headers } = await cos.putObject(
      here("mine/一 1.png", { Body, PicOperations: operations("QRcode/cover/0") }),
    );
    const original = UploadResult.OriginalInfo.ETag === ETag;
    return { statusCode, original, id: "x-ci-request-id" in headers, told: uploaded(UploadResult) };
  },
  async "put-covered"() {
    const Body = await sample("shipping-label.png");
    const PicOperations = operations("QRcode/cover/1", { fileid: "covered/label.png" });
    const { UploadResult } = await cos.putObject(here("mine/label.png", { Body, PicOperations }));
    const { QRcodeInfo, ...told } = uploaded(UploadResult);
    const [source, result] = [await codes("mine/label.png"), await codes("mine/covered/label.png")];
    return {
      ...told,
      texts: QRcodeInfo.map(({ CodeUrl }) => CodeUrl),
      then: [source, result].map(({ Response }) => Response.CodeStatus),
    };
  },
  async "upload-in-parts"() {
    const Body = await sample("qr-url.png");
    const { statusCode, UploadResult } = await cos.sliceUploadFile(
      here("mine/parts.png", { Body, PicOperations: operations("QRcode/cover/0") }),
    );
    return { statusCode, ...uploaded(UploadResult) };
  },
  async "in-place"() {
    const Headers = { "Pic-Operations": operations("QRcode/cover/1", { fileid: "/mine/in place.png" }) };
    const { UploadResult } = await cos.request(
      here("qr-url.png", { Method: "POST", Action: "image_process", Headers }),
    );
    return uploaded(UploadResult);
  },
  async "put-refused"() {
    const sent = (Body, rule) => cos.putObject(here("none.png", { Body, PicOperations: operations(rule) }));
    const [rule, other, picture] = [
      await refused(sent(await sample("qr-url.png"), "QRcode/cover/2"), "x-errno"),
      await refused(sent(await sample("qr-url.png"), "imageMogr2/rotate/90"), "x-errno"),
      await refused(sent(await sample("text.png"), "QRcode/cover/0"), "x-errno"),
    ];
    return { rule, other, picture, stored: (await refusal(cos.headObject(here("none.png")))).statusCode };
  },
  async "own-rules"() {
    // The document can be read in any case; the headers of the answer, and to send `Pic-Operations`, must be allowed.
    const name = "narrow";
    const AllowedHeader = ["authorization", "cache-control", "content-type"];
    const AllowedMethod = ["GET", "PUT"];
    const rule = { AllowedOrigin: location.origin, AllowedMethod, AllowedHeader, ExposeHeader: ["ETag"] };
    await cos.putBucket(at(name));
    await cos.putObject(at(name, "k.png", { Body: await sample("qr-url.png") }));
    await cos.putObject(at(name, "text.png", { Body: "no picture" }));
    await cos.putBucketCors(at(name, undefined, { CORSRules: [rule] }));
    const ask = (Key) => cos.request(at(name, Key, { Method: "GET", Query: { "ci-process": "QRcode" } }));
    const { Response, headers } = await ask("k.png");
    const PicOperations = operations("QRcode/cover/0");
    const Body = await sample("qr-url.png");
    return {
      CodeStatus: Response.CodeStatus,
      id: "x-ci-request-id" in headers,
      refused: await refused(ask("text.png"), "x-errno"),
      put: await blocked(cos.putObject(at(name, "p.png", { Body, PicOperations }))),
    };
  },
};
