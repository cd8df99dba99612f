import type { ChangeKind, LineageDirection } from "@/gql/graphql";
import { asList, asText } from "@/lib/urlSearch";

const DEPTHS = ["1", "2", "3", "5", "10", "all"] as const;
const GROUPINGS = ["schema", "domain", "none"] as const;
const QUESTIONS = ["ways", "impact"] as const;
const CHANGES = ["DROP_COLUMN", "RENAME_COLUMN", "RETYPE_COLUMN", "DROP_TABLE"] as const;
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

export const groupLabels = {
  auto: "Groups as needed",
  schema: "Group by schema",
  domain: "Group by domain",
  none: "No groups",
};

/** The address keeps what is shown, so that a link shows it again. Left out where it is the default. */
export interface LineageSearch {
  depth?: (typeof DEPTHS)[number] | undefined;
  direction?: LineageDirection | undefined;
  /** Cards whose columns are shown. */
  open?: string[] | undefined;
  /** Neighbours shown beyond the depth: `UPSTREAM` or `DOWNSTREAM`, a blank, and the IRI of the card. */
  more?: string[] | undefined;
  /** Shown are only these platforms, kinds and domains. */
  platform?: string[] | undefined;
  kind?: string[] | undefined;
  domain?: string[] | undefined;
  /** Jobs are not shown: what they read leads straight to what they write. */
  jobs?: "collapsed" | undefined;
  /** By what cards are grouped; by default as the size of the graph needs it. */
  group?: "schema" | "domain" | "none" | undefined;
  /** Open groups; once more for each further part of a large one. */
  groups?: string[] | undefined;
  /** The card last jumped to, which is shown though its group is closed. */
  at?: string | undefined;
  /** The question that is asked of the drawing. */
  ask?: "ways" | "impact" | undefined;
  /** The two that ways are asked between: assets or columns. */
  from?: string | undefined;
  to?: string | undefined;
  /** The change that is proposed, of which column or table, and the new name or type. */
  change?: ChangeKind | undefined;
  of?: string | undefined;
  as?: string | undefined;
  /** The moment that is shown; by default now. */
  asOf?: string | undefined;
}

export function readLineageSearch(raw: Record<string, unknown>): LineageSearch {
  return {
    depth: DEPTHS.find((one) => one === asText(raw.depth)),
    direction: DIRECTIONS.find((one) => one === asText(raw.direction)),
    open: asList(raw.open),
    more: asList(raw.more)?.filter((one) => /^(UP|DOWN)STREAM ./.test(one)),
    platform: asList(raw.platform),
    kind: asList(raw.kind),
    domain: asList(raw.domain),
    jobs: asText(raw.jobs) === "collapsed" ? "collapsed" : undefined,
    group: GROUPINGS.find((one) => one === asText(raw.group)),
    groups: asList(raw.groups),
    at: asText(raw.at),
    ask: QUESTIONS.find((one) => one === asText(raw.ask)),
    from: asText(raw.from),
    to: asText(raw.to),
    change: CHANGES.find((one) => one === asText(raw.change)),
    of: asText(raw.of),
    as: asText(raw.as),
    asOf: Number.isNaN(Date.parse(asText(raw.asOf) ?? "")) ? undefined : asText(raw.asOf),
  };
}

/** Steps from the root; null is all. */
export const stepsOf = ({ depth = "3" }: LineageSearch): number | null => (depth === "all" ? null : Number(depth));

export function flipped(list: string[] | undefined, one: string): string[] | undefined {
  const rest = list?.filter((other) => other !== one) ?? [];
  const next = rest.length === (list?.length ?? 0) ? [...rest, one] : rest;
  return next.length ? next : undefined;
}
