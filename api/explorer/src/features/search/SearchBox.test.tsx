import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { SearchBox } from "@/features/search/SearchBox";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const box = () => screen.getByTestId<HTMLInputElement>("search-input");

test("typing asks once, when it pauses", () => {
  const asked: string[] = [];
  render(<SearchBox query="" onChange={(query) => asked.push(query)} />);
  for (const value of ["d", "de", "delay"]) fireEvent.change(box(), { target: { value } });
  expect(asked).toEqual([]);
  vi.runAllTimers();
  expect(asked).toEqual(["delay"]);
});

test("Enter asks at once", () => {
  const asked: string[] = [];
  render(<SearchBox query="" onChange={(query) => asked.push(query)} />);
  fireEvent.change(box(), { target: { value: "delay" } });
  fireEvent.submit(box());
  expect(asked).toEqual(["delay"]);
});

test("the box follows the address, but not its own echo", () => {
  const { rerender } = render(<SearchBox query="" onChange={() => undefined} />);
  rerender(<SearchBox query="weather" onChange={() => undefined} />);
  expect(box().value).toBe("weather");
  fireEvent.change(box(), { target: { value: "weather at" } });
  vi.runAllTimers();
  fireEvent.change(box(), { target: { value: "weather at noon" } });
  rerender(<SearchBox query="weather at" onChange={() => undefined} />);
  expect(box().value).toBe("weather at noon");
});
