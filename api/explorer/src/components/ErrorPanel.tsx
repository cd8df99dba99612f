import { Button } from "@/components/Button";
import styles from "@/components/Notice.module.css";

interface Props {
  title: string;
  error: Error;
  onRetry?: () => void;
}

export function ErrorPanel({ title, error, onRetry }: Props) {
  return (
    <div className={styles.error} role="alert" data-testid="error">
      <h2>{title}</h2>
      <p>{error.message}</p>
      {onRetry && <Button onClick={() => onRetry()}>Try again</Button>}
    </div>
  );
}
