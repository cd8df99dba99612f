import styles from "@/features/search/ResultCard.module.css";
import { pieces } from "@/lib/highlight";

export function Highlight({ text }: { text: string }) {
  return (
    <p className={styles.description}>
      {pieces(text).map((piece, index) => (piece.marked ? <mark key={index}>{piece.text}</mark> : piece.text))}
    </p>
  );
}
