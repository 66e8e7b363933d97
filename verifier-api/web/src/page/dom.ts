// Elements without a framework: text is always text, never markup.
export type Child = Node | string | null | undefined | false;
type Props = Record<string, string | boolean | number | undefined | ((e: Event) => void)>;

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const out = document.createElement(tag);
  set(out, props, children);
  return out;
}
export function svg(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const out = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(out, props, children);
  return out;
}
function set(out: Element, props: Props, children: Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") out.addEventListener(name, value);
    else out.setAttribute(name, value === true ? "" : String(value));
  }
  for (const c of children) if (c !== null && c !== undefined && c !== false) out.append(c);
}
export function put(parent: Element, ...children: Child[]): void {
  parent.replaceChildren(...children.filter((c): c is Node | string => c !== null && c !== undefined && c !== false));
}
export const by_id = (id: string): HTMLElement => document.getElementById(id)!;
