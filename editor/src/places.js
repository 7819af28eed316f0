// Places in a query, and the prefixes that it uses and declares.

const QUIET = /"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|<[^<>\s"{}|^`\\]*>|#[^\n]*/g;

/** Give the index in UTF-16 units of a column that counts characters from 1. */
export function column(text, at) {
  return [...text].slice(0, Math.max(at - 1, 0)).join("").length;
}

/* The prefixes that a query uses and does not declare, in order. */
function undeclared(text) {
  const bare = text.replace(QUIET, (part) => (part[0] === "<" ? "<>" : " "));
  const declared = new Set([...bare.matchAll(/\bPREFIX\s+([\w.-]*):/gi)].map((match) => match[1]));
  const used = [...bare.matchAll(/(?<![\w:?$@.-])([A-Za-z][\w.-]*)?:(?=[\w%\\]|\s|$)/g)].map((match) => match[1] ?? "");
  return [...new Set(used)].filter((prefix) => !declared.has(prefix));
}

/* The place after the header's declarations, where another may stand. */
function place(text) {
  const found = [...text.matchAll(/^[ \t]*(?:PREFIX|BASE)\b[^\n]*(?:\n|$)/gim)];
  return found.length ? found.at(-1).index + found.at(-1)[0].length : 0;
}

/** Give the change that declares the known prefixes that a query uses and does not declare; nothing where none is. */
export function declarations(text, known, wanted = undeclared(text)) {
  const missing = undeclared(text).filter((prefix) => wanted.includes(prefix) && known.has(prefix));
  if (!missing.length) return null;
  return { from: place(text), insert: missing.map((prefix) => `PREFIX ${prefix}: <${known.get(prefix)}>\n`).join("") };
}
