// Revoking what was issued: the list of a class or year, the reason, and the same signing as everything else.
import { announce, choice, field, h } from './dom.js';
import * as api from './api.js';
import { both, t } from './words.js';
import { desk, failed, overview } from './app.js';
import { sign } from './sign.js';

export async function revoke() {
  const o = await overview();
  const what = choice([['transcript', t('revoke_transcripts')], ['diploma', t('revoke_diplomas')]], 'transcript', { id: 'what' });
  const cls = choice(o.classes.map((c) => [c.class, c.class]), o.classes[0]?.class ?? '', { id: 'class' });
  const year = h('input', { id: 'list-year', type: 'text', inputmode: 'numeric', maxlength: '4', required: true, value: desk.year });
  const of_class = field(t('cls'), cls);
  const result = h('div', {});
  what.addEventListener('change', () => { of_class.hidden = what.value === 'diploma'; result.replaceChildren(); });

  function list(credentials, reasons) {
    const boxes = credentials.map((c) => h('input', { type: 'checkbox', value: c.id, disabled: c.status !== 'valid' || c.changing }));
    const reason = choice([['', '–'], ...reasons.map((r) => [r.code, both(r.name)])], '', { id: 'reason' });
    const message = h('p', { class: 'box bad', role: 'alert', hidden: true });
    async function start() {
      const ids = boxes.filter((b) => b.checked).map((b) => b.value);
      message.hidden = ids.length > 0 && reason.value !== '';
      if (!message.hidden) {
        message.textContent = t('revoke_choose');
        return;
      }
      try {
        if (await sign(await api.post('/api/plan', { what: 'revocation', reason: reason.value, ids }))) show();
      } catch (error) {
        failed(error);
      }
    }
    return [h('ul', { class: 'plain scroll-list' }, credentials.map((c, i) => h('li', { class: 'waiting' },
      h('label', { class: 'check' }, boxes[i], h('span', {}, h('strong', {}, c.name), ' ', h('span', { class: 'calm' }, `${c.student_id} · ${t(`status_${c.status}`)}${c.changing ? ` · ${t('revoke_waits')}` : ''}`)))))),
      field(t('revoke_reason'), reason), message,
      h('p', {}, h('button', { type: 'button', class: 'main', on: { click: start } }, t('review_and_sign')))];
  }

  async function show(event) {
    event?.preventDefault();
    try {
      const { credentials, reasons } = await api.get('/api/credentials', { type: what.value, year: year.value.trim(), ...(what.value === 'transcript' ? { class: cls.value } : {}) });
      credentials.sort((a, b) => a.student_id.localeCompare(b.student_id));
      const heading = h('h2', { tabindex: '-1' }, credentials.length === 0 ? t('revoke_none') : t('revoke_list', credentials.length));
      result.replaceChildren(h('section', { class: 'card' }, heading, credentials.length === 0 ? null : list(credentials, reasons)));
      heading.focus();
      announce(heading.textContent);
    } catch (error) {
      if (!(error instanceof api.Problem) || error.status === 401) return failed(error);
      result.replaceChildren(h('p', { class: 'box bad', role: 'alert' }, both(error)));
    }
  }

  return [
    h('div', { class: 'title' }, h('div', {}, h('h1', {}, t('revoke_title')), h('p', { class: 'calm' }, t('revoke_lead')))),
    h('form', { class: 'card form', on: { submit: show } }, field(t('revoke_what'), what), of_class, field(t('year'), year, t('revoke_year_hint')),
      h('p', { class: 'buttons' }, h('button', { type: 'submit', class: 'main' }, t('revoke_show')))),
    result,
  ];
}
