import type { ComponentPropsWithRef } from "react";

import styles from "@/components/Button.module.css";

export function Button({ primary = false, ...rest }: ComponentPropsWithRef<"button"> & { primary?: boolean }) {
  return <button type="button" {...rest} className={primary ? styles.primary : styles.plain} />;
}
