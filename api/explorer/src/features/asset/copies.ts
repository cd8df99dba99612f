import type { AssetHead } from "@/features/asset/useAsset";

/** What can be copied of an asset: its IRI, and queries for its facts in SPARQL and Python. */
export function copiesOf(asset: AssetHead, server: string): { label: string; text: string }[] {
  const query = `SELECT ?property ?value WHERE { <${asset.iri}> ?property ?value }`;
  const python = [
    "import httpx",
    "",
    `answer = httpx.post(${JSON.stringify(`${server}sparql`)}, data={"query": ${JSON.stringify(query)}})`,
    'print(answer.raise_for_status().json()["results"]["bindings"])',
  ].join("\n");
  const sql = `SELECT * FROM ${quoted(nameOf(asset.iri))} LIMIT 100`;
  return [
    { label: "Copy IRI", text: asset.iri },
    ...(asset.__typename === "Dataset" && ["table", "view"].includes(asset.datasetKind.toLowerCase())
      ? [{ label: "Copy SQL", text: sql }]
      : []),
    { label: "Copy Python", text: python },
  ];
}

/** The dataset's own name, without its namespace: the last segment of its IRI. */
function nameOf(iri: string): string {
  return decodeURIComponent(iri.slice(iri.lastIndexOf("/") + 1));
}

/** A dotted name's parts as SQL identifiers: plain where they need no quotes. */
function quoted(name: string): string {
  return name
    .split(".")
    .map((part) => (/^[a-z_][a-z0-9_]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`))
    .join(".");
}
