import type { LineageDirection } from "@/gql/graphql";
import { asList, asText } from "@/lib/urlSearch";

const DEPTHS = ["1", "2", "3", "5", "10", "all"] as const;
const DIRECTIONS = ["BOTH", "UPSTREAM", "DOWNSTREAM"] as const;

export const depthLabels: Record<(typeof DEPTHS)[number], string> = {
  "1": "1 step",
  "2": "2 steps",
  "3": "3 steps",
  "5": "5 steps",
  "10": "10 steps",
  all: "All steps",
};

export const directionLabels: Record<LineageDirection, string> = {
  BOTH: "Both ways",
  UPSTREAM: "Upstream",
  DOWNSTREAM: "Downstream",
};

/** The address keeps what is shown, so that a link shows it again. Left out where it is the default. */
export interface LineageSearch {
  depth?: (typeof DEPTHS)[number] | undefined;
  direction?: LineageDirection | undefined;
  /** Cards whose columns are shown. */
  open?: string[] | undefined;
  /** Neighbours shown beyond the depth: `UPSTREAM` or `DOWNSTREAM`, a blank, and the IRI of the card. */
  more?: string[] | undefined;
  /** Open groups. */
  groups?: string[] | undefined;
}

export function readLineageSearch(raw: Record<string, unknown>): LineageSearch {
  return {
    depth: DEPTHS.find((one) => one === asText(raw.depth)),
    direction: DIRECTIONS.find((one) => one === asText(raw.direction)),
    open: asList(raw.open),
    more: asList(raw.more)?.filter((one) => /^(UP|DOWN)STREAM ./.test(one)),
    groups: asList(raw.groups),
  };
}

/** Steps from the root; null is all. */
export const stepsOf = ({ depth = "3" }: LineageSearch): number | null => (depth === "all" ? null : Number(depth));

export function flipped(list: string[] | undefined, one: string): string[] | undefined {
  const rest = list?.filter((other) => other !== one) ?? [];
  const next = rest.length === (list?.length ?? 0) ? [...rest, one] : rest;
  return next.length ? next : undefined;
}
