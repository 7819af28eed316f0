// The query editor: CodeMirror 6 in the place of the plain form's text area, which stays the form's field.
// It lives in a shadow root: there its styles are adopted style sheets, which a policy without inline styles allows.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import {
  crosshairCursor, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars,
  keymap, lineNumbers, rectangularSelection,
} from "@codemirror/view";
import { sparql } from "codemirror-lang-sparql";
import { completing } from "./completion.js";
import { colours, look } from "./look.js";
import { column, declarations } from "./places.js";

/**
 * Put the editor in the place of a text area.
 *
 * `told` says what the page knows: `prefixes` (Map of prefix to namespace), `endpoint`, `search` (addresses), `label`,
 * and `run` (called for Ctrl+Enter). Given back is what the page needs of an editor, whichever it is.
 */
export function attach(area, told) {
  const host = document.createElement("div");
  host.className = "codemirror";
  area.before(host);
  const root = host.attachShadow({ mode: "open" });
  const extensions = all(area, told);
  const view = new EditorView({ root, parent: root, state: EditorState.create({ doc: area.value, extensions }) });
  area.hidden = true;
  for (const label of area.labels) {
    label.addEventListener("click", (event) => { event.preventDefault(); view.focus(); });
  }
  return {
    get text() { return view.state.doc.toString(); },
    save() { return view.state; },
    load(kept) {
      view.setState(typeof kept === "string" ? EditorState.create({ doc: kept, extensions }) : kept);
      area.value = view.state.doc.toString();
    },
    focus() { view.focus(); },
    declare() {
      const changes = declarations(view.state.doc.toString(), told.prefixes);
      if (changes) view.dispatch({ changes });
    },
    mark(line, at, message) { mark(view, line, at, message); },
    clear() { view.dispatch(setDiagnostics(view.state, [])); },
  };
}

function all(area, told) {
  const run = () => { told.run(); return true; };
  return [
    lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), highlightSpecialChars(), history(),
    drawSelection(), rectangularSelection(), crosshairCursor(), indentOnInput(), bracketMatching(), closeBrackets(),
    highlightSelectionMatches(), search({ top: true }), sparql(), syntaxHighlighting(colours), look,
    autocompletion({ override: completing(told), icons: false }),
    Prec.highest(keymap.of([{ key: "Mod-Enter", run }])),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    EditorView.domEventHandlers({ beforeinput: replaced }), EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": told.label, spellcheck: "false", autocapitalize: "off" }),
    EditorView.updateListener.of((update) => { if (update.docChanged) area.value = update.state.doc.toString(); }),
  ];
}

// Left to a browser, typing over coloured words writes inline styles for a moment, which the policy rightly refuses.
function replaced(event, view) {
  const wraps = event.data?.length === 1 && "([{<'\"".includes(event.data);
  if (event.inputType !== "insertText" || !event.data || view.composing || wraps || view.state.selection.main.empty) return false;
  view.dispatch({ ...view.state.replaceSelection(event.data), userEvent: "input.type", scrollIntoView: true });
  event.preventDefault();
  return true;
}

function mark(view, number, at, message) {
  const { doc } = view.state;
  const line = doc.line(Math.min(Math.max(number, 1), doc.lines));
  const start = Math.min(line.from + column(line.text, at), line.to);
  const word = /^(\w+|\S)/.exec(doc.sliceString(start, line.to));
  const before = /(\w+|\S)?\s*$/.exec(doc.sliceString(line.from, start)); // at a line's end its last word is marked
  const from = word ? start : line.from + before.index;
  const to = word ? start + word[0].length : start;
  view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message }]), { selection: { anchor: from }, scrollIntoView: true });
  view.focus();
}
