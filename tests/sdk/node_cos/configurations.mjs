// What is set on a bucket, told again, and removed. Each case begins with a bucket that has nothing set.
import { at, client, credentials, refused, run, settings, watched } from "./session.mjs";

const { cos, answered } = watched();
const here = (more) => at(undefined, more);
const OTHER = `other-${settings.bucket.split("-").pop()}`;

/** How everything that is set on a bucket is asked for; not by the old names that end in ACL and CORS. */
const GETTERS = Object.keys(Object.getPrototypeOf(cos)).filter((name) => /^getBucket[A-Z]\w*[a-z]$/.test(name));

/** What an answer says beside its status and headers. */
function told({ statusCode, headers, RequestId, ...rest }) {
  return rest;
}

/** What `get` tells before, while and after something is set, and the statuses of setting and removing it. */
async function round(what, parameters) {
  const tell = async () => {
    try {
      return told(await cos[`getBucket${what}`](here()));
    } catch ({ statusCode, code }) {
      if (statusCode === undefined) throw new Error(`getBucket${what}`);
      return [statusCode, code];
    }
  };
  const before = await tell();
  const put = await cos[`putBucket${what}`](here(parameters));
  const during = await tell();
  if (!cos[`deleteBucket${what}`]) return { before, put: put.statusCode, during };
  const removed = await cos[`deleteBucket${what}`](here());
  return { before, put: put.statusCode, during, removed: removed.statusCode, after: await tell() };
}

const cases = {
  async "cors"() {
    const CORSRules = [
      {
        ID: "one",
        AllowedOrigin: ["https://www.example.com", "http://*.example.com"],
        AllowedMethod: ["GET", "PUT"],
        AllowedHeader: ["*"],
        ExposeHeader: ["ETag"],
        MaxAgeSeconds: "60",
      },
    ];
    return round("Cors", { CORSRules, ResponseVary: "true" });
  },
  async "policy"() {
    const statement = {
      Principal: { qcs: ["qcs::cam::anyone:anyone"] },
      Effect: "allow",
      Action: ["name/cos:GetObject"],
      Resource: [`qcs::cos:${settings.region}:uid/${settings.bucket.split("-").pop()}:${settings.bucket}/open/*`],
    };
    return round("Policy", { Policy: { Statement: [statement], version: "2.0" } });
  },
  async "policy-that-is-none"() {
    return refused(cos.putBucketPolicy(here({ Policy: { version: "2.0" } })));
  },
  async "tagging"() {
    return round("Tagging", { Tags: [{ Key: "键", Value: "值" }, { Key: "b", Value: "2" }] });
  },
  async "tagging-of-one"() {
    return round("Tagging", { Tags: [{ Key: "a", Value: "1" }] });
  },
  async "lifecycle"() {
    const Rules = [
      { ID: "one", Status: "Enabled", Filter: { Prefix: "logs/" }, Expiration: { Days: "30" } },
      { ID: "two", Status: "Disabled", Filter: {}, Transition: { Days: "10", StorageClass: "STANDARD_IA" } },
    ];
    return round("Lifecycle", { Rules });
  },
  async "versioning"() {
    const enabled = await round("Versioning", { VersioningConfiguration: { Status: "Enabled" } });
    const suspended = await round("Versioning", { VersioningConfiguration: { Status: "Suspended" } });
    return [enabled, suspended.put, suspended.during];
  },
  async "replication"() {
    const Versioned = { VersioningConfiguration: { Status: "Enabled" } };
    const owner = settings.bucket.split("-").pop();
    const ReplicationConfiguration = {
      Role: `qcs::cam::uin/${owner}:uin/${owner}`,
      Rules: [
        {
          ID: "one",
          Status: "Enabled",
          Prefix: "copied/",
          Destination: { Bucket: `qcs::cos:${settings.region}::${OTHER}`, StorageClass: "STANDARD" },
        },
      ],
    };
    const plain = await refused(cos.putBucketReplication(here({ ReplicationConfiguration })));
    await cos.putBucketVersioning(here(Versioned));
    await cos.putBucketVersioning({ ...here(Versioned), Bucket: OTHER });
    const found = await round("Replication", { ReplicationConfiguration });
    await cos.putBucketVersioning(here({ VersioningConfiguration: { Status: "Suspended" } }));
    return { plain, ...found };
  },
  async "website"() {
    const WebsiteConfiguration = {
      IndexDocument: { Suffix: "index.html" },
      ErrorDocument: { Key: "error.html" },
      RoutingRules: [{ Condition: { KeyPrefixEquals: "old/" }, Redirect: { ReplaceKeyPrefixWith: "new/" } }],
    };
    return round("Website", { WebsiteConfiguration });
  },
  async "referer"() {
    const RefererConfiguration = {
      Status: "Enabled",
      RefererType: "White-List",
      DomainList: { Domains: ["*.example.com", "www.example.org"] },
      EmptyReferConfiguration: "Allow",
    };
    const found = await round("Referer", { RefererConfiguration });
    await cos.putBucketReferer(here({ RefererConfiguration: { ...RefererConfiguration, Status: "Disabled" } }));
    return found;
  },
  async "domain"() {
    const DomainRule = [{ Status: "ENABLED", Name: "www.example.com", Type: "REST" }];
    return round("Domain", { DomainRule });
  },
  async "domain-verification"() {
    await cos.putBucketDomain(here({ DomainRule: [{ Status: "DISABLED", Name: "www.example.com", Type: "REST" }] }));
    const { headers } = await cos.getBucketDomain(here());
    await cos.deleteBucketDomain(here());
    return headers["x-cos-domain-txt-verification"].replace(/[0-9a-f]{32}/, "X");
  },
  async "origin"() {
    const OriginRule = [
      {
        RulePriority: "1",
        OriginType: "Mirror",
        OriginCondition: { HTTPStatusCode: "404", Prefix: "" },
        OriginParameter: { Protocol: "HTTP", FollowQueryString: "true" },
        OriginInfo: { HostInfo: { HostName: "www.example.com" } },
      },
    ];
    return round("Origin", { OriginRule });
  },
  async "logging"() {
    const LoggingEnabled = { TargetBucket: OTHER, TargetPrefix: "logs/" };
    const on = await round("Logging", { BucketLoggingStatus: { LoggingEnabled } });
    const off = await round("Logging", { BucketLoggingStatus: "" });
    return [on, off.put, off.during];
  },
  async "inventory"() {
    const inventory = (Id) => ({
      Id,
      IsEnabled: "true",
      Destination: {
        COSBucketDestination: {
          Format: "CSV",
          AccountId: settings.bucket.split("-").pop(),
          Bucket: `qcs::cos:${settings.region}::${OTHER}`,
          Prefix: "lists",
          Encryption: { SSECOS: "" },
        },
      },
      Schedule: { Frequency: "Daily" },
      Filter: { Prefix: "a/" },
      IncludedObjectVersions: "All",
      OptionalFields: ["Size", "ETag"],
    });
    const missing = await refused(cos.getBucketInventory(here({ Id: "one" })));
    const statuses = [];
    for (const Id of ["one", "two"]) {
      const put = await cos.putBucketInventory(here({ Id, InventoryConfiguration: inventory(Id) }));
      statuses.push(put.statusCode);
    }
    const { InventoryConfiguration } = await cos.getBucketInventory(here({ Id: "one" }));
    const list = await cos.listBucketInventory(here());
    const ids = list.InventoryConfigurations.map(({ Id }) => Id);
    for (const Id of ["one", "two"]) {
      statuses.push((await cos.deleteBucketInventory(here({ Id }))).statusCode);
    }
    const after = (await cos.listBucketInventory(here())).InventoryConfigurations.length;
    return { missing, statuses, InventoryConfiguration, ids, truncated: list.IsTruncated, after };
  },
  async "inventory-of-another-id"() {
    const InventoryConfiguration = { Id: "one" };
    return refused(cos.putBucketInventory(here({ Id: "two", InventoryConfiguration })));
  },
  async "accelerate"() {
    const on = await round("Accelerate", { AccelerateConfiguration: { Status: "Enabled", Type: "COS" } });
    const off = await round("Accelerate", { AccelerateConfiguration: { Status: "Suspended", Type: "COS" } });
    return [on, off.during];
  },
  async "encryption"() {
    // The SDK reads another root than the service sends, so it never sees a rule; the document is beside it.
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }];
    return round("Encryption", { ServerSideEncryptionConfiguration: { Rule: Rules } });
  },
  async "malformed"() {
    const answers = {};
    const bad = {
      Cors: { CORSRules: [{ AllowedOrigin: "*", AllowedMethod: "PATCH" }] },
      Lifecycle: { Rules: [{ ID: "one", Status: "Perhaps", Filter: {}, Expiration: { Days: "1" } }] },
      Tagging: { Tags: [{ Key: "a", Value: "1" }, { Key: "a", Value: "2" }] },
      Versioning: { VersioningConfiguration: { Status: "Off" } },
      Website: { WebsiteConfiguration: {} },
      Referer: { RefererConfiguration: { Status: "On" } },
      Domain: { DomainRule: [{ Status: "ENABLED" }] },
      Accelerate: { AccelerateConfiguration: { Status: "Off" } },
      Encryption: { ServerSideEncryptionConfiguration: {} },
    };
    for (const [what, parameters] of Object.entries(bad)) {
      answers[what] = await refused(cos[`putBucket${what}`](here(parameters)));
    }
    return answers;
  },
  async "of-a-missing-bucket"() {
    const answers = {};
    for (const what of GETTERS) {
      answers[what] = await refused(cos[what]({ ...here(), Bucket: "nosuch-1250000000", Id: "one" }));
    }
    return answers;
  },
  async "of-a-stranger"() {
    const stranger = client(credentials("stranger"));
    return [
      await refused(stranger.getBucketPolicy(here())),
      await refused(stranger.putBucketCors(here({ CORSRules: [{ AllowedOrigin: "*", AllowedMethod: "GET" }] }))),
      await refused(stranger.deleteBucketLifecycle(here())),
    ];
  },
  async "answered"() {
    return [...answered];
  },
};

await run(cases, () => cos.putBucket({ ...here(), Bucket: OTHER }));
