export interface Nested<Node> {
  iri: string;
  name: string;
  path: string;
  description?: string | null;
  datatype: string;
  nativeType?: string | null;
  tags: string[];
  fields?: Node[];
}

export interface Row<Node> {
  field: Node;
  depth: number;
  nested: number;
  open: boolean;
}

function matches<Node extends Nested<Node>>(field: Node, words: string[]): boolean {
  const text = [field.path, field.description, field.datatype, field.nativeType, ...field.tags].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

export function total<Node extends Nested<Node>>(fields: Node[]): number {
  return fields.reduce((sum, field) => sum + 1 + total<Node>(field.fields ?? []), 0);
}

/** Rows in reading order: those that match every word, and the parents that lead to them. */
export function filtered<Node extends Nested<Node>>(fields: Node[], filter: string): Row<Node>[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const walk = (level: Node[], depth: number): Row<Node>[] =>
    level.flatMap((field) => {
      const children = field.fields ?? [];
      const below = walk(children, depth + 1);
      if (!below.length && !matches(field, words)) return [];
      return [{ field, depth, nested: children.length, open: below.length > 0 }, ...below];
    });
  return walk(fields, 0);
}

/** Rows in reading order, without what lies below a closed field. */
export function opened<Node extends Nested<Node>>(fields: Node[], isOpen: (iri: string) => boolean): Row<Node>[] {
  const walk = (level: Node[], depth: number): Row<Node>[] =>
    level.flatMap((field) => {
      const children = field.fields ?? [];
      const open = children.length > 0 && isOpen(field.iri);
      return [{ field, depth, nested: children.length, open }, ...(open ? walk(children, depth + 1) : [])];
    });
  return walk(fields, 0);
}
