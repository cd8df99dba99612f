import { describe, expect, it } from "vitest";

import { edgesOf, nodesOf } from "@/features/lineage/flow";
import { mergeGraphs } from "@/features/lineage/graph";
import { ungrouped } from "@/features/lineage/grouping";
import { hitAt } from "@/features/lineage/hit";
import { svgOf } from "@/features/lineage/picture";
import { sceneOf } from "@/features/lineage/scene";

const shared = { kind: "dataset", upstreamCount: 0, downstreamCount: 0, fieldCount: 0, fields: [] };
const shown = ungrouped(
  mergeGraphs([
    {
      nodes: [
        { ...shared, iri: "a", title: 'a < b & "c"' },
        { ...shared, iri: "b", title: "long ".repeat(60) },
      ],
      edges: [{ start: "a", end: "b", level: "TABLE", influence: true }],
    },
  ]),
);
const nodes = nodesOf(shown, {
  opened: new Set(),
  places: new Map([
    ["a", { x: 0, y: 0 }],
    ["b", { x: 400, y: 100 }],
  ]),
  sizes: new Map(),
  missing: new Map(),
  root: "a",
});
const scene = sceneOf(nodes, edgesOf(shown, new Set()));

describe("a picture", () => {
  const { svg, width, height } = svgOf(scene, "Lineage of <a>", (name) => name);

  it("holds all of the drawing, well-formed", () => {
    expect([width, height]).toEqual([400 + 250 + 80, 100 + 76 + 80]);
    const read = new DOMParser().parseFromString(svg, "image/svg+xml");
    expect(read.querySelectorAll("rect")).toHaveLength(3);
    expect(read.querySelectorAll("path[stroke-dasharray]")).toHaveLength(1);
    expect(svg).toContain("a &lt; b &amp; &quot;c&quot;");
  });

  it("cuts a name that does not fit, and keeps the whole of it as a title", () => {
    expect(svg).toContain("…</text>");
    expect(svg).toContain(`<title>${"long ".repeat(60)}</title>`);
  });
});

describe("a point of the drawing", () => {
  it.each([
    [10, 10, "a"],
    [500, 150, "b"],
    [325, 88, "a b influence"],
    [325, 300, null],
  ])("at %i, %i is %s", (x, y, id) => {
    const hit = hitAt(scene, x, y, 1);
    expect(hit && ("node" in hit ? hit.node.id : hit.edge.id)).toBe(id);
  });
});
