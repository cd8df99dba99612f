import type { LineageDirection } from "@/gql/graphql";
import { asText } from "@/lib/urlSearch";

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
  depth?: string | undefined;
  direction?: LineageDirection | undefined;
}

export function readLineageSearch(raw: Record<string, unknown>): LineageSearch {
  return {
    depth: DEPTHS.find((one) => one === asText(raw.depth)),
    direction: DIRECTIONS.find((one) => one === asText(raw.direction)),
  };
}

/** Steps from the root; null is all. */
export const stepsOf = ({ depth = "3" }: LineageSearch): number | null => (depth === "all" ? null : Number(depth));
