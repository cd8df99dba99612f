import { expect, test } from "vitest";

import { copiesOf } from "@/features/asset/copies";
import type { AssetHead } from "@/features/asset/useAsset";

const table = {
  __typename: "Dataset",
  iri: "http://127.0.0.1/id/dataset/postgres%3A%2F%2Fhost%3A5432/db.Ops.flights",
  datasetKind: "table",
} as AssetHead;

test("the SQL names the table as its database does", () => {
  const found = copiesOf(table, "http://127.0.0.1/").find((one) => one.label === "Copy SQL");
  expect(found?.text).toBe('SELECT * FROM db."Ops".flights LIMIT 100');
});

test("no SQL is offered for what no database holds", () => {
  const file = { ...table, datasetKind: "file" } as AssetHead;
  expect(copiesOf(file, "http://127.0.0.1/").map((one) => one.label)).not.toContain("Copy SQL");
});
