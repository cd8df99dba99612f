const plurals: Record<string, string> = {
  dataset: "Datasets",
  catalog: "Catalogs",
  source: "Sources",
  job: "Jobs",
  run: "Runs",
  query: "Queries",
  agent: "People and teams",
  concept: "Concepts",
  model: "Models",
  "model-version": "Model versions",
  dashboard: "Dashboards",
  check: "Checks",
  "check-result": "Check results",
};

export const kindPlural = (kind: string): string => plurals[kind] ?? kind;

export function kindLabel(kind: string): string {
  const words = kind.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
