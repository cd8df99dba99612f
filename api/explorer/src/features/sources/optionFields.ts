/** One option of a connector as a form shows it. `json` takes whatever has no simpler control. */
export interface OptionField {
  name: string;
  title: string;
  hint: string;
  control: "text" | "number" | "check" | "choice" | "lines" | "json";
  required: boolean;
  secret: boolean;
  choices: string[];
  initial: unknown;
}

interface Schema {
  type?: string;
  title?: string;
  description?: string;
  format?: string;
  writeOnly?: boolean;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  $defs?: Record<string, Schema>;
}

/** Follows a reference, and takes the one real choice of an optional value; what the option itself says wins. */
function resolved(schema: Schema, root: Schema): Schema {
  const named = schema.$ref ? root.$defs?.[schema.$ref.replace("#/$defs/", "")] : undefined;
  if (named) return resolved({ ...named, ...schema, $ref: undefined }, root);
  const real = (schema.anyOf ?? schema.allOf)?.filter((one) => one.type !== "null") ?? [];
  const [only] = real;
  if (only && real.length === 1) return resolved({ ...only, ...schema, anyOf: undefined, allOf: undefined }, root);
  return schema;
}

function controlOf(schema: Schema, root: Schema): OptionField["control"] {
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "check";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "string") return "text";
  if (schema.type === "array" && schema.items && resolved(schema.items, root).type === "string") return "lines";
  return "json";
}

/** The fields of a connector's JSON Schema (draft 2020-12, as Pydantic writes it). */
export function optionFields(options: unknown): OptionField[] {
  const root = (options ?? {}) as Schema;
  return Object.entries(root.properties ?? {}).map(([name, given]) => {
    const schema = resolved(given, root);
    return {
      name,
      title: schema.title ?? name,
      hint: schema.description ?? "",
      control: controlOf(schema, root),
      required: root.required?.includes(name) ?? false,
      secret: schema.format === "password" || schema.writeOnly === true,
      choices: (schema.enum ?? []).map(String),
      initial: schema.default,
    };
  });
}

/** A value as its control's text. */
export function textOf(field: OptionField, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (field.control === "lines" && Array.isArray(value)) return value.join("\n");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The control's text as a value; undefined where it is empty, so that the connector's default holds.
 *
 * @throws SyntaxError where a `json` control holds no JSON.
 */
export function valueOf(field: OptionField, text: string): unknown {
  if (text.trim() === "") return undefined;
  if (field.control === "check") return text === "true";
  if (field.control === "number") return Number(text);
  if (field.control === "lines") return text.split("\n").map((line) => line.trim()).filter(Boolean); // prettier-ignore
  if (field.control === "json") return JSON.parse(text) as unknown;
  return text;
}
