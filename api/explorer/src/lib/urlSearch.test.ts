import { expect, test } from "vitest";

import { asList, asText, parseSearch, stringifySearch } from "@/lib/urlSearch";

const iri = "http://127.0.0.1:8000/id/dataset/postgres%3A%2F%2Fhost%3A5432/a.b#x&y=ü";

test("an IRI with percent signs, a fragment and an ampersand survives the address", () => {
  expect(parseSearch(stringifySearch({ iri, tab: "facts" }))).toEqual({ iri, tab: "facts" });
});

test("a list is repeated, and what is empty is left out", () => {
  const text = stringifySearch({ q: "", kind: ["dataset", "job"], platform: undefined, tag: [] });
  expect(text).toBe("?kind=dataset&kind=job");
  expect(parseSearch(text)).toEqual({ kind: ["dataset", "job"] });
});

test("a number typed as a query stays text", () => {
  expect(parseSearch("?q=2013")).toEqual({ q: "2013" });
});

test("one value and many are read alike", () => {
  expect(asList("dataset")).toEqual(["dataset"]);
  expect(asList(["dataset", ""])).toEqual(["dataset"]);
  expect(asList(undefined)).toBeUndefined();
  expect(asText(["first", "second"])).toBe("first");
});
