"""Objects through coscmd in an empty home directory, by the proxy of its environment (spec: cos.md section 2, row CMD)."""

import os
import re
import subprocess
import sys
import uuid
from configparser import ConfigParser
from pathlib import Path

import pytest
from sdk_clients import APPID, PUBLISHED_KEY, REGION, STRANGER, body_of, through_proxy

from ci_emulator.config import KeyPair

pytestmark = pytest.mark.timeout(180)

INSTALLED = [str(Path(sys.executable).parent / "coscmd")]
# What the installed program does, without looking only once a second whether it has ended.
DIRECT = [
    sys.executable,
    "-c",
    "import sys; from coscmd import cos_cmd; cos_cmd.command_thread(); sys.exit(cos_cmd.res)",
]
MB = 1024 * 1024
TREE = {
    "a.txt": b"a",
    "空 格+.txt": "内容".encode(),
    "sub/b.bin": bytes(range(256)) * 40,
    "sub/deeper/c.txt": b"",
}
WRONG = KeyPair(secret_id=PUBLISHED_KEY.secret_id, secret_key="wrong", appid=APPID)


class Coscmd:
    """Runs `coscmd -b BUCKET ARGUMENTS…` in a folder of its own; its configuration is made by `coscmd config`."""

    def __init__(self, emulator, folder, bucket="b-1250000000", key=PUBLISHED_KEY):
        self.bucket = bucket
        self.program = DIRECT
        self.here = folder / "work"
        self.home = folder / "home"
        for path in (self.here, self.home):
            path.mkdir()
        self._environment = {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "PYTHONIOENCODING": "utf-8",
            "PYTHONWARNINGS": "ignore",
            "http_proxy": emulator.url,
        }
        secrets = ["-a", key.secret_id, "-s", key.secret_key]
        self("config", *secrets, "-b", bucket, "-r", REGION, "--do-not-use-ssl", "--retry", "1")

    def __call__(self, *arguments, status=0):
        """Return what the command prints and what it logs; it must end with this status."""
        done = subprocess.run(
            [*self.program, "-b", self.bucket, *map(str, arguments)],
            env=self._environment,
            cwd=self.here,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == status, (arguments, done.stdout, done.stderr)
        return done.stdout, done.stderr

    def write(self, tree, folder="."):
        """Make files of this folder and return it."""
        root = self.here / folder
        for name, content in tree.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        return root

    def rows(self, *arguments):
        """Return the lines of `list` as tuples of columns, which lie at least three spaces apart."""
        out, _ = self("list", *arguments)
        return [tuple(re.split(r" {3,}", line.strip())) for line in out.splitlines() if line.strip()]

    def source(self, key):
        """Return how the source of a copy is written."""
        return f"{self.bucket}.cos.{REGION}.myqcloud.com/{key}"


@pytest.fixture
def coscmd(emulator, tmp_path, bucket):
    return Coscmd(emulator, tmp_path, bucket)


@pytest.fixture
def stored(cos, bucket):
    """Returns all objects below a prefix, by key without it."""

    def read(prefix=""):
        listed = cos.list_objects(Bucket=bucket, Prefix=prefix).get("Contents", [])
        keys = [entry["Key"] for entry in listed]
        return {
            key.removeprefix(prefix): body_of(cos.get_object(Bucket=bucket, Key=key, KeySimplifyCheck=False))
            for key in keys
        }

    return read


def tree_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_as_it_is_installed(coscmd, cos, bucket):
    coscmd.program = INSTALLED
    coscmd.write({"f": b"x"})
    coscmd("upload", "f", "f")
    assert body_of(cos.get_object(Bucket=bucket, Key="f")) == b"x"
    coscmd("download", "no such key", "f", status=255)


def test_config(coscmd):
    written = ConfigParser()
    written.read(coscmd.home / ".cos.conf")
    found = dict(written["common"])
    assert (found["bucket"], found["region"], found["schema"]) == (coscmd.bucket, REGION, "http")


def test_one_file(coscmd, cos, bucket):
    coscmd.write({"文 件.txt": b"content"})
    key = "目录/a b+c.txt"
    headers = "{'Content-Type': 'text/css', 'x-cos-storage-class': 'STANDARD_IA', 'x-cos-meta-a': 'b'}"
    coscmd("upload", "-H", headers, "文 件.txt", f"/{key}")
    head = cos.head_object(Bucket=bucket, Key=key)
    assert head["x-cos-meta-md5"] == "9a0364b9e99bb480dd25e1f0284c8555"
    assert (head["Content-Type"], head["x-cos-meta-a"]) == ("text/css", "b")
    out, _ = coscmd("info", key)
    told = dict(re.split(r" {2,}", line.strip(), maxsplit=1) for line in out.splitlines())
    assert (told["Key"], told["Content-Length"], told["ETag"]) == (key, "7", head["ETag"])
    assert told["x-cos-storage-class"] == "STANDARD_IA"
    coscmd("download", key, "new/got.txt")
    assert (coscmd.here / "new" / "got.txt").read_bytes() == b"content"
    coscmd("delete", "-f", key)
    assert cos.object_exists(Bucket=bucket, Key=key) is False


def test_a_folder(coscmd, stored):
    coscmd.write(TREE, "tree")
    _, log = coscmd("upload", "-r", "tree", "起/")
    assert "4 files uploaded, 0 files skipped, 0 files failed" in log
    assert stored("起/tree/") == TREE
    rows = [(row[0], row[1]) for row in coscmd.rows("起/tree/")]
    assert rows == [("起/tree/sub/", "DIR"), ("起/tree/a.txt", "1"), ("起/tree/空 格+.txt", "6")]
    assert [row[0] for row in coscmd.rows("-r", "起/tree/sub/")] == [
        "起/tree/sub/b.bin",
        "起/tree/sub/deeper/c.txt",
    ]
    _, log = coscmd("download", "-r", "起/tree", "got")
    assert "4 files downloaded, 0 files skipped, 0 files failed" in log
    assert tree_of(coscmd.here / "got") == TREE
    _, log = coscmd("delete", "-r", "-f", "起/tree")
    assert "4 files successful, 0 files failed" in log
    assert stored() == {}


def test_what_is_the_same_is_not_sent_again(coscmd, stored):
    coscmd.write(TREE, "tree")
    coscmd("upload", "-r", "-s", "tree", "t")
    (coscmd.here / "tree" / "a.txt").write_bytes(b"changed")
    (coscmd.here / "tree" / "sub" / "b.bin").unlink()
    _, log = coscmd("upload", "-r", "-s", "-y", "--delete", "tree", "t")
    assert "1 files uploaded, 2 files skipped, 0 files failed" in log
    assert "1 files sync deleted, 0 files sync failed" in log
    now = {name: content for name, content in TREE.items() if name != "sub/b.bin"} | {"a.txt": b"changed"}
    assert stored("t/") == now
    coscmd.write({"a.txt": b"changed", "more.txt": b"x"}, "got")
    _, log = coscmd("download", "-r", "-s", "-y", "--delete", "t", "got")
    assert "1 files sync deleted, 0 files sync failed" in log
    assert log.count("Download cos://") == 2
    assert tree_of(coscmd.here / "got") == now
    _, log = coscmd("copy", "-r", "-s", coscmd.source("t/"), "c/")
    assert "3 files copied, 0 files skipped, 0 files failed" in log
    _, log = coscmd("copy", "-r", "-s", coscmd.source("t/"), "c/")
    assert "0 files copied, 3 files skipped, 0 files failed" in log
    assert stored("c/") == now


def test_a_file_in_parts(coscmd, cos, bucket):
    content = os.urandom(21 * MB + 5)
    coscmd.write({"large.bin": content})
    path = coscmd.home / ".cos.conf"
    path.write_text(path.read_text() + "multiupload_threshold = 20\nmultidownload_threshold = 20\n")
    coscmd("upload", "large.bin", "大/large.bin")
    assert cos.head_object(Bucket=bucket, Key="大/large.bin")["ETag"].endswith('-22"')
    coscmd("download", "-n", "4", "大/large.bin", "got.bin")
    assert (coscmd.here / "got.bin").read_bytes() == content
    coscmd("copy", coscmd.source("大/large.bin"), "copy.bin")
    assert body_of(cos.get_object(Bucket=bucket, Key="copy.bin")) == content


def test_parts_that_were_left(coscmd, cos, bucket):
    upload = cos.create_multipart_upload(Bucket=bucket, Key="left 1")["UploadId"]
    cos.create_multipart_upload(Bucket=bucket, Key="other")
    _, log = coscmd("listparts", "left")
    assert f"Key:left 1, UploadId:{upload}" in log
    assert "Parts num: 1" in log
    _, log = coscmd("abort", "left")
    assert "1 files successful, 0 files failed" in log
    assert [entry["Key"] for entry in cos.list_multipart_uploads(Bucket=bucket)["Upload"]] == ["other"]


def test_a_signed_url(coscmd, emulator, cos, bucket):
    cos.put_object(Bucket=bucket, Key="a b+文.txt", Body=b"signed")
    out, _ = coscmd("signurl", "-t", "60", "a b+文.txt")
    url = re.fullmatch(r"b'(.*)'", out.strip())[1]
    answer = through_proxy(emulator, "GET", url)
    assert (answer.status_code, answer.content) == (200, b"signed")
    assert through_proxy(emulator, "GET", url.partition("?")[0]).status_code == 403


def test_copy_and_move(coscmd, cos, bucket, stored):
    cos.put_object(Bucket=bucket, Key="from 源/a+.txt", Body=b"a", Metadata={"x-cos-meta-a": "old"})
    coscmd("copy", coscmd.source("from 源/a+.txt"), "copied")
    headers = "{'x-cos-meta-a': 'new', 'Content-Type': 'text/css'}"
    coscmd("copy", "-d", "Replaced", "-H", headers, coscmd.source("from 源/a+.txt"), "replaced")
    heads = [cos.head_object(Bucket=bucket, Key=key) for key in ("copied", "replaced")]
    assert [head["x-cos-meta-a"] for head in heads] == ["old", "new"]
    coscmd("move", coscmd.source("copied"), "moved/one")
    _, log = coscmd("move", "-r", coscmd.source("from 源/"), "moved/")
    assert "1 files moved, 0 files skipped, 0 files failed" in log
    assert stored() == {"replaced": b"a", "moved/one": b"a", "moved/a+.txt": b"a"}
    _, log = coscmd("copy", coscmd.source("no such key"), "x", status=255)
    assert "NoSuchResource" in log


def test_versions(coscmd, cos, bucket):
    _, log = coscmd("getbucketversioning")
    assert "Not configured" in log
    coscmd("putbucketversioning", "Enabled")
    _, log = coscmd("getbucketversioning")
    assert "Enabled" in log
    first, second = (
        cos.put_object(Bucket=bucket, Key="k", Body=body)["x-cos-version-id"] for body in (b"1", b"2")
    )
    marker = cos.delete_object(Bucket=bucket, Key="k")["x-cos-version-id"]
    assert [row[-1] for row in coscmd.rows("-v")] == [marker, second, first]
    coscmd("download", "--versionId", first, "k", "old", status=255)  # it asks for the current one first
    coscmd("delete", "-f", "--versionId", marker, "k")
    coscmd("download", "--versionId", first, "k", "old")
    assert (coscmd.here / "old").read_bytes() == b"1"
    coscmd("delete", "-r", "-f", "--versions", "")
    assert "Version" not in cos.list_objects_versions(Bucket=bucket)


def test_acls(coscmd, emulator, cos, bucket):
    cos.put_object(Bucket=bucket, Key="k", Body=b"x")
    url = f"http://{coscmd.source('k')}"
    coscmd("putobjectacl", "--grant-read", "anyone", "k")
    out, _ = coscmd("getobjectacl", "k")
    assert "anyone: READ" in out
    assert through_proxy(emulator, "GET", url).status_code == 200
    coscmd("putobjectacl", "--grant-full-control", APPID, "k")
    assert through_proxy(emulator, "GET", url).status_code == 403
    coscmd("putbucketacl", "--grant-read", "anyone", "--grant-write", "anyone")
    out, _ = coscmd("getbucketacl")
    assert "anyone: READ" in out
    assert "anyone: WRITE" in out
    assert cos.get_bucket_acl(Bucket=bucket)["CannedACL"] == "public-read-write"
    coscmd("putobjectacl", "--grant-read", "100000000001,100000000002/100000000011", "k")
    out, _ = coscmd("getobjectacl", "k")
    assert "qcs::cam::uin/100000000001:uin/100000000001: READ" in out
    assert "qcs::cam::uin/100000000002:uin/100000000011: READ" in out
    # Objects are written by what is granted on their bucket.
    _, log = coscmd("putobjectacl", "--grant-write", "100000000001", "k", status=255)
    assert "WRITE cannot be granted on an object." in log


def test_archived_objects(coscmd, cos, bucket):
    for key in ("cold/1", "cold/2"):
        cos.put_object(Bucket=bucket, Key=key, Body=b"frozen", StorageClass="ARCHIVE")
    _, log = coscmd("download", "cold/1", "got", status=255)
    assert "InvalidObjectState" in log
    coscmd("restore", "-d", "1", "-t", "Expedited", "cold/1")
    coscmd("download", "cold/1", "got")
    assert (coscmd.here / "got").read_bytes() == b"frozen"
    _, log = coscmd("restore", "-r", "cold/")
    assert "2 files successful, 0 files have in progress, 0 files failed" in log


def test_the_life_of_a_bucket(coscmd, cos):
    coscmd.bucket = f"t{uuid.uuid4().hex[:12]}-{APPID}"
    coscmd("createbucket")
    cos.put_object(Bucket=coscmd.bucket, Key="k", Body=b"x")
    cos.create_multipart_upload(Bucket=coscmd.bucket, Key="left")
    _, log = coscmd("deletebucket", status=255)
    assert "BucketNotEmpty" in log
    coscmd("deletebucket", "-f")
    assert cos.bucket_exists(Bucket=coscmd.bucket) is False


def test_the_connection_test(coscmd):
    _, log = coscmd("probe", "-n", "1")
    assert "Success Rate: [1/1]" in log


@pytest.mark.parametrize(
    ("key", "code"), [(WRONG, "SignatureDoesNotMatch"), (STRANGER, "AccessDenied")], ids=["wrong", "stranger"]
)
def test_refused(emulator, tmp_path, bucket, key, code):
    coscmd = Coscmd(emulator, tmp_path, bucket, key)
    coscmd.write({"f": b"x"})
    _, log = coscmd("upload", "f", "f", status=255)
    assert f"'code': '{code}'" in log


def test_every_command_is_called_here(coscmd):
    coscmd.program = INSTALLED
    usage, _ = coscmd("-h")
    commands = re.search(r"{([a-z,]+)}", usage)[1].split(",")
    tests = Path(__file__).read_text(encoding="utf-8")
    assert len(commands) == 21
    assert [name for name in commands if f'("{name}"' not in tests] == []
