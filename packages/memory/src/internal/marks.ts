import { checkText, type Marks } from "@sojourn/core";

export function memoryMarks(): Marks {
  const marks = new Map<string, number>();
  return {
    async set(name, at) {
      checkText(name);
      const mark = Math.max(at, marks.get(name) ?? at);
      marks.set(name, mark);
      return mark;
    },

    async get(name) {
      checkText(name);
      return marks.get(name) ?? null;
    },
  };
}
