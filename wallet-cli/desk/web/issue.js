// Transcripts of a class: what is still missing, what will be signed, how far it is, the pick-up codes.
import { announce, choice, field, h } from './dom.js';
import * as api from './api.js';
import { both, t } from './words.js';
import { desk, failed, overview, route, subjectName, termName } from './app.js';
import { sign } from './sign.js';
import { yearField } from './work.js';

export async function issue() {
  const o = await overview(true);
  const cls = choice(o.classes.map((c) => [c.class, c.class]), o.classes[0]?.class ?? '', { id: 'class' });
  const button = h('button', { type: 'submit', class: 'main' }, t('prepare'));
  const result = h('div', {});
  const missing = h('div', {});

  function lacks() {
    const list = o.missing.filter((m) => m.class === cls.value);
    missing.replaceChildren(...(list.length === 0 ? [] : [h('details', { class: 'box warn' }, h('summary', {}, t('issue_first', list.length)),
      h('ul', {}, list.map((m) => h('li', {}, `${subjectName(m.subject)}, ${termName(m.term)}${m.teacher ? ` – ${m.teacher}` : ''}`))))]));
  }
  cls.addEventListener('change', () => { lacks(); result.replaceChildren(); });
  lacks();

  function put(...children) {
    result.replaceChildren(h('section', { class: 'card' }, children));
    const heading = result.querySelector('h2');
    heading.tabIndex = -1;
    heading.focus();
    announce(heading.textContent);
  }

  async function prepare(event) {
    event.preventDefault();
    button.disabled = true;
    button.textContent = t('preparing');
    result.replaceChildren();
    try {
      const plan = await api.post('/api/plan', { what: 'transcripts', class: cls.value, year: desk.year });
      const have = plan.have_one > 0 ? h('p', { class: 'calm' }, t('issue_have', plan.have_one)) : null;
      if (plan.errors.length > 0) {
        put(h('h2', {}, t('issue_faults', plan.errors.length)), have, h('ol', { class: 'faults' }, plan.errors.map((e) => h('li', {}, both(e)))));
      } else if (!plan.ok) {
        put(h('h2', {}, t('issue_none')));
      } else {
        const names = [...plan.students].sort((a, b) => a.id.localeCompare(b.id));
        put(h('h2', {}, t('issue_count', plan.count)), have,
          h('details', {}, h('summary', {}, t('issue_students')), h('ol', { class: 'names' }, names.map((s) => h('li', {}, `${s.name} `, h('span', { class: 'calm' }, s.id))))),
          h('p', {}, h('button', { type: 'button', class: 'main', on: { click: async () => { if (await sign(plan)) route(); } } }, t('review_and_sign'))));
      }
    } catch (error) {
      failed(error);
    } finally {
      button.disabled = false;
      button.textContent = t('prepare');
    }
  }

  return [
    h('div', { class: 'title' }, h('div', {}, h('h1', {}, t('issue_title')), h('p', { class: 'calm' }, t('issue_lead')))),
    h('form', { class: 'card form', on: { submit: prepare } }, field(t('cls'), cls), yearField(route), missing, h('p', { class: 'buttons' }, button)),
    result,
  ];
}
