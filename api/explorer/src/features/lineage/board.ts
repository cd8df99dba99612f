import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";

import type { Light, Tone } from "@/features/lineage/light";

/** What cards and edges can do. */
export interface Board {
  light: Light;
  hover: (id: string | null) => void;
  /** Chooses a card or column for the question that is asked; null while none is to be chosen. */
  pick: ((id: string) => void) | null;
  toggle: (iri: string) => void;
  openGroup: (id: string) => void;
  closeGroup: (id: string) => void;
  expand: (iri: string, direction: "UPSTREAM" | "DOWNSTREAM") => void;
  /** Whether the card was jumped to and should take the focus; true once. */
  takesFocus: (id: string) => boolean;
}

export const BoardContext = createContext<Board | null>(null);

export function useBoard(): Board {
  const board = useContext(BoardContext);
  if (!board) throw new Error("A lineage card stands outside the lineage page.");
  return board;
}

export function useTone(id: string): Tone | null {
  const { light } = useBoard();
  return useSyncExternalStore(light.subscribe, () => light.tone(id));
}

/** Takes the focus when the card that was jumped to is drawn. */
export function useJumpedTo<Target extends HTMLElement>(id: string) {
  const { takesFocus } = useBoard();
  const target = useRef<Target>(null);
  useEffect(() => {
    if (takesFocus(id)) target.current?.focus({ preventScroll: true });
  });
  return target;
}
