import { expect, test } from "vitest";

import { inverse, relisted } from "@/features/asset/curation";
import type { Fact } from "@/features/asset/FactRow";

const fact = (value: string, curated: boolean): Fact => ({
  predicate: "http://purl.org/dc/terms/description",
  label: "description",
  value,
  valueIri: null,
  source: curated ? "curated" : "shop",
  run: null,
  at: null,
  curated,
});

test("undoing a first description takes it back, so that the source speaks again", () => {
  expect(inverse({ description: "new" }, [fact("of the source", false)])).toEqual({ description: "" });
});

test("undoing a changed description restores what people said before", () => {
  const facts = [fact("of the source", false), fact("said before", true)];
  expect(inverse({ description: "new" }, facts)).toEqual({ description: "said before" });
});

test("undoing an added tag removes it", () => {
  expect(inverse({ addTags: ["a"] }, [])).toEqual({ removeTags: ["a"] });
});

test("undoing a changed domain and term says what was before", () => {
  expect(inverse({ addDomains: ["a"], removeDomains: ["b"], addTerms: ["c"] }, [])).toEqual({
    removeDomains: ["a"],
    addDomains: ["b"],
    removeTerms: ["c"],
  });
});

test("a list of lines adds by name and removes by IRI", () => {
  const links = [{ iri: "urn:ann", kind: "agent", title: "Ann, Sales" }];
  expect(relisted(links, "Ann, Sales\n\n bob ")).toEqual({ added: ["bob"], removed: [] });
  expect(relisted(links, "")).toEqual({ added: [], removed: ["urn:ann"] });
});
