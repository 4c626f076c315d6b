// Runs the cases of every module that the address names (?run=objects,uploads), one after the other.
import { report } from "./session.mjs";

window.addEventListener("error", ({ message }) => report({ name: "page", error: message }));

/** What a case gives, or that it gives nothing. */
function outcome(call) {
  const late = new Promise((_, reject) => setTimeout(reject, 20_000, new Error("no answer")));
  return Promise.race([call(), late]).then(
    (answer) => ({ answer }),
    (error) => ({ error: error.stack ?? JSON.stringify(error) }),
  );
}

for (const name of new URLSearchParams(location.search).get("run").split(",")) {
  const { cases, prepare } = await import(`./${name}.mjs`);
  const { error } = await outcome(prepare ?? (async () => {}));
  if (error) await report({ name: `${name}: prepare`, error });
  for (const [title, call] of Object.entries(cases)) {
    await report({ name: title, ...(await outcome(call)) });
  }
}
await report();
