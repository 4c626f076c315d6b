// Services of Cloud Infinite: `request` with a Url to the hosts of Cloud Infinite, as the SDK's own examples do it.
import { at, client, pick, refused, run, settings } from "./session.mjs";

const cos = client();
const BUCKETS_HOST = `${settings.bucket}.ci.${settings.region}.myqcloud.com`;
const REGIONS_HOST = `ci.${settings.region}.myqcloud.com`;
const ENTRY = ["BucketId", "Name", "Region"];

const ask = (Method, Url, more) => cos.request(at(undefined, { Method, Url: `http://${Url}`, ...more }));
const status = async () => (await ask("GET", `${BUCKETS_HOST}/`)).CIStatus;

function service(path, element) {
  return async () => {
    const opened = await ask("POST", `${BUCKETS_HOST}/${path}`, { Key: path });
    const query = { pageNumber: 1, pageSize: 10, bucketNames: settings.bucket };
    const list = async () =>
      (await cos.request({ Method: "GET", Key: path, Url: `http://${REGIONS_HOST}/${path}`, Query: query })).Response;
    const listed = await list();
    const closed = await ask("DELETE", `${BUCKETS_HOST}/${path}`, { Key: path });
    return {
      opened: pick(opened.Response[element], ...ENTRY),
      listed: pick(listed, "TotalCount", "PageNumber", "PageSize"),
      entry: pick(listed[`${element}List`], ...ENTRY),
      closed: closed.Response.BucketName,
      none: (await list()).TotalCount,
      twice: await refused(ask("DELETE", `${BUCKETS_HOST}/${path}`, { Key: path })),
    };
  };
}

await run({
  async "bind"() {
    const bound = await ask("PUT", `${BUCKETS_HOST}/`);
    const on = await ask("GET", `${BUCKETS_HOST}/`, { RawBody: true });
    const unbound = await ask("PUT", `${BUCKETS_HOST}/`, { Action: "unbind" });
    const off = await status();
    const Query = { "ci-process": "qrcode-generate", "qrcode-content": "x", width: 90 };
    const closed = await refused(cos.request(at(undefined, { Method: "GET", Query })));
    await ask("PUT", `${BUCKETS_HOST}/`);
    return {
      bound: bound.Response.CIBucket,
      on: on.Body.toString(),
      unbound: unbound.statusCode,
      off,
      refused: closed,
      again: await status(),
    };
  },
  "ai_bucket": service("ai_bucket", "AiBucket"),
  "picbucket": service("picbucket", "PicBucket"),
  async "a-list-without-a-bucket"() {
    await ask("POST", `${BUCKETS_HOST}/ai_bucket`, { Key: "ai_bucket" });
    const list = (Query) =>
      cos.request({ Method: "GET", Key: "ai_bucket", Url: `http://${REGIONS_HOST}/ai_bucket`, Query });
    return [(await list({})).Response.TotalCount, await refused(list({ pageSize: 101 }))];
  },
  async "jobs"() {
    return refused(ask("POST", `${BUCKETS_HOST}/jobs`, { Key: "jobs", ContentType: "application/xml", Body: "<Request/>" }));
  },
});
