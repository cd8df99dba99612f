import { useState } from "react";

/** The first rows of a long list, and a way to more. */
export function usePaged<Item>(items: Item[], step: number) {
  const [limit, setLimit] = useState(step);
  return {
    visible: items.length > limit ? items.slice(0, limit) : items,
    hidden: Math.max(0, items.length - limit),
    showMore: () => setLimit((old) => old + step),
  };
}
