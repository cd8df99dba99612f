import { expect, test } from "vitest";

import { filtered, opened, total } from "@/lib/fields";
import type { Nested } from "@/lib/fields";

interface Field extends Nested<Field> {
  fields: Field[];
}

const field = (path: string, fields: Field[] = [], description?: string): Field => ({
  iri: `iri:${path}`,
  name: path.slice(path.lastIndexOf(".") + 1),
  path,
  description,
  datatype: "string",
  nativeType: "text",
  tags: [],
  fields,
});

const crew = field("crew", [field("crew.captain", [field("crew.captain.name", [], "Full name")]), field("crew.cabin")]);
const fields = [field("carrier"), crew];

const names = (rows: { field: Field; depth: number }[]) => rows.map((row) => `${row.depth} ${row.field.name}`);

test("counts what is nested too", () => {
  expect(total<Field>(fields)).toBe(5);
});

test("a match brings the parents that lead to it", () => {
  expect(names(filtered<Field>(fields, "full NAME"))).toEqual(["0 crew", "1 captain", "2 name"]);
});

test("every word must match", () => {
  expect(filtered<Field>(fields, "carrier integer")).toEqual([]);
});

test("nothing below a closed field is listed", () => {
  expect(names(opened<Field>(fields, (iri) => iri === "iri:crew"))).toEqual([
    "0 carrier",
    "0 crew",
    "1 captain",
    "1 cabin",
  ]);
});
