import { expect, test } from "vitest";

import { differences } from "@/features/asset/difference";
import type { PastFact } from "@/features/asset/difference";

const fact = (label: string, value: string, source = "lake"): PastFact => ({
  subject: "urn:a",
  label,
  value,
  valueIri: null,
  source,
  curated: source === "curated",
});

test("a changed value is the old one and then the new one", () => {
  const found = differences([fact("b", "1"), fact("a", "x")], [fact("a", "x"), fact("b", "2")]);
  expect(found.map(({ sign, fact: { label, value } }) => `${sign}${label}=${value}`)).toEqual(["−b=1", "+b=2"]);
});

test("the same said by another source is a difference", () => {
  expect(differences([fact("a", "x")], [fact("a", "x"), fact("a", "x", "curated")]).length).toBe(1);
});
