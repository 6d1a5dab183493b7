// Reads mails with postal-mime and checks their DKIM signatures with mailauth,
// both from npm, which know nothing of Relais:
//   node read.cjs NODE_MODULES < mails > read
// In: {records: {name: text}, mails: [base64]}. Out: a list of {result, signed,
// from, to, subject, headers, text, html, attachments}.
"use strict";
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { dkimVerify } = require(join(process.argv[2], "mailauth/lib/dkim/verify.js"));
const PostalMime = require(join(process.argv[2], "postal-mime"));

async function read(records, wire) {
  const resolver = async (name) => {
    if (!records[name]) throw Object.assign(new Error("no record"), { code: "ENOTFOUND" });
    return [[records[name]]];
  };
  const { results } = await dkimVerify(wire, { resolver });
  const mail = await (PostalMime.default || PostalMime).parse(wire);
  return {
    result: results.map((r) => r.status.result),
    signed: results.map((r) => r.signingHeaders.keys).join(": ").split(": "),
    from: mail.from.address,
    to: mail.to.map((t) => t.address),
    subject: mail.subject,
    headers: mail.headers.map((h) => h.key),
    text: mail.text,
    html: mail.html,
    attachments: mail.attachments.length,
  };
}

(async () => {
  const { records, mails } = JSON.parse(readFileSync(0, "utf8"));
  const out = [];
  for (const mail of mails) out.push(await read(records, Buffer.from(mail, "base64")));
  process.stdout.write(JSON.stringify(out));
})();
