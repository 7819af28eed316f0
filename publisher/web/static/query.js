// The query page with a script: it runs in place, marks an error where it is, shows the raw answer, writes the query
// as a program. The editor's bundle takes the text area's place where it was built; without it this works the same.
const form = document.querySelector("form.editor");
const results = document.getElementById("results");
const told = document.getElementById("told");
const area = form.elements.query;
const button = form.querySelector("button[type=submit]");
const endpoint = new URL(form.action);
const LONGEST = 6000;
const SHOWN = 400_000;
const LEFT = "the tab was left";
const ERRORS_AS_DATA = "application/problem+json, text/html;q=0.9";
let running = null;
let tabs = { open(text) { editor.load(text); }, keep() {} }; // until they are there

let editor = {
  get text() { return area.value; },
  save() { return area.value; },
  load(text) { area.value = text; },
  focus() { area.focus(); },
  clear() { area.removeAttribute("aria-invalid"); },
  declare() {},
  mark(line, column) {
    const lines = area.value.split("\n");
    const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const at = before + [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
    area.setAttribute("aria-invalid", "true");
    area.focus();
    area.setSelectionRange(at, Math.max(at + 1, at + (/^\w+/.exec(area.value.slice(at))?.[0].length ?? 1)));
  },
};

function say(text, kind = "") {
  told.textContent = text;
  told.className = kind;
}

function asked(query, accept, signal) {
  const headers = { Accept: accept };
  if (encodeURIComponent(query).length < LONGEST) {
    return fetch(`${endpoint.pathname}?query=${encodeURIComponent(query)}`, { headers, signal });
  }
  return fetch(endpoint.pathname, { method: "POST", headers, body: new URLSearchParams({ query }), signal });
}

async function run({ remember = true } = {}) {
  if (running) { running.abort(); return; }
  editor.declare();
  const query = editor.text;
  const mine = new AbortController();
  running = mine;
  const begun = performance.now();
  button.textContent = "Stop";
  results.setAttribute("aria-busy", "true");
  editor.clear();
  say("Running …");
  try {
    const answer = await asked(query, ERRORS_AS_DATA, mine.signal);
    if ((answer.headers.get("Content-Type") ?? "").includes("json")) { refused(await answer.json()); return; }
    show(await answer.text(), query, performance.now() - begun);
    if (remember) history.pushState({ query }, "", permalink(query));
    tabs.keep();
  } catch (error) {
    if (error === LEFT) return;
    say(error.name === "AbortError" ? "Stopped." : `The service could not be reached: ${error.message}`, "wrong");
  } finally {
    if (running === mine) rest(); // another run may have begun in its place
  }
}

function rest() {
  running = null;
  button.textContent = "Run the query";
  results.removeAttribute("aria-busy");
}

function permalink(query) {
  const encoded = encodeURIComponent(query);
  return encoded.length < LONGEST ? `?query=${encoded}` : location.pathname;
}

function refused(problem) {
  const said = /^line \d/i.test(problem.detail);
  const place = said ? "" : problem.line ? `Line ${problem.line}${problem.column ? `, column ${problem.column}` : ""}: ` : `${problem.title}: `;
  const detail = problem.detail[0].toUpperCase() + problem.detail.slice(1);
  results.replaceChildren();
  say(place + (said ? detail : problem.detail) + (problem.fix ? ` Next: ${problem.fix}.` : ""), "wrong");
  if (problem.line) editor.mark(problem.line, problem.column ?? 1, problem.detail);
}

function show(page, query, took) {
  const made = new DOMParser().parseFromString(page, "text/html").getElementById("results");
  results.replaceChildren(...made.childNodes);
  const count = results.querySelector(".count");
  count?.remove();
  say(`${count ? count.textContent.trim().replace(/\.$/, "") : "Answered"}, in ${took < 1000 ? `${Math.round(took)} ms` : `${(took / 1000).toFixed(1)} s`}.`);
  document.title = document.title.replace(/^[^·]*/, "Results ");
  more(query);
}

// What an answer on the page gains: its raw form, and the query as a program.
function more(query) {
  measure(results.querySelector("table.rows"));
  const bar = results.querySelector(".formats");
  if (!bar) return;
  const graph = /^(CONSTRUCT|DESCRIBE)$/i.exec(/\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b/i.exec(query.replace(/#[^\n]*|<[^<>\s]*>/g, " "))?.[0] ?? "");
  const tools = document.createElement("p");
  tools.className = "tools";
  if (!graph) tools.append(raw(query));
  tools.append("Copy as ");
  for (const [name, written] of Object.entries(PROGRAMS)) tools.append(copier(name, () => written(query, graph)), " ");
  tools.append(copier("permalink", () => new URL(permalink(query), location.href).href));
  bar.after(tools);
}

// Numbers stand right; counts that differ by half or more carry a bar, so that one sees which is large.
function measure(table) {
  const rows = [...(table?.tBodies[0].rows ?? [])];
  for (const [at] of [...(table?.tHead.rows[0].cells ?? [])].entries()) {
    const cells = rows.map((row) => row.cells[at]).filter((cell) => cell.textContent);
    const numbers = cells.map((cell) => (cell.querySelector("a, small") ? NaN : Number(cell.textContent)));
    if (!cells.length || numbers.some(Number.isNaN)) continue;
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    table.tHead.rows[0].cells[at].classList.add("number");
    cells.forEach((cell, row) => {
      cell.classList.add("number");
      if (least >= 0 && most >= 2 * least && most > 0) cell.style.setProperty("--share", `${(100 * numbers[row]) / most}%`);
    });
  }
}

function raw(query) {
  const toggle = document.createElement("button");
  const text = document.createElement("pre");
  text.className = "rdf";
  text.tabIndex = 0;
  text.hidden = true;
  toggle.type = "button";
  toggle.textContent = "Raw answer";
  toggle.setAttribute("aria-pressed", "false");
  toggle.addEventListener("click", async () => {
    const open = text.hidden;
    if (open && !text.textContent) {
      const body = await (await asked(query, "application/sparql-results+json")).text();
      text.textContent = body.length > SHOWN ? `${body.slice(0, SHOWN)}\n… (download it for the rest)` : body;
      results.append(text);
    }
    text.hidden = !open;
    toggle.setAttribute("aria-pressed", String(open));
    for (const shown of results.querySelectorAll(".answered")) shown.hidden = open;
  });
  return toggle;
}

function copier(name, text) {
  const copy = document.createElement("button");
  copy.type = "button";
  copy.textContent = name;
  copy.addEventListener("click", async () => {
    let done = true;
    try { await navigator.clipboard.writeText(text()); } catch { done = false; }
    copy.textContent = done ? "Copied" : "Not allowed here";
    setTimeout(() => { copy.textContent = name; }, 1500);
  });
  return copy;
}

const type = (graph) => (graph ? "text/turtle" : "text/csv");
const PROGRAMS = {
  curl(query, graph) {
    let end = "SPARQL";
    while (query.split("\n").includes(end)) end += "_";
    return `curl -sS '${endpoint.href.replaceAll("'", "%27")}' -H 'Accept: ${type(graph)}' --data-urlencode query@- <<'${end}'\n${query.trimEnd()}\n${end}\n`;
  },
  Python(query, graph) {
    const text = query.trimEnd().replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"');
    const read = graph ? "    print(answer.read().decode())" : "    for row in csv.DictReader(answer.read().decode().splitlines()):\n        print(row)";
    return `${graph ? "" : "import csv\n"}from urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\nquery = """\n${text}\n"""\n` +
      `asked = Request(${JSON.stringify(endpoint.href)}, urlencode({"query": query}).encode(), {"Accept": "${type(graph)}"})\nwith urlopen(asked) as answer:\n${read}\n`;
  },
  R(query, graph) {
    let dashes = "";
    while (query.includes(`)${dashes}"`)) dashes += "-";
    const address = `paste0(${JSON.stringify(endpoint.href)}, "?format=${graph ? "ttl" : "csv"}&query=", URLencode(query, reserved = TRUE))`;
    return `query <- r"${dashes}(${query.trimEnd()}\n)${dashes}"\naddress <- ${address}\n${graph ? "writeLines(readLines(address))" : "rows <- read.csv(address)\nprint(rows)"}\n`;
  },
};

function prefixes() {
  const rows = document.querySelectorAll(".prefixes tr");
  return new Map([...rows].map((row) => [row.cells[0].textContent.replace(/:$/, ""), row.cells[1].textContent]));
}

// Examples: a click puts one into the editor and runs it; words narrow the list down.
const examples = document.querySelector(".examples");
if (examples) {
  const filter = examples.querySelector("input");
  filter.parentElement.hidden = false;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    for (const item of examples.querySelectorAll("li")) {
      const text = `${item.textContent} ${item.dataset.words}`.toLowerCase();
      item.hidden = !words.every((word) => text.includes(word));
    }
  });
  examples.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    tabs.open(new URL(link.href).searchParams.get("query"));
    pick();
    run();
  });
}

/* The questions of the examples by the text of their queries. */
function named() {
  const links = [...(examples?.querySelectorAll("li a") ?? [])];
  return new Map(links.map((link) => [new URL(link.href).searchParams.get("query").trim(), link.textContent]));
}

/* Mark the example that is open. */
function pick() {
  for (const link of examples?.querySelectorAll("li a") ?? []) {
    if (new URL(link.href).searchParams.get("query").trim() === editor.text.trim()) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/* Each tab keeps its answer, and what was said of it, while another is shown. */
function changed(from, to) {
  running?.abort(LEFT);
  rest();
  if (from) Object.assign(from, { answer: [...results.childNodes], said: [told.textContent, told.className], address: location.search });
  results.replaceChildren(...(to.answer ?? []));
  say(...(to.said ?? [""]));
  history.replaceState(null, "", to.answer?.length ? to.address : location.pathname);
  pick();
}

form.addEventListener("submit", (event) => {
  if (form.elements.format.value !== "html") return;
  event.preventDefault();
  run();
});
area.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); }
});
addEventListener("popstate", () => {
  const query = new URLSearchParams(location.search).get("query");
  if (query === null) { results.replaceChildren(); say(""); return; }
  tabs.open(query);
  run({ remember: false });
});

more(area.value);
if (form.dataset.bundle) {
  const bundle = await import(form.dataset.bundle).catch(() => null); // where it cannot be loaded, the form stays plain
  const search = endpoint.pathname.replace(/\/[^/]*$/, "/search");
  if (bundle) editor = bundle.attach(area, { prefixes: prefixes(), endpoint: endpoint.pathname, search, label: "SPARQL query", run });
}
tabs = (await import(form.dataset.tabs)).attach(form, {
  key: `queries ${endpoint.pathname}`, editor: () => editor, examples: named(), asked: new URLSearchParams(location.search).has("query"),
  answered: () => results.childElementCount > 0, changed,
});
if (told.dataset.line) editor.mark(Number(told.dataset.line), Number(told.dataset.column), told.dataset.detail);
