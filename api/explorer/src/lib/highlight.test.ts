import { expect, test } from "vitest";

import { pieces, plainText } from "@/lib/highlight";

test("marks are split from text", () => {
  expect(pieces("mean <b>delay</b> of <mark>flights</mark>")).toEqual([
    { text: "mean ", marked: false },
    { text: "delay", marked: true },
    { text: " of ", marked: false },
    { text: "flights", marked: true },
  ]);
});

test("other markup stays text, and entities are decoded once", () => {
  expect(pieces("<script>x</script> &amp;lt; &#x27;a&#39;")).toEqual([
    { text: "<script>x</script> &lt; 'a'", marked: false },
  ]);
});

test("the plain text has no marks", () => {
  expect(plainText("<em>a</em> &lt; b")).toBe("a < b");
});
