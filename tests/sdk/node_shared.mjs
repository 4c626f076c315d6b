// What the scripts of both clouds' SDKs have in common.
import http from "node:http";

/** Send a request to a URL as it is written, without asking anybody for the address of its host. */
export function fetchAt(port, url, { method = "GET", body, headers } = {}) {
  const [, host, path] = /^http:\/\/([^/]+)(.*)$/.exec(url);
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path, headers: { ...headers, Host: host } };
    const request = http.request(options, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Those members of an object that it has. */
export function pick(from, ...names) {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}

/** Run the cases one after the other, and print a line of JSON for each. */
export async function runCases(cases) {
  for (const [name, call] of Object.entries(cases)) {
    const outcome = await call().then(
      (answer) => ({ answer }),
      (error) => ({ error: error.stack ?? JSON.stringify(error) }),
    );
    console.log(JSON.stringify({ name, ...outcome }));
  }
}
