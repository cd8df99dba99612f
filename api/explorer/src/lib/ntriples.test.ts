import { expect, test } from "vitest";

import { objectLabel, parseTriple } from "@/lib/ntriples";

const s = "http://example.org/id/dataset/a";

test.each([
  [`<${s}> <http://purl.org/dc/terms/title> "flights" .`, "flights"],
  [`<${s}> <http://purl.org/dc/terms/title> "Flüge"@de .`, "Flüge"],
  [`<${s}> <http://example.org/n> "7"^^<http://www.w3.org/2001/XMLSchema#integer> .`, "7"],
  [`<${s}> <http://example.org/n> "say \\"hi\\"\\nthere \\u00e9" .`, 'say "hi"\nthere é'],
  [`<${s}> <http://example.org/n> <http://example.org/id/agent/Ada%20L> .`, "Ada L"],
  [`<${s}> <http://example.org/n> "in a graph" <http://example.org/graph> .`, "in a graph"],
])("reads %s", (line, label) => {
  const triple = parseTriple(line);
  expect(triple?.subject).toBe(s);
  expect(triple && objectLabel(triple)).toBe(label);
});

test("what is no triple is left to be shown as it is", () => {
  expect(parseTriple("not a triple")).toBeUndefined();
});
