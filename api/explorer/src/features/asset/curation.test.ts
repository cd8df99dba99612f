import { expect, test } from "vitest";

import { foreseen, inverse } from "@/features/asset/curation";
import type { Fact } from "@/features/asset/FactRow";
import type { AssetHead } from "@/features/asset/useAsset";

const fact = (value: string, curated: boolean): Fact => ({
  predicate: "http://purl.org/dc/terms/description",
  label: "dct:description",
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

test("an owner shows before the server has answered, and goes as soon", () => {
  const asset = {
    title: "t",
    tags: [],
    owners: [{ iri: "http://h/id/agent/agent/ada%40example.org", kind: "agent", title: "Ada" }],
    domains: [],
    terms: [],
  } as unknown as AssetHead;
  const titles = (saying: Parameters<typeof foreseen>[1]) => foreseen(asset, saying).owners.map((one) => one.title);
  expect(titles({ addOwners: ["bo"] })).toEqual(["Ada", "bo"]);
  expect(titles({ removeOwners: ["ada@example.org"] })).toEqual([]);
});
