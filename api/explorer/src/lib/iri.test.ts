import { expect, test } from "vitest";

import { datasetOf, lastSegment, sameEstate } from "@/lib/iri";

test("the last segment is decoded, and a bad escape is left alone", () => {
  expect(lastSegment("http://example.org/ns#rowCount")).toBe("rowCount");
  expect(lastSegment("http://example.org/id/agent/Ada%20L/")).toBe("Ada L");
  expect(lastSegment("http://example.org/100%")).toBe("100%");
});

test("a field leads to its dataset", () => {
  expect(datasetOf("http://x/id/dataset/n/a.b/field/c.d")).toBe("http://x/id/dataset/n/a.b");
  expect(datasetOf("http://x/id/dataset/n/a.b")).toBe("http://x/id/dataset/n/a.b");
});

test("assets of one estate share what stands before /id/", () => {
  expect(sameEstate("http://x/id/dataset/a", "http://x/id/agent/b")).toBe(true);
  expect(sameEstate("http://x/id/dataset/a", "http://www.w3.org/ns/dcat#Dataset")).toBe(false);
  expect(sameEstate("urn:a", "urn:b")).toBe(false);
});
