// The one place where something gets signed: what it is in plain words, the passphrase, how far it is, what came of it.
import { $, announce, field, h, terms } from './dom.js';
import * as api from './api.js';
import { both, lang, t } from './words.js';
import { desk, failed } from './app.js';

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

function outcome(job) {
  const results = job.results ?? [];
  const refused = results.filter((r) => r.status === 'refused');
  const waits = job.waits ?? [];
  const still = waits.length > 0 ? h('div', { class: 'box warn', role: 'alert' }, waits.map((n) =>
    h('p', {}, t(n.by === 'seal' ? 'waits_seal' : 'waits_for', both(n.what), n.roles.map(both).join(', '))))) : null;
  const codes = job.codes ? h('section', {}, h('h3', {}, t('codes')), h('p', {}, t('codes_text', job.codes)),
    waits.length > 0 ? h('p', {}, t('codes_wait')) : null,
    h('p', {}, h('button', { type: 'button', on: { click: () => download(job.codes) } }, t('codes_download')))) : null;
  if (refused.length > 0) {
    const texts = [...new Set(refused.map((r) => both(r.error)))];
    return { title: t('refused'), kind: 'bad', parts: [h('p', {}, t('refused_text', refused.length, results.length)), texts.map((x) => h('p', { class: 'box bad', role: 'alert' }, x)), codes] };
  }
  if (job.phase === 'failed' && !job.send_again) {
    return { title: t('nothing_signed'), kind: 'bad', retry: true, parts: [h('p', { class: 'box bad', role: 'alert' }, both(job.error))] };
  }
  if (job.phase === 'failed' || job.final < job.total) {
    return { title: t('not_final'), kind: 'warn', again: true, parts: [
      job.error ? h('p', { class: 'box warn', role: 'alert' }, both(job.error)) : null,
      h('p', {}, t('not_final_text', job.final ?? 0, job.total)), codes] };
  }
  return { title: t('final'), kind: 'good', parts: [
    h('p', { class: 'box good' }, results.length === 1
      ? [t('final_one', results[0].height), ' ', h('code', { class: 'id' }, results[0].id)]
      : t('final_count', results.length)), still, codes] };
}

/** The marks themselves: nobody should sign a file by its name. */
function marks(view) {
  if (!view || view.rows.length === 0) return null;
  const text = (cell) => (typeof cell === 'string' ? cell : both(cell));
  const counts = ['exempt', 'absent', 'not_yet'].filter((k) => view[k] > 0).map((k) => t(`view_${k}`, view[k])).join(', ');
  return [h('h3', {}, t('view_marks')), counts ? h('p', { class: 'hint' }, t('view_counts', counts)) : null,
    h('div', { class: 'scroll short view', tabindex: '0', role: 'region', 'aria-label': t('view_marks') },
      h('table', {}, h('thead', {}, h('tr', {}, view.columns.map((c) => h('th', { scope: 'col' }, both(c))))),
        h('tbody', {}, view.rows.map((r) => h('tr', {}, r.map((cell, i) => h(i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : null }, text(cell)))))))),
    view.more_rows > 0 ? h('p', { class: 'hint' }, t('more_rows', view.more_rows)) : null];
}

/** What it is and the marks, side by side where there is room: both are seen without scrolling. */
function shown(words, view) {
  const parts = marks(view);
  return parts ? h('div', { class: 'side-by-side' }, h('div', {}, terms(words)), h('div', {}, parts)) : terms(words);
}

async function download(path) {
  const url = URL.createObjectURL(new Blob([await api.text('/api/codes')], { type: 'text/csv' }));
  h('a', { href: url, download: path.split('/').pop() }).click();
  URL.revokeObjectURL(url);
}

/** Asks, signs and waits. `plan`: {work, words, about?}. True if everything became final. */
export function sign(plan) {
  const dialog = $('signing');
  let finished = false;
  return new Promise((resolve) => {
    const put = (title, ...children) => dialog.replaceChildren(h('h2', { id: 'signing-title', tabindex: '-1' }, title), ...children.flat(2).filter(Boolean));
    const end = () => { dialog.close(); };
    dialog.onclose = () => {
      if (dialog.open) return;  // told late of the dialog before: this one stands already
      dialog.replaceChildren();
      resolve(finished);
    };
    dialog.oncancel = (event) => { if (dialog.classList.contains('busy')) event.preventDefault(); };

    async function follow() {
      dialog.classList.add('busy');
      const bar = h('progress', { 'aria-labelledby': 'signing-phase' });
      const phase = h('p', { id: 'signing-phase' }, t('opening_key'));
      put(t('will_sign'), phase, bar);
      let job;
      for (;;) {
        job = await api.get('/api/job');
        if (job.phase === 'done' || job.phase === 'failed') break;
        if (job.phase !== 'none') {
          phase.textContent = t(`phase_${job.phase}`, job.done, job.total);
          bar.max = job.total;
          if (job.done > 0) bar.value = job.done;
          else bar.removeAttribute('value');
        }
        await pause(150);
      }
      dialog.classList.remove('busy');
      desk.overview = null;
      const o = outcome(job);
      finished = o.kind === 'good';
      put(o.title, o.parts.flat(), h('p', { class: 'buttons' },
        o.again ? h('button', { type: 'button', class: 'main', on: { click: again } }, t('send_again')) : null,
        o.retry ? h('button', { type: 'button', class: 'main', on: { click: () => ask(null) } }, t('again')) : null,
        h('button', { type: 'button', class: o.again || o.retry ? null : 'main', on: { click: end } }, t(o.retry ? 'cancel' : 'done'))));
      dialog.querySelector('#signing-title').focus();
      announce(o.title);
    }

    async function again() {
      try {
        await api.post('/api/send-again');
        await follow();
      } catch (error) {
        end();
        failed(error);
      }
    }

    function ask(problem) {
      const passphrase = h('input', { type: 'password', id: 'sign-passphrase', autocomplete: 'off', required: true, maxlength: '1024' });
      const button = h('button', { type: 'submit', class: 'main' }, t('sign'));
      const words = plan.words[lang()];
      // The first line says what it is; it becomes the heading's second half.
      const first = words[0].slice(words[0].indexOf(': ') + 2);
      put(`${t('will_sign')}: ${first}`, shown(words.slice(1), plan.view),
        plan.about ? [h('h3', {}, t('about')), h('div', { class: 'scroll short', tabindex: '0', role: 'region', 'aria-label': t('about') }, terms(plan.about[lang()]))] : null,
        h('form', { class: 'at-hand', on: { submit: async (event) => {
          event.preventDefault();
          const secret = passphrase.value;
          passphrase.value = '';
          button.disabled = true;
          button.textContent = t('opening_key');
          try {
            await api.withPassphrase('/api/sign', { work: plan.work }, secret);
            await follow();
          } catch (error) {
            dialog.classList.remove('busy');
            if (error.code === 'key_wrong_passphrase' || error.code === 'desk_wait') return ask(error);
            end();
            failed(error);
          }
        } } }, field(t('passphrase'), passphrase),
          problem ? h('p', { class: 'box bad', role: 'alert' }, both(problem)) : null,
          h('p', { class: 'buttons' }, button, h('button', { type: 'button', on: { click: end } }, t('cancel')))));
      passphrase.focus({ preventScroll: true });
      dialog.scrollTop = 0;  // reading begins at the top; the field stays in sight
    }

    if (!dialog.open) dialog.showModal();
    ask(null);
  });
}
