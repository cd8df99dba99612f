import { useEffect, useRef } from "react";

/** Calls back once the last call is `delay` milliseconds old; `now` skips the wait. */
export function useDebounced<Value>(callback: (value: Value) => void, delay: number) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    later: (value: Value) => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => callback(value), delay);
    },
    now: (value: Value) => {
      clearTimeout(timer.current);
      callback(value);
    },
  };
}
