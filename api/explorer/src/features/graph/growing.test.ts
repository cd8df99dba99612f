import { expect, test } from "vitest";

import { emptyGraph, grow } from "@/features/graph/growing";
import type { Centre } from "@/features/graph/neighbours";

const link = (iri: string) => ({ iri, kind: "dataset", title: iri });

const asset = (iri: string, parts: Partial<Centre>): Centre =>
  ({
    __typename: "Dataset",
    ...link(iri),
    path: [],
    owners: [],
    domains: [],
    terms: [],
    upstream: [],
    downstream: [],
    references: [],
    referencedBy: [],
    ...parts,
  }) as Centre;

test("two that see the same edge from both ends draw it once", () => {
  const graph = emptyGraph();
  expect(grow(graph, asset("a", { downstream: [link("b")] }), () => "red")).toBe(2);
  expect(grow(graph, asset("b", { upstream: [link("a")], downstream: [link("c")] }), () => "red")).toBe(1);
  expect(graph.edges()).toEqual(["b is made from a", "c is made from b"]);
  expect(graph.getNodeAttribute("c", "expanded")).toBe(false);
});

test("what is drawn stays where it is", () => {
  const graph = emptyGraph();
  grow(graph, asset("a", { downstream: [link("b")] }), () => "red");
  const before = graph.getNodeAttribute("b", "x");
  grow(graph, asset("b", { upstream: [link("a")] }), () => "red");
  expect(graph.getNodeAttribute("b", "x")).toBe(before);
});
