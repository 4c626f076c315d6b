// Uploads: in parts, again after an interruption, and by forms.
import { MB, at, bytes, client, opaque, same, urlOf } from "./session.mjs";

const cos = client();
const here = (key, more) => at("uploads", key, more);
const SIZE = 3 * MB + 4;

export async function prepare() {
  await cos.putBucket(here());
}

/** A form's fields with a policy that the page's own server has signed with a temporary key. */
async function fields(key, more) {
  const signed = await (await fetch("/form.json")).json();
  return Object.entries({ key, ...signed, ...more });
}

/** Send a form as XMLHttpRequest does. */
function send(form) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", urlOf("uploads", ""));
    request.onload = () => resolve(request);
    request.onerror = () => reject(new Error("network error"));
    request.send(form);
  });
}

async function formOf(key, content, more) {
  const form = new FormData();
  for (const [name, value] of await fields(key, more)) form.append(name, value);
  form.append("file", new File([content], "local name.txt", { type: "text/plain" }));
  return form;
}

export const cases = {
  async "slice"() {
    const shown = [];
    const Body = new File([bytes(SIZE)], "slice.bin");
    const onProgress = ({ percent }) => shown.push(percent);
    const { statusCode, ETag, Location } = await cos.sliceUploadFile(here("slice", { Body, onProgress }));
    const read = await cos.getObject(here("slice", { DataType: "arraybuffer" }));
    const rising = shown.every((percent, index) => index === 0 || percent >= shown[index - 1]);
    const progress = [rising, shown.at(-1)];
    return { statusCode, ETag: opaque(ETag), Location, same: same(read.Body, bytes(SIZE)), progress };
  },
  async "slice-resumed"() {
    const Body = new File([bytes(SIZE)], "resumed.bin");
    const { UploadId } = await cos.multipartInit(here("resumed"));
    await cos.multipartUpload(here("resumed", { UploadId, PartNumber: 1, Body: Body.slice(0, MB) }));
    const { ETag } = await cos.sliceUploadFile(here("resumed", { Body }));
    const read = await cos.getObject(here("resumed", { DataType: "arraybuffer" }));
    return { ETag: opaque(ETag), same: same(read.Body, bytes(SIZE)) };
  },
  async "uploads-aborted"() {
    await cos.multipartInit(here("aborted"));
    const before = await cos.multipartList(here(undefined, { Prefix: "aborted" }));
    await cos.abortUploadTask(here("aborted", { Level: "file" }));
    const after = await cos.multipartList(here(undefined, { Prefix: "aborted" }));
    return [before.Upload.length, after.Upload.length];
  },
  async "upload-file"() {
    const small = await cos.uploadFile(here("small", { Body: new File(["small"], "small.txt") }));
    const large = await cos.uploadFile(here("large", { Body: new File([bytes(SIZE)], "large.bin"), SliceSize: MB }));
    return [small.ETag, opaque(large.ETag)];
  },
  async "upload-files"() {
    const files = ["a", "b"].map((name) => here(`files/${name}`, { Body: new File([name], name) }));
    const told = await cos.uploadFiles({ files, SliceSize: MB });
    return told.files.map(({ error, data }) => [error ?? null, data.statusCode]);
  },
  async "form"() {
    const answer = await send(await formOf("form/${filename}", "by form", { success_action_status: "200" }));
    const { Body } = await cos.getObject(here("form/local name.txt"));
    return {
      status: answer.status,
      ETag: answer.getResponseHeader("ETag"),
      Location: answer.getResponseHeader("Location"),
      Body,
    };
  },
  async "form-refused"() {
    // The page reads why: the policy wants another key.
    const answer = await send(await formOf("elsewhere/x", "by form"));
    const document = answer.responseXML;
    return [answer.status, document.querySelector("Code").textContent, document.querySelector("Message").textContent];
  },
  async "form-signature"() {
    const answer = await send(await formOf("form/x", "by form", { "q-signature": "0".repeat(40) }));
    return [answer.status, answer.responseXML.querySelector("Code").textContent];
  },
  async "form-element"() {
    // Without a script there is no CORS: the browser sends the form, and the page sees where the answer leads.
    const landing = `${location.origin}/landing.html`;
    const frame = Object.assign(document.createElement("iframe"), { name: "landing" });
    const form = Object.assign(document.createElement("form"), {
      action: urlOf("uploads", ""),
      method: "post",
      enctype: "multipart/form-data",
      target: "landing",
    });
    for (const [name, value] of await fields("form/element.txt", { success_action_redirect: landing })) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    const file = Object.assign(document.createElement("input"), { type: "file", name: "file" });
    const chosen = new DataTransfer();
    chosen.items.add(new File(["by element"], "element.txt"));
    file.files = chosen.files;
    form.append(file);
    document.body.append(frame, form);
    const landed = new Promise((resolve) => window.addEventListener("message", ({ data }) => resolve(data)));
    form.submit();
    const query = new URLSearchParams(await landed);
    const { Body } = await cos.getObject(here("form/element.txt"));
    return { query: Object.fromEntries(query), Body };
  },
};
