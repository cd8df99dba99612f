import { MariaSQL, MSSQL, MySQL, PLSQL, PostgreSQL, SQLite, StandardSQL } from "@codemirror/lang-sql";
import { classHighlighter, highlightCode } from "@lezer/highlight";
import type { ReactNode } from "react";

import "@/components/SqlText.css";

const dialects: Record<string, typeof StandardSQL> = {
  mariadb: MariaSQL,
  mssql: MSSQL,
  mysql: MySQL,
  oracle: PLSQL,
  postgresql: PostgreSQL,
  redshift: PostgreSQL,
  duckdb: PostgreSQL,
  sqlite: SQLite,
};

/** SQL as coloured elements, by the dialect of its platform; a text that is no SQL is shown as it is. */
export default function SqlText({ text, platform }: { text: string; platform?: string | null | undefined }) {
  const dialect = dialects[platform ?? ""] ?? StandardSQL;
  const parts: ReactNode[] = [];
  highlightCode(
    text,
    dialect.language.parser.parse(text),
    classHighlighter,
    (code, classes) =>
      parts.push(
        classes ? (
          <span key={parts.length} className={classes}>
            {code}
          </span>
        ) : (
          code
        ),
      ),
    () => parts.push("\n"),
  );
  return parts;
}
