import { describe, expect, it } from "vitest";

import { edgesOf } from "@/features/lineage/flow";
import { facetsOf, narrow, NONE } from "@/features/lineage/filters";
import type { FlowEdge, FlowNode } from "@/features/lineage/flow";
import { mergeGraphs, missingNeighbours } from "@/features/lineage/graph";
import type { LineageEdge, LineageNode } from "@/features/lineage/graph";
import { groupingOf, groupUp, MEMBERS, ungrouped } from "@/features/lineage/grouping";
import { readLineageSearch, stepsOf } from "@/features/lineage/lineageSearch";
import { neighbour } from "@/features/lineage/neighbours";
import { layOutRanks, ranksOf } from "@/features/lineage/rank";
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
    const shown = ungrouped(graph);
    expect(edgesOf(shown, new Set(["a"])).map(({ id }) => id)).toEqual(["a b", "b c", "a d"]);
    expect(edgesOf(shown, new Set(["a", "b"])).map(({ id }) => id)).toEqual(["a.x b.x", "b c", "a d"]);
  });
});

describe("grouping", () => {
  const kept = { container: { iri: "s", kind: "catalog", title: "schema" } };
  const graph = mergeGraphs([
    { nodes: ["a", "b", "c"].map((iri) => node(iri, kept)), edges: [edge("a", "b"), edge("b", "c")] },
  ]);

  it("puts a schema into one group, keeps the root, and opens and frames it", () => {
    const closed = groupUp(graph, "schema", [], new Set(["a"]));
    expect([...closed.graph.nodes.keys()]).toEqual(["a"]);
    expect(closed.groups.get("group:s")).toMatchObject({ title: "schema", members: 2, open: false });
    expect([...closed.graph.edges.keys()]).toEqual(["a group:s"]);
    expect(closed.place.get("c")).toBe("group:s");
    const open = groupUp(graph, "schema", ["group:s"], new Set(["a"]));
    expect(open.graph.nodes.size).toBe(3);
    expect(open.groups.size).toBe(0);
    expect(open.frames.get("frame group:s")?.members).toEqual(["a", "b", "c"]);
  });

  it("bundles edges between groups, which filter only where all do", () => {
    const other = { container: { iri: "t", kind: "catalog", title: "other" } };
    const two = mergeGraphs([
      {
        nodes: [node("a", kept), node("b", kept), node("c", other), node("d", other)],
        edges: [{ ...edge("a", "c"), influence: true }, edge("b", "d")],
      },
    ]);
    const [bundle] = groupUp(two, "schema", [], new Set()).graph.edges.values();
    expect(bundle?.bundle).toHaveLength(2);
    expect(bundle?.influence).toBe(false);
  });

  it("opens a large group part by part", () => {
    const many = mergeGraphs([{ nodes: Array.from({ length: 1200 }, (_, at) => node(`n${at}`, kept)), edges: [] }]);
    const once = groupUp(many, "schema", ["group:s"], new Set());
    expect(once.graph.nodes.size).toBe(MEMBERS);
    expect(once.groups.get("group:s")).toMatchObject({ members: 700, open: true });
    expect(groupUp(many, "schema", ["group:s", "group:s", "group:s"], new Set()).graph.nodes.size).toBe(1200);
  });

  it.each([
    [undefined, 2000, "none"],
    [undefined, 2001, "schema"],
    ["none", 5000, "none"],
    ["none", 10_001, "schema"],
    ["domain", 3, "domain"],
  ] as const)("asked for %s of %i nodes is %s", (asked, nodes, grouping) => {
    expect(groupingOf(asked, nodes)).toBe(grouping);
  });
});

describe("filters", () => {
  const job = node("j", { kind: "job", fieldCount: 0 });
  const graph = mergeGraphs([
    {
      nodes: [node("a", { platform: "x" }), job, node("b", { platform: "y" }), node("c", { platform: "y" })],
      edges: [edge("a", "j"), edge("j", "b"), { ...edge("b", "c"), influence: true }],
    },
  ]);

  it("lead past a collapsed job", () => {
    const { graph: seen, hidden } = narrow(graph, { jobs: "collapsed" }, new Set());
    expect(hidden).toBe(1);
    expect([...seen.edges.keys()]).toEqual(["b c influence", "a b"]);
    expect(seen.edges.get("a b")?.via).toEqual(["j"]);
  });

  it("keep what must be seen, and tell that a way only filters", () => {
    const { graph: seen } = narrow(graph, { platform: ["y"], kind: ["nothing"] }, new Set(["a", "c"]));
    expect([...seen.nodes.keys()]).toEqual(["a", "c"]);
    expect(seen.edges.get("a c influence")?.via).toEqual(["j", "b"]);
  });

  it("end in a cycle of what is hidden", () => {
    const cycle = mergeGraphs([
      { nodes: [node("a"), job, node("k", { kind: "job" })], edges: [edge("a", "j"), edge("j", "k"), edge("k", "j")] },
    ]);
    expect(narrow(cycle, { jobs: "collapsed" }, new Set()).graph.edges.size).toBe(0);
  });

  it("count what each value would leave", () => {
    expect(facetsOf(graph)[0]?.values).toEqual([
      { value: "y", count: 2 },
      { value: NONE, count: 1 },
      { value: "x", count: 1 },
    ]);
  });
});

describe("ranks", () => {
  const boxes = (ids: string[]) => ids.map((id) => ({ id, width: 100, height: 50 }));

  it("stand after what leads to them, and just before what derives from them", () => {
    const edges = [edge("a", "b"), edge("b", "c"), edge("late", "c")];
    expect(ranksOf(boxes(["a", "b", "c", "late"]), edges)).toEqual([0, 1, 2, 1]);
  });

  it("end in a cycle", () => {
    const edges = [edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("a", "a")];
    expect(ranksOf(boxes(["a", "b", "c"]), edges)).toEqual([0, 1, 2]);
  });

  it("too high for a screen stand in columns, and no two cards on each other", () => {
    const ids = Array.from({ length: 2001 }, (_, at) => `n${at}`);
    const places = layOutRanks(
      boxes(ids),
      ids.slice(1).map((id) => edge("n0", id)),
    );
    const xs = new Set(places.map(([, { x }]) => x));
    const ys = places.map(([, { y }]) => y);
    expect(xs.size).toBeGreaterThan(10);
    expect(Math.max(...ys) - Math.min(...ys)).toBeLessThan(10_000);
    expect(new Set(places.map(([, { x, y }]) => `${x} ${y}`)).size).toBe(2001);
  });
});

describe("the arrow keys", () => {
  const at = (id: string, x: number, y: number): FlowNode => ({
    id,
    type: "group",
    position: { x, y },
    width: 100,
    height: 50,
    data: { group: { id, title: id, about: "", members: 1, open: false } },
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
