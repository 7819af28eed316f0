// How the editor looks: the colours are the page's own, so that it follows light and dark by itself.
import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword, tags.operatorKeyword, tags.controlKeyword, tags.modifier], color: "var(--gate)", fontWeight: "600" },
  { tag: [tags.propertyName, tags.special(tags.variableName)], color: "var(--cargo)" },
  { tag: tags.variableName, color: "var(--cargo)", whiteSpace: "nowrap" }, // a browser would break a line after "?"
  { tag: [tags.string, tags.special(tags.string)], color: "var(--deny)" },
  { tag: [tags.number, tags.bool, tags.literal, tags.atom], color: "var(--deny)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.url, tags.link], color: "var(--soft)" },
  { tag: [tags.namespace, tags.typeName, tags.className], color: "var(--gate-deep)" },
  { tag: [tags.function(tags.variableName), tags.standard(tags.name)], color: "var(--gate-deep)", fontWeight: "600" },
]);

export const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--sheet)", border: "1px solid var(--line)", borderRadius: ".6rem", fontSize: ".9rem", maxHeight: "70vh" },
  "&.cm-focused": { outline: "3px solid var(--cargo)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", borderRadius: ".6rem" },
  ".cm-content": { padding: ".7rem 0", caretColor: "var(--ink)" },
  ".cm-content, .cm-gutter": { minHeight: "15rem" },
  ".cm-line": { padding: "0 .9rem" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--chosen)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--faint) 60%, transparent)" },
  ".cm-gutters": { backgroundColor: "var(--sheet)", color: "var(--soft)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--faint)", color: "var(--ink)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--gate-tint)", outline: "1px solid var(--gate)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--deny-tint)" },
  ".cm-selectionMatch": { backgroundColor: "var(--cargo-tint)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--deny) .12em", textUnderlineOffset: ".25em", backgroundColor: "var(--deny-tint)" },
  ".cm-tooltip": { backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line)", borderRadius: ".5rem", overflow: "hidden", boxShadow: "0 12px 40px -12px rgb(0 0 0 / .35)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--sans)", fontSize: ".9rem", maxHeight: "18rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".2rem .7rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--gate-tint)", color: "var(--ink)" },
  ".cm-completionDetail": { fontFamily: "var(--mono)", fontStyle: "normal", fontSize: ".85em", color: "var(--soft)", marginLeft: ".8rem" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--gate)", fontWeight: "600" },
  ".cm-tooltip.cm-completionInfo": { padding: ".3rem .7rem", color: "var(--soft)", fontSize: ".85rem" },
  ".cm-diagnostic": { padding: ".4rem .8rem", fontFamily: "var(--sans)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--deny)" },
  ".cm-panels": { backgroundColor: "var(--faint)", color: "var(--ink)", fontFamily: "var(--sans)", borderColor: "var(--line)" },
  ".cm-textfield": { backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line)", fontSize: "1em" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--sheet)", color: "var(--gate)", border: "1px solid var(--line)", borderRadius: "999px" },
  ".cm-searchMatch": { backgroundColor: "var(--cargo-tint)", outline: "1px solid var(--cargo)" },
});
