import styles from "@/components/TextFilter.module.css";

interface Props {
  id?: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function TextFilter({ id, label, value, onChange }: Props) {
  return (
    <input
      id={id}
      className={styles.input}
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      spellCheck={false}
      autoComplete="off"
    />
  );
}
