const KEY = "fabric.queries";

export type Saved = Record<string, string>;

/** The queries kept in this browser; none where it keeps nothing or what it kept is unreadable. */
export function readSaved(storage: Storage = localStorage): Saved {
  try {
    const found: unknown = JSON.parse(storage.getItem(KEY) ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    const saved: Saved = {};
    for (const [name, text] of Object.entries(found)) if (typeof text === "string") saved[name] = text;
    return saved;
  } catch {
    return {};
  }
}

export function writeSaved(saved: Saved, storage: Storage = localStorage): void {
  storage.setItem(KEY, JSON.stringify(saved));
}
