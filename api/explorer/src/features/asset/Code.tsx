import { CopyButton } from "@/components/CopyButton";
import styles from "@/features/asset/Code.module.css";

export function Code({ text }: { text: string }) {
  return (
    <figure className={styles.code}>
      <figcaption>
        <CopyButton text={text} />
      </figcaption>
      <pre tabIndex={0} aria-label="Definition" data-testid="definition">
        {text}
      </pre>
    </figure>
  );
}
