// From a file to a signed sheet: faults marked in the cells, then what will be signed.
import { announce, choice, field, h, show } from './dom.js';
import * as api from './api.js';
import { both, t } from './words.js';
import { desk, failed, overview, subjectName, termName } from './app.js';
import { sign } from './sign.js';
import { yearField } from './work.js';

const bytesMax = 20 * 1024 * 1024;

/** 'F (ĐĐGgk)' → 5; -1 if the fault names no column by letters. */
function columnOf(name) {
  const letters = /^([A-Z]{1,3})(?= |$)/.exec(name ?? '')?.[1];
  if (!letters) return -1;
  return [...letters].reduce((n, c) => n * 26 + c.charCodeAt(0) - 64, 0) - 1;
}
function lettersOf(column) {
  let out = '';
  for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26)) out = String.fromCharCode(65 + ((n - 1) % 26)) + out;
  return out;
}

function place(where) {
  if (!where?.row) return where?.column ?? '';
  const column = columnOf(where.column);
  return column < 0 ? t('place_row', where.row) : t('place', `${lettersOf(column)}${where.row}`);
}
const cellId = (where) => `cell-${where.row}-${columnOf(where.column)}`;

function list(faults, table) {
  const rows = new Set((table?.rows ?? []).map((r) => r.n));
  return h('ol', { class: 'faults' }, faults.map((f) => {
    const at = place(f.where);
    const reachable = f.where?.row && rows.has(f.where.row);
    return h('li', {}, at ? (reachable
      ? h('a', { href: `#${cellId(f.where)}`, on: { click: (event) => {
        event.preventDefault();
        const cell = document.getElementById(cellId(f.where)) ?? document.getElementById(`cell-${f.where.row}--1`);
        cell?.scrollIntoView({ block: 'center', inline: 'center' });
        cell?.focus();
      } } }, at) : h('strong', {}, at)) : null, at ? ': ' : null, both(f));
  }));
}

/** The file as the spreadsheet shows it, with letters and row numbers; marked cells say why. */
function grid(answer) {
  const { table } = answer;
  if (!table) return null;
  const marks = new Map();
  for (const [kind, faults] of [['bad', answer.errors], ['warn', answer.notes]]) {
    for (const f of faults) {
      if (!f.where?.row) continue;
      const id = cellId(f.where);
      if (!marks.has(id)) marks.set(id, { kind, texts: [] });
      marks.get(id).texts.push(both(f));
    }
  }
  const width = Math.max(1, ...table.rows.map((r) => r.cells.length), ...[...marks.keys()].map((id) => Number(id.split('-').pop()) + 1));
  const cell = (tag, id, text, attributes = {}) => {
    const mark = marks.get(id);
    if (!mark) return h(tag, { id, tabindex: tag === 'th' ? '-1' : null, ...attributes }, text);
    return h(tag, { id, class: `marked ${mark.kind}`, tabindex: '0', title: mark.texts.join('\n'), ...attributes },
      text, h('span', { class: 'visually-hidden' }, ` ${t('fault_here', mark.texts.join(' '))}`));
  };
  return h('section', { class: 'card wide' }, h('h2', {}, t('table_of'), table.name ? `: ${table.name}` : ''),
    h('div', { class: 'scroll grid-box', tabindex: '0', role: 'region', 'aria-label': t('table_of') },
      h('table', { class: 'grid' },
        h('thead', {}, h('tr', {}, h('td', {}), Array.from({ length: width }, (_, i) => h('th', { scope: 'col' }, lettersOf(i))))),
        h('tbody', {}, table.rows.map((r) => h('tr', {}, cell('th', `cell-${r.n}--1`, String(r.n), { scope: 'row' }),
          Array.from({ length: width }, (_, i) => cell('td', `cell-${r.n}-${i}`, r.cells[i] ?? ''))))))),
    table.more_rows > 0 ? h('p', { class: 'hint' }, t('more_rows', table.more_rows)) : null);
}

export async function sheet(parameters) {
  const o = await overview();
  const classes = o.classes.map((c) => c.class);
  const own = desk.state.me.grants;
  const mySubjects = [...new Set(own.map((g) => g.subject).filter(Boolean))];
  const myClasses = [...new Set(own.map((g) => g.class).filter(Boolean))];
  const subjects = Object.keys(o.subjects);
  const first = (wanted, preferred, all) => (wanted && all.includes(wanted) ? wanted : preferred.find((x) => all.includes(x)) ?? all[0] ?? '');

  const use = choice([['grades', t('use_grades')], ['summary', t('use_summary')], ['class-list', t('use_list')]],
    mySubjects.length > 0 || !myClasses.length ? 'grades' : 'summary', { id: 'use' });
  if (own.length > 0 && own.every((g) => !g.subject && !g.class)) use.value = 'class-list';
  if (parameters.get('subject')) use.value = 'grades';
  const cls = choice(classes.map((c) => [c, c]), first(parameters.get('class'), myClasses, classes), { id: 'class' });
  const newClass = h('input', { id: 'new-class', type: 'text', autocomplete: 'off', maxlength: '16', value: '' });
  const subject = choice(subjects.map((s) => [s, o.subjects[s]]), first(parameters.get('subject'), mySubjects, subjects), { id: 'subject' });
  const term = choice(o.terms.map((x) => [x, termName(x)]), parameters.get('term') ?? o.terms[0], { id: 'term' });
  const kind = choice([['tieu-hoc', 'Tiểu học'], ['thcs', 'THCS'], ['thpt', 'THPT']], 'thpt', { id: 'kind' });
  const empty = choice([['', t('empty_error')], ['not-yet', t('empty_not_yet')], ['exempt', t('empty_exempt')], ['absent', t('empty_absent')]], '', { id: 'empty' });
  const file = h('input', { id: 'file', type: 'file', accept: '.xlsx,.ods,.csv', required: true });
  const message = h('p', { class: 'box bad', role: 'alert', hidden: true });
  const button = h('button', { type: 'submit', class: 'main' }, t('check'));
  const result = h('div', { id: 'result' });

  const fields = {
    cls: field(t('cls'), cls), newClass: field(t('cls'), newClass), subject: field(t('subject'), subject), term: field(t('term'), term),
    kind: field(t('level'), kind), empty: field(t('empty'), empty),
  };
  const moved = h('input', { type: 'checkbox', id: 'moved' });
  const reasons = choice([['', t('list_new')], ['class-change', t('list_class_change')], ['transfer', t('list_transfer')], ['entry-error', t('list_entry_error')]], '', { id: 'list-reason' });
  const ofList = [field(t('list_replaces'), reasons, t('list_replaces_hint')), h('div', { class: 'field' }, h('label', { class: 'check' }, moved, t('list_moved')))];
  function arrange() {
    const list = use.value === 'class-list';
    fields.cls.hidden = list;
    fields.newClass.hidden = !list;
    fields.kind.hidden = !list;
    fields.subject.hidden = fields.term.hidden = use.value !== 'grades';
    fields.empty.hidden = list;
    ofList.forEach((f) => { f.hidden = !list; });
  }
  use.addEventListener('change', arrange);
  use.addEventListener('change', arrange);
  /** What was checked is that file under these fields: once one of them is another, it must not be signed any more. */
  function forget() {
    if (!result.firstChild) return;
    result.replaceChildren(h('p', { class: 'box warn' }, t('changed')));
    announce(t('changed'));
  }
  let turn = 0;
  function changed() {
    ++turn;
    forget();
  }
  arrange();

  function say(text) {
    message.textContent = text;
    message.hidden = false;
  }

  async function check(event) {
    event.preventDefault();
    message.hidden = true;
    result.replaceChildren();
    const chosen = file.files[0];
    if (!chosen) return say(t('choose_file'));
    if (chosen.size > bytesMax) return say(t('too_large'));
    button.disabled = true;
    button.textContent = t('checking');
    const list = use.value === 'class-list';
    const mine = ++turn;
    if (list && !newClass.value.trim()) {
      button.disabled = false;
      button.textContent = t('check');
      newClass.focus();
      return say(t('name_class'));
    }
    try {
      const answer = await api.upload('/api/import', {
        use: use.value, class: list ? newClass.value.trim() : cls.value, year: desk.year, name: chosen.name,
        subject: use.value === 'grades' ? subject.value : '', term: use.value === 'grades' ? term.value : use.value === 'summary' ? o.term_year : '',
        kind: list ? kind.value : '', empty: list ? '' : empty.value, moved: list && moved.checked ? '1' : '', reason: list ? reasons.value : '',
      }, chosen);
      if (mine === turn) results(answer);  // else a field was changed while this was under way
    } catch (error) {
      if (!(error instanceof api.Problem) || error.status === 401) return failed(error);
      say(both(error));
    } finally {
      button.disabled = false;
      button.textContent = t('check');
    }
  }

  function results(answer) {
    const faults = answer.errors.length;
    const heading = h('h2', { tabindex: '-1' }, faults === 0 ? t('no_faults', answer.students) : faults === 1 ? t('faults_one') : t('faults', faults));
    const signIt = h('button', { type: 'button', class: 'main', on: { click: async () => {
      if (await sign(answer)) {
        await overview(true);
        location.hash = '#work';
      }
    } } }, t('review_and_sign'));
    result.replaceChildren(...[
      h('section', { class: `card ${faults === 0 ? 'good' : 'bad'}` }, heading,
        faults > 0 ? [h('p', {}, t('faults_help')), list(answer.errors, answer.table)] : null,
        answer.notes.length > 0 ? h('details', { open: answer.notes.length <= 4 }, h('summary', {}, `${t('notes')} (${answer.notes.length})`), list(answer.notes, answer.table)) : null,
        answer.ok ? h('p', {}, signIt) : null),
      grid(answer)].filter(Boolean));
    heading.focus();
    heading.scrollIntoView({ block: 'start' });
    announce(heading.textContent);
  }

  const drop = h('div', { class: 'field file', on: {
    dragover: (event) => { event.preventDefault(); drop.classList.add('over'); },
    dragleave: () => drop.classList.remove('over'),
    drop: (event) => {
      event.preventDefault();
      drop.classList.remove('over');
      if (event.dataTransfer.files.length !== 1) return;
      file.files = event.dataTransfer.files;
      changed();
    },
  } }, h('label', { for: 'file' }, t('file')), file, h('span', { class: 'hint' }, t('file_hint')));

  return [
    h('div', { class: 'title' }, h('div', {}, h('h1', {}, t('sheet_title')), h('p', { class: 'calm' }, t('sheet_lead')))),
    h('form', { class: 'card form', novalidate: true, on: { submit: check, input: changed, change: changed } }, drop, field(t('use'), use), fields.cls, fields.newClass, fields.subject, fields.term, fields.kind,
      ...ofList, fields.empty, yearField(() => { location.hash = '#work'; }), message, h('p', { class: 'buttons' }, button)),
    result,
  ];
}
