import { expect, test } from "vitest";

import { ago, bytes, compact, duration, plural } from "@/lib/format";

const now = Date.parse("2026-03-10T12:00:00Z");

test.each([
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [39_421_952, "39.4 MB"],
  [412_000_000_000, "412 GB"],
])("%d bytes read %s", (value, text) => expect(bytes(value)).toBe(text));

test.each([
  ["2026-03-10T11:59:50Z", "just now"],
  ["2026-03-10T07:00:00Z", "5 hours ago"],
  ["2026-03-09T12:00:00Z", "yesterday"],
  ["not a time", "not a time"],
])("%s is %s", (at, text) => expect(ago(at, now)).toBe(text));

test("durations, counts and plurals", () => {
  expect(duration("2026-03-10T12:00:00Z", "2026-03-10T12:01:01.4Z")).toBe("1 min 1 s");
  expect(duration("2026-03-10T12:00:00Z", "2026-03-10T12:00:00.250Z")).toBe("250 ms");
  expect(compact(9999)).toBe("9,999");
  expect(compact(98_412)).toBe("98.4K");
  expect(plural(1, "asset")).toBe("1 asset");
  expect(plural(1200, "asset")).toBe("1,200 assets");
});
