import type { FactsAtQuery } from "@/gql/graphql";

export type PastFact = NonNullable<FactsAtQuery["asset"]>["facts"][number];

export interface Difference {
  sign: "+" | "−";
  fact: PastFact;
}

const keyOf = (fact: PastFact): string =>
  [fact.subject, fact.label, fact.valueIri ?? "", fact.value, fact.source].join("\u0000");

const lesser = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** What one moment states that the other does not, who states it, the old value before the new one. */
export function differences(before: PastFact[], after: PastFact[]): Difference[] {
  const had = new Set(before.map(keyOf));
  const has = new Set(after.map(keyOf));
  const gone = before.filter((fact) => !has.has(keyOf(fact))).map((fact) => ({ sign: "−", fact }) as const);
  const come = after.filter((fact) => !had.has(keyOf(fact))).map((fact) => ({ sign: "+", fact }) as const);
  return [...gone, ...come].sort(
    (one, other) => lesser(one.fact.subject, other.fact.subject) || lesser(one.fact.label, other.fact.label),
  );
}
