import { Handle, Position } from "@xyflow/react";

import styles from "@/features/lineage/Card.module.css";

/** Where edges meet a card or a column. React Flow reads their places from the page once they are drawn. */
export function Ends({ id }: { id: string }) {
  return (
    <>
      <Handle id={`${id} in`} type="target" position={Position.Left} className={styles.handle} />
      <Handle id={`${id} out`} type="source" position={Position.Right} className={styles.handle} />
    </>
  );
}
