import { expect, test } from "vitest";

import { matching } from "@/app/commands";

const run = () => undefined;
const commands = [
  { group: "Sources", title: "Harvest lake", run },
  { group: "Sources", title: "Harvest warehouse", run },
  { group: "Pages", title: "Sources", run },
];

test("every word has to be in the title or the group, in any order", () => {
  expect(matching(commands, "lake HARV").map(({ title }) => title)).toEqual(["Harvest lake"]);
  expect(matching(commands, "").length).toBe(3);
  expect(matching(commands, "nothing")).toEqual([]);
});
