import { edgeKey, ownersOf } from "@/features/lineage/graph";
import type { GroupedGraph } from "@/features/lineage/grouping";
import type { Tone } from "@/features/lineage/light";
import type { ImpactQuery, WaysQuery } from "@/gql/graphql";
import { datasetOf } from "@/lib/iri";

export type Marks = Map<string, Tone>;
type Impact = ImpactQuery["impact"];

const RANK: Tone[] = ["affected", "way", "broken", "changed"];

/** Marks of a drawing. What is not drawn is marked by its group, or not at all. */
class Marker {
  readonly marks: Marks = new Map();
  private readonly owners: Map<string, string>;

  constructor(private readonly shown: GroupedGraph) {
    this.owners = ownersOf(shown.graph.nodes);
  }

  mark(id: string, tone: Tone) {
    const known = this.marks.get(id);
    // An asset that is both takes the graver mark.
    if (!known || RANK.indexOf(known) < RANK.indexOf(tone)) this.marks.set(id, tone);
  }

  /** A node or field, and the card that it is drawn in. */
  node(id: string, tone: Tone) {
    if (this.owners.has(id)) this.mark(id, tone);
    const drawn = this.drawn(id);
    if (drawn) this.mark(drawn, tone);
  }

  /** The edges along nodes that follow each other, over those that are not drawn. */
  along(nodes: string[], tone: Tone) {
    this.steps(
      nodes.flatMap((one) => this.drawn(one) ?? []),
      tone,
    );
    this.steps(nodes, tone);
  }

  private steps(ids: string[], tone: Tone) {
    for (let at = 1; at < ids.length; at += 1) {
      const [start, end] = [ids[at - 1] ?? "", ids[at] ?? ""];
      if (start !== end) for (const influence of [false, true]) this.mark(edgeKey({ start, end, influence }), tone);
    }
  }

  private drawn = (id: string) => this.shown.place.get(id) ?? this.shown.place.get(datasetOf(id));
}

export function marksOfWays(shown: GroupedGraph, ways: WaysQuery["lineagePaths"]): Marks {
  const marker = new Marker(shown);
  for (const { nodes } of ways) {
    for (const one of nodes) marker.node(one, "way");
    marker.along(nodes, "way");
  }
  return marker.marks;
}

export function marksOfImpact(shown: GroupedGraph, changed: string, impact: Impact): Marks {
  const marker = new Marker(shown);
  marker.node(changed, "changed");
  const parts = [
    { tone: "affected", found: impact.affected },
    { tone: "broken", found: impact.broken },
  ] as const;
  for (const { tone, found } of parts) {
    for (const { asset, fields, via } of found) {
      marker.node(asset.iri, tone);
      for (const field of fields) marker.node(field, tone);
      marker.along([datasetOf(changed), ...via, asset.iri], tone);
    }
  }
  return marker.marks;
}
