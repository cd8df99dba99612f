import { useSyncExternalStore } from "react";

/** Named texts that are kept in this browser. */
export type Saved = Readonly<Record<string, string>>;

const NOTHING: Saved = {};
const listeners = new Set<() => void>();
const known = new Map<string, { text: string | null; saved: Saved }>();

function parsed(text: string | null): Saved {
  try {
    const found: unknown = JSON.parse(text ?? "{}");
    if (typeof found !== "object" || found === null) return NOTHING;
    return Object.fromEntries(
      Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return NOTHING;
  }
}

/** What is kept under a key; nothing where what is there is unreadable. The same object as long as it does not change. */
export function readSaved(key: string): Saved {
  const text = localStorage.getItem(key);
  const before = known.get(key);
  if (before && before.text === text) return before.saved;
  const saved = parsed(text);
  known.set(key, { text, saved });
  return saved;
}

function write(key: string, saved: Saved): void {
  localStorage.setItem(key, JSON.stringify(saved));
  listeners.forEach((tell) => tell());
}

export function keep(key: string, name: string, text: string): void {
  write(key, { ...readSaved(key), [name]: text });
}

export function forget(key: string, name: string): void {
  write(key, Object.fromEntries(Object.entries(readSaved(key)).filter(([other]) => other !== name)));
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  window.addEventListener("storage", tell);
  return () => {
    listeners.delete(tell);
    window.removeEventListener("storage", tell);
  };
}

/** What is kept under a key, as it changes here or in another window. */
export function useSaved(key: string): Saved {
  return useSyncExternalStore(subscribe, () => readSaved(key));
}
