import { createContext, useContext, useSyncExternalStore } from "react";

import type { Light, Tone } from "@/features/lineage/light";

/** What cards and edges can do. */
export interface Board {
  light: Light;
  hover: (id: string | null) => void;
  toggle: (iri: string) => void;
  openGroup: (id: string) => void;
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
