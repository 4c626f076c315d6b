// Buckets, listings and versions.
import { at, client, pick, refused, run, settings } from "./session.mjs";

const cos = client();
const KEYS = ["a", "b/1", "b/2 +", "c/目录/x", "d"];
const versioned = { Bucket: `versions-${settings.bucket.split("-").at(-1)}`, Region: settings.region };
const VERSIONED = "k +键";
const ids = []; // of the two versions of that key, and of its delete marker

const version = (more) => ({ ...versioned, Key: VERSIONED, ...more });
const entry = ({ Key, VersionId, IsLatest }) => [Key, ids.indexOf(VersionId), IsLatest];
const names = (list) => list.map(({ Key, Prefix }) => Key ?? Prefix);
const list = (more) => cos.getBucket(at(undefined, more));

await run({
  async "bucket"() {
    const one = { Bucket: `life-${settings.bucket.split("-").at(-1)}`, Region: settings.region };
    const made = await cos.putBucket({ ...one, ACL: "public-read" });
    const again = await refused(cos.putBucket(one));
    const head = await cos.headBucket(one);
    const location = await cos.getBucketLocation(one);
    const acl = await cos.getBucketAcl(one);
    await cos.putBucketAcl({ ...one, ACL: "private" });
    const closed = await cos.getBucketAcl(one);
    await cos.putObject({ ...one, Key: "k", Body: "x" });
    const full = await refused(cos.deleteBucket(one));
    await cos.deleteObject({ ...one, Key: "k" });
    const { statusCode } = await cos.deleteBucket(one);
    return {
      made: pick(made, "Location", "statusCode"),
      again,
      head: [head.statusCode, head.headers["x-cos-bucket-region"]],
      location: location.LocationConstraint,
      acl: [acl.ACL, closed.ACL, acl.Owner],
      full,
      deleted: statusCode,
      gone: await refused(cos.headBucket(one)),
    };
  },
  async "service"() {
    const { Buckets, Owner, statusCode } = await cos.getService();
    const inRegion = await cos.getService({ Region: settings.region });
    const mine = ({ Name }) => Name === settings.bucket;
    const bucket = pick(Buckets.find(mine), "Name", "Location");
    return { statusCode, Owner, bucket, there: inRegion.Buckets.some(mine) };
  },
  async "empty-bucket"() {
    const data = await list();
    return pick(data, "Name", "Prefix", "Marker", "MaxKeys", "IsTruncated", "Contents", "CommonPrefixes", "statusCode");
  },
  async "objects"() {
    for (const key of KEYS) await cos.putObject(at(key, { Body: key }));
    const { Contents } = await list();
    return [names(Contents), pick(Contents[0], "Key", "ETag", "Size", "StorageClass", "Owner")];
  },
  async "prefix"() {
    return [names((await list({ Prefix: "b/" })).Contents), names((await list({ Prefix: "b/2 +" })).Contents)];
  },
  async "delimiter"() {
    const data = await list({ Delimiter: "/" });
    const inside = await list({ Delimiter: "/", Prefix: "c/", EncodingType: "url" });
    return [names(data.Contents), names(data.CommonPrefixes), data.Delimiter, names(inside.CommonPrefixes)];
  },
  async "marker"() {
    return names((await list({ Marker: "b/2 +" })).Contents);
  },
  async "pages"() {
    const found = [];
    let Marker = "";
    for (;;) {
      const page = await list({ MaxKeys: 2, Marker, Delimiter: "/" });
      found.push([...names(page.Contents), ...names(page.CommonPrefixes)]);
      if (page.IsTruncated !== "true") return found;
      Marker = page.NextMarker;
    }
  },
  async "wrong-parameters"() {
    return [await refused(list({ MaxKeys: 1001 })), await refused(list({ Delimiter: "ab" }))];
  },

  async "versioning"() {
    await cos.putBucket(versioned);
    const before = await cos.getBucketVersioning(versioned);
    await cos.putBucketVersioning({ ...versioned, VersioningConfiguration: { Status: "Enabled" } });
    const after = await cos.getBucketVersioning(versioned);
    return [before, after].map((data) => data.VersioningConfiguration);
  },
  async "versions"() {
    for (const Body of ["one", "two"]) {
      const { headers } = await cos.putObject(version({ Body }));
      ids.push(headers["x-cos-version-id"]);
    }
    const { statusCode, headers } = await cos.deleteObject(version());
    ids.push(headers["x-cos-version-id"]);
    const { Versions, DeleteMarkers } = await cos.listObjectVersions({ ...versioned, Prefix: "k" });
    return [[statusCode, headers["x-cos-delete-marker"]], Versions.map(entry), DeleteMarkers.map(entry)];
  },
  async "read-a-version"() {
    const old = await cos.getObject(version({ VersionId: ids[0] }));
    const { headers } = await cos.headObject(version({ VersionId: ids[1] }));
    const missing = await refused(cos.getObject(version()));
    const unknown = await refused(cos.getObject(version({ VersionId: "nonsense" })));
    return [old.Body.toString(), ids.indexOf(headers["x-cos-version-id"]), missing, unknown];
  },
  async "delete-a-marker"() {
    await cos.deleteObject(version({ VersionId: ids[2] }));
    const { Body } = await cos.getObject(version());
    return Body.toString();
  },
  async "pages-of-versions"() {
    const first = await cos.listObjectVersions({ ...versioned, MaxKeys: 1, EncodingType: "url" });
    const { NextKeyMarker, NextVersionIdMarker: VersionIdMarker } = first;
    const KeyMarker = decodeURIComponent(NextKeyMarker);
    const second = await cos.listObjectVersions({ ...versioned, KeyMarker, VersionIdMarker });
    return [first, second].map(({ IsTruncated, Versions }) => [IsTruncated, Versions.map(entry)]);
  },
  async "delete-versions"() {
    const Objects = ids.slice(0, 2).map((VersionId) => ({ Key: VERSIONED, VersionId }));
    const { Deleted } = await cos.deleteMultipleObject({ ...versioned, Objects });
    const { Versions, DeleteMarkers } = await cos.listObjectVersions(versioned);
    return [Deleted.map(({ Key, VersionId }) => [Key, ids.indexOf(VersionId)]), Versions, DeleteMarkers];
  },
  async "suspended"() {
    await cos.putBucketVersioning({ ...versioned, VersioningConfiguration: { Status: "Suspended" } });
    await cos.putObject({ ...versioned, Key: "null", Body: "x" });
    const { Versions } = await cos.listObjectVersions({ ...versioned, Prefix: "null" });
    await cos.deleteObject({ ...versioned, Key: "null", VersionId: "null" });
    return Versions.map(({ Key, VersionId }) => [Key, VersionId]);
  },
});
