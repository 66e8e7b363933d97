// Requests to the program that served this page. The cookie shows which browser, the token which page: both are needed.

import { setLang } from './words.js';

const key = 'stele-desk-token';

export class Problem extends Error {
  constructor(status, body) {
    super(body.en ?? `HTTP ${status}`);
    this.status = status;
    this.code = body.code ?? '';
    this.vi = body.vi ?? this.message;
    this.en = body.en ?? this.message;
  }
}

async function send(method, path, type, body) {
  const headers = { 'Stele-Desk': sessionStorage.getItem(key) ?? '' };
  if (type) headers['Content-Type'] = type;
  const answer = await fetch(path, { method, headers, body, cache: 'no-store', credentials: 'same-origin', redirect: 'error' });
  if (answer.ok) return answer;
  let problem = {};
  try {
    problem = await answer.json();
  } catch { /* not from the desk's own code: the status says enough */ }
  throw new Problem(answer.status, problem);
}

const query = (values) => new URLSearchParams(Object.entries(values).filter(([, v]) => v !== '' && v !== undefined)).toString();

export const get = async (path, values = {}) => (await send('GET', `${path}?${query(values)}`)).json();
export const text = async (path) => (await send('GET', path)).text();
export const post = async (path, value = {}) => (await send('POST', path, 'application/json', JSON.stringify(value))).json();
export const upload = async (path, values, file) =>
  (await send('POST', `${path}?${query(values)}`, 'application/octet-stream', file)).json();
/** The passphrase is the body itself: it is copied into no JSON and no address. */
export const withPassphrase = async (path, values, passphrase) =>
  (await send('POST', `${path}?${query(values)}`, 'application/x-stele-passphrase', passphrase)).json();

/** Uses the link's token, if the address has one, and takes it out of the address and the history. */
export async function start() {
  const match = /^#start=([\w-]+)(?:&lang=(vi|en))?$/.exec(location.hash);
  if (!match) return;
  if (match[2]) setLang(match[2]);  // `stele desk --lang` was said on purpose; the browser's language was not
  history.replaceState(null, '', location.pathname);
  const answer = await send('POST', '/api/start', 'application/x-stele-start', match[1]);
  sessionStorage.setItem(key, (await answer.json()).token);
}

export const hasToken = () => sessionStorage.getItem(key) !== null;
export const forgetToken = () => sessionStorage.removeItem(key);
