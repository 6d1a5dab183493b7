// Signs in with a passkey, and adds one, from the part of a page with id
// "passkey". Without script, or where a browser has no passkeys, that part stays
// hidden and people sign in by code.
"use strict";
(() => {
  const part = document.getElementById("passkey");
  if (!part || !window.PublicKeyCredential || !navigator.credentials) return;
  const { begin, finish, next, adds, aborted } = part.dataset;
  const button = part.querySelector("button");
  const name = part.querySelector("input");
  const say = part.querySelector("[role=alert]");

  const base64url = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

  async function post(path, body) {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const read = await answer.json();
    if (!answer.ok) throw new Error(read.error);
    return read;
  }

  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  // PublicKeyCredential.toJSON is not in every browser that people have.
  function asJSON(credential) {
    const response = {};
    for (const field of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[field]) response[field] = base64url(credential.response[field]);
    }
    return {
      id: credential.id, rawId: base64url(credential.rawId), type: credential.type, response,
      authenticatorAttachment: credential.authenticatorAttachment || undefined, clientExtensionResults: {},
    };
  }

  async function ask() {
    const { publicKey } = await post(begin, {});
    publicKey.challenge = bytes(publicKey.challenge);
    if (!adds) return navigator.credentials.get({ publicKey: { ...publicKey, allowCredentials: known(publicKey.allowCredentials) } });
    publicKey.user.id = bytes(publicKey.user.id);
    return navigator.credentials.create({ publicKey: { ...publicKey, excludeCredentials: known(publicKey.excludeCredentials) } });
  }

  async function go() {
    button.disabled = true;
    say.textContent = "";
    try {
      const credential = await ask();
      const done = await post(finish, { credential: asJSON(credential), name: name ? name.value : "", next });
      location.assign(done.next);
    } catch (err) {
      // A DOMException is the browser's: cancelled, timed out, or not this device.
      say.textContent = err instanceof DOMException || !err.message ? aborted : err.message;
      button.disabled = false;
    }
  }

  button.addEventListener("click", go);
  part.hidden = false;
})();
