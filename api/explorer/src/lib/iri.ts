function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What people read of an IRI: its fragment or last path segment, percent-decoded. */
export function lastSegment(iri: string): string {
  const trimmed = iri.replace(/[/#]+$/, "");
  return decoded(trimmed.slice(Math.max(trimmed.lastIndexOf("/"), trimmed.lastIndexOf("#")) + 1)) || iri;
}

/** The dataset's IRI of a field's IRI, `{dataset}/field/{path}`; any other IRI comes back unchanged. */
export function datasetOf(iri: string): string {
  const at = iri.lastIndexOf("/field/");
  return at < 0 ? iri : iri.slice(0, at);
}

/** The part before `/id/` that every asset of one estate shares. */
const estateOf = (iri: string): string => iri.slice(0, iri.indexOf("/id/") + 1);

export function sameEstate(one: string, other: string): boolean {
  return estateOf(one) !== "" && estateOf(one) === estateOf(other);
}

export const isWeb = (iri: string): boolean => /^https?:\/\//i.test(iri);
