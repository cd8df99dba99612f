import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@/styles/graphiql.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { endpoint } from "@/lib/graphql";

const START = `# Fabric's graph by GraphQL. Ctrl+Enter runs what is written here; the book icon shows what can be asked.

query FindDatasets {
  search(query: "", kinds: ["dataset"], first: 10) {
    totalCount
    edges {
      node {
        iri
        title
        platform
        owners {
          title
        }
      }
    }
  }
}
`;

const root = document.getElementById("root");
if (!root) throw new Error("graphiql.html has no element with the id root");

const url = endpoint();
const fetcher = createGraphiQLFetcher({ url, wsClient: createClient({ url: url.replace(/^http/, "ws") }) });

createRoot(root).render(
  <StrictMode>
    <GraphiQL fetcher={fetcher} defaultQuery={START} />
  </StrictMode>,
);
