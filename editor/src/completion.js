// What the editor offers while one types: words of SPARQL, variables, prefixes, and the data's own classes,
// properties and things. The terms are asked of the endpoint once; things are looked for by name as one types.
import { insertCompletionText, pickedCompletion } from "@codemirror/autocomplete";
import { declarations } from "./places.js";

const KEYWORDS = (
  "SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK FROM NAMED WHERE GRAPH OPTIONAL UNION MINUS FILTER BIND VALUES EXISTS " +
  "NOT AS GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET PREFIX BASE SERVICE SILENT IN UNDEF COUNT SUM MIN MAX AVG SAMPLE " +
  "GROUP_CONCAT SEPARATOR STR LANG LANGMATCHES DATATYPE BOUND IRI BNODE COALESCE IF STRLEN SUBSTR UCASE LCASE STRSTARTS " +
  "STRENDS CONTAINS STRBEFORE STRAFTER ENCODE_FOR_URI CONCAT REPLACE REGEX ABS ROUND CEIL FLOOR YEAR MONTH DAY " +
  "SAMETERM ISIRI ISBLANK ISLITERAL ISNUMERIC STRDT STRLANG TRUE FALSE"
).split(" ");
const VOID = "http://rdfs.org/ns/void#";
const LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>";
const TOLD = `SELECT ?kind ?term (MAX(?number) AS ?uses) (SAMPLE(?name) AS ?label) WHERE {
  { ?part <${VOID}class> ?term . OPTIONAL { ?part <${VOID}entities> ?number } BIND ("class" AS ?kind) }
  UNION { ?part <${VOID}property> ?term . OPTIONAL { ?part <${VOID}triples> ?number } BIND ("property" AS ?kind) }
  OPTIONAL { ?term ${LABEL} ?name }
} GROUP BY ?kind ?term`;
const COUNTED = `SELECT ?kind ?term (COUNT(*) AS ?uses) (SAMPLE(?name) AS ?label) WHERE {
  { ?s a ?term . BIND ("class" AS ?kind) } UNION { ?s ?term ?o . BIND ("property" AS ?kind) }
  OPTIONAL { ?term ${LABEL} ?name }
} GROUP BY ?kind ?term ORDER BY DESC(?uses) LIMIT 500`;

/** Give the sources of completions for a page. */
export function completing(told) {
  const terms = vocabulary(told);
  return [
    (context) => prefixes(context, told),
    (context) => words(context),
    async (context) => offered(context, told, await terms),
    (context) => things(context, told),
  ];
}

async function vocabulary(told) {
  for (const query of [TOLD, COUNTED]) {
    const rows = await ask(told, query);
    if (rows.length) {
      return rows.map((row) => ({
        kind: row.kind.value, name: row.label?.value ?? "", uses: Number(row.uses?.value ?? 0), curie: compressed(told, row.term.value),
      })).filter((term) => term.curie);
    }
  }
  return [];
}

async function ask(told, query) {
  try {
    const answer = await fetch(`${told.endpoint}?query=${encodeURIComponent(query)}`, { headers: { Accept: "application/sparql-results+json" } });
    return answer.ok ? (await answer.json()).results.bindings : [];
  } catch {
    return [];
  }
}

/** Give an IRI as a CURIE with the longest namespace, or nothing where SPARQL could not read it so. */
function compressed(told, iri) {
  let best = "";
  let length = 0;
  for (const [prefix, namespace] of told.prefixes) {
    const rest = iri.slice(namespace.length);
    if (namespace.length > length && iri.startsWith(namespace) && /^[\w]([\w.-]*[\w-])?$/.test(rest)) {
      [best, length] = [`${prefix}:${rest}`, namespace.length];
    }
  }
  return best;
}

function prefixes(context, told) {
  const found = context.matchBefore(/\bPREFIX\s+[\w.-]*/i);
  if (!found) return null;
  const from = found.from + /^PREFIX\s+/i.exec(found.text)[0].length;
  const options = [...told.prefixes].map(([prefix, namespace]) => ({ label: `${prefix}:`, detail: namespace, apply: `${prefix}: <${namespace}>\n` }));
  return { from, options, validFor: /^[\w.-]*$/ };
}

function words(context) {
  const variable = context.matchBefore(/[?$]\w*/);
  if (variable) {
    const text = context.state.doc.toString();
    const known = new Set([...text.matchAll(/[?$]\w+/g)].filter((match) => match.index !== variable.from).map((match) => match[0]));
    return { from: variable.from, options: [...known].map((label) => ({ label, type: "variable" })), validFor: /^[?$]\w*$/ };
  }
  const word = bare(context);
  if (!word || (word.text.length < 2 && !context.explicit)) return null;
  const boost = /^[A-Z_]+$/.test(word.text) ? 50 : -50; // written large, a word of SPARQL is meant
  return { from: word.from, options: KEYWORDS.map((label) => ({ label, boost })), validFor: boost > 0 ? /^[A-Z_]*$/ : /^[a-z]\w*$/ };
}

function bare(context) {
  const found = context.matchBefore(/[\w-]*/);
  const before = found && context.state.sliceDoc(Math.max(found.from - 1, 0), found.from);
  return found && !/[:?$<"'@\w]/.test(before) && !quiet(context) ? found : null;
}

/** Tell whether the cursor stands in a comment, a text or an IRI. */
function quiet(context) {
  const line = context.state.doc.lineAt(context.pos);
  const text = line.text.slice(0, context.pos - line.from).replace(/<[^<>\s]*>|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, "");
  return /[#"']|<[^\s<>]*$/.test(text);
}

function offered(context, told, terms) {
  const curie = context.matchBefore(/[A-Za-z][\w.-]*:[\w.-]*/);
  const word = curie ?? bare(context);
  if (!word || quiet(context) || (word.text.length < 2 && !context.explicit)) return null;
  const wanted = position(context, word.from);
  const options = terms.filter((term) => !wanted || term.kind === wanted).map((term) => ({
    label: curie ? term.curie : term.name || term.curie.split(":")[1],
    detail: curie ? term.name : term.curie,
    info: `${term.kind}, used ${term.uses.toLocaleString()} times`,
    boost: 10 + Math.min(Math.log10(term.uses + 1), 6),
    apply: applied(told, term.curie),
  }));
  return { from: word.from, options, validFor: curie ? /^[\w.-]+:[\w.-]*$/ : /^[\w-]*$/ };
}

/** Tell what stands at a place: a class after "a", a property after a subject or a semicolon; else anything. */
function position(context, from) {
  const before = context.state.sliceDoc(Math.max(from - 400, 0), from).replace(/(^|\s)#[^\n]*\n/g, "\n");
  if (/\sa\s+$/.test(before)) return "class";
  return /;\s*$|[{.]\s*[^\s{}.;(]\S*\s+$/.test(before) ? "property" : "";
}

async function things(context, told) {
  const curie = context.matchBefore(/[A-Za-z][\w.-]*:[\w.-]+/);
  const word = curie ?? bare(context);
  if (!word || word.text.length < 3 || quiet(context)) return null;
  if (KEYWORDS.some((keyword) => keyword.startsWith(word.text)) || position(context, word.from)) return null;
  await new Promise((resolve) => { setTimeout(resolve, 150); });
  if (context.aborted) return null;
  let found;
  try {
    found = await (await fetch(`${told.search}?format=json&q=${encodeURIComponent(word.text)}`)).json();
  } catch {
    return null;
  }
  // The server has matched them, by other names too, and ranked them: what was typed stands first in each label.
  const options = found.slice(0, 12).map((hit, at) => ({ ...spelt(told, hit), label: `${word.text} ${hit.label}`, boost: -at, info: hit.type || undefined }));
  return { from: word.from, options };
}

function spelt(told, hit) {
  const curie = compressed(told, hit.iri);
  return { displayLabel: hit.label, detail: curie || "IRI", apply: curie ? applied(told, curie) : `<${hit.iri}>` };
}

/** Write a CURIE, and declare its prefix where the query does not yet. */
function applied(told, curie) {
  return (view, completion, from, to) => {
    const written = insertCompletionText(view.state, curie, from, to);
    view.dispatch({ ...written, annotations: pickedCompletion.of(completion) });
    const changes = declarations(view.state.doc.toString(), told.prefixes, [curie.split(":")[0]]);
    if (changes) view.dispatch({ changes });
  };
}
