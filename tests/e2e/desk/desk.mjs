// Starting `stele desk` and a browser for it; what all tests of the desk share.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
export const folder = process.env.DESK_FOLDER;
export const passphrase = 'mật khẩu để thử';
const pictures = process.env.SCREENSHOTS;

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** A running `stele desk` and the link that it gave. */
export async function startDesk(...options) {
  const linkFile = join(folder, `link-${Date.now()}`);
  rmSync(linkFile, { force: true });
  const process_ = spawn(join(root, 'build/release/bin/stele'), ['desk', '--no-browser', '--link-file', linkFile, '--codes', join(folder, 'codes'),
    '--genesis', join(folder, 'genesis.json'), '--node', readFileSync(join(folder, 'node/url'), 'utf8').trim(), ...options],
  { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  process_.stdout.on('data', (d) => { out += d; });
  const ended = new Promise((resolve) => { process_.on('exit', resolve); });
  for (let i = 0; i < 300 && !existsSync(linkFile); ++i) await pause(50);
  const link = readFileSync(linkFile, 'utf8').trim();
  return { link, ended, output: () => out, stop: async () => { process_.kill('SIGTERM'); return ended; } };
}

let browser;
export async function openBrowser() {
  // Root in a container has no user namespace for Chromium's sandbox.
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM, args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
  return browser;
}
export async function closeBrowser() {
  await browser?.close();
}

/** A page in a browser of its own; it fails the test on errors of the page, and on every request to elsewhere. */
export async function newPage(language, size = { width: 1366, height: 768 }) {
  const context = await (await openBrowser()).newContext({ locale: language === 'vi' ? 'vi-VN' : 'en-GB', viewport: size, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on('pageerror', (e) => faults.push(`page: ${e.message}`));
  page.on('console', (m) => { if (m.type() === 'error' && !m.text().includes('Failed to load resource')) faults.push(`console: ${m.text()}`); });
  page.on('request', (r) => { if (!/^(http:\/\/127\.0\.0\.1:|blob:|data:)/.test(r.url())) faults.push(`request: ${r.url()}`); });
  return { page, close: async () => { await context.close(); assert.deepEqual(faults, []); } };
}

/** No violation of WCAG 2.2 A and AA, nor of axe's best practices. */
export async function accessible(page, where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(violations.map((v) => `${where}: ${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`), []);
}

export async function picture(page, name) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

export async function noSidewaysScroll(page, where) {
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= seen, `${where}: the page is ${wide} wide in a window of ${seen}`);
}
