import { useEffect, useEffectEvent } from "react";

import { isArrow } from "@/features/lineage/neighbours";
import type { Arrow } from "@/features/lineage/neighbours";

interface Keys {
  /** Moves from a card, or from none yet. */
  onArrow: (from: string | null, arrow: Arrow) => void;
  onColumns: (card: string) => void;
  onEscape: () => void;
  onHelp: () => void;
}

const cardOf = (target: Element) =>
  target.closest<HTMLElement>("[data-card]")?.dataset.card ??
  target.closest("article")?.querySelector<HTMLElement>("[data-card]")?.dataset.card;

/** The page's keys. Fields, lists and dialogs keep their own. */
export function useKeys(keys: Keys) {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const { target, key } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!(target instanceof Element) || target.closest("[role=dialog]")) return;
    if (key === "Escape") {
      keys.onEscape();
      return;
    }
    if (target.closest("input, select, textarea, summary, aside")) return;
    const card = cardOf(target);
    if (key === "?") keys.onHelp();
    else if (isArrow(key) && (card || target === document.body || target.closest("[data-testid=lineage]")))
      keys.onArrow(card ?? null, key);
    else if (key === " " && card && target.matches("[data-card]")) keys.onColumns(card);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    // Before React Flow, which would pan by the arrow keys.
    const listener = (event: KeyboardEvent) => onKey(event);
    document.addEventListener("keydown", listener, true);
    return () => document.removeEventListener("keydown", listener, true);
  }, []);
}
