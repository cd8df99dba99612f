import { ServerError, Unreachable } from "@/lib/graphql";
import { loginWhereNeeded } from "@/lib/login";

export interface Term {
  type: string;
  value: string;
}

export interface Rows {
  kind: "rows";
  variables: string[];
  bindings: Record<string, Term | undefined>[];
}

export type Answer = Rows | { kind: "boolean"; value: boolean } | { kind: "triples"; text: string };

interface Body {
  head: { vars?: string[] };
  boolean?: boolean;
  results?: { bindings: Rows["bindings"] };
}

const JSON_RESULTS = "application/sparql-results+json";
const endpoint = (): string => new URL("sparql", document.baseURI).href;

async function post(query: string, accept: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(endpoint(), {
      method: "POST",
      headers: { "content-type": "application/sparql-query", accept },
      body: query,
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable("The Fabric server does not answer. Check that it is running, then try again.");
  }
}

async function checked(response: Response): Promise<string> {
  loginWhereNeeded(response);
  const text = await response.text();
  if (!response.ok) throw new ServerError(text.slice(0, 2000) || response.statusText);
  return text;
}

/**
 * Runs a query.
 *
 * @throws ServerError with the server's message where it refuses the query.
 */
export async function askSparql(query: string, signal?: AbortSignal): Promise<Answer> {
  const response = await post(query, `${JSON_RESULTS}, application/n-triples;q=0.9`, signal);
  const text = await checked(response);
  if (!response.headers.get("content-type")?.startsWith(JSON_RESULTS)) return { kind: "triples", text };
  const body = JSON.parse(text) as Body;
  if (body.boolean !== undefined) return { kind: "boolean", value: body.boolean };
  return { kind: "rows", variables: body.head.vars ?? [], bindings: body.results?.bindings ?? [] };
}

/** The same answer as CSV, written by the server. */
export async function askCsv(query: string): Promise<string> {
  return checked(await post(query, "text/csv"));
}
