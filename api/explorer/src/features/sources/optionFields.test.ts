import { expect, test } from "vitest";

import { optionFields, textOf, valueOf } from "@/features/sources/optionFields";

const schema = {
  required: ["url"],
  properties: {
    url: { type: "string", title: "Url", format: "password", writeOnly: true },
    schemas: { anyOf: [{ type: "array", items: { type: "string" } }, { type: "null" }], default: null },
    limit: { type: "integer", default: 5 },
    mode: { $ref: "#/$defs/Mode" },
    exact: { type: "boolean", default: false },
    headers: { type: "object" },
  },
  $defs: { Mode: { enum: ["fast", "full"], type: "string" } },
};

const field = (name: string) => {
  const found = optionFields(schema).find((one) => one.name === name);
  if (!found) throw new Error(`no field ${name}`);
  return found;
};

test.each([
  ["url", "text"],
  ["schemas", "lines"],
  ["limit", "number"],
  ["mode", "choice"],
  ["exact", "check"],
  ["headers", "json"],
])("%s is shown as %s", (name, control) => expect(field(name).control).toBe(control));

test("a secret that must be given is known as both", () =>
  expect(field("url")).toMatchObject({ secret: true, required: true }));

test.each([
  ["schemas", ["a", "b"]],
  ["limit", 7],
  ["exact", true],
  ["headers", { a: 1 }],
])("%s is read back as it was shown", (name, value) => {
  expect(valueOf(field(name), textOf(field(name), value))).toEqual(value);
});

test("an empty option is left to the connector's default", () => expect(valueOf(field("limit"), " ")).toBeUndefined());
