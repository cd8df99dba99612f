import { lastSegment } from "@/lib/iri";

export interface Triple {
  subject: string;
  predicate: string;
  object: string;
  literal: boolean;
}

// N-Triples, section 7: IRIREF, STRING_LITERAL_QUOTE with LANGTAG or datatype, BLANK_NODE_LABEL.
const line =
  /^\s*(<[^>]*>|_:\S+)\s+<([^>]*)>\s+(<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@[\w-]+|\^\^<[^>]*>)?)\s*(?:<[^>]*>\s*)?\.?\s*$/s;

const escapes: Record<string, string> = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f", '"': '"', "'": "'", "\\": "\\" };

function unescape(text: string): string {
  return text.replace(
    /\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gs,
    (_, four?: string, eight?: string, one = "") => {
      const code = four ?? eight;
      return code ? String.fromCodePoint(parseInt(code, 16)) : (escapes[one as string] ?? (one as string));
    },
  );
}

const bare = (term: string): string => (term.startsWith("<") ? term.slice(1, -1) : term);

/** Reads one N-Triples (or N-Quads) line; undefined where it is not one. */
export function parseTriple(text: string): Triple | undefined {
  const found = line.exec(text);
  if (!found) return undefined;
  const [, subject = "", predicate = "", object = ""] = found;
  const literal = object.startsWith('"');
  const value = literal ? unescape(object.slice(1, object.lastIndexOf('"'))) : bare(object);
  return { subject: bare(subject), predicate, object: value, literal };
}

export function objectLabel(triple: Triple): string {
  return triple.literal ? triple.object : lastSegment(triple.object);
}
