import { Moment } from "@/components/Moment";
import styles from "@/features/sources/SourcesPage.module.css";

const show = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** The registered options; the server has already hidden the secrets. */
export function SourceOptions({ options, createdAt }: { options: unknown; createdAt: string }) {
  const entries = typeof options === "object" && options !== null ? Object.entries(options) : [];
  return (
    <dl className={styles.options}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <code>{show(value)}</code>
          </dd>
        </div>
      ))}
      <div>
        <dt>registered</dt>
        <dd>
          <Moment at={createdAt} exact />
        </dd>
      </div>
    </dl>
  );
}
