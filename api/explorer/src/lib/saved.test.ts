import { beforeEach, expect, test } from "vitest";

import { forget, keep, readSaved } from "@/lib/saved";

const KEY = "fabric.test";
beforeEach(() => localStorage.clear());

test("what is kept is read until it is forgotten", () => {
  keep(KEY, "late", "?q=delay");
  keep(KEY, "kpi", "?tag=kpi");
  expect(readSaved(KEY)).toEqual({ late: "?q=delay", kpi: "?tag=kpi" });
  forget(KEY, "late");
  expect(readSaved(KEY)).toEqual({ kpi: "?tag=kpi" });
});

test("what does not change is the same object", () => {
  keep(KEY, "late", "?q=delay");
  expect(readSaved(KEY)).toBe(readSaved(KEY));
});

test.each(["no JSON", "[1]", "null", '{"a": 1}'])("%s is read as nothing", (text) => {
  localStorage.setItem(KEY, text);
  expect(readSaved(KEY)).toEqual({});
});
