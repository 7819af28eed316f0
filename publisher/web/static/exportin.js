// What a page gains with a script: copying, and suggestions while typing. Without it everything still works.
"use strict";
for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.text ?? document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}
for (const form of document.querySelectorAll("form.find[action$='/search']")) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = "suggestions";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  let asked = 0, chosen = -1;
  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) { chosen = -1; input.removeAttribute("aria-activedescendant"); }
  };
  const choose = (next) => {
    const items = [...list.children];
    if (!items.length) return;
    asked++; // an answer that is still to come does not replace what is chosen from
    chosen = (next + items.length) % items.length;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === chosen)));
    input.setAttribute("aria-activedescendant", items[chosen].id);
  };
  input.addEventListener("input", async () => {
    const words = input.value.trim(), mine = ++asked;
    if (words.length < 2) { show(false); return; }
    const address = form.getAttribute("action").replace(/search$/, "suggest");
    let found;
    try {
      found = await (await fetch(address + "?q=" + encodeURIComponent(words))).json();
    } catch (error) { return; }
    if (mine !== asked) return;
    list.replaceChildren(...found[1].map((label, at) => {
      const item = document.createElement("li"), link = document.createElement("a"), kind = document.createElement("small");
      item.id = "suggestion-" + at;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      link.href = found[3][at];
      link.tabIndex = -1;
      link.textContent = label;
      kind.textContent = found[2][at];
      link.append(" ", kind);
      item.append(link);
      return item;
    }));
    chosen = -1;
    show(found[1].length > 0);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") { choose(chosen + 1); event.preventDefault(); }
    else if (event.key === "ArrowUp") { choose(chosen - 1); event.preventDefault(); }
    else if (event.key === "Escape") { show(false); }
    else if (event.key === "Enter" && chosen >= 0) { location.href = list.children[chosen].firstChild.href; event.preventDefault(); }
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) show(false); });
}
// The passage of the source opens in its place, where the text is at hand; without a script it has a page of its own.
for (const link of document.querySelectorAll("a.read")) {
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const item = link.closest(".evidence"), open = item.querySelectorAll("blockquote.passage, p.notice");
    if (open.length) { open.forEach((part) => part.remove()); link.setAttribute("aria-expanded", "false"); return; }
    try {
      const answer = await fetch(link.href + "&part=1", { cache: "no-store" });
      if (!answer.ok) { location.href = link.href; return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      item.append(...page.body.children);
      link.setAttribute("aria-expanded", "true");
    } catch (error) { location.href = link.href; }
  });
}
