// Several queries open at once, each in a tab with its own text, undo history and answer; kept in this browser alone.
// The pattern is WAI-ARIA's tabs with automatic activation: arrows, Home and End move, Delete closes.
const MOST = 20;
const LONGEST = 100_000;
const NAME = 30;

/**
 * Put tabs above the editor of a form.
 *
 * `told` gives `key` (the name of the store), `editor()` (what is shown: `text`, `save()` and `load(text or what was
 * saved)`), `examples` (Map of text to name), `asked` (whether the page came with a query), `answered()` (whether an
 * answer is shown) and `changed` (called with the tab left and the tab shown, so that each keeps its answer). Given back
 * are `open(text)`, which shows a query in a tab, and `keep()`, which remembers what is written now.
 */
export function attach(form, told) {
  const panel = form.querySelector("#panel");
  const bar = document.createElement("div");
  const list = document.createElement("div");
  let number = 0;
  let tabs = restored(told.key).map(made);
  let active = tabs.find((tab) => tab.active) ?? tabs[0] ?? null;

  function made({ text, active: shown = false }) {
    number += 1;
    return { id: `tab-${number}`, text, active: shown, saved: null };
  }

  function title(tab) {
    const remark = /^\s*#(?!\+)\s*(\S.*)$/m.exec(tab.text.split(/\bPREFIX\b|\bSELECT\b|\bASK\b|\bCONSTRUCT\b|\bDESCRIBE\b/i)[0])?.[1];
    return told.examples.get(tab.text.trim()) ?? remark ?? `Query ${tab.id.slice(4)}`;
  }

  function draw(focus = false) {
    list.replaceChildren(...tabs.map((tab) => {
      const button = document.createElement("button");
      const words = title(tab);
      Object.assign(button, { type: "button", id: tab.id, title: words, textContent: words.length > NAME ? `${words.slice(0, NAME - 1).trimEnd()}…` : words });
      button.setAttribute("role", "tab");
      button.setAttribute("aria-controls", panel.id);
      button.setAttribute("aria-selected", String(tab === active));
      button.tabIndex = tab === active ? 0 : -1;
      return button;
    }));
    panel.setAttribute("aria-labelledby", active.id);
    const shown = document.getElementById(active.id);
    if (focus) shown.focus();
    list.scrollLeft += Math.min(0, shown.offsetLeft - list.scrollLeft - 16) || Math.max(0, shown.offsetLeft + shown.offsetWidth - list.scrollLeft - list.clientWidth + 16);
    close.disabled = tabs.length === 1 && !active.text.trim();
    fresh.disabled = tabs.length >= MOST;
  }

  function leave() {
    if (!active) return;
    active.text = told.editor().text;
    active.saved = told.editor().save();
  }

  function show(tab, { focus = false, from = active } = {}) {
    active = tab;
    told.editor().load(tab.saved ?? tab.text);
    told.changed(from, tab);
    draw(focus);
    keep();
  }

  function go(tab, focus = false) {
    if (tab === active) return;
    const from = active;
    leave();
    show(tab, { focus, from });
  }

  function open(text) {
    leave();
    const known = tabs.find((tab) => tab.text.trim() === text.trim());
    if (known) { go(known); return; }
    const idle = (active.text === starter || !active.text.trim()) && !told.answered();
    const tab = made({ text });
    const from = active;
    tabs = idle ? tabs.map((other) => (other === active ? tab : other)) : [...tabs, tab].slice(-MOST);
    show(tab, { from: idle ? null : from });
  }

  function shut(tab, focus) {
    const at = tabs.indexOf(tab);
    tabs = tabs.filter((other) => other !== tab);
    if (!tabs.length) tabs = [made({ text: "" })];
    show(tabs[Math.min(at, tabs.length - 1)], { focus, from: null });
  }

  function keep() {
    const rows = tabs.map((tab) => ({ text: (tab === active ? told.editor().text : tab.text).slice(0, LONGEST), active: tab === active }));
    try { localStorage.setItem(told.key, JSON.stringify(rows)); } catch { /* a browser that keeps nothing forgets them with the page */ }
  }

  function tool(words, sign, act) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: sign, title: words });
    button.setAttribute("aria-label", words);
    button.addEventListener("click", act);
    return button;
  }

  const fresh = tool("New query", "+", () => { leave(); const tab = made({ text: "" }); const from = active; tabs.push(tab); show(tab, { from }); told.editor().focus(); });
  const close = tool("Close this query", "×", () => shut(active, true));
  bar.className = "tabs";
  list.className = "list";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Open queries");
  panel.setAttribute("role", "tabpanel");
  bar.append(list, fresh, close);
  panel.before(bar);

  list.addEventListener("click", (event) => {
    const found = tabs.find((tab) => tab.id === event.target.closest("[role=tab]")?.id);
    if (found) go(found, true);
  });
  list.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(active);
    const next = { ArrowRight: (at + 1) % tabs.length, ArrowLeft: (at - 1 + tabs.length) % tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
    if (event.key === "Delete") shut(active, true);
    else if (next === undefined) return;
    else go(tabs[next], true);
    event.preventDefault();
  });
  addEventListener("pagehide", keep);

  const asked = told.editor().text;
  const starter = told.asked ? null : asked;
  if (!active) {
    active = made({ text: asked });
    tabs = [active];
    draw();
  } else if (told.asked && asked.trim() !== active.text.trim()) {
    const known = tabs.find((tab) => tab.text.trim() === asked.trim());
    active = known ?? made({ text: asked });
    if (!known) tabs = [...tabs, active].slice(-MOST);
    draw();
  } else {
    told.editor().load(active.text);
    draw();
  }
  return { open, keep() { active.text = told.editor().text; draw(); keep(); } };
}

/* What this browser kept: a list of texts; anything else is passed over. */
function restored(key) {
  try {
    const rows = JSON.parse(localStorage.getItem(key) ?? "[]");
    return rows.filter((row) => typeof row?.text === "string").slice(-MOST).map(({ text, active }) => ({ text, active: active === true }));
  } catch {
    return [];
  }
}
