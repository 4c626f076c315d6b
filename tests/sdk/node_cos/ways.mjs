// Every way to point the SDK at a server that needs no name resolution.
import { ADDRESS, at, client, credentials, pick, run, settings } from "./session.mjs";

const domain = `{Bucket}.cos.{Region}.localhost:${settings.port}`;
const WAYS = {
  ip: {},
  proxy: { Ip: "", Proxy: `http://${ADDRESS}` },
  "ip-and-domain": { Domain: domain },
  "proxy-and-domain": { Ip: "", Proxy: `http://${ADDRESS}`, Domain: "{BucketName}-{AppId}.storage.test" },
  "without-keep-alive": { KeepAlive: false },
  "host-not-signed": { ForceSignHost: false },
};

async function use(options) {
  const cos = client(options);
  const key = "ways/路 1+.txt";
  let host;
  cos.on("before-send", (sent) => (host = sent.headers.Host ?? /^http:\/\/([^/]+)/.exec(sent.url)[1]));
  const { Location } = await cos.putObject(at(key, { Body: "way", "x-cos-meta-a": "b" }));
  const { Body } = await cos.getObject(at(key));
  const { Contents } = await cos.getBucket(at(undefined, { Prefix: "ways/路 1+" }));
  const { UploadId } = await cos.multipartInit(at(key));
  await cos.multipartAbort(at(key, { UploadId }));
  const { statusCode } = await cos.deleteObject(at(key));
  return { host, Location, body: Body.toString(), listed: Contents.map(({ Key }) => Key), deleted: statusCode };
}

await run(
  Object.fromEntries(
    Object.entries(WAYS).flatMap(([name, options]) => [
      [name, () => use(options)],
      [`${name}-temporary-key`, () => use({ ...options, ...credentials("temporary") })],
    ]),
  ),
);
