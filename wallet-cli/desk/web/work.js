// What is mine to sign, and who has not signed yet.
import { choice, field, h } from './dom.js';
import { t } from './words.js';
import { desk, overview, route, subjectName, termName } from './app.js';

const key = (m) => `${m.class}/${m.subject}/${m.term}`;

/** The sheets that the person's rights name, with what became of each. */
function mine(o) {
  const missing = new Set(o.missing.map(key));
  const out = new Map();
  for (const g of desk.state.me.grants) {
    if (!g.subject || (g.year && g.year !== o.year)) continue;
    const classes = g.class ? [g.class] : o.classes.map((c) => c.class);
    for (const cls of classes) {
      for (const term of g.term ? [g.term] : o.terms) {
        const m = { class: cls, subject: g.subject, term };
        const listed = o.classes.some((c) => c.class === cls);
        out.set(key(m), { ...m, state: !listed ? 'no_list' : missing.has(key(m)) ? 'not_signed' : 'signed' });
      }
    }
  }
  return [...out.values()].sort((a, b) => key(a).localeCompare(key(b), 'vi', { numeric: true }));
}

export function yearField(then) {
  const first = Number(desk.state.year);
  const years = [first - 1, first, first + 1].map(String);
  const control = choice(years.map((y) => [y, `${y}–${Number(y) + 1}`]), desk.year, {
    on: { change: () => { desk.year = control.value; desk.overview = null; then(); } },
  });
  return field(t('year'), control);
}

function mySheets(o) {
  const sheets = mine(o);
  if (sheets.length === 0) return null;
  const done = sheets.filter((s) => s.state === 'signed').length;
  return h('section', { class: 'card' }, h('h2', {}, t('my_sheets')),
    h('p', { class: 'progress-line' }, h('progress', { max: sheets.length, value: done, 'aria-label': t('my_progress', done, sheets.length) }),
      h('span', {}, t('my_progress', done, sheets.length))),
    h('table', {}, h('thead', {}, h('tr', {}, [t('cls'), t('subject'), t('term'), t('state')].map((c) => h('th', { scope: 'col' }, c)))),
      h('tbody', {}, sheets.map((s) => {
        const link = `#sheet?${new URLSearchParams({ class: s.class, subject: s.subject, term: s.term })}`;
        return h('tr', {}, h('th', { scope: 'row' }, s.class), h('td', {}, subjectName(s.subject)), h('td', {}, termName(s.term)),
          h('td', {}, h('span', { class: `tag ${s.state}` }, t(s.state)), ' ',
            s.state === 'not_signed' ? h('a', { class: 'button small', href: link,
              'aria-label': t('sign_this_long', subjectName(s.subject), s.class, termName(s.term)) }, t('sign_this')) : null));
      }))));
}

function missing(o) {
  const count = o.missing.length;
  const without = new Set(mine(o).filter((m) => m.state === 'no_list').map((m) => m.class)).size;
  const perTeacher = new Map();
  for (const m of o.missing) perTeacher.set(m.teacher, (perTeacher.get(m.teacher) ?? 0) + 1);
  const people = [...perTeacher].sort((a, b) => b[1] - a[1]);
  return h('section', { class: 'card' }, h('h2', {}, t('missing')),
    without > 0 ? h('p', { class: 'box warn' }, t('missing_no_list', without)) : null,
    o.classes.length === 0 ? h('p', { class: 'box warn' }, t('missing_no_classes')) : null,
    count === 0 ? (without > 0 || o.classes.length === 0 ? null : h('p', { class: 'box good' }, t('missing_none'))) : [
      h('p', {}, t('missing_count', count)),
      people.length > 1 ? h('ul', { class: 'chips' }, people.map(([who, n]) => h('li', {}, t('missing_by_teacher', who || '–', n)))) : null,
      h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('missing') },
        h('table', {}, h('thead', {}, h('tr', {}, [t('cls'), t('subject'), t('term'), t('teacher')].map((c) => h('th', { scope: 'col' }, c)))),
          h('tbody', {}, o.missing.map((m) => h('tr', {}, h('th', { scope: 'row' }, m.class), h('td', {}, subjectName(m.subject)),
            h('td', {}, termName(m.term)), h('td', {}, m.teacher || '–')))))),
    ]);
}

export async function work() {
  const o = await overview(true);
  return [
    h('div', { class: 'title' }, h('div', {}, h('h1', {}, t('hello', desk.state.me.name)), h('p', { class: 'calm' }, o.org.name)), yearField(route)),
    mySheets(o),
    missing(o),
  ];
}
