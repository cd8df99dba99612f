import type { TypedDocumentString } from "@/gql/graphql";
import { loginWhereNeeded } from "@/lib/login";

/** The server answered, and its answer is an error; the message is the server's own. */
export class ServerError extends Error {
  override name = "ServerError";
}

/** No answer came: the server is down, restarting or out of reach. Trying again may help. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

interface Answer<Result> {
  data?: Result | null;
  errors?: { message: string }[];
}

/** The endpoint beside the page, whatever path the application is mounted at. */
export function endpoint(base: string = document.baseURI): string {
  return new URL("graphql", base).href;
}

async function post(body: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(endpoint(), {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body,
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable("The Fabric server does not answer. Check that it is running, then try again.");
  }
}

async function read<Result>(response: Response): Promise<Answer<Result>> {
  loginWhereNeeded(response);
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer<Result>;
  } catch {
    const said = text.trimStart().startsWith("<") ? response.statusText : text.slice(0, 300).trim();
    throw new ServerError(`The server answered ${response.status} without JSON: ${said}`);
  }
}

/**
 * Sends one operation.
 *
 * @throws ServerError with the server's messages, even where part of the data came along.
 * @throws Unreachable when there is no answer at all.
 */
export async function execute<Result, Variables>(
  operation: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await post(JSON.stringify({ query: operation.toString(), variables }), signal);
  const answer = await read<Result>(response);
  if (answer.errors?.length) throw new ServerError(answer.errors.map((error) => error.message).join("\n"));
  if (!response.ok || answer.data == null)
    throw new ServerError(`The server answered ${response.status} without data.`);
  return answer.data;
}
