// Vietnamese and English. The reader's choice is kept; the default is the browser's.
import type { Lang } from "../verdict/type_words.js";

const key = "stele.lang";
export function first_language(): Lang {
  const kept = localStorage.getItem(key);
  if (kept === "vi" || kept === "en") return kept;
  return navigator.languages.some((l) => l.toLowerCase().startsWith("vi")) || !navigator.languages.length ? "vi" : "en";
}
let lang: Lang = "vi";
export const language = (): Lang => lang;
export function set_language(to: Lang): void {
  lang = to;
  localStorage.setItem(key, to);
  document.documentElement.lang = to;
}
/** The text of the reader's language. */
export const t = (vi: string, en: string): string => (lang === "vi" ? vi : en);

const clock = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
/** Of Vietnam, the same in both languages: 16/02/2026 07:00. */
export const date_time = (seconds: number): string => clock.format(seconds * 1000).replace(",", "");
export const number = (n: number): string => new Intl.NumberFormat(lang === "vi" ? "vi-VN" : "en-GB").format(n);
/** 2010-03-14 as 14/03/2010. */
export const day = (iso: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(iso) ? iso.split("-").reverse().join("/") : iso);
