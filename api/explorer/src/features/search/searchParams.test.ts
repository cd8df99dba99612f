import { expect, test } from "vitest";

import { chosen, isEmpty, readSearch, toggled } from "@/features/search/searchParams";

test("a filter is added, joined and taken away", () => {
  const one = toggled({ q: "delay" }, "kind", "dataset");
  const two = toggled(one, "kind", "job");
  expect(two).toEqual({ q: "delay", kind: ["dataset", "job"] });
  expect(toggled(toggled(two, "kind", "job"), "kind", "dataset")).toEqual({ q: "delay", kind: undefined });
});

test("unknown parameters are dropped", () => {
  expect(readSearch({ q: "delay", tag: "kpi", page: "3" })).toEqual({ q: "delay", tag: ["kpi"] });
});

test("a blank query without filters asks nothing", () => {
  expect(isEmpty({ q: "  " })).toBe(true);
  expect(isEmpty({ tag: ["kpi"] })).toBe(false);
  expect(chosen({ tag: ["kpi"], kind: ["job"] })).toEqual([
    { name: "kind", value: "job" },
    { name: "tag", value: "kpi" },
  ]);
});
