// Which view is shown: the lock, or one of the sections.
import { $, agreed, announce, field, h, show } from './dom.js';
import * as api from './api.js';
import { both, lang, setLang, t } from './words.js';
import { work } from './work.js';
import { sheet } from './sheet.js';
import { approve } from './approve.js';
import { issue } from './issue.js';
import { revoke } from './revoke.js';
import { history as records } from './history.js';

const sections = { work, sheet, approve, issue, revoke, history: records };

/** What the views share: who is here, and what the school looks like in the year chosen. */
export const desk = { state: null, year: '', overview: null };

export async function overview(fresh = false) {
  if (fresh || !desk.overview) desk.overview = await api.get('/api/overview', { year: desk.year });
  return desk.overview;
}

export function termName(code) {
  const o = desk.overview;
  if (code === o?.term_year) return t('term_year');
  const at = o ? o.terms.indexOf(code) : -1;
  return at === 0 ? t('term_1') : at === 1 ? t('term_2') : code;
}
export const subjectName = (code) => desk.overview?.subjects[code] ?? code;

/** Somebody who may do more than one class or subject: the offices' sections are shown to them. */
const wholeSchool = () => desk.state.me.grants.some((g) => !g.subject && !g.class);

export function failed(error) {
  if (error instanceof api.Problem) {
    if (error.code === 'desk_locked' || error.code === 'request_expired') return refresh();
    if (error.code === 'desk_no_session' || error.code === 'desk_bad_start') return noLink(error);
    return show(h('h1', {}, t('error')), h('p', { class: 'box bad', role: 'alert' }, both(error)),
      h('p', {}, h('button', { type: 'button', on: { click: () => route() } }, t('again'))));
  }
  if (error instanceof TypeError) return show(h('h1', {}, t('error')), h('p', { class: 'box bad', role: 'alert' }, t('gone')));
  throw error;
}

function noLink(error) {
  api.forgetToken();
  desk.state = null;
  bars();
  show(h('section', { class: 'card narrow' }, h('h1', {}, t('no_link')),
    error && error.code === 'desk_bad_start' ? h('p', { class: 'box bad', role: 'alert' }, both(error)) : null,
    h('p', {}, t('no_link_text'))));
}

// ---- the frame ----

function bars() {
  const here = desk.state && !desk.state.locked;
  document.documentElement.lang = lang();
  document.title = `${t('title')} – Stele`;
  $('skip').textContent = t('skip');
  $('language').textContent = t('other_language');
  $('language').lang = lang() === 'vi' ? 'en' : 'vi';
  $('lock').textContent = t('lock');
  $('lock').hidden = !here;
  $('close').textContent = t('close');
  $('close').hidden = !desk.state;
  $('person').hidden = !here;
  $('nav').hidden = !here;
  $('frame').classList.toggle('with-nav', Boolean(here));
  $('test-network').hidden = !(here && desk.state.test);
  $('test-network').textContent = t('test_network');
  if (!here) return;
  const { me } = desk.state;
  $('person').replaceChildren(h('strong', {}, me.name), h('span', {}, me.title));
  $('nav').setAttribute('aria-label', t('nav'));
  const now = section();
  const shown = Object.keys(sections).filter((s) => (s !== 'issue' && s !== 'revoke') || wholeSchool());
  $('nav').replaceChildren(h('ul', {}, shown.map((s) =>
    h('li', {}, h('a', { href: `#${s}`, 'aria-current': s === now ? 'page' : null }, t(`nav_${s}`))))));
}

const section = () => {
  const name = location.hash.slice(1).split('?')[0];
  return name in sections ? name : 'work';
};

let turn = 0;
export async function route() {
  if (!desk.state || desk.state.locked) return;
  const mine = ++turn;
  bars();
  const parameters = new URLSearchParams(location.hash.split('?')[1] ?? '');
  try {
    show(h('h1', { class: 'visually-hidden' }, t(`nav_${section()}`)), h('p', { class: 'calm' }, t('loading')));
    const view = await sections[section()](parameters);
    if (mine === turn) show(view);
  } catch (error) {
    if (mine === turn) failed(error);
  }
}

// ---- signing in ----

function lockScreen() {
  bars();
  const { keys } = desk.state;
  // A seal is for sealing: nobody should sign in with it because it comes first.
  const usable = Math.max(keys.findIndex((k) => !k.error && !k.seal), keys.length === 1 ? 0 : -1);
  const passphrase = h('input', { type: 'password', id: 'passphrase', autocomplete: 'off', required: true, maxlength: '1024' });
  const message = h('p', { class: 'box bad', role: 'alert', hidden: true });
  const button = h('button', { type: 'submit', class: 'main' }, t('unlock'));
  const who = h('fieldset', { class: 'people' }, h('legend', {}, t('who')), keys.map((k, i) =>
    h('label', { class: k.error ? 'person-choice off' : 'person-choice' },
      h('input', { type: 'radio', name: 'key', value: String(i), checked: i === usable, disabled: Boolean(k.error) }),
      h('span', {}, h('strong', {}, k.name ?? k.file),
        h('span', { class: 'hint' }, k.error ? `${t('key_unusable')}: ${both(k.error)}` : `${k.title} · ${k.org}`)))));
  async function submit(event) {
    event.preventDefault();
    const key = form.querySelector('input[name=key]:checked')?.value;
    if (key === undefined) {
      message.textContent = t('who');
      message.hidden = false;
      return;
    }
    button.disabled = true;
    button.textContent = t('opening');
    message.hidden = true;
    try {
      const secret = passphrase.value;
      passphrase.value = '';
      desk.state = await api.withPassphrase('/api/unlock', { key }, secret);
      desk.year = desk.state.year;
      desk.overview = null;
      if (!(location.hash.slice(1).split('?')[0] in sections)) history.replaceState(null, '', '#work');
      await route();
    } catch (error) {
      if (!(error instanceof api.Problem) || error.code === 'desk_no_session') return failed(error);
      message.textContent = both(error);
      message.hidden = false;
      button.disabled = false;
      button.textContent = t('unlock');
      passphrase.focus();
    }
  }
  const form = h('form', { class: 'card narrow', on: { submit } }, h('h1', {}, t('unlock')), who,
    field(t('passphrase'), passphrase, t('unlock_text')), message, h('p', {}, button),
    h('p', { class: 'hint' }, t('locked_idle', desk.state.idle_minutes)));
  show(form);
  passphrase.focus();
}

export async function refresh() {
  try {
    desk.state = await api.get('/api/state');
    if (desk.state.locked) return lockScreen();
    desk.year ||= desk.state.year;
    await route();
  } catch (error) {
    failed(error);
  }
}

$('language').addEventListener('click', () => {
  setLang(lang() === 'vi' ? 'en' : 'vi');
  if (!desk.state) return bars(), noLink();
  if (desk.state.locked) return lockScreen();
  route();
});
$('lock').addEventListener('click', async () => {
  try {
    desk.state = await api.post('/api/lock');
    desk.overview = null;
    history.replaceState(null, '', '#work');  // the next person begins at the beginning
    lockScreen();
    announce(t('unlock'));
  } catch (error) {
    failed(error);
  }
});
$('close').addEventListener('click', async () => {
  if (!await agreed(t('close_ask'), t('close_text'), t('close_yes'), t('close_no'))) return;
  try {
    await api.post('/api/close');
    api.forgetToken();
    desk.state = null;
    bars();
    show(h('section', { class: 'card narrow' }, h('h1', {}, t('closed')), h('p', {}, t('closed_text'))));
  } catch (error) {
    failed(error);
  }
});
$('skip').addEventListener('click', (event) => {
  event.preventDefault();
  $('main').focus();
});
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#start=')) location.reload();
  else route();
});

bars();
try {
  await api.start();
  bars();
  if (api.hasToken()) await refresh();
  else noLink();
} catch (error) {
  failed(error);
}
