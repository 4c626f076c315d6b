// Without a default rule a page cannot do anything, as with a bucket of the real service that nobody has set up.
import { at, blocked, client, urlOf } from "./session.mjs";

export const cases = {
  async "closed"() {
    const cos = client();
    const read = await fetch(urlOf("closed", "k")).then(
      ({ status }) => status,
      (error) => error.name,
    );
    return { put: await blocked(cos.putObject(at("closed", "p", { Body: "y" }))), read };
  },
};
