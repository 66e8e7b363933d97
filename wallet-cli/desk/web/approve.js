// What waits for a second signature: what it says, whose turn it is, and signing several of a kind at once.
import { h, terms } from './dom.js';
import * as api from './api.js';
import { both, lang, t } from './words.js';
import { failed, route } from './app.js';
import { sign } from './sign.js';

const mineIn = (p) => p.needs.find((n) => n.role);

function row(p, box) {
  const needs = p.needs.map((n) => t('approve_needs', both(n.what), n.roles.map(both).join(', '))).join('; ');
  const words = p.words[lang()];
  const facts = words.slice(2).filter((w) => !w.startsWith('  ')).map((w) => w.slice(w.indexOf(': ') + 2)).filter((v) => v.length < 40).slice(0, 5).join(' · ');
  return h('li', { class: 'waiting' }, h('div', { class: 'waiting-head' }, box, h('span', {}, h('strong', {}, both(p.name)), ' ', h('span', { class: 'calm' }, facts))),
    h('p', { class: 'hint' }, needs), h('details', {}, h('summary', {}, t('approve_open')), terms(words), h('p', {}, h('code', { class: 'id' }, p.id))));
}

function group(name, list) {
  const need = mineIn(list[0]);
  const boxes = list.map((p, i) => h('input', { type: 'checkbox', value: p.id, 'aria-label': `${both(p.name)} ${i + 1}` }));
  const all = h('input', { type: 'checkbox', on: { change: () => boxes.forEach((b) => { b.checked = all.checked; }) } });
  const message = h('p', { class: 'box bad', role: 'alert', hidden: true });
  async function start() {
    const ids = boxes.filter((b) => b.checked).map((b) => b.value);
    message.hidden = true;
    if (ids.length === 0) {
      message.textContent = t('approve_choose');
      message.hidden = false;
      return;
    }
    try {
      const plan = await api.post('/api/plan', { what: 'second', by: need.by, role: need.role, ids });
      if (await sign(plan)) route();
    } catch (error) {
      failed(error);
    }
  }
  return h('section', { class: 'card' }, h('h2', {}, t('approve_group', name, list.length)),
    list.length > 1 ? h('p', {}, h('label', { class: 'check' }, all, t('approve_all', list.length))) : null,
    h('ul', { class: 'plain scroll-list' }, list.map((p, i) => row(p, boxes[i]))), message,
    h('p', {}, h('button', { type: 'button', class: 'main', on: { click: start } }, t('approve_sign'))));
}

export async function approve() {
  const { pending } = await api.get('/api/pending');
  const title = h('div', { class: 'title' }, h('h1', {}, t('approve_title')));
  if (pending.length === 0) return [title, h('p', { class: 'box good' }, t('approve_none'))];
  const groups = new Map();
  for (const p of pending.filter(mineIn)) {
    const name = `${both(mineIn(p).what)} – ${both(p.name)}`;
    groups.set(name, [...(groups.get(name) ?? []), p]);
  }
  const others = pending.filter((p) => !mineIn(p));
  return [title, [...groups].map(([name, list]) => group(name, list)),
    others.length > 0 ? h('section', { class: 'card' }, h('h2', {}, t('approve_others')), h('ul', { class: 'plain scroll-list' }, others.map((p) => row(p, null)))) : null];
}
