/** Why a card, column or edge stands out; `dim` is what does not while others do. */
export type Tone = "lit" | "way" | "changed" | "broken" | "affected" | "dim";

/**
 * What stands out: what the pointer or focus is on, and what a question marked.
 *
 * Cards and edges subscribe one by one, so that hovering redraws those that change and no other.
 */
export interface Light {
  tone: (id: string) => Tone | null;
  hover: (lit: ReadonlySet<string>) => void;
  mark: (marks: ReadonlyMap<string, Tone>) => void;
  subscribe: (listener: () => void) => () => void;
}

export function createLight(): Light {
  let hovered: ReadonlySet<string> = new Set();
  let marks: ReadonlyMap<string, Tone> = new Map();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  return {
    tone: (id) => marks.get(id) ?? (hovered.has(id) ? "lit" : marks.size ? "dim" : null),
    hover: (lit) => {
      if (!lit.size && !hovered.size) return;
      hovered = lit;
      tell();
    },
    mark: (next) => {
      if (!next.size && !marks.size) return;
      marks = next;
      tell();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
