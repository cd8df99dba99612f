import { describe, expect, it } from "vitest";

import { edgesOf } from "@/features/lineage/flow";
import type { FlowEdge, FlowNode } from "@/features/lineage/flow";
import { mergeGraphs, missingNeighbours } from "@/features/lineage/graph";
import type { LineageEdge, LineageNode } from "@/features/lineage/graph";
import { groupByContainer } from "@/features/lineage/grouping";
import { readLineageSearch, stepsOf } from "@/features/lineage/lineageSearch";
import { neighbour } from "@/features/lineage/neighbours";
import { wayOf } from "@/features/lineage/ways";

const node = (iri: string, more: Partial<LineageNode> = {}): LineageNode => ({
  iri,
  title: iri,
  kind: "dataset",
  upstreamCount: 0,
  downstreamCount: 0,
  fieldCount: 1,
  fields: [],
  ...more,
});
const column = (iri: string) => node(iri, { fields: [{ iri: `${iri}.x`, name: "x", path: "x" }] });
const edge = (start: string, end: string, level: LineageEdge["level"] = "TABLE"): LineageEdge => ({
  start,
  end,
  level,
  influence: false,
});
const chain = {
  nodes: ["a", "b", "c", "d"].map((iri) => node(iri)),
  edges: [edge("a", "b"), edge("b", "c"), edge("a", "d")],
};

describe("merging", () => {
  it("names each node and edge once, the first answer's first", () => {
    const graph = mergeGraphs([
      chain,
      { nodes: [node("b", { title: "later" }), node("e")], edges: [edge("a", "b"), edge("b", "e")] },
    ]);
    expect([...graph.nodes.keys()]).toEqual(["a", "b", "c", "d", "e"]);
    expect(graph.nodes.get("b")?.title).toBe("b");
    expect(graph.edges.size).toBe(4);
  });

  it("takes columns of known cards only", () => {
    const columns = {
      nodes: [column("a"), column("b"), column("z")],
      edges: [edge("a.x", "b.x", "COLUMN"), edge("b.x", "z.x", "COLUMN")],
    };
    const graph = mergeGraphs([chain], [columns]);
    expect(graph.nodes.get("a")?.fields).toHaveLength(1);
    expect(graph.nodes.has("z")).toBe(false);
    expect([...graph.edges.keys()].filter((key) => key.includes(".x"))).toEqual(["a.x b.x"]);
  });

  it("counts the neighbours that are not there", () => {
    const graph = mergeGraphs([
      { nodes: [node("a", { downstreamCount: 5, upstreamCount: 2 }), node("b")], edges: [edge("a", "b")] },
    ]);
    expect(missingNeighbours(graph).get("a")).toEqual({ upstream: 2, downstream: 4 });
  });
});

describe("ways", () => {
  it("run both ways and leave siblings dark", () => {
    expect(wayOf(mergeGraphs([chain]), "b")).toEqual(new Set(["b", "a", "c", "a b", "b c"]));
  });

  it("end in a cycle", () => {
    const cycle = mergeGraphs([{ nodes: [node("a"), node("b")], edges: [edge("a", "b"), edge("b", "a")] }]);
    expect(wayOf(cycle, "a")).toEqual(new Set(["a", "b", "a b", "b a"]));
  });

  it("of a column light its cards", () => {
    const graph = mergeGraphs([chain], [{ nodes: [column("a"), column("b")], edges: [edge("a.x", "b.x", "COLUMN")] }]);
    expect(wayOf(graph, "a.x")).toEqual(new Set(["a.x", "a", "a.x b.x", "b.x", "b", "a b"]));
  });
});

describe("drawing", () => {
  it("draws columns' edges between open cards instead of the cards' own", () => {
    const graph = mergeGraphs([chain], [{ nodes: [column("a"), column("b")], edges: [edge("a.x", "b.x", "COLUMN")] }]);
    const shown = { graph, groups: new Map() };
    expect(edgesOf(shown, new Set(["a"])).map(({ id }) => id)).toEqual(["a b", "b c", "a d"]);
    expect(edgesOf(shown, new Set(["a", "b"])).map(({ id }) => id)).toEqual(["a.x b.x", "b c", "a d"]);
  });

  it("groups by container, keeps the root, and opens a group", () => {
    const kept = { container: { iri: "s", kind: "catalog", title: "schema" } };
    const graph = mergeGraphs([
      { nodes: ["a", "b", "c"].map((iri) => node(iri, kept)), edges: [edge("a", "b"), edge("b", "c")] },
    ]);
    const closed = groupByContainer(graph, new Set(), "a");
    expect([...closed.graph.nodes.keys()]).toEqual(["a"]);
    expect([...closed.groups.values()]).toEqual([{ id: "group:s", title: "schema", members: 2 }]);
    expect([...closed.graph.edges.keys()]).toEqual(["a group:s"]);
    expect(groupByContainer(graph, new Set(["group:s"]), "a").graph.nodes.size).toBe(3);
  });
});

describe("the arrow keys", () => {
  const at = (id: string, x: number, y: number): FlowNode => ({
    id,
    type: "group",
    position: { x, y },
    width: 100,
    height: 50,
    data: { group: { id, title: id, members: 1 } },
  });
  const nodes = [at("a", 0, 0), at("b", 200, 100), at("c", 200, 10), at("d", 200, 300)];
  const edges = ["b", "c"].map((target): FlowEdge => ({ id: target, source: "a", target }));
  it.each([
    ["a", "ArrowRight", "c"],
    ["b", "ArrowLeft", "a"],
    ["a", "ArrowLeft", null],
    ["c", "ArrowDown", "b"],
    ["d", "ArrowUp", "b"],
    ["a", "ArrowDown", null],
    ["gone", "ArrowDown", null],
  ] as const)("from %s by %s lead to %s", (from, arrow, to) => {
    expect(neighbour(nodes, edges, from, arrow)).toBe(to);
  });
});

describe("the address", () => {
  it.each([
    [{ depth: "all" }, null],
    [{ depth: "2" }, 2],
    [{ depth: "-4" }, 3],
    [{}, 3],
  ])("%o asks for %o steps", (raw, steps) => {
    expect(stepsOf(readLineageSearch(raw))).toBe(steps);
  });
});
