// Elements without markup in strings: what comes from a file or a node can never become a tag.

/** h('td', {class: 'mark', on: {click}}, child, …): strings become text, null and false are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === 'value' || name === 'checked' || name === 'selected' || name === 'disabled') {
      element[name] = value;
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

export const $ = (id) => document.getElementById(id);

/** Puts a view into the page and the focus on its heading, so that a screen reader begins there. */
export function show(...children) {
  const main = $('main');
  main.replaceChildren(...children.flat(Infinity).filter(Boolean));
  const heading = main.querySelector('h1');
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  window.scrollTo(0, 0);
}

export function announce(text) {
  $('announcer').textContent = '';
  // A status that is filled in the same task as it was emptied is not spoken again.
  setTimeout(() => { $('announcer').textContent = text; }, 50);
}

/** A question before something that can't be taken back; the careful answer has the focus. */
export function agreed(title, text, yes, no) {
  const dialog = $('signing');
  return new Promise((resolve) => {
    let answer = false;
    const end = (value) => { answer = value; dialog.close(); };
    const careful = h('button', { type: 'button', class: 'main', on: { click: () => end(false) } }, no);
    dialog.oncancel = null;
    dialog.onclose = () => {
      if (dialog.open) return;
      dialog.replaceChildren();
      resolve(answer);
    };
    dialog.replaceChildren(h('h2', { id: 'signing-title' }, title), h('p', {}, text),
      h('p', { class: 'buttons' }, careful, h('button', { type: 'button', on: { click: () => end(true) } }, yes)));
    dialog.showModal();
    careful.focus();
  });
}

export function field(label, control, hint) {
  const id = control.id || (control.id = `f-${Math.random().toString(36).slice(2)}`);
  const parts = [h('label', { for: id }, label), control];
  if (hint) {
    control.setAttribute('aria-describedby', `${id}-hint`);
    parts.push(h('span', { class: 'hint', id: `${id}-hint` }, hint));
  }
  return h('div', { class: 'field' }, parts);
}

export function choice(options, value, attributes = {}) {
  return h('select', attributes,
    options.map(([v, text]) => h('option', { value: v, selected: v === value }, text)));
}

/** "Class: 10A1" lines as a list of terms; a line without a colon stands alone. */
export function terms(lines) {
  const list = h('dl', { class: 'terms' });
  for (const line of lines) {
    const at = line.indexOf(': ');
    if (at < 0) {
      list.append(h('div', {}, h('dt', {}, ''), h('dd', { class: 'id' }, line.trim())));
    } else {
      const value = line.slice(at + 2);
      list.append(h('div', {}, h('dt', {}, line.slice(0, at).trim()),
        h('dd', { class: /^[\w-]{43}$/.test(value) ? 'id' : null }, value)));
    }
  }
  return list;
}
