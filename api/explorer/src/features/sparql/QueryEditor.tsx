import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import type { CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useEffectEvent, useRef } from "react";

interface Props {
  text: string;
  terms: string[];
  onChange: (text: string) => void;
  onRun: () => void;
}

const theme = EditorView.theme({
  "&": { border: "1px solid var(--control)", borderRadius: "var(--radius-s)", backgroundColor: "var(--surface)" },
  ".cm-content": { fontFamily: "var(--mono)", minHeight: "9rem", caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink-soft)", border: "0" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--kind-job)" },
  { tag: [tags.string, tags.literal], color: "var(--good)" },
  { tag: tags.comment, color: "var(--ink-soft)" },
  { tag: [tags.variableName, tags.atom], color: "var(--accent)" },
]);

/** A SPARQL editor; Ctrl-Enter runs, Escape and then Tab leave it. */
export function QueryEditor({ text, terms, onChange, onRun }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const run = useEffectEvent(onRun);
  const complete = useEffectEvent((context: CompletionContext) => {
    const word = context.matchBefore(/[\w:-]+/);
    if (!word || (word.from === word.to && !context.explicit)) return null;
    return { from: word.from, options: terms.map((label) => ({ label, type: "class" })), validFor: /^[\w:-]*$/ };
  });
  const initial = useEffectEvent(() => text);
  useEffect(() => {
    if (!place.current) return;
    const state = EditorState.create({
      doc: initial(),
      extensions: [
        keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }]),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        history(),
        lineNumbers(),
        bracketMatching(),
        StreamLanguage.define(sparql),
        syntaxHighlighting(colours),
        autocompletion({ override: [(context) => complete(context)] }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "SPARQL query" }),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
        theme,
      ],
    });
    const made = new EditorView({ state, parent: place.current });
    view.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => {
    const now = view.current;
    if (now && now.state.doc.toString() !== text)
      now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: text } });
  }, [text]);
  return <div ref={place} data-testid="query-editor" />;
}
