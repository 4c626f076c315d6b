// The same few calls with every setting of the endpoint: what differs is where the bucket stands, if anywhere.
import { client, codes, picture, refused, run, settings } from "./session.mjs";

const oss = client();
const { bucket } = settings;
const KEYS = ["目录/图 1+%&=?#.txt", `${bucket}/inside`, `${bucket}/${bucket}/deep`, "a//b", "%2F"];

await run(
  {
    async "keys"() {
      const found = {};
      for (const key of KEYS) {
        await oss.put(key, Buffer.from(key));
        found[key] = (await oss.get(key)).content.toString() === key;
      }
      return Object.values(found).every(Boolean);
    },
    async "two-keys-where-one-begins-with-the-bucket"() {
      await oss.put("same", Buffer.from("plain"));
      await oss.put(`${bucket}/same`, Buffer.from("in the folder"));
      return Promise.all(["same", `${bucket}/same`].map(async (key) => (await oss.get(key)).content.toString()));
    },
    async "dots-which-the-client-removes-after-signing"() {
      return refused(oss.get("a/./b/../c"));
    },
    async "list"() {
      const { objects } = await oss.listV2({ prefix: `${bucket}/` });
      return objects.map(({ name }) => name.replaceAll(bucket, "B"));
    },
    async "buckets"() {
      const { buckets } = await oss.listBuckets();
      return buckets.some(({ name }) => name === bucket);
    },
    async "codes"() {
      await oss.put("qr.png", picture("qr-url.png"));
      return codes((await oss.get("qr.png", { process: "image/codes" })).content);
    },
    async "delete"() {
      await oss.delete("qr.png");
      return refused(oss.get("qr.png"));
    },
    async "multipart"() {
      const content = Buffer.alloc(250 * 1024, "m");
      const { res } = await oss.multipartUpload("目录/parts", content, { partSize: 100 * 1024 });
      return [res.status, (await oss.get("目录/parts")).content.equals(content)];
    },
    async "copy"() {
      await oss.copy("copied", KEYS[0]);
      return (await oss.get("copied")).content.toString();
    },
    async "wrong-secret"() {
      const { id } = settings.key;
      return refused(client({}, { id, secret: "wrong" }).get("same"));
    },
  },
  () => oss.putBucket(bucket),
);
