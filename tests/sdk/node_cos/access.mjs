// Who may do what, tags, archived objects, and what is said of refused requests.
import { at, client, credentials, fetchUrl, refusal, refused, run, settings } from "./session.mjs";

const cos = client();
const stranger = client(credentials("stranger"));

async function tags(key, more) {
  const { Tags, statusCode } = await cos.getObjectTagging(at(key, more));
  return [statusCode, Tags];
}

const cases = {
  async "acl"() {
    const first = await cos.getObjectAcl(at("k"));
    await cos.putObjectAcl(at("k", { ACL: "public-read" }));
    const open = await cos.getObjectAcl(at("k"));
    const read = await stranger.getObject(at("k"));
    const { Owner } = open;
    const Grants = [{ Grantee: { URI: "http://cam.qcloud.com/groups/global/AllUsers" }, Permission: "READ" }];
    await cos.putObjectAcl(at("k", { ACL: "private" }));
    await cos.putObjectAcl(at("k", { AccessControlPolicy: { Owner: { ID: Owner.ID }, Grants } }));
    const document = await cos.getObjectAcl(at("k"));
    await cos.putObjectAcl(at("k", { ACL: "private" }));
    const closed = await refused(stranger.getObject(at("k")));
    return {
      acl: [first.ACL, open.ACL, document.ACL],
      owner: Owner,
      read: read.statusCode,
      grants: open.Grants.map(({ Permission }) => Permission).sort(),
      closed,
    };
  },
  async "grants"() {
    const id = "qcs::cam::uin/1260000000:uin/1260000000";
    await cos.putObjectAcl(at("k", { GrantRead: `id="${id}",id="1260000000"`, GrantWriteAcp: 'id="1260000000/7"' }));
    const listed = await cos.getObjectAcl(at("k"));
    const read = await stranger.getObject(at("k"));
    const refusedAcl = await refused(stranger.getObjectAcl(at("k")));
    const document = { Owner: { ID: listed.Owner.ID }, Grants: [{ Grantee: { ID: id }, Permission: "READ_ACP" }] };
    await cos.putObjectAcl(at("k", { AccessControlPolicy: document }));
    const other = await stranger.getObjectAcl(at("k"));
    const closed = await refused(stranger.getObject(at("k")));
    await cos.putObjectAcl(at("k", { ACL: "default" }));
    const { ACL, GrantRead, GrantReadAcp, GrantWriteAcp, GrantFullControl } = listed;
    return {
      listed: { ACL, GrantRead, GrantReadAcp, GrantWriteAcp, GrantFullControl },
      other: [other.ACL, other.GrantReadAcp],
      read: read.statusCode,
      refusedAcl,
      closed,
    };
  },
  async "acl-of-a-missing-object"() {
    const put = await refused(cos.putObjectAcl(at("none", { ACL: "private" })));
    return [await refused(cos.getObjectAcl(at("none"))), put];
  },
  async "tagging"() {
    const before = await tags("k");
    const Tags = [{ Key: "键 +", Value: "值&" }, { Key: "b", Value: "" }];
    await cos.putObjectTagging(at("k", { Tags }));
    const after = await tags("k");
    const { headers } = await cos.getObject(at("k"));
    const { statusCode } = await cos.deleteObjectTagging(at("k"));
    return { before, after, count: headers["x-cos-tagging-count"] ?? null, statusCode, deleted: await tags("k") };
  },
  async "tagging-by-header"() {
    await cos.putObject(at("tagged", { Body: "x", Headers: { "x-cos-tagging": "a=1&b%20c=%2B" } }));
    return tags("tagged");
  },
  async "too-many-tags"() {
    const Tags = Array.from({ length: 11 }, (_, index) => ({ Key: `k${index}`, Value: "v" }));
    return refused(cos.putObjectTagging(at("k", { Tags })));
  },
  async "restore"() {
    const RestoreRequest = { Days: 1, CASJobParameters: { Tier: "Expedited" } };
    await cos.putObject(at("cold", { Body: "frozen", StorageClass: "ARCHIVE" }));
    const frozen = await refused(cos.getObject(at("cold")));
    const { statusCode } = await cos.restoreObject(at("cold", { RestoreRequest }));
    const head = await cos.headObject(at("cold"));
    const { Body } = await cos.getObject(at("cold"));
    return {
      frozen,
      statusCode,
      restore: head.headers["x-cos-restore"].replace(/date=".*"/, 'date=""'),
      body: Body.toString(),
      normal: await refused(cos.restoreObject(at("k", { RestoreRequest }))),
    };
  },
  async "select"() {
    const options = {
      SelectType: 2,
      SelectRequest: {
        Expression: "select * from COSObject",
        ExpressionType: "SQL",
        InputSerialization: { CSV: { FileHeaderInfo: "IGNORE" } },
        OutputSerialization: { CSV: {} },
      },
    };
    return refused(cos.selectObjectContent(at("k", options)));
  },

  async "no-such-key"() {
    return refusal(cos.getObject(at("no/such 键")));
  },
  async "no-such-bucket"() {
    return refusal(cos.getObject({ Bucket: "nosuch-1250000000", Region: settings.region, Key: "k" }));
  },
  async "access-denied"() {
    return refusal(stranger.putObject(at("k", { Body: "y" })));
  },
  async "signature-does-not-match"() {
    return refusal(client({ SecretKey: "wrong" }).getObject(at("k")));
  },
  async "invalid-access-key-id"() {
    return refusal(client({ SecretId: "AKIDnobody" }).getObject(at("k")));
  },
  async "not-implemented"() {
    return refused(cos.request(at(undefined, { Method: "GET", Action: "notification" })));
  },
  async "a-clock-that-is-wrong"() {
    // The SDK reads the right time from the Date of the refusal, and asks again.
    const found = [];
    for (const hours of [-24, 24]) {
      let sent = 0;
      const late = client({ SystemClockOffset: hours * 3600 * 1000 });
      late.on("before-send", () => sent++);
      const { statusCode } = await late.getObject(at("k"));
      found.push([statusCode, sent, Math.abs(late.options.SystemClockOffset) < 60_000]);
    }
    return found;
  },
  async "a-clock-that-is-not-corrected"() {
    const late = client({ SystemClockOffset: -24 * 3600 * 1000, CorrectClockSkew: false });
    return refusal(late.getObject(at("k")));
  },
  async "temporary-key"() {
    const own = client(credentials("temporary"));
    const { Body } = await own.getObject(at("k"));
    const url = own.getObjectUrl(at("k", { Sign: true }), () => {});
    const raw = url.includes(`x-cos-security-token=${settings.keys.temporary.token}`);
    return [Body.toString(), raw, (await fetchUrl(url)).status];
  },
  async "temporary-key-without-its-token"() {
    return refused(client({ ...credentials("temporary"), SecurityToken: "" }).getObject(at("k")));
  },
};

await run(cases, () => cos.putObject(at("k", { Body: "x" })));
