/** The search part of a route as plain repeated parameters, so that other programs can write links by hand. */
export type RawSearch = Record<string, string | string[]>;

export function parseSearch(text: string): RawSearch {
  const found: RawSearch = {};
  const parameters = new URLSearchParams(text);
  for (const key of new Set(parameters.keys())) {
    const values = parameters.getAll(key);
    found[key] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof one === "string" && one !== "") parameters.append(key, one);
    }
  }
  const text = parameters.toString();
  return text && `?${text}`;
}

export function asText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" && first !== "" ? first : undefined;
}

export function asList(value: unknown): string[] | undefined {
  const values = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string" && one !== "");
  return values.length ? (values as string[]) : undefined;
}
