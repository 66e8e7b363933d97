// What happened to a record: the sheets of a class, or any id.
import { choice, field, h } from './dom.js';
import * as api from './api.js';
import { both, t } from './words.js';
import { desk, failed, overview, route, subjectName, termName } from './app.js';
import { yearField } from './work.js';

const link = (values) => `#history?${new URLSearchParams(values)}`;

function events(id, list) {
  return h('section', { class: 'card' }, h('h2', {}, t('history_of')), h('p', {}, h('code', { class: 'id' }, id)),
    h('ol', { class: 'events' }, list.map((e) => h('li', {}, h('p', {}, h('strong', {}, both(e.what)), e.reason ? `: ${both(e.reason)}` : ''),
      h('p', { class: 'calm' }, `${e.shown ?? e.time} · ${t('block')} ${e.height}${e.org ? ` · ${e.org}` : ''}`),
      e.id !== id ? h('p', {}, h('a', { class: 'id', href: link({ id: e.id }) }, e.id)) : null))));
}

function sheets(cls, list) {
  return h('section', { class: 'card' }, h('h2', {}, t('history_sheets', cls)),
    list.length === 0 ? h('p', { class: 'calm' }, t('history_none')) : h('table', {},
      h('thead', {}, h('tr', {}, [t('what'), t('subject'), t('term'), t('record')].map((c) => h('th', { scope: 'col' }, c)))),
      h('tbody', {}, list.map((s) => h('tr', {}, h('th', { scope: 'row' }, both(s.name)), h('td', {}, s.subject ? subjectName(s.subject) : ''), h('td', {}, termName(s.term)),
        h('td', {}, h('a', { href: link({ class: cls, id: s.id }), 'aria-label': `${t('history_open')}: ${both(s.name)} ${subjectName(s.subject)} ${termName(s.term)}` }, t('history_open'))))))));
}

export async function history(parameters) {
  const o = await overview();
  const grants = desk.state.me.grants;
  const allowed = grants.some((g) => !g.class) ? o.classes.map((c) => c.class) : [...new Set(grants.map((g) => g.class))];
  const id = parameters.get('id');
  const cls = parameters.get('class') ?? (id ? '' : allowed[0] ?? '');
  const classes = choice(allowed.map((c) => [c, c]), cls, { id: 'class', on: { change: () => { location.hash = link({ class: classes.value }); } } });
  const input = h('input', { id: 'id', type: 'text', autocomplete: 'off', spellcheck: 'false', maxlength: '60', value: id ?? '' });
  const parts = [];
  if (id) parts.push(events(id, (await api.get('/api/history', { id })).events));
  if (cls) {
    try {
      parts.push(sheets(cls, (await api.get('/api/sheets', { class: cls, year: desk.year })).sheets));
    } catch (error) {
      if (!(error instanceof api.Problem) || error.status === 401) return failed(error);
      parts.push(h('p', { class: 'box warn' }, both(error)));
    }
  }
  return [
    h('div', { class: 'title' }, h('div', {}, h('h1', {}, t('history_title')), h('p', { class: 'calm' }, t('history_lead')))),
    h('form', { class: 'card form', on: { submit: (event) => { event.preventDefault(); location.hash = link({ id: input.value.trim() }); } } },
      field(t('cls'), classes), yearField(route), field(t('history_id'), input), h('p', { class: 'buttons' }, h('button', { type: 'submit' }, t('history_show')))),
    parts,
  ];
}
