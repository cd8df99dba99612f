import {
  siApacheairflow,
  siApachecassandra,
  siApachehadoop,
  siApachehive,
  siApachekafka,
  siApachespark,
  siApachesuperset,
  siClickhouse,
  siDatabricks,
  siDuckdb,
  siElasticsearch,
  siGooglebigquery,
  siGooglecloudstorage,
  siKubernetes,
  siLooker,
  siMariadb,
  siMlflow,
  siMongodb,
  siMysql,
  siPostgresql,
  siSnowflake,
  siSqlite,
  siTrino,
} from "simple-icons";

/** Marks of platforms as filled paths of 24 by 24, by the notation of the platform. */
const marks: Record<string, string> = {
  airflow: siApacheairflow.path,
  bigquery: siGooglebigquery.path,
  cassandra: siApachecassandra.path,
  clickhouse: siClickhouse.path,
  databricks: siDatabricks.path,
  duckdb: siDuckdb.path,
  elasticsearch: siElasticsearch.path,
  gcs: siGooglecloudstorage.path,
  hdfs: siApachehadoop.path,
  hive: siApachehive.path,
  kafka: siApachekafka.path,
  kubernetes: siKubernetes.path,
  looker: siLooker.path,
  mariadb: siMariadb.path,
  mlflow: siMlflow.path,
  mongodb: siMongodb.path,
  mysql: siMysql.path,
  postgresql: siPostgresql.path,
  snowflake: siSnowflake.path,
  spark: siApachespark.path,
  sqlite: siSqlite.path,
  superset: siApachesuperset.path,
  trino: siTrino.path,
};

const database =
  "M12 3c4.4 0 8 1.3 8 3v12c0 1.7-3.6 3-8 3s-8-1.3-8-3V6c0-1.7 3.6-3 8-3Zm0 4.5c2.8 0 5-.6 6-1.5-1-.9-3.2-1.5-6-1.5S7 5.1 6 6c1 .9 3.2 1.5 6 1.5ZM5.5 8v4c1 .9 3.5 1.6 6.5 1.6s5.5-.7 6.5-1.6V8c-1.5.7-3.8 1.1-6.5 1.1S7 8.7 5.5 8Z";
const bucket = "M3 4h18l-2.2 15.4c-.1.9-3 1.6-6.8 1.6s-6.7-.7-6.8-1.6L3 4Zm2 2 .5 3.5h13L19 6H5Z";
const folder = "M2 5a2 2 0 0 1 2-2h5l2.5 3H20a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V5Zm2 5v9h16v-9H4Z";
const globe =
  "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20Zm0 2c-1 0-2.4 2.3-2.8 6h5.6C14.4 6.3 13 4 12 4ZM7.2 10c.2-1.9.7-3.5 1.3-4.9A8 8 0 0 0 4.3 10h2.9Zm9.6 0h2.9a8 8 0 0 0-4.2-4.9c.6 1.4 1.1 3 1.3 4.9ZM7.2 12H4a8 8 0 0 0 4.5 6.9A17 17 0 0 1 7.2 12Zm2 0c.2 4.6 1.7 8 2.8 8s2.6-3.4 2.8-8H9.2Zm7.6 0a17 17 0 0 1-1.3 6.9A8 8 0 0 0 20 12h-3.2Z";
const layers =
  "M12 2 23 7.5 12 13 1 7.5 12 2ZM4 11.2l8 4 8-4 3 1.5-11 5.5-11-5.5 3-1.5Zm0 4.7 8 4 8-4 3 1.5L12 23 1 17.4l3-1.5Z";
const bars = "M3 11h4v10H3V11Zm7-8h4v18h-4V3Zm7 5h4v13h-4V8Z";
const flow = "M3 3h7v6H7.5v4.5H14V11h7v7h-7v-2.5H5.5V9H3V3Z";

/** Shapes for platforms without a mark of their own that may be used. */
const kinds: Record<string, string> = {
  adls: bucket,
  "azure-blob": bucket,
  s3: bucket,
  "local-files": folder,
  ckan: globe,
  dcat: globe,
  http: globe,
  openlineage: flow,
  sparql: globe,
  dagster: flow,
  dbt: flow,
  "delta-lake": layers,
  hudi: layers,
  iceberg: layers,
  powerbi: bars,
  tableau: bars,
};

/** The filled path of a platform; shapes of ours have holes by the rule evenodd. */
export function markOf(platform: string): { path: string; rule: "nonzero" | "evenodd" } {
  const mark = marks[platform];
  return mark ? { path: mark, rule: "nonzero" } : { path: kinds[platform] ?? database, rule: "evenodd" };
}
