// Buckets themselves: made, found, listed, opened to others, deleted; and which methods the SDK has for them.
import { at, client, credentials, pick, refused, run, settings, watched } from "./session.mjs";

const { cos, answered } = watched();
const stranger = client(credentials("stranger"));
const [, APPID] = /-(\d+)$/.exec(settings.bucket);
const EVERYBODY = "http://cam.qcloud.com/groups/global/AllUsers";

function bucket(name, more) {
  return { Bucket: `${name}-${APPID}`, Region: settings.region, ...more };
}

async function names(parameters) {
  const { Buckets } = await cos.getService(parameters);
  return Buckets.map(({ Name }) => Name);
}

const grants = ({ Grants }) => Grants.map(({ Grantee, Permission }) => [Grantee.ID ?? Grantee.URI, Permission]);

const cases = {
  async "put"() {
    const { statusCode, Location } = await cos.putBucket(bucket("made", { ACL: "public-read" }));
    const { ACL } = await cos.getBucketAcl(bucket("made"));
    return { statusCode, Location, ACL, again: await refused(cos.putBucket(bucket("made"))) };
  },
  async "put-bad-name"() {
    return [await refused(cos.putBucket(bucket("bad-"))), await refused(cos.putBucket(bucket("a".repeat(50))))];
  },
  async "put-in-several-zones"() {
    await cos.putBucket(bucket("zones", { BucketAZConfig: "MAZ" }));
    const { headers } = await cos.headBucket(bucket("zones"));
    await cos.deleteBucket(bucket("zones"));
    return pick(headers, "x-cos-bucket-az-type", "x-cos-bucket-region");
  },
  async "head"() {
    const { statusCode, headers } = await cos.headBucket(at());
    const missing = await refused(cos.headBucket(bucket("nosuch")));
    const foreign = await refused(stranger.headBucket(at()));
    return { statusCode, ...pick(headers, "x-cos-bucket-region"), missing, foreign };
  },
  async "location"() {
    const { LocationConstraint } = await cos.getBucketLocation(at());
    return LocationConstraint;
  },
  async "list-of-objects"() {
    for (const key of ["a/b", "b"]) await cos.putObject(at(key, { Body: "x" }));
    const { Contents, CommonPrefixes, IsTruncated } = await cos.getBucket(at(undefined, { Delimiter: "/" }));
    return [Contents.map(({ Key }) => Key), CommonPrefixes, IsTruncated];
  },
  async "service"() {
    const { Buckets, Owner } = await cos.getService();
    const found = Buckets.find(({ Name }) => Name === settings.bucket);
    return { Owner, found: { ...found, CreationDate: /^\d{4}-\d\d-\d\dT/.test(found.CreationDate) } };
  },
  async "service-filters"() {
    for (const name of ["tagged-a", "tagged-b", "elsewhere"]) await cos.putBucket(bucket(name));
    await cos.putBucketTagging(bucket("tagged-a", { Tags: [{ Key: "team", Value: "one" }] }));
    await cos.putBucketTagging(bucket("tagged-b", { Tags: [{ Key: "team", Value: "two" }] }));
    const now = Math.floor(Date.now() / 1000);
    return {
      key: await names({ TagKey: "team" }),
      value: await names({ TagKey: "team", TagValue: "two" }),
      first: await names({ MaxKeys: 1 }),
      next: await names({ MaxKeys: 1, Marker: (await names({ MaxKeys: 1 }))[0] }),
      region: (await names({ Region: settings.region })).length > 0,
      other: await names({ Region: "ap-nowhere" }),
      later: await names({ CreateTime: now + 3600, CreateRange: "gt" }),
      earlier: (await names({ CreateTime: now + 3600, CreateRange: "lt" })).length > 0,
    };
  },
  async "service-of-a-stranger"() {
    return (await stranger.getService()).Buckets;
  },
  async "acl-canned"() {
    const found = [];
    for (const ACL of ["public-read", "public-read-write", "private"]) {
      await cos.putBucketAcl(at(undefined, { ACL }));
      const told = await cos.getBucketAcl(at());
      const read = await stranger.getBucket(at()).then(({ statusCode }) => statusCode, ({ statusCode }) => statusCode);
      found.push([told.ACL, read]);
    }
    return found;
  },
  async "acl-granted"() {
    const id = 'id="qcs::cam::uin/1260000000:uin/1260000000"';
    await cos.putBucketAcl(at(undefined, { GrantRead: id }));
    const { statusCode } = await stranger.getBucket(at());
    const write = await refused(stranger.putObject(at("s", { Body: "s" })));
    const told = await cos.getBucketAcl(at());
    await cos.putBucketAcl(at(undefined, { ACL: "private" }));
    return { statusCode, write, grants: grants(told), GrantRead: told.GrantRead };
  },
  async "acl-document"() {
    const { Owner } = await cos.getBucketAcl(at());
    const Grants = [
      { Grantee: { URI: EVERYBODY }, Permission: "READ" },
      { Grantee: { ID: "qcs::cam::uin/1260000000:uin/1260000000" }, Permission: "WRITE" },
    ];
    const AccessControlPolicy = { Owner: { ID: Owner.ID }, Grants };
    const { statusCode } = await cos.putBucketAcl(at(undefined, { AccessControlPolicy }));
    const told = await cos.getBucketAcl(at());
    const put = await stranger.putObject(at("of a stranger", { Body: "s" }));
    await cos.putBucketAcl(at(undefined, { ACL: "private" }));
    return { statusCode, owner: Owner, grants: grants(told).sort(), put: put.statusCode };
  },
  async "acl-refused"() {
    return [
      await refused(cos.putBucketAcl(at(undefined, { ACL: "everything" }))),
      await refused(stranger.getBucketAcl(at())),
      await refused(stranger.putBucketAcl(at(undefined, { ACL: "public-read" }))),
    ];
  },
  async "delete"() {
    await cos.putObject(bucket("made", { Key: "k", Body: "x" }));
    const full = await refused(cos.deleteBucket(bucket("made")));
    await cos.deleteObject(bucket("made", { Key: "k" }));
    const { statusCode } = await cos.deleteBucket(bucket("made"));
    return { full, statusCode, again: await refused(cos.deleteBucket(bucket("made"))) };
  },
  async "methods"() {
    // Not the old names that end in ACL and CORS.
    const names = Object.keys(Object.getPrototypeOf(cos)).filter((name) => /Bucket|Service/.test(name));
    return names.filter((name) => !/(ACL|CORS)$/.test(name));
  },
  async "answered"() {
    return [...answered];
  },
};

await run(cases);
