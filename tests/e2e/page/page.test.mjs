// What a student hands over and an employer sees, with real programs: the holder's file, its print, its shared link, and the look-up,
// through a running stele-verifier that serves the page.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const demo = process.env.DEMO_FOLDER;
const verifier = readFileSync(join(demo, 'verifier.url'), 'utf8').trim();
const genesis = join(demo, 'genesis.json');
/** Where codes and links of this network lead: this test leads it to the verifier. */
const home = 'https://stele.example';
const pictures = process.env.SCREENSHOTS;
const day = new Date('2026-06-27T02:00:00Z');
const phone = { width: 390, height: 844 };
const desktop = { width: 1180, height: 860 };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--disable-dev-shm-usage', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])] });
after(() => browser.close());

const stele = (...args) => execFileSync(join(root, 'build/release/bin/stele'), [...args, '--genesis', genesis, '--lang', 'vi'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const holders = readdirSync(join(demo, 'holders')).sort();
const holder = (name) => join(demo, 'holders', name);
const transcript = holder(holders.find((f) => f.startsWith('transcript-')));
/** In the order of the diplomas' list: the demo revokes the second one after its holder had fetched it. */
const diplomas = readFileSync(join(demo, 'codes-diploma.csv'), 'utf8').replace(/^\ufeff/, '').trim().split(/\r?\n/).slice(1).map((row) => `diploma-${row.split(',')[0]}.stele.json`);
const claims_of = (file) => JSON.parse(stele('verify', file, '--json', '--now', 'none')).verdicts[0].verdict.claims;
const [good, revoked] = [holder(diplomas[0]), holder(diplomas[1])];

/** A browser whose requests to the network's address reach the verifier; `asked` is all that it asked for. */
async function visitor({ language = 'vi', size = desktop } = {}) {
  const context = await browser.newContext({ locale: language === 'vi' ? 'vi-VN' : 'en-GB', viewport: size, reducedMotion: 'reduce', serviceWorkers: 'block' });
  const asked = [];
  await context.route(`${home}/**`, async (route) => {
    const request = route.request();
    asked.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`);
    const url = request.url().replace(home, verifier);
    await route.fulfill({ response: await route.fetch({ url, headers: { ...request.headers(), host: new URL(verifier).host } }) });
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = [];
  page.on('pageerror', (e) => faults.push(`page: ${e.message}`));
  page.on('request', (r) => { if (!r.url().startsWith(home) && !/^(blob|data):/.test(r.url())) faults.push(`request: ${r.url()}`); });
  await page.clock.setFixedTime(day);
  return { page, asked, close: async () => { await context.close(); assert.deepEqual(faults, []); } };
}
/** Once newer evidence was asked for. */
async function outcome(page) {
  await page.waitForSelector('#outcome:not([data-fresh="asking"])');
  return page.getAttribute('#outcome', 'data-outcome');
}
async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(violations.map((v) => `${where}: ${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`), []);
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= seen, `${where}: the page is ${wide} wide in a window of ${seen}`);
}
async function picture(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
function* files_below(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files_below(path);
    else yield path;
  }
}

test('a plain stele-verifier serves the page that is installed with it', async () => {
  const { page, close } = await visitor({ size: phone });
  await page.goto(home);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await accessible(page, 'start');
  await picture(page, 'employer-start');
  await close();
});

test('stele print: the student sees what was signed, and so does whoever checks the print', () => {
  const pdf = join(demo, 'print.pdf');
  stele('print', transcript, '--out', pdf);
  const verdict = JSON.parse(stele('verify', pdf, '--json', '--now', 'none')).verdicts[0].verdict;
  assert.equal(verdict.outcome, 'valid');
  assert.equal(verdict.parts.find((p) => p.part === 'print').code, 'same_print');
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  execFileSync('pdftoppm', ['-r', '60', '-f', '2', '-l', '2', '-singlefile', '-png', pdf, join(pictures, 'student-print')]);
  const diploma = join(demo, 'diploma.pdf');
  stele('print', good, '--out', diploma);
  execFileSync('pdftoppm', ['-r', '60', '-singlefile', '-png', diploma, join(pictures, 'student-diploma')]);
});

test('stele share: the link opens in the page; the service never learns key or contents', async () => {
  const shared = JSON.parse(stele('share', transcript, '--verifier', verifier, '--days', '7', '--qr', join(demo, 'share.png'), '--pdf', join(demo, 'share.pdf'), '--yes', '--json'));
  const link = shared.link ?? shared.url;
  assert.match(link, /^https:\/\/stele\.example\/v#[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}$/);
  const key = link.split('.').at(-1);
  const { name } = claims_of(transcript);
  for (const [language, size] of [['vi', phone], ['en', desktop]]) {
    const { page, asked, close } = await visitor({ language, size });
    await page.goto(link);
    assert.equal(await outcome(page), 'valid');
    assert.equal(await page.textContent('[data-claim="name"]'), name);
    assert.ok(asked.some((a) => a.includes('/v1/shared/')), 'it was fetched');
    assert.ok(!asked.join('\n').includes(key), 'the key left the page');
    await accessible(page, `shared ${language}`);
    await picture(page, `employer-link-${language}`);
    if (language === 'vi') {
      await page.locator('[data-subject="toan"] button').click();
      await page.locator('[data-subject="toan"]').scrollIntoViewIfNeeded();
      await page.evaluate(() => { scrollTo(0, document.querySelector('[data-subject="toan"]').getBoundingClientRect().top + scrollY - 90); });
      await picture(page, 'employer-mark');
      await page.evaluate(() => { scrollTo(0, 0); });
    }
    await close();
  }
  let kept = 0;
  for (const path of files_below(process.env.VERIFIER_DATA)) {
    const bytes = readFileSync(path);
    if (path.includes('/shared/') && bytes.includes(Buffer.from('STLS\u0001', 'latin1'))) kept++;
    for (const secret of [key, Buffer.from(key, 'base64url'), name]) assert.equal(bytes.indexOf(secret), -1, `${path} holds what the service must not know`);
  }
  assert.ok(kept > 0, 'the ciphertext is kept');

  // The same link from the picture of its code, and from the print that bears it.
  const { page, close } = await visitor({ size: phone });
  await page.goto(home);
  await page.setInputFiles('#file', join(demo, 'share.png'));
  assert.equal(await outcome(page), 'valid', 'the QR code');
  await page.getByRole('button', { name: /Văn bản khác/ }).click();
  await page.setInputFiles('#file', join(demo, 'share.pdf'));
  assert.equal(await outcome(page), 'valid', 'the print');
  assert.match(await page.textContent('.notes'), /Đã thấy đủ \d+ mục/);
  await picture(page, 'employer-pdf');
  await close();
});

test('another key than the shared one opens nothing', async () => {
  const shared = JSON.parse(stele('share', good, '--verifier', verifier, '--yes', '--json'));
  const link = shared.link ?? shared.url;
  const { page, close } = await visitor();
  await page.goto(`${link.slice(0, link.lastIndexOf('.'))}.${'A'.repeat(22)}`);
  await page.locator('#status .trouble').waitFor();
  assert.match(await page.textContent('#status'), /không khớp/);
  await close();
});

test('a diploma that was revoked after its holder had fetched it: the page learns it from the verifier', async () => {
  const { page, close } = await visitor();
  await page.goto(home);
  await page.setInputFiles('#file', revoked);
  assert.equal(await outcome(page), 'revoked');
  await accessible(page, 'revoked');
  await picture(page, 'employer-revoked');
  await page.getByRole('button', { name: /Văn bản khác/ }).click();
  await page.setInputFiles('#file', good);
  assert.equal(await outcome(page), 'valid');
  await page.evaluate(() => { scrollTo(0, 0); });
  await picture(page, 'employer-diploma');
  await close();
});

test('a forged mark: the step that failed is named', async () => {
  const { page, close } = await visitor();
  await page.goto(home);
  await page.setInputFiles('#file', join(demo, 'forged/mark.stele.json'));
  assert.equal(await outcome(page), 'altered');
  await picture(page, 'employer-forged');
  await close();
});

test('look-up by number and birth date, answered by the vault of the issuer', async () => {
  const claims = claims_of(good);
  const { page, close } = await visitor({ size: phone });
  await page.goto(home);
  await page.click('#open-lookup');
  await page.fill('#lookup-number', claims.serial);
  await page.fill('#lookup-birth', claims.birth_date.split('-').reverse().join('/'));
  await picture(page, 'employer-lookup');
  await page.keyboard.press('Enter');
  assert.equal(await outcome(page), 'valid');
  assert.equal(await page.textContent('[data-claim="serial"]'), claims.serial);
  await close();
});
