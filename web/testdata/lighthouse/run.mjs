// Looks at pages with Lighthouse and writes one line of JSON for each: its
// address, its score for accessibility in per cent, and what is wrong.
// node run.mjs CHROMIUM ADDRESS...
import {launch} from 'puppeteer-core';
import {snapshot} from 'lighthouse';

const [executablePath, ...addresses] = process.argv.slice(2);
const args = process.getuid() === 0 ? ['--no-sandbox'] : []; // Chromium refuses to be root with one
const browser = await launch({executablePath, args}); // which it ends when this program ends, by a signal too
try {
  const page = await browser.newPage();
  await page.setViewport({width: 412, height: 823, isMobile: true, hasTouch: true});
  for (const address of addresses) {
    await page.goto(address, {waitUntil: 'load', timeout: 120_000});
    const flags = {onlyCategories: ['accessibility'], logLevel: 'silent', disableFullPageScreenshot: true, screenEmulation: {disabled: true}};
    const {lhr} = await snapshot(page, {flags});
    const {score, auditRefs} = lhr.categories.accessibility;
    const wrong = auditRefs.filter((ref) => ref.weight > 0).map((ref) => lhr.audits[ref.id])
      .filter((audit) => audit.score !== null && audit.score < 1)
      .map((audit) => `${audit.id}: ${(audit.details?.items ?? []).map((item) => item.node?.selector).join(', ')}`);
    console.log(JSON.stringify({address, score: Math.round(score * 100), wrong, failed: lhr.runtimeError?.message}));
  }
} finally {
  await browser.close();
}
