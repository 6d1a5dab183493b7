// Decrypts push messages with http_ece from npm (RFC 8188, RFC 8291), which knows
// nothing of Relais: node decrypt.cjs NODE_MODULES < messages > texts
// Both are JSON lists; a message is {body, key, auth} in base64url, a text too.
"use strict";
const { createECDH } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const ece = require(join(process.argv[2], "http_ece"));

const texts = JSON.parse(readFileSync(0, "utf8")).map(({ body, key, auth }) => {
  const browser = createECDH("prime256v1");
  browser.setPrivateKey(key, "base64url");
  return ece.decrypt(Buffer.from(body, "base64url"), { version: "aes128gcm", privateKey: browser, authSecret: auth }).toString("base64url");
});
process.stdout.write(JSON.stringify(texts));
