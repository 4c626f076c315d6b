// A bucket's own CORS rules: what is not allowed is blocked by the browser, what is not exposed cannot be read.
import { MB, at, blocked, client, urlOf } from "./session.mjs";

const cos = client();
const METHODS = ["PUT", "GET", "POST", "DELETE", "HEAD"];
const OTHER = "https://www.example.com";

/** Make a bucket with one rule, which is open to this page but for what `rule` says. */
async function bucket(name, rule) {
  await cos.putBucket(at(name));
  await cos.putObject(at(name, "k", { Body: "x", ACL: "public-read" }));
  const open = { AllowedOrigin: location.origin, AllowedMethod: METHODS, AllowedHeader: "*" };
  const CORSRules = [{ ...open, MaxAgeSeconds: 600, ExposeHeader: ["ETag", "Content-Length"], ...rule }];
  await cos.putBucketCors(at(name, undefined, { CORSRules }));
}

export const cases = {
  async "another-origin"() {
    await bucket("other", { AllowedOrigin: OTHER });
    const simple = await fetch(urlOf("other", "k")).then(
      () => "accepted",
      (error) => error.name,
    );
    const opaque = await fetch(urlOf("other", "k"), { mode: "no-cors" });
    return { put: await blocked(cos.putObject(at("other", "p", { Body: "y" }))), simple, opaque: opaque.type };
  },
  async "another-method"() {
    await bucket("method", { AllowedMethod: ["GET"] });
    const { Body } = await cos.getObject(at("method", "k"));
    return { Body, put: await blocked(cos.putObject(at("method", "p", { Body: "y" }))) };
  },
  async "another-header"() {
    await bucket("header", { AllowedHeader: ["authorization", "Cache-Control"] });
    const { statusCode } = await cos.putObject(at("header", "p", { Body: "y" }));
    const meta = { Body: "y", "x-cos-meta-a": "1" };
    return { statusCode, meta: await blocked(cos.putObject(at("header", "q", meta))) };
  },
  async "exposed"() {
    await bucket("exposed", {});
    const { headers, ETag } = await cos.getObject(at("exposed", "k"));
    return { ETag, names: Object.keys(headers).sort() };
  },
  async "nothing-exposed"() {
    await bucket("hidden", { ExposeHeader: [] });
    const { headers, ETag } = await cos.getObject(at("hidden", "k"));
    const Body = new File([new Uint8Array(2 * MB)], "hidden.bin");
    const slice = await blocked(cos.sliceUploadFile(at("hidden", "s", { Body })));
    return { names: Object.keys(headers).sort(), ETag: ETag ?? null, slice };
  },
  async "any-origin-with-a-star"() {
    await bucket("star", { AllowedOrigin: "http://127.0.0.1:*" });
    const answer = await fetch(urlOf("star", "k"), { credentials: "include" });
    return [answer.status, await answer.text()];
  },
  async "remembered"() {
    // The browser asks once for what it may remember.
    await bucket("remembered", {});
    for (const Body of ["1", "2", "3"]) await cos.putObject(at("remembered", "p", { Body }));
    return (await cos.getObject(at("remembered", "p"))).Body;
  },
  async "not-remembered"() {
    await bucket("forgotten", { MaxAgeSeconds: 0 });
    for (const Body of ["1", "2", "3"]) await cos.putObject(at("forgotten", "p", { Body }));
    return (await cos.getObject(at("forgotten", "p"))).Body;
  },
  async "told-and-removed"() {
    await bucket("removed", {});
    const { CORSRules } = await cos.getBucketCors(at("removed"));
    const { statusCode } = await cos.deleteBucketCors(at("removed"));
    const after = await cos.getBucketCors(at("removed"));
    const { headers } = await cos.getObject(at("removed", "k"));
    const origins = CORSRules[0].AllowedOrigins;
    return { origins, statusCode, after: after.CORSRules, id: "x-cos-request-id" in headers };
  },
};
