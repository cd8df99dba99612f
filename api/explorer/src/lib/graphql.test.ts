import { expect, test } from "vitest";

import { endpoint } from "@/lib/graphql";

test.each([
  ["http://localhost:8000/", "http://localhost:8000/graphql"],
  ["http://localhost:8000/#/asset?iri=a", "http://localhost:8000/graphql"],
  ["https://data.example.org/fabric/", "https://data.example.org/fabric/graphql"],
  ["https://data.example.org/fabric/index.html", "https://data.example.org/fabric/graphql"],
])("beside %s the endpoint is %s", (base, url) => expect(endpoint(base)).toBe(url));
