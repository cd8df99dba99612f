/** What is lit. Cards and edges subscribe one by one, so that hovering redraws those that change and no other. */
export interface Light {
  has: (id: string) => boolean;
  size: () => number;
  set: (lit: ReadonlySet<string>) => void;
  subscribe: (listener: () => void) => () => void;
}

export function createLight(): Light {
  let current: ReadonlySet<string> = new Set();
  const listeners = new Set<() => void>();
  return {
    has: (id) => current.has(id),
    size: () => current.size,
    set: (lit) => {
      current = lit;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
