import { expect, test } from "vitest";

import { loginPage } from "@/lib/login";

test.each([
  ["http://localhost:8642/", "http://localhost:8642/login?next=%2F"],
  ["http://localhost:8642/#/asset?iri=a", "http://localhost:8642/login?next=%2F%23%2Fasset%3Firi%3Da"],
])("from %s the way leads to %s", (here, page) => expect(loginPage(here, here)).toBe(page));
